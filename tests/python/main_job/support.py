"""One build of the demo a server, databases cloned from it, and dbt to run in them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from conftest import DbtRun, TestServer

SCALE = 0.1
TARGET = "staging_mask"
# Every dbt process connects to a database of this one name: another name in the profile would make
# dbt parse the whole project again. What stands behind the name is cloned anew for each test.
WORKED_ON = "main_job"
LOOKED_AT = "main_job_looked_at"
SOURCE_ONLY = "main_job_source"
RELEASED = "main_job_released"
ROOT_KEY = "5eedfeedc0ffee11" * 4
OTHER_KEY = "0ddba11ca11ab1e5" * 4

Rows = list[tuple[Any, ...]]


class Forks:
    """dbt_forks.py as a child; one for the whole session."""

    def __init__(self, folder: Path) -> None:
        self._output = folder / "dbt-output.txt"
        self._child = subprocess.Popen(
            [sys.executable, "-W", "ignore", Path(__file__).with_name("dbt_forks.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._answer() == "ready"

    def run(self, args: Sequence[str], project: Path, env: Mapping[str, str]) -> DbtRun:
        """Run dbt in a project folder; returns its exit code and all that it printed."""
        asked = {
            "args": list(args),
            "cwd": str(project),
            "env": dict(env),
            "output": str(self._output),
        }
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(asked) + "\n")
        self._child.stdin.flush()
        code = int(self._answer())
        return DbtRun(code, self._output.read_text(encoding="utf-8", errors="replace"))

    def close(self) -> None:
        with suppress(BrokenPipeError):
            self._child.communicate(timeout=20)

    def _answer(self) -> str:
        assert self._child.stdout is not None
        return self._child.stdout.readline().strip()


@dataclass(frozen=True)
class Built:
    """The demo, built and released, on one server; tests clone it.

    Attributes:
        project: the folder that it was built in; read it, run in it, change nothing.
        output: what dbt printed.
        log: the server's log, with every statement of the build.
    """

    server: TestServer
    forks: Forks
    project: Path
    output: str
    log: Path

    @property
    def version(self) -> int:
        return self.server.version


@dataclass(frozen=True)
class Job:
    """A database of a test's own, and dbt to run in it."""

    built: Built
    project: Path
    database: str = WORKED_ON

    def dsn(self) -> str:
        return self.built.server.dsn(self.database)

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """An autocommit connection."""
        return self.built.server.connect(self.database)

    def query(self, statement: str, parameters: Sequence[object] = ()) -> Rows:
        """Run statements, each by itself; returns the rows of the last one."""
        with self.connect() as connected:
            cursor = connected.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, statement: str, parameters: Sequence[object] = ()) -> Any:
        return self.query(statement, parameters)[0][0]

    def dbt(self, *args: str, options: str = "", project: Path | None = None) -> DbtRun:
        """Run dbt for target staging_mask; `options` is PGOPTIONS."""
        assert self.database == WORKED_ON
        return self.built.forks.run(
            [*args, "--target", TARGET],
            project or self.project,
            dbt_environment(self.built.server, self.built.project, options),
        )

    def results(self, project: Path | None = None) -> dict[str, tuple[str, str]]:
        """Status and message of every node of the last run, by name."""
        path = (project or self.project) / "target" / "run_results.json"
        return {
            result["unique_id"].split(".")[2]: (result["status"], result["message"] or "")
            for result in json.loads(path.read_text(encoding="utf-8"))["results"]
        }

    def failures(self, project: Path | None = None) -> dict[str, str]:
        """Messages of the nodes of the last run that did not pass, by name."""
        return {
            name: message
            for name, (status, message) in self.results(project).items()
            if status not in ("pass", "success")
        }

    def copied_project(self, folder: Path) -> Path:
        """A copy of the project that a test may change; dbt parses only what it changes."""
        copy = folder / "project"
        shutil.copytree(
            self.project,
            copy,
            symlinks=True,
            ignore=shutil.ignore_patterns("logs", "compiled", "run"),
        )
        return copy


