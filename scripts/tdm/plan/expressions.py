"""Statistics of expressions, and of several columns together.

ANALYZE makes them for what CREATE STATISTICS names and for indexes over expressions. The server
compares expressions as trees; here they are compared as EXPLAIN spells them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from tdm.plan.conditions import plain
from tdm.plan.statistics import Column, Database, Relation, column_of

_OF_EXPRESSIONS = """
select expr::text, null_frac::float8, n_distinct::float8, most_common_vals::text::text[],
    most_common_freqs::float8[], histogram_bounds::text::text[], null::float8[]
from (
    select
        expr, null_frac, n_distinct, most_common_vals, most_common_freqs, histogram_bounds,
        inherited
    from pg_stats_ext_exprs
    where schemaname = %(schema)s and tablename = %(table)s and null_frac is not null
    union all
    select
        pg_get_indexdef(i.indexrelid, part.place::int, false), s.null_frac, s.n_distinct,
        s.most_common_vals, s.most_common_freqs, s.histogram_bounds, s.inherited
    from pg_index as i
    inner join pg_class as c on c.oid = i.indrelid
    inner join pg_namespace as n on n.oid = c.relnamespace
    inner join pg_class as ic on ic.oid = i.indexrelid
    inner join pg_namespace as icn on icn.oid = ic.relnamespace
    cross join lateral unnest(i.indkey::smallint[]) with ordinality as part (attnum, place)
    inner join pg_attribute as a on a.attrelid = i.indexrelid and a.attnum = part.place
    inner join pg_stats as s
        on s.schemaname = icn.nspname and s.tablename = ic.relname and s.attname = a.attname
    where n.nspname = %(schema)s and c.relname = %(table)s
        and part.attnum = 0 and i.indpred is null
) as found
order by inherited desc
"""

_OF_SEVERAL = """
select
    attnames::text[], exprs::text[], n_distinct::text, most_common_vals::text[],
    most_common_freqs::float8[]
from pg_stats_ext
where schemaname = %(schema)s and tablename = %(table)s
order by inherited desc, statistics_name
"""


@dataclass
class Together:
    """What ANALYZE found in several columns or expressions together.

    Attributes:
        distinct: the number of different combinations; 0 where only the most common are known.
        common: the most common ones with their shares.
    """

    distinct: float = 0.0
    common: list[tuple[tuple[str | None, ...], float]] = field(default_factory=list)


class Expressions:
    """The statistics of one table beside those of its columns; looked up when first asked for."""

    def __init__(self, database: Database, relation: Relation, only: bool, rows: float) -> None:
        self._database = database
        self._relation = relation
        self._only = only
        self._place = {"schema": relation[0], "table": relation[1]}
        found = database.execute(_OF_EXPRESSIONS, self._place).fetchall()
        spelled = self.spelled([text for text, *_ in found]) or []
        self.columns: dict[str, Column] = {}
        for text, (_, *numbers) in zip(spelled, found, strict=False):
            self.columns.setdefault(text, column_of(rows, *numbers))

    def spelled(self, expressions: Sequence[str]) -> list[str] | None:
        """Expressions over x as the server has them; None where it does not understand them."""
        if not expressions:
            return []
        listed = ", ".join(f"({text})" for text in expressions)
        plan = self._explained(f"select {listed}", "")
        while plan and "Output" not in plan:  # of partitions, each has its own
            plan = next(iter(plan.get("Plans", ())), None)
        return [plain(str(text)) for text in plan["Output"]] if plan else None

    def groups(self, expression: str) -> float | None:
        """How many values the planner believes an expression has; None where it has no idea."""
        plan = self._explained("select", f" group by ({expression})")
        return float(plan["Plan Rows"]) if plan else None

    def together(self, names: Sequence[str]) -> Together | None:
        """What is known of just these columns and expressions together, in their order."""
        found = Together()
        for columns, exprs, distinct, values, shares in self._database.execute(
            _OF_SEVERAL, self._place
        ).fetchall():
            held = [*(columns or ()), *(self.spelled(exprs or ()) or ())]
            if len(held) != len(names) or set(held) != set(names):
                continue
            if distinct:
                found.distinct = max(json.loads(distinct).values())
            places = [held.index(name) for name in names]
            common = zip(values or (), shares or (), strict=True)
            found.common = found.common or [
                (tuple(row[place] for place in places), share) for row, share in common
            ]
        return found if found.distinct or found.common else None

    def _explained(self, before: str, after: str) -> dict[str, Any] | None:
        """The top of the plan of a query over x."""
        source = sql.SQL(" from {}{} as x").format(
            sql.SQL("only " if self._only else ""), sql.Identifier(*self._relation)
        )
        text = f"explain (format json, verbose) {before}{source.as_string(self._database)}{after}"
        try:
            row = self._database.execute(text.encode()).fetchone()
        except psycopg.Error:
            return None
        return dict(row[0][0]["Plan"]) if row else None
