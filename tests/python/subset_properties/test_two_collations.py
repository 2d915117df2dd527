"""Texts of two collations in keys, strata, budgets and ends; and link rows of link rows."""

from __future__ import annotations

from dataclasses import replace

from subset_properties import batch, ddl, project
from subset_properties.batch import Workshop
from subset_properties.schema import (
    Budget,
    Column,
    Condition,
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
from tdm import connection
from tdm.why import why

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


def test_the_other_way_round(workshop: Workshop) -> None:
    """What sampled rows point at comes along, by whatever the sources say that they point."""
    people = _table(
        "people",
        (Column("code", "text", nullable=False, collation=C),),
        tuple((f"p{n}",) for n in range(90)),
    )
    firms = _table(
        "firms",
        (Column("id", "bigint", nullable=False),),
        tuple((str(n),) for n in range(80)),
    )
    # only those of kind `f` say the number of a firm
    orders = _table(
        "orders",
        (
            Column("id", "bigint", nullable=False),
            Column("code", "text", collation=POSIX),
            Column("subject", "text"),
            Column("kind", "text"),
        ),
        tuple(
            (str(n), f"p{n * 7 % 90}", str(n % 80) if n % 2 else "none", "f" if n % 2 else "g")
            for n in range(60)
        ),
    )
    letters, visits = (
        _table(
            name,
            (Column("id", "bigint", nullable=False), Column("code", "text", collation=POSIX)),
            tuple((str(n), f"p{n % 90}") for n in range(150)),
        )
        for name in ("letters", "visits")
    )
    service = Service(
        0,
        (people, firms, orders, letters, visits),
        (
            replace(_edge("orders", "people", "code", "code"), brings=True),
            Edge(
                "orders",
                "firms",
                (Reader("cast", "subject", "bigint"),),
                ("id",),
                (Condition("kind", "=", "f"),),
                brings=True,
            ),
            _edge("letters", "people", "code", "code", Follow()),  # people bring theirs in turn
            _edge("visits", "people", "code", "code"),
        ),
        {
            "people": "owned",
            "firms": "owned",
            "orders": "sampled",
            "letters": "owned",
            "visits": "sampled",
        },
        {"orders": Sample("0.3"), "visits": Sample("0.1")},
    )
    with batch.loaded(workshop, [service]) as folder:
        failed = batch.failures(folder, workshop.build(folder))
        (verdict,) = batch.verdicts(workshop, [service], failed)
        assert not verdict.problems, batch.report(verdict)
        dsn = workshop.server.dsn(batch.DATABASE)
        target = connection.Target(project.PROJECT, project.TARGET, project.TARGET, {})
        with workshop.connect() as connected:
            letters_kept = batch.built_rows(connected, service, letters)
            firms_kept = batch.built_rows(connected, service, firms)
        assert 0 < sum(firms_kept.values()) < sum(letters_kept.values()) < 150
        chains = [
            why(folder, dsn, target, name, [str(min(kept)[0])])["chain"]
            for name, kept in (("s0.letters", letters_kept), ("s0.firms", firms_kept))
        ]
        assert [step["by"] for step in chains[0]] == [None, "owned", "owned"]
        assert [step["table"] for step in chains[1]] == [
            f"{ddl.schema_name(service, 0)}.{name}" for name in ("firms", "orders")
        ]
        stranger = next(n for n in range(150) if (str(n), f"p{n % 90}") not in letters_kept)
        said = why(folder, dsn, target, "s0.letters", [str(stranger)])["why"]
        assert said, said
