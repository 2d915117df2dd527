"""The benchmark measures what it says: everybody takes turns, rows are judged, figures stay."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.server import default_version
from bench.subset import closure, figures, profile
from bench.subset.ground import SOURCE, WORK, laid

REPO = Path(__file__).resolve().parents[2]
GENERATOR = (
    Path(os.environ.get("TDM_BENCH_SCHEMA", REPO.parent / "shared" / "bench")) / "subset_bench.sql"
)
needs_schema = pytest.mark.skipif(not GENERATOR.exists(), reason=f"no {GENERATOR.name} here")


def run(
    *arguments: str, benchmark: str = "subset", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"bench.{benchmark}", *arguments],
        env={**os.environ, "PYTHONPATH": str(REPO / "scripts"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@needs_schema
def test_ours_and_sql_by_hand_keep_exactly_the_closure(tmp_path: Path) -> None:
    out, page = tmp_path / "run.json", tmp_path / "page.md"
    done = run(
        *("--sf", "0.1", "--percents", "10", "--rounds", "1"),
        *("--only", "ours,nodes,sql", "--out", str(out)),
    )
    assert done.returncode == 0, done.stderr
    turns = {turn["name"]: turn for turn in json.loads(out.read_text())["turns"]}
    assert turns["nodes"]["difference"] is None
    assert 0 < turns["nodes"]["phases"]["dbt"]["server"] < turns["ours"]["phases"]["dbt"]["server"]
    for turn in (turns["ours"], turns["sql"]):
        assert turn["difference"]["rows"] > 1000
        assert turn["difference"] | {"rows": 0} == dict.fromkeys(turn["difference"], 0)
        (spent,) = turn["phases"].values()
        assert spent["server"] > 0 and spent["wall"] > 0 and spent["memory"] > 1e6
    assert turns["sql"]["sessions"] == 1 < turns["ours"]["sessions"]
    page.write_text(f"before {figures.BEGIN} old {figures.END} after", encoding="utf-8")
    figures.main([out], page)
    written = page.read_text(encoding="utf-8")
    assert (
        "| ours |" in written
        and "sql, without nodes" in written
        and "--sf 0.1" in written
        and " old " not in written
    )
    assert written.startswith("before ") and written.endswith(" after")


@needs_schema
def test_the_judge_sees_what_is_wrong(tmp_path: Path) -> None:
    with laid(GENERATOR, "0.02", [10.0], default_version(), tmp_path) as ground:
        known = closure.read(ground)
        kept = closure.remember(ground, known, [10.0])[10.0]
        tables = {table: ("public", table) for table in known.columns}
        # the whole database: nothing missing
        found = closure.difference(ground, known, 10.0, SOURCE, tables)
        assert found.missing == found.altered == 0
        assert found.rows == kept + found.extra > kept
        with ground.connect(WORK) as session:
            session.execute(
                "alter table review disable trigger all; alter table region disable trigger all;"
                "delete from region where id = 1; update region set name = 'x' where id = 2"
            )
        wrong = closure.difference(ground, known, 10.0, WORK, tables)
        assert (wrong.missing, wrong.altered) == (1, 1) and not wrong.exact


def test_without_the_schema_it_says_so(tmp_path: Path) -> None:
    done = run("--schema", str(tmp_path))
    assert done.returncode == 0 and "Skipped" in done.stderr and not done.stdout


@pytest.mark.parametrize("benchmark, near", [("subset", "ours"), ("masks", "rivals")])
def test_an_unknown_contestant_is_named(benchmark: str, near: str, tmp_path: Path) -> None:
    for schema in ("subset_bench.sql", "people.sql"):
        (tmp_path / schema).touch()
    done = run("--schema", str(tmp_path), "--only", "nobody", benchmark=benchmark)
    assert done.returncode == 1 and near in done.stderr and "Traceback" not in done.stderr


def test_statements_of_a_log_have_their_cpu() -> None:
    start = "2026-01-01 00:00:00.000 UTC [7] "
    log = (
        f'{start}LOG:  statement: /* {{"node_id": "model.bench.kept_a"}} */ do $$x\n'
        f"\t$$\n{start}LOG:  QUERY STATISTICS\n{start}DETAIL:  ! system usage stats:\n"
        "\t!\t0.250000 s user, 0.125000 s system, 0.5 s elapsed\n"
        f"{start}LOG:  statement: commit\n"
    )
    (found,) = profile.statements(log)
    assert (found.node, found.cpu) == ("kept_a", 0.375)
    assert "| 375.0 | 1 | kept_a |" in profile.table("a turn", [found], 0.5)


@needs_schema
@pytest.mark.skipif(not os.environ.get("TDM_NIGHTLY"), reason="a build by itself: TDM_NIGHTLY=1")
def test_every_mask_has_a_cost(tmp_path: Path) -> None:
    out = tmp_path / "run.json"
    done = subprocess.run(
        [sys.executable, "-m", "bench.masks", "--rows", "3000", "--rounds", "1", "--out", str(out)],
        env={**os.environ, "PYTHONPATH": str(REPO / "scripts")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    costs = json.loads(out.read_text())["cpu"]
    assert costs["ten"][0] > costs["copy"][0] and costs["redact_text"][0] > costs["digest"][0]
    assert "| mask_email |" in done.stdout


@pytest.mark.skipif(not os.environ.get("TDM_NIGHTLY"), reason="a build by itself: TDM_NIGHTLY=1")
def test_the_phases_of_the_main_job() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.main_job", "--scales", "0.05"],
        env={**os.environ, "PYTHONPATH": str(REPO / "scripts")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split("|") for line in done.stdout.splitlines()[2:]]
    assert [row[1].split(",")[0].strip() for row in rows] == ["build", "export", "load"]
    assert all(float(row[4]) > 0 and float(row[7]) > 10 for row in rows), done.stdout
