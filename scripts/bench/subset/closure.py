"""What must be kept: a fixpoint over every reference, and the rows of a result beside it.

Knows the catalog, the polymorphic references that no catalog has, and which references are
followed; neither our macros nor the SQL by hand. Each step is a plain join of whole tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from bench.subset.ground import ROOTS, SOURCE, Ground, percent_name

JUDGE = "judge"
"""The database that remembers what must be kept."""

ROOT = "customer"
# Rows of the first belong to the rows of the second that these columns point at.
_FOLLOWED = {
    ("address", "customer", "customer_id"),
    ("orders", "customer", "customer_id"),
    ("order_item", "orders", "order_id"),
    ("shipment", "orders", "order_id"),
    ("shipment_item", "shipment", "shipment_id"),
    ("review", "customer", "customer_id"),
    ("wishlist", "customer", "customer_id"),
    ("activity", "customer", "customer_id"),
    ("comment", "customer", "author_customer_id"),
    ("comment", "customer", "subject_id"),
    ("comment", "orders", "subject_id"),
}
_POLYMORPHIC = {"customer": "bigint", "orders": "bigint", "product": "uuid"}
_SUBJECTS = {"customer": "customer", "orders": "order", "product": "product"}


@dataclass(frozen=True)
class Edge:
    """One reference: the child's SQL over c, the parent's columns, a condition on the child."""

    child: str
    values: tuple[str, ...]
    parent: str
    columns: tuple[str, ...]
    where: str
    followed: bool


@dataclass(frozen=True)
class Difference:
    """Rows of one result against what must be kept."""

    rows: int
    missing: int
    extra: int
    altered: int

    @property
    def exact(self) -> bool:
        return not (self.missing or self.extra or self.altered)


@dataclass(frozen=True)
class Schema:
    """The bench schema: for each table its columns and its key, and every reference."""

    columns: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, tuple[str, ...]]
    edges: tuple[Edge, ...]


def read(ground: Ground) -> Schema:
    """The schema as the catalog has it, with the polymorphic references."""
    with ground.connect(SOURCE) as session:
        columns = _lists(
            session,
            "select c.relname, array_agg(a.attname::text order by a.attnum) from pg_class as c"
            " inner join pg_attribute as a on a.attrelid = c.oid and attnum > 0"
            " and not attisdropped where c.relnamespace = 'public'::regnamespace"
            " and c.relkind in ('r', 'p') and not c.relispartition group by 1",
        )
        keys = _lists(
            session,
            "select conrelid::regclass::text, array_agg(a.attname::text order by place)"
            " from pg_constraint, unnest(conkey) with ordinality as k (number, place)"
            " inner join pg_attribute as a on a.attnum = number"
            " where contype = 'p' and a.attrelid = conrelid"
            " and connamespace = 'public'::regnamespace group by 1",
        )
        foreign = session.execute(
            "select conrelid::regclass::text, confrelid::regclass::text,"
            " (select array_agg(attname::text order by place)"
            "  from unnest(conkey) with ordinality as k (number, place)"
            "  inner join pg_attribute on attrelid = conrelid and attnum = number),"
            " (select array_agg(attname::text order by place)"
            "  from unnest(confkey) with ordinality as k (number, place)"
            "  inner join pg_attribute on attrelid = confrelid and attnum = number)"
            " from pg_constraint where contype = 'f' and conparentid = 0"
            " and connamespace = 'public'::regnamespace order by 1, conname"
        ).fetchall()
    edges = [
        Edge(
            child,
            tuple(f'c."{column}"' for column in own),
            parent,
            tuple(theirs),
            "true",
            (child, parent, ",".join(own)) in _FOLLOWED,
        )
        for child, parent, own, theirs in foreign
    ]
    for parent, cast in _POLYMORPHIC.items():
        # the case keeps the cast from values of another kind
        condition = f"c.subject_type = '{_SUBJECTS[parent]}'"
        value = f"case when {condition} then c.subject_id::{cast} end"
        followed = ("comment", parent, "subject_id") in _FOLLOWED
        edges.append(Edge("comment", (value,), parent, ("id",), condition, followed))
    known = {table: columns[table] for table in sorted(columns) if table in keys}
    return Schema(known, keys, tuple(edges))


def _lists(session: psycopg.Connection[Any], query: str) -> dict[str, tuple[str, ...]]:
    return {str(name): tuple(found) for name, found in session.execute(query).fetchall()}


def remember(ground: Ground, schema: Schema, percents: list[float]) -> dict[float, int]:
    """Compute what must be kept for every percentage and keep it with the judge.

    Returns:
        rows to keep.
    """
    ground.create(JUDGE)
    with ground.connect(JUDGE) as judge:
        judge.execute(
            "create unlogged table expected (percent float, tbl text, key text, digest text)"
        )
    totals = {}
    for percent in percents:
        with ground.connect(SOURCE) as session, ground.connect(JUDGE) as judge:
            _close(session, schema, percent)
            for table in schema.columns:
                _send(
                    session,
                    _rows(schema, table, sql.Identifier("public", table))
                    + sql.SQL(" inner join {} using ({})").format(
                        sql.Identifier(f"k_{table}"),
                        sql.SQL(", ").join(map(sql.Identifier, schema.keys[table])),
                    ),
                    judge,
                    sql.SQL("expected"),
                    percent,
                )
            row = judge.execute(
                "select count(*) from expected where percent = %s", [percent]
            ).fetchone()
            totals[percent] = int(row[0]) if row else 0
    with ground.connect(JUDGE) as judge:
        judge.execute("create index on expected (percent)")
        judge.execute("analyze expected")
    return totals


def _close(session: psycopg.Connection[Any], schema: Schema, percent: float) -> None:
    """Fill one temporary table of kept keys a table: first what is owned, then what that needs."""
    session.execute("set client_min_messages = error")
    session.execute("set work_mem = '256MB'")
    for table, key in schema.keys.items():
        names = {
            "kept": sql.Identifier(f"k_{table}"),
            "table": sql.Identifier("public", table),
            "key": sql.SQL(", ").join(map(sql.Identifier, key)),
        }
        session.execute(
            sql.SQL(
                "drop table if exists {kept};"
                " create temp table {kept} as select {key} from {table} with no data;"
                " alter table {kept} add primary key ({key})"
            ).format(**names)
        )
    session.execute(
        sql.SQL("insert into {} select id from {}").format(
            sql.Identifier(f"k_{ROOT}"), sql.Identifier(ROOTS, percent_name(percent))
        )
    )
    _repeat(session, schema, [e for e in schema.edges if e.followed], down=True)
    _repeat(session, schema, list(schema.edges), down=False)


def _repeat(
    session: psycopg.Connection[Any], schema: Schema, edges: list[Edge], *, down: bool
) -> None:
    """Go over all edges until none adds a key; one whose start did not change adds none."""
    version: dict[str, int] = defaultdict(int)
    seen: dict[Edge, int] = {}
    moved = True
    while moved:
        moved = False
        for edge in edges:
            start = edge.parent if down else edge.child
            if seen.get(edge) == version[start]:
                continue
            seen[edge] = version[start]
            if _step(session, schema, edge, down=down):
                version[edge.child if down else edge.parent] += 1
                moved = True


def _step(session: psycopg.Connection[Any], schema: Schema, edge: Edge, *, down: bool) -> int:
    """Follow one edge from every kept row at its start; how many keys that added."""
    start, end = (edge.parent, edge.child) if down else (edge.child, edge.parent)
    on = " and ".join(
        f'{value} = p."{column}"' for value, column in zip(edge.values, edge.columns, strict=True)
    )
    here, there = ("p", "c") if down else ("c", "p")
    end_key = schema.keys[end]
    kept = " and ".join(f'k."{c}" = {here}."{c}"' for c in schema.keys[start])
    statement = (
        f'insert into "k_{end}" select distinct '
        + ", ".join(f'{there}."{c}"' for c in end_key)
        + f' from public."{edge.child}" as c inner join public."{edge.parent}" as p on {on}'
        + f' inner join "k_{start}" as k on {kept} where {edge.where}'
        + " on conflict do nothing"
    )
    session.execute(f'analyze "k_{start}"'.encode())
    return session.execute(statement.encode()).rowcount


def difference(
    ground: Ground,
    schema: Schema,
    percent: float,
    database: str,
    relations: Mapping[str, tuple[str, str]],
) -> Difference:
    """Compare a result with what must be kept.

    Args:
        database: where the result is.
        relations: schema and name of each table's result.
    """
    with ground.connect(JUDGE) as judge, ground.connect(database) as session:
        judge.execute("create temp table got (percent float, tbl text, key text, digest text)")
        for table in schema.columns:
            place = relations.get(table)
            found = (
                place
                and session.execute(
                    "select to_regclass(format('%%I.%%I', %s::text, %s::text))", place
                ).fetchone()
            )
            if place and found and found[0]:
                relation = sql.Identifier(*place)
                _send(session, _rows(schema, table, relation), judge, sql.SQL("got"), percent)
        judge.execute("analyze got")
        row = judge.execute(
            """
            select
                count(g.tbl),
                count(*) filter (where g.tbl is null),
                count(*) filter (where e.tbl is null or g.place > 1),
                count(*) filter (where e.digest <> g.digest and g.place = 1)
            from (select * from expected where percent = %s) as e
            full join (
                select *, row_number() over (partition by tbl, key order by digest) as place
                from got
            ) as g using (tbl, key)
            """,
            [percent],
        ).fetchone()
    return Difference(*(int(number) for number in row or (0, 0, 0, 0)))


def _rows(schema: Schema, table: str, relation: sql.Composable) -> sql.Composed:
    """The key as text and a digest of every row of a relation."""
    return sql.SQL(
        "select {name}, concat_ws('|', {key}), md5(row({columns})::text) from {from_}"
    ).format(
        name=sql.Literal(table),
        key=sql.SQL(", ").join(map(sql.Identifier, schema.keys[table])),
        columns=sql.SQL(", ").join(map(sql.Identifier, schema.columns[table])),
        from_=relation,
    )


def _send(
    session: psycopg.Connection[Any],
    query: sql.Composable,
    judge: psycopg.Connection[Any],
    table: sql.Composable,
    percent: float,
) -> None:
    """Carry the rows of a query over to the judge."""
    read = sql.SQL("copy (select {}::float, * from ({}) as found (tbl, key, digest)) to stdout")
    with (
        session.cursor() as reading,
        judge.cursor() as writing,
        reading.copy(read.format(sql.Literal(percent), query)) as rows,
        writing.copy(sql.SQL("copy {} from stdin").format(table)) as into,
    ):
        for block in rows:
            into.write(block)
