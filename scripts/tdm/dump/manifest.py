"""The manifest: what a dump is, in JSON that is equal for equal dumps."""

import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

FORMAT = 1


def canonical(value: Any) -> str:
    """JSON with one spelling: sorted keys, no blanks."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(manifest: dict[str, Any]) -> str:
    """The identity of the data: schema, columns, rows and sequences; no time and no file format."""
    lines = [f"tdm {manifest['tdm']}"]
    lines += [f"schema {part} {manifest['schema'][part]}" for part in ("pre-data", "post-data")]
    lines += [
        f"table {canonical([t['schema'], t['name'], t['columns']])} {t['rows']} {t['sha256']}"
        for t in manifest["tables"]
    ]
    lines += [f"sequence {canonical([s['sequence'], s['sql']])}" for s in manifest["sequences"]]
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()


def checksum(manifest: dict[str, Any]) -> str:
    """Guards the manifest itself on its way."""
    rest = {key: value for key, value in manifest.items() if key != "checksum"}
    return hashlib.sha256(canonical(rest).encode()).hexdigest()


def sealed(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest with its digest and its own checksum."""
    whole = {**manifest, "digest": digest(manifest)}
    return {**whole, "checksum": checksum(whole)}


def pretty(manifest: dict[str, Any]) -> str:
    """The manifest as its file holds it: one spelling, and readable."""
    return json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=2) + "\n"


def project_name(project_dir: Path, otherwise: str) -> str:
    """The name in dbt_project.yml."""
    try:
        text = (project_dir / "dbt_project.yml").read_text(encoding="utf-8")
    except OSError:
        return otherwise
    found = re.search(r"""^name:\s*['"]?([\w-]+)""", text, re.MULTILINE)
    return found[1] if found else otherwise


def git_commit(project_dir: Path) -> str | None:
    """The project's commit, `-dirty` when tracked files differ from it; None outside git."""

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", "-C", str(project_dir), *arguments],
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except OSError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    commit = git("rev-parse", "--verify", "HEAD")
    if commit is None:
        return None
    # Untracked files do not count: the last dump itself may lie in the project.
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".")
    return f"{commit}-dirty" if changed else commit
