"""Finding and ending the processes of one of our servers, by what they are and not by a number.

A pid in a file proves nothing: the process may be gone and its number somebody else's. Our
servers carry their data folder in the postmaster's arguments and a `cluster_name` of their own
in the titles of the rest.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import md5
from pathlib import Path

from tdm.errors import ExitCode, TdmError


def cluster_name(data: Path) -> str:
    """The name that every process of the server over this data folder carries."""
    return f"tdm-{md5(os.fsencode(data), usedforsecurity=False).hexdigest()[:16]}"


def postmaster(data: Path) -> int | None:
    """The pid of the server that runs over this data folder, if one does."""
    mark = f"/postgres -D {data} -c cluster_name={cluster_name(data)} "
    return next((pid for pid, command in _commands() if mark in command), None)


def orphans(data: Path) -> list[int]:
    """The backends of this data folder's server; without a postmaster they are orphans."""
    mark = f"postgres: {cluster_name(data)}: "
    return [pid for pid, command in _commands() if command.startswith(mark)]


def stop(data: Path, patience: float = 20.0) -> bool:
    """End the server over this data folder and what a killed one left behind.

    Args:
        data: its data folder.
        patience: seconds for an orderly end before an immediate one.

    Returns:
        whether there was anything to end.

    Raises:
        TdmError: the server belongs to somebody else, or does not end.
    """
    ended = False
    for step, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        leader = postmaster(data)
        # Orphans do not take SIGINT for the end, only for the end of their query.
        running = [leader] if leader else orphans(data)
        if not running:
            return ended
        ended = True
        for pid in running:
            _signal(pid, step if leader else max(step, signal.SIGQUIT))
        _wait(lambda: postmaster(data) is None and not orphans(data), seconds)
    if postmaster(data) or orphans(data):
        raise TdmError(f"The server over {data} does not end.", ExitCode.LOCKED)
    return ended


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
    except PermissionError:
        raise TdmError(
            f"The server (pid {pid}) was started by another user; stop it as that user.",
            ExitCode.PRECONDITION,
        ) from None


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _commands() -> Iterator[tuple[int, str]]:
    """Every process with its command line; zombies have none and do not count."""
    proc = Path("/proc")
    if (proc / "self" / "cmdline").exists():
        for entry in proc.iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    yield int(entry.name), os.fsdecode(b" ".join(words))
        return
    listed = subprocess.run(
        ["ps", "-axww", "-o", "pid=,command="], capture_output=True, check=False
    )
    for line in listed.stdout.splitlines():
        pid, _, command = os.fsdecode(line).strip().partition(" ")
        if pid.isdigit():
            yield int(pid), command.strip()
