"""Which columns and expressions of a row a condition compares, in the server's own spelling.

The planner has statistics of columns, and of the expressions that somebody asked for; what else a
condition compares, it takes for one of a few constants. EXPLAIN writes every condition in one way,
with all brackets, so that little has to be understood here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAME = r'(?:"(?:[^"]|"")+"|[a-z_]\w*)'
_ALIAS = r"\bx(?:_\d+)?\."
_COLUMN = re.compile(rf"{_ALIAS}({_NAME})")
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_QUOTED = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")""")
# a varchar that is compared as a text has the statistics of the varchar
_RELABELLED = re.compile(rf"\(((?:{_ALIAS})?{_NAME})\)::(?:text|character varying|bpchar)(?!\w|\[)")
_CAST = re.compile(
    rf"::(?:{_NAME}|[\w.]+)(?: varying| precision| with(?:out)? time zone)?(?:\(\d+\))?(?:\[\])?"
)
_CALLED = re.compile(r'[\w".]+$')
_WORDS = re.compile(r"\b(?:IS|AND|OR|NOT|ANY|ALL)\b")
_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|?]+")
_COMPARES = frozenset(
    "= <> < > <= >= ~~ !~~ ~~* !~~* ~ !~ ~* !~* ^@ @> <@ && @@ @? ? ?| ?& << >> <<= >>=".split()
)


def compared(condition: str) -> Iterator[tuple[str, str]]:
    """Every column that a condition reads, with the expression that is compared.

    Args:
        condition: a filter as EXPLAIN has it, over alias x.

    Returns:
        Pairs of column and expression, both without the alias; the same twice for a bare column.
    """
    literals = _LITERAL.findall(condition)
    numbers = iter(range(len(literals)))
    text = _LITERAL.sub(lambda _: f"'{next(numbers)}'", condition)
    text = _RELABELLED.sub(r"\1", text)
    for found in _COLUMN.finditer(text):
        start, end = _widest(text, *found.span())
        made = _LITERAL.sub(lambda one: literals[int(one[0][1:-1])], text[start:end])
        name = found[1]
        column = name[1:-1].replace('""', '"') if name.startswith('"') else name
        expression = plain(made)
        yield column, column if expression == name else expression


def plain(expression: str) -> str:
    """An expression as the server has it, without alias x and without brackets around it."""
    parts = _QUOTED.split(expression)
    parts[::2] = [re.sub(_ALIAS, "", re.sub(r"\s+", " ", part)) for part in parts[::2]]
    text = _RELABELLED.sub(r"\1", "".join(parts)).strip()
    while text.startswith("(") and _closing(text, 0) == len(text) - 1:
        text = text[1:-1]
    return text


def _widest(text: str, start: int, end: int) -> tuple[int, int]:
    """What stands around a column and is no comparison yet."""
    while True:
        if cast := _CAST.match(text, end):
            end = cast.end()
        opening = _opening(text, start)
        if opening < 0:
            return start, end
        closing = _closing(text, opening)
        if _is_comparison(f"{text[opening + 1 : start]} {text[end:closing]}"):
            return start, end
        called = _CALLED.search(text[:opening])
        start, end = called.start() if called else opening, closing + 1


def _is_comparison(text: str) -> bool:
    before = ""
    while before != text:  # what stands in brackets says nothing about what is around them
        before, text = text, re.sub(r"\([^()]*\)", "", text)
    return bool(_WORDS.search(text)) or any(
        sign in _COMPARES for sign in _OPERATOR.findall(_LITERAL.sub("", text))
    )


def _opening(text: str, place: int) -> int:
    """The bracket that a place stands in; -1 for none."""
    depth = 0
    for at in range(place - 1, -1, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if depth < 0:
            return at
    return -1


def _closing(text: str, opening: int) -> int:
    depth = 0
    for at in range(opening, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    return len(text)
