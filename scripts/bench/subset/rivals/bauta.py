"""bauta: plans one query a table, then copies what they return.

It refuses cycles, so four references are ignored: their rows stay behind and the columns are
copied as they are. It knows constraints alone, so no polymorphic reference.
"""

from __future__ import annotations

import json
import shutil

from bench.server import USER
from bench.subset.contestant import Contestant, Result, Turn
from bench.subset.ground import SOURCE
from bench.subset.rivals import common

_VERSION = "0.2.7"
_REQUIREMENT = f"bauta[postgresql]=={_VERSION}"
_IGNORED = (
    "customer.default_address_id",
    "customer.referred_by",
    "employee.manager_id",
    "category.parent_id",
)


def _ready(turn: Turn) -> None:
    common.installed(turn.ground, _REQUIREMENT)


def _run(turn: Turn) -> Result:
    common.lay_tables(turn)
    name = common.target(turn)
    folder = turn.folder / "configuration"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    connections = {"source": _connection(turn, SOURCE), "target": _connection(turn, name)}
    # JSON is YAML
    (folder / "connections.yaml").write_text(json.dumps(connections), encoding="utf-8")
    program = common.installed(turn.ground, _REQUIREMENT) / "bauta"
    ignored = [word for column in _IGNORED for word in ("--ignore-foreign-key", column)]
    planned = turn.spend(
        common.command(
            turn,
            program,
            *("subset", "--config", str(folder), "--connection", "source", "--target", "target"),
            *("--root", "customer", "--where", common.condition(turn), *ignored),
            *("--output", str(folder / "jobs.yaml"), "--quiet"),
        )
    )
    copied = turn.spend(common.command(turn, program, "run", "--config", str(folder), "--quiet"))
    return Result({"plan": planned, "run": copied}, name, common.relations())


def _connection(turn: Turn, database: str) -> dict[str, str | int]:
    server = turn.ground.server
    return {
        "type": "postgresql",
        "host": "127.0.0.1",
        "port": server.port,
        "user": USER,
        "password": server.password,
        "database": database,
    }


CONTESTANT = Contestant("bauta", _REQUIREMENT, _ready, _run, common.drop_target)
