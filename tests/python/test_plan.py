"""`tdm plan`: what its JSON says, what it warns of, what it refuses, and how it prints."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rich.console import Console

import traced
from conftest import TestServer, run_dbt
from estimates import measured, report, score
from tdm import cli, plan
from tdm.counted import counted
from tdm.errors import ExitCode, TdmError
from tdm.plan import advice, caveats, picture, read
from traced import Traced

# What scripts of users read: it may grow, and never change.
INTERFACE = {
    "roots": {"table", "fraction", "keys"},
    "tables": {
        "table", "mode", "owned_by", "key", "kept", "source_rows", "estimated_rows", "caveats",
    },
    "references": {
        "from", "columns", "to", "to_columns", "kind", "where", "expression", "followed",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def built(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Traced:
    return traced.built(server, tmp_path_factory.mktemp("traced"))


@pytest.fixture(scope="module")
def made(built: Traced) -> dict[str, Any]:
    """The plan after the build."""
    return plan.planned(built.subset(), built.folder, built.dsn)


@pytest.fixture
def unbuilt(server: TestServer, built: Traced) -> Iterator[str]:
    """The same source where nothing was built."""
    name = server.create()
    with psycopg.connect(server.dsn(name), autocommit=True) as session:
        session.execute(traced.SOURCE)
    yield server.dsn(name)
    server.drop(name)


def table(made: dict[str, Any], name: str) -> dict[str, Any]:
    [found] = [table for table in made["tables"] if table["table"] == name]
    return dict(found)


def text(made: dict[str, Any], width: int = 160) -> str:
    out = io.StringIO()
    plan.render(made, Console(file=out, width=width))
    return out.getvalue()


def test_the_interface_stands(made: dict[str, Any]) -> None:
    assert json.loads(json.dumps(made)) == made
    for name, fields in INTERFACE.items():
        assert made[name]
        for entry in made[name]:
            assert fields <= set(entry)
    assert {table["mode"] for table in made["tables"]} == {
        "sampled", "owned", "referenced", "linked", "whole", "empty",
    }  # fmt: skip


def test_a_root_says_all_its_reasons(made: dict[str, Any]) -> None:
    [root] = made["roots"]
    assert root["table"] == "app.person" and root["strata"] == ["tier"]
    assert [more["kind"] for more in root["also"]] == ["within", "listed", "matching"]
    assert root["budget"] is None
    assert (
        "5 % by tier + joined since 2020-07-17 + listed in wanted + where x.id like 'o''77%'"
    ) in text(made, 300)


def test_a_root_that_belongs_to_another_one_says_both(built: Traced) -> None:
    subset = built.subset()
    subset.tables["app.visit"].sample = read.Sample(0.5)
    read._reasons(subset.tables, {}, [{"root": "app.note"}, {"owned": "app.note"}])
    assert subset.tables["app.note"].mode == "sampled"
    made = plan.planned(subset, built.folder, built.dsn)
    assert [(table(made, name)["mode"], table(made, name)["owned_by"]) for name in MODES] == list(
        MODES.values()
    )


MODES = {
    "app.person": ("sampled", []),
    "app.note": ("sampled", ["app.person"]),
    "app.visit": ("owned", ["app.person"]),
    "app.country": ("whole", []),
}


def test_edges_have_their_caps_and_what_they_bring(made: dict[str, Any]) -> None:
    visits = [edge for edge in made["references"] if edge["from"] == "app.visit"]
    assert [(edge["at_most"], edge["newest"], edge["followed"]) for edge in visits] == [
        (2, "at", True)
    ]
    assert visits[0]["estimated_rows"] == table(made, "app.visit")["estimated_rows"]
    gifts = [e for e in made["references"] if e["to"] == "app.product" and e["expression"]]
    assert gifts and all(edge["estimated_rows"] > 0 for edge in gifts)


def test_bytes_follow_rows(made: dict[str, Any]) -> None:
    for entry in made["tables"]:
        if entry["source_rows"]:
            share = entry["estimated_rows"] / entry["source_rows"]
            assert entry["estimated_bytes"] == pytest.approx(
                share * entry["source_bytes"], abs=entry["source_bytes"] / entry["source_rows"]
            )


def test_planned_stands_beside_real(made: dict[str, Any], built: Traced) -> None:
    with psycopg.connect(built.dsn) as session:
        for entry in made["tables"]:
            count = session.execute(f"select count(*) from {entry['kept']}").fetchone()
            assert count == (entry["kept_rows"],)
    assert table(made, "app.country")["estimated_rows"] == 3
    assert table(made, "app.secret")["estimated_rows"] == 0
    visits = table(made, "app.visit")
    assert visits["estimated_rows"] == pytest.approx(visits["kept_rows"], rel=0.2)
    # a link row of link rows, whatever their names
    badges, members = table(made, "app.badge"), table(made, "app.membership")
    assert 0 < badges["estimated_rows"] <= members["estimated_rows"]


def test_components_tell_rounds_and_rows(made: dict[str, Any], built: Traced) -> None:
    [component] = made["components"]
    assert sorted(component["tables"]) == ["app.person", "app.team"]
    with psycopg.connect(built.dsn) as session:
        keys = session.execute(
            f"select max(pass) + 1, sum(keys)::int from {component['relation']}"
        ).fetchone()
    assert keys == (component["rounds"], component["rows"])
    assert component["rounds"] > 2


def test_before_a_build_nothing_is_real(built: Traced, unbuilt: str) -> None:
    made = plan.planned(built.subset(), built.folder, unbuilt)
    assert not any("kept_rows" in entry for entry in made["tables"])
    assert made["components"][0]["rounds"] is None
    assert "kept" not in text(made).splitlines()[0].split()
    # no seed was loaded there: its file says how many keys are listed
    assert table(made, "app.person")["estimated_rows"] == pytest.approx(
        table(plan.planned(built.subset(), built.folder, built.dsn), "app.person")[
            "estimated_rows"
        ],
        abs=1,
    )


def test_never_analysed(built: Traced, unbuilt: str) -> None:
    """Sizes have to do then; the plan says so, and empty tables stay empty."""
    with psycopg.connect(unbuilt, autocommit=True) as session:
        session.execute(
            "delete from pg_statistic where starelid::regclass::text like 'app.%';truncate app.log"
        )
    made = plan.planned(built.subset(), built.folder, unbuilt)
    assert table(made, "app.log")["source_rows"] == 0 == table(made, "app.log")["estimated_rows"]
    assert table(made, "app.country")["estimated_rows"] == 3
    assert "never analysed, so the figures are guesses" in made["warnings"][0]["message"]


def test_a_tree_for_people(made: dict[str, Any]) -> None:
    lines = text(made).splitlines()
    [visits] = [line for line in lines if "app.visit" in line]
    assert "└─ app.visit" in visits and "(person) newest 2 by at" in visits
    assert any("app.person ⇄ app.team" in line and "keys" in line for line in lines)
    assert any(line.startswith("empty: app.secret") for line in lines)
    for narrow in (80, 100, 120):
        at = text(made, narrow).splitlines()
        assert max(map(len, at)) <= narrow
        # numbers are never cut, and reasons that are a column are readable
        assert any("app.visit" in line and "(person)" in line for line in at)
        assert f"{table(made, 'app.visit')['estimated_rows']:,}" in next(
            line for line in at if "visit" in line
        )


def test_what_belongs_to_two_has_its_numbers_once(made: dict[str, Any]) -> None:
    two = deepcopy(made)
    [visit] = [edge for edge in two["references"] if edge["from"] == "app.visit"]
    two["references"].append(visit | {"to": "app.Order", "columns": ["no"], "at_most": None})
    for width in (80, 160):
        first, again = [line for line in text(two, width).splitlines() if "app.visit" in line]
        assert "(no)" in first and f" {table(two, 'app.visit')['estimated_rows']:,} " in first
        assert "(person)" in again and again.split()[-1] == "↑"


def test_guesses_are_marked_and_explained(built: Traced) -> None:
    """A sign before the number, and below what is missing and what makes it."""
    subset = built.subset()
    sample = subset.tables["app.person"].sample
    assert sample
    sample.also.append({"kind": "matching", "condition": "lower(x.id) = '1 %s'"})
    made = plan.planned(subset, built.folder, built.dsn)
    [caveat] = table(made, "app.person")["caveats"]
    assert caveat["why"] == "no statistics of lower(id)"
    said = text(made, 400).splitlines()
    [person] = [line for line in said if "5 % by tier" in line]
    assert f" ~{table(made, 'app.person')['estimated_rows']:,} " in person
    assert not any("~" in line for line in said if "app.visit" in line)
    [below] = [line for line in said if line.startswith("~ ")]
    assert below.startswith(
        "~ app.person, where lower(x.id) = '1 %s': no statistics of lower(id), so that is a guess."
        " create statistics tdm_"
    )
    fresh = deepcopy(made)
    table_ = next(entry for entry in fresh["tables"] if entry["table"] == "app.country")
    table_["caveats"] = [asdict(caveats.never_analysed(read.Table("", "", ("app", "Odd"))))]
    assert table_["caveats"][0]["todo"] == 'analyze app."Odd";'
    assert "~3 " in next(line for line in text(fresh).splitlines() if "app.country" in line)
    table_["caveats"] = [asdict(caveats.of_view(read.Table("", "app.country", ("", ""))))]
    assert "~ app.country is a view, which has no statistics, so its figures are guesses." in text(
        fresh, 400
    )


def test_one_of_a_kind(made: dict[str, Any]) -> None:
    """Nothing says 1 rows."""
    one = deepcopy(made)
    one["tables"] = [table(one, "app.country") | {"estimated_rows": 1, "kept_rows": 1}]
    one["tables"][0]["source_rows"] = 1
    one["references"] = one["roots"] = []
    one["components"] = [{"tables": ["app.country"], "rounds": 1, "rows": 1}]
    one["budget"] = {"rows": 1, "estimated_rows": 1, "over": False}
    said = text(one) + picture.svg(one)
    for part in (
        "1 round, 1 key", "about 1 of 1 row,", "kept 1 row;", "1 of 1 table was within",
        "the budget of 1 row", "about 1 of 1 row in 1 table", ">1 row<",
    ):  # fmt: skip
        assert part in said
    assert counted(0, "row") == "0 rows" and counted(0.9, "key") == "1 key"
    assert counted(12345, "entry", "entries") == "12,345 entries"


def test_an_edge_that_drags_in_a_table(server: TestServer, tmp_path: Path) -> None:
    """A warning names the edge, the share, and what to do."""
    database = server.create()
    with psycopg.connect(server.dsn(database), autocommit=True) as session:
        session.execute(
            "create table person (id int primary key, name text);"
            "create table thing (id int primary key, label text);"
            "create table click (id int primary key, person int not null references person,"
            " thing int not null references thing);"
            "insert into person select n, 'p' || n from generate_series(1, 20000) as n;"
            "insert into thing select n, 't' || n from generate_series(1, 2000) as n;"
            "insert into click select n, 1 + n % 20000, 1 + (n * 7919::bigint) % 2000"
            " from generate_series(1, 200000) as n; analyze"
        )
    try:
        from tdm import scaffold

        scaffold.init(server.dsn(database), tmp_path / "p", [], ["public.person=0.05"], True)
        made = plan.plan(tmp_path / "p", server.dsn(database), traced.TARGET)
        [warning] = made["warnings"]
        assert (warning["from"], warning["table"]) == ("public.click", "public.thing")
        assert warning["message"].startswith("public.click → public.thing (thing) brings 99 % of")
        assert "cap public.click with at_most, or make it referenced only" in warning["message"]
        assert warning["message"] in text(made, 400)
    finally:
        server.drop(database)


def test_a_second_reference_to_the_owners_table(server: TestServer, tmp_path: Path) -> None:
    """The buyer of a deal is not its seller; a transfer comes with its sender or its receiver."""
    database = server.create()
    with psycopg.connect(server.dsn(database), autocommit=True) as session:
        session.execute(
            "create table person (id int primary key);"
            "create table deal (id int primary key, seller int not null references person,"
            " buyer int not null references person);"
            "create table transfer (id int primary key, sender int not null references person,"
            " receiver int not null references person);"
            "insert into person select n from generate_series(1, 5000) as n;"
            "insert into deal select n, 1 + n % 5000, 1 + (hashint4(n)::bigint + 2147483648) % 5000"
            " from generate_series(1, 10000) as n;"
            "insert into transfer select n, 1 + n % 5000,"
            " 1 + (hashint4(-n)::bigint + 2147483648) % 5000"
            " from generate_series(1, 10000) as n; analyze"
        )
    try:
        from tdm import scaffold

        project, dsn = tmp_path / "p", server.dsn(database)
        scaffold.init(dsn, project, [], ["public.person=0.05"], True)
        transfers = project / "models/subset/public/subset_public__transfer.sql"
        edge = "        tdm.owner(ref('sampled_public__person'), ['sender'], to=['id']),\n"
        said = transfers.read_text(encoding="utf-8").replace(
            "\n    owned_by", "\n    key=['id'],\n    owned_by"
        )
        assert edge in said
        said = said.replace(edge, edge + edge.replace("sender", "receiver"))
        transfers.write_text(said, encoding="utf-8")
        people = project / "models/subset/public/subset_public__person.sql"
        said = people.read_text(encoding="utf-8")
        reference = (
            "        tdm.reference(ref('subset_public__transfer'), ['receiver'], to=['id']),\n"
        )
        assert reference in said
        people.write_text(
            said.replace(reference, reference + reference.replace("receiver", "sender")),
            encoding="utf-8",
        )
        built = run_dbt(
            ("run", "--target", "staging_mask", "--select", "+path:models/subset"),
            project,
            server.env(database),
        )
        assert built.exit_code == 0, built.output[-3000:]
        found = measured(plan.plan(project, dsn, traced.TARGET))
        assert score(found) == 1, report(found)
        assert table(plan.plan(project, dsn, traced.TARGET), "public.person")["kept_rows"] > 1000
    finally:
        server.drop(database)


def test_the_build_refuses_above_the_budget(
    made: dict[str, Any], built: Traced, tmp_path: Path
) -> None:
    over = deepcopy(made)
    over["budget"] = {"rows": 10, "estimated_rows": 500, "over": True}
    with pytest.raises(TdmError) as caught:
        advice.require_within_budget(over)
    assert caught.value.exit_code == ExitCode.GATE
    assert "about 500 rows, more than the 10 of tdm_row_budget" in str(caught.value)
    assert "over the budget of 10 rows" in text(over)
    within = deepcopy(over)
    within["budget"] = {"rows": 1000, "estimated_rows": 500, "over": False}
    advice.require_within_budget(within)
    assert "within the budget of 1,000 rows" in text(within)

    project = tmp_path / "dbt_project.yml"
    for content, expected in (
        ("name: app\nvars: {tdm_row_budget: 7}\n", 7),
        ("name: app\nvars: {tdm_row_budget: 7, app: {tdm_row_budget: 8}}\n", 8),
        ("name: app\nvars: {tdm_row_budget: null}\n", None),
        ("name: app\n", None),
    ):
        project.write_text(content, encoding="utf-8")
        assert advice.row_budget(tmp_path) == expected
    project.write_text("name: app\nvars: {tdm_row_budget: many}\n", encoding="utf-8")
    with pytest.raises(TdmError, match="must be a number of rows"):
        advice.row_budget(tmp_path)


def test_the_command(built: Traced, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The plan goes to standard output, also when it is over the budget; the word to stderr."""
    arguments = ["plan", "--dsn", built.dsn, "--project-dir", str(built.folder)]
    project = built.folder / "dbt_project.yml"
    original = project.read_text(encoding="utf-8")
    assert "tdm_row_budget: null" in original
    try:
        project.write_text(
            original.replace("tdm_row_budget: null", "tdm_row_budget: 50"), encoding="utf-8"
        )
        picture = tmp_path / "plan.svg"
        assert cli.run([*arguments, "--json", "--svg", str(picture)]) == ExitCode.GATE
    finally:
        project.write_text(original, encoding="utf-8")
    said = capfd.readouterr()
    assert json.loads(said.out)["budget"]["over"] is True
    assert "more than the 50 of tdm_row_budget" in said.err
    assert picture.read_text(encoding="utf-8").startswith("<svg ")
    assert cli.run([*arguments, "--json", "--mermaid"]) == ExitCode.USAGE
    assert "choose one" in capfd.readouterr().err


def test_a_condition_that_the_server_does_not_understand(built: Traced, unbuilt: str) -> None:
    subset = built.subset()
    owner = subset.tables["app.note"].owners[0]
    owner.where = "x.nothing > 3"
    with pytest.raises(TdmError) as caught:
        plan.planned(subset, built.folder, unbuilt)
    assert "app.note: where x.nothing > 3: column x.nothing does not exist" in str(caught.value)


def test_an_owner_by_expression_may_bring_fewer_rows_than_its_reference() -> None:
    """It goes along that reference all the same; where two differ by conditions, along its own."""
    orders = {"columns": ["ids"], "expression": ["unnest(x.ids)"], "to": "app.orders"}
    narrow = read.Owner("app.orders", [], ["id"], "x.kind = 1", expression=["unnest(x.ids)"])
    assert read._follows(narrow, orders, [orders])
    assert narrow.columns == ["ids"]
    first, second = ({**orders, "where": f"x.kind = {n}"} for n in (1, 2))
    assert read._follows(narrow, first, [first, second])
    assert not read._follows(narrow, second, [first, second])
    assert not read._follows(narrow, {**orders, "to": "app.others"}, [orders])
