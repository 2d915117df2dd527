"""Whether the reason that a key table gives for each key is true."""

from __future__ import annotations

from typing import Any

import psycopg

from subset_properties import oracle, project
from subset_properties.schema import Listed, Matching, Table, Within, quoted
from subset_properties.values import same


def untrue(
    connected: psycopg.Connection[Any],
    rows: oracle.Rows,
    owned: oracle.Found,
    kept: oracle.Found,
) -> list[str]:
    """Every key whose reason is not true, or that says `referenced` though it is sampled or owned.

    Args:
        connected: the database with what was built.
        rows: the service and its source.
        owned: D, the sampled rows and what they own.
        kept: K.
    """
    problems = []
    for table in rows.service.tables:
        for relation in project.key_tables(rows.service, table.id):
            texts = ", ".join(f"x.{quoted(column)}::text" for column in table.key)
            found = connected.execute(
                f"select x.tdm_reason, {texts} from {project.TARGET}_subset.{quoted(relation)} as x"
            ).fetchall()
            # a key that comes from a referencing column is equal, and may be written otherwise
            types = [table.column(column).type for column in table.key]
            places = {
                same(types, key): place
                for place, row in enumerate(rows.rows[table.id])
                if None not in (key := tuple(row[column] for column in table.key))
            }
            for reason, *key in found:
                place = places.get(same(types, tuple(key)))
                if place is None or not _is_true(rows, table, place, reason, owned, kept):
                    problems.append(f"reason: {relation} says {reason!r} of {key}")
    return problems


def _is_true(
    rows: oracle.Rows,
    table: Table,
    place: int,
    reason: str,
    owned: oracle.Found,
    kept: oracle.Found,
) -> bool:
    service = rows.service
    what, _, where = reason.partition(" by ")
    if what == "referenced":
        return place not in owned[table.id] and any(
            kept[edge.child] & rows.led(number).get(place, set())
            for number, edge in enumerate(service.edges)
            if edge.parent == table.id
            and where in (edge.child, f"subset_{project.node(service, edge.child)}")
        )
    if what == "owned":
        return any(
            owned[edge.parent] & leads.get(place, set())
            for edge, leads in zip(service.edges, rows.leads, strict=True)
            if edge.child == table.id
            and edge.follow
            and where == f"sampled_{project.node(service, edge.parent)}"
        ) or any(
            owned[edge.child] & rows.led(number).get(place, set())
            for number, edge in enumerate(service.edges)
            if edge.parent == table.id
            and edge.brings
            and where == f"sampled_{project.node(service, edge.child)}"
        )
    sample = service.samples[table.id]
    if reason == "sampled":
        return sample.fraction is not None or sample.budget is not None
    return any(
        place in oracle.also(table, rows.rows[table.id], more)
        for more in sample.also
        if (isinstance(more, Within) and reason == f"within {more.column}")
        or (isinstance(more, Listed) and reason == "listed")
        or (isinstance(more, Matching) and reason == "matching")
    )
