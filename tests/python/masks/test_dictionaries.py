"""The lists that masks pick from: many names a list, in one script, and made by the script."""

from __future__ import annotations

import importlib
import re
import sys
import unicodedata
from collections import Counter
from math import gcd

import pytest

from masks import rendered
from masks.dictionaries import FOLDER, NAMES, entries, load, values
from masks.running import Runner

FACTS = rendered.package()._dictionaries()
LOCALES = [*FACTS["given_names"]["sizes"]]
SCRIPTS = {
    "ru": "CYRILLIC", "uk": "CYRILLIC", "el": "GREEK", "ja": "CJK|HIRAGANA|KATAKANA", "zh": "CJK",
    "ko": "HANGUL", "ar": "ARABIC", "he": "HEBREW", "hi": "DEVANAGARI", "th": "THAI",
}  # fmt: skip


def test_the_files_are_what_masks_think_they_are() -> None:
    assert len(LOCALES) - 1 >= 12 and len(set(SCRIPTS.values())) + 1 >= 4
    for name in NAMES:
        rows = entries(name)
        assert {row["version"] for row in rows} == {str(FACTS[name]["version"])}
        assert Counter(row["locale"] for row in rows) == FACTS[name]["sizes"]
        for locale in FACTS[name]["sizes"]:
            places = [int(row["position"]) for row in rows if row["locale"] == locale]
            assert places == list(range(len(places)))
    assert sum(path.stat().st_size for path in FOLDER.glob("*.csv")) < 450_000


@pytest.mark.parametrize("locale", LOCALES)
def test_names_of_a_locale(locale: str) -> None:
    """As many women as men, none of both, in the script of the language, short enough."""
    given, family = values("given_names", locale), values("family_names", locale)
    sexes = [row["sex"] for row in entries("given_names") if row["locale"] == locale]
    assert sexes == ["f", "m"] * (len(given) // 2)
    assert not set(given[::2]) & set(given[1::2])
    # the last bit of a number is the sex in both; but for it they are picked apart
    assert gcd(len(given), len(family)) == 2
    assert len(given) >= 40 and len(family) >= 30
    assert all(1 <= len(name) <= 20 for name in given + family)
    script = re.compile(SCRIPTS.get(locale, "LATIN"))
    letters = {c for name in given + family for c in name if c.isalpha()}
    assert all(script.match(unicodedata.name(c)) for c in letters)
    for name in ("street_names", "companies", "job_titles"):
        assert len(values(name, locale)) >= 30
        assert all(len(value) <= 38 for value in values(name, locale))
    assert all(value.count("#") == 1 for value in values("street_names", locale))


def test_russian_and_czech_family_names_have_a_sex() -> None:
    women = values("family_names", "ru")[::2]
    assert sum(name.endswith(("а", "я")) for name in women) > 0.9 * len(women)
    assert all(name.endswith(("á", "a")) for name in values("family_names", "cs")[::2])


def test_places_have_a_postcode_with_two_free_digits() -> None:
    for row in entries("places"):
        assert row["value"] and row["region"] and row["postcode"].count("#") == 2
        assert len(row["value"]) <= 40 and len(row["region"]) <= 40 and len(row["postcode"]) <= 10


def test_made_again_they_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    faker = pytest.importorskip("faker")
    monkeypatch.syspath_prepend(str(rendered.REPO / "scripts"))
    script = importlib.import_module("make_dictionaries")
    sys.modules.pop("make_dictionaries")
    if faker.VERSION != script.FAKER:
        pytest.skip(f"made with Faker {script.FAKER}; another one has other names")
    found = script.dictionaries()
    assert [*found] == NAMES
    for name, lists in found.items():
        written = (FOLDER / f"{name}.csv").read_text(encoding="utf-8")
        assert script.text_of(name, lists) == written, name
    facts = rendered.REPO / "macros" / "mask" / "_dictionaries.sql"
    assert script.facts_of(found) == facts.read_text(encoding="utf-8")


def test_an_edited_list_of_the_same_version_is_refused(run: Runner) -> None:
    """Edited, shortened, lengthened: pseudonyms would change without a new version."""
    load(run)
    tdm, schema = rendered.package(of_a_build=True), rendered.SCHEMA
    found = tdm.dictionary_problems(NAMES)
    assert run.rows(found) == []
    # what is of another version is nobody's yet
    run.rows(f"insert into {schema}.companies values (3, 'de', 0, 'Neu GmbH')")
    assert run.rows(found) == []
    run.rows(f"update {schema}.companies set value = 'Neu' where locale = 'de' and position = 7")
    run.rows(f"update {schema}.given_names set sex = 'm' where locale = 'de' and position = 0")
    run.rows(f"delete from {schema}.street_names where locale = 'fr' and position = 49")
    run.rows(f"insert into {schema}.job_titles values (2, 'pl', 50, 'Nowy')")
    run.rows(f"update {schema}.family_names set version = 3")
    messages = [message for (message,) in run.rows(found)]
    assert [message.split()[0] for message in messages] == [
        "companies", "family_names", "given_names", "job_titles", "street_names",
    ]  # fmt: skip
    assert "its digest is none" in messages[1]
    assert all("Undo the edit of" in message for message in messages)
    assert run.rows(tdm.dictionary_problems(["places"])) == []
    assert run.rows(tdm.dictionary_problems([])) == []
