"""The fact sheets: complete, one line a mask in the list, and a page that is not stale."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tdm import sheets
from tdm.cli import run
from tdm.errors import TdmError

# Techniques of ISO/IEC 20889:2018, clause 8; what follows the colon says which of them.
KINDS = (
    "cryptographic tool: ", "generalization: ", "pseudonymization: ", "randomization: ",
    "suppression: ", "synthetic data: ", "as you write it", "as the masks",
)  # fmt: skip


def test_every_mask_has_a_whole_sheet(repo: Path) -> None:
    """What to do for a new mask: its description ends with the sentences, config.meta the rest."""
    files = {path.stem for path in (repo / "macros" / "mask").glob("*/[!_]*.sql")}
    found = {each.name: each for each in sheets.sheets()}
    assert found.keys() == files - set(sheets.NO_MASKS)
    for name, sheet in found.items():
        meta = f"macros/mask/{sheet.group}/_{sheet.group}.yml: {name}: config: meta: lacks "
        assert sheet.kind.startswith(KINDS), meta + "kind, a technique of ISO/IEC 20889"
        assert sheet.length, meta + "length"
        assert sheet.leaks or name == "set_null", meta + "leaks"
        for fact in ("deterministic", "one_to_one", "keyed", "reversible", "domain", "preserves"):
            assert getattr(sheet, fact), f"{name}: its description has no sentence for {fact}"


def test_a_chance_of_collision_is_that_of_the_bits() -> None:
    """Where the prose gives the bound, it is that of the sheet."""
    compared = 0
    for sheet in sheets.sheets():
        for power in re.findall(r"n²/2([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", sheet.one_to_one):
            assert f"n²/2{power};" in sheet.collisions, sheet.name
            compared += 1
    assert compared >= 3


def test_the_page_is_not_stale(repo: Path) -> None:
    page = repo / "docs" / "masks.md"
    text = page.read_text(encoding="utf-8")
    assert sheets.rewritten(text) == text, "write it again: python -m tdm.sheets docs/masks.md"
    assert text.index(sheets.BELOW) < 60 * 130 and text.split(sheets.BELOW)[0].count("\n") <= 60


def test_what_comments_say_is_not_stale(repo: Path) -> None:
    """And is ASCII, whatever the encoding of the database that they are written to."""
    text = (repo / "macros" / "mask" / "_sheets.sql").read_text(encoding="utf-8")
    assert sheets.macro() == text, "write it again: python -m tdm.sheets docs/masks.md"
    assert text.isascii()


def test_the_page_needs_its_mark() -> None:
    with pytest.raises(TdmError, match="below which the sheets go"):
        sheets.rewritten("# Masks\n")


def test_the_list_has_one_line_a_mask(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["masks"]) == 0
    shown = capsys.readouterr().out.splitlines()
    lines = [line for line in shown if line.startswith("  ")]
    assert len(lines) == len(sheets.sheets())
    assert max(map(len, shown)) <= 130
    assert [line.split(":")[0] for line in shown if re.match(r"\w+: ", line)] == list(
        dict.fromkeys(sheet.group for sheet in sheets.sheets())
    )


def test_a_sheet_on_a_terminal_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["masks", "token_uuid"]) == 0
    shown = capsys.readouterr().out
    assert "Kind:          pseudonymization: keyed hash" in shown
    assert "chance that two of n values meet: n²/2¹²³; n = 10⁶: 9·10⁻²⁶" in shown
    assert "Cost:" in shown and "Leaks:         equality" in shown
    assert run(["masks", "token_uuid", "--json"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert one["bits"] == 122 and one["arguments"][1]["name"] == "domain"
    assert run(["masks", "--json"]) == 0
    assert one in json.loads(capsys.readouterr().out)["masks"]


def test_another_name_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["masks", "mask_emial"]) == 1
    assert "There is no mask called mask_emial. Did you mean mask_email" in capsys.readouterr().err
    assert run(["masks", "zzz"]) == 1
    assert "`tdm masks` lists them" in capsys.readouterr().err


def test_a_project_has_the_masks_of_its_own_copy(
    repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copied = tmp_path / "vendor/tdm/macros/mask/token"
    copied.mkdir(parents=True)
    text = (repo / "macros/mask/token/_token.yml").read_text(encoding="utf-8")
    (copied / "_token.yml").write_text(text.replace("token_uuid", "token_guid"), encoding="utf-8")
    assert run(["masks", "--project-dir", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "token_guid" in shown and "mask_email" not in shown
    assert run(["masks", "token_guid", "--project-dir", str(tmp_path)]) == 0
    assert run(["masks", "token_uuid", "--project-dir", str(tmp_path)]) == 1


def test_costs_are_shown_where_they_were_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "__file__", str(tmp_path / "sheets.py"))
    assert "not measured" in sheets.text(sheets.sheet("mask_email"))
    (tmp_path / sheets.COSTS).write_text('{"microseconds": {"mask_email": 1.25, "band": 0}}')
    assert "1.25 µs a row" in sheets.text(sheets.sheet("mask_email"))
    assert "too little to tell" in sheets.text(sheets.sheet("band"))
