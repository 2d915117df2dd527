"""What a sample promises: nested fractions, exact quotas, unbiased rounding, the same entities."""

from __future__ import annotations

import itertools
import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from subset_properties import batch, oracle, project
from subset_properties.batch import Workshop
from subset_properties.schema import Column, Row, Sample, Service, Stratum, Table, quoted

FRACTIONS = ["0.001", "0.01", "0.05", "0.1", "0.25", "0.5", "1"]
SMALL_STRATA = 1000
ROWS_OF_A_STRATUM = 10
KEYS = {
    "by_number": ["bigint"],
    "by_uuid": ["uuid"],
    "by_text": ["text"],
    "by_several": ["text", "date", "integer"],
}
STRATA: dict[str, tuple[Stratum, ...]] = {
    "all": (),
    "one": (Stratum("column", "kind"),),
    "two": (Stratum("left", "kind"), Stratum("mod", "amount")),
}


@dataclass(frozen=True)
class Sampled:
    """Tables with a sample for every kind of strata and every fraction.

    Attributes:
        rows: of every table, as texts.
        taken: for each table, strata and fraction the places of the sampled rows.
    """

    service: Service
    rows: dict[str, list[oracle.Record]]
    taken: dict[tuple[str, str, str], set[int]]


@st.composite
def sizes(draw: st.DrawFn) -> list[int]:
    """Rows of each stratum: most of them small, some large, one giant."""
    small = draw(st.lists(st.integers(1, 30), min_size=4, max_size=25))
    large = draw(st.lists(st.integers(100, 400), min_size=1, max_size=3))
    return [*small, *large, draw(st.integers(500, 900))]


