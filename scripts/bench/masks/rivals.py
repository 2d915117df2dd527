"""Other tools from the package index, on the same ten columns of the same people.

Configured as their manuals say, with the nearest that each has; what is not as ours is in FACTS.
They take minutes for a million people, so they get fewer, and what is compared is a row.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from bench import given
from bench.masks.ground import Ground
from bench.measure import Command, Spent
from bench.server import USER

_KEY = "benchmark-key-0123456789-abcdefghij"
_BAUTA = "bauta[postgresql,native]==0.2.7"
_PGANONYMIZE = "pganonymize==0.13.0"
FACTS = {
    "bauta": "keyed; a person's name, e-mail and dates do not belong together; names stay in the"
    " notes; card numbers mostly without a valid check digit",
    "pganonymize": "not keyed; random: equal values become different ones, each run makes others;"
    " in place, over the original rows; ip and profile left as they are (it knows no inet and"
    " breaks over jsonb); notes emptied",
}
_COLUMNS = {
    "full_name": "fakeName",
    "email": "email",
    "phone": "digits",
    "street": "fakeStreetAddress",
    "birth_date": {"strategy": "dateShift", "maxDays": 30},
    "ssn": "digits",
    "card_number": "digits",
    "ip": "ip",
    "notes": "redact",
    "profile": {
        "strategy": "json",
        "fields": {"nick": "hash", "contact.email": "email", "contact.phone": "digits"},
        "otherwise": "keep",
    },
}
_FAKE = {
    "full_name": "fake.name",
    "email": "fake.unique.email",
    "phone": "fake.phone_number",
    "street": "fake.street_address",
    "birth_date": "fake.date_of_birth",
    "ssn": "fake.ssn",
    "card_number": "fake.credit_card_number",
}


def contestants(laid: Ground, cache: Path) -> dict[str, Callable[[], Spent]]:
    return {"bauta": lambda: _bauta(laid, cache), "pganonymize": lambda: _pganonymize(laid, cache)}


def _bauta(laid: Ground, cache: Path) -> Spent:
    program = given.installed(cache, _BAUTA) / "bauta"
    for table in ("bauta_masked", "bauta_masked_stage"):
        laid.few(table, empty=True)
    folder = laid.folder / "bauta"
    folder.mkdir(exist_ok=True)
    connection = {
        "type": "postgresql", "host": "127.0.0.1", "port": laid.server.port, "user": USER,
        "password": laid.server.password, "database": laid.database,
    }  # fmt: skip
    columns = {name: _COLUMNS.get(name, "keep") for name in laid.columns("few")}
    job = {
        "sourceConnection": "people",
        "targetConnection": "people",
        "sourceQuery": "select * from few",
        "targetTableFinal": "bauta_masked",
        "targetTableStage": "bauta_masked_stage",
        "insertStrategy": "swap",
        "masking": {"key": _KEY, "columns": columns},
    }
    # JSON is YAML
    (folder / "connections.yaml").write_text(json.dumps({"people": connection}), encoding="utf-8")
    (folder / "jobs.yaml").write_text(json.dumps({"jobs": {"people": job}}), encoding="utf-8")
    argv = (str(program), "run", "--config", str(folder), "--quiet", "--full-refresh")
    return laid.spend(Command(argv, laid.environment(), folder))


def _pganonymize(laid: Ground, cache: Path) -> Spent:
    program = given.installed(cache, _PGANONYMIZE, "setuptools<81") / "pganonymize"
    laid.few("people_few")
    fields: list[dict[str, object]] = [
        {name: {"provider": {"name": provider}}} for name, provider in _FAKE.items()
    ]
    fields.append({"notes": {"provider": {"name": "set", "value": "removed"}}})
    schema = laid.folder / "pganonymize.yml"
    table = {"people_few": {"primary_key": "id", "fields": fields}}
    schema.write_text(json.dumps({"tables": [table]}), encoding="utf-8")
    connection = (
        *("--dbname", laid.database, "--user", USER, "--password", laid.server.password),
        *("--host", "127.0.0.1", "--port", str(laid.server.port)),
    )
    argv = (str(program), f"--schema={schema}", *connection)
    return laid.spend(Command(argv, laid.environment(), laid.folder))
