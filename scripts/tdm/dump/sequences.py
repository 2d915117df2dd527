"""Where every sequence goes on after a load: past the highest key of the masked rows."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from tdm.dump.catalog import Table, named_rows

# Each sequence with the columns that draw from it: its owner, and every default that calls it.
# One that nothing calls goes with the table whose name it has (`orders_id_seq`, `orders_seq`).
_SEQUENCES = """
select
    sequence.oid::bigint as oid, space.nspname as schema, sequence.relname as name,
    facts.seqstart as start, facts.seqincrement as step, facts.seqmin as lowest,
    facts.seqmax as highest, state.last_value as last,
    array(
        select distinct array[column_of.relation, column_of.attnum]
        from (
            select depend.refobjid::bigint as relation, depend.refobjsubid::bigint as attnum
            from pg_catalog.pg_depend as depend
            where
                depend.classid = 'pg_class'::regclass and depend.objid = sequence.oid
                and depend.refclassid = 'pg_class'::regclass and depend.deptype in ('a', 'i')
            union
            select fallback.adrelid::bigint, fallback.adnum::bigint
            from pg_catalog.pg_depend as depend
            inner join pg_catalog.pg_attrdef as fallback
                on depend.classid = 'pg_attrdef'::regclass and depend.objid = fallback.oid
            where depend.refclassid = 'pg_class'::regclass and depend.refobjid = sequence.oid
        ) as column_of
    ) as columns
from pg_catalog.pg_sequence as facts
inner join pg_catalog.pg_class as sequence on sequence.oid = facts.seqrelid
inner join pg_catalog.pg_namespace as space on space.oid = sequence.relnamespace
left join pg_catalog.pg_sequences as state
    on state.schemaname = space.nspname and state.sequencename = sequence.relname
where space.nspname = any(%s)
order by space.nspname, sequence.relname
"""

_INTEGERS = """
select attrelid::bigint as relation, attnum::bigint as attnum, attname as name,
    atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype) as counts
from pg_catalog.pg_attribute
where attrelid = any(%s::oid[]) and attnum > 0 and not attisdropped
"""


@dataclass(frozen=True)
class Sequence:
    """A sequence and the statement that sets it."""

    full_name: str
    sql: str


def sequences(
    conn: psycopg.Connection[Any], schemas: list[str], tables: list[Table]
) -> list[Sequence]:
    """Compute the next value of every sequence from the masked rows; the same on every run."""
    by_oid = {table.oid: table for table in tables}
    found = named_rows(conn, _SEQUENCES, [schemas])
    rows = named_rows(conn, _INTEGERS, [list(by_oid)])
    attributes = {(row.relation, row.attnum): row for row in rows}
    result = []
    for sequence in found:
        used = [attributes[tuple(c)] for c in sequence.columns if tuple(c) in attributes]
        linked = bool(sequence.columns)
        if not linked:
            used = _by_name(sequence, by_oid, rows)
        reached = [
            value
            for column in used
            if column.counts
            and (value := _furthest(conn, by_oid[column.relation], column.name, sequence.step))
            is not None
        ]
        # A column that is dropped loads as its default and draws one value for every row.
        drawn = sum(
            by_oid[column.relation].rows
            for column in used
            if linked and column.name not in {c.name for c in by_oid[column.relation].columns}
        )
        if drawn:
            reached.append(sequence.start + (drawn - 1) * sequence.step)
        if not linked and not used and sequence.last is not None:
            # Nobody knows which keys it serves; the source's own state is the best there is.
            reached.append(sequence.last)
        statement = _setval(sequence, reached)
        result.append(Sequence(f"{sequence.schema}.{sequence.name}", statement))
    return result


def _by_name(sequence: Any, by_oid: dict[int, Table], rows: list[Any]) -> list[Any]:
    """The key column that a sequence serves by its name alone, as object mappers lay them out."""
    used = []
    for row in rows:
        table = by_oid[row.relation]
        names = {f"{table.name}_{row.name}_seq", f"{table.name}_id_seq", f"{table.name}_seq"}
        if table.schema == sequence.schema and table.order == (row.name,) and row.counts:
            used += [row] if sequence.name in names else []
    return used


def _furthest(conn: psycopg.Connection[Any], table: Table, column: str, step: int) -> int | None:
    """The masked key furthest along the sequence's way; None without rows or without the column."""
    if column not in {c.name for c in table.columns}:
        return None
    row = conn.execute(
        sql.SQL("select {}({})::numeric from {}").format(
            sql.SQL("max" if step > 0 else "min"), sql.Identifier(column), table.relation
        )
    ).fetchone()
    if row is None or row[0] is None or not row[0].is_finite():
        return None
    return int(row[0].to_integral_value("ROUND_CEILING" if step > 0 else "ROUND_FLOOR"))


def _setval(sequence: Any, reached: list[int]) -> str:
    """Set the sequence so that its next value is the first one of its own series past every key."""
    following, called = sequence.start, False
    if reached:
        furthest = max(reached) if sequence.step > 0 else min(reached)
        steps = (furthest - sequence.start) // sequence.step + 1
        following = max(0, steps) * sequence.step + sequence.start
        if not sequence.lowest <= following <= sequence.highest:
            # As in the source: used up; the next call says so.
            following, called = (
                (sequence.highest, True) if sequence.step > 0 else (sequence.lowest, True)
            )
    return (
        sql.SQL("SELECT pg_catalog.setval({}::regclass, {}, {});")
        .format(
            sql.Literal(sql.Identifier(sequence.schema, sequence.name).as_string()),
            sql.SQL(str(following)),
            sql.SQL("true" if called else "false"),
        )
        .as_string()
    )
