"""Exactly the rows that belong together: none missing, none too many, and the same every time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from main_job.closure import closure, declared_edges, edges, quoted
from main_job.support import (
    RELEASED,
    TARGET,
    Built,
    Job,
    clone,
    cluster_source,
    contents,
    replace_in,
    set_project_var,
)
from tdm import connection, why
from tdm import plan as plans


@pytest.fixture(scope="module")
def plan(built: Built) -> Iterator[dict[str, Any]]:
    """What `tdm plan --json` prints; made in a database of the name that dbt has parsed for."""
    with clone(built, RELEASED) as job:
        made = plans.plan(job.project, job.dsn(), TARGET)
    yield json.loads(json.dumps(made))


def subset_relations(job: Job) -> dict[str, str]:
    """Every relation of the subset's rows and keys."""
    return {
        name: f"{TARGET}_subset.{name}"
        for (name,) in job.query(
            "select relname from pg_class where relnamespace = %s::regnamespace"
            " and relkind in ('r', 'v') and relname <> 'identifying_values'",
            [f"{TARGET}_subset"],
        )
    }


def test_every_foreign_key_of_production_is_declared(looked_at: Job) -> None:
    """And every declared reference is in the plan."""
    real = {
        row[:2]
        for row in looked_at.query(
            "select conrelid::regclass::text, conname from pg_constraint"
            " where contype = 'f' and conparentid = 0 and connamespace::regnamespace::text"
            " in ('auth', 'billing', 'catalog', 'shop', 'support')"
        )
    }
    declared = {
        (looked_at.value("select %s::regclass::text", [table]), edge.get("name"))
        for table, edge in declared_edges(looked_at.project)
        if edge.get("name")
    }
    assert real == declared and len(real) > 30


