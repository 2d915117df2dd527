"""A class for each column, proposed from names, types, comments and keys; no row is read.

What leaves as it is has to be named like something harmless: a category, a code, a number, the name
of a thing. That its values are few, or that its table is small, proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tdm.counted import counted
from tdm.scaffold import words as w
from tdm.scaffold.catalog import Catalog, Column, Table
from tdm.scaffold.names import singular, words

FEW = 24
"""Up to this many distinct values a text named like a category is one."""

_NUMBERS = frozenset({"int2", "int4", "int8", "numeric", "float4", "float8", "money"})
_WHOLE = frozenset({"int2", "int4", "int8"})
_DATES = frozenset({"date", "timestamp", "timestamptz"})
_HARMLESS = frozenset(
    {"bool", "time", "timetz", "interval", "oid", "char", "pg_lsn", "xid", "xid8", "cid", "tid"}
    | {"bit", "varbit", "regclass", "regtype", "regproc", "regnamespace", "regrole", "money"}
)
_ORDER = ("credential", "direct", "sensitive", "free_text", "quasi", "technical", "none")
_SHAPES = frozenset({"point", "box", "circle", "line", "lseg", "path", "polygon"})


@dataclass(frozen=True)
class Proposal:
    """What a column holds, as far as names tell.

    `label` is the class of the specification, None where nobody can tell; `kind` says more
    closely what it is and decides the mask; `why` is the reason, in a few words.
    """

    label: str | None
    kind: str
    why: str = ""


def person_weight(table: Table) -> int:
    """How much a table is about people: 3 for customers, 2 for people, 1 for staff, 0 for none."""
    parts = [singular(part) for part in words(table.name)]
    weights = [w.PERSON_TABLES[part] for part in parts if part in w.PERSON_TABLES]
    # The last word says what a row is: `customer` in customer_groups does not make a person.
    last = parts[-1] if parts else ""
    if last in w.PERSON_TABLES:
        return max(weights)
    kinds = _kinds_by_name(table)
    if {"first_name", "last_name"} <= kinds or (
        "birth" in kinds and kinds & {"full_name", "first_name", "last_name", "email", "phone"}
    ):
        return max([1, *weights])
    if "email" in kinds and kinds & {"password", "password_hash", "phone", "full_name"}:
        return max([1, *weights])
    return 0


def is_lookup(table: Table) -> bool:
    """Whether the table is reference data or configuration, by its name."""
    parts = words(table.name)
    return bool(parts) and parts[-1] in w.LOOKUP_WORDS and person_weight(table) == 0


def is_thing(table: Table) -> bool:
    """Whether the rows of a table are things with names of their own, by its name."""
    parts = [singular(part) for part in words(table.name)]
    if not parts or person_weight(table) > 0:
        return False
    if w.matches(w.SECRET_TABLES, parts):
        return False
    last = parts[-1]
    return bool({last, words(table.name)[-1]} & w.THING_TABLES) or last.endswith(w.THING_ENDINGS)


def holds_pairs(table: Table) -> bool:
    """Whether rows are names with values of any kind: settings, options, attributes."""
    own = words(table.name)
    parts = {singular(part) for part in own}
    if parts & w.PAIR_TABLES or (own and own[-1].endswith(w.PAIR_ENDINGS)):
        return True
    values = [column for column in table.columns if is_value(column)]
    return bool(values) and any(
        not w.PAIR_KEYS.isdisjoint(words(column.name))
        for column in table.columns
        if column not in values
    )


def is_value(column: Column) -> bool:
    """Whether a column is called a value, which says nothing about what it holds."""
    parts = words(column.name)
    return not w.VALUES.isdisjoint(parts) and not w.is_category(w.CATEGORY, parts)


def is_spelled_out(table: Table, column: Column) -> bool:
    """Whether a CHECK, or partitions, list all values of a text, so that the schema shows them."""
    if column.name == table.listed:
        return True
    expressions = [c.expression for c in table.checks if c.columns == (column.name,)]
    return any(_LIST.fullmatch(text) for text in (*expressions, *column.type.all_checks))


_TEXT = r"\(*'(?:[^']|'')*'(?:::[\w \"]+(?:\(\d+\))?)?\)*"
_LIST = re.compile(
    r"\(*(?:VALUE|[\w$]+|\"(?:[^\"]|\"\")+\")\)*(?:::[\w ]+)?\)* = "
    rf"(?:ANY \(+ARRAY\[{_TEXT}(?:, {_TEXT})*\]\)*(?:::[\w ]+\[\])?\)*|{_TEXT})\)*"
)
"""A comparison of one column with a list of literals, as PostgreSQL prints it."""


def propose(catalog: Catalog, table: Table, column: Column, *, catalogue: bool) -> Proposal:
    """The class of one column that is no part of a foreign key.

    Args:
        catalog: the whole database, for the names of other tables.
        table: the table of the column.
        column: the column.
        catalogue: whether the table is kept whole, or only pointed at, and not about people;
            names and descriptions of things are harmless there.

    Returns:
        The proposal; its label is None where names do not decide.
    """
    parts = _own_words(table, column)
    plain = column.type.plain
    if column.type.kind == "array" or plain.kind == "array":
        return _of_array(catalog, table, column, parts, catalogue)
    if plain.kind == "enum":
        if w.matches(w.SENSITIVE, parts):
            return Proposal("sensitive", "category", "name")
        return Proposal(
            "none" if not w.matches(w.GENDER, parts) else "quasi", "category", "an enum"
        )
    if plain.kind in ("range", "multirange"):
        return Proposal("none", "range", "a range")
    if column.type.is_text:
        return _of_text(catalog, table, column, parts, catalogue)
    if plain.name in ("json", "jsonb"):
        return Proposal("free_text", "json", "documents hold anything")
    if plain.name in ("hstore", "xml"):
        return Proposal("free_text", plain.name, "documents hold anything")
    if plain.kind == "composite" and plain.fields:
        return _of_composite(catalog, table, column, catalogue)
    if plain.name == "oid" and (catalog.large_objects or column.type.name == "lo"):
        return Proposal("free_text", "large_object", "the number of a large object")
    if plain.name in ("tsvector", "tsquery"):
        return Proposal("free_text", "tsvector", "holds the words of other columns")
    if plain.name == "bytea":
        if w.matches(w.CREDENTIAL_HASH, parts) or _is_secret(table, parts):
            return Proposal("credential", "bytes", "name")
        label = "direct" if w.matches(w.PHOTO, parts) else "free_text"
        return Proposal(label, "bytes", "a file or a picture")
    if plain.name in ("inet", "cidr"):
        return Proposal("direct", "ip", "type")
    if plain.name in ("macaddr", "macaddr8"):
        return Proposal("direct", "mac", "type")
    if plain.name == "uuid":
        if _is_secret(table, parts):
            return Proposal("credential", "uuid", "name")
        return Proposal("technical", "uuid", "type")
    if plain.name in _NUMBERS:
        return _of_number(catalog, table, column, parts)
    if plain.name in _DATES:
        if w.matches(w.BIRTH, parts):
            return Proposal("quasi", "birth", "name")
        if w.matches(w.PERSONAL_DATES, parts):
            return Proposal("quasi", "personal_date", "name")
        if is_value(column) and holds_pairs(table):
            return Proposal(None, "date", "a value of any kind: only its row tells what it holds")
        return Proposal("none", "date", "a date or time")
    if plain.name in _SHAPES:
        return Proposal("quasi", "shape", "a place")
    if plain.name == "bool" and w.matches(w.SENSITIVE, parts) and not catalogue:
        return Proposal("sensitive", "flag", "name")
    if plain.name in _HARMLESS:
        return Proposal("none", "plain", "type")
    return Proposal(None, "unknown_type", f"no rule for type {column.type.text}")


def _of_text(
    catalog: Catalog, table: Table, column: Column, parts: list[str], catalogue: bool
) -> Proposal:
    by_name = _text_kind(table, parts)
    person = person_weight(table) > 0
    thing = catalogue and is_thing(table)
    length = column.type.plain.length
    if thing and by_name == "full_name" and w.matches(w.DISPLAY_NAME, parts):
        by_name = ""
    if by_name in ("city", "street", "postcode") and thing and not _is_address(table):
        return Proposal("none", "label", "places of a catalogue")
    if by_name:
        return Proposal(_LABELS[by_name], by_name, "name")
    if w.matches(w.LABEL, parts) and parts[0] == "name" and person:
        return Proposal("direct", "full_name", "the name of a person")
    if is_spelled_out(table, column):
        return Proposal("none", "category", "the schema lists its values")
    if is_value(column):
        return Proposal(None, "text", "a value of any kind: only its row tells what it holds")
    if _points_by_name(catalog, parts):
        return Proposal("technical", "key", "an identifier of another table")
    if parts and parts[-1] in ("id", "ids", "uid", "ref") and len(parts) > 1:
        return Proposal("technical", "key", "an identifier")
    if w.matches(w.HASHES, parts):
        return Proposal("technical", "key", "an identifier")
    if (length or (1 if column.type.plain.name == "bpchar" else 99)) <= 3:
        return Proposal("none", "category", "a short code")
    if w.is_category(w.PLACES, parts):
        label = "quasi" if person or _is_address(table) else "none"
        kind = "region" if label == "quasi" and w.is_category(w.REGION, parts) else "category"
        return Proposal(label, kind, "shared by many")
    if w.is_category(w.CODES, parts):
        return Proposal("none", "category", "a code")
    category = w.is_category(w.CATEGORY, parts) or (
        parts[-1:] and parts[-1] in w.NAME_HEADS and w.is_category(w.CATEGORY, parts[:-1])
    )
    if category and (thing or _few_values(column)):
        return Proposal("none", "category", "name")
    written = w.matches(w.FREE_TEXT, parts)
    if _few_codes(column) and not (person or written or _says_who(parts)):
        codes = counted(column.distinct or 0, "distinct code")
        why = f"{codes} in {counted(column.filled or 0, 'row')}"
        return Proposal("none", "category", why)
    if thing and w.matches(w.LABEL, parts) and not written:
        return Proposal("none", "label", "the name of a thing")
    if catalogue and w.PAIR_KEYS & set(parts) and any(map(is_value, table.columns)):
        return Proposal("none", "label", "the name of a value")
    if w.matches(w.IDENTIFIERS, parts[-2:]) and (length is None or length <= 128):
        return Proposal("technical", "key", "the code of a row")
    if written:
        return Proposal("free_text", "free_text", "name")
    if w.matches(w.LABEL, parts):
        return Proposal("free_text", "label", "a text that people write")
    if column.comment:
        said = _text_kind(table, words(column.comment))
        if said in ("email", "phone", "national_id", "iban", "card", "password", "secret"):
            return Proposal(_LABELS[said], said, "comment")
    return Proposal(None, "text", "the name does not tell what it holds")


def _says_who(parts: list[str]) -> bool:
    """Whether a name speaks of somebody: handled_by, sent_to, agent."""
    who = {"by", "to", "from", "with", "for", "who", "whom"}
    return parts[-1] in who or any(singular(part) in w.PERSON_TABLES for part in parts)


def _own_words(table: Table, column: Column) -> list[str]:
    """The words of a column's name without the prefix that all columns of its table have."""
    parts = words(column.name)
    first = {tuple(words(c.name)[:1]) for c in table.columns}
    short = all(len(words(c.name)) > 1 for c in table.columns)
    if len(first) == 1 and short and len(table.columns) > 2:
        return parts[1:]
    return parts


