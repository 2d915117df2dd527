"""What Hypothesis decides, in the words of those who ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices:
    """What Hypothesis decides."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        return int(self._draw(st.integers(low, high)))

    def chance(self, percent: int) -> bool:
        return self.number(1, 100) > 100 - percent

    def one(self, options: Sequence[T]) -> T:
        return options[self.number(0, len(options) - 1)]

    def some(self, options: Sequence[T], most: int) -> list[T]:
        """Up to so many of the options, each once, in their order."""
        places = list(range(len(options)))
        count = min(self.number(0, most), len(options))
        taken = [places.pop(self.number(0, len(places) - 1)) for _ in range(count)]
        return [options[place] for place in sorted(taken)]
