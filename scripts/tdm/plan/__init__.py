"""`tdm plan`: what a build would keep, before a row is read, and after it what it has kept.

What is kept and why stands in the models, which say it in marker comments (see
macros/engine/marker.sql): the plan is read from compiled SQL and cannot differ from what runs. Row
estimates come from the server's statistics.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from tdm import connection, dbt, manifest
from tdm.errors import ExitCode, TdmError
from tdm.plan import advice, real
from tdm.plan.estimate import Estimate, estimated
from tdm.plan.read import Reference, Subset, Table, subset_of
from tdm.plan.statistics import Relation, Statistics, collect
from tdm.plan.tree import render

__all__ = ["compiled", "last_built", "plan", "planned", "render"]


def plan(project_dir: Path, dsn: str, target: str) -> dict[str, Any]:
    """Compile the project and say what it would keep.

    Args:
        project_dir: the dbt project.
        dsn: the database that holds the source.
        target: the dbt target.

    Returns:
        `roots`, `tables`, `references`, `components`, `warnings` and `budget`; tables by their
        names in production.

    Raises:
        TdmError: the project does not compile, or the database cannot be reached.
    """
    return planned(compiled(project_dir, dsn, target), project_dir, dsn)


def planned(subset: Subset, project_dir: Path, dsn: str) -> dict[str, Any]:
    """The plan of models that are read already."""
    budget = advice.row_budget(project_dir)
    with connection.connect(dsn, autocommit=True) as database:
        statistics = collect(database, subset.tables.values())
        found = estimated(subset, statistics, database, project_dir)
        counted = real.kept_rows(database, subset.tables.values())
        passes = [real.passes(database, component) for component in subset.components]
    total = sum(round(rows) for rows in found.rows.values())
    return {
        "roots": [*_roots(subset), *_taken_along(subset)],
        "tables": [
            _table(subset, table, statistics[table.name], found, counted.get(table.name))
            for table in sorted(subset.tables.values(), key=lambda table: table.name)
        ],
        "references": [
            _reference(subset, edge, found, found.brought.get(place, 0.0))
            for place, edge in enumerate(subset.references)
        ],
        "components": [
            {
                "relation": _dotted(component.relation),
                "tables": [subset.tables[name].shown for name in component.members.values()],
                "rounds": done.rounds if done else None,
                "rows": done.rows if done else None,
            }
            for component, done in zip(subset.components, passes, strict=True)
        ],
        "warnings": advice.warnings(subset, statistics, found),
        "budget": {
            "rows": budget,
            "estimated_rows": total,
            "over": budget is not None and total > budget,
        },
    }


def compiled(project_dir: Path, dsn: str, target: str) -> Subset:
    """Compile the project and read what its models keep.

    Raises:
        TdmError: the project does not compile.
    """
    outcome = dbt.run(
        project_dir, ["compile", "--target", target, "--quiet"], connection.environment_for(dsn)
    )
    dbt.require(outcome, "dbt compile")
    graph = manifest.read(project_dir)
    if graph is None:
        raise TdmError("dbt compile wrote no manifest.", ExitCode.PRECONDITION)
    return subset_of(graph)


def last_built(project_dir: Path, dsn: str, target: connection.Target) -> Subset:
    """What the models kept when they were last built: no dbt is started where its manifest does.

    Raises:
        TdmError: the project does not compile.
    """
    graph = manifest.read(project_dir)
    if graph is not None and _is_compiled(graph, target.schema):
        return subset_of(graph)
    return compiled(project_dir, dsn, target.name)


def _is_compiled(graph: dict[str, Any], schema: str) -> bool:
    """Whether a manifest has the SQL of every model of ours, for this target."""
    models = [
        node
        for node in graph.get("nodes", {}).values()
        if (node.get("config") or {}).get("materialized") in ("keys", "fixpoint", "subset")
    ]
    return bool(models) and all(
        node.get("compiled_code") and str(node["schema"]).startswith(schema) for node in models
    )


def _dotted(relation: Relation | None) -> str:
    return ".".join(relation) if relation else ""


def _roots(subset: Subset) -> list[dict[str, Any]]:
    return [
        {
            "table": table.shown,
            "fraction": table.sample.fraction,
            "strata": table.sample.strata,
            "at_least": table.sample.at_least,
            "also": table.sample.also,
            "budget": table.sample.budget,
            "keys": _dotted(table.sampled or table.kept),
        }
        for table in subset.tables.values()
        if table.sample
    ]


def _taken_along(subset: Subset) -> list[dict[str, Any]]:
    """Tables taken along by rows that point at them, as the users behind sampled customers are.

    No reference of their own leads to their owner, so nobody could follow it: their sampled keys
    are given as those of a root are.
    """
    found = []
    for table in subset.tables.values():
        for owner in table.owners:
            above = subset.tables.get(owner.table)
            if above and not any(
                edge.child == table.name
                and edge.parent == owner.table
                and edge.columns == owner.columns
                for edge in subset.references
            ):
                found.append(
                    {
                        "table": table.shown,
                        "fraction": above.sample.fraction if above.sample else None,
                        "strata": [],
                        "at_least": 0,
                        "also": [],
                        "budget": None,
                        "keys": _dotted(table.sampled or table.kept),
                        "with": above.shown,
                        "columns": owner.to_columns,
                    }
                )
    return found


def _table(
    subset: Subset, table: Table, known: Statistics, estimate: Estimate, counted: int | None
) -> dict[str, Any]:
    rows = estimate.rows[table.name]
    owners = [subset.tables.get(name) for name in dict.fromkeys(o.table for o in table.owners)]
    made = {
        "table": table.shown,
        "mode": table.mode,
        "owned_by": [above.shown for above in owners if above],
        "key": table.key,
        "kept": _dotted(table.kept),
        "source_rows": round(known.rows),
        "source_bytes": known.bytes,
        "estimated_rows": round(rows),
        "estimated_sampled": round(min(estimate.sampled[table.name], rows)),
        "estimated_bytes": round(known.bytes * rows / known.rows) if known.rows else 0,
        "caveats": [asdict(caveat) for caveat in estimate.caveats.get(table.name, [])],
    }
    return made if counted is None else made | {"kept_rows": counted}


def _reference(
    subset: Subset, edge: Reference, estimate: Estimate, brought: float
) -> dict[str, Any]:
    child, parent = subset.tables[edge.child], subset.tables[edge.parent]
    owner = None
    for candidate, owned in zip(child.owners, estimate.owned[child.name], strict=False):
        if edge.followed and (candidate.table, candidate.columns) == (edge.parent, edge.columns):
            owner, brought = candidate, owned
    return {
        "from": child.shown,
        "columns": edge.columns,
        "to": parent.shown,
        "to_columns": edge.to_columns,
        "kind": "foreign_key" if edge.constraint else "virtual",
        "where": edge.where,
        "expression": edge.expression,
        "followed": edge.followed,
        "at_most": owner.at_most if owner else None,
        "newest": owner.newest if owner else None,
        "estimated_rows": round(brought),
    }
