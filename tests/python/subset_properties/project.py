"""A dbt project for services: sources and subset models as a person would write them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import md5
from pathlib import Path
from typing import Any

import yaml

from subset_properties.ddl import schema_name
from subset_properties.schema import (
    Budget,
    Condition,
    Counted,
    Edge,
    Follow,
    Listed,
    Matching,
    Reader,
    Sample,
    Service,
    Stratum,
    Table,
    Within,
    quoted,
)
from tdm.scaffold import graph, package

PROJECT = "properties"
TARGET = "staging_mask"

_PROFILES = """
properties:
  target: staging_mask
  outputs:
    staging_mask:
      type: postgres
      host: "{{ env_var('PGHOST') }}"
      port: "{{ env_var('PGPORT') | as_number }}"
      user: "{{ env_var('PGUSER') }}"
      password: ""
      dbname: "{{ env_var('PGDATABASE') }}"
      schema: staging_mask
      threads: 4
"""
_GATE_SHIM = """
{% materialization test, adapter='postgres' %}
    {{ return(tdm.materialization_test_postgres()) }}
{% endmaterialization %}
"""


def start(folder: Path, extra: dict[str, Any] | None = None) -> None:
    """Make a project without models: the package as it is now, a profile, settings.

    Args:
        folder: where; made.
        extra: further settings of models under the project's name.
    """
    folder.mkdir(parents=True)
    settings = {
        "name": PROJECT,
        "version": "0.1.0",
        "profile": PROJECT,
        "flags": {"send_anonymous_usage_stats": False},
        "vars": {"tdm_subset_as": "table"},
        "models": {
            PROJECT: {
                "+schema": "tdm",
                "subset": {"+schema": "subset", "+materialized": "subset", **(extra or {})},
            }
        },
        "seeds": {PROJECT: {"+schema": "tdm"}},
    }
    write(folder, "dbt_project.yml", yaml.safe_dump(settings, sort_keys=False))
    write(folder, "profiles.yml", _PROFILES)
    write(folder, "macros/tdm.sql", _GATE_SHIM)
    package.copy(folder)


def write(folder: Path, path: str, text: str) -> None:
    """Write one file of a project."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def write_services(folder: Path, services: Sequence[Service]) -> None:
    """A whole project for several services."""
    views = {slug(service): {"+meta": {"as": "view"}} for service in services if service.as_view}
    start(folder, views)
    for service in services:
        for path, text in files(service).items():
            write(folder, path, text)


def slug(service: Service, place: int = 0) -> str:
    """The service in dbt: source and folder."""
    return f"s{service.seed}" + ("b" if place else "")


def node(service: Service, name: str) -> str:
    """`service__table`."""
    return f"{slug(service, service.table(name).place)}__{name}"


def files(service: Service) -> dict[str, str]:
    """The files of one service by path: a sources file and the subset models."""
    folder = f"models/subset/{slug(service)}"
    found = {
        f"models/source/{slug(service)}.yml": yaml.safe_dump(
            _sources(service), sort_keys=False, allow_unicode=True, width=200
        )
    }
    writer = _Writer(service)
    for table in service.tables:
        for layer, text in writer.models(table).items():
            found[f"{folder}/{layer}_{node(service, table.id)}.sql"] = text
    for name, text in writer.groups().items():
        found[f"{folder}/{name}.sql"] = text
    return found | writer.lists


def key_tables(service: Service, name: str) -> list[str]:
    """The relations with keys of a table that say why."""
    writer = _Writer(service)
    table = service.table(name)
    found = [f"sampled_{node(service, name)}"] if writer.has_sampled(table) else []
    if name in writer.together:
        found.append(_member_of(writer.group(writer.together[name]), name))
    return found


def sampled_keys(service: Service, table: Table, sample: Sample) -> str:
    """A model with one sample of a table."""
    writer = _Writer(replace(service, samples={table.id: sample}, modes={table.id: "sampled"}))
    return writer.sampled(table)


