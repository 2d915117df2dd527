"""What the source looks like: schemas, tables, keys, sequences, materialized views, extensions."""

import json
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row

from tdm.dump.release import Release, relation_names
from tdm.errors import TdmError

# Type categories of PostgreSQL that hold no text: numbers, dates, spans, booleans, enums, shapes,
# ranges. Their cells can hold no e-mail address and no name.
_NO_TEXT = frozenset("NDTBEGR")


@dataclass(frozen=True)
class Column:
    """A column of a source table that leaves."""

    name: str
    holds_text: bool
    is_bytea: bool
    treatment: str


@dataclass(frozen=True)
class Table:
    """A source table whose rows leave, and the masked relation that they come from."""

    schema: str
    name: str
    oid: int
    relation: sql.Identifier
    columns: tuple[Column, ...]
    order: tuple[str, ...]
    order_by: sql.Composable
    rows: int
    partitioned: bool

    @property
    def full_name(self) -> str:
        """The table as people write it."""
        return f"{self.schema}.{self.name}"


def named_rows(conn: psycopg.Connection[Any], query: str, arguments: list[Any]) -> list[Any]:
    """Rows whose columns are attributes."""
    with conn.cursor(row_factory=namedtuple_row) as cursor:
        return list(cursor.execute(query.encode(), arguments))


def source_schemas(
    conn: psycopg.Connection, project_dir: Path, release: Release, target: str
) -> list[str]:
    """The schemas that the dump has: those of the declared sources and of the released tables,
    and those that hold a type, function or table which these depend on.

    Raises:
        TdmError: exit 5 when a declared schema is not in this database.
    """
    ours = (f"{target}_", "tdm_vault")
    declared = {name for name in _declared_schemas(project_dir) if not name.startswith(ours)}
    wanted = {table.source_schema for table in release.tables} | declared
    found = conn.execute(
        "select nspname from pg_catalog.pg_namespace where nspname = any(%s)", [sorted(wanted)]
    ).fetchall()
    missing = wanted - {row[0] for row in found}
    if missing:
        raise TdmError(
            "Declared as source but not in this database: schema " + ", ".join(sorted(missing)), 5
        )
    while True:
        more = {row[0] for row in conn.execute(_USED_SCHEMAS, [sorted(wanted)]).fetchall()}
        if more <= wanted:
            return sorted(wanted)
        wanted |= more


def _declared_schemas(project_dir: Path) -> set[str]:
    """Schemas of the sources in dbt's manifest; none when the project was not parsed here."""
    path = project_dir / "target" / "manifest.json"
    try:
        sources = json.loads(path.read_text(encoding="utf-8")).get("sources", {})
    except (OSError, ValueError):
        return set()
    return {source["schema"] for source in sources.values()}


# Every object of some schemas, with what hangs on their tables: defaults, constraints, rules,
# triggers and policies.
_OBJECTS = """
with space as (
    select oid from pg_catalog.pg_namespace where nspname = any(%s)
),
relation as (
    select oid from pg_catalog.pg_class where relnamespace in (select oid from space)
),
object as (
    select 'pg_class'::regclass::oid as classid, oid as objid from relation
    union all
    select 'pg_type'::regclass, oid from pg_type where typnamespace in (select oid from space)
    union all
    select 'pg_proc'::regclass, oid from pg_proc where pronamespace in (select oid from space)
    union all
    select 'pg_operator'::regclass, oid from pg_operator
    where oprnamespace in (select oid from space)
    union all
    select 'pg_opclass'::regclass, oid from pg_opclass
    where opcnamespace in (select oid from space)
    union all
    select 'pg_ts_config'::regclass, oid from pg_ts_config
    where cfgnamespace in (select oid from space)
    union all
    select 'pg_ts_dict'::regclass, oid from pg_ts_dict
    where dictnamespace in (select oid from space)
    union all
    select 'pg_attrdef'::regclass, oid from pg_attrdef
    where adrelid in (select oid from relation)
    union all
    select 'pg_constraint'::regclass, oid from pg_constraint
    where connamespace in (select oid from space)
    union all
    select 'pg_rewrite'::regclass, oid from pg_rewrite
    where ev_class in (select oid from relation)
    union all
    select 'pg_trigger'::regclass, oid from pg_trigger
    where tgrelid in (select oid from relation)
    union all
    select 'pg_policy'::regclass, oid from pg_policy
    where polrelid in (select oid from relation)
),
used as (
    select distinct depend.refclassid, depend.refobjid
    from object
    inner join pg_depend as depend using (classid, objid)
    where depend.deptype <> 'e'
)
"""

