"""Runs dbt as a child and reads what it says as JSON; knows nothing of dbt's insides."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tdm import server, unknown
from tdm.errors import ExitCode, TdmError

_PATIENCE = 8.0  # schedulers give ten seconds between SIGTERM and SIGKILL

# Becomes dbt after two arrangements. A shell starts background jobs with SIGINT ignored, and dbt
# would inherit that. And when we are killed outright, dbt must not go on building beside the next
# run: the kernel tells it (Linux; elsewhere it finishes).
_LAUNCHER = """
import ctypes, os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG
    if os.getppid() != int(sys.argv[1]):
        sys.exit(130)
os.execv(sys.argv[2], sys.argv[2:])
"""


@dataclass(frozen=True)
class Progress:
    """One node of a build has ended.

    Attributes:
        done: how many nodes have ended.
        total: how many there are.
        node: the node's name.
        status: success, pass, fail, error, skipped, warn, …
        seconds: how long it took.
    """

    done: int
    total: int
    node: str
    status: str
    seconds: float


@dataclass
class Outcome:
    """How a dbt process ended.

    Attributes:
        exit_code: dbt's own.
        counts: nodes by status.
        messages: what dbt said about failures, or everything it said that is no event.
    """

    exit_code: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)


OnProgress = Callable[[Progress], None]


def run(
    project_dir: Path,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    on_progress: OnProgress | None = None,
) -> Outcome:
    """Run dbt in a project.

    Args:
        project_dir: the project's folder; dbt starts there.
        arguments: `["build", "--target", "staging_mask"]`, say.
        environment: PG* variables that lead to the database.
        on_progress: called once for every node that ends.

    Returns:
        exit code, counts and failure messages; a failed build is an outcome, not an exception.

    Raises:
        KeyboardInterrupt: we were told to stop; dbt has cancelled its queries and is gone.
    """
    child = subprocess.Popen(
        [*_launcher(), *_program(), "--log-format", "json", "--no-use-colors", *arguments],
        cwd=project_dir,
        env={**os.environ, **environment, "PWD": server.project_path(project_dir)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        # Ctrl-C in a terminal reaches a whole process group; dbt shall get it once, from us.
        start_new_session=True,
    )
    outcome = Outcome()
    try:
        if child.stdout is None:  # never with PIPE; for the type checker
            raise RuntimeError
        for line in child.stdout:
            _take(line.rstrip("\n"), outcome, on_progress)
        outcome.exit_code = child.wait()
        outcome.messages = [unknown.explained(project_dir, said) for said in outcome.messages]
    except BaseException:
        _end(child)
        raise
    return outcome


def require(outcome: Outcome, what: str) -> None:
    """Raise with everything that dbt said about its failure.

    Raises:
        TdmError: dbt did not succeed; keeps its exit code.
    """
    if outcome.exit_code == 0:
        return
    said = "\n".join(f"  {line}" for text in outcome.messages for line in text.splitlines())
    code = outcome.exit_code if outcome.exit_code > 0 else ExitCode.CRASH  # killed by a signal
    raise TdmError(f"{what} failed:\n{said or '  dbt said nothing.'}", code)


def _launcher() -> list[str]:
    return [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid())]


def _program() -> list[str]:
    """The dbt of our own virtual environment, whatever PATH says."""
    beside = Path(sys.executable).parent / "dbt"
    return [str(beside)] if beside.exists() else [sys.executable, "-m", "dbt.cli.main"]


def _take(line: str, outcome: Outcome, on_progress: OnProgress | None) -> None:
    event = _event(line)
    if event is None:
        if line.strip():
            outcome.messages.append(line)
        return
    info, data = event["info"], event.get("data") or {}
    name = info.get("name", "")
    if name in _ENDINGS or name.endswith("Result"):
        status = _status(name, data)
        outcome.counts[status] = outcome.counts.get(status, 0) + 1
        if on_progress is not None:
            on_progress(
                Progress(
                    done=sum(outcome.counts.values()),
                    total=int(data.get("total") or data.get("num_models") or 0),
                    node=str((data.get("node_info") or {}).get("node_name") or ""),
                    status=status,
                    seconds=float(data.get("execution_time") or 0),
                )
            )
    elif info.get("level") == "error" and info.get("msg", "").strip():
        outcome.messages.append(info["msg"].strip())


_ENDINGS = {"SkippingDetails", "LogSkipBecauseError", "LogNodeNoOpResult"}


def _status(name: str, data: Mapping[str, Any]) -> str:
    if name in {"SkippingDetails", "LogSkipBecauseError"}:
        return "skipped"
    said = str(data.get("status") or "").lower()
    known = ("pass", "fail", "error", "warn", "skipped")
    # A model's status is what the server answered: "CREATE VIEW", "INSERT 0 7".
    return next((word for word in known if said.startswith(word)), "success")


def _event(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("info"), dict) else None


def _end(child: subprocess.Popen[str]) -> None:
    """By SIGINT: dbt cancels its queries then; after SIGTERM they would run on."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, number)
        with suppress(subprocess.TimeoutExpired):
            child.wait(_PATIENCE)
            return
