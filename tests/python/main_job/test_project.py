"""The project as somebody types at it: parse, the bare command, masked rows to look at."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from main_job.support import TARGET, Built, Job, contents, masked_tables, set_project_var


def test_parse_needs_no_server(newest: None, built: Built, job: Job, tmp_path: Path) -> None:
    project = job.copied_project(tmp_path)
    env = built.server.env() | {"PGHOST": str(tmp_path / "nowhere"), "PWD": str(project)}
    run = built.forks.run(["parse", "--no-partial-parse", "--target", TARGET], project, env)
    assert run.exit_code == 0, run.output


def test_the_bare_command_builds_everything(built: Built) -> None:
    """`dbt build --target staging_mask`, nothing else said; the first build made the key."""
    assert "Completed successfully" in built.output
    assert "RELEASED 32" in built.output
    assert "ERROR=0" in built.output and "SKIP=0" in built.output and "WARN=0" in built.output
    arguments = json.loads((built.project / "target" / "manifest.json").read_text())["metadata"]
    assert arguments["adapter_type"] == "postgres"


def test_masked_views_show_the_same_and_are_not_released(
    newest: None, job: Job, tmp_path: Path
) -> None:
    relations = masked_tables(job)
    before = contents(job, relations)
    project = job.copied_project(tmp_path)
    set_project_var(project, "tdm_masked_as", "view")
    run = job.dbt("build", "--select", "masked+", "--threads", "4", project=project)
    assert run.exit_code == 1
    failures = job.failures(project)
    assert list(failures) == ["release"], run.output
    for relation in ("staging_mask_auth.users", "staging_mask_shop.customers"):
        assert (
            f"{relation} is a view: look at it, but only tables can be released"
            in failures["release"]
        )
    kinds = Counter(
        job.value("select relkind::text from pg_class where oid = %s::regclass", [relation])
        for relation in relations.values()
    )
    assert kinds == {"v": 32}
    assert contents(job, relations) == before
    assert job.value(f"select count(*) from {TARGET}_tdm.releases where withdrawn_at is null") == 0
    again = job.dbt("run", "--select", "masked_catalog__tags")
    assert again.exit_code == 0, again.output
    assert contents(job, relations) == before
