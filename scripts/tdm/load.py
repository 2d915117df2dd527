"""`tdm load`: a dump into an empty database, whole or not at all.

Everything runs in one transaction: whatever fails, and however this process ends, the database
stays empty. The order is that of a restore: tables, rows, sequences, then indexes, constraints
(validated) and triggers (which did not fire), then materialized views.
"""

import hashlib
import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
import zstandard
from psycopg import sql

from tdm.connection import connect, describe
from tdm.counted import counted
from tdm.dump import manifest as manifests
from tdm.dump.catalog import unusual_state
from tdm.dump.place import SQL_MARK, first_bytes
from tdm.dump.sqlfile import EMPTY_PATH, END_OF_ROWS, SESSION, copy_statement, rows_path
from tdm.dump.sqltext import Statement, statements
from tdm.dump.streams import CHUNK, read_stream
from tdm.errors import TdmError

Progress = Callable[[str, int], None]
_LOCK = 7302711850017  # one load at a time in a database


@dataclass(frozen=True)
class Dump:
    """A dump to load, in either format.

    Attributes:
        manifest: checked against its own checksum.
        part: the checked text of pre-data, sequences or post-data.
        rows: the stream of a table of the manifest.

    A file is read from top to bottom, so ask for pre-data, then for the rows in the manifest's
    order, then for sequences and post-data.
    """

    manifest: dict[str, Any]
    part: Callable[[str], str]
    rows: Callable[[dict[str, Any]], Iterator[bytes]]


def load(path: Path, dsn: str, *, progress: Progress | None = None) -> dict[str, Any]:
    """Load a dump into an empty database and check what came of it.

    Args:
        path: a directory, or an `.sql` or `.sql.zst` file, that `tdm export` made.
        dsn: the empty database.
        progress: called with a table's name and rows after each table.

    Returns:
        rows, tables, seconds, digest.

    Raises:
        TdmError: 1 no dump there; 5 the database is not empty or cannot have this schema; 6 the
            dump is damaged or a constraint does not hold; 75 another load is at work.
    """
    started = time.monotonic()
    with _opened(path) as dump, connect(dsn, autocommit=True) as conn, conn.transaction():
        _claim(conn, dsn)
        _load(conn, dump, progress)
    tables = dump.manifest["tables"]
    return {
        "rows": sum(table["rows"] for table in tables),
        "tables": len(tables),
        "seconds": round(time.monotonic() - started, 3),
        "digest": dump.manifest["digest"],
    }


def _load(conn: psycopg.Connection[Any], dump: Dump, progress: Progress | None) -> None:
    manifest = dump.manifest
    conn.execute(SESSION + EMPTY_PATH)
    for statement in statements(dump.part("pre-data")):
        _run(conn, statement, manifest)
    conn.execute(rows_path(manifest["schemas"]))
    for table in manifest["tables"]:
        _load_rows(conn, table, dump.rows(table))
        if progress:
            progress(f"{table['schema']}.{table['name']}", table["rows"])
    _run(conn, Statement("SEQUENCE SET", "", "", dump.part("sequences")), manifest)
    for statement in statements(dump.part("post-data")):
        _run(conn, statement, manifest)
    _check(conn, manifest)
    for table in manifest["tables"]:
        conn.execute(sql.SQL("analyze {}").format(_name(table)))


def _run(conn: psycopg.Connection[Any], statement: Statement, manifest: dict[str, Any]) -> None:
    """Run the SQL of one object.

    Raises:
        TdmError: exit 6 when the rows break it; 5 when this server cannot have it.
    """
    try:
        if statement.sql.strip():
            conn.execute(statement.sql)
    except psycopg.Error as error:
        if conn.closed:
            raise TdmError("The connection was lost; nothing was loaded.", 5) from None
        state = error.sqlstate or ""
        what = f"{type(error).__name__}, {state}"
        if state.startswith("23"):
            raise TdmError(
                f"The rows break {statement.label} ({what}); nothing was loaded.", 6
            ) from None
        here, there = conn.info.server_version // 10000, manifest["server"]["major"]
        older = f" (PostgreSQL {here}; the dump is of {there})" if here < there else ""
        # Messages of class 22 quote values; the others name objects.
        quotes_values = state.startswith("22") or not error.diag.message_primary
        said = "" if quotes_values else f": {error.diag.message_primary}"
        raise TdmError(
            f"This server{older} cannot make {statement.label} ({what}){said}; nothing was loaded.",
            5,
        ) from None


