"""`tdm clean` drops what the target made, and nothing that it read."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import TestServer
from tdm import clean
from tdm.errors import ExitCode, TdmError

PROJECT = {
    "dbt_project.yml": """
name: small
profile: tdm
models:
  small:
    +schema: shop
flags: {send_anonymous_usage_stats: false}
""",
    "models/_sources.yml": """
sources:
  - name: shop
    schema: shop
    tables: [{name: orders}]
  - name: odd
    schema: staging_mask_production
    tables: [{name: orders}]
""",
    "models/masked_shop__orders.sql": "select 1 as order_id",
}
SCHEMAS = (
    "shop",
    "staging_mask_production",  # a source that only looks like ours
    "staging_mask_shop",
    "staging_mask_subset",
    "staging_mask_tdm",
    "staging_mask_gone",  # made by an earlier version of the project; the ledger knows it
    "staging_mask_mine",  # somebody's own: neither dbt nor the ledger knows it
    "staging_masked",
    "perf_shop",
    "tdm_vault",
)


@pytest.fixture
def small_project(tmp_path: Path, repo: Path) -> Path:
    for name, text in PROJECT.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (tmp_path / "profiles.yml").write_text((repo / "profiles/profiles.yml").read_text())
    return tmp_path


def make_schemas(server: TestServer, database: str) -> None:
    with server.connect(database) as connected:
        for schema in SCHEMAS:
            connected.execute(f"create schema {schema}")
            connected.execute(f"create table {schema}.orders (order_id int)")
        connected.execute("create view staging_mask_subset.v as select * from shop.orders")
        connected.execute(
            "create table staging_mask_tdm.treatments (model text, relation oid, source_table text)"
        )
        connected.execute(
            "insert into staging_mask_tdm.treatments values"
            " ('m', 'staging_mask_gone.orders'::regclass, 'shop.orders')"
        )


def present(server: TestServer, database: str) -> set[str]:
    with server.connect(database) as connected:
        rows = connected.execute(
            "select nspname from pg_namespace where nspname = any(%s)", [list(SCHEMAS)]
        )
        return {str(row[0]) for row in rows}


def test_clean_drops_what_the_target_made(
    server: TestServer, database: str, small_project: Path
) -> None:
    make_schemas(server, database)
    done = clean.clean(small_project, server.dsn(database), "staging_mask")
    made = {"staging_mask_gone", "staging_mask_shop", "staging_mask_subset", "staging_mask_tdm"}
    assert set(done["dropped"]) == made
    assert present(server, database) == set(SCHEMAS) - made
    assert clean.clean(small_project, server.dsn(database), "staging_mask")["dropped"] == []
    assert not (small_project / "target" / "manifest.json").exists()


def test_a_project_that_does_not_parse_still_has_its_ledger(
    server: TestServer, database: str, small_project: Path
) -> None:
    make_schemas(server, database)
    (small_project / "models" / "broken.sql").write_text("{{ nonsense( }}")
    dropped = clean.clean(small_project, server.dsn(database), "staging_mask")["dropped"]
    assert set(dropped) == {"staging_mask_gone", "staging_mask_subset", "staging_mask_tdm"}


def test_a_schema_in_use_is_locked(
    server: TestServer, database: str, small_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_schemas(server, database)
    monkeypatch.setattr(clean, "LOCK_TIMEOUT", "300ms")
    with server.connect(database) as reader, reader.transaction():
        reader.execute("select * from staging_mask_shop.orders")
        with pytest.raises(TdmError, match="staging_mask_shop") as refusal:
            clean.clean(small_project, server.dsn(database), "staging_mask")
    assert refusal.value.exit_code == ExitCode.LOCKED
