"""Noise, sums, rounding, bands, codes, hierarchies, shuffles: what each promises, on all types."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masks import rendered
from masks.rendered import CompilerError
from masks.running import Runner

tdm = rendered.package()
BATCHES = settings(max_examples=15, deadline=None)

EXTREMES: dict[str, list[str | None]] = {
    "smallint": ["-32768", "32767", "0", "1", "-1", "105", None],
    "integer": ["-2147483648", "2147483647", "0", "999", "-5", None],
    "bigint": ["-9223372036854775808", "9223372036854775807", "0", "999", "-5", None],
    "money": ["-92233720368547758.08", "92233720368547758.07", "0", "9.99", "-0.01", None],
    "numeric": [
        "NaN", "Infinity", "-Infinity", "0", "0.00", "99.99", "-0.015", "1e400", "-1e-300",
        "1" * 1000 + "." + "7" * 1000, None,
    ],
    "real": [
        "NaN", "Infinity", "-Infinity", "0", "-0", "12.5", "3.4028235e38", "-3.4028235e38",
        "1e-45", "-1.1754944e-38", None,
    ],
    "double precision": [
        "NaN", "Infinity", "-Infinity", "0", "-0", "12.5", "1.7976931348623157e308",
        "-1.7976931348623157e308", "5e-324", "-2.2250738585072014e-308", None,
    ],
}  # fmt: skip
NUMBERS = {
    "noise of": tdm.add_noise("x", of="e"),
    "noise by value": tdm.add_noise("x", percent=100),
    "noise by amount": tdm.add_noise("x", of="e", amount=30000),
    "noise over zero": tdm.add_noise("x", of="e", amount="0.5", keep_sign=False),
    "rounded": tdm.round_to("x", to=1000),
    "rounded finely": tdm.round_to("x", to="0.05"),
    "band": tdm.band("x", show="lower"),
    "wide band": tdm.band("x", width=100000, show="lower"),
    "band with ends": tdm.band("x", show="lower", bottom=0, top=90),
    "label": tdm.band("x"),
    "fine label": tdm.band("x", width="0.5", bottom=0, top=90),
    "top": tdm.top_code("x", top=90),
    "bottom": tdm.bottom_code("x", bottom=10),
}
LABELS = {"label", "fine label"}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("kind", EXTREMES)
def test_extremes_never_fail(run: Runner, kind: str, name: str) -> None:
    """And the result is of the type, NULL only for NULL, and the same for the same."""
    if kind == "money" and name in ("top", "bottom"):
        return  # money compares with money: '90' in quotes
    typed = f"({NUMBERS[name]})" + ("" if name in LABELS else f"::{kind}")
    found = run.each(EXTREMES[kind], kind, typed, typed)
    for original, masked, again in found:
        assert (masked is None) == (original is None) and masked == again
    if not name.startswith(("top", "bottom", "band with", "label", "fine")):
        kept = {str(original): masked for original, masked, _ in found}
        assert all(kept.get(odd, odd) == odd for odd in ("NaN", "Infinity", "-Infinity"))


@pytest.mark.parametrize("kind", ["smallint", "integer", "bigint"])
@pytest.mark.parametrize("percent", [10, 60, "2.5"])
@given(st.data())
@BATCHES
def test_noise_stays_in_its_bounds(
    run: Runner, kind: str, percent: int | str, data: st.DataObject
) -> None:
    bits = {"smallint": 15, "integer": 31, "bigint": 63}[kind]
    numbers = data.draw(st.lists(st.integers(-(2**bits), 2**bits - 1), min_size=1, max_size=300))
    values = [str(number) for number in numbers]
    for masked in (tdm.add_noise("x", percent=percent), tdm.add_noise("x", percent, of="e")):
        for number, (_, moved) in zip(numbers, run.each(values, kind, masked), strict=True):
            assert abs(int(str(moved)) - number) <= abs(number) * Decimal(percent) / 100 + 1
            assert int(str(moved)) * number >= 0
    masked = tdm.add_noise("x", of="e", amount=50, min=-1000, max=1000)
    for number, (_, moved) in zip(numbers, run.each(values, kind, masked), strict=True):
        assert -1000 <= int(str(moved)) <= 1000
        assert abs(int(str(moved)) - number) <= 50 or abs(number) > 1000


def test_noise_keeps_scale_and_mean(run: Runner) -> None:
    values = [f"{n}.{n % 100:02d}" for n in range(1, 10001)]
    found = run.each(values, "numeric", tdm.add_noise("x", of="e"), entity="sha256(int8send(i))")
    moved = [Decimal(str(masked)) for _, masked in found]
    assert all(masked.as_tuple().exponent == -2 for masked in moved)
    before = sum(Decimal(value) for value in values)
    assert abs(sum(moved) - before) < before / 200
    steps = {
        round(masked / Decimal(value) - 1, 2) for masked, value in zip(moved, values, strict=True)
    }
    assert min(steps) <= Decimal("-0.09") and max(steps) >= Decimal("0.09")


def test_columns_of_an_entity_move_apart(run: Runner) -> None:
    """Whoever learns one number must not learn the others; columns of one name agree."""
    ((_, income, salary, other, renamed),) = run.each(
        ["1000000"], "numeric",
        *(tdm.add_noise(name, of="e", value="x", **more) for name, more in (
            ("income", {}), ("salary", {}), ("income", {"percent": 20}),
            ("pay", {"domain": "income"}),
        )),
    )  # fmt: skip
    assert income != salary and income == renamed
    assert Decimal(str(other)) - 1000000 == 2 * (Decimal(str(income)) - 1000000)


def test_noise_knows_what_the_sources_declare(run: Runner) -> None:
    """numeric(4, 2) holds 99.99 and no more."""
    column = SimpleNamespace(name="x", data_type="numeric(4, 2)")
    source = SimpleNamespace(
        unique_id="source.app.app.things", package_name="app", source_name="app", name="things",
        columns={"x": column},
    )  # fmt: skip
    aware = rendered.package(sources={"source.app.app.things": source})
    values = ["99.99", "-99.99", "95.00", "0.00"] * 100
    for masked in (
        aware.add_noise("x", percent=90, of="e"),
        aware.add_noise("x", amount=90, of="e", keep_sign=False),
        aware.round_to("x", to=10),
        f"case when x <> 0 then {aware.round_to('x', to='0.5')} end",
    ):
        found = run.each(
            values, "numeric(4, 2)", f"({masked})::numeric(4, 2)", entity="sha256(int8send(i))"
        )
        assert len(found) == 400
    column.data_type = "numeric(3)"
    assert "'999'" not in aware.round_to("x") and "999::numeric" in aware.round_to("x")
    column.data_type = "numeric(2, 2)"
    assert " 0.99::numeric" in aware.round_to("x")


@given(
    st.lists(
        st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=12),
        min_size=1, max_size=60,
    )
)  # fmt: skip
@BATCHES
def test_parts_add_up_to_their_total(run: Runner, invoices: list[list[Decimal]]) -> None:
    """Invoices of customers, their lines, and what each customer pays in all: to the cent."""
    rows = ", ".join(
        f"({number % 7}, {number}, {line}, {amount})"
        for number, lines in enumerate(invoices)
        for line, amount in enumerate(lines)
    )
    of_lines = tdm.scale_amount("amount", of="customer", along=["invoice", "line"])
    of_invoices = tdm.scale_amount("total", of="customer", along="invoice")
    of_customers = tdm.scale_amount("total", of="customer")
    alone = tdm.scale_amount("total", of="invoice_digest")
    parts = tdm.scale_amount("amount", of="invoice_digest", along="line")
    given_rows = (
        f"with lines as (select id, invoice, line, amount::numeric(14, 2) as amount,"
        " sha256(int4send(id)) as customer, sha256(int4send(invoice)) as invoice_digest"
        f" from (values {rows}) as v (id, invoice, line, amount)),"
        " invoices as (select id, customer, invoice, invoice_digest, sum(amount) as total"
        " from lines group by 1, 2, 3, 4),"
        " customers as (select id, customer, sum(total) as total from invoices group by 1, 2),"
        f" masked_lines as (select id, invoice, line, amount, {of_lines} as masked,"
        f" {parts} as part from lines),"
        f" masked_invoices as (select id, invoice, {of_invoices} as masked, {alone} as alone"
        " from invoices),"
        f" masked_customers as (select id, {of_customers} as masked from customers) "
    )
    wrong = run.rows(
        given_rows + "select i.invoice from masked_invoices as i inner join (select invoice,"
        " sum(masked) as masked, sum(part) as parts from masked_lines group by 1) as l"
        " using (invoice) where i.masked <> l.masked or i.alone <> l.parts"
        " union all select c.id from masked_customers as c inner join (select id, sum(masked) as"
        " masked from masked_invoices group by 1) as i using (id) where c.masked <> i.masked"
    )
    assert wrong == []
    odd = run.rows(
        given_rows + "select amount, masked, part from masked_lines"
        " where sign(masked) * sign(amount) < 0 or sign(part) * sign(amount) < 0"
        " or amount = 0 and (masked <> 0 or part <> 0)"
        " or abs(masked - amount) > abs(amount) * 0.1 + 0.01"
        " or abs(part - amount) > abs(amount) * 0.1 + 0.01"
    )
    assert odd == []


def test_sums_beside_what_is_no_number(run: Runner) -> None:
    """NULL, NaN and infinity stay, and do not spoil the rest; parts of one status add up."""
    masked = tdm.scale_amount("x", of="e", along="i")
    inner = (
        "(select i, x::numeric as x, sha256('entity'::bytea) as e from (values (1, '10.05'), (2,"
        " null), (3, 'NaN'), (4, '20.10'), (5, '-Infinity'), (6, '0.01'), (7, '0.00')) as v (i, x))"
    )
    found = [row[0] for row in run.rows(f"select {masked} from {inner} as t order by i")]
    assert found[1] is None and found[2].is_nan() and found[4] == Decimal("-Infinity")
    total = run.value(
        f"select {tdm.scale_amount('x', of='e')} from"
        " (select 30.16 as x, sha256('entity'::bytea) as e) as t"
    )
    assert found[0] + found[3] + found[5] == total and found[6] == 0
    within = tdm.scale_amount("x", of="e", along="i", within="status")
    by_status = run.rows(
        f"select status, sum(masked), {tdm.scale_amount('x', of='e', value='sum(x)')} from"
        f" (select status, x, e, {within} as masked from (select i, i % 3 as status, i * 1.01 as x,"
        " sha256('entity'::bytea) as e from generate_series(1, 100) as i) as t) as t group by 1, e"
    )
    assert len(by_status) == 3 and all(parts == whole for _, parts, whole in by_status)
    assert (
        run.value(f"select {masked} from (select 1 as i, 5.00 as x, null::bytea as e) as t") is None
    )


@pytest.mark.parametrize("to", ["1", "10", "1000", "0.05", "0.5", "7"])
@given(st.lists(st.decimals(-(10**15), 10**15, places=3), min_size=1, max_size=300))
@BATCHES
def test_rounding(run: Runner, to: str, numbers: list[Decimal]) -> None:
    found = run.each([str(number) for number in numbers], "numeric", tdm.round_to("x", to=to))
    for number, (_, rounded) in zip(numbers, found, strict=True):
        unit = Decimal(to)
        assert Decimal(str(rounded)) == (number / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=300))
@BATCHES
def test_bands(run: Runner, numbers: list[int]) -> None:
    values = [str(number) for number in numbers]
    label, lower = tdm.band("x", width=25), tdm.band("x", width=25, show="lower")
    for number, (_, text, start) in zip(
        numbers, run.each(values, "bigint", label, lower), strict=True
    ):
        first = number // 25 * 25
        assert text == f"{first}-{first + 24}" and start == str(first)
    found = run.each(
        ["", " 23 ", "+29", "30", "29.99", "-1", "1e2", "0", "9", "90", "NaN", "inf", "-Infinity",
         "x", "2 3", "２３", "1" * 1001, "1e9999", None],
        "text", tdm.band("x", bottom=0, top=90, other="?"),
    )  # fmt: skip
    assert [text for _, text in found] == [
        "", "20-29", "20-29", "30-39", "20-29", "<0", "90+", "0-9", "0-9", "90+", "?", "90+", "<0",
        "?", "?", "?", "?", "?", None,
    ]  # fmt: skip
    assert run.each(["1.75", "-0.1", "2"], "numeric", tdm.band("x", width="0.5")) == [
        ("1.75", "1.5-<2.0"), ("-0.1", "-0.5-<0.0"), ("2", "2.0-<2.5"),
    ]  # fmt: skip
    assert rendered.facts(tdm.band("x", bottom=0, top=90))["max_length"] == len("unknown")


def test_codes_of_dates_and_money(run: Runner) -> None:
    values = ["1890-01-01", "2020-05-05", "infinity", "-infinity", None]
    masked = tdm.top_code("x", top="2000-01-01"), tdm.bottom_code("x", bottom="1900-01-01")
    assert run.each(values, "date", *masked) == [
        ("1890-01-01", "1890-01-01", "1900-01-01"), ("2020-05-05", "2000-01-01", "2020-05-05"),
        ("infinity", "2000-01-01", "infinity"), ("-infinity", "-infinity", "1900-01-01"),
        (None, None, None),
    ]  # fmt: skip
    assert run.each(["100"], "money", f"({tdm.top_code('x', top='90')})::numeric")[0][1] == "90.00"


# What "Guidance Regarding Methods for De-identification of Protected Health Information" (HHS,
# 26 November 2012) lists by the census of 2000.
RESTRICTED = "036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893".split()


def test_zip3(run: Runner) -> None:
    lines = (rendered.REPO / "seeds/dictionaries/zip3_restricted.csv").read_text().splitlines()
    assert lines == ["vintage,zip3", *(f"2000,{area}" for area in RESTRICTED)]
    run.rows("create table restricted (vintage int, zip3 text)")
    run.rows("insert into restricted select 2000, unnest('{" + ",".join(RESTRICTED) + "}'::text[])")
    masked = tdm.zip3("x", restricted="restricted")
    codes = [f"{area:03d}{number:02d}" for area in range(1000) for number in (0, 17, 99)]
    for code, area, nothing in run.each(
        codes, "text", masked, tdm.zip3("x", restricted="restricted", vintage=2020)
    ):
        assert area == ("000" if str(code)[:3] in RESTRICTED else str(code)[:3])
        assert nothing == "000"
    odd = {
        "": "", "90210-1234": "902", "902101234": "902", "90210 1234": "902", " 90210 ": "902",
        "2139": "021", "21391234": "021", "3601": "000", "03601": "000", "902": "000",
        "90": "000",
        "SW1A 1AA": "000", "９０２１０": "000", "90210\n": "000", "902101": "000",
        "90210-12": "000", "9021O": "000",
    }  # fmt: skip
    filled = tdm.zip3("x", restricted="restricted", fill="00")
    for code, area, five in run.each([*odd, None], "text", masked, filled):
        assert area == (None if code is None else odd[code])
        assert five == (area if not area else f"{area}00")
    assert run.each(["90210", "3601"], "integer", masked) == [("90210", "902"), ("3601", "000")]
    assert rendered.facts(filled)["max_length"] == 5


def test_a_hierarchy(run: Runner) -> None:
    run.rows(
        "create table places (value text, region text, country text);"
        " insert into places values ('Kiel', 'North', 'DE'), ('Ulm', 'South', 'DE'), ('Bern', null,"
        " 'CH'), (null, 'x', 'x'), ('O''Neill \"x\"', 'West', 'IE')"
    )
    values = ["Kiel", "Ulm", "Bern", "kiel", "", 'O\'Neill "x"', "Kiel ", "\U0001f600", None]
    found = run.each(
        values, "text", tdm.generalise("x", "places", "region"),
        tdm.generalise("x", "places", "country", other="*"),
    )  # fmt: skip
    assert [row[1:] for row in found] == [
        ("North", "DE"), ("South", "DE"), ("other", "CH"), ("other", "*"), ("", ""), ("West", "IE"),
        ("other", "*"), ("other", "*"), (None, None),
    ]  # fmt: skip
    # a column that only the masked table has is no level
    with pytest.raises(Exception, match=r"listed\.x does not exist"):
        run.each(values, "text", tdm.generalise("x", "places", "x"))


def test_a_shuffle_deals_out_the_same_values(run: Runner) -> None:
    run.rows(
        "create table dealt as select i as id, i % 3 as part,"
        " case when i % 10 <> 0 then 'v' || i / 2 end as x from generate_series(1, 10000) as i;"
        " alter table dealt add primary key (id)"
    )
    masked = tdm.shuffle("x", by="id")
    rows = run.rows(f"select id, x, {masked}, part from dealt order by id")
    assert Counter(before for _, before, *_ in rows) == Counter(after for *_, after, _ in rows)
    assert all((before is None) == (after is None) for _, before, after, _ in rows)
    same = sum(before == after for _, before, after, _ in rows if before)
    assert same < 5  # one pair in ten thousand has the same value
    # the order of the rows, the plan and the other columns do not matter
    again = run.rows(
        f"select * from (select id, x, {masked}, part from (select * from dealt order by x desc"
        " offset 0) as t) as t order by id"
    )
    assert rows == again
    grouped = run.rows(
        f"select id, x, {tdm.shuffle('x', by=['part', 'id'], within='part')}, part from dealt"
    )
    for part in range(3):
        before = Counter(x for _, x, _, p in grouped if p == part)
        assert before == Counter(y for *_, y, p in grouped if p == part)
    # the number of places between a row and the one whose value it got tells nothing
    moved = [int(str(after)[1:]) - int(str(before)[1:]) for _, before, after, _ in rows if before]
    assert abs(sum(1 for by in moved if by > 0) / len(moved) - 0.5) < 0.05
    one = run.rows(f"select {tdm.shuffle('x', by='id')} from (select 1 as id, 'only' as x) as t")
    assert one == [("only",)]
    facts = rendered.facts(masked)
    assert facts["holds"] == "original" and not facts["injective"] and facts["keyed"]


def test_categories_keep_their_distribution(run: Runner) -> None:
    run.rows(
        "create table things as select case when i % 50 = 0 then '' when i % 49 <> 0 then"
        " 'Größe ' || (i % 12) * (i % 11) end as x from generate_series(1, 5000) as i"
    )
    masked = tdm.permute_category("x", "things", domain="category")
    rows = run.rows(f"select x, {masked}, count(*) from things group by x order by x")
    assert len(rows) > 30
    filled = [(before, after) for before, after, _ in rows if before]
    assert {before for before, _ in filled} == {after for _, after in filled}
    assert all(before != after for before, after in filled)
    assert [row[1] for row in rows if not row[0]] == [row[0] for row in rows if not row[0]]
    facts = rendered.facts(masked)
    # the build counts categories by this, and refuses it where there are few
    assert facts["by_value"] and facts["injective"] and facts["reversible"]
    assert facts["domain"] == "category"
    other = tdm.permute_category("x", "things", domain="category", in_rows="y")
    with pytest.raises(Exception, match=r"listed\.y does not exist"):
        run.rows(f"select {other} from things")


def test_facts() -> None:
    """Unkeyed generalisations say so; noise by value says that it is."""
    for sql in (
        tdm.round_to("x"), tdm.band("x"), tdm.top_code("x", top=1), tdm.bottom_code("x", bottom=1),
        tdm.zip3("x"), tdm.generalise("x", "h", "l"),
    ):  # fmt: skip
        facts: dict[str, Any] = rendered.facts(sql)
        assert facts["keyed"] is False and not facts["injective"] and "by_value" not in facts
    assert rendered.facts(tdm.add_noise("x"))["by_value"] is True
    assert rendered.facts(tdm.add_noise("x"))["domain"] == "noise"
    assert rendered.facts(tdm.add_noise("x", of="e"))["by_value"] is False
    assert rendered.facts(tdm.scale_amount("x", of="e"))["of"] == "e"


def test_workers_may_run_them(run: Runner) -> None:
    """Every function is immutable and parallel safe, and a parallel plan makes the same rows."""
    unsafe = run.rows(
        "select proname from pg_proc where pronamespace = 'masks_tdm'::regnamespace"
        " and (provolatile <> 'i' or proparallel <> 's')"
        # the static proof's, which no mask calls
        " and proname not in ('breaks', 'break_of')"
    )
    assert unsafe == []
    run.rows(
        "create table many as select i as x, sha256(int4send(i)) as e"
        " from generate_series(1, 20000) as i"
    )
    masks = (
        tdm.add_noise("x", of="e"), tdm.add_noise("x"), tdm.round_to("x"), tdm.band("x"),
        tdm.scale_amount("x", of="e"), tdm.zip3("x"),
        tdm.shift_date("x", of="e", value="date '2000-01-01' + x"),
        tdm.shift_range("x", of="e", value="daterange(date '2000-01-01' + x, null)"),
    )  # fmt: skip
    query = "select x, " + ", ".join(f"({mask})::text" for mask in masks) + " from many"
    run.rows("set max_parallel_workers_per_gather = 0")
    alone = run.rows(query)
    run.rows(
        "set max_parallel_workers_per_gather = 2; set parallel_setup_cost = 0;"
        " set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0"
    )
    plan = "\n".join(str(line) for (line,) in run.rows(f"explain (costs off) {query}"))
    assert plan.startswith("Gather")
    assert sorted(alone) == sorted(run.rows(query))
    run.rows("reset all")
    run.rows(run.settings)


def test_wrong_arguments() -> None:
    none_given = None
    for call, said in (
        (lambda: tdm.add_noise("x", percent="1; drop table x"), "expected a number"),
        (lambda: tdm.round_to("x", to="y"), "expected a number"),
        (lambda: tdm.round_to("x", to=0), "a number above 0"),
        (lambda: tdm.scale_amount("x", of="e", percent=100), "is not below 100"),
        (lambda: tdm.band("x", width=-5), "a number above 0"),
        (lambda: tdm.add_noise("x", percent=none_given), "expected a number"),
        (lambda: tdm.band("x", show="range"), "'label' or 'lower'"),
    ):
        with pytest.raises(CompilerError, match=said):
            call()


def test_half_goes_away_from_zero(run: Runner) -> None:
    found = run.each(["5", "-5", "4", "14.9999", "15"], "numeric", tdm.round_to("x"))
    assert [Decimal(str(y)).quantize(Decimal(1), ROUND_DOWN) for _, y in found] == [
        10,
        -10,
        0,
        10,
        20,
    ]
