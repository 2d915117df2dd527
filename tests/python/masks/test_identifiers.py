"""National identifiers, cards and accounts: valid, nobody's, total, and one to one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from schwifty import BIC, IBAN
from stdnum import luhn

from conftest import TestServer
from masks.numbers import NOBODYS, VALID, awkward, cards, ibans, numbers
from masks.rendered import CompilerError, Package, functions, package

SCHEMES = sorted(VALID)
# A scheme of a user's own: letters, a rule, and numbers without a check digit.
OWN = """
{% macro national_id_xx() %}
    {% set steps = ['3 1 4 1 mod 11 0123456789-'] %}
    {{ return([{'shape': '[A-B][0-9]{3}', 'unlike': '^A0', 'ending': '[0-9]', 'steps': steps}]) }}
{% endmacro %}
{% macro national_id_short() %}
    {{ return([{'shape': '[0-9]{3}', 'nobody': '0[0-9]'}]) }}
{% endmacro %}
{% macro national_id_vast() %}{{ return([{'shape': '[0-9]{19}'}]) }}{% endmacro %}
"""
OTHERS = ["mask_card", "mask_iban", "mask_bic", "mask_account_number"]
MASKS = [*SCHEMES, *OTHERS]

Server = tuple[psycopg.Connection[Any], Package, int]


@pytest.fixture(scope="module")
def running(server: TestServer) -> Iterator[Server]:
    """A database with the helper functions, the macros, and the server's version."""
    tdm = package(own=[OWN])
    database = server.create()
    with server.connect(database) as connection:
        connection.execute(functions().encode())
        yield connection, tdm, server.version
    server.drop(database)


def masked(running: Server, expression: str, values: list[str]) -> list[Any]:
    """What a mask makes of each value, in one query."""
    connection, _, _ = running
    # psycopg reads per cent signs; the mask's own are meant
    escaped = expression.replace("%", "%%")
    query = (
        f"select {escaped} from unnest(%s::text[]) with ordinality as v (x, place) order by place"
    )
    return [row[0] for row in connection.execute(query, [values])]


def rendered(running: Server, mask: str, unique: bool = False) -> str:
    """A mask's SQL, by its name or that of a scheme."""
    tdm = running[1]
    if mask in OTHERS:
        return str(getattr(tdm, mask)("x", unique=unique))
    return str(tdm.mask_national_id("x", mask, unique=unique))


