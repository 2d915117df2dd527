"""A plan on a terminal: under each root what it owns, then what comes along, rows at the right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tdm.counted import counted

Plan = dict[str, Any]

_EMPTY_SHOWN = 12
_WHOLE_SHOWN = 12
_TITLE = "what a build would keep"
_GAP = 2  # between columns
_REASON = 16  # characters that most reasons fit into


def render(plan: Plan, console: Console) -> None:
    """Print a plan."""
    built = any("kept_rows" in table for table in plan["tables"])
    titles = ["rows", "of", "share", "bytes", *(["kept"] if built else [])]
    lines = [(name, why, _numbers(table, built)) for name, why, table in _lines(plan)]
    wanted = max((len(name) for name, *_ in lines), default=0)
    widths = _widths(titles, lines)
    if console.width - sum(widths) - wanted < _REASON:  # rows and all of them say it too
        place = titles.index("share")
        del titles[place]
        for *_, numbers in lines:
            del numbers[place : place + 1]
        widths = _widths(titles, lines)
    # what is too narrow for all of it loses reasons first, then names, never a number
    left = console.width - sum(widths) - _GAP
    names = min(max(wanted, len(_TITLE)), max(left - 8, 20))
    reasons = min(max((len(why) for _, why, _ in lines), default=0), max(left - names, 6))
    out = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    out.add_column(_TITLE, no_wrap=True, width=names)
    out.add_column("why", no_wrap=True, style="dim", width=reasons)
    for title, width in zip(titles, widths, strict=True):
        out.add_column(title, justify="right", no_wrap=True, width=width - _GAP)
    for name, why, numbers in lines:
        out.add_row(name, why, *numbers)
    console.print(out)
    _print_components(plan, console)
    _print_empty(plan, console)
    _print_sums(plan, console)
    _print_caveats(plan, console)
    for warning in plan["warnings"]:
        console.print(Text("! ", style="bold yellow").append(warning["message"], style="default"))


def _widths(titles: list[str], lines: list[tuple[Text, str, list[str]]]) -> list[int]:
    """The columns of numbers, each with the gap before it."""
    return [
        _GAP + max([len(title), *(len(numbers[place]) for *_, numbers in lines if numbers)])
        for place, title in enumerate(titles)
    ]


Line = tuple[Text, str, "dict[str, Any] | None"]
"""A name, the reason, and the table: None for a title, empty where its numbers stand above."""


def _lines(plan: Plan) -> Iterator[Line]:
    tables = {table["table"]: table for table in plan["tables"]}
    placed: set[str] = set()
    yield from _sampled(plan, tables, placed)
    pointing = _pointing(plan)
    titles = {
        "owned": "owned",
        "referenced": "where a kept row points at it",
        "linked": "where all its ends are kept",
        "whole": "whole",
    }
    for mode, title in titles.items():
        rest = [
            table
            for name, table in tables.items()
            if table["mode"] == mode and table["source_rows"] and name not in placed
        ]
        if rest:
            yield _title(title), "", None
            if mode == "whole":
                rest.sort(key=lambda table: (-table["source_rows"], table["table"]))
            folded = mode == "whole" and len(rest) > _WHOLE_SHOWN
            for table in rest[: _WHOLE_SHOWN - 1] if folded else rest:
                yield Text(f"  {table['table']}"), pointing.get(table["table"], ""), table
            if folded:
                others = rest[_WHOLE_SHOWN - 1 :]
                yield Text(f"  {len(others)} smaller tables"), "", _sum(others)


def _sum(tables: list[dict[str, Any]]) -> dict[str, Any]:
    """One line for several tables."""
    names = ("source_rows", "source_bytes", "estimated_rows", "estimated_bytes", "kept_rows")
    made: dict[str, Any] = {
        name: sum(table[name] for table in tables)
        for name in names
        if all(name in table for table in tables)
    }
    return made | {"caveats": [caveat for table in tables for caveat in table["caveats"]]}


def _title(text: str) -> Text:
    return Text(text, style="bold")


def _folded(names: list[str]) -> list[str]:
    return names if len(names) <= 4 else [*names[:3], f"{len(names) - 3} more"]


def _rounds(component: dict[str, Any]) -> str:
    if component["rounds"] is None:
        return "a fixpoint"
    rounds = component["rounds"]
    return f"{counted(rounds, 'round')}, {counted(component['rows'], 'key')}"


def _sampled(plan: Plan, tables: dict[str, Any], placed: set[str]) -> Iterator[Line]:
    owned = _owned(plan)
    below = {child for children in owned.values() for child, _ in children}
    roots = {root["table"]: root for root in plan["roots"] if "with" not in root}
    if roots:
        yield _title("sampled, and what belongs to it"), "", None

    def branch(name: str, why: str, before: str, own: str, path: tuple[str, ...]) -> Iterator[Line]:
        again = name in placed
        placed.add(name)
        label = Text(f"  {before}{own}", style="dim").append(name, style="default")
        if again:
            yield label, why, {}
            return
        yield label, why, tables[name]
        children = [
            (child, said)
            for child, said in owned.get(name, [])
            if child not in path and tables[child]["source_rows"]
        ]
        further = before + {"": "", "├─ ": "│  ", "└─ ": "   "}[own]
        for place, (child, said) in enumerate(children):
            guide = "└─ " if place == len(children) - 1 else "├─ "
            yield from branch(child, said, further, guide, (*path, name))

    for name in sorted(roots, key=lambda name: (name in below, name)):
        if name not in placed:
            yield from branch(name, _share(roots[name]), "", "", ())


def _owned(plan: Plan) -> dict[str, list[tuple[str, str]]]:
    """For each table what belongs to its rows, with the columns that say so."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    roots = {root["table"]: root for root in plan["roots"] if "with" not in root}
    for edge in plan["references"]:
        if edge["followed"]:
            found[edge["to"]][edge["from"]].append(_edge(edge))
    for root in plan["roots"]:
        if "with" in root:
            found[root["with"]][root["table"]].append(f"({', '.join(root['columns'])})")
    return {
        name: [
            (
                child,
                ", ".join(said) + (f"; {_share(roots[child])}" if child in roots else ""),
            )
            for child, said in sorted(children.items())
        ]
        for name, children in found.items()
    }


