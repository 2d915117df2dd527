"""Bad input to the subset: one message with file and nearest name, before anything is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from main_job.support import TARGET, Job, replace_in

SUBSET = "models/subset/shop"


def _guard(job: Job, project: Path) -> str:
    """What the guard says; nothing but the vault and the guard's ledger stands afterwards."""
    run = job.dbt("build", "--select", "source_columns", project=project)
    assert run.exit_code == 1, run.output
    return run.output


def test_a_gate_whose_model_is_gone(newest: None, job: Job, tmp_path: Path) -> None:
    """dbt leaves it out with a warning; the release would wait for it until the end."""
    project = job.copied_project(tmp_path)
    catalog = project / "models/subset/catalog"
    (catalog / "sampled_catalog__product_tags.sql").unlink()
    (catalog / "subset_catalog__product_tags.sql").write_text(
        "{{ tdm.all_rows(source('catalog', 'product_tags')) }}\n", encoding="utf-8"
    )
    said = _guard(job, project)
    assert (
        "models/subset/catalog/_catalog__subset.yml: the gate sample_share_catalog__product_tags"
        " looks at sampled_catalog__product_tags, which is no model. Take the gate out, or bring"
        " the model back"
    ) in said, said


def test_an_owner_without_the_columns_that_are_joined(
    newest: None, job: Job, tmp_path: Path
) -> None:
    """Its key table holds the key alone, unless it carries more."""
    project = job.copied_project(tmp_path)
    owner = project / SUBSET / "sampled_shop__customers.sql"
    replace_in(owner, "    carry=['user_id'],\n", "")
    said = _guard(job, project)
    assert (
        " joins columns that the model of its owner does not hold. Name them there, under carry:"
        f" {SUBSET}/sampled_shop__customers.sql"
    ) in said, said


def test_a_misspelled_key_is_one_message(newest: None, job: Job, tmp_path: Path) -> None:
    """Every edge to its table lacks a column then, which is not what is wrong."""
    project = job.copied_project(tmp_path)
    orders = project / SUBSET / "sampled_shop__orders.sql"
    replace_in(orders, "key=['order_id']", "key=['order_idd']")
    said = _guard(job, project)
    assert f"{SUBSET}/sampled_shop__orders.sql: shop.orders has no column order_idd." in said, said
    assert "does not hold" not in said


def test_a_part_of_a_row_is_no_minimum(newest: None, job: Job, tmp_path: Path) -> None:
    project = job.copied_project(tmp_path)
    customers = project / SUBSET / "sampled_shop__customers.sql"
    replace_in(customers, "    fraction=0.05,\n", "    fraction=0.05,\n    at_least=1.5,\n")
    run = job.dbt("build", "--select", "source_columns", project=project)
    assert "at_least is 1.5, but must be a whole number of rows, 0 or more" in run.output


def test_a_key_that_does_not_tell_rows_apart(newest: None, job: Job, tmp_path: Path) -> None:
    """More rows would come than anybody asked for."""
    project = job.copied_project(tmp_path)
    lines = project / SUBSET / "subset_shop__order_lines.sql"
    replace_in(lines, "key=['order_id', 'line_no']", "key=['order_id']")
    said = _guard(job, project)
    assert (
        f'{SUBSET}/subset_shop__order_lines.sql: the key ["order_id"] does not tell rows of'
        ' shop.order_lines apart. Did you mean ["order_id", "line_no"]?'
    ) in said, said


