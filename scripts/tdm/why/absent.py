"""Why a row is not kept: what would have brought it, and where that stops."""

from __future__ import annotations

from tdm.plan.read import Owner, Subset, Table
from tdm.plan.statistics import Database
from tdm.why import chain, rows
from tdm.why.rows import Row


def explain(database: Database, subset: Subset, row: Row) -> list[str]:
    """Sentences about a row that production has and the subset has not; none twice."""
    return list(dict.fromkeys(_sentences(database, subset, row)))


def _sentences(database: Database, subset: Subset, row: Row) -> list[str]:
    table = row.table
    if table.mode == "empty":
        return [f"{table.shown} is left empty: its model keeps no row."]
    if table.mode == "linked":
        return [*_ends(database, subset, row)]
    found = []
    if table.sample:
        found.append(f"{table.shown} is sampled ({chain.share_in_words(table)}), and not this row.")
    for owner in table.owners:
        found += _owner(database, subset, row, owner)
    if any(edge.parent == table.name for edge in subset.references):
        found.append("No kept row points at it.")
    elif not table.owners and not table.sample:
        found.append(f"Nothing brings rows of {table.shown}.")
    return found


def name(row: Row) -> str:
    """A row as a person reads it."""
    return rows.shown(row.table.shown, row.key)


def _owner(database: Database, subset: Subset, row: Row, owner: Owner) -> list[str]:
    """Why an owner does not bring the row; and why the owner is not sampled, up to a root."""
    table, above = row.table, subset.tables.get(owner.table)
    if above is None:
        return []
    columns = ", ".join(owner.columns)
    if not rows.has_values(database, row, owner.columns, None):
        return [f"It belongs to no row of {above.shown}: {columns} is NULL."]
    if owner.where and not rows.has_values(database, row, owner.columns, owner.where):
        return [f"It would belong to {above.shown} ({columns}) only where {owner.where}."]
    sampled = chain.owner_step(database, subset, row, owner)
    if sampled:
        if not owner.at_most:
            return [f"{_owner_of(sampled)} is sampled: build again, this row is missing."]
        order = f"the newest by {owner.newest}" if owner.newest else "the first by their hash"
        return [
            f"{_owner_of(sampled)} is sampled, but brings {owner.at_most} at most, "
            f"{order}; this row was cut by the cap."
        ]
    there = chain.owner_step(database, subset, row, owner, sampled=False)
    if there is None:
        if chain.the_other_way_round(subset, table, owner):
            return [f"No row of {above.shown} ({', '.join(owner.to_columns)}) points at it."]
        return [f"Its {columns} points at no row of {above.shown}."]
    return [
        f"It belongs to {_owner_of(there)}, which is not sampled{_more(database, there.row)}.",
        *_why_not_sampled(database, subset, there.row, {table.name}),
    ]


def _owner_of(step: chain.Step) -> str:
    """An owner as a person reads it, with the columns that point."""
    return f"{name(step.row)} ({', '.join(step.columns)})"


def _more(database: Database, row: Row) -> str:
    table = row.table
    if table.kept and table.mode != "linked" and rows.is_in(database, row, table.kept):
        return ": it is kept because a kept row points at it, and such rows own nothing"
    return ""


def _why_not_sampled(database: Database, subset: Subset, row: Row, seen: set[str]) -> list[str]:
    table: Table = row.table
    if table.name in seen:
        return []
    if table.sample:
        return [f"{table.shown} is sampled ({chain.share_in_words(table)}), and not that row."]
    for owner in table.owners:
        above = subset.tables.get(owner.table)
        there = above and chain.owner_step(database, subset, row, owner, sampled=False)
        if there:
            return [
                f"That belongs to {_owner_of(there)}, which is not sampled.",
                *_why_not_sampled(database, subset, there.row, seen | {table.name}),
            ]
    return []


def _ends(database: Database, subset: Subset, row: Row) -> list[str]:
    found = []
    for end in row.table.ends:
        target = subset.tables.get(end.table)
        if target is None:
            continue
        columns = ", ".join(end.columns)
        there = rows.pointed_at(
            database, row, end.columns, target, end.to_columns, expression=end.expression
        )
        if there is None:
            found.append(f"Its {columns} points at no row of {target.shown}.")
        elif target.kept and not rows.is_in(database, there, target.kept):
            found.append(f"{name(there)} ({columns}) is not kept, and all its ends must be.")
    return found