def _text_kind(table: Table, parts: list[str]) -> str:
    """What a text column holds by its own name, or nothing."""
    last = parts[-1] if parts else ""
    if parts and parts[0] in w.FLAGS:
        return ""
    if w.matches(w.CREDENTIAL_HASH, parts):
        return "password_hash"
    if last not in w.NOT_SECRET_ENDINGS:
        if w.matches(w.PASSWORD, parts):
            return "password"
        if _is_secret(table, parts):
            return "secret"
    if last in w.NOT_SECRET_ENDINGS - {"name", "label", "at", "on", "min", "max", "set", "level"}:
        return ""
    if len(parts) == 1 and last in w.ONE_WORD_NAMES:
        return w.ONE_WORD_NAMES[last]
    if len(parts) == 1 and last in w.ONE_WORD_NAMES_OF_PEOPLE and person_weight(table) > 0:
        return w.ONE_WORD_NAMES_OF_PEOPLE[last]
    if len(parts) > 1 and last == "by" and parts[0] not in ("group", "order", "sort", "partition"):
        return "login"
    if last in w.ROLES_OF_PEOPLE:
        return "full_name"
    described = last in ("template", "subject", "body", "text", "template_id", "title", "format")
    checks = (
        ("ip", w.IP),
        ("mac", w.MAC),
        ("user_agent", w.USER_AGENT),
        ("iban", w.IBAN),
        ("card", w.CARD),
        ("last_four", w.LAST_FOUR),
        ("national_id", w.NATIONAL_ID),
        ("email", w.EMAIL),
        ("phone", w.PHONE),
        ("initials", w.INITIALS),
        ("login", w.LOGIN),
        ("last_name", w.LAST_NAME),
        ("first_name", w.FIRST_NAME),
        ("full_name", w.FULL_NAME),
        ("birth", w.BIRTH),
        ("job", w.JOB),
        ("company", w.COMPANY),
        ("gender", w.GENDER),
        ("sensitive", w.SENSITIVE),
        ("postcode", w.POSTCODE),
        ("street", w.STREET),
        ("city", w.CITY),
        ("money", w.MONEY),
        ("url", w.URL),
        ("geo", w.GEO),
    )
    if described:
        return "job" if last == "title" and w.matches(w.JOB, parts) else ""
    for kind, phrases in checks:
        if w.matches(phrases, parts):
            if kind == "street" and w.NOT_STREET & set(parts):
                return "url" if {"web", "url", "host"} & set(parts) else "secret"
            if kind == "gender" and person_weight(table) == 0 and "name" in parts:
                continue
            return kind
    return ""


