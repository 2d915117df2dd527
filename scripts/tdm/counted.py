"""Numbers with what they count: 1 row, 12,345 rows."""

from __future__ import annotations


def counted(number: int | float, one: str, many: str = "") -> str:
    """A number with its noun.

    Args:
        number: how many; rounded.
        one: what one of them is called.
        many: what several are called; the same with an s, unless given.
    """
    rounded = round(number)
    return f"{rounded:,} {one if rounded == 1 else many or one + 's'}"
