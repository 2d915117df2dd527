"""A small database with every kind of key and reference, and models written by hand over it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import psycopg

from conftest import TestServer, run_dbt
from tdm import connection, plan, scaffold
from tdm.plan.read import Subset

TARGET = "staging_mask"

SOURCE = """
create schema app;
create table app.country (code char(2) primary key, name text not null);
insert into app.country values ('AA', 'First'), ('BB', 'Second'), ('CC', 'Third');
create table app.team (team_id uuid primary key, lead text);
create table app.person (
    id text primary key, tier text not null, joined date not null, country char(2) not null
        references app.country,
    boss text references app.person, team_id uuid references app.team
);
insert into app.team select md5('team' || n)::uuid from generate_series(1, 12) as n;
insert into app.person
select
    format('o''%s "x" %%s', n), case when n % 10 = 0 then 'gold' else 'base' end,
    date '2020-01-01' + n, (array['AA', 'BB', 'CC'])[1 + n % 3],
    case when n > 1 then format('o''%s "x" %%s', n / 2) end,
    case when n % 3 = 0 then md5('team' || (1 + n % 12))::uuid end
from generate_series(1, 200) as n;
update app.team set lead = (
    select id from app.person where joined = date '2020-01-01' + 40 + ascii(team_id::text)
);
alter table app.team add foreign key (lead) references app.person;
create table app.product (product_id integer primary key, label text not null);
insert into app.product select n, 'thing ' || n from generate_series(1, 120) as n;
create table app."Order" (
    "Region" text, day date, no uuid, person text not null references app.person,
    product_ids integer[] not null, payload jsonb not null, primary key ("Region", day, no)
);
insert into app."Order"
select
    'North ' || n % 2, date '2024-01-01' + n, md5('order' || n)::uuid,
    format('o''%s "x" %%s', 1 + n % 200), array[1 + n % 40, 41],
    jsonb_build_object('gift', jsonb_build_object('product', 42 + n % 20))
from generate_series(1, 400) as n;
create table app.note (
    note_id bigint primary key, subject_type text not null, subject_id text not null,
    author text not null references app.person
);
insert into app.note
select
    n, kind,
    case kind when 'person' then format('o''%s "x" %%s', 1 + n * 7 % 200)
        when 'product' then (70 + n % 10)::text else 'free text' end,
    format('o''%s "x" %%s', 1 + n % 200)
from generate_series(1, 300) as n
cross join lateral (select (array['person', 'product', 'p%'])[1 + n % 3]) as k (kind);
create table app.log (person text references app.person, product_id integer, line text not null);
insert into app.log select format('o''%s "x" %%s', 1 + n % 200), 90 + n % 5, 'line ' || n % 7
from generate_series(1, 400) as n;
create table app.visit (
    visit_id bigint primary key, person text not null references app.person, at timestamptz
);
insert into app.visit
select n, format('o''%s "x" %%s', 1 + n % 200), timestamptz '2024-01-01' + n * interval '1 hour'
from generate_series(1, 1000) as n;
create table app.membership (
    person text references app.person, product_id integer references app.product,
    primary key (person, product_id)
);
insert into app.membership
select format('o''%s "x" %%s', n), 1 + n * k % 120 from generate_series(1, 200) as n,
generate_series(1, 3) as k on conflict do nothing;
create table app.badge (
    badge_id bigint primary key, person text, product_id integer,
    shown_with integer references app.product,
    foreign key (person, product_id) references app.membership
);
insert into app.badge
select row_number() over (order by person, product_id), person, product_id, 120 - product_id / 2
from app.membership;
create table app.secret (secret_id bigint primary key, what text not null);
insert into app.secret values (1, 'x');
analyze;
"""

REFERENCES = """
sources:
  - name: app
    schema: app
    tables:
      - name: order
        identifier: Order
        config:
          meta:
            references:
              - columns: [product_ids]
                expression: ["unnest(x.product_ids)"]
                to: app.product
                to_columns: [product_id]
              - columns: [payload]
                expression: ["(x.payload #>> '{gift,product}')::int"]
                to: app.product
                to_columns: [product_id]
      - name: note
        config:
          meta:
            references:
              - columns: [subject_id]
                to: app.person
                to_columns: [id]
                where: "x.subject_type = 'person'"
              - columns: [subject_id]
                expression: ["x.subject_id::int"]
                to: app.product
                to_columns: [product_id]
                where: "x.subject_type like 'prod%'"
      - name: log
        config:
          meta:
            references:
              - {columns: [product_id], to: app.product, to_columns: [product_id]}
