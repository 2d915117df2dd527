"""What an estimate asks about tables and columns, answered from statistics and remembered."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from tdm.errors import TdmError
from tdm.plan import caveats, sampling, values
from tdm.plan.caveats import Caveat
from tdm.plan.conditions import compared
from tdm.plan.expressions import Expressions
from tdm.plan.read import Reference, Sample, Subset, Table
from tdm.plan.sampling import Stratum
from tdm.plan.statistics import Column, Database, Statistics, filters, planned, planned_rows
from tdm.plan.values import Values
from tdm.scaffold.names import sql_name

# Where nobody analysed a table, something has to be believed.
_NULLS = 0.8  # of a column that may be NULL
_CHILDREN = 5.0  # of a row in a tree
_GROUPS = 8.0  # values of a column or expression that is a stratum, unless the planner knows less
LATELY = 1 / 3  # of the rows in a time window; what the planner takes for any range

_CROWDED = 10  # rows in a stratum; with fewer, it matters which combinations there are


class Facts:
    """Tables by name, with their rows and what is known of their columns.

    Attributes:
        caveats: by table, what had to be guessed so far.
    """

    def __init__(
        self,
        subset: Subset,
        statistics: dict[str, Statistics],
        database: Database,
        project_dir: Path,
    ) -> None:
        self.subset = subset
        self.tables = subset.tables
        self.statistics = statistics
        self.rows = {name: statistics[name].rows for name in self.tables}
        self.families = {name: _family(self.tables, name) for name in self.tables}
        self._database = database
        self._project_dir = project_dir
        self._values: dict[tuple[str, str], Values] = {}
        self._conditions: dict[tuple[str, str], float] = {}
        self._expressions: dict[str, Expressions] = {}
        self.caveats: dict[str, list[Caveat]] = defaultdict(list)
        for name, table in self.tables.items():
            if statistics[name].rows >= 0.5 and not statistics[name].columns:
                view = statistics[name].view
                self.caveats[name] = [(caveats.of_view if view else caveats.never_analysed)(table)]
        self._targets: dict[tuple[str, tuple[str, ...]], list[Reference]] = defaultdict(list)
        for edge in subset.references:
            self._targets[edge.child, tuple(edge.columns)].append(edge)

    def column(self, table: str, column: str) -> Column | None:
        """What ANALYZE found, if it ran."""
        return self.statistics[table].columns.get(column)

    def values(self, table: str, column: str) -> Values:
        """The values of a column and their rows."""
        place = (table, column)
        if place not in self._values:
            found = self.statistics[table]
            targets = [edge for edge in self._targets[table, (column,)] if not edge.where]
            most = min((self.rows[edge.parent] for edge in targets), default=self.rows[table])
            rows = self.rows[table]
            if column not in found.columns:
                rows *= 1 - self.nulls(table, column)
                if any(edge.parent == table for edge in targets):
                    most /= _CHILDREN
            unique = frozenset([column]) in found.unique
            self._values[place] = values.of_column(
                found.columns.get(column), rows, unique, max(most, 1.0)
            )
        return self._values[place]

    def strata(self, table: Table, sample: Sample) -> list[Stratum]:
        """The strata of a root, by what is known of its columns together, else of each."""
        rows, about = self.rows[table.name], f"strata by {', '.join(sample.strata)}"
        names = [self._spelled(table, stratum) for stratum in sample.strata]
        if len(names) > 1:
            known = self.expressions(table).together(names)
            if known:
                return sampling.strata_together(rows, known.common, known.distinct)
        columns = [self._groups(table, name, about) for name in names]
        found = sampling.strata(rows, columns)
        if len(names) > 1 and rows < _CROWDED * sum(stratum.alike for stratum in found):
            listed = [sql_name(n) if self._is_column(table, n) else n for n in names]
            self.doubt(table, caveats.independent(table, about, listed))
        return found

    def _spelled(self, table: Table, stratum: str) -> str:
        """A stratum as the server has it: a column's name, or an expression."""
        if self._is_column(table, stratum):
            return stratum
        spelled = self.expressions(table).spelled([stratum])
        return spelled[0] if spelled else stratum

    def _is_column(self, table: Table, stratum: str) -> bool:
        """Whether a stratum is no expression: as macros/subset/require_columns.sql has it."""
        return bool(self.column(table.name, stratum) or re.fullmatch(r"\w+", stratum))

    def _groups(self, table: Table, name: str, about: str) -> Column:
        """The values of a column that is a stratum, or of an expression."""
        expressions = self.expressions(table)
        found = self.column(table.name, name) or expressions.columns.get(name)
        if found and (found.distinct or found.nulls >= 1):
            return found
        believed = expressions.groups(sql_name(name) if self._is_column(table, name) else name)
        if believed is None:
            self.doubt(table, caveats.not_understood(about))
        elif self._is_column(table, name):
            self.doubt(table, caveats.column_unknown(table, about, name))
        else:
            self.doubt(table, caveats.expression_unknown(table, about, name))
        return Column(distinct=min(_GROUPS, believed or _GROUPS))

    def expressions(self, table: Table) -> Expressions:
        """The statistics of a table's expressions."""
        if table.name not in self._expressions:
            self._expressions[table.name] = Expressions(
                self._database, table.relation, table.only, self.rows[table.name]
            )
        return self._expressions[table.name]

    def doubt(self, table: Table, caveat: Caveat) -> None:
        """Note a guess, unless all figures of the table are guesses."""
        known = self.caveats[table.name]
        if caveat not in known and not any(not other.about for other in known):
            known.append(caveat)

    def nulls(self, table: str, column: str) -> float:
        """The share of a column's rows that are NULL."""
        found = self.column(table, column)
        if found:
            return found.nulls
        return _NULLS if column in self.statistics[table].nullable else 0.0

    def filled(self, table: str, columns: Sequence[str]) -> float:
        """The share of rows that have a value in all columns."""
        return 1 - max(self.nulls(table, column) for column in columns)

    def distinct(self, table: str, columns: Sequence[str]) -> float:
        """How many different values the columns have together."""
        rows = self.rows[table] * self.filled(table, columns)
        if any(unique <= set(columns) for unique in self.statistics[table].unique):
            return rows
        number = 1.0
        for column in columns:
            number *= max(self.values(table, column).distinct, 1.0)
        return min(number, rows)

    def meets(self, table: Table, condition: str | None, about: str = "") -> float:
        """The share of a table's rows that meet a condition over x, as the planner has it.

        Args:
            table: the table.
            condition: SQL over x; all rows meet none.
            about: what people call it; none: `where` and the condition.

        Raises:
            TdmError: the server does not understand the condition.
        """
        if not condition or self.rows[table.name] < 0.5:
            return 1.0
        key = (table.name, condition)
        if key not in self._conditions:
            try:
                plan = planned(self._database, table.relation, condition, only=table.only)
            except psycopg.Error as error:
                said = error.diag.message_primary or "the server refused it"
                raise TdmError(f"{table.shown}: where {condition}: {said}") from None
            everything = planned_rows(self._database, table.relation, only=table.only)
            rows = float(plan.get("Plan Rows", 0.0))
            self._conditions[key] = min(rows / max(everything, 1.0), 1.0)
            self._doubt_filters(table, set(filters(plan)), about or f"where {condition}")
        return self._conditions[key]

    def _doubt_filters(self, table: Table, said: set[str], about: str) -> None:
        """Note what a condition compares and the planner has no statistics of."""
        for column, expression in sorted({pair for text in said for pair in compared(text)}):
            if expression == column:
                if self.column(table.name, column) is None:
                    self.doubt(table, caveats.column_unknown(table, about, column))
            elif expression not in self.expressions(table).columns:
                self.doubt(table, caveats.expression_unknown(table, about, expression))

    def points_at(self, child: str, columns: list[str], parent: str, to: list[str]) -> bool:
        """Whether the sources declare this reference."""
        return any(
            edge.parent == parent and edge.to_columns == to
            for edge in self._targets[child, tuple(columns)]
        )

    def listed(self, more: dict[str, Any]) -> float:
        """How many keys a list has: of the table that holds it, else of the seed's file."""
        relation = str(more.get("list") or "")
        try:
            row = self._database.execute(f"select count(*) from {relation}".encode()).fetchone()
            return float(row[0]) if row else 0.0
        except psycopg.Error:
            path = self.subset.seeds.get(relation)
        try:
            text = (self._project_dir / path).read_text(encoding="utf-8") if path else ""
        except OSError:
            return 0.0
        return max(sum(1 for line in text.splitlines() if line.strip()) - 1, 0)


def _family(tables: dict[str, Table], name: str) -> frozenset[str]:
    """The roots that a table's rows belong to."""
    found: set[str] = set()
    todo, seen = [name], {name}
    while todo:
        table = tables[todo.pop()]
        if table.sample:
            found.add(table.name)
        for owner in table.owners:
            if owner.table in tables and owner.table not in seen:
                seen.add(owner.table)
                todo.append(owner.table)
    return frozenset(found)
