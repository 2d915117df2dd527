"""Fact sheets of the masks: what `tdm masks` prints, and the page docs/masks.md.

Every fact stands once, in the YAML beside the mask (macros/mask/<group>/_<group>.yml): in the
sentences that end its description and under config.meta. Tests hold them against what the masks do.
`python -m tdm.sheets docs/masks.md` writes the sheets into the page again, below its introduction,
and what comments on masked columns say of them into macros/mask/_sheets.sql.
"""

from __future__ import annotations

import difflib
import json
import re
import sys
import textwrap
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from tdm.errors import TdmError
from tdm.package_files import package_root

PROMISES = ("Deterministic", "One-to-one", "Keyed", "Reversible", "Domain", "Preserves")
COSTS = "mask_costs.json"
BELOW = "<!-- What follows is written by `python -m tdm.sheets docs/masks.md`. -->\n"
IN_COMMENTS = (
    "Kind", "Deterministic", "Domain", "Collisions", "Preserves", "Leaks", "Cost", "Allowed in",
)  # fmt: skip
# Macros in these folders that are no masks.
NO_MASKS = ("with_digest", "entity_of", "undecided")
# Arguments that the introduction of the page explains for all masks.
EXPLAINED = ("column", "of", "domain", "value")
STRICT = "direct, credential, sensitive and free_text"
_GROUPS = (
    "simple", "token", "person", "contact", "network", "money", "national_id", "time", "number",
    "text", "document", "secret", "conditional",
)  # fmt: skip
_MACRO = """{{#- What the sheet of a mask says whatever its arguments are, in ASCII, for the comments on masked columns
    (comment_on_masks). Written by `python -m tdm.sheets docs/masks.md`. -#}}
{{% macro _sheets() -%}}
    {{{{ return({{
{sheets}
    }}) }}}}
{{%- endmacro %}}
"""  # noqa: E501


@dataclass(frozen=True)
class Sheet:
    """What one mask says of itself.

    Attributes:
        summary: what it does.
        kind: the technique, in the words of ISO/IEC 20889.
        bits: of a digest that stands for the value; absent where it is none.
        cost: microseconds a row over the copy, as measured; absent where nobody has.
        example: arguments, a value and its mask.
    """

    name: str
    group: str
    summary: str
    arguments: tuple[tuple[str, str, str], ...]
    kind: str
    deterministic: str
    one_to_one: str
    keyed: str
    reversible: str
    domain: str
    collisions: str
    length: str
    preserves: str
    leaks: tuple[str, ...]
    allowed: str
    cost: float | None
    example: dict[str, Any] | None
    bits: int | None


def sheets(project_dir: Path | None = None) -> list[Sheet]:
    """Every mask, group by group, by name within it: of the project's copy of the package."""
    costs = _costs()
    found = []
    for file in _files(project_dir):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["macros"]:
            if entry["name"] not in NO_MASKS:
                found.append(_sheet(file.parent.name, entry, costs.get(entry["name"])))
    return sorted(found, key=lambda sheet: (_order(sheet.group), sheet.name))


def titles(project_dir: Path | None = None) -> dict[str, str]:
    """What each group is for: the first line of its YAML."""
    lines = {
        file.parent.name: file.read_text(encoding="utf-8").split("\n", 1)[0]
        for file in _files(project_dir)
    }
    return {group: line.removeprefix("# ").removesuffix(".") for group, line in lines.items()}


def sheet(name: str, project_dir: Path | None = None) -> Sheet:
    """The sheet of one mask.

    Raises:
        TdmError: no mask has that name.
    """
    by_name = {each.name: each for each in sheets(project_dir)}
    if name in by_name:
        return by_name[name]
    like = difflib.get_close_matches(name, by_name, n=3)
    hint = f" Did you mean {' or '.join(like)}?" if like else " `tdm masks` lists them."
    raise TdmError(f"There is no mask called {name}.{hint}")


def as_dict(given: Sheet) -> dict[str, Any]:
    """A sheet for JSON; leaves out what it does not say."""
    facts = asdict(given)
    facts["arguments"] = [
        {"name": name, "type": kind, "description": text} for name, kind, text in given.arguments
    ]
    return {key: value for key, value in facts.items() if value is not None}


