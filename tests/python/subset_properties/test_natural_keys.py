"""References by a value that several rows share, to a table that has no key to tell them apart."""

from __future__ import annotations

import pytest

from subset_properties import batch
from subset_properties.batch import Workshop
from subset_properties.schema import Column, Edge, Follow, Reader, Sample, Service, Table


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


@pytest.mark.parametrize("as_view", [False, True], ids=["tables", "views"])
def test_owned_rows_without_a_value_in_their_key_are_kept(
    workshop: Workshop, as_view: bool
) -> None:
    """Only what is pointed at goes by the key."""
    person = (Column("id", "bigint", nullable=False), Column("person_id", "bigint"))
    code = Column("code", "text")
    people = Table(
        "people",
        0,
        "people",
        person[:1],
        ("id",),
        ("id",),
        rows=tuple((str(n),) for n in range(30)),
    )
    papers = Table(
        "papers",
        0,
        "papers",
        (person[1], code),
        ("code",),
        rows=tuple((str(n % 30), None if n % 3 else f"code {n}") for n in range(90)),
    )
    notes = Table(
        "notes",
        0,
        "notes",
        (*person, code),
        ("id",),
        ("id",),
        rows=tuple((str(n), str(n % 30), f"code {n * 7 % 90}") for n in range(60)),
    )
    of_person = (Reader("column", "person_id", "bigint"),)
    service = Service(
        0,
        (people, papers, notes),
        (
            Edge("papers", "people", of_person, ("id",), follow=Follow()),
            Edge("notes", "people", of_person, ("id",), follow=Follow()),
            Edge("notes", "papers", (Reader("column", "code", "text"),), ("code",)),
        ),
        {"people": "sampled", "papers": "owned", "notes": "owned"},
        {"people": Sample("0.3")},
        as_view=as_view,
    )
    with batch.built(workshop, [service]) as failed:
        (verdict,) = batch.verdicts(workshop, [service], failed)
    assert not verdict.problems, batch.report(verdict)
