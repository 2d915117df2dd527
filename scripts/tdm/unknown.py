"""Misspelled sources and models, and models in a circle: we add to what dbt says what was meant.

dbt finds them while it links what it has parsed, before any macro knows of other models; so only
the names that stand in the project's files can help.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

_UNKNOWN = re.compile(
    r"\((?P<file>[^()\n]+)\) depends on a (?P<kind>source|node) named '(?P<name>[^'\n]+)'"
    r" (?:in package or project '[^']*' )?which was not found"
)
_CIRCLE = re.compile(r"Found a cycle: (?P<nodes>\S+(?: --> \S+)*)")


def explained(project_dir: Path, message: str) -> str:
    """A message of dbt, or a shorter one that says more if it is about names or a circle.

    Args:
        project_dir: the dbt project.
        message: what dbt said, of one line or several.

    Returns:
        `file: there is no source shop.oders. Did you mean shop.orders?`, the models that wait for
        each other, or the message as it is.
    """
    circle = _CIRCLE.search(message)
    if circle:
        nodes = [node.rpartition(".")[2] for node in circle["nodes"].split(" --> ")]
        return (
            f"Models wait for each other: {' → '.join([*nodes, nodes[0]])}. Tables whose rows point"
            " at each other are members of one kept_together model, and link rows bring nothing:"
            " their ends do not name them under referenced_by."
        )
    found = _UNKNOWN.search(message)
    if found is None:
        return message
    file, kind, name = found["file"], found["kind"], found["name"]
    known = _sources(project_dir) if kind == "source" else _models(project_dir)
    near = get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"{file}: there is no {'source' if kind == 'source' else 'model'} {name}.{hint}"


def _sources(project_dir: Path) -> list[str]:
    """Every source that YAML declares, as service.table."""
    found = set()
    for file in _files(project_dir, "model-paths", "models", (".yml", ".yaml")):
        content = _yaml(file)
        for source in content.get("sources") or []:
            for table in source.get("tables") or []:
                found.add(f"{source.get('name')}.{table.get('name')}")
    return sorted(found)


def _models(project_dir: Path) -> list[str]:
    """Every model and seed, by the name of its file."""
    models = _files(project_dir, "model-paths", "models", (".sql",))
    seeds = _files(project_dir, "seed-paths", "seeds", (".csv",))
    return sorted({file.stem for file in (*models, *seeds)})


def _files(project_dir: Path, setting: str, usual: str, ends: tuple[str, ...]) -> list[Path]:
    folders = _yaml(project_dir / "dbt_project.yml").get(setting) or [usual]
    return [
        file
        for folder in folders
        for file in (project_dir / str(folder)).rglob("*")
        if file.suffix in ends
    ]


def _yaml(file: Path) -> dict[str, Any]:
    """What a file of the project holds; nothing where it is no YAML, of which dbt speaks."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}
