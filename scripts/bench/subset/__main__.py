"""`python -m bench.subset`: parses, lets the contestants take turns, prints and writes."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from bench.subset import closure, ground, handwritten, ours, profile, report, server
from bench.subset.contestant import Contestant, Skipped, Turn
from bench.subset.record import Record, Setting
from tdm.errors import TdmError

CONTESTANTS = [ours.CONTESTANT, handwritten.CONTESTANT]
_GENERATOR = "subset_bench.sql"


def main(
    sf: Annotated[str, typer.Option(help="Scale factors of the bench database.")] = "1",
    percents: Annotated[str, typer.Option(help="Percentages of the customers.")] = "1,5,10",
    rounds: Annotated[int, typer.Option(help="Turns of each contestant at each size.")] = 3,
    only: Annotated[str, typer.Option(help="Contestants; default: all.")] = "",
    pg: Annotated[int, typer.Option(help="PostgreSQL's major version.")] = 0,
    out: Annotated[Path | None, typer.Option(help="A JSON file for every turn.")] = None,
    schema: Annotated[
        Path | None,
        typer.Option(
            envvar="TDM_BENCH_SCHEMA",
            help=f"The folder with {_GENERATOR}; default: ../shared/bench beside the repository.",
        ),
    ] = None,
    cache: Annotated[
        Path,
        typer.Option(envvar="TDM_BENCH_CACHE", help="Where the rivals are installed."),
    ] = Path.home() / ".cache" / "tdm-bench",
    timeout: Annotated[float, typer.Option(help="Seconds for each command.")] = 600,
    profiled: Annotated[
        bool, typer.Option("--profile", help="Then where ours and sql spend it.")
    ] = False,
) -> None:
    """What the subset costs, beside SQL by hand, a whole copy, and other tools."""
    folder = schema or ground.REPOSITORY.parent / "shared" / "bench"
    generator = folder / _GENERATOR
    if not generator.exists():
        _say(f"Skipped: {generator} does not exist. Say where it is: --schema, TDM_BENCH_SCHEMA.")
        return
    contestants = _chosen(only)
    sizes = [float(text) for text in percents.split(",")]
    records: list[Record] = []
    settings: list[Setting] = []
    for scale in sf.split(","):
        version = pg or server.default_version()
        with ground.laid(generator.resolve(), scale, sizes, version, cache) as laid:
            _say(f"sf {scale}: PostgreSQL {laid.server.version}, generated.")
            known = closure.read(laid)
            rows = closure.remember(laid, known, sizes)
            these = [
                Setting(scale, percent, ground.sampled(laid, percent), rows[percent])
                for percent in sizes
            ]
            settings += these
            _rounds(laid, known, these, contestants, rounds, timeout, records)
            if profiled:
                _profile(laid, these, contestants, timeout)
    typer.echo(report.report(records, settings))
    if out:
        written = {
            "command": ["python", "-m", "bench.subset", *sys.argv[1:]],
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
            "settings": [asdict(setting) for setting in settings],
            "turns": [record.as_dict() for record in records],
        }
        out.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
        _say(f"Written: {out}.")


def _chosen(only: str) -> list[Contestant]:
    names = [name for name in only.split(",") if name]
    known = {contestant.name: contestant for contestant in CONTESTANTS}
    for name in names:
        if name not in known:
            raise TdmError(f"--only {name}: there are {', '.join(known)}.")
    return [known[name] for name in names or known]


def _rounds(
    laid: ground.Ground,
    known: closure.Schema,
    settings: list[Setting],
    contestants: list[Contestant],
    rounds: int,
    timeout: float,
    records: list[Record],
) -> None:
    """All contestants take turns at every size, again and again."""
    out_of_it: set[tuple[str, float]] = set()
    for number in range(rounds):
        for setting in settings:
            for contestant in contestants:
                if (contestant.name, setting.percent) in out_of_it:
                    continue
                turn = _turn(laid, setting, contestant, timeout)
                try:
                    if number == 0:
                        contestant.ready(turn)
                    result = contestant.run(turn)
                except (Skipped, TdmError) as why:
                    _say(f"{contestant.name} at {setting.percent:g} %: left out: {why}")
                    laid.disconnect_everybody()
                    out_of_it.add((contestant.name, setting.percent))
                    continue
                found = None
                if number == 0:
                    found = closure.difference(
                        laid, known, setting.percent, result.database, result.relations
                    )
                contestant.clear(turn)
                record = Record(
                    setting.scale, setting.percent, number, contestant.name, result.phases, found
                )
                records.append(record)
                spent = record.spent
                _say(
                    f"round {number + 1}, {setting.percent:g} %, {contestant.name}:"
                    f" client {spent.client:.2f} + server {spent.server:.2f} CPU s,"
                    f" wall {spent.wall:.1f} s" + (f", {found}" if found else "")
                )


def _profile(
    laid: ground.Ground, settings: list[Setting], contestants: list[Contestant], timeout: float
) -> None:
    """One more turn of ours and of SQL by hand, with the server's accounting on."""
    for setting in settings:
        for contestant in contestants:
            if contestant.name not in (report.OURS, report.BY_HAND):
                continue
            turn = _turn(laid, setting, contestant, timeout)
            turn = replace(turn, ground=replace(laid, options=profile.OPTIONS))
            begin = laid.server.log.stat().st_size
            spent = contestant.run(turn).spent
            log = laid.server.log.read_bytes()[begin:].decode("utf-8", errors="replace")
            contestant.clear(turn)
            title = f"sf {setting.scale}, {setting.percent:g} %, {contestant.name}"
            typer.echo(profile.table(title, profile.statements(log), spent.server))


def _turn(laid: ground.Ground, setting: Setting, contestant: Contestant, timeout: float) -> Turn:
    folder = laid.folder / contestant.name
    folder.mkdir(exist_ok=True)
    return Turn(laid, setting.percent, folder, timeout)


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _run() -> None:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(main)
    try:
        app()
    except TdmError as problem:
        _say(str(problem))
        sys.exit(problem.exit_code)


if __name__ == "__main__":
    _run()
