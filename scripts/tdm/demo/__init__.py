"""The demo production copy: SQL files beside this module, and the loader that runs them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path

import psycopg
from psycopg import sql

from tdm.errors import ExitCode, TdmError

SERVICES = ("auth", "catalog", "shop", "billing", "support")
SMALLEST, LARGEST = Decimal("0.01"), Decimal(100)

#: Told before each file: its name, how many are done, how many there are.
Progress = Callable[[str, int, int], None]


def load(dsn: str, scale: float, progress: Progress | None = None) -> int:
    """Load the demo into a database, unless it stands there already at this scale.

    Everything happens in one transaction: a load that is killed leaves what was there before.
    Another scale, or another version of the SQL files, replaces the demo in place, and drops
    every view that was built on it.

    Args:
        dsn: a database whose user may create schemas; no superuser is needed.
        scale: 1 makes about 250,000 rows; from 0.01 to 100.
        progress: called before each SQL file, and once more when all are done.

    Returns:
        The number of rows in the five service schemas.

    Raises:
        TdmError: the scale is out of range, the database is not in UTF-8, or it holds schemas of
            the same names that are not the demo.
    """
    wanted = _checked(scale)
    files = sql_files()
    version = _version(files)
    with psycopg.connect(dsn, application_name="tdm demo") as connection:
        # Two loads at a time take turns; the second finds the work done.
        connection.execute("select pg_advisory_xact_lock(hashtext('tdm demo'))")
        _require_utf8(connection)
        rows = _rows_loaded(connection, wanted, version)
        if rows is None:
            rows = _reload(connection, wanted, version, files, progress)
    if progress is not None:
        progress("loaded", len(files), len(files))
    return rows


def sql_files() -> list[Path]:
    """The SQL files of the demo, in the order in which they run."""
    return sorted(Path(__file__).parent.glob("*.sql"))


def _checked(scale: float) -> Decimal:
    """The scale as a decimal without trailing zeros, so that 1 and 1.0 are the same."""
    try:
        wanted = Decimal(str(scale)).normalize()
    except InvalidOperation:
        wanted = Decimal("NaN")
    if not wanted.is_finite() or not SMALLEST <= wanted <= LARGEST:
        raise TdmError(f"The scale of the demo is a number from {SMALLEST} to {LARGEST}.")
    return wanted


def _version(files: list[Path]) -> str:
    """A digest of the SQL, so that an edited demo is loaded again."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _require_utf8(connection: psycopg.Connection) -> None:
    """Refuse a database that cannot hold Cyrillic and CJK names."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise TdmError(
            f"The demo has names in three scripts and needs a database in UTF8, not {encoding}.",
            ExitCode.PRECONDITION,
        )


def _rows_loaded(connection: psycopg.Connection, scale: Decimal, version: str) -> int | None:
    """How many rows stand there if it is this demo at this scale, else None.

    Raises:
        TdmError: schemas of these names stand there and the demo did not make them.
    """
    made_here = connection.execute("select to_regclass('demo_info.loaded') is not null").fetchone()
    if made_here == (True,):
        found = connection.execute(
            "select row_count from demo_info.loaded where scale = %s and version = %s"
            " and (select count(*) from pg_namespace where nspname = any(%s)) = %s",
            (scale, version, list(SERVICES), len(SERVICES)),
        ).fetchone()
        return None if found is None else int(found[0])
    strangers = connection.execute(
        "select string_agg(nspname, ', ' order by nspname) from pg_namespace"
        " where nspname = any(%s)",
        ([*SERVICES, "demo_info", "demo_gen"],),
    ).fetchone()
    if strangers is not None and strangers[0] is not None:
        raise TdmError(
            f"This database already has schemas that the demo would replace ({strangers[0]}):"
            " load the demo into an empty database.",
            ExitCode.PRECONDITION,
        )
    return None


def _reload(
    connection: psycopg.Connection,
    scale: Decimal,
    version: str,
    files: list[Path],
    progress: Progress | None,
) -> int:
    """Drop what an earlier load made, run every file, remember scale and version."""
    for schema in (*SERVICES, "demo_info"):
        connection.execute(
            sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema))
        )
    # Parameters reach the files as a setting: no text of theirs is ever pasted together.
    connection.execute("select set_config('demo.scale', %s, true)", (f"{scale:f}",))
    for done, path in enumerate(files):
        if progress is not None:
            progress(path.stem, done, len(files))
        # The files are ours and whole: many statements, no parameters, one round trip.
        connection.execute(path.read_bytes())
    rows = count_rows(connection)
    connection.execute("create schema demo_info")
    connection.execute(
        "create table demo_info.loaded (scale numeric, version text, row_count bigint)"
    )
    connection.execute("insert into demo_info.loaded values (%s, %s, %s)", (scale, version, rows))
    return rows


def tables(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Schema and name of every table of the demo; a partitioned table counts once."""
    return [
        (str(schema), str(name))
        for schema, name in connection.execute(
            "select nspname, relname from pg_class"
            " join pg_namespace on pg_namespace.oid = relnamespace"
            " where nspname = any(%s) and relkind in ('r', 'p') and not relispartition"
            ' order by nspname collate "C", relname collate "C"',
            (list(SERVICES),),
        )
    ]


def count_rows(connection: psycopg.Connection) -> int:
    """Rows of all tables of the demo."""
    counts = sql.SQL(" union all ").join(
        sql.SQL("select count(*) as rows from {}").format(sql.Identifier(*table))
        for table in tables(connection)
    )
    total = connection.execute(
        sql.SQL("select coalesce(sum(rows), 0)::bigint from ({}) as counts").format(counts)
    ).fetchone()
    return 0 if total is None else int(total[0])
