"""The root key in and out of the vault. A key is COPY data, standard input or standard output;
never an argument, a message or a log line. A bound parameter would be one where statements are
logged, and only a superuser may say no to that."""

from __future__ import annotations

import getpass
import re
from typing import Any, TextIO

import psycopg
from psycopg import sql

from tdm import connection
from tdm.errors import ExitCode, TdmError

# What the vault node makes too; here for a key that comes before the first build.
_VAULT = """
create schema if not exists tdm_vault;
create table if not exists tdm_vault.roots (
    one boolean primary key default true check (one), root bytea not null check (length(root) = 32),
    origin text not null, made_at timestamptz not null default now()
);
alter table tdm_vault.roots alter column root set statistics 0;
"""
# Default privileges may have let others in.
_OTHERS = """
select 'schema tdm_vault', grantee::regrole::text
from pg_namespace cross join lateral aclexplode(nspacl)
where nspname = 'tdm_vault' and grantee <> nspowner
union
select 'table tdm_vault.roots', grantee::regrole::text
from pg_class cross join lateral aclexplode(relacl)
where pg_class.oid = 'tdm_vault.roots'::regclass and grantee <> relowner
"""
_DERIVED = ("environments", "domain_keys", "scan_keys")


def read_key(stream: TextIO) -> bytes:
    """Read a root key: 64 hexadecimal characters; at a terminal without showing them.

    Raises:
        TdmError: anything else was given. The message does not repeat it.
    """
    text = getpass.getpass("Root key: ") if stream.isatty() else stream.read(1000)
    if not re.fullmatch(r"\s*[0-9a-fA-F]{64}\s*", text):
        raise TdmError(
            "A root key is 64 hexadecimal characters on standard input "
            "(`openssl rand -hex 32` makes one)."
        )
    return bytes.fromhex(text.strip())


def import_(dsn: str, root: bytes, *, replace: bool = False) -> dict[str, Any]:
    """Put a root key into the vault.

    Args:
        dsn: the database.
        root: 32 bytes.
        replace: take the place of another root; every key derived from that one goes with it.

    Returns:
        `imported`: false when this very key was there.

    Raises:
        TdmError: exit 4 when another root is there and `replace` is false.
    """
    with connection.connect(dsn) as connected:
        _make_vault(connected)
        connected.execute("lock table tdm_vault.roots in exclusive mode")
        connected.execute("create temporary table tdm_given (root bytea) on commit drop")
        with connected.cursor().copy("copy pg_temp.tdm_given from stdin") as copy:
            copy.write_row([root])
        found = connected.execute(
            "select root = (select root from pg_temp.tdm_given) from tdm_vault.roots"
        ).fetchone()
        if found is not None and found[0]:
            return {"imported": False, "replaced": False}
        if found is not None and not replace:
            raise TdmError(
                "The vault holds another root key; --replace changes every pseudonym "
                "of every environment in this database.",
                ExitCode.POLICY,
            )
        connected.execute(
            "insert into tdm_vault.roots (root, origin)"
            " select root, 'imported' from pg_temp.tdm_given"
            " on conflict (one) do update"
            " set root = excluded.root, origin = excluded.origin, made_at = now()"
        )
        for table in _DERIVED:
            if _exists(connected, table):
                connected.execute(sql.SQL("delete from tdm_vault.{}").format(sql.Identifier(table)))
    return {"imported": True, "replaced": found is not None}


def export(dsn: str) -> dict[str, Any]:
    """Read the root key.

    Returns:
        `root`: 64 hexadecimal characters, for standard output and nothing else.

    Raises:
        TdmError: exit 5 when there is none.
    """
    with connection.connect(dsn) as connected:
        row = None
        if _exists(connected, "roots"):
            row = connected.execute("select root from tdm_vault.roots").fetchone()
    if row is None:
        raise TdmError(
            "There is no root key yet; the first build makes one, or `tdm keys import` does.",
            ExitCode.PRECONDITION,
        )
    return {"root": bytes(row[0]).hex()}


def list_(dsn: str) -> dict[str, Any]:
    """List the environments with their key ids, and where the root came from; no key."""
    with connection.connect(dsn) as connected:
        root = environments = None
        if _exists(connected, "roots"):
            root = connected.execute("select origin, made_at from tdm_vault.roots").fetchone()
        if _exists(connected, "environments"):
            environments = connected.execute(
                "select environment, key_id from tdm_vault.environments order by environment"
            ).fetchall()
    origin = root[0] if root else None
    return {
        "origin": origin,
        "made_at": root[1].isoformat() if root else None,
        "environments": [
            {"environment": name, "key_id": key_id, "origin": origin}
            for name, key_id in environments or []
        ],
    }


def _make_vault(connected: psycopg.Connection[Any]) -> None:
    if not _exists(connected, "roots"):
        connected.execute(_VAULT)
        for thing, role in connected.execute(_OTHERS).fetchall():
            grantee = "public" if role == "-" else role  # regrole quotes a name where it must
            connected.execute(f"revoke all on {thing} from {grantee}".encode())


def _exists(connected: psycopg.Connection[Any], table: str) -> bool:
    row = connected.execute("select to_regclass(%s) is not null", [f"tdm_vault.{table}"]).fetchone()
    return bool(row and row[0])