_USED_SCHEMAS = (
    _OBJECTS
    + """
select distinct space.nspname
from used
left join pg_class as relation
    on used.refclassid = 'pg_class'::regclass and relation.oid = used.refobjid
left join pg_type as type on used.refclassid = 'pg_type'::regclass and type.oid = used.refobjid
left join pg_proc as proc on used.refclassid = 'pg_proc'::regclass and proc.oid = used.refobjid
left join pg_operator as op
    on used.refclassid = 'pg_operator'::regclass and op.oid = used.refobjid
left join pg_collation as coll
    on used.refclassid = 'pg_collation'::regclass and coll.oid = used.refobjid
left join pg_opclass as opc
    on used.refclassid = 'pg_opclass'::regclass and opc.oid = used.refobjid
inner join pg_namespace as space
    on space.oid = coalesce(
        relation.relnamespace, type.typnamespace, proc.pronamespace,
        op.oprnamespace, coll.collnamespace, opc.opcnamespace
    )
where
    space.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    and not exists (
        select from pg_depend as member
        where
            member.classid = used.refclassid and member.objid = used.refobjid
            and member.deptype = 'e'
    )
union
-- a table needs its partitions, wherever they are
select home.nspname
from pg_inherits
inner join pg_class as part on part.oid = pg_inherits.inhrelid and part.relispartition
inner join pg_namespace as home on home.oid = part.relnamespace
where pg_inherits.inhparent in (select relation.oid from relation)
"""
)

_EXTENSIONS = (
    _OBJECTS
    + """
select
    extension.oid::bigint as oid,
    extension.extname as name,
    space.nspname as schema,
    exists (
        select
        from pg_depend as member
        inner join used
            on used.refclassid = member.classid and used.refobjid = member.objid
        where
            member.deptype = 'e' and member.refclassid = 'pg_extension'::regclass
            and member.refobjid = extension.oid
    ) as needed,
    array(
        select depend.refobjid::bigint from pg_depend as depend
        where
            depend.classid = 'pg_extension'::regclass and depend.objid = extension.oid
            and depend.refclassid = 'pg_extension'::regclass
    ) as requires,
    space.oid in (select oid from space) as inside
from pg_extension as extension
inner join pg_namespace as space on space.oid = extension.extnamespace
where extension.extname <> 'plpgsql'
order by extension.extname
"""
)


def extensions(conn: psycopg.Connection, schemas: list[str]) -> list[dict[str, Any]]:
    """Extensions that the schemas use, in the order of their creation.

    Returns:
        For each one `name`, `schema` and `needed`: whether something in the schemas depends on it.
        One that only lives in such a schema may be called by a function body, which no catalog
        knows; it is created where the server has it.
    """
    rows = named_rows(conn, _EXTENSIONS, [schemas])
    by_oid = {row.oid: row for row in rows}
    chosen: dict[int, bool] = {}

    def choose(oid: int, needed: bool) -> None:
        if chosen.get(oid, False) >= needed and oid in chosen:
            return
        chosen[oid] = needed
        for other in by_oid[oid].requires:
            if other in by_oid:
                choose(other, needed)

    for row in rows:
        if row.needed or row.inside:
            choose(row.oid, row.needed)
    done: list[dict[str, Any]] = []
    placed: set[int] = set()
    while len(placed) < len(chosen):
        for row in rows:
            ready = all(other in placed or other not in chosen for other in row.requires)
            if row.oid in chosen and row.oid not in placed and ready:
                done.append({"name": row.name, "schema": row.schema, "needed": chosen[row.oid]})
                placed.add(row.oid)
                break
    return done


_RELATIONS = """
select relation.oid::bigint as oid, space.nspname as schema, relation.relname as name,
    relation.relkind::text as kind
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as space on space.oid = relation.relnamespace
where relation.relkind in ('r', 'p') and space.nspname = any(%s)
"""

