"""Masks of some rows: what nobody knows is masked, and the marker says what may pass."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from conftest import TestServer
from masks import rendered
from masks.numbers import awkward
from masks.rendered import CompilerError
from masks.running import Runner, runner

tdm = rendered.package()


@pytest.fixture(scope="module")
def run(server: TestServer) -> Iterator[Runner]:
    with runner(server) as running:
        running.rows("create extension citext")
        yield running


def facts(mask: str, **arguments: Any) -> dict[str, Any]:
    return rendered.facts(tdm.mask_when("x", "{value} > 'm'", mask, **arguments))


def test_what_is_unknown_is_masked(run: Runner) -> None:
    masked = tdm.mask_when("x", "kind = 'private'", tdm.set_constant("x", "'masked'"))
    rows = run.rows(
        f"select kind, x, ({masked})::text from (values (1, 'private', 'ab12'), (2, 'firm',"
        " 'ab12'), (3, null, 'ab12'), (4, 'private', null), (5, 'firm', null), (6, 'private', ''))"
        " as things (i, kind, x) order by i"
    )
    assert [made for _, _, made in rows] == ["masked", "ab12", "masked", None, None, "masked"]
    other = tdm.mask_when(
        "x", "kind = 'private'", tdm.token_text("x", domain="d"), otherwise=tdm.set_null("x")
    )
    rows = run.rows(
        f"select {other} from (values ('private', 'a'), ('firm', 'a'), (null, 'a')) as t (kind, x)"
    )
    assert rows[0] == rows[2] != (None,) and rows[1] == (None,)


def test_a_condition_over_the_value_itself(run: Runner) -> None:
    values: list[str | None] = [None, "", *(text for text in awkward(1000) if len(text) > 8)]
    condition = "{value} not like '%a%' or {value} ~ '^\\d+ */ [*]'"
    masked = tdm.mask_when("x", condition, tdm.token_text("x", domain="d"))
    assert rendered.facts(masked)["when"] == condition
    for before, after in run.each(values, "text", masked):
        assert (after == before) == (not before or "a" in before), before


def test_types_agree_with_the_column(run: Runner) -> None:
    """In a model the mask gets the type that the sources declare."""
    types = {"varchar(80)": "a", "char(4)": "a", "citext": "A", "int": "5", "jsonb": '{"a": 1}',
             "xml": None, "text[]": "{a}", "date": "2024-01-01", "bytea": "\\x00"}  # fmt: skip
    column = SimpleNamespace(name="x", data_type="")
    sources = {"s": SimpleNamespace(
        source_name="app", name="things", columns={"x": column}, package_name="app",
        original_file_path="x.yml", resource_type="source", unique_id="s", config={},
    )}  # fmt: skip
    own = rendered.package(sources=sources)
    for kind, value in types.items():
        column.data_type = kind
        masked = own.mask_when("x", "i % 2 = 0", own.mask_sql("x", f"null::{kind}::text"))
        assert f"::{kind} else" in masked
        made = run.each([value, value], kind, f"pg_typeof({masked})", f"({masked}) is null")
        assert [row[2] for row in made] == ["false" if value else "true", "true"]


def test_one_to_one_only_where_both_are() -> None:
    token, other = tdm.token_text("x", domain="d"), tdm.token_text("x", domain="other")
    code, name = tdm.mask_code("x", domain="d"), tdm.mask_first_name("x")
    assert facts(token)["injective"] is True
    assert (
        facts(tdm.set_null("x"))["injective"] is True
        and facts(tdm.set_null("x"))["nulls"] == "made"
    )
    assert facts(tdm.mask_email("x", of="e"))["injective"] == "entity"
    assert facts(code)["injective"] is False, "a permutation makes what other rows keep"
    assert facts(token, otherwise=other)["injective"] is True
    assert facts(token, otherwise=code)["injective"] is False
    assert facts(tdm.mask_email("x", of="e"), otherwise=token)["injective"] is False
    assert facts(name, otherwise=token)["injective"] is False


def test_the_marker_says_what_may_pass() -> None:
    kept = facts(tdm.token_text("x", domain="d"))
    assert kept["keeps"] == "some" and kept["holds"] == "original" and kept["max_length"] == 24
    assert kept["domain"] == "d" and kept["made_by"] == ["token_text", "kept"]
    both = facts(tdm.token_text("x", domain="d"), otherwise=tdm.mask_first_name("x"))
    assert "keeps" not in both and "holds" not in both
    assert both["max_length"] == 24 and both["space"] == "1000" and both["made_of"] == "words"
    assert (
        facts(tdm.mask_code("x", domain="d"), otherwise=tdm.lorem_text("x"))["max_length"] == "same"
    )
    named = facts(tdm.token_text("x", domain="d"), rule="private people")
    assert named["when"] == "private people"
    one = tdm.mask_when("x", "y */ z", tdm.token_text("x", domain="d"))
    assert len(rendered.package().markers(one, having="column")) == 1
    # every key that it needs is named, so that the build makes it
    two = tdm.mask_when(
        "x", "y", tdm.token_text("x", domain="d"), otherwise=tdm.token_text("x", domain="e")
    )
    assert {f["domain"] for f in rendered.package().markers(two, having="domain")} == {"d", "e"}


def test_masks_are_expected() -> None:
    with pytest.raises(CompilerError, match="x: mask_when expects a mask"):
        tdm.mask_when("x", "true", "upper(x)")
    with pytest.raises(CompilerError, match="otherwise= of mask_when expects a mask"):
        tdm.mask_when("x", "true", tdm.set_null("x"), otherwise="x")
