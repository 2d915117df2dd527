"""The summary counts what the database and dbt say, and nothing else."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conftest import TestServer
from tdm import connection, summary

LEDGER = """
create schema shop;
create table shop."Customers" as select generate_series(1, 200) as customer_id;
create table shop.orders as select generate_series(1, 1000) as order_id;
create schema staging_mask_tdm;
create table staging_mask_tdm.gate_results (gate text, findings int, at timestamptz);
insert into staging_mask_tdm.gate_results values
    ('a', 3, '2026-01-01'), ('a', 0, '2026-01-02'), ('b', 0, '2026-01-01'), ('b', 1, '2026-01-02');
create table staging_mask_tdm.treatments
    (source_table text, column_name text, treatment text, at timestamptz);
insert into staging_mask_tdm.treatments values
    ('shop.customers', 'email', 'kept', '2026-01-01'),
    ('shop.customers', 'email', 'masked', '2026-01-02'),
    ('shop.customers', 'customer_id', 'masked', '2026-01-02'),
    ('shop.orders', 'order_id', 'kept', '2026-01-02'),
    ('shop.orders', 'left_over', 'dropped', '2025-01-02');
create table staging_mask_tdm.releases (
    release int, environment text, key_id text, tables jsonb, withdrawn_at timestamptz);
insert into staging_mask_tdm.releases values
    (1, 'staging_mask', 'k1',
     '[{"source_schema": "shop", "source_table": "Customers", "rows": 7}]', now()),
    (2, 'staging_mask', 'k1',
     '[{"source_schema": "shop", "source_table": "Customers", "rows": 10},
       {"source_schema": "shop", "source_table": "orders", "rows": 50}]', null),
    (3, 'perf', 'k2', '[]', null);
"""


def source(name: str, identifier: str, columns: dict[str, str], **meta: str) -> dict[str, Any]:
    return {
        "source_name": "shop",
        "name": name,
        "schema": "shop",
        "identifier": identifier,
        "config": {"meta": meta},
        "columns": {c: {"config": {"meta": {"class": k}}} for c, k in columns.items()},
    }


MANIFEST = {
    "sources": {
        "1": source("customers", "Customers", {"customer_id": "technical", "email": "direct"}),
        "2": source("orders", "orders", {"order_id": "technical"}),
        "3": source("ignored", "nowhere", {}, scope="out"),
    },
    "nodes": {},
}
TARGET = connection.Target("tdm", "staging_mask", "staging_mask", {})


@pytest.fixture
def collected(server: TestServer, database: str, tmp_path: Path) -> dict[str, Any]:
    with server.connect(database) as connected:
        connected.execute(LEDGER)
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "manifest.json").write_text(json.dumps(MANIFEST))
    return summary.collect(tmp_path, server.dsn(database), TARGET)


def test_numbers_come_from_the_ledger(collected: dict[str, Any]) -> None:
    assert collected == {
        "release": 2,
        "key_id": "k1",
        "services": [{"service": "shop", "tables": 2, "rows_in": 1200, "rows_kept": 60}],
        "columns": {
            "direct": {"masked": 1, "dropped": 0, "kept": 0},
            "technical": {"masked": 1, "dropped": 0, "kept": 1},
        },
        "gates": {"passed": 1, "total": 2},
    }


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_page_holds_what_matters(collected: dict[str, Any], width: int) -> None:
    text = io.StringIO()
    done = {
        "target": "staging_mask",
        "server": "PostgreSQL 18.6",
        **collected,
        "dump": {
            "path": "/x/dumps/demo-staging_mask",
            "digest": "sha256:" + "ab" * 32,
            "bytes": 1234567,
            "rows": 60,
            "tables": 2,
        },
        "loaded": {"dsn": "postgresql://postgres@/demo_loaded?host=/tmp/tdm-12345678&port=5432"},
        "seconds": {"server": 0.5, "dbt build": 20.25},
    }
    summary.render(done, Console(file=text, width=width))
    shown = text.getvalue()
    for wanted in ("1,200", "5.0 %", "1 of 2 gates", "1.2 MB", "k1", "technical", "dbt build 20.2"):
        assert wanted in " ".join(shown.split()), wanted
    # What a person copies must not be broken over lines.
    assert done["loaded"]["dsn"] in shown
    assert done["dump"]["path"] in shown
    assert done["dump"]["digest"] in shown
