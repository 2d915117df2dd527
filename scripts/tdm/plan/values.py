"""Which values a column holds and in how many rows, as far as the statistics tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from tdm.plan.statistics import Column

_LOOKED_AT = 30_000  # ANALYZE reads every row of tables up to this size
_COUNTED_OUT = 20_000  # whole numbers without a gap are written out up to here


@dataclass
class Values:
    """The filled rows of a column by value.

    Attributes:
        known: the rows that hold each value that the statistics name.
        parts: the others: rows, and how many different values these have.
    """

    known: dict[str, float] = field(default_factory=dict)
    parts: list[tuple[float, float]] = field(default_factory=list)

    @property
    def distinct(self) -> float:
        """How many different values there are."""
        return len(self.known) + sum(distinct for _, distinct in self.parts)


def of_column(column: Column | None, rows: float, unique: bool, most: float) -> Values:
    """The values of a column.

    Args:
        column: its statistics; None where the table was never analysed.
        rows: the rows of the table; where it was never analysed, those that are not NULL.
        unique: a unique index says that no value comes twice.
        most: there are at most so many different ones: what it points at has no more rows.
    """
    if column is None:
        distinct = rows if unique else most * (1 - (1 - 1 / max(most, 1.0)) ** rows)
        return Values(parts=[(rows, distinct)] if rows > 0 else [])
    known = {value: share * rows for value, share in column.common.items()}
    left = rows * (1 - column.nulls) - sum(known.values())
    if left < 0.5:
        return Values(known)
    distinct = left if unique else min(column.distinct, most) - len(known)
    distinct = min(max(distinct, 1.0), left)
    bounds = column.bounds
    if rows <= _LOOKED_AT and len(bounds) == round(left):
        for value in bounds:
            known[value] = known.get(value, 0.0) + 1
        return Values(known)
    numbers = _whole_numbers(bounds)
    if not numbers:
        return Values(known, [(left, distinct)])
    if unique and not column.common and rows <= _COUNTED_OUT:
        found = set(_counted_out(numbers, round(left)))
        known = {str(number): 1.0 for number in found}
        left -= len(found)
        return Values(known, [(left, left)] if left >= 0.5 else [])
    return Values(known, list(_spread(numbers, left, distinct)))


def _whole_numbers(bounds: list[str]) -> list[int]:
    try:
        return [int(bound) for bound in bounds]
    except ValueError:
        return []


def _counted_out(bounds: list[int], rows: int) -> Iterator[int]:
    """The numbers that are sure to be in a unique column: bounds, and what lies dense between.

    Where ANALYZE saw all rows, the places of the bounds among them are known.
    """
    if bounds[-1] - bounds[0] + 1 == rows:
        yield from range(bounds[0], bounds[-1] + 1)
        return
    yield from bounds
    if rows > _LOOKED_AT:
        return
    steps = len(bounds) - 1
    places = [step * (rows - 1) // steps for step in range(steps + 1)]
    for step in range(steps):
        if bounds[step + 1] - bounds[step] == places[step + 1] - places[step]:
            yield from range(bounds[step] + 1, bounds[step + 1])


def _spread(bounds: list[int], rows: float, distinct: float) -> Iterator[tuple[float, float]]:
    """Parts of as many rows each; the narrower a part, the fewer values it can have."""
    widths = [max(high - low, 1) for low, high in pairwise(bounds)]
    each = rows / len(widths)
    # the values lie evenly over the range, but no part has more of them than rows
    low, high = 0.0, distinct / sum(widths) * len(widths) + 1
    for _ in range(40):
        density = (low + high) / 2
        if sum(min(width * density, each) for width in widths) < distinct:
            low = density
        else:
            high = density
    for width in widths:
        yield each, max(min(width * high, each), min(1.0, each))
