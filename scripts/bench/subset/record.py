"""What was measured, turn by turn, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from bench.measure import Spent
from bench.subset.closure import Difference

LOAD = "load"
"""The phase in which a tool's files are brought into a database; counted, and shown apart."""


@dataclass(frozen=True)
class Record:
    """One turn.

    Attributes:
        difference: none where this turn's rows were not looked at.
        sessions: that it opened on the source.
    """

    scale: str
    percent: float
    round: int
    name: str
    phases: Mapping[str, Spent]
    difference: Difference | None
    sessions: int = 0

    @property
    def spent(self) -> Spent:
        first, *more = self.phases.values()
        for phase in more:
            first += phase
        return first

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"cpu": self.spent.cpu}


@dataclass(frozen=True)
class Setting:
    """One size of the bench.

    Attributes:
        roots: sampled customers.
        rows: rows that must be kept.
        session: server CPU seconds of a session that asks for nothing.
    """

    scale: str
    percent: float
    roots: int
    rows: int
    session: float


def of(records: Iterable[Record], setting: Setting, name: str) -> list[Record]:
    """The turns of one contestant at one size."""
    return [
        r for r in records if (r.scale, r.percent, r.name) == (setting.scale, setting.percent, name)
    ]


def ratio(
    ours: list[Record],
    mine: Callable[[Spent], float],
    others: list[Record],
    theirs: Callable[[Spent], float],
) -> tuple[float, float] | None:
    """Ours over somebody's: the median of the rounds' ratios, and the ratio of the least."""
    pairs = [
        mine(a.spent) / theirs(b.spent)
        for a in ours
        for b in others
        if a.round == b.round and theirs(b.spent)
    ]
    if not pairs:
        return None
    return median(pairs), least(ours, mine) / least(others, theirs)


def middle(records: list[Record], what: Callable[[Spent], float]) -> float:
    return median(what(r.spent) for r in records)


def least(records: list[Record], what: Callable[[Spent], float]) -> float:
    return min(what(r.spent) for r in records)


def found(records: list[Record]) -> Difference | None:
    """The rows of the first turn that was looked at."""
    return next((r.difference for r in records if r.difference), None)
