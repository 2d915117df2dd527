"""`tdm init` on databases made to break it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml
from psycopg.conninfo import make_conninfo

from conftest import TestServer
from scaffold_support import constraints, difference_to_closure, make, round_trip
from tdm import scaffold
from tdm.errors import TdmError
from tdm.scaffold import catalog

NASTY = Path(__file__).with_name("scaffold_nasty.sql")


@pytest.fixture(scope="module")
def nasty(server: TestServer) -> Iterator[str]:
    """The database of scaffold_nasty.sql."""
    database = server.create()
    with server.connect(database) as session:
        try:
            session.execute(NASTY.read_text(encoding="utf-8"))
        except psycopg.errors.FeatureNotSupported:
            pytest.skip("this server lacks an extension that the test needs")
        session.execute("analyze")
    yield database
    server.drop(database)


@pytest.fixture
def small(server: TestServer) -> Iterator[str]:
    """Two tables with one column that nobody can decide on."""
    database = server.create()
    with server.connect(database) as session:
        session.execute("""
            create schema shop;
            create table shop.customers (
                id bigint primary key, email text not null unique, xyzzy text, zyx text not null
            );
            create table shop.orders (
                id bigint primary key, customer_id bigint not null references shop.customers,
                total numeric(10, 2) not null
            );
            insert into shop.customers
            select i, 'c' || i || '@mail.example', 'x' || i, 'y' || i
            from generate_series(1, 200) as i;
            insert into shop.orders select i, 1 + i % 200, i from generate_series(1, 2000) i;
        """)
    yield database
    server.drop(database)


def test_everything_loads_with_every_constraint(
    server: TestServer, nasty: str, tmp_path: Path
) -> None:
    project = make(server, nasty, tmp_path / "project")
    before = constraints(project.dsn)
    loaded = round_trip(project, tmp_path / "dump")
    try:
        assert constraints(server.dsn(loaded)) == before
        assert difference_to_closure(project) == {}
        with server.connect(loaded) as session:
            own = session.execute("select count(*) from only public.base_thing").fetchone()
            empty = session.execute("select count(*) from public.impossible").fetchone()
            twins = session.execute("""
                select count(distinct t.twin), count(*) filter (where d.mac::text ~ '^.[26ae]')
                from "case".readings as r inner join "case".devices as d using (mac)
                inner join "case".twins as t on t.id = d.twin
            """).fetchone()
    finally:
        server.drop(loaded)
    assert own == (20,), "rows of inheriting tables are not the parent's"
    assert empty == (0,)
    assert twins == (30, 30), "what a vendor gave is locally administered now"
    assert [row["table"] for row in project.result["empty_tables"]] == ["public.impossible"]
    assert "    id,\n" in project.text("models/masked/case/masked_case__numbered.sql")
    lines = project.text("models/masked/case/masked_case__lines.sql")
    assert "{{ tdm.mask_digits('e164', domain='lines_e164', keep=2) }} as e164," in lines
    assert "{{ tdm.mask_phone('owner_phone'" in lines
    sources = project.text("models/source/case/_case__sources.yml")
    assert "{name: host, data_type: text, config: {meta: {class: quasi}}}" in sources
    assert "{name: folded, data_type: text, config: {meta: {class: direct}}}" in sources
    said = project.text("UNDECIDED.md")
    assert "public.impossible.x" in said
    assert "| `public.zero_columns` | has no columns" in said
    assert [row["table"] for row in project.result["out_of_scope"]] == ["public.zero_columns"]
    files = [path.relative_to(project.folder) for path in (project.folder / "models").rglob("*")]
    assert len({str(path).lower() for path in files}) == len(files)


def test_undecided_columns_stop_the_build(server: TestServer, small: str, tmp_path: Path) -> None:
    project = make(server, small, tmp_path / "project", accept=False)
    assert project.result["undecided"] == ["shop.customers.xyzzy", "shop.customers.zyx"]
    assert "`shop.customers.xyzzy`" in project.text("UNDECIDED.md")
    masked = project.text("models/masked/shop/masked_shop__customers.sql")
    assert "{{ tdm.undecided('xyzzy') }} as xyzzy," in masked
    built = project.build()
    assert built.exit_code == 1
    assert "shop.customers.xyzzy: no class" in built.output
    with server.connect(small) as session:
        made = session.execute(
            "select count(*) from pg_class as c"
            " inner join pg_namespace as n on n.oid = relnamespace"
            " where nspname like 'staging_mask_s%'"
        ).fetchone()
    assert made == (0,), "no row was read"


def test_accepted_columns_get_the_strictest_treatment(
    server: TestServer, small: str, tmp_path: Path
) -> None:
    project = make(server, small, tmp_path / "project")
    masked = project.text("models/masked/shop/masked_shop__customers.sql")
    assert "{{ tdm.set_null('xyzzy') }} as xyzzy," in masked
    assert "{{ tdm.set_constant('zyx', \"'masked'\") }} as zyx" in masked
    assert project.result["roots"][0]["table"] == "shop.customers"
    assert project.build().exit_code == 0


def test_same_catalog_same_files(server: TestServer, small: str, tmp_path: Path) -> None:
    def texts(folder: Path) -> dict[str, bytes]:
        make(server, small, folder)
        return {
            str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()
        }

    first = texts(tmp_path / "first")
    with server.connect(small) as session:
        session.execute("analyze")
    assert texts(tmp_path / "second") == first


def test_the_password_is_written_nowhere(server: TestServer, small: str, tmp_path: Path) -> None:
    out = tmp_path / "project"
    dsn = make_conninfo(server.dsn(small), password="hunter2secret")  # noqa: S106
    scaffold.init(dsn, out, [], [], True)
    profile = (out / "profiles" / "profiles.yml").read_text(encoding="utf-8")
    assert f"'{small}'" in profile
    for path in out.rglob("*"):
        if path.is_file():
            assert b"hunter2secret" not in path.read_bytes(), path


def test_roots_by_option(server: TestServer, small: str, tmp_path: Path) -> None:
    project = make(server, small, tmp_path / "project", roots=("shop.orders=0.25",))
    assert project.result["roots"] == [
        {"table": "shop.orders", "fraction": 0.25, "why": "asked for"}
    ]
    assert "fraction=0.25" in project.text("models/subset/shop/sampled_shop__orders.sql")
    gate = yaml.safe_load(project.text("models/subset/shop/_shop__subset.yml"))["models"][0]
    assert gate["data_tests"][0]["tdm.sample_share"]["arguments"]["fraction"] == 0.25


@pytest.mark.parametrize(
    ("schemas", "roots", "said"),
    [
        (["shopp"], [], "Did you mean shop?"),
        ([], ["shop.customer"], "Did you mean shop.customers?"),
        ([], ["shop.customers=2"], "above 0 and at most 1"),
        ([], ["shop.customers=much"], "no fraction"),
    ],
)
def test_mistakes_are_named(
    server: TestServer, small: str, tmp_path: Path, schemas: list[str], roots: list[str], said: str
) -> None:
    with pytest.raises(TdmError, match=said) as caught:
        scaffold.init(server.dsn(small), tmp_path / "project", schemas, roots, True)
    assert caught.value.exit_code == 1
    assert not (tmp_path / "project").exists()


def test_a_folder_in_use_is_left_alone(server: TestServer, small: str, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(TdmError, match="not empty"):
        scaffold.init(server.dsn(small), tmp_path, [], [], True)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("below", ["/proc", "file"])
def test_a_folder_that_cannot_be_made_is_named(
    server: TestServer, small: str, tmp_path: Path, below: str
) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    out = tmp_path / below / "deep" / "project"
    with pytest.raises(TdmError, match=r"project cannot be written \(.+\); choose") as caught:
        scaffold.init(server.dsn(small), out, [], [], True)
    assert caught.value.exit_code == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]


def test_ours_is_no_source(server: TestServer, small: str, tmp_path: Path) -> None:
    project = make(server, small, tmp_path / "project")
    assert project.build().exit_code == 0
    with server.connect(small) as session:
        session.execute(
            "create schema staging_maskless; create table staging_maskless.kept (i int)"
        )
    with psycopg.connect(project.dsn) as session:
        found = catalog.read(session, [])
    assert sorted(found.tables) == ["shop.customers", "shop.orders", "staging_maskless.kept"]


def test_tables_that_nobody_has_analysed_are_estimated(server: TestServer, database: str) -> None:
    with server.connect(database) as session:
        session.execute("""
            create table plain (id int, kind text) with (autovacuum_enabled = off);
            insert into plain select i, 'k' || i % 3 from generate_series(1, 60000) as i;
            create table parted (id int, kind text) partition by range (id);
            create table parted_1 partition of parted for values from (0) to (1000000);
            insert into parted select i, 'k' || i % 3 from generate_series(1, 60000) as i;
        """)
    with psycopg.connect(server.dsn(database)) as connected:
        found = catalog.read(connected, [])
    for name in ("public.plain", "public.parted"):
        table = found.tables[name]
        assert 30_000 <= table.rows <= 120_000
        kind = table.column("kind")
        assert kind.distinct == 3
        assert kind.filled is not None and kind.filled < 40_000, "a look, not the whole table"


def test_one_table_is_not_several(server: TestServer, database: str, tmp_path: Path) -> None:
    with server.connect(database) as session:
        session.execute("create table only_one (what text)")
    scaffold.init(server.dsn(database), tmp_path / "p", [], [], False)
    said = (tmp_path / "p" / "README.md").read_text(encoding="utf-8")
    assert " database with 1 table. " in said
    assert "`UNDECIDED.md`**: 1 column, undecided by" in said


def test_an_empty_database_is_refused(server: TestServer, database: str, tmp_path: Path) -> None:
    with pytest.raises(TdmError, match="holds no table"):
        scaffold.init(server.dsn(database), tmp_path / "project", [], [], True)
