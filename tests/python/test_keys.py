"""Root keys come in by files and standard input, go from one to the next, and show nowhere."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from conftest import TestServer
from main_job.values import keys_found
from masks import rendered
from tdm import keys, pin
from tdm.errors import ExitCode, TdmError

ROOT = "00112233445566778899aabbccddeeff" * 2
OTHER = "0123456789abcdef0f1e2d3c4b5a6978" * 2
TABLES = ["roots", "environments", "domain_keys", "scan_keys", "vault_version"]
VERSION_1 = f"""
create schema tdm_vault;
create table tdm_vault.vault_version (version int primary key);
insert into tdm_vault.vault_version values (1);
create table tdm_vault.roots (
    one boolean primary key default true check (one), root bytea not null check (length(root) = 32),
    origin text not null, made_at timestamptz not null default now()
);
create table tdm_vault.environments
    (environment text primary key, key bytea not null, key_id text not null);
insert into tdm_vault.roots (root, origin) values ('\\x{ROOT}', 'random');
insert into tdm_vault.environments values ('old', '\\x01', 'an old id');
"""


def build_vault(
    server: TestServer, database: str, *environments: str, pinned: str | None = None
) -> None:
    """What the vault node makes, with a key for one domain in each environment."""
    tdm = rendered.package()
    with server.connect(database) as connected:
        for name in environments:
            connected.execute(tdm.vault_statements(name, pinned).encode())
            connected.execute("select tdm_vault.ensure_domain(%s, 'd')", [name])


def secrets(server: TestServer, database: str) -> list[bytes]:
    """Every key of the vault."""
    with server.connect(database) as connected:
        rows = connected.execute(
            "select root from tdm_vault.roots union all select key from tdm_vault.environments"
            " union all select key from tdm_vault.scan_keys"
            " union all select ipad from tdm_vault.domain_keys"
            " union all select unnest(round_keys) from tdm_vault.domain_keys"
        ).fetchall()
    return [bytes(key) for (key,) in rows]


def key_ids(server: TestServer, database: str) -> dict[str, str]:
    listed = keys.list_(server.dsn(database))["environments"]
    return {entry["environment"]: entry["key_id"] for entry in listed}


def states(server: TestServer, database: str) -> list[tuple[str, list[str]]]:
    listed = keys.list_(server.dsn(database))["roots"]
    return [(root["state"], root["environments"]) for root in listed]


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
    build_vault(server, database, "ci")
    assert list(key_ids(server, database)) == ["ci"]
    refused = tdm_keys(server, database, "import", given=OTHER)
    assert refused.returncode == ExitCode.POLICY
    assert keys.export(dsn)["root"] == ROOT
    assert tdm_keys(server, database, "import", "--replace", given=OTHER).returncode == 0
    assert keys.export(dsn)["root"] == OTHER
    assert key_ids(server, database) == {}  # they were derived from the old root


@pytest.mark.parametrize(
    "given",
    ["", "abc", ROOT[:-1], ROOT + "0", "zz" * 32, f"{ROOT}\n{ROOT}", ROOT[:32], "=" * 44],
)
def test_anything_else_is_no_key(server: TestServer, database: str, given: str) -> None:
    """32 characters of text are 16 bytes in disguise."""
    refused = tdm_keys(server, database, "import", given=given)
    assert refused.returncode == ExitCode.USAGE
    assert not given or given not in refused.stderr
    assert keys.list_(server.dsn(database)) == {"roots": [], "environments": []}


@pytest.mark.parametrize(
    "form",
    [
        bytes.fromhex(ROOT),
        ROOT.upper().encode() + b"\r\n",
        base64.b64encode(bytes.fromhex(ROOT)) + b"\n",
        base64.urlsafe_b64encode(bytes.fromhex(ROOT)).rstrip(b"="),
    ],
    ids=["raw", "hex", "base64", "base64url"],
)
def test_a_key_file_of_any_form(tmp_path: Path, form: bytes) -> None:
    file = tmp_path / "root.key"
    file.write_bytes(form)
    file.chmod(0o600)
    assert keys.read_key(file) == bytes.fromhex(ROOT)


@pytest.mark.parametrize(
    "weak", ["ff" * 32, "00" * 32, "0a0b" * 16, bytes(range(32)).hex(), "7f" * 31 + "00"]
)
def test_a_key_that_can_be_guessed_is_refused(server: TestServer, database: str, weak: str) -> None:
    for given in (("import",), ("rotate", "--file", "-")):
        refused = tdm_keys(server, database, *given, given=weak)
        assert refused.returncode == ExitCode.POLICY
        assert "can be guessed" in refused.stderr and weak not in refused.stderr


def test_a_file_that_everybody_may_read_holds_no_key(
    server: TestServer, database: str, tmp_path: Path
) -> None:
    """As an argument and behind standard input; the file that `tdm` writes is private."""
    file = tmp_path / "root.key"
    file.write_text(ROOT)
    file.chmod(0o604)
    by_name = tdm_keys(server, database, "import", "--file", str(file))
    with file.open() as opened:
        by_input = subprocess.run(
            [sys.executable, "-m", "tdm.cli", "keys", "import", "--dsn", server.dsn(database)],
            stdin=opened, capture_output=True, text=True, check=False,
        )  # fmt: skip
    for refused in (by_name, by_input):
        assert refused.returncode == ExitCode.POLICY, refused.stderr
        assert "chmod 600" in refused.stderr
    assert keys.list_(server.dsn(database))["roots"] == []
    file.chmod(0o600)
    assert tdm_keys(server, database, "import", "--file", str(file)).returncode == 0
    written = tmp_path / "copy.key"
    exported = tdm_keys(server, database, "export", "--file", str(written))
    assert exported.returncode == 0 and ROOT not in exported.stdout + exported.stderr
    assert written.stat().st_mode & 0o777 == 0o600
    assert keys.read_key(written).hex() == ROOT
    again = tdm_keys(server, database, "export", "--file", str(written))
    assert again.returncode == ExitCode.PRECONDITION
    missing = tdm_keys(server, database, "import", "--file", str(tmp_path / "none"))
    assert missing.returncode == ExitCode.PRECONDITION


def test_the_vault_of_python_is_that_of_the_macros() -> None:
    def words(text: str) -> str:
        return re.sub(r"\s+", "", text)

    assert words(rendered.package().root_statements()) == words(keys._ROOTS)


@pytest.mark.parametrize("first", ["build", "list"])
def test_a_vault_of_version_1(server: TestServer, database: str, first: str) -> None:
    """Its one root becomes the active one; every key stays what it was."""
    with server.connect(database) as connected:
        connected.execute(VERSION_1)
    if first == "list":
        assert states(server, database) == [("active", ["old"])]
        keys.rotate(server.dsn(database))
        with pytest.raises(TdmError, match="build key_vault once"):
            keys.switch(server.dsn(database), ["old"])
    else:
        build_vault(server, database, "new")
        assert states(server, database) == [("active", ["new", "old"])]
        assert key_ids(server, database)["old"] == "an old id"
        other = server.create()
        try:
            keys.import_(server.dsn(other), bytes.fromhex(ROOT))
            build_vault(server, other, "new")
            assert key_ids(server, other)["new"] == key_ids(server, database)["new"]
        finally:
            server.drop(other)


def test_a_vault_of_a_newer_version_is_left_alone(server: TestServer, database: str) -> None:
    build_vault(server, database, "ci")
    with server.connect(database) as connected:
        connected.execute("insert into tdm_vault.vault_version values (3)")
    with pytest.raises(psycopg.errors.RaiseException, match="newer version of dbt-tdm"):
        build_vault(server, database, "ci")


def test_a_rotation(server: TestServer, database: str) -> None:
    """Two keys live; each environment changes when it is told to; the old key is kept."""
    dsn = server.dsn(database)
    nothing = tdm_keys(server, database, "rotate")
    assert nothing.returncode == ExitCode.PRECONDITION
    keys.import_(dsn, bytes.fromhex(ROOT))
    build_vault(server, database, "ci", "perf")
    before, old = key_ids(server, database), secrets(server, database)

    assert tdm_keys(server, database, "rotate").returncode == 0
    build_vault(server, database, "ci", "perf")
    assert key_ids(server, database) == before, "an environment changed by itself"
    assert states(server, database) == [("active", []), ("retiring", ["ci", "perf"])]
    assert set(secrets(server, database)) > set(old)
    new_root = keys.export(dsn)["root"]

    again = tdm_keys(server, database, "rotate")
    assert again.returncode == 0 and "--switch ci --switch perf" in again.stdout
    assert keys.export(dsn)["root"] == new_root, "an interrupted rotation began anew"
    build_vault(server, database, "local")
    assert states(server, database) == [("active", ["local"]), ("retiring", ["ci", "perf"])]

    early = tdm_keys(server, database, "rotate", "--finish")
    assert early.returncode == ExitCode.POLICY and "--switch ci --switch perf" in early.stderr
    unknown = tdm_keys(server, database, "rotate", "--switch", "ci", "--switch", "typo")
    assert unknown.returncode == ExitCode.PRECONDITION
    assert key_ids(server, database)["ci"] == before["ci"]
    assert tdm_keys(server, database, "rotate", "--switch", "ci").returncode == 0
    after = key_ids(server, database)
    assert after["ci"] != before["ci"] and after["perf"] == before["perf"]
    assert keys.switch(dsn, ["ci"])["switched"] == []
    with server.connect(database) as connected:
        domains = connected.execute("select environment from tdm_vault.domain_keys order by 1")
        assert domains.fetchall() == [("ci",), ("local",), ("perf",)], "a build would find no key"

    done = tdm_keys(server, database, "rotate", "--switch", "perf", "--finish")
    assert done.returncode == 0, done.stderr
    assert states(server, database) == [("active", ["ci", "local", "perf"]), ("retired", [])]
    assert set(old) & set(secrets(server, database)) == {bytes.fromhex(ROOT)}
    retired = keys.list_(dsn)["roots"][1]["root_id"]
    assert keys.export(dsn, retired)["root"] == ROOT
    # by itself it does not come back
    for args in (("import",), ("rotate", "--file", "-")):
        assert tdm_keys(server, database, *args, given=ROOT).returncode == ExitCode.POLICY
    assert keys.finish(dsn)["retired"] is None
    # the same keys as in a database that has had no other root
    other = server.create()
    try:
        keys.import_(server.dsn(other), bytes.fromhex(new_root))
        build_vault(server, other, "ci", "perf", "local")
        assert sorted(secrets(server, other)) == sorted(
            key for key in secrets(server, database) if key.hex() != ROOT
        )
    finally:
        server.drop(other)


def test_a_retired_key_is_destroyed_when_somebody_confirms(
    server: TestServer, database: str
) -> None:
    dsn = server.dsn(database)
    keys.import_(dsn, bytes.fromhex(ROOT))
    build_vault(server, database, "ci")
    keys.rotate(dsn, bytes.fromhex(OTHER))
    keys.switch(dsn, ["ci"])
    for wrong in (["--destroy"], ["--finish", "--yes"]):
        assert tdm_keys(server, database, "rotate", *wrong).returncode == ExitCode.USAGE
    unsure = tdm_keys(server, database, "rotate", "--finish", "--destroy", given="yes")
    assert unsure.returncode == ExitCode.POLICY and "Nothing was destroyed" in unsure.stderr
    assert [state for state, _ in states(server, database)] == ["active", "retired"]

    def on_disk() -> bytes:
        with server.connect(database) as connected:
            connected.execute("checkpoint")
            row = connected.execute(
                "select pg_read_binary_file(pg_relation_filepath('tdm_vault.roots'))"
            ).fetchone()
        assert row is not None and isinstance(row[0], bytes)
        return row[0]

    assert bytes.fromhex(ROOT) in on_disk()
    done = tdm_keys(server, database, "rotate", "--finish", "--destroy", "--yes")
    assert done.returncode == 0, done.stderr
    assert [state for state, _ in states(server, database)] == ["active"]
    assert bytes.fromhex(ROOT) not in on_disk() and bytes.fromhex(OTHER) in on_disk()
    with pytest.raises(TdmError, match="no retired root key"):
        keys.destroy(dsn, [keys.list_(dsn)["roots"][0]["root_id"]])


def test_a_killed_step_leaves_the_rotation_where_it_was(server: TestServer, database: str) -> None:
    dsn = server.dsn(database)
    keys.import_(dsn, bytes.fromhex(ROOT))
    build_vault(server, database, "ci", "perf")
    keys.rotate(dsn, bytes.fromhex(OTHER))
    before, held = key_ids(server, database), secrets(server, database)
    failures: list[Exception] = []

    def switch() -> None:
        try:
            keys.switch(dsn, ["ci", "perf"])
        except psycopg.Error as error:
            failures.append(error)

    with psycopg.connect(dsn) as holder, server.connect(database) as killer:
        holder.execute("select from tdm_vault.environments where environment = 'perf' for update")
        working = threading.Thread(target=switch)
        working.start()
        killed = None
        for _ in range(200):
            killed = killer.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = %s and wait_event_type = 'Lock'",
                [database],
            ).fetchone()
            if killed:
                break
            time.sleep(0.05)
        working.join()
    assert killed == (True,) and failures
    assert key_ids(server, database) == before
    assert sorted(secrets(server, database)) == sorted(held)
    assert keys.rotate(dsn)["begun"] is False
    assert keys.switch(dsn, ["ci", "perf"])["switched"] == ["ci", "perf"]
    assert keys.finish(dsn)["retired"] is not None


def test_another_rotation_waits(server: TestServer, database: str) -> None:
    dsn = server.dsn(database)
    keys.import_(dsn, bytes.fromhex(ROOT))
    with pytest.raises(TdmError, match="is in the vault already"):
        keys.rotate(dsn, bytes.fromhex(ROOT))
    assert keys.rotate(dsn, bytes.fromhex(OTHER))["begun"]
    assert not keys.rotate(dsn, bytes.fromhex(OTHER))["begun"]
    with pytest.raises(TdmError, match="A rotation to another root key has begun"):
        keys.rotate(dsn, os.urandom(32))


def test_a_restored_database_takes_the_key_that_the_project_has_pinned(
    server: TestServer, database: str
) -> None:
    """Half of the environments are switched; the next copy of production has no vault."""
    for name, root in (("first", ROOT), ("second", OTHER)):
        other = server.create()
        try:
            keys.import_(server.dsn(other), bytes.fromhex(root))
            build_vault(server, other, "perf")
            pinned = key_ids(server, other)["perf"]
        finally:
            server.drop(other)
        if name == "first":
            keys.import_(server.dsn(database), bytes.fromhex(ROOT))
            keys.rotate(server.dsn(database), bytes.fromhex(OTHER))
        build_vault(server, database, "perf", pinned=pinned)
        assert key_ids(server, database)["perf"] == pinned
        with server.connect(database) as connected:
            for table in ("domain_keys", "scan_keys", "environments"):
                connected.execute(f"delete from tdm_vault.{table}".encode())


@pytest.mark.parametrize("weak", ["ab" * 32, "AB" * 31 + "ab"])
def test_the_setting_takes_no_weak_key(server: TestServer, database: str, weak: str) -> None:
    with server.connect(database) as connected:
        connected.execute(f"set tdm.root_key = '{weak}'")
        with pytest.raises(psycopg.errors.RaiseException, match="all its bytes are equal") as found:
            connected.execute(rendered.package().vault_statements("ci").encode())
        assert weak not in str(found.value)


def test_the_pin_goes_with_the_switch(server: TestServer, database: str, tmp_path: Path) -> None:
    dsn = server.dsn(database)
    keys.import_(dsn, bytes.fromhex(ROOT))
    build_vault(server, database, "ci", "perf")
    (tmp_path / "models").mkdir()
    for name, key_id in key_ids(server, database).items():
        pin.pin(tmp_path, name, database, key_id)
    keys.rotate(dsn, bytes.fromhex(OTHER))
    switched = tdm_keys(
        server, database, "rotate", "--switch", "ci", "--project-dir", str(tmp_path)
    )
    assert switched.returncode == 0, switched.stderr
    assert "Took the key of ci out of" in switched.stderr
    pinned = (tmp_path / pin.FILE).read_text()
    assert "perf" in pinned and "ci_" not in pinned
    assert not pin.unpin(tmp_path, "ci", database)


def test_nobody_else_reads_the_vault(server: TestServer, database: str) -> None:
    """Not even where default privileges let somebody in; before, while and after a rotation."""
    role = f"other_{database}"
    with server.connect(database) as connected:
        connected.execute(f"create role {role} login".encode())
        connected.execute(
            f"alter default privileges grant all on tables to {role};"
            f"alter default privileges grant all on schemas to {role};"
            "alter default privileges grant select on tables to public".encode()
        )
    try:
        keys.import_(server.dsn(database), bytes.fromhex(ROOT))
        _nobody_reads(server, database, role, ["roots"])
        build_vault(server, database, "ci")
        _nobody_reads(server, database, role, TABLES)
        keys.rotate(server.dsn(database))
        keys.switch(server.dsn(database), ["ci"])
        keys.finish(server.dsn(database))
        _nobody_reads(server, database, role, TABLES)
    finally:
        with server.connect(database) as connected:
            connected.execute(f"drop owned by {role}; drop role {role}".encode())


def _nobody_reads(server: TestServer, database: str, role: str, tables: list[str]) -> None:
    with psycopg.connect(server.dsn(database), user=role, autocommit=True) as stranger:
        for statement in (
            *(f"table tdm_vault.{table}" for table in tables),
            "select tdm_vault.use_root('ci', '')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                stranger.execute(statement.encode())
    with server.connect(database) as connected:
        granted = connected.execute(
            "select count(*) from pg_class cross join lateral aclexplode(relacl)"
            " where relnamespace = 'tdm_vault'::regnamespace and grantee <> relowner"
        ).fetchone()
        assert granted == (0,)


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
    build_vault(server, database, "ci")
    held = secrets(server, database)
    keys.rotate(server.dsn(database), bytes.fromhex(OTHER))
    keys.switch(server.dsn(database), ["ci"])
    keys.finish(server.dsn(database))
    held += secrets(server, database)
    log = (server.data.parent / "server.log").read_bytes()
    assert b"insert into tdm_vault.roots" in log and b"tdm_vault.use_root" in log
    assert len(held) > 20 and keys_found(log, held) == []


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
