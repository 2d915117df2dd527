"""The root key comes in by standard input and goes out by standard output, and shows nowhere."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from conftest import TestServer
from tdm import keys
from tdm.errors import ExitCode, TdmError

ROOT = "00112233445566778899aabbccddeeff" * 2
OTHER = "ff" * 32


def tdm_keys(
    server: TestServer, database: str, *args: str, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tdm.cli", "keys", *args, "--dsn", server.dsn(database)]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)


def test_a_key_survives_the_round_trip(server: TestServer, database: str) -> None:
    imported = tdm_keys(server, database, "import", given=f"{ROOT}\n")
    assert imported.returncode == 0, imported.stderr
    assert ROOT not in imported.stdout + imported.stderr
    exported = tdm_keys(server, database, "export")
    assert exported.stdout == f"{ROOT}\n"
    again = tdm_keys(server, database, "import", given=ROOT.upper())
    assert again.returncode == 0
    listed = tdm_keys(server, database, "list")
    assert "imported" in listed.stdout
    assert ROOT not in listed.stdout + listed.stderr


def test_another_key_is_refused_unless_it_replaces(server: TestServer, database: str) -> None:
    dsn = server.dsn(database)
    keys.import_(dsn, bytes.fromhex(ROOT))
    with server.connect(database) as connected:
        connected.execute(
            "create table tdm_vault.environments"
            " (environment text primary key, key bytea not null, key_id text not null)"
        )
        connected.execute(r"insert into tdm_vault.environments values ('ci', '\x00', 'abc')")
    assert keys.list_(dsn)["environments"] == [
        {"environment": "ci", "key_id": "abc", "origin": "imported"}
    ]
    refused = tdm_keys(server, database, "import", given=OTHER)
    assert refused.returncode == ExitCode.POLICY
    assert keys.export(dsn)["root"] == ROOT
    assert tdm_keys(server, database, "import", "--replace", given=OTHER).returncode == 0
    assert keys.export(dsn)["root"] == OTHER
    assert keys.list_(dsn)["environments"] == []  # they were derived from the old root


@pytest.mark.parametrize("given", ["", "abc", ROOT[:-1], ROOT + "0", "zz" * 32, f"{ROOT}\n{ROOT}"])
def test_anything_else_is_no_key(server: TestServer, database: str, given: str) -> None:
    refused = tdm_keys(server, database, "import", given=given)
    assert refused.returncode == ExitCode.USAGE
    assert not given or given not in refused.stderr
    assert keys.list_(server.dsn(database)) == {"origin": None, "made_at": None, "environments": []}


def test_export_without_a_key(server: TestServer, database: str) -> None:
    with pytest.raises(TdmError) as refusal:
        keys.export(server.dsn(database))
    assert refusal.value.exit_code == ExitCode.PRECONDITION


def test_the_vault_is_closed_and_keeps_no_statistics(server: TestServer, database: str) -> None:
    keys.import_(server.dsn(database), bytes.fromhex(ROOT))
    with server.connect(database) as connected:
        connected.execute("analyze tdm_vault.roots")
        statistics = connected.execute(
            "select count(*) from pg_stats where schemaname = 'tdm_vault' and attname = 'root'"
        ).fetchone()
        public = connected.execute("select has_schema_privilege('public', 'tdm_vault', 'usage')")
        assert statistics == (0,)
        assert public.fetchone() == (False,)


def test_a_server_that_logs_everything_does_not_log_the_key(
    server: TestServer, database: str
) -> None:
    """With statement logging on, for this database only."""
    with server.connect(database) as connected:
        for setting in ("log_statement = 'all'", "log_error_verbosity = 'default'"):
            connected.execute(f'alter database "{database}" set {setting}')
    keys.import_(server.dsn(database), bytes.fromhex(ROOT))
    log = (server.data.parent / "server.log").read_text()
    assert "insert into tdm_vault.roots" in log
    assert ROOT not in log


def test_at_a_terminal_export_warns(server: TestServer, database: str) -> None:
    keys.import_(server.dsn(database), bytes.fromhex(ROOT))
    leader, follower = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tdm.cli", "keys", "export", "--dsn", server.dsn(database)],
            stdout=follower,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(follower)
        os.close(leader)
    assert done.returncode == 0
    assert "Warning" in done.stderr
