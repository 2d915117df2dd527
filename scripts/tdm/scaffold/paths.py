"""SQL over a row (alias x), as people and discovery write it in references: what it reads."""

from __future__ import annotations

import re

from tdm.scaffold.catalog import Catalog, Reference
from tdm.scaffold.names import sql_name

ELEMENT = "*"
"""A step of a path that stands for every element of a list."""

_TEXT = r"'((?:[^']|'')*)'"
_CAST = r"(?:::jsonb?)?"
_QUOTED = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")""")


def of_row(sql: str) -> tuple[str, bool]:
    """SQL over alias x without the alias.

    Returns:
        The SQL, and whether it still needs the alias: a sub-select has columns of its own.
    """
    if re.search(r"\bselect\b", sql, re.IGNORECASE):
        return sql, True
    parts = _QUOTED.split(sql)
    parts[::2] = [re.sub(r"\bx\.", "", part) for part in parts[::2]]
    return "".join(parts), False


def compared_with(where: str) -> tuple[str, str] | None:
    """Column and literal, as SQL, of a condition that compares a column with a text."""
    found = re.fullmatch(
        r"""\(?x\.([a-z_]\w*|"(?:[^"]|"")+")\s*=\s*('(?:[^']|'')*')\)?""", where.strip()
    )
    return (found.group(1), found.group(2)) if found else None


def is_unnested(expression: str, column: str) -> bool:
    """Whether an expression is nothing but the elements of an array column."""
    return expression.strip().replace(" ", "") == f"unnest(x.{sql_name(column)})".replace(" ", "")


def in_document(expression: str, column: str) -> tuple[str, ...] | None:
    """The path inside a json column that an expression reads; `*` for the elements of a list.

    Returns:
        The steps; None where the expression does more than that.
    """
    own = rf"x\.{re.escape(sql_name(column))}{_CAST}"
    if len(re.findall(r"\bx\.", expression)) != 1:
        return None
    found = re.search(
        rf"jsonb_path_query\({own}, '\$((?:\.\w+|\[\*\])+)'(?:::jsonpath)?\)", expression
    )
    if found:
        return tuple(re.findall(r"\w+|\*", found.group(1)))
    found = re.search(
        rf"jsonb?_array_elements(_text)?\(\(?({own}(?: -> {_TEXT})*)\)?\)((?: ->>? {_TEXT})*)",
        expression,
    )
    if found:
        return (*_keys(found.group(2)), ELEMENT, *_keys(found.group(4)))
    found = re.search(rf"{own} #>>? '\{{([^'{{}}\"]+)\}}'", expression)
    if found:
        return tuple(step.strip() for step in found.group(1).split(","))
    found = re.search(rf"{own}((?: ->>? {_TEXT})+)", expression)
    return _keys(found.group(1)) if found else None


def stands_in_lists(catalog: Catalog, reference: Reference) -> bool:
    """Whether keys stand in lists inside documents, where no mask reaches a single one."""
    if not reference.expression:
        return False
    column = catalog.tables[reference.table].column(reference.columns[0])
    if column.type.plain.name not in ("json", "jsonb"):
        return False
    steps = in_document(reference.expression[0], column.name)
    return steps is None or ELEMENT in steps


def _keys(sql: str) -> tuple[str, ...]:
    return tuple(text.replace("''", "'") for text in re.findall(rf"->>? {_TEXT}", sql))
