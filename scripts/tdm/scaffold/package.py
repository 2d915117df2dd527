"""The dbt package of dbt-tdm, copied into a new project so that it needs nothing from outside."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from tdm import __version__
from tdm.package_files import package_files, package_root

VENDOR = Path("vendor") / "tdm"


def copy(project: Path) -> None:
    """Copy macros, gates, guard, vault and dictionaries to vendor/tdm and install them.

    dbt looks for packages in dbt_packages; a relative link makes the bare `dbt build` work at
    once, in every copy of the folder. `dbt deps` may put its own link there any time.

    Args:
        project: the folder of the new project.
    """
    root = package_root()
    target = project / VENDOR
    for path in package_files():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, target / path)
    _write_project_file(root / "dbt_project.yml", target / "dbt_project.yml")
    (target / "VERSION").write_text(f"{__version__}\n", encoding="utf-8")
    packages = project / "dbt_packages"
    packages.mkdir()
    try:
        (packages / "tdm").symlink_to(Path("..") / VENDOR, target_is_directory=True)
    except OSError:
        shutil.copytree(target, packages / "tdm")


def _write_project_file(source: Path, target: Path) -> None:
    """The package's dbt_project.yml: ours without what concerns the demo's models."""
    project = yaml.safe_load(source.read_text(encoding="utf-8"))
    project["models"] = {"tdm": {"+schema": "tdm"}}
    seeds = project.get("seeds", {}).get("tdm", {})
    project["seeds"] = {"tdm": {k: v for k, v in seeds.items() if k != "canaries"}}
    for key in ("flags", "profile", "vars", "on-run-start", "on-run-end"):
        project.pop(key, None)
    text = (
        "# The package dbt-tdm, copied by `tdm init`. Do not edit: copy a newer version instead.\n"
    )
    target.write_text(text + yaml.safe_dump(project, sort_keys=False), encoding="utf-8")
