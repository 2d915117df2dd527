"""Why a row is kept: the chain of references from it back to a row that somebody asked for.

Every key table says why it has a row (`tdm_reason`), and inside a fixpoint in which pass it came
(`tdm_pass`). A row that stands in none is owned, or pointed at, which is looked up. Outside a
fixpoint that leads to a model that was built before; inside, to a lower pass. So every chain ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tdm.counted import counted
from tdm.plan.read import Component, End, Owner, Reference, Subset, Table
from tdm.plan.statistics import Database, Relation
from tdm.why import rows
from tdm.why.rows import Row


@dataclass
class Step:
    """A row of the chain, and how it leads to the one before.

    Attributes:
        row: the row.
        by: referenced, owned, or end (of a link row); empty for the row that was asked about.
        columns: those of the referencing row: of this one where it references, else of the one
            before.
        to_columns: the columns that they point at.
        expression: what has their values, where it is not the columns themselves.
        where: the condition under which they point there.
    """

    row: Row
    by: str = ""
    columns: list[str] = field(default_factory=list)
    to_columns: list[str] = field(default_factory=list)
    expression: list[str] | None = None
    where: str | None = None


@dataclass
class Chain:
    """The steps, and why the last one is kept.

    Attributes:
        steps: the row that was asked about first.
        reason: sampled, within, listed, matching, whole, linked, or unknown.
        text: the reason in words.
        ends: for a link row, the chain of each of its ends.
    """

    steps: list[Step]
    reason: str = "unknown"
    text: str = ""
    ends: list[Chain] = field(default_factory=list)


def explain(database: Database, subset: Subset, row: Row) -> Chain:
    """The chain of a row that is kept."""
    chain = Chain([Step(row)])
    while True:
        step = chain.steps[-1]
        found = _next(database, subset, step.row, chain)
        if found is None:
            return chain
        chain.steps.append(found)


def _next(database: Database, subset: Subset, row: Row, chain: Chain) -> Step | None:
    """The row that brings this one; None at the end of the chain, whose reason is set."""
    table = row.table
    if table.mode == "whole":
        chain.reason, chain.text = "whole", "kept whole: reference data"
        return None
    if table.mode == "linked":
        chain.reason, chain.text = "linked", "link row: all its ends are kept"
        chain.ends = [
            _end(database, subset, row, end) for end in table.ends if end.table in subset.tables
        ]
        return None
    keys = table.keys or table.sampled
    component = _component(subset, table)
    columns = ["tdm_reason", *(["tdm_pass"] if component else [])]
    facts = rows.facts_in(database, row, keys, columns) if keys else None
    if facts is None:
        return _without_keys(database, subset, row, chain)
    reason = str(facts[0])
    if reason.startswith("owned by "):
        return _owner(database, subset, row, reason.removeprefix("owned by "), chain)
    if reason.startswith("referenced by "):
        name = reason.removeprefix("referenced by ")
        at = int(facts[1]) if component else 0
        return _referencing(database, subset, row, name, component, at, chain)
    chain.reason, chain.text = _asked_for(table, reason)
    return None


def _without_keys(database: Database, subset: Subset, row: Row, chain: Chain) -> Step | None:
    """A row that stands in no key table: it is owned, pointed at, or sampled by itself."""
    table = row.table
    owners = table.owners if table.sampled is None else []
    for owner in owners:
        step = None if owner.at_most else owner_step(database, subset, row, owner)
        if step:
            return step
    for edge in subset.references if table.pointed_at else ():
        child = subset.tables[edge.child]
        # link rows are there because of their ends, not the other way round
        if edge.parent == table.name and child.kept and child.mode != "linked":
            found = rows.pointing_at(database, row, edge, child, child.kept)
            if found:
                return _referenced(found, edge)
    for owner in owners:  # what a cap leaves of their rows is kept for nothing else
        step = owner_step(database, subset, row, owner)
        if step:
            return step
    if table.sample and table.sampled is None:
        chain.reason, chain.text = _asked_for(table, "sampled")
    else:
        chain.text = "kept, but its model does not say why"
    return None


def _component(subset: Subset, table: Table) -> Component | None:
    return next((c for c in subset.components if table.name in c.members.values()), None)


def owner_step(
    database: Database, subset: Subset, row: Row, owner: Owner, *, sampled: bool = True
) -> Step | None:
    """The row that a row belongs to, if it does: a sampled one, or any of production."""
    above = subset.tables.get(owner.table)
    if above is None or (sampled and above.sampled is None):
        return None
    among = above.sampled if sampled else None
    turned = the_other_way_round(subset, row.table, owner)
    for edge in turned:
        found = rows.pointing_at(database, row, edge, above, among or above.relation)
        if found:
            return Step(found, "owned", edge.columns, edge.to_columns, edge.expression, edge.where)
    found = None
    if not turned:
        found = rows.pointed_at(
            database,
            row,
            owner.columns,
            above,
            owner.to_columns,
            among=among,
            where=owner.where,
            expression=owner.expression,
        )
    if found is None:
        return None
    return Step(found, "owned", owner.columns, owner.to_columns, owner.expression, owner.where)


def the_other_way_round(subset: Subset, table: Table, owner: Owner) -> list[Reference]:
    """The references by which an owner points at a table's rows, if these do not point at it."""

    def declared(child: str, columns: list[str], parent: str, to: list[str]) -> list[Reference]:
        return [
            edge
            for edge in subset.references
            if (edge.child, edge.columns, edge.parent, edge.to_columns)
            == (child, columns, parent, to)
        ]

    there = owner.expression or declared(table.name, owner.columns, owner.table, owner.to_columns)
    return [] if there else declared(owner.table, owner.to_columns, table.name, owner.columns)


