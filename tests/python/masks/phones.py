"""Which telephone numbers are nobody's."""

from __future__ import annotations

import re

from masks import rendered

_TDM = rendered.package()


def for_fiction(digits: str) -> bool:
    """Whether an international number, without its plus, is of a range that is kept for fiction."""
    for key, beginnings in _TDM._phone_ranges().items():
        calling, size = key.split(":")
        national = digits.removeprefix(calling)
        if digits.startswith(calling) and len(national) == int(size):
            return any(national.startswith(beginning) for beginning in beginnings)
    return False


def nobodys(number: str) -> bool:
    """Whether a number as mask_phone writes it, without a country, reaches nobody."""
    digits = re.sub("[^0-9]", "", number)
    if "+" not in number and not digits.startswith("00"):
        return digits.startswith("55501")
    digits = digits if "+" in number else digits[2:]
    # calling codes have up to three digits; no national number begins with 00
    return (
        for_fiction(digits)
        or "00" in (digits[1:3], digits[2:4], digits[3:5])
        or (digits.startswith("999"))
    )
