"""The last look before a dump becomes visible: no canary and no identifying value in it.

Canaries are looked for as bytes, in everything. Identifying values are known here as keyed digests
only, so the text is cut into candidates (tdm.dump.spelling; whole cells, addresses, numbers, words)
and each candidate's digest is looked up: in a filter of fixed size first, then exactly.
A message names objects, never what was found there.
"""

import re
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import psycopg
from psycopg import sql

from tdm.dump.catalog import Table
from tdm.dump.release import Release, build_hint
from tdm.dump.spelling import has_parts, parts, plain, spelled
from tdm.dump.sqltext import Statement, Token, body_text, literal_value, tokens
from tdm.errors import TdmError

SHORTEST = 6  # shorter values are in no table of identifying values: they occur anywhere
_BITS_PER_VALUE = 32
_MOST_BITS = 1 << 30  # 128 MiB
_PENDING = 2000
_REMEMBERED = 4096
_LONGEST_REMEMBERED = 64
_LISTED = 20
_DEEPEST = 3

_WORD = re.compile(r"\w{6,}")
# What stands between blanks, quotes and brackets: a word, a login.
_PIECE = re.compile(r"""[^\s"'{}()\[\],;:=<>\\]{6,}""")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.|"")*)"', re.DOTALL)
_COMPOUND = re.compile(r"""[\s"{}()\[\],;:=<>/|]""")
_COMPOUND_CELL = re.compile(rb"""[\s"'{}()\[\],;:=<>/|\\%&?#]""")
_COPY_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_COPY_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_JSON_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_TRIMMED = ".!?*_-"


@dataclass
class Watch:
    """What is looked for, and what was found."""

    canaries: tuple[str, ...]
    needles: re.Pattern[str]
    key: bytes
    filled: bytearray
    mask: int
    confirm: Callable[[list[int]], set[int]]
    identifiers: frozenset[str]
    pending: dict[int, set[str]] = field(default_factory=dict)
    canary_in: set[str] = field(default_factory=set)
    value_in: set[str] = field(default_factory=set)


def prepare(
    conn: psycopg.Connection[Any], release: Release, target: str, identifiers: frozenset[str]
) -> Watch:
    """Read what must not be found.

    Args:
        conn: a connection that runs no COPY while rows are scanned.
        release: whose environment's scan key counts.
        target: the target's schema prefix.
        identifiers: names that may stand in a function body although they equal a value.

    Raises:
        TdmError: exit 3 when identifying values or their key are not there: nothing could be
            proved then.
    """
    values = sql.Identifier(f"{target}_subset", "identifying_values")
    key = _one(
        conn,
        sql.SQL("select key from tdm_vault.scan_keys where environment = %s"),
        [release.environment],
    )
    count = _one(conn, sql.SQL("select count(*) from {}").format(values), [])
    if key is None or count is None:
        missing = f"{target}_subset.identifying_values" if count is None else "tdm_vault.scan_keys"
        raise TdmError(
            f"{missing} is not there, so the dump cannot be checked for identifying values. "
            + build_hint(release.environment),
            3,
        )
    current = _one(
        conn,
        sql.SQL("select key_id from tdm_vault.environments where environment = %s"),
        [release.environment],
    )
    if current not in (None, release.key_id):
        raise TdmError(
            f"The key of {release.environment} was changed after this release, from "
            f"{release.key_id} to {current}, so the dump cannot be checked for identifying "
            f"values. {build_hint(release.environment)}",
            3,
        )
    bits = 1 << 16
    while bits < min(count * _BITS_PER_VALUE, _MOST_BITS):
        bits <<= 1
    filled, mask = bytearray(bits >> 3), bits - 1
    pages = sql.SQL(
        "select string_agg(int8send(digest), '') from (select digest, row_number() over () / 50000 "
        "as page from {} where not is_word) as pages group by page"
    )
    with conn.transaction(), conn.cursor(name="tdm_identifying", binary=True) as cursor:
        cursor.itersize = 4
        cursor.execute(pages.format(values))
        for (page,) in cursor:
            digests = array("q", page)
            if sys.byteorder == "little":
                digests.byteswap()
            for value in digests:
                place = value & mask
                filled[place >> 3] |= 1 << (place & 7)
    canaries = _read_canaries(conn, target)

    def confirm(digests: list[int]) -> set[int]:
        rows = conn.execute(
            sql.SQL("select distinct digest from {} where digest = any(%s) and not is_word").format(
                values
            ),
            [digests],
        ).fetchall()
        return {row[0] for row in rows}

    return Watch(canaries, needles_of(canaries), bytes(key), filled, mask, confirm, identifiers)


