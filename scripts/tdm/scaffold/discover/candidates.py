"""References that somebody could have meant, from names and types; no row is read here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from tdm.scaffold.catalog import Catalog, Column, Reference, Table, Type
from tdm.scaffold.discover.comparing import family, term
from tdm.scaffold.discover.likeness import (
    IDS,
    Vocabulary,
    from_comment,
    likely,
    one_of,
    own_words,
    take_apart,
)
from tdm.scaffold.discover.model import (
    Candidate,
    Key,
    Likeness,
    Source,
    declared_keys,
    single_keys,
)
from tdm.scaffold.names import singular, sql_name

BY_VALUES = Likeness(45, "its values are keys there")
"""No name says so, but values of this kind do not meet by chance."""

_WIDEST = 4
"""Columns of a composite key that is looked for."""


def of_columns(known: Vocabulary) -> list[Candidate]:
    """Candidates of columns that are no reference yet, arrays of keys among them."""
    found: list[Candidate] = []
    for table in known.catalog.tables.values():
        taken = _referencing(known.catalog, table)
        for column in table.columns:
            if column.name in taken:
                continue
            found += _of_column(known, table, column)
    return found


def of_values(known: Vocabulary, named: Iterable[Candidate]) -> list[Candidate]:
    """Candidates that no name suggests: uuid and text columns, arrays of such, and every key of
    that family.

    Args:
        known: the names of the database.
        named: candidates that names suggest, which are left out.
    """
    have = {(c.source.table, c.source.columns, c.key) for c in named}
    keys = homes(known)
    found = []
    for name, table in known.catalog.tables.items():
        taken = _referencing(known.catalog, table)
        own = {key.columns[0] for key in known.keys_of[name]}
        for column in table.columns:
            element = _element(column)
            kind = family(element or column.type)
            if column.name in taken or not _telling(column, kind):
                continue
            if column.name in own and (kind != "uuid" or column.default):
                continue  # made here
            for key, its in keys:
                if key.table == name or (name, (column.name,), key) in have:
                    continue
                if its == kind or (kind == "text" and its == "uuid"):
                    source = _source(table, column, kind, its)
                    if source:
                        found.append(Candidate(source, key, BY_VALUES))
    return found


def homes(known: Vocabulary) -> list[tuple[Key, str]]:
    """The keys that anything may point at whatever its name, each with its family."""
    pointing = {(r.table, r.columns[0]) for r in known.catalog.references if len(r.columns) == 1}
    return [
        (key, family(known.catalog.tables[key.table].column(key.columns[0]).type))
        for found in known.keys_of.values()
        for key in found
        # What is a reference itself is never where a key lives.
        if key.declared and (key.table, key.columns[0]) not in pointing
    ]


def of_pairs(known: Vocabulary) -> list[Candidate]:
    """Candidates of several columns for composite keys, found by the names of the columns."""
    catalog = known.catalog
    existing = {
        (r.table, r.to, frozenset(zip(r.columns, r.to_columns, strict=True)))
        for r in catalog.references
        if r.plain
    }
    tails = _tails(catalog)
    found = []
    for target in catalog.tables.values():
        for key in declared_keys(target):
            if not 2 <= len(key.columns) <= _WIDEST:
                continue
            ends = [tails.get(tuple(own_words(target, wanted)), {}) for wanted in key.columns]
            for name in sorted(set.intersection(*(set(end) for end in ends))):
                table = catalog.tables[name]
                for columns in _paired(known, table, target, key, [end[name] for end in ends]):
                    pair = frozenset(zip(columns, key.columns, strict=True))
                    if (name, target.id, pair) in existing:
                        continue
                    terms = tuple(f"x.{sql_name(column)}" for column in columns)
                    # A key here as well: two link tables of the same two, perhaps.
                    sibling = any(set(k.columns) == set(columns) for k in declared_keys(table))
                    like = Likeness(55 if sibling else 92, "its columns have the key's names")
                    found.append(Candidate(Source(name, columns, terms), key, like))
    return found


_Named = tuple[tuple[str, ...], Column]
"""A column with the words before the part of its name that was looked for."""


def _tails(catalog: Catalog) -> dict[tuple[str, ...], dict[str, list[_Named]]]:
    """The columns of every table by each end of their names: line no and no for `old_line_no`."""
    found: dict[tuple[str, ...], dict[str, list[_Named]]] = {}
    for name, table in catalog.tables.items():
        for column in table.columns:
            parts = tuple(own_words(table, column.name))
            for start in range(len(parts)):
                by_table = found.setdefault(parts[start:], {})
                by_table.setdefault(name, []).append((parts[:start], column))
    return found


def source_of(
    table: str,
    column: str,
    kind: str,
    wanted: str,
    value: str = "",
    *,
    label: str = "",
    many: bool = False,
) -> Source | None:
    """A source that compares with a key of the wanted family; None where that cannot be.

    Args:
        table: the table.
        column: its column.
        kind: the family of the value.
        wanted: the family of the key.
        value: SQL of the value where that is not the column itself.
        label: what people call that value.
        many: whether it returns a set.
    """
    bare = f"x.{sql_name(column)}"
    sql = term(value or bare, kind, wanted)
    if sql is None:
        return None
    return Source(
        table,
        (column,),
        (sql,),
        plain=sql == bare,
        many=many,
        value=value or bare,
        label=label or column,
    )


def _of_column(known: Vocabulary, table: Table, column: Column) -> Iterator[Candidate]:
    element = _element(column)
    compared = element or column.type
    kind = family(compared)
    if not kind:
        return
    parts = own_words(table, column.name)
    if element:
        parts = one_of(parts)
    keys = likely(known, table, parts, kind, compared.plain.name)
    for key, likeness in from_comment(known, table, column).items():
        if key not in keys or keys[key].strength < likeness.strength:
            keys[key] = likeness
    for key, likeness in keys.items():
        if key.table == table.id and _same_column(table, key.columns[0], column.name):
            continue
        wanted = family(known.catalog.tables[key.table].column(key.columns[0]).type)
        if kind != wanted and (likeness.strength < 60 or take_apart(parts).ending not in IDS):
            continue  # a cast needs a good reason
        source = _source(table, column, kind, wanted)
        if source:
            yield Candidate(source, key, likeness)


def _element(column: Column) -> Type | None:
    """The type of an array's elements; None for what is no array."""
    plain = column.type.plain
    return plain.element if plain.kind == "array" else None


