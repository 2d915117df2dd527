"""The SQL by hand, in one psql session: the limit."""

from __future__ import annotations

from pathlib import Path

from bench.subset.contestant import Contestant, Result, Turn
from bench.subset.ground import TABLES, WORK

SCRIPT = Path(__file__).with_suffix(".sql")
_SCHEMA = "handwritten"


def _ready(turn: Turn) -> None:
    turn.ground.drop_schema(_SCHEMA)


def _run(turn: Turn) -> Result:
    spent = turn.spend(
        turn.ground.program(
            "psql", "-q", "-v", f"fraction={turn.fraction:g}", "-f", str(SCRIPT), database=WORK
        )
    )
    return Result({"psql": spent}, WORK, {table: (_SCHEMA, table) for table in TABLES})


def _clear(turn: Turn) -> None:
    turn.ground.drop_schema(_SCHEMA)


CONTESTANT = Contestant("sql", "SQL by hand: keys, then rows into tables", _ready, _run, _clear)
