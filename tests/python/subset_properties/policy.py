"""Random policies for drawn tables: roots, owners, satellites, and what is whole or empty."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import product

from subset_properties.choices import Choices
from subset_properties.schema import (
    Budget,
    Column,
    Condition,
    Counted,
    Edge,
    Follow,
    Listed,
    Matching,
    Row,
    Sample,
    Service,
    Stratum,
    Table,
    Within,
)

FRACTIONS = ["0.01", "0.05", "0.1", "0.25", "0.333", "0.5", "0.9", "1"]
_LISTABLE = ("bigint", "integer", "uuid", "text", "date", "numeric(12,2)")


def chosen(choose: Choices, service: Service) -> Service:
    """The service with a policy."""
    modes: dict[str, str] = {}
    samples: dict[str, Sample] = {}
    keyed = [table for table in service.tables if table.key and table.rows]
    owners = [
        table
        for table in keyed
        if any(edge.plain and edge.child != table.id for edge in _incoming(service, table))
    ]
    wanted = choose.some(owners, 2) or owners[:1] or keyed[:1]
    wanted += [t for t in choose.some(keyed, 1) if t not in wanted and choose.chance(30)]
    for table in wanted:
        modes[table.id] = "sampled"
        samples[table.id] = _sample(choose, table)
    edges = _followed(choose, service, modes)
    service = replace(service, edges=edges)
    for name, sample in samples.items():
        samples[name] = _with_budget(choose, service, name, sample)
    _others(choose, service, modes, samples)
    tables = tuple(_natural_key(service, modes, table) for table in service.tables)
    return replace(service, tables=tables, modes=modes, samples=samples)


def _incoming(service: Service, table: Table) -> list[Edge]:
    return [edge for edge in service.edges if edge.parent == table.id]


# -------------------------------------------------------------------------- owners


def _followed(choose: Choices, service: Service, modes: dict[str, str]) -> tuple[Edge, ...]:
    """The references, some of them followed; the tables that they reach become owned."""
    edges = list(service.edges)
    owned_by: dict[str, set[str]] = {}
    moved = True
    offered: set[tuple[int, bool]] = set()
    links = {name for name in _possible_links(service) if choose.chance(60)}
    while moved:
        moved = False
        for number, upwards in product(range(len(edges)), (False, True)):
            edge = edges[number]
            owner, owned = (edge.child, edge.parent) if upwards else (edge.parent, edge.child)
            if (number, upwards) in offered or modes.get(owner) not in ("sampled", "owned"):
                continue
            offered.add((number, upwards))
            moved = True
            possible = (
                (_can_bring(service, edges, edge) if upwards else _can_follow(service, edge))
                and owned not in {owner, *links}
                and (modes.get(owned) != "sampled" or choose.chance(25))
                and owned not in _above(owned_by, owner)
            )
            if possible and choose.chance(20 if upwards else 80):
                follow = None if upwards else _follow(choose, service, edge)
                edges[number] = replace(edge, follow=follow, brings=upwards)
                modes.setdefault(owned, "owned")
                owned_by.setdefault(owned, set()).add(owner)
    return tuple(edges)


def _can_follow(service: Service, edge: Edge) -> bool:
    """Whether rows can come along with those that they point at."""
    child = service.table(edge.child)
    return edge.plain and (bool(child.key) or not (edge.expressed or _incoming(service, child)))


def _can_bring(service: Service, edges: list[Edge], edge: Edge) -> bool:
    """Whether what rows point at can come along with them, by whatever expression they do."""
    alike = [
        other
        for other in edges
        if (other.child, other.parent) == (edge.child, edge.parent)
        and (other.columns, other.to) == (edge.columns, edge.to)
    ]
    turned = [other for other in edges if (other.child, other.parent) == (edge.parent, edge.child)]
    keyed = bool(service.table(edge.child).key and service.table(edge.parent).key)
    # columns alone say which reference is meant
    return keyed and len(alike) == 1 and not turned and len(edge.columns) == len(edge.to)


def _above(owned_by: dict[str, set[str]], table: str) -> set[str]:
    """A table and all that own it."""
    found, todo = {table}, [table]
    while todo:
        more = owned_by.get(todo.pop(), set()) - found
        found |= more
        todo += more
    return found


def _follow(choose: Choices, service: Service, edge: Edge) -> Follow:
    child, parent = service.table(edge.child), service.table(edge.parent)
    where = _condition(choose, child) if choose.chance(20) else None
    unique = [set(columns) for columns in (parent.primary, *parent.unique) if columns]
    if not child.key or set(edge.to) not in unique or not choose.chance(35):
        return Follow(where)
    times = _of_types(child, ("timestamp without time zone", "date", "integer"))
    newest = choose.one(times).name if times and choose.chance(60) else None
    return Follow(where, choose.number(1, 3), newest)


def _of_types(table: Table, types: Iterable[str]) -> list[Column]:
    return [column for column in table.columns if column.type in types]


# ---------------------------------------------------------------------- the others


def _others(
    choose: Choices, service: Service, modes: dict[str, str], samples: dict[str, Sample]
) -> None:
    """Decide on the tables that no root reaches."""
    linked: set[str] = set()
    for table in reversed(service.tables):
        if table.id not in modes and _can_link(service, table, linked) and choose.chance(80):
            modes[table.id] = "linked"
            linked.add(table.id)
    for table in service.tables:
        lonely = not _incoming(service, table)
        if table.id in modes or not lonely:
            continue
        if table.columns and not table.key and choose.chance(30):
            modes[table.id] = "sampled"
            samples[table.id] = Sample(choose.one(FRACTIONS), at_least=0)
        else:
            modes[table.id] = choose.one(["whole", "empty"])
    for table in service.tables:
        if table.id in modes:
            continue
        incoming = _incoming(service, table)
        from_outside = [e for e in incoming if e.child != table.id]
        kinds = {modes.get(edge.child, "open") for edge in from_outside}
        needed = bool(kinds - {"linked", "empty"})
        targets = {edge.to for edge in incoming}
        keyed = bool(table.key) or (len(targets) == 1 and _tells_apart(table, targets.pop()))
        if needed and keyed and choose.chance(80):
            modes[table.id] = "referenced"
        elif kinds <= {"empty"} and choose.chance(50):
            modes[table.id] = "empty"
        else:
            modes[table.id] = "whole"
    for table in service.tables:
        pointing = {edge.child for edge in _incoming(service, table)}
        if modes[table.id] == "referenced" and all(
            modes[name] in ("linked", "empty") for name in pointing
        ):
            modes[table.id] = "whole"


def _possible_links(service: Service) -> list[str]:
    """The tables that could be links, those that are ends of others after these."""
    found: list[str] = []
    for table in reversed(service.tables):
        if _can_link(service, table, found):
            found.append(table.id)
    return found


def _can_link(service: Service, table: Table, links: Collection[str]) -> bool:
    """Whether a table only says what belongs together: two ends or more, and nothing else.

    Only links may point at it, whose end it is.
    """
    ends = [edge for edge in service.edges if edge.child == table.id]
    return (
        len(ends) >= 2
        and all(edge.child in links for edge in _incoming(service, table))
        and all(edge.plain and not edge.where for edge in ends)
    )


def _tells_apart(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether no two rows have the same values; test_natural_keys.py has those that do."""
    numbers = [table.number(column) for column in columns]
    values = [value for row in table.rows if (value := _values(row, numbers)) is not None]
    return len(values) == len(set(values))


