"""What a random service is made of: tables with their rows, references, and what is kept of it.

Everything is plain and frozen: a service can be printed, built, followed by the oracle and cut down
(shrink.py) without knowing how it came about.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Text = str | None
Row = tuple[Text, ...]


@dataclass(frozen=True)
class Column:
    """A column, its type as format_type writes it, and a collation other than the database's."""

    name: str
    type: str
    nullable: bool = True
    collation: str = ""


Path = tuple[str, ...]
"""A partition: the value that it has at each level, or nothing for the default one."""


@dataclass(frozen=True)
class Partitions:
    """List partitions of a table: one for each value of a column.

    Attributes:
        default: whether a last one takes all other values.
        within: how the partition of the first value is divided again.
    """

    column: str
    values: tuple[str, ...]
    default: bool = False
    within: Partitions | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that decide, level by level."""
        return (self.column, *(self.within.columns if self.within else ()))

    def paths(self) -> list[Path]:
        """Every partition, those above before those below."""
        own: list[Path] = [(value,) for value in (*self.values, *([""] if self.default else []))]
        below = self.within.paths() if self.within else []
        return [*own, *((self.values[0], *path) for path in below)]

    def conditions(self, path: Path) -> tuple[Condition, ...]:
        """What is true of the rows of a partition."""
        value, *rest = path
        own = [Condition(self.column, "=", value)]
        if not value:
            own = [Condition(self.column, "<>", other) for other in self.values]
        below = self.within.conditions(tuple(rest)) if self.within and rest else ()
        return (*own, *below)

    def level(self, path: Path) -> Partitions | None:
        """How a partition is divided in turn; the whole table for no path."""
        if not path:
            return self
        divided = self.within if path[0] == self.values[0] else None
        return divided.level(path[1:]) if divided else None


@dataclass(frozen=True)
class Table:
    """A source table.

    Attributes:
        id: its name in dbt, such as t3.
        place: 0 or 1, the first or the second schema of the service.
        name: its name in production.
        key: what the models key by; none where they need none.
        primary: the columns of its primary key, if it has one.
        unique: further unique constraints.
        inherits: the id of the table that it inherits from (the old way, not a partition).
    """

    id: str
    place: int
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    primary: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    partitions: Partitions | None = None
    inherits: str | None = None
    rows: tuple[Row, ...] = ()

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def number(self, name: str) -> int:
        return [column.name for column in self.columns].index(name)


@dataclass(frozen=True)
class Reader:
    """How a row tells one of the values that it points at.

    Attributes:
        kind: column, cast (from text), lower (without case and blanks at the ends), json (a value
            in a document), json_elements (in each element of a document), array (each element), or
            constant.
        type: the type of the value.
        argument: the name inside a document, or the constant.
        collate: of a column, the collation of what it points at, where it is of another one.
    """

    kind: str
    column: str
    type: str
    argument: str = ""
    collate: str = ""


@dataclass(frozen=True)
class Condition:
    """A condition on one column; `kind` is =, <>, >, is null, is not null, or = or null."""

    column: str
    kind: str
    value: str = ""


@dataclass(frozen=True)
class Constraint:
    """A real foreign key.

    Attributes:
        match_full: MATCH FULL.
        deferrable: the clause, or nothing.
        valid: orphans were checked; without, it is NOT VALID.
        from_partition: only this partition of the referencing table declares it.
        to_partition: it points at this partition, none of the default ones.
    """

    name: str
    match_full: bool = False
    deferrable: str = ""
    valid: bool = True
    from_partition: Path = ()
    to_partition: Path = ()


@dataclass(frozen=True)
class Follow:
    """Rows come along with the sampled row that they point at.

    Attributes:
        where: only these.
        at_most: so many for each owner.
        newest: the column that says which; without, the hash of their key.
    """

    where: Condition | None = None
    at_most: int | None = None
    newest: str | None = None


@dataclass(frozen=True)
class Edge:
    """A reference from rows of one table to rows of another, or of the same.

    Attributes:
        follow: its rows come along with the sampled rows that they point at.
        brings: what it points at comes along with the sampled rows that point there.
    """

    child: str
    parent: str
    readers: tuple[Reader, ...]
    to: tuple[str, ...]
    where: tuple[Condition, ...] = ()
    constraint: Constraint | None = None
    follow: Follow | None = None
    brings: bool = False

    @property
    def plain(self) -> bool:
        """Whether it compares columns with columns."""
        return all(reader.kind == "column" for reader in self.readers)

    @property
    def expressed(self) -> bool:
        """Whether it is declared by SQL over the row instead of columns."""
        return not self.plain or any(reader.collate for reader in self.readers)

    @property
    def columns(self) -> tuple[str, ...]:
        """The referencing columns."""
        return tuple(reader.column for reader in self.readers if reader.kind != "constant")


@dataclass(frozen=True)
class Stratum:
    """What a sample is spread over: a column, or an expression over one.

    Attributes:
        kind: column, left (the first letter), mod (the remainder by 3), or missing (is null).
    """

    kind: str
    column: str


@dataclass(frozen=True)
class Within:
    """Rows of a time window; `last` counts days back from the newest."""

    column: str
    since: str | None = None
    until: str | None = None
    last: int | None = None


@dataclass(frozen=True)
class Listed:
    """Rows by a list of values.

    Attributes:
        columns: the table's columns.
        names: the columns of the list.
        rows: the values; some may not exist where `missing` is ignore.
        seed: whether the list is a seed, or else a model.
    """

    columns: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    missing: str
    seed: bool


@dataclass(frozen=True)
class Matching:
    """Rows that meet a condition."""

    condition: Condition


@dataclass(frozen=True)
class Counted:
    """An edge that a budget counts: `edge` is the number of a followed edge of the service."""

    edge: int
    owned: tuple[Counted, ...] = ()


@dataclass(frozen=True)
class Budget:
    """A number of rows that a sample and what it owns may take."""

    rows: int
    owned: tuple[Counted, ...]
    largest: str


@dataclass(frozen=True)
class Sample:
    """What is taken of a root."""

    fraction: str | None
    strata: tuple[Stratum, ...] = ()
    at_least: int = 1
    also: tuple[Within | Listed | Matching, ...] = ()
    budget: Budget | None = None


@dataclass(frozen=True)
class Service:
    """One or two schemas, and what is kept of them.

    Attributes:
        seed: what it was drawn from.
        modes: for each table sampled, owned, referenced, whole, empty, or linked.
        samples: for each sampled table.
        as_view: whether its rows are views.
        schemas: the names of its schemas in production, where they are not made up.
    """

    seed: int
    tables: tuple[Table, ...]
    edges: tuple[Edge, ...]
    modes: dict[str, str] = field(default_factory=dict)
    samples: dict[str, Sample] = field(default_factory=dict)
    as_view: bool = False
    schemas: tuple[str, ...] = ()

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.id == name)

    @property
    def inherited(self) -> set[str]:
        """The tables that others inherit from."""
        return {table.inherits for table in self.tables if table.inherits is not None}

    def needed(self) -> list[Edge]:
        """The references that models name: to tables that are neither whole nor empty.

        Every other one that brings no row, because all rows come along it, is left out.
        """
        return [
            edge
            for number, edge in enumerate(self.edges)
            if self.modes[edge.parent] not in ("whole", "empty")
            and self.modes[edge.child] not in ("empty", "linked")
            and not (number % 2 and self._comes_along(edge))
        ]

    def owns(self, name: str) -> bool:
        """Whether rows come along with sampled rows of a table."""
        return any(
            (edge.follow and edge.parent == name) or (edge.brings and edge.child == name)
            for edge in self.edges
        )

    def _comes_along(self, edge: Edge) -> bool:
        return (
            self.modes[edge.child] == "owned"
            and not edge.expressed
            and [e for e in self.edges if e.child == edge.child and e.follow] == [edge]
            and not any(e.parent == edge.child for e in self.edges)
        )


def quoted(name: str) -> str:
    """An identifier for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: Text) -> str:
    """A value for SQL, whose type the column decides."""
    return "null" if text is None else "'" + text.replace("'", "''") + "'"