def _one(conn: psycopg.Connection[Any], query: sql.SQL | sql.Composed, arguments: list[Any]) -> Any:
    try:
        row = conn.execute(query, arguments).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return None
    return row[0] if row else None


def _read_canaries(conn: psycopg.Connection[Any], target: str) -> tuple[str, ...]:
    try:
        rows = conn.execute(
            sql.SQL("select value::text from {} where value <> ''").format(
                sql.Identifier(f"{target}_tdm", "canaries")
            )
        ).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return ()
    return tuple(sorted({row[0] for row in rows}))


def needles_of(canaries: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds canaries in lower-cased text: as they are, quoted, escaped, in hex."""
    found: set[str] = set()
    for canary in canaries:
        for text in {canary, canary.lower(), canary.upper(), canary.title()}:
            found.add(text.encode().hex())
            in_json = text.replace("\\", "\\\\").replace('"', '\\"')
            in_ascii = "".join(c if c.isascii() else _json_escaped(c) for c in in_json)
            for written in {text, text.replace("'", "''"), in_json, in_ascii}:
                found |= {written.lower(), _copy_escaped(written).lower()}
    return re.compile(_alternatives(found) if found else r"(?!)")


def _alternatives(words: Iterable[str]) -> str:
    """A regular expression for any of some words, as a tree: its cost hardly grows with them."""
    tree: dict[str, set[str]] = {}
    for word in words:
        if not word:
            return ""  # what a shorter word has found needs no more letters
        tree.setdefault(word[0], set()).add(word[1:])
    branches = [re.escape(first) + _alternatives(rest) for first, rest in sorted(tree.items())]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def has_canary(needles: re.Pattern[str], text: bytes) -> bool:
    """Whether a canary stands in a piece of UTF-8 text, in any case and any spelling."""
    return needles.search(text.decode("utf-8", "replace").lower()) is not None


def _json_escaped(character: str) -> str:
    units = character.encode("utf-16-be").hex()
    return "".join("\\u" + units[place : place + 4] for place in range(0, len(units), 4))


def _copy_escaped(text: str) -> str:
    text = text.replace("\\", "\\\\")
    for letter, character in (("n", "\n"), ("r", "\r"), ("t", "\t")):
        text = text.replace(character, f"\\{letter}")
    return text


def row_scanner(watch: Watch, table: Table) -> Callable[[list[bytes]], None]:
    """A function that looks at a table's rows, a chunk at a time."""
    # Bare words are looked up in columns that were kept: a masked name is a word of a dictionary,
    # and a dictionary may well hold somebody's login.
    columns = [
        (place, f"{table.full_name}.{column.name}", column.treatment != "masked", column.is_bytea)
        for place, column in enumerate(table.columns)
        if column.holds_text
    ]
    # Cells and words that come again and again are looked up once.
    plan = [(column, set[bytes](), set[str]()) for column in columns]
    check = _checker(watch)

    def scan(rows: list[bytes]) -> None:
        _scan_canaries(watch, table, rows)
        for row in rows:
            cells = row[:-1].split(b"\t")
            for (place, label, words, is_bytea), clean, seen in plan:
                cell = cells[place]
                if len(cell) < SHORTEST or cell in clean:
                    continue
                if len(clean) < _REMEMBERED and len(cell) <= _LONGEST_REMEMBERED:
                    clean.add(cell)
                if cell.isascii() and not _COMPOUND_CELL.search(cell):
                    check(spelled(cell.decode()).lower().encode(), label)
                    continue
                for candidate in cell_candidates(cell, words, is_bytea):
                    if candidate in seen or len(candidate) < SHORTEST:
                        continue
                    if len(seen) < _REMEMBERED and len(candidate) <= _LONGEST_REMEMBERED:
                        seen.add(candidate)
                    for spelling in spellings(candidate):
                        check(spelling, label)
        if len(watch.pending) >= _PENDING:
            settle(watch)

    return scan


def _scan_canaries(watch: Watch, table: Table, rows: list[bytes]) -> None:
    if not has_canary(watch.needles, b"".join(rows)):
        return
    for row in rows:
        if has_canary(watch.needles, row):
            for column, cell in zip(table.columns, row[:-1].split(b"\t"), strict=True):
                if has_canary(watch.needles, cell):
                    watch.canary_in.add(f"{table.full_name}.{column.name}")


def cell_candidates(cell: bytes, words: bool, is_bytea: bool = False) -> set[str]:
    """What of a COPY cell may be an identifying value."""
    if is_bytea:
        try:
            # COPY doubles the backslash of \x…
            return candidates(bytes.fromhex(cell.lstrip(b"\\x").decode()).decode(), words)
        except ValueError:
            return set()
    if b"\\" in cell:
        cell = _COPY_ESCAPE.sub(lambda m: _COPY_ESCAPES.get(m[1], m[1]), cell)
    return candidates(cell.decode("utf-8", "replace"), words)


def candidates(text: str, words: bool, depth: int = 0) -> set[str]:
    """The whole text, and the parts of a compound one (free text, JSON, arrays, composites)."""
    shown = plain(text)
    found = {spelled(shown)}
    if has_parts(shown):
        found |= parts(shown)
    if not _COMPOUND.search(text):
        return found
    for piece in _PIECE.findall(shown):
        if words or not piece.isalpha():
            found.add(piece.strip(_TRIMMED))
        if words and not piece.isalnum():
            found.update(_WORD.findall(piece))
    if '"' in text and depth < _DEEPEST:
        for quoted in _QUOTED.findall(text):
            if len(quoted) < SHORTEST:
                continue
            if "\\" in quoted or '""' in quoted:
                found |= candidates(_unquoted(quoted), words, depth + 1)
            else:  # its parts are parts of the whole
                found.add(spelled(plain(quoted)))
    return found


def _unquoted(quoted: str) -> str:
    """What a quoted part of JSON, an array or a composite says."""
    if "\\" in quoted:
        quoted = _JSON_ESCAPE.sub(
            lambda m: chr(int(m[1], 16)) if m[1] else _JSON_ESCAPES.get(m[2], m[2]), quoted
        )
        quoted = _SURROGATES.sub(
            lambda m: m[0].encode("utf-16", "surrogatepass").decode("utf-16"), quoted
        )
    return quoted.replace('""', '"')


def spellings(text: str) -> set[bytes]:
    """A text in lower case as any PostgreSQL may have lowered it: by its locale, or ASCII alone."""
    if text.isascii():
        return {text.lower().encode()}
    simple = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return {
        text.lower().encode("utf-8", "replace"),
        simple.encode("utf-8", "replace"),
        text.encode("utf-8", "replace").lower(),
    }


def digest_of(key: bytes, lowered: bytes) -> int:
    """The keyed digest of identifying_values: 8 bytes of sha256, big-endian, signed."""
    return int.from_bytes(sha256(key + lowered).digest()[:8], "big", signed=True)


def _checker(watch: Watch) -> Callable[[bytes, str], None]:
    """A function that notes a spelling for the exact question, unless the filter rules it out."""
    key, filled, mask, pending = watch.key, watch.filled, watch.mask, watch.pending

    def check(lowered: bytes, label: str) -> None:
        value = digest_of(key, lowered)
        place = value & mask
        if filled[place >> 3] >> (place & 7) & 1:
            pending.setdefault(value, set()).add(label)

    return check


def settle(watch: Watch) -> None:
    """Ask the server about everything that the filter could not rule out."""
    if watch.pending:
        for value in watch.confirm(list(watch.pending)):
            watch.value_in |= watch.pending[value]
    watch.pending.clear()


def scan_schema(watch: Watch, parts: Iterable[Statement]) -> None:
    """Look at literals, comments, defaults, labels and bodies of a schema's statements."""
    check = _checker(watch)
    for part in parts:
        _scan_text_for_canaries(watch, part)
        for token in tokens(part.sql):
            text = part.sql[token.start : token.end]
            if any(has_canary(watch.needles, said.encode()) for said in _decoded(token, text)):
                watch.canary_in.add(_place_in(part, token.start))
            for candidate in _sql_candidates(watch, token, text):
                for spelling in spellings(candidate):
                    check(spelling, _place_in(part, token.start))
    settle(watch)


def _decoded(token: Token, text: str) -> Iterator[str]:
    """What the literals in a token say, those inside a function's body too."""
    if token.kind == "text":
        yield literal_value(text)
    elif token.kind == "body":
        body = body_text(text)
        for inner in tokens(body):
            yield from _decoded(inner, body[inner.start : inner.end])


def _scan_text_for_canaries(watch: Watch, part: Statement) -> None:
    if has_canary(watch.needles, part.label.encode()):
        watch.canary_in.add(f"the name of a {part.type.lower()}")
    if not has_canary(watch.needles, part.sql.encode()):
        return
    places, place = set(), 0
    for line in part.sql.splitlines(keepends=True):
        if has_canary(watch.needles, line.encode()):
            places.add(_place_in(part, place))
        place += len(line)
    watch.canary_in |= places or {part.label}


def scan_text(watch: Watch, text: str, label: str) -> None:
    """Look for canaries in any other text of the dump."""
    if has_canary(watch.needles, text.encode()):
        watch.canary_in.add(label)


def _sql_candidates(watch: Watch, token: Token, text: str) -> Iterator[str]:
    if token.kind == "text":
        yield from _not_names(watch, literal_value(text))
    elif token.kind == "comment":
        yield from _not_names(watch, text)
    elif token.kind == "body":
        body = body_text(text)
        yield from _not_names(watch, body)
        for inner in tokens(body):
            if inner.kind in ("text", "body"):
                yield from _sql_candidates(watch, inner, body[inner.start : inner.end])
    elif token.kind == "word" and text.isdigit() and len(text) >= SHORTEST:
        yield text


def _not_names(watch: Watch, text: str) -> Iterator[str]:
    for candidate in candidates(text, words=True):
        if len(candidate) >= SHORTEST and candidate.lower() not in watch.identifiers:
            yield candidate


_LINE_NAME = re.compile(r'\s*(CONSTRAINT\s+)?("(?:[^"]|"")*"|[\w$]+)')


def _place_in(part: Statement, place: int) -> str:
    """The object that a place in a statement belongs to, down to a table's column."""
    if part.type not in ("TABLE", "DOMAIN") or "\n" not in part.sql[:place]:
        return part.label
    line = part.sql[part.sql.rindex("\n", 0, place) + 1 :]
    named = _LINE_NAME.match(line)
    if named is None:
        return part.label
    if named[1]:
        return f"check constraint {named[2]} on {part.label}"
    return f"column {named[2]} of {part.label}"


def refuse_findings(watch: Watch) -> None:
    """Stop when anything was found.

    Raises:
        TdmError: exit 4; names the objects, never the value.
    """
    settle(watch)
    found = [f"a canary in {_hidden(watch, label)}" for label in sorted(watch.canary_in)]
    found += [
        f"an identifying value in {_hidden(watch, label)}" for label in sorted(watch.value_in)
    ]
    if not found:
        return
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    raise TdmError(
        "Refused, nothing was written: "
        + "; ".join(found[:_LISTED])
        + more
        + ". Mask the column, or change the object in the source.",
        4,
    )


def _hidden(watch: Watch, label: str) -> str:
    """A label, unless it would say what was found."""
    return "an object whose name has it" if has_canary(watch.needles, label.encode()) else label
