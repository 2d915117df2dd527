"""FF1 by NIST's samples; one to one, of its layout and total, whatever the alphabet."""

from __future__ import annotations

import random
import string

import pytest

from masks.rendered import CompilerError, Package
from masks.running import Runner

KEY = "2B7E151628AED2A6ABF7158809CF4F3C"
KEYS = [KEY, KEY + "EF4359D8D580AA4F", KEY + "EF4359D8D580AA4F7F036D6F04FC6A94"]
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
# NIST's published samples 1 to 9: alphabet, text, tweak, and the result under the three keys.
SAMPLES = [
    ("0123456789", "0123456789", "", ["2433477484", "2830668132", "6657667009"]),
    (
        "0123456789",
        "0123456789",
        "39383736353433323130",
        ["6124200773", "2496655549", "1001623463"],
    ),
    (
        LETTERS,
        "0123456789abcdefghi",
        "3737373770717273373737",
        ["a9tv40mll9kdu509eum", "xbj3kv35jrawxv32ysr", "xs8a0azh2avyalyzuwd"],
    ),
]


@pytest.fixture
def aes(run: Runner) -> Runner:
    if not run.has_aes:
        pytest.skip("this server has no pgcrypto")
    return run


def test_the_samples_of_nist(aes: Runner, tdm: Package) -> None:
    ledger = tdm.ledger()
    tried = 0
    for alphabet, text, tweak, results in SAMPLES:
        for key, result in zip(KEYS, results, strict=True):
            made = aes.value(
                f"select {ledger}.ff1('{text}', '{alphabet}', decode('{key}', 'hex'),"
                f" decode('{tweak}', 'hex'))"
            )
            assert made == result, (text, tweak, len(key) * 4)
            tried += 1
    assert tried == 9


def test_both_ways_to_calculate_agree(aes: Runner, tdm: Package) -> None:
    """Digits read as numbers, and the same digits as symbols of an alphabet."""
    ledger = tdm.ledger()
    wrong = aes.rows(
        f"""
        select x from (
            select repeat('7', n) || (n * 7919) % 1000 as x from generate_series(6, 40) as n
        ) as given
        cross join lateral (select decode('{KEY}', 'hex') as key, '\\x'::bytea as tweak) as keys
        where
            {ledger}.ff1(x, '0123456789', key, tweak)
            <> translate(
                {ledger}.ff1(translate(x, '0123456789', 'ABCDEFGHIJ'), 'ABCDEFGHIJ', key, tweak),
                'ABCDEFGHIJ', '0123456789'
            )
        """
    )
    assert wrong == []


@pytest.mark.parametrize(
    "alphabet", ["0123456789", LETTERS, "01", string.ascii_uppercase, "äöü李€"]
)
@pytest.mark.parametrize("size", [1, 2, 5, 6, 9, 19, 30, 80])
def test_one_to_one_in_its_layout(aes: Runner, tdm: Package, alphabet: str, size: int) -> None:
    chosen = random.Random(f"{alphabet} {size}")  # noqa: S311
    values = sorted(
        {
            "-".join(
                "".join(chosen.choice(alphabet) for _ in range(part))
                for part in (size // 2, size - size // 2)
            )
            for _ in range(60)
        }
    )
    mask = tdm.mask_ff1("x", alphabet=alphabet, domain="d")
    made = [after for _, after in aes.each(values, "text", mask)]
    assert len(set(made)) == len(values)
    for before, after in zip(values, made, strict=True):
        assert after is not None
        assert [c == "-" for c in before] == [c == "-" for c in after]
        assert set(after) <= {*alphabet, "-"}
    if len(alphabet) ** size > 1000:
        assert sum(a == b for a, b in zip(values, made, strict=True)) <= 1
    other = tdm.mask_ff1("x", alphabet=alphabet, domain="d", tweak="t")
    assert [after for _, after in aes.each(values, "text", other)] != made or len(values) < 6


def test_every_short_number_has_its_own(aes: Runner, tdm: Package) -> None:
    """Too few for FF1: our permutation of them, all of them one to one."""
    mask = tdm.mask_ff1("x", domain="d")
    for size in (1, 2, 3, 4):
        values = [f"{number:0{size}}" for number in range(10**size)]
        made = {after for _, after in aes.each(values, "text", mask)}
        assert made == set(values)


def test_nothing_is_an_error(aes: Runner, tdm: Package) -> None:
    mask = tdm.mask_ff1("x", domain="d")
    values = [
        None, "", "-", "no digits", "12", "1" * 5000, "é李\U0001f600 12 34", "\t1\n2\x7f3456789",
        "٣٤٥", "12345678901234567890123456789012345678901234567890",
    ]  # fmt: skip
    made = [after for _, after in aes.each(values, "text", mask)]
    assert made[:4] == values[:4]
    for before, after in zip(values[4:], made[4:], strict=True):
        assert before is not None and after is not None and len(before) == len(after)
        assert [c in "0123456789" for c in before] == [c in "0123456789" for c in after]


@pytest.mark.parametrize("alphabet", ["", "1", "0120", 10])
def test_what_is_no_alphabet(tdm: Package, alphabet: str) -> None:
    with pytest.raises(CompilerError, match="two characters or more, each once"):
        tdm.mask_ff1("x", alphabet=alphabet)
