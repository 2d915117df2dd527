"""Rendered masks on a server: a column of values in, a column of masked values out, one query."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from conftest import TestServer
from masks import rendered

# The digest of the entity that golden vectors and tests mask for.
ENTITY = "sha256('entity'::bytea)"


class Runner:
    """A database with the package's functions, its text settings those of a build."""

    def __init__(self, connected: psycopg.Connection[Any]) -> None:
        self.connected = connected
        self._given: set[str] = set()
        self.version = connected.info.server_version // 10000
        available = connected.execute(
            "select from pg_available_extensions where name = 'pgcrypto'"
        ).fetchone()
        self.has_aes = available is not None
        if self.has_aes:
            connected.execute("create schema ciphers; create extension pgcrypto schema ciphers")
        connected.execute(rendered.functions())
        settings = rendered.package().fixed_settings()
        # for the session, not for one transaction
        self.settings = settings.replace("perform", "select").replace(", true)", ", false)")
        self.rows(self.settings)

    def load(self, name: str, columns: str, text: str) -> None:
        """A table of the masks' schema, from CSV with a heading."""
        self.rows(f'create schema if not exists "{rendered.SCHEMA}"')
        self.rows(f'create table "{rendered.SCHEMA}".{name} ({columns})')
        query = f'copy "{rendered.SCHEMA}".{name} from stdin (format csv, header)'
        with self.connected.cursor().copy(query.encode()) as copy:
            copy.write(text)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query returns; nothing in it is a placeholder."""
        cursor = self.connected.execute(query.encode())
        return cursor.fetchall() if cursor.description else []

    def prepare(self, entry: dict[str, Any]) -> None:
        """Make what a golden vector needs, once."""
        given = entry.get("given")
        if given and given not in self._given:
            self._given.add(given)
            self.rows(given)

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]

    def each(
        self,
        values: Sequence[str | None],
        kind: str,
        *expressions: str,
        made_by: str = "{value}",
        entity: str = ENTITY,
    ) -> list[tuple[str | None, ...]]:
        """Every value and what the expressions make of it, as text.

        Args:
            values: as PostgreSQL reads them.
            kind: the type of the column x.
            expressions: SQL over x and the digest e.
            made_by: SQL that makes x of a value, `{value}` being its text.
            entity: SQL of the digest; i is the number of the row.
        """
        array = "array[" + ", ".join(_literal(value) for value in values) + "]::text[]"
        selected = ", ".join(f"({expression})::text" for expression in ("x", *expressions))
        return self.rows(
            f"select {selected} from (select i, ({made_by.format(value='t')})::{kind} as x,"
            f" {entity} as e from unnest({array}) with ordinality as u (t, i) offset 0) as things"
            " order by i"
        )


def _literal(value: str | None) -> str:
    if value is None:
        return "null"
    return "E'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


@contextmanager
def runner(server: TestServer, options: str = "") -> Iterator[Runner]:
    """A database of its own, made with the options of CREATE DATABASE; dropped afterwards."""
    name = f"test_{secrets.token_hex(4)}"
    with server.connect() as connected:
        connected.execute(f"create database {name} {options}".encode())
    try:
        with server.connect(name) as connected:
            yield Runner(connected)
    finally:
        server.drop(name)
