"""What an estimate had to guess, because the server has no statistics of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from tdm.plan.read import Table


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
    return Caveat("", "never analysed", f"analyze {_named(table)};")


def of_view(table: Table) -> Caveat:
    return Caveat("", f"{table.shown} is a view, which has no statistics")


def column_unknown(table: Table, about: str, column: str) -> Caveat:
    return Caveat(about, f"no statistics of column {column}", f"analyze {_named(table)};")


def expression_unknown(table: Table, about: str, expression: str) -> Caveat:
    """An expression that is compared, as the server spells it."""
    return Caveat(
        about,
        f"no statistics of {expression}",
        _made(table, [expression], ""),
    )


def independent(table: Table, about: str, names: Sequence[str]) -> Caveat:
    """Strata that are so many that it matters which combinations there are."""
    return Caveat(
        about,
        f"{' and '.join(names)} make strata as if they were independent",
        _made(table, names, " (ndistinct, mcv)"),
    )


def not_understood(about: str) -> Caveat:
    return Caveat(about, "the server does not understand it")


def _made(table: Table, names: Sequence[str], kinds: str) -> str:
    """SQL that makes statistics; those of PostgreSQL 15 need a name."""
    listed = ", ".join(name if name.isidentifier() else f"({name})" for name in names)
    digest = hashlib.sha256(f"{table.shown} {listed}".encode()).hexdigest()[:8]
    place = _named(table)
    return f"create statistics tdm_{digest}{kinds} on {listed} from {place}; analyze {place};"


def _named(table: Table) -> str:
    return ".".join(
        part if part.isidentifier() and part.islower() else '"' + part.replace('"', '""') + '"'
        for part in table.relation
    )
