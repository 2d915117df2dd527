"""Would a constraint still hold after masking? The server is asked; it answers yes or no.

What a mask makes is mimicked by SQL over a look at the table's rows. Only a boolean comes back, and
an error counts as no, so that no value gets out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Connection, Error
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from tdm.scaffold.catalog import Check, Column, Table

LOOK = 1_000
"""Rows that a constraint is tried on."""
MANY = 100_000
"""Rows whose spellings are compared."""

_CONSTANTS: dict[str, tuple[str, ...]] = {
    "bool": ("false", "true"),
    "date": ("2000-01-01",),
    "timestamp": ("2000-01-01",),
    "timestamptz": ("2000-01-01 00:00:00+00",),
    "time": ("00:00:00",),
    "timetz": ("00:00:00+00",),
    "interval": ("0",),
    "uuid": ("00000000-0000-8000-8000-000000000000",),
    "json": ("{}", "[]", "null"),
    "jsonb": ("{}", "[]", "null"),
    "bytea": ("",),
    "inet": ("192.0.2.1",),
    "cidr": ("192.0.2.0/24",),
    "macaddr": ("02:00:00:00:00:01",),
    "macaddr8": ("02:00:00:00:00:00:00:01",),
    "xml": ("<masked/>",),
    "point": ("(0,0)",),
    "box": ("(1,1),(0,0)",),
    "circle": ("<(0,0),1>",),
    "line": ("{1,0,0}",),
    "lseg": ("[(0,0),(1,1)]",),
    "path": ("((0,0),(1,1))",),
    "polygon": ("((0,0),(1,1),(1,0))",),
    "money": ("0",),
    "pg_lsn": ("0/0",),
    "char": ("x",),
    "tsvector": ("",),
    "tsquery": ("",),
    "hstore": ("",),
    "ltree": ("masked",),
    "lquery": ("*",),
    "cube": ("(0)",),
    "seg": ("0",),
}
_ANY = (
    "",
    "0",
    "1",
    "masked",
    "{}",
    "(0,0)",
    "[0,1)",
    "empty",
    "2000-01-01",
    "[2000-01-01,2000-01-02)",
)


class Server:
    """Questions to the database, each answered by yes or no; answers are kept."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self.answers: dict[str, bool] = {}

    def _ask(self, query: Composed) -> bool:
        text = query.as_string(self.connection)
        if text not in self.answers:
            try:
                with self.connection.transaction():
                    row = self.connection.execute(query).fetchone()
                self.answers[text] = row is not None and row[0] is not False
            except Error:
                self.answers[text] = False
        return self.answers[text]

    def is_literal(self, text: str, column: Column) -> bool:
        """Whether the text is a value of the column's type, its domain's checks included."""
        return self._ask(
            SQL("select count({}::{}) = 1").format(Literal(text), _type(column.type.text))
        )

    def holds(
        self, table: Table, checks: Iterable[Check], masked: Mapping[str, str], column: str = ""
    ) -> bool:
        """Whether CHECK constraints hold when columns become what the expressions make.

        Args:
            table: the table.
            checks: the constraints to try; none asks only whether the values fit their types.
            masked: SQL over the table's columns by column name, without casts.
            column: the column whose type and domain have to accept what is made.

        Returns:
            True when every row of a look at the table passes, and so does a row that holds
            nothing but what is made.
        """
        wanted = list(checks)
        conditions = [
            SQL("coalesce(({}), true)").format(_raw(check.expression)) for check in wanted
        ]
        if column:
            conditions.append(SQL("count({}) >= 0").format(Identifier(column)))
        if not conditions:
            return True
        plain = [SQL("bool_and({})").format(part) for part in conditions[: len(wanted)]]
        verdict = SQL(" and ").join(
            [SQL("coalesce({}, true)").format(part) for part in plain]
            + list(conditions[len(wanted) :])
        )
        used = {name for check in wanted for name in check.columns} | set(masked)
        rows = SQL(", ").join(self._made(c, masked) for c in table.columns if c.name in used)
        made_only = SQL(", ").join(
            SQL("{}::{} as {}").format(SQL("null"), _type(c.type.plain.text), Identifier(c.name))
            for c in table.columns
        )
        only = SQL("only ") if table.children else SQL("")
        real = SQL(
            "select {} from (select {} from (select * from {}{} limit {}) as o) as {}"
        ).format(
            verdict,
            rows,
            only,
            Identifier(table.schema, table.name),
            Literal(LOOK),
            Identifier(table.name),
        )
        if not self._ask(real):
            return False
        alone = SQL("select {} from (select {} from (select {}) as o) as {}").format(
            verdict, rows, made_only, Identifier(table.name)
        )
        constant = all(_bare(expression) for expression in masked.values())
        return self._ask(alone) if constant and len(masked) == 1 else True

    def _made(self, column: Column, masked: Mapping[str, str]) -> Composable:
        if column.name in masked:
            return SQL("({})::{} as {}").format(
                _raw(masked[column.name]), _type(column.type.text), Identifier(column.name)
            )
        return Identifier(column.name)

    def folds_alike(self, columns: Iterable[tuple[Table, Column]], mask: str) -> bool:
        """Whether a mask takes the same spellings for equal as the columns' collation does.

        Args:
            columns: columns of texts that are compared with each other.
            mask: SQL that makes the same text of all spellings {c} that the mask takes for equal.
        """
        places = list(columns)
        collation = next(column.collation for _, column in places if column.folds)
        texts = SQL(" union ").join(
            SQL('(select {0}::text collate "default" as spelling from {1} limit {2})').format(
                Identifier(column.name), Identifier(table.schema, table.name), Literal(MANY)
            )
            for table, column in places
        )
        equal, alike = f"spelling collate {collation}", mask.replace("{c}", "spelling")
        by_collation, by_mask, by_both = (
            f"(select count(*) from (select from texts group by {keys}) as counted)"
            for keys in (equal, alike, f"{equal}, {alike}")
        )
        verdict = _raw(f"{by_collation} = {by_mask} and {by_mask} = {by_both}")
        return self._ask(SQL("with texts as ({}) select {}").format(texts, verdict))

    def holds_uuids(self, columns: Iterable[tuple[Table, Column]]) -> bool:
        """Whether all texts of a look at columns are UUIDs, written as PostgreSQL writes them."""
        texts = SQL(" union all ").join(
            SQL("(select {}::text as value from {}{} limit {})").format(
                Identifier(column.name),
                SQL("only ") if table.children else SQL(""),
                Identifier(table.schema, table.name),
                Literal(MANY),
            )
            for table, column in columns
        )
        return self._ask(
            SQL(
                'select coalesce(bool_and(value collate "C" ~ {}), false) from ({}) as texts'
            ).format(Literal("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"), texts)
        )

    def constant(self, table: Table, column: Column, checks: Iterable[Check]) -> str | None:
        """A literal of the column's type that its domain and its CHECK constraints accept.

        Returns:
            The text of the literal, without quotes; None when none was found.
        """
        wanted = list(checks)
        for text in _candidates(column, wanted):
            if self.is_literal(text, column) and self.holds(
                table, wanted, {column.name: sql_literal(text)}, column.name
            ):
                return text
        return None


