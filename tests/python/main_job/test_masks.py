"""What stands in the masked tables: one person one identity, joins as before, nothing reachable."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from main_job.closure import joins
from main_job.support import (
    OTHER_KEY,
    ROOT_KEY,
    TARGET,
    Job,
    contents,
    masked_tables,
    replace_in,
)
from masks import dictionaries
from masks.phones import nobodys
from tdm import pin, sheets

MASKED = f"{TARGET}_"


def test_one_person_one_identity(looked_at: Job) -> None:
    """The same address before: the same name, address and phone after, in every table."""
    people = looked_at.query(
        """
        select m.email::text, m.full_name, m.given_name, m.family_name, m.sex::text, m.login::text,
            m.phone, m.profile #>> '{contact,email}'
        from staging_mask_auth.users as m
        """
    )
    by_email = {row[0]: row for row in people}
    assert len(by_email) == len(people) > 50
    given = dictionaries.values("given_names", "latin")
    women, men = set(given[::2]), set(given[1::2])
    assert not women & men
    for email, full, first, last, sex, login, _, inside in people:
        assert full == f"{first} {last}"
        assert email.startswith(f"{first}.{last}.".lower())
        assert inside is None or inside == email
        assert re.fullmatch(r"u[0-9a-f]{20}", login)
        assert sex not in ("female", "male") or (first in women) == (sex == "female")
        assert first in women | men
    same = 0
    for email, name, phone in looked_at.query(
        "select email::text, full_name, phone::text from staging_mask_shop.customers"
    ):
        if email in by_email:
            same += 1
            assert name == by_email[email][1]
            mine = by_email[email][6]
            if phone is not None and mine is not None:
                assert re.sub(r"\D", "", phone) == re.sub(r"\D", "", mine)
    assert same > 40
    customers = {
        email: name
        for email, name in looked_at.query(
            "select email::text, full_name from staging_mask_shop.customers"
        )
    }
    found = 0
    for email, name in looked_at.query(
        "select requester_email, requester_name from staging_mask_support.tickets"
    ):
        assert email == email.strip().lower()
        assert name in (None, "", customers[email])
        found += 1
    assert found > 20
    mails = {
        "staging_mask_support.subscribers": ("email", "auth.users"),
        'staging_mask_support."user"': ("email", "auth.users"),
    }
    for table, (column, _) in mails.items():
        rows = looked_at.query(f"select {column}::text from {table}")
        assert rows and {email for (email,) in rows} <= by_email.keys()
    names = looked_at.query('select email::text, full_name from staging_mask_support."user"')
    assert all(by_email[email][1] == name for email, name in names)
    billed = looked_at.query(
        "select billing_email, holder_name from staging_mask_billing.accounts"
        " where billing_email is not null"
    )
    known = [(email, name) for email, name in billed if email in by_email]
    assert len(known) > 30 and all(by_email[email][1] == name for email, name in known)
    cards = looked_at.query(
        "select holder_name, (select holder_name from staging_mask_billing.accounts as a"
        " where a.account_id = m.account_id) from staging_mask_billing.payment_methods as m"
        " where holder_name <> ''"
    )
    assert cards and all(holder == account for holder, account in cards)


def test_addresses_hold_together(looked_at: Job) -> None:
    """City, region and postcode are of one place of the row's country, the same for a person."""
    places = {
        (row["locale"], row["value"], row["region"]): row["postcode"]
        for row in dictionaries.entries("places")
    }
    known = {country for country, _, _ in places}
    rows = looked_at.query(
        "select a.country_code, a.city, a.region, a.postcode, a.recipient, c.full_name,"
        " a.customer_id, c.country_code from staging_mask_shop.addresses as a"
        " inner join staging_mask_shop.customers as c using (customer_id)"
    )
    towns: dict[object, set[object]] = {}
    found = 0
    for country, city, region, postcode, recipient, name, customer, _ in rows:
        towns.setdefault((customer, country), set()).add(city)
        assert recipient == name
        if country in known and region:
            pattern = places[str(country), str(city), str(region)]
            assert re.fullmatch(pattern.replace("#", "[0-9]"), str(postcode))
            found += 1
    assert found > 5 and {len(cities) for cities in towns.values()} == {1}
    wanted = {(country, city) for country, city, _ in places}
    assert all((row[0], row[1]) in wanted for row in rows if row[0] in known)