"""

OWNED_BY_PERSON = "owned_by=[tdm.owner(ref('sampled_app__person'), ['{}'], to=['id'])]"

MODELS = {
    "sampled_app__person": """{{ tdm.sampled_keys(source('app', 'person'), key=['id'],
        fraction=0.05, strata=['tier'], also=[
            tdm.within('joined', since='2020-07-17'),
            tdm.listed(ref('wanted'), ['id']),
            tdm.matching("x.id like 'o''77%'"),
        ]) }}""",
    "sampled_app__order": """{{ tdm.owned_keys(source('app', 'order'),
        key=['Region', 'day', 'no'], OWNED) }}""".replace(
        "OWNED", OWNED_BY_PERSON.format("person")
    ),
    "sampled_app__visit": """{{ tdm.owned_keys(source('app', 'visit'), key=['visit_id'],
        owned_by=[tdm.owner(ref('sampled_app__person'), ['person'], to=['id'], at_most=2,
        newest='at')]) }}""",
    "kept_app__person_team": """{{ tdm.kept_together([
        tdm.member('person', source('app', 'person'), key=['id'],
            sampled=ref('sampled_app__person'), referenced_by=[
                tdm.reference('person', ['boss'], to=['id']),
                tdm.reference('team', ['lead'], to=['id']),
                tdm.reference(ref('subset_app__order'), ['person'], to=['id']),
                tdm.reference(ref('subset_app__note'), ['author'], to=['id']),
                tdm.reference(ref('subset_app__note'), ['subject_id'], to=['id'],
                    where="x.subject_type = 'person'"),
                tdm.reference(ref('subset_app__log'), ['person'], to=['id']),
                tdm.reference(ref('subset_app__visit'), ['person'], to=['id']),
            ]),
        tdm.member('team', source('app', 'team'), key=['team_id'], referenced_by=[
            tdm.reference('person', ['team_id']),
        ]),
    ]) }}""",
    "subset_app__person": """{{ tdm.rows_of(source('app', 'person'), key=['id'],
        kept=tdm.member_of(ref('kept_app__person_team'), 'person')) }}""",
    "subset_app__team": """{{ tdm.rows_of(source('app', 'team'), key=['team_id'],
        kept=tdm.member_of(ref('kept_app__person_team'), 'team')) }}""",
    "subset_app__order": """{{ tdm.rows_of(source('app', 'order'), key=['Region', 'day', 'no'],
        kept=ref('sampled_app__order')) }}""",
    "subset_app__visit": """{{ tdm.rows_of(source('app', 'visit'), key=['visit_id'],
        kept=ref('sampled_app__visit')) }}""",
    "subset_app__product": """{{ tdm.rows_of(source('app', 'product'), key=['product_id'],
        referenced_by=[
            tdm.reference(ref('subset_app__order'), expression=['unnest(x.product_ids)'],
                to=['product_id']),
            tdm.reference(ref('subset_app__order'),
                expression=["(x.payload #>> '{gift,product}')::int"], to=['product_id']),
            tdm.reference(ref('subset_app__note'), expression=['x.subject_id::int'],
                to=['product_id'], where="x.subject_type like 'prod%'"),
            tdm.reference(ref('subset_app__log'), ['product_id']),
        ]) }}""",
    "subset_app__note": "{{ tdm.owned_rows(source('app', 'note'), OWNED) }}".replace(
        "OWNED", OWNED_BY_PERSON.format("author")
    ),
    "subset_app__log": "{{ tdm.owned_rows(source('app', 'log'), OWNED) }}".replace(
        "OWNED", OWNED_BY_PERSON.format("person")
    ),
    "subset_app__membership": """{{ tdm.linked_rows(source('app', 'membership'), ends=[
        tdm.end(tdm.member_of(ref('kept_app__person_team'), 'person'), ['person'], to=['id']),
        tdm.end(ref('subset_app__product'), ['product_id']),
    ]) }}""",
    # a link row of link rows
    "subset_app__badge": """{{ tdm.linked_rows(source('app', 'badge'), ends=[
        tdm.end(ref('subset_app__membership'), ['person', 'product_id']),
        tdm.end(ref('subset_app__product'), ['shown_with'], to=['product_id']),
    ]) }}""",
    "subset_app__country": "{{ tdm.all_rows(source('app', 'country')) }}",
    "subset_app__secret": "{{ tdm.no_rows(source('app', 'secret')) }}",
}

WANTED = 'id\n"o\'150 ""x"" %s"\n"o\'151 ""x"" %s"\n'


@dataclass(frozen=True)
class Traced:
    """The database, built as far as its subset, and the project."""

    server: TestServer
    database: str
    folder: Path

    @property
    def dsn(self) -> str:
        return self.server.dsn(self.database)

    @property
    def target(self) -> connection.Target:
        return connection.Target("app", TARGET, TARGET, {})

    def subset(self) -> Subset:
        return plan.last_built(self.folder, self.dsn, self.target)

    def dbt(self, *arguments: str) -> str:
        done = run_dbt(
            (*arguments, "--target", TARGET), self.folder, self.server.env(self.database)
        )
        assert done.exit_code == 0, done.output[-4000:]
        return done.output


_built: dict[Path, Traced] = {}


def built(server: TestServer, folder: Path) -> Traced:
    """The project, its subset built once on each server; read it, change nothing."""
    if server.data not in _built:
        made = _make(server, folder)
        made.dbt("seed")
        made.dbt("run")
        _built[server.data] = made
    return _built[server.data]


def _make(server: TestServer, folder: Path) -> Traced:
    """Create the database and the project; nothing is built."""
    database = server.create()
    with psycopg.connect(server.dsn(database), autocommit=True) as session:
        session.execute(SOURCE)
    references = folder / "references"
    references.mkdir()
    (references / "app.yml").write_text(REFERENCES, encoding="utf-8")
    project = folder / "project"
    scaffold.init(server.dsn(database), project, [], [], True, references)
    shutil.rmtree(project / "models" / "masked")
    shutil.rmtree(project / "models" / "subset")
    shutil.rmtree(project / "tests", ignore_errors=True)
    for path in (project / "models").glob("*"):
        if path.is_file():
            path.unlink()
    subset = project / "models" / "subset" / "app"
    subset.mkdir(parents=True)
    for name, model in MODELS.items():
        (subset / f"{name}.sql").write_text(model + "\n", encoding="utf-8")
    (project / "seeds").mkdir(exist_ok=True)
    (project / "seeds" / "wanted.csv").write_text(WANTED, encoding="utf-8")
    return Traced(server, database, project)
