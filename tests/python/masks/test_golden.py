"""Golden vectors: what a mask made once it makes for good, on every server.

golden.json is for other engines, too: for a mask, its arguments and its version, values of a type
and what becomes of them, as PostgreSQL's text; with the digest sha256('entity') as e, under the
HMAC key 00 01 … 1f, and with entry 7 of given_names written given_names-7. An argument that names a
mask is that mask's SQL; `given` is what has to be there first. A line may change only when the
mask's version is raised. TDM_ACCEPT_GOLDEN=1 writes what is missing: pairs whose second is absent.
"""

from __future__ import annotations

import os

from masks import rendered
from masks.golden import GOLDEN, NO_MASKS, OF_MANY_ROWS, entries, rendered_mask, text
from masks.running import Runner


def test_every_mask_has_golden_vectors() -> None:
    masks = {path.stem for path in (rendered.REPO / "macros" / "mask").rglob("[!_]*.sql")}
    assert {entry["mask"] for entry in entries()} == masks - OF_MANY_ROWS - NO_MASKS


def test_golden_vectors(run: Runner) -> None:
    tdm, golden, wrong = rendered.package(), entries(), []
    for entry in golden:
        run.prepare(entry)
        sql = rendered_mask(tdm, entry)
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
        GOLDEN.write_text(text(golden), encoding="utf-8")
    assert not wrong