def _owner(database: Database, subset: Subset, row: Row, model: str, chain: Chain) -> Step | None:
    for owner in row.table.owners:
        above = subset.tables.get(owner.table)
        if above is not None and above.sampled is not None and above.sampled[1] == model:
            found = owner_step(database, subset, row, owner)
            if found:
                return found
    chain.text = f"owned by a row of {model}"
    return None


def _referencing(
    database: Database,
    subset: Subset,
    row: Row,
    name: str,
    component: Component | None,
    at: int,
    chain: Chain,
) -> Step | None:
    """The kept row that points at this one, from outside or from an earlier pass."""
    before: tuple[Relation, int] | None = None
    if component and at > 0:
        child = subset.tables[component.members[name]]
        if child.keys:
            before = (child.keys, at)
    else:
        child = next((t for t in subset.tables.values() if t.kept and t.kept[1] == name), row.table)
    for edge in subset.references:
        if edge.parent == row.table.name and edge.child == child.name and child.kept:
            found = rows.pointing_at(database, row, edge, child, child.kept, before=before)
            if found:
                return _referenced(found, edge)
    chain.text = f"referenced by a row of {name}, by columns that the sources do not declare"
    return None


def _referenced(row: Row, edge: Reference) -> Step:
    return Step(row, "referenced", edge.columns, edge.to_columns, edge.expression, edge.where)


def _end(database: Database, subset: Subset, row: Row, end: End) -> Chain:
    """The chain of one end of a link row, or where it stops."""
    target = subset.tables[end.table]
    found = rows.pointed_at(
        database, row, end.columns, target, end.to_columns, expression=end.expression
    )
    if found is None:
        return Chain([], text=f"{target.shown} ({', '.join(end.columns)})")
    chain = explain(database, subset, found)
    chain.steps[0] = Step(found, "end", end.columns, end.to_columns, end.expression)
    return chain


def _asked_for(table: Table, reason: str) -> tuple[str, str]:
    """Why a root has a row: the kind of reason, and the reason in words."""
    if reason == "sampled" and table.sample:
        return "sampled", f"sampled, {share_in_words(table)}"
    kind = reason.split(" ")[0] or "unknown"
    if kind == "within":
        return kind, f"sampled, in the time window of {reason.removeprefix('within ')}"
    words = {"listed": "sampled, on a list of keys", "matching": "sampled by a condition"}
    return kind, words.get(
        kind, f"kept: {reason}" if reason else "kept, for no reason that is noted"
    )


def share_in_words(table: Table) -> str:
    """What a root asks for: `5 % by country_code, tier`."""
    sample = table.sample
    if sample is None:
        return ""
    parts = []
    if sample.fraction is not None:
        parts.append(f"{round(100 * sample.fraction, 6):g} %")
        if sample.strata:
            parts[0] += f" by {', '.join(sample.strata)}"
    if sample.budget:
        parts.append(f"within a budget of {counted(sample.budget, 'row')}")
    return ", ".join(parts) or "as asked for"


def as_json(step: Step) -> dict[str, Any]:
    """A step for --json."""
    return {
        "table": step.row.table.shown,
        "key": dict(zip(step.row.table.key, step.row.key, strict=True)),
        "by": step.by or None,
        "columns": step.columns,
        "to_columns": step.to_columns,
        "expression": step.expression,
        "where": step.where,
    }