def _edge(edge: dict[str, Any]) -> str:
    text = f"({', '.join(edge['columns'])})"
    if edge["at_most"]:
        order = f"newest {edge['at_most']} by {edge['newest']}" if edge["newest"] else ""
        text += f" {order or 'at most ' + str(edge['at_most'])} each"
    return text


def _share(root: dict[str, Any]) -> str:
    """What a root asks for, in words."""
    parts = []
    if root["fraction"] is not None:
        text = f"{root['fraction']:.4g}" if root["fraction"] < 0.0001 else f"{root['fraction']:.4%}"
        text = text.rstrip("%").rstrip("0").rstrip(".") + " %" if "%" in text else text
        if root["strata"]:
            text += f" by {', '.join(root['strata'])}"
            if root["at_least"] > 1:
                text += f", {root['at_least']} each at least"
        parts.append(text)
    if root["budget"]:
        parts.append(f"what fits into {counted(root['budget'], 'row')}")
    parts += [_also(more) for more in root["also"]]
    return " + ".join(parts)


def _also(more: dict[str, Any]) -> str:
    if more.get("kind") == "within":
        if more.get("last"):
            return f"last {more['last']} of {more['column']}"
        since, until = more.get("since"), more.get("until")
        ends = [f"since {since}" if since else "", f"until {until}" if until else ""]
        return f"{more['column']} {' '.join(end for end in ends if end)}"
    if more.get("kind") == "listed":
        name = str(more.get("list", "")).replace('"', "").rpartition(".")[2]
        return f"listed in {name}"
    return f"where {more.get('condition')}"