def dbt_environment(server: TestServer, project: Path, options: str = "") -> dict[str, str]:
    """Variables for dbt. PWD is part of the profile: kept the same, dbt need not parse again."""
    env = server.env(WORKED_ON) | {"PWD": str(project), "NO_COLOR": "1", "DBT_USE_COLORS": "false"}
    if options:
        env["PGOPTIONS"] = options
    return env


@contextmanager
def clone(built: Built, template: str, database: str = WORKED_ON) -> Iterator[Job]:
    """A database copied from a template; dropped afterwards."""
    job = Job(built, built.project, database)
    built.server.drop(database)
    built.server.create(database, template=template)
    try:
        if template == RELEASED:
            forget_changes(job)
        yield job
    finally:
        built.server.drop(database)


def forget_changes(job: Job) -> None:
    """A copied database counts changes from zero again; so must what the guard remembered."""
    job.query(
        f"""
        update {TARGET}_tdm.source_state as state
        set relations = zeroed.relations
        from (
            select at, jsonb_object_agg(key, value || '{{"changes": 0}}') as relations
            from {TARGET}_tdm.source_state cross join lateral jsonb_each(relations)
            group by at
        ) as zeroed
        where state.at = zeroed.at
        """
    )


@contextmanager
def kept_aside(job: Job, tables: Sequence[str]) -> Iterator[None]:
    """Put the rows of tables back afterwards, the tables themselves staying the same."""
    with job.connect() as connected:
        for number, table in enumerate(tables):
            connected.execute(f"create table public.aside_{number} as table {table}")
    try:
        yield
    finally:
        with job.connect() as connected:
            connected.execute("set session_replication_role = replica")
            for number, table in enumerate(tables):
                connected.execute(f"truncate {table}")
                connected.execute(f"insert into {table} table public.aside_{number}")
                connected.execute(f"drop table public.aside_{number}")


def masked_tables(job: Job) -> dict[str, str]:
    """Relation of every masked table by source table, from the newest release."""
    return {
        str(source): str(relation)
        for source, relation in job.query(
            f"""
            select
                t ->> 'source',
                quote_ident(t ->> 'schema') || '.' || quote_ident(t ->> 'source_table')
            from {TARGET}_tdm.releases cross join lateral jsonb_array_elements(tables) as t
            where release = (select max(release) from {TARGET}_tdm.releases)
            order by 1
            """
        )
    }


def contents(job: Job, relations: Mapping[str, str]) -> dict[str, str]:
    """A digest of the rows of each relation, in no order."""
    found = {}
    with job.connect() as connected:
        for name, relation in relations.items():
            row = connected.execute(
                f"select md5(coalesce(string_agg(r, e'\\n' order by r collate \"C\"), '')) "
                f"from (select x::text as r from {relation} as x) as rows_as_text"
            ).fetchone()
            assert row is not None
            found[name] = str(row[0])
    return found


def set_project_var(project: Path, name: str, value: str) -> None:
    """Change one line under `vars` of a copied dbt_project.yml."""
    path = project / "dbt_project.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = [f"  {name}: {value}" if line.startswith(f"  {name}:") else line for line in lines]
    assert changed != lines
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")


def replace_in(path: Path, old: str, new: str) -> None:
    """Replace the one place where a text stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name} holds {old!r} {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")


def cluster_source(connected: psycopg.Connection[Any]) -> int:
    """Rewrite the source's tables in the order of another index; returns how many."""
    found = connected.execute(
        """
        select distinct on (indrelid) indrelid::regclass::text, pg_class.relname
        from pg_index join pg_class on pg_class.oid = indexrelid
        join pg_namespace on pg_namespace.oid = relnamespace
        where nspname in ('auth', 'catalog', 'shop', 'billing', 'support')
            and not indisprimary and indpred is null and indexprs is null
            and (select relkind from pg_class as t where t.oid = indrelid) = 'r'
        order by indrelid, pg_class.relname
        """
    ).fetchall()
    for table, index in found:
        connected.execute(
            sql.SQL("cluster {} using {}").format(sql.SQL(table), sql.Identifier(index))
        )
    return len(found)
