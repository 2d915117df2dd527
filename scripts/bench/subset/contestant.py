"""What a contestant is: how it gets ready, what is measured, and where its rows are then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Command, Spent, measured
from bench.subset.ground import Ground


class Skipped(Exception):
    """A contestant cannot take part here; the text says why."""


@dataclass(frozen=True)
class Turn:
    """One turn of one contestant.

    Attributes:
        folder: its own; kept from turn to turn.
        timeout: seconds for each command.
    """

    ground: Ground
    percent: float
    folder: Path
    timeout: float

    @property
    def fraction(self) -> float:
        return self.percent / 100

    def spend(self, *pipeline: Command) -> Spent:
        """Run commands and measure them."""
        log = self.folder / "log.txt"
        log.unlink(missing_ok=True)
        return measured(self.ground.server.postmaster, pipeline, log, self.timeout)


@dataclass(frozen=True)
class Result:
    """What a turn cost and where its rows are.

    Attributes:
        phases: cost by name; together they are the turn.
        database: where the rows are.
        relations: schema and name of the relation with each table's rows; none where none are
            expected.
    """

    phases: Mapping[str, Spent]
    database: str
    relations: Mapping[str, tuple[str, str]]

    @property
    def spent(self) -> Spent:
        first, *more = self.phases.values()
        for phase in more:
            first += phase
        return first


@dataclass(frozen=True)
class Contestant:
    """A way to make the subset.

    Attributes:
        what: one line about it.
        ready: not measured; once before the first turn of a percentage. Raises Skipped.
        run: the turn.
        clear: not measured; after the rows were looked at.
        whole: it costs the same at every percentage, so one turn a round is enough.
        asked: it takes part only where it is named.
    """

    name: str
    what: str
    ready: Callable[[Turn], None]
    run: Callable[[Turn], Result]
    clear: Callable[[Turn], None]
    whole: bool = False
    asked: bool = False