_LABELS = {
    "password_hash": "credential",
    "password": "credential",
    "secret": "credential",
    "ip": "direct",
    "mac": "direct",
    "user_agent": "direct",
    "iban": "direct",
    "card": "direct",
    "last_four": "quasi",
    "national_id": "direct",
    "email": "direct",
    "phone": "direct",
    "login": "direct",
    "initials": "direct",
    "last_name": "direct",
    "first_name": "direct",
    "full_name": "direct",
    "birth": "quasi",
    "job": "quasi",
    "company": "quasi",
    "gender": "quasi",
    "sensitive": "sensitive",
    "postcode": "quasi",
    "street": "direct",
    "city": "quasi",
    "money": "sensitive",
    "url": "direct",
    "geo": "quasi",
}


def _of_number(catalog: Catalog, table: Table, column: Column, parts: list[str]) -> Proposal:
    plain = column.type.plain
    last = parts[-1] if parts else ""
    if is_value(column) and holds_pairs(table):
        return Proposal(None, "number", "a value of any kind: only its row tells what it holds")
    if parts and (parts[0] in w.FLAGS or last in ("count", "length", "number_of", "total")):
        return Proposal("none", "number", "a count")
    if last not in w.NOT_SECRET_ENDINGS and (
        w.matches(w.PASSWORD, parts) or w.matches(w.SECRET, parts)
    ):
        return Proposal("credential", "secret_number", "name")
    for kind, phrases in (("national_id", w.NATIONAL_ID), ("card", w.CARD), ("phone", w.PHONE)):
        if w.matches(phrases, parts) and (last != "id" or kind == "national_id"):
            return Proposal("direct", f"{kind}_number", "name")
    if w.matches(w.MONEY, parts):
        return Proposal("sensitive", "money", "name")
    if w.matches(w.GEO, parts):
        if person_weight(table) or _is_address(table) or not is_lookup(table):
            return Proposal("quasi", "geo", "a place")
        return Proposal("none", "number", "a place of a catalogue")
    if plain.name in _WHOLE or (plain.name == "numeric" and last == "id"):
        if w.matches(w.AUDIT_COLUMNS, parts):
            return Proposal("technical", "key", "says who touched the row")
        if len(parts) > 1 and last in ("id", "ids", "fk", "uid"):
            if f"{'_'.join(parts[:-1])}_type" in _siblings(table):
                return Proposal(
                    None, "polymorphic", "points at a table that another column names: declare it"
                )
            return Proposal("technical", "key", "an identifier")
        if (
            len(parts) == 1
            and parts[0].endswith("id")
            and len(parts[0]) > 4
            and plain.name != "int2"
        ):
            return Proposal("technical", "key", "an identifier")
        if person_weight(table) and last in ("no", "nr", "num", "number") and column.distinct != 1:
            return Proposal("technical", "key", "a number of somebody")
        if parts == ["id"] and column.name in table.key:
            return Proposal("technical", "key", "a part of the key")
    # Beside a period, a key is still one: emp in primary key (emp, during without overlaps).
    if [name for name in table.key if not _is_range(table, name)] == [column.name]:
        return Proposal("technical", "key", "the key")
    return Proposal("none", "number", "a number")


