"""Every gate, broken on purpose: exactly it fails, and says what, where and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby

import pytest

from main_job.support import (
    RELEASED,
    Built,
    Job,
    clone,
    kept_aside,
)
from main_job.values import Values, personal

A_CANARY = "(select value from staging_mask_tdm.canaries where value ~ '^zqhealth0[0-9]$' limit 1)"
AN_EMAIL = "(select email::text from staging_mask_subset.subset_shop__customers limit 1)"
# A name in two words: the gate looks at pairs of words inside texts.
A_NAME = """(
    select full_name from staging_mask_subset.subset_shop__customers
    where full_name ~ '^[A-Za-z]+ [A-Za-z]+$' and length(full_name) > 8
    and full_name <> all (select full_name from staging_mask_shop.customers)
    order by full_name limit 1
)"""


def strangers(column: str, condition: str = "true") -> str:
    """SQL for a value in a column of the source that no kept row has."""
    schema, table, name = column.split(".")
    return f"""(
        select {name}::text from {schema}.{table}
        where {condition} and {name}::text not in (
            select {name}::text from staging_mask_subset.subset_{schema}__{table}
            where {name} is not null
        )
        order by {name}::text limit 1
    )"""


def planted(place: int, text: str) -> str:
    """SQL that puts a text in the kept name of a tag."""
    return (
        f"update staging_mask_catalog.tags set name = {text} where tag_id ="
        f" (select tag_id from catalog.tags order by tag_id offset {place} limit 1)"
    )


A_STRANGERS_EMAIL = strangers("auth.users.email")
A_STRANGERS_PHONE = strangers("auth.users.phone", "phone ~ '^[+][0-9 ]{12,}$'")
A_STRANGERS_CARD = strangers("billing.payment_methods.card_number", "length(card_number) = 16")
A_STRANGERS_IBAN = strangers("billing.accounts.iban")


@dataclass(frozen=True)
class Break:
    """One thing broken on purpose.

    Attributes:
        gate: the gate that must fail.
        says: what its message must hold: table and column, then what to do.
        do: SQL that breaks it.
        tables: tables whose rows `do` changes; they are put back.
        undo: SQL that runs before that.
        also: gates that see it too, and rightly.
    """

    gate: str
    says: tuple[str, ...]
    do: str
    tables: tuple[str, ...] = ()
    undo: str = ""
    also: tuple[str, ...] = field(default=())


BREAKS = [
    Break(
        "same_shape_auth__login_attempts",
        ("auth.login_attempts: ", " rows where ", "build it again"),
        "delete from staging_mask_auth.login_attempts where ctid = (select min(ctid) from"
        " staging_mask_auth.login_attempts)",
        ("staging_mask_auth.login_attempts",),
    ),
    Break(
        "same_shape_auth__sessions",
        ("auth.sessions.mac: ", "mend the mask"),
        "update staging_mask_auth.sessions set mac = null where ctid = (select min(ctid) from"
        " staging_mask_auth.sessions where mac is not null)",
        ("staging_mask_auth.sessions",),
    ),
    Break(
        "same_shape_auth__api_keys",
        ("auth.api_keys.value: ", " different keys where ", "use a one-to-one mask"),
        "update staging_mask_auth.api_keys set value = (select min(value) from"
        " staging_mask_auth.api_keys)",
        ("staging_mask_auth.api_keys",),
    ),
    Break(
        "same_shape_shop__reviews",
        ("shop.reviews.stars: ", "type integer where production has smallint", "Cast the mask"),
        "alter table staging_mask_shop.reviews alter stars type integer",
        undo="alter table staging_mask_shop.reviews alter stars type smallint",
    ),
    Break(
        "same_shape_support__user",
        ("support.user.group: ", " categories ", " are lost", "strata"),
        """update staging_mask_support."user" set "group" = (select min("group") from
        staging_mask_support."user")""",
        ('staging_mask_support."user"',),
    ),
    Break(
        "references_whole_auth",
        ("auth.sessions.user_id: 1 rows point at rows of auth.users", "Add the reference"),
        "update staging_mask_auth.sessions set user_id = gen_random_uuid() where ctid ="
        " (select max(ctid) from staging_mask_auth.sessions)",
        ("staging_mask_auth.sessions",),
    ),
    Break(
        "references_whole_billing",
        ("billing.accounts.customer_id: ", "shop.customers", "Add the reference"),
        "update staging_mask_billing.accounts set customer_id = -1 where ctid ="
        " (select min(ctid) from staging_mask_billing.accounts)",
        ("staging_mask_billing.accounts",),
    ),
    Break(
        "references_whole_shop",
        ("shop.carts.items: ", "catalog.products", "Add the reference"),
        "update staging_mask_shop.carts set items = jsonb_set(items, '{0,product_id}', '1')"
        " where ctid = (select min(ctid) from staging_mask_shop.carts)",
        ("staging_mask_shop.carts",),
    ),
    Break(
        "references_whole_support",
        ("support.tickets.related_order_ids: ", "shop.orders", "Add the reference"),
        "update staging_mask_support.tickets set related_order_ids = '{-5}' where ctid ="
        " (select min(ctid) from staging_mask_support.tickets where related_order_ids <> '{}')",
        ("staging_mask_support.tickets",),
    ),
    Break(
        "references_whole_support",
        ("support.messages.agent_id: ", "support.user", "Add the reference"),
        "update staging_mask_support.messages set agent_id = -7 where ctid ="
        " (select min(ctid) from staging_mask_support.messages where agent_id is not null)",
        ("staging_mask_support.messages",),
    ),
    Break(
        "no_leak_shop__customers",
        (
            "shop.customers.phone: 1 cells hold a value of shop.customers.phone. Its mask lets",
            "mask the column in another way",
        ),
        "update staging_mask_shop.customers set phone = (select min(phone::text) from"
        " staging_mask_subset.subset_shop__customers) where ctid = (select min(ctid) from"
        " staging_mask_shop.customers where phone is not null)",
        ("staging_mask_shop.customers",),
    ),
    Break(
        "no_leak_catalog__products",
        ("catalog.products.description: 1 cells hold a value of shop.customers.email. No", "asks"),
        "update staging_mask_catalog.products set description = "
        f"{AN_EMAIL} where ctid = (select min(ctid) from staging_mask_catalog.products"
        " where description is not null)",
        ("staging_mask_catalog.products",),
    ),
    Break(
        "no_leak_billing__gateways",
        ("billing.gateways.credentials: 1 cells hold a value of shop.customers.email", "mask the"),
        "update staging_mask_billing.gateways set credentials = credentials ||"
        f" jsonb_build_object('deep', jsonb_build_array(jsonb_build_object('x', {AN_EMAIL})))"
        " where gateway_id = 1",
        ("staging_mask_billing.gateways",),
    ),
    Break(
        "no_leak_support__subscribers",
        ("support.subscribers.topics: 1 cells hold a value of shop.customers.email", "mask the"),
        f"update staging_mask_support.subscribers set topics = array['news', {AN_EMAIL}]"
        " where ctid = (select min(ctid) from staging_mask_support.subscribers)",
        ("staging_mask_support.subscribers",),
    ),
    Break(
        "no_leak_support__messages",
        ("support.messages.body: 1 cells hold a value of shop.customers.email", "redact its text"),
        f"update staging_mask_support.messages set body = 'write to <' || {AN_EMAIL} || '>, soon.'"
        " where ctid = (select max(ctid) from staging_mask_support.messages)",
        ("staging_mask_support.messages",),
    ),
    Break(
        "no_leak_shop__reviews",
        ("shop.reviews.body: 1 cells hold a value of shop.customers.full_name", "redact its text"),
        f"update staging_mask_shop.reviews set body = 'Kind regards, ' || {A_NAME} || ' (gold)'"
        " where ctid = (select max(ctid) from staging_mask_shop.reviews where body is not null)",
        ("staging_mask_shop.reviews",),
    ),
    Break(
        "no_leak_catalog__tags",
        ("catalog.tags.name: 4 cells hold a value of auth.", ", of rows that were not kept. No"),
        ";".join(
            planted(place, text)
            for place, text in enumerate(
                (
                    f"upper({A_STRANGERS_EMAIL})",
                    f"'/q?to=' || replace({A_STRANGERS_EMAIL}, '@', '%40') || '&x=1'",
                    f"'write to ' || replace({A_STRANGERS_EMAIL}, '@', '&#64' || chr(59))",
                    f"'<a href=\"mailto:' || {A_STRANGERS_EMAIL} || '\">here</a>'",
                )
            )
        ),
        ("staging_mask_catalog.tags",),
    ),
    Break(
        "no_leak_catalog__tags",
        ("catalog.tags.name: 4 cells hold a value of auth.users.phone, of rows that", "declare th"),
        ";".join(
            planted(place, text)
            for place, text in enumerate(
                (
                    f"replace({A_STRANGERS_PHONE}, ' ', '-')",
                    f"'call ' || replace({A_STRANGERS_PHONE}, ' ', ').(') || ', today'",
                    f"replace(replace({A_STRANGERS_PHONE}, ' ', '%20'), '+', '%2B')",
                    f"'<td>1</td>' || replace({A_STRANGERS_PHONE}, ' ', '&nbsp' || chr(59))",
                ),
                4,
            )
        ),
        ("staging_mask_catalog.tags",),
    ),
    Break(
        "no_leak_catalog__tags",
        ("catalog.tags.name: 1 cells hold a value of billing.payment_methods.card_number, of",),
        planted(8, f"translate({A_STRANGERS_CARD}, '0123456789', '０１２３４５６７８９')"),
        ("staging_mask_catalog.tags",),
    ),
    Break(
        "no_leak_catalog__tags",
        ("catalog.tags.name: 1 cells hold a value of billing.accounts.iban, of rows that were",),
        planted(
            9, f"'paid from ' || regexp_replace({A_STRANGERS_IBAN}, '(.{{4}})', '\\1 ', 'g') || '.'"
        ),
        ("staging_mask_catalog.tags",),
    ),
    Break(
        "no_canary_catalog",
        ("catalog.categories.name: 1 cells hold a canary", "Nothing masks it: mask it, or"),
        f"update staging_mask_catalog.categories set name = 'x-' || {A_CANARY} || '-x' where ctid ="
        " (select min(ctid) from staging_mask_catalog.categories)",
        ("staging_mask_catalog.categories",),
    ),
    Break(
        "no_canary_shop",
        ("shop.events.payload: 1 cells hold a canary", "Its mask lets original values through"),
        "update staging_mask_shop.events set payload = payload || jsonb_build_object('a',"
        f" jsonb_build_array('x-' || upper({A_CANARY}) || '-x')) where ctid ="
        " (select min(ctid) from staging_mask_shop.events)",
        ("staging_mask_shop.events",),
    ),
    Break(
        "no_canary_auth",
        ("auth.users.avatar: 1 cells hold a canary", "mask"),
        "update staging_mask_auth.users set avatar = '\\x89'::bytea || convert_to('x-' ||"
        f" {A_CANARY}, 'UTF8') where ctid = (select min(ctid) from staging_mask_auth.users"
        " where avatar is not null)",
        ("staging_mask_auth.users",),
    ),
    Break(
        "no_canary_auth",
        ("auth.users.roles: 1 cells hold a canary", "mask"),
        f"update staging_mask_auth.users set roles = array['x-' || {A_CANARY}] where ctid ="
        " (select max(ctid) from staging_mask_auth.users)",
        ("staging_mask_auth.users",),
    ),
    Break(
        "sample_share_shop__customers",
        (
            "shop.customers: 1 of ",
            "strata",
            "must be those of the model; if they are, build it again",
        ),
        """delete from staging_mask_subset.sampled_shop__customers where customer_id in (
            select customer_id from staging_mask_subset.sampled_shop__customers
            inner join shop.customers using (customer_id)
            where (country_code, tier) = (
                select country_code, tier from staging_mask_subset.sampled_shop__customers
                inner join shop.customers using (customer_id)
                group by 1, 2 order by count(*) desc, 1, 2 limit 1
            )
            limit 2
        )""",
        ("staging_mask_subset.sampled_shop__customers",),
    ),
    Break(
        "invariants_shop",
        ("shop.orders.total: 1 orders", "shop.order_lines", "Keep or mask"),
        """update staging_mask_shop.orders set total = total + 0.01 where order_id = (
            select order_id from staging_mask_shop.orders inner join staging_mask_shop.order_lines
            using (order_id) group by order_id, total having sum(quantity * unit_price) = total
            order by order_id limit 1
        )""",
        ("staging_mask_shop.orders",),
    ),
    Break(
        "invariants_shop",
        ("shop.shipment_lines.quantity: 1 order lines", "Keep or mask"),
        "update staging_mask_shop.shipment_lines set quantity = 99999 where ctid ="
        " (select min(ctid) from staging_mask_shop.shipment_lines)",
        ("staging_mask_shop.shipment_lines",),
    ),
    Break(
        "invariants_billing",
        ("billing.payments.amount: 1 invoices", "billing.invoices.total", "Keep or mask"),
        "update staging_mask_billing.payments set amount = 9999999 where ctid = (select min(ctid)"
        " from staging_mask_billing.payments where status = 'settled')",
        ("staging_mask_billing.payments",),
    ),
    Break(
        "invariants_billing",
        ("billing.refunds.amount: 1 payments", "billing.payments.amount", "Keep or mask"),
        "update staging_mask_billing.refunds set amount = 99999999 where ctid = (select min(ctid)"
        " from staging_mask_billing.refunds)",
        ("staging_mask_billing.refunds",),
    ),
    Break(
        "invariants_billing",
        ("billing.accounts.balance: 1 accounts with a negative balance", "sign"),
        # only another type lets a balance below 0 in
        "alter table staging_mask_billing.accounts alter balance type numeric(12, 2);"
        " update staging_mask_billing.accounts set balance = -1 where ctid = (select max(ctid)"
        " from staging_mask_billing.accounts)",
        ("staging_mask_billing.accounts",),
        undo="update staging_mask_billing.accounts set balance = 0 where balance < 0;"
        " alter table staging_mask_billing.accounts alter balance type billing.amount",
        also=("same_shape_billing__accounts",),
    ),
    Break(
        "entities_agree",
        ("support.tickets.requester_name against ", "shop.customers.full_name", " names. Use the"),
        "update staging_mask_support.tickets set requester_name = 'Ann Other' where ctid = (select"
        " min(t.ctid) from staging_mask_support.tickets as t inner join staging_mask_shop.customers"
        " as c on t.requester_email::text = c.email::text)",
        ("staging_mask_support.tickets",),
    ),
    Break(
        "entities_agree",
        ("shop.addresses.city: 1 entities have different cities", "with the same arguments"),
        "update staging_mask_shop.addresses set city = 'Elsewhere' where ctid = (select min(a.ctid)"
        " from staging_mask_shop.addresses as a inner join staging_mask_shop.addresses as b"
        " using (customer_id, country_code) where a.ctid <> b.ctid)",
        ("staging_mask_shop.addresses",),
    ),
    Break(
        "entities_agree",
        ("auth.users.given_name against auth.users.sex: 1 entities have different sexes",),
        "update staging_mask_auth.users set sex = (case sex::text when 'male' then 'female' else"
        " 'male' end)::auth.sex where ctid = (select min(ctid) from staging_mask_auth.users"
        " where sex::text in ('male', 'female') and given_name <> '')",
        ("staging_mask_auth.users",),
    ),
    Break(
        "entities_agree",
        ("billing.payment_methods.holder_name", "billing.accounts.holder_name", "different names."),
        "update staging_mask_billing.payment_methods set holder_name = 'Ann Other' where ctid ="
        " (select min(ctid) from staging_mask_billing.payment_methods where holder_name <> '')",
        ("staging_mask_billing.payment_methods",),
    ),
    Break(
        "entities_agree",
        ("shop.orders.contact_phone", "shop.customers.phone", "1 entities have different phone"),
        "update staging_mask_shop.orders set contact_phone = left(contact_phone, -4) ||"
        " translate(right(contact_phone, 4), '0123456789', '1032547698') where ctid = (select"
        " min(o.ctid) from staging_mask_shop.orders as o inner join staging_mask_shop.customers as"
        " c using (customer_id) where contact_phone = phone)",
        ("staging_mask_shop.orders",),
    ),
    Break(
        "source_decided",
        ("auth.settings.added: not declared", "{name: added, data_type:", "jsonb", "class: …"),
        "alter table auth.settings add column added jsonb",
        undo="alter table auth.settings drop column added",
    ),
    Break(
        "source_decided",
        ("catalog.forgotten: this table is not declared", "- name: forgotten", "scope: out"),
        "create table catalog.forgotten (id int primary key, name text)",
        undo="drop table catalog.forgotten",
        also=("source_did_not_move",),
    ),
    Break(
        "source_decided",
        ("support.tickets.priority: declared, but production does not have it", "Remove it from"),
        "alter table support.tickets rename priority to urgency",
        undo="alter table support.tickets rename urgency to priority",
    ),
    Break(
        "source_decided",
        ("shop.carts.expires_at: production has type date", "write  data_type:"),
        "alter table shop.carts alter expires_at type date",
        undo="alter table shop.carts alter expires_at type timestamptz",
        also=("same_shape_shop__carts", "source_did_not_move"),
    ),
    Break(
        "source_did_not_move",
        ("catalog.tags was written to", "Freeze the source"),
        "insert into catalog.tags (tag_id, name) values (-1, 'new')",
        undo="delete from catalog.tags where tag_id = -1",
    ),
    Break(
        "source_did_not_move",
        ("auth.settings was written to", "Freeze the source"),
        "update auth.settings set value = value where key = 'brand.name'",
    ),
    Break(
        "source_did_not_move",
        ("shop.reviews was written to", "Freeze the source"),
        "delete from shop.reviews where ctid = (select max(ctid) from shop.reviews)",
    ),
    Break(
        "source_did_not_move",
        ("support.subscribers was replaced", "Freeze the source"),
        "create table support.same (like support.subscribers including all);"
        " insert into support.same table support.subscribers;"
        " drop table support.subscribers; alter table support.same rename to subscribers;"
        " alter table support.subscribers add constraint subscribers_email_fkey"
        " foreign key (email) references auth.users (email)",
    ),
    Break(
        "source_did_not_move",
        ("catalog.currencies was rewritten", "Freeze the source"),
        "vacuum full catalog.currencies",
    ),
]
GATES = {gate: list(breaks) for gate, breaks in groupby(BREAKS, key=lambda b: b.gate)}


@pytest.fixture(scope="module")
def workshop(built: Built) -> Iterator[Job]:
    """A database in which things are broken and mended again."""
    with clone(built, RELEASED) as made:
        yield made


@pytest.fixture(scope="module")
def people(workshop: Job) -> Values:
    """Everybody's data, to look for in messages."""
    found = personal(workshop)
    assert found.count > 2000
    return found


