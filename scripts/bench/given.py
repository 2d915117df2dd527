"""What the benchmarks share: the generators' folder, names after --only, dbt, and other tools."""

from __future__ import annotations

import difflib
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from bench.measure import Command
from tdm.errors import TdmError

REPOSITORY = Path(__file__).resolve().parents[2]
TARGET = "staging_mask"
CACHE = Path.home() / ".cache" / "tdm-bench"

SchemaOption = Annotated[
    Path | None,
    typer.Option(
        envvar="TDM_BENCH_SCHEMA",
        help="The folder with the generators; default: ../shared/bench beside the repository.",
    ),
]
CacheOption = Annotated[
    Path, typer.Option(envvar="TDM_BENCH_CACHE", help="Where the rivals are installed.")
]


class NotInstalled(Exception):
    """A tool that the package index does not give; the text says why."""


def generator(schema: Path | None, name: str) -> Path | None:
    """The SQL that makes what is measured on; None, and a word about it, where it is not here."""
    found = (schema or REPOSITORY.parent / "shared" / "bench") / name
    if found.exists():
        return found.resolve()
    typer.echo(
        f"Skipped: {found} does not exist. Say where it is: --schema, TDM_BENCH_SCHEMA.", err=True
    )
    return None


def chosen(only: str, known: Iterable[str]) -> list[str]:
    """The names after --only.

    Raises:
        TdmError: one is not known.
    """
    known = list(known)
    names = [name for name in only.split(",") if name]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1, 0)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise TdmError(f"--only {name}: there are {', '.join(known)}.{hint}")
    return names


def dbt(project: Path, environment: Mapping[str, str], *arguments: str) -> Command:
    """dbt of this Python, in a project of the benchmark's."""
    target = () if arguments[0] == "deps" else ("--target", TARGET)
    return Command(
        (str(Path(sys.executable).parent / "dbt"), *arguments, *target, "--no-use-colors"),
        {**environment, "PWD": str(project)},
        project,
    )


def installed(cache: Path, requirement: str, *beside: str) -> Path:
    """The folder of a tool's programs; installed first, where it is not in the cache.

    Args:
        requirement: `tool==version`, as pip has it.
        beside: what it needs and does not ask for.

    Raises:
        NotInstalled: the package index has no answer, or the package cannot be installed.
    """
    folder = cache / requirement.replace("==", "-")
    ready = folder / "installed"
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        pip = [str(folder / "bin" / "pip"), "--disable-pip-version-check", "--quiet"]
        for step in (
            [sys.executable, "-m", "venv", str(folder)],
            [*pip, "install", requirement, *beside],
        ):
            done = subprocess.run(step, capture_output=True, text=True, check=False)
            if done.returncode:
                said = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
                raise NotInstalled(f"{requirement} cannot be installed: {said[-1]}")
        ready.touch()
    return folder / "bin"


def write_between(page: Path, begin: str, end: str, text: str) -> None:
    """Put a text between two marks of a page.

    Raises:
        TdmError: the page has no such marks.
    """
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise TdmError(f"{page} has no {begin} … {end}.")
    page.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")