def listed(found: list[Sheet], project_dir: Path | None = None) -> str:
    """One line a mask, by group."""
    width = max(len(each.name) for each in found)
    lines: list[str] = []
    named = titles(project_dir)
    for group in dict.fromkeys(each.group for each in found):
        lines += ["", f"{group}: {named[group]}"] if lines else [f"{group}: {named[group]}"]
        for each in found:
            if each.group == group:
                lines.append(f"  {each.name:<{width}}  {_first_sentence(each.summary)}")
    return "\n".join(lines)


def text(given: Sheet) -> str:
    """A sheet for a terminal."""
    lines = [f"{given.name} ({given.group})", "", given.summary, ""]
    lines += [f"{label + ':':<15}{value}" for label, value in _facts(given)]
    if given.arguments:
        lines += ["", "Arguments:"]
        lines += [f"  {name} ({kind}): {about}" for name, kind, about in given.arguments]
    return "\n".join(lines)


def page() -> str:
    """All sheets as Markdown."""
    parts = []
    named, found = titles(), sheets()
    for group in dict.fromkeys(each.group for each in found):
        own = [each for each in found if each.group == group]
        parts.append(f"## {named[group]}\n")
        for each in own:
            parts.append(f"### `{each.name}`\n\n{each.summary}\n")
            rows = [f"| {label} | {_cell(value)} |" for label, value in _facts(each)]
            parts.append("| | |\n|---|---|\n" + "\n".join(rows) + "\n")
            further = [a for a in each.arguments if a[0] not in EXPLAINED]
            lines = [f"* `{name}` ({kind}): {about}" for name, kind, about in further]
            parts += ["\n".join(lines) + "\n"] if lines else []
    return "\n".join(parts)


def rewritten(current: str) -> str:
    """The page with its introduction as it is and the sheets as they are now."""
    introduction, found, _ = current.partition(BELOW)
    if not found:
        raise TdmError(f"The page has no line {BELOW.strip()}, below which the sheets go.")
    return f"{introduction}{BELOW}\n{page()}"


def macro() -> str:
    """What comments on masked columns say of each mask, as a macro.

    A comment is written in ASCII: no encoding of a database lacks it.
    """
    lines = []
    for each in sheets():
        facts = dict(_facts(each))
        said = {label.lower().split()[0]: facts[label] for label in IN_COMMENTS}
        lines.append(f"        {each.name!r}: {_in_ascii(json.dumps(said, ensure_ascii=False))},")
    return _MACRO.format(sheets="\n".join(lines))


def _in_ascii(text: str) -> str:
    powers = re.sub(r"[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: "^" + _lowered(found[0]), text)
    return powers.translate(str.maketrans("·÷–µ", "*/-u"))


def _lowered(power: str) -> str:
    return power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))


def _files(project_dir: Path | None) -> list[Path]:
    """The YAML of each group, in the package that `tdm init` copied, else in this one."""
    copied = (project_dir or Path()) / "vendor" / "tdm"
    root = copied if project_dir and copied.is_dir() else package_root()
    return sorted((root / "macros" / "mask").glob("*/_*.yml"), key=_place)


def _sheet(group: str, entry: dict[str, Any], cost: float | None) -> Sheet:
    summary, promises = _promises(entry["description"])
    meta = entry.get("config", {}).get("meta", {})
    bits = meta.get("bits")
    one_to_one, reversible = promises["One-to-one"], promises["Reversible"]
    return Sheet(
        name=entry["name"],
        group=group,
        summary=summary,
        arguments=tuple(
            (a["name"], a.get("type", ""), a.get("description", ""))
            for a in entry.get("arguments", [])
        ),
        kind=meta.get("kind", ""),
        deterministic=promises["Deterministic"],
        one_to_one=one_to_one,
        keyed=promises["Keyed"],
        reversible=reversible,
        domain=promises["Domain"],
        collisions=_collisions(one_to_one, bits),
        length=meta.get("length", ""),
        preserves=promises["Preserves"],
        leaks=tuple(meta.get("leaks", ())),
        allowed=_allowed(entry["name"], reversible),
        cost=cost,
        example=meta.get("example"),
        bits=bits,
    )


