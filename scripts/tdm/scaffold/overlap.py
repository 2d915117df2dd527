"""A look at values: columns that repeat what identifies somebody, and texts that tell themselves.

The server compares and says which columns are concerned; no value comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, LiteralString

from psycopg import Connection, Error
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from tdm.scaffold.catalog import Column, Table

LOOK = 50_000
"""Rows of a column that are compared."""

Place = tuple[Table, Column]


def repeated(
    connection: Connection[Any], kept: Iterable[Place], identifying: Iterable[Place]
) -> dict[tuple[str, str], str]:
    """The kept columns that hold a value of an identifying column, as a whole or as a word.

    Args:
        connection: an open connection, in a read-only transaction.
        kept: columns that leave as they are.
        identifying: columns of class direct or credential.

    Returns:
        For each concerned table and column the name of a column that it repeats.
    """
    telling, plain = list(identifying), list(kept)
    if not telling or not plain:
        return {}
    known = _union(_values(place, n) for n, place in enumerate(telling))
    found: dict[tuple[str, str], str] = {}
    for start, part in _answerable(connection, known, [_texts(place) for place in plain]):
        table, column = plain[start]
        other, other_column = telling[part]
        found[table.id, column.name] = f"{other.id}.{other_column.name}"
    return found


def standing_in_schema(
    connection: Connection[Any], schemas: Iterable[str], identifying: Iterable[Place]
) -> set[tuple[str, str]]:
    """The identifying columns with a value that the schema itself spells out.

    Defaults, checks, labels and bodies of views and functions travel with every dump. What stands
    there is known to everybody who knows the application, so it cannot count as identifying.

    Args:
        connection: an open connection, in a read-only transaction.
        schemas: the schemas whose text travels.
        identifying: columns of class direct or credential.

    Returns:
        The concerned tables and columns.
    """
    telling = list(identifying)
    if not telling:
        return set()
    known = _union(_values(place, n) for n, place in enumerate(telling))
    query = SQL(
        "with known (place, part) as materialized ({}), spelled (part) as materialized ({})"
        " select distinct place from known where part in (select part from spelled)"
    ).format(known, _spelled(schemas))
    rows = _quietly(connection, query) or []
    return {(telling[n][0].id, telling[n][1].name) for (n,) in rows}


def telling(connection: Connection[Any], kept: Iterable[Place]) -> set[tuple[str, str]]:
    """The kept columns with a text that looks like an address or a secret, whatever their names.

    Args:
        connection: an open connection, in a read-only transaction.
        kept: columns that leave as they are.

    Returns:
        The concerned tables and columns, and those that could not be looked at.
    """
    by_table: dict[str, list[Place]] = {}
    for table, column in kept:
        by_table.setdefault(table.id, []).append((table, column))
    found = set()
    for places in by_table.values():
        table = places[0][0]
        look = SQL("select {} from (select {} from {} limit {}) as o").format(
            SQL(", ").join(
                SQL("coalesce(bool_or({} ~ {}), false)").format(_text(column), Literal(_TELLING))
                for _, column in places
            ),
            SQL(", ").join(Identifier(column.name) for _, column in places),
            Identifier(table.schema, table.name),
            Literal(LOOK),
        )
        rows = _quietly(connection, look) or [(True,) * len(places)]
        found |= {
            (table.id, column.name) for (_, column), yes in zip(places, rows[0], strict=True) if yes
        }
    return found


def _text(column: Column) -> Composable:
    """The column as text that can be compared with any other, whatever its collation."""
    return SQL('({}::text collate "default")').format(Identifier(column.name))


def _answerable(
    connection: Connection[Any], known: Composable, looks: list[Composable]
) -> list[tuple[int, int]]:
    """For each look that shares a value with what is known: its number, and the known column's."""

    def ask(numbers: list[int]) -> list[tuple[int, int]]:
        look = _union(
            SQL("(select {} as place, part from {} as look (part))").format(Literal(n), looks[n])
            for n in numbers
        )
        query = SQL(
            "with known (place, part) as materialized ({}),"
            " looked (place, part) as materialized ({})"
            " select looked.place, min(known.place) from looked inner join known using (part)"
            " group by looked.place order by looked.place"
        ).format(known, look)
        rows = _quietly(connection, query)
        if rows is not None:
            return [(here, there) for here, there in rows]
        if len(numbers) == 1:
            return []
        # An error spoils the answer for its own column only.
        half = len(numbers) // 2
        return ask(numbers[:half]) + ask(numbers[half:])

    return ask(list(range(len(looks))))


def _quietly(connection: Connection[Any], query: Composed) -> list[tuple[Any, ...]] | None:
    """The rows of a query of ours; None for an error, whose message could hold a value."""
    try:
        with connection.transaction():
            rows: list[tuple[Any, ...]] = connection.execute(query).fetchall()
            return rows
    except Error:
        return None