def test_as_many_rows_join_as_before(looked_at: Job) -> None:
    """For every declared reference, alone and with what the masks turn its values into."""
    with looked_at.connect() as session:
        for reference, before, after in joins(session, looked_at.project, TARGET):
            assert before == after > 0, reference


def test_nobody_can_be_reached(looked_at: Job) -> None:
    """Addresses, phones, cards, accounts, hosts: all from ranges that nobody has."""
    emails = texts(
        looked_at,
        "select email::text from staging_mask_auth.users",
        "select unnest(other_emails) from staging_mask_auth.users",
        "select email_typed from staging_mask_auth.login_attempts",
        "select email::text from staging_mask_shop.customers",
        "select unnest(marketing_emails) from staging_mask_shop.customers",
        "select contact_email from staging_mask_shop.carts",
        "select billing_email from staging_mask_billing.accounts",
        "select wallet_email from staging_mask_billing.payment_methods",
        "select bill_to ->> 'email' from staging_mask_billing.invoices",
        "select payload #>> '{visitor,email}' from staging_mask_shop.events",
        "select old_row ->> 'email' from staging_mask_shop.customer_audit",
        "select email::text from staging_mask_support.subscribers",
        "select requester_email from staging_mask_support.tickets",
        'select "contactEmail" from staging_mask_catalog."Suppliers"',
    )
    assert len(emails) > 500
    assert [
        email for email in emails if not re.fullmatch(r"[a-z0-9._-]+@example\.com", email)
    ] == []
    phones = texts(
        looked_at,
        "select phone from staging_mask_auth.users",
        "select phone::text from staging_mask_shop.customers",
        "select phone::text from staging_mask_shop.addresses",
        "select contact_phone from staging_mask_shop.orders where contact_phone <> ''",
        "select recipient_phone::text from staging_mask_shop.shipments",
        'select "contactPhone" from staging_mask_catalog."Suppliers"',
    )
    assert len(phones) > 200
    assert [phone for phone in phones if not nobodys(phone)] == []
    cards = texts(looked_at, "select card_number from staging_mask_billing.payment_methods")
    assert len(cards) > 20
    for card in cards:
        assert luhn(card) and card[0] not in "3456"
    ibans = texts(
        looked_at,
        "select iban::text from staging_mask_billing.accounts",
        "select iban::text from staging_mask_billing.payment_methods",
        "select payer_iban::text from staging_mask_billing.payments",
    )
    assert len(ibans) > 50
    for iban in ibans:
        turned = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])
        assert int(turned) % 97 == 1 and set(iban[4:8]) <= {"0", "X"}
    addresses = texts(
        looked_at,
        "select host(last_ip) from staging_mask_auth.users",
        "select host(ip) from staging_mask_auth.sessions",
        "select host(client_ip) from staging_mask_shop.events",
    )
    assert addresses and all(a.startswith(("192.0.2.", "2001:db8:")) for a in addresses)
    macs = texts(looked_at, "select mac::text from staging_mask_auth.sessions")
    assert macs and all(mac.startswith("02:") for mac in macs)
    numbers = texts(looked_at, "select national_id from staging_mask_shop.customers")
    assert numbers and all(number.startswith("9") for number in numbers)


def texts(job: Job, *queries: str) -> list[str]:
    return [text for query in queries for (text,) in job.query(query) if text is not None]


def luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def test_null_stays_null_and_empty_stays_empty(looked_at: Job) -> None:
    """Counted for every column of every table; the demo has both."""
    empty = 0
    for source, relation in masked_tables(looked_at).items():
        service, table = source.split(".")
        before = f"{TARGET}_subset.subset_{service}__{table}"
        for column, kind, nulls_made in looked_at.query(
            f"""
            select t.column_name, format_type(atttypid, null),
                coalesce(facts @> '[{{"nulls": "made"}}]', false)
            from {TARGET}_tdm.treatments as t
            join pg_attribute on attrelid = %s::regclass and attname = t.column_name and attnum > 0
            where t.relation = %s::regclass
            """,
            [relation, relation],
        ):
            if nulls_made:
                continue
            is_text = kind in ("text", "character varying", "character")
            counted = "count(*) - count({0})" + (
                ", count(*) filter (where {0} = '')" if is_text else ""
            )
            quoted = counted.format(f'"{column}"')
            raw = looked_at.query(f"select {quoted} from {before}")
            masked = looked_at.query(f"select {quoted} from {relation}")
            assert raw == masked, (source, column)
            if is_text:
                empty += raw[0][1]
    assert empty > 10


def test_masked_columns_say_what_treats_them(looked_at: Job) -> None:
    """As comments, which psql and the catalog of dbt docs show; kept columns have none."""
    said = dict(
        looked_at.query(
            f"""
            select attname::text, col_description(attrelid, attnum) from pg_attribute
            where attrelid = '{MASKED}shop.customers'::regclass and attnum > 0
            """
        )
    )

    def sheet(name: str) -> str:
        """What stands at the end, which other figures change."""
        facts = sheets.sheet(name)
        cost = f"{facts.cost:g} us a row"
        leaks = ", ".join(facts.leaks)
        return (
            f"Preserves: {facts.preserves}. Leaks: {leaks}. Cost: {cost}."
            f" Allowed in {facts.allowed}"
        )

    assert said["customer_id"] == (
        "token_bigint in domain customer_id (cryptographic tool: format-preserving encryption):"
        " deterministic, keyed, one-to-one, reversible by the key holder, equal values stay equal."
        f" Domain: 2^64; 10^15 for ordinary keys. Collisions: none. {sheet('token_bigint')}"
    )
    assert said["email"] == (
        "mask_email of person (pseudonymization: keyed hash): deterministic, keyed, one-to-one as"
        " the entity's key, not reversible, at most 74 characters. Domain: 2^80. Collisions: chance"
        f" that two of n values meet: n^2/2^81; n = 10^6: 4*10^-13. {sheet('mask_email')}"
    )
    assert said["care_note"] == (
        "lorem_text (suppression: masking): deterministic, without a key, not one-to-one, not"
        " reversible, the length stays. Domain: one a length. Collisions: expected: outputs are"
        f" fewer than values (see domain). {sheet('lorem_text')}"
    )
    assert said["tier"] is None


def test_pseudonyms_do_not_depend_on_the_server(
    looked_at: Job, same_everywhere: Callable[[str, int, object], None]
) -> None:
    """PostgreSQL 15 and 18 give the same rows under the same key, in every table."""
    held = contents(looked_at, masked_tables(looked_at))
    same_everywhere("pseudonyms", looked_at.built.version, held)


# Masks with few outputs, or of which parts stay: two keys may meet there by chance.
FEW = {"mask_ip", "mask_sex", "mask_json", "mask_phone", "shift_date", "add_noise"}
FEW_VALUES = {"house_no", "subject_id"}  # short numbers; ids of products, which are kept


