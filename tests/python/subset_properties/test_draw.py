"""The rare kinds of tables and references are among the random ones: a proof of nothing is none."""

from __future__ import annotations

from collections import Counter

from subset_properties import batch
from subset_properties.schema import Edge, Service, Table

SEEDS = 60


def test_every_rare_kind_is_drawn() -> None:
    found: Counter[str] = Counter()
    for number in range(SEEDS):
        service = batch.drawn(number)
        for table in service.tables:
            found.update(_of_table(table))
        for edge in service.edges:
            found.update(_of_edge(service, edge))
    rare = {
        *("default partition", "partition of a partition", "default partition of a partition"),
        *("from the default partition", "from a partition of a partition"),
        *("to a partition of a partition", "two collations", "two collations, followed"),
        *("the other way round", "expression, the other way round"),
        "two collations, the other way round",
        "link row of link rows",
    }
    assert rare - set(found) == set(), found


def _of_table(table: Table) -> list[str]:
    by = table.partitions
    if by is None:
        return []
    found = ["default partition"] if by.default else []
    if by.within:
        found.append("partition of a partition")
        found += ["default partition of a partition"] if by.within.default else []
    return found


def _of_edge(service: Service, edge: Edge) -> list[str]:
    found = []
    if any(reader.collate for reader in edge.readers):
        found.append("two collations")
        found += ["two collations, followed"] if edge.follow else []
        found += ["two collations, the other way round"] if edge.brings else []
    if edge.brings:
        found.append("the other way round" if edge.plain else "expression, the other way round")
    if service.modes[edge.child] == service.modes[edge.parent] == "linked":
        found.append("link row of link rows")
    if edge.constraint:
        origin, target = edge.constraint.from_partition, edge.constraint.to_partition
        found += ["from the default partition"] if "" in origin else []
        found += ["from a partition of a partition"] if len(origin) > 1 else []
        found += ["to a partition of a partition"] if len(target) > 1 else []
    return found
