"""A plan as Mermaid text, which pull requests show as a picture."""

from __future__ import annotations

from tdm.plan.scene import Picture

_LONGEST = 60
_STYLES = {
    "sampled": "fill:#0b6e99,stroke:#084c6a,color:#ffffff",
    "owned": "fill:#d6ecf5,stroke:#0b6e99,color:#10222b",
    "referenced": "fill:#fdeccc,stroke:#b7791f,color:#2b2110",
    "linked": "fill:#e9e2f5,stroke:#6b46a8,color:#1f1630",
    "whole": "fill:#ececec,stroke:#777777,color:#222222",
}


def flowchart(drawn: Picture) -> str:
    """The text of a flowchart; ends with a line break."""
    lines = ["flowchart LR"]
    lines += [f"    %% {note}" for note in drawn.notes]
    for place, node in enumerate(drawn.nodes):
        said = [_cycle(node.name, node.cyclic), *(_cut(line) for line in node.lines)]
        text = "<br>".join(map(_escaped, said))
        left, right = ("([", "])") if node.mode == "sampled" else ("[", "]")
        lines.append(f'    t{place}{left}"{text}"{right}:::{node.mode}')
    for arrow in drawn.arrows:
        line = "-->" if arrow.owned else "-.->"
        lines.append(f'    t{arrow.source} {line}|"{_escaped(arrow.label)}"| t{arrow.target}')
    used = {node.mode for node in drawn.nodes}
    lines += [f"    classDef {mode} {style}" for mode, style in _STYLES.items() if mode in used]
    return "\n".join(lines) + "\n"


def _cycle(name: str, cyclic: bool) -> str:
    return f"{name} ⟳" if cyclic else name


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _escaped(text: str) -> str:
    """Text that is text to Mermaid, whatever somebody called a table."""
    safe = "".join(c if c.isalnum() or c in " .,_-≤%…⟳:+()→/" else f"#{ord(c)};" for c in text)
    return safe.strip() or "#160;"
