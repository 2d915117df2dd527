"""dbt as a child: its progress, its failures, its exit code, and its end when we end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import TestServer
from tdm import connection, dbt
from tdm.errors import TdmError

SLEEPER = """
import sys
from pathlib import Path
from tdm import connection, dbt
environment = connection.environment_for(sys.argv[2])
dbt.run(Path(sys.argv[1]), ["build", "--select", "sleeper"], environment)
"""


@pytest.fixture
def small_project(tmp_path: Path, repo: Path) -> Path:
    (tmp_path / "dbt_project.yml").write_text(
        "name: small\nprofile: tdm\nflags: {send_anonymous_usage_stats: false}\n"
    )
    (tmp_path / "profiles.yml").write_text((repo / "profiles/profiles.yml").read_text())
    (tmp_path / "models").mkdir()
    (tmp_path / "tests").mkdir()
    models = {
        "good": "select 1 as id",
        "bad": "select 1 / (id - 1) as x from {{ ref('good') }}",
        "after": "select * from {{ ref('bad') }}",
        "sleeper": "select 1 as id from (select pg_sleep(120)) as s",
    }
    for name, text in models.items():
        config = "{{ config(materialized='table') }}\n"
        (tmp_path / "models" / f"{name}.sql").write_text(config + text)
    (tmp_path / "tests" / "is_good.sql").write_text("select * from {{ ref('good') }} where id > 1")
    return tmp_path


def test_progress_failures_and_exit_code(
    server: TestServer, database: str, small_project: Path
) -> None:
    seen: list[dbt.Progress] = []
    environment = connection.environment_for(server.dsn(database))
    arguments = ["build", "--exclude", "sleeper"]
    outcome = dbt.run(small_project, arguments, environment, seen.append)
    assert outcome.exit_code == 1
    assert outcome.counts == {"success": 1, "pass": 1, "error": 1, "skipped": 1}
    assert [(p.done, p.total) for p in seen] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {p.node for p in seen} == {"good", "is_good", "bad", "after"}
    with pytest.raises(TdmError, match="division by zero") as failure:
        dbt.require(outcome, "dbt build")
    assert failure.value.exit_code == 1


def test_success(server: TestServer, database: str, small_project: Path) -> None:
    environment = connection.environment_for(server.dsn(database))
    outcome = dbt.run(small_project, ["build", "--select", "good"], environment)
    assert (outcome.exit_code, outcome.counts) == (0, {"success": 1, "pass": 1})
    dbt.require(outcome, "dbt build")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["bild"], "No such command"), (["build", "--target", "nothing"], "nothing")],
)
def test_what_dbt_says_about_itself_is_kept(
    small_project: Path, arguments: list[str], said: str
) -> None:
    outcome = dbt.run(small_project, arguments, {"PGHOST": "/nowhere"})
    assert outcome.exit_code == 2
    with pytest.raises(TdmError, match=said) as failure:
        dbt.require(outcome, "dbt")
    assert failure.value.exit_code == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_dbt_and_its_queries_end_with_us(
    server: TestServer, database: str, small_project: Path, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SLEEPER, str(small_project), server.dsn(database)],
        stderr=subprocess.DEVNULL,
        env=os.environ,
    )
    assert _eventually(lambda: _sleeping(server, database) == 1, 40)
    process.send_signal(number)
    process.wait(10)
    assert _eventually(lambda: _sleeping(server, database) == 0, 10)


def _sleeping(server: TestServer, database: str) -> int:
    with server.connect() as connected:
        row = connected.execute(
            "select count(*) from pg_stat_activity"
            " where datname = %s and state = 'active' and query like '%%pg_sleep%%'",
            [database],
        ).fetchone()
    return int(str(row[0])) if row else 0


def _eventually(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False
