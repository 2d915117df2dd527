"""What the models say they keep, read from dbt's manifest.

Every macro of `macros/subset` leaves a marker comment in the SQL that it renders (see
macros/engine/marker.sql), and the manifest has that SQL: what is read here cannot differ from what
runs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from tdm import manifest
from tdm.errors import TdmError

_MARKER = re.compile(r"/\* tdm (\{.*?\}) \*/")


@dataclass
class Owner:
    """One reason why rows of a table come along: a sampled row that they belong to."""

    table: str
    columns: list[str]
    to_columns: list[str]
    where: str | None = None
    at_most: int | None = None
    newest: str | None = None
    expression: list[str] | None = None


@dataclass
class End:
    """A table that link rows point at; they are kept when all their ends are."""

    table: str
    columns: list[str]
    to_columns: list[str]
    expression: list[str] | None = None


@dataclass
class Counted:
    """Rows that a root's budget counts beside its own."""

    table: str
    columns: list[str]
    where: str | None = None
    owned: list[Counted] = field(default_factory=list)


@dataclass
class Sample:
    """What a root says about its rows.

    Attributes:
        fraction: of all rows; None where only `also` or the budget decides.
        strata: columns or expressions.
        at_least: rows of every stratum.
        also: further rows, by union.
        budget: the number of rows that must suffice.
        counted: what the budget counts; None where the model does not say, and all that is owned
            is meant.
    """

    fraction: float | None
    strata: list[str] = field(default_factory=list)
    at_least: int = 1
    also: list[dict[str, Any]] = field(default_factory=list)
    budget: int | None = None
    counted: list[Counted] | None = None


@dataclass
class Table:
    """A source table as the models see it.

    Attributes:
        name: service.table, as the sources YAML has it.
        shown: schema.table, as production has it.
        relation: schema and table in production.
        only: other tables inherit from it, and their rows are not its own.
        mode: sampled (a root, owned by others or not), owned, referenced, whole, linked or empty.
        key: its key columns.
        sample: how it is sampled, where it is a root.
        owners: whose rows it follows.
        ends: what link rows point at.
        sampled: the relation of its sampled keys, where it has one.
        keys: the relation that has all its kept keys, where there is one.
        kept: the relation of its kept rows.
        pointed_at: whether rows are kept because a kept row points at them.
    """

    name: str
    shown: str
    relation: tuple[str, str]
    only: bool = False
    mode: str = "empty"
    key: list[str] = field(default_factory=list)
    sample: Sample | None = None
    owners: list[Owner] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    sampled: tuple[str, str] | None = None
    keys: tuple[str, str] | None = None
    kept: tuple[str, str] | None = None
    pointed_at: bool = False


@dataclass
class Reference:
    """A reference of the sources between two tables in scope, by their names there."""

    child: str
    columns: list[str]
    parent: str
    to_columns: list[str]
    constraint: str | None = None
    where: str | None = None
    expression: list[str] | None = None
    followed: bool = False


@dataclass
class Component:
    """Tables whose kept keys one fixpoint closes.

    Attributes:
        relation: its summary: members, passes, keys.
        members: member name to table name.
    """

    relation: tuple[str, str]
    members: dict[str, str] = field(default_factory=dict)


@dataclass
class Subset:
    """All of it; seeds are the files of lists by the relations that they become."""

    tables: dict[str, Table]
    references: list[Reference]
    components: list[Component]
    seeds: dict[str, str] = field(default_factory=dict)


def subset_of(graph: dict[str, Any]) -> Subset:
    """Read a manifest whose models are compiled.

    Args:
        graph: dbt's manifest.

    Returns:
        The source tables in scope, their references, and which tables are closed together.
    """
    tables = {name: table for name, table in map(_table, manifest.sources(graph))}
    models = sorted(
        (node for node in graph["nodes"].values() if node["resource_type"] == "model"),
        key=lambda node: str(node["name"]),
    )
    said = [(node, facts) for node in models for facts in [_markers(node)] if facts]
    relations: dict[str, str] = {}  # identifier of a model of ours -> the table whose rows it has
    components = [
        found
        for node, markers in said
        for found in [_places(tables, relations, node, markers)]
        if found
    ]
    for _, markers in said:
        _reasons(tables, relations, markers)
    for table in tables.values():
        if not table.pointed_at:
            table.keys = table.keys or table.sampled
    references = [
        reference for source in manifest.sources(graph) for reference in _references(source, tables)
    ]
    seeds = {
        str(node["relation_name"]): str(node["original_file_path"])
        for node in graph["nodes"].values()
        if node["resource_type"] == "seed"
    }
    return Subset(tables, references, components, seeds)


def find(subset: Subset, name: str) -> Table:
    """A table as somebody typed it: schema.table of production, or service.table of the sources.

    Raises:
        TdmError: there is none; names the nearest.
    """
    for table in subset.tables.values():
        if name == table.shown:
            return table
    if name in subset.tables:
        return subset.tables[name]
    shown = [table.shown for table in subset.tables.values()]
    near = get_close_matches(name, shown, n=1) or [t for t in shown if t.endswith(f".{name}")]
    hint = f" Did you mean {near[0]}?" if near else ""
    raise TdmError(f"The sources have no table {name}.{hint}")


