"""Values as PostgreSQL prints them, and when two of them are equal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from subset_properties.schema import Text


def same(types: Sequence[str], values: Sequence[Text]) -> tuple[str, ...]:
    """Values so that equal ones are equal, however they are written."""
    return tuple(str(typed(kind, text)) for kind, text in zip(types, values, strict=True))


def typed(kind: str, text: Text) -> Any:
    """A value by which texts of one type are compared and ordered."""
    assert text is not None
    if kind in ("bigint", "integer", "smallint"):
        return int(text)
    if kind.startswith("numeric"):
        return Decimal(text).normalize()
    if kind == "uuid":
        return text.strip().lower()
    if kind.startswith("timestamp"):
        return datetime.fromisoformat(text)
    if kind == "date":
        return text.strip()
    return text
