"""What the server knows of the source's tables without reading a row: sizes and statistics.

From pg_class, pg_index, pg_attribute and pg_stats, and from the planner's estimates of conditions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from tdm.errors import ExitCode, TdmError
from tdm.plan.read import Table

Database = psycopg.Connection[tuple[Any, ...]]
Relation = tuple[str, str]

# The texts of values are what samples hash: the same settings as macros/engine/fixed_settings.sql.
_SETTINGS = (
    "set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set timezone = 'UTC';"
    " set bytea_output = 'hex'; set extra_float_digits = 1; set lc_monetary = 'C'; set jit = off"
)

_LEAVES = """
with recursive

family (root, only_itself, member) as (
    select c.oid, wanted.only_itself, c.oid
    from unnest(%(schemas)s::text[], %(tables)s::text[], %(only)s::boolean[])
        as wanted (schema_name, table_name, only_itself)
    inner join pg_namespace as n on n.nspname = wanted.schema_name
    inner join pg_class as c on c.relnamespace = n.oid and c.relname = wanted.table_name
    union all
    select family.root, false, i.inhrelid
    from family
    inner join pg_inherits as i on i.inhparent = family.member
    where not family.only_itself
)

select
    rn.nspname::text as root_schema,
    r.relname::text as root_table,
    n.nspname::text as schema_name,
    c.relname::text as table_name,
    c.relkind::text as kind,
    c.reltuples::float8 as tuples,
    c.relpages as pages,
    case when c.relkind in ('r', 'm') then pg_relation_size(c.oid) else 0 end
        / current_setting('block_size')::float8 as pages_now,
    case when c.relkind in ('r', 'm') then pg_table_size(c.oid) else 0 end as bytes
from family
inner join pg_class as r on r.oid = family.root
inner join pg_namespace as rn on rn.oid = r.relnamespace
inner join pg_class as c on c.oid = family.member
inner join pg_namespace as n on n.oid = c.relnamespace
order by 1, 2, 3, 4
"""

_COLUMNS = """
select
    schemaname::text,
    tablename::text,
    attname::text,
    inherited,
    null_frac::float8,
    n_distinct::float8,
    most_common_vals::text::text[],
    most_common_freqs::float8[],
    histogram_bounds::text::text[],
    elem_count_histogram::float8[]
from pg_stats
where schemaname = any(%s)
"""

_UNIQUE = """
select n.nspname::text, c.relname::text, array_agg(a.attname::text order by a.attname)
from pg_index as i
inner join pg_class as c on c.oid = i.indrelid
inner join pg_namespace as n on n.oid = c.relnamespace
cross join lateral unnest(i.indkey::smallint[]) with ordinality as part (attnum, place)
inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = part.attnum
where n.nspname = any(%s) and i.indisunique and i.indpred is null and i.indexprs is null
    and part.place <= i.indnkeyatts
group by i.indexrelid, n.nspname, c.relname
"""

_NULLABLE = """
select n.nspname::text, c.relname::text, a.attname::text
from pg_attribute as a
inner join pg_class as c on c.oid = a.attrelid
inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%s) and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attnotnull
"""


@dataclass
class Column:
    """What ANALYZE found in a column.

    Attributes:
        nulls: the share of NULLs.
        distinct: the number of different values.
        common: the most common values, as texts, with the share of rows that each has.
        bounds: values that cut the others into parts of as many rows each.
        elements: for arrays, the average number of elements.
    """

    nulls: float = 0.0
    distinct: float = 0.0
    common: dict[str, float] = field(default_factory=dict)
    bounds: list[str] = field(default_factory=list)
    elements: float | None = None


@dataclass
class Statistics:
    """What the server knows of one table.

    Attributes:
        rows: how many it has; by its size, where it was never analysed.
        bytes: with what its rows have in TOAST.
        columns: those that were analysed.
        unique: columns that no two rows have in common.
        nullable: columns that may be NULL.
        view: it is a view, of which there are no statistics.
    """

    rows: float = 0.0
    bytes: int = 0
    columns: dict[str, Column] = field(default_factory=dict)
    unique: list[frozenset[str]] = field(default_factory=list)
    nullable: set[str] = field(default_factory=set)
    view: bool = False


@dataclass
class _Leaf:
    """A relation that holds rows of a table: the table itself, a partition, an heir."""

    relation: Relation
    rows: float
    bytes: int
    kind: str


def fix_settings(database: Database) -> None:
    """Make the text of every value what the build hashes, whatever the session's own settings."""
    database.execute(_SETTINGS)


