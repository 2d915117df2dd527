"""`tdm demo`: everything once, from an empty server to a dump that loads into an empty database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psycopg import sql

from tdm import connection, dbt, server, summary
from tdm.counted import counted
from tdm.progress import Phases

_LOADED = "demo_loaded"


def run(
    project_dir: Path, scale: float = 1, out: Path | None = None, target: str | None = None
) -> dict[str, Any]:
    """Run the demo on the embedded server of this project, wherever PG* variables point.

    A second run finds server and data in place and replaces the dump and the loaded database.

    Args:
        project_dir: this repository.
        scale: size of the production copy; 1 is about 250,000 rows.
        out: where the dump goes; default dumps/demo-<target> in the project.
        target: the dbt target; default the profile's.

    Returns:
        what `summary.render` shows.

    Raises:
        TdmError: a phase failed; dbt's own exit code when it was dbt.
    """
    from tdm import demo, dump, load

    chosen = connection.resolve_target(project_dir, target)
    place = out or project_dir / "dumps" / f"demo-{chosen.name}"
    with Phases() as phases:
        with phases.phase("server") as phase:
            state = server.up(project_dir)
            phase.note = f"PostgreSQL {state.version}" + ("" if state.started else ", was up")
        source = state.dsn
        with phases.phase("demo data") as phase:
            rows = demo.load(source, scale, phase.report)
            phase.note = f"{counted(rows, 'row')} at scale {scale:g}"
        with phases.phase("dbt build") as phase:
            outcome = dbt.run(
                project_dir,
                ["build", "--target", chosen.name],
                connection.environment_for(source),
                lambda node: phase.report(node.node, node.done, node.total),
            )
            dbt.require(outcome, f"dbt build --target {chosen.name}")
            phase.note = ", ".join(f"{count} {status}" for status, count in outcome.counts.items())
        with phases.phase("export") as phase:
            exported = dump.export(project_dir, place, "dir", source, chosen.schema)
            phase.note = str(exported["path"])
        with phases.phase("load") as phase:
            loaded_dsn = server.socket_dsn(Path(state.host), _LOADED)
            _fresh_database(state.host)
            loaded = load.load(place, loaded_dsn)
            phase.note = f"into database {_LOADED}"
    collected = summary.collect(project_dir, source, chosen)
    return {
        "target": chosen.name,
        "server": f"PostgreSQL {state.version}",
        "scale": scale,
        **collected,
        "nodes": outcome.counts,
        "dump": exported,
        "loaded": {"dsn": loaded_dsn, **loaded},
        "seconds": phases.seconds,
    }


def _fresh_database(host: str) -> None:
    name = sql.Identifier(_LOADED)
    dsn = server.socket_dsn(Path(host), "postgres")
    with connection.connect(dsn, autocommit=True) as connected:
        connected.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        connected.execute(sql.SQL("create database {}").format(name))
