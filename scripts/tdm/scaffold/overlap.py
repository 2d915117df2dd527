"""Kept columns that repeat values of columns which identify somebody: gate and export would find them.

The server compares and says which columns are concerned; no value comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import Connection, Error
from psycopg.sql import SQL, Composable, Identifier, Literal

from tdm.scaffold.catalog import Column, Table

LOOK = 100_000
"""Rows of a column that are compared."""

Place = tuple[Table, Column]


def repeated(
    connection: Connection[Any], kept: Iterable[Place], identifying: Iterable[Place]
) -> dict[tuple[str, str], str]:
    """The kept columns that hold a value of an identifying column, six characters or longer, as a
    whole or as one of their words.

    Args:
        connection: an open connection, in a read-only transaction.
        kept: columns that leave as they are.
        identifying: columns of class direct or credential.

    Returns:
        For each concerned table and column the name of a column that it repeats.
    """
    telling, plain = list(identifying), list(kept)
    found: dict[tuple[str, str], str] = {}
    if not telling or not plain:
        return found
    known = SQL(" union all ").join(_values(place, n) for n, place in enumerate(telling))
    # A few columns at a time: an error then spoils the answer for those only.
    for start in range(0, len(plain), 20):
        part = plain[start : start + 20]
        look = SQL(" union all ").join(_texts(place, n) for n, place in enumerate(part))
        query = SQL(
            "select kept.place, min(known.place) from ({}) as kept (place, part)"
            " inner join ({}) as known (place, part) on kept.part = known.part group by kept.place"
        ).format(look, known)
        try:
            with connection.transaction():
                rows = connection.execute(query).fetchall()
        except Error:
            continue
        for here, there in rows:
            table, column = part[here]
            other, other_column = telling[there]
            found[table.id, column.name] = f"{other.id}.{other_column.name}"
    return found


def _texts(place: Place, number: int) -> Composable:
    """The texts of a column and their words, with the number of the column."""
    table, column = place
    name = Identifier(column.name)
    return SQL(
        "(select distinct {}, part from (select lower({}::text) as text from {} limit {}) as rows"
        " cross join lateral (select btrim(text) union all"
        " select regexp_split_to_table(text, '[^[:alnum:]_@.-]+') union all"
        " select regexp_split_to_table(text, '[^[:alnum:]_]+')) as parts (part) where length(part) >= 6)"
    ).format(Literal(number), name, Identifier(table.schema, table.name), Literal(LOOK))


def _values(place: Place, number: int) -> Composable:
    """The values of an identifying column, but for those that too many rows share."""
    table, column = place
    name, relation = Identifier(column.name), Identifier(table.schema, table.name)
    return SQL(
        "(select {}, lower(btrim({}::text)) from (select {} from {} limit {}) as rows"
        " where length(btrim({}::text)) >= 6 group by 2"
        " having count(*) <= 20 or count(*) <= 0.01 * (select count({}) from {}))"
    ).format(Literal(number), name, name, relation, Literal(LOOK), name, name, relation)
