"""What names say: which keys a column could point at, and how sure its name makes us of it.

Plain integers include each other by chance, so for them a name has to say so before anything is
counted. Strength: from 90 on the name leaves no doubt, from 60 on it is a good reason, below it
is a guess that only unlikely values prove.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tdm.scaffold.catalog import Catalog, Column, Table
from tdm.scaffold.classes import person_weight
from tdm.scaffold.discover.comparing import family
from tdm.scaffold.discover.model import Key, Likeness, single_keys
from tdm.scaffold.names import singular, words
from tdm.scaffold.words import PERSON_TABLES

IDS = frozenset("id ids uuid uuids guid uid key keys fk ref pk oid sk".split())
"""Endings that say `a key of`, whichever it is."""

_CODES = frozenset("no nr num number code codes iso cd nummer numero cod codigo".split())
_SAME = {
    **dict.fromkeys("no nr num number nummer numero".split(), "number"),
    **dict.fromkeys("code cod cd codigo".split(), "code"),
}
"""Endings that say the same: customer_no and customer_number."""
_GLUED = ("nummer", "uuid", "guid", "code", "key", "ids", "id", "fk", "sk", "nr")
_LEADING = frozenset("id fk cod codigo uuid".split())
_RUN_ON = 6
"""Letters of a key's name that end a name without separators: billtoaddressid."""
_GENERIC = frozenset(
    """
    name title slug label value type status state position rank level version sort order seq
    sequence hash token path url uri description text kind tag flag data date host port ip
    """.split()
)
_ORDINAL = frozenset(
    """
    order position rank level sort sequence number count line version page year month day index
    size priority score weight quantity amount total stage step
    """.split()
)
_TABLE_WORDS = frozenset("tbl tb tab table t dim fact fct lkp lu mst master app sys".split())
_SYNONYMS = {"nationality": "country", "citizenship": "country", "lang": "language"}
_ABBREVIATIONS = {
    "dept": "department",
    "acct": "account",
    "usr": "user",
    "msg": "message",
    "grp": "group",
    "mgr": "manager",
    "txn": "transaction",
    "trx": "transaction",
    "pmt": "payment",
    "svc": "service",
    "pkg": "package",
    "img": "image",
    "loc": "location",
    "doc": "document",
}
_SELF = frozenset(
    """
    parent root ancestor predecessor successor previous prev next original duplicateof duplicate
    replyto inreplyto repliedto replaces replacedby supersedes supersededby mergedinto splitfrom
    canonical parentof childof copiedfrom clonedfrom forkedfrom
    """.split()
)
_SELF_PERHAPS = frozenset("template source main master related linked basedon".split())
_ABOVE = frozenset("manager supervisor boss superior reportsto reportingto lead chief".split())
_BROUGHT = frozenset("referredby invitedby recommendedby referrer inviter sponsor mentor".split())
_STAFF = frozenset(
    """
    rep salesrep supportrep agent handler cashier seller salesperson advisor consultant
    """.split()
)
_SOMEBODY = frozenset(
    """
    author owner creator editor reviewer approver assignee assigned reporter requester requestor
    sender recipient responsible updater modifier uploader assignedto create write
    """.split()
)
_USERS = frozenset("user account usr person people".split())
_WORKERS = frozenset("employee staff worker agent personnel operator admin".split())


@dataclass(frozen=True)
class Vocabulary:
    """The names of a database, made ready for looking them up."""

    catalog: Catalog
    tables: Mapping[str, tuple[tuple[str, bool], ...]]
    """Tables by their name as one singular word; True where a prefix was left out."""
    names_of: Mapping[str, tuple[str, ...]]
    """The names of each table, the whole one first."""
    keys: Mapping[str, tuple[Key, ...]]
    """Single keys by their name as one word."""
    keys_of: Mapping[str, tuple[Key, ...]]
    """The single keys of each table, the primary key first."""
    weights: Mapping[str, int]
    """How much each table is about people."""


@dataclass(frozen=True)
class Parts:
    """A name taken apart: `ship_address_id_old` is ship address, id, old."""

    stem: tuple[str, ...]
    ending: str
    rest: tuple[str, ...] = ()


