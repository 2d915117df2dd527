"""Random services: tables and references, then rows (data.py), then what is kept (policy.py)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

from subset_properties import data, policy
from subset_properties.choices import Choices
from subset_properties.schema import (
    Column,
    Condition,
    Constraint,
    Edge,
    Partitions,
    Path,
    Reader,
    Service,
    Table,
)

# Words of SQL, letters of all kinds, and the names that the macros use themselves.
NAMES = (
    "Order, user, select, a b, größe, x.y, CamelCase, 名前, pass, reason, kept, x, place, share,"
    " owner, found, pointed_at, r1, keys, member, rows_in_stratum, sampled, weight, placed, s1,"
    " q\"uote, it's, a_name_of_63_letters_is_the_longest_that_postgresql_can_have_ok"
).split(", ")
TABLE_NAMES = ["Order", "user", "select", "Line items", "größe", "x.y", "kept", "o'clock"]
KEY_TYPES = ["bigint", "integer", "uuid", "text", "date", "numeric(12,2)", "bigint", "text"]
# Types that a referencing column may have for a type that it points at.
WIDER = {
    "integer": "bigint",
    "numeric(12,2)": "numeric",
    "text": "character varying(90)",
    "date": "date",
}
PARTITION_VALUES = ("north", "south", "East 1")
SUBPARTITION_VALUES = ("new", "o'ld")
# Two that every server has; the database's own, which is neither, gives way to both.
COLLATIONS = ('"C"', '"POSIX"')
COLLATED = ("text", "character varying(90)")


@dataclass
class Draft:
    """A table while it is being drawn."""

    id: str
    place: int
    name: str
    columns: list[Column] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    primary: bool = True
    unique: list[tuple[str, ...]] = field(default_factory=list)
    partitions: Partitions | None = None
    inherits: str | None = None
    link: bool = False
    """It only says what belongs together: nothing but other links may point at it."""

    def add(self, name: str, kind: str, *, nullable: bool = True, collation: str = "") -> str:
        """Add a column; its name is made unique in the table."""
        taken = {column.name for column in self.columns}
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name[:50]}_{number}"
        self.columns.append(Column(unique, kind, nullable, collation))
        return unique

    def type(self, name: str) -> str:
        return next(column.type for column in self.columns if column.name == name)

    def collation(self, name: str) -> str:
        return next((column.collation for column in self.columns if column.name == name), "")

    def finished(self) -> Table:
        return Table(
            id=self.id,
            place=self.place,
            name=self.name,
            columns=tuple(self.columns),
            key=tuple(self.key),
            primary=tuple(self.key) if self.primary else (),
            unique=tuple(dict.fromkeys(self.unique)),
            partitions=self.partitions,
            inherits=self.inherits,
        )


@st.composite
def services(draw: Callable[..., int], seed: int = 0) -> Service:
    """A service with rows and a policy."""
    choose = Choices(draw)
    two_schemas = choose.chance(35)
    drafts = [_table(choose, number, two_schemas) for number in range(choose.number(2, 12))]
    _inherit(choose, drafts)
    edges = _edges(choose, drafts)
    for number, draft in enumerate(drafts):
        _payload(choose, draft, number)
    _pass_on_columns(drafts)
    tables = tuple(draft.finished() for draft in drafts)
    randoms = random.Random(choose.number(0, 2**32))  # noqa: S311 - rows, not secrets
    sizes = [_size(choose, table) for table in tables]
    tables = data.filled(randoms, tables, edges, sizes)
    fitting = data.fitting(Service(seed, tables, tuple(edges)))
    return policy.chosen(choose, Service(seed, tables, fitting, as_view=choose.chance(30)))


def _size(choose: Choices, table: Table) -> int:
    if not table.columns:
        return choose.number(0, 3)
    return choose.one([0, 1, 3, 8, 12, 25, 25, 40, 60, 90])


# -------------------------------------------------------------------------- tables


def _name(choose: Choices, usual: str) -> str:
    return choose.one(NAMES) if choose.chance(20) else usual


def _collation(choose: Choices, kind: str, percent: int = 20) -> str:
    """A collation for a column of a type, if it is to have one of its own."""
    return choose.one(COLLATIONS) if kind in COLLATED and choose.chance(percent) else ""


def _compared(child: Draft, name: str, parent: Draft, to: str) -> Reader:
    """A column that points at another one: by the collation of that one, where both have one."""
    own, wanted = child.collation(name), parent.collation(to)
    apart = own and wanted and own != wanted
    return Reader("column", name, child.type(name), collate=wanted if apart else "")


def _divided(choose: Choices, draft: Draft) -> Partitions:
    """List partitions, the first of them perhaps divided again; their columns join the key."""
    within = None
    if choose.chance(50):
        column = draft.add(_name(choose, "age"), "text", nullable=False)
        draft.key.append(column)
        values = SUBPARTITION_VALUES[: choose.number(1, 2)]
        within = Partitions(column, values, default=choose.chance(50))
    column = draft.add(_name(choose, "region"), "text", nullable=False)
    draft.key.append(column)
    values = PARTITION_VALUES[: choose.number(2, 3)]
    return Partitions(column, values, choose.chance(40), within)


def _table(choose: Choices, number: int, two_schemas: bool) -> Draft:
    place = int(two_schemas and choose.chance(40))
    name = f"table_{number}"
    if choose.chance(25):
        name = f"{choose.one(TABLE_NAMES)}{number}"
    draft = Draft(f"t{number}", place, name, link=number > 1 and choose.chance(18))
    if choose.chance(4):
        draft.primary = False
        return draft  # a table without columns
    shape = choose.one(["id"] * 9 + ["composite"] * 3 + ["none"] * 2 + ["unique"] * 2)
    if shape == "none":
        draft.primary = False
        draft.add(_name(choose, "label"), "text")
        return draft
    for part in range(choose.number(2, 3) if shape == "composite" else 1):
        usual = "id" if shape != "composite" else f"part_{part}"
        kind = choose.one(KEY_TYPES)
        collation = _collation(choose, kind, 40)
        name = draft.add(_name(choose, usual), kind, nullable=False, collation=collation)
        draft.key.append(name)
    if shape == "unique":
        draft.primary = False
        draft.unique.append(tuple(draft.key))
    elif choose.chance(20):
        draft.partitions = _divided(choose, draft)
    return draft


def _inherit(choose: Choices, drafts: list[Draft]) -> None:
    """Let a table inherit from an earlier one; its columns follow when all are known."""
    for number, draft in enumerate(drafts):
        parents = [
            other
            for other in drafts[:number]
            if other.primary and other.columns and not other.partitions and not other.inherits
        ]
        if parents and draft.primary and not draft.partitions and choose.chance(10):
            parent = choose.one(parents)
            draft.inherits = parent.id
            draft.columns, draft.key, draft.unique = [], list(parent.key), []


def _pass_on_columns(drafts: list[Draft]) -> None:
    """Give inheriting tables the columns of the table that they inherit from, in front."""
    by_id = {draft.id: draft for draft in drafts}
    for draft in drafts:
        if draft.inherits:
            draft.columns = [*by_id[draft.inherits].columns, *draft.columns]


def _payload(choose: Choices, draft: Draft, number: int) -> None:
    """Columns that point nowhere: strata, times, conditions, and the rest of a row."""
    if not draft.columns and not draft.inherits:
        return
    heir = f"_{number}" if draft.inherits else ""
    usual = [
        ("status", "text"),
        ("amount", "integer"),
        ("at", "timestamp without time zone"),
        ("day", "date"),
        ("note", "text"),
        ("flag", "boolean"),
        ("doc", "jsonb"),
        ("tags", "text[]"),
        ("raw", "bytea"),
    ]
    for name, kind in choose.some(usual, 5):
        collation = _collation(choose, kind)
        draft.add((name if heir else _name(choose, name)) + heir, kind, collation=collation)


# ---------------------------------------------------------------------- references


def _edges(choose: Choices, drafts: list[Draft]) -> list[Edge]:
    edges: list[Edge] = []
    with_columns = [draft for draft in drafts if draft.columns or draft.inherits]
    parents = [draft for draft in with_columns if not draft.link]
    hubs = parents[: max(2, len(parents) // 3)]
    if choose.chance(25):
        # a cycle of any size; sometimes no row of it could ever be the first
        ring, mandatory = choose.some(parents, len(parents)), choose.chance(50)
        for child, parent in zip(ring, [*ring[1:], *ring[:1]], strict=True):
            number = len(edges)
            edges += _foreign_key(choose, drafts, child, parent, number, edges, mandatory)
    for draft in with_columns:
        count = choose.number(2, 3) if draft.link else choose.one([0, 1, 1, 2, 2, 3])
        for _ in range(count if parents else 0):
            parent = choose.one(hubs if choose.chance(50) else parents)
            links = [d for d in with_columns[: with_columns.index(draft)] if d.link]
            if draft.link and links and choose.chance(60):
                parent = choose.one(links)  # what belongs together belongs to something in turn
            kind = choose.one(["key"] * 7 + ["virtual"] * 2 + ["polymorphic", "natural"])
            if draft.link and (parent.link or choose.chance(90)):
                kind = "key"
            if kind == "key":
                edges += _foreign_key(choose, drafts, draft, parent, len(edges), edges)
            elif kind == "polymorphic":
                edges += _polymorphic(choose, draft, parents)
            elif kind == "natural":
                edges += _natural(choose, draft, parent)
            else:
                edges += _virtual(choose, draft, parent)
    return edges


def _target(choose: Choices, parent: Draft) -> tuple[str, ...]:
    """Unique columns of a table, made where there are none."""
    if parent.inherits:
        return tuple(parent.key)
    options = [tuple(parent.key)] * 3 if parent.key else []
    options += parent.unique
    if not parent.partitions and (not options or choose.chance(25)):
        nullable = bool(parent.key) and choose.chance(50)
        kinds = [choose.one(KEY_TYPES) for _ in range(choose.number(1, 2))]
        columns = tuple(
            parent.add(
                _name(choose, f"code_{part}"),
                kind,
                nullable=nullable,
                collation=_collation(choose, kind, 40),
            )
            for part, kind in enumerate(kinds)
        )
        parent.unique.append(columns)
        if not parent.key:
            parent.key = list(columns)
        return columns
    chosen = choose.one(options)
    # A foreign key may name the columns of a key in another order.
    return chosen[::-1] if choose.chance(20) else chosen


def _own(draft: Draft, name: str) -> str:
    """A name that no table that a draft inherits from can have."""
    return f"{name[:20]}_of_{draft.id}" if draft.inherits else name


def _foreign_key(
    choose: Choices,
    drafts: list[Draft],
    child: Draft,
    parent: Draft,
    number: int,
    edges: list[Edge],
    mandatory: bool = False,
) -> list[Edge]:
    to = _target(choose, parent)
    known = {column.name for column in parent.columns}
    if not to or not (parent.inherits or known.issuperset(to)):
        return []
    source = next((d for d in drafts if d.id == parent.inherits), parent)
    nullable = not mandatory and choose.chance(50)
    identifying = (
        not mandatory
        and drafts.index(child) > drafts.index(source)
        and not child.inherits
        and child.primary
        and not any(d.inherits == child.id for d in drafts)
        and not any(edge.parent == child.id for edge in edges)
        and choose.chance(20)
    )
    readers: list[Reader] = []
    constants: list[Reader] = []
    to_partition: Path = ()
    if parent.partitions and choose.chance(40):
        # a reference to one partition: its rows are those with its values
        to_partition = choose.one([path for path in parent.partitions.paths() if all(path)])
        decisive = parent.partitions.columns[: len(to_partition)]
        to = (*(column for column in parent.key if column not in decisive), *decisive)
        constants = [Reader("constant", "", "text", value) for value in to_partition]
    for column in to[: len(to) - len(constants)]:
        kind = source.type(column)
        if choose.chance(30):
            kind = WIDER.get(kind, kind)
        shared = [
            other.name
            for other in child.columns
            if other.type == kind
            and len(to) > 1
            and not readers
            and any(edge.child == child.id and other.name in edge.columns for edge in edges)
        ]
        if shared and choose.chance(25):
            readers.append(_compared(child, choose.one(shared), source, column))
            continue
        name = _own(child, _name(choose, f"{parent.id}_{column}"[:40]))
        optional = not identifying and nullable and choose.chance(80)
        collation = _collation(choose, kind, 80 if source.collation(column) else 15)
        name = child.add(name, kind, nullable=optional, collation=collation)
        readers.append(_compared(child, name, source, column))
        if identifying:
            child.key.insert(0, name)
    readers += constants
    from_partition: Path = ()
    where: tuple[Condition, ...] = ()
    if child.partitions and choose.chance(30):
        from_partition = choose.one(child.partitions.paths())
        where = child.partitions.conditions(from_partition)
    constraint = Constraint(
        name=f"{choose.one(['fk', 'FK to', 'points at'])} {number}",
        match_full=choose.chance(30),
        deferrable=""
        if mandatory
        else choose.one(["", "", "deferrable", "deferrable initially deferred", "not deferrable"]),
        valid=mandatory or not choose.chance(20),
        from_partition=from_partition,
        to_partition=to_partition,
    )
    return [Edge(child.id, parent.id, tuple(readers), to, where, constraint)]


def _some_target(choose: Choices, parent: Draft) -> tuple[str, ...]:
    """Columns for a reference that no constraint holds: unique ones, else any text."""
    if parent.key and choose.chance(85):
        return tuple(parent.key)
    return tuple(column.name for column in parent.columns if column.type == "text")[:1]


def _virtual(choose: Choices, child: Draft, parent: Draft) -> list[Edge]:
    to = _some_target(choose, parent)
    known = {column.name: column.type for column in parent.columns}
    if not to or any(column not in known for column in to):
        return []
    readers: list[Reader] = []
    for column in to:
        kind = known[column]
        options = ["column", "cast", "json"]
        if not any(reader.kind in ("array", "json_elements") for reader in readers):
            options += ["array", "json_elements"]
        how = choose.one(options)
        holder = {
            "column": kind,
            "cast": "text",
            "json": "jsonb",
            "json_elements": "jsonb",
            "array": f"{kind}[]",
        }[how]
        collation = _collation(choose, holder, 40) if how == "column" else ""
        name = _own(child, _name(choose, f"{parent.id}_{how}"))
        name = child.add(name, holder, collation=collation)
        argument = choose.one(["id", "Some Key", "to.id", "it's"]) if "json" in how else ""
        compared = _compared(child, name, parent, column)
        readers.append(compared if how == "column" else Reader(how, name, kind, argument))
    where: tuple[Condition, ...] = ()
    if choose.chance(30):
        switch = child.add(_own(child, _name(choose, "state")), "text")
        where = (
            Condition(
                switch,
                *choose.one([("=", "on"), ("<>", "off"), ("is null", ""), ("= or null", "on")]),
            ),
        )
    return [Edge(child.id, parent.id, tuple(readers), to, where)]


def _polymorphic(choose: Choices, child: Draft, drafts: list[Draft]) -> list[Edge]:
    parents = [d for d in drafts if len(d.key) == 1 and d.columns and not d.inherits]
    parents = choose.some(parents, 3)
    if not parents:
        return []
    kind = child.add(_own(child, _name(choose, "subject type")), "text")
    value = child.add(_own(child, _name(choose, "subject_id")), "text")
    return [
        Edge(
            child.id,
            parent.id,
            (Reader("cast", value, parent.type(parent.key[0])),),
            tuple(parent.key),
            (Condition(kind, "=", f"{parent.id}'s"),),
        )
        for parent in parents
    ]


def _natural(choose: Choices, child: Draft, parent: Draft) -> list[Edge]:
    if parent.inherits:
        return []
    texts = [c.name for c in parent.columns if c.type == "text" and c.name not in parent.key]
    if texts and choose.chance(60):
        target = choose.one(texts)
    elif parent.key:
        target = parent.add(_name(choose, "mail"), "text")
    else:
        return []
    name = child.add(_own(child, _name(choose, "their_mail")), "text")
    return [Edge(child.id, parent.id, (Reader("lower", name, "text"),), (target,))]