def collect(database: Database, tables: Iterable[Table]) -> dict[str, Statistics]:
    """Look up every table, without reading a row of it.

    Args:
        database: the connection; its settings that have to do with texts are fixed.
        tables: the tables.

    Returns:
        By the tables' names.

    Raises:
        TdmError: a table is not there.
    """
    fix_settings(database)
    wanted = {table.relation: table for table in tables}
    leaves = _leaves(database, wanted)
    found: dict[str, Statistics] = {}
    for relation, table in wanted.items():
        if relation not in leaves:
            raise TdmError(
                f"{table.shown} is declared in the sources, but production does not have it.",
                ExitCode.PRECONDITION,
            )
        found[table.name] = Statistics(
            rows=sum(leaf.rows for leaf in leaves[relation]),
            bytes=sum(leaf.bytes for leaf in leaves[relation]),
            view=any(leaf.kind == "v" for leaf in leaves[relation]),
        )
    schemas = sorted({leaf.relation[0] for parts in leaves.values() for leaf in parts})
    by_itself, with_heirs = _columns(database, schemas)
    for relation, table in wanted.items():
        mine, parts = found[table.name], leaves[relation]
        columns = with_heirs.get(relation, {}) if len(parts) > 1 else {}
        mine.columns = {name: column_of(mine.rows, *row) for name, row in columns.items()}
        for name in {name for part in parts for name in by_itself.get(part.relation, ())}:
            if name not in mine.columns:
                mine.columns[name] = _merged(
                    mine.rows,
                    [
                        (part.rows, column_of(part.rows, *by_itself[part.relation][name]))
                        for part in parts
                        if name in by_itself.get(part.relation, ())
                    ],
                )
    for schema, name, columns in database.execute(_UNIQUE, [schemas]):
        if (schema, name) in wanted:
            found[wanted[schema, name].name].unique.append(frozenset(columns))
    for schema, name, column in database.execute(_NULLABLE, [schemas]):
        if (schema, name) in wanted:
            found[wanted[schema, name].name].nullable.add(column)
    return found


def planned(
    database: Database, relation: Relation, condition: str | None = None, only: bool = True
) -> dict[str, Any]:
    """The planner's plan for a table, or for the rows of alias x that meet a condition."""
    query = sql.SQL("explain (format json, verbose) select from {}{} as x").format(
        sql.SQL("only " if only else ""), sql.Identifier(*relation)
    )
    # a condition is SQL that the models hold; a cursor without parameters leaves its % alone
    text = query.as_string(database) + (f" where {condition}" if condition else "")
    row = database.execute(text.encode()).fetchone()
    return dict(row[0][0]["Plan"]) if row else {}


def planned_rows(
    database: Database, relation: Relation, condition: str | None = None, only: bool = True
) -> float:
    """How many rows the planner believes a table has, or those of alias x that meet a condition."""
    return float(planned(database, relation, condition, only).get("Plan Rows", 0.0))


def filters(plan: dict[str, Any]) -> Iterator[str]:
    """The conditions on alias x in a plan, as the server spells them."""
    if re.fullmatch(r"x(_\d+)?", str(plan.get("Alias", ""))):
        for place in ("Filter", "Index Cond", "Recheck Cond"):
            if place in plan:
                yield str(plan[place])
    for below in plan.get("Plans", ()):
        yield from filters(below)


def _leaves(database: Database, wanted: dict[Relation, Table]) -> dict[Relation, list[_Leaf]]:
    """For each table the relations that hold its rows."""
    found: dict[Relation, list[_Leaf]] = {}
    parameters = {
        "schemas": [schema for schema, _ in wanted],
        "tables": [name for _, name in wanted],
        "only": [table.only for table in wanted.values()],
    }
    for row in database.execute(_LEAVES, parameters).fetchall():
        root_schema, root, schema, name, kind, tuples, pages, now, size = row
        if kind == "p":
            rows = 0.0
        elif kind in ("r", "m"):
            rows = _rows(database, (schema, name), tuples, pages, now)
        else:  # a view, a foreign table
            rows = planned_rows(database, (schema, name), only=False)
        leaf = _Leaf((schema, name), rows, size, kind)
        found.setdefault((root_schema, root), []).append(leaf)
    return found


def _rows(database: Database, relation: Relation, tuples: float, pages: float, now: float) -> float:
    if not now:
        return 0.0
    if tuples >= 0 and pages > 0:
        return tuples if now == pages else tuples * now / pages
    # never analysed: by its size; the planner takes a small table for one of ten pages
    return planned_rows(database, relation) * now / max(now, 10)


_Numbers = tuple[Any, ...]


def _columns(
    database: Database, schemas: list[str]
) -> tuple[dict[Relation, dict[str, _Numbers]], dict[Relation, dict[str, _Numbers]]]:
    """What pg_stats has, for tables by themselves and for those with their heirs."""
    by_itself: dict[Relation, dict[str, _Numbers]] = defaultdict(dict)
    with_heirs: dict[Relation, dict[str, _Numbers]] = defaultdict(dict)
    for schema, name, column, inherited, *numbers in database.execute(_COLUMNS, [schemas]):
        place = with_heirs if inherited else by_itself
        place[schema, name][column] = tuple(numbers)
    return by_itself, with_heirs


def column_of(
    rows: float,
    nulls: float,
    distinct: float,
    values: list[str] | None,
    shares: list[float] | None,
    bounds: list[str] | None,
    elements: list[float] | None,
) -> Column:
    """A column of so many rows by what pg_stats has of it."""
    return Column(
        nulls=nulls,
        distinct=distinct if distinct >= 0 else -distinct * rows,
        common=dict(zip(values or (), shares or (), strict=False)),
        bounds=bounds or [],
        elements=elements[-1] if elements else None,
    )


def _merged(rows: float, parts: list[tuple[float, Column]]) -> Column:
    """One column of several partitions."""
    if len(parts) == 1:
        return parts[0][1]
    total = max(rows, 1.0)
    common: dict[str, float] = {}
    for part_rows, part in parts:
        for value, share in part.common.items():
            common[value] = common.get(value, 0.0) + share * part_rows / total
    apart = all(part.distinct >= 0.9 * part_rows * (1 - part.nulls) for part_rows, part in parts)
    counts = [part.distinct for _, part in parts]
    return Column(
        nulls=sum(part_rows * part.nulls for part_rows, part in parts) / total,
        # what is unique in every partition is so in all; other values occur in each of them
        distinct=max(sum(counts) if apart else max(counts), len(common)),
        common=common,
    )
