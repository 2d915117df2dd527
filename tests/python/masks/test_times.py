"""Dates that move and dates cut short: intervals, ends of the types, daylight saving, ages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masks import rendered
from masks.rendered import CompilerError
from masks.running import Runner

tdm = rendered.package()
BATCHES = settings(max_examples=15, deadline=None)
BERLIN = ZoneInfo("Europe/Berlin")

AWKWARD_DATES = [
    None, "infinity", "-infinity", "4714-11-24 BC", "4714-12-01 BC", "5874897-12-31",
    "5874897-12-02", "0001-12-31 BC", "0001-01-01", "0001-01-02", "9999-12-31", "2024-02-29",
    "1900-03-01", "1970-01-01",
]  # fmt: skip
AWKWARD_TIMES = [
    None, "infinity", "-infinity", "4714-11-24 00:00:00 BC", "4714-12-01 12:00:00 BC",
    "294276-12-31 23:59:59.999999", "294276-12-05 00:00:00", "0001-01-01 00:00:00",
    "9999-12-31 23:59:59.999999", "2024-02-29 23:59:59.999999", "1969-12-31 23:59:60",
]  # fmt: skip
STAYING = {None, "infinity", "-infinity", "0001-01-01", "9999-12-31"}


@pytest.mark.parametrize(("days", "weekday"), [(30, False), (30, True), (7, True), (365, False)])
@given(st.lists(st.integers(0, 2147483493), min_size=1, max_size=400))
@BATCHES
def test_all_dates_of_an_entity_move_alike(
    run: Runner, days: int, weekday: bool, numbers: list[int]
) -> None:
    """On every day that the type has; only what lies at its ends stays."""
    moved = tdm.shift_date("x", of="e", days=days, weekday=weekday, keep=[])
    found = run.each(
        [str(number) for number in numbers], "date", f"({moved}) - x",
        made_by="date '4714-11-24 BC' + {value}::int",
    )  # fmt: skip
    inner = {
        int(str(by))
        for number, (_, by) in zip(numbers, found, strict=True)
        if days < number < 2147483493 - days
    }
    outer = {int(str(by)) for _, by in found}
    assert len(inner) <= 1 and outer <= inner | {0} | outer & set(range(-days, days + 1))
    assert all(abs(by) <= days and (not weekday or by % 7 == 0) for by in outer)


@pytest.mark.parametrize(("days", "weekday"), [(3, False), (30, False), (30, True)])
def test_every_shift_occurs_as_often(run: Runner, days: int, weekday: bool) -> None:
    moved = tdm.shift_date("x", of="e", days=days, weekday=weekday)
    found = run.each(["2024-02-29"] * 6000, "date", f"({moved}) - x", entity="sha256(int8send(i))")
    counts: dict[int, int] = {}
    for _, by in found:
        counts[int(str(by))] = counts.get(int(str(by)), 0) + 1
    step = 7 if weekday else 1
    assert sorted(counts) == list(range(-(days // step) * step, days + 1, step))
    expected = 6000 / len(counts)
    assert all(0.5 * expected < count < 1.6 * expected for count in counts.values())


def test_what_is_no_day_stays(run: Runner) -> None:
    found = run.each(AWKWARD_DATES, "date", tdm.shift_date("x", of="e"))
    assert len(found) == len(AWKWARD_DATES)
    for original, moved in found:
        ends = original in ("4714-11-24 BC", "4714-12-01 BC", "5874897-12-31", "5874897-12-02")
        assert (moved == original) == (original in STAYING or ends), original
    ((_, moved),) = run.each(["9999-12-31"], "date", tdm.shift_date("x", of="e", keep=[]))
    assert moved == "10000-01-11"
    ((_, moved),) = run.each(
        ["1900-01-01"], "date", tdm.shift_date("x", of="e", keep=["1900-01-01"])
    )
    assert moved == "1900-01-01"
    assert run.value(f"select {tdm.shift_date('x', of='e')} from"
                     " (select date '2024-01-01' as x, null::bytea as e) as t") is None  # fmt: skip


@pytest.mark.parametrize("kind", ["timestamp", "timestamptz"])
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_timestamps_never_fail(run: Runner, kind: str, zone: str | None) -> None:
    for zone_of_session in ("UTC", "Pacific/Kiritimati", "Pacific/Niue"):
        run.rows(f"set timezone = '{zone_of_session}'")
        for days in (1, 30, 3650):
            masked = tdm.shift_timestamp("x", of="e", days=days, zone=zone)
            found = run.each(AWKWARD_TIMES[:-1] if kind == "timestamp" else [
                value and value + ("" if value.endswith("infinity") else "+00")
                if value is None or "BC" not in value else value.replace(" BC", "+00 BC")
                for value in AWKWARD_TIMES
            ], kind, masked)  # fmt: skip
            kept = [original == moved for original, moved in found]
            assert kept[:4] == [True] * 4 and kept[5] and kept[7] and kept[8] and not kept[9]
    run.rows("set timezone = 'UTC'")


@given(st.lists(st.datetimes(datetime(1980, 1, 1), datetime(2037, 1, 1)), min_size=2, max_size=300))
@BATCHES
def test_timestamps_and_dates_move_together(run: Runner, moments: list[datetime]) -> None:
    """To the microsecond, over daylight saving; with a zone, its clock shows the same time."""
    texts = [moment.replace(tzinfo=UTC).isoformat() for moment in moments]
    by_date = run.each(["2024-01-10"], "date", f"({tdm.shift_date('x', of='e')}) - x")[0][1]
    shift = timedelta(days=int(str(by_date)))
    assert shift
    found = run.each(
        texts, "timestamptz", tdm.shift_timestamp("x", of="e"),
        tdm.shift_timestamp("x::timestamp", of="e", value="x::timestamp"),
        tdm.shift_timestamp("x", of="e", zone="Europe/Berlin"),
    )  # fmt: skip
    for original, moved, plain, local in found:
        before, after, there = (datetime.fromisoformat(str(t)) for t in (original, moved, local))
        assert after - before == shift
        assert datetime.fromisoformat(str(plain)) == after.replace(tzinfo=None)
        clock = before.astimezone(BERLIN).replace(tzinfo=None) + shift
        aware = clock.replace(tzinfo=BERLIN)
        if aware.astimezone(UTC).astimezone(BERLIN).replace(tzinfo=None) == clock:  # it exists
            assert there.astimezone(BERLIN).replace(tzinfo=None) == clock
        assert abs(there - after) <= timedelta(hours=1)


def test_a_day_that_lost_an_hour(run: Runner) -> None:
    """The entity moves by eleven days, over the change to summer time of 31 March 2024."""
    found = run.each(
        ["2024-03-25 12:00:00+01", "2024-03-20 02:30:00+01"], "timestamptz",
        tdm.shift_timestamp("x", of="e"), tdm.shift_timestamp("x", of="e", zone="Europe/Berlin"),
    )  # fmt: skip
    assert found[0][1:] == ("2024-04-05 11:00:00+00", "2024-04-05 10:00:00+00")
    # half past two did not happen that day: PostgreSQL reads it as half past three
    assert found[1][1:] == ("2024-03-31 01:30:00+00", "2024-03-31 01:30:00+00")


RANGES = [
    (None, None), ("empty", "empty"), ("(,)", "(,)"), ("[2024-01-01,)", "[2024-01-12,)"),
    ("(,2024-01-02)", "(,2024-01-13)"), ("[2024-01-01,2024-01-05)", "[2024-01-12,2024-01-16)"),
    ("[2024-01-01,infinity)", "[2024-01-12,infinity)"),
    ("[-infinity,2024-01-01)", "[-infinity,2024-01-12)"),
    ("[2024-01-01,9999-12-31)", "[2024-01-12,9999-12-31)"),
    ("[0001-01-01,2024-01-01)", "[0001-01-01,2024-01-12)"),
    # the kept end would be passed
    ("[9999-12-25,9999-12-31)", "[10000-01-05,10000-01-11)"),
]  # fmt: skip


def test_ranges(run: Runner) -> None:
    masked = tdm.shift_range("x", of="e")
    values = [before for before, _ in RANGES]
    assert run.each(values, "daterange", masked) == RANGES
    assert run.each(["[2024-01-01,9999-12-31]"], "daterange", masked)[0][1] == (
        "[2024-01-12,10000-01-01)"
    )
    for kind, zone in (("tsrange", ""), ("tstzrange", "+00")):
        found = run.each(values, kind, masked)
        for (_, moved), (_, expected) in zip(found, RANGES, strict=True):
            written = f"select '{expected}'::{kind}::text"
            assert moved == (None if expected is None else run.value(written))
        for brackets in ("[]", "[)", "(]", "()"):
            ((_, moved),) = run.each(
                [
                    f"{brackets[0]}2024-01-01 10:00{zone},"
                    f"2024-01-01 10:00:00.000001{zone}{brackets[1]}"
                ],
                kind, masked,
            )  # fmt: skip
            assert moved == (
                f'{brackets[0]}"2024-01-12 10:00:00{zone}","2024-01-12 10:00:00.000001{zone}"'
                f"{brackets[1]}"
            )
        assert run.each(["[2024-01-01,2024-01-01]"], kind, f"isempty({masked})")[0][1] == "false"
    assert run.each(
        ["{}", None, "{[2024-01-01,2024-01-05),[2024-03-01,)}"], "datemultirange", masked
    ) == [
        ("{}", "{}"),
        (None, None),
        (
            "{[2024-01-01,2024-01-05),[2024-03-01,)}",
            "{[2024-01-12,2024-01-16),[2024-03-12,)}",
        ),
    ]
    for kind in ("tsmultirange", "tstzmultirange"):
        assert run.each(["{[2024-01-01,2024-01-02)}"], kind, masked)[0][1] is not None


@pytest.mark.parametrize("kind", ["daterange", "tsrange", "tstzrange"])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2147483493), st.integers(0, 200), st.sampled_from(["[]", "[)", "(]"])
        ),
        min_size=1, max_size=200,
    )
)  # fmt: skip
@BATCHES
def test_ranges_never_fail(run: Runner, kind: str, ends: list[tuple[int, int, str]]) -> None:
    """Anywhere in the type; the length stays unless an end does."""
    last, base = (2147483493, "date") if kind == "daterange" else (109203527, "timestamp")
    values = []
    for low, length, brackets in ends:
        first = 31 + low % (last - 400)
        values.append(f"{first} {first + length + 1} {brackets}")
        values.append(f"{last - 250 + length} {last - 249 + length} {brackets}")
        values.append(f"{length} {length + 1} {brackets}")
    of_type = {"daterange": "date", "tsrange": "timestamp", "tstzrange": "timestamptz"}[kind]
    end = "({base} '4714-11-24 BC' + split_part({{value}}, ' ', {n})::int{step})::{of_type}"
    step = "" if kind == "daterange" else " * interval '1 day'"
    low_end = end.format(base=base, n=1, step=step, of_type=of_type)
    high_end = end.format(base=base, n=2, step=step, of_type=of_type)
    masked = tdm.shift_range("x", of="e")
    found = run.each(
        values, kind, masked, f"isempty({masked})",
        f"(upper({masked}) - lower({masked})) = (upper(x) - lower(x))",
        made_by=f"{kind}({low_end}, {high_end}, split_part({{value}}, ' ', 3))",
    )  # fmt: skip
    assert all(empty == "false" for original, _, empty, _ in found if original != "empty")
    # The others lie so near to an end of the type that one of their own ends may have to stay.
    assert {same for *_, same in found[::3]} == {"true"}


@pytest.mark.parametrize("to", ["decade", "year", "quarter", "month", "week", "day", "hour"])
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("date", AWKWARD_DATES),
        ("timestamp", AWKWARD_TIMES),
        ("timestamptz", AWKWARD_TIMES),
    ],
)
def test_truncations(run: Runner, to: str, kind: str, values: list[str]) -> None:
    masked = tdm.truncate_date("x", to=to)
    again = tdm.truncate_date("x", to=to, value=masked)
    found = run.each(values, kind, masked, again, "isfinite(x)")
    for original, cut, twice, finite in found:
        assert cut == twice or (to in ("week", "decade") and "BC" in str(cut))
        assert (cut is None) == (original is None)
        if finite == "false":
            assert cut == original
        elif finite and not str(original).endswith("BC") and len(str(original).split("-")[0]) == 4:
            expected = run.value(f"select date_trunc('{to}', timestamp '{original}')::text")
            assert cut == expected
    if to == "year":
        assert run.each(values, kind, tdm.year_only("x")) == [row[:2] for row in found]


def test_safe_harbor_ages(run: Runner) -> None:
    """45 CFR 164.514(b)(2)(i)(C): ages over 89 are one category."""
    found = run.each(
        ["0", "1", "89", "90", "91", "130", "32767", "-1", None], "smallint",
        tdm.generalise_age("x"),
    )  # fmt: skip
    assert [age for _, age in found] == ["0", "1", "89", "90", "90", "90", "90", "-1", None]
    for kind in ("numeric", "real", "double precision"):
        assert run.each(["NaN", "Infinity", "89.5", "90.1"], kind, tdm.generalise_age("x")) == [
            ("NaN", "90"), ("Infinity", "90"), ("89.5", "89.5"), ("90.1", "90"),
        ]  # fmt: skip
    texts = [
        "",
        "34",
        " 89 ",
        "90",
        "104",
        "ninety",
        "9 9",
        "089",
        "９１",
        "1e2",
        "99999999999",
        None,
    ]
    found = run.each(texts, "text", tdm.generalise_age("x", label="90+"))
    assert [age for _, age in found] == [
        "", "34", "89", "90+", "90+", "90+", "90+", "089", "90+", "90+", "90+", None,
    ]  # fmt: skip


def test_safe_harbor_birth_dates(run: Runner) -> None:
    masked = tdm.generalise_birth_date("x", as_of="2026-06-30")
    found = run.each(AWKWARD_DATES, "date", masked)
    assert all((year is None) == (original is None) for original, year in found)
    found = run.each(
        ["1890-05-05", "1935-12-31", "1936-07-01", "1936-12-31", "1937-01-01", "2026-06-30",
         "-infinity", "infinity"],
        "date", f"({masked})::date",
    )  # fmt: skip
    assert [year for _, year in found] == [
        "1936-01-01", "1936-01-01", "1936-01-01", "1936-01-01", "1937-01-01", "2026-01-01",
        "1936-01-01", "infinity",
    ]  # fmt: skip
    # nobody over 89 has a year of birth of their own
    days = [(date(1920, 1, 1) + timedelta(days=11 * n)).isoformat() for n in range(3500)]
    for original, year in run.each(days, "date", f"({masked})::date"):
        born = date.fromisoformat(str(original))
        age = 2026 - born.year - ((born.month, born.day) > (6, 30))
        assert year == ("1936-01-01" if age > 89 or born.year == 1936 else f"{born.year}-01-01")


def test_generalisations_need_no_key() -> None:
    for sql in (
        tdm.year_only("x"),
        tdm.truncate_date("x"),
        tdm.generalise_age("x"),
        tdm.generalise_birth_date("x", as_of="2026-01-01"),
    ):
        facts = rendered.facts(sql)
        assert facts["keyed"] is False and facts["injective"] is False
        assert "sha256" not in sql
    for mask in ("shift_date", "shift_timestamp", "shift_range"):
        facts = rendered.facts(getattr(tdm, mask)("x", of="e"))
        assert facts["keyed"] and facts["of"] == "e" and not facts["injective"]


def test_wrong_arguments() -> None:
    for call, said in (
        (lambda: tdm.shift_date("x", of="e", days=3, weekday=True), "at least 7"),
        (lambda: tdm.shift_date("x", of="e", days=0), "above 0"),
        (lambda: tdm.shift_range("x", of="e", days="30"), "a whole number"),
        (lambda: tdm.truncate_date("x", to="fortnight"), "is none of decade, year"),
        (lambda: tdm.generalise_birth_date("x", as_of="current_date"), "a date like 2026-06-30"),
    ):
        with pytest.raises(CompilerError, match=said):
            call()
