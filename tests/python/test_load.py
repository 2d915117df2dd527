"""A dump comes back as it was, or not at all."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

import handmade
from conftest import TestServer
from handmade import DROPPED, TARGET
from tdm import dump, load
from tdm.dump import manifest as manifests
from tdm.errors import TdmError


@pytest.fixture(scope="module")
def source(server: TestServer) -> Iterator[str]:
    """The database that the dumps come from."""
    name = server.create()
    with server.connect(name) as conn:
        handmade.make_source(conn)
        handmade.build(conn)
    yield name
    server.drop(name)


@pytest.fixture(scope="module")
def dumps(
    server: TestServer, source: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The same dump in every format."""
    folder = tmp_path_factory.mktemp("dumps")
    for name, fmt in (("dir", "dir"), ("x.sql", "sql"), ("x.sql.zst", "sql")):
        dump.export(folder, folder / name, fmt, server.dsn(source), TARGET)
    return {"dir": folder / "dir", "sql": folder / "x.sql", "zst": folder / "x.sql.zst"}


def rows(conn: psycopg.Connection, schema: str, table: str) -> list[tuple[str]]:
    """Every row as text, generated columns too, without what was dropped."""
    columns = conn.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 "
        "and not attisdropped and not attname = any(%s) order by attnum",
        [sql.Identifier(schema, table).as_string(), DROPPED.get((schema, table), [])],
    ).fetchall()
    return conn.execute(
        sql.SQL('select row({})::text collate "C" from {} order by 1').format(
            sql.SQL(", ").join(sql.Identifier(name) for (name,) in columns),
            sql.Identifier(schema, table),
        )
    ).fetchall()


def check_whole(server: TestServer, source: str, loaded: str) -> None:
    """Compare a loaded database with its source: rows, schema, sequences, constraints."""
    with server.connect(source) as before, server.connect(loaded) as after:
        for schema, table in handmade.source_tables(before):
            assert rows(after, schema, table) == rows(before, schema, table), table
        assert rows(after, "shop", "carts") == []
        for view in ("a_top", "z_base"):
            expected = before.execute(
                "select row(state, count(*))::text from shop.orders group by state order by 1"
            ).fetchall()
            assert rows(after, "shop", view) == expected
        populated = after.execute(
            "select relname from pg_class where relkind = 'm' and not relispopulated"
        ).fetchall()
        assert populated == [("unfilled",)]
        assert after.execute("select note from shop.customers where note = 'stamped'").rowcount == 0
        assert after.execute(
            "select conname from pg_constraint where not convalidated"
        ).fetchall() == [("later",)]
        assert after.execute("select count(*) from shop.events_2025").fetchone() == (
            before.execute("select count(*) from shop.events_2025").fetchone()
        )
        # What an application does next works: every key is new.
        after.execute("insert into shop.customers (email) values ('new@test.example')")
        after.execute("insert into shop.orders (customer_id, net) values (301, 1)")
        after.execute("insert into shop.empty_one default values")
        last = after.execute(
            "select order_id, ticket, back, tax, customers.note, empty_one.id from shop.orders "
            "join shop.customers using (customer_id), shop.empty_one order by 1 desc limit 1"
        ).fetchone()
        assert last is not None
        assert [str(value) for value in last] == ["901", "10000", "-901", "0.19", "stamped", "50"]
        assert after.execute("select nextval('shop.invoices_seq')").fetchone() == (441,)
        catalog = [describe(conn) for conn in (before, after)]
        assert catalog[0] == catalog[1]


