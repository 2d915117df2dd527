"""What a command costs: its own CPU and memory, and the server's CPU on its behalf."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from tdm.errors import ExitCode, TdmError

_TICKS = os.sysconf("SC_CLK_TCK")
_LOOK = 0.05  # seconds between looks at a running command
_PATIENCE = 60.0  # seconds until the server's processes must have ended


@dataclass(frozen=True)
class Command:
    """A program to run.

    Attributes:
        env: the whole environment.
        stdin: a file that it reads, if any.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    stdin: Path | None = None


@dataclass(frozen=True)
class Spent:
    """What was spent; CPU and wall in seconds, memory in bytes.

    Attributes:
        client: CPU of the commands and what they started.
        server: CPU of the server's processes that came and went meanwhile.
        memory: the peak of the commands together.
    """

    client: float
    server: float
    wall: float
    memory: int

    @property
    def cpu(self) -> float:
        return self.client + self.server

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.client + other.client,
            self.server + other.server,
            self.wall + other.wall,
            max(self.memory, other.memory),
        )


@dataclass(frozen=True)
class Postmaster:
    """The server's first process, and those of its children that stay for good."""

    pid: int
    background: frozenset[int]

    def settled_cpu(self) -> float:
        """CPU of every process that ended so far, once none is left but the background's.

        I/O workers stay, but read on a query's behalf, so theirs counts too.

        Raises:
            TdmError: somebody stays connected.
        """
        deadline = time.monotonic() + _PATIENCE
        while set(children(self.pid)) - self.background:
            if time.monotonic() > deadline:
                raise TdmError("The server still has connections; nothing can be measured.")
            time.sleep(_LOOK)
        ticks = sum(_stat(self.pid)[13:15])  # cutime and cstime
        for pid in self.background:
            if b"io worker" in _command_line(pid):
                ticks += sum(_stat(pid)[11:13])
        return ticks / _TICKS


def children(pid: int) -> list[int]:
    """The processes that a process started and that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if _stat(int(entry.name))[1] == pid:
                    found.append(int(entry.name))
    return found


def measured(
    server: Postmaster, pipeline: Sequence[Command], log: Path, timeout: float = 3600
) -> Spent:
    """Run commands, each reading what the one before it writes, and say what they cost.

    Args:
        log: where everything that they print goes, but what the next one reads.
        timeout: seconds; then they are ended.

    Raises:
        TdmError: a command failed, and the message has its last words, or took too long.
    """
    before = server.settled_cpu()
    begun = time.monotonic()
    with ExitStack() as stack:
        out = stack.enter_context(log.open("ab"))
        running: list[subprocess.Popen[bytes]] = []
        for place, command in enumerate(pipeline):
            last = place == len(pipeline) - 1
            given = stack.enter_context(command.stdin.open("rb")) if command.stdin else None
            running.append(
                subprocess.Popen(
                    command.argv,
                    env=command.env,
                    cwd=command.cwd,
                    stdin=running[-1].stdout if running else given or subprocess.DEVNULL,
                    stdout=out if last else subprocess.PIPE,
                    stderr=out,
                )
            )
        for process in running[:-1]:
            if process.stdout:
                process.stdout.close()  # else a reader's end would go unnoticed
        client, memory, codes = _wait(running, begun + timeout)
    wall = time.monotonic() - begun
    if wall > timeout:
        raise TdmError(f"not done after {timeout:.0f} s", ExitCode.LOCKED)
    if any(codes):
        said = log.read_text(encoding="utf-8", errors="replace").strip()[-1500:]
        name = Path(pipeline[0].argv[0]).name
        raise TdmError(f"{name} failed with {codes}:\n{said}", ExitCode.CRASH)
    return Spent(client, server.settled_cpu() - before, wall, memory)


def _wait(
    running: Sequence[subprocess.Popen[bytes]], deadline: float
) -> tuple[float, int, list[int]]:
    """CPU, peak memory and exit codes, when all have ended.

    Memory is looked at while they run: rusage begins with what *this* process had when it forked.
    """
    left = {process.pid: process for process in running}
    cpu, peaks = 0.0, dict.fromkeys(left, 0)
    while left:
        for pid, process in list(left.items()):
            peaks[pid] = max(peaks[pid], _peak(pid))
            ended, status, usage = os.wait4(pid, os.WNOHANG)
            if ended:
                cpu += usage.ru_utime + usage.ru_stime
                process.returncode = os.waitstatus_to_exitcode(status)
                del left[pid]
            elif time.monotonic() > deadline:
                process.kill()
        if left:
            time.sleep(_LOOK)
    return cpu, sum(peaks.values()), [process.returncode for process in running]


def _peak(pid: int) -> int:
    """The most memory that a process has had so far."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def _stat(pid: int) -> list[int]:
    """The numbers of /proc/PID/stat behind the name; the parent is the second."""
    text = Path(f"/proc/{pid}/stat").read_text()
    state, *numbers = text.rpartition(")")[2].split()
    return [ord(state), *map(int, numbers)]


def _command_line(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""
