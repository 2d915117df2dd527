"""`python -m subset_properties SEED… [--shrink]`, in tests/python: one random service by itself."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import INSTALLED, TestServer
from main_job.support import Forks
from subset_properties import batch, shrink
from subset_properties.batch import Workshop
from tdm import account, binaries
from tdm import server as servers

AT_ONCE = 40


@contextmanager
def workshop(version: str) -> Iterator[Workshop]:
    """A server of its own, and dbt."""
    base = Path(tempfile.mkdtemp(prefix="tdm-test-", dir="/tmp"))
    base.chmod(0o711)
    bin_dir = INSTALLED
    if version == "18":
        bin_dir = binaries.runnable_bin(account.throwaway_account(), base)
    running = servers.start_throwaway(bin_dir, base)
    folder = Path(tempfile.mkdtemp(prefix="subset-properties-"))
    forks = Forks(folder)
    try:
        server = TestServer(running.version, bin_dir, running.host, running.port, running.data)
        yield Workshop(server, forks, folder)
    finally:
        forks.close()
        servers.stop_throwaway(running)
        shutil.rmtree(base, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Build services, and say what is wrong with them."""
    parser = argparse.ArgumentParser(prog="subset_properties", description=__doc__)
    parser.add_argument("seeds", nargs="+", type=int, help="which services")
    parser.add_argument("--shrink", action="store_true", help="cut the first failing one down")
    parser.add_argument("--pg", choices=["18", "15"], default="18", help="the server")
    given = parser.parse_args()
    with workshop(given.pg) as place:
        wrong = []
        for start in range(0, len(given.seeds), AT_ONCE):
            numbers = given.seeds[start : start + AT_ONCE]
            for verdict in batch.tried(place, [batch.drawn(number) for number in numbers]):
                shown = (verdict.problems or ["exact"])[:5]
                print(f"{verdict.service.seed}:", *shown, sep="\n    ", flush=True)
                wrong += [verdict] if verdict.problems else []
        if wrong:
            worst = shrink.shrunk(place, wrong[0]) if given.shrink else wrong[0]
            print(batch.report(worst))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
