"""A plan as a picture: SVG, or Mermaid for pull requests."""

from __future__ import annotations

from typing import Any

from tdm.plan.mermaid import flowchart
from tdm.plan.scene import scene
from tdm.plan.svg import document


def svg(plan: dict[str, Any]) -> str:
    """The picture as an SVG document."""
    return document(scene(plan))


def mermaid(plan: dict[str, Any]) -> str:
    """The picture as Mermaid text."""
    return flowchart(scene(plan))
