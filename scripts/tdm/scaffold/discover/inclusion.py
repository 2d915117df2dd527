"""Whether the values of one column are keys of a table: counted by the server, in bounded time.

First on a sample: some rows, and of their distinct values a few, chosen by hash. Candidates that
pass are counted once more over all rows. No value comes back, only numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from psycopg import Connection, Error
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from tdm.scaffold.catalog import COUNTED_ROWS, Catalog, Table
from tdm.scaffold.discover.comparing import WHOLE
from tdm.scaffold.discover.model import Candidate, Key, Look, Source

ROWS = 20_000
"""Rows of a sample, about."""

VALUES = 1_000
"""Distinct values of a sample that are compared."""

SECONDS = 30
"""For one query; a table that takes longer is judged by its sample."""


def sample(
    connection: Connection[Any],
    catalog: Catalog,
    source: Source,
    keys: Sequence[Key],
    values: int = VALUES,
) -> list[Look] | None:
    """Count on a sample how many values of a source each key has.

    Args:
        connection: an open connection, in a read-only transaction.
        catalog: the database.
        source: what could point somewhere.
        keys: where to; their types compare with the source's terms.
        values: how many distinct values to compare.

    Returns:
        A look for each key; None where the query failed or took too long.
    """
    table = catalog.tables[source.table]
    share = min(100.0, 100.0 * ROWS / max(table.rows, 1))
    some = SQL("(select * from {} tablesample system ({}) repeatable (1) limit {})").format(
        _relation(table), Literal(share), Literal(2 * ROWS)
    )
    names = _numbered(source)
    rows_of_sets = SQL("(select count(*) from {} as x {})").format(some, _where(source))
    query = SQL(
        "with referencing as (select {terms} from {rows} {where}),"
        " known as (select {names} from referencing where num_nulls({names}) = 0"
        " group by {names}),"
        " compared as (select {names} from known order by md5(concat_ws('|', {names}))"
        " limit {values})"
        " select {counted}, (select count(*) from referencing where num_nulls({names}) > 0),"
        " (select count(*) from known), (select count(*) from compared), {matches}"
    ).format(
        terms=_terms(source),
        rows=_rows(source, some),
        where=_where(source),
        names=names,
        values=Literal(values),
        counted=rows_of_sets if source.many else SQL("(select count(*) from referencing)"),
        matches=SQL(", ").join(_match(catalog, key, len(source.terms)) for key in keys),
    )
    counted = quietly(connection, query)
    if not counted:
        return None
    rows, empty, distinct, compared, *matched = counted[0]
    # Up to so many rows the catalog has counted; above, the share is of an estimate.
    whole = table.rows <= COUNTED_ROWS and distinct == compared
    return [Look(rows, empty, distinct, compared, n, whole) for n in matched]


def verify(connection: Connection[Any], catalog: Catalog, candidate: Candidate) -> Look | None:
    """Count over all rows how many values of a candidate match, in one query.

    Returns:
        The look, or None where that failed or took too long.
    """
    source, key = candidate.source, candidate.key
    table, target = catalog.tables[source.table], catalog.tables[key.table]
    numbers = len(source.terms) == 1 and target.column(key.columns[0]).type.plain.name in WHOLE
    filled: Composable = SQL("null")
    if numbers:
        filled = SQL(
            "(select count(*) from {target} as t, (select min(r1) as low, max(r1) as high"
            " from referencing) as span where t.{key} between span.low and span.high)::numeric"
            " / (select nullif(max(r1) - min(r1) + 1, 0)::numeric from referencing)"
        ).format(target=_relation(target), key=Identifier(key.columns[0]))
    elif len(key.columns) > 1:
        filled = SQL("(select count(*) / nullif({}, 0) from {})").format(
            SQL(" * ").join(
                SQL("count(distinct {})::numeric").format(Identifier(column))
                for column in key.columns
            ),
            _relation(target),
        )
    names = _numbered(source)
    query = SQL(
        "with referencing as (select {terms}, count(*) as times from {rows} {where}"
        " group by {names})"
        " select {counted}, coalesce(sum(times) filter (where num_nulls({names}) > 0), 0)::bigint,"
        " count(*) filter (where num_nulls({names}) = 0), count(target.t1), {filled}"
        " from referencing left join (select {distinct} {keys} from {target}) as target"
        " on {matches}"
    ).format(
        terms=_terms(source),
        rows=_rows(source, _relation(table)),
        where=_where(source),
        names=names,
        counted=SQL("(select count(*) from {} as x {})").format(_relation(table), _where(source))
        if source.many
        else SQL("coalesce(sum(times), 0)::bigint"),
        filled=filled,
        distinct=SQL("" if key.declared else "distinct"),
        keys=SQL(", ").join(
            SQL("{} as {}").format(Identifier(column), Identifier(f"t{n}"))
            for n, column in enumerate(key.columns, 1)
        ),
        target=_relation(target),
        matches=SQL(" and ").join(
            SQL("{} = {}{}").format(
                Identifier(f"t{n}"), Identifier(f"r{n}"), _collate(target, column)
            )
            for n, column in enumerate(key.columns, 1)
        ),
    )
    counted = quietly(connection, query)
    if not counted:
        return None
    rows, empty, values, matched, part = counted[0]
    return Look(
        rows, empty, values, values, matched, True, None if part is None else min(1.0, float(part))
    )


def with_uniqueness(
    connection: Connection[Any], catalog: Catalog, candidate: Candidate, look: Look
) -> Look:
    """The look, with whether the target's columns are unique."""
    key = candidate.key
    if key.declared:
        return look
    names = SQL(", ").join(map(Identifier, key.columns))
    query = SQL(
        "select count(*) = count(distinct ({names})) from {target} where num_nulls({names}) = 0"
    ).format(names=names, target=_relation(catalog.tables[key.table]))
    found = quietly(connection, query)
    return replace(look, unique="found" if found and found[0][0] else "no")


