"""`tdm init` on foreign keys to one partition, and of some partitions only: exactly these rows."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from conftest import TestServer
from scaffold_support import Project, constraints, filled, make
from tdm import dump, load, plan
from tdm.scaffold.partitions import Partition, any_of, condition, covers, most, values

PARTITIONS = Path(__file__).with_name("scaffold_partitions.sql")
# Nothing says which rows a partition by hash has, or what the key of a long range is; what most
# partitions declare is meant for all.
INEXACT = {"p.shares", "p.days", "p.jobs", "p.payments"}
Places = dict[str, set[str]]

_KEYS = """
select
    con.conrelid::regclass::text, con.confrelid::regclass::text,
    coalesce(pg_partition_root(con.conrelid), con.conrelid)::regclass::text,
    coalesce(pg_partition_root(con.confrelid), con.confrelid)::regclass::text,
    array(
        select a.attname::text from unnest(con.conkey) with ordinality as k (number, place)
        inner join pg_attribute as a on a.attrelid = con.conrelid and a.attnum = k.number
        order by k.place
    ),
    (
        select string_agg(format('x.%I = t.%I', a.attname, b.attname), ' and ')
        from unnest(con.conkey, con.confkey) as k (own, other)
        inner join pg_attribute as a on a.attrelid = con.conrelid and a.attnum = k.own
        inner join pg_attribute as b on b.attrelid = con.confrelid and b.attnum = k.other
    )
