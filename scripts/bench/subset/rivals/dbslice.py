"""dbslice: writes INSERT statements, which psql loads.

It stumbles over partitions (their constraints share a name with their parent's), so `activity` is
left out; it has no condition on polymorphic references; the reference of customers to customers
cannot be switched off.
"""

from __future__ import annotations

from bench.subset.contestant import Contestant, Result, Turn
from bench.subset.ground import SOURCE
from bench.subset.record import LOAD
from bench.subset.rivals import common

_REQUIREMENT = "dbslice==1.0.1"
_EXCLUDED = ("activity", "activity_2022", "activity_2023", "activity_2024", "activity_rest")


def _ready(turn: Turn) -> None:
    common.installed(turn.ground, _REQUIREMENT)


def _run(turn: Turn) -> Result:
    common.lay_tables(turn)
    name, out = common.target(turn), turn.folder / "subset.sql"
    out.unlink(missing_ok=True)
    excluded = [word for table in _EXCLUDED for word in ("--exclude", table)]
    extracted = turn.spend(
        common.command(
            turn,
            common.installed(turn.ground, _REQUIREMENT) / "dbslice",
            "extract",
            turn.ground.server.tcp(SOURCE),
            *("--seed", f"customer:{common.condition(turn)}"),
            *("--direction", "both", "--depth", "10", *excluded),
            *("--allow-unsafe-where", "--max-seed-rows", "10000000"),
            *("--no-anonymize", "--no-validate", "--no-progress"),
            *("--out-file", str(out)),
        )
    )
    psql = turn.ground.program("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(out), database=name)
    return Result({"extract": extracted, LOAD: turn.spend(psql)}, name, common.relations())


CONTESTANT = Contestant("dbslice", _REQUIREMENT, _ready, _run, common.drop_target)