def _pointing(plan: Plan) -> dict[str, str]:
    """For each table the reference that brings most of its rows."""
    modes = {table["table"]: table["mode"] for table in plan["tables"]}
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for edge in plan["references"]:
        if not edge["followed"] and edge["estimated_rows"] and modes[edge["to"]] == "referenced":
            text = f"{edge['from']} ({', '.join(edge['columns'])})"
            found[edge["to"]].append((edge["estimated_rows"], text))
    return {
        name: "← "
        + max(edges, key=lambda edge: (edge[0], edge[1]))[1]
        + (f" and {len(edges) - 1} more" if len(edges) > 1 else "")
        for name, edges in found.items()
    }


def _numbers(table: dict[str, Any] | None, built: bool) -> list[str]:
    if table is None:
        return []
    if not table:
        return ["↑", *[""] * (4 if built else 3)]
    rows, total = table["estimated_rows"], table["source_rows"]
    cells = [
        f"~{rows:,}" if table.get("caveats") else f"{rows:,}",
        f"{total:,}",
        f"{100 * rows / total:.1f} %" if total else "",
        _bytes(table["estimated_bytes"]),
    ]
    return [*cells, f"{table['kept_rows']:,}" if "kept_rows" in table else ""] if built else cells


def _bytes(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def _print_components(plan: Plan, console: Console) -> None:
    for component in plan["components"]:
        if component["tables"]:
            shown = " ⇄ ".join(_folded(component["tables"]))
            title = Text("in a cycle, closed together: ", style="bold")
            console.print(title.append(f"{shown}, {_rounds(component)}", style="default"))


def _print_empty(plan: Plan, console: Console) -> None:
    groups = {
        "empty": [t["table"] for t in plan["tables"] if t["mode"] == "empty"],
        "without rows in production": [
            t["table"] for t in plan["tables"] if t["mode"] != "empty" and not t["source_rows"]
        ],
    }
    for title, names in groups.items():
        if names:
            shown = ", ".join(names[:_EMPTY_SHOWN])
            more = f" and {len(names) - _EMPTY_SHOWN} more" if len(names) > _EMPTY_SHOWN else ""
            console.print(Text(f"{title}: ", style="bold").append(shown + more, style="default"))


def _print_sums(plan: Plan, console: Console) -> None:
    rows, total, size, everything = (
        sum(table[name] for table in plan["tables"])
        for name in ("estimated_rows", "source_rows", "estimated_bytes", "source_bytes")
    )
    console.print(
        f"about {rows:,} of {counted(total, 'row')}, {_bytes(size)} of {_bytes(everything)}",
        highlight=False,
    )
    built = [table for table in plan["tables"] if "kept_rows" in table]
    if built:
        kept = sum(table["kept_rows"] for table in built)
        near = sum(
            abs(table["estimated_rows"] - table["kept_rows"]) <= 0.2 * table["kept_rows"]
            for table in built
        )
        console.print(
            f"the last build kept {counted(kept, 'row')}; {near} of {counted(len(built), 'table')} "
            f"{'was' if near == 1 else 'were'} within 20 % of this plan",
            highlight=False,
        )
    budget = plan["budget"]
    if budget["rows"]:
        word = "over" if budget["over"] else "within"
        console.print(f"{word} the budget of {counted(budget['rows'], 'row')}", highlight=False)


def _print_caveats(plan: Plan, console: Console) -> None:
    """What the figures marked with ~ rest on; tables that nobody analysed are a warning."""
    for table in plan["tables"]:
        for caveat in table["caveats"]:
            if caveat["about"]:
                said = f"{table['table']}, {caveat['about']}: {caveat['why']}, so that is a guess."
            elif caveat["todo"]:
                continue
            else:
                said = f"{caveat['why']}, so its figures are guesses."
            line = Text("~ ", style="bold yellow").append(said, style="default")
            console.print(line.append(f" {caveat['todo']}" if caveat["todo"] else ""))
