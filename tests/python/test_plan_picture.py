"""The picture of a plan: readable at any size, and safe whatever tables are called."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest

from tdm.plan import picture
from tdm.plan.scene import scene

NASTY = 'odd."<b>&amp; ]] --> %% end \' `x` 名前\\n"'


def plan_of(
    modes: dict[str, str], followed: list[tuple[str, str]], pointing: list[tuple[str, str]]
) -> dict[str, Any]:
    """A plan; edges are (from, to)."""

    def edge(pair: tuple[str, str], owned: bool) -> dict[str, Any]:
        return {
            "from": pair[0],
            "columns": ["ref_id"],
            "to": pair[1],
            "to_columns": ["id"],
            "kind": "foreign_key",
            "where": None,
            "expression": None,
            "followed": owned,
            "at_most": None,
            "newest": None,
            "estimated_rows": 10,
        }

    return {
        "roots": [
            {
                "table": name,
                "fraction": 0.05,
                "strata": [],
                "at_least": 1,
                "also": [],
                "budget": None,
                "keys": "",
            }
            for name, mode in modes.items()
            if mode == "sampled"
        ],
        "tables": [
            {
                "table": name,
                "mode": mode,
                "caveats": [],
                "key": ["id"],
                "kept": "",
                "source_rows": 0 if mode == "bare" else 1000,
                "source_bytes": 8192,
                "estimated_rows": 0 if mode == "bare" else 100,
                "estimated_sampled": 100,
                "estimated_bytes": 819,
            }
            for name, mode in modes.items()
        ],
        "references": [edge(p, True) for p in followed] + [edge(p, False) for p in pointing],
        "components": [],
        "warnings": [],
        "budget": {"rows": None, "estimated_rows": 0, "over": False},
    }


def big() -> dict[str, Any]:
    """As many tables as a monitoring server has: 60 owned, 30 referenced, 40 whole, 43 bare."""
    modes = {"a.root": "sampled"}
    followed, pointing = [], []
    for n in range(60):
        modes[f"a.owned_{n}"] = "owned"
        followed.append((f"a.owned_{n}", "a.root" if n % 20 < 10 else f"a.owned_{n - n % 20}"))
    for n in range(30):
        modes[f"a.needed_{n}"] = "referenced"
        pointing.append((f"a.owned_{n}", f"a.needed_{n}"))
        pointing.append((f"a.needed_{n}", f"a.needed_{(n + 1) % 30}"))  # a cycle of thirty
    modes |= {f"a.whole_{n}": "whole" for n in range(40)}
    modes |= {f"a.bare_{n}": "bare" for n in range(43)}
    return plan_of(modes, followed, pointing)


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, top, width and height of every table's box."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own text
    found = []
    for group in root.iter("{http://www.w3.org/2000/svg}g"):
        rect = group.find("{http://www.w3.org/2000/svg}rect")
        assert rect is not None
        x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        found.append((x, y, width, height))
    return found


@pytest.mark.parametrize("plan", [big(), plan_of({"a.b": "sampled"}, [], []), plan_of({}, [], [])])
def test_boxes_stand_apart_and_inside(plan: dict[str, Any]) -> None:
    svg = picture.svg(plan)
    root = ElementTree.fromstring(svg)  # noqa: S314
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    found = boxes(svg)
    assert len(found) == len(scene(plan).nodes)
    for x, y, w, h in found:
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height
    for (x1, y1, w1, h1), (x2, y2, w2, h2) in combinations(found, 2):
        assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 or y2 + h2 <= y1


def test_many_tables_stay_readable() -> None:
    drawn = scene(big())
    assert 20 <= len(drawn.nodes) <= 90
    names = [node.name for node in drawn.nodes]
    assert "40 tables kept whole" in names and "root" in names  # one schema: no need to repeat it
    assert any("43 tables without rows in production" in note for note in drawn.notes)
    assert sum(len(node.tables) for node in drawn.nodes) == 131


def test_roots_stand_left_of_what_belongs_to_them() -> None:
    plan = plan_of(
        {"a.x": "sampled", "b.y": "owned", "b.z": "owned", "c.w": "referenced"},
        [("b.y", "a.x"), ("b.z", "b.y")],
        [("b.z", "c.w")],
    )
    lefts = [x for x, *_ in boxes(picture.svg(plan))]
    assert lefts == sorted(lefts) and len(set(lefts)) == 4


def test_no_line_crosses_a_label() -> None:
    drawn = picture.svg(plan_of({"a.x": "sampled", "b.y": "owned", "b.z": "owned"},
        [("b.y", "a.x"), ("b.z", "a.x")], []))  # fmt: skip
    assert drawn.count(">ref_id</text>") == 2
    assert drawn.rindex("<path d=") < drawn.index(">ref_id</text>")


def test_names_are_text_whatever_they_are() -> None:
    plan = plan_of({NASTY: "sampled", "a.b": "owned"}, [("a.b", NASTY)], [])
    plan["references"][0]["columns"] = ['"; end\n%%{init: {}}%%']
    root = ElementTree.fromstring(picture.svg(plan))  # noqa: S314
    assert any(NASTY in (title.text or "") for title in root.iter() if title.text)
    lines = picture.mermaid(plan).splitlines()
    for line in lines[1:]:
        assert re.fullmatch(
            r"    (%% [\w ,.:]+"
            r"|t\d+(\(\[|\[)\"[^\"\[\]{}<>`'\\]*(<br>[^\"\[\]{}<>`'\\]*)*\"(\]\)|\]):::\w+"
            r"|t\d+ (-->|-\.->)\|\"[^\"\[\]{}<>`'\\]*\"\| t\d+"
            r"|classDef \w+ [\w:#,]+)",
            line,
        ), line


def test_a_cycle_of_owners_ends() -> None:
    plan = plan_of(
        {"a.x": "owned", "a.y": "owned"}, [("a.x", "a.y"), ("a.y", "a.x"), ("a.x", "a.x")], []
    )
    assert len(boxes(picture.svg(plan))) == 2
