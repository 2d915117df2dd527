"""Golden vectors as Python has them: golden.json, and what of it is SQL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from masks.rendered import Package

GOLDEN = Path(__file__).with_name("golden.json")
# They look at other rows or tables, which one value cannot show, and have tests of their own.
OF_MANY_ROWS = {"shuffle", "permute_category", "generalise"}
NO_MASKS = {"with_digest", "entity_of", "mask_sql", "undecided"}


def entries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found


def rendered_mask(tdm: Package, argument: Any) -> Any:
    """A mask's SQL; any other argument as it is."""
    if isinstance(argument, dict) and "mask" in argument:
        arguments = {k: rendered_mask(tdm, v) for k, v in argument["arguments"].items()}
        return getattr(tdm, argument["mask"])("x", **arguments)
    if isinstance(argument, dict):
        return {key: rendered_mask(tdm, value) for key, value in argument.items()}
    if isinstance(argument, list):
        return [rendered_mask(tdm, value) for value in argument]
    return argument


def text(golden: list[dict[str, Any]]) -> str:
    """One vector a line, so that a change of one is a line in a diff."""
    parts = []
    for entry in golden:
        *facts, (_, vectors) = entry.items()
        head = ", ".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in facts)
        lines = ",\n".join(f"    {json.dumps(v, ensure_ascii=False)}" for v in vectors)
        parts.append(f'  {{{head}, "vectors": [\n{lines}\n  ]}}')
    return "[\n" + ",\n".join(parts) + "\n]\n"
