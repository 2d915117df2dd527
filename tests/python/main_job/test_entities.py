"""The gate entities_agree: what differs by mistake is found, what may differ is not."""

from __future__ import annotations

from pathlib import Path

from main_job.support import TARGET, Job, replace_in
from main_job.test_release import refusal

MASKED = "models/masked"
GATE = "entities_agree"
NAME = "{{ tdm.mask_full_name('%s', of='person') }}"


def build(job: Job, project: Path, *models: str) -> str:
    """Build these models anew, then run the gate alone; returns what it says, '' if it passes."""
    assert job.dbt("run", "--select", *models, project=project).exit_code == 0
    run = job.dbt("test", "--select", GATE, project=project)
    assert run.exit_code == (1 if job.failures(project) else 0), run.output
    return job.failures(project).get(GATE, "")


def test_what_differs_by_mistake(newest: None, job: Job, tmp_path: Path) -> None:
    """Another language, another shift, another key space."""
    project = job.copied_project(tmp_path) / MASKED
    tickets = project / "support/masked_support__tickets.sql"
    name = NAME % "requester_name"
    replace_in(tickets, name, name.replace("of='person'", "of='person', locale='de'"))
    customers = project / "shop/masked_shop__customers.sql"
    replace_in(customers, "of='person', days=30", "of='person', days=60")
    methods = project / "billing/masked_billing__payment_methods.sql"
    replace_in(methods, "by='billing_email')", "by='billing_email', domain='holder')")
    models = [path.stem for path in (tickets, customers, methods)]
    said = build(job, project.parents[1], *models).splitlines()

    def one(*parts: str) -> None:
        assert [line for line in said if all(part in line for part in parts)], said

    one("support.tickets.requester_name against ", "auth.users.full_name", "different names. Use")
    one("support.tickets.requester_name against ", "in the letters of an e-mail", "with_digest")
    one("auth.users.birth_date against shop.customers.birth_date: ", " entities", " shifts. Use")
    one(
        "billing.payment_methods: its person is known by billing_email of billing.accounts in"
        " domain holder, but there in domain person",
        "entity_of(…, domain='person')",
    )


def test_known_by_a_key(newest: None, job: Job, tmp_path: Path) -> None:
    """Rows that show no address: what the entity is known by tells them apart, masked."""
    project = job.copied_project(tmp_path) / MASKED
    accounts = project / "billing/masked_billing__accounts.sql"
    replace_in(accounts, "person=['billing_email', 'account_id']", "person='customer_id'")
    replace_in(accounts, "mask_email('billing_email', of='person')", "mask_email('billing_email')")
    addresses = project / "shop/masked_shop__addresses.sql"
    known = "tdm.entity_of(ref('subset_shop__customers'), on='customer_id', by='email')"
    replace_in(addresses, known, "'customer_id'")
    customers = project / "shop/masked_shop__customers.sql"
    replace_in(customers, "person='email'", "person='customer_id'")
    models = ["masked_billing__accounts", "masked_shop__addresses", "masked_shop__customers"]
    assert build(job, project.parents[1], *models) == ""
    replace_in(
        accounts, "mask_full_name('holder_name',", "mask_full_name('holder_name', locale='fr',"
    )
    said = build(job, project.parents[1], *models[:1])
    assert "billing.accounts.holder_name against shop.addresses.recipient, shop.cust" in said
    assert " entities have different names. Use the same mask" in said


def test_known_through_two_rows(newest: None, job: Job, tmp_path: Path) -> None:
    """A payment's person is that of its invoice's account; a key on the way is another one."""
    together = job.query(
        "select payer_name = holder_name, count(*)"
        f" from {TARGET}_billing.payments inner join {TARGET}_billing.invoices using (invoice_no)"
        f" inner join {TARGET}_billing.accounts using (account_id)"
        " where payer_name <> '' and holder_name <> '' group by 1"
    )
    assert [same for same, _ in together] == [True]
    project = job.copied_project(tmp_path) / MASKED
    payments = project / "billing/masked_billing__payments.sql"
    known = "tdm.entity_of(ref('subset_billing__accounts'), on='account_id', by='billing_email')"
    replace_in(payments, known, "'account_id'")
    methods = project / "billing/masked_billing__payment_methods.sql"
    replace_in(methods, known, "'account_id'")
    said = build(job, project.parents[1], payments.stem, methods.stem)
    for table, where in (
        ("payments", "as `by` of the entity_of there"),
        ("payment_methods", "there"),
    ):
        assert (
            f"billing.{table}: its person is known by account_id, which points at billing.accounts;"
            " there it is known by billing_email, so that one entity has two names."
            f" Write {known} {where}; where" in said
        ), said


