"""The key is nowhere but in the vault; nobody's data is where dbt writes, whatever fails."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from conftest import DbtRun
from main_job.support import RELEASED, ROOT_KEY, TARGET, Built, Job, replace_in
from main_job.values import keys_found, personal, texts_under
from tdm import dump


def vault(job: Job, root: str = ROOT_KEY) -> dict[str, bytes]:
    """Every secret of the vault, `root` being the active one."""
    found = {
        str(name): bytes(key)
        for name, key in job.query(
            """
            select case state when 'active' then 'root' else state end, root from tdm_vault.roots
            union all select 'environment', key from tdm_vault.environments
            union all select 'scan', key from tdm_vault.scan_keys
            union all select domain || ' ipad', ipad from tdm_vault.domain_keys
            union all select domain || ' opad', opad from tdm_vault.domain_keys
            union all select domain || ' round ' || place, key
            from tdm_vault.domain_keys
            cross join lateral unnest(round_keys) with ordinality as r (key, place)
            """
        )
    }
    assert found["root"].hex() == root
    assert len(found) > 300
    return found


def test_the_search_for_keys_finds_them() -> None:
    key = bytes(range(200, 232))
    for shift in range(3):
        hidden = b"text " + base64.b64encode(b"abc"[:shift] + key + b"more") + b" text"
        assert keys_found(hidden, [b"\0" * 32, key]) == [1]
    for hidden in (key, key.hex().encode(), key.hex().upper().encode()):
        assert keys_found(b"x" + hidden + b"y", [key]) == [0]
    assert keys_found(b"x" + key[:-1], [key]) == []


def test_the_key_is_in_no_file_and_no_log(built: Built, looked_at: Job, tmp_path: Path) -> None:
    """What dbt writes, what the server logs, what its statistics hold, what is exported."""
    secrets = vault(looked_at)
    exported = [tmp_path / "dump", tmp_path / "dump.sql"]
    for path, kind in zip(exported, ("dir", "sql"), strict=True):
        dump.export(looked_at.project, path, kind, looked_at.dsn(), TARGET)
    places = {
        str(path): content
        for path, content in texts_under(
            built.project / "target", built.project / "logs", built.log, *exported
        )
    }
    places["output"] = built.output.encode()
    statistics = looked_at.query(
        "select coalesce(most_common_vals::text, '') || coalesce(histogram_bounds::text, '')"
        " || coalesce(most_common_elems::text, '') from pg_stats"
    )
    assert len(statistics) > 400
    places["pg_stats"] = "\n".join(text for (text,) in statistics).encode()
    plans = looked_at.value("select string_agg(prosrc, ' ') from pg_proc")
    places["functions"] = plans.encode()
    with built.server.connect() as connected:
        if connected.execute("show shared_preload_libraries").fetchone() == ("pg_stat_statements",):
            connected.execute("create extension if not exists pg_stat_statements")
            row = connected.execute(
                "select string_agg(query, e'\\\\n'), count(*) from pg_stat_statements"
                " join pg_database on pg_database.oid = dbid where datname = %s",
                [RELEASED],
            ).fetchone()
            assert row is not None and int(str(row[1])) > 400
            places["pg_stat_statements"] = str(row[0]).encode()
    log = places[str(built.log)]
    assert log.count(b"create unlogged table") > 40, "the server's log holds no statements"
    assert sum(len(content) for content in places.values()) > 10_000_000
    found = [
        (place, name)
        for place, content in places.items()
        for name in [list(secrets)[number] for number in keys_found(content, secrets.values())]
    ]
    assert found == []


def test_nobodys_data_is_in_what_a_build_writes(built: Built, looked_at: Job) -> None:
    people = personal(looked_at)
    assert people.count > 2000
    # the search finds what is there
    somebody = looked_at.value("select full_name from shop.customers order by customer_id limit 1")
    assert people.found_in(f"… ({somebody}): …") == [somebody]
    assert people.found_in(built.output) == []
    for path, content in texts_under(built.project / "target", built.project / "logs"):
        found = people.found_in(content.decode("utf-8", "replace"))
        assert not found, f"{len(found)} values in {path.name}"


def test_failures_show_no_value(newest: None, job: Job, tmp_path: Path) -> None:
    """A cast that fails on a row: in a mask, keys, rows, a closure and a gate."""
    project = job.copied_project(tmp_path)
    (project / "logs").mkdir(exist_ok=True)
    models = project / "models"
    replace_in(
        models / "masked/shop/masked_shop__reviews.sql",
        "    stars,\n",
        "    {{ tdm.mask_sql('stars', 'nullif(body, $$$$)::smallint') }} as stars,\n",
    )
    replace_in(
        models / "subset/shop/sampled_shop__orders.sql",
        "['customer_id']),",
        "['customer_id'], where='x.gift_message::int > 0'),",
    )
    replace_in(
        models / "subset/support/subset_support__messages.sql",
        "['ticket_id']),",
        "['ticket_id'], where='x.body::date > now()'),",
    )
    replace_in(
        models / "subset/shop/kept_shop__addresses_customers.sql",
        "tdm.reference(ref('subset_shop__orders'), ['customer_id']),",
        "tdm.reference(ref('subset_shop__orders'), to=['customer_id'],"
        " expression=['x.contact_phone::bigint']),",
    )
    (project / "tests" / "gates" / "failing.sql").write_text(
        "{{ tdm.gate() }}\nselect 'x' as message from {{ ref('subset_shop__customers') }}"
        " where full_name::int = 1"
    )
    people = personal(job)
    failing = {
        "masked_shop__reviews": (
            "shop.reviews failed on its data (SQLSTATE 22P02)",
            "stars (22P02)",
        ),
        "sampled_shop__orders": ("sampled_shop__orders failed on its data (SQLSTATE 22P02)",),
        "subset_support__messages": (
            "subset_support__messages failed on its data (SQLSTATE 22007)",
        ),
    }
    # by itself: it waits for two of the others
    closure = {
        "kept_shop__addresses_customers": (
            "kept_shop__addresses_customers failed on its data at customers",
            "SQLSTATE 22P02",
        )
    }
    together = job.dbt("run", "--select", *closure, project=project)
    check_failure(together, job.failures(project), closure)
    run = job.dbt("run", "--select", *failing, project=project)
    results = job.failures(project)
    check_failure(run, results, failing)
    gate = job.dbt("test", "--select", "failing", project=project)
    check_failure(
        gate, job.failures(project), {"failing": ("failing failed on its data (SQLSTATE 22P02)",)}
    )
    assert people.found_in(run.output + gate.output + together.output) == []
    for path, content in texts_under(project / "target", project / "logs"):
        found = people.found_in(content.decode("utf-8", "replace"))
        assert not found, f"{len(found)} values in {path.name}"


def check_failure(
    run: DbtRun, failures: dict[str, str], wanted: Mapping[str, tuple[str, ...]]
) -> None:
    """Exactly these nodes failed, with these words."""
    assert run.exit_code == 1
    assert set(failures) == set(wanted), run.output
    for name, parts in wanted.items():
        for part in parts:
            assert part in failures[name], failures[name]
