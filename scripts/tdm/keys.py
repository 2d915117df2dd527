"""The root keys in and out of the vault, and from one to the next. A key is COPY data, a file, or
standard input and output; never an argument, a message or a log line. A bound parameter would be
one where statements are logged, and only a superuser may say no to that."""

from __future__ import annotations

import base64
import binascii
import getpass
import os
import re
import stat
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tdm import connection
from tdm.errors import ExitCode, TdmError

# What macros/keys/root_statements.sql makes; here for a key that comes before the first build.
_ROOTS = """
create schema if not exists tdm_vault;
create table if not exists tdm_vault.roots (
    root_id text generated always as
        (left(encode(sha256('root id'::bytea || root), 'hex'), 12)) stored primary key,
    root bytea not null check (length(root) = 32), origin text not null,
    made_at timestamptz not null default now(),
    state text not null default 'active' check (state in ('active', 'retiring', 'retired')),
    since timestamptz not null default now()
);
do $$
begin
    -- version 1 of the vault had one root
    if exists (
        select from pg_attribute
        where attrelid = 'tdm_vault.roots'::regclass and attname = 'one' and not attisdropped
    ) then
        alter table tdm_vault.roots
        drop column one,
        add column root_id text generated always as
            (left(encode(sha256('root id'::bytea || root), 'hex'), 12)) stored primary key,
        add column state text not null default 'active'
            check (state in ('active', 'retiring', 'retired')),
        add column since timestamptz not null default now();
        if to_regclass('tdm_vault.environments') is not null then
            alter table tdm_vault.environments
            add column root_id text references tdm_vault.roots;
            update tdm_vault.environments set root_id = (select root_id from tdm_vault.roots);
        end if;
    end if;
end $$;
create unique index if not exists roots_in_use on tdm_vault.roots (state) where state <> 'retired';
alter table tdm_vault.roots alter column root set statistics 0
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
_DERIVED = ("domain_keys", "scan_keys", "environments")
_MAKE_ONE = "`openssl rand -hex 32` makes one"
# 32 random bytes have fewer different ones than this once in 10^40 keys.
_FEWEST_DIFFERENT = 8


def read_key(path: Path | None = None) -> bytes:
    """Read a root key: 32 bytes, raw, as hexadecimal text or as base64.

    Args:
        path: a file that nobody else may read; None or `-` for standard input, at a terminal
            without showing what is typed.

    Raises:
        TdmError: the file is open to others, or what it holds is no key. The message does not
            repeat it.
    """
    if path is not None and str(path) != "-":
        try:
            with path.open("rb") as file:
                _require_private(file.fileno(), str(path))
                given = file.read(1000)
        except OSError as error:
            raise TdmError(
                f"{path} cannot be read: {error.strerror}.", ExitCode.PRECONDITION
            ) from None
    elif sys.stdin.isatty():
        given = getpass.getpass("Root key: ").encode()
    else:
        _require_private(sys.stdin.fileno(), "the file at standard input")
        given = sys.stdin.buffer.read(1000)
    return _strong(_decoded(given))


def _require_private(descriptor: int, name: str) -> None:
    """Raises: TdmError, exit 4, for a file that every account of this machine may read."""
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_mode & 0o007:
        raise TdmError(
            f"Everybody on this machine may read {name}, so it can hold no key. "
            "Close it (chmod 600), and take another key if somebody else may have read this one.",
            ExitCode.POLICY,
        )


def _decoded(given: bytes) -> bytes:
    text = given.strip()
    if re.fullmatch(rb"[0-9a-fA-F]{64}", text):
        return bytes.fromhex(text.decode())
    if re.fullmatch(rb"[A-Za-z0-9+/_-]{43}=?", text):
        try:
            return base64.urlsafe_b64decode(
                text.rstrip(b"=").replace(b"+", b"-").replace(b"/", b"_") + b"="
            )
        except binascii.Error:  # pragma: no cover - 43 characters of the alphabet always decode
            pass
    # 32 characters of text are a key half as long at best
    if len(given) == 32 and not all(32 <= byte < 127 for byte in given):
        return given
    raise TdmError(
        f"This is no root key: 32 bytes are expected, raw, as 64 hexadecimal characters or as "
        f"base64 ({_MAKE_ONE})."
    )


def _strong(root: bytes) -> bytes:
    steps = {(after - before) % 256 for before, after in pairwise(root)}
    if len(set(root)) < _FEWEST_DIFFERENT or len(steps) == 1:
        raise TdmError(
            f"This root key can be guessed: its bytes repeat or count up; {_MAKE_ONE}.",
            ExitCode.POLICY,
        )
    return root


def write_key(path: Path, root: str) -> None:
    """Write a root key to a new file that only this account may read.

    Raises:
        TdmError: there is such a file already, or it cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise TdmError(f"{path} cannot be made: {error.strerror}.", ExitCode.PRECONDITION) from None
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{root}\n")