def test_names_in_models_and_sources(newest: None, job: Job, tmp_path: Path) -> None:
    project = job.copied_project(tmp_path)
    replace_in(project / SUBSET / "sampled_shop__customers.sql", "'country_code'", "'countri_code'")
    replace_in(project / SUBSET / "sampled_shop__orders.sql", "['customer_id']", "['custmer_id']")
    replace_in(
        project / SUBSET / "kept_shop__addresses_customers.sql",
        "['bill_address_id']",
        "['bil_address_id']",
    )
    replace_in(
        project / SUBSET / "subset_shop__carts.sql",
        "['customer_id'])",
        "['customer_id'], at_most=2, newest='expire_at')",
    )
    billing, support = "models/subset/billing", "models/subset/support"
    replace_in(
        project / billing / "subset_billing__invoices.sql",
        "where=\"x.subject_type = 'invoice'\"",
        "where=\"x.subject_type  <> 'order'\"",
    )
    replace_in(
        project / support / "sampled_support__tickets.sql",
        "owned_by=[",
        "owned_by=[tdm.owner(ref('sampled_shop__customers'), expression=['x.subject_id::bigint'],"
        " to=['customer_id']),",
    )
    said = _guard(job, project)
    for message in (
        f"{billing}/subset_billing__invoices.sql: the edge (subject_id) → (invoice_no) has"
        " where=\"x.subject_type  <> 'order'\", but the sources declare it with"
        " where=\"x.subject_type = 'invoice'\". Write the same here",
        f"{support}/sampled_support__tickets.sql: the edge (x.subject_id::bigint) → (customer_id)"
        " has no where, but the sources declare it with where=\"x.subject_type = 'customer'\".",
        f"{SUBSET}/subset_shop__carts.sql: shop.carts has no column expire_at."
        " Did you mean expires_at?",
        f"{SUBSET}/sampled_shop__customers.sql: shop.customers has no column countri_code."
        " Did you mean country_code?",
        f"{SUBSET}/sampled_shop__orders.sql: shop.orders declares no reference by (custmer_id)",
        "Did you mean (customer_id) → (customer_id)?",
        f"{SUBSET}/kept_shop__addresses_customers.sql: no table declares a reference to"
        " shop.addresses by (bil_address_id) → (address_id)."
        " Did you mean (bill_address_id) → (address_id)?",
    ):
        assert message in said, said

    sources = project / "models/source/shop/_shop__sources.yml"
    replace_in(
        sources,
        "addresses_country_code_fkey, columns: [country_code], to: catalog.countries, to_columns",
        "addresses_country_code_fkey, columns: [country_code], to: catalog.contries, to_cols",
    )
    replace_in(sources, "key: [cart_id]", "key: [cart_idd]")
    replace_in(
        sources,
        "            key: [audit_id]\n            references:",
        "            keys: [audit_id]\n            refrences:",
    )
    replace_in(project / "dbt_project.yml", "tdm_subset_as: table ", "tdm_subset_as: tabel ")
    replace_in(project / "dbt_project.yml", "tdm_readers: [tdm_reader]", "tdm_readers: tdm_reader")
    replace_in(project / "dbt_project.yml", "tdm_identify: source ", "tdm_identify: sources ")
    replace_in(
        project / "dbt_project.yml",
        "local: *masked",
        "local: {no_revers: [], no_unkeyed: [secret]}\n    other: [direct]",
    )
    said = _guard(job, project)
    file = "models/source/shop/_shop__sources.yml"
    for message in (
        f"{file}: shop.addresses has a reference to catalog.contries, which is not declared."
        " Did you mean catalog.countries?",
        "has a reference with to_cols, which is no setting. Did you mean to_columns?",
        f"{file}: the key of shop.carts names cart_idd, which is not declared."
        " Did you mean cart_id?",
        f"{file}: shop.customer_audit has the setting keys. Did you mean key?",
        f"{file}: shop.customer_audit has the setting refrences. Did you mean references?",
        "dbt_project.yml: tdm_subset_as is tabel, but must be table or view",
        "dbt_project.yml: tdm_identify is sources, but must be source or kept",
        "dbt_project.yml: tdm_readers must be a list of role names",
        "dbt_project.yml: tdm_policy: local: 'no_revers' is no rule. There are no_reversible and",
        "dbt_project.yml: tdm_policy: local: no_unkeyed must be a list of classes: direct, ",
        "dbt_project.yml: tdm_policy: other: '' is no rule",
    ):
        assert message in said, said
    assert job.query("select from pg_roles where rolname = 't'") == []


