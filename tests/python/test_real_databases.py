"""Real databases, no hand edit: init, build, export, load; constraints, exact subset, joins."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import REPO, TestServer
from main_job.closure import joins
from scaffold_support import TARGET, constraints, difference_to_closure, make, round_trip

DUMPS = Path(os.environ.get("TDM_REAL_DATABASES", REPO.parent / "shared" / "data"))


@pytest.fixture(params=["chinook", "pagila", "lino_avanti", "zabbix"])
def real_database(request: pytest.FixtureRequest, server: TestServer) -> Iterator[str]:
    """A restored database; skipped where its dump is not at hand."""
    name = str(request.param)
    file = DUMPS / f"{name}.dump"
    if not file.exists():
        pytest.skip(f"{file.name} is not in TDM_REAL_DATABASES")
    if name == "zabbix" and server.version != 18:
        pytest.skip("173 tables: once is enough")
    database = server.create()
    subprocess.run(
        [server.bin / "pg_restore", "--no-owner", "-d", database, file],
        env=server.env(database),
        check=False,  # restoring an older dump may complain about settings
        capture_output=True,
    )
    yield database
    server.drop(database)


def test_init_build_export_load(server: TestServer, real_database: str, tmp_path: Path) -> None:
    project = make(server, real_database, tmp_path / "project")
    before = constraints(project.dsn)
    loaded = round_trip(project, tmp_path / "dump")
    with server.connect(real_database) as session:
        counted = list(joins(session, project.folder, TARGET))
    assert [join for join in counted if join[1] != join[2]] == []
    assert any(masked > 0 for *_, masked in counted)
    try:
        assert constraints(server.dsn(loaded)) == before
        assert before
        assert all(validated for *_, validated in before)
        assert difference_to_closure(project) == {}
    finally:
        server.drop(loaded)
