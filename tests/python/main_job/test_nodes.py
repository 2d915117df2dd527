"""Many dbt processes instead of one, and what comes out: the same dump, to the byte."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from main_job.support import (
    RELEASED,
    ROOT_KEY,
    SOURCE_ONLY,
    TARGET,
    Built,
    Job,
    clone,
    cluster_source,
    masked_tables,
)
from tdm import dump
from tdm.load import load

CHUNKS = 6


@pytest.fixture(scope="module")
def exported(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The dump of the bare build, in both formats."""
    folder = tmp_path_factory.mktemp(f"exported-{built.version}")
    with clone(built, RELEASED) as job:
        export(job, folder)
    yield folder


def export(job: Job, folder: Path) -> None:
    dump.export(job.project, folder / "dump", "dir", job.dsn(), TARGET)
    dump.export(job.project, folder / "dump.sql", "sql", job.dsn(), TARGET)


def nodes(job: Job) -> list[dict[str, Any]]:
    """Seeds, models and tests, in an order that a scheduler might run them in."""
    run = job.dbt(
        "ls", "--quiet", "--output", "json", "--output-keys",
        "name", "unique_id", "resource_type", "depends_on",
    )  # fmt: skip
    assert run.exit_code == 0, run.output
    found = [json.loads(line) for line in run.output.splitlines() if line.startswith("{")]
    left = {node["unique_id"]: node for node in found if node["resource_type"] != "source"}
    assert len(left) > 160
    dice = random.Random(job.built.version)  # noqa: S311
    order: list[dict[str, Any]] = []
    while left:
        ready = [
            node
            for node in left.values()
            if not left.keys() & set(node["depends_on"].get("nodes") or [])
        ]
        chosen = dice.choice(sorted(ready, key=lambda node: str(node["unique_id"])))
        order.append(left.pop(chosen["unique_id"]))
    return order


def processes(order: list[dict[str, Any]], one_by_one: bool) -> Iterator[list[str]]:
    """The arguments of each dbt process: the guard and its gate, seeds, models, tests, release."""
    guard = ("key_vault", "source_columns", "source_decided")
    models, tests = [], []
    for node in order:
        if node["name"] not in (*guard, "release"):
            if node["resource_type"] == "model":
                models.append(node["name"])
            elif node["resource_type"] in ("test", "unit_test"):
                tests.append(node["name"])
    seeds = [node["name"] for node in order if node["resource_type"] == "seed"]
    yield ["run", "--select", guard[0]]
    yield ["run", "--select", guard[1]]
    yield ["test", "--indirect-selection", "empty", "--select", guard[2]]
    for chunk in chunks(seeds, one_by_one, 1):
        yield ["seed", "--select", *chunk]
    for chunk in chunks(models, one_by_one, CHUNKS):
        yield ["run", "--select", *chunk]
    for chunk in chunks(tests, one_by_one, 2):
        yield ["test", "--indirect-selection", "empty", "--select", *chunk]


def chunks(names: list[str], one_by_one: bool, count: int) -> list[list[str]]:
    size = 1 if one_by_one else -(-len(names) // count)
    return [names[at : at + size] for at in range(0, len(names), size)]


def differing(left: Path, right: Path) -> list[str]:
    """What `diff -r` says."""
    done = subprocess.run(["diff", "-rq", left, right], capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def test_many_processes_make_the_same_dump(
    newest: None, job: Job, exported: Path, tmp_path: Path
) -> None:
    """One thread, several processes, a source in another physical order: byte for byte."""
    with job.connect() as connected:
        assert cluster_source(connected) > 15
    order = nodes(job)
    gates_ran = False
    for arguments in processes(order, one_by_one=False):
        if arguments[0] == "test" and "source_decided" not in arguments and not gates_ran:
            gates_ran = True
            early = job.dbt("run", "--select", "release")
            assert early.exit_code == 1
            message = job.failures()["release"]
            assert "ran on tables that have been rebuilt since" in message
            valid = "select count(*) from staging_mask_tdm.releases where withdrawn_at is null"
            assert job.value(valid) == 0
        run = job.dbt(*arguments, "--threads", "1")
        assert run.exit_code == 0, run.output
    last = job.dbt("run", "--select", "release")
    assert last.exit_code == 0, last.output
    export(job, tmp_path)
    assert differing(exported, tmp_path) == []


@pytest.mark.skipif("TDM_SLOW" not in os.environ, reason="set TDM_SLOW: about 190 processes")
def test_one_process_a_node_from_nothing(newest: None, built: Built) -> None:
    """As a scheduler does it that knows nothing but `dbt ls`."""
    with clone(built, SOURCE_ONLY) as job:
        key = f"-c tdm.root_key={ROOT_KEY}"
        gates_ran = False
        for arguments in processes(nodes(job), one_by_one=True):
            if arguments[0] == "test" and "source_decided" not in arguments and not gates_ran:
                gates_ran = True
                early = job.dbt("run", "--select", "release")
                assert early.exit_code == 1
                message = job.failures()["release"]
                assert "gate no_leak_shop__customers has not run" in message
            run = job.dbt(*arguments, "--threads", "1", options=key)
            assert run.exit_code == 0, run.output
        last = job.dbt("run", "--select", "release")
        assert last.exit_code == 0, last.output
        assert len(masked_tables(job)) == 32


def test_a_second_export_is_the_same(looked_at: Job, exported: Path, tmp_path: Path) -> None:
    """Also from a database of another name, and over a dump that stands there."""
    export(looked_at, tmp_path)
    export(looked_at, tmp_path)
    assert differing(exported, tmp_path) == []


def test_both_formats_load(built: Built, exported: Path) -> None:
    """By `tdm load`, and by psql alone; the same rows, and every constraint valid."""
    loaded, restored = built.server.create(), built.server.create()
    try:
        done = load(exported / "dump", built.server.dsn(loaded))
        psql = subprocess.run(
            [built.server.bin / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1",
             "-d", built.server.dsn(restored), "-f", exported / "dump.sql"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert psql.returncode == 0 and not psql.stderr, psql.stderr
        counts = []
        for database in (loaded, restored):
            with built.server.connect(database) as connected:
                invalid = connected.execute(
                    "select conname from pg_constraint where not convalidated"
                ).fetchall()
                assert invalid == []
                counts.append(
                    connected.execute(
                        "select (select count(*) from shop.customers),"
                        " (select sum(line_amount) from shop.order_lines),"
                        " (select count(email_domain) from auth.users),"
                        " (select count(*) from shop.customer_summary),"
                        " (select md5(string_agg(c::text, '|' order by customer_id))"
                        "  from shop.customers as c)"
                    ).fetchone()
                )
                next_one = connected.execute(
                    "insert into shop.orders (customer_id, ship_address_id, currency_code, total,"
                    " placed_at, updated_at) select customer_id, ship_address_id, currency_code,"
                    " total, placed_at, updated_at from shop.orders limit 1 returning order_id,"
                    " (select max(order_id) from shop.orders)"
                ).fetchone()
                assert next_one is not None and int(str(next_one[0])) > int(str(next_one[1]))
        assert counts[0] == counts[1] and counts[0] is not None and all(counts[0])
        manifest = json.loads((exported / "dump" / "manifest.json").read_text())
        assert done["rows"] == sum(table["rows"] for table in manifest["tables"]) > 2000
    finally:
        built.server.drop(loaded)
        built.server.drop(restored)