def _drawn_sizes() -> list[int]:
    found: list[list[int]] = []

    @seed(4)
    @settings(
        max_examples=2,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(sizes())
    def note(drawn: list[int]) -> None:
        found.append(drawn)

    note()
    return found[-1]


def _key(randoms: random.Random, types: Sequence[str], number: int) -> tuple[str, ...]:
    if types == ["bigint"]:
        return (str(number * 7 - 500),)
    if types == ["uuid"]:
        return (str(uuid.UUID(int=randoms.getrandbits(128))),)
    if types == ["text"]:
        return (f"{randoms.choice(['a', 'Ä', '', '|'])}{number}",)
    return (f"a|{number % 40}", f"2024-01-{number % 28 + 1:02}", str(number))


def _people(name: str, types: list[str], strata: Sequence[int], random_seed: int) -> Table:
    randoms = random.Random(random_seed)  # noqa: S311 - rows, not secrets
    key = [f"key {part}" for part in range(len(types))]
    rows: list[Row] = []
    for stratum, size in enumerate(strata):
        kind = None if stratum == 3 else f"{chr(97 + stratum % 26)}{stratum}"
        for _ in range(size):
            amount = randoms.choice([None, -2, -1, 0, 1, 2, 5])
            number = None if amount is None else str(amount)
            rows.append((*_key(randoms, types, len(rows)), kind, number))
    columns = [
        *(Column(c, t, nullable=False) for c, t in zip(key, types, strict=True)),
        Column("kind", "text"),
        Column("amount", "integer"),
    ]
    return Table(name, 0, name, tuple(columns), tuple(key), tuple(key), rows=tuple(rows))


def _grown(table: Table, name: str, random_seed: int) -> Table:
    """A table a week later: a tenth more rows, spread over the strata."""
    randoms = random.Random(random_seed)  # noqa: S311 - rows, not secrets
    more = []
    for number in range(len(table.rows) // 10):
        pattern = randoms.choice(table.rows)
        more.append((str(1_000_000 + number), *pattern[1:]))
    return replace(table, id=name, name=name, rows=(*table.rows, *more))


@pytest.fixture(scope="module")
def sampled(workshop: Workshop) -> Iterator[Sampled]:
    strata = _drawn_sizes()
    tables = [
        _people(name, types, strata, number) for number, (name, types) in enumerate(KEYS.items())
    ]
    tables.append(_grown(tables[0], "next_week", 9))
    tables.append(_people("big", ["bigint"], [11_000, 10_100, 60], 7))
    tables.append(_people("many", ["bigint"], [ROWS_OF_A_STRATUM] * SMALL_STRATA, 8))
    modes = {table.id: "whole" for table in tables}
    service = Service(0, tuple(tables), (), modes)
    with batch.loaded(workshop, [service]) as folder:
        for table, kind, fraction in _samples(service):
            sample = Sample(fraction, STRATA[kind], at_least=_at_least(table))
            text = project.sampled_keys(service, table, sample)
            project.write(folder, f"models/subset/s0/{_model(table, kind, fraction)}.sql", text)
        done = workshop.build(folder, "--exclude", "subset_*")
        assert done.exit_code == 0, done.output[-4000:]
        with workshop.connect() as connected:
            rows = batch.source_rows(connected, service)
            taken = {}
            for table, kind, fraction in _samples(service):
                names = ", ".join(f"x.{quoted(column)}::text" for column in table.key)
                model = f"{project.TARGET}_subset.{_model(table, kind, fraction)}"
                places = {
                    tuple(row[c] for c in table.key): n for n, row in enumerate(rows[table.id])
                }
                keys = connected.execute(f"select {names} from {model} as x").fetchall()
                taken[table.id, kind, fraction] = {places[key] for key in keys}
        yield Sampled(service, rows, taken)


def _samples(service: Service) -> Iterator[tuple[Table, str, str]]:
    for table in service.tables:
        for kind in ["one"] if table.id in ("many", "big") else STRATA:
            for fraction in FRACTIONS:
                yield table, kind, fraction


def _at_least(table: Table) -> int:
    return 0 if table.id == "many" else 1


def _model(table: Table, kind: str, fraction: str) -> str:
    return f"sampled_s0__{table.id}_{kind}_{fraction.replace('.', '_')}"


def _by_stratum(found: Sampled, table: Table, kind: str) -> dict[tuple[str | None, ...], set[int]]:
    strata: dict[tuple[str | None, ...], set[int]] = defaultdict(set)
    for place, row in enumerate(found.rows[table.id]):
        strata[tuple(oracle.stratum(given, row) for given in STRATA[kind])].add(place)
    return strata


def test_small_samples_lie_inside_larger_ones(sampled: Sampled) -> None:
    """1 % inside 5 %, whatever the keys and the strata."""
    for table, kind, _ in _samples(sampled.service):
        for smaller, larger in itertools.pairwise(FRACTIONS):
            inner = sampled.taken[table.id, kind, smaller]
            assert inner <= sampled.taken[table.id, kind, larger], (table.id, kind, smaller)
        assert len(sampled.taken[table.id, kind, "1"]) == len(table.rows)


def test_every_stratum_gives_its_exact_share(sampled: Sampled) -> None:
    """Less than one row from n × fraction, and never less than the least."""
    for table, kind, fraction in _samples(sampled.service):
        taken = sampled.taken[table.id, kind, fraction]
        for stratum, places in _by_stratum(sampled, table, kind).items():
            share, number = len(places) * Fraction(fraction), len(places & taken)
            least = min(len(places), _at_least(table))
            assert number >= least, (table.id, stratum, fraction)
            assert abs(number - share) < 1 or number == least, (table.id, stratum, fraction)


def test_the_sample_is_the_one_that_is_defined(sampled: Sampled) -> None:
    """By the hash of the key within the stratum: the same rows on every server, for good."""
    for table, kind, fraction in _samples(sampled.service):
        if fraction not in ("0.01", "0.1", "0.5"):
            continue
        rows = sampled.rows[table.id]
        sample = Sample(fraction, STRATA[kind], at_least=_at_least(table))
        expected = oracle.quota(table, rows, sample, range(len(rows)))
        assert sampled.taken[table.id, kind, fraction] == expected, (table.id, kind, fraction)


def test_rounding_favours_no_stratum(sampled: Sampled) -> None:
    """Over many small strata the fractions of rows add up to what they should."""
    table = sampled.service.table("many")
    for fraction in FRACTIONS:
        expected = len(table.rows) * float(fraction)
        part = ROWS_OF_A_STRATUM * float(fraction) % 1
        deviation = (SMALL_STRATA * part * (1 - part)) ** 0.5
        number = len(sampled.taken["many", "one", fraction])
        assert abs(number - expected) <= 4 * deviation + 1e-6, (fraction, number, expected)
    # and it is not always the same strata that are rounded up, nor neighbours
    counts = Counter(
        len(places & sampled.taken["many", "one", "0.05"])
        for places in _by_stratum(sampled, table, "one").values()
    )
    assert set(counts) == {0, 1}


def test_next_week_it_is_the_same_people(
    sampled: Sampled, record_property: Callable[[str, object], None]
) -> None:
    """With a tenth more rows nearly all who were in the sample stay in it."""
    shares = {}
    for kind in STRATA:
        for fraction in ("0.05", "0.1", "0.25", "0.5"):
            before = sampled.taken["by_number", kind, fraction]
            keys = [row["key 0"] for row in sampled.rows["by_number"]]
            later = {
                sampled.rows["next_week"][place]["key 0"]
                for place in sampled.taken["next_week", kind, fraction]
            }
            stayed = sum(keys[place] in later for place in before)
            shares[f"{kind} {fraction}"] = round(stayed / len(before), 3)
    record_property("stayed", shares)
    print("share of the sample that is in next week's too:", shares)
    assert min(shares.values()) > 0.85
    assert sum(shares.values()) / len(shares) > 0.93