def compact(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", text).upper()


def layout(text: str) -> str:
    return re.sub(r"[A-Z]", "A", re.sub(r"[a-z]", "a", re.sub(r"[0-9]", "9", text)))


def punctuation(text: str) -> str:
    return re.sub(r"[0-9A-Za-z]", "9", text)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_number_becomes_nobodys_number(running: Server, scheme: str) -> None:
    """Valid by the usual validator and never issued, in the layout that it had."""
    given = numbers(scheme, 100 if scheme == "de_idnr" else 500)
    made = masked(running, rendered(running, scheme), given)
    for before, after in zip(given, made, strict=True):
        assert NOBODYS[scheme](compact(after)), (before, after)
        assert punctuation(before) == punctuation(after), (before, after)
        assert before.islower() == after.islower() or not re.search("[A-Za-z]", after)
    assert sum(a == b for a, b in zip(given, made, strict=True)) <= 1
    again = masked(
        running,
        rendered(running, scheme),
        [f"{compact(number)[:4]} {compact(number)[4:]}" for number in given],
    )
    assert [compact(a) for a in again] == [compact(m) for m in made], "the layout counted"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_one_to_one_a_number_stays_valid(running: Server, scheme: str) -> None:
    """Right check digits are right again, wrong ones stay wrong, and no two fall together."""
    expression = rendered(running, scheme, unique=True)
    given = numbers(scheme, 60 if scheme == "de_idnr" else 400)
    made = masked(running, expression, given)
    for before, after in zip(given, made, strict=True):
        assert VALID[scheme](compact(after)), (before, after)
        assert layout(before) == layout(after), (before, after)
    assert sum(a == b for a, b in zip(given, made, strict=True)) <= 1
    # every ending of a few numbers
    near = [
        number[:-1] + last
        for number in map(compact, given[:10])
        for last in ("0123456789" if number[-1].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    ]
    moved = masked(running, expression, near)
    assert len(set(moved)) == len(near)
    assert [VALID[scheme](x) for x in moved] == [VALID[scheme](x) for x in near]


@pytest.mark.parametrize("unique", [False, True])
@pytest.mark.parametrize("mask", MASKS)
def test_nothing_is_an_error_and_nothing_gets_through(
    running: Server, mask: str, unique: bool
) -> None:
    values = awkward(10_000 if running[2] == 18 else 300)
    made = masked(running, rendered(running, mask, unique), values)
    for before, after in zip(values, made, strict=True):
        assert len(before) == len(after), (before, after)
        kept = [a for b, a in zip(before, after, strict=True) if b == a and ord(a) >= 0x2040]
        letters = [a for a in kept if not 0x3000 <= ord(a) <= 0x303F]
        # a permutation may leave one of 64 where it is
        assert len(letters) <= (3 + len(before) // 20 if unique else 0), (before, after)
        if before.isascii():
            assert punctuation(before) == punctuation(after), (before, after)
        if unique and before.isascii():
            assert layout(before) == layout(after), (before, after)
    long = [(b, a) for b, a in zip(values, made, strict=True) if len(compact(b)) > 5]
    assert sum(b == a for b, a in long) <= 3
    if unique:
        assert len(set(made)) == len(set(values))
    assert masked(running, rendered(running, mask, unique), ["", None]) == ["", None]  # type: ignore[list-item]


def test_one_to_one_is_a_permutation_of_everything(running: Server) -> None:
    """All 220,000 texts of one layout: possible or not, whatever the check digit says."""
    connection, tdm, version = running
    letters = 22 if version == 18 else 3
    expression = tdm.mask_national_id("x", "xx", unique=True)
    [row] = connection.execute(
        f"""
        select
            count(*), count(distinct made),
            count(*) filter (where made ~ '^[A-Z][0-9]{{4}}$'), count(*) filter (where made = x)
        from (
            select x, {expression} as made
            from (
                select chr(65 + letter) || lpad(number::text, 4, '0') as x
                from generate_series(0, {letters - 1}) as letter
                cross join generate_series(0, 9999) as number
                offset 0
            ) as v
            offset 0
        ) as m
        """
    )
    count, different, in_layout, same = row
    assert count == letters * 10_000 == different == in_layout
    assert same < 60


def test_two_spellings_of_one_number_agree(running: Server) -> None:
    """With and without a century, with and without a key: by value, the same person."""
    for scheme, long, short in (
        ("se_personnummer", "198803200016", "880320-0016"),
        ("fr_nir", "2 95 10 99 126 111 93", "2951099126111"),
    ):
        expression = rendered(running, scheme)
        first, second = map(compact, masked(running, expression, [long, short]))
        assert second in first and first != compact(long)


@pytest.mark.parametrize("unique", [False, True])
def test_accounts_and_cards_are_valid(running: Server, unique: bool) -> None:
    given = ibans(600)
    made = masked(running, rendered(running, "mask_iban", unique), given)
    for before, after in zip(given, made, strict=True):
        assert IBAN(compact(after)).country_code == compact(before)[:2], (before, after)
        assert layout(before) == layout(after), (before, after)
        assert unique or re.fullmatch("[0X]{4}", compact(after)[4:8])
    assert len(set(made)) == len(made) and not set(made) & set(given)
    given = cards(600)
    made = masked(running, rendered(running, "mask_card", unique), given)
    for before, after in zip(given, made, strict=True):
        assert luhn.is_valid(compact(after)) and layout(before) == layout(after), (before, after)
        issuers = "01789" if unique else ("400000", "555555", "378282", "999999")
        assert compact(after).startswith(tuple(issuers)), (before, after)
    assert not unique or len(set(made)) == len(made)
    given = ["DEUTDEFF", "DEUTDEFF500", "nedszajj", "COBADEFFXXX", "BARC GB 22"]
    made = masked(running, rendered(running, "mask_bic", unique), given)
    for before, after in zip(given, made, strict=True):
        BIC(compact(after))
        assert compact(before)[4:6] == compact(after)[4:6] and compact(before) != compact(after)
        assert unique or compact(after)[6:8] == "X0"


def test_check_digits_by_their_standards(running: Server) -> None:
    """Known answers: what the standards and the issuers print."""
    connection, tdm, _ = running
    ledger = tdm.ledger()
    for expression, expected in {
        "luhn_digit('7992739871')": "3",
        "luhn_digit('37828224631000')": "5",
        "verhoeff_digit('236')": "3",
        "verhoeff_digit('23412341234')": "6",
        "mod_11_10_digit('0794')": "5",
        "mod_11_10_digit('3657426180')": "9",
        "iban_check('GB', 'WEST12345698765432')": "82",
        "iban_check('DE', '370400440532013000')": "89",
        "iban_check('BE', '539007547034')": "68",
        "weighted_digit('11122233', '9 8 7 6 5 4 3 2 mod 11 0123456789-')": "3",
        "weighted_digit('00000005', '9 8 7 6 5 4 3 2 mod 11 0123456789-')": None,
        "weighted_digit('030640615', '10 9 8 7 6 5 4 3 2 mod 11 0X987654321')": "2",
        "weighted_digit('4405140135', '1 3 7 9 1 3 7 9 1 3 mod 10 0987654321')": "9",
        "codice_fiscale_letter('RCCMNL83S18D969')": "H",
        "check_characters('54362315', array['es_dni'])": "K",
        "check_characters('X2482300', array['es_dni'])": "W",
        "check_characters('2951099126111', array['fr_nir'])": "93",
        "check_characters('253072A073004', array['fr_nir'])": "43",
        "check_characters('253072B073004', array['fr_nir'])": "70",
        "check_characters('8609574271', array['de_idnr'])": "9",
        "check_characters('0123456789', array['de_idnr'])": None,
        "check_characters('880320001', array['se_personnummer'])": "6",
        "check_characters('19880320001', array['se_personnummer'])": "6",
        "check_characters('x', array['pg_catalog.upper'])": "X",
    }.items():
        [row] = connection.execute(f"select {ledger}.{expression}")
        assert row[0] == expected, expression


def test_the_entity_decides(running: Server) -> None:
    """of=: one person one number, whatever was there; two schemes do not share digits."""
    connection, tdm, _ = running
    query = f"""
        select
            {tdm.mask_national_id("x", "us_ssn", of="person")},
            {tdm.mask_account_number("x", of="person")},
            {tdm.mask_national_id("x", "us_ein", of="person")}
        from (
            values ('123-45-6789', 'a'), ('078-05-1120', 'a'), ('123-45-6789', 'b'), ('1', null)
        ) as v (x, p)
        cross join lateral (select sha256(convert_to(p, 'UTF8')) as person) as d
        """
    first, second, third, nobody = connection.execute(query).fetchall()
    assert first == second != third
    assert nobody == (None, None, None)
    assert first[0][2:] != first[2][2:]


def test_what_a_mask_refuses(running: Server) -> None:
    tdm = running[1]
    with pytest.raises(CompilerError, match="knows no scheme 'atlantis'"):
        tdm.mask_national_id("x", "atlantis")
    for scheme in ("short", "vast"):
        with pytest.raises(
            CompilerError, match="has too many numbers, or its nobody is of another"
        ):
            tdm.mask_national_id("x", scheme)
    with pytest.raises(CompilerError, match="one to one by value only"):
        tdm.mask_national_id("x", "us_ssn", of="person", unique=True)
    with pytest.raises(CompilerError, match="one to one by value only"):
        tdm.mask_account_number("x", of="person", unique=True)
