"""What leaves, in which bytes, and what does not leave."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import handmade
from conftest import TestServer
from handmade import CANARY, SECRET, TARGET, contents
from tdm import dump, load
from tdm.dump import scan, sqltext
from tdm.dump.place import reserved
from tdm.dump.schema import find_pg_dump
from tdm.dump.sequences import _setval
from tdm.errors import TdmError


@pytest.fixture(scope="module")
def released(server: TestServer) -> Iterator[str]:
    """A database with a release; tests read it, and copy it to change it."""
    name = server.create()
    with server.connect(name) as conn:
        handmade.make_source(conn)
        handmade.build(conn)
    yield name
    server.drop(name)


@pytest.fixture
def changed(server: TestServer, released: str) -> Iterator[str]:
    """A copy of the released database that a test may change."""
    name = server.create(template=released)
    yield name
    server.drop(name)


def run(server: TestServer, database: str, out: Path, fmt: str = "dir", **options: bool) -> dict:
    return dump.export(out.parent, out, fmt, server.dsn(database), TARGET, **options)


def refused(server: TestServer, database: str, out: Path, code: int, **options: bool) -> str:
    """Export, which must fail with this code and leave nothing; returns the message."""
    with pytest.raises(TdmError) as caught:
        run(server, database, out, **options)
    assert caught.value.exit_code == code, caught.value
    assert list(out.parent.glob(f"*{out.name}*")) == []
    return str(caught.value)


def test_manifest(server: TestServer, released: str, tmp_path: Path) -> None:
    result = run(server, released, tmp_path / "dump")
    manifest = json.loads((tmp_path / "dump/manifest.json").read_text())
    assert result["digest"] == manifest["digest"]
    assert (result["tables"], result["key_id"]) == (12, "k1")
    assert result["bytes"] == sum(map(len, contents(tmp_path / "dump").values()))
    assert result["rows"] == sum(table["rows"] for table in manifest["tables"])
    assert manifest["source_seen_at"] == "2025-01-02T02:04:05.000000Z"
    assert manifest["git"] is None
    assert manifest["gates"] == [
        {"gate": "leak_a", "findings": 0},
        {"gate": "leak_b", "findings": 0},
    ]
    assert manifest["tables_without_rows"] == ["shop.carts"]
    assert manifest["unvalidated_constraints"] == ["shop.invoices.later"]
    assert {
        "table": "shop.customers",
        "column": "email",
        "treatment": "kept",
        "mask": None,
        "version": None,
    } in manifest["treatments"]
    assert all("dictionaries" not in treated for treated in manifest["treatments"])
    tables = {(t["schema"], t["name"]): t for t in manifest["tables"]}
    assert tables["shop", "order_lines"]["order"] == []
    assert tables["shop", "events"]["order"] == ["at", "kind"]
    assert "tax" not in tables["shop", "orders"]["columns"]
    assert "back" not in tables["shop", "orders"]["columns"]
    names = [t["name"] for t in manifest["tables"]]
    assert names.index("states") < names.index("orders") < names.index("order_lines")
    assert all(name.isascii() for name in contents(tmp_path / "dump"))


def test_equal_bytes_whatever_the_physical_order(
    server: TestServer, released: str, changed: str, tmp_path: Path
) -> None:
    run(server, released, tmp_path / "one")
    run(server, released, tmp_path / "again")
    with server.connect(changed) as conn:
        conn.execute("cluster shop.orders using orders_ticket_key")
        conn.execute("select nextval('shop.customers_customer_id_seq'), lo_create(0)")
        handmade.build(conn, "order by md5(t::text)")
    run(server, changed, tmp_path / "rebuilt")
    one = contents(tmp_path / "one")
    assert one == contents(tmp_path / "again") == contents(tmp_path / "rebuilt")
    for name in ("a.sql", "a.sql.zst", "b.sql", "b.sql.zst"):
        database = released if name.startswith("a") else changed
        assert (
            run(server, database, tmp_path / name, "sql")["digest"]
            == json.loads(one["manifest.json"])["digest"]
        )
    assert (tmp_path / "a.sql").read_bytes() == (tmp_path / "b.sql").read_bytes()
    assert (tmp_path / "a.sql.zst").read_bytes() == (tmp_path / "b.sql.zst").read_bytes()


def test_another_row_is_another_digest(server: TestServer, changed: str, tmp_path: Path) -> None:
    first = run(server, changed, tmp_path / "one")
    with server.connect(changed) as conn:
        conn.execute(f"update {TARGET}_shop.states set label = 'Newer' where state = 'new'")
        conn.execute(f"create table x as table {TARGET}_shop.states")
        conn.execute(f"drop table {TARGET}_shop.states; alter table x set schema {TARGET}_shop")
        conn.execute(f"alter table {TARGET}_shop.x rename to states")
        handmade.release(conn)
    assert run(server, changed, tmp_path / "two")["digest"] != first["digest"]


def test_the_manifest_says_which_dictionaries(
    server: TestServer, changed: str, tmp_path: Path
) -> None:
    facts = [{"mask": "mask_last_name", "version": 2, "dictionaries": {"family_names": 2}}]
    with server.connect(changed) as session:
        session.execute(
            f"update {TARGET}_tdm.treatments set facts = %s::jsonb"
            " where source_table = 'shop.customers' and column_name = 'email'",
            [json.dumps(facts)],
        )
    run(server, changed, tmp_path / "dump")
    manifest = json.loads((tmp_path / "dump/manifest.json").read_text())
    said = {t["column"]: t for t in manifest["treatments"] if "dictionaries" in t}
    assert {column: t["dictionaries"] for column, t in said.items()} == {
        "email": {"family_names": 2}
    }
    assert said["email"]["version"] == "2"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (f"drop schema {TARGET}_tdm cascade", "nothing was built"),
        (f"delete from {TARGET}_tdm.releases", "no build was released"),
        (f"update {TARGET}_tdm.releases set withdrawn_at = now()", "withdrawn"),
        (f"update {TARGET}_shop.carts_like set state = state", "shop.states (rows edited since)"),
        (f"delete from {TARGET}_shop.by_text where code = 'b'", "shop.by_text (3 rows now, 4 rel"),
        (
            f"create table {TARGET}_shop.n as table {TARGET}_shop.by_text; "
            f"drop table {TARGET}_shop.by_text; alter table {TARGET}_shop.n rename to by_text",
            "shop.by_text (rebuilt or dropped since)",
        ),
        (f"alter table {TARGET}_shop.by_text rename to x", "shop.by_text (renamed since)"),
        (f"drop table {TARGET}_subset.identifying_values", "identifying_values is not there"),
        ("truncate tdm_vault.scan_keys", "tdm_vault.scan_keys is not there"),
    ],
)
def test_refuses_what_was_not_released(
    server: TestServer, changed: str, tmp_path: Path, change: str, said: str
) -> None:
    with server.connect(changed) as conn:
        conn.execute(change.replace("carts_like", "states"))
    message = refused(server, changed, tmp_path / "dump", 3)
    assert said in message
    assert f"dbt build --target {TARGET}" in message


BOTH = f"{SECRET.title()} {CANARY.upper()}"
SCHEMA_LEAKS = {
    "comment on column shop.customers.email": "comment on column shop.customers.email is '{}'",
    "column what of table shop.carts": "alter table shop.carts alter column what set default '{}'",
    "check constraint vip on table shop.carts": (
        "alter table shop.carts add constraint vip check (what <> '{}')"
    ),
    "type shop.state": "alter type shop.state add value '{}'",
    "view shop.v": "create view shop.v as select 1 from shop.carts where what = '{}'",
    "function shop.f()": (
        "create function shop.f() returns text language sql as $x$ select '{}' $x$"
    ),
    "function shop.g()": (
        "create function shop.g() returns int language sql as $x$ select 1 -- for {}\n$x$"
    ),
    "index shop.special": "create index special on shop.carts (what) where what = '{}'",
    "trigger shop.carts t": (
        "create trigger t before insert on shop.carts for each row when (new.what = '{}') "
        "execute function shop.stamp()"
    ),
}


def test_refuses_leaks_in_the_schema(server: TestServer, changed: str, tmp_path: Path) -> None:
    with server.connect(changed) as conn:
        conn.execute(SCHEMA_LEAKS["comment on column shop.customers.email"].format(BOTH))
    run(server, changed, tmp_path / "without_comments")
    with server.connect(changed) as conn:
        for statement in SCHEMA_LEAKS.values():
            conn.execute(statement.format(BOTH))
    message = refused(server, changed, tmp_path / "dump", 4, comments=True)
    for label in SCHEMA_LEAKS:
        assert f"a canary in {label}" in message
        assert f"an identifying value in {label}" in message
    assert SECRET not in message.lower()
    assert CANARY.lower() not in message.lower()


def octal(text: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in text.encode())


def hexadecimal(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def unicode(text: str) -> str:
    return "".join(f"\\{ord(character):04x}" for character in text)


# Escapes are read back by the server in views and defaults, but not in bodies.
ESCAPED = {
    "function shop.e1()": f"select E'{hexadecimal(BOTH)}'",
    "function shop.e2()": f"select e'x {octal(BOTH)}'",
    "function shop.e3()": f"select U&'{unicode(BOTH)}'",
    "function shop.e4()": f"select X'{BOTH.encode().hex()}'",
    "function shop.e5()": f"do $y$ begin perform E'{hexadecimal(BOTH)}'; end $y$",
}


def test_refuses_leaks_behind_escapes(server: TestServer, changed: str, tmp_path: Path) -> None:
    with server.connect(changed) as conn:
        conn.execute("set check_function_bodies = off")
        for label, body in ESCAPED.items():
            name = label.removeprefix("function ")
            conn.execute(f"create function {name} returns text language sql as $x${body}$x$")
        conn.execute(f"create view shop.v as select U&'{unicode(BOTH)}' as u")
    message = refused(server, changed, tmp_path / "dump", 4)
    for label in (*ESCAPED, "view shop.v"):
        assert f"a canary in {label}" in message
        assert f"an identifying value in {label}" in message


# An identifying value, and what else of it must be found.
SPELLINGS = {
    "+49 30 1234 5678": (
        "+49-30-12345678",
        "tel:%2B49%2030%2012345678",
    ),
    "DE89 3704 0044 0532 0130 00": ("de89370400440532013000", "iban DE89-3704-0044-0532-0130-00."),
    "anna.k@private.example": ("ANNA.K%40private.example", "<b>anna.k&#64;private.example</b>"),
    "OF8446620": ("passport:of8446620", "{OF8446620}"),
}


def test_refuses_values_in_other_spellings(
    server: TestServer, changed: str, tmp_path: Path
) -> None:
    """In a kept text column, a document, a view, a materialized view and a function."""
    table = f"{TARGET}_shop.customers"
    for first, second in SPELLINGS.values():
        with server.connect(changed) as conn:
            conn.execute(
                f"update {table} set note = %s, profile = jsonb_build_object('a', %s::text)"
                " where customer_id = 70",
                [f"see {first}, please", second],
            )
            conn.execute(
                f"create table {TARGET}_shop.n as table {table}; drop table {table};"
                f"alter table {TARGET}_shop.n rename to customers"
            )
            handmade.release(conn, SPELLINGS)
        message = refused(server, changed, tmp_path / "dump", 4)
        assert "an identifying value in shop.customers.note" in message, first
        assert "an identifying value in shop.customers.profile" in message, second
        assert first not in message
        assert second not in message
    with server.connect(changed) as conn:
        for number, texts in enumerate(SPELLINGS.values()):
            text = texts[0].replace("'", "''")
            conn.execute(f"create view shop.v{number} as select '{text}' as t")
            conn.execute(f"create materialized view shop.m{number} as select 'x {text} y' as t")
    message = refused(server, changed, tmp_path / "dump", 4)
    for number in range(len(SPELLINGS)):
        assert f"an identifying value in view shop.v{number}" in message
        assert f"an identifying value in materialized view shop.m{number}" in message


def test_refuses_a_canary_in_a_name(server: TestServer, changed: str, tmp_path: Path) -> None:
    with server.connect(changed) as conn:
        conn.execute(f'create view shop."by {CANARY}" as select 1 as one')
    message = refused(server, changed, tmp_path / "dump", 4)
    assert "the name of a view" in message
    assert CANARY.lower() not in message.lower()


@pytest.mark.parametrize("value", [SECRET.upper(), CANARY.lower()], ids=["value", "canary"])
def test_refuses_leaks_in_single_rows(
    server: TestServer, changed: str, tmp_path: Path, value: str
) -> None:
    with server.connect(changed) as conn:
        table = f"{TARGET}_shop.customers"
        for place, change in enumerate(
            (
                "email = %s",
                "note = 'Call' || chr(10) || %s || ', please.'",
                "profile = jsonb_build_object('a', jsonb_build_array(%s::text))",
                "tags = array['x y', %s]",
                "avatar = convert_to(%s, 'UTF8')",
            )
        ):
            conn.execute(f"update {table} set {change} where customer_id = {place + 70}", [value])
        conn.execute(
            f"create table {TARGET}_shop.n as table {table}; drop table {table};"
            f"alter table {TARGET}_shop.n rename to customers"
        )
        handmade.release(conn)
    message = refused(server, changed, tmp_path / "dump", 4)
    kind = "a canary" if value == CANARY.lower() else "an identifying value"
    for column in ("email", "note", "profile", "tags", "avatar"):
        assert f"{kind} in shop.customers.{column}" in message
    assert value.lower() not in message.lower()


def test_identifiers_are_no_leak(server: TestServer, changed: str, tmp_path: Path) -> None:
    """Somebody's login may be the name of a column or a word of SQL."""
    with server.connect(changed) as conn:
        for word in ("order_id", "returns", "select", "customers", "plpgsql"):
            handmade.know(conn, word)
        conn.execute(
            "create function shop.g() returns int language plpgsql as $$ declare order_id "
            "int; begin select 1 into order_id; return order_id; end $$"
        )
    run(server, changed, tmp_path / "dump")


