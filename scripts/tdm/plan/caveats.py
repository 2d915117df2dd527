"""What an estimate had to guess, because the server has no statistics of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tdm.plan.read import Table
from tdm.scaffold.names import short_hash, sql_name


@dataclass(frozen=True)
class Caveat:
    """A guess behind the figures of a table.

    Attributes:
        about: the strata or condition that it is about; empty for all figures of the table.
        why: what is missing.
        todo: SQL that makes it, to be run in the copy of production; empty where there is none.
    """

    about: str
    why: str
    todo: str = ""


def never_analysed(table: Table) -> Caveat:
    """All figures of a table go by its size."""
    return Caveat("", "never analysed", f"analyze {_named(table)};")


def of_view(table: Table) -> Caveat:
    """All figures of a view are the planner's guesses."""
    return Caveat("", f"{table.shown} is a view, which has no statistics")


def column_unknown(table: Table, about: str, column: str) -> Caveat:
    """A column that is compared or makes strata, and that came after ANALYZE."""
    return Caveat(about, f"no statistics of column {column}", f"analyze {_named(table)};")


def expression_unknown(table: Table, about: str, expression: str) -> Caveat:
    """An expression that is compared or makes strata, as the server spells it."""
    return Caveat(about, f"no statistics of {expression}", _made(table, [expression], ""))


def independent(table: Table, about: str, names: Sequence[str]) -> Caveat:
    """Strata of several columns, so many that it matters which combinations there are."""
    why = f"{' and '.join(names)} are counted as if they were independent"
    return Caveat(about, why, _made(table, names, " (ndistinct, mcv)"))


def not_understood(about: str) -> Caveat:
    """SQL that the server refuses: the guard says why."""
    return Caveat(about, "the server does not understand it")


def _made(table: Table, names: Sequence[str], kinds: str) -> str:
    """SQL that makes statistics; those of PostgreSQL 15 need a name."""
    listed = ", ".join(n if re.fullmatch(r'\w+|"(?:[^"]|"")+"', n) else f"({n})" for n in names)
    place = _named(table)
    name = f"tdm_{short_hash(place + listed)}"
    return f"create statistics {name}{kinds} on {listed} from {place}; analyze {place};"


def _named(table: Table) -> str:
    return ".".join(map(sql_name, table.relation))
