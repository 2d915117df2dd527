"""`tdm plan`: what a build would keep, before a row is read.

What is kept and why stands in the models, which say it in marker comments (see
macros/engine/marker.sql): the plan is read from compiled SQL and cannot differ from what runs. Row
estimates come from the planner and its statistics.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from rich.console import Console
from rich.tree import Tree

from tdm import connection, dbt, manifest
from tdm.errors import ExitCode, TdmError

_MARKER = re.compile(r"/\* tdm (\{.*?\}) \*/")
_ROUNDS = 50  # the estimate of a cycle settles long before


@dataclass
class _Table:
    """A source table as the plan sees it."""

    name: str  # service.table, as the sources YAML has it
    shown: str  # schema.table, as production has it
    relation: tuple[str, str]
    mode: str = "empty"
    key: list[str] = field(default_factory=list)
    kept: str = ""
    sampled: str = ""  # the relation of its sampled_ model
    rows: float = 0
    owners: list[dict[str, Any]] = field(default_factory=list)
    fraction: float | None = None
    estimate: float = 0


def plan(project_dir: Path, dsn: str, target: str) -> dict[str, Any]:
    """Compile the project and say what it would keep.

    Args:
        project_dir: the dbt project.
        dsn: the database that holds the source.
        target: the dbt target.

    Returns:
        `roots`, `tables` and `references`; tables by their names in production.

    Raises:
        TdmError: the project does not compile, or the database cannot be reached.
    """
    outcome = dbt.run(
        project_dir, ["compile", "--target", target, "--quiet"], connection.environment_for(dsn)
    )
    dbt.require(outcome, "dbt compile")
    graph = manifest.read(project_dir)
    if graph is None:
        raise TdmError("dbt compile wrote no manifest.", ExitCode.PRECONDITION)
    tables, roots = _read_models(graph)
    references = list(_references(graph, tables))
    roots += _taken_along(tables, references)
    with connection.connect(dsn, autocommit=True) as database:
        for table in tables.values():
            table.rows = _planned_rows(database, table.relation)
        _estimate(tables, references, _null_fractions(database, tables))
    return {
        "roots": roots,
        "tables": [
            {
                "table": table.shown,
                "mode": table.mode,
                "key": table.key,
                "kept": table.kept,
                "source_rows": round(table.rows),
                "estimated_rows": round(table.estimate),
            }
            for table in sorted(tables.values(), key=lambda table: table.name)
        ],
        "references": [{k: v for k, v in edge.items() if k[0] != "_"} for edge in references],
    }


def render(plan: dict[str, Any], console: Console) -> None:
    """Print a plan as a tree: under each root what it owns, then what comes along."""
    tables = {table["table"]: table for table in plan["tables"]}
    fractions = {root["table"]: root["fraction"] for root in plan["roots"]}
    owned: dict[str, list[str]] = {}
    for edge in plan["references"]:
        if edge["followed"] and edge["from"] not in fractions:
            owned.setdefault(edge["to"], []).append(edge["from"])
    console.print("Rows that a build would keep (estimates)", style="bold")
    placed: set[str] = set()

    def add(branch: Tree, name: str) -> None:
        again = name in placed
        placed.add(name)
        child = branch.add(
            _line(tables[name], fractions.get(name)) + (" (as above)" if again else "")
        )
        for next_name in [] if again else sorted(set(owned.get(name, []))):
            add(child, next_name)

    for name in sorted(fractions):
        top = Tree("sampled, and what it owns")
        add(top, name)
        console.print(top)
    for mode, title in (
        ("owned", "owned"),
        ("referenced", "only where a kept row points at it"),
        ("whole", "whole"),
        ("empty", "empty"),
    ):
        rest = [
            table
            for table in plan["tables"]
            if table["mode"] == mode and table["table"] not in placed
        ]
        if rest:
            top = Tree(title)
            for table in rest:
                top.add(_line(table, None))
            console.print(top)
    kept, all_rows = (sum(t[k] for t in plan["tables"]) for k in ("estimated_rows", "source_rows"))
    console.print(f"about {kept:,} of {all_rows:,} rows")


def _line(table: dict[str, Any], fraction: float | None) -> str:
    share = f" {fraction:.2%} sampled," if fraction else ""
    return f"{table['table']}:{share} {table['estimated_rows']:,} of {table['source_rows']:,} rows"


def _markers(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(text) for text in _MARKER.findall(node.get("compiled_code") or "")]


def _read_models(graph: dict[str, Any]) -> tuple[dict[str, _Table], list[dict[str, Any]]]:
    tables = {
        f"{source['source_name']}.{source['name']}": _Table(
            name=f"{source['source_name']}.{source['name']}",
            shown=f"{source['schema']}.{source['identifier']}",
            relation=(source["schema"], source["identifier"]),
            key=list(manifest.meta(source).get("key") or []),
        )
        for source in manifest.sources(graph)
    }
    roots: list[dict[str, Any]] = []
    models = sorted(
        (node for node in graph["nodes"].values() if node["resource_type"] == "model"),
        key=lambda node: str(node["name"]),
    )
    key_models: dict[str, str] = {}  # relation of a sampled_ model -> the table whose keys it holds
    for node in models:
        for facts in _markers(node):
            table = tables.get(facts.get("root") or facts.get("owned") or "")
            if table:
                key_models[node["alias"]] = table.name
                table.sampled = f"{node['schema']}.{node['alias']}"
    for node in models:
        current: _Table | None = None
        for facts in _markers(node):
            if "root" in facts:
                current = tables[facts["root"]]
                current.mode, current.fraction = "owned", facts["fraction"]
                roots.append(
                    {
                        "table": current.shown,
                        "fraction": facts["fraction"],
                        "strata": facts["strata"],
                        "keys": f"{node['schema']}.{node['alias']}",
                    }
                )
            elif "owned" in facts:
                current = tables[facts["owned"]]
                current.mode = "owned"
            elif "owner" in facts and current:
                current.owners.append({**facts, "table": key_models.get(facts["owner"], "")})
            elif "kept" in facts:
                current = tables[facts["kept"]]
                current.mode = current.mode if current.mode == "owned" else "referenced"
            elif "whole" in facts:
                tables[facts["whole"]].mode = "whole"
    for node in models:
        for name, table in tables.items():
            if node["name"] == "subset_" + name.replace(".", "__"):
                table.kept = f"{node['schema']}.{node['alias']}"
    return tables, roots


def _references(graph: dict[str, Any], tables: dict[str, _Table]) -> Iterator[dict[str, Any]]:
    for source in manifest.sources(graph):
        child = tables[f"{source['source_name']}.{source['name']}"]
        for edge in manifest.meta(source).get("references") or []:
            parent = tables.get(edge["to"])
            if parent is None:
                continue  # out of scope, or unknown: dbt says so
            to_columns = edge.get("to_columns") or edge["columns"]
            followed = any(
                owner["table"] == parent.name and owner["columns"] == edge["columns"]
                for owner in child.owners
            )
            yield {
                "from": child.shown,
                "columns": edge["columns"],
                "to": parent.shown,
                "to_columns": to_columns,
                "kind": "foreign_key" if edge.get("name") else "virtual",
                "where": edge.get("where"),
                "expression": edge.get("expression"),
                "followed": followed,
                "_from": child.name,
                "_to": parent.name,
            }


def _taken_along(
    tables: dict[str, _Table], references: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Tables taken along by rows that point at them, as the users behind sampled customers are.

    No reference of their own leads to their owner, so nobody could follow it: their sampled keys
    are given as those of a root are.
    """
    for table in tables.values():
        for owner in table.owners:
            if not any(
                edge["_from"] == table.name
                and edge["_to"] == owner["table"]
                and edge["columns"] == owner["columns"]
                for edge in references
            ):
                yield {
                    "table": table.shown,
                    "fraction": tables[owner["table"]].fraction,
                    "strata": [],
                    "keys": table.sampled,
                    "with": tables[owner["table"]].shown,
                }