def test_foreign_path_is_refused_and_old_dump_replaced(
    server: TestServer, released: str, tmp_path: Path
) -> None:
    foreign = tmp_path / "mine"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("years of work")
    for fmt in ("dir", "sql"):
        with pytest.raises(TdmError) as caught:
            run(server, released, foreign, fmt)
        assert caught.value.exit_code == 1
    assert contents(foreign) == {"thesis.txt": b"years of work"}

    out = tmp_path / "dump"
    out.mkdir()  # empty: somebody made the place
    run(server, released, out)
    (out / "stale").write_text("of the old dump")
    run(server, released, out)
    assert "stale" not in contents(out)
    run(server, released, out, "sql")
    assert out.is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump", "mine"]


def test_second_export_of_a_place_is_told_to_wait(
    server: TestServer, released: str, tmp_path: Path
) -> None:
    with reserved(tmp_path / "dump"), pytest.raises(TdmError) as caught:
        run(server, released, tmp_path / "dump")
    assert caught.value.exit_code == 75


def test_a_build_at_work_is_waited_for_in_vain(
    server: TestServer, released: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tdm.dump.release.LOCK_TIMEOUT", "100ms")
    with server.connect(released) as conn, conn.transaction():
        conn.execute(f"lock table {TARGET}_shop.orders in access exclusive mode")
        refused(server, released, tmp_path / "dump", 75)


def test_declared_schemas_leave_as_well(server: TestServer, changed: str, tmp_path: Path) -> None:
    """A source without a released table leaves as its schema; ours never does."""
    sources = {name: {"schema": name} for name in ("shop", "archive", f"{TARGET}_tdm")}
    (tmp_path / "target").mkdir()
    (tmp_path / "target/manifest.json").write_text(json.dumps({"sources": sources}))
    message = refused(server, changed, tmp_path / "dump", 5)
    assert message.endswith("schema archive")
    with server.connect(changed) as conn:
        conn.execute("create schema archive; create table archive.old (id int)")
    run(server, changed, tmp_path / "dump")
    manifest = json.loads((tmp_path / "dump/manifest.json").read_text())
    assert manifest["schemas"] == ["Odd Names", "archive", "shop"]
    assert manifest["tables_without_rows"] == ["archive.old", "shop.carts"]


def test_no_pg_dump_is_new_enough() -> None:
    with pytest.raises(TdmError) as caught:
        find_pg_dump(99)
    assert caught.value.exit_code == 5
    assert "postgresql-client-99" in str(caught.value)


def test_kill_leaves_the_old_or_the_new_dump(
    server: TestServer, released: str, changed: str, tmp_path: Path
) -> None:
    out = tmp_path / "dump"
    old = run(server, released, out)["digest"]
    with server.connect(changed) as conn:
        conn.execute(f"create table {TARGET}_shop.n as select * from {TARGET}_shop.by_text limit 2")
        conn.execute(f"drop table {TARGET}_shop.by_text")
        conn.execute(f"alter table {TARGET}_shop.n rename to by_text")
        handmade.release(conn)
    new = run(server, changed, tmp_path / "new")["digest"]
    code = (
        "import sys; from pathlib import Path; from tdm import dump; print('ready', flush=True);"
        f"dump.export(Path('.'), Path({str(out)!r}), 'dir', {server.dsn(changed)!r}, {TARGET!r})"
    )
    moments = random.Random(4)  # noqa: S311 - moments, not secrets
    for _ in range(6):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.uniform(0, 0.4))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        with load._opened(out) as left:
            assert left.manifest["digest"] in (old, new)
        others = [path.name for path in tmp_path.iterdir() if path.name not in ("dump", "new")]
        assert all(name.endswith((".tmp", ".lock")) for name in others)
    assert run(server, changed, out)["digest"] == new
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump", "new"]


