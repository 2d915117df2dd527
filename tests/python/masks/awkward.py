"""Values that programs trip over: of every type that a mask takes, the same ones every time."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from itertools import chain, cycle, islice
from unicodedata import ucd_3_2_0 as unicode

from masks.golden import entries

Maker = Callable[[random.Random], str]

# One of every plane, and what is rare in each: combining marks of several classes, letters written
# from the right, joiners, variation selectors, what normalization changes or lets grow (U+FDFA:
# eighteen characters), case that changes the length, digits that are no ASCII, private use,
# non-characters.
CHARACTERS = (
    "aZ09 -.@/\\'\"%_$&<>{}[]()|^*+?#,;:=!~`"
    "\u00df\u0130\u0131\u017f\u1e9e\u01c5\ufb03\u0149\u0390"
    "\u0301\u0308\u0327\u0323\u0345\u034f\u05b0\u064b\u0e38\u3099\u1ab0\u20e3"
    "\u05d0\u0627\u202e\u202d\u2066\u2069\u200e\u200f\u061c"
    "\u200b\u200c\u200d\u2060\ufeff\ufe0f\u00ad\u2028\u2029\u0085\u00a0\u3000\u180e"
    "\u0660\u06f3\u0967\uff11\uff21\uff20\u2460\u00b2\u2167\u212b\u2126\ufdfa\uf900\u1100\u1161"
    "\uac00\u4e00\u3042\u30ab\u0915\u0e01\u10d0\u13a0\U0001f600\ue000\ufdd0\ufffd\uffff"
    "\U0001f469\U0001f1e9\U0001f3fd\U0001d400\U0001d7d8\U00010400\U0001e900\U0001d15e\U0001fffe"
    "\U00020000\U0002f800\U0002ffff\U00030000\U0003134a\U000e0001\U000e0041\U000e0100"
    "\U000f0000\U000ffffd\U00100000\U0010fffd\U0010ffff"
)
CONTROLS = "".join(map(chr, [*range(1, 32), 127, *range(128, 160)]))
TEXTS = [
    "", " ", "  \t\n\r\x0b\x0c", "\x01", CONTROLS, CHARACTERS, "0", "00000000000", "-", "NULL", "null",  # noqa: E501
    "\\N", "\\", "'; --", "%s %d {0}", "{{ x }}", "$1", "e\u0301", "\u00e9", "a" + "\u0301" * 500,
    "\u202eevil\u202c", "\u05d0\u05d1 123 \u05d2", "@", "a@b", "@b.test", "a@", "+", "+0", "00", "()",  # noqa: E501
    "{", "[]", "<", "<a", "<a>", "<a/>", "]]>", "<!--", "&#0;", "&#x110000;", "&lol;", '"', "{}",
]  # fmt: skip
# Each takes a mask some milliseconds: a few of them always, all of them among thousands.
LONG = [
    "e\u0301" * 2500, "9" * 5000, "ABC123 " * 714, "a" * 5000, "\U0001f469\u200d" * 2500, " " * 5000,  # noqa: E501
    "a.b@" + "c" * 4996, "1 " * 2500, "\ufdfa" * 1250, "\uff11" * 5000, "\u00e9" * 5000,
]  # fmt: skip


def texts(count: int) -> Iterator[str | None]:
    """So many: the fixed ones, then random ones and golden values with something wrong in them."""
    chance = random.Random("texts")  # noqa: S311
    golden = [
        value
        for entry in entries()
        if entry["kind"] == "text"
        for value, *_ in entry["vectors"]
        if value
    ]
    made = [_any_characters, _of_one_plane, _long, *[lambda c: _bent(c, golden)] * 5]
    first = _texts_first(golden, LONG[: max(2, count // 500)])
    return islice(chain(first, (make(chance) for make in cycle(made))), count)


def _texts_first(golden: list[str], long: list[str]) -> Iterator[str | None]:
    yield None
    yield from TEXTS
    yield from long
    chance = random.Random("golden")  # noqa: S311
    yield from chance.sample(golden, 60)


def _any_characters(chance: random.Random) -> str:
    return "".join(chance.choices(CHARACTERS + CONTROLS, k=chance.randrange(1, 40)))


def _of_one_plane(chance: random.Random) -> str:
    """Characters that Unicode has had for long: new ones get their normal form when a server learns
    of them, which the older one of two has not."""
    plane, made = chance.randrange(17), ""
    while len(made) < 8:
        one = chr(plane * 0x10000 + chance.randrange(1, 0x10000))
        if unicode.category(one) not in ("Cs", "Cn"):
            made += one
        else:
            plane = chance.choice([plane, 0, 0, 1, 2, 15])
    return made


def _long(chance: random.Random) -> str:
    if chance.random() < 0.9:
        return "".join(chance.choices("0123456789 -+/", k=chance.randrange(1, 30)))
    return "".join(chance.choices(CHARACTERS, k=500))


def _bent(chance: random.Random, golden: list[str]) -> str:
    """A value of a known form with one or two characters too many, too few, or others."""
    value = list(chance.choice(golden))
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(value) + 1)
        how = chance.randrange(4)
        some = chance.choice(CHARACTERS if chance.random() < 0.3 else "0123456789AZaz -.")
        value[at : at + (how != 1)] = [] if how == 0 else [some]
        if how == 3:
            value = list(chance.choice((str.upper, str.lower, str.title))("".join(value)))
    return "".join(value)


def _whole(bits: int) -> Maker:
    def make(chance: random.Random) -> str:
        ends = [0, 1, -1, 2 ** (bits - 1) - 1, -(2 ** (bits - 1))]
        if chance.random() < 0.1:
            return str(chance.choice(ends))
        size = chance.randrange(1, bits)
        return str(chance.randrange(-(2**size), 2**size))

    return make


def _number(ends: list[str], digits: int, power: int) -> Maker:
    def make(chance: random.Random) -> str:
        if chance.random() < 0.1:
            return chance.choice(ends)
        sign, size = chance.choice(["", "-"]), chance.randrange(1, digits)
        return f"{sign}{chance.randrange(10**size)}e{chance.randrange(-power, power - digits)}"

    return make


def _numeric(chance: random.Random) -> str:
    if chance.random() < 0.1:
        return chance.choice(
            [
                "NaN",
                "Infinity",
                "-Infinity",
                "0",
                "-0.00",
                "1e400",
                "-1e-300",
                "9" * 2000 + "." + "7" * 50,
            ]
        )
    scale = chance.randrange(8)
    number = chance.randrange(-(10 ** chance.randrange(1, 25)), 10 ** chance.randrange(1, 25))
    return f"{number}e-{scale}"


def _money(chance: random.Random) -> str:
    if chance.random() < 0.1:
        return chance.choice(["-92233720368547758.08", "92233720368547758.07", "0", "-0.01"])
    return f"{chance.randrange(-(10**12), 10**12)}.{chance.randrange(100):02}"


DAYS = [
    "infinity", "-infinity", "4714-11-24 BC", "4714-11-25 BC", "5874897-12-31", "5874897-12-30",
    "0001-01-01", "0001-12-31 BC", "9999-12-31", "10000-01-01", "1582-10-15", "1900-02-28",
    "2000-02-29", "1970-01-01", "294276-12-31", "294277-01-01", "4713-01-01 BC", "2024-03-31",
]  # fmt: skip
MOMENTS = [
    "infinity", "-infinity", "4714-11-24 00:00:00 BC", "294276-12-31 23:59:59.999999",
    "294276-12-30 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999",
    "2024-03-31 01:30:00", "2024-10-27 00:30:00.000001", "1970-01-01 00:00:00",
    "4681-01-01 BC", "4680-12-31 BC",
]  # fmt: skip


def _day(chance: random.Random) -> str:
    if chance.random() < 0.2:
        return chance.choice(DAYS)
    year = chance.choice([1970, 2024, 5_000, 300_000, 4_000_000])
    return f"{chance.randrange(1, year + 1):04}-{chance.randrange(1, 13)}-{chance.randrange(1, 29)}"


def _moment(chance: random.Random) -> str:
    if chance.random() < 0.2:
        return chance.choice(MOMENTS)
    year = chance.randrange(1, chance.choice([3000, 294_276]))
    day = f"{year:04}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    second = f"{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"
    era = chance.choice(["", "", " BC"]) if year < 4713 else ""
    return f"{day} {second}.{chance.randrange(10**6):06}{era}"


def _range(of: Maker, order: Callable[[str], object] | None = None) -> Maker:
    """Ends in their order where the text says which is less; else one end, or both the same."""

    def make(chance: random.Random) -> str:
        if chance.random() < 0.1:
            return chance.choice(["empty", "(,)"])
        low, high = of(chance), of(chance)
        if order is None or chance.random() < 0.2:
            low, high = chance.choice([(low, ""), ("", low), (low, low)])
        elif order(low) > order(high):  # type: ignore[operator]
            low, high = high, low
        left, right = chance.choice("[("), chance.choice(")]")
        return f'{left}"{low}","{high}"{right}'.replace('""', "")

    return make


def _several(one: Maker) -> Maker:
    def make(chance: random.Random) -> str:
        return "{" + ",".join(one(chance) for _ in range(chance.randrange(4))) + "}"

    return make


def _inet(chance: random.Random) -> str:
    if chance.random() < 0.1:
        return chance.choice(
            [
                "0.0.0.0/0", "255.255.255.255", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::1", "::ffff:1.2.3.4",  # noqa: E501
            ]
        )  # fmt: skip
    if chance.random() < 0.5:
        return f"{'.'.join(str(chance.randrange(256)) for _ in range(4))}/{chance.randrange(33)}"
    parts = (f"{chance.randrange(65536):x}" for _ in range(8))
    return f"{':'.join(parts)}/{chance.randrange(129)}"


def _mac(size: int) -> Maker:
    def make(chance: random.Random) -> str:
        if chance.random() < 0.1:
            return chance.choice(["00:", "ff:", "01:", "02:"])[:3] * (size - 1) + "00"
        return ":".join(f"{chance.randrange(256):02x}" for _ in range(size))

    return make


def _bytes(chance: random.Random) -> str:
    first = chance.choice(
        ["", "", "89504e470d0a1a0a", "ffd8ff", "474946383961", "255044462d", "52494646"]
    )
    return "\\x" + first + chance.randbytes(chance.choice([0, 1, 31, 32, 33, 5000])).hex()


def _text(chance: random.Random) -> str:
    return chance.choice(TEXTS) if chance.random() < 0.5 else _any_characters(chance)


def _document(chance: random.Random, depth: int = 0) -> object:
    kind = chance.randrange(8 if depth < 4 else 5)
    if kind == 0:
        return chance.choice([None, True, False])
    if kind == 1:
        return chance.choice([0, -1, 2**63, 1e300, 5e-324, 10**400, 0.1])
    if kind < 5:
        return _text(chance)
    if kind == 5:
        return [_document(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {_text(chance): _document(chance, depth + 1) for _ in range(chance.randrange(4))}


def _json(chance: random.Random) -> str:
    if chance.random() < 0.02:
        return "[" * 300 + "]" * 300
    return json.dumps(_document(chance), ensure_ascii=chance.random() < 0.5)


def _array(of: Maker) -> Maker:
    def quoted(chance: random.Random) -> str:
        if chance.random() < 0.1:
            return "NULL"
        return '"' + of(chance).replace("\\", "\\\\").replace('"', '\\"') + '"'

    def make(chance: random.Random) -> str:
        rows, wide = chance.randrange(4), chance.randrange(1, 4)
        if chance.random() < 0.6:
            return "{" + ",".join(quoted(chance) for _ in range(rows)) + "}"
        row = ["{" + ",".join(quoted(chance) for _ in range(wide)) + "}" for _ in range(rows + 1)]
        low = chance.randrange(-2, 3)
        return f"[{low}:{low + rows}][1:{wide}]={{{','.join(row)}}}"

    return make


def _hstore(chance: random.Random) -> str:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    pairs = (
        (_text(chance), chance.choice([None, _text(chance)])) for _ in range(chance.randrange(5))
    )
    return ", ".join(f"{quoted(k)}=>{'NULL' if v is None else quoted(v)}" for k, v in pairs)


def _pair(chance: random.Random) -> str:
    name = _text(chance).replace("\\", "\\\\").replace('"', '""')
    return f"({chance.choice(['', f'{chr(34)}{name}{chr(34)}'])},{_whole(32)(chance)},)"


def _point(chance: random.Random) -> str:
    ends = ["NaN", "Infinity", "-Infinity", "180", "-180", "90", "-90", "1e308", "-0", "5e-324"]
    x, y = (
        chance.choice(ends) if chance.random() < 0.2 else chance.uniform(-200, 200) for _ in "xy"
    )
    return f"({x},{y})"


def _vector(chance: random.Random) -> str:
    words = [
        f"'w{chance.randrange(9)}':{chance.randrange(1, 99)}" for _ in range(chance.randrange(4))
    ]
    return " ".join(words)


def _uuid(chance: random.Random) -> str:
    digits = chance.choice(["0" * 32, "f" * 32, *[chance.randbytes(16).hex()] * 8])
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


_FLOAT4 = ["NaN", "Infinity", "-Infinity", "0", "-0", "3.4028235e38", "-3.4028235e38", "1e-45"]
_FLOAT8 = ["NaN", "Infinity", "-Infinity", "0", "-0", "1.7976931348623157e308", "5e-324"]
_SMALL, _INT, _BIG = _whole(16), _whole(32), _whole(64)
OF_TYPE: dict[str, Maker] = {
    "smallint": _SMALL,
    "integer": _INT,
    "bigint": _BIG,
    "numeric": _numeric,
    "real": _number(_FLOAT4, 7, 30),
    "double precision": _number(_FLOAT8, 16, 290),
    "money": _money,
    "date": _day,
    "timestamp": _moment,
    "timestamptz": _moment,
    "daterange": _range(_day),
    "tsrange": _range(_moment),
    "tstzrange": _range(_moment),
    "int4range": _range(lambda c: str(max(int(_INT(c)), -(2**31) + 1) % (2**31 - 1)), int),
    "int8range": _range(lambda c: str(int(_BIG(c)) % (2**63 - 1)), int),
    "numrange": _range(_numeric),
    "inet": _inet,
    "macaddr": _mac(6),
    "macaddr8": _mac(8),
    "bytea": _bytes,
    "uuid": _uuid,
    "json": _json,
    "jsonb": _json,
    "hstore": _hstore,
    "point": _point,
    "tsvector": _vector,
    "text[]": _array(_text),
    "varchar[]": _array(_text),
    "bigint[]": _array(_BIG),
    "integer[]": _array(_INT),
    "smallint[]": _array(_SMALL),
    "uuid[]": _array(_uuid),
    "masks.pair": _pair,
}
# Forms of a type: documents in a text, amounts that may grow.
FORMS = {"document": "text", "amount": "integer", "price": "money"}
OF_TYPE["document"] = _json
OF_TYPE["amount"] = _whole(28)
OF_TYPE["price"] = lambda chance: f"{chance.randrange(-(10**9), 10**9)}.{chance.randrange(100):02}"
for _of in ("date", "ts", "tstz", "int4", "int8", "num"):
    OF_TYPE[f"{_of}multirange"] = _several(OF_TYPE[f"{_of}range"])


def values(kind: str, count: int) -> list[str | None]:
    """So many values of a type, as PostgreSQL reads them; the first is NULL."""
    if kind == "text":
        return list(texts(count))
    chance = random.Random(kind)  # noqa: S311
    make = OF_TYPE[kind]
    return [None, *(make(chance) for _ in range(count - 1))]