def _table(source: dict[str, Any]) -> tuple[str, Table]:
    name = f"{source['source_name']}.{source['name']}"
    meta = manifest.meta(source)
    return name, Table(
        name=name,
        shown=f"{source['schema']}.{source['identifier']}",
        relation=(source["schema"], source["identifier"]),
        only=bool(meta.get("inherited")),
        key=list(meta.get("key") or []),
    )


def _markers(node: dict[str, Any]) -> list[dict[str, Any]]:
    found = map(json.loads, _MARKER.findall(node.get("compiled_code") or ""))
    return [facts for facts in found if isinstance(facts, dict)]


def _places(
    tables: dict[str, Table],
    relations: dict[str, str],
    node: dict[str, Any],
    markers: list[dict[str, Any]],
) -> Component | None:
    """Note which relation holds what of which table; a fixpoint is returned."""
    relation = (str(node["schema"]), str(node["alias"]))
    component = Component(relation)
    for facts in markers:
        kinds = [kind for kind in _KINDS if kind in facts and str(facts[kind]) in tables]
        if not kinds:
            continue
        table = tables[facts[kinds[0]]]
        place = relation
        if "member" in facts:
            component.members[facts["member"]] = table.name
            place = (relation[0], member_relation(relation[1], facts["member"]))
            table.keys = place
        elif kinds[0] in ("root", "owned") and facts.get("key"):
            table.sampled = place
        else:
            table.kept = place
        relations[place[1]] = table.name
    return component if component.members else None


_KINDS = ("root", "owned", "kept", "rows_of", "whole", "linked", "empty")


def member_relation(together: str, member: str) -> str:
    """The name of one member's key table: as `tdm.member_of` has it."""
    name = f"{together}__{member}"
    if len(name) > 55:
        name = f"{name[:38]}_{hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:16]}"
    return name


def _reasons(
    tables: dict[str, Table], relations: dict[str, str], markers: list[dict[str, Any]]
) -> None:
    """Note why rows are kept: roots, owners, ends, and the mode that follows."""
    current: Table | None = None
    for facts in markers:
        if facts.get("root") in tables:
            current = tables[facts["root"]]
            current.mode = "sampled"
            current.sample = _sample(facts)
        elif facts.get("owned") in tables:
            current = tables[facts["owned"]]
            current.mode = "sampled" if current.sample else "owned"
        elif facts.get("linked") in tables:
            current = tables[facts["linked"]]
            current.mode = "linked"
        elif "owner" in facts and current:
            current.owners.append(
                Owner(
                    relations.get(facts["owner"], ""),
                    facts["columns"] or [],
                    facts.get("to_columns") or facts["columns"],
                    facts.get("where"),
                    facts.get("at_most"),
                    facts.get("newest"),
                    facts.get("expression"),
                )
            )
        elif "end" in facts and current:
            current.ends.append(
                End(
                    relations.get(facts["end"], ""),
                    facts["columns"],
                    facts.get("to_columns") or facts["columns"],
                    facts.get("expression"),
                )
            )
        elif facts.get("kept") in tables:
            table = tables[facts["kept"]]
            table.mode = "referenced" if table.mode == "empty" else table.mode
            table.pointed_at = True
            table.key = table.key or list(facts.get("key") or [])
        elif facts.get("whole") in tables:
            tables[facts["whole"]].mode = "whole"


def _sample(facts: dict[str, Any]) -> Sample:
    counted = facts.get("counted")
    return Sample(
        fraction=facts.get("fraction"),
        strata=list(facts.get("strata") or []),
        at_least=int(facts.get("at_least") or 0),
        also=list(facts.get("also") or []),
        budget=facts.get("budget"),
        counted=None if counted is None else _counted(counted),
    )


def _counted(owned: list[dict[str, Any]]) -> list[Counted]:
    return [
        Counted(
            entry["table"], entry["columns"], entry.get("where"), _counted(entry.get("owned") or [])
        )
        for entry in owned
    ]


def _references(source: dict[str, Any], tables: dict[str, Table]) -> Iterator[Reference]:
    child = tables[f"{source['source_name']}.{source['name']}"]
    edges = manifest.meta(source).get("references") or []
    for edge in edges:
        if edge["to"] not in tables:
            continue  # out of scope, or unknown: dbt says so
        yield Reference(
            child.name,
            list(edge["columns"]),
            edge["to"],
            list(edge.get("to_columns") or edge["columns"]),
            edge.get("name"),
            edge.get("where"),
            edge.get("expression"),
            any([_follows(owner, edge, edges) for owner in child.owners]),
        )
    for owner in child.owners:
        if owner.table and not owner.columns:
            raise TdmError(
                f"{child.shown} declares no reference to {tables[owner.table].shown} by "
                f"({', '.join(owner.expression or [])}) → ({', '.join(owner.to_columns)}), but a "
                "model follows it. Declare it in the sources."
            )


def _follows(owner: Owner, edge: dict[str, Any], edges: list[dict[str, Any]]) -> bool:
    """Whether an owner goes along a reference; one by expression learns its columns from it.

    An owner may bring fewer rows than the reference has: its condition is that of the reference
    only where several references differ in nothing else.
    """
    if owner.table != edge["to"]:
        return False
    if owner.expression is None:
        return bool(owner.columns == edge["columns"])
    alike = [
        other.get("where")
        for other in edges
        if (other["to"], other.get("expression")) == (edge["to"], owner.expression)
    ]
    if owner.expression != edge.get("expression"):
        return False
    if owner.where in alike and owner.where != edge.get("where"):
        return False
    owner.columns = list(edge["columns"])
    return True