def describe(conn: psycopg.Connection) -> list[tuple[str]]:
    """Every object of the two schemas as PostgreSQL writes it."""
    return conn.execute(
        """
        with space as (select oid, nspname from pg_namespace where nspname in ('shop', 'Odd Names'))
        select 'column', c.oid::regclass::text || a.attname || format_type(atttypid, atttypmod)
            || attnotnull || attidentity::text || attgenerated::text
            || coalesce(pg_get_expr(adbin, adrelid), '')
        from pg_class c join space s on s.oid = relnamespace join pg_attribute a on attrelid = c.oid
        left join pg_attrdef d on adrelid = c.oid and adnum = attnum
        where attnum > 0 and relkind in ('r', 'p', 'v', 'm')
        union all
        select 'constraint', conrelid::regclass::text || conname || pg_get_constraintdef(k.oid)
            || convalidated
        from pg_constraint k join space s on s.oid = connamespace
        union all
        select 'index', pg_get_indexdef(indexrelid) || indisvalid from pg_index
        join pg_class c on c.oid = indexrelid join space s on s.oid = relnamespace
        union all
        select 'trigger', pg_get_triggerdef(t.oid) || tgenabled::text from pg_trigger t
        join pg_class c on c.oid = tgrelid join space s on s.oid = relnamespace
        where not tgisinternal
        union all
        select 'view', c.oid::regclass::text || pg_get_viewdef(c.oid)
        from pg_class c join space s on s.oid = relnamespace where relkind in ('v', 'm')
        union all
        select 'function', pg_get_functiondef(p.oid)
        from pg_proc p join space s on s.oid = pronamespace
        union all
        select 'enum', enumtypid::regtype::text || enumlabel || rank() over (order by enumsortorder)
        from pg_enum
        order by 1, 2
        """
    ).fetchall()


@pytest.mark.parametrize("fmt", ["dir", "sql", "zst"])
def test_round_trip(
    server: TestServer, source: str, dumps: dict[str, Path], database: str, fmt: str
) -> None:
    result = load.load(dumps[fmt], server.dsn(database))
    assert (result["tables"], result["rows"]) == (12, 1774)
    check_whole(server, source, database)