def test_no_password_in_arguments_or_messages(
    server: TestServer, released: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    spawn = subprocess.Popen.__init__

    def spy(self: object, args: list[str], **options: object) -> None:
        seen.append([str(argument) for argument in args])
        spawn(self, args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(subprocess.Popen, "__init__", spy)
    dsn = psycopg.conninfo.make_conninfo(server.dsn(released), password="hunter2hunter2")  # noqa: S106
    dump.export(tmp_path, tmp_path / "dump", "dir", dsn, TARGET)
    assert any("--schema-only" in call for call in seen)
    assert "hunter2" not in str(seen)


def test_large_table_streams_in_flat_memory(
    server: TestServer, changed: str, tmp_path: Path
) -> None:
    with server.connect(changed) as conn:
        conn.execute(f"drop table {TARGET}_shop.order_lines")
        conn.execute(
            f"create table {TARGET}_shop.order_lines as select i % 900 + 1 as order_id, "
            "repeat(md5(i::text), 20) as what, 1::real as amount from generate_series(1, 60000) i"
        )
        handmade.release(conn)
    code = (
        "import resource, sys; from pathlib import Path; from tdm import dump\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"dump.export(Path('.'), Path({str(tmp_path / 'd')!r}), 'dir', {server.dsn(changed)!r}, "
        f"{TARGET!r})\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 40_000, "KiB more, for a stream of 40 MB"


def test_statements_are_found_outside_of_quotes_only() -> None:
    text = (
        "SET x = 1;\n\n--\n-- Name: f(); Type: FUNCTION; Schema: a; Owner: -\n--\n\n"
        "CREATE FUNCTION a.f() AS $q$\n--\n-- Name: no; Type: TABLE; Schema: a; Owner: -\n--\n"
        "$q$;\n\n\n--\n-- Name: t; Type: TABLE; Schema: a; Owner: -\n--\n\n"
        "CREATE TABLE a.t ();\n\n\n"
        "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict x\n\n"
    )
    found = sqltext.statements(text)
    assert [(part.type, part.name) for part in found] == [("FUNCTION", "f()"), ("TABLE", "t")]
    assert found[1].sql == "CREATE TABLE a.t ();"
    assert sqltext.statements(sqltext.joined(found)) == found


def test_candidates() -> None:
    def found(cell: str, words: bool = True) -> set[str]:
        return set(scan.cell_candidates(cell.encode(), words))

    assert found("anna@a.example") == {"anna@a.example"}
    assert "anna@a.example" in found("Mail <anna@a.example>.")
    assert "anna maria" in found(r'{"n": "anna maria"}')
    assert 'a"b c' in found(r'["a\\"b c"]')
    assert "приве т" in found('{"n": "\\\\u043f\\\\u0440\\\\u0438\\\\u0432\\\\u0435 \\\\u0442"}')
    assert "4930123456" in found("call +49 (30) 123-456 now")
    assert "4930123456" in found('{"n": ["%2B49%2030.123-456"]}')
    assert "anna@a.example" in found("<a href='mailto:anna&#64;a.example'>mail</a>")
    assert "4111111111111111" in found("card 4111111111111111!")
    assert "magdalena" in found("ask magdalena") - found("ask magdalena", words=False)
    assert "magda_77" in found("ask magda_77", words=False)
    assert "ünïcode".encode() in scan.spellings("ÜNÏCODE")
    assert "ÜnÏcode".encode() in scan.spellings("ÜNÏCODE")


@pytest.mark.parametrize(
    ("start", "step", "reached", "expected"),
    [
        (1, 1, [], "1, false"),
        (1, 1, [41], "42, false"),
        (1, 1, [-3], "1, false"),
        (1000, 10, [1005], "1010, false"),
        (1, 1, [100], "100, true"),
        (1, 1, [500], "100, true"),
        (-1, -1, [-4], "-5, false"),
        (-1, -2, [-4], "-5, false"),
    ],
)
def test_setval(start: int, step: int, reached: list[int], expected: str) -> None:
    from types import SimpleNamespace

    low, high = (1, 2000 if start == 1000 else 100) if step > 0 else (-100, -1)
    sequence = SimpleNamespace(
        schema="s", name="q", start=start, step=step, lowest=low, highest=high
    )
    assert f", {expected});" in _setval(sequence, reached)
