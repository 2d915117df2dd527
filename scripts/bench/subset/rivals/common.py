"""What the rivals share: an installation and an empty copy of the schema."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from bench import given
from bench.measure import Command
from bench.subset.contestant import Skipped, Turn
from bench.subset.ground import ROOTS, SOURCE, TABLES, Ground, percent_name
from tdm.errors import ExitCode, TdmError


def installed(ground: Ground, requirement: str) -> Path:
    """The folder of a tool's programs (see bench.given.installed).

    Raises:
        Skipped: it cannot be installed.
    """
    try:
        return given.installed(ground.cache, requirement)
    except given.NotInstalled as why:
        raise Skipped(str(why)) from None


def command(turn: Turn, program: Path, *arguments: str) -> Command:
    """A rival's program, with PostgreSQL's programs of the server's version on its path."""
    ground = turn.ground
    environment = ground.environment(SOURCE)
    path = os.pathsep.join((str(ground.server.bin), environment.get("PATH", os.defpath)))
    return Command((str(program), *arguments), environment | {"PATH": path}, turn.folder)


def condition(turn: Turn) -> str:
    """The sampled customers, as a condition on the table."""
    return f"id in (select id from {ROOTS}.{percent_name(turn.percent)})"


def target(turn: Turn) -> str:
    """The database that a rival fills."""
    return "rival_" + turn.folder.name.replace("-", "_")


def relations() -> dict[str, tuple[str, str]]:
    return {table: ("public", table) for table in TABLES}


def lay_tables(turn: Turn) -> None:
    """Make the target with the source's tables, keys and indexes, but no foreign key."""
    ground, name = turn.ground, target(turn)
    ground.create(name)
    dump, kept = turn.folder / "schema.dump", turn.folder / "schema.list"
    _do(ground.program("pg_dump", "-Fc", "-s", "-n", "public", "-f", str(dump), database=SOURCE))
    listed = _do(ground.program("pg_restore", "-l", str(dump), database=SOURCE))
    lines = [
        line
        for line in listed.splitlines()
        if " FK CONSTRAINT " not in line and " SCHEMA " not in line
    ]
    kept.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _do(ground.program("pg_restore", "-d", name, "-L", str(kept), str(dump), database=name))


def _do(what: Command) -> str:
    done = subprocess.run(
        what.argv,
        env=what.env,
        cwd=what.cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise TdmError(f"{Path(what.argv[0]).name} failed: {done.stderr[-500:]}", ExitCode.CRASH)
    return done.stdout


def drop_target(turn: Turn) -> None:
    turn.ground.drop(target(turn))
