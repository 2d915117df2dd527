"""`tdm plan --export-keys`: the keys that a build has kept, as CSV.

A second project, whose database shares them, takes the file as a seed and samples by it
(`tdm.listed`): so two databases that do not see each other keep the same entities.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import BinaryIO

import psycopg
from psycopg import sql

from tdm import connection
from tdm.errors import ExitCode, TdmError
from tdm.plan import real
from tdm.plan.read import Subset, Table, find
from tdm.plan.statistics import Database, Relation


def export_keys(subset: Subset, dsn: str, wanted: str, out: BinaryIO) -> None:
    """Write kept keys, or other columns of the kept rows, in the order of the key.

    Args:
        subset: what the models keep.
        dsn: the database of the build.
        wanted: SCHEMA.TABLE, or SCHEMA.TABLE=COLUMN,COLUMN.
        out: takes the CSV; its first line has the columns' names.

    Raises:
        TdmError: no such table or column, a table without a key, or nothing was built.
    """
    name, columns = wanted, None
    if "=" in wanted and wanted not in {table.shown for table in subset.tables.values()}:
        name, _, listed = wanted.partition("=")
        columns = [column.strip() for column in listed.split(",") if column.strip()]
    table = find(subset, name)
    with connection.connect(dsn) as database:
        relation = _relation(database, table, columns)
        chosen = columns or table.key
        _require_columns(database, table, relation, chosen)
        query = sql.SQL("copy (select {} from {} order by {}) to stdout (format csv, header)")
        filled = query.format(
            _list(chosen), sql.Identifier(*relation), _list([*table.key, *chosen])
        )
        try:
            with database.cursor().copy(filled) as rows:
                for block in rows:
                    out.write(block)
        except psycopg.Error as error:
            raise TdmError(
                f"The keys of {table.shown} could not be read (SQLSTATE {error.sqlstate}).",
                ExitCode.PRECONDITION,
            ) from None
    out.flush()


def _relation(database: Database, table: Table, columns: list[str] | None) -> Relation:
    """Where the rows or keys stand: the narrow table of keys, where it has all that is asked."""
    if not columns and not table.key:
        raise TdmError(f"{table.shown} has no key; name columns: {table.shown}=COLUMN,COLUMN.")
    relation = table.kept if columns or not table.keys else table.keys
    if relation is None or not real.exists(database, relation):
        raise TdmError(
            f"Nothing was built yet of {table.shown}; run dbt build first.", ExitCode.PRECONDITION
        )
    return relation


def _require_columns(
    database: Database, table: Table, relation: Relation, columns: list[str]
) -> None:
    known = real.columns(database, relation)
    for column in columns:
        if column not in known:
            near = get_close_matches(column, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise TdmError(f"{table.shown} has no column {column}.{hint}")


def _list(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, dict.fromkeys(columns)))