def fields(column: Column) -> list[Column]:
    """The fields of a composite column, or of the elements of an array, as columns."""
    plain = column.type.plain
    if plain.element is not None:
        plain = plain.element.plain
    return [Column(name, number, type_) for number, (name, type_) in enumerate(plain.fields)]


def strictest(labels: Iterable[str | None]) -> str:
    """The class of what has parts of several classes; what nobody can tell may be anything."""
    return min((label or "free_text" for label in labels), key=_ORDER.index, default="none")


def _of_composite(catalog: Catalog, table: Table, column: Column, catalogue: bool) -> Proposal:
    """A composite value, or an array of them: what its strictest field is."""
    kind = "composite_array" if column.type.plain.kind == "array" else "composite"
    found = [propose(catalog, table, field, catalogue=catalogue) for field in fields(column)]
    label = strictest(one.label for one in found)
    return Proposal(label, kind, "by its fields")


def _of_array(
    catalog: Catalog, table: Table, column: Column, parts: list[str], catalogue: bool
) -> Proposal:
    plain = column.type.plain
    element = plain.element.plain if plain.element else plain
    if element.kind == "enum" or element.name in _HARMLESS | _DATES:
        return Proposal("none", "plain_array", "type")
    singulars = [singular(part) for part in parts]
    if element.name in _NUMBERS:
        one = _of_number(catalog, table, column, singulars)
        if one.label not in ("none", "technical"):
            return Proposal(one.label, "array", one.why)
        if parts and parts[-1] == "ids":
            return Proposal("technical", "array", "identifiers")
        return Proposal("none", "plain_array", "numbers")
    if plain.element is not None and plain.element.is_text:
        inner = _text_kind(table, singulars)
        if inner:
            return Proposal(_LABELS[inner], "array", "name")
        if is_value(column):
            return Proposal(None, "array", "values of any kind: only the row tells what they are")
        if w.is_category(w.CATEGORY, singulars) or w.is_category(w.CODES, singulars):
            return Proposal("none", "plain_array", "labels")
        return Proposal("free_text", "array", "texts")
    if element.name == "uuid":
        return Proposal("technical", "array", "identifiers")
    if element.kind == "composite" and element.fields:
        return _of_composite(catalog, table, column, catalogue)
    if element.name in ("inet", "cidr"):
        return Proposal("direct", "array", "type")
    if element.name in ("json", "jsonb", "bytea", "hstore", "xml"):
        return Proposal("free_text", "array", "documents hold anything")
    return Proposal(None, "unknown_type", f"no rule for type {column.type.text}")


