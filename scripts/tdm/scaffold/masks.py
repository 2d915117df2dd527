"""The masks that suit a column, best first: which macro, with which arguments, and what it does."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tdm.scaffold.catalog import Column
from tdm.scaffold.checks import sql_literal
from tdm.scaffold.names import jinja_text, sql_name

SAME = -1
"""A length: that of the original."""

_ROTATED = tuple("0123456789"[n:] + "0123456789"[:n] for n in range(1, 10))
"""What may stand for the ten digits: any digit may become any other one, a leading 1 a 0."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LOREM = (
    "left(repeat('lorem ipsum dolor sit amet consectetur ', 1 + length({c}::text) / 10),"
    " length({c}::text))"
)


@dataclass(frozen=True)
class Mask:
    """One way to treat a column.

    `injective` is yes, no, or entity (as unique as the entity's key); `probes` are SQL that makes
    what the mask would make, with {c} for the column, so that constraints can be tried.
    """

    macro: str
    arguments: str = ""
    injective: str = "no"
    nulls_made: bool = False
    length: int | None = None
    by_value: bool = False
    keyed: bool = True
    probes: tuple[str, ...] = ("{c}",)
    text: str = ""
    """The whole SELECT expression, where it is more than one macro."""
    alias: bool = False
    """Whether that text calls the row x."""

    @property
    def folded(self) -> str:
        """SQL that makes the same text of all spellings {c} that the mask takes for equal."""
        if self.macro == "token_text":
            return "lower({c})" if "fold=true" in self.arguments else "{c}"
        # addresses by definition; codes turn letters of either case into the same other letter
        return {
            "mask_email": 'lower(btrim({c}) collate "C")',
            "mask_code": 'lower({c} collate "C")',
            "mask_digits": 'lower({c} collate "C")',
        }.get(self.macro, "{c}")

    def line(self, column: str) -> str:
        """The SELECT expression, without its alias."""
        if self.text:
            return self.text
        arguments = jinja_text(column) + (f", {self.arguments}" if self.arguments else "")
        return "{{ tdm." + self.macro + "(" + arguments + ") }}"

    def probe(self, column: str, variant: int) -> str:
        """SQL that mimics the mask on that column."""
        return self.probes[variant % len(self.probes)].replace("{c}", sql_name(column))


def _entity(entity: str | None, domain: str = "") -> str:
    if entity:
        return f"of={jinja_text(entity)}"
    return f"domain={jinja_text(domain)}" if domain else ""


def _text(value: str) -> str:
    """A probe that keeps NULL and the empty string, as the masks do."""
    return (
        f"case when {{c}}::text = '' then '' when {{c}} is not null then {sql_literal(value)} end"
    )


def set_null() -> Mask:
    """NULL for every value."""
    return Mask(
        "set_null", injective="yes", nulls_made=True, length=0, keyed=False, probes=("null",)
    )


def constant(text: str, column: Column) -> Mask:
    """One literal for every value."""
    literal = sql_literal(text)
    plain = column.type.plain.name
    if plain in ("int2", "int4", "int8", "numeric", "float4", "float8", "bool") and text != "":
        literal = text
    if text == "":
        return Mask("set_empty", length=0, keyed=False, probes=(_constant("''"),))
    probes = (_constant(sql_literal(text)),)
    return Mask("set_constant", _quoted_sql(literal), length=len(text), keyed=False, probes=probes)


def _constant(literal: str) -> str:
    # NULL stays NULL, and a CHECK may have something to say about that.
    return f"case when {{c}} is not null then {literal} end"


def _quoted_sql(sql: str) -> str:
    if '"' not in sql and "\\" not in sql:
        return f'"{sql}"'
    return jinja_text(sql)


def email(length: int | None, entity: str | None) -> list[Mask]:
    """Addresses that reach nobody."""
    short = length is not None and length < 74
    if length is not None and length < 33:
        return token_texts("email", length)
    sample = (
        "u0123456789abcdef0123@example.com"
        if short
        else "anna.smith.0123456789abcdef0123@example.com"
    )
    extra = [f"length={min(length or 0, 59)}"] if short else []
    by_value = Mask(
        "mask_email",
        ", ".join(extra),
        injective="yes",
        length=33 if short else 74,
        by_value=True,
        probes=(_text(sample),),
    )
    of = Mask(
        "mask_email",
        ", ".join([_entity(entity), *extra]),
        injective="entity",
        length=33 if short else 74,
        probes=(_text(sample),),
    )
    return [by_value, of] if entity else [by_value]


