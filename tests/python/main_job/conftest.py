"""Fixtures of the main job's tests: the demo is built once on each server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import TestServer, copy_project, run_dbt
from main_job.support import (
    LOOKED_AT,
    RELEASED,
    ROOT_KEY,
    SCALE,
    SOURCE_ONLY,
    TARGET,
    WORKED_ON,
    Built,
    Forks,
    Job,
    clone,
    dbt_environment,
)
from tdm import demo, processes
from tdm import server as servers


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """dbt without the seconds that it takes to import it."""
    running = Forks(tmp_path_factory.mktemp("dbt"))
    yield running
    running.close()


@pytest.fixture(scope="session")
def built(server: TestServer, forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The demo, built once with a known key on a server that writes down every statement."""
    _remember_statements(server)
    server.create(SOURCE_ONLY)
    demo.load(server.dsn(SOURCE_ONLY), SCALE)
    with server.connect(SOURCE_ONLY) as connected:
        connected.execute("analyze")
    server.create(WORKED_ON, template=SOURCE_ONLY)
    with server.connect() as connected:
        connected.execute(f"alter database {WORKED_ON} set log_statement = 'all'")
    project = copy_project(tmp_path_factory.mktemp(f"main-job-{server.version}") / "project")
    # The bare command, as somebody types it: nothing in its environment but where the server is.
    variables = dbt_environment(server, project, f"-c tdm.root_key={ROOT_KEY}")
    bare = {k: v for k, v in variables.items() if k.startswith("PG") or k in ("PATH", "HOME")}
    done = run_dbt(("build", "--target", TARGET), project, bare)
    assert done.exit_code == 0, done.output[-3000:]
    with server.connect() as connected:
        connected.execute(f"alter database {WORKED_ON} reset log_statement")
        connected.execute(f"alter database {WORKED_ON} rename to {RELEASED}")
    return Built(server, forks, project, done.output, server.data.parent / "server.log")


@pytest.fixture
def job(built: Built) -> Iterator[Job]:
    """A copy of the built and released database; what a test breaks in it stays its own."""
    with clone(built, RELEASED) as made:
        yield made


@pytest.fixture(scope="module")
def looked_at(built: Built) -> Iterator[Job]:
    """Another copy, for the tests of a module that only read."""
    with clone(built, RELEASED, LOOKED_AT) as made:
        yield made


@pytest.fixture
def newest(built: Built) -> None:
    """For what is too slow to prove on every server: skips all but PostgreSQL 18."""
    if built.version < 18 and "18" in os.environ.get("TDM_TEST_PG", "18"):
        pytest.skip("proved on PostgreSQL 18")


def _remember_statements(server: TestServer) -> None:
    """Start the server again with pg_stat_statements, unless somebody is connected to it."""
    with server.connect() as connected:
        available = connected.execute(
            "select (select count(*) from pg_available_extensions"
            "  where name = 'pg_stat_statements'), (select count(*) from pg_stat_activity"
            "  where backend_type = 'client backend' and pid <> pg_backend_pid())"
        ).fetchone()
        if available != (1, 0):
            return
        connected.execute("alter system set shared_preload_libraries = 'pg_stat_statements'")
    # by default 5,000 statements: too few for those of the build and of all tests that follow it
    with (server.data / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write("pg_stat_statements.max = 50000\n")
    processes.stop(server.data)
    base = Path(server.data).parent
    servers.start_throwaway(server.bin, base)