from pg_constraint as con
where con.contype = 'f' and con.conparentid = 0 and con.connamespace = 'p'::regnamespace
"""


@pytest.fixture
def partitions(server: TestServer) -> Iterator[str]:
    """The database of scaffold_partitions.sql."""
    with filled(server, PARTITIONS.read_text(encoding="utf-8")) as database:
        yield database


def test_only_what_the_constraints_ask_for(
    server: TestServer, partitions: str, tmp_path: Path
) -> None:
    if server.version != 18 and not os.environ.get("TDM_NIGHTLY"):
        pytest.skip("proved on PostgreSQL 18")
    project = make(server, partitions, tmp_path / "project", roots=("p.customers=0.05",))
    sources = project.text("models/source/p/_p__sources.yml")
    assert sources.count("# points at one partition, but is followed to the whole table") == 2
    assert sources.count("# declared on some partitions only, but followed from the whole") == 1
    assert sources.count("# declared on most partitions only, but meant for all") == 1
    assert "where: \"x.region in ('us', 'ca')\"" in sources
    built = project.build()
    assert built.exit_code == 0, built.output[-8000:]
    needed, found = _needed(project)
    missing = {name: len(needed[name] - places) for name, places in found.items()}
    extra = {name: len(places - needed[name]) for name, places in found.items()}
    assert not any(missing.values()), missing
    assert {name for name, count in extra.items() if count} == INEXACT
    dump.export(project.folder, tmp_path / "dump", "dir", project.dsn, "staging_mask")
    loaded = server.create()
    try:
        load.load(tmp_path / "dump", server.dsn(loaded))
        assert constraints(server.dsn(loaded)) == constraints(project.dsn)
    finally:
        server.drop(loaded)


def _needed(project: Project) -> tuple[Places, Places]:
    """The rows that the constraints themselves ask for, and those that were kept, by place."""
    said = plan.plan(project.folder, project.dsn, "staging_mask")
    followed = {
        (edge["from"], edge["to"], tuple(edge["columns"]))
        for edge in said["references"]
        if edge["followed"]
    }
    with psycopg.connect(project.dsn) as session:
        up, down = [], []
        for child, parent, table, to, columns, on in session.execute(_KEYS).fetchall():
            pairs = session.execute(
                "select x.tableoid::text || x.ctid::text, t.tableoid::text || t.ctid::text"
                f" from {child} as x inner join {parent} as t on {on}"
            ).fetchall()
            up.append((table, to, pairs))
            if (table, to, tuple(columns)) in followed:
                down.append((to, table, [(t, x) for x, t in pairs]))
        found = {t["table"]: _places(session, t["table"], t["kept"]) for t in said["tables"]}
        needed: Places = defaultdict(set)
        for root in said["roots"]:
            needed[root["table"]] = _places(session, root["table"], root["keys"])
    _spread(needed, down)
    _spread(needed, up)
    return needed, found


def _places(session: psycopg.Connection[Any], table: str, kept: str) -> set[str]:
    """Where the rows of a table stand that a relation of keys or rows holds."""
    columns = [c.name for c in session.execute(f"select * from {table} limit 0").description or ()]
    held = [c.name for c in session.execute(f"select * from {kept} limit 0").description or ()]
    on = " and ".join(f"k.{name} is not distinct from x.{name}" for name in columns if name in held)
    query = f"select x.tableoid::text || x.ctid::text from {table} as x inner join {kept} as k on "
    return {str(place) for (place,) in session.execute(query + on).fetchall()}


def _spread(kept: Places, edges: list[tuple[str, str, list[tuple[Any, ...]]]]) -> None:
    """Follow edges from kept rows until nothing is added."""
    moved = True
    while moved:
        moved = False
        for start, end, pairs in edges:
            more = {other for row, other in pairs if row in kept[start]} - kept[end]
            kept[end] |= more
            moved = moved or bool(more)


def _tree(*bounds: tuple[str, str], kind: str = "r") -> dict[int, Partition]:
    """Partitions 1, 2, … of table 0, each with its key and its bound."""
    return {
        number: Partition(0, kind, tuple(key.split()), ("text",), key == "no", bound)
        for number, (key, bound) in enumerate(bounds, start=1)
    }


@pytest.mark.parametrize(
    ("key", "bound", "said"),
    [
        ("kind", "FOR VALUES IN ('n')", "x.kind = 'n'"),
        ("kind", "FOR VALUES IN ('it''s', NULL)", "x.kind = 'it''s' or x.kind is null"),
        ("kind", "FOR VALUES IN (NULL)", "x.kind is null"),
        ("Kind", "FOR VALUES IN ('a, b', 'c')", "x.\"Kind\" in ('a, b', 'c')"),
        ("no", "FOR VALUES FROM (1) TO (5)", "x.no >= 1 and x.no < 5"),
        ("no", "FOR VALUES FROM (MINVALUE) TO ('-5')", "x.no < '-5'"),
        ("no", "FOR VALUES FROM (MINVALUE) TO (MAXVALUE)", "x.no is not null"),
        ("a b", "FOR VALUES FROM (1, 2) TO (3, 4)", "(x.a, x.b) >= (1, 2) and (x.a, x.b) < (3, 4)"),
        ("a b", "FOR VALUES FROM (1, MINVALUE) TO (3, MINVALUE)", "x.a >= 1 and x.a < 3"),
        ("a b", "FOR VALUES FROM (1, MAXVALUE) TO (3, MAXVALUE)", "x.a > 1 and x.a <= 3"),
        ("", "FOR VALUES FROM (1) TO (5)", None),
        ("no", "FOR VALUES WITH (modulus 4, remainder 1)", None),
    ],
)
def test_conditions_of_partitions(key: str, bound: str, said: str | None) -> None:
    assert condition(_tree((key, bound)), 1) == said


def test_ranges_that_meet_become_one() -> None:
    months = [f"x.m >= {n} and x.m < {n + 1}" for n in (1, 2, 4)]
    assert any_of(months) == "x.m >= 1 and x.m < 3 or x.m >= 4 and x.m < 5"


def test_a_default_partition_has_what_no_other_has() -> None:
    tree = _tree(("kind", "FOR VALUES IN ('n', NULL)"), ("kind", "DEFAULT"), kind="l")
    assert condition(tree, 2) == "(x.kind = 'n' or x.kind is null) is not true"
    assert values(tree, 2) == {}
    assert covers(tree, 0, {1, 2}) and not covers(tree, 0, {2})
    assert most(tree, 0, {1, 2}) and not most(tree, 0, {2})


def test_values_are_written_down_while_they_are_few() -> None:
    tree = _tree(("kind", "FOR VALUES IN ('n', NULL)"), ("no", "FOR VALUES FROM ('-1') TO (2)"))
    assert values(tree, 1) == {"kind": ("'n'::text",)}
    assert values(tree, 2) == {"no": ("'-1'::text", "0::text", "1::text")}
    assert values(_tree(("no", "FOR VALUES FROM (1) TO (2000000000)")), 1) == {}
