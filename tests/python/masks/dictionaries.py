"""The package's dictionaries, as a build loads them."""

from __future__ import annotations

import csv

from masks import rendered
from masks.running import Runner

FOLDER = rendered.REPO / "seeds" / "dictionaries"
NAMES = [*rendered.package()._dictionaries()]


def entries(name: str) -> list[dict[str, str]]:
    """The rows of one dictionary, in their order."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values(name: str, locale: str) -> list[str]:
    """The entries of one list, in their order."""
    return [row["value"] for row in entries(name) if row["locale"] == locale]


def load(run: Runner) -> None:
    """Make the tables that rendered masks of a build pick from."""
    for name in NAMES:
        text = (FOLDER / f"{name}.csv").read_text(encoding="utf-8")
        columns = ", ".join(
            f"{column} {'integer' if column in ('version', 'position') else 'text'}"
            for column in text.split("\n", 1)[0].split(",")
        )
        run.load(name, columns, text)