def test_a_reference_that_nobody_keeps(newest: None, job: Job, tmp_path: Path) -> None:
    """What kept rows point at would not be there: said before a row is read."""
    project = job.copied_project(tmp_path)
    replace_in(
        project / SUBSET / "subset_shop__orders.sql",
        "        tdm.reference(ref('subset_billing__invoices'), ['order_id']),\n",
        "",
    )
    replace_in(
        project / SUBSET / "subset_shop__reviews.sql",
        "    ],\n",
        "        tdm.owner(ref('sampled_shop__order_lines'), ['order_id', 'line_no']),\n    ],\n",
    )
    # carts come along with customers by columns of the same names, and by them alone
    shop = project / "models/source/shop/_shop__sources.yml"
    carts = "carts_customer_id_fkey, columns: [customer_id], to: shop.customers, to_columns: "
    accounts = "to: billing.accounts, to_columns: [customer_id]}"
    replace_in(
        shop,
        f"              - {{name: {carts}[customer_id]}}\n",
        f"              - {{name: {carts}[customer_id]}}\n"
        f"              - {{columns: [customer_id], {accounts}\n",
    )
    # others point at customers by a column of that name, and orders point at addresses there
    replace_in(
        project / SUBSET / "kept_shop__addresses_customers.sql",
        "            tdm.reference(ref('subset_shop__orders'), ['customer_id']),\n",
        "",
    )
    said = _guard(job, project)
    for message in (
        "shop.orders points at shop.customers by (customer_id) → (customer_id), but",
        "models/source/billing/_billing__sources.yml: billing.invoices points at shop.orders by"
        f" (order_id) → (order_id), but {SUBSET}/subset_shop__orders.sql does not keep what it"
        " points at. Name it there under referenced_by",
        # its rows used to come along with customers alone
        f"shop.reviews points at shop.customers by (customer_id) → (customer_id), but {SUBSET}/"
        "kept_shop__addresses_customers.sql does not keep",
        "shop.carts points at billing.accounts by (customer_id) → (customer_id), but",
    ):
        assert message in said, said
    assert said.count("does not keep what it points at") == 4, said


def test_keys_in_an_array_are_named_where_they_point_at(
    newest: None, job: Job, tmp_path: Path
) -> None:
    """A row that comes along one key of an array points at the others too."""
    project = job.copied_project(tmp_path)
    replace_in(
        project / "models/source/shop/_shop__sources.yml",
        "{name: carts_customer_id_fkey, columns: [customer_id], to",
        '{columns: [customer_id], expression: ["unnest(array[x.customer_id])"], to',
    )
    replace_in(
        project / SUBSET / "subset_shop__carts.sql",
        "['customer_id']",
        "expression=['unnest(array[x.customer_id])'], to=['customer_id']",
    )
    said = _guard(job, project)
    assert "shop.carts points at shop.customers by (unnest(array[x.customer_id]))" in said, said


@pytest.mark.parametrize(
    ("model", "old", "new", "message"),
    [
        (
            "subset_shop__carts",
            "ref('sampled_shop__customers'), ['customer_id']",
            "ref('sampled_shop__orders'), ['customer_id'], at_most=1",
            "column owner.customer_id does not exist",
        ),
        (
            "subset_shop__orders",
            "kept=ref('sampled_shop__orders')",
            "kept=ref('sampled_shop__customers')",
            "column kept.order_id does not exist",
        ),
    ],
)
def test_a_column_that_keys_do_not_have_is_not_the_row_s_own(
    newest: None, job: Job, tmp_path: Path, model: str, old: str, new: str, message: str
) -> None:
    """Else a row would be compared with itself, and all would be kept."""
    project = job.copied_project(tmp_path)
    replace_in(project / SUBSET / f"{model}.sql", old, new)
    run = job.dbt("run", "--select", model, project=project)
    assert run.exit_code == 1, run.output
    assert message in run.output


