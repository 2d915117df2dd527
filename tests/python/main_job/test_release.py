"""Who may read what, and when: the release opens the masked tables, everything else closes them."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from main_job.support import TARGET, Job, masked_tables

SCHEMAS = [f"{TARGET}_{service}" for service in ("auth", "billing", "catalog", "shop", "support")]


def readable(job: Job) -> int:
    """How many masked tables a reader can really read."""
    count = 0
    with job.connect() as connected:
        connected.execute("set role tdm_reader")
        for relation in masked_tables(job).values():
            try:
                connected.execute(f"select from {relation} limit 1")
                count += 1
            except psycopg.errors.InsufficientPrivilege:
                pass
    return count


def released(job: Job) -> int:
    """How many releases are valid: one or none."""
    return int(job.value(f"select count(*) from {TARGET}_tdm.releases where withdrawn_at is null"))


def refusal(job: Job, project: Path | None = None) -> str:
    """Try to release; must be refused, shut readers out, and say why."""
    run = job.dbt("run", "--select", "release", project=project)
    assert run.exit_code == 1, run.output
    assert readable(job) == 0 and released(job) == 0
    message = job.failures(project)["release"]
    assert "not released" in message
    return message


def test_readers_read_what_is_released_and_nothing_else(looked_at: Job) -> None:
    assert readable(looked_at) == 32
    with looked_at.connect() as connected:
        closed = connected.execute(
            "select oid::regclass::text from pg_class where relkind in ('r', 'v', 'p', 'm')"
            " and relnamespace::regnamespace::text in (%s, %s, 'tdm_vault')",
            [f"{TARGET}_subset", f"{TARGET}_tdm"],
        ).fetchall()
        assert len(closed) > 60
        connected.execute("set role tdm_reader")
        for (relation,) in closed:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connected.execute(f"select from {relation} limit 1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connected.execute("select tdm_vault.derive('a', 'b')")


def test_a_rebuilt_masked_table_closes_everything_until_its_gates_have_passed(job: Job) -> None:
    assert job.dbt("run", "--select", "masked_catalog__tags").exit_code == 0
    assert readable(job) == 0 and released(job) == 0
    message = refusal(job)
    assert "gate same_shape_catalog__tags ran on tables that have been rebuilt since" in message
    assert "gate references_whole_catalog ran on tables" in message
    assert "same_shape_catalog__categories" not in message
    again = job.dbt("build", "--select", "masked_catalog__tags+", "--threads", "4")
    assert again.exit_code == 0, again.output
    assert readable(job) == 32 and released(job) == 1


def test_a_rebuilt_subset_table_closes_everything(newest: None, job: Job) -> None:
    assert job.dbt("run", "--select", "subset_catalog__tags").exit_code == 0
    assert readable(job) == 0 and released(job) == 0
    message = refusal(job)
    assert "gate same_shape_catalog__tags ran on tables that have been rebuilt since" in message


def test_a_failed_gate_and_a_forgotten_gate(newest: None, job: Job, tmp_path: Path) -> None:
    """Each alone is reason enough, and is named."""
    table = f"{TARGET}_catalog.tags"
    job.query(f"delete from {table} where tag_id = (select min(tag_id) from {table})")
    assert "Build these tables again" in refusal(job)
    assert job.dbt("test", "--select", "same_shape_catalog__tags").exit_code == 1
    message = refusal(job)
    assert "gate same_shape_catalog__tags reported 1 findings" in message
    assert "no_leak" not in message

    project = job.copied_project(tmp_path)
    (project / "tests" / "gates" / "added.sql").write_text(
        "{{ tdm.gate() }}\nselect 'never' as message"
        " from {{ ref('masked_catalog__tags') }} where false\n"
    )
    assert "gate added has not run" in refusal(job, project)

    job.query(f"delete from {TARGET}_tdm.gate_results")
    assert "no gate has ever been recorded" in refusal(job)


@pytest.mark.parametrize(
    "edit",
    [
        "update {0} set name = 'edited'",  # all rows in one statement: all of one transaction again
        "delete from {0} where tag_id = (select min(tag_id) from {0})",
        "truncate {0}",
        "insert into {0} select tag_id + 1000, name from {0} limit 1",
    ],
)
def test_rows_edited_by_hand(newest: None, job: Job, edit: str) -> None:
    """However it is done, and though every gate has passed before."""
    job.query(edit.format(f"{TARGET}_catalog.tags"))
    assert "rows were changed by hand after they were masked in catalog.tags" in refusal(job)


def test_tables_come_into_the_world_closed(newest: None, job: Job) -> None:
    """Whatever default privileges say."""
    job.query(
        "alter default privileges grant select on tables to tdm_reader;"
        f" grant usage on schema {TARGET}_subset to tdm_reader"
    )
    nodes = ["masked_catalog__tags", "subset_catalog__tags", "sampled_catalog__product_tags"]
    assert job.dbt("run", "--select", *nodes).exit_code == 0
    for relation in (
        f"{TARGET}_catalog.tags",
        f"{TARGET}_subset.subset_catalog__tags",
        f"{TARGET}_subset.sampled_catalog__product_tags",
    ):
        assert not job.value("select has_table_privilege('tdm_reader', %s, 'select')", [relation])


def test_nothing_is_released_twice(looked_at: Job) -> None:
    """The ledger holds one valid release, of every table, with what stands there."""
    assert released(looked_at) == 1
    wrong = looked_at.query(
        f"""
        select t ->> 'source'
        from {TARGET}_tdm.releases cross join lateral jsonb_array_elements(tables) as t
        where (t ->> 'oid')::oid is distinct from to_regclass(
            quote_ident(t ->> 'schema') || '.' || quote_ident(t ->> 'source_table')
        )::oid
        """
    )
    assert wrong == []
    assert set(SCHEMAS) == {
        schema
        for (schema,) in looked_at.query(
            "select nspname from pg_namespace"
            " where has_schema_privilege('tdm_reader', oid, 'usage') and nspname like 'staging%'"
        )
    }
