"""Golden vectors: what a mask made once it makes for good, on every server.

golden.json is for other engines, too: for a mask, its arguments and its version, values of a type
and what becomes of them, as PostgreSQL's text; with the digest sha256('entity') as e, under the
HMAC key 00 01 … 1f, and with entry 7 of given_names written given_names-7. An argument that names a
mask is that mask's SQL; `given` is what has to be there first. A line may change only when the
mask's version is raised. TDM_ACCEPT_GOLDEN=1 writes what is missing: pairs whose second is absent.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import TestServer
from masks import rendered
from masks.running import Runner, runner

GOLDEN = Path(__file__).with_name("golden.json")
# They look at other rows or tables, which one value cannot show, and have tests of their own.
OF_MANY_ROWS = {"shuffle", "permute_category", "generalise"}
NO_MASKS = {"with_digest", "entity_of", "mask_sql", "undecided"}


@pytest.fixture(scope="module")
def run(server: TestServer) -> Iterator[Runner]:
    with runner(server) as running:
        yield running


def entries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found


def test_every_mask_has_golden_vectors() -> None:
    masks = {path.stem for path in (rendered.REPO / "macros" / "mask").rglob("[!_]*.sql")}
    assert {entry["mask"] for entry in entries()} == masks - OF_MANY_ROWS - NO_MASKS


def test_golden_vectors(run: Runner) -> None:
    tdm, golden, wrong = rendered.package(), entries(), []
    for entry in golden:
        run.rows(entry.get("given", "select"))
        sql = _rendered(tdm, entry)
        facts = rendered.facts(sql)
        assert facts["version"] == entry["version"], entry["mask"]
        if facts.get("needs") == "pgcrypto" and not run.has_aes:
            continue
        values = [vector[0] for vector in entry["vectors"]]
        made = [masked for _, masked in run.each(values, entry["kind"], sql)]
        for vector, masked in zip(entry["vectors"], made, strict=True):
            if len(vector) == 1 and os.environ.get("TDM_ACCEPT_GOLDEN"):
                vector.append(masked)
            if vector[1:] != [masked]:
                wrong.append((entry["mask"], entry["arguments"], vector, masked))
    if os.environ.get("TDM_ACCEPT_GOLDEN"):
        GOLDEN.write_text(_text(golden), encoding="utf-8")
    assert not wrong


def _rendered(tdm: rendered.Package, argument: Any) -> Any:
    """A mask's SQL; any other argument as it is."""
    if isinstance(argument, dict) and "mask" in argument:
        arguments = {k: _rendered(tdm, v) for k, v in argument["arguments"].items()}
        return getattr(tdm, argument["mask"])("x", **arguments)
    if isinstance(argument, dict):
        return {key: _rendered(tdm, value) for key, value in argument.items()}
    if isinstance(argument, list):
        return [_rendered(tdm, value) for value in argument]
    return argument


def _text(golden: list[dict[str, Any]]) -> str:
    """One vector a line, so that a change of one is a line in a diff."""
    parts = []
    for entry in golden:
        *facts, (_, vectors) = entry.items()
        head = ", ".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in facts)
        lines = ",\n".join(f"    {json.dumps(v, ensure_ascii=False)}" for v in vectors)
        parts.append(f'  {{{head}, "vectors": [\n{lines}\n  ]}}')
    return "[\n" + ",\n".join(parts) + "\n]\n"
