"""What can go wrong, as one exception that ends in one sentence and an exit code."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a scheduler may act on. Worth retrying as they are: CRASH and LOCKED."""

    OK = 0
    USAGE = 1  # also: handled errors that fit nothing else
    CRASH = 2
    GATE = 3  # a gate failed, or has not passed on what stands there
    POLICY = 4  # refused for privacy
    PRECONDITION = 5  # version, missing server, missing file
    INTEGRITY = 6  # a checksum or a constraint does not hold
    LOCKED = 75  # somebody else is at work; try later
    INTERRUPTED = 130
    TERMINATED = 143


class TdmError(Exception):
    """A problem that a person can act on.

    Args:
        message: one sentence that says what to do; never a value of anybody's data, never a key.
        exit_code: what the process ends with.
    """

    def __init__(self, message: str, exit_code: int = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.exit_code = int(exit_code)