def login(length: int | None, entity: str | None) -> list[Mask]:
    """User names that go with the person."""
    if length is not None and length < 21:
        return token_texts("login", length)
    short = length is not None and length < 62
    extra = [f"length={length}"] if short else []
    sample = "u0123456789abcdef0123" if short else "anna.smith.0123456789abcdef0123"
    size = 21 if short else 62
    of = Mask(
        "mask_login",
        ", ".join([_entity(entity), *extra]),
        "entity",
        length=size,
        probes=(_text(sample),),
    )
    by_value = Mask(
        "mask_login", ", ".join(extra), "yes", length=size, by_value=True, probes=(_text(sample),)
    )
    return [of, by_value] if entity else [by_value]


def picked(macro: str, sample: str, length: int, entity: str | None) -> list[Mask]:
    """A name, street, city, company or job from a dictionary."""
    by_value = Mask(macro, "", length=length, by_value=True, probes=(_text(sample),))
    if entity:
        return [Mask(macro, _entity(entity), length=length, probes=(_text(sample),)), by_value]
    return [by_value]


def placed(
    macro: str, probe: str, length: int, entity: str | None, country: str | None, extra: str = ""
) -> list[Mask]:
    """A part of an address in the country that a column of the row says, where there are both."""
    if entity is None or country is None:
        return []
    arguments = f"{_entity(entity)}, country={jinja_text(sql_name(country))}{extra}"
    return [Mask(macro, arguments, length=length, probes=(probe,))]


def whole_address(entity: str | None, country: str | None) -> list[Mask]:
    """A postal address in one text."""
    if entity is None:
        return []
    there = f", country={jinja_text(sql_name(country))}" if country else ""
    sample = _text("Mill Lane 17, Springfield 00012")
    return [Mask("mask_address", _entity(entity) + there, length=135, probes=(sample,))]


def phone(entity: str | None) -> list[Mask]:
    """Numbers that reach nobody, in the layout of the original."""
    probes = tuple(
        # international numbers start with 999
        rf"regexp_replace(regexp_replace({{c}}::text, '[0-9]', '{digit}', 'g'),"
        r" '^(\s*\+[^0-9]*)[0-9]', '\19')"
        for digit in ("9", "0", "5")
    )
    by_value = Mask("mask_phone", "", length=SAME, by_value=True, probes=probes)
    of = Mask("mask_phone", _entity(entity), length=SAME, probes=probes)
    return [of, by_value] if entity else [by_value]


def digits(domain: str, keep: int = 0) -> Mask:
    """Other digits in the same layout, one to one."""
    rest = f"substr({{c}}::text, {keep + 1})" if keep else "{c}::text"
    start = f"left({{c}}::text, {keep}) || " if keep else ""
    probes = tuple(f"{start}translate({rest}, '0123456789', '{to}')" for to in _ROTATED)
    extra = f", keep={keep}" if keep else ""
    return Mask(
        "mask_digits",
        _entity(None, domain) + extra,
        "yes",
        length=SAME,
        by_value=True,
        probes=probes,
    )


def code(domain: str, value: str = "") -> Mask:
    """Other letters and digits of the same kind in the same layout, one to one."""
    probes = tuple(
        f"translate({{c}}::text, '{_LETTERS}{_LETTERS.upper()}0123456789',"
        f" '{moved}{moved.upper()}{to}')"
        for n, to in enumerate(_ROTATED, start=1)
        for moved in (_LETTERS[n * 7 % 26 :] + _LETTERS[: n * 7 % 26],)
    )
    arguments = f"domain={jinja_text(domain)}" + (f", value={jinja_text(value)}" if value else "")
    return Mask("mask_code", arguments, "yes", length=SAME, by_value=True, probes=probes)


def national_id(scheme: str, unique: bool) -> Mask:
    """Another number of a scheme, in the same layout; one to one where it must be."""
    probes = tuple(f"translate({{c}}::text, '0123456789', '{to}')" for to in _ROTATED)
    return Mask(
        "mask_national_id",
        jinja_text(scheme) + (", unique=true" if unique else ""),
        "yes" if unique else "no",
        length=SAME,
        by_value=True,
        probes=probes,
    )


def token_texts(domain: str, length: int | None) -> list[Mask]:
    """Opaque text: as long as fits, one to one from 20 characters on; else in the layout."""
    size = 24 if length is None else min(24, length)
    if size >= 20:
        sample = "0123456789abcdef01234567"[:size]
        extra = "" if size == 24 else f", length={size}"
        token = Mask(
            "token_text",
            _entity(None, domain) + extra,
            "yes",
            length=size,
            by_value=True,
            probes=(_text(sample),),
        )
        return [token, code(domain)]
    return [code(domain)]