def _source(table: Table, column: Column, kind: str, wanted: str) -> Source | None:
    """A column, or the elements of an array, as it compares with keys of a family."""
    if _element(column) is None:
        return source_of(table.id, column.name, kind, wanted)
    value, label = f"unnest(x.{sql_name(column.name)})", f"{column.name}[*]"
    return source_of(table.id, column.name, kind, wanted, value, label=label, many=True)


def _same_column(table: Table, one: str, other: str) -> bool:
    """Whether two columns are the same, or one is computed from the other."""
    return (
        one == other
        or one in table.column(other).built_from
        or other in table.column(one).built_from
    )


def _referencing(catalog: Catalog, table: Table) -> set[str]:
    """Columns that are a reference by themselves already, in all rows or in some."""
    return {
        r.columns[0] for r in catalog.references_from.get(table.id, ()) if len(r.columns) == 1
    } - {r.columns[0] for r in _documents(catalog, table)}


def _documents(catalog: Catalog, table: Table) -> list[Reference]:
    """References out of documents: one column can hold many."""
    return [
        r
        for r in catalog.references_from.get(table.id, ())
        if len(r.columns) == 1 and table.column(r.columns[0]).type.plain.name in ("json", "jsonb")
    ]


def _telling(column: Column, kind: str) -> bool:
    """Whether values of this kind do not meet by chance: they are long and many."""
    if kind == "uuid":
        return column.filled is None or bool(column.filled)
    return kind == "text" and (column.distinct or 0) >= 30


def _paired(
    known: Vocabulary, table: Table, target: Table, key: Key, ends: list[list[_Named]]
) -> list[tuple[str, ...]]:
    """The columns of a table that could stand for a composite key, in the key's order."""
    names = known.names_of[target.id]
    own = {key.columns for key in single_keys(table)}
    options: list[list[tuple[tuple[str, ...], str]]] = []
    for wanted, end in zip(key.columns, ends, strict=True):
        generic = not take_apart(own_words(target, wanted)).stem
        fitting = []
        for before, column in end:
            if (column.name,) in own or not _comparable(column, target.column(wanted)):
                continue
            named = next(
                (
                    before[:start]
                    for start in range(len(before))
                    if "".join(map(singular, before[start:])) in names
                ),
                None,
            )
            if named is not None:
                fitting.append((named, column.name))
            elif not generic:
                fitting.append((before, column.name))
        options.append(fitting)
    if not all(options):
        return []
    found = []
    for choice in product(*(option[:6] for option in options)):
        columns = tuple(column for _, column in choice)
        prefixes = {prefix for prefix, _ in choice if prefix}
        if len(prefixes) > 1 or len(set(columns)) < len(columns):
            continue
        if prefixes and not any(prefix and _is_id(table, name) for prefix, name in choice):
            continue
        if table.id == target.id and (not prefixes or columns == key.columns):
            continue
        found.append(columns)
    return found[:4]


def _is_id(table: Table, column: str) -> bool:
    return take_apart(own_words(table, column)).ending in IDS


def _comparable(column: Column, wanted: Column) -> bool:
    kind = family(column.type)
    if kind:
        return kind == family(wanted.type)
    return column.type.plain.name == wanted.type.plain.name
