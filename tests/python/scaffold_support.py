"""What the tests of `tdm init` share: a project from a database, and the way to a loaded dump."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from conftest import DbtRun, TestServer, run_dbt
from tdm import dump, load, plan, scaffold

TARGET = "staging_mask"


@dataclass(frozen=True)
class Project:
    """A project that `tdm init` wrote, and the database that it is for."""

    server: TestServer
    database: str
    folder: Path
    result: dict[str, Any]

    @property
    def dsn(self) -> str:
        return self.server.dsn(self.database)

    def build(self, *arguments: str) -> DbtRun:
        return run_dbt(
            ("build", "--target", TARGET, *arguments), self.folder, self.server.env(self.database)
        )

    def text(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")


@contextmanager
def filled(server: TestServer, script: str) -> Iterator[str]:
    """A database that a script has filled, with statistics; dropped afterwards."""
    database = server.create()
    try:
        with server.connect(database) as session:
            session.execute(script)
            session.execute("analyze")
        yield database
    finally:
        server.drop(database)


def make(
    server: TestServer,
    database: str,
    folder: Path,
    *,
    roots: tuple[str, ...] = (),
    schemas: tuple[str, ...] = (),
    accept: bool = True,
) -> Project:
    """Run init for a database."""
    result = scaffold.init(server.dsn(database), folder, list(schemas), list(roots), accept)
    return Project(server, database, folder, result)


def round_trip(project: Project, folder: Path) -> str:
    """Build, export, load into an empty database; its name, for the caller to drop."""
    built = project.build()
    assert built.exit_code == 0, built.output[-8000:]
    dump.export(project.folder, folder, "dir", project.dsn, TARGET)
    loaded = project.server.create()
    load.load(folder, project.server.dsn(loaded))
    return loaded


def constraints(dsn: str) -> list[tuple[Any, ...]]:
    """Every constraint of the application's schemas, with whether it is validated."""
    with psycopg.connect(dsn) as session:
        return session.execute(
            "select conrelid::regclass::text, conname, pg_get_constraintdef(c.oid), convalidated"
            " from pg_constraint as c inner join pg_namespace as n on n.oid = connamespace"
            " where nspname !~ '^(pg_|information_schema|tdm_vault|staging_mask)' order by 1, 2"
        ).fetchall()


def difference_to_closure(project: Project) -> dict[str, tuple[int, int]]:
    """Tables with missing or extra rows, against a closure that knows the plan alone.

    Rows are identified by their place in the source. Sampled are the roots' keys and what points
    at a sampled row along a followed reference; kept is that, and what a kept row points at.
    """
    said = plan.plan(project.folder, project.dsn, TARGET)
    json.dumps(said)
    tables = {table["table"]: table for table in said["tables"]}
    with psycopg.connect(project.dsn) as session:
        rows = {name: _rows(session, name, table) for name, table in tables.items()}
        kept: dict[str, set[int]] = defaultdict(set)
        for root in said["roots"]:
            kept[root["table"]] |= _held(session, rows[root["table"]], root["keys"])
        _spread(kept, said["references"], rows, down=True)
        for name, table in tables.items():
            if table["mode"] == "whole":
                kept[name] = set(range(len(rows[name])))
        _spread(kept, said["references"], rows, down=False)
        wrong = {}
        for name, table in tables.items():
            if table["mode"] == "empty":
                kept[name] = set()
            found = _held(session, rows[name], table["kept"])
            missing, extra = len(kept[name] - found), len(found - kept[name])
            if missing or extra:
                wrong[name] = (missing, extra)
    return wrong


def _quoted(table: str) -> str:
    schema, _, name = table.partition(".")
    return f"{_name(schema)}.{_name(name)}"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _rows(
    session: psycopg.Connection[Any], name: str, table: dict[str, Any]
) -> list[dict[str, str | None]]:
    """All rows of a source table as texts by column; its own rows only."""
    has_children = session.execute(
        "select relkind = 'r' and relhassubclass from pg_class where oid = %s::regclass",
        [_quoted(name)],
    ).fetchone()
    only = "only " if has_children and has_children[0] else ""
    cursor = session.execute(f"select * from {only}{_quoted(name)} order by tableoid, ctid")
    columns = [column.name for column in cursor.description or ()]
    texts = ", ".join(f"{_name(column)}::text" for column in columns) or "null"
    found = session.execute(f"select {texts} from {only}{_quoted(name)} order by tableoid, ctid")
    return [dict(zip(columns, row, strict=False)) for row in found.fetchall()]


def _held(
    session: psycopg.Connection[Any], rows: list[dict[str, str | None]], relation: str
) -> set[int]:
    """The rows whose columns stand in a relation of keys or rows; equal rows count together."""
    cursor = session.execute(f"select * from {_quoted(relation)} limit 0")
    known = [c.name for c in cursor.description or () if rows and c.name in rows[0]]
    if not known:
        return set()
    texts = ", ".join(f"{_name(column)}::text" for column in known)
    held = set(session.execute(f"select {texts} from {_quoted(relation)}").fetchall())
    return {n for n, row in enumerate(rows) if tuple(row[column] for column in known) in held}


def _spread(
    kept: dict[str, set[int]],
    references: list[dict[str, Any]],
    rows: dict[str, list[dict[str, str | None]]],
    *,
    down: bool,
) -> None:
    """Follow references until nothing is added: to referencing rows (down) or referenced ones."""
    edges = [edge for edge in references if edge["followed"] or not down]
    moved = True
    while moved:
        moved = False
        for edge in edges:
            start, end = (edge["to"], edge["from"]) if down else (edge["from"], edge["to"])
            here, there = (
                (edge["to_columns"], edge["columns"])
                if down
                else (edge["columns"], edge["to_columns"])
            )
            keys = {tuple(rows[start][n][column] for column in here) for n in kept[start]}
            keys = {key for key in keys if None not in key}
            before = len(kept[end])
            if keys:
                kept[end] |= {
                    n
                    for n, row in enumerate(rows[end])
                    if tuple(row[column] for column in there) in keys
                }
            moved |= len(kept[end]) > before
