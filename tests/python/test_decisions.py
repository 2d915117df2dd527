"""The committed models are what `tdm init` writes for the demo, and what a person decided."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest

from conftest import TestServer
from tdm import demo, scaffold

DECISIONS = Path(__file__).with_name("decisions.diff")
SCHEMAS = ["auth", "billing", "catalog", "shop", "support"]
# The guard and the vault belong to the package, not to the demo's project.
PACKAGE = {
    "models/source/source_columns.sql",
    "models/source/_source.yml",
    "models/keys/key_vault.sql",
}


def _texts(root: Path) -> dict[str, str]:
    found = {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for folder in ("models", "tests/gates")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and path.name != "exposures.yml"
    }
    return {name: text for name, text in found.items() if name not in PACKAGE}


def differences(written: Path, committed: Path) -> str:
    """What a person changed, as a unified diff without context."""
    before, after = _texts(written), _texts(committed)
    lines: list[str] = []
    for name in sorted(before | after):
        lines += difflib.unified_diff(
            before.get(name, "").splitlines(keepends=True),
            after.get(name, "").splitlines(keepends=True),
            fromfile=f"init/{name}",
            tofile=f"committed/{name}",
            n=0,
        )
    return "".join(lines)


def test_only_decisions_differ(server: TestServer, repo: Path, tmp_path: Path) -> None:
    """Regenerate decisions.diff with TDM_ACCEPT_DECISIONS=1 after looking at what changed."""
    if server.version != 18:
        pytest.skip("init reads the same catalog on every version: test_scaffold has that")
    database = server.create()
    try:
        demo.load(server.dsn(database), 1)
        written = tmp_path / "written"
        references = repo / "models" / "source"
        scaffold.init(
            server.dsn(database), written, SCHEMAS, ["shop.customers=0.05"], False, references
        )
    finally:
        server.drop(database)
    found = differences(written, repo)
    if os.environ.get("TDM_ACCEPT_DECISIONS"):
        DECISIONS.write_text(found, encoding="utf-8")
    assert found == DECISIONS.read_text(encoding="utf-8")