def test_sql_that_cannot_run(newest: None, job: Job, tmp_path: Path) -> None:
    """Types that do not compare, unknown columns in conditions and strata: planned, not run."""
    project = job.copied_project(tmp_path)
    sources = project / "models/source/support/_support__sources.yml"
    replace_in(
        sources,
        'expression: ["x.subject_id::bigint"], to: shop.orders',
        'expression: ["x.subject_id"], to: shop.orders',
    )
    for model in (project / "models/subset").rglob("subset_*.sql"):
        text = model.read_text(encoding="utf-8")
        model.write_text(
            text.replace(
                "expression=['x.subject_id::bigint'], to=['order_id']",
                "expression=['x.subject_id'], to=['order_id']",
            ),
            encoding="utf-8",
        )
    replace_in(
        project / SUBSET / "sampled_shop__customers.sql", "'tier']", '"upper(x.teir::text)"]'
    )
    said = _guard(job, project)
    assert (
        "support.tickets: the reference to shop.orders: operator does not exist: bigint = text"
        in said
    )
    assert f"{SUBSET}/sampled_shop__customers.sql: column x.teir does not exist" in said
    assert 'Perhaps you meant to reference the column "x.tier"' in said


@pytest.mark.parametrize(
    ("model", "old", "new", "message"),
    [
        (
            "sampled_shop__customers",
            "fraction=0.05",
            "fraction=1.5",
            "fraction is 1.5, but must be a number above 0 and at most 1",
        ),
        (
            "subset_shop__reviews",
            "{{ tdm.owned_rows(",
            "{{ tdm.sampled_rows(source('shop', 'reviews'), '0.1') }} {{ tdm.owned_rows(",
            "fraction is 0.1, but must be a number above 0 and at most 1",
        ),
        (
            "sampled_shop__orders",
            "['customer_id'])",
            "['customer_id'], at_most=0)",
            "at_most is 0, but must be a whole number, 1 or more",
        ),
        (
            "sampled_shop__orders",
            "['customer_id'])",
            "['customer_id'], newest='placed_at')",
            "newest says which rows come first, but at_most does not say how many",
        ),
        (
            "sampled_shop__customers",
            "fraction=0.05",
            "also=[tdm.within('created_at', since='2024-01-01', last='30 days')]",
            "tdm.within(created_at) expected since and until, one of them, or last",
        ),
        (
            "sampled_shop__customers",
            "fraction=0.05",
            "also=[tdm.within('created_at', since='2024-02-01', until='2024-01-01')]",
            "tdm.within(created_at) keeps nothing: since 2024-02-01 is not before until 2024-01-01",
        ),
    ],
)
def test_contradictions_stop_the_parser(
    newest: None, job: Job, tmp_path: Path, model: str, old: str, new: str, message: str
) -> None:
    project = job.copied_project(tmp_path)
    replace_in(project / SUBSET / f"{model}.sql", old, new)
    run = job.dbt("parse", project=project)
    assert run.exit_code == 2
    assert f"{SUBSET}/{model}.sql: " in run.output
    assert message in run.output


