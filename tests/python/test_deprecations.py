"""dbt says nothing about most deprecated YAML on PostgreSQL; switched on, it says it all."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

# In a process of its own: dbt keeps flags and an adapter in module globals.
SCRIPT = """
    import sys
    from dbt.cli.main import dbtRunner
    from dbt.jsonschemas import jsonschemas

    adapters = getattr(jsonschemas, "_JSONSCHEMA_SUPPORTED_ADAPTERS", None)
    if adapters is None:
        sys.exit("dbt has renamed the switch for its schema checks: find the new one.")
    adapters.add("postgres")
    found = []

    def collect(event):
        if "Deprecation" in event.info.name and "Summary" not in event.info.name:
            found.append(f"{event.info.name}: {event.info.msg}")

    parsed = dbtRunner(callbacks=[collect]).invoke(
        ["--quiet", "parse", "--no-partial-parse", "--show-all-deprecations",
         "--warn-error-options", "{error: []}", "--target", "staging_mask"]
    )
    for line in found:
        print("FOUND", line.replace(chr(10), " "))
    if not parsed.success:
        sys.exit(f"dbt parse failed: {parsed.exception}")
"""


def deprecations(project: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)],
        cwd=project,
        env={**os.environ, "PWD": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("FOUND")]


def test_the_project_uses_nothing_deprecated(project: Path) -> None:
    assert deprecations(project) == []


def test_the_check_sees_something(tmp_path: Path, repo: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text(
        "name: bad\nprofile: tdm\nflags: {send_anonymous_usage_stats: false}\n"
    )
    (tmp_path / "profiles.yml").write_text((repo / "profiles/profiles.yml").read_text())
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_text("select 1 as id")
    (tmp_path / "models" / "_models.yml").write_text("models: [{name: a, my_own_key: 1}]")
    assert deprecations(tmp_path)
