"""Estimates are within 20 % of the truth for nine tables in ten: the demo, and real databases."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from conftest import REPO, TestServer, copy_project, run_dbt
from estimates import measured, report, score
from tdm import connection, demo, plan, scaffold

DUMPS = Path(os.environ.get("TDM_REAL_DATABASES", REPO.parent / "shared" / "data"))
# The others take minutes: TDM_NIGHTLY=1.
NIGHTLY = os.environ.get("TDM_NIGHTLY") == "1"
DATABASES = ["chinook", "lino_avanti", "pagila", "zabbix"] if NIGHTLY else ["chinook"]
TARGET = connection.Target("", "staging_mask", "staging_mask", {})


@pytest.fixture
def newest(server: TestServer) -> None:
    """Statistics are much the same on every version: once is enough."""
    if server.version < 18 and "18" in os.environ.get("TDM_TEST_PG", "18"):
        pytest.skip("measured on PostgreSQL 18")


def check(server: TestServer, database: str, project: Path) -> None:
    """Build the subset alone, then compare."""
    with server.connect(database) as session:
        session.execute("analyze")
    built = run_dbt(
        ("run", "--target", "staging_mask", "--select", "+path:models/subset"),
        project,
        server.env(database),
    )
    assert built.exit_code == 0, built.output[-4000:]
    dsn = server.dsn(database)
    made = plan.planned(plan.last_built(project, dsn, TARGET), project, dsn)
    found = measured(made)
    print(report(found))
    assert score(found) >= 0.9, report(found)


@pytest.mark.usefixtures("newest")
def test_the_demo(server: TestServer, database: str, tmp_path: Path) -> None:
    demo.load(server.dsn(database), 1)
    check(server, database, copy_project(tmp_path / "project"))


@pytest.fixture(params=DATABASES)
def real_database(request: pytest.FixtureRequest, server: TestServer) -> Iterator[str]:
    file = DUMPS / f"{request.param}.dump"
    if not file.exists():
        pytest.skip(f"{file.name} is not in TDM_REAL_DATABASES")
    name = server.create()
    subprocess.run(
        [server.bin / "pg_restore", "--no-owner", "-d", name, file],
        env=server.env(name),
        check=False,  # restoring an older dump may complain about settings
        capture_output=True,
    )
    yield name
    server.drop(name)


@pytest.mark.usefixtures("newest")
def test_real_databases(server: TestServer, real_database: str, tmp_path: Path) -> None:
    project = tmp_path / "project"
    scaffold.init(server.dsn(real_database), project, [], [], True)
    check(server, real_database, project)


def test_no_row_of_the_source_is_read(server: TestServer, database: str, tmp_path: Path) -> None:
    """The counters of rows and blocks that the server keeps do not move while a plan is made."""
    with psycopg.connect(server.dsn(database), autocommit=True) as session:
        session.execute(
            "create table public.item (id int primary key, kind text, parent int references item);"
            "insert into item select n, 'k' || n % 7, nullif(n / 3, 0)"
            " from generate_series(1, 5000) as n; analyze"
        )
    project = tmp_path / "project"
    scaffold.init(server.dsn(database), project, [], ["public.item=0.1"], True)
    subset = plan.compiled(project, server.dsn(database), "staging_mask")

    sample = subset.tables["public.item"].sample
    assert sample
    sample.strata = ["kind", "x.id % 9"]
    sample.also = [{"kind": "matching", "condition": "lower(x.kind) = 'k1' or x.parent = 7"}]

    def looked_at() -> object:
        with psycopg.connect(server.dsn(database), autocommit=True) as session:
            session.execute("select pg_stat_force_next_flush()")
            return session.execute(
                "select seq_scan, seq_tup_read, idx_scan, idx_tup_fetch from pg_stat_user_tables"
                " where relid = 'public.item'::regclass"
            ).fetchall()

    before = looked_at()
    made = plan.planned(subset, project, server.dsn(database))
    assert looked_at() == before
    [table] = [table for table in made["tables"] if table["table"] == "public.item"]
    assert table["source_rows"] == 5000 and table["estimated_rows"] >= 500
    assert len(table["caveats"]) == 2
    assert "kept_rows" not in table
