"""The tables that a run prints, in Markdown, so that the docs can take them as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.subset.record import LOAD, Record, Setting, found, least, middle, of, ratio

OURS, BY_HAND, EVERYTHING = "ours", "sql", "everything"


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
                f"{middle(mine, lambda s: s.server):.2f} ({least(mine, lambda s: s.server):.2f})",
                f"{middle(mine, lambda s: s.cpu):.2f} ({least(mine, lambda s: s.cpu):.2f})",
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
    if OURS not in names or len(names) < 2:
        return ""
    others = [name for name in names if name != OURS]
    lines = []
    for setting in settings:
        ours = of(records, setting, OURS)
        cells = []
        if BY_HAND in others:
            cells.append(ratio(ours, of(records, setting, BY_HAND), lambda s: s.server))
        for name in others:
            if name != BY_HAND:
                theirs = of(records, setting, name)
                cells.append(ratio(ours, theirs, lambda s: s.cpu))
        texts = [f"{c[0]:.2f} ({c[1]:.2f})" if c else "" for c in cells]
        lines.append([f"sf {setting.scale}, {setting.percent:g} %", *texts])
    head = ["ours over"]
    head += ["sql, server CPU"] if BY_HAND in others else []
    head += [f"{name}, CPU" for name in others if name != BY_HAND]
    return "### Ratios\n\n" + _table(head, lines)


def _growth(records: Sequence[Record], settings: Sequence[Setting], names: Sequence[str]) -> str:
    """Server CPU for each kept row, in microseconds."""
    lines = []
    for name in names:
        if name == EVERYTHING:
            continue
        cells = []
        for setting in settings:
            mine = of(records, setting, name)
            per_row = least(mine, lambda s: s.server) / setting.rows * 1e6 if mine else None
            cells.append("" if per_row is None else f"{per_row:.1f}")
        lines.append([name, *cells])
    if not lines:
        return ""
    head = ["server µs a kept row", *(f"sf {s.scale}, {s.percent:g} %" for s in settings)]
    return "### Growth\n\n" + _table(head, lines)


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [head, ["---"] + ["---:"] * (len(head) - 1), *lines]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)