class Broken:
    """Does the breaks on entering and undoes them on leaving."""

    def __init__(self, job: Job, breaks: list[Break]) -> None:
        self._job, self._breaks, self._stack = job, breaks, ExitStack()

    def __enter__(self) -> None:
        tables = sorted({table for one in self._breaks for table in one.tables})
        self._stack.enter_context(kept_aside(self._job, tables))
        for one in self._breaks:
            for statement in one.do.split(";"):
                self._job.query(statement)

    def __exit__(self, *_: object) -> None:
        for one in self._breaks:
            if one.undo:
                self._job.query(one.undo)
        self._stack.close()


def check_message(one: Break, message: str) -> None:
    """The finding stands on one line that names place, problem and remedy."""
    lines = [line for line in message.splitlines() if all(part in line for part in one.says)]
    assert lines, f"{one.gate} says:\n{message}\ninstead of {one.says}"


def test_every_kind_of_gate_is_broken_here(workshop: Job) -> None:
    """A new gate needs a test here; gates of one kind differ by their table alone."""
    run = workshop.dbt("ls", "--resource-type", "test", "--output", "name", "--quiet")
    kinds = {
        name.strip().removesuffix("__" + name.rsplit("__", 1)[-1]).rsplit("_", 1)[0]
        if "__" in name
        else name.strip().rsplit("_", 1)[0]
        for name in run.output.splitlines()
        if name.startswith(("same_", "no_", "ref", "ent", "sample", "source", "inv"))
    }
    broken = {gate.split("__")[0].rsplit("_", 1)[0] for gate in GATES} | {"references_agree"}
    assert kinds == broken


