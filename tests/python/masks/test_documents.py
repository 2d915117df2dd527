"""Documents, arrays and composite values: nothing that nobody has listed gets through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import TestServer
from masks import rendered
from masks.numbers import Random, awkward
from masks.rendered import CompilerError
from masks.running import Runner, runner

tdm = rendered.package()
BATCHES = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
DOCUMENTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def run(server: TestServer) -> Iterator[Runner]:
    with runner(server) as running:
        running.rows(
            "create schema masks; create type masks.place as (street text, zip int, born date);"
            "create type masks.person as (name text, home masks.place, tags text[]);"
            "create domain masks.home as masks.place; create domain masks.texts as text[];"
            "create domain masks.doc as jsonb; create domain masks.span as int4range;"
            "create extension hstore"
        )
        yield running


def _same_shape(before: Any, after: Any) -> None:
    if isinstance(before, dict):
        assert isinstance(after, dict) and len(after) <= len(before)
        for key, value in before.items():
            if "@" not in key:
                _same_shape(value, after[key])
    elif isinstance(before, list):
        assert isinstance(after, list) and len(after) == len(before)
        for one, other in zip(before, after, strict=True):
            _same_shape(one, other)
    elif isinstance(before, str):
        assert isinstance(after, str) and (after == before) <= (len(before) < 6), before
    elif isinstance(before, bool) or before is None:
        assert after is before
    else:
        assert after == 0 and not isinstance(after, bool)


@pytest.mark.parametrize("kind", ["json", "jsonb", "text", "masks.doc"])
@given(st.lists(DOCUMENTS, min_size=1, max_size=40))
@BATCHES
def test_documents_are_replaced_whole(run: Runner, kind: str, documents: list[Any]) -> None:
    written = [json.dumps(document) for document in documents]
    written = [text for text in written if "\\u0000" not in text]
    for before, after in run.each(written, kind, tdm.mask_json("x")):
        _same_shape(json.loads(str(before)), json.loads(str(after)))


def test_json_keeps_order_and_repeated_keys(run: Runner) -> None:
    masked = tdm.mask_json("x", keep=["b"])
    ((_, made),) = run.each(['{"b": 2, "a": "x", "b" : "kept", "a": {"z": []}}'], "json", masked)
    assert made is not None
    found = json.loads(made, object_pairs_hook=list)
    assert [key for key, _ in found] == ["b", "a", "b", "a"]
    assert found[0][1] == 2 and found[2][1] == "kept" and found[1][1] != "x"


def test_json_with_escapes_of_no_character(run: Runner) -> None:
    """Readers of json stop at them; the build must not."""
    values = [
        r'"\u0000"', r'["a\u0000b"]', r'{"\u0000k": 1}', r'"\ud800"', r'"\udc00x"', r'"\\u0000"',
        r'"\ud83d\ude00"', r'"\ud83d\ud83d\ude00"', r'"\udc00\udc00"', r'"\ud800\u0041"',
    ]  # fmt: skip
    kept = tdm.mask_json("x", keep=["k"])
    for text in run.each(values, "json", tdm.mask_json("x")):
        assert json.loads(str(text[1])) is not None
    ((_, made),) = run.each([r'{"k": "\ud83d\ude00 \ud800 \u0000 \udc00"}'], "json", kept)
    assert json.loads(str(made))["k"] == "\U0001f600 \ufffd \ufffd \ufffd"


def test_listed_paths_and_keys_that_are_addresses(run: Runner) -> None:
    document = {"a": {"b": ["x", {"c": "y"}]}, "anna@b.test": "z", "a.b": "dot", "n": None}
    masked = tdm.mask_json(
        "x",
        keep=["a.b.*.c", r"a\.b"],
        masks={"n": tdm.set_constant("x", "'n'"), "a.b.*": tdm.set_constant("x", "'one'")},
    )
    ((_, made),) = run.each([json.dumps(document)], "jsonb", masked)
    found = json.loads(str(made))
    assert found["a"]["b"] == ["one", "one"] and found["a.b"] == "dot" and found["n"] is None
    assert "anna@b.test" not in found
    assert any(key.endswith("@example.com") for key in found)


def test_hstore_by_key(run: Runner) -> None:
    masked = tdm.mask_hstore("x", keep=["a.b"], masks={"m": tdm.mask_email("x", value="x -> 'm'")})
    pairs = [text for text in awkward(400) if 5 < len(text) < 4000 and not text.isspace()]
    found = run.each(
        pairs, "hstore", f"(({masked})::hstore -> 'v')", f"(({masked})::hstore -> 'a.b')",
        f"({masked})::hstore ? 'n'", f"(({masked})::hstore -> 'n') is null",
        f"(({masked})::hstore -> 'm') like '%@example.com'", f"(({masked})::hstore -> 'e')",
        made_by="hstore('{{v,a.b,n,m,e}}', array[{value}, {value}, null, {value}, ''])",
    )  # fmt: skip
    for text, (_, value, kept, has_null, is_null, mail, empty) in zip(pairs, found, strict=True):
        assert value is not None and value != text and kept == text
        assert has_null == is_null == "true" and mail == "true" and empty == ""
    keys = run.each(pairs, "hstore", f"({masked})::hstore", made_by="hstore({value}, 'v')")
    assert all(before != after for before, after in keys)


XML = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE order [ <!ENTITY who "Anna Smith"> <!-- ]> --> ]>
<!-- for Anna -- no, --><?print Anna?>
<o:order xmlns:o="urn:o" xmlns='urn:d' id='17' by="Anna &quot;A&quot; Smith">
  <item sku="A-1" note='it&apos;s > 5'>Anna <b>Smith</b> &who; &amp; Co<!-- Anna --></item>
  <mail>anna@b.test</mail><empty/><empty></empty><![CDATA[<Anna> & ]] Smith]]>
</o:order>""".replace("Anna -- no, -->", "Anna no -->")