def _natural_key(service: Service, modes: dict[str, str], table: Table) -> Table:
    """A table without a key is kept by the columns that references point at."""
    if table.key or modes[table.id] != "referenced":
        return table
    return replace(table, key=_incoming(service, table)[0].to)


# ------------------------------------------------------------------------- samples


def _sample(choose: Choices, table: Table) -> Sample:
    strata = tuple(
        _stratum(choose, column)
        for column in choose.some(_of_types(table, ("text", "integer", "boolean", "date")), 2)
    )
    fraction = choose.one(FRACTIONS)
    at_least = choose.one([1, 1, 0, 2, 3])
    if choose.chance(50):
        return Sample(fraction, strata, at_least)
    also = tuple(_also(choose, table) for _ in range(choose.number(1, 3)))
    alone = choose.chance(40)
    return Sample(None if alone else fraction, () if alone else strata, at_least, also)


def _with_budget(choose: Choices, service: Service, name: str, sample: Sample) -> Sample:
    """A sample that a number of rows bounds, instead of a fraction or beside it."""
    if not choose.chance(20):
        return sample
    owned = _counted(choose, service, name, depth=2)
    budget = Budget(choose.number(1, 120), owned, choose.one(["0.1", "0.29", "0.57", "1"]))
    fraction = sample.fraction if choose.chance(50) else None
    return replace(sample, fraction=fraction, budget=budget)


