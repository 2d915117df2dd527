"""The wheel holds the dbt package, and the one list of its files is the same in both places."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tdm import package_files


def test_the_lists_agree(repo: Path) -> None:
    project = tomllib.loads((repo / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    included = {*wheel["only-include"], *wheel["force-include"]}
    assert included == {"scripts/tdm", *package_files.PACKAGE_PATHS}


def test_the_repository_is_the_package_root(repo: Path) -> None:
    assert package_files.package_root() == repo
    names = {path.parts[0] for path in package_files.package_files()}
    assert names <= {"dbt_project.yml", "macros", "models", "seeds", "tests"}
    for name in package_files.PACKAGE_PATHS:
        assert (repo / name).exists(), name


def test_a_wheel_holds_every_file_of_the_package(repo: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path)]
    built = subprocess.run([*command, str(repo)], capture_output=True, text=True, check=False)
    if "hatchling" in built.stderr and built.returncode != 0:
        pytest.skip("the build backend cannot be had here")
    assert built.returncode == 0, built.stderr
    wheel = next(tmp_path.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    missing = {f"tdm/dbt_package/{path}" for path in package_files.package_files()} - names
    assert not missing
    assert {"tdm/cli.py", "tdm/demo/00_header.sql", "tdm/mask_costs.json"} <= names
    root = subprocess.run(
        [sys.executable, "-c", "from tdm import package_files as p; print(p.package_root())"],
        env={"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert root.stdout.strip() == str(tmp_path / "site/tdm/dbt_package")
