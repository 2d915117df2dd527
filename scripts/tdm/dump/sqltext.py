"""SQL text as tokens, and pg_dump's output as statements with a name.

pg_dump puts a comment with name and type before every object. It is looked for outside of quotes
only, because a function body may hold a text that looks like one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*(?:[^*]|\*(?!/))*\*/ )
    | (?P<text> [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' )
    | (?P<name> "(?:[^"]|"")*" )
    | (?P<body> \$(?:[^\W\d]\w*)?\$ )
    | (?P<word> \w[\w$]* )
    | (?P<other> [^\w'"$/\-]+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
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
    """What a quoted literal says."""
    if literal[0] in "eE":
        return re.sub(r"\\(.)", r"\1", literal[2:-1].replace("''", "'"), flags=re.DOTALL)
    return literal[1:-1].replace("''", "'")


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
