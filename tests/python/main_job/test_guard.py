"""Nothing unknown gets through: the guard, before a row is read; and what is planted, after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from main_job.support import SOURCE_ONLY, TARGET, Built, Job, clone, replace_in


@pytest.fixture
def untouched(built: Built) -> Iterator[Job]:
    """A database that holds the production copy and nothing else."""
    with clone(built, SOURCE_ONLY) as made:
        yield made


def test_an_undecided_column_stops_the_build_before_a_row_is_read(untouched: Job) -> None:
    untouched.query("alter table shop.customers add column blood_type varchar(3)")
    untouched.query("create table billing.blacklist (name text)")
    run = untouched.dbt("build")
    assert run.exit_code == 1
    assert (
        "shop.customers.blood_type: not declared. Add to models/source/shop/_shop__sources.yml:"
        '  - {name: blood_type, data_type: "character varying(3)", config: {meta: {class: …}}}'
    ) in run.output
    assert run.output.count("billing.blacklist: this table is not declared.") == 1
    failed = {
        name: status
        for name, (status, _) in untouched.results().items()
        if status not in ("success", "pass", "skipped")
    }
    assert failed == {"source_decided": "error"}
    built = untouched.query(
        "select relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace"
        " where nspname like 'staging_mask%%' and nspname <> %s",
        [f"{TARGET}_tdm"],
    )
    assert built == []
    read = untouched.query(
        "select schemaname, relname from pg_stat_user_tables"
        " where schemaname in ('auth', 'billing', 'catalog', 'shop', 'support')"
        " and coalesce(seq_scan, 0) + coalesce(idx_scan, 0) > 0"
    )
    assert read == []


def test_a_foreign_key_that_is_not_declared(untouched: Job) -> None:
    """What it points at would stay behind, and the dump would not load."""
    untouched.query(
        "alter table shop.customer_audit add constraint audit_order_fkey"
        " foreign key (audit_id) references shop.orders (order_id) not valid"
    )
    untouched.query(
        "alter table shop.orders rename constraint orders_currency_code_fkey to orders_paid_in"
    )
    said = " ".join(untouched.dbt("build").output.split())
    assert (
        "models/source/shop/_shop__sources.yml: shop.customer_audit has the foreign key"
        " audit_order_fkey, which is not declared: what it points at would not come along."
        " Add to its references:"
        ' - {name: audit_order_fkey, columns: ["audit_id"], to: shop.orders,'
        ' to_columns: ["order_id"]} and name it in the model that keeps shop.orders'
    ) in said
    assert (
        "models/source/shop/_shop__sources.yml: shop.orders declares the foreign key"
        " orders_currency_code_fkey, which production does not have. Did you mean orders_paid_in?"
    ) in said
    built = untouched.query(
        "select relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace"
        " where nspname like 'staging_mask%%' and nspname <> %s",
        [f"{TARGET}_tdm"],
    )
    assert built == []


def test_a_part_of_the_build_before_there_is_a_vault(untouched: Job) -> None:
    run = untouched.dbt("run", "--select", "sampled_shop__customers")
    assert run.exit_code == 1
    assert f"target {TARGET} has no key vault in this database yet" in run.output
    assert "dbt build --select key_vault source_columns" in run.output


def test_what_the_guard_wants_decided(newest: None, job: Job, tmp_path: Path) -> None:
    """Class missing, class unknown, type unknown; out of scope and accepted types pass."""
    project = job.copied_project(tmp_path)
    sources = project / "models/source/catalog/_catalog__sources.yml"
    line = "          - {name: tag_id, data_type: integer, config: {meta: {class: technical}}}\n"
    line += "          - {name: name"
    replace_in(
        sources,
        line,
        "          - {name: page, data_type: xml}\n"
        "          - {name: place, data_type: catalog.place, config: {meta: {class: quasi}}}\n"
        "          - {name: kind, data_type: text, config: {meta: {class: harmless}}}\n" + line,
    )
    job.query("create type catalog.place as (lat real, long real)")
    job.query("alter table catalog.tags add page xml, add place catalog.place, add kind text")
    job.query("create table catalog.scratch (id int)")
    run = job.dbt("build", "--select", "source_columns", project=project)
    assert run.exit_code == 1
    message = job.failures(project)["source_decided"]
    print(message)
    assert "catalog.tags.page: no mask knows type xml. Leave the column out" in message
    assert 'accept_type: "xml"' in message
    assert "catalog.tags.place: no mask knows type catalog.place" in message
    assert "catalog.tags.kind: class harmless does not exist. Write one of direct," in message
    assert "catalog.scratch: this table is not declared" in message

    text = sources.read_text()
    text = text.replace(
        "data_type: xml}", "data_type: xml, config: {meta: {class: none, accept_type: xml}}}"
    )
    text = text.replace(
        "{class: quasi}}}\n          - {name: kind",
        "{class: quasi, accept_type: catalog.place}}}\n          - {name: kind",
    )
    text = text.replace("{class: harmless}", "{class: none}")
    text += "      - name: scratch\n        config: {meta: {scope: out, reason: nobody needs it}}\n"
    sources.write_text(text)
    run = job.dbt("build", "--select", "source_columns", project=project)
    assert run.exit_code == 0, run.output


def test_a_canary_in_a_new_row_and_in_a_new_column(newest: None, job: Job, tmp_path: Path) -> None:
    """Planted where everything is kept, rebuilt from the source: caught by the service's gate."""
    project = job.copied_project(tmp_path)
    canary = "(select value from staging_mask_tdm.canaries where value like 'zqdevice%' limit 1)"
    job.query(
        f"insert into catalog.categories (category_id, name) select 9999, 'Old ' || {canary} || '!'"
    )
    job.query("alter table catalog.categories add column teaser jsonb")
    job.query(
        "alter table catalog.categories disable trigger all;"
        f" update catalog.categories set teaser = jsonb_build_object('by', upper({canary}))"
        " where category_id = 9999"
    )
    replace_in(
        project / "models/source/catalog/_catalog__sources.yml",
        "          - {name: parent_id, data_type: integer, config: {meta: {class: technical}}}\n",
        "          - {name: parent_id, data_type: integer, config: {meta: {class: technical}}}\n"
        "          - {name: teaser, data_type: jsonb, config: {meta: {class: none}}}\n",
    )
    model = project / "models/masked/catalog/masked_catalog__categories.sql"
    replace_in(model, "    parent_id,\n", "    parent_id,\n    teaser,\n")
    nodes = ["source_columns", "subset_catalog__categories", "masked_catalog__categories"]
    run = job.dbt("run", "--select", *nodes, project=project)
    assert run.exit_code == 0, run.output
    run = job.dbt("test", "--select", "no_canary_catalog", project=project)
    assert run.exit_code == 1
    message = job.failures(project)["no_canary_catalog"]
    assert "catalog.categories.name: 1 cells hold a canary" in message
    assert "catalog.categories.teaser: 1 cells hold a canary" in message
    assert "zqdevice" not in run.output.lower()


def test_a_moved_source_is_built_again(newest: None, job: Job) -> None:
    """Written to, replaced or rewritten while a build runs; the next build starts anew."""
    job.query("insert into catalog.tags (tag_id, name) values (-1, 'new')")
    job.query("vacuum full catalog.currencies")
    job.query("create table support.same (like support.subscribers including all)")
    job.query("drop table support.subscribers; alter table support.same rename to subscribers")
    job.query(
        "alter table support.subscribers add constraint subscribers_email_fkey"
        " foreign key (email) references auth.users (email)"
    )
    run = job.dbt("test", "--select", "source_did_not_move")
    assert run.exit_code == 1
    message = job.failures()["source_did_not_move"]
    assert "catalog.tags was written to while the build ran. Freeze the source" in message
    assert "catalog.currencies was rewritten while" in message
    assert "support.subscribers was replaced while" in message
    assert job.dbt("run", "--select", "source_columns").exit_code == 0
    again = job.dbt("test", "--select", "source_did_not_move")
    assert again.exit_code == 0, again.output
