"""Masks under a condition, of one type, and large objects, in a build: what is refused."""

from __future__ import annotations

from pathlib import Path

from main_job.support import TARGET, Job, replace_in

MASKED = "models/masked"
SHOP = "models/source/shop/_shop__sources.yml"
PASSPORT = "{{ tdm.mask_code('passport_no', domain='customers_passport_no') }}"


def test_some_rows_keep_what_identifies(newest: None, job: Job, tmp_path: Path) -> None:
    """Only by somebody's word; the leak gate then looks for the values of the other rows."""
    project = job.copied_project(tmp_path)
    customers = project / MASKED / "shop/masked_shop__customers.sql"
    mask = PASSPORT.strip("{} ")
    when = f"tdm.mask_when('passport_no', \"tier = 'gold'\", {mask})"
    replace_in(customers, mask, when)
    assert job.dbt("run", "--select", "masked_shop__customers", project=project).exit_code == 1
    said = job.failures(project)["masked_shop__customers"]
    assert "shop.customers.passport_no: is of class direct, but mask_when keeps it in some" in said
    assert 'meta: {class: direct, when: "…"}' in said

    passport = "character varying(12), config: {meta: {class: direct"
    replace_in(project / SHOP, passport, passport + ", when: \"tier = 'gold'\"")
    selected = ["source_columns", "identifying_values", "masked_shop__customers"]
    # the canary is no gold customer
    run = job.dbt("build", "--select", *selected, "--exclude", "no_canary_shop", project=project)
    assert run.exit_code == 0, run.output
    counts = job.query(
        "select count(*) filter (where s.tier = 'gold'), count(*) filter (where s.tier <> 'gold'),"
        " count(*) filter (where (m.passport_no = s.passport_no) = (s.tier = 'gold'))"
        f" from {TARGET}_subset.subset_shop__customers as s inner join {TARGET}_shop.customers as m"
        " on m.created_at = s.created_at where s.passport_no is not null"
    )
    assert counts[0][0] > 3 and counts[0][1] > 3 and counts[0][2] == 0
    # the other way round it is a leak
    replace_in(customers, "tier = 'gold'", "tier <> 'gold'")
    # the canary is no gold customer
    run = job.dbt("build", "--select", *selected, "--exclude", "no_canary_shop", project=project)
    assert run.exit_code == 1
    assert "hold a value of shop.customers.passport_no" in run.output, run.output


def test_what_a_condition_cannot_be(newest: None, job: Job, tmp_path: Path) -> None:
    """An unknown column, a permutation under a unique index, a mask of another type."""
    project = job.copied_project(tmp_path)
    lines = {
        "shop/masked_shop__orders.sql": {
            "tdm.token_bigint('order_id', domain='order_id')": (
                "tdm.mask_when('order_id', '{value} > 5',"
                " tdm.token_bigint('order_id', domain='order_id'))"
            ),
            "{{ tdm.lorem_text('gift_message') }}": "{{ tdm.mask_hstore('gift_message') }}",
        },
        "shop/masked_shop__reviews.sql": {
            "{{ tdm.lorem_text('title') }}": (
                "{{ tdm.mask_when('title', 'ratting > 3', tdm.lorem_text('title')) }}"
            ),
        },
    }  # fmt: skip
    for path, changes in lines.items():
        for before, after in changes.items():
            replace_in(project / MASKED / path, before, after)
    models = ["masked_shop__orders", "masked_shop__reviews"]
    assert job.dbt("run", "--select", *models, project=project).exit_code == 1
    said = job.failures(project)
    orders, reviews = (said[model] for model in models)
    assert "shop.orders.order_id: mask_when is not one-to-one, but the unique index" in orders
    assert "Use masks in it that are no permutations" in orders
    assert (
        "shop.orders.gift_message: mask_hstore reads hstore, but production has text there"
        in orders
    )
    assert 'column "ratting" does not exist' in reviews