def _member_of(group: str, member: str) -> str:
    """The relation that tdm.member_of gives."""
    name = f"{group}__{member}"
    digest = md5(name.encode(), usedforsecurity=False).hexdigest()
    return name if len(name) <= 55 else f"{name[:38]}_{digest[:16]}"


# ------------------------------------------------------------------------- sources


def _sources(service: Service) -> dict[str, Any]:
    return {
        "sources": [
            {
                "name": slug(service, place),
                "schema": schema_name(service, place),
                "tables": [
                    _source(service, table) for table in service.tables if table.place == place
                ],
            }
            for place in sorted({table.place for table in service.tables})
        ]
    }


def _source(service: Service, table: Table) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    if table.key:
        meta["key"] = list(table.key)
    if table.id in service.inherited:
        meta["inherited"] = True
    references = [
        _declared(service, number, edge)
        for number, edge in enumerate(service.edges)
        if edge.child == table.id
    ]
    if references:
        meta["references"] = references
    found: dict[str, Any] = {"name": table.id, "identifier": table.name}
    if meta:
        found["config"] = {"meta": meta}
    if table.columns:
        found["columns"] = [
            {
                "name": column.name,
                "data_type": column.type,
                "config": {"meta": {"class": "technical"}},
            }
            for column in table.columns
        ]
    return found


def _declared(service: Service, number: int, edge: Edge) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if edge.constraint:
        found["name"] = f"{edge.constraint.name} {number}"
    found["columns"] = list(edge.columns)
    if edge.expressed:
        found["expression"] = [reader_sql(reader) for reader in edge.readers]
    found["to"] = node(service, edge.parent).replace("__", ".", 1)
    found["to_columns"] = list(edge.to)
    if edge.where:
        found["where"] = conditions_sql(edge.where)
    return found


# ----------------------------------------------------------------------------- SQL


def reader_sql(reader: Reader) -> str:
    """A value that a row points at, as SQL over x."""
    column = f"x.{quoted(reader.column)}"
    text = "'" + reader.argument.replace("'", "''") + "'"
    if reader.kind == "constant":
        return f"{text}::text"
    if reader.kind == "cast":
        return f"{column}::{reader.type}"
    if reader.kind == "lower":
        return f"lower(btrim({column}))"
    if reader.kind == "array":
        return f"unnest({column})"
    if reader.kind in ("json", "json_elements"):
        inside = column if reader.kind == "json" else f"jsonb_array_elements({column})"
        if "." in reader.argument:
            path = "'{" + reader.argument.replace(".", ",") + "}'"
            return f"({inside} #>> {path})::{reader.type}"
        return f"({inside} ->> {text})::{reader.type}"
    return f"{column} collate {reader.collate}" if reader.collate else column


def condition_sql(condition: Condition) -> str:
    """A condition, as SQL over x."""
    column = f"x.{quoted(condition.column)}"
    if condition.kind in ("is null", "is not null"):
        return f"{column} {condition.kind}"
    value = "'" + condition.value.replace("'", "''") + "'"
    if condition.kind == "= or null":
        return f"{column} = {value} or {column} is null"
    return f"{column} {condition.kind} {value}"


def conditions_sql(conditions: Iterable[Condition]) -> str:
    """All of several conditions."""
    texts = [condition_sql(condition) for condition in conditions]
    return texts[0] if len(texts) == 1 else " and ".join(f"({text})" for text in texts)


def _stratum_sql(stratum: Stratum) -> str:
    column = f"x.{quoted(stratum.column)}"
    return {
        "column": stratum.column,
        "left": f"left({column}, 1)",
        "mod": f"{column} % 3",
        "missing": f"{column} is null",
    }[stratum.kind]


# --------------------------------------------------------------------------- Jinja


def text(value: str) -> str:
    """A string literal of Jinja."""
    return json.dumps(value)


def names(values: Iterable[str]) -> str:
    """A list of string literals."""
    return "[" + ", ".join(text(value) for value in values) + "]"