def test_masks_that_cannot_be_right(newest: None, job: Job, tmp_path: Path) -> None:
    """Refused before a row is masked: each with table, column, reason and what to do instead."""
    project = job.copied_project(tmp_path)
    wrong = {
        "masked_shop__customers": {
            "{{ tdm.mask_email('email', of='person') }} as email": "email",
            "{{ tdm.mask_full_name('full_name', of='person') }} as full_name": (
                "upper(full_name) as full_name"
            ),
            "{{ tdm.mask_national_id('national_id', 'us_ssn') }} as national_id": (
                "{{ tdm.mask_code('national_id', domain='n') }} as another_id"
            ),
            "{{ tdm.mask_code('passport_no', domain='customers_passport_no') }} as passport_no": (
                "{{ tdm.mask_full_name('passport_no') }} as passport_no"
            ),
            "{{ tdm.mask_phone('phone', of='person') }} as phone": (
                "{{ tdm.redact_text('phone') }} as phone"
            ),
            "{{ tdm.mask_company('company', of='person') }} as company": (
                "{{ tdm.set_null('company') }} as company"
            ),
        },
        "masked_support__tickets": {
            "{{ tdm.mask_email('requester_email', of='person') }} as requester_email": (
                "{{ tdm.set_null('requester_email') }} as requester_email"
            ),
            "    priority,\n": "    {{ tdm.mask_code('priority', domain='p') }} as priority,\n",
        },
        "masked_auth__api_keys": {
            "{{ tdm.mask_secret('value', domain='api_keys_value') }} as value": (
                "{{ tdm.mask_code('value', domain='api_keys_value') }} as value"
            ),
        },
        "masked_auth__users": {
            "{{ tdm.mask_email('email', of='person') }} as email": (
                "{{ tdm.mask_full_name('email', of='person') }} as email"
            ),
            "{{ tdm.mask_login('login', of='person', length=40) }} as login": (
                "{{ tdm.mask_login('login', of='person') }} as login"
            ),
        },
    }
    for model, lines in wrong.items():
        path = project / f"models/masked/{model.split('_')[1]}/{model}.sql"
        for before, after in lines.items():
            replace_in(path, before, after)
    run = job.dbt("run", "--select", *wrong, project=project)
    assert run.exit_code == 1, run.output
    for place, reason in {
        "shop.customers.email": "is of class direct, but kept. Mask it, leave it out, or state a",
        "shop.customers.full_name": "an expression without a mask. Write the bare name to keep",
        "shop.customers.another_id": "production has no such column. Take it out",
        "shop.customers.national_id": "mask_code treats it, but the model has no output column",
        "support.tickets.requester_email": "set_null makes NULL, but production forbids it",
        "support.tickets.priority": "mask_code gives equal values equal masks, but there are only",
        "auth.users.email": "mask_full_name is not one-to-one, but the unique index",
        "auth.users.login": "mask_login makes up to",
        "auth.api_keys.value": "mask_code can be undone by whoever has the key",
        "shop.customers.passport_no": "mask_full_name makes what the CHECK customers_passport",
        "shop.customers.phone": "redact_text lets parts of the original through, but the class",
    }.items():
        assert f"{place}: {reason}" in run.output, (place, run.output)
    assert "shop.customers.company" not in run.output


def test_masks_that_need_pgcrypto(job: Job, tmp_path: Path) -> None:
    """Refused before a row is read where it is missing; with it they make what they promise."""
    project, model = job.copied_project(tmp_path), "masked_auth__sessions"
    path = project / "models" / "masked" / "auth" / f"{model}.sql"
    replace_in(path, "mask_ip('ip')", "mask_network('ip', prf='aes')")
    replace_in(path, "mask_code('device_id', domain=", "mask_ff1('device_id', domain=")
    run = job.dbt("run", "--select", model, project=project)
    assert run.exit_code == 1
    message = job.failures(project)[model]
    assert "auth.sessions.ip: mask_network needs the extension pgcrypto" in message
    assert "auth.sessions.device_id: mask_ff1 needs the extension pgcrypto" in message
    if job.value("select count(*) from pg_available_extensions where name = 'pgcrypto'"):
        job.query('create schema "Odd place"; create extension pgcrypto schema "Odd place"')
    else:
        replace_in(path, "mask_network('ip', prf='aes')", "mask_network('ip')")
        replace_in(path, "mask_ff1('device_id', domain=", "mask_device_id('device_id', domain=")
    run = job.dbt("run", "--select", "key_vault", model, project=project)
    assert run.exit_code == 0, run.output
    nets = "select count(distinct ip), count(distinct network(set_masklen(ip, 16))) from"
    assert job.query(f"{nets} {TARGET}_auth.sessions") == job.query(
        f"{nets} {TARGET}_subset.subset_auth__sessions"
    )


