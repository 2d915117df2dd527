"""Identifiers of devices and user agents: valid, nobody's, total, and one to one where asked."""

from __future__ import annotations

import random
import re
import uuid

import pytest
from stdnum import imei, luhn

from masks import rendered
from masks.numbers import awkward
from masks.rendered import Package
from masks.running import Runner

AGENTS = {
    "edge": "Mozilla/5.0 (Windows NT 10.0) Chrome/90.0 Safari/537.36 Edg/90.0.818.46",
    "opera": "Mozilla/5.0 (X11) Chrome/90.0 Safari/537.36 OPR/76.0",
    "firefox": "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 FxiOS/33.0 Safari/605.1.15",
    "chrome": "Mozilla/5.0 (iPad) AppleWebKit/605.1.15 CriOS/90.0 Safari/605.1.15",
    "safari": "Mozilla/5.0 (Macintosh) Version/14.0 Safari/605.1.15",
    "bot": "Mozilla/5.0 (compatible; Googlebot/2.1) Chrome/90.0 Safari/537.36",
    "other": "okhttp/4.9.0",
}
FAMILY = {
    "edge": "Edg/", "opera": "OPR/", "firefox": "Firefox/", "chrome": "Chrome/",
    "safari": "Version/", "bot": "ExampleBot", "other": "ExampleApp",
}  # fmt: skip


def masked(run: Runner, sql: str, values: list[str]) -> list[str]:
    return [str(after) for _, after in run.each(values, "text", sql)]


def imeis(count: int) -> list[str]:
    chosen = random.Random(7)  # noqa: S311
    bodies = {f"35{chosen.randrange(10**12):012}" for _ in range(count)}
    return sorted(body + luhn.calc_check_digit(body) for body in bodies)


def uuids(count: int) -> list[str]:
    chosen = random.Random(8)  # noqa: S311
    made = [str(uuid.UUID(int=chosen.getrandbits(128), version=4)) for _ in range(count)]
    return [text.upper() if place % 2 else text for place, text in enumerate(made)]


@pytest.mark.parametrize("unique", [False, True])
def test_an_imei(run: Runner, tdm: Package, unique: bool) -> None:
    given = imeis(1000)
    made = masked(run, tdm.mask_device_id("x", unique=unique), given)
    assert all(imei.is_valid(after) for after in made)
    assert len(set(made)) == len(given)
    if unique:
        # every ending of a body has its own, and only the right one is right
        near = [given[0][:-1] + str(last) for last in range(10)]
        moved = masked(run, tdm.mask_device_id("x", unique=True), near)
        assert len({after[:-1] for after in moved}) == 1 and len(set(moved)) == 10
        assert [luhn.is_valid(a) for a in moved] == [luhn.is_valid(b) for b in near]
    else:
        assert all(after.startswith("00") for after in made)
    (spaced,) = masked(run, tdm.mask_device_id("x", unique=unique), ["49-015420-323751-8"])
    assert re.fullmatch(r"\d\d-\d{6}-\d{6}-\d", spaced) and luhn.is_valid(spaced.replace("-", ""))


@pytest.mark.parametrize("unique", [False, True])
def test_a_uuid(run: Runner, tdm: Package, unique: bool) -> None:
    """Of version 8 in the layout and the case that it had; the two cases are one device."""
    given = uuids(1000)
    made = masked(run, tdm.mask_device_id("x", unique=unique), given)
    for before, after in zip(given, made, strict=True):
        assert uuid.UUID(after).version == 8 and uuid.UUID(after).variant == uuid.RFC_4122
        assert after.isupper() == before.isupper()
        assert [c == "-" for c in after] == [c == "-" for c in before]
    assert len(set(made)) == len(given)
    swapped = masked(run, tdm.mask_device_id("x", unique=unique), [g.swapcase() for g in given])
    assert swapped == [after.swapcase() for after in made]
    zeros = "00000000-0000-0000-0000-000000000000"
    assert masked(run, tdm.mask_device_id("x", unique=unique), [zeros]) == [zeros]


@pytest.mark.parametrize("unique", [False, True])
def test_an_android_id(run: Runner, tdm: Package, unique: bool) -> None:
    given = ["9774d56d682e549c", "9774D56D682E549C", *(f"a{n:015x}" for n in range(500))]
    made = masked(run, tdm.mask_device_id("x", unique=unique), given)
    for after in (made[0], *made[2:]):
        assert re.fullmatch("[0-9a-f]{16}", after) and re.search("[a-f]", after)
    assert made[1] == made[0].upper()
    assert len(set(made)) == len(given)


def test_any_text_one_to_one(run: Runner, tdm: Package) -> None:
    """Short ones of every kind beside each other, all of one layout among themselves."""
    given = sorted({*imeis(50), *uuids(50), *(f"{n:03}" for n in range(1000)), "", "a-1", "b-1"})
    given += ["é1", "é2", "3569380356438091", "3569380356438092", "9774d56d682e549c"]
    made = masked(run, tdm.mask_device_id("x", unique=True), given)
    assert len(set(made)) == len(given)


@pytest.mark.parametrize("unique", [False, True])
def test_nothing_is_an_error(run: Runner, tdm: Package, unique: bool) -> None:
    values = awkward(2000)
    made = masked(run, tdm.mask_device_id("x", unique=unique), values)
    assert [len(after) for after in made] == [len(before) for before in values]
    agents = masked(run, tdm.mask_user_agent("x", keep_family=unique), values)
    assert all(
        (after == "") == (before == "") for before, after in zip(values, agents, strict=True)
    )
    for mask in (tdm.mask_device_id("x", unique=unique), tdm.mask_user_agent("x")):
        assert run.each([None, ""], "text", mask) == [(None, None), ("", "")]


def test_user_agents(run: Runner, tdm: Package) -> None:
    """The family is kept where asked, and the list is as long as the marker says."""
    given = [f"{agent} {n}" for agent in AGENTS.values() for n in range(100)]
    mask = tdm.mask_user_agent("x", keep_family=True)
    kept = masked(run, mask, given)
    families = [family for family in AGENTS for _ in range(100)]
    for family, after in zip(families, kept, strict=True):
        assert FAMILY[family] in after
        if family == "chrome":
            assert "Edg" not in after and "OPR" not in after
    facts = rendered.facts(mask)
    browsers = set(masked(run, tdm.mask_user_agent("x"), given))
    assert len(browsers) == int(facts["space"])
    assert not browsers & set(given)
    assert max(map(len, {*browsers, *kept})) == facts["max_length"]


def test_the_entity_decides(run: Runner, tdm: Package) -> None:
    for mask in (tdm.mask_device_id("x", of="e"), tdm.mask_user_agent("x", of="e")):
        made = masked(run, mask, [AGENTS["chrome"] + "1", AGENTS["chrome"] + "2"])
        assert len(set(made)) == 1