def sql_literal(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _bare(expression: str) -> bool:
    """Whether the expression is a literal, so that no row is needed to try it."""
    return re.fullmatch(r"'(?:[^']|'')*'|-?\d+(?:\.\d+)?", expression) is not None


def _candidates(column: Column, checks: list[Check]) -> list[str]:
    """Literals to try: what the type suggests, and what the constraints themselves mention."""
    plain = column.type.plain
    found: list[str] = []
    default = constant_default(column)
    expressions = [check.expression for check in checks] + list(column.type.all_checks)
    numbers = [
        int(n) for text in expressions for n in re.findall(r"(?<![\w.'])\d{1,9}(?![\w.'])", text)
    ]
    quoted = [
        t.replace("''", "'") for text in expressions for t in re.findall(r"'((?:[^']|'')*)'", text)
    ]
    if plain.kind == "enum":
        found += [default] if default in plain.labels else []
        found += list(plain.labels)
    elif plain.kind == "array":
        found += ["{}"]
    elif plain.kind in ("range", "multirange"):
        found += ["empty", "{}", "[0,1)", "[2000-01-01,2000-01-02)"]
    elif plain.kind == "composite":
        found += ["()"] + ["(" + "," * n + ")" for n in range(1, 40)]
    elif column.type.is_text:
        length = plain.length
        words = [
            "masked",
            "x",
            "A",
            "0",
            "AA",
            "a@example.com",
            "https://www.example.com/",
            "2000-01-01",
        ]
        if length is not None:
            words = ["masked"[:length], *(word for word in words if len(word) <= length)]
        found += quoted + words
        for size in sorted({n for n in numbers if 0 < n <= 128}):
            found += ["x" * size, "A" * size, "a" * size, "0" * size]
        if length:
            found += ["A" * min(length, 128), "0" * min(length, 128)]
    elif plain.name in ("int2", "int4", "int8", "numeric", "float4", "float8", "oid", "money"):
        found += ["0", "1"]
        for number in sorted(set(numbers)):
            found += [str(number), str(number + 1), str(number - 1)]
        found += ["-1", "0.5"]
    elif plain.name in ("bit", "varbit"):
        found += ["0" * (plain.length or 1)]
    elif plain.name == "vector":
        found += ["[" + ",".join("0" * n) + "]" for n in numbers_in(column.type.text) if n <= 4096]
    found += list(_CONSTANTS.get(plain.name, ()))
    found += quoted
    found += [default] if default is not None else []
    found += list(_ANY)
    return list(dict.fromkeys(found))


def numbers_in(text: str) -> list[int]:
    """The whole numbers in a text."""
    return [int(n) for n in re.findall(r"\d+", text)]


def constant_default(column: Column) -> str | None:
    """The text of the column's default where that is a literal."""
    if column.default is None or column.generated:
        return None
    literal = re.fullmatch(r"'((?:[^']|'')*)'::.+", column.default, re.DOTALL)
    if literal:
        return literal.group(1).replace("''", "'")
    if re.fullmatch(r"-?\d+(?:\.\d+)?|true|false", column.default):
        return column.default
    return None


def _raw(text: str) -> Composable:
    # The text comes from pg_get_expr or from a constant of ours, not from anybody's input.
    return SQL(text)


def _type(text: str) -> Composable:
    return SQL(text)
