"""The demo production copy: size, hard cases, business rules, canaries; the same everywhere."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from conftest import TestServer
from tdm import demo
from tdm.errors import TdmError

Connection = psycopg.Connection[tuple[object, ...]]

SMALL = 0.05
# The content of the demo at SMALL on every version and locale. Changes with the demo's SQL.
SMALL_DIGEST = "60eacde2f214ccb9"

#: A query that is true where the hard case exists.
HARD_CASES = {
    "composite primary key": """
        select count(*) >= 4 from pg_constraint
        where contype = 'p' and cardinality(conkey) > 1 and conparentid = 0""",
    "composite foreign key": """
        select count(*) >= 3 from pg_constraint
        where contype = 'f' and cardinality(conkey) > 1 and confmatchtype = 's'""",
    "nullable composite foreign key, null in one half": """
        select count(*) filter (where line_no is null) > 0
            and count(*) filter (where order_id is null) > 0
        from shop.reviews where (order_id is null) <> (line_no is null)""",
    "self references": """
        select count(*) >= 3 from pg_constraint where contype = 'f' and conrelid = confrelid""",
    "cycle of two tables": """
        select count(*) >= 1 from pg_constraint as one join pg_constraint as other
            on other.conrelid = one.confrelid and other.confrelid = one.conrelid
        where one.contype = 'f' and other.contype = 'f' and one.conrelid <> one.confrelid
            and one.condeferrable""",
    "diamond": """
        select count(*) >= 1 from pg_constraint as left_up
        join pg_constraint as right_up on right_up.conrelid = left_up.conrelid
            and right_up.confrelid <> left_up.confrelid
        join pg_constraint as left_top on left_top.conrelid = left_up.confrelid
        join pg_constraint as right_top on right_top.conrelid = right_up.confrelid
            and right_top.confrelid = left_top.confrelid
        where left_up.conrelid = 'shop.shipment_lines'::regclass and left_top.contype = 'f'
            and left_up.contype = 'f' and right_up.contype = 'f' and right_top.contype = 'f'""",
    "two foreign keys to one table": """
        select count(*) >= 2 from pg_constraint
        where conrelid = 'shop.orders'::regclass and confrelid = 'shop.addresses'::regclass""",
    "many-to-many": """
        select count(*) = 2 from pg_constraint
        where conrelid = 'catalog.product_tags'::regclass and contype = 'f'""",
    "polymorphic association": """
        select count(distinct subject_type) = 5 and pg_typeof(min(subject_id))::text = 'text'
        from support.tickets""",
    "references between services without foreign keys": """
        select count(*) = 0 from pg_constraint where contype = 'f'
            and conrelid::regclass::text like 'billing.%'
            and confrelid::regclass::text not like 'billing.%'""",
    "keys inside jsonb": """
        select count(*) > 0 from shop.events
        where payload ? 'order_id'
            and jsonb_typeof(payload -> 'items' -> 0 -> 'product_id') = 'number'""",
    "keys inside arrays": """
        select count(*) > 0 from shop.events where cardinality(product_ids) > 1""",
    "partitioned table, default partition, foreign key": """
        select count(*) >= 4 and bool_or(pg_get_expr(relpartbound, pg_class.oid) = 'DEFAULT')
            and exists (select from pg_constraint
                where conrelid = 'shop.events'::regclass and contype = 'f')
            and (select count(distinct tableoid) = 4 from shop.events)
        from pg_inherits join pg_class on pg_class.oid = inhrelid
        where inhparent = 'shop.events'::regclass""",
    "uuid, bigint, int, smallint, text, char and domain keys": """
        select array['uuid', 'int8', 'int4', 'int2', 'text', 'bpchar', 'email_address']::name[]
            <@ array_agg(typname)
        from pg_constraint join pg_attribute on attrelid = conrelid and attnum = conkey[1]
        join pg_type on pg_type.oid = atttypid where contype = 'p'""",
    "e-mail as foreign key": """
        select count(*) = 2 from pg_constraint join pg_attribute
            on attrelid = conrelid and attnum = conkey[1]
        where contype = 'f' and confrelid = 'auth.users'::regclass and attname = 'email'""",
    "foreign key to a unique key": """
        select count(*) >= 4 from pg_constraint as child where contype = 'f' and not exists (
            select from pg_constraint as target where target.contype = 'p'
                and target.conrelid = child.confrelid and target.conkey @> child.confkey)""",
    "table without a primary key": """
        select count(*) = 1 from pg_class where relkind = 'r' and not relispartition
            and relnamespace = 'auth'::regnamespace and not exists (
                select from pg_index where indrelid = pg_class.oid and indisunique)""",
    "generated columns": """
        select count(*) >= 3 from pg_attribute where attgenerated = 's' and attnum > 0""",
    "identity columns of both kinds": """
        select count(distinct attidentity) = 2 from pg_attribute where attidentity <> ''""",
    "serial column": """
        select pg_get_serial_sequence('catalog.tags', 'tag_id') is not null
            and count(*) = 1 from pg_attribute
        where attrelid = 'catalog.tags'::regclass and attname = 'tag_id' and attidentity = ''""",
    "enums": """
        select count(*) >= 6 from pg_type where typtype = 'e'""",
    "domains with checks": """
        select count(*) >= 4 from pg_constraint where contypid <> 0 and contype = 'c'
            and connamespace <> 'information_schema'::regnamespace""",
    "arrays": """
        select count(*) >= 5 from pg_attribute join pg_class on pg_class.oid = attrelid
        where attndims > 0 and relkind = 'r' and not relispartition
            and relnamespace::regnamespace::text in ('auth', 'shop', 'support')""",
    "personal data deep in jsonb": """
        select count(*) > 0 from auth.users
        where profile -> 'emergency_contacts' -> 0 ->> 'phone' = phone""",
    "secrets in configuration": """
        select count(*) > 0 from billing.gateways where credentials ? 'password'""",
    "free text that names the person": """
        select count(*) > 100 from support.tickets join shop.customers using (customer_id)
        where position(full_name in body) > 0 and position(email in body) > 0""",
    "materialized view over personal data": """
        select relispopulated from pg_class where oid = 'shop.customer_summary'::regclass""",
    "plain view": """
        select relkind = 'v' from pg_class where oid = 'support.open_tickets'::regclass""",
    "triggers and functions": """
        select count(*) = 3 and bool_or(tgname = 'customers_audit') from pg_trigger
        where not tgisinternal""",
    "partial unique indexes": """
        select count(*) >= 4 from pg_index where indisunique and indpred is not null""",
    "expression unique indexes": """
        select count(*) >= 3 from pg_index where indisunique and indexprs is not null""",
    "checks that a careless mask breaks": """
        select count(*) >= 15 from pg_constraint where contype = 'c' and conrelid <> 0
            and connamespace::regnamespace::text in ('auth', 'shop', 'billing', 'support')""",
    "comments on schemas, tables and columns": """
        select count(*) filter (where objsubid > 0) >= 3
            and count(*) filter (where objsubid = 0) >= 3
        from pg_description where classoid = 'pg_class'::regclass
            and objoid in (select oid from pg_class
                where relnamespace::regnamespace::text = any('{auth,shop,billing,support}'))""",
    "mixed case and reserved words": """
        select to_regclass('catalog."Suppliers"') is not null
            and to_regclass('support."user"') is not null
            and count(*) filter (where attname in ('companyName', 'end', 'group')) >= 3
        from pg_attribute where attnum > 0""",
    "bytea, inet, macaddr, numeric, date, timestamptz, tsvector": """
        select '{bytea,inet,macaddr,numeric,date,timestamptz,tsvector}'::name[]
            <@ array_agg(distinct typname)
        from pg_attribute join pg_type on pg_type.oid = atttypid
        join pg_class on pg_class.oid = attrelid
        where relnamespace::regnamespace::text = any('{auth,catalog,shop,billing,support}')""",
    "three scripts": """
        select count(*) filter (where full_name ~ '[А-я]') > 0
            and count(*) filter (where full_name ~ '[一-龥]') > 0
            and count(*) filter (where full_name ~ '[A-z]') > 0 from auth.users""",
    "a whale": """
        select max(orders) between 0.02 * sum(orders) and 0.08 * sum(orders)
        from (select count(*) as orders from shop.orders group by customer_id) as per_customer""",
    "a rare stratum": """
        select count(*) = 3 from shop.customers where country_code = 'LI' and tier = 'gold'""",
    "six strata of one": """
        select count(*) >= 6 from (
            select from shop.customers group by country_code, tier having count(*) = 1
        ) as strata""",
    "peak in November and December": """
        select count(*) filter (where extract(month from placed_at) >= 11) > 0.3 * count(*)
        from shop.orders""",
    "customers without orders": """
        select count(*) > 0.1 * (select count(*) from shop.customers) from shop.customers
        where not exists (select from shop.orders
            where orders.customer_id = customers.customer_id)""",
    "empty strings beside NULL": """
        select count(*) filter (where company = '') > 0
            and count(*) filter (where company is null) > 0
        from shop.customers""",
    "the same e-mail in another spelling": """
        select count(*) filter (where requester_email <> btrim(requester_email)) > 0
            and count(*) filter (where requester_email <> lower(requester_email)) > 0
        from support.tickets""",
    "gifts to strangers": """
        select count(*) > 0 from shop.orders join shop.addresses on address_id = ship_address_id
        where orders.customer_id <> addresses.customer_id""",
}

#: A query that finds rows which break a rule of the business.
INVARIANTS = {
    "order total = sum of its lines": """
        select count(*) from shop.orders
        where total is distinct from (select sum(line_amount) from shop.order_lines
            where order_lines.order_id = orders.order_id)""",
    "settled payments <= invoice total": """
        select count(*) from billing.invoices
        where total < (select coalesce(sum(amount), 0) from billing.payments
            where payments.invoice_no = invoices.invoice_no and status = 'settled')""",
    "refunds <= payment": """
        select count(*) from billing.payments
        where amount < (select coalesce(sum(amount), 0) from billing.refunds
            where refunds.payment_id = payments.payment_id)""",
    "no negative balance": "select count(*) from billing.accounts where balance < 0",
    "shipped <= ordered": """
        select count(*) from shop.order_lines
        where quantity < (select coalesce(sum(quantity), 0) from shop.shipment_lines
            where shipment_lines.order_id = order_lines.order_id
                and shipment_lines.line_no = order_lines.line_no)""",
    "invoice total = order total": """
        select count(*) from billing.invoices join shop.orders using (order_id)
        where invoices.total <> orders.total""",
    "customer and login share the e-mail": """
        select count(*) from shop.customers join auth.users using (user_id)
        where customers.email <> users.email or customers.full_name <> users.full_name""",
    "requester is the customer": """
        select count(*) from support.tickets join shop.customers using (customer_id)
        where lower(btrim(requester_email)) <> email""",
}

#: References without a foreign key: a query for the keys that point out, the table and its key.
VIRTUAL = {
    "customers.user_id": (
        "select user_id from shop.customers",
        "select user_id from auth.users",
    ),
    "accounts.customer_id": (
        "select customer_id from billing.accounts",
        "select customer_id from shop.customers",
    ),
    "invoices.order_id": (
        "select order_id from billing.invoices",
        "select order_id from shop.orders",
    ),
    "refunds.(order_id, line_no)": (
        "select order_id, line_no from billing.refunds where line_no is not null",
        "select order_id, line_no from shop.order_lines",
    ),
    "tickets.customer_id": (
        "select customer_id from support.tickets",
        "select customer_id from shop.customers",
    ),
    "tickets.requester_email": (
        "select lower(btrim(requester_email)) from support.tickets",
        "select email::text from shop.customers",
    ),
    "tickets.subject_id (order)": (
        "select subject_id::bigint from support.tickets where subject_type = 'order'",
        "select order_id from shop.orders",
    ),
    "tickets.subject_id (shipment)": (
        "select subject_id::uuid from support.tickets where subject_type = 'shipment'",
        "select shipment_id from shop.shipments",
    ),
    "tickets.subject_id (invoice)": (
        "select subject_id from support.tickets where subject_type = 'invoice'",
        "select invoice_no from billing.invoices",
    ),
    "tickets.subject_id (product)": (
        "select subject_id::bigint from support.tickets where subject_type = 'product'",
        "select product_id from catalog.products",
    ),
    "tickets.subject_id (customer)": (
        "select subject_id::bigint from support.tickets where subject_type = 'customer'",
        "select customer_id from shop.customers",
    ),
    "tickets.related_order_ids": (
        "select unnest(related_order_ids) from support.tickets",
        "select order_id from shop.orders",
    ),
    "messages.author_user_id": (
        "select author_user_id from support.messages",
        "select user_id from auth.users",
    ),
    "customer_audit.customer_id": (
        "select customer_id from shop.customer_audit",
        "select customer_id from shop.customers",
    ),
    "customer_audit.changed_by": (
        "select changed_by from shop.customer_audit",
        "select user_id from auth.users",
    ),
    "events.product_ids": (
        "select unnest(product_ids) from shop.events",
        "select product_id from catalog.products",
    ),
    "events.payload.order_id": (
        "select (payload ->> 'order_id')::bigint from shop.events",
        "select order_id from shop.orders",
    ),
    "events.payload.items": (
        "select (jsonb_array_elements(payload -> 'items') ->> 'product_id')::bigint"
        " from shop.events",
        "select product_id from catalog.products",
    ),
    "carts.items": (
        "select (jsonb_array_elements(items) ->> 'product_id')::bigint from shop.carts",
        "select product_id from catalog.products",
    ),
}


@dataclass(frozen=True)
class Loaded:
    """A database with the demo at scale 1."""

    server: TestServer
    database: str
    rows: int


@pytest.fixture(scope="module")
def full(server: TestServer) -> Iterator[Loaded]:
    """The demo at scale 1."""
    name = server.create()
    yield Loaded(server, name, demo.load(server.dsn(name), 1))
    server.drop(name)


def _digest(connection: Connection) -> str:
    """A digest of the content of every table, whatever the order of the rows and the version."""
    connection.execute("set timezone to 'UTC'")
    digest = hashlib.sha256()
    for table in demo.tables(connection):
        row = connection.execute(
            sql.SQL(
                "select count(*) || ' ' || coalesce(md5(string_agg(md5(row::text), ''"
                " order by md5(row::text) collate \"C\")), '') from {} as row"
            ).format(sql.Identifier(*table))
        ).fetchone()
        assert row is not None
        digest.update(f"{table} {row[0]}\n".encode())
    return digest.hexdigest()[:16]


def _one(connection: Connection, query: str) -> object:
    """The only value of a query."""
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_about_a_quarter_of_a_million_rows(full: Loaded) -> None:
    with full.server.connect(full.database) as connection:
        counted = demo.count_rows(connection)
        tables = demo.tables(connection)
        customers = _one(connection, "select count(*) from shop.customers")
    assert counted == full.rows
    assert 225_000 <= full.rows <= 275_000
    assert customers == 10_000
    assert len(tables) >= 25
    assert {schema for schema, _ in tables} == set(demo.SERVICES)


def test_loading_again_changes_nothing(full: Loaded) -> None:
    seen: list[str] = []
    rows = demo.load(full.server.dsn(full.database), 1.0, lambda name, *_: seen.append(name))
    assert rows == full.rows
    assert seen == ["loaded"]


@pytest.mark.parametrize("name", HARD_CASES)
def test_hard_case(full: Loaded, name: str) -> None:
    with full.server.connect(full.database) as connection:
        assert _one(connection, HARD_CASES[name]) is True


@pytest.mark.parametrize("name", INVARIANTS)
def test_invariant(full: Loaded, name: str) -> None:
    with full.server.connect(full.database) as connection:
        assert _one(connection, INVARIANTS[name]) == 0


@pytest.mark.parametrize("name", VIRTUAL)
def test_virtual_reference_resolves(full: Loaded, name: str) -> None:
    pointing, keys = VIRTUAL[name]
    with full.server.connect(full.database) as connection:
        orphans = _one(
            connection,
            f"select count(*) from (select * from ({pointing}) as pointing"
            f" where pointing is not null except {keys}) as orphans",
        )
        found = _one(
            connection, f"select count(*) from ({pointing}) as pointing where pointing is not null"
        )
    assert orphans == 0
    assert isinstance(found, int) and found > 0


def test_check_digits_hold(full: Loaded) -> None:
    with full.server.connect(full.database) as connection:
        cards = connection.execute(
            "select card_number from billing.payment_methods where card_number is not null"
        ).fetchall()
        ibans = connection.execute(
            "select iban::text from billing.accounts where iban is not null"
        ).fetchall()
    assert len(cards) > 3000 and all(_luhn(str(card)) for (card,) in cards)
    assert len(ibans) > 2000 and all(_mod97(str(iban)) for (iban,) in ibans)


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _mod97(iban: str) -> bool:
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1


def test_canaries_are_planted_and_listed(full: Loaded, repo: Path) -> None:
    """Each listed canary stands in the source; every marker that stands there is listed."""
    with (repo / "seeds" / "canaries.csv").open(encoding="utf-8", newline="") as file:
        listed = [row["value"].lower() for row in csv.DictReader(file)]
    text = "\n".join(_texts_with_canaries(full)).lower()
    assert [value for value in listed if value not in text] == []
    assert all(len(value.encode()) >= 8 for value in listed)
    markers = set(re.findall(r"zq[a-z]+0[0-9]", text))
    assert markers <= set(listed)
    assert len(set(listed)) == len(listed)


def _texts_with_canaries(full: Loaded) -> Iterator[str]:
    """Rows of the canary people and comments with a marker, as text."""
    some = "zq|жъ|金絲雀|883 510 0770|883510077|185\\.77\\.204|7a71"
    with full.server.connect(full.database) as connection:
        for table in demo.tables(connection):
            query = sql.SQL("select row::text from {} as row where row::text ~* {}")
            for (row,) in connection.execute(
                query.format(sql.Identifier(*table), sql.Literal(some))
            ):
                yield str(row)
        for (comment,) in connection.execute(
            "select description from pg_description where description ~* 'zq'"
        ):
            yield str(comment)


def test_two_canaries_at_least_are_alone_in_their_stratum(full: Loaded) -> None:
    """A stratified sample that keeps one customer a stratum keeps these."""
    with full.server.connect(full.database) as connection:
        alone = _one(
            connection,
            """
            select count(*) from (
                select from shop.customers group by country_code, tier
                having count(*) = 1 and min(email) like 'zqcanary%'
            ) as strata
            """,
        )
    assert alone == 6


def test_same_content_everywhere(server: TestServer, database: str) -> None:
    """Two loads, any version, any owner: the same rows."""
    dsn = server.dsn(database)
    demo.load(dsn, SMALL)
    with server.connect(database) as connection:
        first = _digest(connection)
        connection.execute("drop table demo_info.loaded")
        connection.execute("drop schema auth, catalog, shop, billing, support, demo_info cascade")
    demo.load(dsn, SMALL)
    with server.connect(database) as connection:
        assert _digest(connection) == first == SMALL_DIGEST


def test_owner_need_not_be_superuser(server: TestServer, database: str) -> None:
    with server.connect(database) as connection:
        connection.execute("create role demo_owner login")
        connection.execute(f"alter database {database} owner to demo_owner".encode())
    try:
        demo.load(make_conninfo(server.dsn(database), user="demo_owner"), SMALL)
        with server.connect(database) as connection:
            assert _digest(connection) == SMALL_DIGEST
    finally:
        with server.connect(database) as connection:
            connection.execute("reassign owned by demo_owner to current_user")
            connection.execute("drop owned by demo_owner")
            connection.execute("drop role demo_owner")


def test_interrupted_load_leaves_what_was_there(server: TestServer, database: str) -> None:
    dsn = server.dsn(database)

    def stop(name: str, done: int, of: int) -> None:
        if name.startswith("40"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.load(dsn, SMALL, stop)
    with server.connect(database) as connection:
        assert demo.tables(connection) == []
    rows = demo.load(dsn, SMALL)
    with pytest.raises(KeyboardInterrupt):
        demo.load(dsn, 0.1, stop)
    with server.connect(database) as connection:
        assert demo.count_rows(connection) == rows
        assert _digest(connection) == SMALL_DIGEST


def test_other_scale_reloads_in_place(server: TestServer, database: str) -> None:
    dsn = server.dsn(database)
    small = demo.load(dsn, SMALL)
    larger = demo.load(dsn, 0.1)
    assert 1.6 * small < larger < 2.4 * small
    assert demo.load(dsn, SMALL) == small


def test_refuses_schemas_that_are_not_the_demo(server: TestServer, database: str) -> None:
    with server.connect(database) as connection:
        connection.execute("create schema shop")
        connection.execute("create table shop.precious (id int)")
    with pytest.raises(TdmError, match="shop"):
        demo.load(server.dsn(database), SMALL)
    with server.connect(database) as connection:
        assert _one(connection, "select to_regclass('shop.precious') is not null") is True


@pytest.mark.parametrize("scale", [0, -1, 0.001, 1000, float("nan"), float("inf")])
def test_refuses_a_strange_scale(scale: float) -> None:
    with pytest.raises(TdmError, match="scale"):
        demo.load("host=/nowhere", scale)


def test_audit_trigger_fires_on_live_changes(server: TestServer, database: str) -> None:
    """What the trigger wrote stands there already: a load with it switched on would add to it."""
    demo.load(server.dsn(database), SMALL)
    with server.connect(database) as connection:
        before = _one(connection, "select count(*) from shop.customer_audit")
        connection.execute("update shop.customers set notes = '' where customer_id = 100001")
        after = _one(connection, "select count(*) from shop.customer_audit")
    assert isinstance(before, int) and after == before + 1
