"""db-condenser: writes a whole new database, constraints included.

It cannot work on cycles, so four references are broken: it leaves them NULL. It has no condition
on polymorphic references and compares them without a cast, so they are not given to it.
"""

from __future__ import annotations

import json

from bench.server import USER
from bench.subset.contestant import Contestant, Result, Turn
from bench.subset.ground import SOURCE
from bench.subset.rivals import common

_REQUIREMENT = "db-condenser==1.7.1"
_BREAKS = (
    ("customer", "address"),
    ("customer", "customer"),
    ("employee", "employee"),
    ("category", "category"),
)


def _ready(turn: Turn) -> None:
    common.installed(turn.ground, _REQUIREMENT)


def _run(turn: Turn) -> Result:
    name = common.target(turn)
    turn.ground.create(name)
    server = turn.ground.server
    config = {
        "db_type": "postgres",
        "source_db_connection_info": _connection(turn, SOURCE),
        "destination_db_connection_info": _connection(turn, name),
        "initial_targets": [{"table": "public.customer", "where": common.condition(turn)}],
        "keep_disconnected_tables": False,
        "excluded_tables": [],
        "passthrough_tables": [],
        "fk_augmentation": [],
        "dependency_breaks": [
            {"fk_table": f"public.{child}", "target_table": f"public.{parent}"}
            for child, parent in _BREAKS
        ],
    }
    path = turn.folder / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    program = common.installed(turn.ground, _REQUIREMENT) / "subset"
    command = common.command(turn, program, "-y", "--config", str(path))
    command = type(command)(
        command.argv, {**command.env, "POSTGRES_PATH": str(server.bin)}, command.cwd
    )
    return Result({"subset": turn.spend(command)}, name, common.relations())


def _connection(turn: Turn, database: str) -> dict[str, str | int]:
    server = turn.ground.server
    return {
        "user_name": USER,
        "host": "127.0.0.1",
        "port": server.port,
        "db_name": database,
        "password": server.password,
    }


CONTESTANT = Contestant("db-condenser", _REQUIREMENT, _ready, _run, common.drop_target)
