"""The tables that a run prints, in Markdown, so that the docs can take them as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bench.measure import Spent
from bench.subset.record import LOAD, Record, Setting, found, least, middle, of, ratio

OURS, BY_HAND, EVERYTHING, FRESH, NODES = "ours", "sql", "everything", "fresh", "nodes"


def report(records: Sequence[Record], settings: Sequence[Setting]) -> str:
    """Everything that a run found out."""
    names = list(dict.fromkeys(r.name for r in records))
    parts = [_size(records, setting, names) for setting in settings]
    parts.append(_ratios(records, settings, names))
    parts.append(_growth(records, settings, names))
    return "\n".join(part for part in parts if part)


def _size(records: Sequence[Record], setting: Setting, names: Iterable[str]) -> str:
    """What one size cost everybody: CPU as median (least)."""
    lines = []
    for name in names:
        mine = of(records, setting, name)
        if not mine:
            continue
        load = [r.phases[LOAD].cpu for r in mine if LOAD in r.phases]
        rows = found(mine)
        lines.append(
            [
                name,
                f"{middle(mine, lambda s: s.client):.2f}",
                f"{middle(mine, _server):.2f} ({least(mine, _server):.2f})",
                f"{middle(mine, _cpu):.2f} ({least(mine, _cpu):.2f})",
                f"{min(load):.2f}" if load else "",
                f"{middle(mine, lambda s: s.wall):.1f}",
                f"{max(r.spent.memory for r in mine) / 1e6:.0f}",
                *(
                    [f"{n:,}" for n in (rows.rows, rows.missing, rows.extra, rows.altered)]
                    if rows
                    else [""] * 4
                ),
            ]
        )
    if not lines:
        return ""
    title = (
        f"### sf {setting.scale}, {setting.percent:g} %: {setting.roots:,} customers,"
        f" {setting.rows:,} rows to keep\n"
    )
    return (
        title
        + "\n"
        + _table(
            [
                "",
                "client CPU s",
                "server CPU s (least)",
                "CPU s (least)",
                "of it loading",
                "wall s",
                "client MB",
                "rows",
                "missing",
                "extra",
                "altered",
            ],
            lines,
        )
    )


def _ratios(records: Sequence[Record], settings: Sequence[Setting], names: Sequence[str]) -> str:
    """Ours over everybody else: median of the rounds' ratios (ratio of the least)."""
    others = [name for name in names if name not in (OURS, FRESH, NODES)]
    if OURS not in names or not others:
        return ""
    rivals = [name for name in others if name != BY_HAND]
    parts = []
    if BY_HAND in others:
        cells = [
            _over(records, settings, BY_HAND, _server, _server),
            _beyond_nodes(records, settings),
        ]
        head = "### Server CPU, ours over SQL by hand\n\n"
        parts.append(head + _by_setting(settings, [BY_HAND, "sql, without nodes"], cells))
    for title, mine in (
        ("Server CPU of ours (without dbt) over all CPU of", _server),
        ("All CPU of ours (with dbt) over all CPU of", _cpu),
    ):
        if rivals:
            cells = [_over(records, settings, name, mine, _cpu) for name in rivals]
            parts.append(f"### {title}\n\n" + _by_setting(settings, rivals, cells))
    return "\n".join(parts)


def _server(spent: Spent) -> float:
    return spent.server


def _cpu(spent: Spent) -> float:
    return spent.cpu


def _over(
    records: Sequence[Record],
    settings: Sequence[Setting],
    name: str,
    mine: Callable[[Spent], float],
    theirs: Callable[[Spent], float],
) -> list[str]:
    """One ratio a size."""
    found = [
        ratio(of(records, setting, OURS), mine, of(records, setting, name), theirs)
        for setting in settings
    ]
    return [f"{cell[0]:.2f} ({cell[1]:.2f})" if cell else "" for cell in found]


def _beyond_nodes(records: Sequence[Record], settings: Sequence[Setting]) -> list[str]:
    """Ours less what its nodes cost over tables without rows, over SQL by hand: of the least."""
    cells = []
    for setting in settings:
        sides = [of(records, setting, name) for name in (OURS, NODES, BY_HAND)]
        if not all(sides):
            cells.append("")
            continue
        mine, nodes, theirs = (least(side, _server) for side in sides)
        cells.append(f"{(mine - nodes) / theirs:.2f}")
    return cells


def _by_setting(
    settings: Sequence[Setting], names: Sequence[str], columns: Sequence[Sequence[str]]
) -> str:
    lines = [
        [f"sf {setting.scale}, {setting.percent:g} %", *cells]
        for setting, *cells in zip(settings, *columns, strict=True)
    ]
    return _table(["", *names], lines)


def _growth(records: Sequence[Record], settings: Sequence[Setting], names: Sequence[str]) -> str:
    """Server CPU for each kept row, in microseconds."""
    lines = []
    for name in names:
        if name in (EVERYTHING, NODES):
            continue
        cells = []
        for setting in settings:
            mine = of(records, setting, name)
            per_row = least(mine, _server) / setting.rows * 1e6 if mine else None
            cells.append("" if per_row is None else f"{per_row:.1f}")
        lines.append([name, *cells])
    if not lines:
        return ""
    head = ["server µs a kept row", *(f"sf {s.scale}, {s.percent:g} %" for s in settings)]
    return "### Growth\n\n" + _table(head, lines) + _sessions(records, settings, names)


def _sessions(records: Sequence[Record], settings: Sequence[Setting], names: Sequence[str]) -> str:
    """What connecting costs: whoever starts one process a node pays it for each."""
    opened = {
        name: max((r.sessions for r in records if r.name == name), default=0) for name in names
    }
    said = ", ".join(f"{name} {n}" for name, n in opened.items() if n)
    cost = 1000 * min(setting.session for setting in settings)
    return f"\nSessions: {said}. One that asks for nothing costs {cost:.1f} ms of server CPU.\n"


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [head, ["---"] + ["---:"] * (len(head) - 1), *lines]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)
