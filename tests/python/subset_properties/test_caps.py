"""Caps on rows that name their owners in an array, some of them twice."""

from __future__ import annotations

import pytest

from subset_properties import batch
from subset_properties.batch import Workshop
from subset_properties.schema import Column, Edge, Follow, Reader, Sample, Service, Table


@pytest.mark.parametrize("newest", [None, "at"])
def test_a_row_that_names_its_owner_twice_counts_once(
    workshop: Workshop, newest: str | None
) -> None:
    """Each person brings two baskets, and one that names the person twice is one of them."""
    people = Table(
        "people",
        0,
        "people",
        (Column("id", "bigint", nullable=False),),
        ("id",),
        ("id",),
        rows=tuple((str(n),) for n in range(30)),
    )
    baskets = Table(
        "baskets",
        0,
        "baskets",
        (
            Column("id", "bigint", nullable=False),
            Column("person_ids", "bigint[]"),
            Column("at", "date"),
        ),
        ("id",),
        ("id",),
        rows=tuple(
            (
                str(n),
                None if n % 11 == 0 else f"{{{n % 30},{n % 30},{n * 7 % 30},NULL,99}}",
                None if n % 4 == 0 else f"2026-01-{n % 28 + 1:02}",
            )
            for n in range(200)
        ),
    )
    edge = Edge(
        "baskets",
        "people",
        (Reader("array", "person_ids", "bigint"),),
        ("id",),
        follow=Follow(at_most=2, newest=newest),
    )
    service = Service(
        0,
        (people, baskets),
        (edge,),
        {"people": "sampled", "baskets": "owned"},
        {"people": Sample("0.3")},
    )
    with batch.built(workshop, [service]) as failed:
        (verdict,) = batch.verdicts(workshop, [service], failed)
    assert not verdict.problems, batch.report(verdict)
