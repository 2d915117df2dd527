"""Putting a finished dump in its place: whole or not at all, at any kill."""

import ctypes
import fcntl
import json
import os
import platform
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import zstandard

from tdm.errors import TdmError

SQL_MARK = b"-- tdm dump "
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def reserved(out: Path) -> Iterator[Path]:
    """Reserve a place for a dump and give a temporary sibling to write it to.

    Leftovers of killed exports are removed first. Whatever the body leaves in the temporary place
    is removed at the end.

    Args:
        out: where the dump will stand.

    Raises:
        TdmError: exit 1 when something that is no dump of ours stands there; 75 when another
            export writes there right now.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    lock_path = out.with_name(f".{out.name}.lock")
    lock = _lock(lock_path)
    try:
        _mend(out)
        refuse_foreign(out)
        temporary = out.with_name(f".{out.name}.{os.getpid()}.tmp")
        try:
            yield temporary
        finally:
            _remove(temporary)
    finally:
        lock_path.unlink(missing_ok=True)
        os.close(lock)


def _lock(path: Path) -> int:
    """Take the lock of a place; the kernel gives it back when this process dies."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise TdmError(
                f"Another export is writing {path.name[1:].removesuffix('.lock')} right now.", 75
            ) from error
        # The former holder may have removed the file between our open and our lock.
        with suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        os.close(descriptor)


def _mend(out: Path) -> None:
    """Remove what killed exports left, and put an old dump back that one had set aside."""
    ours = re.compile(re.escape(f".{out.name}.") + r"\d+\.(tmp|old)")
    for path in sorted(out.parent.iterdir()):
        if not ours.fullmatch(path.name):
            continue
        if path.suffix == ".old" and not out.exists():
            path.rename(out)
        else:
            _remove(path)


def refuse_foreign(out: Path) -> None:
    """Refuse to replace anything but a dump of ours, an empty folder or an empty file."""
    if not out.exists() or _is_ours(out):
        return
    raise TdmError(f"{out} exists and is not a dump of tdm; choose another path or remove it.", 1)


def _is_ours(out: Path) -> bool:
    try:
        if out.is_dir():
            if not any(out.iterdir()):
                return True
            manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
            return isinstance(manifest, dict) and "tdm" in manifest and "digest" in manifest
        return out.stat().st_size == 0 or first_bytes(out, len(SQL_MARK)) == SQL_MARK
    except (OSError, ValueError, zstandard.ZstdError):
        return False


def first_bytes(path: Path, count: int) -> bytes:
    """The first bytes of a file, uncompressed when it is compressed."""
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        if start != zstandard.MAGIC_NUMBER.to_bytes(4, "little"):
            return file.read(count)
        with zstandard.ZstdDecompressor().stream_reader(file) as reader:
            return reader.read(count)


def publish(temporary: Path, out: Path) -> None:
    """Move a finished dump into its place, which holds the old or the new one at any moment."""
    _sync(temporary)
    if not out.exists() or (temporary.is_file() and out.is_file()):
        temporary.replace(out)
    elif _exchange(temporary, out):
        _remove(temporary)
    else:  # a file system that cannot exchange: the next export mends a kill in between
        aside = out.with_name(f".{out.name}.{os.getpid()}.old")
        out.rename(aside)
        temporary.rename(out)
        _remove(aside)
    _sync_one(out.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two paths in one step (Linux); False where that is not known."""
    if platform.system() != "Linux":
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return bool(done == 0)


def _sync(path: Path) -> None:
    """Have everything below a path on the disk before it gets its name."""
    if path.is_dir():
        for below in path.iterdir():
            _sync(below)
    _sync_one(path)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
