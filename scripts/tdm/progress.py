"""Phases of a long command: bars on a terminal, one line a phase anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

# How a phase reports: what it is at, how much is done, how much there is (0: unknown).
Report = Callable[[str, int, int], None]


class Phases:
    """The phases of one command, on standard error.

    Attributes:
        seconds: how long each finished phase took, in order.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._console = Console(stderr=True, highlight=False)
        self._bars = (
            Progress(
                SpinnerColumn(finished_text="[green]✓[/]"),
                TextColumn("{task.description:<12}"),
                BarColumn(bar_width=32),
                TimeElapsedColumn(),
                TextColumn("[dim]{task.fields[note]}[/]", markup=True),
                console=self._console,
            )
            if self._console.is_terminal
            else None
        )

    def __enter__(self) -> Phases:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars is not None:
            self._bars.stop()

    @contextmanager
    def phase(self, name: str) -> Iterator[_Phase]:
        """Run one phase; `phase.report` moves its bar, `phase.note` is what it ends with."""
        phase = _Phase()
        bars = self._bars
        task = None
        if bars is not None:
            task = bars.add_task(name, total=None, note="")

            def report(note: str, done: int, total: int) -> None:
                bars.update(task, completed=done, total=total or None, note=note)

            phase.report = report
        started = time.monotonic()
        yield phase
        self.seconds[name] = round(time.monotonic() - started, 2)
        if bars is not None and task is not None:
            bars.update(task, completed=1, total=1, note=phase.note)
        else:
            took = f"{self.seconds[name]:>7.1f} s"
            self._console.print(f"{name:<12}{took}  {phase.note}", markup=False, soft_wrap=True)


class _Phase:
    def __init__(self) -> None:
        self.note = ""
        self.report: Report = lambda note, done, total: None
