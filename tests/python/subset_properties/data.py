"""Rows for drawn tables: keys first, then references from skewed picks, NULLs and orphans."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from subset_properties.schema import Column, Constraint, Edge, Reader, Row, Service, Table, Text
from subset_properties.values import same

Values = dict[str, Text]

_WORDS = [
    "ann",
    "Bob",
    "it's",
    "ünï",
    "a|b",
    "|",
    "",
    " lead",
    'say "hi"',
    "名",
    "x\ny",
    "{a}",
    "\\",
]


def filled(
    randoms: random.Random, tables: tuple[Table, ...], edges: list[Edge], sizes: list[int]
) -> tuple[Table, ...]:
    """The tables with rows.

    Identifying references (columns of a key that point at an earlier table) are picked while keys
    are made; all others when every key stands, so that cycles need no special care.
    """
    rows: dict[str, list[Values]] = {}
    for table, size in zip(tables, sizes, strict=True):
        own = [e for e in edges if e.child == table.id and set(e.columns) & set(table.key)]
        rows[table.id] = _keyed(randoms, table, [e for e in own if e.parent in rows], rows, size)
    by_id = {table.id: table for table in tables}
    for table in tables:
        for row in rows[table.id]:
            for column in table.columns:
                if column.name not in row and not _is_read(table, column, edges):
                    row[column.name] = _value(randoms, column)
    for table in tables:
        _switch(randoms, table, [edge for edge in edges if edge.child == table.id], rows[table.id])
        for edge in edges:
            if edge.child == table.id:
                _point(randoms, table, by_id[edge.parent], edge, rows)
        for row in rows[table.id]:
            for column in table.columns:
                row.setdefault(column.name, _value(randoms, column))
    return tuple(
        replace(
            table,
            rows=tuple(tuple(row[c.name] for c in table.columns) for row in rows[table.id]),
        )
        for table in tables
    )


def _is_read(table: Table, column: Column, edges: list[Edge]) -> bool:
    """Whether a reference reads a column, or decides by it."""
    return any(
        edge.child == table.id
        and column.name in (*edge.columns, *(condition.column for condition in edge.where))
        for edge in edges
    )


def _switch(randoms: random.Random, table: Table, edges: list[Edge], rows: list[Values]) -> None:
    """Fill the columns that decide whether a reference holds."""
    values: dict[str, set[str]] = {}
    for edge in edges:
        for condition in edge.where:
            values.setdefault(condition.column, set()).add(condition.value or "on")
    for column, known in sorted(values.items()):
        for row in rows:
            row.setdefault(column, randoms.choice([*sorted(known) * 2, "other", None]))


def _keyed(
    randoms: random.Random,
    table: Table,
    identifying: list[Edge],
    rows: dict[str, list[Values]],
    size: int,
) -> list[Values]:
    """Rows with values in their keys and unique columns only."""
    made: list[Values] = []
    constraints = [set(columns) for columns in (table.primary, *table.unique) if columns]
    taken: list[set[tuple[Text, ...]]] = [set() for _ in constraints]
    for _ in range(size):
        for _attempt in range(6):
            row: Values = {}
            for edge in identifying:
                _pick(randoms, edge, rows[edge.parent], row)
            for column in table.columns:
                in_key = any(column.name in columns for columns in constraints)
                if in_key and column.name not in row:
                    row[column.name] = _key_value(randoms, table, column)
            values = [tuple(row[name] for name in sorted(columns)) for columns in constraints]
            if all(None in v or v not in t for v, t in zip(values, taken, strict=True)):
                for value, known in zip(values, taken, strict=True):
                    known.add(value)
                made.append(row)
                break
    return made


def _pick(randoms: random.Random, edge: Edge, parents: list[Values], row: Values) -> bool:
    """Let a row point at some row, agreeing with what is already set; skewed towards the first."""
    readers = list(zip(edge.readers, edge.to, strict=True))
    candidates = [
        parent
        for parent in parents
        if all(parent.get(to) is not None for to in edge.to)
        and all(
            parent[to] == (reader.argument if reader.kind == "constant" else row[reader.column])
            for reader, to in readers
            if reader.kind == "constant" or (reader.kind == "column" and reader.column in row)
        )
    ]
    if not candidates:
        return False
    skewed = int(len(candidates) * randoms.random() ** 2.5)
    parent = candidates[skewed]
    for reader, to in readers:
        if reader.kind == "constant":
            continue
        if reader.column not in row:
            others = [candidates[int(len(candidates) * randoms.random())][to] for _ in range(2)]
            row[reader.column] = _written(randoms, reader, parent[to], others)
    return True


def _point(
    randoms: random.Random,
    child: Table,
    parent: Table,
    edge: Edge,
    rows: dict[str, list[Values]],
) -> None:
    """Fill the columns of one reference in every row."""
    nulls = randoms.choice([0.0, 0.1, 0.3, 0.7])
    sloppy = edge.constraint is None or not edge.constraint.valid
    orphans = randoms.choice([0.0, 0.1, 0.3]) if sloppy else 0.0
    for row in rows[child.id]:
        open_columns = [name for name in edge.columns if name not in row]
        mine = all(_holds(c.kind, row.get(c.column), c.value) for c in edge.where)
        if not mine and edge.constraint is None:
            continue  # another reference of the same columns may fill them, else anything does
        if not mine and randoms.random() < 0.5:
            _orphan(randoms, edge, child, open_columns, row)
            continue
        nullable = [name for name in open_columns if child.column(name).nullable]
        if nullable and randoms.random() < nulls:
            # MATCH SIMPLE takes a row with some of its columns NULL
            for name in randoms.choice([nullable, nullable[:1]]):
                row[name] = None
        elif randoms.random() < orphans:
            _orphan(randoms, edge, child, open_columns, row)
        if not _pick(randoms, edge, rows[parent.id], row):
            open_columns = [name for name in edge.columns if name not in row]
            if all(child.column(name).nullable for name in open_columns):
                for name in open_columns:
                    row[name] = None
            else:
                _orphan(randoms, edge, child, open_columns, row)


def _holds(kind: str, text: Text, value: str) -> bool:
    if kind in ("is null", "is not null"):
        return (text is None) == (kind == "is null")
    if text is None:
        return kind == "= or null"
    return (text == value) == (kind != "<>")


def _orphan(
    randoms: random.Random, edge: Edge, child: Table, columns: list[str], row: Values
) -> None:
    """Values that point at nothing, or at nothing that can be read by the reference."""
    for reader in edge.readers:
        if reader.kind != "constant" and reader.column in columns and reader.column not in row:
            value = _any(randoms, reader.type)
            row[reader.column] = _written(randoms, reader, value, [])


def _written(randoms: random.Random, reader: Reader, value: Text, others: list[Text]) -> Text:
    """How the column of a reader has it that its row points at a value."""
    assert value is not None
    if reader.kind == "lower":
        shouted = value.isascii() and randoms.random() < 0.5
        return randoms.choice(["", " ", "  "]) + (value.upper() if shouted else value)
    if reader.kind == "cast":
        if reader.type == "uuid":
            return value.upper()
        return value if reader.type == "text" or randoms.random() < 0.7 else f" {value} "
    if reader.kind in ("json", "json_elements"):
        several = [value, *(other for other in others if other is not None)]
        documents = [_document(randoms, reader, one) for one in several]
        if reader.kind == "json":
            return json.dumps(documents[0])
        documents += randoms.choice([[], [{}], [{"other": None}]])
        return json.dumps(documents[: randoms.randint(1, len(documents))])
    if reader.kind == "column" and reader.type == "numeric" and "." in value:
        return value + randoms.choice(["", "0"])  # equal, and written otherwise
    if reader.kind == "array":
        with_null: list[Text] = randoms.choice([[], [None]])
        return "{" + ",".join(_element(one) for one in [value, *others, *with_null]) + "}"
    return value


def _document(randoms: random.Random, reader: Reader, value: str) -> object:
    whole = reader.type in ("bigint", "integer") and randoms.random() < 0.5
    inner: object = int(value) if whole else value
    for name in reversed(reader.argument.split(".")):
        inner = {name: inner, "more": 1}
    return inner


def _element(value: Text) -> str:
    if value is None:
        return "NULL"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _key_value(randoms: random.Random, table: Table, column: Column) -> Text:
    by = table.partitions
    while by:
        if column.name == by.column:
            return randoms.choice([*by.values, *(["elsewhere", "Else 2"] if by.default else [])])
        by = by.within
    if column.nullable and randoms.random() < 0.2:
        return None
    return _any(randoms, column.type)


def _any(randoms: random.Random, kind: str) -> str:
    """A value of a type that keys have, as PostgreSQL prints it."""
    makers: dict[str, Callable[[], str]] = {
        "integer": lambda: str(randoms.randint(-3, 400)),
        "bigint": lambda: str(
            randoms.choice([randoms.randint(1, 300), 10**12 + randoms.randint(0, 99)])
        ),
        "uuid": lambda: str(uuid.UUID(int=randoms.getrandbits(128))),
        "date": lambda: str(date(2020, 1, 1) + timedelta(randoms.randint(0, 700))),
        "numeric(12,2)": lambda: (
            f"{randoms.randint(-50, 900)}.{randoms.choice(['00', '10', '25'])}"
        ),
        "numeric": lambda: str(randoms.randint(0, 900)),
    }
    if kind in makers:
        return makers[kind]()
    return f"{randoms.choice(_WORDS)}{randoms.randint(1, 200)}"


def _value(randoms: random.Random, column: Column) -> Text:
    """A value of a column that points nowhere."""
    if column.nullable and randoms.random() < 0.15:
        return None
    start = datetime(2024, 1, 1)
    makers: dict[str, Callable[[], str]] = {
        # no cast to anything else may ever see these
        "text": lambda: randoms.choice(["ann", "bob", "ann", "Cy", "", "new", "done", "ünï"]),
        "integer": lambda: str(randoms.randint(-5, 20)),
        "timestamp without time zone": lambda: str(
            start + timedelta(days=randoms.randint(0, 30), hours=randoms.choice([0, 12]))
        ),
        "date": lambda: str((start + timedelta(days=randoms.randint(0, 30))).date()),
        "boolean": lambda: randoms.choice(["t", "f"]),
        "jsonb": lambda: json.dumps({"a": randoms.randint(0, 9), "b": [1, None, "x"]}),
        "text[]": lambda: '{a,NULL,"b c"}',
        "bytea": lambda: "\\x" + randoms.randbytes(4).hex(),
    }
    if column.type.endswith("[]") and column.type not in makers:
        return "{" + _element(_any(randoms, column.type[:-2])) + "}"
    return makers[column.type]() if column.type in makers else _any(randoms, column.type)


def fitting(service: Service) -> tuple[Edge, ...]:
    """References with the constraints that their rows allow.

    Where rows are orphans a foreign key is NOT VALID, or none where it cannot be that; where some
    of its columns are NULL and others not it is MATCH SIMPLE.
    """
    found = []
    for edge in service.edges:
        child, parent = service.table(edge.child), service.table(edge.parent)
        constraint = edge.constraint
        if constraint is None:
            found.append(edge)
            continue
        by_partition = constraint.to_partition or constraint.from_partition
        divided = child.partitions and child.partitions.level(constraint.from_partition)
        if by_partition and edge.child == edge.parent:  # PostgreSQL refuses those
            found.append(replace(edge, constraint=None))
            continue
        numbers = [child.number(reader.column) for reader in edge.readers if reader.column]
        targets = [parent.number(column) for column in edge.to]
        types = [parent.column(column).type for column in edge.to]
        held = {
            same(types, value)
            for row in parent.rows
            if None not in (value := tuple(row[n] for n in targets))
        }
        mixed = orphans = False
        for row in child.rows:
            if constraint.from_partition and not _in_partition(child, row, constraint):
                continue
            value = tuple(row[n] for n in numbers)
            mixed |= 0 < value.count(None) < len(value)
            whole = (*value, *constraint.to_partition)
            orphans |= None not in value and same(types, whole) not in held
        if orphans and divided:  # before PostgreSQL 18 these are valid, or are not
            found.append(replace(edge, constraint=None))
        else:
            fits = replace(
                constraint,
                match_full=constraint.match_full and not mixed,
                valid=bool(divided) or (constraint.valid and not orphans),
            )
            found.append(replace(edge, constraint=fits))
    return tuple(found)


def _in_partition(table: Table, row: Row, constraint: Constraint) -> bool:
    assert table.partitions is not None
    return all(
        _holds(condition.kind, row[table.number(condition.column)], condition.value)
        for condition in table.partitions.conditions(constraint.from_partition)
    )
