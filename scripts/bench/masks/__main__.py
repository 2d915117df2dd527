"""`python -m bench.masks`: floors, ten columns, a masked dump, and each mask alone."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

from bench import command, server
from bench.masks import ground
from bench.masks.ground import Ground
from bench.measure import Command, Spent
from tdm.errors import TdmError

_REPOSITORY = Path(__file__).resolve().parents[3]
_FLOORS = {
    "copy": "create table as, all 25 columns",
    "out": "COPY of them to a client",
    "pg_dump": "pg_dump -Fc of them, unmasked",
}
_OURS = {
    "ten": "ten columns masked, into a table",
    "eight": "the same without free text and jsonb",
    "dump": "ten columns masked, into a table, then COPY through zstd -1",
}


def main(
    rows: Annotated[int, typer.Option(help="People.")] = 1_000_000,
    rounds: Annotated[int, typer.Option(help="Turns of everybody.")] = 2,
    only: Annotated[str, typer.Option(help="tables, alone; default: both.")] = "tables,alone",
    pg: Annotated[int, typer.Option(help="PostgreSQL's major version.")] = 0,
    out: Annotated[Path | None, typer.Option(help="A JSON file for every turn.")] = None,
    costs: Annotated[
        Path | None,
        typer.Option(help="A JSON file of what `tdm masks` says: scripts/tdm/mask_costs.json."),
    ] = None,
    schema: Annotated[
        Path | None,
        typer.Option(
            envvar="TDM_BENCH_SCHEMA",
            help=f"The folder with {ground.GENERATOR}; default: ../shared/bench beside us.",
        ),
    ] = None,
) -> None:
    """What masks cost: server and client CPU, beside copies and an unmasked dump."""
    generator = (schema or _REPOSITORY.parent / "shared" / "bench") / ground.GENERATOR
    if not generator.exists():
        typer.echo(
            f"Skipped: {generator} does not exist. Say where it is: --schema, TDM_BENCH_SCHEMA.",
            err=True,
        )
        return
    version = pg or server.default_version()
    with ground.laid(generator.resolve(), rows, version) as laid:
        typer.echo(f"{rows:,} people.", err=True)
        turns: dict[str, list[Spent]] = {}
        contestants = _contestants(laid) if "tables" in only else {}
        contestants |= _alone(laid) if "alone" in only else {}
        if not contestants:
            raise TdmError(f"--only {only}: there are tables, alone.")
        for number in range(rounds):
            for name, run in contestants.items():
                spent = run()
                turns.setdefault(name, []).append(spent)
                typer.echo(f"round {number + 1}, {name}: {spent.cpu:.2f} CPU s", err=True)
    machine = f"PostgreSQL {version}, {os.cpu_count()} cores, {platform.machine()}"
    typer.echo(_report(turns, rows, machine))
    if out:
        cpu = {name: [spent.cpu for spent in spents] for name, spents in turns.items()}
        out.write_text(json.dumps({"rows": rows, "machine": machine, "cpu": cpu}, indent=1))
    if costs and "digest" in turns:
        found = {name: each for name, each in _microseconds(turns, rows).items() if "," not in name}
        del found["digest"]
        costs.write_text(json.dumps({"microseconds": found}, indent=1, sort_keys=True) + "\n")


def _contestants(laid: Ground) -> dict[str, Callable[[], Spent]]:
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


def _alone(laid: Ground) -> dict[str, Callable[[], Spent]]:
    def one(name: str) -> Callable[[], Spent]:
        return lambda: laid.made(laid.queries[name])

    return {name: one(name) for name in laid.queries if name not in ("ten", "eight")}


def _report(turns: dict[str, list[Spent]], rows: int, machine: str) -> str:
    """Tables in Markdown."""
    cpu = {name: median(spent.cpu for spent in spents) for name, spents in turns.items()}
    parts = [f"{rows:,} rows; {machine}, {platform.system()}."]
    if "copy" in cpu:
        lines = [
            "|  | CPU s | client MB | over the copy | over pg_dump |",
            "| --- | ---: | ---: | ---: | ---: |",
        ]
        for name, what in (_FLOORS | _OURS).items():
            memory = max(spent.memory for spent in turns[name]) / 1e6
            lines.append(
                f"| {what} | {cpu[name]:.1f} | {memory:.0f} | {_ratio(turns, name, 'copy'):.2f}"
                f" | {_ratio(turns, name, 'pg_dump'):.2f} |"
            )
        parts.append("\n".join(lines))
    if "digest" in cpu:
        lines = ["| mask | µs a row |", "| --- | ---: |"]
        lines += [f"| {name} | {cost} |" for name, cost in _microseconds(turns, rows).items()]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _microseconds(turns: dict[str, list[Spent]], rows: int) -> dict[str, float]:
    """What each mask alone costs a row above the copy; of an entity's, above the digest."""
    cpu = {name: min(spent.cpu for spent in spents) for name, spents in turns.items()}
    cases = ground.cases()
    bases = {"copied": ["digest", *cases["plain"]], "digest": list(cases["entity"])}
    return {
        name: round(max(1e6 * (cpu[name] - cpu[base]) / rows, 0), 1)
        for base, names in bases.items()
        for name in names
    }


def _ratio(turns: dict[str, list[Spent]], name: str, over: str) -> float:
    """The median of the rounds' ratios."""
    return median(a.cpu / b.cpu for a, b in zip(turns[name], turns[over], strict=True))


if __name__ == "__main__":
    command.run(main)
