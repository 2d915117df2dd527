"""References whose target another column names: subject_type and subject_id, content types.

A discriminator's values are read where they name a table; only those are written, because the
reference needs them in its condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Identifier, Literal

from tdm.scaffold.catalog import Catalog, Column, Table
from tdm.scaffold.discover.candidates import source_of
from tdm.scaffold.discover.comparing import family
from tdm.scaffold.discover.inclusion import quietly
from tdm.scaffold.discover.likeness import IDS, Vocabulary, own_words
from tdm.scaffold.discover.model import Candidate, Key, Likeness, Source
from tdm.scaffold.names import singular, sql_name, words

_KINDS = frozenset("type kind class table model entity".split())
_TABLE_NAMES = frozenset("tablename model modelname entityname classname table entity".split())
_ROW_IDS = ("row", "record", "object", "entity", "target", "ref", "item")
_MOST = 60
"""A column of more distinct values is no discriminator."""

_BY_TYPE = Likeness(96, "another column names the table")


def of_discriminators(connection: Connection[Any], known: Vocabulary) -> list[Candidate]:
    """Candidates of polymorphic pairs: one for each discriminator value that names a table."""
    found: list[Candidate] = []
    for table in known.catalog.tables.values():
        if not table.rows:
            continue
        for discriminator, column in _pairs(known.catalog, table):
            for value in _values(connection, table, discriminator):
                for target in _named(known, table, value):
                    where = f"x.{sql_name(discriminator.name)} = {_literal(value)}"
                    found += _to_keys(known, table, column, target, where)
    return found


def of_content_types(connection: Connection[Any], known: Vocabulary) -> list[Candidate]:
    """Candidates of Django's generic foreign keys: content types are rows of a table."""
    found: list[Candidate] = []
    for types in known.catalog.tables.values():
        key = next((k for k in known.keys_of[types.id] if k.primary), None)
        if key is None or not {"app_label", "model"} <= {c.name for c in types.columns}:
            continue
        for table in known.catalog.tables.values():
            for kind_column, column in _generic_pairs(table, types.column(key.columns[0])):
                declared = _targets(known.catalog, table, kind_column.name)
                if not declared:
                    found += _to_types(table, kind_column, key)
                if declared <= {types.id}:
                    for app, model in _models(connection, table, kind_column, types, key):
                        found += _to_model(
                            known, table, kind_column, column, types, key, app, model
                        )
    return found


def _pairs(catalog: Catalog, table: Table) -> Iterator[tuple[Column, Column]]:
    """Discriminators with the column that holds the key."""
    taken = {r.columns[0] for r in catalog.references_from.get(table.id, ()) if len(r.columns) == 1}
    ids: dict[tuple[str, ...], Column] = {}
    for column in table.columns:
        name = words(column.name)
        if len(name) > 1 and name[-1] in IDS and family(column.type) and column.name not in taken:
            ids[tuple(name[:-1])] = column
    for column in table.columns:
        kind = family(column.type)
        if not (kind == "text" or kind.startswith("enum ")) or column.name in taken:
            continue
        if column.distinct is not None and column.distinct > _MOST:
            continue
        parts = tuple(words(column.name))
        own = tuple(own_words(table, column.name))
        if len(parts) > 1 and parts[-1] in _KINDS and parts[:-1] in ids:
            yield column, ids[parts[:-1]]
        elif len(parts) > 2 and parts[-2:] == ("table", "name") and parts[:-2] in ids:
            yield column, ids[parts[:-2]]
        elif parts in ids:
            yield column, ids[parts]
        elif "".join(own) in _TABLE_NAMES | {f"{row}type" for row in _ROW_IDS}:
            generic = [ids[(row,)] for row in _ROW_IDS if (row,) in ids]
            if len(generic) == 1:
                yield column, generic[0]


def _values(connection: Connection[Any], table: Table, column: Column) -> list[str]:
    """The few values of a discriminator; nothing where there are many."""
    only = SQL("only ") if table.children else SQL("")
    name = Identifier(column.name)
    query = SQL(
        "select {name}::text from {only}{table} where {name} is not null group by 1"
        " order by count(*) desc, 1 limit {most}"
    ).format(
        name=name,
        only=only,
        table=Identifier(table.schema, table.name),
        most=Literal(_MOST + 1),
    )
    rows = quietly(connection, query) or []
    return [text for (text,) in rows] if len(rows) <= _MOST else []


