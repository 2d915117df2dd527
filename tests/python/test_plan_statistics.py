"""What a plan takes from statistics of expressions, and what it says where there are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from conftest import TestServer
from tdm.plan import facts, sampling, statistics
from tdm.plan.caveats import Caveat
from tdm.plan.conditions import compared, plain
from tdm.plan.down import sampled
from tdm.plan.read import Sample, Subset, Table

SOURCE = """
create table public.orders (
    id int primary key, tier varchar(20), city text, region text, made timestamptz, doc jsonb,
    amount numeric, "Odd name" text
);
insert into public.orders
select
    n, (array['Gold', 'gold', 'base', 'none', null])[1 + n % 5], 'city ' || n % 900,
    'region ' || n % 30, timestamptz '2024-01-01' + n * interval '1 hour',
    jsonb_build_object('kind', n % 50), n % 1000, 'odd ' || n % 3
from generate_series(1, 20000) as n;
create table public.parted (id int, tier text) partition by range (id);
create table public.parted_1 partition of public.parted for values from (0) to (2000);
create table public.parted_2 partition of public.parted for values from (2000) to (9000);
insert into public.parted select n, (array['Gold', 'gold', 'base'])[1 + n % 3]
from generate_series(1, 5000) as n;
analyze public.orders, public.parted;
"""


@pytest.fixture
def session(server: TestServer, database: str) -> Iterator[statistics.Database]:
    with psycopg.connect(server.dsn(database), autocommit=True) as opened:
        opened.execute(SOURCE)
        yield opened


Known = Callable[..., facts.Facts]


@pytest.fixture
def known(session: statistics.Database, tmp_path: Path) -> Known:
    """What is known when some tables are roots; statements come first."""

    def make(sample: Sample, *statements: str, name: str = "orders") -> facts.Facts:
        for statement in statements:
            session.execute(statement.encode())
        relation = ("public", name)
        shown = f"public.{name}"
        table = Table(shown, shown, relation, mode="sampled", key=["id"], sample=sample)
        subset = Subset({table.name: table}, [], [])
        found = statistics.collect(session, subset.tables.values())
        return facts.Facts(subset, found, session, tmp_path)

    return make


def truth(session: statistics.Database, strata: str, sample: Sample, name: str = "orders") -> int:
    """The rows that the sample takes, by the sizes of its strata."""
    counted = session.execute(
        f"select count(*), {strata} from public.{name} as x group by {strata}".encode()
    ).fetchall()
    return sum(
        round(
            sampling._taken(
                rows,
                sample.fraction or 1,
                sample.at_least,
                sampling.stratum_share([str(text) for text in texts if text is not None]),
            )
        )
        for rows, *texts in counted
    )


def caveat_of(found: facts.Facts, name: str = "orders") -> Caveat:
    [caveat] = found.caveats[f"public.{name}"]
    return caveat


@pytest.mark.parametrize(
    "make",
    [
        "create statistics made on (id % 90), (lower(tier)) from public.orders",
        "create index on public.orders ((id % 90)); create index on public.orders (lower(tier))",
    ],
    ids=["statistics", "index"],
)
def test_strata_by_expression(known: Known, session: statistics.Database, make: str) -> None:
    """Counted as exactly as those by column, where ANALYZE looked at the expression."""
    sample = Sample(0.003, strata=["x.id % 90"], at_least=3)
    rows = truth(session, "x.id % 90", sample)
    before = known(sample)
    assert sampled(before)["public.orders"].rows < 0.5 * rows
    caveat = caveat_of(before)
    assert (caveat.about, caveat.why) == ("strata by x.id % 90", "no statistics of id % 90")
    after = known(sample, make, "analyze public.orders")
    assert sampled(after)["public.orders"].rows == pytest.approx(rows, abs=1)
    assert not after.caveats["public.orders"]
    # a varchar is cast to be folded
    other = known(Sample(0.003, strata=["lower(x.tier)"], at_least=90))
    rows = truth(session, "lower(x.tier)", Sample(0.003, at_least=90))
    assert sampled(other)["public.orders"].rows == pytest.approx(rows, abs=1)
    assert not other.caveats["public.orders"]


def test_what_is_recommended_helps(known: Known, session: statistics.Database) -> None:
    """The SQL that a caveat names makes it go, also the second time that somebody runs plan."""
    matching = {"kind": "matching", "condition": "x.doc ->> 'kind' = '7' and x.\"Odd name\" > 'o'"}
    for sample in (
        Sample(0.1, strata=["lower(x.city)"]),
        Sample(0.1, strata=["city", "Odd name", "lower(x.tier)"]),
        Sample(None, also=[matching]),
    ):
        found = known(sample)
        sampled(found)
        todos = [caveat.todo for caveat in found.caveats["public.orders"]]
        again = known(sample, *[part for todo in todos for part in todo.split("; ")])
        sampled(again)
        assert not again.caveats["public.orders"]


def test_a_condition_on_an_expression(known: Known) -> None:
    """The planner takes it for one of a few constants, and the plan says so."""
    more = {"kind": "matching", "condition": "(x.doc ->> 'kind')::int < 10"}
    sample = Sample(None, also=[more])
    found = known(sample)
    assert sampled(found)["public.orders"].rows == pytest.approx(20000 / 3, rel=0.01)
    caveat = caveat_of(found)
    assert caveat.about == f"where {more['condition']}"
    assert caveat.why == "no statistics of ((doc ->> 'kind'::text))::integer"
    made = "create statistics made on ((doc ->> 'kind')::int) from public.orders"
    after = known(sample, made, "analyze public.orders")
    assert sampled(after)["public.orders"].rows == pytest.approx(4000, rel=0.05)
    assert not after.caveats["public.orders"]


def test_a_column_that_analyze_has_not_seen(known: Known) -> None:
    """In a window, in strata and in a condition; a window does not take everything then."""
    new = "alter table public.orders add column later timestamptz default '2024-05-01'"
    for sample, about in (
        (Sample(None, also=[{"kind": "within", "column": "later", "last": "9 days"}]), "within"),
        (
            Sample(None, also=[{"kind": "within", "column": "later", "since": "2024-01-01"}]),
            "within",
        ),
        (Sample(0.1, strata=["later"]), "strata by"),
        (Sample(None, also=[{"kind": "matching", "condition": "x.later > now()"}]), "where"),
    ):
        found = known(sample, *([new] if about == "within" and "last" in sample.also[0] else []))
        assert sampled(found)["public.orders"].rows <= 20000 / 2
        caveat = caveat_of(found)
        assert caveat.about.startswith(about)
        assert caveat.why == "no statistics of column later"
        assert caveat.todo == "analyze public.orders;"


def test_strata_of_several_columns_together(known: Known, session: statistics.Database) -> None:
    """Which combinations there are is known from statistics on several columns."""
    sample = Sample(0.02, strata=["region", "city"])
    names = "region, city"
    rows = truth(session, names, sample)
    before = known(sample)
    assert sampled(before)["public.orders"].rows > 5 * rows  # 900 combinations, not 27,000
    assert "counted as if they were independent" in caveat_of(before).why
    for kind in ("ndistinct", "mcv"):
        after = known(
            sample,
            f"create statistics s_{kind} ({kind}) on {names} from public.orders",
            "analyze public.orders",
        )
        assert sampled(after)["public.orders"].rows == pytest.approx(rows, rel=0.1)
        assert not after.caveats["public.orders"]
        after = known(sample, f"drop statistics s_{kind}")


def test_few_strata_need_no_more_statistics(known: Known) -> None:
    found = known(Sample(0.02, strata=["region", "tier"]))
    assert sampled(found)["public.orders"].rows == pytest.approx(400, rel=0.1)
    assert not found.caveats["public.orders"]


def test_partitions(known: Known, session: statistics.Database) -> None:
    sample = Sample(0.01, strata=["lower(x.tier)"], at_least=900)
    made = "create statistics made on (lower(tier)) from public.parted"
    found = known(sample, made, "analyze public.parted", name="parted")
    rows = truth(session, "lower(x.tier)", sample, "parted")
    assert sampled(found)["public.parted"].rows == pytest.approx(rows, abs=1)
    assert not found.caveats["public.parted"]
    also = Sample(None, also=[{"kind": "matching", "condition": "upper(x.tier) = 'GOLD'"}])
    found = known(also, name="parted")
    sampled(found)
    assert caveat_of(found, "parted").why == "no statistics of upper(tier)"


def test_never_analysed_and_views_say_it_once(known: Known) -> None:
    sample = Sample(0.1, strata=["x.id % 7"], at_least=2)
    for statement, name, why in (
        ("create table public.fresh as table public.orders", "fresh", "never analysed"),
        (
            "create view public.seen as table public.orders",
            "seen",
            "public.seen is a view, which has no statistics",
        ),
    ):
        found = known(sample, statement, name=name)
        assert sampled(found)[f"public.{name}"].rows > 0
        assert caveat_of(found, name).why == why


def test_what_the_server_does_not_understand(known: Known) -> None:
    """The guard and the build say what is wrong with it; a plan only that it guesses."""
    found = known(Sample(0.1, strata=["nothing(x.id)"]))
    assert sampled(found)["public.orders"].rows > 0
    assert caveat_of(found).why == "the server does not understand it"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("(x.tier = 'a)b('::text)", [("tier", "tier")]),
        ("((x.tier)::text = ANY ('{a,b}'::text[]))", [("tier", "tier")]),
        ('(x."Odd ""name" IS NULL)', [('Odd "name', 'Odd "name')]),
        ("(lower((x.tier)::text) ~~ 'x.a%'::text)", [("tier", "lower(tier)")]),
        ("((x.made)::date > '2024-01-01'::date)", [("made", "(made)::date")]),
        ("((x.a = 1) AND ((x.b + x.c) > 3))", [("a", "a"), ("b", "b + c"), ("c", "b + c")]),
        ("(NOT x_1.active)", [("active", "active")]),
        ("is_big(x.a)", [("a", "is_big(a)")]),
        (
            "(((x.doc -> 'it''s'::text) #>> '{a,b}'::text[]) = 'z'::text)",
            [("doc", "(doc -> 'it''s'::text) #>> '{a,b}'::text[]")],
        ),
        ("(x.a > (InitPlan 1).col1)", [("a", "a")]),
    ],
)
def test_what_a_condition_compares(condition: str, expected: list[tuple[str, str]]) -> None:
    assert list(compared(condition)) == expected


def test_expressions_in_one_spelling() -> None:
    assert plain("((x.a)  + x_2.b)") == "(a) + b"
    assert plain("lower((tier)::text)") == "lower(tier)"
    assert plain("(x.a || ' x.b  c ')") == "a || ' x.b  c '"
