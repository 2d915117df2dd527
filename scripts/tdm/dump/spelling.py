"""How a value is spelled, and which parts of a text may be somebody's value.

The same rule as the functions of macros/functions/_spelling.sql, by which the values of the source
were written down and the leak gate has looked: docs/decisions/0005 has it in words, and a test
holds that both sides agree. Only case is folded later, because servers fold it in their own ways.
"""

import re
import unicodedata

_BLANKS = " \t\r\n\f\v"
_TRIMMED = ".!?*_-'"

_DASHES = str.maketrans("‐‑‒–—−", "------")
_TAG = re.compile(r"</?[A-Za-z]+[1-6]?[ ]*/?>")
_ESCAPE = re.compile(
    r"%([2-7][0-9A-Fa-f])|&#[xX]([2-7][0-9A-Fa-f]);|&#([0-9]{2,3});|&(nbsp|commat|quot|apos);"
)
_NAMED = {"nbsp": 32, "commat": 64, "quot": 34, "apos": 39}
_NO_BREAK_SPACE = 160
# Not decoded: letters and digits, and what could make another escape.
_SHOWN = frozenset(" !\"$'()*+,-./:=?@[\\]^_`{|}~")

_NUMBER_SIGNS = "0123456789 -+()./_"
_NINE_DIGITS = re.compile(r"(?:[0-9][^0-9]*){9}")
_SIX_DIGITS = re.compile(r"(?:[0-9][^0-9]*){6}")
_NO_DIGITS = re.compile(r"[^0-9]+")
_ACCOUNT = re.compile(r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]*(?:[ .-][A-Za-z0-9]{1,4})+")
_SHORTEST_ACCOUNT, _LONGEST_ACCOUNT = 15, 34

_DELIMITERS = r"""\] \t\r\n\f\v"'{}()\[,;=<>|\\&?"""
_COMPOUND = re.compile(rf"[{_DELIMITERS}:/#]")
_DIGIT = re.compile(r"[0-9]")
_DIGIT_OR_AT = re.compile(r"[@0-9]")
_ADDRESS = re.compile(
    r"""[^@ \t\r\n\f\v<>()\[\]{},;:"|/\\=&?]+@[^@ \t\r\n\f\v<>()\[\]{},;:"|/\\=&?]+"""
)
_WORD = re.compile(rf"[^{_DELIMITERS}]*[0-9][^{_DELIMITERS}]*")
_INSIDE_WORDS = re.compile(r"[:/#]")
_NUMBER_RUN = re.compile(r"(?:^|[^A-Za-z0-9])([0-9]+(?:[- ()+./_]{1,3}[0-9]+)*)(?![A-Za-z0-9])")
_ACCOUNT_RUN = re.compile(rf"(?:^|[^A-Za-z0-9])({_ACCOUNT.pattern})(?![A-Za-z0-9])")
_BETWEEN = re.compile(r"[^A-Za-z0-9]+")
_MOST_GROUPS = 10


def plain(text: str) -> str:
    """A text as people read it: full-width signs, long dashes, escapes and bare tags decoded."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    if "%" in text or "&" in text or "<" in text:
        text = _ESCAPE.sub(_character, _TAG.sub(" ", text))
    return text.strip(_BLANKS)


def _character(escape: re.Match[str]) -> str:
    percent, hexadecimal, decimal, name = escape.groups()
    code = _NAMED[name] if name else int(decimal or percent or hexadecimal, 10 if decimal else 16)
    character = " " if code == _NO_BREAK_SPACE else chr(code)
    return character if character in _SHOWN else escape[0]


def spelled(plain: str) -> str:
    """The one spelling of a plain text.

    Of numbers from nine digits on the digits, of accounts (IBAN) what is not punctuation.
    """
    if not plain.lstrip(_NUMBER_SIGNS):
        return _NO_DIGITS.sub("", plain) if _NINE_DIGITS.search(plain) else plain
    if len(plain) >= _SHORTEST_ACCOUNT and _ACCOUNT.fullmatch(plain):
        return plain.replace(" ", "").replace(".", "").replace("-", "")
    return plain


def has_parts(plain: str) -> bool:
    """Whether a plain text is a longer one, with parts that may be values."""
    return _COMPOUND.search(plain) is not None and _DIGIT_OR_AT.search(plain) is not None


def parts(plain: str) -> set[str]:
    """The parts of a longer plain text that may be values, each in its one spelling.

    Addresses, words with a digit, numbers from nine digits on (shorter ones as they stand),
    accounts (IBAN).
    """
    found: set[str] = set()
    if "@" in plain:
        found.update(address.strip(_TRIMMED) for address in _ADDRESS.findall(plain))
    for token in _WORD.findall(plain):
        words = {token, *_INSIDE_WORDS.split(token)}
        found.update(word.strip(_TRIMMED + ":/#") for word in words if _DIGIT.search(word))
    if _SIX_DIGITS.search(plain):
        for run in _NUMBER_RUN.findall(plain):
            found.add(run)
            found |= _joined(run, True, 9, 20)
        for run in _ACCOUNT_RUN.findall(plain):
            found |= _joined(run, False, _SHORTEST_ACCOUNT, _LONGEST_ACCOUNT)
    return found


def _joined(run: str, from_any: bool, shortest: int, longest: int) -> set[str]:
    """Neighbouring groups of a run: whoever wrote the number may have written another beside it."""
    groups = _BETWEEN.split(run)
    found = set()
    for first in range(len(groups) if from_any else 1):
        joined = ""
        for group in groups[first : first + _MOST_GROUPS]:
            joined += group
            if len(joined) > longest:
                break
            if len(joined) >= shortest:
                found.add(joined)
    return found
