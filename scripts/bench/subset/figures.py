"""`python -m bench.subset.figures RUN.json … --into PAGE.md`: the tables of finished runs."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import given
from bench.measure import Spent
from bench.subset import report
from bench.subset.closure import Difference
from bench.subset.record import Record, Setting
from tdm.errors import TdmError

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def main(
    runs: Annotated[list[Path], typer.Argument(help="What runs wrote with --out.")],
    into: Annotated[
        Path | None,
        typer.Option(help=f"A file to write them into, between {BEGIN} and {END}."),
    ] = None,
) -> None:
    """Print the tables of finished runs, or write them into the documentation."""
    text = figures([json.loads(path.read_text(encoding="utf-8")) for path in runs])
    if into is None:
        typer.echo(text)
        return
    given.write_between(into, BEGIN, END, text)


def figures(runs: list[dict[str, Any]]) -> str:
    """The tables of several runs as one, under the commands that made them."""
    made = "".join(f"{run['command']}\n" for run in runs)
    machines = "; ".join(dict.fromkeys(run["machine"] for run in runs))
    records = [_record(turn) for run in runs for turn in run["turns"]]
    settings = [Setting(**setting) for run in runs for setting in run["settings"]]
    left_out = [line for run in runs for line in run["left_out"]]
    parts = [f"```sh\n{made}```\n", f"{machines}.\n", report.report(records, settings)]
    if left_out:
        parts.append("Left out:\n\n" + "".join(f"* {line.splitlines()[0]}\n" for line in left_out))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts))


def _record(turn: dict[str, Any]) -> Record:
    given = {name: value for name, value in turn.items() if name != "cpu"}
    given["phases"] = {name: Spent(**spent) for name, spent in turn["phases"].items()}
    given["difference"] = Difference(**turn["difference"]) if turn["difference"] else None
    return Record(**given)


if __name__ == "__main__":
    try:
        typer.run(main)
    except TdmError as problem:
        typer.echo(str(problem), err=True)
        sys.exit(problem.exit_code)
