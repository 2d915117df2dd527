"""The dump as one file that bare psql loads.

The same parts as in the directory, in one transaction. Comments frame every part, with its length
or its end, so that `tdm load` can check and load the file as it does a directory.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import zstandard
from psycopg import sql

from tdm.dump.manifest import canonical
from tdm.dump.place import SQL_MARK
from tdm.dump.streams import LEVEL, read_stream

SESSION = """\
SET LOCAL client_encoding = 'UTF8';
SET LOCAL standard_conforming_strings = on;
SET LOCAL check_function_bodies = false;
SET LOCAL client_min_messages = warning;
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = postgres;
SET LOCAL TimeZone = 'UTC';
SET LOCAL xmloption = content;
SET LOCAL row_security = off;
SET LOCAL lock_timeout = 0;
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
"""
EMPTY_PATH = "SET LOCAL search_path = '';\n"
END_OF_ROWS = b"\\.\n"


def rows_path(schemas: list[str]) -> str:
    """The search path while rows and indexes are made.

    pg_dump writes full names, but a CHECK may call a function whose own body does not.
    """
    names = [*schemas, *([] if "public" in schemas else ["public"])]
    return (
        sql.SQL("SET LOCAL search_path = {};\n")
        .format(sql.SQL(", ").join(sql.Identifier(name) for name in names))
        .as_string()
    )


def copy_statement(table: dict[str, Any], options: str = "") -> str:
    """The COPY that loads a table of the manifest."""
    columns = sql.SQL(", ").join(sql.Identifier(column) for column in table["columns"])
    return (
        sql.SQL("COPY {}{} FROM stdin{};")
        .format(
            sql.Identifier(table["schema"], table["name"]),
            sql.SQL(" ({})").format(columns) if table["columns"] else sql.SQL(""),
            sql.SQL(options),
        )
        .as_string()
    )


def _guard(schemas: list[str]) -> str:
    """Say at once that the database is not empty, before anything fails half-way."""
    return (
        sql.SQL(
            "DO $tdm$ BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = "
            "ANY ({}) AND (n.nspname <> 'public' OR EXISTS (SELECT FROM pg_catalog.pg_class c "
            "WHERE c.relnamespace = n.oid AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d "
            "WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid "
            "AND d.deptype = 'e')))) THEN RAISE EXCEPTION "
            "'this database is not empty: load the dump into a new one'; END IF; END $tdm$;\n"
        )
        .format(sql.Literal(schemas))
        .as_string()
    )


def write_sql(
    path: Path,
    packed: bool,
    manifest: dict[str, Any],
    parts: dict[str, str],
    streams: list[Path],
) -> None:
    """Write the file.

    Args:
        path: where to.
        packed: whether to compress it.
        manifest: the sealed manifest.
        parts: text of `pre-data`, `post-data` and `sequences`.
        streams: the written streams, in the order of the manifest's tables.
    """
    hashed = hashlib.sha256()
    with _opened(path, packed) as file:

        def put(data: str | bytes) -> None:
            raw = data.encode() if isinstance(data, str) else data
            hashed.update(raw)
            file.write(raw)

        put(SQL_MARK + f"{manifest['tdm']}\n".encode())
        put(f"-- {manifest['name']} for {manifest['environment']}, masked; made by tdm export\n")
        put(f"-- digest {manifest['digest']}\n-- key id {manifest['key_id']}\n")
        put("-- load it into an empty database: psql -v ON_ERROR_STOP=1 -f FILE\n")
        put(f"-- manifest {canonical(manifest)}\n\n")
        # Without it psql would go on after a failed COPY and read rows as commands.
        put("\\set ON_ERROR_STOP on\nBEGIN;\n" + SESSION + EMPTY_PATH)
        put(_guard(manifest["schemas"]))
        _put_part(put, "pre-data", parts["pre-data"])
        put(rows_path(manifest["schemas"]))
        for table, stream in zip(manifest["tables"], streams, strict=True):
            put(f"-- tdm rows {canonical([table['schema'], table['name']])}\n")
            put(copy_statement(table) + "\n")
            for piece in read_stream(stream):
                put(piece)
            put(END_OF_ROWS)
        _put_part(put, "sequences", parts["sequences"])
        _put_part(put, "post-data", parts["post-data"])
        names = (sql.Identifier(t["schema"], t["name"]).as_string() for t in manifest["tables"])
        put(f"ANALYZE {', '.join(names)};\n")
        put("COMMIT;\n")
        file.write(f"-- tdm end {hashed.hexdigest()}\n".encode())


def _put_part(put: Any, name: str, text: str) -> None:
    put(f"-- tdm part {name} {len(text.encode())}\n")
    put(text)


@contextmanager
def _opened(path: Path, packed: bool) -> Iterator[IO[bytes]]:
    """A file to write, compressed or not."""
    with path.open("wb") as file:
        if packed:
            compressor = zstandard.ZstdCompressor(level=LEVEL, threads=0)
            with compressor.stream_writer(file, closefd=False) as writer:
                yield writer
        else:
            yield file
