"""What a build did, in numbers that come from the database and from dbt, and on one page."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from rich import box
from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tdm import binaries, connection, manifest
from tdm.counted import counted

_CLASSES = ("direct", "credential", "quasi", "sensitive", "free_text", "technical", "none")
_TREATMENTS = ("masked", "dropped", "kept")


def collect(project_dir: Path, dsn: str, target: connection.Target) -> dict[str, Any]:
    """Measure what stands in the database after a build.

    Args:
        project_dir: the dbt project; its manifest.json is the one of the build.
        dsn: the database.
        target: the target that was built.

    Returns:
        services: rows in and kept for each; columns: how many of each class got which treatment;
        gates: passed and total; key_id and release.
    """
    declared = manifest.sources(manifest.read(project_dir) or {})
    with connection.connect(dsn, autocommit=True) as connected:
        release = _release(connected, target)
        kept = {_name(entry): int(entry["rows"]) for entry in release.get("tables", [])}
        return {
            "release": release.get("release"),
            "key_id": release.get("key_id"),
            "services": _services(connected, declared, kept),
            "columns": _columns(connected, target, declared),
            "gates": _gates(connected, target),
        }


def _release(connected: psycopg.Connection[Any], target: connection.Target) -> dict[str, Any]:
    query = sql.SQL(
        "select release, key_id, tables from {} where environment = %s and withdrawn_at is null"
        " order by release desc limit 1"
    )
    row = connected.execute(query.format(_ledger(target, "releases")), [target.name]).fetchone()
    return {"release": row[0], "key_id": row[1], "tables": row[2]} if row else {}


def _name(entry: dict[str, Any]) -> tuple[str, str]:
    """The source table of a released one, by its real name."""
    return entry["source_schema"], entry["source_table"]


def _services(
    connected: psycopg.Connection[Any],
    declared: list[dict[str, Any]],
    kept: dict[tuple[str, str], int],
) -> list[dict[str, Any]]:
    """Tables and rows of each service: what stands in the source, what was released."""
    services: dict[str, dict[str, Any]] = {}
    for source in declared:
        relation = sql.Identifier(source["schema"], source["identifier"])
        row = connected.execute(sql.SQL("select count(*) from {}").format(relation)).fetchone()
        name = source["source_name"]
        service = services.setdefault(
            name, {"service": name, "tables": 0, "rows_in": 0, "rows_kept": 0}
        )
        service["tables"] += 1
        service["rows_in"] += row[0] if row else 0
        service["rows_kept"] += kept.get((source["schema"], source["identifier"]), 0)
    return list(services.values())


def _columns(
    connected: psycopg.Connection[Any], target: connection.Target, declared: list[dict[str, Any]]
) -> dict[str, dict[str, int]]:
    """How many columns of each class got each treatment, as the newest builds recorded it."""
    query = sql.SQL(
        "select distinct on (source_table, column_name) source_table, column_name, treatment"
        " from {} order by source_table, column_name, at desc"
    )
    treated = {
        (table.replace('"', ""), column): treatment
        for table, column, treatment in connected.execute(
            query.format(_ledger(target, "treatments"))
        )
    }
    found: Counter[tuple[str, str]] = Counter()
    for source in declared:
        spellings = (
            f"{source['source_name']}.{source['name']}",
            f"{source['schema']}.{source['identifier']}",
        )
        for name, column in source.get("columns", {}).items():
            treatment = next(
                (treated[table, name] for table in spellings if (table, name) in treated), None
            )
            if treatment is not None:
                found[str(manifest.meta(column).get("class", "?")), treatment] += 1
    known = [c for c in _CLASSES if any(key[0] == c for key in found)]
    other = sorted({key[0] for key in found} - set(known))
    return {c: {t: found[c, t] for t in _TREATMENTS} for c in [*known, *other]}


def _gates(connected: psycopg.Connection[Any], target: connection.Target) -> dict[str, int]:
    query = sql.SQL(
        "select count(*) filter (where findings = 0), count(*) from"
        " (select distinct on (gate) findings from {} order by gate, at desc) as newest"
    )
    row = connected.execute(query.format(_ledger(target, "gate_results"))).fetchone()
    return {"passed": row[0], "total": row[1]} if row else {"passed": 0, "total": 0}


def _ledger(target: connection.Target, table: str) -> sql.Identifier:
    return sql.Identifier(f"{target.schema}_tdm", table)


def render(done: dict[str, Any], console: Console | None = None) -> None:
    """Print the result of `demo_run.run` as one page."""
    console = console or Console(file=sys.stdout, highlight=False)
    rows_in = sum(service["rows_in"] for service in done["services"])
    rows_kept = sum(service["rows_kept"] for service in done["services"])
    gates, dump, loaded = done["gates"], done["dump"], done["loaded"]
    masked = sum(by["masked"] + by["dropped"] for by in done["columns"].values())
    columns = sum(sum(by.values()) for by in done["columns"].values())
    headline = Text.from_markup(
        f"[bold]{rows_in:,}[/] rows of production became [bold]{rows_kept:,}[/] rows of test data"
        f" ({_share(rows_kept, rows_in)}).\n"
        f"[bold]{masked}[/] of {columns} columns were masked or dropped,"
        f" [bold]{gates['passed']}[/] of {gates['total']} gates passed,\n"
        f"and the dump was loaded into an empty database, every constraint checked."
    )
    console.print()
    console.print(Panel(headline, title="dbt-tdm", box=box.ROUNDED, expand=False, padding=(1, 3)))
    console.print(
        Columns(
            [_services_table(done["services"]), _columns_table(done["columns"])], padding=(0, 4)
        )
    )
    facts = {
        "dump": dump["path"],
        "": f"{_size(dump['bytes'])}, {counted(dump['rows'], 'row')}"
        f" in {counted(dump['tables'], 'table')}",
        "digest": dump["digest"],
        "key": f"{done['key_id']} (its id; the key itself never leaves the vault)",
        "server": f"{done['server']}, target {done['target']}",
        "seconds": ", ".join(f"{name} {took:.1f}" for name, took in done["seconds"].items()),
    }
    for name, fact in facts.items():
        _print(console, f"[bold]{name:<9}[/]", str(fact))
    console.print("\n[bold]What next[/]")
    for why, command in _next_steps(loaded["dsn"]):
        _print(console, f"  [dim]{why}[/]\n    ", command, style="cyan")
    console.print()


def _print(console: Console, label: str, text: str, style: str = "") -> None:
    """Print a line that people copy from: never broken, whatever the width."""
    console.print(Text.from_markup(label) + Text(text, style=style), soft_wrap=True)


def _services_table(services: list[dict[str, Any]]) -> Table:
    table = Table(title="rows", box=box.SIMPLE_HEAD, title_justify="left", show_footer=True)
    tables = sum(service["tables"] for service in services)
    rows_in = sum(service["rows_in"] for service in services)
    rows_kept = sum(service["rows_kept"] for service in services)
    table.add_column("service", footer="all")
    table.add_column("tables", justify="right", footer=str(tables))
    table.add_column("in", justify="right", footer=f"{rows_in:,}")
    table.add_column("kept", justify="right", footer=f"{rows_kept:,}")
    table.add_column("", justify="right", style="dim", footer=_share(rows_kept, rows_in))
    for s in services:
        table.add_row(
            s["service"],
            str(s["tables"]),
            f"{s['rows_in']:,}",
            f"{s['rows_kept']:,}",
            _share(s["rows_kept"], s["rows_in"]),
        )
    return table


def _columns_table(columns: dict[str, dict[str, int]]) -> Table:
    table = Table(title="columns", box=box.SIMPLE_HEAD, title_justify="left", show_footer=True)
    table.add_column("class", footer="all")
    for treatment in _TREATMENTS:
        total = sum(by[treatment] for by in columns.values())
        table.add_column(treatment, justify="right", footer=str(total))
    for name, by in columns.items():
        table.add_row(name, *(str(by[treatment] or "·") for treatment in _TREATMENTS))
    return table


def _next_steps(loaded_dsn: str) -> list[tuple[str, str]]:
    psql = shutil.which("psql") or str(binaries.embedded_bin() / "psql")
    return [
        ("look at the data", f"{psql} '{loaded_dsn}'"),
        ("see how a table is masked", "models/masked/shop/masked_shop__customers.sql"),
        ("build it yourself", ". .venv/bin/activate && dbt build --target staging_mask"),
        ("start with a database of your own", "tdm init --dsn DSN --out DIR"),
        ("stop the server; its data stays", "tdm down"),
    ]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _size(count: int) -> str:
    size = float(count)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
