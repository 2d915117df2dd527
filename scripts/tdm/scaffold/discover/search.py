"""The search: candidates by name and type, counted on a sample, verified on all rows, chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Literal

from tdm.scaffold.catalog import Catalog, Reference
from tdm.scaffold.discover import candidates, documents, inclusion, polymorphic
from tdm.scaffold.discover.comparing import WHOLE, family
from tdm.scaffold.discover.likeness import Vocabulary, own_words, take_apart, vocabulary
from tdm.scaffold.discover.model import (
    DOUBT,
    PROPOSE,
    Candidate,
    Discovery,
    Key,
    Look,
    Proposal,
    Source,
)
from tdm.scaffold.names import singular

_NAMED = 60
"""The strength from which a name is reason enough to believe an inclusion."""

_CLEAR = 75
"""The strength from which a name may be believed on one value."""

_CERTAIN = 84
"""The strength from which a name is worth a line where there is no value to look at."""

_SURE = 90
"""The strength from which a name leaves no doubt."""

_NEAR = 0.1
"""How much less than `doubtful` a sample may show without ending the matter."""

_FEW_PROBES = 100
"""Values of a sample where nothing but values speaks for a candidate."""

_UNLIKELY = 1e-6
"""A chance below which an inclusion is no accident."""

_FULL = 0.9
"""A part of all combinations above which a composite key has nearly all: anything matches."""

Slot = tuple[str, tuple[str, ...], str, str]


def discover(
    connection: Connection[Any], catalog: Catalog, seconds: float = inclusion.SECONDS
) -> Discovery:
    """Look for references that the database does not declare.

    Args:
        connection: an open connection, in a read-only transaction.
        catalog: the database, with what is declared already.
        seconds: how long one query may take; what takes longer is judged by its sample.

    Returns:
        Proposals in the order of tables and columns, with what was counted for each.
    """
    was = connection.execute("show statement_timeout").fetchone()
    _limit(connection, f"{max(1, round(seconds * 1000))}ms")
    try:
        return _Search(connection, catalog).run()
    finally:
        _limit(connection, str(was[0]) if was else "0")


def _limit(connection: Connection[Any], time: str) -> None:
    connection.execute(SQL("set statement_timeout = {}").format(Literal(time)))


class _Search:
    """What is known so far: looks by candidate, refusals, proposals."""

    def __init__(self, connection: Connection[Any], catalog: Catalog) -> None:
        self.connection = connection
        self.catalog = catalog
        self.known: Vocabulary = vocabulary(catalog)
        self.refused = 0
        self.unmeasured = 0

    def run(self) -> Discovery:
        paths = documents.paths_of(self.connection, self.known)
        named = [
            *polymorphic.of_discriminators(self.connection, self.known),
            *polymorphic.of_content_types(self.connection, self.known),
            *candidates.of_pairs(self.known),
            *candidates.of_columns(self.known),
            *documents.of_documents(self.known, paths),
        ]
        found = [p for slot in _by_slot(named).values() for p in self._resolve(slot)]
        done = {p.candidate.source.slot for p in found if p.verdict == "proposed"}
        others = [
            *candidates.of_values(self.known, named),
            *documents.of_values(self.known, paths, named),
        ]
        rest = [c for c in others if c.source.slot not in done]
        by_values = [
            p
            for slot in _by_slot(rest).values()
            for p in self._resolve(slot, values=_FEW_PROBES)
            if p.look.share >= PROPOSE
        ]
        better = {p.candidate.source.slot for p in by_values}
        found = [p for p in found if p.candidate.source.slot not in better] + by_values
        return Discovery(
            tuple(sorted(self._pruned(found), key=_order)), self.refused, self.unmeasured
        )

    # ------------------------------------------------------------------ one slot

    def _resolve(self, slot: list[Candidate], values: int = inclusion.VALUES) -> list[Proposal]:
        """The target of one column, of several that it could have."""
        looks = self._sampled(slot, values)
        ranked = sorted(looks, key=lambda c: self._rank(c, looks[c]))
        best: Proposal | None = None
        rivals: list[Proposal] = []
        doubtful: list[Proposal] = []
        unproven: list[Proposal] = []
        for candidate in ranked:
            if best is not None and _stronger(best.candidate, candidate):
                break
            look = looks[candidate]
            if look.values == 0 and look.whole:
                if self._certain(candidate):
                    unproven.append(Proposal(candidate, look, "unproven"))
                continue
            proposal = self._judged(candidate, look)
            if proposal is None:
                continue
            if proposal.verdict == "unproven":
                unproven.append(proposal)
            elif proposal.verdict == "doubtful":
                doubtful.append(proposal)
            elif best is None:
                best = proposal
            elif self._rivals(best, proposal):
                rivals.append(proposal)
        if best is None:
            return (doubtful or unproven)[:1]
        if rivals:  # with the same right: a person has to say which
            return [replace(p, verdict="doubtful") for p in (best, *rivals[:2])]
        # What the name says as clearly as can be is worth a look, even where values disagree.
        return [best, *[p for p in doubtful if p.candidate.likeness.strength >= _SURE][:1]]

    def _sampled(self, slot: list[Candidate], values: int) -> dict[Candidate, Look]:
        """A look on a sample for each candidate; spelling apart where that helps."""
        by_source: dict[Source, list[Candidate]] = defaultdict(list)
        for candidate in slot:
            by_source[candidate.source].append(candidate)
        looks: dict[Candidate, Look] = {}
        for source, found in by_source.items():
            if not self.catalog.tables[source.table].rows:
                looks |= dict.fromkeys(found, Look(0, 0, 0, 0, 0, True))
                continue
            keys = list(dict.fromkeys(c.key for c in found))
            counted = inclusion.sample(self.connection, self.catalog, source, keys, values)
            if counted is None:
                self.unmeasured += len(found)
                continue
            by_key = dict(zip(keys, counted, strict=True))
            for candidate in found:
                spelled, look = self._spelled(candidate, by_key[candidate.key], values)
                looks[spelled] = look
        return looks

    def _spelled(self, candidate: Candidate, look: Look, values: int) -> tuple[Candidate, Look]:
        """The candidate with its text trimmed and folded, where keys match better that way."""
        source = candidate.source
        text = len(source.columns) == 1 and self._kind(candidate.key) == "text"
        if not text or not look.compared or look.share >= PROPOSE:
            return candidate, look
        if candidate.likeness.strength < _NAMED or not self._is_text(source):
            return candidate, look
        best = (candidate, look)
        for fold in ("lower(btrim({}))", "upper(btrim({}))", "btrim({})"):
            other = replace(source, terms=(fold.format(source.terms[0]),), plain=False)
            counted = inclusion.sample(
                self.connection, self.catalog, other, [candidate.key], values
            )
            if counted and counted[0].share > best[1].share + 0.02:
                best = (replace(candidate, source=other), counted[0])
        return best

    def _judged(self, candidate: Candidate, look: Look) -> Proposal | None:
        """A verdict on all rows, or on the sample where those take too long."""
        if look.values and look.share < DOUBT - _NEAR:
            self.refused += candidate.likeness.strength >= _NAMED
            return None
        if not look.values and candidate.likeness == candidates.BY_VALUES:
            return None  # nothing speaks for it
        if not look.whole or self._can_be_filled(candidate.key):
            look = inclusion.verify(self.connection, self.catalog, candidate) or look
        if not look.values:
            return Proposal(candidate, look, "unproven") if self._certain(candidate) else None
        verdict = self._verdict(candidate, look)
        if verdict is None:
            self.refused += candidate.likeness.strength >= _NAMED
            return None
        look = inclusion.with_uniqueness(self.connection, self.catalog, candidate, look)
        # A key that is none was only a guess at one.
        return Proposal(candidate, look, verdict) if look.unique != "no" else None

    def _verdict(self, candidate: Candidate, look: Look) -> str | None:
        if look.share < DOUBT:
            return None
        strength = candidate.likeness.strength
        if len(candidate.key.columns) > 1:
            empty = strength < _NAMED or (look.filled or 0.0) >= _FULL
            return "proposed" if look.share >= PROPOSE and not empty else "doubtful"
        if strength >= _NAMED:
            alone = look.matched < 2 and (
                strength < _CLEAR or (strength < 96 and self._kind(candidate.key) == "text")
            )
            return "proposed" if look.share >= PROPOSE and not alone else "doubtful"
        if self._by_chance(candidate, look):
            return None if candidate.likeness == candidates.BY_VALUES else "doubtful"
        return "proposed" if look.share >= PROPOSE else "doubtful"

    def _certain(self, candidate: Candidate) -> bool:
        """Whether the name alone is worth a line."""
        source = candidate.source
        plain = source.plain and not source.where and len(source.columns) == 1
        return (
            plain
            and candidate.likeness.strength >= _CERTAIN
            and self._kind(candidate.key) != "text"
        )

    def _by_chance(self, candidate: Candidate, look: Look) -> bool:
        """Whether values could well be keys there by accident."""
        kind = self._kind(candidate.key)
        if kind == "uuid":
            return look.matched < 3
        if kind == "text":
            return look.matched < 30 or not self._telling(candidate.source)
        if look.filled is None:
            return True
        return bool(look.filled**look.matched > _UNLIKELY)

    def _telling(self, source: Source) -> bool:
        """Whether the texts of a column are long enough, and not numbers, to be told apart."""
        if len(source.columns) > 1:
            return True
        look = inclusion.texts(self.connection, self.catalog, source)
        return look is not None and look[0] >= 6 and look[1] < 0.5

    # ------------------------------------------------------------------ several slots

    def _pruned(self, found: list[Proposal]) -> list[Proposal]:
        """Without what another proposal says already."""
        proposed = [p for p in found if p.verdict == "proposed"]
        polymorphic_columns = {
            (p.candidate.source.table, p.candidate.source.columns)
            for p in found
            if p.candidate.source.where
        }
        dropped = {
            p.candidate.source.slot
            for p in found
            if not p.candidate.source.where
            and (p.candidate.source.table, p.candidate.source.columns) in polymorphic_columns
        }
        dropped |= set(self._mutual(proposed)) | set(self._implied(proposed))
        ends = {_ends(p) for p in proposed if p.candidate.source.slot not in dropped}
        ends |= {((r.table, r.columns), (r.to, r.to_columns)) for r in self.catalog.references}
        return [
            p
            for p in found
            if p.candidate.source.slot not in dropped
            and not (p.verdict != "proposed" and _ends(p)[::-1] in ends)
        ]

    def _mutual(self, proposed: list[Proposal]) -> Iterator[Slot]:
        """Of two columns that point at each other, the one that fewer reasons speak for."""
        ends = {_ends(p): p for p in proposed if p.candidate.source.plain}
        for (here, there), one in ends.items():
            other = ends.get((there, here))
            if other is not None and here < there:
                weaker = max((one, other), key=lambda p: self._rank(p.candidate, p.look))
                yield weaker.candidate.source.slot

    def _implied(self, proposed: list[Proposal]) -> Iterator[Slot]:
        """Columns whose row a composite reference of the same columns leads to anyway."""
        plain = [p for p in proposed if p.candidate.source.plain and not p.candidate.source.where]
        edges = {
            ((r.table, a), (r.to, b))
            for r in (*self.catalog.references, *(p.candidate.reference for p in plain))
            if r.plain and len(r.columns) == 1
            for a, b in zip(r.columns, r.to_columns, strict=True)
        }
        for wide, rows in self._composite(plain):
            for column, to_column in zip(wide.columns, wide.to_columns, strict=True):
                for p in plain:
                    source, key = p.candidate.source, p.candidate.key
                    if (source.table, source.columns) != (wide.table, (column,)):
                        continue
                    target = (key.table, key.columns[0])
                    through = ((wide.to, to_column), target) in edges
                    if (through or target == (wide.to, to_column)) and (
                        rows >= p.look.rows - p.look.empty
                    ):
                        yield source.slot

    def _composite(self, plain: list[Proposal]) -> Iterator[tuple[Reference, int]]:
        """Composite references, found and declared, with how many rows have all their columns."""
        for p in plain:
            if len(p.candidate.source.columns) > 1:
                yield p.candidate.reference, p.look.rows - p.look.empty
        single = {
            (p.candidate.source.table, p.candidate.source.columns[0])
            for p in plain
            if len(p.candidate.source.columns) == 1
        }
        for r in self.catalog.references:
            if r.plain and len(r.columns) > 1 and any((r.table, c) in single for c in r.columns):
                rows = inclusion.complete(self.connection, self.catalog.tables[r.table], r.columns)
                if rows is not None:
                    yield r, rows

    def _rank(self, candidate: Candidate, look: Look) -> tuple[Any, ...]:
        """Sorts the likeliest target first."""
        key, target = candidate.key, self.catalog.tables[candidate.key.table]
        here = self.catalog.tables[candidate.source.table]
        stem = "".join(map(singular, take_apart(own_words(target, key.columns[0])).stem))
        home = not stem or stem in self.known.names_of[key.table]
        far, less = here.schema != target.schema, -round(look.share, 2)
        # Natural keys live in many tables: there, values say more than the neighbourhood.
        near = (less, far) if self._kind(key) == "text" else (far, less)
        return (
            -candidate.likeness.strength,
            *near,
            not home,
            not key.primary,
            target.rows,
            key.table,
            key.columns,
        )

    def _rivals(self, best: Proposal, other: Proposal) -> bool:
        """Whether two targets have the same right to a column, so that a person has to say."""
        if best.candidate.key.table == other.candidate.key.table:
            return False
        first = 5 if best.candidate.likeness == candidates.BY_VALUES else 3
        ranks = [self._rank(p.candidate, p.look)[:first] for p in (best, other)]
        return ranks[0] == ranks[1]

    def _kind(self, key: Key) -> str:
        return family(self.catalog.tables[key.table].column(key.columns[0]).type)

    def _can_be_filled(self, key: Key) -> bool:
        kind = self.catalog.tables[key.table].column(key.columns[0]).type
        return len(key.columns) > 1 or kind.plain.name in WHOLE

    def _is_text(self, source: Source) -> bool:
        column = self.catalog.tables[source.table].column(source.columns[0])
        return family(column.type) == "text" and not source.many


def _by_slot(found: Iterable[Candidate]) -> dict[Slot, list[Candidate]]:
    slots: dict[Slot, dict[tuple[Source, Key], Candidate]] = defaultdict(dict)
    for candidate in found:
        known = slots[candidate.source.slot].get((candidate.source, candidate.key))
        if known is None or known.likeness.strength < candidate.likeness.strength:
            slots[candidate.source.slot][candidate.source, candidate.key] = candidate
    return {slot: list(members.values()) for slot, members in slots.items()}


def _stronger(one: Candidate, other: Candidate) -> bool:
    return one.likeness.strength > other.likeness.strength


def _ends(p: Proposal) -> tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]]:
    source, key = p.candidate.source, p.candidate.key
    return (source.table, source.columns), (key.table, key.columns)


def _order(p: Proposal) -> tuple[Any, ...]:
    source = p.candidate.source
    rank = ("proposed", "doubtful", "unproven").index(p.verdict)
    return (
        source.table,
        source.columns,
        source.value,
        source.where or "",
        rank,
        p.candidate.key.table,
    )
