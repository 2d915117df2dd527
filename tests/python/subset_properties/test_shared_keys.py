"""Two databases that share keys and do not see each other: no orphan across them."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from contextlib import contextmanager

from subset_properties import batch, project
from subset_properties.batch import Workshop
from subset_properties.schema import (
    Column,
    Constraint,
    Edge,
    Follow,
    Listed,
    Reader,
    Row,
    Sample,
    Service,
    Table,
)
from tdm import manifest
from tdm.plan import keys
from tdm.plan.read import subset_of

FIRST, SECOND = "subset_properties_shop", "subset_properties_crm"
PEOPLE = 300


def test_the_second_database_takes_the_keys_of_the_first(workshop: Workshop) -> None:
    """The shop's kept customers, exported as CSV, are the root of the CRM, as a seed."""
    shop = _shop()
    with _built(workshop, shop, FIRST):
        kept = _exported(workshop, shop)
        assert 0.1 * PEOPLE < len(kept) < 0.6 * PEOPLE
        crm = _crm(kept)
        with _built(workshop, crm, SECOND), workshop.connect(SECOND) as connected:
            customers = _column(connected, crm, "accounts", "customer_no")
            spoken = _column(connected, crm, "calls", "customer_no")
        with workshop.connect(FIRST) as connected:
            known = _column(connected, shop, "customers", "customer_no")
    have_account = {row[1] for row in crm.table("accounts").rows if row[1] in known}
    # nobody in the CRM whom the shop does not know, and all that it has of those
    assert customers | spoken <= known
    assert have_account == customers


@contextmanager
def _built(workshop: Workshop, service: Service, database: str) -> Iterator[None]:
    with batch.built(workshop, [service], database) as failed:
        with workshop.connect(database) as connected:
            verdict = batch.verdict(connected, service, failed)
        assert not verdict.problems, batch.report(verdict)
        yield


def _exported(workshop: Workshop, shop: Service) -> list[str]:
    """The business keys of the kept customers, as `tdm plan --export-keys` writes them."""
    graph = manifest.read(workshop.folder / FIRST)
    assert graph is not None
    written = io.BytesIO()
    table = f"{project.slug(shop)}.customers=customer_no"
    keys.export_keys(subset_of(graph), workshop.server.dsn(FIRST), table, written)
    header, *rows = csv.reader(io.StringIO(written.getvalue().decode()))
    assert header == ["customer_no"]
    return [number for (number,) in rows]


def _column(connected: batch.Connection, service: Service, table: str, column: str) -> set[str]:
    relation = batch.subset_relation(service, service.table(table))
    found = connected.execute(f"select distinct {column}::text from {relation}").fetchall()
    return {str(value) for (value,) in found}


def _shop() -> Service:
    """Customers with numbers, who refer each other; orders, some of them for somebody else."""
    randoms = random.Random(1)  # noqa: S311 - rows, not secrets
    customers: list[Row] = [
        (str(n), f"C-{n:05}", None if n < 9 else str(randoms.randint(1, n - 1)))
        for n in range(1, PEOPLE + 1)
    ]
    orders: list[Row] = [
        (str(n), str(randoms.randint(1, PEOPLE)), str(randoms.randint(1, PEOPLE)))
        for n in range(1, 2 * PEOPLE)
    ]
    tables = (
        Table(
            "customers",
            0,
            "customers",
            (
                Column("id", "bigint", nullable=False),
                Column("customer_no", "text", nullable=False),
                Column("referred_by", "bigint"),
            ),
            ("id",),
            ("id",),
            (("customer_no",),),
            rows=tuple(customers),
        ),
        Table(
            "orders",
            0,
            "orders",
            (
                Column("id", "bigint", nullable=False),
                Column("customer_id", "bigint", nullable=False),
                Column("gift_for", "bigint", nullable=False),
            ),
            ("id",),
            ("id",),
            rows=tuple(orders),
        ),
    )
    return Service(
        1,
        tables,
        (
            _edge("orders", "customer_id", "customers", "id", followed=True),
            _edge("orders", "gift_for", "customers", "id", followed=False),
            _edge("customers", "referred_by", "customers", "id", followed=False),
        ),
        {"customers": "sampled", "orders": "owned"},
        {"customers": Sample("0.05")},
    )


def _crm(kept: list[str]) -> Service:
    """Accounts of most of the same customers and of others; calls to them, by customer number."""
    randoms = random.Random(2)  # noqa: S311 - rows, not secrets
    accounts: list[Row] = [(str(9000 + n), f"C-{n:05}") for n in range(1, PEOPLE + 200) if n % 11]
    numbers = [str(row[1]) for row in accounts]
    calls: list[Row] = [(str(n), randoms.choice(numbers)) for n in range(1500)]
    tables = (
        Table(
            "accounts",
            0,
            "accounts",
            (
                Column("account_id", "integer", nullable=False),
                Column("customer_no", "text", nullable=False),
            ),
            ("account_id",),
            ("account_id",),
            (("customer_no",),),
            rows=tuple(accounts),
        ),
        Table(
            "calls",
            0,
            "calls",
            (
                Column("id", "integer", nullable=False),
                Column("customer_no", "text", nullable=False),
            ),
            ("id",),
            ("id",),
            rows=tuple(calls),
        ),
    )
    # customers without an account are no mistake
    listed = Listed(
        ("customer_no",),
        ("customer_no",),
        tuple((number,) for number in kept),
        "ignore",
        seed=True,
    )
    return Service(
        2,
        tables,
        (_edge("calls", "customer_no", "accounts", "customer_no", followed=True),),
        {"accounts": "sampled", "calls": "owned"},
        {"accounts": Sample(None, at_least=0, also=(listed,))},
    )


def _edge(child: str, column: str, parent: str, to: str, *, followed: bool) -> Edge:
    kind = "text" if to == "customer_no" else "bigint"
    return Edge(
        child,
        parent,
        (Reader("column", column, kind),),
        (to,),
        constraint=Constraint("points at"),
        follow=Follow() if followed else None,
    )
