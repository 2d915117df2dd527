"""What may leave: the newest valid release, while its tables stand as it opened them."""

from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tdm.counted import counted
from tdm.errors import TdmError

LOCK_TIMEOUT = "10s"


@dataclass(frozen=True)
class Released:
    """One masked table of the release, as the release recorded it."""

    source_schema: str
    source_table: str
    relation: str
    oid: int
    rows: int
    xmin: str | None

    @property
    def source(self) -> str:
        """The source table as people write it."""
        return f"{self.source_schema}.{self.source_table}"


@dataclass(frozen=True)
class Release:
    """The newest valid release of a target."""

    number: int
    environment: str
    key_id: str
    tables: tuple[Released, ...]


def build_hint(target: str) -> str:
    """The one command that makes a release."""
    return f"Run `dbt build --target {target}`."


def read_release(conn: psycopg.Connection, target: str) -> Release:
    """Read the newest release that is not withdrawn.

    Args:
        conn: a connection to the database of the masked tables.
        target: the target's schema prefix; its ledger is `<target>_tdm`.

    Raises:
        TdmError: exit 3 when there is no release, or every one was withdrawn.
    """
    ledger = sql.Identifier(f"{target}_tdm", "releases")
    exists = conn.execute(
        "select to_regclass(format('%%I.releases', %s::text)) is not null", [f"{target}_tdm"]
    ).fetchone()
    if not exists or not exists[0]:
        raise TdmError(f"No release of {target}: nothing was built here. {build_hint(target)}", 3)
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            sql.SQL(
                "select release, environment, key_id, tables from {} "
                "where withdrawn_at is null order by release desc limit 1"
            ).format(ledger)
        ).fetchone()
        if row is None:
            found = cursor.execute(
                sql.SQL("select count(*) as n from {}").format(ledger)
            ).fetchone()
            why = "every release was withdrawn" if found and found["n"] else "no build was released"
            raise TdmError(f"No release of {target}: {why}. {build_hint(target)}", 3)
    tables = tuple(
        Released(
            source_schema=entry["source_schema"],
            source_table=entry["source_table"],
            relation=entry["relation"],
            oid=int(entry["oid"]),
            rows=int(entry["rows"]),
            xmin=None if entry.get("xmin") in (None, "") else str(entry["xmin"]),
        )
        for entry in row["tables"]
    )
    return Release(row["release"], row["environment"], row["key_id"], tables)


def relation_names(conn: psycopg.Connection, release: Release) -> dict[int, tuple[str, str, str]]:
    """Schema, name and kind of each released relation that still stands, by oid."""
    rows = conn.execute(
        "select c.oid::bigint, n.nspname, c.relname, c.relkind::text "
        "from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
        "where c.oid = any(%s::oid[])",
        [[table.oid for table in release.tables]],
    ).fetchall()
    return {oid: (schema, name, kind) for oid, schema, name, kind in rows}


def begin_snapshot(conn: psycopg.Connection, target: str) -> Release:
    """Open the export's snapshot with every released table locked against a rebuild.

    The locks come before the first query, hence before the snapshot: a table swapped in between
    would otherwise be read as empty, because its rows are younger than the snapshot.

    Returns:
        The release as the snapshot sees it; its transaction is open on `conn`.

    Raises:
        TdmError: exit 3 without a release that stands; 75 while a build is replacing tables.
    """
    before = read_release(conn, target)
    names = relation_names(conn, before)
    conn.execute("begin isolation level repeatable read read only")
    conn.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
    try:
        for table in before.tables:
            if table.oid in names:
                conn.execute(
                    sql.SQL("lock table {} in access share mode").format(
                        sql.Identifier(*names[table.oid][:2])
                    )
                )
    except psycopg.errors.LockNotAvailable as error:
        raise TdmError("A build is replacing the masked tables; export again later.", 75) from error
    except psycopg.errors.UndefinedTable as error:
        raise TdmError(f"A masked table was dropped just now. {build_hint(target)}", 3) from error
    release = read_release(conn, target)
    if release.number != before.number:
        raise TdmError("A build was released just now; export again.", 75)
    problems = [
        f"{table.source} ({problem})"
        for table in release.tables
        if (problem := problem_of(conn, table, names.get(table.oid)))
    ]
    if problems:
        raise TdmError(
            "Not what was released: "
            + ", ".join(problems)
            + f". {build_hint(release.environment)}",
            3,
        )
    return release


def problem_of(
    conn: psycopg.Connection, table: Released, stands: tuple[str, str, str] | None
) -> str | None:
    """Why a released table may not leave, or None.

    Every row of a masked table carries the transaction id of the statement that made the table, so
    the same oid, count and single xmin mean that nobody rebuilt or edited it since its release.
    """
    if stands is None:
        return "rebuilt or dropped since"
    schema, name, kind = stands
    if kind not in ("r", "p"):
        return "not a table: only tables are released"
    if table.relation.replace('"', "") != f"{schema}.{name}".replace('"', ""):
        return "renamed since"
    row = conn.execute(
        sql.SQL(
            "select count(*), min(xmin::text::bigint)::text, max(xmin::text::bigint)::text from {}"
        ).format(sql.Identifier(schema, name))
    ).fetchone()
    assert row is not None
    rows, first, last = row
    if rows != table.rows:
        return f"{counted(rows, 'row')} now, {table.rows:,} released"
    if rows and not first == last == table.xmin:
        return "rows edited since"
    return None
