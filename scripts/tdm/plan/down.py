"""The first half of an estimate: sampled rows, and what belongs to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg.sql import Identifier, Literal

from tdm.plan import sampling
from tdm.plan.facts import Facts
from tdm.plan.read import Owner, Table


@dataclass
class Sampled:
    """The sampled rows of a table.

    Attributes:
        rows: how many.
        owned: of these, the rows of each owner of the table.
        chance: by column, how likely rows with a given value in it are among them.
    """

    rows: float = 0.0
    owned: list[float] = field(default_factory=list)
    chance: dict[str, Callable[[str], float]] = field(default_factory=dict)


def sampled(facts: Facts) -> dict[str, Sampled]:
    """The sampled rows of every table, owners before what they own."""
    found: dict[str, Sampled] = {}
    for name in _owners_first(facts.tables):
        table = facts.tables[name]
        fraction = table.sample.fraction if table.sample else None
        if table.sample and table.sample.budget:
            fraction = min(fraction or 1.0, _fitting(facts, table, table.sample.budget))
        found[name] = _sampled(facts, table, fraction, found)
    return found


def _owners_first(tables: dict[str, Table]) -> Iterator[str]:
    seen: set[str] = set()
    for start in tables:
        todo = [start]
        while todo:
            name = todo[-1]
            missing = {owner.table for owner in tables[name].owners} - seen - {*todo}
            missing &= set(tables)
            if name in seen or not missing:
                todo.pop()
                if name not in seen:
                    seen.add(name)
                    yield name
            else:
                todo.append(min(missing))


def _fitting(facts: Facts, root: Table, budget: int) -> float:
    """The fraction of a root whose rows, and all that they own, make a number of rows."""
    found: dict[str, Sampled] = {}
    for name in _owners_first(facts.tables):
        found[name] = Sampled()
        if name == root.name:
            found[name].rows = facts.rows[name]
        elif root.name in facts.families[name] and not facts.tables[name].sample:
            found[name] = _sampled(facts, facts.tables[name], None, found)
    total = sum(sample.rows for sample in found.values())
    return min(budget / total, 1.0) if total else 1.0


def _sampled(
    facts: Facts, table: Table, fraction: float | None, above: dict[str, Sampled]
) -> Sampled:
    made, rows = Sampled(), facts.rows[table.name]
    if rows < 0.5:
        return made
    if table.sample and fraction:
        made = _share(facts, table, fraction)
    missed = 1 - made.rows / rows
    for more in table.sample.also if table.sample else ():
        missed *= 1 - min(_also(facts, table, more) / rows, 1.0)
    by_family: dict[frozenset[str], float] = {}
    for owner in table.owners:
        share = 0.0
        if owner.table in above:
            family = facts.families[owner.table]
            # owners of one family own the same rows, those of different ones each their own
            share = min(_owned(facts, table, owner, above[owner.table]) / rows, 1.0)
            by_family[family] = max(by_family.get(family, 0.0), share)
        made.owned.append(share * rows)
    for owned in by_family.values():
        missed *= 1 - owned
    made.rows = rows * (1 - missed)
    if not table.sample and len(table.owners) == 1:
        owner = table.owners[0]
        if len(owner.columns) == 1 and owner.table in above and not (owner.at_most or owner.where):
            through = above[owner.table].chance.get(owner.to_columns[0])
            if through:
                made.chance[owner.columns[0]] = through
    return made


def _share(facts: Facts, table: Table, fraction: float) -> Sampled:
    """The part of a root that is drawn by its strata."""
    rows, sample = facts.rows[table.name], table.sample
    if not table.key or sample is None:  # a function of the whole row
        return Sampled(rows * fraction)
    columns = [facts.groups(table.name, stratum) for stratum in sample.strata]
    strata = sampling.strata(rows, columns)
    number = sampling.number_taken(strata, fraction, sample.at_least)
    made = Sampled(number)
    if len(table.key) == 1:
        key = table.key[0]
        held = facts.values(table.name, key)
        made.chance[key] = (
            sampling.chance_of(strata, fraction, sample.at_least)
            if held.parts or sample.strata
            else sampling.certain(held.known, number)
        )
        if sample.also:
            other = sum(_also(facts, table, more) for more in sample.also) / rows
            drawn = made.chance[key]
            made.chance[key] = lambda text: 1 - (1 - drawn(text)) * (1 - min(other, 1.0))
    return made


def _also(facts: Facts, table: Table, more: dict[str, Any]) -> float:
    """How many rows a window, a list or a condition adds."""
    rows = facts.rows[table.name]
    if more.get("kind") == "listed":
        return min(facts.listed(more), rows)
    if more.get("kind") == "within":
        return rows * facts.meets(table, _window(facts, table, more))
    return rows * facts.meets(table, more.get("condition"))


def _window(facts: Facts, table: Table, more: dict[str, Any]) -> str | None:
    column = f"x.{Identifier(more['column']).as_string()}"
    if more.get("last"):
        known = facts.column(table.name, more["column"])
        newest = max((known.bounds or list(known.common)), default=None) if known else None
        if newest is None:
            return None
        last = Literal(more["last"]).as_string()
        return f"{column} > {Literal(newest).as_string()}::timestamptz - {last}::interval"
    parts = []
    if more.get("since"):
        parts.append(f"{column} >= {Literal(more['since']).as_string()}")
    if more.get("until"):
        parts.append(f"{column} < {Literal(more['until']).as_string()}")
    return " and ".join(parts) or None


def _owned(facts: Facts, table: Table, owner: Owner, above: Sampled) -> float:
    """The rows of a table that belong to sampled rows of one owner."""
    owners = facts.rows[owner.table]
    if owners < 0.5 or above.rows <= 0:
        return 0.0
    share = min(above.rows / owners, 1.0)
    condition = facts.meets(table, owner.where)
    covered = _covered(facts, table, owner)

    def come(rows: float, *, known: bool = False) -> float:
        """Of so many rows of one owner, those that a cap lets through."""
        rows *= condition
        if not owner.at_most or rows <= 0:
            return rows
        if known:
            return min(rows, owner.at_most)
        # owners differ: as many have half as have twice the average
        mean = max(rows, 1.0)
        return min(rows, mean * (1 - (1 - 1 / mean) ** owner.at_most))

    if len(owner.columns) > 1:
        distinct = max(facts.distinct(owner.table, owner.to_columns), 1.0)
        rows = facts.rows[table.name] * facts.filled(table.name, owner.columns)
        return share * distinct * come(rows / distinct) * covered
    held = facts.values(table.name, owner.columns[0])
    chance = above.chance.get(owner.to_columns[0])
    chances = {value: chance(value) if chance else share for value in held.known}
    total = sum(chances[value] * come(rows, known=True) for value, rows in held.known.items())
    left = owners - len(chances)
    rest = (above.rows - sum(chances.values())) / left if chance and left >= 0.5 else share
    rest = min(max(rest, 0.0), 1.0)
    for rows, distinct in held.parts:
        total += rest * distinct * come(rows / distinct)
    return total * covered


def _covered(facts: Facts, table: Table, owner: Owner) -> float:
    """The share of referencing values that the owner has: all, where they are a reference."""
    if facts.points_at(table.name, owner.columns, owner.table, owner.to_columns):
        return 1.0
    if not facts.points_at(owner.table, owner.to_columns, table.name, owner.columns):
        return 1.0
    # the owner points here: its values are some of ours
    theirs = facts.distinct(owner.table, owner.to_columns)
    ours = facts.distinct(table.name, owner.columns)
    return min(theirs / max(ours, 1.0), 1.0)
