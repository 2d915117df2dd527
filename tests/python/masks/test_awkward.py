"""Every mask over awkward values of every type that it takes: 200 of each, 10,000 nightly.

No mask fails; what it makes fits the column, and is the same again, by parallel workers, and on
every version of PostgreSQL; NULL and the empty string become what the sheets say.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from conftest import TestServer
from masks import awkward, rendered
from masks.golden import NO_MASKS, entries, rendered_mask
from masks.running import Runner, runner
from tdm import sheets

COUNT = 10_000 if os.environ.get("TDM_NIGHTLY") else 200
TOGETHER = 12
NUMBERS = ["smallint", "integer", "bigint", "numeric", "real", "double precision", "money"]
RANGES = [f"{of}{kind}" for of in ("date", "ts", "tstz") for kind in ("range", "multirange")]
NUMBER_RANGES = [
    f"{of}{kind}" for of in ("int4", "int8", "num") for kind in ("range", "multirange")
]
# Further types of the golden vectors' masks, and masks of many rows, which have none.
FURTHER: list[tuple[str, dict[str, Any], list[str]]] = [
    ("shift_date", {"of": "e", "days": 10_000}, ["date"]),
    ("shift_timestamp", {"of": "e", "zone": "Europe/Paris"}, ["timestamp", "timestamptz"]),
    ("shift_timestamp", {"of": "e"}, ["timestamp", "timestamptz"]),
    ("shift_range", {"of": "e"}, RANGES),
    ("year_only", {}, ["date", "timestamp", "timestamptz"]),
    *[
        ("truncate_date", {"to": to}, ["date", "timestamp", "timestamptz"])
        for to in ("decade", "year", "quarter", "month", "week", "day", "hour")
    ],
    ("generalise_birth_date", {"as_of": "2026-06-30"}, ["date", "timestamp", "timestamptz"]),
    ("generalise_age", {}, ["smallint", "bigint", "numeric"]),
    ("add_noise", {}, NUMBERS),
    ("add_noise", {"of": "e", "amount": 100, "keep_sign": False}, NUMBERS),
    ("scale_amount", {"of": "e"}, ["numeric", "money"]),
    ("round_to", {}, NUMBERS),
    ("band", {}, [*NUMBERS, "text"]),
    ("band", {"show": "lower"}, NUMBERS),
    ("top_code", {"top": 100}, [kind for kind in NUMBERS if kind != "money"]),
    ("bottom_code", {"bottom": "1970-01-01"}, ["date", "timestamp"]),
    ("mask_ip", {}, ["inet"]),
    ("mask_network", {"domain": "d"}, ["inet"]),
    ("token_mac", {"domain": "d", "type": "macaddr8"}, ["macaddr8"]),
    ("token_array", {"domain": "d", "each": "token_int"}, ["integer[]"]),
    ("token_array", {"domain": "d", "each": "token_smallint"}, ["smallint[]"]),
    ("token_array", {"domain": "d", "each": "token_uuid"}, ["uuid[]"]),
    ("token_array", {"domain": "d", "each": "mask_code"}, ["text[]", "varchar[]"]),
    ("token_text", {"domain": "d", "fold": True}, ["text"]),
    ("mask_json", {}, ["json", "jsonb"]),
    ("mask_hstore", {}, ["hstore"]),
    ("mask_xml", {}, ["text"]),
    ("mask_geo", {"of": "e"}, ["numeric", "real", "double precision"]),
    ("mask_geo", {"of": "e", "latitude": "x"}, ["real", "double precision"]),
    ("shift_number_range", {"of": "e"}, NUMBER_RANGES),
    ("shift_number_range", {"of": "e", "by": 0.5}, NUMBER_RANGES),
    ("redact_text", {"known": ["x"]}, ["text"]),
    ("mask_phone", {"country": "x"}, ["text"]),
    ("token_smallint", {"domain": "d", "min": -100, "max": 12345}, ["smallint"]),
    ("random_value", {"by": "i"}, [*NUMBERS, "date", "timestamp", "timestamptz", "uuid"]),
    ("random_value", {"by": ["i", "x"], "min": -3, "max": 3}, NUMBERS),
    ("shuffle", {"by": "i"}, ["text", "integer", "date", "json"]),
    ("permute_category", {"rows": "masks.listed", "domain": "d"}, ["text"]),
    ("generalise", {"hierarchy": "masks.listed", "level": "x", "key": "x"}, ["text", "integer"]),
]
# What a mask reads is of a form, or its sheet says that it has to leave room.
OF_A_FORM = {
    ("mask_json", "text"): "document",
    ("scale_amount", "integer"): "amount",
    ("scale_amount", "money"): "price",
}
OF_MANY_ROWS = {"shuffle"}
BY_NAME = {sheet.name: sheet for sheet in sheets.sheets()}


@dataclass(frozen=True)
class Case:
    """A mask with its arguments over values of a type."""

    mask: str
    arguments: dict[str, Any]
    kind: str
    sql: str
    given: str | None = None

    @property
    def name(self) -> str:
        return f"{self.mask}({self.arguments}) of {self.kind}"

    @property
    def facts(self) -> dict[str, Any]:
        return rendered.facts(self.sql)

    @property
    def column(self) -> str:
        """The type of the column that the output has to fit."""
        longest = self.facts["max_length"]
        if isinstance(longest, int) and longest > 0:
            return f"varchar({longest})" + ("[]" if self.kind_made.endswith("[]") else "")
        return self.kind_made

    @property
    def kind_made(self) -> str:
        """The type that the output has, but for its length."""
        labels = self.mask in ("generalise", "band") or "label" in self.arguments
        return "text" if labels and "show" not in self.arguments else self.kind


def cases() -> list[Case]:
    tdm, found = rendered.package(), {}
    for entry in entries():
        case = Case(
            entry["mask"],
            entry["arguments"],
            entry["kind"],
            rendered_mask(tdm, entry),
            entry.get("given"),
        )
        found[case.name] = case
    for mask, arguments, kinds in FURTHER:
        sql = rendered_mask(tdm, {"mask": mask, "arguments": arguments})
        for kind in kinds:
            case = Case(mask, arguments, kind, sql)
            found.setdefault(case.name, case)
    return list(found.values())


CASES = cases()


def test_every_mask_is_tried() -> None:
    masks = {path.stem for path in (rendered.REPO / "macros" / "mask").rglob("[!_]*.sql")}
    assert {case.mask for case in CASES} == masks - NO_MASKS
    assert {case.kind for case in CASES} <= {*awkward.OF_TYPE, "text", "cidr"}


@pytest.fixture(scope="module")
def tables(server: TestServer) -> Iterator[Runner]:
    with runner(server) as running:
        fill(running)
        yield running


def fill(run: Runner, count: int = COUNT) -> None:
    """A table of awkward values for each type, large enough for PostgreSQL to take workers."""
    # a mask that does not end fails, and by name
    run.rows("set statement_timeout = '120 s'")
    run.rows(f"create schema if not exists {rendered.SCHEMA}")
    for case in CASES:
        run.prepare({"given": case.given})
    for kind in sorted({OF_A_FORM.get((case.mask, case.kind), case.kind) for case in CASES}):
        _load(run, kind, count)
    run.rows("create view masks.listed as select distinct x::text as x from masks.of_text")


def _table(case: Case) -> str:
    form = OF_A_FORM.get((case.mask, case.kind), case.kind)
    return f'masks."of_{form}"'


def _load(run: Runner, kind: str, count: int) -> None:
    """Of a domain over the type: masks have to find their functions."""
    form, kind = kind, awkward.FORMS.get(kind, kind)
    table, domain = f'masks."of_{form}"', f'masks."domain of {form}"'
    run.rows(f"create domain {domain} as {kind}")
    run.rows(f"create table {table} (i int, t text, x {domain}, e bytea)")
    run.rows("create temp table given (i int, t text)")
    values = awkward.values("inet" if kind == "cidr" else form, count)
    with run.connected.cursor().copy("copy given from stdin") as copy:
        for i, value in enumerate(values):
            copy.write_row((i, value))
    made = "network(t::inet)" if kind == "cidr" else f"t::{kind}"
    # some values are beyond the ends of their types
    run.rows(
        f"""
        do $$ declare i int; t text; begin
            for i, t in select * from given order by given.i loop
                begin
                    insert into {table} values (i, t, {made}, sha256(int4send(i)));
                exception when data_exception then null;
                end;
            end loop;
        end $$;
        drop table given;
        alter table {table} set (parallel_workers = 2);
        analyze {table}
        """
    )
    assert run.value(f"select count(*) from {table}") > 0.8 * count, form


@dataclass(frozen=True)
class Made:
    """What a mask made of all values of a type.

    Attributes:
        digest: of all of it as text, in the order of the values.
        filled: NULLs that became something.
        emptied: values that became NULL.
        grown: values that became longer.
        empties: what the empty strings became.
    """

    digest: str
    filled: int
    emptied: int
    grown: int
    empties: list[str | None]


@pytest.fixture(scope="module")
def tried(tables: Runner) -> list[Case]:
    return possible(tables)


def possible(run: Runner) -> list[Case]:
    """What a server can do."""
    return [case for case in CASES if run.has_aes or case.facts.get("needs") != "pgcrypto"]


@pytest.fixture(scope="module")
def made(tables: Runner, tried: list[Case]) -> dict[str, Made]:
    """By one process."""
    tables.rows("set max_parallel_workers_per_gather = 0")
    return all_made(tables, tried)


def all_made(run: Runner, tried: list[Case]) -> dict[str, Made]:
    """What masks make, in columns of the types that production would have."""
    found: dict[str, Made] = {}
    for chunk in _chunks(tried):
        columns = ", ".join(f"y{n} {case.column}" for n, case in enumerate(chunk))
        selected = ", ".join(
            f"({case.sql})::{case.kind_made} as y{n}" for n, case in enumerate(chunk)
        )
        query = f"insert into made select i, x, {selected} from {_table(chunk[0])} as things"
        run.rows(f"create temp table made (i int, x {chunk[0].kind}, {columns})")
        try:
            run.rows(query)
        except psycopg.Error as error:
            wrong = [wrong for case in chunk for wrong in _failing(run, case)]
            raise AssertionError("\n".join(wrong) or str(error)) from None
        for n, case in enumerate(chunk):
            found[case.name] = Made(*run.rows(_looked_at(f"y{n}"))[0])
        run.rows("drop table made")
    return found


def _chunks(tried: list[Case]) -> Iterator[list[Case]]:
    """Cases that one statement can try: over one table."""
    by_table: dict[tuple[str, str, bool], list[Case]] = {}
    for case in tried:
        many = case.mask in OF_MANY_ROWS
        by_table.setdefault((_table(case), case.kind, many), []).append(case)
    for together in by_table.values():
        yield from (together[n : n + TOGETHER] for n in range(0, len(together), TOGETHER))


def _looked_at(y: str) -> str:
    same = f"count(*) filter (where length({y}::text) > length(x::text))"
    return (
        f"select md5(string_agg(coalesce(md5({y}::text), '-'), '' order by i)),"
        f" count(*) filter (where x::text is null and {y}::text is not null),"
        f" count(*) filter (where x::text is not null and {y}::text is null), {same},"
        f" array_agg(distinct {y}::text) filter (where x::text = '') from made"
    )


def _failing(run: Runner, case: Case, low: int = 0, high: int = COUNT) -> list[str]:
    """The first value that a mask fails at, and what PostgreSQL says."""
    fails = _error(run, case, low, high)
    if not fails:
        return []
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _error(run, case, low, middle) else (middle, high)
    value = run.value(f"select t from {_table(case)} where i = {low}")
    return [f"{case.name}: {value!r}: {_error(run, case, low, high) or fails}"]


def _error(run: Runner, case: Case, low: int, high: int) -> str:
    run.rows(f"create temp table one (y {case.column})")
    try:
        where = f"where i >= {low} and i < {high}"
        run.rows(
            f"insert into one select ({case.sql})::{case.kind_made} from {_table(case)} as things {where}"  # noqa: E501
        )
    except psycopg.Error as error:
        return str(error)
    finally:
        run.rows("drop table one")
    return ""


def test_null_stays_null_and_nothing_else_becomes_it(made: dict[str, Made]) -> None:
    for case in CASES:
        if case.name in made:
            assert made[case.name].filled == 0, case.name
            if case.facts["nulls"] == "kept" and case.mask != "search_vector_of":
                assert made[case.name].emptied == 0, case.name


def test_the_empty_string_stays_where_the_sheet_says_so(made: dict[str, Made]) -> None:
    for case in CASES:
        if case.name in made and case.kind == "text" and "value" not in case.arguments:
            stays = "the empty string" in BY_NAME[case.mask].preserves
            assert (made[case.name].empties == [""]) >= stays, (case.name, made[case.name].empties)


def test_nothing_grows_where_the_length_stays(made: dict[str, Made]) -> None:
    for case in CASES:
        if case.name in made and case.facts["max_length"] == "same":
            assert made[case.name].grown == 0, case.name


def test_workers_make_the_same(tables: Runner, tried: list[Case], made: dict[str, Made]) -> None:
    """In a real parallel plan, all of it by workers, in a cast as the build's."""
    tables.rows(
        "set max_parallel_workers_per_gather = 2; set parallel_leader_participation = off;"
        " set parallel_setup_cost = 0; set parallel_tuple_cost = 0;"
        " set min_parallel_table_scan_size = 0"
    )
    for chunk in _chunks(tried):
        selected = ", ".join(f"({case.sql})::{case.column} as y{n}" for n, case in enumerate(chunk))
        query = (
            f"create temp table made as select i, x, {selected} from {_table(chunk[0])} as things"
        )
        if not OF_MANY_ROWS & {case.mask for case in chunk}:
            plan = "\n".join(line for (line,) in tables.rows(f"explain (costs off) {query}"))
            assert "Gather" in plan, [case.name for case in chunk]
        tables.rows(query)
        for n, case in enumerate(chunk):
            assert Made(*tables.rows(_looked_at(f"y{n}"))[0]) == made[case.name], case.name
        tables.rows("drop table made")


def test_every_version_makes_the_same(
    tables: Runner,
    made: dict[str, Made],
    same_everywhere: Callable[[str, int, object], None],
) -> None:
    """What needs pgcrypto is left out: not every server has it."""
    digests = {
        case.name: made[case.name].digest for case in CASES if case.facts.get("needs") is None
    }
    same_everywhere("awkward", tables.version, digests)
