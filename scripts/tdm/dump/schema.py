"""The schema as SQL: pg_dump's, made equal for equal schemas and loadable anywhere."""

import os
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from tdm.binaries import embedded_bin
from tdm.connection import environment_for
from tdm.dump.sqltext import Statement, statements
from tdm.errors import TdmError

# Objects that another server cannot have: they name its peers, its roles or its files.
_LEFT_OUT = frozenset(
    {"PUBLICATION", "PUBLICATION TABLE", "SUBSCRIPTION", "SECURITY LABEL", "ACL", "DEFAULT ACL"}
)

_CLUSTER_ON = re.compile(
    r"\n+(-- For clustered tables, record on which index clustering was done\n+)?"
    r"ALTER TABLE [^\n]* CLUSTER ON [^\n]*;"
)


@dataclass(frozen=True)
class Schema:
    """The schema in two parts: before the rows, and after them."""

    pre_data: list[Statement]
    post_data: list[Statement]
    pg_dump: int


def dump_schema(
    conn: Connection[Any],
    dsn: str,
    schemas: list[str],
    extensions: list[dict[str, Any]],
    views: list[tuple[str, str]],
    comments: bool = False,
) -> Schema:
    """Dump the source schemas as the open snapshot sees them.

    Args:
        conn: the connection that holds the snapshot.
        dsn: the database; its password reaches pg_dump through the environment.
        schemas: source schemas.
        extensions: what they use, in order of creation (`catalog.extensions`).
        views: materialized views to refresh, in order.
        comments: whether comments leave as well.

    Raises:
        TdmError: exit 5 when no pg_dump here can read this server.
    """
    server_major = conn.info.server_version // 10000
    snapshot = conn.execute("select pg_export_snapshot()").fetchone()
    assert snapshot is not None
    program, major = find_pg_dump(server_major, conn.pgconn.ssl_in_use)
    options = ["--schema-only", "--no-owner", "--no-privileges", "--no-publications"]
    options += ["--no-subscriptions", "--no-security-labels", "--no-tablespaces"]
    options += ["--encoding=UTF8", f"--snapshot={snapshot[0]}"]
    options += [] if comments else ["--no-comments"]
    options += [f"--schema={_pattern(schema)}" for schema in schemas]
    supported = _run([program, "--help"], os.environ)
    for option in ("--no-table-access-method", "--no-statistics", "--restrict-key=tdm"):
        # Statistics hold values of the source; the fixed key makes two dumps equal.
        if option.partition("=")[0] in supported:
            options.append(option)
    # Options of ours (a role to switch to, say) stay; whatever else PG* says is the caller's.
    env = {**os.environ, **environment_for(dsn)}
    parts = []
    for section in ("pre-data", "post-data"):
        text = _run([program, *options, f"--section={section}"], env)
        parts.append([_portable(part) for part in statements(text) if part.type not in _LEFT_OUT])
    made = {part.name for part in parts[0] if part.type == "SCHEMA"}
    first = [part for part in parts[0] if part.type == "SCHEMA"]
    rest = [part for part in parts[0] if part.type not in ("SCHEMA", "EXTENSION")]
    return Schema(
        first + _create_extensions(extensions, made) + rest,
        parts[1] + [_refresh(*view) for view in views],
        major,
    )


