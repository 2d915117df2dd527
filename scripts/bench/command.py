"""How a benchmark is run from the command line."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable

import typer

from tdm.errors import ExitCode, TdmError


def run(main: Callable[..., None]) -> None:
    """Parse the arguments and run; a problem is one message and an exit code."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(main)
    # so that the server ends with us
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ExitCode.TERMINATED))
    try:
        app()
    except TdmError as problem:
        typer.echo(str(problem), err=True)
        sys.exit(problem.exit_code)
