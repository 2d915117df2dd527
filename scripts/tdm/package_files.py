"""The dbt package inside this Python package: what `tdm init` copies to vendor/tdm."""

from __future__ import annotations

from pathlib import Path

# The same list as in pyproject.toml, where it fills the wheel; a test holds them together.
PACKAGE_PATHS = (
    "dbt_project.yml",
    "macros",
    "models/keys",
    "models/source/source_columns.sql",
    "models/source/_source.yml",
    "seeds/dictionaries",
    "tests/generic",
)


def package_root() -> Path:
    """The folder in which PACKAGE_PATHS stand: inside an installed wheel, else the repository."""
    here = Path(__file__).resolve().parent
    installed = here / "dbt_package"
    return installed if installed.is_dir() else here.parents[1]


def package_files() -> list[Path]:
    """Every file of the dbt package, relative to `package_root()`, sorted.

    The repository holds the demo beside it; only what stands in PACKAGE_PATHS is the package.
    """
    root = package_root()
    found: set[Path] = set()
    for name in PACKAGE_PATHS:
        path = root / name
        found |= {path} if path.is_file() else {p for p in path.rglob("*") if p.is_file()}
    return sorted(path.relative_to(root) for path in found)