def _named(known: Vocabulary, table: Table, value: str) -> list[str]:
    """The tables that a discriminator value names: order, App\\Models\\Order, shop.order."""
    pieces = [piece for piece in _pieces(value) if piece]
    if not pieces:
        return []
    last = "".join(singular(word) for word in words(pieces[-1]))
    found = {name for name, short in known.tables.get(last, ())}
    # The whole value may be the table's name as well: contacts.person for contacts_person.
    joined = "".join(singular(word) for piece in pieces for word in words(piece))
    whole = {name for name, _ in known.tables.get(joined, ())}
    if whole:
        return sorted(whole)
    before = {piece.lower() for piece in pieces[:-1]}
    schemas = {name for name in found if known.catalog.tables[name].schema.lower() in before}
    exact = {name for name in found if known.names_of[name][0] == last}
    own = {name for name in found if known.catalog.tables[name].schema == table.schema}
    for narrower in (schemas, exact & own, exact, own):
        if narrower:
            return sorted(narrower)
    return sorted(found)


def _pieces(value: str) -> list[str]:
    for sign in ("\\", "::", "/", ":", "#"):
        value = value.replace(sign, ".")
    return value.split(".")


def _to_keys(
    known: Vocabulary, table: Table, column: Column, target: str, where: str
) -> Iterator[Candidate]:
    """Candidates for every key of a table that the column's values can be compared with."""
    kind = family(column.type)
    for place, key in enumerate(known.keys_of[target]):
        wanted = family(known.catalog.tables[target].column(key.columns[0]).type)
        source = source_of(table.id, column.name, kind, wanted)
        if source and key.columns != (column.name,):
            yield Candidate(
                replace(source, where=where),
                key,
                Likeness(_BY_TYPE.strength - min(place, 5), _BY_TYPE.why),
            )


def _generic_pairs(table: Table, key: Column) -> Iterator[tuple[Column, Column]]:
    """Columns that hold a content type, with the column that holds the object's key."""
    columns = {tuple(words(column.name)): column for column in table.columns}
    for parts, column in columns.items():
        if parts[-2:] != ("type", "id") or column.type.plain.name != key.type.plain.name:
            continue
        before = parts[:-2]
        if before and before[-1] == "content":
            other = columns.get((*before[:-1], "object", "id"))
        else:
            other = columns.get((*before, "id")) if before else None
        if other is not None and family(other.type):
            yield column, other


def _targets(catalog: Catalog, table: Table, column: str) -> set[str]:
    """What a column points at already."""
    return {r.to for r in catalog.references_from.get(table.id, ()) if r.columns == (column,)}


def _to_types(table: Table, column: Column, key: Key) -> Iterator[Candidate]:
    value = f"x.{sql_name(column.name)}"
    source = Source(table.id, (column.name,), (value,), value=value)
    yield Candidate(source, key, Likeness(88, "it holds the content type of another column"))


def _models(
    connection: Connection[Any], table: Table, column: Column, types: Table, key: Key
) -> list[tuple[str, str]]:
    """Application and model of the content types that a column holds."""
    query = SQL(
        "select distinct t.app_label::text, t.model::text from {types} as t"
        " where t.{key} in (select {column} from {table}) order by 1, 2 limit {most}"
    ).format(
        types=Identifier(types.schema, types.name),
        key=Identifier(key.columns[0]),
        column=Identifier(column.name),
        table=Identifier(table.schema, table.name),
        most=Literal(4 * _MOST),
    )
    return [(app, model) for app, model in quietly(connection, query) or []]


def _to_model(
    known: Vocabulary,
    table: Table,
    kind_column: Column,
    column: Column,
    types: Table,
    key: Key,
    app: str,
    model: str,
) -> Iterable[Candidate]:
    """Candidates for the table of one model, which Django calls app_model."""
    name = f"{app}_{model}".lower()
    targets = [
        other
        for other, target in known.catalog.tables.items()
        if target.schema == types.schema and target.name.lower() == name
    ]
    place = f"{sql_name(types.schema)}.{sql_name(types.name)}"
    where = (
        f"x.{sql_name(kind_column.name)} = (select t.{sql_name(key.columns[0])} from {place} as t"
        f" where t.app_label = {_literal(app)} and t.model = {_literal(model)})"
    )
    for target in targets:
        yield from _to_keys(known, table, column, target, where)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