def differences(job: Job, plan: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """How many rows each table of the subset has too few and too many."""
    wanted = closure(job, plan)
    found = {}
    for table in plan["tables"]:
        name = quoted(table["table"])
        columns = ", ".join(
            f'"{column}"'
            for (column,) in job.query(
                "select attname from pg_attribute where attrelid = %s::regclass"
                " and attnum > 0 and not attisdropped order by attnum",
                [name],
            )
        )
        kept = Counter(
            text for (text,) in job.query(f"select ({columns})::text from {quoted(table['kept'])}")
        )
        must = Counter(
            text
            for place, text in job.query(
                f"select tableoid::text || ctid::text, ({columns})::text from {name}"
            )
            if place in wanted[name]
        )
        assert must, f"{name}: an empty table proves nothing"
        if kept != must:
            found[table["table"]] = (sum((must - kept).values()), sum((kept - must).values()))
    return found


def test_the_subset_is_exactly_the_closure(looked_at: Job, plan: dict[str, Any]) -> None:
    """Against an independent brute force: zero missing, zero extra, for every table."""
    graph = edges(looked_at.project, plan)
    assert sum(edge.followed for edge in graph) == sum(r["followed"] for r in plan["references"])
    assert differences(looked_at, plan) == {}


def test_the_brute_force_sees_what_is_wrong(newest: None, job: Job, plan: dict[str, Any]) -> None:
    subset = f"{TARGET}_subset.subset_"
    job.query(
        f"delete from {subset}shop__addresses where address_id ="
        f" (select min(address_id) from {subset}shop__addresses);"
        f" insert into {subset}auth__api_keys select * from auth.api_keys"
        f" where api_key_id not in (select api_key_id from {subset}auth__api_keys) limit 1"
    )
    assert differences(job, plan) == {"shop.addresses": (1, 0), "auth.api_keys": (0, 1)}


def test_no_reference_of_the_subset_dangles(looked_at: Job, plan: dict[str, Any]) -> None:
    """Orphans of the subset are orphans of production."""
    kept = {quoted(table["table"]): table["kept"] for table in plan["tables"]}
    for edge in edges(looked_at.project, plan):
        counts = []
        for child, parent in ((kept[edge.child], kept[edge.parent]), (edge.child, edge.parent)):
            values = ", ".join(f"({value}) as r{i}" for i, value in enumerate(edge.values))
            filled = " and ".join(f"r{i} is not null" for i in range(len(edge.values)))
            found = " and ".join(f'p."{column}" = r{i}' for i, column in enumerate(edge.columns))
            counts.append(
                looked_at.query(
                    f"select distinct v from (select {values} from {child} as x"
                    + (f" where {edge.where}" if edge.where else "")
                    + f") as v where {filled}"
                    + f" and not exists (select from {parent} as p where {found})"
                )
            )
        assert set(counts[0]) <= set(counts[1]), (edge.child, edge.values, edge.parent)


def test_a_sample_is_a_function_of_its_keys(looked_at: Job, plan: dict[str, Any]) -> None:
    """Every stratum gives its share; none loses its last row; the reason is written down."""
    strata = looked_at.query(
        f"""
        select country_code, tier, count(*), count(s.customer_id)
        from shop.customers
        left join {TARGET}_subset.sampled_shop__customers as s using (customer_id)
        group by 1, 2
        """
    )
    assert len(strata) > 20
    for country, tier, rows, sampled in strata:
        assert sampled >= 1, (country, tier)
        assert abs(sampled - 0.05 * rows) < 1 or sampled == 1, (country, tier, rows, sampled)
    reasons = {
        reason
        for (reason,) in looked_at.query(
            f"select distinct tdm_reason"
            f" from {TARGET}_subset.kept_shop__addresses_customers__customers"
        )
    }
    assert "sampled" in reasons and "referenced by subset_shop__orders" in reasons


def test_the_same_rows_as_views_on_another_physical_order(
    newest: None, job: Job, tmp_path: Path
) -> None:
    """Views instead of tables, 8 threads instead of 4, a source in another order; then 1 thread."""
    relations = subset_relations(job)
    before = contents(job, relations)
    with job.connect() as connected:
        assert cluster_source(connected) > 15
    project = job.copied_project(tmp_path)
    set_project_var(project, "tdm_subset_as", "view")
    run = job.dbt("run", "--select", "subset", "--threads", "8", project=project)
    assert run.exit_code == 0, run.output
    kinds = Counter(
        kind
        for (kind,) in job.query(
            "select relkind::text from pg_class where relnamespace = %s::regnamespace"
            " and relname like 'subset_%%' and relkind <> 'i'",
            [f"{TARGET}_subset"],
        )
    )
    assert kinds == {"v": 32}
    assert contents(job, relations) == before
    keys = (
        "select count(*) from pg_class where relnamespace = %s::regnamespace"
        " and relname like 'keys\\_%%'"
    )
    assert job.value(keys, [f"{TARGET}_subset"]) > 5, "what views read instead of other views"
    run = job.dbt("run", "--select", "subset", "--threads", "1")
    assert run.exit_code == 0, run.output
    assert contents(job, relations) == before
    assert job.value(keys, [f"{TARGET}_subset"]) == 0


def test_one_percent_lies_inside_five(newest: None, job: Job, tmp_path: Path) -> None:
    project = job.copied_project(tmp_path)
    model = project / "models/subset/shop/sampled_shop__customers.sql"
    sizes: list[int] = []
    for fraction in ("0.01", "0.2"):
        job.query(f"create table public.before as table {TARGET}_subset.sampled_shop__customers")
        replace_in(model, "fraction=0.05" if not sizes else "fraction=0.01", f"fraction={fraction}")
        run = job.dbt("run", "--select", "sampled_shop__customers", project=project)
        assert run.exit_code == 0, run.output
        both, before, after = job.query(
            f"""
            select
                (select count(*) from public.before
                 join {TARGET}_subset.sampled_shop__customers using (customer_id)),
                (select count(*) from public.before),
                (select count(*) from {TARGET}_subset.sampled_shop__customers)
            """
        )[0]
        assert both == min(before, after) and before != after
        sizes.append(after)
        job.query("drop table public.before")


def test_rows_may_be_owned_along_any_reference(newest: None, job: Job, tmp_path: Path) -> None:
    """Polymorphic ids behind a cast, and keys inside an array, capped; `tdm why` follows them."""
    project = job.copied_project(tmp_path)
    model = project / "models/subset/support/sampled_support__tickets.sql"
    replace_in(
        model,
        "    owned_by=[\n",
        "    owned_by=[\n"
        "        tdm.owner(ref('sampled_shop__customers'), expression=['x.subject_id::bigint'],"
        " to=['customer_id'], where=\"x.subject_type = 'customer'\"),\n"
        "        tdm.owner(ref('sampled_shop__orders'), expression=['unnest(x.related_order_ids)'],"
        " to=['order_id']),\n",
    )
    run = job.dbt("run", "--select", "+path:models/subset", project=project)
    assert run.exit_code == 0, run.output
    made = json.loads(json.dumps(plans.plan(project, job.dsn(), TARGET)))
    followed = [edge for edge in made["references"] if edge["followed"] and edge["expression"]]
    assert len(followed) == 2
    reasons = dict(
        job.query(
            f"select tdm_reason, min(ticket_id::text) from {TARGET}_subset.sampled_support__tickets"
            " group by 1"
        )
    )
    assert "owned by sampled_shop__orders" in reasons
    wrong = {
        name: counts
        for name, counts in differences(replace(job, project=project), made).items()
        if counts != (0, 0)
    }
    assert wrong == {}
    told = why.why(
        project,
        job.dsn(),
        connection.resolve_target(project, TARGET),
        "support.tickets",
        [reasons["owned by sampled_shop__orders"]],
    )
    assert told["kept"] is True
    assert told["chain"][-1]["table"] == "shop.customers"


def test_a_changed_subset_is_named(newest: None, job: Job) -> None:
    """One referenced row dropped, a stranger added, a value changed: the gate of each table."""
    subset = f"{TARGET}_subset.subset_"
    job.query(
        f"delete from {subset}shop__addresses where address_id ="
        f" (select min(default_address_id) from {subset}shop__customers);"
        f" insert into {subset}auth__api_keys select * from auth.api_keys"
        f" where api_key_id not in (select api_key_id from {subset}auth__api_keys) limit 1;"
        f" update {subset}shop__reviews set stars = 6 - stars where review_id ="
        f" (select min(review_id) from {subset}shop__reviews where stars <> 3)"
    )
    tables = ["shop__addresses", "auth__api_keys", "shop__reviews"]
    run = job.dbt("test", "--select", *(f"same_shape_{table}" for table in tables))
    assert run.exit_code == 1
    for table in tables:
        message = job.failures()[f"same_shape_{table}"]
        assert f"{table.replace('__', '.')}: the subset was changed after it was built" in message
        assert f"Build subset_{table} again" in message
