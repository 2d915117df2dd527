"""What somebody should know before a build: in plain words, and the row budget."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tdm.counted import counted
from tdm.errors import ExitCode, TdmError
from tdm.plan import caveats
from tdm.plan.estimate import Estimate
from tdm.plan.read import Reference, Subset, Table
from tdm.plan.statistics import Statistics

_SMALL = 1_000  # rows; a table up to this size harms nobody
_MOST = 0.5  # of a table
_WHOLE = 0.9  # of a table
_MUCH = 0.25  # of the database
_BEYOND = 1.5  # times the share that the roots ask for: less than that was asked for
_FEW = 100  # rows; a cap that cuts less is nobody's business
_SHOWN = 5

Warning_ = dict[str, Any]


def warnings(
    subset: Subset, statistics: dict[str, Statistics], estimate: Estimate
) -> list[Warning_]:
    """Where a build would keep most of a table or of the database, and why.

    Returns:
        `table`, `from` (the referencing table, or None) and `message`; the biggest first.
    """
    advice = _Advice(subset, statistics, estimate)
    found = sorted(advice.all(), key=lambda warning: -warning["rows"])
    return [*advice.unknown(), *found]


class _Advice:
    def __init__(
        self, subset: Subset, statistics: dict[str, Statistics], estimate: Estimate
    ) -> None:
        self.subset = subset
        self.statistics = statistics
        self.estimate = estimate
        self.everything = sum(known.rows for known in statistics.values())
        fractions = [t.sample.fraction or 0.0 for t in subset.tables.values() if t.sample]
        self.asked = max(fractions, default=0.0)

    def all(self) -> Iterator[Warning_]:
        """Every warning, each with the rows that it is about."""
        edges: dict[str, list[tuple[float, Reference]]] = {}
        for place, edge in enumerate(self.subset.references):
            brought = self.estimate.brought.get(place, 0.0)
            if self._too_much(edge.parent, brought, _MOST):
                edges.setdefault(edge.parent, []).append((brought, edge))
        for found in edges.values():
            yield self._by_reference(found)
        for name, table in self.subset.tables.items():
            if name not in edges and (warning := self._by_itself(table)):
                yield warning
        for name, (rows, place) in self.estimate.back.items():
            cut = self.estimate.cut[name]
            if cut >= _FEW and rows >= _MOST * cut:
                yield self._by_cap(name, cut, rows, self.subset.references[place])
        kept = sum(self.estimate.rows.values())
        if self.everything > _SMALL and kept > max(_MOST, _BEYOND * self.asked) * self.everything:
            yield _warning(
                None,
                None,
                kept,
                f"The build would keep {_percent(kept / self.everything)} of the database "
                f"({kept:,.0f} of {self.everything:,.0f} rows).",
            )

    def unknown(self) -> Iterator[Warning_]:
        """Tables without statistics: their figures are guesses by their size."""
        names = sorted(
            table.shown
            for name, table in self.subset.tables.items()
            if caveats.never_analysed(table) in self.estimate.caveats.get(name, ())
        )
        if names:
            shown = ", ".join(names[:_SHOWN])
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            yield _warning(
                None,
                None,
                0,
                f"{shown}{more}: never analysed, so the figures are guesses. "
                "Run analyze in the copy of production for better ones.",
            )

    def _too_much(self, name: str, rows: float, limit: float) -> bool:
        total = self.statistics[name].rows
        if total <= _SMALL or rows <= _BEYOND * self.asked * total:
            return False
        return rows >= limit * total or rows >= max(_MUCH * self.everything, 1)

    def _by_reference(self, edges: list[tuple[float, Reference]]) -> Warning_:
        brought, edge = max(edges, key=lambda found: found[0])
        child, parent = self.subset.tables[edge.child], self.subset.tables[edge.parent]
        children = {other.child for _, other in edges} - {edge.child}
        also = "".join(
            f", and so does {self.subset.tables[name].shown}" for name in sorted(children)
        )
        way = {
            "whole": f"keep fewer rows of {child.shown}, which is kept whole",
            "sampled": f"sample fewer rows of {child.shown}",
            "owned": f"cap {child.shown} with at_most, or make it referenced only",
        }.get(child.mode, f"keep fewer rows that point at {child.shown}")
        total = self.statistics[edge.parent].rows
        return _warning(
            parent.shown,
            child.shown,
            brought,
            f"{child.shown} → {parent.shown} ({', '.join(edge.columns)}) brings "
            f"{_percent(brought / total)} of {parent.shown} ({brought:,.0f} of {total:,.0f} rows)"
            f"{also}; {way}, or keep {parent.shown} whole on purpose.",
        )

    def _by_cap(self, name: str, cut: float, back: float, edge: Reference) -> Warning_:
        table, child = self.subset.tables[name], self.subset.tables[edge.child]
        return _warning(
            table.shown,
            child.shown,
            back,
            f"A cap keeps about {cut:,.0f} rows of {table.shown} away, but about {back:,.0f} of "
            f"them come back, because kept rows of {child.shown} ({', '.join(edge.columns)}) point "
            "at them; cap these as well.",
        )

    def _by_itself(self, table: Table) -> Warning_ | None:
        rows, total = self.estimate.rows[table.name], self.statistics[table.name].rows
        if table.mode == "whole":
            if total <= 10 * _SMALL or total < _MUCH * self.everything:
                return None
            return _warning(
                table.shown,
                None,
                rows,
                f"{table.shown} is kept whole: {_percent(total / self.everything)} of all rows. "
                "Sample it, or keep it by reference only, unless it is needed.",
            )
        if self._too_much(table.name, rows, _WHOLE):
            return _warning(
                table.shown,
                None,
                rows,
                f"{table.shown} would be kept nearly whole ({_percent(rows / total)}): "
                f"{rows:,.0f} of {total:,.0f} rows. Cap what brings them with at_most, or keep it "
                "whole on purpose.",
            )
        return None


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _warning(table: str | None, child: str | None, rows: float, message: str) -> Warning_:
    return {"table": table, "from": child, "rows": round(rows), "message": message}


def row_budget(project_dir: Path) -> int | None:
    """The var `tdm_row_budget` of a project: how many rows a build may keep.

    Raises:
        TdmError: it is no number.
    """
    try:
        project = yaml.safe_load((project_dir / "dbt_project.yml").read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return None
    variables = (project or {}).get("vars") or {}
    places = [variables.get(project.get("name")), variables.get("tdm"), variables]
    for place in places:
        if isinstance(place, dict) and place.get("tdm_row_budget") is not None:
            budget = place["tdm_row_budget"]
            if isinstance(budget, int) and not isinstance(budget, bool) and budget > 0:
                return budget
            raise TdmError(
                f"tdm_row_budget in dbt_project.yml is {budget}, but must be a number of rows.",
                ExitCode.USAGE,
            )
    return None


def require_within_budget(plan: dict[str, Any]) -> None:
    """Refuse a plan that is over its budget.

    Raises:
        TdmError: exit code 3; names the tables that take the most.
    """
    budget = plan["budget"]
    if not budget["rows"] or not budget["over"]:
        return
    most = sorted(plan["tables"], key=lambda table: -table["estimated_rows"])[:2]
    named = " and ".join(f"{table['table']} {table['estimated_rows']:,}" for table in most)
    raise TdmError(
        f"The build would keep about {counted(budget['estimated_rows'], 'row')}, more than the "
        f"{budget['rows']:,} of tdm_row_budget in dbt_project.yml (the most: {named}). "
        "Sample less, cap an owner with at_most, or raise the budget.",
        ExitCode.GATE,
    )
