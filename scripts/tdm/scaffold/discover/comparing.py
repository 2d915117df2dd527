"""How the values of one type are compared with keys of another, without ever failing on a value."""

from __future__ import annotations

from tdm.scaffold.catalog import TEXT_TYPES, Type

WHOLE = frozenset({"int2", "int4", "int8"})
NUMBERS = WHOLE | {"numeric"}

# Casts of text are guarded: what does not look like a key becomes NULL and points at nothing.
DIGITS = "^[0-9]{1,18}$"
UUID = "^[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$"


def family(kind: Type) -> str:
    """What a type is compared as: number, text, uuid, or its own name; empty if never a key."""
    plain = kind.plain
    if plain.kind in ("array", "composite", "range", "multirange", "pseudo"):
        return ""
    if plain.kind == "enum":
        return f"enum {plain.text}"
    if plain.name in NUMBERS:
        return "number"
    if plain.name in TEXT_TYPES:
        return "text"
    if plain.name in ("uuid", "inet", "macaddr", "macaddr8", "bytea", "bit", "varbit"):
        return plain.name
    return ""


def term(sql: str, source: str, key: str) -> str | None:
    """SQL that makes a value comparable with a key.

    Args:
        sql: the value, as SQL.
        source: the family of its type.
        key: the family of the key's type.

    Returns:
        The value itself where the families agree, a guarded cast where one is needed, None where
        the two never compare.
    """
    if source == key:
        return sql
    if source == "text" and key == "number":
        return f"substring({sql} from '{DIGITS}')::bigint"
    if source == "text" and key == "uuid":
        return f"substring({sql} from '{UUID}')::uuid"
    if key == "text" and (source in ("number", "uuid") or source.startswith("enum ")):
        return f"{sql}::text"
    return None
