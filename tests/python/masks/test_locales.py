"""A mask makes the same whatever the locale of the database: C, C.UTF-8, Turkish by ICU."""

from __future__ import annotations

import os

import psycopg
import pytest

from conftest import TestServer
from masks.running import runner
from masks.test_awkward import Case, Made, all_made, fill, possible

COUNT = 80
pytestmark = pytest.mark.skipif(
    not os.environ.get("TDM_NIGHTLY"), reason="every mask in three databases: TDM_NIGHTLY=1"
)
LOCALES = {
    "C": "locale 'C'",
    "C.UTF-8": "locale 'C.UTF-8'",
    # in which I is no capital i
    "tr": "locale_provider icu icu_locale 'tr-TR' locale 'C'",
}


@pytest.fixture(scope="module")
def expected(server: TestServer) -> dict[str, Made]:
    return _made(server, LOCALES["C"])


def _of_the_mask(case: Case) -> bool:
    """Not of what somebody else says: a condition's collation, which letters citext folds."""
    return case.mask != "mask_when" and "fold" not in case.arguments


def _made(server: TestServer, locale: str) -> dict[str, Made]:
    with runner(server, f"template template0 encoding 'UTF8' {locale}") as run:
        fill(run, COUNT)
        return all_made(run, [case for case in possible(run) if _of_the_mask(case)])


@pytest.mark.parametrize("name", [name for name in LOCALES if name != "C"])
def test_other_locales_make_the_same(
    server: TestServer, expected: dict[str, Made], name: str
) -> None:
    try:
        made = _made(server, LOCALES[name])
    except psycopg.Error as error:
        if "locale" in str(error) or "ICU" in str(error):
            pytest.skip(f"this server has no locale {name}")
        raise
    assert [case for case in expected if made[case] != expected[case]] == []