def _counted(choose: Choices, service: Service, owner: str, depth: int) -> tuple[Counted, ...]:
    """What a budget counts: what rows of a table own, and what those own."""
    return tuple(
        Counted(number, _counted(choose, service, edge.child, depth - 1))
        for number, edge in enumerate(service.edges)
        if edge.parent == owner and edge.follow and depth and choose.chance(80)
    )


def _stratum(choose: Choices, column: Column) -> Stratum:
    kinds = ["column", "column", "missing"]
    kinds += {"text": ["left"], "integer": ["mod"]}.get(column.type, [])
    return Stratum(choose.one(kinds), column.name)


def _also(choose: Choices, table: Table) -> Within | Listed | Matching:
    times = _of_types(table, ("timestamp without time zone", "date"))
    kind = choose.one(["within", "listed", "listed", "matching"])
    if kind == "within" and times:
        column = choose.one(times).name
        if choose.chance(40):
            return Within(column, last=choose.number(1, 20))
        since, until = f"2024-01-{choose.number(1, 15):02}", f"2024-01-{choose.number(10, 30):02}"
        return choose.one(
            [Within(column, since), Within(column, since, until), Within(column, None, until)]
        )
    condition = _condition(choose, table) if kind == "matching" else None
    return Matching(condition) if condition else _listed(choose, table)


def _listed(choose: Choices, table: Table) -> Listed:
    """A list by the key, or by another column, whose values need not be unique."""
    columns = table.key
    others = [c.name for c in _of_types(table, _LISTABLE) if c.nullable]
    if others and choose.chance(30):
        columns = (choose.one(others),)
    numbers = [table.number(column) for column in columns]
    rows: list[tuple[str, ...]] = []
    types = [table.column(column).type for column in columns]
    for row in choose.some(table.rows, 6):
        value = _values(row, numbers)
        if value is not None:
            rows.append(tuple(_as_written(choose, k, v) for k, v in zip(types, value, strict=True)))
    missing = choose.one(["error", "ignore"])
    if missing == "ignore" and choose.chance(70):
        rows.append(tuple(_stranger(kind) for kind in types))
    plain = choose.chance(50)
    names = tuple(f"their_{n}" if plain else column for n, column in enumerate(columns))
    # agate, which reads seeds, trims texts and takes an empty one for NULL; dbt escapes no names
    awkward = any(text != text.strip() or not text for row in rows for text in row)
    awkward = awkward or any('"' in name for name in names)
    return Listed(columns, names, tuple(rows), missing, seed=not awkward and choose.chance(30))


def _values(row: Row, numbers: list[int]) -> tuple[str, ...] | None:
    found = [row[number] for number in numbers]
    return tuple(text for text in found if text is not None) if None not in found else None


def _as_written(choose: Choices, kind: str, value: str) -> str:
    """A value as a person may write it in a list: equal, if not the same text."""
    if kind.startswith("numeric") and value.endswith("0") and choose.chance(30):
        return value[:-1]
    if kind == "uuid" and choose.chance(30):
        return value.upper()
    return value


def _stranger(kind: str) -> str:
    """A value that no row has."""
    return {
        "uuid": "00000000-0000-0000-0000-000000000000",
        "date": "1999-12-31",
        "text": "nobody has this",
    }.get(kind, "-7777")


def _condition(choose: Choices, table: Table) -> Condition | None:
    columns = _of_types(table, ("text", "integer"))
    columns = [column for column in columns if column.nullable]
    if not columns:
        return None
    column = choose.one(columns)
    kinds = ["is null", "is not null"]
    kinds += ["=", "<>", "= or null"] if column.type == "text" else [">", ">"]
    kind = choose.one(kinds)
    value = ""
    if kind == ">":
        value = str(choose.number(0, 15))
    elif kind in ("=", "<>", "= or null"):
        texts = {row[table.number(column.name)] for row in table.rows}
        # The macros indent what they are given, line breaks inside a literal too.
        values = sorted(text for text in texts if text and "\n" not in text)
        value = choose.one(values) if values else "none"
    return Condition(column.name, kind, value)
