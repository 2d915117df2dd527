"""The first half of an estimate: sampled rows, and what belongs to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg.sql import Identifier, Literal

from tdm.plan import caveats, sampling
from tdm.plan.facts import LATELY, Facts
from tdm.plan.read import Counted, Owner, Sample, Table


@dataclass
class Sampled:
    """The sampled rows of a table.

    Attributes:
        rows: how many.
        uncut: how many they were without a cap.
        owned: of these, the rows of each owner of the table.
        chance: by column, how likely rows with a given value in it are among them.
    """

    rows: float = 0.0
    uncut: float = 0.0
    owned: list[float] = field(default_factory=list)
    chance: dict[str, Callable[[str], float]] = field(default_factory=dict)


def sampled(facts: Facts) -> dict[str, Sampled]:
    """The sampled rows of every table, owners before what they own."""
    found: dict[str, Sampled] = {}
    for name in _owners_first(facts.tables):
        table = facts.tables[name]
        fraction = table.sample.fraction if table.sample else None
        if table.sample and table.sample.budget:
            fraction = min(fraction or 1.0, _fitting(facts, table, table.sample))
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


def _fitting(facts: Facts, root: Table, sample: Sample) -> float:
    """The fraction of a root whose rows, and what is counted for them, fit into its budget."""
    total = facts.rows[root.name]
    if sample.counted is None:
        found: dict[str, Sampled] = {}
        for name in _owners_first(facts.tables):
            found[name] = Sampled()
            if name == root.name:
                found[name].rows = found[name].uncut = total
            elif root.name in facts.families[name] and not facts.tables[name].sample:
                found[name] = _sampled(facts, facts.tables[name], None, found)
        total = sum(made.rows for made in found.values())
    else:
        total += _count(facts, sample.counted)
    return min((sample.budget or 0) / total, 1.0) if total else 1.0


def _count(facts: Facts, counted: list[Counted]) -> float:
    """All rows that would be counted for all rows of a root."""
    total = 0.0
    for entry in counted:
        if entry.table in facts.tables:
            table = facts.tables[entry.table]
            rows = facts.rows[table.name] * facts.filled(table.name, entry.columns)
            rows *= facts.meets(table, entry.where)
            total += rows + _count(facts, entry.owned)
    return total


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
    missed_uncut = missed
    by_family: dict[tuple[frozenset[str], int], tuple[float, float]] = {}
    for place, owner in enumerate(table.owners):
        share = 0.0
        if owner.table in above:
            # owners of one family own the same rows, those of different ones each their own; so do
            # the sender and the receiver of a transfer
            beside = sum(
                other.table == owner.table and not set(other.columns) & set(owner.columns)
                for other in table.owners[:place]
            )
            family = facts.families[owner.table], beside
            owned, uncut = _owned(facts, table, owner, above[owner.table])
            share, uncut_share = min(owned / rows, 1.0), min(uncut / rows, 1.0)
            known, known_uncut = by_family.get(family, (0.0, 0.0))
            by_family[family] = max(known, share), max(known_uncut, uncut_share)
        made.owned.append(share * rows)
    for share, uncut_share in by_family.values():
        missed *= 1 - share
        missed_uncut *= 1 - uncut_share
    made.rows = rows * (1 - missed)
    made.uncut = max(rows * (1 - missed_uncut), made.rows)
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
    strata = facts.strata(table, sample)
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
        return rows * _lately(facts, table, more)
    return rows * facts.meets(table, more.get("condition"))


def _lately(facts: Facts, table: Table, more: dict[str, Any]) -> float:
    """The share of a table's rows in a time window."""
    name, about = more["column"], f"within {more['column']}"
    column = f"x.{Identifier(name).as_string()}"
    if more.get("last"):
        known = facts.column(table.name, name)
        newest = max([*known.bounds, *known.common], default=None) if known else None
        if newest is None:
            facts.doubt(table, caveats.column_unknown(table, about, name))
            return LATELY
        last = Literal(more["last"]).as_string()
        since = f"{Literal(newest).as_string()}::timestamptz - {last}::interval"
        return facts.meets(table, f"{column} > {since}", about)
    parts = []
    if more.get("since"):
        parts.append(f"{column} >= {Literal(more['since']).as_string()}")
    if more.get("until"):
        parts.append(f"{column} < {Literal(more['until']).as_string()}")
    return facts.meets(table, " and ".join(parts) or None, about)


def _owned(facts: Facts, table: Table, owner: Owner, above: Sampled) -> tuple[float, float]:
    """The rows of a table that belong to sampled rows of one owner, with and without caps."""
    owners = facts.rows[owner.table]
    if owners < 0.5 or above.rows <= 0:
        return 0.0, 0.0
    share = min(above.rows / owners, 1.0)
    condition, cap = facts.meets(table, owner.where), owner.at_most
    covered = _covered(facts, table, owner)
    if len(owner.columns) > 1:
        distinct = max(facts.distinct(owner.table, owner.to_columns), 1.0)
        rows = facts.rows[table.name] * facts.filled(table.name, owner.columns) * condition
        groups = [(share * distinct, rows / distinct, False)]
    else:
        held = facts.values(table.name, owner.columns[0])
        chance = above.chance.get(owner.to_columns[0])
        chances = {value: chance(value) if chance else share for value in held.known}
        groups = [(chances[v], rows * condition, True) for v, rows in held.known.items()]
        left = owners - len(chances)
        rest = (above.rows - sum(chances.values())) / left if chance and left >= 0.5 else share
        rest = min(max(rest, 0.0), 1.0)
        for rows, distinct in held.parts:
            groups.append((rest * distinct, rows * condition / distinct, False))
    brought = sum(number * _capped(rows, cap, exact) for number, rows, exact in groups)
    uncut = sum(number * rows for number, rows, _ in groups) * above.uncut / above.rows
    return brought * covered, uncut * covered


def _capped(rows: float, cap: int | None, exact: bool) -> float:
    """Of the rows of one owner, those that a cap lets through."""
    if cap is None or rows <= 0:
        return rows
    if exact:
        return min(rows, cap)
    # owners differ: the rest of an average hides few with many
    mean = max(rows, 1.0)
    return min(rows, mean * (1 - (1 - 1 / mean) ** cap))


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
