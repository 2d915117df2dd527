"""Masks as SQL without a dbt start: the package's macros, rendered as dbt renders them.

The key is that of dbt's unit tests (00 01 … 1f), so that what masks make are known answers which
need no vault.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment

SCHEMA = "probe"


class _Returned(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class CompilerError(Exception):
    """What a macro raises by exceptions.raise_compiler_error."""


def _return(value: Any) -> None:
    raise _Returned(value)


def _refuse(message: str) -> None:
    raise CompilerError(message)


def _callable(macro: Any) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return macro(*args, **kwargs)
        except _Returned as returned:
            return returned.value

    return call


def macros(repo: Path, *more: str) -> SimpleNamespace:
    """The package's macros by name; `more` is the text of macros of a user's project."""
    environment = Environment(extensions=["jinja2.ext.do"])  # noqa: S701
    tdm = SimpleNamespace()
    context: dict[str, Any] = {
        "tdm": tdm,
        "return": _return,
        "tojson": lambda value, sort_keys=False: json.dumps(value, sort_keys=sort_keys),
        "fromjson": json.loads,
        "exceptions": SimpleNamespace(raise_compiler_error=_refuse),
        "modules": SimpleNamespace(re=re),
        "target": SimpleNamespace(schema=SCHEMA, name=SCHEMA),
        "model": SimpleNamespace(name="probe", resource_type="unit_test"),
        "execute": True,
    }
    context["context"] = context
    files = [
        path.read_text(encoding="utf-8")
        for folder in ("engine", "keys", "mask", "functions")
        for path in sorted((repo / "macros" / folder).glob("*.sql"))
    ]
    for text in files:
        for name, macro in _module(environment, text, context).items():
            setattr(tdm, name, _callable(macro))
    for text in more:
        context.update(
            (name, _callable(macro)) for name, macro in _module(environment, text, context).items()
        )
    return tdm


def _module(environment: Environment, text: str, context: dict[str, Any]) -> dict[str, Any]:
    # as dbt does: a prefix, because jinja exports no name that begins with an underscore
    prefixed = re.sub(r"(\{%-? macro )(\w+)\(", r"\1dbt_macro__\2(", text)
    module = environment.from_string(prefixed, globals=context).module
    return {
        name.removeprefix("dbt_macro__"): macro
        for name, macro in vars(module).items()
        if name.startswith("dbt_macro__")
    }


def helper_functions(tdm: SimpleNamespace) -> str:
    """SQL that creates the helper functions on an empty database."""
    return f"create schema if not exists {tdm.ledger()};\n{tdm.helper_functions()}"
