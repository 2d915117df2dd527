"""The last look before a dump becomes visible: no canary and no identifying value in it.

Canaries are looked for as bytes, in everything. Identifying values are known here as keyed digests
only, so the text is cut into candidates (whole cells, e-mail addresses, runs of digits, words) and
each candidate's digest is looked up: in a Bloom filter of fixed size first, then exactly.
A message names objects, never what was found there.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import psycopg
from psycopg import sql

from tdm.dump.catalog import Table
from tdm.dump.release import Release, build_hint
from tdm.dump.sqltext import Statement, Token, body_text, literal_value, tokens
from tdm.errors import TdmError

SHORTEST = 6  # shorter values are in no table of identifying values: they occur anywhere
_BITS_PER_VALUE = 32
_MOST_BITS = 1 << 30  # 128 MiB
_PENDING = 2000
_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 64
_LISTED = 20

_EMAIL = re.compile(r"""[^\s@"'<>(),;:\[\]{}\\|/=]+@[^\s@"'<>(),;:\[\]{}\\|/=]+""")
_DIGITS = re.compile(r"\d{6,}")
_PHONE = re.compile(r"[+(]?\d[\d().\-/ ]{4,}\d")
_WORD = re.compile(r"\w{6,}")
_CHUNK_OF_WORDS = re.compile(r"""[^\s"'{}()\[\],;:=<>\\]{6,}""")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.|"")*)"', re.DOTALL)
_COMPOUND = re.compile(r"""[\s"{}()\[\],;:=<>/|]""")
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
    needles: tuple[bytes, ...]
    key: bytes
    bloom: bytearray
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
    bits = 1 << 16
    while bits < min(count * _BITS_PER_VALUE, _MOST_BITS):
        bits <<= 1
    bloom, mask = bytearray(bits >> 3), bits - 1
    with conn.transaction(), conn.cursor(name="tdm_identifying", binary=True) as cursor:
        cursor.itersize = 20_000
        cursor.execute(sql.SQL("select digest from {}").format(values))
        for (value,) in cursor:
            for place in (value & mask, (value >> 32) & mask):
                bloom[place >> 3] |= 1 << (place & 7)
    canaries = _read_canaries(conn, target)

    def confirm(digests: list[int]) -> set[int]:
        rows = conn.execute(
            sql.SQL("select distinct digest from {} where digest = any(%s)").format(values),
            [digests],
        ).fetchall()
        return {row[0] for row in rows}

    return Watch(canaries, needles_of(canaries), bytes(key), bloom, mask, confirm, identifiers)


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


def needles_of(canaries: Iterable[str]) -> tuple[bytes, ...]:
    """The lower-cased bytes that a canary may stand as: plain, quoted in SQL, JSON or COPY, hex."""
    found: set[bytes] = set()
    for canary in canaries:
        for text in {canary, canary.lower(), canary.upper(), canary.title()}:
            plain = text.encode()
            found.add(plain.hex().encode())
            json_text = text.replace("\\", "\\\\").replace('"', '\\"')
            json_ascii = "".join(c if c.isascii() else _json_escaped(c) for c in json_text)
            for spelled in {text, text.replace("'", "''"), json_text, json_ascii}:
                found.add(spelled.encode())
                found.add(_copy_escaped(spelled).encode())
    lowered = {needle.lower() for needle in found}
    # A needle that holds another one is found by it.
    return tuple(
        sorted(n for n in lowered if not any(other != n and other in n for other in lowered))
    )


def _json_escaped(character: str) -> str:
    units = character.encode("utf-16-be").hex()
    return "".join("\\u" + units[place : place + 4] for place in range(0, len(units), 4))


def _copy_escaped(text: str) -> str:
    text = text.replace("\\", "\\\\")
    for letter, plain in (("n", "\n"), ("r", "\r"), ("t", "\t")):
        text = text.replace(plain, f"\\{letter}")
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
    clean: list[set[bytes]] = [set() for _ in columns]

    def scan(rows: list[bytes]) -> None:
        _scan_canaries(watch, table, rows)
        for row in rows:
            cells = row[:-1].split(b"\t")
            for (place, label, words, is_bytea), known in zip(columns, clean, strict=True):
                cell = cells[place]
                if len(cell) < SHORTEST or cell in known:
                    continue
                if len(known) < _REMEMBERED and len(cell) <= _LONGEST_REMEMBERED:
                    known.add(cell)
                for candidate in set(cell_candidates(cell, words, is_bytea)):
                    _look_up(watch, candidate, label)
        if len(watch.pending) >= _PENDING:
            settle(watch)

    return scan


