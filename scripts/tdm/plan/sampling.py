"""How many rows a stratified sample takes, and whether it has a given one.

A sample is a function of the keys (see macros/subset/sampled_keys.sql): rows are taken in the
order of md5 of their key's text within their stratum. So the number of rows follows from the sizes
of the strata, and whether a certain row is among them, from the hash of its key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import erf, exp, floor, lgamma, log, sqrt

from tdm.plan.statistics import Column

_COMBINATIONS = 20_000  # more strata than this are counted as equals


@dataclass(frozen=True)
class Stratum:
    """Strata that are alike.

    Attributes:
        rows: the rows of each; an expectation, unless `certain`.
        share: what the stratum's hash adds to its quota; None where its values are not known.
        alike: how many there are.
        certain: the number of rows is known.
    """

    rows: float
    share: float | None = None
    alike: float = 1.0
    certain: bool = True

    def taken(self, fraction: float, at_least: int) -> float:
        """The rows that the sample takes from one of these strata, on average."""
        if self.certain or self.rows > 50:
            return _taken(self.rows, fraction, at_least, self.share)
        # chance put the rows there: as a Poisson distribution has it
        total, chance = 0.0, exp(-self.rows)
        for rows in range(1, int(self.rows + 8 * sqrt(self.rows) + 10)):
            chance *= self.rows / rows
            total += chance * _taken(rows, fraction, at_least, self.share)
        return total


def _taken(rows: float, fraction: float, at_least: int, share: float | None) -> float:
    wanted = rows * fraction
    if share is None:
        whole = floor(wanted)
        up = wanted - whole
        wanted = (1 - up) * max(whole, at_least) + up * max(whole + 1, at_least)
    else:
        wanted = max(floor(wanted + share), at_least)
    return min(wanted, rows)


def strata(rows: float, columns: Sequence[Column]) -> list[Stratum]:
    """The strata that combinations of columns make, as if the columns were independent.

    Args:
        rows: the rows of the table.
        columns: the statistics of the columns that are strata.
    """
    parts = [_values(column, rows) for column in columns]
    size = 1
    for part in parts:
        size *= len(part)
    while size > _COMBINATIONS:
        longest = max(range(len(parts)), key=lambda place: len(parts[place]))
        size //= len(parts[longest])
        count = sum(alike for *_, alike in parts[longest])
        parts[longest] = [(None, 1 / count, count)]
    found = []
    for combination in product(*parts):
        part_of, alike = 1.0, 1.0
        for _, share, number in combination:
            part_of *= share
            alike *= number
        texts = [text for text, *_ in combination]
        known = None not in texts
        found.append(
            Stratum(
                rows * part_of,
                stratum_share([text for text in texts if text is not None]) if known else None,
                alike,
                certain=len(parts) <= 1,
            )
        )
    return found


def strata_together(
    rows: float, common: Sequence[tuple[Sequence[str | None], float]], distinct: float
) -> list[Stratum]:
    """The strata of columns whose combinations are known.

    Args:
        rows: the rows of the table.
        common: the most common combinations, with the share of rows that each has.
        distinct: how many there are; 0 where nobody knows.
    """
    found = [
        Stratum(rows * share, stratum_share([text for text in texts if text is not None]))
        for texts, share in common
    ]
    left = 1 - sum(share for _, share in common)
    others = distinct - len(common)
    if not distinct and common:  # none of them has more rows than the rarest that is known
        others = left / min(share for _, share in common)
    if left > 0.5 / max(rows, 1) and others >= 0.5:
        found.append(Stratum(rows * left / others, None, others))
    return found


_NULL = "\0"


def _values(column: Column, rows: float) -> list[tuple[str | None, float, float]]:
    """The values of a column: text, share of the rows, and how many of them are alike."""
    found: list[tuple[str | None, float, float]] = [
        (text, share, 1.0) for text, share in column.common.items()
    ]
    if column.nulls > 0:
        found.append((_NULL, column.nulls, 1.0))
    others = 1 - column.nulls - sum(column.common.values())
    number = max(column.distinct - len(column.common), 0.0)
    if others > 0.5 / max(rows, 1) and number >= 0.5:
        found.append((None, others / number, number))
    return found or [(None, 1.0, 1.0)]


def stratum_share(texts: Iterable[str]) -> float:
    """The number in [0, 1) that belongs to a stratum; NULLs are left out of the text."""
    text = "|".join(["stratum", *(text for text in texts if text != _NULL)])
    return int(_md5(text)[:8], 16) / 2**32


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def number_taken(found: Sequence[Stratum], fraction: float, at_least: int) -> float:
    """How many rows the sample has."""
    return sum(stratum.alike * stratum.taken(fraction, at_least) for stratum in found)


def chance_of(found: Sequence[Stratum], fraction: float, at_least: int) -> Callable[[str], float]:
    """A function that says how likely the sample has the row whose key has a given text."""
    groups: dict[tuple[str, float], list[float]] = {}  # strata of much the same size
    for stratum in found:
        rows = max(stratum.rows, 1.0)
        quota = _taken(rows, fraction, at_least, stratum.share)
        group = groups.setdefault((f"{rows:.2g}", quota if rows < 100 else 0), [0.0, 0.0, 0.0])
        weight = stratum.rows * stratum.alike
        for place, number in enumerate((weight, weight * rows, weight * quota)):
            group[place] += number
    total = sum(weight for weight, *_ in groups.values()) or 1.0
    sizes = [
        (weight / total, rows / weight, quota / weight)
        for weight, rows, quota in groups.values()
        if weight > 0
    ]

    @cache
    def chance(text: str) -> float:
        place = int(_md5(text)[:13], 16) / 16**13
        return sum(weight * _at_most(quota - 1, rows - 1, place) for weight, rows, quota in sizes)

    return chance


def _at_most(hits: float, tries: float, chance: float) -> float:
    """How likely so many tries have at most so many hits."""
    if hits < 0:
        return 0.0
    if hits >= tries:
        return 1.0
    mean, spread = tries * chance, sqrt(max(tries * chance * (1 - chance), 1e-12))
    if tries > 400:
        return 0.5 * (1 + erf((hits + 0.5 - mean) / spread / sqrt(2)))
    if not 0 < chance < 1:
        return 1.0 if chance <= 0 else 0.0
    number = round(tries)
    return min(
        1.0,
        sum(
            exp(
                lgamma(number + 1)
                - lgamma(k + 1)
                - lgamma(number - k + 1)
                + k * log(chance)
                + (number - k) * log(1 - chance)
            )
            for k in range(int(hits) + 1)
        ),
    )


def certain(keys: Iterable[str], number: float) -> Callable[[str], float]:
    """The same for a sample without strata of a table all of whose keys are known."""
    first = sorted(keys, key=lambda key: (_md5(key), key))[: round(number)]
    chosen = frozenset(first)
    return lambda text: float(text in chosen)