def test_xml_by_path(run: Runner) -> None:
    masked = tdm.mask_xml(
        "x", keep=["/o:order/@id", "//item/@sku", "/o:order/*/b"],
        masks={"/o:order/mail/text()": tdm.mask_email("x", value="'a<b@c.test'")},
    )  # fmt: skip
    ((_, made),) = run.each([XML], "text", masked)
    assert made is not None
    for gone in ("Anna", "who", "DOCTYPE", "<?", "<!", "> 5", "CDATA", "anna@b.test", "Co"):
        assert gone not in made, gone
    assert made.count("<") == 2 * (made.count("</")) + made.count("/>")
    for kept in ('id="17"', 'sku="A-1"', "<b>Smith</b>", 'xmlns:o="urn:o"', "<empty/>", "@example"):
        assert kept in made, kept
    if run.version == 15:  # the other server has no libxml, and so no values of type xml
        assert run.each([XML], "xml", f"({masked})::xml is document")[0][1] == "true"
        root = ElementTree.fromstring(made)  # noqa: S314
        assert root.tag == "{urn:o}order"


@pytest.mark.parametrize("wrap", ["{}", "<a>{}</a>", '<a b="{}"/>', "<![CDATA[{}]]>", "<!--{}-->"])
def test_xml_never_fails_and_keeps_nothing(run: Runner, wrap: str) -> None:
    """Of whatever text: no error, and no text of it left."""
    r = Random(wrap)
    texts = [text for text in awkward(500) if len(text.strip()) > 12]
    texts += ["".join(r.choices("<>&;'\"/!?-[] ab=", k=40)) for _ in range(500)]
    for before, after in run.each([wrap.format(t) for t in texts], "text", tdm.mask_xml("x")):
        assert before is not None and after is not None
        names = [part for part in before.replace("<", ">").split(">") if len(part) > 12]
        assert not [part for part in names if part in after and part not in "<a b=>"], before


def test_xml_that_is_not_well_formed(run: Runner) -> None:
    """What is no markup is text, and markup holds nothing that it must not."""
    values = [
        '<a></a Anna="Smith">', "<a><b></a></b>Anna", "<a b=Anna c='Anna>", "<!-- Anna", "<?Anna",
        "<![CDATA[Anna", "<!DOCTYPE Anna [", '<a b="<Anna">', "Anna </a> Anna", "</>Anna</ Anna>",
    ]  # fmt: skip
    for before, after in run.each(values, "text", tdm.mask_xml("x")):
        assert after is not None and "Anna" not in after and "Smith" not in after, before


def test_paths_that_mask_xml_cannot_read() -> None:
    for path in ("order", "/a[1]", "/a/@b/c", "", "/a/text()/b", "/a b", "a/b", "/", "//@id/x"):
        with pytest.raises(CompilerError, match="mask_xml cannot read the path"):
            tdm.mask_xml("x", keep=[path])


def test_composite_values_by_field(run: Runner) -> None:
    street = tdm.mask_street("x", of="e", value="((x).home).street")
    home = tdm.mask_composite("x", value="(x).home", fields={"street": street}, keep=["zip"])
    masked = tdm.mask_composite("x", fields={"home": home}, keep=["tags"])
    assert rendered.facts(masked)["holds"] == "listed"
    values = ['(Anna,"(Mill Lane 1,123,2000-01-01)","{a,b}")', '(Anna,"(,,)",)', "(,,)", None]
    found = [made for _, made in run.each(values, "masks.person", masked)]
    assert found[0] is not None and found[0].endswith(',123,)","{a,b}")')
    assert "Anna" not in found[0] and "Mill Lane" not in found[0] and "2000" not in found[0]
    assert found[1:] == ['(,"(,,)",)', "(,,)", None]
    ((_, made),) = run.each(["(a,5,)"], "masks.home", tdm.mask_composite("x", keep=["zip"]))
    assert made == "(,5,)"
    with pytest.raises(psycopg.errors.UndefinedColumn):
        run.each(["(a,5,)"], "masks.place", tdm.mask_composite("x", fields={"stret": street}))
    with pytest.raises(CompilerError, match="expects a mask"):
        tdm.mask_composite("x", fields={"street": "(x).street"})


