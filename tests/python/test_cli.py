"""The command line: help, usage, exit codes, JSON, and what an error may say."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import typer
from typer.main import get_command

from conftest import TestServer
from tdm import __version__, cli, connection
from tdm.errors import ExitCode, TdmError

COMMANDS = [
    "up",
    "down",
    "status",
    "init",
    "plan",
    "why",
    "export",
    "load",
    "clean",
    "demo",
    "masks",
    "keys import",
    "keys export",
    "keys list",
    "keys rotate",
]


def tdm(*args: str, **kwargs: object) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    command = [sys.executable, "-m", "tdm.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, **kwargs)  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A project folder with the profile and nothing else, where the server's user can pass."""
    path = Path(tempfile.mkdtemp(prefix="tdm-test-", dir="/tmp"))
    path.chmod(0o755)
    repo = Path(__file__).parents[2]
    shutil.copytree(repo / "profiles", path / "profiles")
    (path / "profiles.yml").symlink_to("profiles/profiles.yml")
    (path / "dbt_project.yml").write_text("name: tdm\nprofile: tdm\n")
    yield path
    tdm("down", "--project-dir", str(path))
    shutil.rmtree(path, ignore_errors=True)


def test_every_command_is_listed_here() -> None:
    group = get_command(cli.app)
    found = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found += [f"{name} {child}" for child in below] if below else [name]
    assert sorted(found) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_the_common_options(command: str) -> None:
    shown = tdm(*command.split(), "--help")
    assert shown.returncode == 0
    assert "--project-dir" in shown.stdout
    assert "--json" in shown.stdout
    assert shown.stderr == ""


def test_version_and_bare_help() -> None:
    assert tdm("--version").stdout == f"tdm {__version__}\n"
    assert "Exit codes" in tdm("--help").stdout


@pytest.mark.parametrize(
    "args", [["nothing"], ["up", "--nothing"], ["export"], ["load", "x"], ["up", "--print", "x"]]
)
def test_bad_usage_ends_with_1(args: list[str]) -> None:
    done = tdm(*args)
    assert done.returncode == ExitCode.USAGE
    assert done.stdout == ""
    assert "Usage" in done.stderr or "Error" in done.stderr


def test_up_prints_the_dsn_last_and_psql_takes_it(folder: Path) -> None:
    done = tdm("up", "--print", "dsn", "--project-dir", str(folder))
    assert done.returncode == 0
    dsn = done.stdout.splitlines()[-1]
    with psycopg.connect(dsn) as connected:
        assert connected.info.dbname == "demo"
    again = tdm("up", "--print", "dsn", "--project-dir", str(folder))
    assert again.stdout == done.stdout


def test_json_of_the_server_commands(folder: Path) -> None:
    place = ("--project-dir", str(folder), "--json")
    assert json.loads(tdm("status", *place).stdout)["running"] is False
    up = json.loads(tdm("up", *place).stdout)
    assert up["running"] and up["started"] and up["version"].startswith("18.")
    assert json.loads(tdm("status", *place).stdout)["dsn"] == up["dsn"]
    assert json.loads(tdm("down", *place).stdout) == {"stopped": True}
    assert json.loads(tdm("down", *place).stdout) == {"stopped": False}


def test_up_says_when_pghost_points_elsewhere(folder: Path) -> None:
    environment = {**os.environ, "PGHOST": "db.example.com"}
    done = tdm("up", "--project-dir", str(folder), env=environment)
    assert done.returncode == 0
    assert "db.example.com" in done.stderr


