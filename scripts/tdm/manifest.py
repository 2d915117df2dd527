"""Reads dbt's target/manifest.json, the one place where dbt says what a project holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_MADE = {"model", "seed", "snapshot", "test", "function"}


def read(project_dir: Path, target_path: Path | None = None) -> dict[str, Any] | None:
    """The newest manifest, or None when dbt has not written one."""
    path = (target_path or project_dir / "target") / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def sources(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The source tables in scope, by name."""
    found = manifest.get("sources", {}).values()
    wanted = [source for source in found if meta(source).get("scope") != "out"]
    return sorted(wanted, key=lambda source: (source["source_name"], source["name"]))


def made_schemas(manifest: dict[str, Any]) -> set[str]:
    """The schemas that nodes of this manifest are built in."""
    nodes = manifest.get("nodes", {}).values()
    return {node["schema"] for node in nodes if node.get("resource_type") in _MADE}


def source_schemas(manifest: dict[str, Any]) -> set[str]:
    """The schemas that the project only reads."""
    return {source["schema"] for source in manifest.get("sources", {}).values()}


def meta(node: dict[str, Any]) -> dict[str, Any]:
    """A node's or column's `config.meta`."""
    return (node.get("config") or {}).get("meta") or node.get("meta") or {}
