"""Masks of numbers, times and categories in a build: sums across tables, what is refused."""

from __future__ import annotations

from pathlib import Path

from main_job.support import TARGET, Job, replace_in

MASKED = "models/masked"


def test_sums_across_tables_stay(newest: None, job: Job, tmp_path: Path) -> None:
    """An invoice and what was paid for it: settled before, settled after, to the cent."""
    project = job.copied_project(tmp_path)
    entity = "invoice={'by': 'invoice_no', 'domain': 'invoice'}"
    invoices = project / MASKED / "billing/masked_billing__invoices.sql"
    replace_in(
        invoices, "    total,\n", "    {{ tdm.scale_amount('total', of='invoice') }} as total,\n"
    )
    replace_in(
        invoices,
        "    issued_on,\n    due_on\n",
        "    {{ tdm.shift_date('issued_on', of='invoice', weekday=true) }} as issued_on,\n"
        "    {{ tdm.shift_date('due_on', of='invoice', weekday=true) }} as due_on\n",
    )
    replace_in(
        invoices,
        "from {{ ref('subset_billing__invoices') }}",
        f"from {{{{ tdm.with_digest(ref('subset_billing__invoices'), {entity}) }}}} as invoices",
    )
    payments = project / MASKED / "billing/masked_billing__payments.sql"
    replace_in(
        payments,
        "    amount,\n",
        "    {{ tdm.scale_amount('amount', of='invoice', along='payment_id', within='status') }}"
        " as amount,\n",
    )
    replace_in(
        payments, "    person=tdm.entity_of(\n", f"    {entity},\n    person=tdm.entity_of(\n"
    )
    run = job.dbt(
        "run", "--select", "masked_billing__invoices", "masked_billing__payments", project=project
    )
    assert run.exit_code == 0, run.output
    settled = """
        select count(*), count(*) filter (where paid.amount = invoices.total)
        from {invoices} as invoices
        inner join (
            select invoice_no, sum(amount) as amount from {payments}
            where status = 'settled' group by 1
        ) as paid using (invoice_no)
    """
    tables = {"invoices": "billing.invoices", "payments": "billing.payments"}
    raw = {key: f"{TARGET}_subset.subset_{name.replace('.', '__')}" for key, name in tables.items()}
    made = {key: f"{TARGET}_{name}" for key, name in tables.items()}
    before = job.query(settled.format(**raw))
    assert before == job.query(settled.format(**made)) and before[0][1] > 20
    compared = (
        "select round(sum(total)), string_agg(distinct (due_on - issued_on)::text, ','"
        " order by (due_on - issued_on)::text), array_agg(extract(isodow from issued_on)::int order"
        " by {}) from {}"
    )
    key = "invoice_no"
    (total, terms, days) = job.query(compared.format(key, raw["invoices"]))[0]
    (scaled, same_terms, other_days) = job.query(compared.format(key, made["invoices"]))[0]
    assert total != scaled and abs(total - scaled) < total / 20
    assert terms == same_terms and sorted(days) == sorted(other_days)


def test_what_the_build_makes_of_them(newest: None, job: Job, tmp_path: Path) -> None:
    """A generalisation is no leak; few categories and unique columns are refused."""
    project = job.copied_project(tmp_path)
    customers = project / MASKED / "shop/masked_shop__customers.sql"
    for old, new in (
        ("shift_date('birth_date', of='person', days=30)",
         "generalise_birth_date('birth_date', as_of='2024-12-31')"),
        ("add_noise('annual_income', of='person')", "round_to('annual_income', to=1000)"),
        ("mask_job('job_title', of='person')", "shuffle('job_title', by='customer_id')"),
        ("mask_geo('latitude', of='person')", "round_to('latitude', to=1)"),
        ("mask_geo('longitude', of='person', latitude='latitude')",
         "band('longitude', width=5, show='lower')"),
    ):  # fmt: skip
        replace_in(customers, old, new)
    addresses = project / MASKED / "shop/masked_shop__addresses.sql"
    # filled to five digits, which the CHECK on country and postcode wants
    postcode = "tdm.mask_postcode('postcode', of='person', country='country_code')"
    zips = "tdm.zip3('postcode', fill='00')"
    replace_in(
        addresses,
        postcode,
        f"""tdm.mask_when('postcode', "country_code = 'US'", {zips}, otherwise={postcode})""",
    )
    models = ["masked_shop__customers", "masked_shop__addresses"]
    run = job.dbt("build", "--select", *models, project=project)
    assert run.exit_code == 0, run.output
    areas = job.query(
        "select count(*) filter (where s.postcode ~ '^[0-9]{5}$'"
        " and m.postcode = left(s.postcode, 3) || '00'),"
        f" bool_or(m.postcode !~ '^[0-9]{{3}}00$') from {TARGET}_shop.addresses as m inner join"
        f" {TARGET}_subset.subset_shop__addresses as s using (country_code)"
        " where country_code = 'US'"
    )
    assert areas[0][0] > 0 and not areas[0][1]
    rows = job.query(
        "select count(*), count(*) filter (where extract(doy from m.birth_date) <> 1), count(*)"
        f" filter (where m.annual_income % 1000 <> 0) from {TARGET}_shop.customers as m"
    )
    assert rows[0][0] > 30 and rows[0][1:] == (0, 0)
    titles = "select job_title, count(*) from {} group by 1 order by 1"
    assert job.query(titles.format(f"{TARGET}_subset.subset_shop__customers")) == job.query(
        titles.format(f"{TARGET}_shop.customers")
    )
    unkeyed = job.query(
        f"select mask from {TARGET}_tdm.treatments where relation = '{TARGET}_shop.customers'"
        "::regclass and facts @> '[{\"keyed\": false}]' order by 1"
    )
    assert {"band", "generalise_birth_date", "round_to"} <= {mask for (mask,) in unkeyed}

    replace_in(customers, "mask_email('email', of='person')", "shuffle('email', by='customer_id')")
    replace_in(
        project / MASKED / "shop/masked_shop__events.sql",
        "    kind,\n",
        "    {{ tdm.permute_category('kind', rows=ref('subset_shop__events'),"
        " domain='event_kind') }} as kind,\n",
    )
    # the guard knows how many values a column has where statistics say so, and those of subset
    # tables are of joined columns alone
    job.query(f"analyze {TARGET}_subset.subset_shop__events")
    models = ["masked_shop__customers", "masked_shop__events"]
    assert job.dbt("run", "--select", *models, project=project).exit_code == 1
    said = job.failures(project)
    assert "email: shuffle is not one-to-one, but the unique index" in said[models[0]]
    assert "kind: permute_category gives equal values equal masks" in said[models[1]]
