"""Every public macro is documented, with every argument; every mask says what it promises."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

REPO = Path(__file__).resolve().parents[2]
MASKS = [REPO / "macros" / "mask", *(p for p in (REPO / "macros" / "mask").iterdir() if p.is_dir())]
FOLDERS = [*(REPO / "macros" / name for name in ("engine", "gates", "keys", "subset")), *MASKS]
PROMISES = ["Deterministic", "One-to-one", "Keyed", "Reversible", "Domain", "Preserves"]
# Not masks: they name an entity, carry somebody else's word, or stop the build.
NO_MASKS = {"with_digest", "entity_of", "mask_sql", "undecided"}


def _macros(folder: Path) -> dict[str, list[str]]:
    """Public macros and their arguments, from the files."""
    found = {}
    for path in sorted(folder.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        for name, arguments in re.findall(r"\{%-? macro (\w+)\(([^)]*)\)", text):
            if not name.startswith("_"):
                names = [a.split("=")[0].strip() for a in re.split(r",(?![^\[{]*[\]}])", arguments)]
                found[name] = [n for n in names if n]
    return found


def _entries(folder: Path) -> dict[str, dict[str, Any]]:
    file = folder / f"_{folder.name}.yml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {entry["name"]: entry for entry in content["macros"]}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_macro_is_documented(folder: Path) -> None:
    macros, entries = _macros(folder), _entries(folder)
    assert macros.keys() == entries.keys()
    for macro, arguments in macros.items():
        documented = [argument["name"] for argument in entries[macro].get("arguments", [])]
        assert set(documented) == set(arguments), macro


@pytest.mark.parametrize("folder", MASKS, ids=lambda folder: folder.name)
def test_every_mask_says_what_it_promises(folder: Path) -> None:
    for name, entry in _entries(folder).items():
        if name not in NO_MASKS:
            missing = [word for word in PROMISES if f"{word}:" not in entry["description"]]
            assert not missing, f"{name} does not say: {missing}"


def test_one_public_macro_a_file(repo: Path) -> None:
    for path in sorted((repo / "macros" / "mask").rglob("[!_]*.sql")):
        names = re.findall(r"\{%-? macro ([a-z]\w*)\(", path.read_text(encoding="utf-8"))
        assert names == [path.stem], path.name