SHAPES = [
    ("{}", "{}"), (None, None), ("{NULL}", "{NULL}"), ("{a,NULL,b}", "{A,NULL,B}"),
    ("[5:6]={a,b}", "[5:6]={A,B}"), ("{{a,b},{c,d}}", "{{A,B},{C,D}}"),
    ("[0:0][-1:0][2:4]={{{a,b,c},{d,NULL,\"\"}}}", "[0:0][-1:0][2:4]={{{A,B,C},{D,NULL,\"\"}}}"),
    ("{{{a},{b}},{{c},{d}}}", "{{{A},{B}},{{C},{D}}}"),
    ('{"\\"","\\\\","{","}",",","null"," x "}', '{"\\"","\\\\","{","}",",","NULL"," X "}'),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["text[]", "varchar[]", "masks.texts"])
def test_arrays_keep_their_shape(run: Runner, kind: str) -> None:
    upper = tdm.mask_sql("x", 'upper(element.value collate "C")')
    masked = tdm.mask_array("x", each=upper)
    assert run.each([before for before, _ in SHAPES], kind, masked) == SHAPES
    for before, after in run.each([before for before, _ in SHAPES], kind, tdm.mask_array("x")):
        dims = run.each([before, after], "text[]", "array_dims(x)")
        assert dims[0][1] == dims[1][1]


def test_arrays_of_any_element(run: Runner) -> None:
    numbers = tdm.mask_array("x", each=tdm.token_bigint("x", domain="d", value="element.value"))
    assert rendered.facts(numbers)["domain"] == "d" and rendered.facts(numbers)["injective"]
    ((_, made),) = run.each(["[0:1][1:1]={{1},{2}}"], "bigint[]", numbers)
    assert made == "[0:1][1:1]={{802489171348963},{494045915271608}}"
    zipped = tdm.mask_composite("x", value="element.value", keep=["zip"])
    places = tdm.mask_array("x", each=zipped)
    ((_, made),) = run.each(['{"(a b,1,2000-01-01)",NULL,"(,,)"}'], "masks.place[]", places)
    assert made == '{"(,1,)",NULL,"(,,)"}'
    dates = tdm.mask_array("x", each=tdm.shift_date("x", of="e", value="element.value"))
    ((_, made),) = run.each(["{2024-01-01,NULL,infinity}"], "date[]", dates)
    assert made == "{2024-01-12,NULL,infinity}"
    boxes = tdm.mask_array("x", each=tdm.mask_sql("x", "element.value"))
    assert run.each(["{(1,1),(0,0);(2,2),(1,1)}"], "box[]", boxes)[0] == (
        ("{(1,1),(0,0);(2,2),(1,1)}",) * 2
    )
    documents = tdm.mask_array("x", each=tdm.mask_json("x", value="element.value"))
    ((_, made),) = run.each(['{"{\\"a\\": \\"secret words\\"}"}'], "jsonb[]", documents)
    assert made is not None and "secret" not in made and '\\"a\\"' in made
    with pytest.raises(CompilerError, match="each= of mask_array expects a mask"):
        tdm.mask_array("x", each="element.value")


def test_awkward_strings_in_arrays_and_documents(run: Runner) -> None:
    values = [text for text in awkward(2000) if len(text) > 7]
    found = run.each(
        values, "text",
        f"({tdm.mask_array('x', value='array[x]')})[1]",
        f"({tdm.mask_json('x', value='to_jsonb(x)')}) #>> '{{}}'",
    )  # fmt: skip
    for before, array, document in found:
        assert array is not None and document is not None
        assert before not in (array, document)


@pytest.mark.parametrize(
    "kind", ["int4range", "int8range", "numrange", "int4multirange", "nummultirange", "masks.span"]
)
@given(
    st.lists(st.tuples(st.integers(-(2**31), 2**31 - 1), st.integers(0, 2**31 - 1)), max_size=100)
)
@BATCHES
def test_ranges_of_numbers_keep_their_length(
    run: Runner, kind: str, ends: list[tuple[int, int]]
) -> None:
    masked = tdm.shift_number_range("x", of="e", by=2_000_000_000)
    values = ["(,)", "empty", None, "[,5]"] + [
        f"[{low},{min(low + size, 2**31 - 1)})" for low, size in ends
    ]
    if kind.endswith("multirange"):
        values = [v and ("{}" if v == "empty" else "{" + v + "}") for v in values]
    found = run.each(
        values, kind, masked, f"(upper({masked}) - lower({masked})) = (upper(x) - lower(x))",
        f"(({masked}) = x)::int",
        entity="sha256(i::text::bytea)",
    )  # fmt: skip
    assert found[2][1] is None
    for before, after, same, stayed in found[4:]:
        assert (same == "true") or before == "empty" or before == "{}", (before, after)
        assert stayed in ("0", "1")
    unbounded = [f for f in found[4:] if kind.startswith("num") and f[0] not in ("empty", "{}")]
    assert not [f for f in unbounded if f[3] == "1"]


def test_wrong_types_are_said_by_the_marker() -> None:
    assert rendered.facts(tdm.mask_hstore("x"))["reads"] == "hstore"
    assert rendered.facts(tdm.mask_xml("x"))["reads"].startswith("xml")
