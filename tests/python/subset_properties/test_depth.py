"""A deep schema: what a statement reads, and so how it is planned, does not grow with depth."""

from __future__ import annotations

import random
import re
from pathlib import Path

from subset_properties import batch
from subset_properties.batch import Workshop
from subset_properties.schema import (
    Column,
    Constraint,
    Edge,
    Follow,
    Reader,
    Row,
    Sample,
    Service,
    Table,
)

DEPTH = 30
REFERENCES = 3
_RELATION = re.compile(r'"subset_properties"\."[^"]+"\."[^"]+"')


def test_a_chain_of_thirty_tables(workshop: Workshop) -> None:
    """Upwards, and downwards as views: built exactly, and flat."""
    services = [
        _chain(0, downwards=False, as_view=False),
        _chain(1, downwards=True, as_view=True),
    ]
    with batch.loaded(workshop, services) as folder:
        done = workshop.build(folder)
        verdicts = batch.verdicts(workshop, services, batch.failures(folder, done))
        with workshop.connect() as connected:
            read_by_view = {
                name: len(re.findall(r"Relation Name", str(plan)))
                for name, plan in (
                    (
                        table.id,
                        connected.execute(
                            f"explain (format json) select * from"
                            f" {batch.subset_relation(services[1], table)}"
                        ).fetchone(),
                    )
                    for table in services[1].tables[1:]  # the first is a leaf without keys
                )
            }
    assert [verdict.problems for verdict in verdicts] == [[], []]
    named = _relations_named(folder)
    for prefix in ("sampled_s1__", "subset_s0__", "subset_s1__"):
        counts = [named[f"{prefix}t{n}"] for n in range(DEPTH) if f"{prefix}t{n}" in named]
        assert len(counts) >= DEPTH - 1, prefix
        # the source, its own keys, those that its view reads, and one relation for each reference
        assert max(counts) <= 3 + REFERENCES, (prefix, counts)
        inner = counts[REFERENCES:-REFERENCES]
        assert len(set(inner)) == 1, (prefix, counts)
    # the kept rows as a view are the source, twice, and two tables of keys, however deep
    assert max(read_by_view.values()) <= 4, read_by_view


def _relations_named(folder: Path) -> dict[str, int]:
    """How many relations the compiled statement of each model names."""
    return {
        path.stem: len(set(_RELATION.findall(path.read_text(encoding="utf-8"))))
        for path in (folder / "target" / "compiled").rglob("models/subset/**/*.sql")
    }


def _chain(number: int, *, downwards: bool, as_view: bool) -> Service:
    """Tables that each point at the next three; sampled at the top of the chain or at its end.

    Upwards the root is the table that nothing points at, and all others are referenced;
    downwards the root is the table that points at nothing, and all others are owned.
    """
    randoms = random.Random(number)  # noqa: S311 - rows, not secrets
    targets = [
        [other for other in range(place + 1, place + 1 + REFERENCES) if other < DEPTH]
        for place in range(DEPTH)
    ]
    tables = []
    for place in range(DEPTH):
        columns = [Column("id", "bigint", nullable=False)]
        columns += [Column(f"t{other}_id", "bigint") for other in targets[place]]
        rows: list[Row] = [
            (str(row), *(str(randoms.randint(0, 29)) for _ in targets[place])) for row in range(30)
        ]
        tables.append(
            Table(
                f"t{place}", 0, f"table_{place}", tuple(columns), ("id",), ("id",), rows=tuple(rows)
            )
        )
    edges = tuple(
        Edge(
            f"t{place}",
            f"t{other}",
            (Reader("column", f"t{other}_id", "bigint"),),
            ("id",),
            constraint=Constraint("points at"),
            # capped, or all would own all
            follow=Follow(at_most=1) if downwards else None,
        )
        for place in range(DEPTH)
        for other in targets[place]
    )
    root = f"t{DEPTH - 1}" if downwards else "t0"
    others = "owned" if downwards else "referenced"
    modes = {table.id: others for table in tables} | {root: "sampled"}
    return Service(number, tuple(tables), edges, modes, {root: Sample("0.1")}, as_view)
