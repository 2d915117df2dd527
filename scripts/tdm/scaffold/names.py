"""Names: split into words, turned into slugs, quoted for SQL and for YAML."""

from __future__ import annotations

import ast
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import cache

MAX_RELATION_BYTES = 55
"""dbt and our materializations add a suffix to names of relations; PostgreSQL cuts at 63 bytes."""

_JINJA = re.compile(r"\{[{%#]|[}%#]\}|^\s*(env_var|ref|var|source|doc)\s*\(.+\)\s*$")
_BARE = re.compile(r"[a-z_][a-z0-9_]*")
_SPELLED = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ł": "l", "Ł": "L", "đ": "d", "ı": "i"}
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")


def slug(name: str) -> str:
    """The name in lower-case ASCII letters, digits and underscores; never empty.

    Letters that ASCII does not have are spelled without their marks; a name that has none left
    is named by its hash.
    """
    spelled = unicodedata.normalize("NFKD", name.translate(_SPELLED))
    plain = spelled.encode("ascii", "ignore").decode()
    text = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    # A double underscore separates service and table in the names of our models.
    text = re.sub(r"__+", "_", text)
    if not text:
        return f"x{short_hash(name)}"
    return f"x{text}" if text[0].isdigit() else text


def slugs(names: Iterable[str]) -> dict[str, str]:
    """A slug for each name, all different, the same ones whatever the order."""
    wanted: dict[str, list[str]] = {}
    for name in sorted(set(names)):
        wanted.setdefault(slug(name), []).append(name)
    result = {}
    for text, owners in wanted.items():
        for name in owners:
            # The name that is its own slug keeps it; others that fold to it get a hash.
            clash = len(owners) > 1 and name != text
            result[name] = f"{text}_{short_hash(name)}" if clash else text
    return result


def short_hash(text: str) -> str:
    """Eight hexadecimal digits that belong to a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def fitting(name: str, limit: int = MAX_RELATION_BYTES) -> str:
    """The name, cut and marked by its hash where it is longer than the limit in bytes."""
    if len(name.encode()) <= limit:
        return name
    cut = name.encode()[: limit - 9].decode(errors="ignore").rstrip("_")
    return f"{cut}_{short_hash(name)}"


def is_bare(name: str) -> bool:
    """Whether the name is a plain lower-case identifier."""
    return _BARE.fullmatch(name) is not None


def words(name: str) -> list[str]:
    """The words of an identifier in snake, camel or kebab case, in lower case, without marks."""
    return list(_words(name))


@cache
def _words(name: str) -> tuple[str, ...]:
    spelled = unicodedata.normalize("NFKD", name.translate(_SPELLED))
    plain = "".join(c for c in spelled if not unicodedata.combining(c))
    return tuple(part.lower() for part in _PARTS.findall(plain))


def singular(word: str) -> str:
    """A rough English singular, good enough to see that `orders` belongs to `order_id`."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, instead in (
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
    ):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


_IRREGULAR = dict(
    pair.split(":")
    for pair in """
    people:person children:child men:man women:woman indices:index vertices:vertex
    matrices:matrix criteria:criterion leaves:leaf shelves:shelf quizzes:quiz heroes:hero
    movies:movie cookies:cookie calories:calorie selfies:selfie caches:cache
    statuses:status bonuses:bonus campuses:campus viruses:virus buses:bus censuses:census
    aliases:alias atlases:atlas canvases:canvas
    skus:sku menus:menu cpus:cpu gpus:gpu bureaus:bureau plateaus:plateau
    apis:api kpis:kpi uris:uri taxis:taxi emojis:emoji nos:no ids:id pks:pk
    """.split()
)
"""What the rules get wrong: words that only look like plurals, or like no plurals."""


def yaml_text(text: str) -> str:
    """A text as a YAML scalar of one line: bare where that is safe, else in double quotes."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_ .()/-]*[A-Za-z0-9_)]|[A-Za-z_]", text)
    if plain and text.lower() not in _YAML_WORDS and "  " not in text:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped)
    return f'"{escaped}"'


def dbt_text(text: str) -> str:
    """A text as a YAML scalar of a file that dbt renders: what looks like Jinja stays."""
    if _JINJA.search(text):
        return yaml_text("{{ " + jinja_text(text) + " }}")
    return yaml_text(text)


def undo_dbt_text(text: str) -> str:
    """What dbt makes of a scalar that dbt_text wrote; any other text as it stands."""
    found = re.fullmatch(r"\{\{ ('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\") \}\}", text)
    return str(ast.literal_eval(found.group(1))) if found else text


def jinja_text(text: str) -> str:
    """A text as a string literal of Jinja."""
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    if "'" in escaped and '"' not in escaped:
        return f'"{escaped}"'
    return "'" + escaped.replace("'", "\\'") + "'"


def sql_name(name: str) -> str:
    """An identifier as SQL needs it: bare where that is possible, else in double quotes."""
    if is_bare(name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def model_name(name: str) -> str:
    """An identifier as SQL of a model that dbt renders."""
    text = sql_name(name)
    return "{{ tdm.quoted(" + jinja_text(name) + ") }}" if _JINJA.search(text) else text


def model_text(sql: str) -> str:
    """SQL of a model that dbt renders: what looks like Jinja stays."""
    return "{{ " + jinja_text(sql) + " }}" if _JINJA.search(sql) else sql


def why_unsayable(schema: str, table: str, columns: Iterable[str]) -> str:
    """Why dbt cannot write about a table of these names; empty where it can."""
    if '"' in schema or '"' in table:
        return "a double quote in the name of a table or schema, which dbt cannot write"
    if any("\n" in name or "\r" in name for name in columns):
        return "a line break in the name of a column, which no line of a model can hold"
    return ""


def comment_text(text: str) -> str:
    """A text that can stand in a one-line comment of SQL, YAML or Jinja."""
    one_line = " ".join(text.split())
    return re.sub(r"\{([{%#])", r"{ \1", re.sub(r"([}%#])\}", r"\1 }", one_line)).replace(
        "*/", "* /"
    )


_YAML_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", "nan", "inf"}

RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit
    boolean both case cast char character check coalesce collate collation column concurrently
    constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user dec decimal default deferrable desc distinct do else end except
    exists extract false fetch float for foreign freeze from full grant greatest group grouping
    having ilike in initially inner inout int integer intersect interval into is isnull join json
    json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar
    json_serialize json_table json_value lateral leading least left like limit localtime
    localtimestamp merge_action national natural nchar none normalize not notnull null nullif
    numeric offset on only or order out outer overlaps overlay placing position precision primary
    real references returning right row select session_user setof similar smallint some substring
    symmetric system_user table tablesample then time timestamp to trailing treat trim true union
    unique user using values varchar variadic verbose when where window with xmlattributes
    xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize
    xmltable
    """.split()
)
"""PostgreSQL's reserved words (appendix C of its manual, versions 15 to 18)."""
