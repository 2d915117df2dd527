"""What the bounds of a partition say about its rows: a condition, and the values of its key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tdm.scaffold.names import sql_name

MANY = 12
"""More values than this are no longer written down one by one."""

_VALUE = r"E?'(?:[^'\\]|''|\\.)*'|[^\s,()']+"
_SPAN = re.compile(r"FOR VALUES FROM \((.*)\) TO \((.*)\)", re.DOTALL)
_LIST = re.compile(r"FOR VALUES IN \((.*)\)", re.DOTALL)
_SAID = re.compile(r"(x\.\w+) >= ('[^']*'|\d+) and \1 < ('[^']*'|\d+)")
_OPEN = ("MINVALUE", "MAXVALUE")


@dataclass(frozen=True)
class Partition:
    """A partition, and how the table above it is divided."""

    above: int
    """The oid of that table."""
    kind: str
    """`l`, `r` or `h`: by list, range or hash."""
    key: tuple[str, ...]
    """The columns of its key; empty where it has expressions, or an order of its own."""
    types: tuple[str, ...]
    """Their types, as SQL has them."""
    whole_number: bool
    """Whether the key is one column of whole numbers."""
    bound: str
    """As pg_get_expr has it."""


Tree = Mapping[int, Partition]
"""The partitions of a database by their oid."""


def path(tree: Tree, oid: int) -> list[int]:
    """A partition and the partitions above it, the lowest first; empty for anything else."""
    found = []
    while oid in tree:
        found.append(oid)
        oid = tree[oid].above
    return found


def covers(tree: Tree, root: int, chosen: set[int]) -> bool:
    """Whether every row of a table lies in one of the chosen partitions."""
    below = [oid for oid, partition in tree.items() if partition.above == root]
    return root in chosen or (bool(below) and all(covers(tree, oid, chosen) for oid in below))


def condition(tree: Tree, oid: int) -> str | None:
    """SQL over a row x that is true for the rows of a partition; None where nothing says it."""
    parts = [_of_level(tree, level) for level in reversed(path(tree, oid))]
    said = [part for part in parts if part is not None]
    if len(said) < len(parts) or not said:
        return None
    return said[0] if len(said) == 1 else " and ".join(map(_in_brackets, said))


def most(tree: Tree, root: int, chosen: set[int]) -> bool:
    """Whether more than half of the partitions that hold a table's rows are chosen ones."""
    above = {partition.above for partition in tree.values()}
    leaves = [oid for oid in tree if oid not in above and tree[path(tree, oid)[-1]].above == root]
    return 2 * sum(bool(chosen & set(path(tree, oid))) for oid in leaves) > len(leaves)


def any_of(conditions: list[str]) -> str:
    """SQL that is true where one of the conditions is; ranges that meet become one."""
    said: list[str] = []
    for text in conditions:
        last, span = _SAID.fullmatch(said[-1]) if said else None, _SAID.fullmatch(text)
        if last and span and (last[1], last[3]) == (span[1], span[2]):
            said[-1] = f"{span[1]} >= {last[2]} and {span[1]} < {span[3]}"
        else:
            said.append(text)
    return " or ".join(said)


def values(tree: Tree, oid: int) -> dict[str, tuple[str, ...]]:
    """The values, as SQL with their type, of the key columns of which a partition has a few.

    NULL is none of them: no reference points at it.
    """
    found: dict[str, tuple[str, ...]] = {}
    for level in path(tree, oid):
        partition = tree[level]
        if len(partition.key) == 1:
            few = [text for text in _few(partition) if text != "NULL"]
            texts = tuple(f"{text}::{partition.types[0]}" for text in few)
            if 0 < len(texts) <= MANY:
                column = partition.key[0]
                # Two levels may be divided by the same column: both bounds hold.
                found[column] = tuple(t for t in texts if t in found.get(column, texts))
    return {column: texts for column, texts in found.items() if texts}


def key_columns(tree: Tree, oid: int) -> set[str] | None:
    """The columns that decide on a partition, at every level; None where an expression does."""
    levels = [tree[level] for level in path(tree, oid)]
    return {c for p in levels for c in p.key} if all(p.key for p in levels) else None


def listed(tree: Tree, table: int) -> str:
    """The column whose values the partitions of a table list; empty where one takes the rest."""
    below = [partition for partition in tree.values() if partition.above == table]
    if not below or any(p.kind != "l" or not p.key or p.bound == "DEFAULT" for p in below):
        return ""
    return below[0].key[0]


def _few(partition: Partition) -> list[str]:
    listed = _LIST.fullmatch(partition.bound)
    if listed:
        return _split(listed.group(1))
    span = _SPAN.fullmatch(partition.bound)
    if span and partition.whole_number:
        ends = [text.strip("'") for text in span.groups()]
        if all(re.fullmatch(r"-?\d+", end) for end in ends):
            low, high = map(int, ends)
            return [f"'{n}'" if n < 0 else str(n) for n in range(low, min(high, low + MANY + 1))]
    return []


def _of_level(tree: Tree, oid: int) -> str | None:
    """The condition that a row of the table above lies in this partition."""
    partition = tree[oid]
    if not partition.key or "\n" in partition.bound:
        return None
    if partition.bound == "DEFAULT":
        others = [
            _of_level(tree, other)
            for other, sibling in tree.items()
            if sibling.above == partition.above and other != oid
        ]
        said = [text for text in others if text is not None]
        if len(said) < len(others):
            return None
        return f"({any_of(said)}) is not true" if said else "true"
    columns = [f"x.{sql_name(column)}" for column in partition.key]
    listed = _LIST.fullmatch(partition.bound)
    if listed:
        return _is_one_of(columns[0], _split(listed.group(1)))
    span = _SPAN.fullmatch(partition.bound)
    if span is None:
        return None  # by hash
    low, high = (_split(text) for text in span.groups())
    parts = [_end(columns, low, ">", "MAXVALUE"), _end(columns, high, "<", "MINVALUE")]
    said = [part for part in parts if part]
    return " and ".join(said or [f"{columns[0]} is not null"])


def _is_one_of(column: str, texts: list[str]) -> str:
    filled = [text for text in texts if text != "NULL"]
    said = []
    if filled:
        one = len(filled) == 1
        said.append(f"{column} = {filled[0]}" if one else f"{column} in ({', '.join(filled)})")
    if len(filled) < len(texts):
        said.append(f"{column} is null")
    return " or ".join(said)


def _end(columns: list[str], texts: list[str], sign: str, strict: str) -> str:
    """One end of a range: from its first MINVALUE or MAXVALUE on, columns do not matter."""
    known = next((n for n, text in enumerate(texts) if text in _OPEN), len(texts))
    if known == 0:
        return ""
    if known == len(texts):
        equal = "=" if sign == ">" else ""  # a range has its lower end, and not its upper one
    else:
        equal = "" if texts[known] == strict else "="
    left, right = columns[:known], texts[:known]
    if known == 1:
        return f"{left[0]} {sign}{equal} {right[0]}"
    return f"({', '.join(left)}) {sign}{equal} ({', '.join(right)})"


def _split(texts: str) -> list[str]:
    return re.findall(_VALUE, texts)


def _in_brackets(sql: str) -> str:
    """A part of a conjunction; the condition of a default partition has brackets of its own."""
    return f"({sql})" if " or " in sql and not sql.endswith(") is not true") else sql
