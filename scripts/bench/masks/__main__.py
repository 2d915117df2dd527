"""`python -m bench.masks`: floors, ten columns, a masked dump, other tools, and each mask alone."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import command, given, server
from bench.masks import ground, report, rivals
from bench.masks.ground import Ground
from bench.measure import Command, Spent
from tdm.errors import TdmError

_PARTS = ("tables", "rivals", "alone")


def main(
    rows: Annotated[int, typer.Option(help="People.")] = 1_000_000,
    few: Annotated[int, typer.Option(help="People that other tools get.")] = 100_000,
    rounds: Annotated[int, typer.Option(help="Turns of everybody.")] = 2,
    only: Annotated[str, typer.Option(help=f"{', '.join(_PARTS)}; default: all.")] = "",
    pg: Annotated[int, typer.Option(help="PostgreSQL's major version.")] = 0,
    out: Annotated[Path | None, typer.Option(help="A JSON file for every turn.")] = None,
    costs: Annotated[
        Path | None,
        typer.Option(help="A JSON file of what `tdm masks` says: scripts/tdm/mask_costs.json."),
    ] = None,
    schema: given.SchemaOption = None,
    cache: given.CacheOption = given.CACHE,
) -> None:
    """What masks cost: server and client CPU, beside copies, an unmasked dump and other tools."""
    parts = given.chosen(only, _PARTS) or list(_PARTS)
    generator = given.generator(schema, ground.GENERATOR)
    if generator is None:
        return
    version = pg or server.default_version()
    turns: dict[str, list[Spent]] = {}
    left_out: list[str] = []
    with ground.laid(generator, rows, min(few, rows), version) as laid:
        _say(f"{rows:,} people.")
        contestants: dict[str, Callable[[], Spent]] = {}
        contestants |= _tables(laid) if "tables" in parts else {}
        contestants |= _rivals(laid, cache) if "rivals" in parts else {}
        contestants |= _alone(laid) if "alone" in parts else {}
        for number in range(rounds):
            for name, run in list(contestants.items()):
                try:
                    spent = run()
                except (given.NotInstalled, TdmError) as why:
                    if name not in rivals.FACTS:
                        raise
                    left_out.append(f"{name}: {str(why).strip().splitlines()[-1]}")
                    del contestants[name]
                    _say(f"Left out: {left_out[-1]}")
                    continue
                turns.setdefault(name, []).append(spent)
                _say(f"round {number + 1}, {name}: {spent.cpu:.2f} CPU s")
    options = f"--rows {rows} --few {few} --rounds {rounds}" + (f" --only {only}" if only else "")
    run_of: dict[str, Any] = {
        "command": f"make bench-masks ARGS='{options} --pg {version}'",
        "machine": f"PostgreSQL {version}, {os.cpu_count()} cores, {platform.machine()}, "
        + platform.system(),
        "rows": rows,
        "few": min(few, rows),
        "left_out": left_out,
        "cpu": {name: [spent.cpu for spent in spents] for name, spents in turns.items()},
        "memory": {name: max(spent.memory for spent in spents) for name, spents in turns.items()},
    }
    typer.echo(shown(run_of))
    if out:
        out.write_text(json.dumps(run_of, indent=1) + "\n", encoding="utf-8")
    if costs and "digest" in turns:
        found = report.microseconds(run_of["cpu"], rows)
        found = {name: cost for name, cost in found.items() if "," not in name}
        del found["digest"]
        text = json.dumps({"microseconds": found}, indent=1, sort_keys=True)
        costs.write_text(text + "\n", encoding="utf-8")


def shown(run_of: dict[str, Any]) -> str:
    """What a run wrote, as tables."""
    parts = [
        f"{run_of['machine']}; {run_of['rows']:,} people.",
        report.report(run_of["cpu"], run_of["memory"], run_of["rows"], run_of["few"]),
        *(f"Left out: {line}" for line in run_of["left_out"]),
    ]
    return "\n\n".join(part for part in parts if part)


def _tables(laid: Ground) -> dict[str, Callable[[], Spent]]:
    """The floors, and ours."""
    dumped = laid.folder / "people.dump"

    def dump() -> Spent:
        packed = Command(
            (shutil.which("zstd") or "zstd", "-1", "-q", "-f", "-o", str(dumped)),
            laid.environment(),
            laid.folder,
        )
        masked = laid.made(laid.queries["ten"])
        return masked + laid.spend(laid.program("psql", "-q", "-c", "copy made to stdout"), packed)

    return {
        "copy": lambda: laid.made("select * from public.people"),
        "out": lambda: laid.spend(
            laid.program("psql", "-q", "-o", os.devnull, "-c", "copy public.people to stdout")
        ),
        "pg_dump": lambda: laid.spend(
            laid.program("pg_dump", "-Fc", "-t", "public.people", "-f", str(dumped))
        ),
        "ten": lambda: laid.made(laid.queries["ten"]),
        "eight": lambda: laid.made(laid.queries["eight"]),
        "dump": dump,
    }


def _rivals(laid: Ground, cache: Path) -> dict[str, Callable[[], Spent]]:
    """Other tools on fewer people, and ours on as many."""
    laid.few("few")
    ours = laid.queries["ten"].replace('"public"."people"', '"public"."few"')
    return {"few": lambda: laid.made(ours), **rivals.contestants(laid, cache)}


def _alone(laid: Ground) -> dict[str, Callable[[], Spent]]:
    def one(name: str) -> Callable[[], Spent]:
        return lambda: laid.made(laid.queries[name])

    return {name: one(name) for name in laid.queries if name not in ("ten", "eight")}


def _say(text: str) -> None:
    typer.echo(text, err=True)


if __name__ == "__main__":
    command.run(main)
