"""Keys are rotated under a built target: what two keys made never mixes, and no key shows."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from main_job.support import ROOT_KEY, TARGET, Job, contents, masked_tables
from main_job.test_release import readable, released
from main_job.test_secrets import vault
from main_job.values import keys_found, texts_under
from tdm import dump, keys
from tdm.errors import ExitCode, TdmError

ONE = "masked_auth__users"


def key_id(job: Job) -> str:
    return str(job.value("select key_id from tdm_vault.environments"))


def digests(key: bytes) -> list[bytes]:
    """What somebody might write down instead of a key."""
    return [hashlib.sha256(key).digest(), hashlib.md5(key, usedforsecurity=False).digest()]


def test_a_switched_target_is_built_as_a_whole(newest: None, job: Job, tmp_path: Path) -> None:
    project, old = job.copied_project(tmp_path), key_id(job)
    users = {"users": f"{TARGET}_auth.users"}
    before, held = contents(job, users), vault(job)

    # beside a new root the old one works on
    new_root = os.urandom(32)
    assert keys.rotate(job.dsn(), new_root)["begun"]
    run = job.dbt("build", "--select", f"key_vault {ONE}+", project=project)
    assert run.exit_code == 0, run.output
    assert contents(job, users) == before and readable(job) == 32

    with job.connect() as connected:
        connected.execute("alter database main_job set log_statement = 'all'")
        if connected.execute("show shared_preload_libraries").fetchone() != ("",):
            connected.execute("create extension if not exists pg_stat_statements")
    log_began = job.built.log.stat().st_size
    keys.switch(job.dsn(), [TARGET])
    new = key_id(job)
    assert new != old

    # neither part of a build, nor a release, nor a dump
    partial = job.dbt("run", "--select", ONE, "masked_catalog__tags", project=project)
    assert partial.exit_code == 1
    failures = job.failures(project)
    assert set(failures) == {ONE, "masked_catalog__tags"}
    for message in failures.values():
        assert f"the key of {TARGET} is {new} now, but 33 tables were made with {old}" in message
        assert "pseudonyms of two keys would mix. Build everything: dbt build --target" in message
    assert contents(job, users) == before, "a refused build has changed a table"
    with pytest.raises(TdmError, match=f"changed after this release, from {old} to {new}") as found:
        dump.export(project, tmp_path / "early", "dir", job.dsn(), TARGET)
    assert found.value.exit_code == ExitCode.GATE
    refused = job.dbt("run", "--select", "release", project=project)
    assert refused.exit_code == 1
    assert f"33 tables were made with {old}" in job.failures(project)["release"]
    assert readable(job) == 0 and released(job) == 0

    # node by node: the vault first, then nothing of the old key stands that could mix
    first = job.dbt("run", "--select", "key_vault", project=project)
    assert "dropped 33 tables that were made with another key" in first.output
    assert job.value("select to_regclass(%s)", [f"{TARGET}_subset.identifying_values"]) is None
    assert job.value("select to_regclass(%s)", [users["users"]]) is None
    assert job.dbt("run", "--select", ONE, project=project).exit_code == 0

    built = job.dbt("build", "--threads", "4", project=project)
    assert built.exit_code == 0, built.output[-3000:]
    assert readable(job) == 32 and contents(job, users) != before
    made = job.query(
        f"select distinct key_id from {TARGET}_tdm.made_tables where key_id = %s", [new]
    )
    assert made == [(new,)]
    assert len(masked_tables(job)) == 32
    exported = dump.export(project, tmp_path / "dump", "dir", job.dsn(), TARGET)
    assert exported["key_id"] == new
    assert keys.finish(job.dsn())["retired"] is not None

    # and no key is anywhere: neither old nor new, nor a digest of one
    secrets = [*held.values(), *vault(job, new_root.hex()).values(), bytes.fromhex(ROOT_KEY)]
    secrets += [digest for key in secrets for digest in digests(key)]
    log = job.built.log.read_bytes()[log_began:]
    assert b"tdm_vault.use_root" in log and log.count(b"create unlogged table") > 40
    places = dict(texts_under(project / "target", project / "logs", tmp_path / "dump"))
    texts = {str(path): content for path, content in places.items()} | {
        "log": log,
        "output": (partial.output + first.output + built.output).encode(),
        "listed": repr(keys.list_(job.dsn())).encode(),
    }
    if job.value("select to_regclass('pg_stat_statements')"):
        texts["pg_stat_statements"] = str(
            job.value(
                "select string_agg(query, e'\\n') from pg_stat_statements"
                " where dbid = (select oid from pg_database where datname = current_database())"
            )
        ).encode()
        assert b"use_root" in texts["pg_stat_statements"]
    assert sum(map(len, texts.values())) > 5_000_000
    assert {place for place, content in texts.items() if keys_found(content, secrets)} == set()


def test_a_target_without_a_key_masks_nothing(newest: None, job: Job) -> None:
    """As after `tdm keys import --replace`: without its key a mask would make NULL of all."""
    users = {"users": f"{TARGET}_auth.users"}
    before = contents(job, users)
    keys.import_(job.dsn(), os.urandom(32), replace=True)
    run = job.dbt("run", "--select", ONE)
    assert run.exit_code == 1
    message = job.failures()[ONE]
    assert f"there is no key of {TARGET} in tdm_vault. Build key_vault first" in message
    assert contents(job, users) == before