def test_both_ends_of_a_reference_have_one_condition(
    newest: None, job: Job, tmp_path: Path
) -> None:
    project = job.copied_project(tmp_path)
    key = "{{ tdm.token_uuid('user_id', domain='user_id') }}"
    when = "{{ tdm.mask_when('user_id', \"@\", tdm.token_uuid('user_id', domain='user_id')%s) }}"
    over_value = "{value}::text < '8'"
    users = project / MASKED / "auth/masked_auth__users.sql"
    customers = project / MASKED / "shop/masked_shop__customers.sql"
    replace_in(users, key, when.replace("@", over_value) % "")
    models = ["masked_auth__users", "masked_shop__customers"]

    def gate() -> str:
        run = job.dbt("run", "--select", *models, project=project)
        assert run.exit_code == 0, run.output
        job.dbt(
            "test", "--select", "references_agree_shop", "references_whole_shop", project=project
        )
        return "\n".join(
            line for text in job.failures(project).values() for line in text.splitlines()
            if "shop.customers" in line and "auth.users" in line
        )  # fmt: skip

    said = gate()
    assert "shop.customers.user_id is masked by token_uuid" in said, said
    assert "the same mask and domain, and the same condition or rule" in said
    replace_in(customers, key, when.replace("@", over_value.replace("8", "9")) % "")
    assert "Give both the same mask and domain, and the same condition or rule" in gate()
    replace_in(customers, over_value.replace("8", "9"), over_value)
    assert gate() == ""
    # NULL in some rows does not make the others agree
    mask = "tdm.token_uuid('user_id', domain='user_id')"
    replace_in(customers, mask, "tdm.set_null('user_id')")
    assert "shop.customers.user_id is masked by mask_when, but auth.users.user_id" in gate()
    replace_in(customers, "tdm.set_null('user_id')", mask)
    # another text, the same rule: the reference is asked for what it points at
    rule = ", rule='low users'"
    replace_in(users, "user_id')) }} as user_id", f"user_id'){rule}) }}}} as user_id")
    asked = (
        "\"(select u.user_id::text < '8' from \" ~ ref('subset_auth__users') ~ \" as u"
        ' where u.user_id = customers.user_id)"'
    )
    replace_in(customers, f'"{over_value}", {mask}', f"{asked}, {mask}{rule}")
    assert gate() == ""
    kept = job.query(
        "select count(*), count(*) filter (where s.user_id = m.user_id)"
        f" from {TARGET}_subset.subset_auth__users as s inner join {TARGET}_auth.users as m"
        " on m.created_at = s.created_at"
    )
    assert 0 < kept[0][1] < kept[0][0]


def test_numbers_of_large_objects_do_not_dangle(newest: None, job: Job, tmp_path: Path) -> None:
    """What points at large objects leaves as NULL; a column of other numbers may stay."""
    project = job.copied_project(tmp_path)
    job.query("alter table auth.users add column scan oid")
    replace_in(
        project / "models/source/auth/_auth__sources.yml",
        "          - {name: user_no, data_type: bigint,",
        "          - {name: scan, data_type: oid, config: {meta: {class: none}}}\n"
        "          - {name: user_no, data_type: bigint,",
    )
    users = project / MASKED / "auth/masked_auth__users.sql"
    replace_in(users, "    roles,\n", "    roles,\n    scan,\n")
    models = ["subset_auth__users", "masked_auth__users"]
    run = job.dbt("run", "--select", "subset_auth__users", "masked_auth__users", project=project)
    assert run.exit_code == 0, run.output
    job.query("select lo_from_bytea(0, 'x')")
    assert job.dbt("run", "--select", *models, project=project).exit_code == 1
    said = job.failures(project)["masked_auth__users"]
    assert "auth.users.scan: holds the numbers of large objects, which no dump of ours" in said
    replace_in(users, "    scan,\n", "    {{ tdm.set_constant('scan', '0') }} as scan,\n")
    run = job.dbt("run", "--select", *models, project=project)
    assert run.exit_code == 0, run.output
    replace_in(users, "    {{ tdm.set_constant('scan', '0') }} as scan,\n", "    scan,\n")
    replace_in(
        project / "models/source/auth/_auth__sources.yml",
        "data_type: oid, config: {meta: {class: none}}",
        "data_type: oid, config: {meta: {class: none, keep: tables}}",
    )
    run = job.dbt("run", "--select", *models, project=project)
    assert run.exit_code == 0, run.output