def _union(parts: Iterable[Composable]) -> Composable:
    return SQL(" union all ").join(parts)


def _texts(place: Place) -> Composable:
    """The distinct texts of a column and their words."""
    table, column = place
    return SQL(
        "(select distinct parts.part"
        " from (select distinct lower({4}) as text"
        " from (select {0} from {1} limit {2}) as o) as texts"
        " cross join lateral ({3}) as parts (part) where length(parts.part) >= 6)"
    ).format(
        Identifier(column.name),
        Identifier(table.schema, table.name),
        Literal(LOOK),
        SQL(_PARTS),
        _text(column),
    )


def _values(place: Place, number: int) -> Composable:
    """The values of an identifying column, but for those that too many rows share."""
    table, column = place
    return SQL(
        "(select {0}, lower(btrim({4})) from (select {1} from {2} limit {3}) as o"
        # a single word may be a place or a product as well: gate and export let it pass
        " where length(btrim({4})) >= 6 and {4} !~ '^[[:alpha:]]+$' group by 2"
        " having count(*) <= 20 or count(*) <= 0.01 * (select count({1}) from {2}))"
    ).format(
        Literal(number),
        Identifier(column.name),
        Identifier(table.schema, table.name),
        Literal(LOOK),
        _text(column),
    )


def _spelled(schemas: Iterable[str]) -> Composable:
    names = Literal(sorted(schemas))
    return SQL(_SPELLED).format(names, SQL(_PARTS))


# Two ways to cut a text into words: with and without the signs that addresses and numbers have.
_PARTS: LiteralString = r"""
    select btrim(text)
    union all
    select string_to_table(
        translate(text, E'!"#$%&''()*+,/:;<=>?[\\]^`{|}~\t\r\n', repeat(' ', 33)), ' '
    )
    union all
    select string_to_table(
        translate(text, E'!"#$%&''()*+,/:;<=>?[\\]^`{|}~\t\r\n@.-', repeat(' ', 36)), ' '
    )
"""

_TELLING = "|".join(
    (
        r"[[:alnum:]._%+-]+@[[:alnum:]-]+\.[[:alpha:]]{2,}",  # an address
        r"://[^/[:space:]:@]+:[^/[:space:]@]+@",  # a password in a link
        "-----BEGIN ",
        r"\m(sk|pk|rk|whsec|shpat)_[[:alnum:]]",
        r"\mAKIA[0-9A-Z]{12,}",
        r"\mgh[pousr]_[[:alnum:]]{20,}",
        r"\mxox[abeprs]-",
        r"\meyJ[[:alnum:]_-]{10,}\.",  # a JSON web token
        r"\$(2[abxy]?|argon2[id]*|[156])\$",  # a password's hash
        # chance: letters and digits by turns, too long for a name
        r"\m(?=[[:alpha:]]*[0-9])(?=[0-9]*[[:alpha:]])[[:alnum:]+=]{32,}",
    )
)

_SPELLED: LiteralString = """
with spaces as (select oid from pg_catalog.pg_namespace where nspname = any({})),
bodies (body) as (
    select pg_catalog.pg_get_expr(d.adbin, d.adrelid)
    from pg_catalog.pg_attrdef as d
    inner join pg_catalog.pg_class as c on c.oid = d.adrelid
    where c.relnamespace in (select oid from spaces)
    union all
    select pg_catalog.pg_get_constraintdef(oid) from pg_catalog.pg_constraint
    where contype = 'c' and connamespace in (select oid from spaces)
    union all
    select pg_catalog.pg_get_viewdef(oid) from pg_catalog.pg_class
    where relkind in ('v', 'm') and relnamespace in (select oid from spaces)
    union all
    select prosrc from pg_catalog.pg_proc where pronamespace in (select oid from spaces)
    union all
    select pg_catalog.pg_get_indexdef(i.indexrelid)
    from pg_catalog.pg_index as i
    inner join pg_catalog.pg_class as c on c.oid = i.indexrelid
    where
        (i.indpred is not null or i.indexprs is not null)
        and c.relnamespace in (select oid from spaces)
    union all
    select e.enumlabel
    from pg_catalog.pg_enum as e
    inner join pg_catalog.pg_type as t on t.oid = e.enumtypid
    where t.typnamespace in (select oid from spaces)
),
texts (text) as (
    select distinct lower(body) from bodies
    union
    select lower((regexp_matches(body, '''((?:[^'']|'''')*)''', 'g'))[1]) from bodies
)
select distinct parts.part
from texts
cross join lateral ({}) as parts (part)
where length(parts.part) >= 6
"""
