"""Runs dbt once a line of standard input, each time in a child of its own.

A dbt process spends most of its life importing dbt; here that is done once and inherited. What
each child does from there is what the `dbt` command does, exit code included.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path

import dbt.adapters.postgres
import dbt.cli.main
import dbt.parser.manifest
import dbt.task.build
import dbt.task.list
import dbt.task.seed
import dbt.task.test


def main() -> None:
    """Read {args, cwd, env, output} from standard input, answer with the exit code."""
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            run(**asked)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def run(args: list[str], cwd: str, env: dict[str, str], output: str) -> None:
    """Become dbt; never returns."""
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in ((0, nothing), (1, written), (2, written)):
        os.dup2(file, number)
    Path(cwd).resolve(strict=True)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["dbt", *args]
    code = 2
    try:
        dbt.cli.main.cli()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
