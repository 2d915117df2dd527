"""A table's rows as one stream: ordered COPY text, hashed, compressed, in flat memory."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import zstandard
from psycopg import sql

from tdm.counted import counted
from tdm.dump.catalog import Table
from tdm.errors import TdmError

CHUNK = 256 * 1024
LEVEL = 1
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")

# Everything that the text of a value depends on. The loader needs the first three as well.
SETTINGS = {
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "client_encoding": "UTF8",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "xmlbinary": "base64",
    "lc_monetary": "C",
    "search_path": "",
    "jit": "off",
    "row_security": "off",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}


@dataclass(frozen=True)
class Stream:
    """One written stream."""

    file: str
    rows: int
    sha256: str
    bytes: int
    file_sha256: str


def fix_settings(conn: psycopg.Connection[Any]) -> None:
    """Make the text of every value independent of server, role and machine."""
    for name, value in SETTINGS.items():
        conn.execute("select set_config(%s, %s, false)", [name, value])


def file_name(schema: str, table: str) -> str:
    """A name that every file system takes, and that no two tables share.

    Capitals are encoded too: two tables may differ in nothing else, and some file systems cannot.
    """
    parts = ("".join(c if c in _PLAIN else _encoded(c) for c in part) for part in (schema, table))
    return ".".join(parts) + ".copy.zst"


def _encoded(character: str) -> str:
    coded = quote(character, safe="")
    return coded if coded != character else f"%{ord(character):02X}"


def write_stream(
    conn: psycopg.Connection[Any],
    table: Table,
    folder: Path,
    watch: Callable[[list[bytes]], None],
) -> Stream:
    """Write a table's rows.

    Args:
        conn: holds the snapshot.
        table: what to read, in which order.
        folder: where the file goes.
        watch: sees every row, a chunk at a time.

    Raises:
        TdmError: exit 3 when the rows are not as many as were released.
    """
    query = sql.SQL("copy (select {} from {} order by {}) to stdout").format(
        sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns),
        table.relation,
        table.order_by,
    )
    plain, packed = hashlib.sha256(), hashlib.sha256()
    rows = size = 0
    name = file_name(table.schema, table.name)
    compressor = zstandard.ZstdCompressor(
        level=LEVEL, threads=0, write_checksum=False, write_content_size=False
    ).compressobj()
    with (folder / name).open("wb") as file, conn.cursor() as cursor:

        def put(data: bytes) -> None:
            nonlocal size
            size += len(data)
            packed.update(data)
            file.write(data)

        for chunk in chunks(cursor, query):
            watch(chunk)
            rows += len(chunk)
            text = b"".join(chunk)
            plain.update(text)
            put(compressor.compress(text))
        put(compressor.flush())
        file.flush()
        os.fsync(file.fileno())
    if rows != table.rows:
        raise TdmError(
            f"{table.full_name}: {counted(rows, 'row')} read, {table.rows:,} released.", 3
        )
    return Stream(f"data/{name}", rows, plain.hexdigest(), size, packed.hexdigest())


def chunks(cursor: psycopg.Cursor[Any], query: sql.Composed) -> Iterator[list[bytes]]:
    """Rows of a COPY, some at a time; the cut falls at the same rows in every run."""
    rows: list[bytes] = []
    size = 0
    with cursor.copy(query) as copy:
        for data in copy:
            row = bytes(data)
            rows.append(row)
            size += len(row)
            if size >= CHUNK:
                yield rows
                rows, size = [], 0
    if rows:
        yield rows


def read_stream(path: Path) -> Iterator[bytes]:
    """The uncompressed bytes of a stream, in pieces."""
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as reader:
        while piece := reader.read(CHUNK):
            yield piece
