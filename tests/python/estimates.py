"""Measures how good the estimates of a plan are; also a command that prints them.

    python tests/python/estimates.py PROJECT DSN

PROJECT is a dbt project whose subset is built in the database of DSN.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOLERANCE = 0.2


@dataclass(frozen=True)
class Measured:
    """The estimate of one table beside the rows that a build kept."""

    table: str
    mode: str
    source: int
    estimated: int
    real: int

    @property
    def near(self) -> bool:
        return abs(self.estimated - self.real) <= TOLERANCE * self.real


def measured(plan: dict[str, Any]) -> list[Measured]:
    """Every table of a plan that was made after a build."""
    return [
        Measured(
            table["table"],
            table["mode"],
            table["source_rows"],
            table["estimated_rows"],
            table["kept_rows"],
        )
        for table in plan["tables"]
    ]


def score(found: list[Measured]) -> float:
    """The share of tables whose estimate is within the tolerance."""
    return sum(one.near for one in found) / len(found)


def report(found: list[Measured]) -> str:
    """A line a table; the ones that are off are marked."""
    lines = [f"{score(found):.1%} of {len(found)} tables within {TOLERANCE:.0%}"]
    lines += [
        f"{' ' if one.near else '!'} {one.table:<40} {one.mode:<10} of {one.source:>8,}:"
        f" estimated {one.estimated:>8,}, real {one.real:>8,}"
        for one in found
        if one.mode not in ("whole", "empty") or not one.near
    ]
    return "\n".join(lines)


def main(project: Path, dsn: str) -> None:
    from tdm import connection
    from tdm.plan import last_built, planned

    subset = last_built(project, dsn, connection.resolve_target(project, None))
    print(report(measured(planned(subset, project, dsn))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