def test_what_may_differ(newest: None, job: Job, tmp_path: Path) -> None:
    """A language of the row, a condition, a mask by value, nothing there."""
    project = job.copied_project(tmp_path) / MASKED
    full = NAME % "full_name"
    users = project / "auth/masked_auth__users.sql"
    # of users nobody sees the country in the masked table; of customers everybody
    replace_in(users, full, full.replace("of='person'", "of='person', locale='left(locale, 2)'"))
    customers = project / "shop/masked_shop__customers.sql"
    replace_in(customers, full, full.replace("of='person'", "of='person', locale='country_code'"))
    recipient = NAME % "recipient"
    addresses = project / "shop/masked_shop__addresses.sql"
    replace_in(
        addresses, recipient, recipient.replace("of='person'", "of='person', locale='country_code'")
    )
    tickets = project / "support/masked_support__tickets.sql"
    name = NAME % "requester_name"
    replace_in(
        tickets,
        name,
        "{{ tdm.mask_when('requester_name', 'is_open', tdm.mask_full_name('requester_name',"
        " of='person'), otherwise=tdm.mask_last_name('requester_name', of='person')) }}",
    )
    holder = NAME % "holder_name"
    accounts = project / "billing/masked_billing__accounts.sql"
    methods = project / "billing/masked_billing__payment_methods.sql"
    replace_in(accounts, holder, "{{ tdm.mask_full_name('holder_name') }}")
    replace_in(methods, holder, "{{ tdm.set_constant('holder_name', \"''\") }}")
    models = [
        "masked_auth__users",
        "masked_shop__customers",
        "masked_shop__addresses",
        "masked_support__tickets",
        "masked_billing__accounts",
        "masked_billing__payment_methods",
    ]
    assert build(job, project.parents[1], *models) == ""
    # but of one country they are compared
    job.query(
        f"update {TARGET}_shop.addresses set recipient = recipient || 'x' where (customer_id,"
        " country_code) in (select customer_id, country_code from"
        f" {TARGET}_shop.customers)"
    )
    assert job.dbt("test", "--select", GATE, project=project.parents[1]).exit_code == 1
    said = job.failures(project.parents[1])[GATE]
    assert "shop.addresses.recipient against shop.customers.full_name: " in said
    assert " entities have different names." in said


def test_a_language_of_the_row_against_none(newest: None, job: Job, tmp_path: Path) -> None:
    """Of two tables one looks at the row's language, the other does not: one person, two names."""
    project = job.copied_project(tmp_path) / MASKED
    customers = project / "shop/masked_shop__customers.sql"
    full = NAME % "full_name"
    replace_in(customers, full, full.replace("of='person'", "of='person', locale='country_code'"))
    said = build(job, project.parents[1], customers.stem)
    assert "shop.customers.full_name" in said and "shop.addresses.recipient" in said
    assert " entities have different names. Use the same mask" in said


def test_names_by_the_letters_of_the_original(newest: None, job: Job, tmp_path: Path) -> None:
    """They agree among themselves, where their letters tell the list; not with others."""
    project = job.copied_project(tmp_path) / MASKED
    customers = project / "shop/masked_shop__customers.sql"
    addresses = project / "shop/masked_shop__addresses.sql"
    for model, column in ((customers, "full_name"), (addresses, "recipient")):
        name = NAME % column
        replace_in(model, name, name.replace("of='person'", "of='person', locale='script'"))
    said = build(job, project.parents[1], customers.stem, addresses.stem)
    assert "shop.customers.full_name" in said and "auth.users.full_name" in said
    assert "shop.addresses.recipient against shop.customers.full_name" not in said
    job.query(f"update {TARGET}_shop.addresses set recipient = recipient || 'x'")
    assert job.dbt("test", "--select", GATE, project=project.parents[1]).exit_code == 1
    said = job.failures(project.parents[1])[GATE]
    (names,) = [line for line in said.splitlines() if "shop.addresses.recipient against" in line]
    assert "shop.customers.full_name" in names and " entities have different names." in names


def test_nothing_to_compare(newest: None, job: Job, tmp_path: Path) -> None:
    """It passes, and says so; a table without the gate is not released."""
    project = job.copied_project(tmp_path)
    (project / "tests/gates/entities_agree.sql").write_text(
        "{{ tdm.entities_agree([ref('masked_catalog__tags')]) }}\n", encoding="utf-8"
    )
    run = job.dbt("test", "--select", GATE, project=project)
    assert run.exit_code == 0, run.output
    assert "entities_agree: nothing to compare" in run.output
    said = refusal(job, project)
    assert "auth.users: no gate entities_agree looks at it" in said
    assert "catalog.tags: no gate" not in said
