"""SQL text as tokens, and pg_dump's output as statements with a name.

pg_dump puts a comment with name and type before every object. It is looked for outside of quotes
only, because a function body may hold a text that looks like one.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*(?:[^*]|\*(?!/))*\*/ )
    | (?P<text> [eE]'(?:[^'\\]|\\.|'')*' | (?:[uU]&|[xX])?'(?:[^']|'')*' )
    | (?P<name> "(?:[^"]|"")*" )
    | (?P<body> \$(?:[^\W\d]\w*)?\$ )
    | (?P<word> \w[\w$]* )
    | (?P<other> [^\w'"$/\-]+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL
)
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_UNICODE_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{4})|\+([0-9a-fA-F]{6})|\\)")
_HEADER = re.compile(
    r"-- (?:Data for )?Name: (?P<name>[^\n]*); Type: (?P<type>[^;\n]*); "
    r"Schema: (?P<schema>[^;\n]*)(?:; Owner: [^\n]*)?"
)


@dataclass(frozen=True)
class Token:
    """A piece of SQL: `kind` is comment, text (a literal), name, body (dollar quoted), word."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Statement:
    """An object of a schema: what it is, where, and the SQL that makes it."""

    type: str
    schema: str
    name: str
    sql: str

    @property
    def label(self) -> str:
        """The object as a message names it."""
        if self.type == "COMMENT":
            kind, _, name = self.name.partition(" ")
            return f"comment on {kind.lower()} {self._qualified(name)}"
        return f"{self.type.lower()} {self._qualified(self.name)}"

    def _qualified(self, name: str) -> str:
        return name if self.schema in ("-", "") else f"{self.schema}.{name}"


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a piece of SQL, blanks and punctuation left out."""
    place = 0
    while found := _TOKEN.match(text, place):
        kind, end = found.lastgroup or "other", found.end()
        if kind == "body":
            close = text.find(found.group(), end)
            end = len(text) if close < 0 else close + len(found.group())
        if kind != "other":
            yield Token(kind, place, end)
        place = end


def literal_value(literal: str) -> str:
    """What a quoted literal says: E'\\x41', U&'\\0041' and X'41' say A."""
    kind, quoted = literal[0], literal[literal.index("'") + 1 : -1].replace("''", "'")
    if kind in "eE":
        # Octal and hexadecimal escapes are bytes of UTF-8, several of them a character.
        coded = _ESCAPE.sub(_escaped, quoted).encode("utf-8", "surrogateescape")
        return coded.decode("utf-8", "replace")
    if kind in "uU":
        return _UNICODE_ESCAPE.sub(
            lambda m: _character(m[1] or m[2]) if m[1] or m[2] else "\\", quoted
        )
    if kind in "xX":
        with suppress(ValueError):
            return bytes.fromhex(quoted).decode("utf-8", "replace")
    return quoted


def _escaped(escape: re.Match[str]) -> str:
    octal, hexadecimal, short, long, other = escape.groups()
    if octal or hexadecimal:
        code = int(octal, 8) & 255 if octal else int(hexadecimal, 16)
        return bytes([code]).decode("utf-8", "surrogateescape")
    return _character(short or long) if short or long else _LETTERS.get(other, other)


def _character(code: str) -> str:
    """A character by its hexadecimal code; half of a pair, or none at all, shows as unknown."""
    number = int(code, 16)
    return chr(number) if number < 0xD800 or 0xDFFF < number < 0x110000 else "\ufffd"


def body_text(quoted: str) -> str:
    """What stands between two dollar quotes."""
    opening = quoted.index("$", 1) + 1
    return quoted[opening:-opening]


def statements(text: str) -> list[Statement]:
    """Split pg_dump's plain output, or a schema file of ours, into its statements.

    What comes before the first object (settings of the session) is left out.
    """
    comments = [token for token in tokens(text) if token.kind == "comment"]
    heads: list[tuple[int, int, re.Match[str]]] = []
    for before, token, after in zip(comments, comments[1:], comments[2:], strict=False):
        header = _HEADER.fullmatch(text, token.start, token.end)
        framed = text[before.start : before.end] == text[after.start : after.end] == "--"
        if header and framed:
            heads.append((before.start, after.end, header))
    found = []
    for index, (_, start, header) in enumerate(heads):
        end = heads[index + 1][0] if index + 1 < len(heads) else len(text)
        body = text[start:end]
        if index + 1 == len(heads):
            body = _without_epilogue(body)
        found.append(Statement(header["type"], header["schema"], header["name"], body.strip("\n")))
    return [statement for statement in found if statement.sql]


def _without_epilogue(body: str) -> str:
    """pg_dump's last words are no part of the last object."""
    for token in tokens(body):
        if (
            token.kind == "comment"
            and body[token.start : token.end] == "-- PostgreSQL database dump complete"
        ):
            return body[: token.start].rstrip("\n").removesuffix("--")
    return body


def joined(parts: list[Statement]) -> str:
    """The text of a schema file: every statement after a comment that names it."""
    return "".join(
        f"--\n-- Name: {part.name}; Type: {part.type}; Schema: {part.schema}\n--\n\n{part.sql}\n\n"
        for part in parts
    )