def import_(dsn: str, root: bytes, *, replace: bool = False) -> dict[str, Any]:
    """Put a root key into the vault.

    Args:
        dsn: the database.
        root: 32 bytes.
        replace: take the place of all other roots; every key derived from them goes with them.

    Returns:
        `imported`: false when this very key was there and in use; `replaced`; `root_id`.

    Raises:
        TdmError: exit 4 when another root is in use and `replace` is false.
    """
    with connection.connect(dsn) as connected:
        _make_roots(connected)
        _give(connected, root)
        known = connected.execute(
            "select root_id, state, root = (select root from pg_temp.tdm_given)"
            " from tdm_vault.roots order by 3 desc"
        ).fetchall()
        same = bool(known and known[0][2])
        if same and (known[0][1] != "retired" or not replace):
            _refuse_retired(known[0])
            return {"imported": False, "replaced": False, "root_id": known[0][0]}
        in_use = [state for _, state, _ in known if state != "retired"]
        if in_use and not replace:
            raise TdmError(
                "The vault holds another root key. `tdm keys rotate` changes keys one environment "
                "at a time; --replace changes every pseudonym of every environment in this "
                "database at once.",
                ExitCode.POLICY,
            )
        for table in _DERIVED:
            if _exists(connected, table):
                connected.execute(sql.SQL("delete from tdm_vault.{}").format(sql.Identifier(table)))
        connected.execute("delete from tdm_vault.roots where state <> 'retired'")
        root_id = _keep_given(connected)
    return {"imported": True, "replaced": bool(in_use), "root_id": root_id}


def _refuse_retired(known: tuple[Any, ...]) -> None:
    if known[1] == "retired":
        raise TdmError(
            f"This root key was retired here ({known[0]}); --replace brings it back, and changes "
            "every pseudonym of every environment in this database.",
            ExitCode.POLICY,
        )


def export(dsn: str, root_id: str | None = None) -> dict[str, Any]:
    """Read a root key.

    Args:
        dsn: the database.
        root_id: which one; None for the active one.

    Returns:
        `root`: 64 hexadecimal characters, for a private file or standard output and nothing else.

    Raises:
        TdmError: exit 5 when there is none.
    """
    with connection.connect(dsn) as connected:
        row = None
        if _exists(connected, "roots"):
            _make_roots(connected)
            row = connected.execute(
                "select root from tdm_vault.roots"
                " where case when %(id)s::text is null then state = 'active' else root_id = %(id)s"
                " end",
                {"id": root_id},
            ).fetchone()
    if row is None:
        raise TdmError(
            "There is no root key yet; the first build makes one, or `tdm keys import` does."
            if root_id is None
            else f"The vault holds no root key {root_id}; `tdm keys list` shows those it holds.",
            ExitCode.PRECONDITION,
        )
    return {"root": bytes(row[0]).hex()}


def list_(dsn: str) -> dict[str, Any]:
    """List root keys and environments by their ids; no key.

    Returns:
        `roots`: id, state (active, retiring, retired), since, origin, and the environments that
        use it; `environments`: name, key id and root id.
    """
    with connection.connect(dsn) as connected:
        return _listed(connected)


