"""References by a value that several rows share, to a table that has no key to tell them apart."""

from __future__ import annotations

import pytest

from subset_properties import batch
from subset_properties.batch import Workshop
from subset_properties.schema import Column, Edge, Reader, Sample, Service, Table


@pytest.mark.parametrize("in_cycle", [False, True], ids=["alone", "in a cycle"])
def test_all_rows_with_the_value_are_kept(workshop: Workshop, in_cycle: bool) -> None:
    """A price list without a key, with two prices for one label."""
    orders = Table(
        "orders",
        0,
        "orders",
        (Column("id", "bigint", nullable=False), Column("label", "text")),
        ("id",),
        ("id",),
        rows=tuple((str(n), f"label {n % 7}") for n in range(40)),
    )
    prices = Table(
        "prices",
        0,
        "prices",
        (Column("label", "text"), Column("price", "integer"), Column("before", "text")),
        ("label",),
        rows=(
            *((f"label {n % 5}", str(n % 9), f"label {(n + 1) % 5}") for n in range(12)),
            ("label 1", "1", "label 2"),
            ("label 1", "1", "label 2"),
            (None, "3", "label 1"),
        ),
    )
    edges = [Edge("orders", "prices", (Reader("column", "label", "text"),), ("label",))]
    if in_cycle:
        edges.append(Edge("prices", "prices", (Reader("column", "before", "text"),), ("label",)))
    service = Service(
        0,
        (orders, prices),
        tuple(edges),
        {"orders": "sampled", "prices": "referenced"},
        {"orders": Sample("0.5")},
    )
    with batch.built(workshop, [service]) as failed:
        (verdict,) = batch.verdicts(workshop, [service], failed)
    assert not verdict.problems, batch.report(verdict)
