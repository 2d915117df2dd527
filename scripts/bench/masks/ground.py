"""What is measured on: a private server, a million people, and our masks as SQL."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import yaml

from bench import given
from bench.measure import Command, Spent, measured
from bench.server import Server, private, workplace
from tdm import connection, scaffold
from tdm.errors import ExitCode, TdmError

DATABASE = "bench"
GENERATOR = "people.sql"
_HERE = Path(__file__).parent
_CASES = _HERE / "cases.yml"
_TEN = _HERE / "ten.sql"
# Without what is half of the cost in every tool.
_TEXTS = ("notes", "profile")


@dataclass(frozen=True)
class Ground:
    """What every contestant works on.

    Attributes:
        folder: for whatever they write; gone at the end.
        rows: people.
        some: people that other tools get.
        queries: what a masked table is made of, by name: ten, eight, digest, and each mask alone.
    """

    server: Server
    folder: Path
    rows: int
    some: int
    queries: Mapping[str, str]
    database: str = DATABASE

    def spend(self, *pipeline: Command) -> Spent:
        log = self.folder / "log.txt"
        log.unlink(missing_ok=True)
        return measured(self.server.postmaster, pipeline, log)

    def environment(self) -> dict[str, str]:
        """This process's environment, with the PG* variables of the database."""
        return _environment(self.server)

    def program(self, name: str, *arguments: str) -> Command:
        """One of PostgreSQL's programs."""
        return Command((str(self.server.bin / name), *arguments), self.environment(), self.folder)

    def made(self, query: str, table: str = "made") -> Spent:
        """What a table made of a query costs; it stays until the next one of that name."""
        with psycopg.connect(self.server.dsn(DATABASE), autocommit=True) as session:
            session.execute(f"drop table if exists {table}".encode())
        script = self.folder / "made.sql"
        script.write_text(f"create table {table} as\n{query}\n;\n", encoding="utf-8")
        return self.spend(self.program("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(script)))

    def few(self, table: str, empty: bool = False) -> None:
        """Some of the people, or a table like theirs, anew, with a key."""
        rows = 0 if empty else self.some
        with psycopg.connect(self.server.dsn(self.database), autocommit=True) as session:
            for statement in (
                f"drop table if exists {table}",
                f"create table {table} as select * from people order by id limit {rows}",
                f"alter table {table} add primary key (id)",
                f"vacuum analyze {table}",
            ):
                session.execute(statement.encode())

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns."""
        with psycopg.connect(self.server.dsn(self.database)) as session:
            found = session.execute(f"select * from {table} limit 0".encode()).description
        return [column.name for column in found or ()]


def cases() -> dict[str, dict[str, str]]:
    """Each mask alone, by name: `plain` ones, and those of an `entity`."""
    found: dict[str, dict[str, str]] = yaml.safe_load(_CASES.read_text(encoding="utf-8"))
    return found


@contextmanager
def laid(generator: Path, rows: int, some: int, version: int) -> Iterator[Ground]:
    """Start a server, make the people and compile the masks; all of it is gone afterwards.

    Args:
        generator: the SQL that makes them.
        some: how many of them other tools get.
        version: PostgreSQL's major version.
    """
    # tables are copied and made as on a server that nobody has tuned: all rows go to its log too
    with workplace() as base, private(version, base, wal_level="replica") as server:
        work = base / "work"
        work.mkdir()
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as session:
            session.execute(f"create database {DATABASE}".encode())
        psql = [str(server.bin / "psql"), "-q", "-v", f"n={rows}", "-f", str(generator)]
        subprocess.run(
            psql,
            env=_environment(server),
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        with psycopg.connect(server.dsn(DATABASE), autocommit=True) as session:
            session.execute("drop table orders")
        yield Ground(server, work, rows, some, _compiled(server, work / "project"))


def _environment(server: Server) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return clean | connection.environment_for(server.dsn(DATABASE))


def _compiled(server: Server, project: Path) -> dict[str, str]:
    """Our masks as dbt renders them, with a vault and dictionaries that they can read."""
    scaffold.init(server.dsn(DATABASE), project, ["public"], [], True)
    for layer in ("subset", "masked"):
        shutil.rmtree(project / "models" / layer)
    (project / "models" / "release.sql").unlink()
    shutil.rmtree(project / "tests", ignore_errors=True)
    models = project / "models" / "bench"
    models.mkdir()
    texts = _models()
    for place, text in enumerate(texts.values()):
        (models / f"query_{place}.sql").write_text(text, encoding="utf-8")
    _dbt(server, project, "deps")
    _dbt(server, project, "seed", "--select", "package:tdm")
    _dbt(server, project, "run", "--select", "key_vault")
    _dbt(server, project, "compile", "--select", "path:models/bench")
    (made,) = (project / "target" / "compiled").glob("*/models/bench")
    queries = {
        name: (made / f"query_{place}.sql").read_text(encoding="utf-8")
        for place, name in enumerate(texts)
    }
    # what a masked model does before it runs
    domains = {name for sql in queries.values() for name in re.findall(r"domain = '(\w+)'", sql)}
    with psycopg.connect(server.dsn(DATABASE), autocommit=True) as session:
        for domain in sorted(domains):
            session.execute("select tdm_vault.ensure_domain(%s, %s)", [given.TARGET, domain])
    return queries


def _models() -> dict[str, str]:
    ten = _TEN.read_text(encoding="utf-8")
    eight = re.sub(rf"(?m)^ +{{{{.* as ({'|'.join(_TEXTS)}),$", r"    \1,", ten)
    people = "{{ source('public', 'people') }} as people"
    digest = "{{ tdm.with_digest(source('public', 'people'), person='email') }} as people"
    found = {
        "ten": ten,
        "eight": eight,
        "copied": f"select id, email as masked from {people}",
        "digest": f"select id, get_byte(person, 0) as masked from {digest}",
    }
    for group, source in (("plain", people), ("entity", digest)):
        for name, call in cases()[group].items():
            found[name] = f"select id, {{{{ {call} }}}} as masked from {source}"
    return found


def _dbt(server: Server, project: Path, *arguments: str) -> None:
    command = given.dbt(project, _environment(server), *arguments)
    done = subprocess.run(
        command.argv,
        env=command.env,
        cwd=command.cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise TdmError(f"dbt {arguments[0]} failed:\n{done.stdout[-3000:]}", ExitCode.CRASH)
