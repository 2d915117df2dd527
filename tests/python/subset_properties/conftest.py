"""Fixtures of the property tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conftest import TestServer
from main_job.support import Forks
from subset_properties.batch import Workshop


@pytest.fixture(scope="package")
def workshop(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A place to build services; dbt is imported once."""
    folder = tmp_path_factory.mktemp(f"subset-properties-{server.version}")
    forks = Forks(folder)
    try:
        yield Workshop(server, forks, folder)
    finally:
        forks.close()
