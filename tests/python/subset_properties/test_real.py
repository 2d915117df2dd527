"""Real databases by what `tdm init` decides, and the bench schema: exact at every fraction.

Chinook at 10 % always; all of it, which takes long, with TDM_NIGHTLY=1.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import REPO
from subset_properties import batch, oracle
from subset_properties.batch import Verdict, Workshop
from subset_properties.schema import (
    Column,
    Edge,
    Follow,
    Reader,
    Sample,
    Service,
    Stratum,
    Table,
)
from tdm import scaffold
from tdm.scaffold import render
from tdm.scaffold.catalog import Catalog
from tdm.scaffold.subset import Plan

DUMPS = Path(os.environ.get("TDM_REAL_DATABASES", REPO.parent / "shared" / "data"))
NIGHTLY = os.environ.get("TDM_NIGHTLY") == "1"
DATABASE = "subset_properties_real"
FRACTIONS = ["0.01", "0.1", "0.5"] if NIGHTLY else ["0.1"]
DATABASES = ["chinook", "pagila", "lino_avanti", "zabbix"] if NIGHTLY else ["chinook"]


@pytest.fixture(params=DATABASES)
def restored(request: pytest.FixtureRequest, workshop: Workshop) -> Iterator[str]:
    """A database with the rows of a dump; skipped where the dump is not at hand."""
    file = DUMPS / f"{request.param}.dump"
    if not file.exists():
        pytest.skip(f"{file.name} is not in TDM_REAL_DATABASES")
    workshop.server.drop(DATABASE)
    workshop.server.create(DATABASE)
    subprocess.run(
        [workshop.server.bin / "pg_restore", "--no-owner", "-d", DATABASE, file],
        env=workshop.server.env(DATABASE),
        check=False,  # restoring an older dump may complain about settings
        capture_output=True,
    )
    yield str(request.param)
    workshop.server.drop(DATABASE)


def test_real_databases(
    workshop: Workshop, restored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the root that init chooses: what it decided, followed by the oracle."""
    decided: dict[str, Any] = {}
    original = render.render

    def noted(catalog: Catalog, plan: Plan, *rest: Any, **named: Any) -> dict[str, str]:
        decided.update(catalog=catalog, plan=plan)
        return original(catalog, plan, *rest, **named)

    monkeypatch.setattr(render, "render", noted)
    folder = tmp_path / "project"
    scaffold.init(workshop.server.dsn(DATABASE), folder, [], [], True)
    first = _described(decided["catalog"], decided["plan"], None)
    with workshop.connect(DATABASE) as connected:
        rows = oracle.Rows(first, batch.source_rows(connected, first))
    for fraction in FRACTIONS:
        assert _set_fraction(folder, fraction) == len(first.samples) > 0
        done = workshop.dbt(
            folder,
            *("run", "--select", "+path:models/subset", "--exclude", "identifying_values"),
            database=DATABASE,
        )
        assert done.exit_code == 0, done.output[-5000:]
        service = _described(decided["catalog"], decided["plan"], fraction)
        with workshop.connect(DATABASE) as connected:
            rows.service = service
            verdict = batch.compared(connected, Verdict(service), rows)
        assert verdict.problems[:20] == [], (restored, fraction)
        assert verdict.kept > 0


def _set_fraction(folder: Path, fraction: str) -> int:
    """Change the fraction of every root; returns how many there are."""
    changed = 0
    for path in (folder / "models" / "subset").rglob("*.sql"):
        text = path.read_text(encoding="utf-8")
        other, count = re.subn(r"fraction=[0-9.]+", f"fraction={fraction}", text)
        if count:
            path.write_text(other, encoding="utf-8")
            changed += 1
    return changed


def _described(catalog: Catalog, plan: Plan, fraction: str | None) -> Service:
    """What init decided, in the words of the oracle."""
    names = render.Names(catalog)
    schemas = sorted({table.schema for table in catalog.tables.values()})
    parents = {child: name for name, t in catalog.tables.items() for child in t.children}
    tables, modes, samples = [], {}, {}
    for name, table in sorted(catalog.tables.items()):
        node, own = plan.nodes[name], names.node(name)
        parent = parents.get(name)
        tables.append(
            Table(
                id=own,
                place=schemas.index(table.schema),
                name=table.name,
                columns=tuple(Column(c.name, c.type.text, not c.not_null) for c in table.columns),
                key=tuple(node.key),
                inherits=names.node(parent) if parent else None,
            )
        )
        modes[own] = node.mode
        if node.mode == "sampled":
            strata = tuple(Stratum("column", column) for column in node.strata)
            samples[own] = Sample(fraction or "1", strata, at_least=1 if node.key else 0)
    edges = tuple(
        Edge(
            names.node(r.table),
            names.node(r.to),
            tuple(Reader("column", column, "") for column in r.columns),
            tuple(r.to_columns),
            follow=Follow() if r in plan.followed else None,
        )
        for r in catalog.references
    )
    return Service(0, tuple(tables), edges, modes, samples, schemas=tuple(schemas))
