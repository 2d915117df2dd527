"""What a build has kept, counted where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql

from tdm.plan.read import Component, Table
from tdm.plan.statistics import Database, Relation


@dataclass(frozen=True)
class Passes:
    """How a fixpoint went: its rounds, the last of which finds nothing, and the keys it kept."""

    rounds: int
    rows: int


def exists(database: Database, relation: Relation) -> bool:
    """Whether there is such a relation."""
    row = database.execute(
        "select exists (select from pg_class as c inner join pg_namespace as n"
        " on n.oid = c.relnamespace where n.nspname = %s and c.relname = %s)",
        relation,
    ).fetchone()
    return bool(row and row[0])


def columns(database: Database, relation: Relation) -> list[str]:
    """The columns of a relation, in their order."""
    found = database.execute(
        "select a.attname::text from pg_attribute as a"
        " inner join pg_class as c on c.oid = a.attrelid"
        " inner join pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname = %s and c.relname = %s and a.attnum > 0 and not a.attisdropped"
        " order by a.attnum",
        relation,
    )
    return [str(name) for (name,) in found]


def kept_rows(database: Database, tables: Iterable[Table]) -> dict[str, int]:
    """The rows of every subset relation that stands, by the table's name."""
    found = {}
    for table in tables:
        if table.kept and exists(database, table.kept):
            query = sql.SQL("select count(*) from {}").format(sql.Identifier(*table.kept))
            row = database.execute(query).fetchone()
            found[table.name] = int(row[0]) if row else 0
    return found


def passes(database: Database, component: Component) -> Passes | None:
    """The summary of a fixpoint; None before a build."""
    if not exists(database, component.relation):
        return None
    row = database.execute(
        sql.SQL("select coalesce(max(pass), 0) + 1, coalesce(sum(keys), 0)::bigint from {}").format(
            sql.Identifier(*component.relation)
        )
    ).fetchone()
    return Passes(int(row[0]), int(row[1])) if row else None
