"""`python -m bench.main_job`: builds, exports and loads the demo; CPU and memory of each phase."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from bench import command, server
from bench.measure import Command, Spent, measured
from bench.server import Server, private, workplace
from tdm import connection, demo
from tdm.errors import TdmError

_REPOSITORY = Path(__file__).resolve().parents[3]
_PROJECT = (
    "dbt_project.yml",
    "profiles.yml",
    ".dbtignore",
    "profiles",
    "models",
    "macros",
    "seeds",
    "tests",
)
_SOURCE, _LOADED = "production", "loaded"


@dataclass(frozen=True)
class Phase:
    """What a phase did at one scale."""

    name: str
    scale: str
    rows: int
    spent: Spent


def main(
    scales: Annotated[str, typer.Option(help="Scales of the demo.")] = "1,10",
    pg: Annotated[int, typer.Option(help="PostgreSQL's major version.")] = 0,
) -> None:
    """What each phase of the main job costs: server and client CPU, peak memory."""
    phases = [phase for scale in scales.split(",") for phase in _phases(scale, pg)]
    typer.echo(_table(phases))


def _phases(scale: str, version: int) -> list[Phase]:
    with workplace() as base, private(version or server.default_version(), base) as running:
        _create(running, _SOURCE)
        _create(running, _LOADED)
        made = demo.load(running.dsn(_SOURCE), float(scale))
        typer.echo(f"scale {scale}: {made:,} rows of production.", err=True)
        return _measured(running, base, scale, made)


def _measured(running: Server, base: Path, scale: str, made: int) -> list[Phase]:
    project, dump = base / "project", base / "dump"
    project.mkdir()
    for name in _PROJECT:
        copy = shutil.copytree if (_REPOSITORY / name).is_dir() else shutil.copy
        copy(_REPOSITORY / name, project / name)
    programs = Path(sys.executable).parent
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    env |= connection.environment_for(running.dsn(_SOURCE)) | {"PWD": str(project)}

    def run(*argv: str) -> Spent:
        asked = Command((str(programs / argv[0]), *argv[1:]), env, project)
        spent = measured(running.postmaster, [asked], base / "log.txt")
        typer.echo(f"scale {scale}: {' '.join(argv[:2])} {spent.wall:.1f} s", err=True)
        return spent

    build = run("dbt", "build", "--target", "staging_mask", "--no-use-colors")
    export = run("tdm", "export", "--out", str(dump))
    load = run("tdm", "load", str(dump), "--dsn", running.dsn(_LOADED))
    kept = _rows(running)
    return [
        Phase("build", scale, made, build),
        Phase("export", scale, kept, export),
        Phase("load", scale, kept, load),
    ]


def _create(running: Server, database: str) -> None:
    with psycopg.connect(running.dsn("postgres"), autocommit=True) as session:
        session.execute(f"create database {database}")


def _rows(running: Server) -> int:
    """The rows of the loaded database."""
    counted = " + ".join(
        f"(select coalesce(sum(n_tup_ins), 0) from pg_stat_user_tables where schemaname = '{name}')"
        for name in demo.SERVICES
    )
    with psycopg.connect(running.dsn(_LOADED)) as session:
        row = session.execute(f"select ({counted})::bigint").fetchone()
    if not row or not row[0]:
        raise TdmError("The loaded database holds no rows.")
    return int(row[0])


def _table(phases: list[Phase]) -> str:
    lines = [
        "| phase | scale | rows | client CPU s | server CPU s | µs of CPU a row | client MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for phase in sorted(phases, key=lambda p: [*_ORDER].index(p.name)):
        spent = phase.spent
        lines.append(
            f"| {phase.name}, of {_ORDER[phase.name]} | {phase.scale} | {phase.rows:,}"
            f" | {spent.client:.2f} | {spent.server:.2f} | {1e6 * spent.cpu / phase.rows:.0f}"
            f" | {spent.memory / 2**20:.0f} |"
        )
    return "\n".join(lines)


_ORDER = {"build": "production's rows", "export": "kept rows", "load": "kept rows"}


if __name__ == "__main__":
    command.run(main)