def _load_rows(
    conn: psycopg.Connection[Any], table: dict[str, Any], pieces: Iterator[bytes]
) -> None:
    """Stream one table in, and compare what was sent with the manifest.

    Raises:
        TdmError: exit 6 when the stream is damaged or a row does not fit.
    """
    name = f"{table['schema']}.{table['name']}"
    # A partitioned table cannot be frozen.
    options = "" if table["partitioned"] else " WITH (FREEZE)"
    hashed = hashlib.sha256()
    with conn.cursor() as cursor:
        try:
            with cursor.copy(copy_statement(table, options).encode()) as copy:
                for piece in pieces:
                    hashed.update(piece)
                    copy.write(piece)
                if hashed.hexdigest() != table["sha256"]:
                    raise TdmError(f"{name}: the rows are not those of the manifest (sha256).", 6)
        except psycopg.Error as error:
            constraint = error.diag.constraint_name
            raise TdmError(
                f"The rows of {name} do not load ({type(error).__name__}, {error.sqlstate}"
                + (f", {constraint}" if constraint else "")
                + "); nothing was loaded.",
                6,
            ) from None
        if cursor.rowcount != table["rows"]:
            raise TdmError(
                f"{name}: {counted(cursor.rowcount, 'row')} came, {table['rows']:,} expected.", 6
            )


def _name(table: dict[str, Any]) -> sql.Identifier:
    return sql.Identifier(table["schema"], table["name"])


def _claim(conn: psycopg.Connection[Any], dsn: str) -> None:
    """Have the database to ourselves, and empty.

    Raises:
        TdmError: exit 75 when another load is at work; 5 when something is there, with its names.
    """
    row = conn.execute("select pg_try_advisory_xact_lock(%s)", [_LOCK]).fetchone()
    if row is None or not row[0]:
        raise TdmError(f"Another load into {describe(dsn)} is at work.", 75)
    found = [name for (name,) in conn.execute(_NOT_EMPTY).fetchall()]
    if found:
        more = ", …" if len(found) > 5 else ""
        raise TdmError(
            f"{describe(dsn)} is not empty: it has {', '.join(found[:5])}{more}. "
            "Load into a new database.",
            5,
        )


_NOT_EMPTY = """
select 'schema ' || space.nspname
from pg_catalog.pg_namespace as space
where
    space.nspname not in ('public', 'information_schema') and space.nspname !~ '^pg_'
    and not exists (
        select from pg_catalog.pg_depend as depend
        where
            depend.classid = 'pg_catalog.pg_namespace'::regclass and depend.objid = space.oid
            and depend.deptype = 'e'
    )
    -- a schema that somebody made for an extension's sake alone
    and not (
        exists (select from pg_catalog.pg_extension where extnamespace = space.oid)
        and not exists (select from pg_catalog.pg_class where relnamespace = space.oid)
    )
union all
select thing.kind || ' public.' || thing.name
from (
    select 'pg_catalog.pg_class'::regclass as class, oid, 'relation' as kind, relname as name
    from pg_catalog.pg_class
    where relnamespace = 'public'::regnamespace and relkind not in ('i', 'I', 't')
    union all
    select 'pg_catalog.pg_proc'::regclass, oid, 'function', proname
    from pg_catalog.pg_proc where pronamespace = 'public'::regnamespace
    union all
    select 'pg_catalog.pg_type'::regclass, oid, 'type', typname
    from pg_catalog.pg_type
    where typnamespace = 'public'::regnamespace and typtype in ('d', 'e', 'r')
) as thing
where not exists (
    select from pg_catalog.pg_depend as depend
    where depend.classid = thing.class and depend.objid = thing.oid and depend.deptype = 'e'
)
order by 1
"""


def _check(conn: psycopg.Connection[Any], manifest: dict[str, Any]) -> None:
    """Compare what stands now with the manifest.

    Raises:
        TdmError: exit 6 when a count differs, or a constraint or trigger is off that was on.
    """
    for table in manifest["tables"]:
        row = conn.execute(
            sql.SQL("select count(*) from {} {}").format(
                sql.SQL("" if table["partitioned"] else "only"), _name(table)
            )
        ).fetchone()
        if row is None or row[0] != table["rows"]:
            raise TdmError(f"{table['schema']}.{table['name']}: rows were lost while loading.", 6)
    for kind, names in unusual_state(conn, manifest["schemas"]).items():
        strange = sorted(set(names) - set(manifest[kind]))
        if strange:
            raise TdmError(f"After the load, {kind.replace('_', ' ')}: {', '.join(strange)}", 6)


