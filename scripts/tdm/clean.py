"""Drops what a target made. The source and the vault are never in the list."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tdm import connection, dbt, manifest
from tdm.errors import ExitCode, TdmError

_VAULT = "tdm_vault"
LOCK_TIMEOUT = "10s"


def clean(project_dir: Path, dsn: str, target: str) -> dict[str, Any]:
    """Drop every schema that this target made.

    The list is what dbt says about the project and what the target's ledger recorded, so it holds
    what an earlier version of the project made as well. A name outside the target's prefix is
    never touched.

    Args:
        project_dir: the dbt project.
        dsn: the database.
        target: the target's name in the profile.

    Returns:
        `target`, and the schemas `dropped`.

    Raises:
        TdmError: exit 75 when somebody is using one of them.
    """
    prefix = connection.resolve_target(project_dir, target).schema
    made, read = _declared(project_dir, target, dsn)
    with connection.connect(dsn, autocommit=True) as connected:
        recorded, recorded_sources = _recorded(connected, prefix)
        ours = made | recorded | {f"{prefix}_tdm", f"{prefix}_subset"}
        never = read | recorded_sources | {_VAULT, "public"}
        names = {name for name in ours - never if name == prefix or name.startswith(f"{prefix}_")}
        dropped = [name for name in _present(connected, names) if _drop(connected, name)]
    return {"target": target, "dropped": dropped}


def _declared(project_dir: Path, target: str, dsn: str) -> tuple[set[str], set[str]]:
    """Schemas that the project makes and reads under this target, asked of dbt itself.

    target/manifest.json may be another target's, so this parses into a folder of its own. A
    project that does not parse has its ledger still.
    """
    with tempfile.TemporaryDirectory(prefix="tdm-") as folder:
        arguments = ["parse", "--target", target, "--target-path", folder]
        environment = connection.environment_for(dsn)
        dbt.run(project_dir, [*arguments, "--no-partial-parse"], environment)
        parsed = manifest.read(project_dir, Path(folder))
    if parsed is None:
        return set(), set()
    return manifest.made_schemas(parsed), manifest.source_schemas(parsed)


def _recorded(connected: psycopg.Connection[Any], prefix: str) -> tuple[set[str], set[str]]:
    """Schemas that the ledger says were made and read; nothing without a ledger."""
    made, read = set(), set()
    if _has(connected, prefix, "treatments"):
        query = sql.SQL(
            "select distinct c.relnamespace::regnamespace::text, split_part(t.source_table, '.', 1)"
            " from {} t left join pg_class c on c.oid = t.relation"
        )
        table = sql.Identifier(f"{prefix}_tdm", "treatments")
        for schema, source in connected.execute(query.format(table)):
            made |= {schema} if schema else set()
            read.add(source)
    if _has(connected, prefix, "releases"):
        query = sql.SQL(
            "select distinct split_part(e ->> 'relation', '.', 1), e ->> 'source_schema'"
            " from {}, jsonb_array_elements(tables) e"
        )
        table = sql.Identifier(f"{prefix}_tdm", "releases")
        for schema, source in connected.execute(query.format(table)):
            made.add(schema)
            read.add(source)
    return {name.strip('"') for name in made if name}, {name for name in read if name}


def _has(connected: psycopg.Connection[Any], prefix: str, table: str) -> bool:
    row = connected.execute(
        "select to_regclass(format('%%I.%%I', %s::text, %s::text)) is not null",
        [f"{prefix}_tdm", table],
    ).fetchone()
    return bool(row and row[0])


def _present(connected: psycopg.Connection[Any], names: set[str]) -> list[str]:
    query = "select nspname from pg_namespace where nspname = any(%s) order by nspname"
    return [row[0] for row in connected.execute(query, [sorted(names)])]


def _drop(connected: psycopg.Connection[Any], schema: str) -> bool:
    try:
        with connected.transaction():
            connected.execute("select set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            connected.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))
    except psycopg.errors.LockNotAvailable:
        raise TdmError(
            f"Somebody is using schema {schema}; try again later.", ExitCode.LOCKED
        ) from None
    return True