def complete(connection: Connection[Any], table: Table, columns: Sequence[str]) -> int | None:
    """How many rows have a value in each of the columns."""
    query = SQL("select count(*) from {} where num_nulls({}) = 0").format(
        _relation(table), SQL(", ").join(map(Identifier, columns))
    )
    found = quietly(connection, query)
    return int(found[0][0]) if found else None


def texts(
    connection: Connection[Any], catalog: Catalog, source: Source
) -> tuple[float, float] | None:
    """The mean length of a source's texts, and the part of them that are numbers; of a sample."""
    query = SQL(
        "select avg(length(r1::text))::float8, avg((r1::text ~ '^[0-9.,-]*$')::int)::float8"
        " from (select r1 from (select {terms} from {rows} {where}) as referencing"
        " where r1 is not null limit {values}) as looked"
    ).format(
        terms=_terms(source),
        rows=_rows(source, _relation(catalog.tables[source.table])),
        where=_where(source),
        values=Literal(10 * VALUES),
    )
    found = quietly(connection, query)
    if not found or found[0][0] is None:
        return None
    length, numbers = found[0]
    return length, numbers


def quietly(connection: Connection[Any], query: Composed) -> list[tuple[Any, ...]] | None:
    """The rows of a query of ours; None for an error, whose message could hold a value."""
    try:
        with connection.transaction():
            rows: list[tuple[Any, ...]] = connection.execute(query).fetchall()
            return rows
    except Error:
        if connection.closed:
            raise
        return None


def _relation(table: Table) -> Composable:
    only = SQL("only ") if table.children else SQL("")
    return SQL("{}{}").format(only, Identifier(table.schema, table.name))


def _terms(source: Source) -> Composable:
    """The values as r1, r2, …; elements of a set come from a lateral join of their own."""
    if source.many:
        return SQL("element.r1")
    return SQL(", ").join(
        SQL("{} as {}").format(_raw(sql), Identifier(f"r{n}"))
        for n, sql in enumerate(source.terms, 1)
    )


def _rows(source: Source, relation: Composable) -> Composable:
    if not source.many:
        return SQL("{} as x").format(relation)
    # A row without elements counts as one without a value.
    return SQL("{} as x left join lateral (select {} as r1) as element on true").format(
        relation, _raw(source.terms[0])
    )


def _where(source: Source) -> Composable:
    return SQL("where {}").format(_raw(source.where)) if source.where else SQL("")


def _numbered(source: Source) -> Composable:
    return SQL(", ").join(Identifier(f"r{n}") for n in range(1, len(source.terms) + 1))


def _match(catalog: Catalog, key: Key, width: int) -> Composable:
    target = catalog.tables[key.table]
    on = SQL(" and ").join(
        SQL("t.{} = compared.{}{}").format(
            Identifier(column), Identifier(f"r{n}"), _collate(target, column)
        )
        for n, column in enumerate(key.columns[:width], 1)
    )
    # A query of its own each, so that the planner may probe an index or hash the whole target.
    return SQL(
        "(select count(*) from compared where exists (select from {} as t where {}))"
    ).format(_relation(target), on)


def _collate(target: Table, column: str) -> Composable:
    """Texts of another collation are compared as the key's own are."""
    collation = target.column(column).collation
    return _raw(f" collate {collation}") if collation else SQL("")


def _raw(text: str) -> Composable:
    # Composed in this package from quoted identifiers and literals.
    return SQL(text)