def _call(macro: str, arguments: Iterable[str]) -> str:
    inner = "".join(f"\n    {argument}," for argument in arguments)
    return "{{ tdm." + macro + "(" + inner + "\n) }}\n"


class _Writer:
    """The models of one service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.lists: dict[str, str] = {}
        needed = service.needed() if service.edges else []
        self.pointing = {
            table.id: [edge for edge in needed if edge.parent == table.id]
            for table in service.tables
        }
        closed = {name for name, edges in self.pointing.items() if edges}
        edges = {
            name: [e.parent for e in needed if e.child == name and e.parent in closed]
            for name in closed
        }
        self.together: dict[str, tuple[str, ...]] = {}
        for members in graph.components(closed, edges):
            if len(members) > 1 or members[0] in edges[members[0]]:
                self.together |= dict.fromkeys(members, members)

    def models(self, table: Table) -> dict[str, str]:
        """The models of one table by layer."""
        found = {}
        if self.has_sampled(table):
            found["sampled"] = self.sampled(table)
        found["subset"] = self._subset(table)
        return found

    def groups(self) -> dict[str, str]:
        """The models of tables that point at each other."""
        found = {}
        for members in sorted(set(self.together.values())):
            rendered = []
            for member in members:
                table = self.service.table(member)
                parts = [
                    text(member),
                    self._source(table),
                    f"key={names(table.key)}",
                    *self._sampled_argument(table),
                    _list(self._reference(e, members) for e in self.pointing[member]),
                ]
                inner = "".join(f"        {part},\n" for part in parts)
                rendered.append(f"    tdm.member(\n{inner}    ),\n")
            found[self.group(members)] = "{{ tdm.kept_together([\n" + "".join(rendered) + "]) }}\n"
        return found

    def group(self, members: tuple[str, ...]) -> str:
        """The model of tables that point at each other."""
        return f"kept_{slug(self.service)}__" + "_".join(members)

    def has_sampled(self, table: Table) -> bool:
        """Whether a table has a model with sampled or owned keys."""
        mode = self.service.modes[table.id]
        if mode == "sampled":
            return bool(table.key)
        return mode == "owned" and (table.id in self.together or self.service.owns(table.id))

    def _source(self, table: Table) -> str:
        return f"source({text(slug(self.service, table.place))}, {text(table.id)})"

    def _ref(self, layer: str, name: str) -> str:
        return f"ref({text(f'{layer}_{node(self.service, name)}')})"

    def _sampled_argument(self, table: Table) -> list[str]:
        return [f"sampled={self._ref('sampled', table.id)}"] if self.has_sampled(table) else []

    def kept(self, name: str) -> str:
        """The relation with the kept keys of a table, or with its rows where it has none."""
        if name in self.together:
            group = self.group(self.together[name])
            return f"tdm.member_of(ref({text(group)}), {text(name)})"
        if self.has_sampled(self.service.table(name)) and not self.pointing[name]:
            return self._ref("sampled", name)
        return self._ref("subset", name)

    def sampled(self, table: Table) -> str:
        """The model with the keys that are sampled or owned."""
        carry = {
            column
            for edge in self.service.edges
            if edge.follow and edge.parent == table.id
            for column in edge.to
        }
        carry |= {
            column
            for edge in self.service.edges
            if edge.brings and edge.child == table.id
            for column in (*edge.columns, *(condition.column for condition in edge.where))
        }
        carry -= set(table.key)
        carried = [f"carry={names(sorted(carry))}"] if carry else []
        head = [self._source(table), f"key={names(table.key)}"]
        if self.service.modes[table.id] == "owned":
            owners = f"owned_by=[{', '.join(self._owners(table))}]"
            return _call("owned_keys", [*head, owners, *carried])
        sample = self.service.samples[table.id]
        return _call("sampled_keys", [*head, *self._share(table, sample), *carried])

    def _share(self, table: Table, sample: Sample) -> list[str]:
        found = []
        if sample.fraction is not None:
            found.append(f"fraction={sample.fraction}")
        if sample.strata:
            found.append(f"strata={names(_stratum_sql(s) for s in sample.strata)}")
        if sample.at_least != 1:
            found.append(f"at_least={sample.at_least}")
        also = [self._also(table, n, more) for n, more in enumerate(sample.also)]
        also += self._owners(table)
        if also:
            found.append(f"also=[{', '.join(also)}]")
        if sample.budget:
            found.append(f"budget={self._budget(sample.budget)}")
        return found

    def _also(self, table: Table, number: int, more: Within | Listed | Matching) -> str:
        if isinstance(more, Matching):
            return f"tdm.matching({text(condition_sql(more.condition))})"
        if isinstance(more, Within):
            given = [text(more.column)]
            given += [f"since={text(more.since)}"] if more.since else []
            given += [f"until={text(more.until)}"] if more.until else []
            given += [f"last={text(f'{more.last} days')}"] if more.last else []
            return f"tdm.within({', '.join(given)})"
        name = f"listed_{node(self.service, table.id)}_{number}"
        self._list_of_keys(table, name, more)
        given = [f"ref({text(name)})"]
        if more.names != table.key or more.columns != table.key:
            given.append(f"columns={names(more.names)}")
        if more.names != more.columns:
            given.append(f"to={names(more.columns)}")
        if more.missing != "error":
            given.append(f"missing={text(more.missing)}")
        return f"tdm.listed({', '.join(given)})"

    def _list_of_keys(self, table: Table, name: str, listed: Listed) -> None:
        """A list of keys as a seed, or as a model."""
        types = [table.column(column).type for column in listed.columns]
        if listed.seed and listed.rows:
            path = f"seeds/{name}.csv"
            lines = [listed.names, *listed.rows]
            self.lists[path] = "".join(_csv_line(line) for line in lines)
            kinds = {quoted_for_seed(c): k for c, k in zip(listed.names, types, strict=True)}
            self.lists[f"seeds/{name}.yml"] = yaml.safe_dump(
                {
                    "seeds": [
                        {"name": name, "config": {"quote_columns": True, "column_types": kinds}}
                    ]
                },
                allow_unicode=True,
            )
            return
        columns = ", ".join(quoted(column) for column in listed.names)
        rows = [
            "(" + ", ".join(f"{_literal(v)}::{k}" for v, k in zip(row, types, strict=True)) + ")"
            for row in listed.rows
        ]
        rows = rows or ["(" + ", ".join(f"null::{kind}" for kind in types) + ")"]
        where = "" if listed.rows else "where false\n"
        self.lists[f"models/subset/{slug(self.service)}/{name}.sql"] = (
            "{{ config(materialized='table') }}\n"
            f"select * from (values {', '.join(rows)}) as listed ({columns})\n{where}"
        )

    def _budget(self, budget: Budget) -> str:
        owned = f", owned=[{', '.join(self._counted(one) for one in budget.owned)}]"
        return f"tdm.budget({budget.rows}{owned}, largest={budget.largest})"

    def _counted(self, counted: Counted) -> str:
        edge = self.service.edges[counted.edge]
        given = [self._source(self.service.table(edge.child)), names(edge.columns)]
        given += [f"to={names(edge.to)}"] if edge.to != edge.columns else []
        given += [f"where={text(conditions_sql(edge.where))}"] if edge.where else []
        owned = [self._counted(one) for one in counted.owned]
        given += [f"owned=[{', '.join(owned)}]"] if owned else []
        given += [f"expression={_expressions(edge)}"] if edge.expressed else []
        return f"tdm.counted({', '.join(given)})"

    def _owners(self, table: Table) -> list[str]:
        found = []
        for edge in self.service.edges:
            if edge.child == table.id and edge.follow:
                given = [self._ref("sampled", edge.parent), *_pointing(edge)]
                given += _follow_arguments(edge, edge.follow)
                found.append(f"\n        tdm.owner({', '.join(given)})")
            if edge.parent == table.id and edge.brings:
                given = [self._ref("sampled", edge.child), names(edge.to)]
                given += [f"to={names(edge.columns)}"] if edge.to != edge.columns else []
                found.append(f"\n        tdm.owner({', '.join(given)})")
        return found

    def _reference(self, edge: Edge, members: tuple[str, ...]) -> str:
        inside = edge.child in members
        given = [text(edge.child) if inside else self._ref("subset", edge.child)]
        given += _pointing(edge)
        given += [f"where={text(conditions_sql(edge.where))}"] if edge.where else []
        return f"tdm.reference({', '.join(given)})"

    def _subset(self, table: Table) -> str:
        mode, source = self.service.modes[table.id], self._source(table)
        if mode == "whole":
            return _call("all_rows", [source])
        if mode == "empty":
            return _call("no_rows", [source])
        if mode == "linked":
            ends = []
            for edge in self.service.edges:
                if edge.child == table.id:
                    given = [self.kept(edge.parent), names(edge.columns)]
                    # Keys alone say nothing of other columns that are pointed at.
                    if set(edge.to) - set(self.service.table(edge.parent).key):
                        given[0] = self._ref("subset", edge.parent)
                    given += [f"to={names(edge.to)}"] if edge.to != edge.columns else []
                    given += [f"expression={_expressions(edge)}"] if edge.expressed else []
                    ends.append(f"\n        tdm.end({', '.join(given)})")
            return _call("linked_rows", [source, f"ends=[{', '.join(ends)}]"])
        if table.id in self.together:
            kept = f"kept={self.kept(table.id)}"
            return _call("rows_of", [source, f"key={names(table.key)}", kept])
        pointing = [_list(self._reference(edge, ()) for edge in self.pointing[table.id])]
        pointing = pointing if self.pointing[table.id] else []
        if self.has_sampled(table):
            kept = f"kept={self._ref('sampled', table.id)}"
            return _call("rows_of", [source, f"key={names(table.key)}", kept, *pointing])
        if mode == "owned":
            key = [f"key={names(table.key)}"] if pointing else []
            owners = f"owned_by=[{', '.join(self._owners(table))}]"
            return _call("owned_rows", [source, *key, owners, *pointing])
        if pointing:
            return _call("rows_of", [source, f"key={names(table.key)}", *pointing])
        fraction = self.service.samples[table.id].fraction
        return _call("sampled_rows", [source, f"fraction={fraction}"])


def _pointing(edge: Edge) -> list[str]:
    """Columns, or expressions, and what they point at."""
    if not edge.expressed:
        to = [f"to={names(edge.to)}"] if edge.to != edge.columns else []
        return [names(edge.columns), *to]
    return [f"expression={_expressions(edge)}", f"to={names(edge.to)}"]


def _expressions(edge: Edge) -> str:
    return names(reader_sql(reader) for reader in edge.readers)


def _follow_arguments(edge: Edge, follow: Follow) -> list[str]:
    conditions = [*edge.where, *([follow.where] if follow.where else [])]
    found = [f"where={text(conditions_sql(conditions))}"] if conditions else []
    found += [f"at_most={follow.at_most}"] if follow.at_most is not None else []
    found += [f"newest={text(follow.newest)}"] if follow.newest is not None else []
    return found


def _list(references: Iterable[str]) -> str:
    inner = "".join(f"\n            {reference}," for reference in references)
    return f"referenced_by=[{inner}\n        ]"


def quoted_for_seed(name: str) -> str:
    """A column as seeds' settings name it."""
    return name


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _csv_line(values: Sequence[str]) -> str:
    class _Line(list[str]):
        def write(self, line: str) -> None:
            self.append(line)

    line = _Line()
    csv.writer(line, lineterminator="\n").writerow(values)
    return "".join(line)
