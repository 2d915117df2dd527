"""`python -m bench.subset`: parses, lets the contestants take turns, prints and writes."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from bench import command, given, server
from bench.subset import closure, everything, ground, handwritten, ours, profile, report
from bench.subset.contestant import Contestant, Skipped, Turn
from bench.subset.record import Record, Setting
from bench.subset.rivals import bauta, condenser, dbslice
from tdm.errors import ExitCode, TdmError

CONTESTANTS = [
    ours.CONTESTANT,
    ours.FRESH,
    ours.NODES,
    handwritten.CONTESTANT,
    everything.CONTESTANT,
    condenser.CONTESTANT,
    dbslice.CONTESTANT,
    bauta.CONTESTANT,
]
_GENERATOR = "subset_bench.sql"


def main(
    sf: Annotated[str, typer.Option(help="Scale factors of the bench database.")] = "1",
    percents: Annotated[str, typer.Option(help="Percentages of the customers.")] = "1,5,10",
    rounds: Annotated[int, typer.Option(help="Turns of each contestant at each size.")] = 3,
    only: Annotated[str, typer.Option(help="Contestants; default: all.")] = "",
    pg: Annotated[int, typer.Option(help="PostgreSQL's major version.")] = 0,
    out: Annotated[Path | None, typer.Option(help="A JSON file for every turn.")] = None,
    schema: given.SchemaOption = None,
    cache: given.CacheOption = given.CACHE,
    timeout: Annotated[float, typer.Option(help="Seconds for each command.")] = 600,
    profiled: Annotated[
        bool, typer.Option("--profile", help="Then where ours and sql spend it.")
    ] = False,
) -> None:
    """What the subset costs, beside SQL by hand, a whole copy, and other tools."""
    generator = given.generator(schema, _GENERATOR)
    if generator is None:
        return
    contestants = _chosen(only)
    sizes = [float(text) for text in percents.split(",")]
    records: list[Record] = []
    settings: list[Setting] = []
    left_out: list[str] = []
    version = pg or server.default_version()
    try:
        for scale in sf.split(","):
            with ground.laid(generator, scale, sizes, version, cache) as laid:
                _say(f"sf {scale}: PostgreSQL {laid.server.version}, generated.")
                known = closure.read(laid)
                rows = closure.remember(laid, known, sizes)
                session = ground.session_cost(laid)
                these = [
                    Setting(scale, percent, ground.sampled(laid, percent), rows[percent], session)
                    for percent in sizes
                ]
                settings += these
                _rounds(laid, known, these, contestants, rounds, timeout, records, left_out)
                if profiled:
                    _profile(laid, these, contestants, timeout)
    finally:  # an interrupted run has measured something, too
        typer.echo(report.report(records, settings))
        if out:
            options = f"--sf {sf} --percents {percents} --rounds {rounds}"
            options += f" --only {only}" if only else ""
            asked = f"make bench-subset ARGS='{options} --pg {version} --out {out.name}'"
            _write(out, asked, version, records, settings, left_out)
    _require_exact(records, left_out)


def _write(
    out: Path,
    command: str,
    version: int,
    records: list[Record],
    settings: list[Setting],
    left_out: list[str],
) -> None:
    """Every turn, and what it was measured with."""
    cores = f"{os.cpu_count()} cores"
    written = {
        "command": command,
        "machine": f"PostgreSQL {version}, {cores}, {platform.machine()}, {platform.system()}",
        "settings": [asdict(setting) for setting in settings],
        "left_out": left_out,
        "turns": [record.as_dict() for record in records],
    }
    out.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    _say(f"Written: {out}.")


def _require_exact(records: list[Record], left_out: list[str]) -> None:
    """Ours, and the SQL that it is measured against, must have taken part and be exact.

    Raises:
        TdmError: one did not.
    """
    wrong = [line for line in left_out if line.startswith((report.OURS, report.BY_HAND))]
    wrong += [
        f"{record.name}, sf {record.scale}, {record.percent:g} %: {record.difference}"
        for record in records
        if record.name in (report.OURS, report.BY_HAND)
        and record.difference
        and not record.difference.exact
    ]
    if wrong:
        raise TdmError("\n".join(wrong), ExitCode.INTEGRITY)


def _chosen(only: str) -> list[Contestant]:
    known = {contestant.name: contestant for contestant in CONTESTANTS}
    names = given.chosen(only, known)
    return [known[name] for name in names or known if names or not known[name].asked]


def _rounds(
    laid: ground.Ground,
    known: closure.Schema,
    settings: list[Setting],
    contestants: list[Contestant],
    rounds: int,
    timeout: float,
    records: list[Record],
    left_out: list[str],
) -> None:
    """All contestants take turns at every size, again and again.

    Args:
        records: every turn is added.
        left_out: who could not go on, where and why, is added.
    """
    gone: set[tuple[str, float]] = set()
    for number in range(rounds):
        whole: dict[str, Record] = {}
        for setting in settings:
            for contestant in contestants:
                name = contestant.name
                if (name, setting.percent) in gone:
                    continue
                if name in whole:
                    records.append(replace(whole[name], percent=setting.percent, difference=None))
                    continue
                turn = _turn(laid, setting, contestant, timeout)
                try:
                    record = _take(turn, known, setting, contestant, number)
                except (Skipped, TdmError) as why:
                    gone.add((name, setting.percent))
                    where = f"sf {setting.scale}, {setting.percent:g} %"
                    left_out.append(f"{name}, {where}: {why}")
                    _say(f"Left out: {left_out[-1]}")
                    laid.disconnect_everybody()
                    continue
                records.append(record)
                if contestant.whole:
                    whole[name] = record


def _take(
    turn: Turn, known: closure.Schema, setting: Setting, contestant: Contestant, number: int
) -> Record:
    """One turn; in the first round its rows are looked at."""
    found = None
    if number == 0:
        contestant.ready(turn)
    try:
        before = _sessions(turn.ground)
        result = contestant.run(turn)
        sessions = _sessions(turn.ground) - before
        if number == 0 and result.relations:
            found = closure.difference(
                turn.ground, known, setting.percent, result.database, result.relations
            )
    finally:
        contestant.clear(turn)
    record = Record(
        setting.scale, setting.percent, number, contestant.name, result.phases, found, sessions
    )
    spent = record.spent
    _say(
        f"round {number + 1}, {setting.percent:g} %, {contestant.name}:"
        f" client {spent.client:.2f} + server {spent.server:.2f} CPU s, wall {spent.wall:.1f} s"
        + (f", {found}" if found else "")
    )
    return record


def _sessions(laid: ground.Ground) -> int:
    return laid.sessions(ground.SOURCE) + laid.sessions(ground.WORK)


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


if __name__ == "__main__":
    command.run(main)
