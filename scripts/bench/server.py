"""A server of the benchmark's own: nothing runs on it but what a contestant asks for."""

from __future__ import annotations

import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.measure import Postmaster, children
from tdm import account, binaries
from tdm.errors import ExitCode, TdmError

USER = "postgres"
_INSTALLED = Path("/usr/lib/postgresql")
_PATIENCE = 60.0

# Defaults, but for: durability (nothing here has to survive), autovacuum (it would work for
# somebody at a time of its own), JIT (whoever wants it says so), and I/O workers of PostgreSQL 18
# (whose CPU belongs to no query).
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "shared_buffers": "256MB",
    "max_locks_per_transaction": "256",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "listen_addresses": "127.0.0.1",  # some tools know no sockets
}


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        bin: the folder of its programs.
        host: its socket folder.
        password: for connections over TCP; the socket trusts.
    """

    bin: Path
    host: Path
    port: int
    version: int
    password: str
    log: Path
    postmaster: Postmaster

    def dsn(self, database: str) -> str:
        """Over the socket."""
        return f"postgresql://{USER}@/{database}?host={self.host}&port={self.port}"

    def tcp(self, database: str) -> str:
        """For tools that want a host and a port."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"


def default_version() -> int:
    """15 where it is installed, else the embedded one's."""
    if (_INSTALLED / "15" / "bin" / "postgres").exists():
        return 15
    return binaries.major_version(binaries.embedded_bin())


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder with a short path, for sockets, that the server's user can enter; gone afterwards.

    Raises:
        TdmError: no /proc here to measure by.
    """
    if not Path("/proc/self/stat").exists():
        raise TdmError("The benchmark reads CPU times from /proc, so it needs Linux.")
    base = Path(tempfile.mkdtemp(prefix="tdm-bench-", dir="/tmp"))
    try:
        base.chmod(0o711)
        yield base
    finally:
        shutil.rmtree(base, ignore_errors=True)


@contextmanager
def private(version: int, base: Path, **others: str) -> Iterator[Server]:
    """Start a server; it is stopped afterwards.

    Args:
        version: PostgreSQL's major version.
        base: a folder of the caller's that the server's user can enter, with a short path.
        others: settings of the server that are other than for most benchmarks.

    Raises:
        TdmError: no such PostgreSQL here, or it does not start.
    """
    runs_as = account.throwaway_account()
    programs = _programs(version, base)
    home = base / "server"
    home.mkdir()
    runs_as.own(home)
    data, log, password = home / "data", base / "server.log", secrets.token_hex(8)
    secret = home / "password"
    secret.write_text(password + "\n", encoding="utf-8")
    _run(
        runs_as,
        [programs / "initdb", "-D", data, "-U", USER, "-E", "UTF8", "--locale=C"],
        ["--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}"],
    )
    port = _free_port()
    settings = _SETTINGS | others | {"port": str(port), "unix_socket_directories": str(home)}
    if version >= 18:
        settings["io_method"] = "sync"
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C in a terminal is not meant for it
            **runs_as.popen(),
        )
    try:
        background = _ready(process, home, port, log)
        yield Server(
            programs, home, port, version, password, log, Postmaster(process.pid, background)
        )
    finally:
        process.send_signal(signal.SIGQUIT)  # its data is thrown away
        process.wait(_PATIENCE)


def _programs(version: int, base: Path) -> Path:
    """What the system has, else the embedded one."""
    installed = _INSTALLED / str(version) / "bin"
    if (installed / "postgres").exists():
        return installed
    embedded = binaries.runnable_bin(account.throwaway_account(), base)
    found = binaries.major_version(embedded)
    if found != version:
        raise TdmError(
            f"No PostgreSQL {version} here; the embedded one is {found} (--pg {found}).",
            ExitCode.PRECONDITION,
        )
    return embedded


def _run(runs_as: account.Account, program: list[str | Path], options: list[str]) -> None:
    done = subprocess.run(
        [*program, *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **runs_as.popen(),
    )
    if done.returncode:
        raise TdmError(f"No new database cluster: {done.stderr.strip()}", ExitCode.PRECONDITION)


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _ready(process: subprocess.Popen[bytes], host: Path, port: int, log: Path) -> frozenset[int]:
    """Wait until the server takes connections; the children that it then has stay for good."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            psycopg.connect(host=str(host), port=port, user=USER, dbname="postgres").close()
            break
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(encoding="utf-8", errors="replace")[-500:]
                raise TdmError(
                    f"The server does not start: {said}", ExitCode.PRECONDITION
                ) from None
            time.sleep(0.1)
    time.sleep(0.5)  # until that session is gone
    return frozenset(children(process.pid))
