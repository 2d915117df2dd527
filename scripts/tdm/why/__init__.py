"""`tdm why`: the chain of references that keeps a row, from it back to a row that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tdm import connection
from tdm.counted import counted
from tdm.errors import ExitCode, TdmError
from tdm.plan import last_built, real
from tdm.plan.read import Table, find
from tdm.plan.statistics import fix_settings
from tdm.why import absent, chain, rows
from tdm.why.chain import Chain

__all__ = ["render", "why"]


def why(
    project_dir: Path, dsn: str, target: connection.Target, name: str, key: Sequence[str]
) -> dict[str, Any]:
    """Say why a row is in the subset, or why not.

    Args:
        project_dir: the dbt project.
        dsn: the database of the last build.
        target: the dbt target that was built.
        name: SCHEMA.TABLE.
        key: the values of its key columns, in their order, as texts.

    Returns:
        `table`, `key`, `kept`; of a kept row `chain`, `reason`, `because` and, of a link row,
        `ends`; of another one `why`, sentences.

    Raises:
        TdmError: no such table or row, a key of another shape, or nothing was built.
    """
    subset = last_built(project_dir, dsn, target)
    table = find(subset, name)
    _require_key(table, key)
    with connection.connect(dsn, autocommit=True) as database:
        fix_settings(database)
        row = rows.look_up(database, table, key)
        if row is None:
            raise TdmError(f"Production has no row {rows.shown(table.shown, key)}.")
        if table.kept is None or not real.exists(database, table.kept):
            raise TdmError(
                f"Nothing was built yet of {table.shown}; run dbt build first.",
                ExitCode.PRECONDITION,
            )
        said = {"table": table.shown, "key": dict(zip(table.key, row.key, strict=True))}
        if not rows.is_in(database, row, table.kept):
            return {**said, "kept": False, "why": absent.explain(database, subset, row)}
        return {**said, "kept": True, **_as_json(chain.explain(database, subset, row))}


def render(done: dict[str, Any]) -> str:
    """The answer as text: a line a row."""
    named = _row(done)
    if not done["kept"]:
        return "\n".join([f"{named} is not kept.", *(f"  {line}" for line in done["why"])])
    return "\n".join(_lines(done, ""))


def _require_key(table: Table, key: Sequence[str]) -> None:
    if not table.key:
        raise TdmError(f"{table.shown} has no key, so that no row of it can be named.")
    if len(key) != len(table.key):
        raise TdmError(
            f"The key of {table.shown} is {', '.join(table.key)}: give "
            f"{counted(len(table.key), 'value')}, not {len(key)}."
        )


def _as_json(found: Chain) -> dict[str, Any]:
    made: dict[str, Any] = {
        "chain": [chain.as_json(step) for step in found.steps],
        "reason": found.reason,
        "because": found.text,
    }
    if found.ends:
        made["ends"] = [_as_json(end) for end in found.ends]
    return made


def _lines(done: dict[str, Any], indent: str) -> list[str]:
    steps = done["chain"]
    lines = [indent + _step(step) for step in steps] or [indent.rstrip()]
    lines[-1] += f": {done['because']}"
    for end in done.get("ends", ()):
        lines += _lines(end, indent + "  ")
    return lines


def _step(step: dict[str, Any]) -> str:
    words = {"referenced": "← referenced by ", "owned": "← owned by ", "end": "end: "}
    values = ", ".join(step["expression"] or step["columns"])
    reference = f" ({values})" if values else ""
    where = f" where {step['where']}" if step["where"] else ""
    return f"{words.get(step['by'] or '', '')}{_row(step)}{reference}{where}"


def _row(step: dict[str, Any]) -> str:
    return rows.shown(step["table"], list(step["key"].values())) + (
        "" if step["key"] else " (a row without a key)"
    )
