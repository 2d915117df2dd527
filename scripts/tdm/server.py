"""The embedded server: a PostgreSQL of our own for one project folder, or for one test session.

No TCP, a socket folder that only its owner enters, no system user made, no permission changed
outside our own folders, root or not. `up` brings back whatever was there, also after a kill.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import pq, sql

from tdm import binaries, processes
from tdm.account import Account, server_account, throwaway_account
from tdm.errors import ExitCode, TdmError

PORT = 5432
USER = "postgres"
DATABASE = "demo"
_START_SECONDS = 120.0
_LOCK_SECONDS = 120.0

# The data can be made again, so nothing is spent on surviving a crash of the machine. A killed
# server loses nothing: without fsync, the write that synchronous_commit waits for is cheap.
_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "max_locks_per_transaction": "256",  # two suites side by side, hundreds of tables each
    "jit": "off",  # wide masked SELECTs compile longer than they run
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Messages and statements carry values of rows ("invalid input syntax …: <an e-mail>"), so
    # the log takes what the server says about itself, in one line each, and no ERROR. Whoever
    # ran a statement sees its error on the connection.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
}


@dataclass(frozen=True)
class Place:
    """Where the server of a project lives.

    Attributes:
        project: the folder, links resolved.
        state: our own folder: data, log, lock, perhaps a copy of the programs.
        sockets: socket folders, the one that the profile computes first.
        account: who runs it.
    """

    project: Path
    state: Path
    sockets: tuple[Path, ...]
    account: Account

    @property
    def data(self) -> Path:
        return self.state / "data"

    @property
    def log(self) -> Path:
        return self.state / "server.log"


@dataclass(frozen=True)
class Status:
    """What is known about a project's server; `as_dict` is what `--json` prints."""

    running: bool
    started: bool
    pid: int | None
    version: str | None
    dsn: str
    host: str
    data: str
    log: str

    def as_dict(self) -> dict[str, object]:
        return dict(vars(self))


@dataclass(frozen=True)
class Server:
    """A running throw-away server."""

    bin: Path
    data: Path
    host: Path
    port: int
    version: int
    account: Account

    def dsn(self, database: str = "postgres") -> str:
        return socket_dsn(self.host, database)


def socket_dir(path: str | Path) -> Path:
    """The socket folder of a project path; profiles/profiles.yml computes the same."""
    return Path("/tmp") / f"tdm-{_hash(path)}"


def project_path(project_dir: Path) -> str:
    """The path as a shell spells it, which is what the profile sees in PWD."""
    spelled = os.environ.get("PWD", "")
    with suppress(OSError):
        if spelled and Path(spelled).samefile(project_dir):
            return spelled
    return os.path.abspath(project_dir)  # noqa: PTH100 - resolve() would follow links


def locate(project_dir: Path) -> Place:
    """Find where the server of a project lives; touches nothing."""
    project = project_dir.resolve()
    if not project.is_dir():
        raise TdmError(f"No folder {project_dir}.", ExitCode.USAGE)
    account = server_account(project)
    inside = project / ".tdm"
    outside = Path("/var/tmp") / f"tdm-{os.geteuid()}-{_hash(project)}"
    if account.switched:
        state = inside if account.can('cd -- "$1"', project) else outside
    else:
        state = inside if os.access(inside if inside.is_dir() else project, os.W_OK) else outside
    sockets = dict.fromkeys((socket_dir(project_path(project_dir)), socket_dir(project)))
    return Place(project, state, tuple(sockets), account)


def up(project_dir: Path) -> Status:
    """Start the project's server unless it runs, and make the database `demo`.

    Raises:
        TdmError: folders that are not ours, another major version, no start, or a lock held.
    """
    place = locate(project_dir)
    owner = _state_owner(place)
    _own_folder(place.state, owner, 0o711)
    with _locked(place.state / "lock", owner):
        started = not _answers_or_ends(place)
        if started:
            bin_dir = binaries.runnable_bin(place.account, place.state)
            _prepare_data(bin_dir, place.data, place.account)
            for folder in place.sockets:
                _socket_folder(folder, place.account)
                # A killed server leaves them, and PostgreSQL believes any living pid in a lock.
                for leftover in folder.glob(".s.PGSQL.*"):
                    leftover.unlink()
            log = _open_new(place.log, owner)
            _start(bin_dir, place.data, place.sockets, log, place.log, place.account)
        _make_database(place.sockets[0])
    return _status(place, started)


def down(project_dir: Path) -> bool:
    """Stop the project's server; its data stays.

    Returns:
        whether it ran.
    """
    place = locate(project_dir)
    if not place.state.is_dir():
        return False
    with _locked(place.state / "lock", _state_owner(place)):
        ended = processes.stop(place.data)
        for folder in place.sockets:
            with suppress(OSError):
                folder.rmdir()
    return ended


def status(project_dir: Path) -> Status:
    """Say whether the project's server runs, and where."""
    return _status(locate(project_dir), started=False)


