"""What discovery found, for people: a sources file to prune and accept, a section, a dictionary.

Names, numbers and reasons; the only values are discriminators that a condition needs.
"""

from __future__ import annotations

import textwrap
from math import floor
from typing import Any

from tdm.counted import counted
from tdm.scaffold.catalog import Catalog
from tdm.scaffold.discover.model import Discovery, Proposal
from tdm.scaffold.names import comment_text, yaml_text
from tdm.scaffold.render import Names

FILE = "proposed_references.yml"

_WIDTH = 118


def sources_file(found: Discovery, catalog: Catalog) -> str:
    """The proposals as a sources file that `tdm init --references` takes.

    Args:
        found: the proposals.
        catalog: the database, for the names of schemas and tables.

    Returns:
        YAML: what is proposed as entries, what is doubtful or unproven as comments, each with
        what was counted.
    """
    names = Names(catalog)
    by_table: dict[str, list[Proposal]] = {}
    for proposal in found.proposals:
        by_table.setdefault(proposal.candidate.source.table, []).append(proposal)
    targets = {p.candidate.key.table for p in found.of("proposed")}
    tables = set(by_table) | {name for name in targets if not _found_by_name(names, catalog, name)}
    lines = [f"# {line}".rstrip() for line in _header(catalog).splitlines()]
    if not tables:
        return "\n".join([*lines, "sources: []", ""])
    lines.append("sources:")
    for schema in sorted({catalog.tables[name].schema for name in tables}):
        lines += [
            f"  - name: {names.service[schema]}",
            f"    schema: {yaml_text(schema)}",
            "    tables:",
        ]
        for name in sorted(name for name in tables if catalog.tables[name].schema == schema):
            lines += _table(names, catalog, name, by_table.get(name, []))
    return "\n".join([*lines, ""])


def section(found: Discovery, catalog: Catalog) -> str:
    """The proposals as a section of UNDECIDED.md."""
    names = Names(catalog)
    proposed, doubtful = found.of("proposed"), found.of("doubtful")
    text = (
        "\n## References that the database does not declare\n\n"
        f"`tdm init --discover` looked for them in names, types and rows. {_counts(found)}\n"
        f"**None is in force**: prune `{FILE}`, which has the evidence for each, then run\n"
        f"`tdm init --references {FILE} --out NEW_FOLDER …`, or copy entries into"
        " `models/source/`.\n"
    )
    if proposed or doubtful:
        text += "\n| reference | values that match | |\n|---|---|---|\n"
    for p in (*proposed, *doubtful):
        cells = [f"`{_text(names, p)}`", _share(p), "" if p.verdict == "proposed" else p.verdict]
        text += "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
    return text


def as_dict(found: Discovery, catalog: Catalog) -> dict[str, Any]:
    """The proposals for `--json`: what a program may want to know of each."""
    names = Names(catalog)
    return {
        "discovery": {
            "proposed": len(found.of("proposed")),
            "doubtful": len(found.of("doubtful")),
            "by_name_only": len(found.of("unproven")),
            "refused": found.refused,
            "not_counted": found.unmeasured,
        },
        "proposed_references": [_entry(names, p) for p in found.proposals],
    }


def _entry(names: Names, p: Proposal) -> dict[str, Any]:
    r, look = p.candidate.reference, p.look
    return {
        "text": f"{_text(names, p)}: {_short(p)}",
        "verdict": "by_name_only" if p.verdict == "unproven" else p.verdict,
        "table": names.source_name(r.table),
        "columns": list(r.columns),
        "expression": list(r.expression),
        "where": r.where,
        "to": names.source_name(r.to),
        "to_columns": list(r.to_columns),
        "rows": look.rows,
        "empty": look.empty,
        "values": look.values,
        "share": round(look.share, 4),
        "all_rows": look.whole,
        "target_unique": look.unique,
        "why": p.candidate.likeness.why,
    }


def _table(names: Names, catalog: Catalog, name: str, proposals: list[Proposal]) -> list[str]:
    table = catalog.tables[name]
    slug = names.table[table.schema, table.name]
    lines = [f"      - name: {slug}"]
    if slug != table.name:
        lines.append(f"        identifier: {yaml_text(table.name)}")
    if not proposals:
        return lines
    lines += ["        config:", "          meta:", "            references:"]
    for p in proposals:
        lines += _commented(_evidence(p), 14)
        entry = f"- {_mapping(names, p)}"
        lines.append(" " * 14 + (entry if p.verdict == "proposed" else f"# {entry}"))
    return lines