def _listed(connected: psycopg.Connection[Any]) -> dict[str, Any]:
    roots: list[Any] = []
    environments: list[Any] = []
    if _exists(connected, "roots"):
        _make_roots(connected)
        roots = connected.execute(
            "select root_id, state, since, origin from tdm_vault.roots"
            " order by array_position(array['active', 'retiring', 'retired'], state), since desc"
        ).fetchall()
    if _exists(connected, "environments"):
        environments = connected.execute(
            "select environment, key_id, root_id from tdm_vault.environments order by environment"
        ).fetchall()
    return {
        "roots": [
            {
                "root_id": root_id,
                "state": state,
                "since": since.isoformat(timespec="seconds"),
                "origin": origin,
                "environments": [name for name, _, used in environments if used == root_id],
            }
            for root_id, state, since, origin in roots
        ],
        "environments": [
            {"environment": name, "key_id": key_id, "root_id": root_id}
            for name, key_id, root_id in environments
        ],
    }


def rotate(dsn: str, root: bytes | None = None) -> dict[str, Any]:
    """Begin a rotation: a new root key beside the old one, which its environments keep.

    Where one has begun, nothing changes: it goes on with `switch` and `finish`.

    Args:
        dsn: the database.
        root: the new key; None for a random one, made on the server.

    Returns:
        As `list_`, and `begun`: false when a rotation had begun already.

    Raises:
        TdmError: there is no key yet, the given one is in the vault already, or a rotation to
            another one has begun.
    """
    with connection.connect(dsn) as connected:
        states = _states(connected)
        if "active" not in states.values():
            raise TdmError(
                "There is no root key to rotate; the first build makes one, or "
                "`tdm keys import` does.",
                ExitCode.PRECONDITION,
            )
        given_id = _give(connected, root)
        if "retiring" in states.values():
            if given_id not in (None, *(i for i, state in states.items() if state == "active")):
                raise TdmError(
                    "A rotation to another root key has begun; finish it first "
                    "(`tdm keys rotate --finish`).",
                    ExitCode.POLICY,
                )
            return {"begun": False, **_listed(connected)}
        if given_id in states:
            raise TdmError(
                f"This root key is in the vault already ({given_id}, {states[given_id]}); "
                "rotate to one that is new.",
                ExitCode.POLICY,
            )
        connected.execute(
            "update tdm_vault.roots set state = 'retiring', since = now() where state = 'active'"
        )
        _keep_given(connected)
        return {"begun": True, **_listed(connected)}


def switch(dsn: str, environments: list[str]) -> dict[str, Any]:
    """Give environments the keys of the active root; what they have built must be built again.

    Args:
        dsn: the database.
        environments: names of dbt targets that have a key here.

    Returns:
        As `list_`, and `switched`: those that had another key before.

    Raises:
        TdmError: an environment has no key here, or the vault is of an older version.
    """
    with connection.connect(dsn) as connected:
        _states(connected)
        listed = _listed(connected)
        used = {e["environment"]: e["root_id"] for e in listed["environments"]}
        unknown = [name for name in environments if name not in used]
        if unknown:
            raise TdmError(
                f"{', '.join(unknown)}: no environment of that name has a key here. Its first "
                f"build takes the active one. There are: {', '.join(used) or 'none'}.",
                ExitCode.PRECONDITION,
            )
        if not _function_exists(connected):
            raise TdmError(
                "This vault was made by an older version; build key_vault once "
                "(dbt run --select key_vault), then switch.",
                ExitCode.PRECONDITION,
            )
        active = next(r["root_id"] for r in listed["roots"] if r["state"] == "active")
        switched = [name for name in dict.fromkeys(environments) if used[name] != active]
        for name in switched:
            connected.execute("select tdm_vault.use_root(%s, %s)", [name, active])
        return {"switched": switched, **_listed(connected)}