def start_throwaway(bin_dir: Path, base_dir: Path) -> Server:
    """Start a server that belongs to no project; the caller stops it and removes the folder.

    Args:
        bin_dir: PostgreSQL's programs, of any version from 15.
        base_dir: an empty folder of the caller's own, with a short path (sockets allow 107 bytes).
    """
    account = throwaway_account()
    base_dir.chmod(0o711)  # so that the server's user can pass through
    data, host = base_dir / "data", base_dir / "socket"
    _prepare_data(bin_dir, data, account)
    _socket_folder(host, account)
    log = base_dir / "server.log"
    _start(bin_dir, data, (host,), _open_new(log, os.geteuid()), log, account)
    return Server(bin_dir, data, host, PORT, binaries.major_version(bin_dir), account)


def stop_throwaway(server: Server) -> None:
    """Stop a server of `start_throwaway`, at once."""
    processes.stop(server.data, patience=0.5)


def socket_dsn(host: Path, database: str) -> str:
    """A connection URI for a server on a socket, as libpq, psql, psycopg and SQLAlchemy read it."""
    return f"postgresql://{USER}@/{quote(database, safe='')}?host={quote(str(host))}&port={PORT}"


def _hash(path: str | Path) -> str:
    return md5(os.fsencode(path), usedforsecurity=False).hexdigest()[:8]


def _status(place: Place, started: bool) -> Status:
    pid = processes.postmaster(place.data)
    host = next((folder for folder in place.sockets if _answers(folder)), None) if pid else None
    version = None
    if host is not None:
        with suppress(psycopg.Error), psycopg.connect(socket_dsn(host, "postgres")) as connection:
            number = connection.info.server_version
            version = f"{number // 10000}.{number % 10000}"
    shown = host or place.sockets[0]
    return Status(
        running=host is not None,
        started=started,
        pid=pid,
        version=version,
        dsn=socket_dsn(shown, DATABASE),
        host=str(shown),
        data=str(place.data),
        log=str(place.log),
    )


def _answers(host: Path) -> bool:
    return _ping(host) in (pq.Ping.OK, pq.Ping.REJECT)


def _ping(host: Path) -> int:
    return pq.PGconn.ping(socket_dsn(host, "postgres").encode())


def _answers_or_ends(place: Place) -> bool:
    """Whether the server serves this project's sockets; what runs without doing so is ended."""
    if processes.postmaster(place.data) is not None:
        listening = all((folder / f".s.PGSQL.{PORT}").exists() for folder in place.sockets)
        with suppress(TimeoutError):
            if listening or _is_starting(place.data):
                _wait_ready(place.sockets, _START_SECONDS if _is_starting(place.data) else 2.0)
                return True
    # Nothing runs, or: its socket folder was cleaned away, or it listens for another spelling
    # of the path, or its postmaster was killed and left backends behind.
    processes.stop(place.data)
    return False


def _is_starting(data: Path) -> bool:
    try:
        return "ready" not in (data / "postmaster.pid").read_text()
    except OSError:
        return True