def _mapping(names: Names, p: Proposal) -> str:
    r = p.candidate.reference
    parts = [f"columns: {_list(r.columns)}"]
    if r.expression:
        parts.append(f"expression: {_list(r.expression)}")
    parts += [f"to: {names.source_name(r.to)}", f"to_columns: {_list(r.to_columns)}"]
    if r.where:
        parts.append(f"where: {yaml_text(r.where)}")
    return "{" + ", ".join(parts) + "}"


def _list(texts: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(yaml_text, texts)) + "]"


def _evidence(p: Proposal) -> str:
    look, source = p.look, p.candidate.source
    why = p.candidate.likeness.why
    if p.verdict == "unproven":
        return f"by name only, no row has a value to look at: {why}"
    values = f"{_share(p)} of {_values(look.compared)}"
    if look.compared < look.values:
        values += f" (of {look.values:,})"
    rows = counted(look.rows, "row")
    if not look.whole:
        rows = f"verified on a sample of {rows} only"
    null = _floor(look.empty / look.rows if look.rows else 0.0)
    said = [
        values,
        f"{rows}, {look.empty:,} of them or elements NULL"
        if source.many
        else f"{rows}, {null} NULL",
        {
            "declared": "the target is unique",
            "found": "the target is unique in its rows, though no index over all of them says so",
        }[look.unique],
        f"thought of because {why}",
    ]
    if look.filled is not None:
        wide = len(source.columns) > 1
        of = "all combinations" if wide else "the range of the values"
        said.insert(2, f"keys fill {_floor(look.filled)} of {of}")
    return ("doubtful: " if p.verdict == "doubtful" else "") + "; ".join(said)


def _values(number: int) -> str:
    return counted(number, "value matches", "values match")


def _short(p: Proposal) -> str:
    if p.verdict == "unproven":
        return "by name only"
    text = f"{_share(p)} of {_values(p.look.values)}"
    return text if p.verdict == "proposed" else f"doubtful, {text}"


def _text(names: Names, p: Proposal) -> str:
    """A reference in one line."""
    source, key = p.candidate.source, p.candidate.key
    where = f" where {source.where}" if source.where else ""
    here = source.label or f"({', '.join(source.columns)})"
    there = key.columns[0] if len(key.columns) == 1 else f"({', '.join(key.columns)})"
    return comment_text(
        f"{names.source_name(source.table)}.{here}{where} -> {names.source_name(key.table)}.{there}"
    )


def _counts(found: Discovery) -> str:
    text = (
        f"Proposed: {len(found.of('proposed'))}; commented out: {len(found.of('doubtful'))}"
        f" doubtful, {len(found.of('unproven'))} by name only; refused, because few values match:"
        f" {found.refused}."
    )
    if found.unmeasured:
        text += f" Could not be counted in time: {found.unmeasured}."
    return text


def _share(p: Proposal) -> str:
    return _floor(p.look.share)


def _floor(share: float) -> str:
    """A share in percent; 100 means all."""
    return f"{floor(share * 1000 + 1e-9) / 10:g} %"


def _commented(text: str, indent: int) -> list[str]:
    lead = " " * indent + "# "
    lines = textwrap.wrap(comment_text(text), _WIDTH - len(lead), break_long_words=False)
    return [lead + line for line in lines]


def _found_by_name(names: Names, catalog: Catalog, name: str) -> bool:
    """Whether `to: service.table` alone leads to the table, though the file does not list it."""
    to = names.source_name(name)
    first = next((n for n, t in catalog.tables.items() if f"{t.schema}.{t.name}".lower() == to), "")
    return first == name


def _header(catalog: Catalog) -> str:
    return (
        f"References that the database {comment_text(catalog.database)} does not declare, proposed"
        " by `tdm init --discover`\n"
        "from names, types and rows. Nothing here is in force. Delete what is wrong, then either\n"
        "\n"
        f"    tdm init --references {FILE} --out NEW_FOLDER --dsn …\n"
        "\n"
        "or copy entries into the sources of this project (models/source) and their references"
        " into the\n"
        "models. What is commented out is doubtful, or only a name suggests it: remove the # to"
        " take it.\n"
        "Keys inside text, arrays and documents are cast with a guard: what is none points at"
        " nothing. The\n"
        "subset follows them, and init masks both ends alike where masks reach; the rest is"
        " undecided."
    )
