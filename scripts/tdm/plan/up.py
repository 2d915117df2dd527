"""The second half of an estimate: what kept rows point at, until nothing moves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tdm.plan.down import Sampled
from tdm.plan.facts import Facts
from tdm.plan.read import Reference

_ROUNDS = 60  # the estimate of a cycle settles long before
_SETTLED = 0.05


@dataclass
class Hits:
    """The rows that one reference points at.

    Attributes:
        known: how likely those with a given value are among them.
        others: how many there are beside these.
    """

    known: dict[str, float] = field(default_factory=dict)
    others: float = 0.0

    @property
    def rows(self) -> float:
        return sum(self.known.values()) + self.others


@dataclass
class Kept:
    """The kept rows of every table.

    Attributes:
        rows: by table name.
        home: of these, rows that are sampled, or that a cap had cut from what sampled rows own.
        brought: the rows beside the sampled ones that a reference brings, by its place in the list.
        back: of the rows that a table's caps have cut, those that come back, and the reference that
            brings most of them.
        given: by table and column, how likely rows with a given value in it are kept.
    """

    rows: dict[str, float]
    home: dict[str, float]
    brought: dict[int, float] = field(default_factory=dict)
    back: dict[str, tuple[float, int]] = field(default_factory=dict)
    given: dict[tuple[str, str], dict[str, float]] = field(
        default_factory=lambda: defaultdict(dict)
    )


def kept(facts: Facts, sampled: dict[str, Sampled]) -> Kept:
    """What is kept of every table: sampled, whole, or pointed at by a kept row."""
    found = Kept(
        {
            name: facts.rows[name] if table.mode == "whole" else sampled[name].rows
            for name, table in facts.tables.items()
        },
        {name: made.rows for name, made in sampled.items()},
    )
    incoming = _incoming(facts)
    for _ in range(_ROUNDS):
        moved = 0.0
        for name, places in incoming.items():
            before = found.rows[name]
            found.rows[name] = _pointed_at(facts, sampled, found, name, places)
            moved = max(moved, abs(found.rows[name] - before))
        if moved < _SETTLED:
            break
    linked = [name for name, table in facts.tables.items() if table.mode == "linked"]
    for _ in linked:  # an end may be a link row itself
        for name in linked:
            found.rows[name] = _linked(facts, found, name)
    return found


def _incoming(facts: Facts) -> dict[str, list[int]]:
    """For each table that grows, the references that bring rows."""
    growing = {
        name
        for name, table in facts.tables.items()
        if table.mode in ("sampled", "owned", "referenced")
        and facts.rows[name] >= 0.5
        and table.pointed_at
    }
    edges = facts.subset.references
    pointed = {(edge.child, edge.parent) for edge in edges}
    found: dict[str, list[int]] = defaultdict(list)
    for place, edge in enumerate(edges):
        if edge.followed and (edge.parent, edge.child) in pointed:
            continue  # a stranger's default address is that stranger's own
        if edge.parent in growing:
            found[edge.parent].append(place)
    return found


def _pointed_at(
    facts: Facts, sampled: dict[str, Sampled], found: Kept, name: str, places: list[int]
) -> float:
    """The rows of a table that are kept, given what is kept of those that point at it."""
    total, own = facts.rows[name], sampled[name]
    cut, stays_cut = own.uncut - own.rows, 1.0
    if cut > _SETTLED:
        back = {
            place: _come_back(facts, sampled, found, facts.subset.references[place])
            for place in places
        }
        for rows in back.values():
            stays_cut *= 1 - min(rows / cut, 1.0)
        found.back[name] = cut * (1 - stays_cut), max(back, key=lambda place: back[place])
    home = found.home[name] = own.rows + cut * (1 - stays_cut)
    average = min(home / total, 1.0)
    groups: dict[tuple[str, ...], list[tuple[str, Hits]]] = defaultdict(list)
    for place in places:
        edge = facts.subset.references[place]
        hits = _hits(facts, sampled, found, edge)
        groups[tuple(edge.to_columns)].append((edge.child, hits))
        found.brought[place] = min(hits.rows, total) * (1 - average)
    main = max(groups, key=lambda to: (len(groups[to]), to))
    children = {child for child, _ in groups[main]}
    missed_elsewhere = 1.0
    for to, others in groups.items():
        for child, hits in others:
            # two references of one row to different columns mostly mean the same row
            if to != main and child not in children:
                missed_elsewhere *= 1 - min(hits.rows / total, 1.0)
    edges = [hits for _, hits in groups[main]]
    beside = [min(hits.others / max(total - len(hits.known), 1e-9), 1.0) for hits in edges]
    chance = own.chance.get(main[0]) if len(main) == 1 else None
    given: dict[str, float] = {}
    sampled_named = 0.0
    for value in {value for hits in edges for value in hits.known}:
        missed = missed_elsewhere
        for hits, rest in zip(edges, beside, strict=True):
            missed *= 1 - hits.known.get(value, rest)
        mine = chance(value) if chance else average
        sampled_named += mine
        given[value] = 1 - (1 - mine) * missed
    if len(main) == 1:
        found.given[name, main[0]] = given
    number, left = sum(given.values()), total - len(given)
    if left >= 0.5:
        missed = missed_elsewhere
        for rest in beside:
            missed *= 1 - rest
        mine = min(max((home - sampled_named) / left, 0.0), 1.0)
        number += left * (1 - (1 - mine) * missed)
    return min(number, total)


def _hits(facts: Facts, sampled: dict[str, Sampled], found: Kept, edge: Reference) -> Hits:
    """What the kept rows of a referencing table point at."""
    child, total = edge.child, facts.rows[edge.child]
    if total < 0.5:
        return Hits()
    # what a sampled customer owns points at what the same customer owns, which is there already;
    # only rows of strangers bring more of theirs
    strangers = edge.followed or _at_home(facts, edge)
    home = _owned_along(facts, sampled, edge, found.home[child]) if strangers else 0.0
    rows = max(found.rows[child] - home, 0.0)
    share = min(rows / total, 1.0)
    condition = facts.meets(facts.tables[child], edge.where)
    if edge.expression:
        targets = max(facts.rows[edge.parent], 1.0)
        draws = rows * condition * _values_each(facts, edge)
        return Hits(others=_drawn(draws, targets))
    if len(edge.columns) > 1:
        distinct = min(facts.distinct(child, edge.columns), facts.rows[edge.parent])
        filled = total * facts.filled(child, edge.columns) * condition
        return Hits(others=distinct * (1 - (1 - share) ** (filled / max(distinct, 1.0))))
    held = facts.values(child, edge.columns[0])
    given = _given(facts, sampled, found, child, edge.columns[0], strangers)
    hits = Hits()
    for value, number in held.known.items():
        hits.known[value] = 1 - (1 - given.get(value, share)) ** (number * condition)
    for number, distinct in held.parts:
        hits.others += distinct * (1 - (1 - share) ** (number * condition / distinct))
    return hits


def _drawn(draws: float, targets: float) -> float:
    """How many different ones so many draws hit."""
    return targets * (1 - (1 - 1 / max(targets, 1.0)) ** max(draws, 0.0)) if targets > 0 else 0.0


def _at_home(facts: Facts, edge: Reference) -> bool:
    """Whether rows that belong to a sampled row point at others that belong to the same one."""
    families = facts.families
    if edge.child == edge.parent or _beside_its_owner(facts, edge):
        return False
    return bool(families[edge.child] & families[edge.parent])


def _beside_its_owner(facts: Facts, edge: Reference) -> bool:
    """Whether a row has its owner in that table: the buyer of a deal, beside the seller."""
    return any(
        owner.table == edge.parent and not set(owner.columns) & set(edge.columns)
        for owner in facts.tables[edge.child].owners
    )


def _owned_along(facts: Facts, sampled: dict[str, Sampled], edge: Reference, home: float) -> float:
    """The rows that belong to what they point at: not the senders of what receivers bring."""
    if not (edge.followed and _beside_its_owner(facts, edge)):
        return home
    owners = zip(facts.tables[edge.child].owners, sampled[edge.child].owned, strict=False)
    along = [
        rows
        for owner, rows in owners
        if (owner.table, owner.columns) == (edge.parent, edge.columns)
    ]
    return min(home, max(along, default=home))


def _come_back(facts: Facts, sampled: dict[str, Sampled], found: Kept, edge: Reference) -> float:
    """Rows that a cap has cut, and that rows of the same owner point at all the same."""
    own, child = sampled[edge.parent], facts.tables[edge.child]
    if not _at_home(facts, edge):
        return 0.0
    rows = found.home[edge.child]
    if edge.followed:  # what belongs to the rows that were not cut brings none of the others
        others = zip(child.owners, sampled[edge.child].owned, strict=False)
        rows = max((owned for owner, owned in others if owner.table != edge.parent), default=0.0)
    filled, distinct = facts.meets(child, edge.where), facts.rows[edge.parent]
    if not edge.expression:
        filled *= facts.filled(edge.child, edge.columns)
        distinct = min(facts.distinct(edge.child, edge.columns), distinct)
    targets = own.uncut * distinct / facts.rows[edge.parent]
    pointed_at = _drawn(rows * filled, targets)
    return pointed_at * (1 - own.rows / own.uncut)


def _given(
    facts: Facts,
    sampled: dict[str, Sampled],
    found: Kept,
    child: str,
    column: str,
    strangers: bool,
) -> dict[str, float]:
    """How likely rows with a value in a column are kept, where that can be told from the value."""
    own = sampled[child]
    average = found.home[child] / facts.rows[child]
    chance = own.chance.get(column)
    known = found.given.get((child, column))
    if known is None and chance and found.rows[child] - own.rows < _SETTLED:
        values = facts.values(child, column).known
        known = {value: chance(value) for value in values}
    if known is None:
        return {}
    if not strangers:
        return known
    return {
        value: max(share - (chance(value) if chance else average), 0.0)
        for value, share in known.items()
    }


def _values_each(facts: Facts, edge: Reference) -> float:
    """How many values an expression has for a row: 1, unless it takes an array apart."""
    if "unnest" not in " ".join(edge.expression or ()):
        return 1.0
    known = facts.column(edge.child, edge.columns[0])
    return known.elements if known and known.elements is not None else 1.0


def _linked(facts: Facts, found: Kept, name: str) -> float:
    """Link rows whose ends are all kept."""
    share = 1.0
    for end in facts.tables[name].ends:
        share *= facts.filled(name, end.columns)
        if end.table in facts.rows:
            share *= min(found.rows[end.table] / max(facts.rows[end.table], 1.0), 1.0)
    return facts.rows[name] * share