@contextmanager
def _opened(path: Path) -> Iterator[Dump]:
    """Open a dump of either format and check everything that can be checked without reading rows.

    Raises:
        TdmError: exit 1 when there is no dump; 6 when it is damaged.
    """
    if not path.exists():
        raise TdmError(f"No dump at {path}.", 1)
    if path.is_dir():
        yield _directory(path)
        return
    try:
        ours = first_bytes(path, len(SQL_MARK)) == SQL_MARK
    except zstandard.ZstdError:
        ours = False
    if not ours:
        raise TdmError(f"{path} is no dump of tdm, or its first bytes are damaged.", 6)
    try:
        _check_file(path)
        with _plain(path) as file:
            yield _file(file)
    except zstandard.ZstdError:
        raise TdmError(f"{path} is damaged: it cannot be decompressed.", 6) from None


def _manifest(text: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(text)
        sound = manifest["checksum"] == manifests.checksum(manifest)
        sound = sound and manifest["digest"] == manifests.digest(manifest)
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise TdmError("The manifest is damaged: it does not match its own checksum.", 6)
    if manifest["tdm"] != manifests.FORMAT:
        raise TdmError(f"This dump has format {manifest['tdm']}; take a newer tdm.", 5)
    return dict(manifest)


def _checked(manifest: dict[str, Any], name: str, text: bytes) -> str:
    if hashlib.sha256(text).hexdigest() != manifest["schema"][name]:
        raise TdmError(f"The {name} of the dump is damaged (sha256).", 6)
    return text.decode()


def _directory(path: Path) -> Dump:
    """A dump as a directory; its files are read once before the load, to find damage early."""

    def read(name: str) -> bytes:
        try:
            return (path / name).read_bytes()
        except OSError:
            raise TdmError(f"{path / name} is missing.", 6) from None

    if not (path / "manifest.json").is_file():
        raise TdmError(f"{path} is no dump of tdm: it has no manifest.json.", 1)
    manifest = _manifest(read("manifest.json"))
    parts = {
        name: _checked(manifest, name, read(file))
        for name, file in (
            ("pre-data", "schema/pre-data.sql"),
            ("sequences", "sequences.sql"),
            ("post-data", "schema/post-data.sql"),
        )
    }
    for table in manifest["tables"]:
        file = path / table["file"]
        if not file.is_file():
            raise TdmError(f"{file} is missing.", 6)
        with file.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != table["file_sha256"]:
                raise TdmError(f"{file} is damaged (sha256).", 6)
    return Dump(manifest, parts.__getitem__, lambda table: read_stream(path / table["file"]))


@contextmanager
def _plain(path: Path) -> Iterator[IO[bytes]]:
    """The uncompressed bytes of a file."""
    with path.open("rb") as file:
        if path.suffix == ".zst" or not first_bytes(path, 4).isascii():
            with zstandard.ZstdDecompressor().stream_reader(file) as reader:
                yield io.BufferedReader(reader, CHUNK)
        else:
            yield file


def _check_file(path: Path) -> None:
    """Compare a file with the hash in its last line, in flat memory.

    Raises:
        TdmError: exit 6 when the file is damaged or cut off.
    """
    hashed, tail = hashlib.sha256(), b""
    length = len(b"-- tdm end \n") + 64
    with _plain(path) as file:
        while piece := file.read(CHUNK):
            tail += piece
            hashed.update(tail[:-length])
            tail = tail[-length:]
    if tail != f"-- tdm end {hashed.hexdigest()}\n".encode():
        raise TdmError(f"{path} is damaged or cut off (sha256).", 6)


def _file(file: IO[bytes]) -> Dump:
    """A dump as one file, read from top to bottom while it is loaded."""
    start = b"-- manifest "
    line = next((line for line in file if line.startswith(start)), start)
    manifest = _manifest(line.removeprefix(start))

    def part(name: str) -> str:
        start = f"-- tdm part {name} ".encode()
        line = next((line for line in file if line.startswith(start)), b"0")
        return _checked(manifest, name, file.read(int(line.split()[-1])))

    return Dump(manifest, part, lambda table: _rows_of(file, table))


def _rows_of(file: IO[bytes], table: dict[str, Any]) -> Iterator[bytes]:
    """The rows of the next table in a file."""
    wanted = f"-- tdm rows {manifests.canonical([table['schema'], table['name']])}\n".encode()
    for line in file:
        if line == wanted:
            break
    file.readline()  # COPY
    rows: list[bytes] = []
    size = 0
    for line in file:
        if line == END_OF_ROWS:
            break
        rows.append(line)
        size += len(line)
        if size >= CHUNK:
            yield b"".join(rows)
            rows, size = [], 0
    yield b"".join(rows)
