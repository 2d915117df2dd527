"""The subset by brute force: what must be kept, from a plan, the sources' YAML and the catalog.

Knows nothing of the models or macros: rows are read into Python and followed one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import yaml

from main_job.support import Job

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Edge:
    """One reference between source tables, by their names in production.

    Attributes:
        values: SQL over x for each referenced column; may return a set.
        followed: rows come along with the row that they point at.
    """

    child: str
    values: tuple[str, ...]
    parent: str
    columns: tuple[str, ...]
    where: str | None
    followed: bool


def real_names(project: Path) -> dict[str, str]:
    """The name in production, quoted for SQL, of every `service.table` of the sources."""
    found = {}
    for path in sorted((project / "models" / "source").rglob("_*__sources.yml")):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                name = table.get("identifier", table["name"])
                found[f"{source['name']}.{table['name']}"] = f'"{source["schema"]}"."{name}"'
    return found


def declared_edges(project: Path) -> list[tuple[str, dict[str, Any]]]:
    """Every reference of the sources, with the table that it starts from."""
    names = real_names(project)
    return [
        (names[f"{source['name']}.{table['name']}"], reference)
        for path in sorted((project / "models" / "source").rglob("_*__sources.yml"))
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
        for table in source["tables"]
        for reference in (table.get("config", {}).get("meta", {}).get("references") or [])
    ]


def joins(
    session: psycopg.Connection[Any], project: Path, target: str
) -> Iterator[tuple[str, int, int]]:
    """Every declared reference, and how many pairs of rows it joins in the subset and masked."""
    names = real_names(project)
    models = {name: known for known, name in names.items()}
    for child, given in declared_edges(project):
        parent, columns = names[given["to"]], given.get("to_columns") or given["columns"]
        values = given.get("expression") or [f'x."{c}"' for c in given["columns"]]
        selected = ", ".join(f"({value}) as r{n}" for n, value in enumerate(values))
        on = " and ".join(f'p."{column}" = v.r{n}' for n, column in enumerate(columns))
        where = f" where {given['where']}" if given.get("where") else ""
        counts = []
        for layer in (_subset_relation, _masked_relation):
            rows, targets = (layer(target, models[table], table) for table in (child, parent))
            query = f"select count(*) from (select {selected} from {rows} as x{where}) as v inner join {targets} as p on {on}"  # noqa: E501
            found = session.execute(query.encode()).fetchone()
            assert found is not None
            counts.append(found[0])
        yield f"{child} {given}", counts[0], counts[1]


def _subset_relation(target: str, model: str, _: str) -> str:
    service, _, name = model.partition(".")
    return f'"{target}_subset"."subset_{service}__{name}"'


def _masked_relation(target: str, model: str, table: str) -> str:
    schema, name = model.partition(".")[0], table.split('"."')[1]
    return f'"{target}_{schema}"."{name}'


def edges(project: Path, plan: dict[str, Any]) -> list[Edge]:
    """The references of the sources, each with the plan's word on whether it was followed."""
    names = real_names(project)
    followed = {
        (row["from"], tuple(row["columns"]), row["to"], row["where"], str(row["expression"]))
        for row in plan["references"]
        if row["followed"]
    }
    return [
        Edge(
            child,
            tuple(given.get("expression") or [f'x."{column}"' for column in given["columns"]]),
            names[given["to"]],
            tuple(given.get("to_columns") or given["columns"]),
            given.get("where"),
            (
                child.replace('"', ""),
                tuple(given["columns"]),
                names[given["to"]].replace('"', ""),
                given.get("where"),
                str(given.get("expression")),
            )
            in followed,
        )
        for child, given in declared_edges(project)
    ]


def quoted(table: str) -> str:
    """`schema.table` as SQL has it."""
    return ".".join(f'"{part}"' for part in table.split("."))


def closure(job: Job, plan: dict[str, Any]) -> dict[str, set[str]]:
    """The rows (by their place) of every table that must be kept.

    Sampled: the roots' keys, then what points at a sampled row along a followed edge. Kept:
    sampled, then every row that a kept row points at, until nothing is added. Rows that are kept
    only because something points at them bring no rows along.
    """
    graph = edges(job.project, plan)
    rows: dict[str, set[str]] = {}  # table → places of its rows
    with job.connect() as connected:
        for table in plan["tables"]:
            found = connected.execute(
                f"select tableoid::text || ctid::text from {quoted(table['table'])}"
            ).fetchall()
            rows[quoted(table["table"])] = {str(place) for (place,) in found}
        # where each row's references lead, and which rows have a given key
        leads: list[dict[str, set[Row]]] = []
        holders: list[dict[Row, set[str]]] = []
        for edge in graph:
            values = ", ".join(
                f"({value})::text as r{number}" for number, value in enumerate(edge.values)
            )
            pointing: dict[str, set[Row]] = defaultdict(set)
            for place, *value in connected.execute(
                f"select x.tableoid::text || x.ctid::text, {values} from {edge.child} as x"
                + (f" where {edge.where}" if edge.where else "")
            ).fetchall():
                if None not in value:
                    pointing[str(place)].add(tuple(value))
            leads.append(pointing)
            keys: dict[Row, set[str]] = defaultdict(set)
            for place, *value in connected.execute(
                "select tableoid::text || ctid::text, "
                + ", ".join(f'"{column}"::text' for column in edge.columns)
                + f" from {edge.parent}"
            ).fetchall():
                if None not in value:
                    keys[tuple(value)].add(str(place))
            holders.append(keys)

        sampled: dict[str, set[str]] = {table: set() for table in rows}
        for root in plan["roots"]:
            key = next(t["key"] for t in plan["tables"] if t["table"] == root["table"])
            on = " and ".join(f'x."{column}" = k."{column}"' for column in key)
            sampled[quoted(root["table"])] |= {
                str(place)
                for (place,) in connected.execute(
                    f"select x.tableoid::text || x.ctid::text from {quoted(root['table'])} as x"
                    f" inner join {quoted(root['keys'])} as k on {on}"
                ).fetchall()
            }
    moved = True
    while moved:
        moved = False
        for edge, led, held in zip(graph, leads, holders, strict=True):
            if not edge.followed:
                continue
            owners = sampled[edge.parent]
            for row, targets in led.items():
                if row not in sampled[edge.child] and any(
                    held[target] & owners for target in targets if target in held
                ):
                    sampled[edge.child].add(row)
                    moved = True
    kept = {table: set(places) for table, places in sampled.items()}
    for table in plan["tables"]:
        if table["mode"] == "whole":
            kept[quoted(table["table"])] = set(rows[quoted(table["table"])])
    moved = True
    while moved:
        moved = False
        for edge, led, held in zip(graph, leads, holders, strict=True):
            for row in list(kept[edge.child]):
                for target in led.get(row, ()):
                    missing = held.get(target, set()) - kept[edge.parent]
                    if missing:
                        kept[edge.parent] |= missing
                        moved = True
    return kept
