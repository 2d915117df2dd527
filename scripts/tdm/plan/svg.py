"""A plan as a picture: roots at the left, what belongs to them beside them, then what they need."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from tdm.plan.scene import Arrow, Node, Picture

_WIDTH, _HEIGHT, _LINE = 216, 50, 15
_ACROSS, _DOWN = 120, 16
_MARGIN, _HEAD = 24, 92
_FONT = "font-family='ui-sans-serif, system-ui, Segoe UI, Roboto, Helvetica, Arial, sans-serif'"

_COLOURS = {  # fill, border, text
    "sampled": ("#0b6e99", "#084c6a", "#ffffff"),
    "owned": ("#d6ecf5", "#0b6e99", "#10222b"),
    "referenced": ("#fdeccc", "#b7791f", "#2b2110"),
    "linked": ("#e9e2f5", "#6b46a8", "#1f1630"),
    "whole": ("#ececec", "#777777", "#222222"),
}
_WORDS = {
    "sampled": "sampled",
    "owned": "belongs to a sampled row",
    "referenced": "only where a kept row points at it",
    "linked": "link rows between kept rows",
    "whole": "kept whole",
}


@dataclass
class _Layout:
    """Where every node stands: its column, the middle of its height, and the owner beside it."""

    column: dict[int, int] = field(default_factory=dict)
    parent: dict[int, int] = field(default_factory=dict)
    middle: dict[int, float] = field(default_factory=dict)


def document(drawn: Picture, title: str = "What a build would keep") -> str:
    """The picture as a standalone SVG document."""
    layout = _layout(drawn)
    columns = max(layout.column.values(), default=0) + 1
    width = max(2 * _MARGIN + columns * _WIDTH + (columns - 1) * _ACROSS, 980)
    bottom = max(
        (layout.middle[n] + _height(node) / 2 for n, node in enumerate(drawn.nodes)), default=_HEAD
    )
    height = round(bottom) + _MARGIN
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' "
        f"width='{width}' height='{height}' {_FONT} role='img'>",
        f"<title>{escape(title)}</title>",
        "<defs>",
        *(
            f"<marker id='{name}' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='7' "
            f"markerHeight='7' orient='auto'><path d='M0,0 L8,4 L0,8 z' fill='{colour}'/></marker>"
            for name, colour in (("own", "#0b6e99"), ("need", "#b7791f"))
        ),
        "</defs>",
        f"<rect width='{width}' height='{height}' fill='#ffffff'/>",
        f"<text x='{_MARGIN}' y='34' font-size='18' font-weight='600' fill='#10222b'>"
        f"{escape(title)}</text>",
        f"<text x='{_MARGIN}' y='54' font-size='12' fill='#556066'>"
        f"{escape(' · '.join(drawn.notes))}</text>",
        *_legend(drawn),
    ]
    # no line crosses a label
    parts += [_arrow(arrow, layout) for arrow in drawn.arrows]
    parts += [_label(arrow, layout) for arrow in drawn.arrows]
    parts += [_box(place, node, layout) for place, node in enumerate(drawn.nodes)]
    return "\n".join([*(part for part in parts if part), "</svg>"]) + "\n"


# -- layout ----------------------------------------------------------------------------------------


def _layout(drawn: Picture) -> _Layout:
    """Trees of owners first, each with its own rows; then columns of what they point at."""
    layout = _Layout()
    children: dict[int, list[int]] = defaultdict(list)
    parent = layout.parent
    for arrow in drawn.arrows:
        if arrow.owned and arrow.target not in parent and not _above(parent, arrow):
            parent[arrow.target] = arrow.source
            children[arrow.source].append(arrow.target)
    at = [_HEAD + _MARGIN + 0.0]
    tree = [n for n, node in enumerate(drawn.nodes) if node.mode in ("sampled", "owned")]
    for root in [n for n in tree if n not in parent]:
        _place(root, 0, children, drawn, layout, at)
        at[0] += _DOWN
    last = max(layout.column.values(), default=-1)
    _place_needed(drawn, layout, last + 1)
    return layout


def _above(parent: dict[int, int], arrow: Arrow) -> bool:
    """Whether the target stands above the source already."""
    node: int | None = arrow.source
    while node is not None:
        if node == arrow.target:
            return True
        node = parent.get(node)
    return False


def _place(
    node: int,
    column: int,
    children: dict[int, list[int]],
    drawn: Picture,
    layout: _Layout,
    at: list[float],
) -> None:
    """A node beside the middle of its children; leaves one under the other."""
    layout.column[node] = column
    below = sorted(children[node], key=lambda child: _size(child, children))
    for child in below:
        _place(child, column + 1, children, drawn, layout, at)
    if below:
        layout.middle[node] = (layout.middle[below[0]] + layout.middle[below[-1]]) / 2
    else:
        height = _height(drawn.nodes[node])
        layout.middle[node] = at[0] + height / 2
        at[0] += height + _DOWN


def _size(node: int, children: dict[int, list[int]]) -> int:
    return 1 + sum(_size(child, children) for child in children[node])


def _place_needed(drawn: Picture, layout: _Layout, first: int) -> None:
    """Tables that belong to nobody: right of those that point at them, near their middle."""
    rest = [n for n in range(len(drawn.nodes)) if n not in layout.column]
    pointing: dict[int, set[int]] = defaultdict(set)
    for arrow in drawn.arrows:
        if arrow.target in rest and arrow.source != arrow.target:
            pointing[arrow.target].add(arrow.source)
    level = dict.fromkeys(rest, 0)
    for _ in rest:  # as often as the longest way can be; cycles stop there
        for node in rest:
            above = [
                level[n] + 1
                for n in pointing[node]
                if n in level and drawn.nodes[n].mode != "whole"
            ]
            level[node] = min(max([level[node], *above]), 4)
    by_column: dict[int, list[int]] = defaultdict(list)
    for node in rest:
        by_column[first + level[node]].append(node)
    top = _HEAD + _MARGIN + 0.0
    for column in sorted(by_column):
        for node in by_column[column]:
            known = [layout.middle[n] for n in pointing[node] if n in layout.middle]
            # what nothing drawn points at goes to the end
            layout.middle[node] = sum(known) / len(known) if known else 1e6
        place = top
        for node in sorted(by_column[column], key=lambda n: (layout.middle[n], n)):
            layout.column[node] = column
            height = _height(drawn.nodes[node])
            wanted = layout.middle[node] - height / 2 if layout.middle[node] < 1e6 else place
            start = max(wanted, place)
            layout.middle[node] = start + height / 2
            place = start + height + _DOWN


def _height(node: Node) -> float:
    return _HEIGHT + _LINE * (len(node.lines) - 1)


# -- drawing ---------------------------------------------------------------------------------------


def _left(node: int, layout: _Layout) -> float:
    return _MARGIN + layout.column[node] * (_WIDTH + _ACROSS)


def _box(place: int, node: Node, layout: _Layout) -> str:
    fill, border, ink = _COLOURS[node.mode]
    left, height = _left(place, layout), _height(node)
    top = layout.middle[place] - height / 2
    bar = max(min(node.share, 1.0) * (_WIDTH - 2), 1.0)
    tooltip = "\n".join([*node.tables[:60], *(["…"] if len(node.tables) > 60 else []), *node.lines])
    lines = "".join(
        f"<text x='{left + 12:.1f}' y='{top + 36 + _LINE * number:.1f}' font-size='11.5' "
        f"fill='{ink}' fill-opacity='0.85'>{escape(_cut(line, 31))}</text>"
        for number, line in enumerate(node.lines)
    )
    cycle = ""
    if node.cyclic:
        place_of_sign = f"x='{left + _WIDTH - 20:.1f}' y='{top + 21:.1f}'"
        cycle = f"<text {place_of_sign} font-size='14' fill='{ink}'>⟳</text>"
    return (
        f"<g><title>{escape(tooltip)}</title>"
        f"<rect x='{left:.1f}' y='{top:.1f}' width='{_WIDTH}' height='{height:.1f}' rx='6' "
        f"fill='{fill}' stroke='{border}' stroke-width='1.2'/>"
        f"<rect x='{left + 1:.1f}' y='{top + height - 5:.1f}' width='{bar:.1f}' height='4' rx='2' "
        f"fill='{border}'/>"
        f"<text x='{left + 12:.1f}' y='{top + 20:.1f}' font-size='13' font-weight='600' "
        f"fill='{ink}'>{escape(_cut(node.name, 21 if node.cyclic else 24))}</text>"
        f"{lines}{cycle}</g>"
    )


def _arrow(arrow: Arrow, layout: _Layout) -> str:
    colour, marker = ("#0b6e99", "own") if arrow.owned else ("#b7791f", "need")
    dashed = "" if arrow.owned else " stroke-dasharray='5 4'"
    start, end = _left(arrow.source, layout), _left(arrow.target, layout)
    y1, y2 = layout.middle[arrow.source], layout.middle[arrow.target]
    if layout.column[arrow.target] > layout.column[arrow.source]:
        x1, x2 = start + _WIDTH, end - 2
        bend = min((x2 - x1) / 2, 90)
        bend2 = -bend
    elif layout.column[arrow.target] == layout.column[arrow.source]:
        x1, x2 = start + _WIDTH, start + _WIDTH + 2
        bend = bend2 = 70
    else:
        x1, x2 = start, end + _WIDTH + 2
        bend, bend2 = -90, 90
    path = (
        f"M{x1:.1f},{y1:.1f} C{x1 + bend:.1f},{y1:.1f} {x2 + bend2:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"
    )
    return _path(path, colour, dashed, marker, arrow.label)


def _label(arrow: Arrow, layout: _Layout) -> str:
    """What an owner's arrow says, before its head; others say it as a tooltip."""
    if layout.parent.get(arrow.target) != arrow.source or not arrow.owned:
        return ""
    left, middle = _left(arrow.target, layout), layout.middle[arrow.target]
    return (
        f"<text x='{left - 12:.1f}' y='{middle - 5:.1f}' font-size='10' fill='#3c5a68' "
        f"text-anchor='end' stroke='#ffffff' stroke-width='3' paint-order='stroke'>"
        f"{escape(_cut(arrow.label, 17))}</text>"
    )


def _path(path: str, colour: str, dashed: str, marker: str, label: str) -> str:
    return (
        f"<path d={quoteattr(path)} fill='none' stroke='{colour}' stroke-width='1.3' "
        f"stroke-opacity='0.75'{dashed} marker-end='url(#{marker})'>"
        f"<title>{escape(label)}</title></path>"
    )


def _legend(drawn: Picture) -> list[str]:
    parts, left = [], float(_MARGIN)
    for mode in (mode for mode in _COLOURS if any(node.mode == mode for node in drawn.nodes)):
        fill, border, _ = _COLOURS[mode]
        parts.append(
            f"<rect x='{left:.0f}' y='68' width='14' height='14' rx='3' fill='{fill}' "
            f"stroke='{border}'/><text x='{left + 20:.0f}' y='80' font-size='12' fill='#333333'>"
            f"{_WORDS[mode]}</text>"
        )
        left += 38 + 6.4 * len(_WORDS[mode])
    if any(node.cyclic for node in drawn.nodes):
        words = "⟳ closed together, in rounds"
        parts.append(f"<text x='{left:.0f}' y='80' font-size='12' fill='#333333'>{words}</text>")
    return parts


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
