"""What the fact sheets say, held against the markers and against what the masks make."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from typing import Any

from masks import rendered
from masks.golden import OF_MANY_ROWS, entries, rendered_mask
from masks.running import Runner
from tdm import sheets

# Masks of many rows have no golden vectors, but markers.
RENDERED: list[dict[str, Any]] = [
    {"mask": "shuffle", "arguments": {"by": "k"}},
    {"mask": "permute_category", "arguments": {"rows": "things", "domain": "d"}},
    {"mask": "generalise", "arguments": {"hierarchy": "h", "level": "l"}},
]
# Arguments that decide how long the output is.
SIZED = {"length", "hash", "constant", "fill", "label", "bottom"}
BY_NAME = {sheet.name: sheet for sheet in sheets.sheets()}
CASED = [
    "AB-12 cd",
    "ab-12 CD",
    "Xy",
    "DE89 3704 0044 0532 0130 00",
    "de89370400440532013000",
    "Q1",
]


def tried(run: Runner) -> Iterator[dict[str, Any]]:
    """The golden vectors that this server can make, one mask after the other."""
    tdm = rendered.package()
    for entry in entries():
        run.prepare(entry)
        if run.has_aes or rendered.facts(rendered_mask(tdm, entry)).get("needs") != "pgcrypto":
            yield entry


def marked() -> list[tuple[sheets.Sheet, dict[str, Any], dict[str, Any]]]:
    """Every mask with arguments that somebody tried: its sheet, the arguments, its marker."""
    tdm, found = rendered.package(), []
    for entry in [*entries(), *RENDERED]:
        sql = rendered_mask(tdm, entry)
        found.append((BY_NAME[entry["mask"]], entry["arguments"], rendered.facts(sql)))
    return found


def test_markers_say_what_the_sheets_say() -> None:
    for sheet, arguments, facts in marked():
        where = (sheet.name, arguments, facts)
        assert _says(sheet.one_to_one, arguments) in (
            facts["injective"] in (True, "entity"),
            None,
        ), where
        assert _says(sheet.reversible, arguments) in (facts["reversible"], None), where
        assert _says(sheet.keyed, arguments) in (facts["keyed"], None), where
        assert facts["keyed"] or facts.get("domain") is None, where
        assert ("NULL" in sheet.preserves) == (facts["nulls"] == "kept"), where
        if sheet.length.startswith("as the masks"):
            pass
        elif facts["max_length"] == "same":
            assert sheet.length.startswith("same") and "length" in sheet.leaks, where
        elif facts["max_length"] is not None and not arguments.keys() & SIZED:
            assert re.search(rf"\b{facts['max_length']}\b", sheet.length), where
        if facts.get("by_value") and not sheet.kind.startswith("as the masks"):
            assert any(leak.startswith("equality") for leak in sheet.leaks), where
        if facts.get("of"):
            assert re.search("(one|the) entity", " ".join(sheet.leaks)), where


def _says(fact: str, arguments: dict[str, Any]) -> bool | None:
    """Whether it says yes, of a mask with these arguments; None: as the masks in it."""
    if "by entity" in fact:
        fact = fact.partition("by entity " if "of" in arguments else "by value ")[2]
    if fact.startswith(("as ", "where all masks")):
        return None
    if "with unique" in fact and arguments.get("unique"):
        return True
    return not fact.startswith(("no", "with unique"))


def test_null_and_the_empty_string_stay_where_the_sheets_say_so(run: Runner) -> None:
    tdm = rendered.package()
    for entry in tried(run):
        sheet, sql = BY_NAME[entry["mask"]], rendered_mask(tdm, entry)
        [(_, null)] = run.each([None], entry["kind"], sql)
        assert null is None, (sheet.name, entry["arguments"])
        states = "the empty string" in sheet.preserves and "value" not in entry["arguments"]
        if entry["kind"] == "text" and states:
            [(_, empty)] = run.each([""], "text", sql)
            assert empty == "", sheet.name


def test_what_is_called_deterministic_is_so_in_any_order(run: Runner) -> None:
    """Twice, the second time from behind and each value beside others."""
    tdm = rendered.package()
    for entry in tried(run):
        assert BY_NAME[entry["mask"]].deterministic.startswith(("yes", "as the")), entry["mask"]
        sql = rendered_mask(tdm, entry)
        values = [vector[0] for vector in entry["vectors"]]
        once = run.each(values, entry["kind"], sql)
        again = run.each([*values[::-1], *values], entry["kind"], sql)
        assert again == [*once[::-1], *once], entry["mask"]


def test_order_and_length_stay_where_the_sheets_say_that_they_leak(run: Runner) -> None:
    tdm, ordered, same = rendered.package(), set(), set()
    for entry in tried(run):
        sheet, sql = BY_NAME[entry["mask"]], rendered_mask(tdm, entry)
        values = [vector[0] for vector in entry["vectors"] if vector[0] is not None]
        if "order" in sheet.leaks and entry["kind"] != "text":
            pairs = ", ".join(f"('{value}'::{entry['kind']})" for value in values)
            query = f"select bool_and(not (a.x < b.x and a.y > b.y)) from (select x, {sql} as y from (values {pairs}) as v (x)) as a cross join (select x, {sql} as y from (values {pairs}) as v (x)) as b"  # noqa: E501
            assert run.value(query), entry["mask"]
            ordered.add(sheet.name)
        if sheet.length == "same":
            for value, masked in run.each(values, entry["kind"], sql):
                assert value is not None and masked is not None
                assert len(masked) == len(value), (sheet.name, entry["arguments"])
            same.add(sheet.name)
    assert len(ordered) >= 6 and len(same) >= 9


def test_examples_are_true(run: Runner) -> None:
    """Those of the sheets are golden vectors, with entries of dictionaries in their words."""
    golden = entries()
    for sheet in BY_NAME.values():
        if sheet.example is None:
            assert sheet.name in OF_MANY_ROWS | {"mask_sql"}, sheet.name
            continue
        example = sheet.example
        vectors = [
            (value, None if masked is None else _in_words(masked))
            for entry in golden
            if entry["mask"] == sheet.name and entry["arguments"] == example["with"]
            for value, masked in entry["vectors"]
        ]
        assert (example["value"], example["becomes"]) in vectors, sheet.name


def test_examples_in_markers_look_like_what_is_made() -> None:
    """The static proof relies on them: same punctuation, and no longer than the mask says."""
    tdm, looked_at = rendered.package(), set()
    for entry in entries():
        facts = rendered.facts(rendered_mask(tdm, entry))
        for text in facts.get("makes", []):
            literal = re.fullmatch(r"'(.*)'", text)
            if literal is None or not literal[1]:
                continue
            assert facts["max_length"] in (None, "same") or len(literal[1]) <= facts["max_length"]
            made = [m for v, m in entry["vectors"] if m and v != m]
            shapes = {_shape(_in_words(masked)) for masked in made}
            assert shapes == {_shape(literal[1])}, (entry["mask"], shapes, literal[1])
            looked_at.add(entry["mask"])
    assert len(looked_at) >= 12


def test_one_to_one_where_case_does_not_count(run: Runner) -> None:
    """any_case: the mask makes one case, or turns values that differ in case into such."""
    tdm, looked_at = rendered.package(), set()
    for entry in tried(run):
        sql = rendered_mask(tdm, entry)
        facts = rendered.facts(sql)
        if not facts.get("any_case") or not facts["injective"] or entry["kind"] != "text":
            continue
        looked_at.add(entry["mask"])
        made = run.each(CASED, "text", sql, f"lower({sql})")
        if all(masked == lowered for _, masked, lowered in made):
            continue
        folded = run.each([value.lower() for value in CASED], "text", sql)
        assert [row[2] for row in made] == [row[1] for row in folded], entry["mask"]
    assert {"mask_email", "mask_code", "mask_digits", "token_text", "mask_iban"} <= looked_at


def _in_words(masked: str) -> str:
    """Entries of dictionaries as the seeds have them; a unit test has names-7 or names-de-7."""
    names = "region-places|given_names|family_names|street_names|places|companies|job_titles"
    return re.sub(
        rf"({names})-(?:([a-z]+)-)?(\d+)(?=(\.)?)",
        lambda found: _entry(found[1], found[2] or "latin", found[3], "@" in masked or found[4]),
        masked,
    )


def _entry(dictionary: str, locale: str, position: str, small: bool | str | None) -> str:
    prefix, _, name = dictionary.rpartition("-")
    with (rendered.REPO / "seeds" / "dictionaries" / f"{name}.csv").open(encoding="utf-8") as lines:
        row = next(
            row
            for row in csv.DictReader(lines)
            if (row["locale"], row["position"]) == (locale, position)
        )
    word = row[prefix or "value"].removesuffix(" #")
    return word.lower() if small else word


def _shape(text: str) -> str:
    return re.sub(r"[A-Za-z0-9 ]+", "w", text.removesuffix("/128"))


def test_json_of_the_sheets_is_json() -> None:
    assert json.loads(json.dumps([sheets.as_dict(sheet) for sheet in BY_NAME.values()]))
