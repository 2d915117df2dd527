"""What a run found, as tables in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from bench.masks import ground, rivals

FLOORS = {
    "copy": "create table as, all 25 columns",
    "out": "COPY of them to a client",
    "pg_dump": "pg_dump -Fc of them, unmasked",
}
OURS = {
    "ten": "ten columns masked, into a table",
    "eight": "the same without free text and jsonb",
    "dump": "ten columns masked, into a table, then COPY through zstd -1",
}
# Most that each may take, and of what.
TARGETS = {"ten": (4.0, "copy"), "eight": (3.0, "copy"), "dump": (1.1, "pg_dump")}
_SCALAR = 1.5

Turns = Mapping[str, Sequence[float]]


def report(cpu: Turns, memory: Mapping[str, int], rows: int, few: int) -> str:
    """Tables of CPU seconds by contestant and turn; a part that nobody measured is left out."""
    parts = []
    if "copy" in cpu:
        parts.append(_tables(cpu, memory, rows))
    if "few" in cpu:
        parts.append(_rivals(cpu, few))
    if "digest" in cpu:
        costs = microseconds(cpu, rows)
        lines = ["| mask | µs a row |", "| --- | ---: |"]
        lines += [f"| {name} | {cost} |" for name, cost in costs.items()]
        above = sum(cost > _SCALAR for name, cost in costs.items() if name != "digest")
        parts.append("\n".join(lines))
        parts.append(f"{above} of {len(costs) - 1} take more than {_SCALAR} µs, the target.")
    return "\n\n".join(parts)


def microseconds(cpu: Turns, rows: int) -> dict[str, float]:
    """What each mask alone costs a row above the copy; of an entity's, above the digest."""
    least = {name: min(seconds) for name, seconds in cpu.items()}
    cases = ground.cases()
    bases = {"copied": ["digest", *cases["plain"]], "digest": list(cases["entity"])}
    return {
        name: round(max(1e6 * (least[name] - least[base]) / rows, 0), 1)
        for base, names in bases.items()
        for name in names
    }


def _tables(cpu: Turns, memory: Mapping[str, int], rows: int) -> str:
    lines = [
        "|  | CPU s | µs a row | client MB | over the copy | over pg_dump | target |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for name, what in (FLOORS | OURS).items():
        seconds = median(cpu[name])
        most, base = TARGETS.get(name, (0.0, "copy"))
        ratio = _ratio(cpu, name, base)
        target = f"{most:g} × {base}: {'met' if ratio <= most else 'missed'}" if most else ""
        lines.append(
            f"| {what} | {seconds:.1f} | {1e6 * seconds / rows:.1f} | {memory[name] / 1e6:.0f}"
            f" | {_ratio(cpu, name, 'copy'):.2f} | {_ratio(cpu, name, 'pg_dump'):.2f} | {target} |"
        )
    return "\n".join(lines)


def _rivals(cpu: Turns, few: int) -> str:
    lines = [
        f"The same ten columns of {few:,} people:\n",
        "|  | CPU s | µs a row | over ours | not as ours |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for name in ("few", *rivals.FACTS):
        if name not in cpu:
            continue
        seconds = median(cpu[name])
        lines.append(
            f"| {'ours' if name == 'few' else name} | {seconds:.1f} | {1e6 * seconds / few:.0f}"
            f" | {_ratio(cpu, name, 'few'):.1f} | {rivals.FACTS.get(name, '')} |"
        )
    return "\n".join(lines)


def _ratio(cpu: Turns, name: str, over: str) -> float:
    """The median of the rounds' ratios."""
    return median(a / b for a, b in zip(cpu[name], cpu[over], strict=True))