def _scan_canaries(watch: Watch, table: Table, rows: list[bytes]) -> None:
    text = b"".join(rows).lower()
    for needle in watch.needles:
        if needle not in text:
            continue
        for row in rows:
            lowered = row.lower()
            if needle in lowered:
                cells = lowered[:-1].split(b"\t")
                for column, cell in zip(table.columns, cells, strict=True):
                    if needle in cell:
                        watch.canary_in.add(f"{table.full_name}.{column.name}")


def cell_candidates(cell: bytes, words: bool, is_bytea: bool = False) -> Iterator[str]:
    """What of a COPY cell may be an identifying value, as it would have been hashed."""
    if is_bytea:
        try:
            # COPY doubles the backslash of \x…
            yield from candidates(bytes.fromhex(cell.lstrip(b"\\x").decode()).decode(), words)
        except ValueError:
            return
        return
    if b"\\" in cell:
        cell = _COPY_ESCAPE.sub(lambda m: _COPY_ESCAPES.get(m[1], m[1]), cell)
    yield from candidates(cell.decode("utf-8", "replace"), words)


def candidates(text: str, words: bool, depth: int = 0) -> Iterator[str]:
    """The whole text, and the parts of a compound one (free text, JSON, arrays, composites)."""
    yield text
    if not _COMPOUND.search(text):
        return
    if "@" in text:
        for email in _EMAIL.findall(text):
            yield email.strip(_TRIMMED)
    yield from _DIGITS.findall(text)
    for phone in _PHONE.findall(text):
        yield phone
        yield phone.lstrip("+")
    for chunk in _CHUNK_OF_WORDS.findall(text):
        word = chunk.strip(_TRIMMED)
        if words or not word.isalpha():
            yield word
    if words:
        yield from _WORD.findall(text)
    if '"' in text and depth < 3:
        for quoted in _QUOTED.findall(text):
            inner = _unquoted(quoted)
            if inner != text:
                yield from candidates(inner, words, depth + 1)


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


def spellings(text: str) -> set[str]:
    """A text in lower case as any PostgreSQL may have lowered it: by its locale, or ASCII alone."""
    if text.isascii():
        return {text.lower()}
    simple = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    ascii_only = "".join(c.lower() if c.isascii() else c for c in text)
    return {text.lower(), simple, ascii_only}


def digest_of(key: bytes, lowered: str) -> int:
    """The keyed digest as macros/gates hash it: 8 bytes of sha256, big-endian, signed."""
    hashed = sha256(key + lowered.encode("utf-8", "replace")).digest()
    return int.from_bytes(hashed[:8], "big", signed=True)


def _look_up(watch: Watch, text: str, label: str) -> None:
    if len(text) < SHORTEST:
        return
    bloom, mask = watch.bloom, watch.mask
    for spelling in (text.lower(),) if text.isascii() else spellings(text):
        value = digest_of(watch.key, spelling)
        place = value & mask
        if bloom[place >> 3] >> (place & 7) & 1:
            place = (value >> 32) & mask
            if bloom[place >> 3] >> (place & 7) & 1:
                watch.pending.setdefault(value, set()).add(label)


def settle(watch: Watch) -> None:
    """Ask the server about everything that the Bloom filter could not rule out."""
    if watch.pending:
        for value in watch.confirm(list(watch.pending)):
            watch.value_in |= watch.pending[value]
    watch.pending.clear()


def scan_schema(watch: Watch, parts: Iterable[Statement]) -> None:
    """Look at literals, comments, defaults, labels and bodies of a schema's statements."""
    for part in parts:
        _scan_text_for_canaries(watch, part)
        for token in tokens(part.sql):
            text = part.sql[token.start : token.end]
            for candidate in _sql_candidates(watch, token, text):
                _look_up(watch, candidate, _place_in(part, token.start))
    settle(watch)


def _scan_text_for_canaries(watch: Watch, part: Statement) -> None:
    lowered = part.sql.encode().lower()
    for needle in watch.needles:
        place = lowered.find(needle)
        while place >= 0:
            start = len(lowered[:place].decode("utf-8", "replace"))
            watch.canary_in.add(_place_in(part, start))
            place = lowered.find(needle, place + 1)
    if any(needle in part.label.encode().lower() for needle in watch.needles):
        watch.canary_in.add(f"the name of a {part.type.lower()}")


def scan_text(watch: Watch, text: str, label: str) -> None:
    """Look for canaries in any other text of the dump."""
    lowered = text.encode().lower()
    if any(needle in lowered for needle in watch.needles):
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
    elif token.kind == "word" and text.isdigit():
        yield text


def _not_names(watch: Watch, text: str) -> Iterator[str]:
    for candidate in candidates(text, words=True):
        if candidate.lower() not in watch.identifiers:
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
    lowered = label.encode().lower()
    if any(needle in lowered for needle in watch.needles):
        return "an object whose name has it"
    return label
