"""Texts of two collations in keys, strata, budgets and ends; and link rows of link rows."""

from __future__ import annotations

from subset_properties import batch
from subset_properties.batch import Workshop
from subset_properties.schema import (
    Budget,
    Column,
    Counted,
    Edge,
    Follow,
    Reader,
    Row,
    Sample,
    Service,
    Stratum,
    Table,
)

C, POSIX = '"C"', '"POSIX"'


def _table(name: str, columns: tuple[Column, ...], rows: tuple[Row, ...]) -> Table:
    key = (columns[0].name,)
    return Table(name, 0, name, columns, key, key, rows=rows)


def _edge(child: str, parent: str, column: str, to: str, follow: Follow | None = None) -> Edge:
    return Edge(
        child, parent, (Reader("column", column, "text", collate=C),), (to,), (), None, follow
    )


def test_two_collations(workshop: Workshop) -> None:
    """Whatever joins two texts says by which collation; sampling by two strata needs none."""
    people = _table(
        "people",
        (
            Column("code", "text", nullable=False, collation=C),
            Column("boss", "text", collation=POSIX),
            Column("kind", "text", collation=C),
            Column("tone", "text", collation=POSIX),
        ),
        tuple((f"p{n}", f"p{n // 2}" if n else None, "ab"[n % 2], "xyz"[n % 3]) for n in range(90)),
    )
    orders = _table(
        "orders",
        (Column("id", "bigint", nullable=False), Column("code", "text", collation=POSIX)),
        tuple((str(n), f"p{n * 7 % 90}" if n % 5 else None) for n in range(200)),
    )
    memberships, remarks = (
        _table(
            name,
            (
                Column("id", "text", nullable=False, collation=C),
                Column("one", "text", collation=POSIX),
                Column("other", "text", collation=POSIX),
            ),
            tuple((f"{name[0]}{n}", f"{of}{n * 11 % many}", f"p{n % 90}") for n in range(150)),
        )
        for name, of, many in (("memberships", "p", 90), ("remarks", "m", 150))
    )
    service = Service(
        0,
        # what points at link rows comes before them
        (people, orders, remarks, memberships),
        (
            _edge("people", "people", "boss", "code"),
            _edge("orders", "people", "code", "code", Follow()),
            _edge("remarks", "memberships", "one", "id"),
            _edge("remarks", "people", "other", "code"),
            _edge("memberships", "people", "one", "code"),
            _edge("memberships", "people", "other", "code"),
        ),
        {"people": "sampled", "orders": "owned", "remarks": "linked", "memberships": "linked"},
        {
            "people": Sample(
                "0.2",
                (Stratum("column", "kind"), Stratum("column", "tone")),
                budget=Budget(60, (Counted(1),), "0.5"),
            )
        },
    )
    with batch.built(workshop, [service]) as failed:
        (verdict,) = batch.verdicts(workshop, [service], failed)
        assert not verdict.problems, batch.report(verdict)
        with workshop.connect() as connected:
            for table in (memberships, remarks):
                kept = sum(batch.built_rows(connected, service, table).values())
                assert 0 < kept < len(table.rows), table.id
