"""The whole database, copied: what a subset saves."""

from __future__ import annotations

from bench.subset.contestant import Contestant, Result, Turn
from bench.subset.ground import SOURCE, TABLES

_COPY = "everything"


def _ready(turn: Turn) -> None:
    """Nothing to do."""


def _run(turn: Turn) -> Result:
    turn.ground.create(_COPY)
    spent = turn.spend(
        turn.ground.program("pg_dump", "-Fc", "-n", "public", database=SOURCE),
        turn.ground.program("pg_restore", "-d", _COPY, "--clean", "--if-exists", database=_COPY),
    )
    return Result({"copy": spent}, _COPY, {table: ("public", table) for table in TABLES})


def _clear(turn: Turn) -> None:
    turn.ground.drop(_COPY)


CONTESTANT = Contestant("everything", "pg_dump -Fc | pg_restore", _ready, _run, _clear, whole=True)
