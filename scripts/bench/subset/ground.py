"""The private server of a run, the bench database on it, and the sampled customers."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench.subset.measure import Command, Postmaster, children
from tdm import account, binaries, connection, processes
from tdm import server as servers
from tdm.errors import ExitCode, TdmError

REPOSITORY = Path(__file__).resolve().parents[3]
SOURCE = "bench"
ROOTS = "bench_roots"
"""The schema with one table of sampled ids a percentage, for tools that take a condition."""

TABLES = (
    "activity address category comment customer employee order_item orders product product_tag"
    " region review shipment shipment_item supplier tag wishlist"
).split()

_INSTALLED = Path("/usr/lib/postgresql")
_CATALOGS = "pg_class pg_attribute pg_attrdef pg_type pg_depend pg_index pg_statistic pg_constraint"


@dataclass(frozen=True)
class Ground:
    """What every contestant works on.

    Attributes:
        folder: for whatever they write; gone at the end.
        cache: for what is worth keeping between runs: the rivals' virtual environments.
        scale: the bench's scale factor.
        options: settings of every session, as PGOPTIONS has them.
    """

    server: servers.Server
    postmaster: Postmaster
    folder: Path
    cache: Path
    scale: str
    options: str = ""

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.server.data.parent / "server.log"

    def dsn(self, database: str = SOURCE) -> str:
        return self.server.dsn(database)

    def connect(self, database: str = SOURCE) -> psycopg.Connection[tuple[Any, ...]]:
        """An autocommit connection; closed again before anything is measured."""
        return psycopg.connect(self.dsn(database), autocommit=True)

    def environment(self, database: str = SOURCE) -> dict[str, str]:
        """This process's environment, with the PG* variables of a database."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        options = {"PGOPTIONS": self.options} if self.options else {}
        return clean | connection.environment_for(self.dsn(database)) | options

    def program(self, name: str, *arguments: str, database: str = SOURCE) -> Command:
        """One of PostgreSQL's programs."""
        return Command(
            (str(self.server.bin / name), *arguments), self.environment(database), self.folder
        )

    def create(self, database: str, template: str | None = None) -> None:
        """An empty database, in place of one of that name."""
        self.drop(database)
        statement = sql.SQL("create database {}").format(sql.Identifier(database))
        if template:
            statement += sql.SQL(" template {}").format(sql.Identifier(template))
        with self.connect("postgres") as session:
            session.execute(statement)

    def drop(self, database: str) -> None:
        statement = sql.SQL("drop database if exists {} with (force)")
        with self.connect("postgres") as session:
            session.execute(statement.format(sql.Identifier(database)))

    def drop_schema(self, name: str) -> None:
        """Drop a schema of the source database, and what that leaves in the catalog."""
        with self.connect() as session:
            session.execute("set client_min_messages = error")
            session.execute(
                sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(name))
            )
            for catalog in _CATALOGS.split():
                session.execute(sql.SQL("vacuum {}").format(sql.Identifier("pg_catalog", catalog)))

    def disconnect_everybody(self) -> None:
        """End the sessions that a killed client left behind."""
        with self.connect("postgres") as session:
            session.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where backend_type = 'client backend' and pid <> pg_backend_pid()"
            )


def percent_name(percent: float) -> str:
    """A percentage as part of a name: p1, p2_5."""
    return f"p{percent:g}".replace(".", "_")


@contextmanager
def laid(generator: Path, scale: str, version: int, cache: Path) -> Iterator[Ground]:
    """Start a server and generate the bench database; all of it is gone afterwards.

    Args:
        generator: the SQL that makes it.
        scale: its scale factor.
        version: PostgreSQL's major version.
        cache: the folder for what is kept between runs.

    Raises:
        TdmError: no such PostgreSQL here, or no /proc to measure by.
    """
    if not Path("/proc/self/stat").exists():
        raise TdmError("The benchmark reads CPU times from /proc, so it needs Linux.")
    # /tmp: paths of sockets are short, and the server's user has to pass through.
    base = Path(tempfile.mkdtemp(prefix="tdm-bench-", dir="/tmp"))
    try:
        server = servers.start_throwaway(programs(version, base), base)
        try:
            work = base / "work"
            work.mkdir()
            ground = Ground(server, _quiet(server), work, cache, scale)
            ground.create(SOURCE)
            made = ground.program("psql", "-q", "-v", f"sf={scale}", "-f", str(generator))
            subprocess.run(made.argv, env=made.env, check=True, stdin=subprocess.DEVNULL)
            yield ground
        finally:
            servers.stop_throwaway(server)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def programs(version: int, base: Path) -> Path:
    """The folder of PostgreSQL's programs: what the system has, else the embedded one.

    Raises:
        TdmError: neither is of this version.
    """
    installed = _INSTALLED / str(version) / "bin"
    if (installed / "postgres").exists():
        return installed
    embedded = binaries.runnable_bin(account.throwaway_account(), base)
    if binaries.major_version(embedded) != version:
        raise TdmError(
            f"No PostgreSQL {version} here; the embedded one is"
            f" {binaries.major_version(embedded)} (--pg {binaries.major_version(embedded)}).",
            ExitCode.PRECONDITION,
        )
    return embedded


def default_version() -> int:
    """15 where it is installed, else the embedded one's."""
    if (_INSTALLED / "15" / "bin" / "postgres").exists():
        return 15
    return binaries.major_version(binaries.embedded_bin())


def _quiet(server: servers.Server) -> Postmaster:
    """Nothing runs on the server but what a contestant asks for."""
    with psycopg.connect(server.dsn(), autocommit=True) as session:
        session.execute("alter system set autovacuum = off")
        session.execute("select pg_reload_conf()")
    pid = processes.postmaster(server.data)
    if pid is None:
        raise TdmError("The server is gone.", ExitCode.CRASH)
    time.sleep(1.0)  # until the launcher has ended and the session, too
    return Postmaster(pid, frozenset(children(pid)))


def sample(ground: Ground, percents: list[float]) -> dict[float, int]:
    """Write down the sampled customers of every percentage: the engine's rule, in plain SQL.

    Returns:
        how many there are.
    """
    counts = {}
    with ground.connect() as session:
        session.execute(sql.SQL("create schema {}").format(sql.Identifier(ROOTS)))
        for percent in percents:
            table = sql.Identifier(ROOTS, percent_name(percent))
            session.execute(
                sql.SQL(_SAMPLE).format(table=table, fraction=sql.Literal(percent / 100))
            )
            session.execute(sql.SQL("alter table {} add primary key (id)").format(table))
            session.execute(sql.SQL("analyze {}").format(table))
            row = session.execute(sql.SQL("select count(*) from {}").format(table)).fetchone()
            counts[percent] = int(row[0]) if row else 0
    return counts


# n × fraction of every segment, in the order of a hash of the key, rounded up for a share of the
# segments and down for the others; no segment stays empty.
_SAMPLE = """
create table {table} as
select id
from (
    select
        id,
        row_number() over (partition by segment order by md5(id::text) collate "C", id) as place,
        count(*) over (partition by segment) as rows_in_stratum,
        ('x' || substr(md5('stratum|' || segment), 1, 8))::bit(32)::bigint / 4294967296.0 as share
    from public.customer
) as numbered
where place - share <= rows_in_stratum * {fraction} or place <= 1
"""
