"""`tdm export`: from a release to a dump that restores with the tools people have."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import zstandard

from tdm.connection import connect
from tdm.dump import catalog, manifest, place, scan
from tdm.dump.release import begin_snapshot
from tdm.dump.schema import dump_schema
from tdm.dump.sequences import sequences
from tdm.dump.sqlfile import write_sql
from tdm.dump.sqltext import joined
from tdm.dump.streams import LEVEL, fix_settings, write_stream
from tdm.errors import TdmError

Progress = Callable[[str, int], None]


def export(
    project_dir: Path,
    out: Path,
    fmt: str,
    dsn: str,
    target: str,
    *,
    comments: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Write the dump of what a target released.

    Args:
        project_dir: the dbt project: its name, its sources, its git commit.
        out: the directory or file to make; a dump of ours that stands there is replaced.
        fmt: `dir`, or `sql` for one file (compressed when its name ends in `.zst`).
        dsn: the database that holds source and masked tables.
        target: the target's schema prefix.
        comments: whether the comments of the schema leave as well.
        progress: called with a table's name and rows after each table.

    Returns:
        path, digest, bytes, rows, tables, seconds, key_id.

    Raises:
        TdmError: 1 a foreign `out`; 3 no release of what stands there; 4 a canary or an
            identifying value in the dump; 5 no usable pg_dump; 75 another export or a build.
    """
    if fmt not in ("dir", "sql"):
        raise TdmError(f"No format {fmt}: dir or sql.", 1)
    started = time.monotonic()
    out = out.absolute()
    if out.is_symlink():
        out = out.resolve()
    with (
        place.reserved(out) as temporary,
        connect(dsn, autocommit=True) as conn,
        connect(dsn, autocommit=True) as lookup,
    ):
        try:
            made = _write(
                conn,
                lookup,
                project_dir,
                temporary,
                fmt,
                out.suffix == ".zst",
                dsn,
                target,
                comments,
                progress,
            )
        except psycopg.Error as error:
            raise TdmError(f"Export failed: {_without_values(error)}", 5) from None
        place.publish(temporary / "dump", out)
        size = sum(
            f.stat().st_size for f in ([out] if out.is_file() else out.rglob("*")) if f.is_file()
        )
    return {
        "path": str(out),
        "digest": made["digest"],
        "bytes": size,
        "rows": sum(table["rows"] for table in made["tables"]),
        "tables": len(made["tables"]),
        "seconds": round(time.monotonic() - started, 3),
        "key_id": made["key_id"],
    }


def _write(
    conn: psycopg.Connection[Any],
    lookup: psycopg.Connection[Any],
    project_dir: Path,
    temporary: Path,
    fmt: str,
    packed: bool,
    dsn: str,
    target: str,
    comments: bool,
    progress: Progress | None,
) -> dict[str, Any]:
    """Write a whole dump to `temporary/dump`; returns its manifest."""
    fix_settings(conn)
    release = begin_snapshot(conn, target)
    schemas = catalog.source_schemas(conn, project_dir, release, target)
    tables = catalog.tables(conn, release, target)
    extensions = catalog.extensions(conn, schemas)
    watch = scan.prepare(lookup, release, target, catalog.identifiers(conn))

    schema = dump_schema(
        conn, dsn, schemas, extensions, catalog.refreshed_views(conn, schemas), comments
    )
    set_sequences = sequences(conn, schemas, tables)
    parts = {
        "pre-data": joined(schema.pre_data),
        "post-data": joined(schema.post_data),
        "sequences": "".join(f"{sequence.sql}\n" for sequence in set_sequences),
    }
    scan.scan_schema(watch, [*schema.pre_data, *schema.post_data])
    scan.scan_text(watch, parts["sequences"], "the sequences")
    # What the schema holds is known by now; no need to read the rows first.
    scan.refuse_findings(watch)

    folder = temporary / "dump" if fmt == "dir" else temporary / "parts"
    (folder / "data").mkdir(parents=True)
    entries, files = [], []
    for table in tables:
        stream = write_stream(conn, table, folder / "data", scan.row_scanner(watch, table))
        entry: dict[str, Any] = {
            "schema": table.schema,
            "name": table.name,
            "columns": [column.name for column in table.columns],
            "order": list(table.order),
            "partitioned": table.partitioned,
            "rows": stream.rows,
            "sha256": stream.sha256,
        }
        if fmt == "dir":
            entry |= {"file": stream.file, "bytes": stream.bytes}
            entry |= {"file_sha256": stream.file_sha256}
        entries.append(entry)
        files.append(folder / stream.file)
        if progress:
            progress(table.full_name, stream.rows)
    made: dict[str, Any] = {
        "tdm": manifest.FORMAT,
        "name": manifest.project_name(project_dir, target),
        "environment": release.environment,
        "key_id": release.key_id,
        "source_seen_at": catalog.source_seen_at(conn, target),
        "git": manifest.git_commit(project_dir),
        "gates": catalog.gate_results(conn, target),
        "treatments": [
            {
                k: v
                for k, v in treatment.items()
                if k not in ("oid", "dictionary") and (v is not None or k != "dictionaries")
            }
            for treatment in catalog.treatments(conn, release, target)
        ],
        "scanned_for": {"canaries": len(watch.canaries), "identifying_values": True},
        "server": {"major": conn.info.server_version // 10000, "extensions": extensions},
        "pg_dump": schema.pg_dump,
        "compression": f"zstd {'.'.join(map(str, zstandard.ZSTD_VERSION))} level {LEVEL}",
        "schemas": schemas,
        "schema": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in parts.items()},
        "tables": entries,
        "tables_without_rows": catalog.tables_without_rows(conn, schemas, tables),
        "sequences": [{"sequence": s.full_name, "sql": s.sql} for s in set_sequences],
        **catalog.unusual_state(conn, schemas),
    }
    conn.execute("rollback")
    scan.refuse_findings(watch)
    made = manifest.sealed(made)
    if fmt == "dir":
        (folder / "schema").mkdir()
        for name in ("pre-data", "post-data"):
            (folder / "schema" / f"{name}.sql").write_text(parts[name], encoding="utf-8")
        (folder / "sequences.sql").write_text(parts["sequences"], encoding="utf-8")
        (folder / "manifest.json").write_text(manifest.pretty(made), encoding="utf-8")
    else:
        write_sql(temporary / "dump", packed, made, parts, files)
    return made


def _without_values(error: psycopg.Error) -> str:
    """What PostgreSQL says without anything of anybody's row in it."""
    where = [error.diag.schema_name, error.diag.table_name, error.diag.constraint_name]
    place = ".".join(name for name in where if name)
    what = f"{type(error).__name__} ({error.sqlstate})"
    safe = (error.sqlstate or "")[:2] in ("42", "0A", "58", "53", "55", "57", "28")
    said = f": {error.diag.message_primary}" if safe and error.diag.message_primary else ""
    return what + (f" at {place}" if place else "") + said
