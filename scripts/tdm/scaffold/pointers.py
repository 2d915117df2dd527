"""Columns that point at other tables in some of their rows, or from inside arrays and documents.

What such a column holds gets the mask of what it points at, wherever that can be written; where it
cannot, both ends would be treated differently, and the gates would stop the build.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tdm.scaffold import masks, paths
from tdm.scaffold.catalog import Catalog, Column, Reference, Table
from tdm.scaffold.discover.comparing import family as comparable
from tdm.scaffold.discover.comparing import term
from tdm.scaffold.keys import Family, Place
from tdm.scaffold.masks import Mask
from tdm.scaffold.names import jinja_text, model_name, model_text, sql_name
from tdm.scaffold.subset import Plan

_WIDTHS = {"int2": 1, "int4": 2, "int8": 3}
_RANGES = {"int2": (-32768, 32767), "int4": (-2147483648, 2147483647)}
_DIGITS = {"token_smallint": 6, "token_int": 11, "token_bigint": 16, "token_uuid": 36}
"""The most characters that a token takes as text."""
_OF_TEXTS = frozenset({"mask_code", "mask_digits", "token_text", "mask_email"})
_IN_ARRAYS = frozenset({*_DIGITS, "mask_code", "mask_digits"})
"""What macros/mask/token/token_array.sql knows."""
_ADDRESS = masks.email(None, None)[0]
_FOLDED = re.compile(r"(?:lower\(|btrim\(|trim\()+x\.[\w\"]+\)+")
_MAKES_NULL = re.compile(r"\b(substring|case|nullif)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Pointer:
    """What becomes of a column that points somewhere in a way that no constraint could say."""

    mask: Mask | None = None
    """None: kept, as what it points at is."""
    problem: str = ""
    """Why nobody but a person can treat both ends alike, and how."""


@dataclass(frozen=True)
class _Edge:
    """One of the references of a column."""

    reference: Reference
    expression: str
    target: Column
    mask: Mask | None
    empty: bool

    @property
    def to(self) -> str:
        return f"{self.reference.to}.{self.target.name}"


def disagrees(
    catalog: Catalog, families: Mapping[Place, Family], table: Table, column: Column, family: Family
) -> str:
    """What a key points at beside its foreign keys, where that is masked in another way.

    Returns:
        The place; empty where both ends are treated alike.
    """
    for r in catalog.references_from.get(table.id, ()):
        if r.plain or column.name not in r.columns:
            continue
        to_column = dict(r.compared).get(column.name, "")
        if not to_column and len(r.expression) > 1:
            continue
        place = (r.to, to_column or r.to_columns[0])
        other = families[place]
        if other is not family and (other.mask or family.mask):
            return ".".join(place)
    return ""


def of_column(
    catalog: Catalog, plan: Plan, families: Mapping[Place, Family], table: Table, column: Column
) -> Pointer | None:
    """How a column follows what it points at.

    Args:
        catalog: the database.
        plan: what happens to the rows of each table.
        families: the treatment of the keys that it points at.
        table: the column's table.
        column: a column of no family of its own.

    Returns:
        None for a column that points nowhere, or by plain foreign keys only.
    """
    edges = []
    for r in catalog.references_from.get(table.id, ()):
        if r.plain or column.name not in r.columns:
            continue
        to_column = dict(r.compared).get(column.name, "")
        if not to_column and (len(r.expression) > 1 or len(r.columns) > 1):
            return Pointer(problem=f"with other columns it points at {r.to}: {_BOTH_ENDS}")
        expression = "" if to_column else r.expression[0]
        to_column = to_column or r.to_columns[0]
        family = families.get((r.to, to_column))
        edges.append(
            _Edge(
                r,
                expression,
                catalog.tables[r.to].column(to_column),
                family.mask if family else None,
                plan.nodes[r.to].mode == "empty",
            )
        )
    if not edges:
        return None
    lost = next((edge.to for edge in edges if edge.empty), "")
    if lost and plan.nodes[table.id].mode != "empty":
        return Pointer(problem=f"points at {lost}, which leaves empty")
    plain = column.type.plain
    if plain.kind == "array":
        return _of_array(column, edges)
    if plain.name in ("json", "jsonb"):
        return _of_document(column, edges)
    return _of_value(table, column, edges)


_BOTH_ENDS = "give both ends the same mask and domain, or keep both"


# ----------------------------------------------------------------------- arrays


def _of_array(column: Column, edges: list[_Edge]) -> Pointer:
    element = column.type.plain.element
    said = {(e.mask.macro, e.mask.arguments) if e.mask else None for e in edges}
    first = edges[0]
    alike = len(said) == 1 and not any(e.reference.where for e in edges)
    if alike and element is not None and element.is_text and first.mask == _ADDRESS:
        return Pointer(Mask("mask_array"))  # which masks addresses as mask_email does
    alike = alike and all(paths.is_unnested(e.expression, column.name) for e in edges)
    if alike and first.mask is None:
        return Pointer()
    same_type = element is not None and element.plain.name == first.target.type.plain.name
    if alike and same_type and first.mask and first.mask.macro in _IN_ARRAYS:
        return Pointer(masks.token_array(first.mask))
    return Pointer(problem=f"elements are keys of {_and(edges)}: {_BOTH_ENDS}")


# ------------------------------------------------------------ some of the rows


def _of_value(table: Table, column: Column, edges: list[_Edge]) -> Pointer:
    """One mask for all rows, or a CASE that says which rows point where."""
    if column.name in table.partition_columns:
        return Pointer(problem=f"decides on the partition, and points at {_and(edges)}")
    rest = _rest(table, column)
    if rest is None:
        return Pointer(problem=f"points at {_and(edges)}: {_BOTH_ENDS}")
    branches = [(edge, _branch(column, edge)) for edge in edges]
    for edge, branch in branches:
        if branch is None:
            return Pointer(
                problem=f"points at {edge.to}, but what masks it does not fit: {_BOTH_ENDS}"
            )
    otherwise = rest.line(column.name)
    everywhere = [(edge, branch) for edge, branch in branches if not edge.reference.where]
    if everywhere and (
        len({branch for _, branch in everywhere}) > 1 or len(everywhere) < len(edges)
    ):
        return Pointer(problem=f"points at {_and(edges)} in the same rows: {_BOTH_ENDS}")
    if everywhere:
        edge, branch = everywhere[0]
        if edge.mask is None:
            return Pointer()
        text = branch or ""
        if _MAKES_NULL.search(_value(column, edge)):
            text = f"coalesce({text}, {otherwise})"
        return Pointer(_whole(rest, text))
    text, alias = _case(branches, otherwise)
    return Pointer(_whole(rest, text, alias=alias))


def _case(branches: list[tuple[_Edge, str | None]], otherwise: str) -> tuple[str, bool]:
    wheres = [edge.reference.where or "" for edge, _ in branches]
    compared = [paths.compared_with(where) for where in wheres]
    names = {found[0] for found in compared if found}
    alias = False
    if len(names) == 1 and all(compared):
        lines = [f"case {model_text(names.pop())}"]
        lines += [
            f"    when {model_text(found[1])} then {branch}"
            for found, (_, branch) in zip(compared, branches, strict=True)
            if found
        ]
    else:
        lines = ["case"]
        for where, (_, branch) in zip(wheres, branches, strict=True):
            condition, needs = paths.of_row(where)
            alias = alias or needs
            lines.append(f"    when {model_text(condition)} then {branch}")
    return "\n    ".join([*lines, f"    else {otherwise}", "end"]), alias


def _branch(column: Column, edge: _Edge) -> str | None:
    """The mask of the key that these rows point at; None where its result has no room here."""
    mask, plain, target = edge.mask, column.type.plain, edge.target.type.plain
    if mask is None:
        return model_name(column.name)
    is_text, length = column.type.is_text, plain.length
    value = _value(column, edge)
    if mask.macro in _DIGITS:
        if is_text and length is not None and length < _DIGITS[mask.macro]:
            return None
        if plain.name in _WIDTHS and _WIDTHS.get(target.name, 9) > _WIDTHS[plain.name]:
            return None
        if not is_text and comparable(column.type) != comparable(edge.target.type):
            return None
    elif mask.macro in _OF_TEXTS:
        if not is_text or (length is not None and (mask.length or 0) > length):
            return None
    else:
        return None
    given = f", value={jinja_text(value)}" if value else ""
    arguments = f", {mask.arguments}" if mask.arguments else ""
    call = f"{{{{ tdm.{mask.macro}({jinja_text(column.name)}{arguments}{given}) }}}}"
    return f"{call}::text" if is_text and mask.macro in _DIGITS else call


def _value(column: Column, edge: _Edge) -> str:
    """SQL of the key, where that is not the column itself."""
    if edge.expression:
        if edge.mask and edge.mask.macro == "mask_email" and _FOLDED.fullmatch(edge.expression):
            return ""  # addresses are compared so by the mask itself
        value, needs = paths.of_row(edge.expression)
        return "" if needs else value
    name, plain, target = sql_name(column.name), column.type.plain, edge.target.type.plain
    if plain.name == target.name or (column.type.is_text and edge.target.type.is_text):
        return ""
    if plain.name in _WIDTHS and target.name in _RANGES:
        low, high = _RANGES[target.name]
        return f"case when {name} between {low} and {high} then {name}::{target.text} end"
    if column.type.is_text:
        return term(name, "text", comparable(edge.target.type)) or ""
    return f"{name}::{target.text}"


def _rest(table: Table, column: Column) -> Mask | None:
    """The mask of rows that point nowhere that anybody knows."""
    domain = f"{'_'.join(re.findall('[a-z0-9]+', table.name.lower()))}_{column.name}"
    domain = "_".join(re.findall("[a-z0-9]+", domain.lower())) or "pointer"
    plain = column.type.plain.name
    if column.type.is_text:
        return masks.code(domain)
    if plain in _WIDTHS:
        return masks.token_number(plain, domain)
    if plain == "uuid":
        return masks.token_uuid(domain)
    return None


def _whole(like: Mask, text: str, *, alias: bool = False) -> Mask:
    """A mask that is more than one macro."""
    return Mask("case", "", "yes", length=masks.SAME, probes=like.probes, text=text, alias=alias)


# ------------------------------------------------------------------- documents


def _of_document(column: Column, edges: list[_Edge]) -> Pointer:
    keep: list[str] = []
    put: dict[str, str] = {}
    for edge in edges:
        steps = paths.in_document(edge.expression, column.name) if edge.expression else None
        path = ".".join(re.sub(r"([.*\\])", r"\\\1", s) if s != "*" else s for s in steps or ())
        if not steps or path in put or path in keep:
            return Pointer(
                problem=f"holds keys of {edge.to} that nothing tells apart: {_BOTH_ENDS}"
            )
        if paths.ELEMENT in steps:
            if edge.mask == _ADDRESS:
                continue  # mask_json masks addresses as mask_email does
            if edge.mask is not None:
                return Pointer(
                    problem=f"holds keys of {edge.to} in lists, where mask_json cannot mask them: "
                    f"keep that column, and here write mask_json with keep=[{jinja_text(path)}]"
                )
            keep.append(path)
            continue
        made = _inside(column, edge)
        if made is None:
            return Pointer(problem=f"holds keys of {edge.to} at {path}: {_BOTH_ENDS}")
        put[path] = made
    arguments = []
    if keep:
        arguments.append(f"keep=[{', '.join(map(jinja_text, keep))}]")
    if put:
        lines = [f"        {jinja_text(path)}: {made}," for path, made in put.items()]
        arguments.append("masks={\n" + "\n".join(lines) + "\n    }")
    return Pointer(Mask("mask_json", ", ".join(arguments)))


def _inside(column: Column, edge: _Edge) -> str | None:
    """Jinja that makes the SQL of a key inside a document."""
    value, needs = paths.of_row(edge.expression)
    condition, also = paths.of_row(edge.reference.where or "")
    if needs or also:
        return None
    if edge.mask is None:
        made = jinja_text(value)
    elif edge.mask.macro in _DIGITS or edge.mask.macro in _OF_TEXTS:
        arguments = f", {edge.mask.arguments}" if edge.mask.arguments else ""
        arguments += f", value={jinja_text(value)}"
        made = f"tdm.{edge.mask.macro}({jinja_text(column.name)}{arguments})"
    else:
        return None
    if condition:
        return f"{jinja_text(f'case when {condition} then ')} ~ {made} ~ ' end'"
    return made


def _and(edges: list[_Edge]) -> str:
    return " and ".join(dict.fromkeys(edge.to for edge in edges))
