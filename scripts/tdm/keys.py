"""The root key in and out of the vault. A key is a bound parameter, standard input or standard
output; never an argument, a message or a log line."""

from __future__ import annotations

import getpass
import re
from contextlib import suppress
from typing import Any, TextIO

import psycopg
from psycopg import sql

from tdm import connection
from tdm.errors import ExitCode, TdmError

# What the vault node makes too; here for a key that comes before the first build.
_VAULT = """
create schema if not exists tdm_vault;
revoke all on schema tdm_vault from public;
create table if not exists tdm_vault.roots (
    one boolean primary key default true check (one), root bytea not null check (length(root) = 32),
    origin text not null, made_at timestamptz not null default now()
);
alter table tdm_vault.roots alter column root set statistics 0;
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
        _keep_parameters_out_of_logs(connected)
        _make_vault(connected)
        connected.execute("lock table tdm_vault.roots in exclusive mode")
        found = connected.execute("select root = %b from tdm_vault.roots", [root]).fetchone()
        if found is not None and found[0]:
            return {"imported": False, "replaced": False}
        if found is not None and not replace:
            raise TdmError(
                "The vault holds another root key; --replace changes every pseudonym "
                "of every environment in this database.",
                ExitCode.POLICY,
            )
        connected.execute(
            "insert into tdm_vault.roots (root, origin) values (%b, 'imported')"
            " on conflict (one) do update"
            " set root = excluded.root, origin = excluded.origin, made_at = now()",
            [root],
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


def _exists(connected: psycopg.Connection[Any], table: str) -> bool:
    row = connected.execute("select to_regclass(%s) is not null", [f"tdm_vault.{table}"]).fetchone()
    return bool(row and row[0])


def _keep_parameters_out_of_logs(connected: psycopg.Connection[Any]) -> None:
    """A server that logs statements logs their parameters too, unless a superuser says no."""
    for setting in ("log_parameter_max_length", "log_parameter_max_length_on_error"):
        with suppress(psycopg.errors.InsufficientPrivilege), connected.transaction():
            connected.execute("select set_config(%s, '0', false)", [setting])