def test_each_break_is_seen_by_its_gate_alone(workshop: Job, people: Values) -> None:
    """All breaks at once, all gates: those fail that must, and no other."""
    with Broken(workshop, BREAKS):
        run = workshop.dbt("test", "--threads", "4")
        failures = workshop.failures()
    assert run.exit_code == 1
    assert set(failures) == {gate for one in BREAKS for gate in (one.gate, *one.also)}
    for one in BREAKS:
        check_message(one, failures[one.gate])
    assert people.found_in(run.output) == []
    # A moved source is not moved back, but built again; nothing else is left to mend.
    forget_source_changes(workshop)
    mended = workshop.dbt("test", "--threads", "4")
    assert mended.exit_code == 0, mended.output


# One gate of each kind that breaks without a rebuild.
@pytest.mark.parametrize(
    "gate",
    [
        "same_shape_shop__reviews",
        "references_whole_support",
        "no_leak_support__subscribers",
        "no_canary_auth",
        "sample_share_shop__customers",
        "invariants_billing",
        "entities_agree",
        "source_decided",
    ],
)
def test_a_gate_alone(newest: None, workshop: Job, people: Values, gate: str) -> None:
    """One gate, one process: exit 1, and the terminal shows the message."""
    breaks = [one for one in BREAKS if one.gate == gate]
    with Broken(workshop, breaks):
        run = workshop.dbt("test", "--select", gate)
        failures = workshop.failures()
    assert run.exit_code == 1
    assert list(failures) == [gate]
    for one in breaks:
        check_message(one, failures[gate])
        assert all(part in run.output for part in one.says), run.output
    assert people.found_in(run.output) == []
    remembered = workshop.value(
        "select findings from staging_mask_tdm.gate_results where gate = %s"
        " order by at desc limit 1",
        [gate],
    )
    assert remembered >= len(breaks)


def test_strangers_are_left_out_on_demand(newest: None, job: Job, people: Values) -> None:
    """tdm_identify: kept writes down what kept rows have, and nobody else's values."""
    held = "select is_kept, count(*) from staging_mask_subset.identifying_values group by 1"
    before = dict(job.query(held))
    assert before[False] > before[True] > 1000
    run = job.dbt("run", "--select", "identifying_values", "--vars", "{tdm_identify: kept}")
    assert run.exit_code == 0, run.output
    assert dict(job.query(held)) == {True: before[True]}
    assert people.found_in(run.output) == []


def forget_source_changes(job: Job) -> None:
    """Take the source as it is now for the one that the build began with."""
    assert job.dbt("run", "--select", "source_columns").exit_code == 0