_COLUMNS = """
select attribute.attrelid::bigint as relation, attribute.attname as name,
    attribute.attgenerated::text as generated, attribute.attcollation <> 0 as collated,
    type.typcategory::text as category, base.typname as base, element.typcategory::text as element
from pg_catalog.pg_attribute as attribute
inner join pg_catalog.pg_type as type on type.oid = attribute.atttypid
inner join pg_catalog.pg_type as base on base.oid = coalesce(nullif(type.typbasetype, 0), type.oid)
left join pg_catalog.pg_type as element
    on element.oid = base.typelem and base.typcategory = 'A'
where attribute.attrelid = any(%s::oid[]) and attribute.attnum > 0 and not attribute.attisdropped
order by attribute.attrelid, attribute.attnum
"""

# Primary key first, then unique keys over NOT NULL columns; no expressions, no partial ones.
_KEYS = """
select index.indrelid::bigint as relation,
    array(
        select attribute.attname::text
        from unnest(index.indkey::int2[]) with ordinality as part (attnum, place)
        inner join pg_catalog.pg_attribute as attribute
            on attribute.attrelid = index.indrelid and attribute.attnum = part.attnum
        where part.place <= index.indnkeyatts
        order by part.place
    ) as columns
from pg_catalog.pg_index as index
inner join pg_catalog.pg_class as named on named.oid = index.indexrelid
where
    index.indrelid = any(%s::oid[]) and index.indisunique and index.indisvalid
    and index.indexprs is null and index.indpred is null
    and not exists (
        select from unnest(index.indkey::int2[]) with ordinality as part (attnum, place)
        inner join pg_catalog.pg_attribute as attribute
            on attribute.attrelid = index.indrelid and attribute.attnum = part.attnum
        where part.place <= index.indnkeyatts and not attribute.attnotnull
    )
order by index.indrelid, index.indisprimary desc, index.indnkeyatts, named.relname
"""


def tables(conn: psycopg.Connection, release: Release, target: str) -> list[Table]:
    """The tables whose rows leave, parents before children where foreign keys allow it.

    Raises:
        TdmError: exit 3 when the source table of a released one is gone, or when the masked table
            has a column that the source does not know.
    """
    names = relation_names(conn, release)
    sources = {
        (row.schema, row.name): row
        for row in named_rows(
            conn, _RELATIONS, [sorted({table.source_schema for table in release.tables})]
        )
    }
    gone = [t.source for t in release.tables if (t.source_schema, t.source_table) not in sources]
    if gone:
        raise TdmError("Released, but no longer in the source: " + ", ".join(gone), 3)
    oids = [sources[t.source_schema, t.source_table].oid for t in release.tables]
    columns: dict[int, list[Any]] = {}
    for row in named_rows(conn, _COLUMNS, [oids + [t.oid for t in release.tables]]):
        columns.setdefault(row.relation, []).append(row)
    keys: dict[int, list[list[str]]] = {}
    for row in named_rows(conn, _KEYS, [oids]):
        keys.setdefault(row.relation, []).append(row.columns)
    treated = {(t["oid"], t["column"]): t for t in treatments(conn, release, target)}
    result = []
    for released, oid in zip(release.tables, oids, strict=True):
        masked = {column.name: column for column in columns.get(released.oid, [])}
        known = columns.get(oid, [])  # none: COPY writes a line for each row all the same
        strange = sorted(set(masked) - {column.name for column in known})
        if strange:
            raise TdmError(
                f"{released.source} has no column {', '.join(strange)}, its masked table has.", 3
            )
        leaving = [c.name for c in known if c.name in masked and not c.generated]
        if known and not leaving:
            raise TdmError(f"No column of {released.source} is left in its masked table.", 3)
        key = next((key for key in keys.get(oid, []) if set(key) <= set(leaving)), None)
        result.append(
            Table(
                schema=released.source_schema,
                name=released.source_table,
                oid=oid,
                relation=sql.Identifier(*names[released.oid][:2]),
                columns=tuple(
                    Column(
                        name,
                        _holds_text(masked[name])
                        and not treated.get((released.oid, name), {}).get("dictionary"),
                        masked[name].base == "bytea",
                        treated.get((released.oid, name), {}).get("treatment", "unknown"),
                    )
                    for name in leaving
                ),
                order=tuple(key or ()),
                order_by=_order_by(key, [masked[name] for name in leaving]),
                rows=released.rows,
                partitioned=sources[released.source_schema, released.source_table].kind == "p",
            )
        )
    return _parents_first(conn, result)