def _is_secret(table: Table, parts: list[str]) -> bool:
    if w.matches(w.SECRET, parts):
        return True
    table_parts = [singular(part) for part in words(table.name)]
    return w.matches(w.SECRET_TABLES, table_parts) and parts in (
        ["value"],
        ["key"],
        ["code"],
        ["id"],
        ["hash"],
        ["data"],
        ["prefix"],
        ["payload"],
    )


def _is_address(table: Table) -> bool:
    return w.matches(w.ADDRESS_TABLES, [singular(part) for part in words(table.name)])


def _few_values(column: Column) -> bool:
    """Whether a column named like a category has few values, or nobody knows how many."""
    if not column.distinct or not column.filled:
        return True
    again = column.filled >= 2 * column.distinct
    return column.distinct <= 5 or (column.distinct <= FEW and (again or bool(column.coded)))


def _few_codes(column: Column) -> bool:
    """Whether the rows repeat a few codes of a program again and again."""
    if not column.distinct or not column.filled or not column.coded:
        return False
    return column.distinct <= FEW and column.filled >= 10 * column.distinct


def _points_by_name(catalog: Catalog, parts: list[str]) -> bool:
    if len(parts) < 2 or parts[-1] not in ("id", "uuid", "key", "no"):
        return False
    stem = "_".join(parts[:-1])
    return any(
        stem in ("_".join(words(table.name)), "_".join(singular(p) for p in words(table.name)))
        for table in catalog.tables.values()
    )


def _is_range(table: Table, name: str) -> bool:
    return table.column(name).type.plain.kind in ("range", "multirange")


def _siblings(table: Table) -> set[str]:
    return {"_".join(words(column.name)).removesuffix("_id") for column in table.columns}


def _kinds_by_name(table: Table) -> set[str]:
    """What the text columns of a table hold by their names; used before anything is decided."""
    kinds = set()
    for column in table.columns:
        parts = _own_words(table, column)
        if w.matches(w.CREDENTIAL_HASH, parts):
            kinds.add("password_hash")
        for kind, phrases in (
            ("password", w.PASSWORD),
            ("email", w.EMAIL),
            ("phone", w.PHONE),
            ("last_name", w.LAST_NAME),
            ("first_name", w.FIRST_NAME),
            ("full_name", w.FULL_NAME),
        ):
            if column.type.is_text and w.matches(phrases, parts):
                kinds.add(kind)
        if w.matches(w.BIRTH, parts):
            kinds.add("birth")
    return kinds