@pytest.mark.parametrize(
    "args",
    [
        ["keys", "list"],
        ["plan"],
        ["why", "shop.orders", "1"],
        ["export", "--out", "dump"],
        ["clean"],
        ["init", "--dsn", "host=/tmp/tdm-nowhere", "--out", "new"],
    ],
    ids=lambda args: args[0],
)
def test_no_server_is_one_sentence_and_5(folder: Path, args: list[str]) -> None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    done = tdm(*args, "--project-dir", str(folder), env=clean, cwd=folder)
    assert done.returncode == ExitCode.PRECONDITION
    assert "tdm up" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_password_is_never_shown() -> None:
    for dsn in (
        "postgresql://me:hunter2@127.0.0.1:1/x",
        "postgresql://me:hunter2@127.0.0.1:1/x?nonsense=hunter2",
        "host=127.0.0.1 port=1 password=hunter2 user=me",
    ):
        done = tdm("keys", "list", "--dsn", dsn)
        assert done.returncode in (ExitCode.USAGE, ExitCode.PRECONDITION)
        assert done.stderr
        assert "hunter2" not in done.stdout + done.stderr


def test_no_project_is_5(tmp_path: Path) -> None:
    done = tdm("clean", "--project-dir", str(tmp_path))
    assert done.returncode == ExitCode.PRECONDITION
    assert "dbt_project.yml" in done.stderr


def test_an_unknown_target_names_the_known_ones(folder: Path) -> None:
    done = tdm("clean", "--target", "nothing", "--project-dir", str(folder))
    assert done.returncode == ExitCode.USAGE
    assert "staging_mask" in done.stderr


def test_a_crash_is_2_and_shows_no_value(
    server: TestServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> None:
        with server.connect() as connected:
            connected.execute(
                "create temp table people (id int constraint id_is_low check (id < 5))"
            )
            connected.execute("insert into people values (1234567)")

    monkeypatch.setattr(connection, "resolve_target", fails)
    assert cli.run(["clean"]) == ExitCode.CRASH
    said = capsys.readouterr().err
    assert "1234567" not in said
    assert "23514" in said and "id_is_low" in said


def test_an_exit_code_of_an_error_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise TdmError("Not released.", ExitCode.GATE)

    monkeypatch.setattr(connection, "resolve_target", fails)
    assert cli.run(["clean"]) == ExitCode.GATE


def test_a_command_that_exits_with_dbts_2_is_no_usage_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object) -> None:
        raise TdmError("dbt build failed.", 2)

    monkeypatch.setattr(connection, "resolve_target", fails)
    assert cli.run(["clean"]) == 2


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, ExitCode.TERMINATED), (signal.SIGINT, ExitCode.INTERRUPTED)],
)
def test_signals(number: signal.Signals, code: int) -> None:
    # `keys import` waits for standard input, which stays open here.
    process = subprocess.Popen(
        [sys.executable, "-m", "tdm.cli", "keys", "import", "--dsn", "host=/nowhere"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(1.5)
    process.send_signal(number)
    process.communicate(timeout=10)
    assert process.returncode == code


def test_the_dsn_becomes_environment_and_the_password_too() -> None:
    made = connection.environment_for("postgresql://me:hunter2@db:5433/x?sslmode=require")
    assert made == {
        "PGUSER": "me",
        "PGPASSWORD": "hunter2",
        "PGHOST": "db",
        "PGPORT": "5433",
        "PGDATABASE": "x",
        "PGSSLMODE": "require",
    }


def test_the_profile_is_read_as_dbt_reads_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGHOST": "db", "PGPORT": "6000", "PGDATABASE": "copy"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    dsn = connection.resolve_dsn(folder, None, "ci")
    made = connection.environment_for(dsn)
    assert made["PGHOST"] == "db" and made["PGPORT"] == "6000" and made["PGDATABASE"] == "copy"
    target = connection.resolve_target(folder, "ci")
    assert target.schema == "ci"
    assert "hunter2" not in repr(target)


def test_a_result_reads_well_and_long_lists_are_cut() -> None:
    shown = cli._lines({"rows": 12345, "by_mode": {"owned": 2}, "undecided": list("ab") * 30})
    assert shown.splitlines()[:4] == [
        "rows       12,345",
        "by mode    owned 2",
        "undecided  60",
        "  a",
    ]
    assert shown.splitlines()[-1] == "  … and 40 more, see --json"


def test_options_are_typed() -> None:
    """A scale is a number; the parser says so before anything starts."""
    done = tdm("demo", "--scale", "many")
    assert done.returncode == ExitCode.USAGE
    assert isinstance(cli.app, typer.Typer)