def test_another_key_shares_no_pseudonym(newest: None, job: Job) -> None:
    """Every masked column changes; columns with many possible outputs have no value in common."""
    columns = job.query(
        f"""
        select t.relation::regclass::text, t.column_name, array_agg(distinct fact ->> 'mask'),
            min((fact ->> 'space')::numeric)
        from {TARGET}_tdm.treatments as t cross join lateral jsonb_array_elements(facts) as fact
        where t.treatment = 'masked' and (fact ->> 'keyed')::boolean
        group by 1, 2
        """
    )
    assert len(columns) > 80
    values = (
        "select array_agg(distinct x) from (select {1}::text as x from {0}) as s"
        " where x not in ('', '{{}}', '[]')"
    )

    def held() -> dict[tuple[str, str], set[str]]:
        return {
            (relation, column): set(job.value(values.format(relation, f'"{column}"')) or [])
            for relation, column, *_ in columns
        }

    before = held()
    job.query("drop schema tdm_vault cascade")
    run = job.dbt(
        "run", "--select", "key_vault", "masked", "--threads", "4",
        options=f"-c tdm.root_key={OTHER_KEY}",
    )  # fmt: skip
    assert run.exit_code == 0, run.output
    after = held()
    shared = {}
    for relation, column, masks, space in columns:
        both = before[relation, column] & after[relation, column]
        many = space is None or space >= 1_000_000
        if many and not FEW & set(masks) and column not in FEW_VALUES and both:
            shared[relation, column] = f"{len(both)} of {len(before[relation, column])}"
        # Two sexes are two sexes, and of a cart's items nothing is personal.
        same = before[relation, column] == after[relation, column] != set()
        if same and column not in ("sex", "items"):
            shared[relation, column] = "all"
    assert shared == {}, "\n".join(f"{place}: {count}" for place, count in shared.items())


def test_a_database_restored_without_its_vault(newest: None, job: Job, tmp_path: Path) -> None:
    """The build stops and says how; with the key given it makes the same pseudonyms again."""
    key_id = job.value("select key_id from tdm_vault.environments")
    project = job.copied_project(tmp_path)
    assert pin.pin(project, TARGET, "main_job", key_id)
    assert job.dbt("run", "--select", "key_vault", project=project).exit_code == 0
    table = {"users": f"{TARGET}_auth.users"}
    before = contents(job, table)
    job.query("drop schema tdm_vault cascade")
    run = job.dbt("build", "--select", "key_vault+", project=project)
    assert run.exit_code == 1
    message = job.failures(project)["key_vault"]
    assert f"releases of this project were made with {key_id}" in message
    assert "every pseudonym would change. Bring that key back with `tdm keys import`" in message
    assert contents(job, table) == before
    assert job.value("select to_regclass('tdm_vault.roots')") is None, "the new key was kept"
    run = job.dbt(
        "run", "--select", "key_vault", "masked_auth__users", project=project,
        options=f"-c tdm.root_key={ROOT_KEY}",
    )  # fmt: skip
    assert run.exit_code == 0, run.output
    assert contents(job, table) == before
    wrong = job.dbt(
        "run", "--select", "key_vault", project=project, options=f"-c tdm.root_key={OTHER_KEY}"
    )
    assert wrong.exit_code == 1
    assert "holds another key than tdm_vault does" in wrong.output
    assert OTHER_KEY not in wrong.output and ROOT_KEY not in wrong.output