def test_psql_alone_loads_it(
    server: TestServer, source: str, dumps: dict[str, Path], database: str
) -> None:
    command = [server.bin / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", dumps["sql"]]
    done = subprocess.run(command, env=server.env(database), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    check_whole(server, source, database)
    again = subprocess.run(command, env=server.env(database), capture_output=True, text=True)
    assert again.returncode == 3
    assert "not empty" in again.stderr


def assert_empty(server: TestServer, database: str) -> None:
    with server.connect(database) as conn:
        assert conn.execute(load._NOT_EMPTY).fetchall() == []


def test_a_flipped_byte_loads_nothing(
    server: TestServer, dumps: dict[str, Path], database: str, tmp_path: Path
) -> None:
    chosen = random.Random(1)  # noqa: S311 - places, not secrets
    files = [path for path in sorted(dumps["dir"].rglob("*")) if path.is_file()]
    whole = tmp_path / "dump"
    shutil.copytree(dumps["dir"], whole)
    for file in files:
        broken = whole / file.relative_to(dumps["dir"])
        content = bytearray(file.read_bytes())
        content[chosen.randrange(len(content))] ^= 1 << chosen.randrange(8)
        broken.write_bytes(content)
        with pytest.raises(TdmError) as caught:
            load.load(whole, server.dsn(database))
        assert caught.value.exit_code == 6, file
        broken.write_bytes(file.read_bytes())
    for name in ("sql", "zst"):
        content = bytearray(dumps[name].read_bytes())
        for damaged in (content[:-1], content[: len(content) // 2], flipped(content, chosen)):
            broken = tmp_path / dumps[name].name
            broken.write_bytes(damaged)
            with pytest.raises(TdmError) as caught:
                load.load(broken, server.dsn(database))
            assert caught.value.exit_code == 6
    assert_empty(server, database)
    load.load(whole, server.dsn(database))


def flipped(content: bytearray, chosen: random.Random) -> bytearray:
    copy = bytearray(content)
    copy[chosen.randrange(100, len(copy))] ^= 1
    return copy


def test_forged_rows_are_found_while_loading(
    server: TestServer, dumps: dict[str, Path], database: str, tmp_path: Path
) -> None:
    """A stream that was replaced together with its file's checksum still is not the digest's."""
    forged = tmp_path / "dump"
    shutil.copytree(dumps["dir"], forged)
    manifest = manifests.json.loads((forged / "manifest.json").read_text())
    one, two = (
        next(t for t in manifest["tables"] if t["name"] == name)
        for name in ("order_copy", "Order_Copy")
    )
    one["file"], one["file_sha256"] = two["file"], two["file_sha256"]
    manifest["checksum"] = manifests.checksum(manifest)
    (forged / "manifest.json").write_text(manifests.pretty(manifest))
    with pytest.raises(TdmError) as caught:
        load.load(forged, server.dsn(database))
    assert caught.value.exit_code == 6
    assert "Odd Names.order_copy" in str(caught.value)
    assert_empty(server, database)


@pytest.mark.parametrize(
    ("there", "named"),
    [
        ("create schema mine", "schema mine"),
        ("create table t (i int)", "relation public.t"),
        ("create function f() returns int language sql as 'select 1'", "function public.f"),
        ("create type e as enum ('a')", "type public.e"),
    ],
)
def test_only_an_empty_database(
    server: TestServer, dumps: dict[str, Path], database: str, there: str, named: str
) -> None:
    with server.connect(database) as conn:
        conn.execute(there)
    with pytest.raises(TdmError) as caught:
        load.load(dumps["dir"], server.dsn(database))
    assert caught.value.exit_code == 5
    assert named in str(caught.value)


def test_an_extension_that_is_there_already_is_no_hindrance(
    server: TestServer, dumps: dict[str, Path], database: str
) -> None:
    with server.connect(database) as conn:
        conn.execute("create extension pg_trgm; create schema e; create extension citext schema e")
    load.load(dumps["dir"], server.dsn(database))


def test_rows_that_break_a_constraint_load_nothing(
    server: TestServer, source: str, database: str, tmp_path: Path
) -> None:
    broken = server.create(template=source)
    with server.connect(broken) as conn:
        conn.execute(
            f"insert into {TARGET}_shop.orders (order_id, customer_id, net, state, "
            "ticket, placed_at) values (5000, 4242, 1, 'new', 1, now())"
        )
        conn.execute(f"create table n as table {TARGET}_shop.orders")
        conn.execute(f"drop table {TARGET}_shop.orders; alter table n set schema {TARGET}_shop")
        conn.execute(f"alter table {TARGET}_shop.n rename to orders")
        handmade.release(conn)
    dump.export(tmp_path, tmp_path / "dump", "dir", server.dsn(broken), TARGET)
    server.drop(broken)
    with pytest.raises(TdmError) as caught:
        load.load(tmp_path / "dump", server.dsn(database))
    assert caught.value.exit_code == 6
    assert "fk constraint shop.orders orders_customer_id_fkey" in str(caught.value)
    assert "4242" not in str(caught.value)
    assert_empty(server, database)


def test_what_this_server_cannot_have_is_named(
    server: TestServer, source: str, dumps: dict[str, Path], database: str, tmp_path: Path
) -> None:
    newer = tmp_path / "dump"
    shutil.copytree(dumps["dir"], newer)
    pre_data = newer / "schema/pre-data.sql"
    text = pre_data.read_text().replace("CREATE TYPE shop.state", "CREATE MARVEL shop.state")
    pre_data.write_text(text)
    manifest = manifests.json.loads((newer / "manifest.json").read_text())
    manifest["schema"]["pre-data"] = manifests.hashlib.sha256(text.encode()).hexdigest()
    manifest["server"]["major"] = 99
    (newer / "manifest.json").write_text(manifests.pretty(manifests.sealed(manifest)))
    with pytest.raises(TdmError) as caught:
        load.load(newer, server.dsn(database))
    assert caught.value.exit_code == 5
    assert f"PostgreSQL {server.version}; the dump is of 99" in str(caught.value)
    assert "type shop.state" in str(caught.value)
    assert_empty(server, database)


def test_kill_leaves_the_database_empty(
    server: TestServer, source: str, dumps: dict[str, Path], database: str
) -> None:
    code = (
        "from pathlib import Path; from tdm import load; print('ready', flush=True);"
        f"load.load(Path({str(dumps['dir'])!r}), {server.dsn(database)!r}); print('loaded')"
    )
    moments = random.Random(7)  # noqa: S311 - moments, not secrets
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.uniform(0.01, 0.08))
        os.kill(process.pid, signal.SIGKILL)
        if b"loaded" in process.communicate()[0]:
            server.drop(database)
            server.create(database)
        with server.connect(database) as conn:
            gone = (
                "select count(*) from pg_stat_activity where datname = current_database() "
                "and application_name = 'tdm'"
            )
            while conn.execute(gone).fetchone() != (0,):
                time.sleep(0.02)
        if committed(server, database):
            server.drop(database)
            server.create(database)
    load.load(dumps["dir"], server.dsn(database))
    check_whole(server, source, database)


def committed(server: TestServer, database: str) -> bool:
    """Whether everything is there; half of it would be an error."""
    with server.connect(database) as conn:
        if not conn.execute(load._NOT_EMPTY).fetchall():
            return False
        assert conn.execute("select count(*) from shop.orders").fetchone() == (900,)
        return True


ELSEWHERE = """
create role tdm_test_clerk;
create schema extensions; create schema types; create schema extra;
create extension citext schema extensions;
create extension postgres_fdw schema extensions;
create extension if not exists fuzzystrmatch schema public;
create server away foreign data wrapper postgres_fdw options (host 'prod-db.internal');
create domain types.code as extensions.citext;
create function shop.rank_of(s shop.state) returns bigint language sql stable as $$
    select count(*) from states where state <= s $$;
create foreign table shop.far (id int options (column_name 'secret_id'), t text default 'x')
server away options (table_name 'secret');
create view shop.far_view as select id from shop.far;
alter table shop.states add column code types.code default 'A',
    add constraint ranked check (shop.rank_of(state) >= 0) not valid;
create policy clerks on shop.states to tdm_test_clerk using (true);
create table extra.parent (id int primary key, note text);
create table extra.child (extra int) inherits (extra.parent);
create table shop.extended (id int references extra.parent);
"""


def test_what_only_the_source_server_has(
    server: TestServer, source: str, database: str, tmp_path: Path
) -> None:
    """Roles and foreign servers stay behind; extensions and types of other schemas come along."""
    special = server.create(template=source)
    try:
        with server.connect(special) as conn:
            conn.execute("set search_path = shop, public")
            conn.execute(ELSEWHERE)
            conn.execute("alter database " + special + " set search_path = shop, public")
        for name, fmt in (("dump", "dir"), ("dump.sql", "sql")):
            dump.export(tmp_path, tmp_path / name, fmt, server.dsn(special), TARGET)
    finally:
        server.drop(special)
        with server.connect() as conn:
            conn.execute("drop role tdm_test_clerk")
    text = (tmp_path / "dump.sql").read_text()
    assert "prod-db" not in text
    assert "secret" not in text
    load.load(tmp_path / "dump", server.dsn(database))
    with server.connect(database) as conn:
        assert conn.execute(
            "select relkind::text from pg_class where relname = 'far'"
        ).fetchone() == ("r",)
        found = conn.execute("select extname from pg_extension order by 1").fetchall()
        assert found == [("citext",), ("pg_trgm",), ("plpgsql",)]
    other = server.create()
    command = [
        server.bin / "psql",
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-f",
        tmp_path / "dump.sql",
    ]
    done = subprocess.run(command, env=server.env(other), capture_output=True, text=True)
    server.drop(other)
    assert (done.returncode, done.stderr) == (0, "")


def test_second_load_is_told_to_wait(
    server: TestServer, dumps: dict[str, Path], database: str
) -> None:
    with server.connect(database) as conn:
        conn.execute("select pg_advisory_lock(%s)", [load._LOCK])
        with pytest.raises(TdmError) as caught:
            load.load(dumps["dir"], server.dsn(database))
    assert caught.value.exit_code == 75


def test_no_dump(server: TestServer, database: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "x.sql").write_text("select 1;")
    for name, code in (("nothing", 1), ("folder", 1), ("x.sql", 6)):
        with pytest.raises(TdmError) as caught:
            load.load(tmp_path / name, server.dsn(database))
        assert caught.value.exit_code == code
