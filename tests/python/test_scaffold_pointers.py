"""`tdm init` on references that no foreign key can say: both ends are masked alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import REPO, TestServer
from scaffold_support import Project, constraints, filled, round_trip
from tdm import demo, scaffold
from tdm.scaffold import paths

POINTERS = Path(__file__).with_name("scaffold_pointers.sql")
REFERENCES = POINTERS.with_suffix(".yml")
# What points somewhere, and where: nothing of it may be lost.
JOINED = {
    "comments of users": "from s.comments as x where subject_type = 'User' and not exists"
    " (select from s.users as t where t.id = x.subject_id)",
    "comments of orders": "from s.comments as x where subject_type = 'Order' and not exists"
    " (select from s.orders as t where t.id = x.subject_id)",
    "tags of orders": "from s.tags as x where target_type = 'order' and not exists"
    " (select from s.orders as t where t.id::text = x.target_id)",
    "tags of articles": "from s.tags as x where target_type = 'article' and not exists"
    " (select from s.articles as t where t.id::text = x.target_id)",
    "tags of invoices": "from s.tags as x where target_type = 'invoice' and not exists"
    " (select from s.invoices as t where t.invoice_no = x.target_id)",
    "order_ids": "from s.carts as x, unnest(order_ids) as e (id) where e.id is not null"
    " and not exists (select from s.orders as t where t.id = e.id)",
    "user_ids": "from s.carts as x, unnest(user_ids) as e (id) where not exists"
    " (select from s.users as t where t.id = e.id)",
    "article_ids": "from s.carts as x, unnest(article_ids) as e (id) where not exists"
    " (select from s.articles as t where t.id = e.id)",
    "invoice_nos": "from s.carts as x, unnest(invoice_nos) as e (no) where not exists"
    " (select from s.invoices as t where t.invoice_no = e.no)",
    "cc": "from s.carts as x, unnest(cc) as e (mail) where not exists"
    " (select from s.users as t where t.email = e.mail)",
    "order_ref": "from s.carts as x where order_ref ~ '[0-9]' and not exists"
    " (select from s.orders as t where t.id::text = x.order_ref)",
    "order in payload": "from s.carts as x where not exists"
    " (select from s.orders as t where t.id = (payload ->> 'order_id')::bigint)",
    "user in payload": "from s.carts as x where not exists"
    " (select from s.users as t where t.id = (payload #>> '{user,id}')::int)",
    "articles in a list": "from s.carts as x,"
    " jsonb_path_query(listed, '$.articles[*].id') as e (id) where not exists"
    " (select from s.articles as t where t.id::text = e.id #>> '{}')",
    "log of users": "from s.log as x inner join s.kinds as k on kind_id = k.id"
    " where model = 'user' and not exists (select from s.users as t where t.id = x.object_id)",
}


@pytest.fixture
def pointers(server: TestServer) -> Iterator[str]:
    """The database of scaffold_pointers.sql."""
    with filled(server, POINTERS.read_text(encoding="utf-8")) as database:
        yield database


def test_what_points_is_masked_as_what_it_points_at(
    server: TestServer, pointers: str, tmp_path: Path
) -> None:
    out = tmp_path / "project"
    strict = scaffold.init(server.dsn(pointers), tmp_path / "strict", [], [], False, REFERENCES)
    assert strict["undecided"] == ["s.carts.people"]
    project = Project(
        server, pointers, out, scaffold.init(server.dsn(pointers), out, [], [], True, REFERENCES)
    )
    said = project.text("UNDECIDED.md")
    assert "| `s.carts.people` | jsonb | NULL | holds keys of s.users.id in lists" in said
    assert "write mask_json with keep=['user_ids.*']" in said
    assert "    case subject_type\n" in project.text("models/masked/s/masked_s__comments.sql")
    named = "{{ tdm.token_array('user_ids', domain='users_id', each='token_int') }} as user_ids"
    assert named in project.text("models/masked/s/masked_s__orders.sql")
    seats = project.text("models/masked/s/masked_s__seats.sql")
    assert "{{ tdm.token_uuid('booking_id', domain='bookings_id') }} as booking_id" in seats
    before = constraints(project.dsn)
    loaded = round_trip(project, tmp_path / "dump")
    try:
        assert constraints(server.dsn(loaded)) == before
        with server.connect(loaded) as session:
            lost = {
                name: session.execute(f"select count(*) {query}").fetchone()
                for name, query in JOINED.items()
            }
            carts = session.execute(
                "select count(*),"
                " count(*) filter (where t::text ~ 'Zacharias|\\m500[0-9]{4}\\M|@mail'),"
                " count(*) filter (where order_ref is null) from s.carts as t"
            ).fetchone()
            others = session.execute(
                "select count(*) from s.comments where subject_type = 'Mars' and subject_id < 3001"
            ).fetchone()
    finally:
        server.drop(loaded)
    assert {name: count for name, count in lost.items() if count != (0,)} == {}
    assert carts is not None and carts[0] > 100
    assert carts[1:] == (0, 0)
    assert others is not None and others[0] < 3, "what points nowhere is masked too"


def test_the_demo_loads_without_a_decision(server: TestServer, tmp_path: Path) -> None:
    """Every kind of reference at once, and CHECKs that a careless mask breaks."""
    if server.version != 18:
        pytest.skip("once is enough")
    database = server.create()
    try:
        demo.load(server.dsn(database), 0.1)
        out, references = tmp_path / "project", REPO / "models" / "source"
        schemas = ["auth", "billing", "catalog", "shop", "support"]
        result = scaffold.init(
            server.dsn(database), out, schemas, ["shop.customers=0.05"], True, references
        )
        assert result["empty_tables"] == []
        project = Project(server, database, out, result)
        before = constraints(project.dsn)
        loaded = round_trip(project, tmp_path / "dump")
        try:
            assert constraints(server.dsn(loaded)) == before
        finally:
            server.drop(loaded)
    finally:
        server.drop(database)


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        ("(x.doc ->> 'a')::bigint", ("a",)),
        ("x.doc -> 'a' ->> 'b'", ("a", "b")),
        ("(x.doc #>> '{a,b}')::uuid", ("a", "b")),
        ("substring((x.doc ->> 'a') from '^[0-9]{1,18}$')::bigint", ("a",)),
        ("(jsonb_path_query(x.doc, '$.a[*].b') #>> '{}')", ("a", "*", "b")),
        ("(jsonb_path_query(x.doc::jsonb, '$[*]') #>> '{}')", ("*",)),
        ("(jsonb_array_elements(x.doc) ->> 'b')::bigint", ("*", "b")),
        ("(jsonb_array_elements(x.doc -> 'a') ->> 'b')::bigint", ("a", "*", "b")),
        ("(jsonb_array_elements_text(x.doc -> 'a'))::int", ("a", "*")),
        ("(x.doc ->> 'a') || (x.doc ->> 'b')", None),
        ("md5(x.other)", None),
    ],
)
def test_paths_in_documents(expression: str, path: tuple[str, ...] | None) -> None:
    assert paths.in_document(expression, "doc") == path


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("x.a::bigint", ("a::bigint", False)),
        ("lower(x.\"A b\") || 'x.a'", ("lower(\"A b\") || 'x.a'", False)),
        ("x.a = (select t.id from t)", ("x.a = (select t.id from t)", True)),
    ],
)
def test_sql_of_a_row_without_its_alias(sql: str, expected: tuple[str, bool]) -> None:
    assert paths.of_row(sql) == expected
