"""What the contestants work on: a private server, the bench database, the sampled customers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench.measure import Command, measured
from bench.server import Server, private, workplace
from tdm import connection

REPOSITORY = Path(__file__).resolve().parents[3]
SOURCE = "bench"
"""The database as it was generated, for whoever writes into another one."""
WORK = "bench_work"
"""A copy of it, for whoever writes beside the tables."""
EMPTY = "bench_empty"
"""The same tables without rows, for what costs something even then."""
ROOTS = "bench_roots"
"""The schema with one table of sampled ids a percentage, for tools that take a condition."""
TABLES = (
    "activity address category comment customer employee order_item orders product product_tag"
    " region review shipment shipment_item supplier tag wishlist"
).split()

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

    server: Server
    folder: Path
    cache: Path
    scale: str
    options: str = ""

    def dsn(self, database: str) -> str:
        return self.server.dsn(database)

    def connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        """An autocommit connection; closed again before anything is measured."""
        return psycopg.connect(self.dsn(database), autocommit=True)

    def environment(self, database: str) -> dict[str, str]:
        """This process's environment, with the PG* variables of a database."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        options = {"PGOPTIONS": self.options} if self.options else {}
        return clean | connection.environment_for(self.dsn(database)) | options

    def program(self, name: str, *arguments: str, database: str) -> Command:
        """One of PostgreSQL's programs."""
        return Command(
            (str(self.server.bin / name), *arguments), self.environment(database), self.folder
        )

    def sessions(self, database: str) -> int:
        """The sessions that a database has seen so far."""
        with self.connect("postgres") as session:
            row = session.execute(
                "select sessions from pg_stat_database where datname = %s", [database]
            ).fetchone()
        return int(row[0]) if row else 0

    def create(self, database: str, template: str | None = None) -> None:
        """An empty database, or a copy, in place of one of that name."""
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

    def drop_schema(self, name: str, database: str = WORK) -> None:
        """Drop a schema, and what that leaves in the catalog."""
        with self.connect(database) as session:
            session.execute("set client_min_messages = error")
            session.execute(
                sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(name))
            )
            for catalog in _CATALOGS.split():
                session.execute(sql.SQL("vacuum {}").format(sql.Identifier("pg_catalog", catalog)))

    def truncate(self, database: str) -> None:
        """Leave the tables of a database without rows."""
        tables = sql.SQL(", ").join(sql.Identifier("public", table) for table in TABLES)
        with self.connect(database) as session:
            session.execute(sql.SQL("truncate {} cascade").format(tables))
            session.execute("vacuum analyze")

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
def laid(
    generator: Path, scale: str, percents: list[float], version: int, cache: Path
) -> Iterator[Ground]:
    """Start a server and generate the bench database; all of it is gone afterwards.

    Args:
        generator: the SQL that makes it.
        scale: its scale factor.
        percents: how many of the customers are sampled.
        version: PostgreSQL's major version.
        cache: the folder for what is kept between runs.

    Raises:
        TdmError: no such PostgreSQL here, or no /proc to measure by.
    """
    with workplace() as base, private(version, base) as server:
        work = base / "work"
        work.mkdir()
        ground = Ground(server, work, cache, scale)
        ground.create(SOURCE)
        made = ground.program(
            "psql", "-q", "-v", f"sf={scale}", "-f", str(generator), database=SOURCE
        )
        subprocess.run(made.argv, env=made.env, check=True, stdin=subprocess.DEVNULL)
        _sample(ground, percents)
        ground.create(WORK, template=SOURCE)
        ground.create(EMPTY, template=SOURCE)
        ground.truncate(EMPTY)
        yield ground


def session_cost(ground: Ground) -> float:
    """Server CPU seconds of a session that asks for nothing."""
    sessions = 20
    script = ground.folder / "sessions.sql"
    script.write_text("\\c -\n" * (sessions - 1), encoding="utf-8")
    command = ground.program("psql", "-q", "-f", str(script), database=SOURCE)
    return (
        measured(ground.server.postmaster, [command], ground.folder / "log.txt").server / sessions
    )


def sampled(ground: Ground, percent: float) -> int:
    """How many customers are sampled."""
    with ground.connect(SOURCE) as session:
        table = sql.Identifier(ROOTS, percent_name(percent))
        row = session.execute(sql.SQL("select count(*) from {}").format(table)).fetchone()
    return int(row[0]) if row else 0


def _sample(ground: Ground, percents: list[float]) -> None:
    """Write down the sampled customers of every percentage: the engine's rule, in plain SQL."""
    with ground.connect(SOURCE) as session:
        session.execute(sql.SQL("create schema {}").format(sql.Identifier(ROOTS)))
        for percent in percents:
            table = sql.Identifier(ROOTS, percent_name(percent))
            session.execute(
                sql.SQL(_SAMPLE).format(table=table, fraction=sql.Literal(percent / 100))
            )
            session.execute(sql.SQL("alter table {} add primary key (id)").format(table))
            session.execute(sql.SQL("analyze {}").format(table))


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