def token_folded(domain: str, length: int | None) -> list[Mask]:
    """Opaque text for keys that are equal but for case, where there is room for one to one."""
    size = 24 if length is None else min(24, length)
    if size < 20:
        return []
    [token, _] = token_texts(domain, length)
    return [replace(token, arguments=f"{token.arguments}, fold=true")]


def secret(length: int | None, domain: str) -> list[Mask]:
    """A credential that nobody can use."""
    size = 40 if length is None else min(40, length)
    sample = ("0123456789abcdef" * 3)[:size]
    extra = "" if size == 40 else f", length={size}"
    return [
        Mask(
            "mask_secret",
            f"domain={jinja_text(domain)}{extra}",
            "yes" if size >= 20 else "no",
            length=size,
            by_value=True,
            probes=(_text(sample),),
        )
    ]


def lorem() -> Mask:
    """Text of the same length that says nothing."""
    return Mask("lorem_text", length=SAME, keyed=False, probes=(_LOREM,))


def token_number(plain: str, domain: str) -> Mask:
    """Another number of the same type, one to one."""
    macro, limit = {
        "int2": ("token_smallint", 30_000),
        "int4": ("token_int", 1_000_000_000),
        "int8": ("token_bigint", 1_000_000_000_000_000),
    }[plain]
    probes = (
        f"case when {{c}} between 0 and {limit - 1} then {limit - 1} else {{c}} end",
        "case when {c} >= 0 then 0 else {c} end",
        f"case when {{c}} >= 0 then {limit // 3} else {{c}} end",
    )
    return Mask(macro, _entity(None, domain), "yes", by_value=True, probes=probes)


def token_uuid(domain: str) -> Mask:
    """Another UUID, one to one."""
    probe = "case when {c} is not null then '01234567-89ab-8def-8123-456789abcdef' end"
    return Mask("token_uuid", _entity(None, domain), "yes", False, 36, True, probes=(probe,))


def token_array(each: Mask) -> Mask:
    """An array of keys, each as the key that it is."""
    arguments = each.arguments
    if each.macro != "token_bigint":
        arguments += f", each='{each.macro}'"
    return Mask("token_array", arguments, "yes", by_value=True)


def token_ip(domain: str) -> Mask:
    """Another address, one to one."""
    probe = "case when {c} is not null then '2001:db8:123:4567:89ab:cdef:123:4567'::inet end"
    return Mask("token_ip", _entity(None, domain), "yes", by_value=True, probes=(probe,))


def token_mac(plain: str, domain: str) -> Mask:
    """Another hardware address, one to one."""
    extra = ", type='macaddr8'" if plain == "macaddr8" else ""
    sample = "02:00:00:ff:fe:00:00:01" if extra else "02:00:00:00:00:01"
    probe = f"case when {{c}} is not null then '{sample}'::{plain} end"
    return Mask("token_mac", _entity(None, domain) + extra, "yes", by_value=True, probes=(probe,))


def shifted(plain: str, entity: str) -> Mask:
    """A date moved by the days of its entity."""
    if plain == "date":
        return Mask("shift_date", f"{_entity(entity)}, days=30", probes=("{c} + 30", "{c} - 30"))
    moved = ("{c} + interval '30 days'", "{c} - interval '30 days'")
    return Mask("shift_timestamp", f"{_entity(entity)}, days=30", probes=moved)


def year_only() -> Mask:
    """The first day of the year."""
    return Mask("year_only", keyed=False, probes=("date_trunc('year', {c}::timestamp)",))


def noise(entity: str | None) -> Mask:
    """A number moved by up to ten per cent."""
    return Mask(
        "add_noise",
        _entity(entity) or "percent=10",
        by_value=entity is None,
        probes=("{c} * 1.1", "{c} * 0.9"),
    )


def moved_place(entity: str, latitude: str | None = None) -> Mask:
    """A latitude moved by up to five kilometres, or the longitude that goes with one."""
    beside = f", latitude={jinja_text(latitude)}" if latitude else ""
    return Mask("mask_geo", _entity(entity) + beside, probes=("{c} + 0.05", "{c} - 0.05"))


def simple(macro: str, arguments: str = "", *, probe: str = "{c}", by_value: bool = False) -> Mask:
    """Any other mask of one column."""
    return Mask(macro, arguments, by_value=by_value, probes=(probe,))


def sql(expression: str, probe: str, facts: str) -> Mask:
    """A mask in plain SQL; facts as a Jinja mapping."""
    return Mask(
        "mask_sql", f"{_quoted_sql(expression)}, {facts}", length=SAME, keyed=False, probes=(probe,)
    )
