"""Which rows are kept: roots, who owns whom, and what is kept whole, by reference or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from math import log2, sqrt

from tdm.errors import TdmError
from tdm.scaffold import words as w
from tdm.scaffold.catalog import Catalog, Column, Reference, Table
from tdm.scaffold.classes import is_lookup, person_weight
from tdm.scaffold.graph import component_of, components, reachable
from tdm.scaffold.names import singular, words

FRACTION = 0.05
SMALL = 1_000
"""Tables up to this size that no root reaches are kept whole."""

_MANY = 10
"""So many times as many rows make another kind of table."""

_STRATA = (
    "country code, country, region, market, segment, tier, plan, category, kind, type, status,"
    " language, locale, currency, channel, level, state"
)


@dataclass(frozen=True)
class Root:
    """A table that is sampled by itself."""

    table: str
    fraction: float
    why: str


@dataclass
class Node:
    """What happens to the rows of one table."""

    table: Table
    mode: str
    """One of sampled, owned, referenced, whole, empty."""
    key: tuple[str, ...] = ()
    fraction: float = 0.0
    strata: tuple[str, ...] = ()
    owners: list[Reference] = field(default_factory=list)
    owns: bool = False
    """Whether rows of other tables come along with sampled rows of this one."""
    pointed_at: list[Reference] = field(default_factory=list)
    """References that may bring rows, where this table is not whole."""
    together: tuple[str, ...] = ()
    """All members, where this table is closed together with others or with itself."""
    catalogue: bool = False
    """Reference data: things, not people, and nothing that belongs to somebody."""
    why: str = ""

    @property
    def has_sampled(self) -> bool:
        """Whether there is a sampled_ model."""
        if self.mode == "sampled":
            return bool(self.key)
        return self.mode == "owned" and (self.owns or bool(self.together))


@dataclass
class Plan:
    """The subset of a database."""

    nodes: dict[str, Node]
    roots: list[Root]
    followed: list[Reference]
    notes: list[str] = field(default_factory=list)

    def carry(self, table: str) -> tuple[str, ...]:
        """Columns beside the key of a table that owned tables join on."""
        node = self.nodes[table]
        wanted = {c for r in self.followed if r.to == table for c in r.to_columns}
        return tuple(sorted(wanted - set(node.key)))


def parse_root(catalog: Catalog, text: str) -> Root:
    """A root as a person wrote it: SCHEMA.TABLE or SCHEMA.TABLE=FRACTION.

    Raises:
        TdmError: there is no such table, or the fraction is not above 0 and at most 1.
    """
    name, fraction = text, FRACTION
    if name not in catalog.tables and "=" in text:
        name, _, number = text.rpartition("=")
        try:
            fraction = float(number)
        except ValueError:
            raise TdmError(f"--root {text}: {number} is no fraction such as 0.05.") from None
        if not 0 < fraction <= 1:
            raise TdmError(f"--root {text}: the fraction must be above 0 and at most 1.")
    if name not in catalog.tables:
        near = get_close_matches(name, catalog.tables, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise TdmError(f"--root {text}: there is no table {name}.{hint}")
    return Root(name, fraction, "asked for")


def decide(catalog: Catalog, asked: Iterable[Root], empty: Mapping[str, str]) -> Plan:
    """Decide what happens to the rows of every table.

    Args:
        catalog: the database.
        asked: the roots that a person named, in that order; none means that one is chosen.
        empty: tables that leave without rows, with the reason.

    Returns:
        The plan; followed edges have no cycle.

    Raises:
        TdmError: a named root has no key, or is empty.
    """
    return _Decider(catalog, empty).decide(list(asked))


class _Decider:
    """The decisions, one after the other; a table belongs to the first root that reaches it."""

    def __init__(self, catalog: Catalog, empty: Mapping[str, str]) -> None:
        self.catalog = catalog
        self.tables = {name: t for name, t in catalog.tables.items() if name not in empty}
        self.empty = empty
        self.references = [
            r for r in catalog.references if r.table in self.tables and r.to in self.tables
        ]
        edges: dict[str, list[str]] = {}
        for r in self.references:
            edges.setdefault(r.table, []).append(r.to)
        self.up = edges
        self.component = component_of(self.tables, edges)
        self.weights = {name: person_weight(table) for name, table in self.tables.items()}
        self.key = {name: self._key(name) for name in self.tables}
        self.claimed: dict[str, int] = {}
        self.roots: list[Root] = []
        self.followed: list[Reference] = []
        self.notes: list[str] = []

    def decide(self, asked: list[Root]) -> Plan:
        for root in asked:
            if root.table not in self.tables:
                raise TdmError(
                    f"--root {root.table}: this table leaves empty: {self.empty[root.table]}"
                )
            if not self.key[root.table]:
                raise TdmError(f"--root {root.table}: this table has no key to sample by.")
        if not asked:
            chosen = self._choose()
            asked = [chosen] if chosen else []
        for root in asked:
            if root.table in self.claimed:
                # Reached by an earlier root already, but asked for: both reasons hold.
                self._claim_root(root)
                continue
            self._grow(root)
        fraction = asked[0].fraction if asked else FRACTION
        while remaining := self._remaining():
            if not self._adopt(remaining):
                self._grow(self._next_root(remaining, fraction))
        return self._plan()

    def _key(self, name: str) -> tuple[str, ...]:
        """The key, else columns that references point at and that are unique where not NULL."""
        table = self.tables[name]
        if table.key:
            return table.key
        targets = sorted({r.to_columns for r in self.references if r.to == name})
        return min(targets, key=lambda columns: (len(columns), columns), default=())

    def _followable(self, reference: Reference, *, nullable: bool = False) -> bool:
        """Whether the rows of a table belong to the rows that this reference points at."""
        if reference.table == reference.to or not reference.compared:
            return False
        if not reference.plain and not reference.name:
            return False  # what a person declared with a condition: the person says who owns it
        child = self.tables[reference.table]
        if reference.expression and not child.key:
            return False  # what may bring a row twice needs a key that tells rows apart
        if child.rows <= SMALL and (is_lookup(child) or self._is_hub(reference)):
            return False
        if not child.key and self._pointed_at(reference.table):
            return False  # rows without a value in their only key would be lost
        if len(reference.columns) == 1 and w.matches(w.AUDIT_COLUMNS, words(reference.columns[0])):
            return False
        return nullable or all(child.column(c).not_null for c in reference.columns)

    def _is_hub(self, reference: Reference) -> bool:
        """Whether few rows with many below them point at many: companies at their contacts.

        A sample of the many would miss most of the few, and all that belongs to them.
        """
        few = _MANY * self.tables[reference.table].rows
        return self.tables[reference.to].rows > few and any(
            r.to == reference.table and self.tables[r.table].rows > few for r in self.references
        )

    def _pointed_at(self, name: str) -> bool:
        return any(r.to == name for r in self.references)

    def _choose(self) -> Root | None:
        """The table that the business is about: people first, then the biggest family."""
        down: dict[str, list[str]] = {}
        for r in self.references:
            if self._followable(r):
                down.setdefault(r.to, []).append(r.table)
        best: tuple[float, str] | None = None
        for name, table in sorted(self.tables.items()):
            if not table.key or not table.rows:
                continue
            family = reachable([name], down) - {name}
            rows = table.rows + sum(self.tables[member].rows for member in family)
            factor = {0: 0.5, 1: 1.0, 2: 2.0, 3: 3.0}[self.weights[name]]
            score = factor * log2(2 + rows) * sqrt(1 + len(family))
            if is_lookup(table) or table.rows * FRACTION < 1:  # too few to take a part of
                score /= 10
            if rows > SMALL and family and (best is None or score > best[0] + 1e-9):
                best = (score, name)
        if best is None:
            return None
        name = best[1]
        about = (
            "people that most other rows belong to"
            if self.weights[name]
            else "the biggest family of rows"
        )
        return Root(name, FRACTION, about)

    def _claim_root(self, root: Root) -> None:
        self.roots.append(root)
        # A table is sampled or owned, not both: what owned it is no longer followed.
        self.followed = [r for r in self.followed if r.table != root.table]

    def _grow(self, root: Root, first: Reference | None = None) -> None:
        """Claim what a root owns: level by level, then every edge that makes no cycle."""
        generation = max(self.claimed.values(), default=0) + 1
        level = {root.table: 0}
        if first is None:
            self.roots.append(root)
        self.claimed[root.table] = generation
        todo = [root.table]
        while todo:
            parents, todo = todo, []
            for r in self.references:
                if r.to in parents and r.table not in self.claimed and self._followable(r):
                    self.claimed[r.table] = generation
                    level[r.table] = level[r.to] + 1
                    todo.append(r.table)
        candidates: dict[tuple[str, int, str], list[Reference]] = {}
        for r in self.references:
            if r.table in level and r.to in level and r.table != root.table and self._followable(r):
                rows = (r.table, self.component[r.to], r.where or "")
                candidates.setdefault(rows, []).append(r)
        best = [min(found, key=lambda r: self._rank(r, level)) for found in candidates.values()]
        for r in sorted(best, key=lambda r: (level[r.to], level[r.table], r.table, r.columns)):
            owned_by_now: dict[str, list[str]] = {}
            for f in self.followed:
                owned_by_now.setdefault(f.to, []).append(f.table)
            if r.to not in reachable([r.table], owned_by_now):
                self.followed.append(r)

    def _rank(self, r: Reference, level: Mapping[str, int]) -> tuple[object, ...]:
        """The reference that most says `belongs to`, of several towards the same tables."""
        stem = "_".join(singular(part) for part in words(self.tables[r.to].name))
        named_after = any("_".join(words(c)).startswith(stem) for c in r.columns)
        key = set(self.tables[r.table].key)
        numbers = tuple(self.tables[r.table].column(c).number for c in r.columns)
        return (level[r.to], not set(r.columns) <= key, not named_after, numbers, r.name)

    def _whole(self) -> set[str]:
        return {
            name
            for name, table in self.tables.items()
            if name not in self.claimed and table.rows <= SMALL
        }

    def _remaining(self) -> list[str]:
        """Big tables that no root reaches and no kept row points at."""
        kept = set(self.claimed) | self._whole()
        pointing = {name for name in kept if name in self.claimed or self.tables[name].rows}
        return sorted(set(self.tables) - kept - reachable(pointing, self.up))

    def _adopt(self, remaining: list[str]) -> bool:
        """Let a table follow a reference that may be NULL, rather than be a sample of its own."""
        for r in self.references:
            if r.table in remaining and r.to in self.claimed and self._followable(r, nullable=True):
                self._grow(Root(r.table, 0, ""), first=r)
                self.followed.append(r)
                return True
        return False

    def _next_root(self, remaining: list[str], fraction: float) -> Root:
        left = set(remaining)
        # Rows that are NULL in their only unique key could not be sampled by it.
        sampleable = [n for n in remaining if self.tables[n].key or not self._pointed_at(n)]
        remaining = sampleable or remaining
        tops = [
            name
            for name in remaining
            if not any(
                r.table == name and r.to in left and r.to != name and self._followable(r)
                for r in self.references
            )
        ]
        name = max(tops or remaining, key=lambda n: (self.weights[n], self.tables[n].rows, n))
        return Root(name, fraction, "nothing owns it and no kept row points at it")

    def _plan(self) -> Plan:
        fractions = {root.table: root for root in self.roots}
        owners: dict[str, list[Reference]] = {}
        for r in self.followed:
            owners.setdefault(r.table, []).append(r)
        whole = self._whole()
        nodes = {}
        for name, table in sorted(self.catalog.tables.items()):
            if name in self.empty:
                nodes[name] = Node(table, "empty", why=self.empty[name])
            elif name in fractions and (table.key or not self._pointed_at(name)):
                nodes[name] = Node(
                    table,
                    "sampled",
                    table.key,
                    fractions[name].fraction,
                    strata(table),
                    why=fractions[name].why,
                )
            elif name in owners:
                nodes[name] = Node(table, "owned", self.key[name], owners=owners[name])
            elif name in whole or name in fractions:
                nodes[name] = Node(table, "whole", self.key[name])
            else:
                nodes[name] = Node(table, "referenced", self.key[name])
        for name, node in nodes.items():
            node.catalogue = self._is_catalogue(name, nodes)
            node.owns = any(r.to == name for r in self.followed)
        for r in self.references:
            if nodes[r.to].mode not in ("whole", "empty") and not self._comes_along(r, nodes):
                nodes[r.to].pointed_at.append(r)
        closed = {name for name, node in nodes.items() if node.pointed_at}
        edges = {
            name: [r.to for r in self.references if r.table == name and r.to in closed]
            for name in closed
        }
        for members in components(closed, edges):
            if len(members) > 1 or members[0] in edges[members[0]]:
                for member in members:
                    nodes[member].together = members
        return Plan(
            nodes, self.roots, sorted(self.followed, key=lambda r: (r.table, r.columns)), self.notes
        )

    def _comes_along(self, r: Reference, nodes: Mapping[str, Node]) -> bool:
        """Whether all rows of a table come along this very reference: it brings nothing more.

        The guard believes it of columns alone: an expression may be an array.
        """
        return nodes[r.table].owners == [r] and not r.expression and not self._pointed_at(r.table)

    def _is_catalogue(self, name: str, nodes: Mapping[str, Node]) -> bool:
        """Whether a table is reference data: not about people, not sampled, and not somebody's."""
        node = nodes[name]
        if node.mode not in ("whole", "referenced", "empty") or person_weight(node.table):
            return False
        return not any(
            nodes[r.to].mode in ("sampled", "owned") or person_weight(nodes[r.to].table)
            for r in self.catalog.references_from.get(name, ())
            if not (len(r.columns) == 1 and w.matches(w.AUDIT_COLUMNS, words(r.columns[0])))
        )


def strata(table: Table) -> tuple[str, ...]:
    """The column that a sample of the table should be spread over, if there is a good one."""
    found: list[tuple[int, int, Column]] = []
    for place, phrase in enumerate(w._phrases(_STRATA)):
        for column in table.columns:
            few = (
                column.distinct is not None
                and column.filled is not None
                and 2 <= column.distinct <= 50
                and column.filled >= 20 * column.distinct
                and (column.type.is_text or column.type.plain.kind == "enum")
            )
            if few and not column.generated and w.matches((phrase,), words(column.name)):
                found.append((place, column.number, column))
    return (min(found)[2].name,) if found else ()