def _holds_text(column: Any) -> bool:
    """Whether a cell of this column can hold text."""
    category = column.element if column.category == "A" and column.element else column.category
    return category not in _NO_TEXT and column.base not in ("uuid", "_uuid")


def _order_by(key: list[str] | None, columns: list[Any]) -> sql.Composable:
    """The one order of a table's rows, whatever the server's locale and heap.

    Without a key the whole row decides, as text: equal rows are then equal bytes, as rows without
    columns always are.
    """
    if not columns:
        return sql.SQL("ctid")
    chosen = [c for name in key for c in columns if c.name == name] if key else columns
    return sql.SQL(", ").join(
        sql.SQL('{}::text collate "C"' if column.collated or not key else "{}").format(
            sql.Identifier(column.name)
        )
        for column in chosen
    )


def _parents_first(conn: psycopg.Connection, tables: list[Table]) -> list[Table]:
    """Order by foreign keys, then by name; a cycle is cut at its first table by name."""
    by_oid = {table.oid: table for table in tables}
    edges = conn.execute(
        "select distinct conrelid::bigint, confrelid::bigint from pg_catalog.pg_constraint "
        "where contype = 'f' and conrelid = any(%(oids)s::oid[]) "
        "and confrelid = any(%(oids)s::oid[]) and conrelid <> confrelid",
        {"oids": list(by_oid)},
    ).fetchall()
    parents: dict[int, set[int]] = {oid: set() for oid in by_oid}
    for child, parent in edges:
        parents[child].add(parent)
    while True:
        sorter = TopologicalSorter(parents)
        try:
            sorter.prepare()
            break
        except CycleError as error:
            cycle = set(error.args[1])
            first = min(cycle, key=lambda oid: (by_oid[oid].schema, by_oid[oid].name))
            parents[first] -= cycle
    ordered: list[Table] = []
    while sorter.is_active():
        ready = sorted(
            (by_oid[oid] for oid in sorter.get_ready()), key=lambda t: (t.schema, t.name)
        )
        ordered += ready
        sorter.done(*(table.oid for table in ready))
    return ordered


def tables_without_rows(
    conn: psycopg.Connection, schemas: list[str], with_rows: list[Table]
) -> list[str]:
    """Tables of the dumped schemas that leave empty; partitions go with their parent."""
    rows = conn.execute(
        "select n.nspname, c.relname from pg_catalog.pg_class c "
        "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
        "where c.relkind in ('r', 'p', 'f') and not c.relispartition and n.nspname = any(%s) "
        "and not c.oid = any(%s::oid[]) and not exists (select from pg_catalog.pg_depend d "
        "where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')",
        [schemas, [table.oid for table in with_rows]],
    ).fetchall()
    return sorted(f"{schema}.{name}" for schema, name in rows)


def treatments(conn: psycopg.Connection, release: Release, target: str) -> list[dict[str, Any]]:
    """What happened to each column of the released tables: facts, no values."""
    if not _exists(conn, f"{target}_tdm", "treatments"):
        return []
    rows = conn.execute(
        sql.SQL(
            "select distinct on (relation, source_table, column_name) relation::bigint, "
            "source_table, column_name, treatment, mask, "
            "jsonb_path_query_first(facts, '$[*].version') #>> '{{}}', "
            "jsonb_path_query_first(facts, '$[*].dictionaries'), "
            # Picked from a dictionary: equal to somebody's by chance, which the gate has bounded.
            "coalesce(treatment = 'masked' and jsonb_path_exists(facts, '$[*].space') "
            "and not jsonb_path_exists(facts, '$[*] ? (!exists (@.space))'), false) "
            "from {} where relation = any(%s::oid[]) "
            "order by relation, source_table, column_name, at desc"
        ).format(sql.Identifier(f"{target}_tdm", "treatments")),
        [[table.oid for table in release.tables]],
    ).fetchall()
    names = ("oid", "table", "column", "treatment", "mask", "version", "dictionaries", "dictionary")
    return sorted(
        (dict(zip(names, row, strict=True)) for row in rows),
        key=lambda t: (t["table"], t["column"]),
    )


def gate_results(conn: psycopg.Connection, target: str) -> list[dict[str, Any]]:
    """The newest result of every gate, by name."""
    if not _exists(conn, f"{target}_tdm", "gate_results"):
        return []
    rows = conn.execute(
        sql.SQL("select distinct on (gate) gate, findings from {} order by gate, at desc").format(
            sql.Identifier(f"{target}_tdm", "gate_results")
        )
    ).fetchall()
    return sorted(
        ({"gate": gate, "findings": findings} for gate, findings in rows), key=lambda g: g["gate"]
    )