def vocabulary(catalog: Catalog) -> Vocabulary:
    """Make the names of a database ready for looking them up."""
    first = Counter(words(table.name)[0] for table in catalog.tables.values() if words(table.name))
    tables: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    names_of: dict[str, tuple[str, ...]] = {}
    keys: dict[str, list[Key]] = defaultdict(list)
    keys_of: dict[str, tuple[Key, ...]] = {}
    for name, table in catalog.tables.items():
        names = _table_names(table, first)
        names_of[name] = names
        for place, text in enumerate(names):
            tables[text].append((name, place > 0))
        found = [key for key in single_keys(table) if _family(table, key.columns[0])]
        found = [*found, *_undeclared(table, names, found)]
        keys_of[name] = tuple(found)
        for key in found:
            keys["".join(own_words(table, key.columns[0]))].append(key)
    return Vocabulary(
        catalog,
        {text: _whole_first(found) for text, found in tables.items()},
        names_of,
        {text: tuple(found) for text, found in keys.items()},
        keys_of,
        {name: person_weight(table) for name, table in catalog.tables.items()},
    )


def _whole_first(found: list[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    """Tables of a name: where one has it whole, those that end in it are others."""
    whole = tuple(entry for entry in found if not entry[1])
    return whole or tuple(found)


def own_words(table: Table, column: str) -> list[str]:
    """The words of a column's name without the prefix that all columns of its table have."""
    parts = words(column)
    first = {tuple(words(c.name)[:1]) for c in table.columns}
    if len(first) == 1 and len(table.columns) > 1:
        shared = next(iter(first))
        if all(len(words(c.name)) > 1 for c in table.columns) and shared == tuple(parts[:1]):
            return parts[1:]
    return parts


def take_apart(parts: Sequence[str]) -> Parts:
    """Stem, ending and rest of a name; without an ending, all of it is stem."""
    for place in range(len(parts) - 1, -1, -1):
        word = parts[place]
        rest = tuple(parts[place + 1 :])
        if len(rest) > 2:
            break
        if word in IDS | _CODES:
            stem = tuple(parts[:place])
            if stem or not rest:
                return Parts(_without_pointer(stem), _one(word), rest)
            continue
        for ending in _GLUED:
            if word.endswith(ending) and len(word) >= len(ending) + 2:
                return Parts((*parts[:place], word[: -len(ending)]), _one(ending), rest)
    if len(parts) > 1 and parts[0] in _LEADING:  # id_cliente
        return Parts(tuple(parts[1:]), parts[0])
    if len(parts) == 1 and parts[0].startswith(("id", "fk")) and len(parts[0]) > 4:
        return Parts((parts[0][2:],), parts[0][:2])
    return Parts(tuple(parts), "")


def likely(
    known: Vocabulary, table: Table, parts: Sequence[str], kind: str, type_name: str
) -> dict[Key, Likeness]:
    """The keys that a name could mean.

    Args:
        known: the names of the database.
        table: the table that holds the values.
        parts: the words of the name.
        kind: the family of the values' type.
        type_name: that type's own name.

    Returns:
        For each such key how likely it is.
    """
    found: dict[Key, Likeness] = {}
    if is_own_key(known, table, parts):
        return found
    for key, likeness in _all(known, table, list(parts), kind, type_name):
        if key not in found or found[key].strength < likeness.strength:
            found[key] = likeness
    if not any(likeness.strength >= 60 for likeness in found.values()):
        for key, likeness in _abbreviated(known, table, parts, kind):
            found.setdefault(key, likeness)
    return found


def is_own_key(known: Vocabulary, table: Table, parts: Sequence[str]) -> bool:
    """Whether a name is that of the table's own key: customer_id of customers."""
    taken = take_apart(parts)
    stem = _singular(taken.stem)
    if not taken.ending or taken.rest or stem not in known.names_of[table.id]:
        return False
    keys = {"".join(own_words(table, key.columns[0])) for key in known.keys_of[table.id]}
    return "".join(parts) in keys


def from_comment(known: Vocabulary, table: Table, column: Column) -> dict[Key, Likeness]:
    """The keys that a column's comment names."""
    found: dict[Key, Likeness] = {}
    if not column.comment:
        return found
    said = _SAYS.search(column.comment)
    if said:
        for token in _TOKEN.findall(column.comment[said.end() :])[:6]:
            for key in _named(known, [part.strip('"') for part in token.split(".")]):
                found[key] = Likeness(90, "its comment names the table")
    of = _KEY_OF.search(column.comment)
    if of and not found:
        follows = [singular(word) for word in words(of.group(1))]
        for size in range(min(3, len(follows)), 0, -1):
            for name, _ in known.tables.get("".join(follows[:size]), ()):
                for key in known.keys_of[name]:
                    found[key] = Likeness(75, "its comment names the table")
            if found:
                break
    return {key: like for key, like in found.items() if key.columns != (column.name,)}


_SAYS = re.compile(
    r"\b(references?|refers to|foreign key|fk|points? (?:at|to)|links? to|verweist auf"
    r"|fremdschl[^ ]*|cl[eé] [eé]trang[eè]re)\b|->|→",
    re.IGNORECASE,
)
_KEY_OF = re.compile(
    r"\b(?:id|key|identifier|number|code) of (?:the |an? |its )?([\w ]{1,40})", re.IGNORECASE
)
_TOKEN = re.compile(r'[\w"]+(?:\.[\w"]+)*')


def _named(known: Vocabulary, path: list[str]) -> list[Key]:
    """The keys of a table, or the one of a column, written with dots."""
    found = []
    for name, table in known.catalog.tables.items():
        for spelled, rest in (
            ([table.schema, table.name], path[2:]),
            ([table.name], path[1:]),
        ):
            if [part.lower() for part in path[: len(spelled)]] == [p.lower() for p in spelled]:
                keys = known.keys_of[name]
                found += [k for k in keys if not rest or k.columns == (rest[0],)]
                break
    return found


def _all(
    known: Vocabulary, table: Table, parts: list[str], kind: str, type_name: str
) -> Iterator[tuple[Key, Likeness]]:
    yield from _after_the_key(known, table, parts, kind)
    taken = take_apart(parts)
    yield from _after_the_table(known, table, taken, kind)
    yield from _table_and_key(known, table, parts)
    if len(parts) == 1:
        yield from _run_on(known, parts[0])
    yield from _table_alone(known, table, parts, kind)
    yield from _roles(known, table, taken, type_name)
    last = taken.stem[-1] if taken.stem else ""
    if last in _SYNONYMS:
        other = Parts((*taken.stem[:-1], _SYNONYMS[last]), taken.ending, taken.rest)
        yield from _after_the_table(known, table, other, kind)
        if not taken.ending:
            yield from _table_alone(known, table, list(other.stem), kind)


def _after_the_key(
    known: Vocabulary, table: Table, parts: list[str], kind: str
) -> Iterator[tuple[Key, Likeness]]:
    """The name ends in the name of a key: itemid, master_itemid, billing_email."""
    for start in range(len(parts)):
        name = "".join(parts[start:])
        keys = known.keys.get(name, ())
        taken = take_apart(parts[start:])
        stem = _singular(taken.stem)
        if not stem or name in _GENERIC:
            continue
        homes = _homes(known, keys, stem, kind)
        for key in keys:
            itself = key.table == table.id
            if itself and (start == 0 or (not taken.ending and not _is_self(parts[:start]))):
                continue
            if key in homes:
                strength = 100 if stem in known.names_of[key.table] else 94
            else:
                strength = 35 if homes else 78
            strength -= 1 if kind == "text" else 0
            if kind == "number" and not taken.ending:
                strength = 58  # no name of a key: seconds, for instance
            by_name = stem in known.names_of[key.table]
            if start == 0 and not by_name and any(k.table == table.id for k in keys):
                # A key here as well: siblings, perhaps, and small numbers prove nothing.
                strength = 55 if kind == "number" else min(strength, 66)
            text = "it has the name of the key" if start == 0 else "it ends in the key's name"
            yield key, Likeness(strength - _shorter(start), text)


def _run_on(known: Vocabulary, name: str) -> Iterator[tuple[Key, Likeness]]:
    """The name ends in a key's name without any sign between: shiptoaddressid."""
    for start in range(2, len(name) - _RUN_ON + 1):
        keys = known.keys.get(name[start:], ())
        taken = take_apart([name[start:]])
        if keys and taken.ending and taken.stem:
            for key in _homes(known, keys, _singular(taken.stem), ""):
                yield key, Likeness(70, "it ends in the key's name")
            return
        if taken.ending in IDS and len(taken.stem) == 1 and len(taken.stem[0]) >= _RUN_ON - 1:
            found = [
                key
                for other, short in known.tables.get(_singular(taken.stem), ())
                for key in known.keys_of[other]
                if key.primary and not short
            ]
            if found:
                for key in found:
                    yield key, Likeness(66, "it ends in the table's name")
                return


def _homes(known: Vocabulary, keys: Sequence[Key], stem: str, kind: str) -> list[Key]:
    """Where keys of one name live: in the table of that name, else in the one with most rows.

    Natural keys (email) live in many tables, each in its own right, unless all but one of them
    are references to it.
    """
    ends = {(key.table, key.columns) for key in keys}
    led = {
        (r.table, r.columns)
        for key in keys
        for r in known.catalog.references_from.get(key.table, ())
        if r.plain and (r.to, r.to_columns) in ends
    }
    keys = [key for key in keys if (key.table, key.columns) not in led] or keys
    named = [key for key in keys if stem in known.names_of[key.table]]
    if named or len(keys) < 2:
        return named or list(keys)
    if kind == "text":
        return []
    *_, second, first = sorted(keys, key=lambda key: known.catalog.tables[key.table].rows)
    more = known.catalog.tables[first.table].rows > known.catalog.tables[second.table].rows
    return [first] if more else []


def _shorter(start: int) -> int:
    """What a name loses by words before the part that matches: the longer that part, the better."""
    return 14 + start if start else 0


def _is_self(prefix: Sequence[str]) -> bool:
    return "".join(prefix) in _SELF | _SELF_PERHAPS


def _after_the_table(
    known: Vocabulary, table: Table, taken: Parts, kind: str
) -> Iterator[tuple[Key, Likeness]]:
    """The name is a table's and an ending: order_id, ship_address_id, orderid_old."""
    if not taken.ending or not taken.stem:
        return
    for start in range(len(taken.stem)):
        name = _singular(taken.stem[start:])
        within = [
            (other, False)
            for own in known.names_of[table.id]
            for other, _ in known.tables.get(own + name, ())
            if start == 0
        ]
        for exact, tables in ((True, known.tables.get(name, ())), (False, within)):
            for other, short in tables:
                if other == table.id and start == 0 and not taken.rest:
                    continue
                strength = 100 if exact else 97
                strength -= _shorter(start) + (2 if taken.rest else 0)
                if short:
                    strength -= 2 if _same_area(known, table.id, other) else 8
                for key in known.keys_of[other]:
                    less = _misfit(known, key, taken.ending, kind)
                    if less is not None:
                        yield key, Likeness(strength - less, "it is named after the table")


def _misfit(known: Vocabulary, key: Key, ending: str, kind: str) -> int | None:
    """What an ending takes off the strength; None means that it says another key."""
    table = known.catalog.tables[key.table]
    own = take_apart(own_words(table, key.columns[0])).ending
    same = own == ending or (own in _SAME and _SAME[own] == _SAME.get(ending))
    its = _family(table, key.columns[0])
    if ending in IDS:
        return 0 if key.primary or same else 3 if its == kind else None
    return 0 if same or (kind == its == "text" and key.primary) else None


def _table_and_key(
    known: Vocabulary, table: Table, parts: list[str]
) -> Iterator[tuple[Key, Likeness]]:
    """The name is a table's and its key's: country_code for countries.code, region_name."""
    for middle in range(1, len(parts)):
        tail = "".join(parts[middle:])
        if tail in IDS:
            continue
        for start in range(middle):
            name = _singular(parts[start:middle])
            for other, short in known.tables.get(name, ()):
                if other == table.id:
                    continue
                for key in known.keys_of[other]:
                    its = own_words(known.catalog.tables[other], key.columns[0])
                    if "".join(its) == tail:
                        strength = 98 - _shorter(start) - (22 if short else 0)
                        yield key, Likeness(strength, "it is named after table and key")


def _table_alone(
    known: Vocabulary, table: Table, parts: list[str], kind: str
) -> Iterator[tuple[Key, Likeness]]:
    """The name is a table's: category, shipping_country."""
    for start in range(len(parts)):
        name = "".join(parts[start:])
        if kind == "number" and (start or name in _ORDINAL):
            return
        for other, short in known.tables.get(name, ()):
            if other == table.id or (short and kind == "number"):
                continue
            for key in known.keys_of[other]:
                if _family(known.catalog.tables[other], key.columns[0]) != kind:
                    continue
                strength = 82 - (8 if start else 0) - (6 if short else 0)
                strength -= 0 if key.primary else 2
                yield key, Likeness(strength, "it has the table's name")


def _roles(
    known: Vocabulary, table: Table, taken: Parts, type_name: str
) -> Iterator[tuple[Key, Likeness]]:
    """The name says what the other row is to this one: parent_id, reports_to, created_by."""
    if taken.ending and taken.ending not in IDS:
        return
    role, last = "".join(taken.stem), taken.stem[-1] if taken.stem else ""
    weight = known.weights[table.id]
    for key in known.keys_of[table.id]:
        if not _same_type(known, key, type_name) or not (key.primary or key.declared):
            continue
        if role in _SELF or last in ("parent", "root"):
            yield key, Likeness(86, "its name says that it points at its own table")
        elif weight and (role in _BROUGHT or (role in _ABOVE and weight < 3)):
            yield key, Likeness(80, "its name says that it points at its own table")
        elif role in _SELF_PERHAPS:
            yield key, Likeness(55, "its name may say that it points at its own table")
    staff = bool({role, last} & (_STAFF | _ABOVE)) or PERSON_TABLES.get(last) == 1
    if staff or role in _SOMEBODY or last in _SOMEBODY or last == "by":
        for name in sorted(_USERS | _WORKERS):
            strength = 61 if staff and name in _USERS else 63
            for other, _ in known.tables.get(name, ()):
                for key in known.keys_of[other]:
                    if key.primary and _same_type(known, key, type_name):
                        yield key, Likeness(strength, "its name says that it points at somebody")


def _abbreviated(
    known: Vocabulary, table: Table, parts: Sequence[str], kind: str
) -> Iterator[tuple[Key, Likeness]]:
    """The name shortens that of one table, and of no other: cust_id, dept_id, prod_code."""
    taken = take_apart(parts)
    if not taken.ending or not taken.stem:
        return
    short = _singular(taken.stem[-1:])
    long = _ABBREVIATIONS.get(short, "")
    if len(short) < 3:
        return
    tables = {
        other
        for text, found in known.tables.items()
        for other, _ in found
        if other != table.id
        and (text == long or (not long and text.startswith(short)))
        and text in {singular(word) for word in words(known.catalog.tables[other].name)}
    }
    keys = [
        key
        for other in sorted(tables)
        for key in known.keys_of[other]
        if (key.primary or taken.ending not in IDS)
        and _misfit(known, key, taken.ending, kind) is not None
        and _family(known.catalog.tables[other], key.columns[0]) == kind
    ]
    if len(keys) == 1:
        yield keys[0], Likeness(64, "it shortens the table's name")


def _table_names(table: Table, first: Mapping[str, int]) -> tuple[str, ...]:
    """A table's name as one word in the singular, and without a prefix that others have too."""
    parts = words(table.name)
    names = [_singular(parts)]
    shorter = list(parts)
    if len(shorter) > 1 and shorter[-1] in _TABLE_WORDS:
        shorter = shorter[:-1]
    if len(shorter) > 1 and (
        shorter[0] in _TABLE_WORDS
        or first.get(shorter[0], 0) >= 2
        or shorter[0] in words(table.schema)
        or _singular(shorter[:1]) == _singular(shorter[1:])
    ):
        shorter = shorter[1:]
    if shorter != parts:
        names.append(_singular(shorter))
    return tuple(dict.fromkeys(names))


def _undeclared(table: Table, names: tuple[str, ...], found: list[Key]) -> list[Key]:
    """Columns that may be unique though no plain index says so: rows have to say it."""
    declared = {key.columns for key in found}
    partly: set[tuple[str, ...]] = {
        columns
        for index in table.indexes
        # Of a partial index its columns alone: (sku) where deleted_at is null.
        for columns in (index.used, index.columns)
        if len(columns) == 1 and not (index.plain and index.columns)
    }
    for column in () if found else table.columns:
        taken = take_apart(own_words(table, column.name))
        stem = _singular(taken.stem)
        if taken.ending in IDS and not taken.rest and (not stem or stem == names[0]):
            partly.add((column.name,))
    return [
        Key(table.id, columns, declared=False)
        for columns in sorted(partly - declared)
        if _family(table, columns[0])
    ]


def _family(table: Table, column: str) -> str:
    return family(table.column(column).type)


def _same_type(known: Vocabulary, key: Key, type_name: str) -> bool:
    return known.catalog.tables[key.table].column(key.columns[0]).type.plain.name == type_name


def _same_area(known: Vocabulary, one: str, other: str) -> bool:
    """Whether two tables have the same schema and the same first word."""
    a, b = known.catalog.tables[one], known.catalog.tables[other]
    return a.schema == b.schema and words(a.name)[:1] == words(b.name)[:1]


def _singular(parts: Sequence[str]) -> str:
    return "".join(singular(part) for part in parts)


def one_of(parts: Sequence[str]) -> list[str]:
    """The words of a list's name as those of one element: product_skus, orderids, uuids."""
    return [*parts[:-1], *map(singular, parts[-1:])]


def _one(ending: str) -> str:
    return singular(ending) if len(ending) > 3 else ending.removesuffix("s") or ending


def _without_pointer(stem: tuple[str, ...]) -> tuple[str, ...]:
    """Django's `partner_ptr_id` without its `ptr`."""
    return stem[:-1] if len(stem) > 1 and stem[-1] in ("ptr", "fk") else stem
