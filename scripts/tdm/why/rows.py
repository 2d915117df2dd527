"""Single rows: found by key, followed to the rows that they point at and that point at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier

from tdm.errors import ExitCode, TdmError
from tdm.plan.read import Reference, Table
from tdm.plan.statistics import Database, Relation


@dataclass(frozen=True)
class Row:
    """A row of a source table.

    Attributes:
        table: the table.
        key: the texts of its key columns; of a table without a key, nothing.
        text: the text of the whole row, which stands for the key where there is none.
    """

    table: Table
    key: tuple[str, ...]
    text: str | None = None


def shown(table: str, key: Sequence[str]) -> str:
    """A row as a person reads it: `shop.orders 4711`."""
    quoted = [f"'{part}'" if not part or any(c.isspace() for c in part) else part for part in key]
    return " ".join([table, *quoted])


def name(*parts: str) -> SQL:
    """An identifier in a query with parameters, which would take a % for one of them."""
    return SQL(Identifier(*parts).as_string().replace("%", "%%"))


def code(text: str) -> SQL:
    """SQL that the models hold, in a query with parameters."""
    return SQL(text.replace("%", "%%"))


def fetch(database: Database, query: Composed, parameters: Sequence[Any] = ()) -> Any:
    """The first row of a query, or None.

    Raises:
        TdmError: the query fails; never with a value of data.
    """
    try:
        return database.execute(query, parameters).fetchone()
    except psycopg.Error as error:
        raise TdmError(
            f"The server refused a look at the rows (SQLSTATE {error.sqlstate}).",
            ExitCode.PRECONDITION,
        ) from None


def source(table: Table) -> Composable:
    """A source table in FROM, its own rows only."""
    return SQL("{}{}").format(SQL("only " if table.only else ""), name(*table.relation))


def is_row(row: Row, alias: str) -> tuple[Composable, list[str]]:
    """The condition that an alias is this row, and its parameters."""
    if row.text is not None:
        return SQL("{}::text = %s").format(name(alias)), [row.text]
    parts = [SQL("{}.{} = %s").format(name(alias), name(column)) for column in row.table.key]
    return SQL(" and ").join(parts), list(row.key)


def texts(table: Table, alias: str) -> Composable:
    """What names a row of a table: the texts of its key, else that of the whole row."""
    if not table.key:
        return SQL("{}::text").format(name(alias))
    return SQL(", ").join(
        SQL("{}.{}::text").format(name(alias), name(column)) for column in table.key
    )


def row_of(table: Table, found: Sequence[str] | None) -> Row | None:
    """The row that a query of `texts` found."""
    if found is None:
        return None
    return Row(table, tuple(found)) if table.key else Row(table, (), found[0])


def look_up(database: Database, table: Table, key: Sequence[str]) -> Row | None:
    """The row of a source table with a key that somebody typed.

    Raises:
        TdmError: the key is not of the columns' types.
    """
    condition, parameters = is_row(Row(table, tuple(key)), "x")
    query = SQL("select {} from {} as x where {}").format(
        texts(table, "x"), source(table), condition
    )
    try:
        return row_of(table, database.execute(query, parameters).fetchone())
    except psycopg.errors.DataError:
        raise TdmError(
            f"{' '.join(key)} is no key of {table.shown} ({', '.join(table.key)})."
        ) from None


def is_in(database: Database, row: Row, relation: Relation) -> bool:
    """Whether a relation of kept rows or keys has the row."""
    condition, parameters = is_row(row, "x")
    query = SQL("select 1 from {} as x where {} limit 1").format(name(*relation), condition)
    return fetch(database, query, parameters) is not None


def facts_in(database: Database, row: Row, relation: Relation, columns: list[str]) -> Any:
    """Columns of a row's entry in a relation of keys, or None."""
    condition, parameters = is_row(row, "x")
    query = SQL("select {} from {} as x where {}").format(
        SQL(", ").join(SQL("x.{}").format(name(c)) for c in columns),
        name(*relation),
        condition,
    )
    return fetch(database, query, parameters)