def finish(dsn: str) -> dict[str, Any]:
    """End a rotation: the old root key is retired, and kept.

    Returns:
        As `list_`, and `retired`: the id of the root, None when no rotation was going on.

    Raises:
        TdmError: exit 4 while environments still use the old key.
    """
    with connection.connect(dsn) as connected:
        _states(connected)
        listed = _listed(connected)
        retiring = next((r for r in listed["roots"] if r["state"] == "retiring"), None)
        if retiring is None:
            return {"retired": None, **listed}
        if retiring["environments"]:
            left = " ".join(f"--switch {name}" for name in retiring["environments"])
            raise TdmError(
                f"{', '.join(retiring['environments'])} still uses the old root key "
                f"{retiring['root_id']}. Switch first: tdm keys rotate {left}",
                ExitCode.POLICY,
            )
        connected.execute(
            "update tdm_vault.roots set state = 'retired', since = now() where state = 'retiring'"
        )
        return {"retired": retiring["root_id"], **_listed(connected)}


def destroy(dsn: str, root_ids: list[str]) -> dict[str, Any]:
    """Destroy retired root keys; what was made with them can never be made again.

    The vault's tables are rewritten, so that no deleted row stays on their pages. Backups and the
    write-ahead log are beyond it.

    Returns:
        As `list_`, and `destroyed`.

    Raises:
        TdmError: one of them is not a retired key of this vault.
    """
    with connection.connect(dsn) as connected:
        states = _states(connected)
        kept = [root_id for root_id in root_ids if states.get(root_id) != "retired"]
        if kept:
            raise TdmError(f"{', '.join(kept)} is no retired root key of this vault.")
        connected.execute("delete from tdm_vault.roots where root_id = any(%s)", [root_ids])
    with connection.connect(dsn, autocommit=True) as connected:
        for table in ("roots", *_DERIVED):
            if _exists(connected, table):
                connected.execute(sql.SQL("vacuum full tdm_vault.{}").format(sql.Identifier(table)))
        return {"destroyed": root_ids, **_listed(connected)}


def _states(connected: psycopg.Connection[Any]) -> dict[str, str]:
    """The state of every root by its id; the vault is ours until the transaction ends."""
    _make_roots(connected)
    return dict(connected.execute("select root_id, state from tdm_vault.roots").fetchall())


def _give(connected: psycopg.Connection[Any], root: bytes | None) -> str | None:
    """Put a root into a temporary table as COPY data, or let the server make one; returns its id
    where one was given."""
    connected.execute("create temporary table tdm_given (root bytea, origin text) on commit drop")
    if root is None:
        connected.execute(
            "insert into pg_temp.tdm_given select sha256(string_agg(uuid_send(gen_random_uuid()),"
            " '')), 'random' from generate_series(1, 3)"
        )
        return None
    with connected.cursor().copy("copy pg_temp.tdm_given from stdin") as copy:
        copy.write_row([root, "imported"])
    row = connected.execute(
        "select left(encode(sha256('root id'::bytea || root), 'hex'), 12) from pg_temp.tdm_given"
    ).fetchone()
    return str(row[0]) if row else None


def _keep_given(connected: psycopg.Connection[Any]) -> str:
    row = connected.execute(
        "insert into tdm_vault.roots (root, origin) select root, origin from pg_temp.tdm_given"
        " on conflict (root_id) do update set state = 'active', since = now() returning root_id"
    ).fetchone()
    assert row is not None
    return str(row[0])


def _make_roots(connected: psycopg.Connection[Any]) -> None:
    """Make the table of roots, or bring it up to date; nobody else changes it meanwhile."""
    connected.execute("select pg_advisory_xact_lock(hashtext('tdm_vault'))")
    row = connected.execute(
        "select exists (select from pg_attribute where attrelid = to_regclass('tdm_vault.roots')"
        " and attname = 'root_id')"
    ).fetchone()
    if not (row and row[0]):
        connected.execute(_ROOTS)
        for thing, role in connected.execute(_OTHERS).fetchall():
            grantee = "public" if role == "-" else role  # regrole quotes a name where it must
            connected.execute(f"revoke all on {thing} from {grantee}".encode())


def _function_exists(connected: psycopg.Connection[Any]) -> bool:
    row = connected.execute(
        "select to_regprocedure('tdm_vault.use_root(text, text)') is not null"
    ).fetchone()
    return bool(row and row[0])


def _exists(connected: psycopg.Connection[Any], table: str) -> bool:
    row = connected.execute("select to_regclass(%s) is not null", [f"tdm_vault.{table}"]).fetchone()
    return bool(row and row[0])
