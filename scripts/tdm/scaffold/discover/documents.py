"""Keys inside documents: which paths of a jsonb column hold values that look like references.

Paths are read from a sample. A path counts only where its names could be those of a schema and
several documents have it: names that are data themselves (an object by e-mail address) stay out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Composable, Identifier, Literal

from tdm.scaffold.catalog import Catalog, Column, Table
from tdm.scaffold.discover.candidates import BY_VALUES, homes, source_of
from tdm.scaffold.discover.comparing import DIGITS, UUID, family
from tdm.scaffold.discover.inclusion import quietly
from tdm.scaffold.discover.likeness import IDS, Vocabulary, likely, one_of, take_apart
from tdm.scaffold.discover.model import Candidate, Key, Source
from tdm.scaffold.names import sql_name, words
from tdm.scaffold.paths import ELEMENT, in_document

DOCUMENTS = 1_000
"""Documents of a column whose paths are looked at."""

_DEEP = 6
_ELEMENTS = 20
_ELEMENT = "[*]"


@dataclass(frozen=True)
class Path:
    """A way into the documents of a column, and what stands at its end."""

    table: Table
    column: Column
    steps: tuple[str, ...]
    documents: int
    numbers: int
    digits: int
    uuids: int
    texts: int

    @property
    def kinds(self) -> list[str]:
        """The families of what stands there: a text can spell a number or a uuid."""
        found = {
            "number": self.numbers or self.digits,
            "uuid": self.uuids,
            "text": self.texts or self.digits or self.uuids,
        }
        return [kind for kind, any_ in found.items() if any_]

    def source(self, wanted: str) -> Source | None:
        """What stands there, as it compares with a key of a family."""
        label = f"{self.column.name}.{'.'.join(self.steps)}".replace(".[", "[")
        value = _value(self.column, self.steps)
        many = _ELEMENT in self.steps
        return source_of(
            self.table.id, self.column.name, "text", wanted, value, label=label, many=many
        )


def paths_of(connection: Connection[Any], known: Vocabulary) -> list[Path]:
    """The paths of all json and jsonb columns that nobody has declared as references."""
    return [
        path
        for table in known.catalog.tables.values()
        for column in table.columns
        if table.rows and column.type.plain.name in ("json", "jsonb")
        for path in _paths(connection, table, column)
        if not _declared(known.catalog, path) and not _copied(path)
    ]


def of_documents(known: Vocabulary, paths: Iterable[Path]) -> list[Candidate]:
    """Candidates of keys inside documents that names suggest."""
    return [candidate for path in paths for candidate in _of_path(known, path)]


def of_values(
    known: Vocabulary, paths: Iterable[Path], named: Iterable[Candidate]
) -> list[Candidate]:
    """Candidates that no name suggests: texts and uuids in documents, and every key of that family.

    Args:
        known: the names of the database.
        paths: ways into documents.
        named: candidates that names suggest, which are left out.
    """
    have = {(c.source, c.key) for c in named}
    keys = homes(known)
    found = []
    for path in paths:
        for key, its in keys:
            likely_kind = its == "uuid" if path.uuids > path.texts else its == "text"
            source = path.source(its) if likely_kind and its in path.kinds else None
            if source and key.table != path.table.id and (source, key) not in have:
                found.append(Candidate(source, key, BY_VALUES))
    return found


def _of_path(known: Vocabulary, path: Path) -> Iterator[Candidate]:
    parts, kinds = _words(path), path.kinds
    named = {key for kind in kinds for key in likely(known, path.table, parts, kind, "int8")}
    for key in sorted(named, key=lambda k: (k.table, k.columns)):
        wanted = _family(known, key)
        if wanted not in kinds:
            continue
        likeness = likely(known, path.table, parts, wanted, "int8").get(key)
        if likeness is None or likeness.strength < 60:
            continue
        if wanted == "text" and take_apart(parts).ending in IDS and not path.texts:
            continue
        source = path.source(wanted)
        if source:
            yield Candidate(source, key, likeness)


def _family(known: Vocabulary, key: Key) -> str:
    return family(known.catalog.tables[key.table].column(key.columns[0]).type)


def _copied(path: Path) -> bool:
    """Whether the row holds the same beside the document: that needs no second reference."""
    beside = {"".join(words(column.name)) for column in path.table.columns}
    return len(path.steps) == 1 and path.steps[0] != _ELEMENT and "".join(_words(path)) in beside


def _declared(catalog: Catalog, path: Path) -> bool:
    """Whether somebody declared this path already, in whatever words."""
    names = [step for step in path.steps if step != _ELEMENT]
    return any(
        r.columns == (path.column.name,)
        and any(names[-1] in sql if names else _is_list(sql, path.column) for sql in r.expression)
        for r in catalog.references_from.get(path.table.id, ())
    )


def _is_list(expression: str, column: Column) -> bool:
    return set(in_document(expression, column.name) or ()) == {ELEMENT}


def _words(path: Path) -> list[str]:
    """The words that name what stands at the end of a path; the column's for a bare list."""
    names = [step for step in path.steps if step != _ELEMENT] or [path.column.name]
    last = words(names[-1])
    if path.steps[-1] == _ELEMENT:
        last = one_of(last)
    taken = take_apart(last)
    if not taken.stem and len(names) > 1:  # {"order": {"id": …}}
        above = words(names[-2])
        last = [*one_of(above), *last] if above else last
    return last


