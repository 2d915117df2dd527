"""Servers, databases and dbt for the tests. Everything is started here and ended here."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

from tdm import account, binaries, connection
from tdm import server as servers

REPO = Path(__file__).resolve().parents[2]
INSTALLED = Path("/usr/lib/postgresql/15/bin")
# What dbt reads of the project; the rest (.venv, target, dumps) stays behind.
PROJECT_FILES = (
    "dbt_project.yml",
    "profiles.yml",
    "profiles",
    "macros",
    "models",
    "seeds",
    "tests",
)

# The default run tries the same examples every time: it fails for a change only. Nightly, others.
settings.register_profile("every_run", derandomize=True, deadline=None)
settings.register_profile("nightly", deadline=None, print_blob=True)
settings.load_profile("nightly" if os.environ.get("TDM_NIGHTLY") else "every_run")


def pytest_itemcollected(item: pytest.Item) -> None:
    """One process runs what shares a build: the tests of a folder, or of a file, on one server."""
    folder, called = item.path.parent, getattr(item, "callspec", None)
    group = item.path.stem if folder == REPO / "tests" / "python" else folder.name
    version = called.params.get("server", "") if called else ""
    item.add_marker(pytest.mark.xdist_group(f"{group}-{version}"))


def _versions() -> list[str]:
    """The servers to test on: the embedded 18 and the installed 15, or what TDM_TEST_PG names."""
    available = ["18", "15"] if (INSTALLED / "postgres").exists() else ["18"]
    wanted = os.environ.get("TDM_TEST_PG", "").replace(",", " ").split()
    return [version for version in available if not wanted or version in wanted]


@dataclass(frozen=True)
class TestServer:
    """A server of this test session.

    Attributes:
        version: 18 or 15.
        bin: the folder with its psql, pg_dump and pg_restore.
        host: its socket folder.
    """

    __test__ = False
    version: int
    bin: Path
    host: Path
    port: int
    data: Path

    def dsn(self, database: str = "postgres") -> str:
        return servers.socket_dsn(self.host, database)

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """An autocommit connection."""
        return psycopg.connect(self.dsn(database), autocommit=True)

    def create(self, database: str | None = None, template: str | None = None) -> str:
        """Create a database, empty or a copy of another one; returns its name."""
        name = database or f"test_{secrets.token_hex(4)}"
        statement = sql.SQL("create database {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" template {}").format(sql.Identifier(template))
        with self.connect() as connected:
            connected.execute(statement)
        return name

    def drop(self, database: str) -> None:
        with self.connect() as connected:
            connected.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database))
            )

    def env(self, database: str = "postgres") -> dict[str, str]:
        """This process's environment, with the PG* variables of a database."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        return clean | connection.environment_for(self.dsn(database))


@pytest.fixture(scope="session")
def repo() -> Path:
    """The repository root; read it, write nothing into it."""
    return REPO


@pytest.fixture(scope="session", params=_versions(), ids=lambda version: f"pg{version}")
def server(request: pytest.FixtureRequest) -> Iterator[TestServer]:
    """A throw-away PostgreSQL; a test that asks for it runs once on each version."""
    # /tmp: as root, the server's user cannot enter pytest's private folders.
    base = Path(tempfile.mkdtemp(prefix="tdm-test-", dir="/tmp"))
    base.chmod(0o711)
    if request.param == "18":
        bin_dir = binaries.runnable_bin(account.throwaway_account(), base)
    else:
        bin_dir = INSTALLED
    running = servers.start_throwaway(bin_dir, base)
    try:
        yield TestServer(running.version, bin_dir, running.host, running.port, running.data)
    finally:
        servers.stop_throwaway(running)
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="session")
def same_everywhere(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int, object], None]:
    """Holds what a test found on one version of PostgreSQL against what it found on others."""
    own = tmp_path_factory.getbasetemp()
    # the other version's tests may run in another process
    folder = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own

    def compare(test: str, version: int, found: object) -> None:
        written = own / f"{test}-{version}"
        written.write_text(json.dumps(found, sort_keys=True), encoding="utf-8")
        written.replace(folder / f"{test}-{version}.json")
        for other in folder.glob(f"{test}-*.json"):
            assert json.loads(other.read_text(encoding="utf-8")) == found, f"{other.stem}: others"

    return compare


@pytest.fixture
def database(server: TestServer) -> Iterator[str]:
    """An empty database; dropped after the test."""
    name = server.create()
    yield name
    server.drop(name)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the dbt project that a test may change."""
    copy = tmp_path / "project"
    copy_project(copy)
    return copy


def copy_project(destination: Path) -> Path:
    """Copy what dbt reads of the repository; for fixtures of a wider scope than `project`."""
    destination.mkdir(parents=True)
    for name in PROJECT_FILES:
        original = REPO / name
        if original.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "python")
            shutil.copytree(original, destination / name, symlinks=True, ignore=ignored)
        elif original.exists() or original.is_symlink():
            shutil.copy2(original, destination / name, follow_symlinks=False)
    return destination


@dataclass(frozen=True)
class DbtRun:
    """What a dbt process did: exit code and everything that it printed."""

    exit_code: int
    output: str


RunDbt = Callable[..., DbtRun]


@pytest.fixture
def dbt(server: TestServer, project: Path) -> RunDbt:
    """Run dbt in the copied project: `dbt("build", "--target", "staging_mask", database=name)`.

    Keyword arguments: database, project (another folder), env (more variables).
    """

    def run(
        *args: str,
        database: str = "postgres",
        project: Path = project,
        env: Mapping[str, str] | None = None,
    ) -> DbtRun:
        return run_dbt(args, project, server.env(database) | dict(env or {}))

    return run


def run_dbt(args: tuple[str, ...], project: Path, env: Mapping[str, str]) -> DbtRun:
    """Run the dbt of this virtual environment; target and logs stay inside the project folder."""
    done = subprocess.run(
        [Path(sys.executable).parent / "dbt", *args],
        cwd=project,
        env={**env, "PWD": str(project), "NO_COLOR": "1", "DBT_USE_COLORS": "false"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return DbtRun(done.returncode, done.stdout)
