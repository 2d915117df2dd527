"""Pins the key of a release in the project, so that another key stops the next build.

It would change every pseudonym without a word.

dbt reads no file but its own, so the pin is an exposure: the dump, with the id of the key behind
it (never the key).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FILE = Path("models") / "exposures.yml"

_HEAD = """\
# The dumps that were exported from this project, and the keys behind their pseudonyms.
# Written by `tdm export`; commit it. A build of the same environment and database with another
# key stops: every pseudonym would change.
"""


def pin(project_dir: Path, environment: str, database: str, key_id: str) -> bool:
    """Remember the key of an environment in one database, once.

    Args:
        project_dir: the dbt project.
        environment: the dbt target.
        database: the name of the database that held the source.
        key_id: the id of the environment's key.

    Returns:
        True when the file was written, False when that key was pinned already.
    """
    path = project_dir / FILE
    content: dict[str, Any] = {}
    if path.exists():
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    name = "".join(c if c.isalnum() and c.isascii() else "_" for c in f"{environment}_{database}")
    exposure = {
        "name": f"{name}_dump",
        "type": "application",
        "owner": {"name": "test data"},
        "depends_on": ["ref('release')"],
        "config": {
            "meta": {"environment": environment, "database": database, "key_id": key_id},
        },
    }
    others = [e for e in content.get("exposures") or [] if e.get("name") != exposure["name"]]
    pinned = sorted([*others, exposure], key=lambda e: str(e["name"]))
    if content.get("exposures") == pinned:
        return False
    _write(path, {**content, "exposures": pinned})
    return True


def unpin(project_dir: Path, environment: str, database: str) -> bool:
    """Forget the pinned key of an environment, because it takes another one on purpose.

    Returns:
        True when the file was written, False when no key was pinned.
    """
    path = project_dir / FILE
    if not path.exists():
        return False
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    pinned = content.get("exposures") or []
    left = [e for e in pinned if not _pins(e, environment, database)]
    if left == pinned:
        return False
    _write(path, {**content, "exposures": left})
    return True


def _pins(exposure: dict[str, Any], environment: str, database: str) -> bool:
    facts = (exposure.get("config") or {}).get("meta") or {}
    return (facts.get("environment"), facts.get("database")) == (environment, database)


def _write(path: Path, content: dict[str, Any]) -> None:
    text = _HEAD + yaml.safe_dump(content, sort_keys=False)
    fresh = path.with_suffix(".yml.tmp")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
