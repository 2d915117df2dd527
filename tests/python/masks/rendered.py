"""Masks as SQL without dbt: the macros rendered by Jinja, with the fixed key of unit tests."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

import jinja2

REPO = Path(__file__).resolve().parents[3]
SCHEMA = "masks"
FOLDERS = ("engine", "functions", "gates", "keys", "mask", "materializations")
_JINJA = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701


class _Returned(Exception):
    def __init__(self, value: object) -> None:
        self.value = value


class CompilerError(Exception):
    """What exceptions.raise_compiler_error raised."""


class Package:
    """dbt's `tdm`: macros by name, and what they return."""

    def __init__(self, macros: Mapping[str, Callable[..., Any]]) -> None:
        self._macros = macros
        self.names = list(macros)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        macro = self._macros[name]

        def call(*args: object, **kwargs: object) -> object:
            try:
                return macro(*args, **kwargs)
            except _Returned as returned:
                return returned.value

        return call


def _returned(value: object = None) -> None:
    raise _Returned(value)


def _refused(message: str) -> None:
    raise CompilerError(message)


@functools.cache
def _sources() -> dict[str, str]:
    """The text of every macro file."""
    found = {}
    for folder in FOLDERS:
        for path in sorted((REPO / "macros" / folder).rglob("*.sql")):
            text = path.read_text(encoding="utf-8")
            if not re.search(r"\{% (test|materialization) ", text):
                found[str(path)] = _exported(text)
    return found


def package(
    *,
    sources: Mapping[str, Any] | None = None,
    nodes: Mapping[str, Any] | None = None,
    model: str = "masked_app__things",
    own: Sequence[str] = (),
    variables: Mapping[str, Any] | None = None,
    of_a_build: bool = False,
    queried: Sequence[Any] = (),
) -> Package:
    """The package's macros, as a unit test sees them.

    Args:
        sources: the graph's source tables, for masks that look at what they declare.
        nodes: the graph's models.
        model: the name of the model that is rendered.
        own: the text of macros of a user's project.
        variables: what dbt_project.yml sets under vars.
        of_a_build: as a model sees them: with the words of the dictionaries, and the vault's keys.
        queried: what run_query returns.
    """
    macros: dict[str, Callable[..., Any]] = {}
    context: dict[str, Any] = {
        "tdm": Package(macros),
        "return": _returned,
        "execute": True,
        "target": SimpleNamespace(schema=SCHEMA, name="test"),
        "model": SimpleNamespace(resource_type="model" if of_a_build else "unit_test", name=model),
        "graph": SimpleNamespace(sources=sources or {}, nodes=nodes or {}),
        "project_name": "app",
        "modules": SimpleNamespace(re=re),
        "exceptions": SimpleNamespace(raise_compiler_error=_refused),
        "run_query": lambda _: queried,
        "ref": lambda *names: f"{SCHEMA}.{names[-1]}",
        "var": lambda name, default=None: (variables or {}).get(name, default),
        "tojson": lambda value, sort_keys=False: json.dumps(value, sort_keys=sort_keys),
        "fromjson": json.loads,
        "local_md5": lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
    }
    context["context"] = context
    for text in _sources().values():
        macros.update(_macros(text, context))
    for text in own:
        theirs = Package(_macros(_exported(text), context))
        context |= {name: getattr(theirs, name) for name in theirs.names}
    return Package(macros)


def _exported(text: str) -> str:
    """Macros by names that Jinja exports: dbt's prefix, because one that begins with _ stays."""
    return re.sub(r"(\{%-? macro )(\w+\()", r"\1dbt_\2", text)


@functools.cache
def _compiled(text: str) -> CodeType:
    return _JINJA.compile(text)


def _macros(text: str, context: dict[str, Any]) -> dict[str, Any]:
    seen = _JINJA.make_globals(context)
    module = jinja2.Template.from_code(_JINJA, _compiled(text), seen).module
    return {
        name.removeprefix("dbt_"): macro
        for name, macro in vars(module).items()
        if name.startswith("dbt_")
    }


@functools.cache
def _plain() -> Package:
    return package()


def functions() -> str:
    """What the vault node creates, in a schema of its own."""
    return f'create schema "{SCHEMA}_tdm"; {_plain().helper_functions()}'


def facts(sql: str) -> dict[str, Any]:
    """What the one marker in a mask's SQL says of its column."""
    (found,) = _plain().markers(sql, having="column")
    assert isinstance(found, dict)
    return found
