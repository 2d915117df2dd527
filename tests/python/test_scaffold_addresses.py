"""Which masks `tdm init` proposes for names, addresses and places, by the names of columns."""

from __future__ import annotations

from pathlib import Path

from conftest import TestServer
from tdm import scaffold

TABLES = """
    create schema crm;
    create table crm.customers (
        customer_id bigint primary key, email text not null unique, full_name text,
        initials varchar(4), monogram_initials char(2), street text, house_number text, zip text,
        city text, state text, country char(2), latitude numeric(9, 6),
        longitude numeric(9, 6), status text
    );
    insert into crm.customers select i, 'c' || i || '@mail.example', 'Ann ' || i, 'A.B.', 'AB',
        'Elm ' || i, i::text, lpad(i::text, 5, '0'), 'Town ' || i, 'State ' || i, 'DE', 1, 2, 'on'
    from generate_series(1, 300) as i;
    create table crm.contacts (
        contact_id bigint primary key, email text not null unique, full_name text,
        postal_address text, country_code text, lng double precision
    );
    insert into crm.contacts select i, 'd' || i || '@mail.example', 'Bob ' || i, 'Elm ' || i,
        'DE', 1
    from generate_series(1, 300) as i;
    create table crm.members (
        member_id bigint primary key, email text not null unique, full_name text, city text,
        state text, address varchar(60)
    );
    insert into crm.members select i, 'e' || i || '@mail.example', 'Cy ' || i, 'Town ' || i,
        'x' || i, 'y'
    from generate_series(1, 300) as i;
    create table crm.staff (
        partner_ptr_id bigint primary key references crm.members, first_name text, last_name text
    );
    insert into crm.staff select i, 'Dee', 'Fox ' || i from generate_series(1, 300) as i;
    create table crm.badges (
        badge_id bigint primary key, staff_id bigint not null references crm.staff, full_name text
    );
    insert into crm.badges select i, i, 'Dee Fox ' || i from generate_series(1, 300) as i;
    analyze;
"""
EXPECTED = {
    "customers": [
        "{{ tdm.mask_initials('initials', of='person') }}",
        "{{ tdm.mask_initials('monogram_initials', of='person', dots=false) }}",
        "{{ tdm.mask_street('street', of='person', country='country', number=false) }}",
        "{{ tdm.mask_house_number('house_number', of='person') }}",
        "{{ tdm.mask_postcode('zip', of='person', country='country') }}",
        "{{ tdm.mask_city('city', of='person', country='country') }}",
        "{{ tdm.mask_region('state', of='person', country='country') }}",
        "    country,",
        "{{ tdm.mask_geo('latitude', of='person') }}",
        "{{ tdm.mask_geo('longitude', of='person', latitude='latitude') }}",
    ],
    "contacts": [
        "{{ tdm.mask_address('postal_address', of='person', country='country_code') }}",
        "{{ tdm.set_null('lng') }}",  # nothing says how long a degree is there
    ],
    "members": [
        "{{ tdm.mask_city('city', of='person') }}",
        "    state,",  # of no country that is known: shared by many, as before
        "{{ tdm.mask_street('address', of='person') }}",
    ],
    # one person's row goes on in other tables under the same key
    "staff": [
        "person=tdm.entity_of(ref('subset_crm__members'), on='partner_ptr_id', by='email',"
        " to='member_id')",
    ],
    "badges": [
        "person=tdm.entity_of(ref('subset_crm__members'), on='staff_id', by='email',"
        " to='member_id')",
    ],
}


def test_names_and_addresses(server: TestServer, database: str, tmp_path: Path) -> None:
    with server.connect(database) as session:
        session.execute(TABLES)
    folder = tmp_path / "project"
    scaffold.init(server.dsn(database), folder, ["crm"], ["crm.customers=0.5"], False, None)
    for table, lines in EXPECTED.items():
        text = (folder / f"models/masked/crm/masked_crm__{table}.sql").read_text(encoding="utf-8")
        for line in lines:
            assert line in text, (table, line, text)
