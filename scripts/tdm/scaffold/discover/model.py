"""What discovery passes around: keys, candidates, what was counted, and what is proposed."""

from __future__ import annotations

from dataclasses import dataclass

from tdm.scaffold.catalog import Reference, Table

PROPOSE = 0.95
"""A share of matching values from which a reference is proposed."""

DOUBT = 0.6
"""A share from which it is listed, commented out."""


@dataclass(frozen=True)
class Key:
    """Columns that a reference can point at."""

    table: str
    columns: tuple[str, ...]
    declared: bool = True
    """Whether an index over all rows makes them unique; if not, rows have to say so."""
    primary: bool = False


@dataclass(frozen=True)
class Source:
    """What could point somewhere: columns, or SQL over the row (alias x), of some of the rows."""

    table: str
    columns: tuple[str, ...]
    terms: tuple[str, ...]
    """SQL of each value, whether a bare column or not."""
    where: str | None = None
    plain: bool = True
    """Whether the terms are the columns as they stand."""
    many: bool = False
    """Whether the term returns a set: elements of an array or document."""
    value: str = ""
    """SQL of the value before any cast, where there is one: what can point at one table only."""
    label: str = ""
    """What people call it, where that is not the columns: payload.items[*].product_id."""

    @property
    def slot(self) -> tuple[str, tuple[str, ...], str, str]:
        """What has one target at most, whatever it is cast to."""
        return (self.table, self.columns, self.value, self.where or "")


@dataclass(frozen=True)
class Likeness:
    """How much a name says that a column points at a key: 100 for certain, below 60 for a guess."""

    strength: int
    why: str


@dataclass(frozen=True)
class Candidate:
    """A reference that somebody could have meant."""

    source: Source
    key: Key
    likeness: Likeness

    @property
    def reference(self) -> Reference:
        """As the sources declare it."""
        return Reference(
            "",
            self.source.table,
            self.source.columns,
            self.key.table,
            self.key.columns,
            where=self.source.where,
            expression=() if self.source.plain else self.source.terms,
        )


@dataclass(frozen=True)
class Look:
    """What was counted about a candidate, never a value."""

    rows: int
    empty: int
    """Rows (or elements) without a value."""
    values: int
    """Distinct values."""
    compared: int
    """Those of them that were compared: at most so many in a sample."""
    matched: int
    whole: bool
    """Whether all rows were looked at."""
    filled: float | None = None
    """The part of what could be a key that is one: of the range of the values for whole numbers,
    of all combinations of its columns for a composite key."""
    unique: str = "declared"
    """The target: unique by an index (declared), in its rows (found), or not (no)."""

    @property
    def share(self) -> float:
        """The part of the compared values that the target has."""
        return self.matched / self.compared if self.compared else 0.0


@dataclass(frozen=True)
class Proposal:
    """A candidate with what was counted; `verdict` is proposed, doubtful or unproven."""

    candidate: Candidate
    look: Look
    verdict: str


@dataclass(frozen=True)
class Discovery:
    """What `tdm init --discover` found."""

    proposals: tuple[Proposal, ...] = ()
    refused: int = 0
    """Candidates by name of which too few values match."""
    unmeasured: int = 0
    """Candidates that could not be counted in time."""

    def of(self, verdict: str) -> list[Proposal]:
        """The proposals with a verdict."""
        return [p for p in self.proposals if p.verdict == verdict]


def single_keys(table: Table) -> list[Key]:
    """The columns of a table that are unique by themselves, by an index over all rows."""
    return [key for key in declared_keys(table) if len(key.columns) == 1]


def declared_keys(table: Table) -> list[Key]:
    """The unique keys of a table that hold in all rows, the primary key first."""
    found: dict[tuple[str, ...], Key] = {}
    for index in table.indexes:
        if index.plain and index.columns:
            found.setdefault(index.columns, Key(table.id, index.columns, primary=index.primary))
    return list(found.values())