def pointed_at(
    database: Database,
    row: Row,
    columns: list[str],
    target: Table,
    to_columns: list[str],
    *,
    among: Relation | None = None,
    where: str | None = None,
    expression: list[str] | None = None,
) -> Row | None:
    """The row that a row points at by columns, or by an expression.

    Args:
        database: the connection.
        row: the row.
        columns: its columns.
        target: the other table.
        to_columns: the columns of that one.
        among: its rows stand in this relation; None for all rows of the source.
        where: a condition on the row, alias x.
        expression: SQL over x instead of its columns; may return a set.
    """
    condition, parameters = is_row(row, "x")
    query = SQL(
        "select {} from (select {} from {} as x where {}{} offset 0) as p inner join {} as y on {}"
        " order by {} limit 1"
    ).format(
        texts(target, "y"),
        _values(columns, expression),
        source(row.table),
        condition,
        _condition(where),
        name(*among) if among else source(target),
        _points(to_columns),
        texts(target, "y"),
    )
    return row_of(target, fetch(database, query, parameters))


def has_values(database: Database, row: Row, columns: list[str], where: str | None) -> bool:
    """Whether a row points at anything by columns: none is NULL, and the condition holds."""
    condition, parameters = is_row(row, "x")
    query = SQL("select 1 from {} as x where {} and {}{}").format(
        source(row.table),
        condition,
        SQL(" and ").join(SQL("x.{} is not null").format(name(c)) for c in columns),
        _condition(where),
    )
    return fetch(database, query, parameters) is not None


def pointing_at(
    database: Database,
    row: Row,
    edge: Reference,
    child: Table,
    kept: Relation,
    *,
    before: tuple[Relation, int] | None = None,
) -> Row | None:
    """A kept row that points at a row.

    Args:
        database: the connection.
        row: the row that is pointed at.
        edge: the reference.
        child: the referencing table.
        kept: its kept rows.
        before: inside a fixpoint, the key table of the referencing member and a pass: only rows
            of an earlier one count, the earliest first.
    """
    keys: Composable = SQL("")
    order: Composable = SQL("")
    parameters: list[Any] = []
    if before:
        keys = SQL(" inner join (select {}, tdm_pass from {} where tdm_pass < %s) as k using ({})")
        columns = SQL(", ").join(map(name, child.key))
        keys = keys.format(columns, name(*before[0]), columns)
        order = SQL("min(tdm_pass), ")
        parameters.append(before[1])
    condition, own = is_row(row, "y")
    names = [SQL("k{}").format(code(str(n))) for n in range(max(len(child.key), 1))]
    keyed: list[Composable] = [SQL("x.{}::text").format(name(column)) for column in child.key]
    keyed = keyed or [SQL("x::text")]
    found = SQL(", ").join(
        SQL("{} as {}").format(value, name) for value, name in zip(keyed, names, strict=True)
    )
    # a fence: the condition is looked at before the expression, which may be a cast
    inner = SQL("select {}, {}{} from {} as x{}{} offset 0").format(
        _values(edge.columns, edge.expression),
        found,
        SQL(", tdm_pass") if before else SQL(""),
        name(*kept),
        keys,
        SQL(" where {}").format(code(edge.where)) if edge.where else SQL(""),
    )
    listed = SQL(", ").join(names)
    query = SQL(
        "select {} from ({}) as p inner join {} as y on {} where {} group by {} order by {}{}"
        " limit 1"
    ).format(
        listed,
        inner,
        source(row.table),
        _points(edge.to_columns),
        condition,
        listed,
        order,
        listed,
    )
    return row_of(child, fetch(database, query, [*parameters, *own]))


def _values(columns: list[str], expression: list[str] | None) -> Composable:
    """What a row x points at, as r0, r1, …."""
    values: list[Composable] = [code(text) for text in expression or ()]
    if not values:
        values = [SQL("x.{}").format(name(column)) for column in columns]
    return SQL(", ").join(
        SQL("{} as r{}").format(value, code(str(n))) for n, value in enumerate(values)
    )


def _points(to_columns: list[str]) -> Composable:
    """A row y is what p points at."""
    return SQL(" and ").join(
        SQL("p.r{} = y.{}").format(code(str(n)), name(to)) for n, to in enumerate(to_columns)
    )


def _condition(where: str | None) -> Composable:
    return SQL(" and ({})").format(code(where)) if where else SQL("")