def find_pg_dump(server_major: int, needs_ssl: bool = False) -> tuple[str, int]:
    """A pg_dump that can read a server of this version, and its own major version.

    The embedded one comes first, so that two machines write the same text; but it has no SSL.

    Raises:
        TdmError: exit 5 when there is none.
    """
    folders = [Path(os.environ["TDM_PG_BIN"])] if os.environ.get("TDM_PG_BIN") else []
    with suppress(TdmError):  # not installed: an installed PostgreSQL may do
        folders += [] if needs_ssl else [embedded_bin()]
    on_path = shutil.which("pg_dump")
    folders += [Path(on_path).parent] if on_path else []
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(installed, key=lambda folder: folder.parent.name, reverse=True)
    seen = []
    for folder in folders:
        program = folder / "pg_dump"
        if not os.access(program, os.X_OK):
            continue
        version = re.search(r"\) (\d+)", _run([str(program), "--version"], os.environ))
        if version and int(version[1]) >= server_major:
            return str(program), int(version[1])
        seen += [version[1]] if version else []
    have = f"found only {', '.join(seen)}" if seen else "found none"
    raise TdmError(
        f"The server is PostgreSQL {server_major} and needs a pg_dump of {server_major} or newer"
        f"{' with SSL' if needs_ssl else ''}; {have}. Install postgresql-client-{server_major}.",
        5,
    )


def _run(command: list[str], env: Any) -> str:
    """Run a PostgreSQL program; its last words on failure, which name objects only."""
    done = subprocess.run(
        command, env=dict(env), capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        raise TdmError(f"pg_dump failed: {said[0].removeprefix('pg_dump: ')}", 5)
    return done.stdout.decode("utf-8")


def _pattern(name: str) -> str:
    """A name as pg_dump's patterns take it literally."""
    return '"' + name.replace('"', '""') + '"'


def _create_extensions(extensions: list[dict[str, Any]], made: set[str]) -> list[Statement]:
    """CREATE EXTENSION, with the schemas that the dump would otherwise not have."""
    parts = []
    for extension in extensions:
        name, schema = extension["name"], extension["schema"]
        if schema not in made and schema not in ("public", "pg_catalog"):
            made.add(schema)
            create = sql.SQL("CREATE SCHEMA IF NOT EXISTS {};").format(sql.Identifier(schema))
            parts.append(Statement("SCHEMA", "-", schema, create.as_string()))
        create = sql.SQL("CREATE EXTENSION IF NOT EXISTS {} WITH SCHEMA {};").format(
            sql.Identifier(name), sql.Identifier(schema)
        )
        if not extension["needed"]:
            # Nothing in the catalog depends on it; a function body might. A server without it
            # must not refuse the whole dump.
            create = sql.SQL(
                "DO $tdm$ BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_available_extensions "
                "WHERE name = {}) THEN {} END IF; END $tdm$;"
            ).format(sql.Literal(name), create)
        parts.append(Statement("EXTENSION", "-", name, create.as_string()))
    return parts


def _refresh(schema: str, name: str) -> Statement:
    statement = sql.SQL("REFRESH MATERIALIZED VIEW {};").format(sql.Identifier(schema, name))
    return Statement("MATERIALIZED VIEW DATA", schema, name, statement.as_string())


def _portable(part: Statement) -> Statement:
    """A statement that another server can run."""
    if part.type == "SCHEMA":
        # public is there already, or was dropped
        return replace(part, sql=part.sql.replace("CREATE SCHEMA ", "CREATE SCHEMA IF NOT EXISTS "))
    if part.type in ("INDEX", "CONSTRAINT"):
        # How the rows lie in the source; a dump is the same after CLUSTER there.
        return replace(part, sql=_CLUSTER_ON.sub("", part.sql))
    if part.type == "POLICY":
        # Names roles, which belong to the server; where they are missing nobody misses the policy.
        return replace(
            part,
            sql=f"DO $tdm$ BEGIN {part.sql}\nEXCEPTION WHEN undefined_object THEN\n"
            f"RAISE NOTICE 'policy left out: its role does not exist here'; END $tdm$;",
        )
    if part.type == "FOREIGN TABLE":
        # Its server does not leave, with its address and passwords; a plain table holds its place.
        made = re.sub(r"\bCREATE FOREIGN TABLE\b", "CREATE TABLE", part.sql, count=1)
        made = made[: made.rindex("\nSERVER ")] + ";"
        return replace(part, type="TABLE", sql=made)
    return part
