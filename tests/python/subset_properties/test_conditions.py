"""Conditions are SQL that somebody wrote: with `or`, and with line breaks inside their texts."""

from __future__ import annotations

import pytest

from subset_properties import batch
from subset_properties.batch import Workshop
from subset_properties.schema import (
    Column,
    Condition,
    Edge,
    Follow,
    Matching,
    Reader,
    Sample,
    Service,
    Table,
)

BREAK = "two\nlines"


@pytest.mark.parametrize("state", ["open", BREAK], ids=["or", "line-break"])
def test_conditions(workshop: Workshop, state: str) -> None:
    """Notes belong to people and to teams, and a note that belongs to both comes once."""
    id_column = Column("id", "bigint", nullable=False)
    people, teams = (
        Table(
            name,
            0,
            name,
            (id_column, Column("kind", "text")),
            ("id",),
            ("id",),
            rows=tuple((str(n), BREAK if n % 7 == 0 else "one line") for n in range(40)),
        )
        for name in ("people", "teams")
    )
    notes = Table(
        "notes",
        0,
        "notes",
        (Column("person_id", "bigint"), Column("team_id", "bigint"), Column("state", "text")),
        rows=tuple(
            (str(n % 40), str(n * 3 % 40), [None, "open", "done", BREAK][n % 4]) for n in range(200)
        ),
    )
    edges = tuple(
        Edge(
            "notes",
            parent,
            (Reader("column", column, "bigint"),),
            ("id",),
            follow=Follow(Condition("state", "= or null", state)),
        )
        for parent, column in (("people", "person_id"), ("teams", "team_id"))
    )
    matching = Matching(Condition("kind", "= or null", state))
    service = Service(
        0,
        (people, teams, notes),
        edges,
        {"people": "sampled", "teams": "sampled", "notes": "owned"},
        {"people": Sample("0.4"), "teams": Sample("0.4", also=(matching,))},
    )
    with batch.built(workshop, [service]) as failed:
        (verdict,) = batch.verdicts(workshop, [service], failed)
    assert not verdict.problems, batch.report(verdict)