def _wait_ready(sockets: tuple[Path, ...], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(_ping(folder) != pq.Ping.OK for folder in sockets):
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


@contextmanager
def _locked(path: Path, owner: int) -> Iterator[None]:
    """Hold the lock of a state folder; it ends with the process, however that ends."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        found = os.fstat(handle)
        if found.st_uid != owner and found.st_nlink == 1:  # root made it; the owner needs it too
            os.fchown(handle, owner, -1)
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TdmError(
                        f"Another `tdm up` or `tdm down` holds {path}; try again later.",
                        ExitCode.LOCKED,
                    ) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def _open_new(path: Path, owner: int) -> int:
    """Open a new file in place of the old one, never through a link; for the postmaster's log."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    if owner != os.geteuid():
        os.fchown(handle, owner, -1)
    return handle


def _state_owner(place: Place) -> int:
    """A state folder inside a project belongs to whoever owns the project, else to us.

    Never to `nobody`: what it could put there, root would write through.
    """
    if place.state.parent == place.project and place.account.switched:
        return place.project.stat().st_uid
    return os.geteuid()


def _own_folder(path: Path, owner: int, mode: int) -> None:
    """Make a folder, or check that the one there is no link and belongs to `owner`.

    Raises:
        TdmError: somebody else was here first.
    """
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        raise TdmError(
            f"{path} is a link, no folder, or not ours; remove it, or point PGHOST or --dsn "
            "at another server.",
            ExitCode.PRECONDITION,
        ) from None
    try:
        found = os.fstat(handle)
        # Root may have been interrupted between making a folder and handing it over.
        if found.st_uid not in {owner, os.geteuid()}:
            raise TdmError(
                f"{path} belongs to another user; remove it, or point PGHOST or --dsn "
                "at another server.",
                ExitCode.PRECONDITION,
            )
        if found.st_uid != owner:
            os.fchown(handle, owner, -1)
        if stat.S_IMODE(found.st_mode) != mode:
            os.fchmod(handle, mode)
    finally:
        os.close(handle)


def _socket_folder(path: Path, account: Account) -> None:
    if len(os.fsencode(path / f".s.PGSQL.{PORT}")) > 103:  # macOS; Linux allows 107
        raise TdmError(f"{path} is too long for a socket.", ExitCode.PRECONDITION)
    _own_folder(path, account.uid, 0o700)


def _prepare_data(bin_dir: Path, data: Path, account: Account) -> None:
    """Make the data folder unless it is there; at any kill there is a whole one or none."""
    for leftover in data.parent.glob(f"{data.name}.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    if data.is_dir():
        _check_version(bin_dir, data)
        _forget_stale_pid(data)
        return
    fresh = data.parent / f"{data.name}.new-{secrets.token_hex(4)}"
    fresh.mkdir(mode=0o700)
    account.own(fresh)
    command = [str(bin_dir / "initdb"), "-D", str(fresh), "-U", USER, "-A", "trust"]
    locale = ["-E", "UTF8", "--locale=C", "--lc-ctype=C.UTF-8", "--no-sync", "--no-instructions"]
    done = subprocess.run(
        [*command, *locale],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **account.popen(),
    )
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        said = done.stderr.strip().splitlines() or ["no message"]
        raise TdmError(f"No new database cluster: {said[-1]}", ExitCode.PRECONDITION)
    fresh.rename(data)


def _check_version(bin_dir: Path, data: Path) -> None:
    try:
        made_by = (data / "PG_VERSION").read_text().strip()
    except OSError:
        raise TdmError(
            f"{data} is no database cluster of ours; delete it to start over.",
            ExitCode.PRECONDITION,
        ) from None
    here = str(binaries.major_version(bin_dir))
    if made_by != here:
        raise TdmError(
            f"{data} was made by PostgreSQL {made_by} and this is {here}; "
            "delete it to start over, its data can be made again.",
            ExitCode.PRECONDITION,
        )


def _forget_stale_pid(data: Path) -> None:
    """Remove a pid file whose number now belongs to another program.

    PostgreSQL clears up after a dead process by itself, but takes any living one for a server.
    The caller has made sure that no process of this data folder runs.
    """
    pid_file = data / "postmaster.pid"
    with suppress(OSError, ValueError, IndexError):
        pid = int(pid_file.read_text().splitlines()[0])
        with suppress(PermissionError):
            os.kill(pid, 0)  # raises ProcessLookupError, an OSError, when it is gone
        pid_file.unlink()


def _start(
    bin_dir: Path,
    data: Path,
    sockets: tuple[Path, ...],
    output: int,
    log: Path,
    account: Account,
) -> None:
    """Start the postmaster in a session of its own and wait until it takes connections.

    Args:
        output: the open log file; closed here.
        log: where it is, for messages.
    """
    settings = _SETTINGS | {"unix_socket_directories": ",".join(map(str, sockets))} | _memory()
    # First, so that processes.postmaster() recognises it.
    options = ["-c", f"cluster_name={processes.cluster_name(data)}"]
    for name, value in settings.items():
        options += ["-c", f"{name}={value}"]
    try:
        # A file and never a pipe: the postmaster keeps it open for as long as it lives.
        process = subprocess.Popen(
            [bin_dir / "postgres", "-D", data, *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C in a terminal is not meant for it
            **account.popen(),
        )
    finally:
        os.close(output)
    deadline = time.monotonic() + _START_SECONDS
    while True:
        with suppress(TimeoutError):
            _wait_ready(sockets, 0.25)
            break
        if process.poll() is not None:
            raise TdmError(f"The server does not start: {_last_words(log)}", ExitCode.PRECONDITION)
        if time.monotonic() > deadline:
            processes.stop(data, patience=1.0)
            raise TdmError(f"The server does not get ready; see {log}.", ExitCode.PRECONDITION)
    process.returncode = 0  # it outlives us on purpose: no warning about a child left running


def _memory() -> dict[str, str]:
    """Containers often have 64 MB of /dev/shm, too little for parallel hash joins."""
    with suppress(OSError):
        shm = os.statvfs("/dev/shm")
        if shm.f_bavail * shm.f_frsize >= 512 * 1024 * 1024:
            return {}
    return {"dynamic_shared_memory_type": "mmap"} if os.path.isdir("/dev/shm") else {}  # noqa: PTH112


def _last_words(log: Path) -> str:
    """The last fatal line of a log that holds no values."""
    lines = log.read_text(errors="replace").splitlines()
    fatal = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return (fatal or lines or ["no message"])[-1].partition("FATAL:")[2].strip() or f"see {log}."


def _make_database(host: Path) -> None:
    with psycopg.connect(socket_dsn(host, "postgres"), autocommit=True) as connection:
        # The session of an `up` that was killed goes on until it has made the database.
        connection.execute("select pg_advisory_lock(hashtext('tdm up'))")
        known = connection.execute("select from pg_database where datname = %s", [DATABASE])
        if known.rowcount == 0:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
