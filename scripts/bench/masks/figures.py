"""`python -m bench.masks.figures RUN.json --into PAGE.md`: the tables of a finished run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import command, given
from bench.masks.__main__ import shown

BEGIN, END = "<!-- figures of masks -->", "<!-- end of figures of masks -->"


def main(
    run: Annotated[Path, typer.Argument(help="What a run wrote with --out.")],
    into: Annotated[
        Path | None, typer.Option(help=f"A file to write them into, between {BEGIN} and {END}.")
    ] = None,
) -> None:
    """Print the tables of a finished run, or write them into the documentation."""
    text = figures(json.loads(run.read_text(encoding="utf-8")))
    if into is None:
        typer.echo(text)
    else:
        given.write_between(into, BEGIN, END, text)


def figures(run: dict[str, Any]) -> str:
    """A run's tables under the command that made them."""
    return f"```sh\n{run['command']}\n```\n\n{shown(run)}\n"


if __name__ == "__main__":
    command.run(main)
