"""Foreign keys between texts of two collations are kept, masked, loaded and explained alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import TestServer
from scaffold_support import (
    TARGET,
    Project,
    constraints,
    difference_to_closure,
    filled,
    round_trip,
)
from tdm import connection, scaffold
from tdm.why import why

TWO = """
create schema a;
create collation a."as in C" (locale = 'C');
create table a.customers (
    code text collate "C" primary key, name text not null,
    -- a cycle of one table: its two ends differ
    sponsor text collate "POSIX" references a.customers (code)
);
create table a.orders (
    id bigint primary key, code text collate a."as in C" not null references a.customers (code),
    at date not null, unique (code, id)
);
create table a.lines (
    code text collate "C", order_id bigint, line int, primary key (code, order_id, line),
    foreign key (code, order_id) references a.orders (code, id)
);
-- the database's own collation gives way to any other
create table a.visits (
    id bigint primary key, code text not null references a.customers (code),
    seen_by text collate "POSIX" -- a customer too, which no constraint says
);
-- nothing owns its rows, which kept rows point at
create table a.clerks (name text primary key, since date);
create table a.tills (
    id bigint primary key, clerk text collate "POSIX" references a.clerks,
    opened_for text collate a."as in C" references a.customers (code)
);
-- which nobody declares
create table a.letters (id bigint primary key, customer_code text collate "POSIX", text text);
insert into a.letters
select i, 'c-' || 1 + i % 1700, 'text ' || i from generate_series(1, 3000) as i;
insert into a.customers
select 'c-' || i, 'Name ' || i, case when i % 3 = 0 then 'c-' || i - 1 end
from generate_series(1, 3000) as i;
insert into a.orders
select i, 'c-' || 1 + i % 2900, date '2024-01-01' + i % 300 from generate_series(1, 6000) as i;
insert into a.lines select 'c-' || 1 + i % 2900, i, 1 + i % 2 from generate_series(1, 6000) as i;
insert into a.visits
select i, 'c-' || 1 + i % 2800, 'c-' || 1 + i % 1500 from generate_series(1, 5000) as i;
insert into a.clerks select 'clerk ' || i, date '2020-01-01' + i from generate_series(0, 1499) as i;
insert into a.tills
select i, 'clerk ' || i % 700, 'c-' || 1 + i % 2000 from generate_series(1, 4000) as i;
"""
DECLARED = """
sources:
  - name: a
    tables:
      - {name: customers, columns: [{name: code}]}
      - name: visits
        config: {meta: {references: [{columns: [seen_by], to: a.customers, to_columns: [code]}]}}
"""


SOURCES = "models/source/a/_a__sources.yml"
ORDERS = """columns: [code], expression: ["x.code collate \\"C\\""], to: a.customers"""


@pytest.fixture(scope="module")
def project(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """What init writes for tables whose keys are texts of several collations."""
    folder = tmp_path_factory.mktemp("collations")
    (folder / "declared.yml").write_text(DECLARED, encoding="utf-8")
    with filled(server, TWO) as database:
        done = scaffold.init(
            server.dsn(database),
            folder / "project",
            [],
            ["a.customers=0.05"],
            True,
            references=folder / "declared.yml",
        )
        yield Project(server, database, folder / "project", done)


def test_two_collations_from_init_to_a_loaded_dump(project: Project, tmp_path: Path) -> None:
    sources = project.text(SOURCES)
    assert sources.count(ORDERS) == 1
    assert """expression: ["x.seen_by collate \\"C\\""], to: a.customers""" in sources
    before = constraints(project.dsn)
    loaded = round_trip(project, tmp_path / "dump")
    try:
        assert constraints(project.server.dsn(loaded)) == before
        assert all(validated for *_, validated in before)
        assert difference_to_closure(project) == {}
        with project.server.connect(loaded) as session:
            counts = session.execute(
                "select (select count(*) from a.customers where sponsor is not null),"
                " (select count(*) from a.orders), (select count(*) from a.lines),"
                " (select count(*) from a.visits), (select count(*) from a.clerks)"
            ).fetchone()
    finally:
        project.server.drop(loaded)
    assert counts is not None
    assert all(10 < int(str(count)) < 1500 for count in counts)
    target = connection.Target("a", TARGET, TARGET, {})
    with project.server.connect(project.database) as session:
        kept = session.execute(f"select min(id) from {TARGET}_subset.subset_a__orders").fetchall()
    done = why(project.folder, project.dsn, target, "a.orders", [str(kept[0][0])])
    assert [step["table"] for step in done["chain"]][:2] == ["a.orders", "a.customers"]


def test_the_guard_says_what_to_write(project: Project) -> None:
    """A reference without it would fail in the middle of the build, at the first row."""
    kept = project.folder / "models/subset/a"
    written = {path: path.read_text(encoding="utf-8") for path in kept.glob("*.sql")}
    sources = project.folder / SOURCES
    written[sources] = sources.read_text(encoding="utf-8")
    for path, text in written.items():
        plain = text.replace(ORDERS, "columns: [code], to: a.customers")
        plain = plain.replace("expression=['x.code collate \"C\"'], to=['code']", "['code']")
        path.write_text(plain, encoding="utf-8")
    said = project.build("--select", "source_columns")
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    assert said.exit_code == 1
    assert (
        f'{SOURCES}: a.orders.code is of the collation a."as in C", and a.customers.code, which it'
        ' points at, of "C". Give the reference an expression, here and in the models that name it:'
        "  expression: ['x.code collate \"C\"']"
    ) in said.output, said.output


def test_a_condition_that_compares_two_collations(project: Project) -> None:
    """Nobody can plan for it: PostgreSQL finds out at the first row."""
    path = project.folder / "models/subset/a/sampled_a__customers.sql"
    written = path.read_text(encoding="utf-8")
    path.write_text(
        written.replace(
            "fraction=0.05", "also=[tdm.matching('x.code = x.sponsor')], fraction=0.05"
        ),
        encoding="utf-8",
    )
    said = project.build("--select", "+sampled_a__customers")
    path.write_text(written, encoding="utf-8")
    assert said.exit_code == 1
    assert (
        "(SQLSTATE 42P22); texts of two collations are compared. Say which one counts behind one"
        ' of them:  collate "…"'
    ) in said.output, said.output


def test_discovery_compares_two_collations(project: Project, tmp_path: Path) -> None:
    found = scaffold.init(project.dsn, tmp_path / "other", [], [], True, discover=True)
    [letters] = [p for p in found["proposed_references"] if p["table"] == "a.letters"]
    assert (letters["to"], letters["to_columns"]) == ("a.customers", ["code"])
    assert (letters["verdict"], letters["share"]) == ("proposed", 1)
