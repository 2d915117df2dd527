"""Which user runs the server. PostgreSQL refuses root, so root hands it to somebody else."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tdm.errors import ExitCode, TdmError


@dataclass(frozen=True)
class Account:
    """A user that runs PostgreSQL's programs.

    Attributes:
        uid: its user id.
        gid: its group id.
        switched: whether we are root and have to become this user first.
    """

    uid: int
    gid: int
    switched: bool

    def popen(self) -> dict[str, Any]:
        """Arguments for subprocess: become this user, in a folder that it can enter.

        Without `extra_groups=[]` root's groups stay; without `cwd` the child may start in a
        folder that it cannot enter.
        """
        become: dict[str, Any] = {"cwd": "/", "env": _environment()}
        if self.switched:
            become |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return become

    def can(self, script: str, path: Path) -> bool:
        """Whether this user can do what `script` does with "$1"; asked by trying it."""
        command = ["/bin/sh", "-c", script, "sh", str(path)]
        return _succeeds(command, self.popen())

    def own(self, path: Path) -> None:
        """Give a folder or file of ours to this user."""
        if self.switched:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def server_account(project_dir: Path) -> Account:
    """The user that runs the server of this project.

    Args:
        project_dir: its owner is taken when we are root; `nobody` when root owns it too.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switched=False)
    owner = project_dir.stat().st_uid
    if owner != 0:
        try:
            return Account(owner, pwd.getpwuid(owner).pw_gid, switched=True)
        except KeyError:
            pass  # a mounted folder of a user that does not exist here: initdb would refuse it
    return nobody()


def throwaway_account() -> Account:
    """The user that runs a server which belongs to no project."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switched=False)
    return nobody()


def nobody() -> Account:
    """The user that owns nothing, for root."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise TdmError(
            "PostgreSQL does not run as root and there is no user `nobody` here; "
            "run this as another user.",
            ExitCode.PRECONDITION,
        ) from None
    return Account(entry.pw_uid, entry.pw_gid, switched=True)


def _environment() -> dict[str, str]:
    """No PG* variables, which servers and initdb obey too, and nobody's secrets."""
    kept = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "TZ")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C"}


def _succeeds(command: Sequence[str], become: dict[str, Any]) -> bool:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **become,
        )
    except OSError:
        return False
    return done.returncode == 0
