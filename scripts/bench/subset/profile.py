"""Where the server's CPU goes, statement by statement: the server's own accounting, in its log.

Without parallel workers, whose CPU the server counts as somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ENTRY = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:.]+ \w+ \[(?P<pid>\d+)\] (?P<level>\w+):  ", re.MULTILINE
)
_USED = re.compile(r"([\d.]+) s user, ([\d.]+) s system")
_NODE = re.compile(r'"node_id": "\w+\.\w+\.(?P<node>[^".]+)')

OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        "log_statement=all",
        "log_statement_stats=on",
        "log_error_verbosity=default",
        "max_parallel_workers_per_gather=0",
    )
)
"""For PGOPTIONS."""


@dataclass(frozen=True)
class Statement:
    """One statement that a client sent.

    Attributes:
        node: dbt's name for whoever sent it, if it did.
        cpu: seconds.
    """

    node: str
    text: str
    cpu: float


def statements(log: str) -> list[Statement]:
    """The statements of a server's log, in order."""
    waiting: dict[str, str] = {}
    found = []
    for pid, entry in _entries(log):
        if entry.startswith("statement: "):
            waiting[pid] = entry.removeprefix("statement: ")
        elif "system usage stats" in entry and pid in waiting:
            text = waiting.pop(pid)
            used = _USED.search(entry)
            if used:
                node = _NODE.search(text)
                text = re.sub(r"/\*.*?\*/|--.*", " ", text)
                found.append(
                    Statement(
                        node["node"] if node else "",
                        " ".join(text.split()),
                        float(used[1]) + float(used[2]),
                    )
                )
    return found


def _entries(log: str) -> Iterable[tuple[str, str]]:
    starts = list(_ENTRY.finditer(log))
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        text = log[start.end() : end.start() if end else None]
        if start["level"] in ("LOG", "DETAIL"):
            yield start["pid"], text.strip()


def table(name: str, found: list[Statement], server: float, most: int = 40) -> str:
    """The dearest nodes (or statements, where there are no nodes) of one turn, in Markdown."""
    spent: dict[str, list[Statement]] = {}
    kinds: dict[str, list[float]] = {}
    for statement in found:
        spent.setdefault(statement.node or statement.text[:90], []).append(statement)
        kinds.setdefault(_kind(statement.text), []).append(statement.cpu)
    total = sum(statement.cpu for statement in found)
    lines = [
        f"### {name}: {server:.2f} s of server CPU, {total:.2f} s in {len(found)} statements,"
        f" {server - total:.2f} s in connecting and what is no statement\n",
        "| ms | statements | kind |",
        "| ---: | ---: | --- |",
        *(
            f"| {1000 * sum(cpu):.1f} | {len(cpu)} | {kind} |"
            for kind, cpu in sorted(kinds.items(), key=lambda item: -sum(item[1]))
        ),
        "",
        "| ms | statements | of | dearest statement (ms) |",
        "| ---: | ---: | --- | --- |",
    ]
    dearest = sorted(spent.items(), key=lambda item: -sum(s.cpu for s in item[1]))
    for title, members in dearest[:most]:
        worst = max(members, key=lambda s: s.cpu)
        text = worst.text[:70] if worst.node else ""
        lines.append(
            f"| {1000 * sum(s.cpu for s in members):.1f} | {len(members)} | {title} |"
            f" {text} ({1000 * worst.cpu:.1f}) |"
        )
    return "\n".join(lines) + "\n"


def _kind(text: str) -> str:
    """The first words of a statement, without the names that differ from table to table."""
    text = re.sub(r"\$tdm_\w+\$|\"[^\"]*\"(\.\"[^\"]*\")*|'[^']*'", "…", text)
    return " ".join(text.split()[:7])
