"""The arithmetic of samples: against samples that are drawn as the models draw them."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict

import pytest

from tdm.plan import sampling, values
from tdm.plan.statistics import Column


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def drawn(rows: dict[str, tuple[str, ...]], fraction: float, at_least: int) -> set[str]:
    """The sample of keys with their strata, as macros/subset/sampled_keys.sql has it."""
    strata: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key, stratum in rows.items():
        strata[stratum].append(key)
    chosen = set()
    for stratum, keys in strata.items():
        share = int(md5("|".join(["stratum", *stratum]))[:8], 16) / 2**32
        for place, key in enumerate(sorted(keys, key=md5), start=1):
            if place - share <= len(keys) * fraction or place <= at_least:
                chosen.add(key)
    return chosen


def statistics(held: list[str]) -> Column:
    return Column(
        distinct=len(set(held)),
        common={value: held.count(value) / len(held) for value in sorted(set(held))},
    )


@pytest.mark.parametrize("fraction", [0.01, 0.05, 0.3])
@pytest.mark.parametrize("at_least", [0, 1, 3])
def test_the_number_of_rows_of_one_stratum_column_is_exact(fraction: float, at_least: int) -> None:
    chance = random.Random(1)  # noqa: S311
    kinds = chance.choices("abcdefghij", weights=[1, 2, 4, 8, 16, 32, 64, 128, 256, 512], k=3000)
    rows = {str(number): (kind,) for number, kind in enumerate(kinds)}
    found = sampling.strata(len(rows), [statistics(kinds)])
    expected = len(drawn(rows, fraction, at_least))
    assert sampling.number_taken(found, fraction, at_least) == pytest.approx(expected, abs=0.01)


def test_strata_of_two_columns_are_near() -> None:
    chance = random.Random(2)  # noqa: S311
    first = chance.choices("abcdefgh", weights=[128, 64, 32, 16, 8, 4, 2, 1], k=5000)
    second = chance.choices("wxyz", weights=[70, 20, 8, 2], k=5000)
    rows = {str(n): pair for n, pair in enumerate(zip(first, second, strict=True))}
    found = sampling.strata(len(rows), [statistics(first), statistics(second)])
    for fraction in (0.01, 0.05, 0.2):
        expected = len(drawn(rows, fraction, 1))
        assert sampling.number_taken(found, fraction, 1) == pytest.approx(expected, rel=0.06)


def test_a_hash_tells_whether_a_row_is_drawn() -> None:
    rows: dict[str, tuple[str, ...]] = {str(number): () for number in range(5000)}
    chosen = drawn(rows, 0.05, 1)
    chance = sampling.chance_of(sampling.strata(5000, []), 0.05, 1)
    sure = [key for key in rows if not 0.01 < chance(key) < 0.99]
    assert len(sure) > 4900
    assert all((chance(key) > 0.5) == (key in chosen) for key in sure)
    assert sum(map(chance, rows)) == pytest.approx(len(chosen), rel=0.1)


def test_all_keys_known_means_no_chance_is_left() -> None:
    rows: dict[str, tuple[str, ...]] = {f"key {number}": () for number in range(59)}
    chosen = drawn(rows, 0.05, 1)
    chance = sampling.certain(rows, len(chosen))
    assert {key for key in rows if chance(key) == 1.0} == chosen


def test_keys_without_a_gap_are_counted_out() -> None:
    bounds = [str(1 + step * 598 // 100) for step in range(101)]
    held = values.of_column(Column(distinct=599, bounds=bounds), 599, True, 599)
    assert set(held.known) == {str(number) for number in range(1, 600)} and not held.parts


def test_of_keys_with_gaps_the_dense_stretches_are_known() -> None:
    keys = [n for n in range(1, 900) if not 300 < n < 600]
    bounds = [str(keys[step * (len(keys) - 1) // 100]) for step in range(101)]
    held = values.of_column(Column(distinct=len(keys), bounds=bounds), len(keys), True, 1e9)
    assert set(map(int, held.known)) <= set(keys)
    assert len(held.known) > 0.95 * len(keys)
    assert held.distinct == pytest.approx(len(keys))


def test_values_that_crowd_are_fewer_than_those_that_spread() -> None:
    bounds = [str(round(1000 * (step / 100) ** 3)) for step in range(101)]
    held = values.of_column(Column(distinct=500, bounds=bounds), 10_000, False, 1000)
    assert held.distinct == pytest.approx(500, rel=0.05)
    first, last = held.parts[0], held.parts[-1]
    assert first[0] == last[0] and first[1] < last[1]
