"""Random values of a type: within bounds, evenly, for the row; integer keys that keep a range."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID

import pytest

from masks import rendered
from masks.rendered import CompilerError
from masks.running import Runner

tdm = rendered.package()


def _drawn(run: Runner, kind: str, value: str, **bounds: object) -> tuple[object, ...]:
    mask = tdm.random_value("x", by="i", **bounds)
    return run.rows(
        f"select count(*), count(distinct y), min(y)::text, max(y)::text from (select {mask} as y"
        f" from (select i, {value}::{kind} as x from generate_series(1, 3000) as i) as t) as made"
    )[0]


def test_every_value_between_the_bounds(run: Runner) -> None:
    assert _drawn(run, "int", "7", min=-2, max=7) == (3000, 10, "-2", "7")
    assert _drawn(run, "smallint", "7", max=-32767) == (3000, 2, "-32768", "-32767")
    assert _drawn(run, "numeric", "0.1", min=0, max=1.25)[1:] == (13, "0.0", "1.2")
    assert _drawn(run, "money", "7.00", min=5, max=5.01)[1:] == (2, "$5.00", "$5.01")
    days = _drawn(run, "date", "'infinity'", min="2024-02-28", max="2024-03-01")
    assert days == (3000, 3, "2024-02-28", "2024-03-01")
    assert _drawn(run, "time", "'12:00'", min="23:59:58")[1:] == (2, "23:59:58", "23:59:59")
    minute = {"min": "2024-01-01 00:00+00", "max": "2024-01-01 00:01+00"}
    assert _drawn(run, "timestamptz", "now()", **minute)[1] == 61
    (_, many, low, high) = _drawn(run, "bigint", "7")
    assert many == 3000 and int(str(low)) < -(2**62) and int(str(high)) > 2**62


def test_labels_of_an_enum(run: Runner) -> None:
    """Each as likely as the others, whatever there was; a domain over it, and a part of it."""
    run.rows("create type mood as enum ('glad', 'calm', 'sad', 'cross')")
    run.rows("create domain moods as mood")
    for kind, value in (("mood", None), ("moods", "x::mood")):
        mask = tdm.random_value("x", by="i", value=value)
        found = run.rows(
            f"select y, count(*) from (select {mask} as y from (select i, 'sad'::{kind} as x from"
            " generate_series(1, 4000) as i) as t) as made group by 1 order by 1"
        )
        assert [label for label, _ in found] == ["glad", "calm", "sad", "cross"]
        assert all(900 < count < 1100 for _, count in found)
    assert _drawn(run, "mood", "'glad'", min="calm", max="sad")[1:] == (2, "calm", "sad")


def test_what_has_no_bounds(run: Runner) -> None:
    for kind, value, many in (("boolean", "true", 2), ("uuid", f"'{UUID(int=0)}'", 3000)):
        mask = tdm.random_value("x", by="i")
        assert (
            run.value(
                f"select count(distinct {mask}) from (select i, {value}::{kind} as x from"
                " generate_series(1, 3000) as i) as t"
            )
            == many
        ), kind


def test_a_row_draws_again_for_each_column(run: Runner) -> None:
    """The same row the same, another column something else; keys of several columns, and NULL."""
    first, second = (tdm.random_value(name, by=["i", "j"]) for name in ("x", "z"))
    rows = run.rows(
        f"select {first}, {first}, {second}, {tdm.random_value('x', by='j')} from"
        " (select i, null::int as j, i as x, i as z from generate_series(1, 20) as i) as t"
    )
    assert all(a == b and a != c for a, b, c, _ in rows)
    assert len({a for a, *_ in rows}) == 20 and len({d for *_, d in rows}) == 1


def test_what_cannot_be_drawn(run: Runner) -> None:
    with pytest.raises(CompilerError, match="min of random_value is above max"):
        tdm.random_value("x", by="i", min=2, max=1)
    columns = {"x": SimpleNamespace(name="x", data_type="character varying(9)")}
    source = SimpleNamespace(
        source_name="app", name="things", columns=columns, config={"meta": {}}, package_name="app",
        schema="app", identifier="things", resource_type="source",
    )  # fmt: skip
    declared = rendered.package(sources={"s": source})
    with pytest.raises(CompilerError, match=r"x: random_value draws .*, not character varying"):
        declared.random_value("x", by="i")


@pytest.mark.parametrize(("low", "high"), [(1, 500), (-100, 12345), (-32767, -32000), (0, 29_999)])
def test_keys_stay_in_their_range(run: Runner, low: int, high: int) -> None:
    """All smallints there are: each comes out once, and those of the range stay in it."""
    mask = tdm.token_smallint("x", domain="d", min=low, max=high)
    inside = f"between {low} and {high}"
    assert run.rows(
        f"select count(distinct y), bool_and((x {inside}) = (y {inside})), count(*) filter (where"
        f" x = y) < 300 from (select x, {mask} as y from (select i::smallint as x from"
        " generate_series(-32768, 32767) as i) as t) as made"
    ) == [(65536, True, True)]


@pytest.mark.parametrize(
    ("mask", "bounds"),
    [
        ("token_smallint", {"max": 32768}),
        ("token_int", {"min": -5, "max": 2**31 - 1}),
        ("token_int", {"min": 5, "max": 5}),
        ("token_bigint", {"min": "1", "max": 9}),
        ("token_bigint", {"max": 2**60}),
    ],
)
def test_ranges_that_no_key_can_stay_in(mask: str, bounds: dict[str, object]) -> None:
    with pytest.raises(CompilerError, match="keeps the numbers from min to max"):
        getattr(tdm, mask)("x", domain="d", **bounds)
