"""The same rows whatever the threads, the physical order, the server, and the kind of layer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from psycopg import sql

from subset_properties import batch, project
from subset_properties.batch import Connection, Workshop
from subset_properties.schema import Service

SEEDS = range(4)


def test_same_rows_on_another_server_in_another_order(
    workshop: Workshop, same_everywhere: Callable[[str, int, object], None]
) -> None:
    """Tables by one thread; views by eight over rewritten tables; and as on other versions."""
    services = [batch.drawn(number) for number in SEEDS]
    with batch.loaded(workshop, services) as folder:
        _layer(folder, "table")
        done = workshop.build(folder, "--threads", "1")
        assert done.exit_code == 0, done.output[-4000:]
        with workshop.connect() as connected:
            before = _contents(connected, services)
            assert _kinds(connected) == {"r"}
            assert _rewritten(connected) > 10
        _layer(folder, "view")
        done = workshop.build(folder, "--threads", "8")
        assert done.exit_code == 0, done.output[-4000:]
        with workshop.connect() as connected:
            assert _kinds(connected) == {"v"}
            assert _contents(connected, services) == before
            assert not _views_on_views(connected)
    same_everywhere("subset", workshop.server.version, before)


def _layer(folder: Path, kind: str) -> None:
    """Say in dbt_project.yml what the rows of the subset are, for all models."""
    path = folder / "dbt_project.yml"
    text = re.sub(r"\n +s\d+:\n +\+meta:\n +as: view", "", path.read_text(encoding="utf-8"))
    text = re.sub("tdm_subset_as: .*", f"tdm_subset_as: {kind}", text)
    path.write_text(text, encoding="utf-8")


def _kinds(connected: Connection) -> set[str]:
    found = connected.execute(
        "select distinct relkind::text from pg_class where relnamespace = %s::regnamespace"
        " and relname like 'subset\\_%%' and relkind <> 'i'",
        [f"{project.TARGET}_subset"],
    )
    return {kind for (kind,) in found.fetchall()}


def _contents(connected: Connection, services: list[Service]) -> dict[str, str]:
    """A digest of the kept rows of every table, and of every table of keys, in no order."""
    found = {}
    for service in services:
        for table in service.tables:
            rows = batch.built_rows(connected, service, table)
            found[f"{service.seed} {table.id}"] = _digest(rows)
            for relation in project.key_tables(service, table.id):
                name = sql.Identifier(f"{project.TARGET}_subset", relation)
                keys = connected.execute(sql.SQL("select x::text from {} as x").format(name))
                found[relation] = _digest(Counter(keys.fetchall()))
    return found


def _digest(rows: Counter[tuple[str | None, ...]]) -> str:
    lines = sorted(f"{row!r} {count}" for row, count in rows.items())
    return sha256("\n".join(lines).encode()).hexdigest()


def _rewritten(connected: Connection) -> int:
    """Rewrite every source table in the order of its last column; returns how many."""
    tables = connected.execute(
        """
        select distinct on (c.oid) c.oid::regclass::text, a.attname::text
        from pg_class as c
        inner join pg_namespace as n on n.oid = c.relnamespace
        inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
        where n.nspname like 'svc %' and c.relkind = 'r'
        order by c.oid, a.attnum desc
        """
    ).fetchall()
    for number, (table, column) in enumerate(tables):
        index = sql.Identifier(f"tdm_other_order_{number}")
        relation = sql.SQL(table)
        connected.execute(
            sql.SQL("create index {} on {} ({} desc)").format(
                index, relation, sql.Identifier(column)
            )
        )
        connected.execute(sql.SQL("cluster {} using {}").format(relation, index))
    return len(tables)


def _views_on_views(connected: Connection) -> list[tuple[object, ...]]:
    """Views of the subset that read another view."""
    return connected.execute(
        """
        select distinct r.ev_class::regclass::text, d.refobjid::regclass::text
        from pg_rewrite as r
        inner join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
        inner join pg_class as v on v.oid = r.ev_class
        inner join pg_class as c on c.oid = d.refobjid and d.refclassid = 'pg_class'::regclass
        where v.relname like 'subset\\_%' and c.relkind = 'v' and c.oid <> v.oid
        """
    ).fetchall()
