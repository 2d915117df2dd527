"""Keys inside documents: which paths of a jsonb column hold values that look like references.

Paths are read from a sample. A path counts only where its names could be those of a schema and
several documents have it: names that are data themselves (an object by e-mail address) stay out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Composable, Identifier, Literal

from tdm.scaffold.catalog import Catalog, Column, Table
from tdm.scaffold.discover.candidates import source_of
from tdm.scaffold.discover.comparing import DIGITS, UUID, family
from tdm.scaffold.discover.inclusion import quietly
from tdm.scaffold.discover.likeness import IDS, Vocabulary, likely, take_apart
from tdm.scaffold.discover.model import Candidate
from tdm.scaffold.names import singular, sql_name, words

DOCUMENTS = 1_000
"""Documents of a column whose paths are looked at."""

_DEEP = 6
_ELEMENTS = 20
_ELEMENT = "[*]"


@dataclass(frozen=True)
class _Path:
    """A way into documents, and what stands at its end."""

    steps: tuple[str, ...]
    documents: int
    numbers: int
    digits: int
    uuids: int
    texts: int


def of_documents(connection: Connection[Any], known: Vocabulary) -> list[Candidate]:
    """Candidates of keys inside json and jsonb columns."""
    found: list[Candidate] = []
    for table in known.catalog.tables.values():
        for column in table.columns:
            if table.rows and column.type.plain.name in ("json", "jsonb"):
                for path in _paths(connection, table, column):
                    found += _of_path(known, table, column, path)
    return found


def _of_path(known: Vocabulary, table: Table, column: Column, path: _Path) -> Iterator[Candidate]:
    parts = _words(path.steps)
    copied = {"".join(words(c.name)) for c in table.columns}
    if not parts or _declared(known.catalog, table, column, path):
        return
    if len(path.steps) == 1 and "".join(parts) in copied:
        return  # what the row holds beside the document needs no second reference
    kinds = []
    if path.numbers or path.digits:
        kinds.append("number")
    if path.uuids:
        kinds.append("uuid")
    if path.texts or path.digits or path.uuids:
        kinds.append("text")
    many = _ELEMENT in path.steps
    value = _value(column, path.steps)
    label = f"{column.name}.{'.'.join(path.steps)}".replace(".[", "[")
    named = {key for kind in kinds for key in likely(known, table, parts, kind, "int8")}
    for key in sorted(named, key=lambda k: (k.table, k.columns)):
        wanted = family(known.catalog.tables[key.table].column(key.columns[0]).type)
        if wanted not in kinds:
            continue
        likeness = likely(known, table, parts, wanted, "int8").get(key)
        if likeness is None or likeness.strength < 60:
            continue
        if wanted == "text" and take_apart(parts).ending in IDS and not path.texts:
            continue
        source = source_of(table.id, column.name, "text", wanted, value, label=label, many=many)
        if source:
            yield Candidate(source, key, likeness)


def _declared(catalog: Catalog, table: Table, column: Column, path: _Path) -> bool:
    """Whether somebody declared this path already, in whatever words."""
    last = [step for step in path.steps if step != _ELEMENT][-1]
    return any(
        r.columns == (column.name,) and any(last in sql for sql in r.expression)
        for r in catalog.references_from.get(table.id, ())
    )


def _words(steps: tuple[str, ...]) -> list[str]:
    """The words that name what stands at the end of a path."""
    names = [step for step in steps if step != _ELEMENT]
    last = words(names[-1])
    if steps[-1] == _ELEMENT and last:  # an array of keys
        last = [*last[:-1], last[-1].removesuffix("s") if len(last[-1]) <= 5 else last[-1]]
        last = [*last[:-1], singular(last[-1])]
    taken = take_apart(last)
    if not taken.stem and len(names) > 1:  # {"order": {"id": …}}
        above = words(names[-2])
        last = [*above[:-1], singular(above[-1]), *last] if above else last
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


def _paths(connection: Connection[Any], table: Table, column: Column) -> list[_Path]:
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
    return [_Path(tuple(steps), *numbers) for steps, *numbers in rows]


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
where steps <> array['[*]']
group by steps
having
    count(distinct place) >= least(3, (select count(*) from documents))
    and count(distinct place) >= 0.01 * (select count(*) from documents)
order by steps
limit 500
"""
