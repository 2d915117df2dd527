"""What tests of masks share: a database with the package's functions, and its macros."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conftest import TestServer
from masks import rendered
from masks.rendered import Package
from masks.running import Runner, runner


@pytest.fixture(scope="module")
def run(server: TestServer) -> Iterator[Runner]:
    with runner(server) as running:
        yield running


@pytest.fixture(scope="module")
def tdm() -> Package:
    return rendered.package()