def source_seen_at(conn: psycopg.Connection, target: str) -> str | None:
    """When the source was first seen as it is: UTC, ISO 8601."""
    if not _exists(conn, f"{target}_tdm", "source_state"):
        return None
    row = conn.execute(
        sql.SQL(
            "select to_char(seen_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') "
            "from {} order by at desc limit 1"
        ).format(sql.Identifier(f"{target}_tdm", "source_state"))
    ).fetchone()
    return row[0] if row else None


def _exists(conn: psycopg.Connection, schema: str, name: str) -> bool:
    row = conn.execute(
        "select to_regclass(format('%%I.%%I', %s::text, %s::text)) is not null", [schema, name]
    ).fetchone()
    return bool(row and row[0])


def refreshed_views(conn: psycopg.Connection, schemas: list[str]) -> list[tuple[str, str]]:
    """Materialized views that the source keeps filled, each after those that it reads."""
    views = conn.execute(
        "select c.oid::bigint, n.nspname, c.relname, c.relkind = 'm' and c.relispopulated "
        "from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
        "where c.relkind in ('m', 'v') and n.nspname = any(%s)",
        [schemas],
    ).fetchall()
    reads = conn.execute(
        "select distinct rule.ev_class::bigint, depend.refobjid::bigint "
        "from pg_catalog.pg_rewrite rule join pg_catalog.pg_depend depend "
        "on depend.classid = 'pg_rewrite'::regclass and depend.objid = rule.oid "
        "where depend.refclassid = 'pg_class'::regclass and depend.refobjid <> rule.ev_class"
    ).fetchall()
    by_oid = {oid: (schema, name, filled) for oid, schema, name, filled in views}
    below: dict[int, list[int]] = {}
    for view, read in reads:
        if read in by_oid:
            below.setdefault(view, []).append(read)
    ordered: list[int] = []

    def visit(oid: int) -> None:
        if oid in ordered:
            return
        for read in sorted(below.get(oid, []), key=lambda o: by_oid[o][:2]):
            visit(read)
        ordered.append(oid)

    for oid in sorted(by_oid, key=lambda o: by_oid[o][:2]):
        visit(oid)
    return [by_oid[oid][:2] for oid in ordered if by_oid[oid][2]]


def identifiers(conn: psycopg.Connection) -> frozenset[str]:
    """Lower-cased names of everything in the catalog, and SQL's own words: no value of anybody."""
    rows = conn.execute(
        "select lower(name) from ("
        "select nspname::text from pg_catalog.pg_namespace "
        "union select relname::text from pg_catalog.pg_class "
        "union select attname::text from pg_catalog.pg_attribute where attnum > 0 "
        "union select proname::text from pg_catalog.pg_proc "
        "union select typname::text from pg_catalog.pg_type "
        "union select conname::text from pg_catalog.pg_constraint "
        "union select tgname::text from pg_catalog.pg_trigger "
        "union select word from pg_catalog.pg_get_keywords()) as known (name)"
    ).fetchall()
    return frozenset(row[0] for row in rows)


def unusual_state(conn: psycopg.Connection, schemas: list[str]) -> dict[str, list[str]]:
    """Constraints that are not validated and triggers that are disabled: so in the source, hence
    so after a load, and nothing else may be."""
    constraints = conn.execute(
        "select n.nspname || '.' || coalesce(c.relname || '.', '') || k.conname "
        "from pg_catalog.pg_constraint k join pg_catalog.pg_namespace n on n.oid = k.connamespace "
        "left join pg_catalog.pg_class c on c.oid = k.conrelid "
        "where not k.convalidated and n.nspname = any(%s)",
        [schemas],
    ).fetchall()
    triggers = conn.execute(
        "select n.nspname || '.' || c.relname || '.' || t.tgname "
        "from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid "
        "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
        "where t.tgenabled = 'D' and not t.tgisinternal and n.nspname = any(%s)",
        [schemas],
    ).fetchall()
    return {
        "unvalidated_constraints": sorted(row[0] for row in constraints),
        "disabled_triggers": sorted(row[0] for row in triggers),
    }
