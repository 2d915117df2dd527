"""Valid numbers of people and accounts, and texts that nobody expects."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

from schwifty import IBAN
from stdnum import luhn, verhoeff
from stdnum.br import cnpj, cpf
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.in_ import aadhaar
from stdnum.iso7064 import mod_11_10
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.se import personnummer
from stdnum.us import ssn

Random = random.Random


def _digits(r: Random, count: int) -> str:
    return "".join(r.choices(string.digits, k=count))


def _born(r: Random) -> date:
    return date(1930, 1, 1) + timedelta(days=r.randrange(33000))


def _until(r: Random, make: Callable[[Random], str], valid: Callable[[str], bool]) -> str:
    while not valid(number := make(r)):
        pass
    return number


def _ssn(r: Random) -> str:
    return _until(r, lambda r: _digits(r, 9), lambda x: ssn.is_valid(f"{x[:3]}-{x[3:5]}-{x[5:]}"))


def _nino(r: Random) -> str:
    pairs = [a + b for a in "ABCEGHJKLMNOPRSTWXYZ" for b in "ABCEGHJKLMNPRSTWXYZ"]
    pair = r.choice([p for p in pairs if p not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")])
    return pair + _digits(r, 6) + r.choice("ABCD")


def _idnr(r: Random) -> str:
    body = r.sample(string.digits, 10)
    body[r.randrange(1, 10)] = body[0]
    if body[0] == "0":
        return _idnr(r)
    return "".join(body) + mod_11_10.calc_check_digit("".join(body))


def _nir(r: Random) -> str:
    born = _born(r)
    place = r.choice(["2A", "2B", f"{r.randrange(1, 96):02d}", "99"])
    body = f"{r.choice('12')}{born:%y%m}{place}{r.randrange(1, 999):03d}{r.randrange(1, 999):03d}"
    return body + nir.calc_check_digits(body)


def _codice_fiscale(r: Random) -> str:
    born = _born(r)
    day = born.day + r.choice([0, 40])
    name = "".join(r.choices(string.ascii_uppercase, k=6))
    place = f"{r.choice('ABCDEFGHILMZ')}{r.randrange(1, 1000):03d}"
    body = f"{name}{born:%y}{'ABCDEHLMPRST'[born.month - 1]}{day:02d}{place}"
    return body + codicefiscale.calc_check_digit(body)


def _pesel(r: Random) -> str:
    born = _born(r)
    month = born.month + (20 if born.year >= 2000 else 0)
    body = f"{born:%y}{month:02d}{born:%d}{_digits(r, 4)}"
    return body + pesel.calc_check_digit(body)


def _personnummer(r: Random) -> str:
    born = _born(r)
    body = f"{born:%y%m%d}{r.randrange(1, 980):03d}"
    century = r.choice(["", f"{born:%Y}"[:2]])
    return f"{century}{body}{luhn.calc_check_digit(body)}"


def _cnpj(r: Random) -> str:
    symbols = r.choice([string.digits, string.digits + string.ascii_uppercase])
    body = "".join(r.choices(symbols, k=8)) + "0001"
    return body + cnpj.calc_check_digits(body)


def _cpf(r: Random) -> str:
    return _until(r, lambda r: (b := _digits(r, 9)) + cpf._calc_check_digits(b), cpf.is_valid)


def _aadhaar(r: Random) -> str:
    body = r.choice("23456789") + _digits(r, 10)
    return body + verhoeff.calc_check_digit(body)


def _bsn(r: Random) -> str:
    return _until(r, lambda r: r.choice("123456789") + _digits(r, 8), bsn.is_valid)


def _dni(r: Random) -> str:
    return (body := _digits(r, 8)) + dni.calc_check_digit(body)


def _nie(r: Random) -> str:
    return (body := r.choice("XYZ") + _digits(r, 7)) + nie.calc_check_digit(body)


def _ein(r: Random) -> str:
    return r.choice(["12", "20", "45", "81", "99"]) + _digits(r, 7)


def _card(r: Random) -> str:
    body = r.choice(["4", "51", "37", "6011", "2221"])
    body += _digits(r, (14 if body == "37" else 15) - len(body))
    return body + luhn.calc_check_digit(body)


MAKERS: dict[str, Callable[[Random], str]] = {
    "us_ssn": _ssn,
    "us_ein": _ein,
    "gb_nino": _nino,
    "de_idnr": _idnr,
    "fr_nir": _nir,
    "es_dni": _dni,
    "es_nie": _nie,
    "it_codice_fiscale": _codice_fiscale,
    "pl_pesel": _pesel,
    "nl_bsn": _bsn,
    "se_personnummer": _personnummer,
    "br_cpf": _cpf,
    "br_cnpj": _cnpj,
    "in_aadhaar": _aadhaar,
}
VALID: dict[str, Callable[[str], bool]] = {
    "us_ssn": lambda x: ssn.is_valid(f"{x[:3]}-{x[3:5]}-{x[5:]}"),
    "us_ein": lambda x: (
        re.fullmatch(r"(?!0[0789]|1[789]|2[89]|49|69|7[089]|89|9[67])\d{9}", x) is not None
    ),
    "gb_nino": lambda x: (
        re.fullmatch(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]", x)
        is not None
    ),
    "de_idnr": idnr.is_valid,
    "fr_nir": nir.is_valid,
    "es_dni": dni.is_valid,
    "es_nie": nie.is_valid,
    "it_codice_fiscale": codicefiscale.is_valid,
    "pl_pesel": pesel.is_valid,
    "nl_bsn": bsn.is_valid,
    "se_personnummer": personnummer.is_valid,
    "br_cpf": cpf.is_valid,
    "br_cnpj": cnpj.is_valid,
    "in_aadhaar": aadhaar.is_valid,
}


def _nobodys_idnr(x: str) -> bool:
    counts = sorted(x[:10].count(d) for d in set(x[:10]))
    return x[0] == "0" and mod_11_10.is_valid(x) and counts[-1] in (2, 3) and counts[-2] == 1


# By value: what a number of each scheme looks like that is never issued; else a valid one.
NOBODYS: dict[str, Callable[[str], bool]] = VALID | {
    "us_ssn": lambda x: re.fullmatch(r"9\d\d[0-4]\d(?!0000)\d{4}", x) is not None,
    "us_ein": lambda x: re.fullmatch(r"00\d{7}", x) is not None,
    "gb_nino": lambda x: re.fullmatch(r"QQ\d{6}[A-D]", x) is not None,
    "de_idnr": _nobodys_idnr,
    "fr_nir": lambda x: nir.is_valid(x) and x[10:13] == "000",
    "it_codice_fiscale": lambda x: codicefiscale.is_valid(x) and "N" <= x[11] <= "Y",
    "pl_pesel": lambda x: pesel.is_valid(x) and pesel.get_birth_date(x).year < 1850,
    "se_personnummer": lambda x: personnummer.is_valid(x) and x[-4:-1] == "000",
    "br_cnpj": lambda x: cnpj.is_valid(x) and x[8:12] == "0000",
    "in_aadhaar": lambda x: verhoeff.is_valid(x) and re.fullmatch(r"1\d{11}", x) is not None,
}


def written(r: Random, number: str) -> str:
    """A number as somebody may have written it: blanks, dots, dashes, small letters."""
    style = r.randrange(4)
    if style == 1:
        number = number.lower()
    if style == 2:
        number = " ".join(number[i : i + 3] for i in range(0, len(number), 3))
    if style == 3:
        number = f"{number[:2]}.{number[2:5]}-{number[5:]} "
    return number


def numbers(scheme: str, count: int) -> list[str]:
    """Valid numbers of a scheme, no two alike, each in its own layout."""
    r = Random(scheme)
    found: set[str] = set()
    while len(found) < count:
        found.add(MAKERS[scheme](r))
    return [written(r, number) for number in sorted(found)]


def cards(count: int) -> list[str]:
    r = Random("card")
    return [written(r, number) for number in sorted({_card(r) for _ in range(count)})]


def ibans(count: int) -> list[str]:
    r = Random("iban")
    countries = ["DE", "FR", "GB", "NL", "IT", "ES", "PL", "SE", "NO", "MT", "CH", "LC"]
    made = {IBAN.random(r.choice(countries), random=r).compact for _ in range(count)}
    return [written(r, number) for number in sorted(made)]


@cache
def awkward(count: int) -> list[str]:
    """Texts of every plane, combining, right to left, controls, long ones, and broken numbers."""
    r = Random("awkward")
    made = [
        "",
        " ",
        "-",
        "0",
        "x",
        "\u00a0",
        "\t\n",
        "٣٤٥",
        "１２３４５６７８９",
        "e\u0301",
        "\u202e1",
    ]
    made += ["9" * 5000, "ÀÉ李" * 1666, "a\u0300" * 2500, "\U0010ffff", "'\\x;--$$"]
    planes = [(33, 126), (0xA0, 0x24F), (0x370, 0x7FF), (0x4E00, 0x9FFF), (0x1F300, 0x10FFFF)]
    while len(made) < count:
        kind = r.randrange(4)
        if kind == 0:
            low, high = r.choice(planes)
            text = "".join(chr(r.randint(low, high)) for _ in range(r.randint(1, 20)))
        elif kind == 1:
            text = "".join(r.choices(string.digits, k=r.randint(1, 20)))
        else:
            number = list(written(r, r.choice(list(MAKERS.values()))(r)))
            for _ in range(r.randint(1, 3)):
                number[r.randrange(len(number))] = r.choice("0123456789AZaz -.Ł李\u200f\u00a0٣")
            text = "".join(number)
        made.append(text)
    return made
