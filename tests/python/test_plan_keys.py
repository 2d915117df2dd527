"""Keys that one project has kept are the root of another: two databases, zero orphans."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import psycopg
import pytest

import traced
from conftest import TestServer, run_dbt
from tdm import cli, scaffold
from tdm.errors import ExitCode, TdmError
from tdm.plan.keys import export_keys
from traced import Traced


@pytest.fixture(scope="module")
def built(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Traced:
    return traced.built(server, tmp_path_factory.mktemp("traced"))


def exported(built: Traced, wanted: str) -> list[list[str]]:
    out = io.BytesIO()
    export_keys(built.subset(), built.dsn, wanted, out)
    return list(csv.reader(io.StringIO(out.getvalue().decode())))


def test_keys_come_in_their_order_under_their_names(built: Traced) -> None:
    header, *rows = exported(built, "app.Order")
    assert header == ["Region", "day", "no"]
    with psycopg.connect(built.dsn) as session:
        found = session.execute(
            f'select "Region", day::text, no::text from {traced.TARGET}_subset.subset_app__order'
            ' order by "Region", day, no'
        ).fetchall()
    assert rows == [list(row) for row in found] and rows
    header, *rows = exported(built, "app.person")
    assert header == ["id"] and any('"' in row[0] and "'" in row[0] for row in rows)


def test_named_columns_are_those_of_the_kept_rows(built: Traced) -> None:
    header, *rows = exported(built, "app.visit=person, at")
    assert header == ["person", "at"]
    with psycopg.connect(built.dsn) as session:
        count = session.execute(
            f"select count(*) from {traced.TARGET}_subset.subset_app__visit"
        ).fetchone()
    assert count == (len(rows),)


@pytest.mark.parametrize(
    ("wanted", "said", "code"),
    [
        ("app.persons", "Did you mean app.person?", ExitCode.USAGE),
        ("app.person=idd", "app.person has no column idd. Did you mean id?", ExitCode.USAGE),
        ("app.log", "app.log has no key; name columns", ExitCode.USAGE),
    ],
)
def test_bad_questions(built: Traced, wanted: str, said: str, code: int) -> None:
    with pytest.raises(TdmError) as caught:
        exported(built, wanted)
    assert said in str(caught.value) and caught.value.exit_code == code


def test_without_a_build_there_are_no_keys(
    server: TestServer, built: Traced, database: str
) -> None:
    with psycopg.connect(server.dsn(database), autocommit=True) as session:
        session.execute(traced.SOURCE)
    with pytest.raises(TdmError, match=r"Nothing was built yet of app\.person") as caught:
        export_keys(built.subset(), server.dsn(database), "app.person", io.BytesIO())
    assert caught.value.exit_code == ExitCode.PRECONDITION


CRM = """
create table contact (contact_id bigint primary key, person text not null, mail text not null);
create table call (
    call_id bigint primary key, contact_id bigint not null references contact, said text
);
insert into contact
select n, format('o''%s "x" %%s', 1 + n % 260), 'c' || n || '@x.example'
from generate_series(1, 1500) as n;
insert into call select n, 1 + n % 1500, 'blah' from generate_series(1, 6000) as n;
analyze
"""

CONTACTS = """{{ tdm.sampled_keys(source('public', 'contact'), key=['contact_id'],
    also=[tdm.listed(ref('app_person'), ['id'], to=['person'], missing='ignore')]) }}
"""


def test_two_databases_keep_the_same_people(
    server: TestServer, built: Traced, database: str, tmp_path: Path
) -> None:
    """Neither sees the other: the second knows of the first what one file says."""
    dsn = server.dsn(database)
    with psycopg.connect(dsn, autocommit=True) as session:
        session.execute(CRM)
    project = tmp_path / "crm"
    scaffold.init(dsn, project, [], ["public.contact=0.01"], True)
    out = io.BytesIO()
    export_keys(built.subset(), built.dsn, "app.person", out)
    (project / "seeds").mkdir(exist_ok=True)
    (project / "seeds" / "app_person.csv").write_bytes(out.getvalue())
    model = project / "models/subset/public/sampled_public__contact.sql"
    assert model.exists()
    model.write_text(CONTACTS, encoding="utf-8")
    for arguments in (("seed",), ("run", "--select", "+path:models/subset")):
        done = run_dbt((*arguments, "--target", traced.TARGET), project, server.env(database))
        assert done.exit_code == 0, done.output[-3000:]
    kept_there = {row[0] for row in exported(built, "app.person")[1:]}
    with psycopg.connect(built.dsn) as session:
        everybody = {one for (one,) in session.execute("select id from app.person")}
    with psycopg.connect(dsn) as session:
        everything = set(session.execute("select contact_id, person from contact"))
        kept = set(
            session.execute(
                f"select contact_id, person from {traced.TARGET}_subset.subset_public__contact"
            )
        )
        orphans = session.execute(
            f"select count(*) from {traced.TARGET}_subset.subset_public__call as x where not exists"
            f" (select from {traced.TARGET}_subset.subset_public__contact as y"
            " where y.contact_id = x.contact_id)"
        ).fetchone()
        calls = session.execute(
            f"select count(*) from {traced.TARGET}_subset.subset_public__call"
        ).fetchone()
    assert {person for _, person in kept} <= kept_there
    assert kept == {row for row in everything if row[1] in kept_there}
    assert {person for _, person in kept} & everybody and orphans == (0,) and calls != (0,)


def test_the_command_streams_csv(built: Traced, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    arguments = ["--dsn", built.dsn, "--project-dir", str(built.folder)]
    assert cli.run(["plan", "--export-keys", "app.product", *arguments]) == 0
    said = capfdbinary.readouterr()
    assert said.out.startswith(b"product_id\n") and said.err == b""
