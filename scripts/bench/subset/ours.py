"""Our build: the guard and the subset layer of a project that `tdm init` wrote, run by dbt."""

from __future__ import annotations

import difflib
import re
import shutil
import subprocess
from pathlib import Path

from bench import given
from bench.measure import Command
from bench.subset.contestant import Contestant, Result, Turn
from bench.subset.ground import EMPTY, TABLES, WORK, Ground, percent_name
from tdm import scaffold
from tdm.errors import ExitCode, TdmError

_DECIDED = Path(__file__).with_name("decided")
_SCHEMA = f"{given.TARGET}_subset"
_SELECTION = ("--select", "source_columns", "path:models/subset", "--exclude", "identifying_values")
_MODELS = Path("models/subset/public")
# What `init` decides in another way than the bench's definition, where a line less is all.
_WITHOUT = {
    "sampled_public__shipment.sql": r" *tdm\.owner\(ref\('sampled_public__address'\).*\n",
    "subset_public__shipment_item.sql": r" *tdm\.owner\(ref\('sampled_public__order_item'\).*\n",
    # what comes along this reference brings nothing more
    "subset_public__shipment.sql": r" *referenced_by=\[\n.*shipment_item'.*\n *\],\n",
}


def _project(turn: Turn) -> Path:
    return turn.folder / percent_name(turn.percent)


def scaffolded(ground: Ground, folder: Path, fraction: float) -> list[str]:
    """Write a project for the bench database and edit it as its owner would.

    Returns:
        the edits, a line each.
    """
    shutil.rmtree(folder, ignore_errors=True)
    scaffold.init(
        ground.dsn(WORK),
        folder,
        ["public"],
        [f"public.customer={fraction:g}"],
        True,
        references=_DECIDED / "references.yml",
    )
    before = _texts(folder)
    _decide(folder / _MODELS)
    return _edits(before, _texts(folder))


def _decide(models: Path) -> None:
    """The bench's definition: tables in decided/ have those models and no others."""
    decided = sorted(_DECIDED.glob("*.sql"))
    for table in {path.stem.partition("__")[2] for path in decided}:
        for path in models.glob(f"*_public__{table}.sql"):
            path.unlink()
    for path in decided:
        shutil.copy(path, models)
    for name, line in _WITHOUT.items():
        path = models / name
        path.write_text(re.sub(line, "", path.read_text(encoding="utf-8")), encoding="utf-8")
    gates = models / "_public__subset.yml"
    head, *entries = re.split(r"(?m)^(?=  - name: )", gates.read_text(encoding="utf-8"))
    left = [
        entry
        for entry in entries
        if (models / f"{entry.splitlines()[0].removeprefix('  - name: ')}.sql").exists()
    ]
    gates.write_text(head + "".join(left), encoding="utf-8")


def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in (folder / _MODELS).iterdir()}


def _edits(before: dict[str, str], after: dict[str, str]) -> list[str]:
    found = []
    for name in sorted(before | after):
        old, new = (texts.get(name, "").splitlines() for texts in (before, after))
        if old == new or not name.endswith(".sql"):
            continue
        if not old or not new:
            found.append(f"{name}: {'removed' if old else 'new'}")
            continue
        lines = [
            line
            for line in difflib.unified_diff(old, new, lineterm="", n=0)
            if not line.startswith(("---", "+++", "@@", "+--", "---"))
        ]
        found.append(f"{name}: " + " ".join(" ".join(lines).split()))
    return found


def _dbt(turn: Turn, *arguments: str, database: str = WORK) -> Command:
    return given.dbt(_project(turn), turn.ground.environment(database), *arguments)


def _do(turn: Turn, *arguments: str, database: str = WORK) -> None:
    """Run dbt without measuring it."""
    command = _dbt(turn, *arguments, database=database)
    done = subprocess.run(
        command.argv,
        env=command.env,
        cwd=command.cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise TdmError(f"dbt {arguments[0]} failed:\n{done.stdout[-3000:]}", ExitCode.CRASH)


def _ready(turn: Turn) -> None:
    """A project that was parsed once, and its vault: what stands between two nightly builds."""
    edits = scaffolded(turn.ground, _project(turn), turn.fraction)
    (turn.folder / "edits.txt").write_text("\n".join(edits) + "\n", encoding="utf-8")
    _do(turn, "deps")
    _do(turn, "run", "--select", "key_vault")
    turn.ground.drop_schema(_SCHEMA)


def _run(turn: Turn, *options: str) -> Result:
    spent = turn.spend(_dbt(turn, *options, "run", *_SELECTION))
    return Result(
        {"dbt": spent}, WORK, {table: (_SCHEMA, f"subset_public__{table}") for table in TABLES}
    )


def _clear(turn: Turn) -> None:
    turn.ground.drop_schema(_SCHEMA)


def _ready_empty(turn: Turn) -> None:
    _ready(turn)
    _do(turn, "run", "--select", "key_vault", database=EMPTY)
    _clear_empty(turn)


def _run_empty(turn: Turn) -> Result:
    """No relations: there is nothing to look at."""
    return Result({"dbt": turn.spend(_dbt(turn, "run", *_SELECTION, database=EMPTY))}, EMPTY, {})


def _clear_empty(turn: Turn) -> None:
    turn.ground.drop_schema(_SCHEMA, EMPTY)


def _run_fresh(turn: Turn) -> Result:
    return _run(turn, "--no-partial-parse")


CONTESTANT = Contestant("ours", "dbt run: guard, keys, rows into tables", _ready, _run, _clear)
FRESH = Contestant(
    "fresh",
    "the same, where dbt has never parsed the project",
    _ready,
    _run_fresh,
    _clear,
    asked=True,
)
NODES = Contestant(
    "nodes",
    "the same over tables without rows: what dbt's nodes cost by themselves",
    _ready_empty,
    _run_empty,
    _clear_empty,
    whole=True,
)