def _promises(description: str) -> tuple[str, dict[str, str]]:
    """What it does, and the sentences that follow."""
    parts = re.split(rf"\b({'|'.join(PROMISES)}): ", " ".join(description.split()))
    said = {
        label: value.strip().removesuffix(".").strip()
        for label, value in zip(parts[1::2], parts[2::2], strict=True)
    }
    return parts[0].strip(), {label: said.get(label, "") for label in PROMISES}


def _collisions(one_to_one: str, bits: int | None) -> str:
    """The chance that two of n values meet."""
    if bits is not None:
        chance, power = f"{10**12 / 2 ** (bits + 1):.0e}".split("e")
        of_million = "certain" if int(power) >= 0 else f"{chance}·10{_raised(int(power))}"
        return f"chance that two of n values meet: n²/2{_raised(bits + 1)}; n = 10⁶: {of_million}"
    if one_to_one.startswith("yes"):
        return "none"
    if one_to_one.startswith("–"):
        return "all values become one"
    also = "; none where it is one to one" if "yes" in one_to_one else ""
    return f"expected: outputs are fewer than values (see domain){also}"


def _raised(number: int) -> str:
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _allowed(name: str, reversible: str) -> str:
    if name == "mask_sql":
        return (
            f"every environment; not for {STRICT} columns where an environment is strict,"
            " unless facts says keyed: true or derived: false"
        )
    if reversible == "no":
        return "every environment"
    only = "with unique " if "unique" in reversible else ""
    return f"every environment; {only}not for {STRICT} columns where an environment is strict"


def _facts(given: Sheet) -> list[tuple[str, str]]:
    example = given.example
    shown = ""
    if example:
        arguments = ", ".join(f"{k}={json.dumps(v)}" for k, v in example["with"].items())
        becomes = "NULL" if example["becomes"] is None else example["becomes"] or "''"
        shown = f"{example['value']} → {becomes}" + (f" ({arguments})" if arguments else "")
    facts = [
        ("Kind", given.kind),
        ("Deterministic", given.deterministic),
        ("One-to-one", given.one_to_one),
        ("Keyed", given.keyed),
        ("Reversible", given.reversible),
        ("Domain", given.domain),
        ("Collisions", given.collisions),
        ("Length", given.length),
        ("Preserves", given.preserves),
        ("Leaks", ", ".join(given.leaks) or "nothing"),
        ("Cost", _cost_shown(given.cost)),
        ("Allowed in", given.allowed),
        ("Example", shown),
    ]
    return [(label, value) for label, value in facts if value]


def _cost_shown(cost: float | None) -> str:
    if cost is None:
        return "not measured"
    return f"{cost:g} µs a row" if cost else "too little to tell from the copy's own"


def _cell(value: str) -> str:
    return value.replace("|", "\\|").replace("<", "&lt;")


def _first_sentence(summary: str) -> str:
    first = re.split(r"(?<=[.:;]) (?![^(]*\))", summary, maxsplit=1)[0].rstrip(".:;")
    return textwrap.shorten(first, 100, placeholder=" …")


def _costs() -> dict[str, float]:
    """Microseconds a row by mask, as a bench has written them: {"microseconds": {mask: number}}."""
    file = Path(__file__).with_name(COSTS)
    if not file.exists():
        return {}
    costs: dict[str, float] = json.loads(file.read_text(encoding="utf-8"))["microseconds"]
    return costs


def _place(file: Path) -> tuple[int, str]:
    return _order(file.parent.name), file.parent.name


def _order(group: str) -> int:
    return _GROUPS.index(group) if group in _GROUPS else len(_GROUPS)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(rewritten(target.read_text(encoding="utf-8")), encoding="utf-8")
    (package_root() / "macros" / "mask" / "_sheets.sql").write_text(macro(), encoding="utf-8")
