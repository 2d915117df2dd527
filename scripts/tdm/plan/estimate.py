"""How many rows of every table a build would keep, from statistics alone.

Down along what is owned: the share of a table that belongs to sampled rows. Then up along
references until nothing moves: how many different rows the kept ones point at. Where the statistics
name values (the most common ones, or all of a small table), each is followed by itself: a sample is
a function of the key, so the hash of a customer that has a fifth of all orders says whether they
come.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tdm.plan import down, up
from tdm.plan.caveats import Caveat
from tdm.plan.facts import Facts
from tdm.plan.read import Subset
from tdm.plan.statistics import Database, Statistics


@dataclass(frozen=True)
class Estimate:
    """What a build would keep.

    Attributes:
        rows: by table name.
        sampled: of these, the rows that are sampled or owned.
        owned: the rows of each owner of a table.
        brought: the rows that a reference brings beside them, by its place in the list.
        cut: the rows that caps keep away from a table, before references bring some back.
        back: how many come back, and the place of the reference that brings most.
        caveats: what was guessed, because the server has no statistics of it.
    """

    rows: dict[str, float]
    sampled: dict[str, float]
    owned: dict[str, list[float]]
    brought: dict[int, float]
    cut: dict[str, float]
    back: dict[str, tuple[float, int]]
    caveats: dict[str, list[Caveat]]


def estimated(
    subset: Subset, statistics: dict[str, Statistics], database: Database, project_dir: Path
) -> Estimate:
    """Estimate the rows of every table.

    Args:
        subset: what the models say.
        statistics: what the server knows of the tables.
        database: for the planner's word on conditions; no row is read.
        project_dir: where the seeds are.

    Returns:
        Rows, never more than a table has.
    """
    facts = Facts(subset, statistics, database, project_dir)
    sampled = down.sampled(facts)
    kept = up.kept(facts, sampled)
    return Estimate(
        {name: min(rows, facts.rows[name]) for name, rows in kept.rows.items()},
        {name: made.rows for name, made in sampled.items()},
        {name: made.owned for name, made in sampled.items()},
        kept.brought,
        {name: made.uncut - made.rows for name, made in sampled.items()},
        kept.back,
        facts.caveats,
    )
