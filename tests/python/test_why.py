"""`tdm why`: every kept row has a chain, and every link of it holds in production."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

import traced
from conftest import TestServer
from tdm import cli, why
from tdm.errors import ExitCode, TdmError
from tdm.plan.read import Subset, Table
from tdm.plan.statistics import Database, fix_settings
from tdm.why import chain, rows
from traced import Traced


@pytest.fixture(scope="module")
def built(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Traced:
    return traced.built(server, tmp_path_factory.mktemp("traced"))


@pytest.fixture(scope="module")
def subset(built: Traced) -> Subset:
    return built.subset()


@pytest.fixture
def session(built: Traced) -> Iterator[Database]:
    with psycopg.connect(built.dsn, autocommit=True) as connected:
        fix_settings(connected)
        yield connected


def ask(built: Traced, name: str, *key: str) -> dict[str, Any]:
    return why.why(built.folder, built.dsn, built.target, name, key)


def kept(session: Database, table: Table) -> list[rows.Row]:
    """Every kept row of a table."""
    assert table.kept is not None
    query = sql.SQL("select {} from {} as x").format(
        rows.texts(table, "x"), sql.Identifier(*table.kept)
    )
    found = session.execute(query).fetchall()
    return [row for one in found if (row := rows.row_of(table, one))]


def holds(session: Database, referencing: rows.Row, referenced: rows.Row, step: chain.Step) -> bool:
    """Whether a row of production points at another one as a step says: plain SQL."""
    values = step.expression or [f'x."{column}"' for column in step.columns]
    names = ", ".join(f"{value} as r{place}" for place, value in enumerate(values))
    same = " and ".join(f'r{n} = y."{column}"' for n, column in enumerate(step.to_columns))
    condition = f" where {step.where}" if step.where else ""

    def one(row: rows.Row) -> str:
        schema, name = row.table.relation
        where = (
            " and ".join(
                f'"{column}"::text = {sql.Literal(part).as_string()}'
                for column, part in zip(row.table.key, row.key, strict=True)
            )
            or f"t::text = {sql.Literal(row.text).as_string()}"
        )
        return f'(select * from "{schema}"."{name}" as t where {where} offset 0)'

    query = (
        f"select 1 from (select {names} from {one(referencing)} as x{condition} offset 0) as p"
        f" inner join {one(referenced)} as y on {same} limit 1"
    )
    return session.execute(query.encode()).fetchone() is not None


def check(session: Database, found: chain.Chain) -> None:
    """Every link is one of production, no row comes twice, and the end is no guess."""
    assert found.reason != "unknown", found.text
    for before, step in zip(found.steps, found.steps[1:], strict=False):
        pointing, target = (
            (step.row, before.row) if step.by == "referenced" else (before.row, step.row)
        )
        assert holds(session, pointing, target, step), (before, step)
    seen = Counter((step.row.table.name, step.row.key, step.row.text) for step in found.steps)
    assert set(seen.values()) == {1}
    for end in found.ends:
        check(session, end)


def test_every_kept_row_has_a_chain_that_holds(session: Database, subset: Subset) -> None:
    reasons: Counter[str] = Counter()
    ways: Counter[str] = Counter()
    for table in subset.tables.values():
        found = kept(session, table)
        assert found or table.mode == "empty", table.name
        for row in found:
            made = chain.explain(session, subset, row)
            check(session, made)
            reasons[made.reason] += 1
            ways.update(step.by for step in made.steps)
    assert set(reasons) == {"sampled", "within", "listed", "matching", "whole", "linked"}
    assert ways["referenced"] > 50 and ways["owned"] > 50


def test_a_chain_inside_a_fixpoint_goes_back_pass_by_pass(
    session: Database, subset: Subset
) -> None:
    deepest = session.execute(
        f"select id from {traced.TARGET}_subset.kept_app__person_team__person"
        " order by tdm_pass desc, id limit 1"
    ).fetchone()
    assert deepest is not None
    made = chain.explain(session, subset, rows.Row(subset.tables["app.person"], tuple(deepest)))
    assert len(made.steps) > 2
    assert {step.row.table.name for step in made.steps} <= {"app.person", "app.team", "app.note"}


def test_a_chain_as_text_and_as_json(built: Traced, session: Database) -> None:
    key = session.execute(
        f'select "Region", day::text, no::text from {traced.TARGET}_subset.subset_app__order'
        " order by 3 limit 1"
    ).fetchone()
    assert key is not None
    done = ask(built, "app.Order", *key)
    assert json.loads(json.dumps(done)) == done
    assert done["kept"] and done["key"] == dict(zip(("Region", "day", "no"), key, strict=True))
    [first, second] = done["chain"]
    assert first["by"] is None and second["by"] == "owned"
    assert (second["columns"], second["to_columns"]) == (["person"], ["id"])
    text = why.render(done).splitlines()
    assert text[0] == f"app.Order '{key[0]}' {key[1]} {key[2]}"
    assert text[1].startswith("← owned by app.person 'o'") and "(person): sampled" in text[1]


def test_link_rows_show_both_ends(built: Traced, session: Database) -> None:
    key = session.execute(
        f"select person, product_id::text from {traced.TARGET}_subset.subset_app__membership"
        " order by 1, 2 limit 1"
    ).fetchone()
    assert key is not None
    done = ask(built, "app.membership", *key)
    assert done["reason"] == "linked" and len(done["ends"]) == 2
    assert [end["chain"][0]["table"] for end in done["ends"]] == ["app.person", "app.product"]


def test_link_rows_of_link_rows(built: Traced, session: Database) -> None:
    key = session.execute(
        f"select badge_id::text from {traced.TARGET}_subset.subset_app__badge order by 1 limit 1"
    ).fetchone()
    assert key is not None
    done = ask(built, "app.badge", *key)
    [member, product] = done["ends"]
    assert [end["chain"][0]["table"] for end in done["ends"]] == ["app.membership", "app.product"]
    assert [end["chain"][0]["table"] for end in member["ends"]] == ["app.person", "app.product"]
    assert product["reason"] != "linked"
    lost = missing(session, "app.badge", "badge_id", "subset_app__badge")
    assert any(
        "is not kept, and all its ends must be" in said
        for said in ask(built, "app.badge", *lost)["why"]
    )


def test_reference_data_is_kept_whole(built: Traced) -> None:
    assert why.render(ask(built, "app.country", "AA")) == (
        "app.country AA: kept whole: reference data"
    )


def missing(session: Database, table: str, key: str, kept_in: str, more: str = "true") -> list[str]:
    found = session.execute(
        f"select {key} from {table} as x where ({key}) not in"
        f" (select {key} from {traced.TARGET}_subset.{kept_in}) and {more} order by 1 limit 1"
    ).fetchone()
    assert found is not None
    return [str(part) for part in found]


def test_a_row_that_is_not_kept_says_why_not(built: Traced, session: Database) -> None:
    person = missing(session, "app.person", "id", "subset_app__person")
    done = ask(built, "app.person", *person)
    assert done["kept"] is False
    assert done["why"] == [
        "app.person is sampled (5 % by tier), and not this row.",
        "No kept row points at it.",
    ]
    visit = missing(
        session,
        "app.visit",
        "visit_id",
        "subset_app__visit",
        f"person in (select id from {traced.TARGET}_subset.sampled_app__person)",
    )
    [said] = ask(built, "app.visit", *visit)["why"]
    assert "cut by the cap" in said and "brings 2 at most, the newest by at" in said
    note = missing(session, "app.note", "note_id", "subset_app__note")
    said = ask(built, "app.note", *note)["why"][0]
    assert said.startswith("It belongs to app.person 'o'") and "which is not sampled" in said
    assert ask(built, "app.secret", "1")["why"] == [
        "app.secret is left empty: its model keeps no row."
    ]
    product = missing(session, "app.product", "product_id", "subset_app__product")
    assert ask(built, "app.product", *product)["why"] == ["No kept row points at it."]
    member = session.execute(
        f"select person, product_id::text from app.membership as x where (person, product_id)"
        f" not in (select person, product_id from {traced.TARGET}_subset.subset_app__membership)"
        " order by 1, 2 limit 1"
    ).fetchone()
    assert member is not None
    assert any(
        "is not kept, and all its ends must be" in said
        for said in ask(built, "app.membership", *member)["why"]
    )


def test_an_owner_that_is_only_pointed_at_owns_nothing(built: Traced, session: Database) -> None:
    visit = session.execute(
        f"select visit_id::text from app.visit where person in"
        f" (select id from {traced.TARGET}_subset.subset_app__person) and person not in"
        f" (select id from {traced.TARGET}_subset.sampled_app__person) order by 1 limit 1"
    ).fetchone()
    assert visit is not None
    said = ask(built, "app.visit", *visit)["why"][0]
    assert "such rows own nothing" in said


@pytest.mark.parametrize(
    ("name", "key", "said"),
    [
        ("app.persons", ["x"], "Did you mean app.person?"),
        ("person", ["x"], "Did you mean app.person?"),
        ("app.Order", ["x"], "The key of app.Order is Region, day, no: give 3 values, not 1."),
        ("app.log", ["x"], "app.log has no key"),
        ("app.product", ["many"], "many is no key of app.product (product_id)."),
        ("app.product", ["99999"], "Production has no row app.product 99999."),
        ("app.person", ["'; drop table app.note; --"], "Production has no row"),
    ],
)
def test_bad_questions_get_one_message(built: Traced, name: str, key: list[str], said: str) -> None:
    with pytest.raises(TdmError) as caught:
        ask(built, name, *key)
    assert said in str(caught.value) and caught.value.exit_code == ExitCode.USAGE
    assert "\n" not in str(caught.value)


def test_the_command_reads_keys_from_standard_input(
    built: Traced, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("41\n"))
    arguments = ["--dsn", built.dsn, "--project-dir", str(built.folder)]
    assert cli.run(["why", "app.product", "-", "--json", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["key"] == {"product_id": "41"}
    assert cli.run(["why", "app.product", "121", *arguments]) == 1
    assert capsys.readouterr().err == "Production has no row app.product 121.\n"


def test_nothing_built_yet(server: TestServer, built: Traced) -> None:
    empty = server.create()
    try:
        with psycopg.connect(server.dsn(empty), autocommit=True) as session:
            session.execute(traced.SOURCE)
        with pytest.raises(TdmError) as caught:
            why.why(built.folder, server.dsn(empty), built.target, "app.product", ["1"])
        assert caught.value.exit_code == ExitCode.PRECONDITION
        assert str(caught.value) == "Nothing was built yet of app.product; run dbt build first."
    finally:
        server.drop(empty)
