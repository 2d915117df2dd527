"""Values made of values: what `tdm init` proposes for them builds, and nothing personal is left."""

from __future__ import annotations

from pathlib import Path

from conftest import TestServer
from scaffold_support import filled, make

SCRIPT = """
create extension hstore; create extension lo;
create type place as (street text, city varchar(5), zip varchar(10), opened date, tags text[]);
create type person as (full_name text, email varchar(30), home place, remark text, age int);
create domain address as place;
create table customers (
    id int primary key, name text not null, email text not null, home place, homes place[],
    who person, who_else person[], other address, hosts inet[],
    attributes hstore not null, more hstore[], doc xml, log json, logs jsonb[],
    scan oid, photo lo not null, nicknames varchar(12)[]
);
insert into customers
select
    i, 'Wanda Q' || i, 'wanda' || i || '@corp.test', at, array[at], who, array[who], at,
    array['10.11.12.0'::inet + i, null, '10.11.0.0/16'],
    hstore('note', 'Wanda Q' || i), array[hstore('note', 'Wanda Q' || i)], null,
    json_build_object('note', 'Wanda Q' || i), array[jsonb_build_object('note', 'Wanda Q' || i)],
    4711, 4711, array['Wanda Q' || i]
from generate_series(1, 60) as i
cross join lateral (
    select row('Wanda Street ' || i, 'Wanda', 'W1', date '2020-01-01', '{Wanda}')::place as at
) as places
cross join lateral (
    select row('Wanda Q' || i, 'wanda' || i || '@corp.test', at, 'Wanda', 5)::person as who
) as people;
select lo_from_bytea(4711, 'Wanda');
"""


def test_parts_are_masked_by_what_they_are(server: TestServer, tmp_path: Path) -> None:
    with filled(server, SCRIPT) as database:
        project = make(server, database, tmp_path / "project")
        model = project.text("models/masked/public/masked_public__customers.sql")
        street = "'street': tdm.mask_street('home', of='person', value='(home).street')"
        assert f"tdm.mask_composite('home', fields={{{street}" in model
        assert "keep=['opened']" in model
        for column, mask in {
            "homes": "mask_array('homes', each=tdm.mask_composite('homes', value='element.value'",
            "attributes": "mask_hstore('attributes')",
            "more": "mask_array('more', each=tdm.mask_hstore('more', value='element.value'))",
            "doc": "mask_xml('doc')",
            "log": "mask_json('log')",
            "logs": "mask_array('logs', each=tdm.mask_json('logs', value='element.value'))",
            "hosts": "mask_array('hosts', each=tdm.mask_ip('hosts', value='element.value'))",
            "scan": "set_null('scan')",
            "nicknames": "mask_array('nicknames', each=tdm.mask_code('nicknames', domain=",
            "photo": "set_constant('photo', \"'0'\")",
        }.items():
            assert f"{{{{ tdm.{mask}" in model, (column, model)
        built = project.build()
        assert built.exit_code == 0, built.output[-4000:]
        with server.connect(database) as session:
            rows = session.execute(
                "select count(*), count(*) filter (where m::text ilike '%wanda%'),"
                " count(*) filter (where (home).opened = '2020-01-01' and (home).tags is null"
                " and (who).full_name = name and (other).street = (home).street and photo = 0"
                " and hosts[1] << '192.0.2.0/24' and hosts[2] is null and masklen(hosts[3]) = 16),"
                " count(distinct (home).street) from staging_mask_public.customers as m"
            ).fetchone()
        assert rows is not None and rows[:3] == (60, 0, 60) and rows[3] > 50


def test_numbers_may_stay_where_there_are_no_large_objects(
    server: TestServer, tmp_path: Path
) -> None:
    script = "create table files (id int primary key, of oid); insert into files values (1, 1259)"
    with filled(server, script) as database:
        project = make(server, database, tmp_path / "project")
        assert "    of\n" in project.text("models/masked/public/masked_public__files.sql").replace(
            '"of"', "of"
        )