def test_a_list_with_unknown_keys_and_a_budget(newest: None, job: Job, tmp_path: Path) -> None:
    """Counts and lines, never the keys; nothing is left of the model that failed."""
    project = job.copied_project(tmp_path)
    (project / "seeds/vips.csv").write_text("customer_id\n100001\n77\n100002\n78\n")
    model = project / SUBSET / "sampled_shop__customers.sql"
    replace_in(model, "fraction=0.05,", "fraction=0.05,\n    also=[tdm.listed(ref('vips'))],")
    # every change of dbt_project.yml is a full parse: one for all that fails, one for what passes
    replace_in(project / "dbt_project.yml", "tdm_row_budget: null", "tdm_row_budget: 60")
    replace_in(project / "dbt_project.yml", "tdm_subset_as: table ", "tdm_subset_as: view ")
    assert job.dbt("seed", "--select", "vips", project=project).exit_code == 0
    run = job.dbt("run", "--select", "sampled_shop__customers", project=project)
    assert run.exit_code == 1
    assert (
        f"{SUBSET}/sampled_shop__customers.sql: 2 keys on the list" in run.output
        and "are not in shop.customers (customer_id), lines 3, 5." in run.output
    ), run.output
    (project / "seeds/vips.csv").write_text("customer_id\n100001\n77\n")
    assert job.dbt("seed", "--select", "vips", project=project).exit_code == 0
    run = job.dbt("run", "--select", "sampled_shop__customers", project=project)
    assert "1 key on the list" in run.output, run.output
    assert "is not in shop.customers (customer_id), line 3. Take it out" in run.output
    (project / "seeds/vips.csv").write_text("customer_id\n100001\n77\n100002\n78\n")
    assert job.dbt("seed", "--select", "vips", project=project).exit_code == 0
    with_percent = '"(select 77 as customer_id, 1 as \\"100%\\") as vips"'
    replace_in(model, "ref('vips')", with_percent)
    run = job.dbt("run", "--select", "sampled_shop__customers", project=project)
    assert run.exit_code == 1
    assert "1 as 100%) as vips is not in shop.customers" in run.output, run.output
    replace_in(model, with_percent, "ref('vips'), missing='ignore'")
    run = job.dbt("run", "--select", "sampled_shop__customers", project=project)
    assert run.exit_code == 1
    assert "rows so far, more than the 60 of tdm_row_budget" in run.output, run.output
    # a view is counted as well
    job.query(f"delete from {TARGET}_tdm.kept_rows")
    run = job.dbt("run", "--select", "subset_shop__orders", project=project)
    assert run.exit_code == 1
    assert "subset_shop__orders: the build keeps" in run.output, run.output
    assert "more than the 60 of tdm_row_budget" in run.output
    replace_in(project / "dbt_project.yml", "tdm_row_budget: 60", "tdm_row_budget: 50000")
    replace_in(project / "dbt_project.yml", "tdm_subset_as: view ", "tdm_subset_as: table ")
    run = job.dbt("run", "--select", "sampled_shop__customers", project=project)
    assert run.exit_code == 0, run.output
    listed = job.value(
        "select count(*) from staging_mask_subset.sampled_shop__customers"
        " where customer_id in (100001, 100002)"
    )
    assert listed == 2


def test_masked_rows_that_break_a_check(newest: None, job: Job, tmp_path: Path) -> None:
    """A CHECK over two columns, which no example of one mask tries; what stood before stands."""
    project = job.copied_project(tmp_path)
    replace_in(
        project / "models/masked/billing/masked_billing__payment_methods.sql",
        "tdm.mask_sql('card_last4', 'right(' ~ tdm.mask_card('card_number', unique=true) ~ ', 4)',"
        " {'keyed': true, 'max_length': 4})",
        "tdm.mask_digits('card_last4', domain='last4')",
    )
    table = "staging_mask_billing.payment_methods"
    before = job.value(f"select '{table}'::regclass::oid")
    run = job.dbt("run", "--select", "masked_billing__payment_methods", project=project)
    assert run.exit_code == 1
    assert "billing.payment_methods.card_number, card_last4: " in run.output, run.output
    assert " of its masked rows break the CHECK payment_methods_last4_of_card: (" in run.output
    assert job.value(f"select '{table}'::regclass::oid") == before


def test_ends_of_references_are_compared_before_anything_is_built(
    newest: None, job: Job, tmp_path: Path
) -> None:
    """Two masks, two domains, or one end without a mask: named by the guard."""
    project = job.copied_project(tmp_path)
    masked = project / "models/masked"
    replace_in(
        masked / "shop/masked_shop__customers.sql",
        "tdm.token_bigint('customer_id', domain='customer_id')",
        "tdm.token_bigint('customer_id', domain='other')",
    )
    replace_in(
        masked / "auth/masked_auth__api_keys.sql",
        "{{ tdm.token_uuid('user_id', domain='user_id') }} as user_id",
        "{{ tdm.set_null('user_id') }} as user_id",
    )
    said = _guard(job, project)
    file = "models/masked/shop/masked_shop__orders.sql"
    assert (
        f"{file}: shop.orders.customer_id is masked by token_bigint in domain customer_id, but"
        " shop.customers.customer_id, which it points at, by token_bigint in domain other."
        " Give both the same mask and domain"
    ) in said, said
    assert "api_keys" not in said
    replace_in(
        masked / "shop/masked_shop__customers.sql",
        "{{ tdm.token_bigint('customer_id', domain='other') }} as customer_id",
        "customer_id",
    )
    said = _guard(job, project)
    assert "shop.customers.customer_id, which it points at, by no mask" in said, said