def _value(column: Column, steps: tuple[str, ...]) -> str:
    """SQL of the text at the end of a path; a set where the path leads through arrays."""
    document = f"x.{sql_name(column.name)}"
    if column.type.plain.name == "json":
        document = f"{document}::jsonb" if _ELEMENT in steps else document
    if _ELEMENT in steps:
        path = "$"
        for step in steps:
            path += step if step == _ELEMENT else f".{step}"
        return f"(jsonb_path_query({document}, '{path}') #>> '{{}}')"
    if len(steps) == 1:
        return f"({document} ->> '{steps[0]}')"
    return f"({document} #>> '{{{','.join(steps)}}}')"


def _paths(connection: Connection[Any], table: Table, column: Column) -> list[Path]:
    """The paths of a sample of documents that lead to numbers and texts."""
    name = Identifier(column.name)
    only = SQL("only ") if table.children else SQL("")
    share = min(100.0, 100.0 * 20 * DOCUMENTS / max(table.rows, 1))
    documents: Composable = SQL(
        "select row_number() over () as place, {}::jsonb as document"
        " from {}{} tablesample system ({}) repeatable (1) where {} is not null limit {}"
    ).format(
        name, only, Identifier(table.schema, table.name), Literal(share), name, Literal(DOCUMENTS)
    )
    query = SQL(_WALK).format(
        documents=documents,
        deep=Literal(_DEEP),
        elements=Literal(_ELEMENTS),
        digits=Literal(DIGITS),
        uuid=Literal(UUID),
    )
    rows = quietly(connection, query) or []
    return [Path(table, column, tuple(steps), *numbers) for steps, *numbers in rows]


_WALK = """
with recursive documents as ({documents}),
walked (place, steps, value) as (
    select place, array[]::text[], document from documents
    union all
    select walked.place, walked.steps || step.name, step.value
    from walked
    cross join lateral (
        select name, value
        from jsonb_each(
            case when jsonb_typeof(walked.value) = 'object' then walked.value else '{{}}' end
        ) as member (name, value)
        -- names that can be those of a schema
        where name ~ '^[A-Za-z_][A-Za-z0-9_]{{0,62}}$'
        union all
        (
            select '[*]', value
            from jsonb_array_elements(
                case when jsonb_typeof(walked.value) = 'array' then walked.value else '[]' end
            ) as element (value)
            limit {elements}
        )
    ) as step (name, value)
    where cardinality(walked.steps) < {deep}
),
ends as (
    select place, steps, jsonb_typeof(value) as kind, value #>> '{{}}' as text
    from walked
    where jsonb_typeof(value) in ('number', 'string') and cardinality(steps) > 0
)
select
    steps,
    count(distinct place),
    count(*) filter (where kind = 'number' and text ~ {digits}),
    count(*) filter (where kind = 'string' and text ~ {digits}),
    count(*) filter (where kind = 'string' and text ~ {uuid}),
    count(*) filter (where kind = 'string' and text !~ {digits} and text !~ {uuid})
from ends
group by steps
having
    count(distinct place) >= least(3, (select count(*) from documents))
    and count(distinct place) >= 0.01 * (select count(*) from documents)
order by steps
limit 500
"""
