"""Looks for values of the source, and for keys, in files and texts."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from main_job.support import Job

# What identifies people, as it stands in the source. Values of dictionaries' kind (a given name)
# are left out: the pseudonyms' dictionaries hold them too.
PERSONAL = """
    select email::text from auth.users
    union select unnest(other_emails) from auth.users
    union select full_name from auth.users where full_name !~ '^[ -~]*$' or full_name like '% %'
    union select phone from auth.users
    union select password_hash from auth.users
    union select mfa_secret from auth.users
    union select email::text from shop.customers
    union select full_name from shop.customers
    union select phone::text from shop.customers
    union select national_id from shop.customers
    union select passport_no from shop.customers
    union select notes from shop.customers where length(notes) > 20
    union select iban::text from billing.accounts
    union select tax_id from billing.accounts
    union select card_number from billing.payment_methods
    union select billing_email from billing.accounts
    union select token_hash from auth.sessions
    union select value from auth.api_keys
    union select value from auth.settings where is_secret
    union select "contactEmail" from catalog."Suppliers"
    union select "contactPhone" from catalog."Suppliers"
"""
_WORD = re.compile(r"[^\s\"'`,;:(){}\[\]<>=|\\]+")


@dataclass(frozen=True)
class Values:
    """Values to look for, by their first word."""

    by_word: dict[str, list[str]]
    count: int

    def found_in(self, text: str) -> list[str]:
        """Those that stand in a text."""
        words = set(_WORD.findall(text))
        return [
            value
            for word in words & self.by_word.keys()
            for value in self.by_word[word]
            if value in text
        ]


def personal(job: Job) -> Values:
    """Everybody's data in the source."""
    found: dict[str, list[str]] = {}
    rows = job.query(PERSONAL)
    count = 0
    for (value,) in rows:
        if value is None or len(value) < 6:
            continue
        first = _WORD.search(value)
        if first:
            found.setdefault(first.group(), []).append(value)
            count += 1
    return Values(found, count)


def texts_under(*paths: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file of these files and folders."""
    for path in paths:
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file():
                yield file, file.read_bytes()


def keys_found(content: bytes, keys: Iterable[bytes]) -> list[int]:
    """Which keys (by number) stand in a content: as hexadecimal digits, base64 or raw bytes."""
    digits = b" ".join(re.findall(rb"[0-9a-fA-F]{32,}", content)).lower()
    letters = b" ".join(re.findall(rb"[A-Za-z0-9+/_-]{32,}", content)).translate(_STANDARD)
    try:
        content.decode("utf-8")
        raw = b""  # no text holds 32 random bytes
    except UnicodeDecodeError:
        raw = content
    return [
        number
        for number, key in enumerate(keys)
        if key.hex().encode() in digits
        or key in raw
        or any(spelled in letters for spelled in _in_base64(key))
    ]


_STANDARD = bytes.maketrans(b"-_", b"+/")


def _in_base64(key: bytes) -> Iterator[bytes]:
    """What does not depend on the neighbours, for each of the three offsets."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + key)
        yield text[4 if shift else 0 : len(text) // 4 * 4 - 4]