def _planned_rows(database: psycopg.Connection[Any], relation: tuple[str, str]) -> float:
    """How many rows the planner believes a table has; a table never analysed counts by its size."""
    query = sql.SQL("explain (format json) select from {}").format(sql.Identifier(*relation))
    try:
        row = database.execute(query).fetchone()
    except psycopg.errors.UndefinedTable:
        raise TdmError(
            f"{'.'.join(relation)} is declared in the sources, but production does not have it.",
            ExitCode.PRECONDITION,
        ) from None
    return float(row[0][0]["Plan"]["Plan Rows"]) if row else 0


def _null_fractions(
    database: psycopg.Connection[Any], tables: dict[str, _Table]
) -> dict[tuple[str, str], float]:
    """The share of NULLs of every column that has statistics, by table name and column."""
    names = {table.relation: table.name for table in tables.values()}
    found = database.execute(
        "select schemaname::text, tablename::text, attname::text, max(null_frac) from pg_stats"
        " where schemaname = any(%s) group by 1, 2, 3",
        [sorted({schema for schema, _ in names})],
    )
    return {
        (names[schema, table], column): float(share)
        for schema, table, column, share in found
        if (schema, table) in names
    }


def _estimate(
    tables: dict[str, _Table],
    references: list[dict[str, Any]],
    null_fractions: dict[tuple[str, str], float],
) -> None:
    """Down along what is owned, then up along references until nothing moves."""
    share = {
        name: 1.0 if table.mode == "whole" else table.fraction or 0.0
        for name, table in tables.items()
    }
    families = {name: _family(tables, name) for name in tables}
    for _ in range(len(tables)):
        for name, table in tables.items():
            # owners of one family own the same rows, owners of different ones each their own
            by_family: dict[frozenset[str], float] = {}
            for owner in table.owners:
                filled = 1 - null_fractions.get((name, owner["columns"][0]), 0.0)
                family = frozenset(families.get(owner["table"], ()))
                reached = share.get(owner["table"], 0.0) * filled
                by_family[family] = max(by_family.get(family, 0.0), reached)
            missed = 1.0 - (table.fraction or 0.0)
            for reached in by_family.values():
                missed *= 1 - reached
            if table.owners:
                share[name] = 1 - missed
    kept = {name: tables[name].rows * share[name] for name in tables}
    sampled = dict(kept)
    pointed = {(edge["_from"], edge["_to"]) for edge in references}
    for _ in range(_ROUNDS):
        before = dict(kept)
        for name, table in tables.items():
            if table.mode not in ("owned", "referenced") or table.rows < 1:
                continue
            pointing = 0.0
            for edge in references:
                if edge["_to"] != name or (edge["_from"] == name and edge["followed"]):
                    continue
                if edge["followed"] and (name, edge["_from"]) in pointed:
                    continue  # a stranger's default address is that stranger's own
                child = edge["_from"]
                # what a sampled customer owns points at what the same customer owns, which is
                # there already; only rows of strangers bring more of theirs
                at_home = child != name and families[child] & families[name]
                rows = kept[child] - (sampled[child] if edge["followed"] or at_home else 0.0)
                filled = 1 - null_fractions.get((child, edge["columns"][0]), 0.0)
                pointing += max(rows, 0.0) * filled / _alternatives(references, edge)
            others = table.rows - sampled[name]
            kept[name] = sampled[name] + others * (1 - (1 - 1 / max(table.rows, 1)) ** pointing)
        if all(abs(kept[name] - before[name]) < 0.5 for name in tables):
            break
    for name, table in tables.items():
        table.estimate = min(kept[name], table.rows)


def _family(tables: dict[str, _Table], name: str) -> set[str]:
    """The roots that a table's rows belong to."""
    found: set[str] = set()
    todo, seen = [name], {name}
    while todo:
        table = tables[todo.pop()]
        if table.fraction:
            found.add(table.name)
        for owner in table.owners:
            if owner["table"] and owner["table"] not in seen:
                seen.add(owner["table"])
                todo.append(owner["table"])
    return found


def _alternatives(references: list[dict[str, Any]], edge: dict[str, Any]) -> int:
    """How many references share the columns of a polymorphic one: a row takes one of them."""
    if not edge["where"]:
        return 1
    return sum(
        1
        for other in references
        if other["where"] and (other["_from"], other["columns"]) == (edge["_from"], edge["columns"])
    )
