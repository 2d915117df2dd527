"""What a picture of a plan shows: which tables and references, and which are folded or left out.

A picture of everything helps nobody where there are 173 tables. Drawn are the tables that a sample
reaches and the references that bring rows; reference data is folded, what has no rows left out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tdm.counted import counted

Plan = dict[str, Any]

_WHOLE = 6  # tables kept whole that are drawn one by one
_LEAVES = 40  # tables that belong to others before leaves of one owner are folded
_SINGLE = 2  # leaves of an owner that stay single then
_REFERENCED = 24
_GROWING = ("sampled", "owned", "referenced")  # by rows that are pointed at


@dataclass
class Node:
    """A table, or several of one kind.

    Attributes:
        name: what stands in it first.
        mode: sampled, owned, referenced, linked, whole.
        lines: what stands under the name.
        tables: the tables that it stands for.
        share: the part of the rows that is kept.
        cyclic: closed together with others, or with itself.
    """

    name: str
    mode: str
    lines: list[str]
    tables: list[str]
    share: float = 0.0
    cyclic: bool = False


@dataclass(frozen=True)
class Arrow:
    """From a row to those that come with it; source and target are places of nodes."""

    source: int
    target: int
    label: str
    owned: bool


@dataclass
class Picture:
    """What is drawn, and what a reader has to know beside it."""

    nodes: list[Node] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def scene(plan: Plan) -> Picture:
    """Choose what to draw.

    Args:
        plan: as `tdm.plan.plan` makes it.
    """
    tables = {table["table"]: table for table in plan["tables"]}
    arrows = _arrows(plan, tables)
    shown = {
        name: table["mode"]
        for name, table in tables.items()
        if table["source_rows"] and table["mode"] != "empty"
    }
    groups = _groups(tables, shown, arrows)
    cyclic = {name for component in plan["components"] for name in component["tables"]}
    drawn = Picture()
    schemas = {name.split(".")[0] for name in tables}
    common = f"{schemas.pop()}." if len(schemas) == 1 else ""
    place: dict[str, int] = {}
    for names in groups:
        for name in names:
            place[name] = len(drawn.nodes)
        node = _node(names, tables, shown[names[0]], cyclic)
        node.name = node.name.removeprefix(common)
        node.lines = [line.replace(common, "") if common else line for line in node.lines]
        drawn.nodes.append(node)
    labels: dict[tuple[int, int, bool], list[str]] = defaultdict(list)
    for (source, target, owned), said in arrows.items():
        if source in place and target in place and source != target:  # ⟳ says the latter
            labels[place[source], place[target], owned] += said
    for (start, end, owned), said in labels.items():
        different = sorted(set(said))
        label = different[0] if len(different) == 1 else f"{len(different)} references"
        drawn.arrows.append(Arrow(start, end, label, owned))
    drawn.notes = _notes(plan, tables)
    return drawn


def _arrows(
    plan: Plan, tables: dict[str, dict[str, Any]]
) -> dict[tuple[str, str, bool], list[str]]:
    """Owner to owned, and referencing to referenced where that brings rows; with their labels."""
    found: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for edge in plan["references"]:
        label = ", ".join(edge["columns"])
        if edge["followed"]:
            cap = f" ≤ {edge['at_most']}" if edge["at_most"] else ""
            found[edge["to"], edge["from"], True].append(label + cap)
        elif tables[edge["from"]]["mode"] == "linked":
            found[edge["to"], edge["from"], False].append(label)  # ends bring their link rows
        elif edge["estimated_rows"] and tables[edge["to"]]["mode"] in _GROWING:
            found[edge["from"], edge["to"], False].append(label)
    for root in plan["roots"]:
        if "with" in root:
            found[root["with"], root["table"], True].append(", ".join(root["columns"]))
    return found


def _groups(
    tables: dict[str, dict[str, Any]],
    shown: dict[str, str],
    arrows: dict[tuple[str, str, bool], list[str]],
) -> list[list[str]]:
    """The tables of each node: one, or several that are alike."""

    def biggest(names: list[str]) -> list[str]:
        return sorted(names, key=lambda name: (-tables[name]["estimated_rows"], name))

    by_mode: dict[str, list[str]] = defaultdict(list)
    for name, mode in shown.items():
        by_mode[mode].append(name)
    groups = [[name] for name in by_mode["sampled"] + by_mode["linked"]]
    owned, folded = by_mode["owned"], set()
    if len(owned) > _LEAVES:
        for leaves in _leaves(owned, arrows).values():
            rest = biggest(leaves)[_SINGLE:]
            if len(rest) > 1:
                groups.append(sorted(rest))
                folded |= set(rest)
    groups += [[name] for name in owned if name not in folded]
    referenced = biggest(by_mode["referenced"])
    groups += [[name] for name in referenced[:_REFERENCED]]
    if referenced[_REFERENCED:]:
        groups.append(sorted(referenced[_REFERENCED:]))
    whole = biggest(by_mode["whole"])
    if len(whole) > _WHOLE:
        groups.append(whole)
    else:
        groups += [[name] for name in whole]
    return [names for names in groups if names]


def _leaves(
    owned: list[str], arrows: dict[tuple[str, str, bool], list[str]]
) -> dict[str, list[str]]:
    """Tables that belong to one owner and that nothing else hangs on, by that owner."""
    owners: dict[str, set[str]] = defaultdict(set)
    busy = set()
    for source, target, by_owner in arrows:
        if by_owner:
            owners[target].add(source)
        busy |= {source} if by_owner else {source, target}
    found: dict[str, list[str]] = defaultdict(list)
    for name in owned:
        if name not in busy and len(owners[name]) == 1:
            found[min(owners[name])].append(name)
    return found


def _node(names: list[str], tables: dict[str, dict[str, Any]], mode: str, cyclic: set[str]) -> Node:
    rows, total = (
        sum(tables[name][of] for name in names) for of in ("estimated_rows", "source_rows")
    )
    said = counted(rows, "row") if rows == total else f"{rows:,} of {counted(total, 'row')}"
    if any(tables[name]["caveats"] for name in names):
        said = f"~{said}"
    lines = [said]
    if all("kept_rows" in tables[name] for name in names):
        lines.append(f"kept {sum(tables[name]['kept_rows'] for name in names):,}")
    share = rows / total if total else 0.0
    if len(names) == 1:
        return Node(names[0], mode, lines, names, share, names[0] in cyclic)
    title = f"{len(names)} tables kept whole" if mode == "whole" else f"{len(names)} more tables"
    listed = ", ".join(names)
    return Node(title, mode, [*lines, listed], names, share)


def _notes(plan: Plan, tables: dict[str, dict[str, Any]]) -> list[str]:
    rows, total = (
        sum(table[of] for table in tables.values()) for of in ("estimated_rows", "source_rows")
    )
    notes = [f"about {rows:,} of {counted(total, 'row')} in {counted(len(tables), 'table')}"]
    if any(table["caveats"] for table in tables.values()):
        notes.append("~ rests on a guess")
    for count, what in (
        (sum(t["mode"] == "empty" for t in tables.values()), "left empty"),
        (
            sum(t["mode"] != "empty" and not t["source_rows"] for t in tables.values()),
            "without rows in production",
        ),
    ):
        if count:
            notes.append(f"{counted(count, 'table')} {what}: not drawn")
    silent = sum(
        not edge["followed"]
        and tables[edge["from"]]["mode"] != "linked"
        and not (edge["estimated_rows"] and tables[edge["to"]]["mode"] in _GROWING)
        for edge in plan["references"]
    )
    if silent:
        bringing = counted(silent, "reference that brings", "references that bring")
        notes.append(f"{bringing} no further rows: not drawn")
    return notes
