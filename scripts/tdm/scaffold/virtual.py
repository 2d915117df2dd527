"""References that the catalog does not know: a person declares them in the sources.

`tdm init` reads them from there.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from tdm.errors import TdmError
from tdm.scaffold.catalog import Catalog, Reference
from tdm.scaffold.names import undo_dbt_text


def read(path: Path, catalog: Catalog) -> tuple[Reference, ...]:
    """The virtual references of sources files: entries without a constraint's name.

    Args:
        path: a sources file, or a folder that is searched for them (models/source of a project).
        catalog: the database that the references are about.

    Returns:
        The references, in the order of files and entries; those of tables that were not read
        are left out.

    Raises:
        TdmError: no such file, no YAML, or an unknown table or column, with the nearest name.
    """
    if not path.exists():
        raise TdmError(f"--references {path}: there is no such file or folder.")
    files = sorted(path.rglob("*.yml")) if path.is_dir() else [path]
    found: list[Reference] = []
    for file in files:
        try:
            content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        except yaml.YAMLError:
            raise TdmError(f"--references {file}: this is not YAML.") from None
        for source in content.get("sources") or []:
            for table in source.get("tables") or []:
                found += _of_table(file, catalog, content, source, table)
    return tuple(found)


def add(catalog: Catalog, extra: tuple[Reference, ...]) -> Catalog:
    """The catalog with further references."""
    return replace(catalog, references=(*catalog.references, *extra))


def _of_table(
    file: Path,
    catalog: Catalog,
    content: dict[str, Any],
    source: dict[str, Any],
    table: dict[str, Any],
) -> list[Reference]:
    schema = undo_dbt_text(source.get("schema", source["name"]))
    child = f"{schema}.{undo_dbt_text(table.get('identifier', table['name']))}"
    if child not in catalog.tables:
        return []
    meta = (table.get("config") or {}).get("meta") or {}
    found = []
    for entry in meta.get("references") or []:
        if entry.get("name"):
            continue
        where = f"{file}: {source['name']}.{table['name']}"
        columns = tuple(map(undo_dbt_text, entry.get("columns") or ()))
        to = _target(catalog, content, source, str(entry.get("to", "")))
        if to not in catalog.tables:
            near = get_close_matches(to, catalog.tables, n=1)
            raise TdmError(
                f"{where} has a reference to {entry.get('to')}, which does not exist.{_hint(near)}"
            )
        to_columns = tuple(map(undo_dbt_text, entry.get("to_columns") or columns))
        for name, wanted in ((child, columns), (to, to_columns)):
            known = [column.name for column in catalog.tables[name].columns]
            for column in wanted:
                if column not in known:
                    near = get_close_matches(column, known, n=1)
                    raise TdmError(
                        f"{where} has a reference over {name}.{column},"
                        f" which does not exist.{_hint(near)}"
                    )
        expression = tuple(map(undo_dbt_text, entry.get("expression") or ()))
        if len(expression or columns) != len(to_columns):
            raise TdmError(
                f"{where} has a reference to {to} with another number of columns"
                " than it has targets."
            )
        found.append(
            Reference(
                "",
                child,
                columns,
                to,
                to_columns,
                where=undo_dbt_text(entry["where"]) if entry.get("where") else None,
                expression=expression,
            ).between(catalog.tables[child], catalog.tables[to])
        )
    return found


def _target(catalog: Catalog, content: dict[str, Any], source: dict[str, Any], to: str) -> str:
    """A table as the catalog names it, from how the sources do: service and slug."""
    service, _, slug = to.partition(".")
    for other in [source, *(content.get("sources") or [])]:
        if other["name"] == service:
            for table in other.get("tables") or []:
                if table["name"] == slug:
                    schema = undo_dbt_text(other.get("schema", service))
                    return f"{schema}.{undo_dbt_text(table.get('identifier', slug))}"
    for name, known in catalog.tables.items():
        if f"{known.schema}.{known.name}".lower() == to:
            return name
    return to


def _hint(near: list[str]) -> str:
    return f" Did you mean {near[0]}?" if near else ""
