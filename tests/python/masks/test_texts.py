"""Free text: known people, addresses and numbers go, the rest stays, in linear time."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Mapping

import pytest
from schwifty import IBAN
from stdnum import luhn

from masks import rendered
from masks.numbers import MAKERS, Random, awkward, cards, ibans, written
from masks.rendered import CompilerError
from masks.running import Runner

tdm = rendered.package()
KNOWN = {
    "Anna Smith": "Grace Miller",
    "anna.smith@corp.test": "grace.miller.00ff@example.com",
    "+49 30 1234567": "+999 12 3456789",
    "李明": "Mia",
    "Émilie Zoë": "Ida",
    "Łukasz Żak": "Otto",
    "Ольга": "Vera",
    "Ιώ": "Lea",
    "नेहा": "Tara",
    "משה": "Dan",
    "محمد": "Ali",
    "สมชาย": "Lek",
    "김": "Park",
    "O'Brien": "Hill",
    "Jo": "Al",
    "Nguyễn": "Tran",
    "": "nobody",
    " ": "nobody",
    "A": "nobody",
    "é": "nobody",
}


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def each(run: Runner, texts: list[str], known: Mapping[str, str] | None = None) -> list[str]:
    """What redact makes of texts, where a row knows these values."""
    found = KNOWN if known is None else known
    values, fakes = (
        "array[" + ", ".join(quoted(t) for t in some) + "]::text[]"
        for some in (found.keys(), found.values())
    )
    redact = f"{rendered.SCHEMA}_tdm.redact(x, {values}, {fakes})"
    return [str(made) for _, made in run.each(texts, "text", redact)]


KNOWN_IN_TEXTS = [
    ("Anna Smith called", "Grace Miller called"),
    ("ANNA\n  SMITH, anna-smith", "Grace Miller, Grace-Miller"),
    ("Dear Mrs Smith, (Anna) Anna's", "Dear Mrs Miller, (Grace) Grace's"),
    (
        "Annabel Hanna Smithson xAnna Anna1 anna_smith",
        "Annabel Hanna Smithson xAnna Grace[number] Grace_Miller",
    ),
    ("mail ANNA.smith@corp.test!", "mail grace.miller.00ff@example.com!"),
    ("+49-30/123 4567, 0049301234567", "+999 12 3456789, [phone]"),
    ("我和李明去了", "我和Mia去了"),
    ("ÉMILIE zoË, e\u0301milie Zoe\u0308", "Ida, Ida"),
    ("émilien Émilies", "émilien Émilies"),
    ("łukasz ŻAK, Łukasz żak Żakowa", "Otto, Otto Żakowa"),
    ("ОЛЬГА ольга Ольгам", "Vera Vera Ольгам"),
    ("ΙΏ, ιώ; Ιώτα", "Lea, Lea; Ιώτα"),
    ("नेहा। नेहाल", "Tara। नेहाल"),
    ("ומשה משהו", "וDan משהו"),
    ("ومحمد، محمدي", "وAli، محمدي"),
    ("คุณสมชายครับ", "คุณLekครับ"),
    ("김씨는", "Park씨는"),
    ("mr o'brien OBrien", "mr Hill OBrien"),
    ("Jo JO jo joke", "Al Al Al joke"),
    ("NGUYỄN nguye\u0302\u0303n", "Tran Tran"),
    ("A a é É x", "A a é É x"),
]


@pytest.mark.parametrize(("text", "expected"), KNOWN_IN_TEXTS, ids=[t for t, _ in KNOWN_IN_TEXTS])
def test_known_values_become_their_pseudonyms(run: Runner, text: str, expected: str) -> None:
    for form in (text, unicodedata.normalize("NFD", text), unicodedata.normalize("NFC", text)):
        wanted = unicodedata.normalize("NFC", expected)
        assert each(run, [form]) == [wanted]
        # long texts are searched in another way
        assert each(run, [form + " ." * 600]) == [wanted + " ." * 600]


def test_other_locales_make_the_same(run: Runner) -> None:
    """Nothing is asked of the server's locale: not case, not what a letter is."""
    texts = [text for text, _ in KNOWN_IN_TEXTS] + awkward(200)
    found = {tuple(each(run, texts))}
    for locale in ("C", "POSIX", *(("tr-x-icu", "de-x-icu") if run.version == 15 else ())):
        found.add(tuple(
            str(made) for _, made in run.each(
                texts, "text", f"{rendered.SCHEMA}_tdm.redact(x collate \"{locale}\","
                f" array[{', '.join(quoted(k) for k in KNOWN)}],"
                f" array[{', '.join(quoted(k) for k in KNOWN.values())}])"
            )
        ))  # fmt: skip
    assert len(found) == 1


PATTERNS = [
    ("see https://a.test/x?y=1&z=2, www.b.test/q or ftp://c.test", "see [link] [link] or [link]"),
    ("a.b+c@d.test <e@f.test>; (é@ü.test)", "[e-mail] <[e-mail]>; ([e-mail])"),
    ("10.0.0.1 255.255.255.255 256.1.1.1", "[ip] [ip] [number]"),
    ("::1 fe80::1%eth0 2001:db8:0:0:0:0:0:1 ::ffff:192.0.2.1", "[ip] [ip] [ip] [ip]"),
    ("2001:DB8::/32 std::vector a::b::c", "[ip]/[number] std::vector a::b::c"),
    ("00:1A:2b:3c:4d:5e 00-1A-2b-3c-4d-5e 001a.2b3c.4d5e", "[mac] [mac] [mac]"),
    ("4111 1111 1111 1111 4111-1111-1111-1112", "[card] [number]"),
    ("DE89 3704 0044 0532 0130 00 and so", "[account] and so"),
    ("GB29NWBK60161331926819, gb29 nwbk 6016 1331 9268 19", "[account], [account]"),
    ("AT61 1904 3002 3457 3201 they paid", "[account] they paid"),
    ("12345678Z X1234567L AB123456C RSSMRA85T10A562S", "[id] [id] [id] [id]"),
    ("+1 (555) 010-9999, 030/1234567, 0049 30 1234567", "[phone], [phone], [phone]"),
    ("3 items for 12.50 on 2024-01-15", "[number] items for [number] on [number]"),
    ("٠٣٠ ١٢٣٤٥٦٧ and ４１１１１１１１１１１１１１１１", "[phone] and [card]"),
    ("nothing here: a, b; c", "nothing here: a, b; c"),
]


@pytest.mark.parametrize(("text", "expected"), PATTERNS, ids=[text for text, _ in PATTERNS])
def test_what_looks_like_an_address_or_a_number(run: Runner, text: str, expected: str) -> None:
    assert each(run, [text], {}) == [expected]


def test_numbers_of_people_never_stay(run: Runner) -> None:
    """Cards, accounts and national identifiers, as people write them, inside a sentence."""
    r = Random("numbers")
    given = [number.strip() for number in cards(200) + ibans(200)]
    given += [written(r, make(r)).strip() for make in MAKERS.values() for _ in range(20)]
    made = each(run, [f"it is {number}, he said" for number in given], {})
    for number, text in zip(given, made, strict=True):
        assert not any(c.isdigit() for c in text), (number, text)
        assert text.startswith("it is ") and text.endswith(", he said"), (number, text)
    plain = [number.replace(" ", "").replace("-", "").replace(".", "") for number in given]
    for number, text in zip(plain[:200], each(run, plain[:200], {}), strict=True):
        assert text == "[card]" and luhn.is_valid(number)
    for number, text in zip(plain[200:300], each(run, plain[200:300], {}), strict=True):
        if number == number.upper():
            assert text == "[account]" and IBAN(number)


def test_the_masks_of_the_row_stand_in(run: Runner) -> None:
    """Known columns by name, their masks as replacements; a list of them is taken out."""
    name = tdm.mask_full_name("x", of="e")
    mail = tdm.mask_email("x", value="x || '@corp.test'")
    told = "'Dear ' || x || ', your address ' || x || '@corp.test is old'"
    masked = tdm.redact_text("x", known={"x": name}, value=told)
    facts = rendered.facts(masked)
    assert facts["version"] == 2 and facts["keyed"] and facts["holds"] == "original"
    assert facts["space"] == "499000" and facts["made_of"] == "words"
    ((_, made),) = run.each(["Anna"], "text", masked)
    assert made == "Dear given_names-236 family_names-658, your address [e-mail] is old"
    ((_, made),) = run.each(["Anna"], "text", tdm.redact_text("x", known=["x"], value=told))
    assert made == "Dear [removed], your address [e-mail] is old"
    # a pseudonym is nobody's, whatever it looks like
    ((_, made),) = run.each(["+49 30 1234567"], "text", tdm.redact_text("x", known={"x": mail}))
    assert made is not None and made.endswith("@example.com")
    assert not rendered.facts(tdm.redact_text("x", known=["x"]))["keyed"]


def test_null_and_awkward_texts(run: Runner) -> None:
    values: list[str | None] = [None, "", *awkward(3000), "\U000f0001Anna\U000f0002"]
    found = run.each(values, "text", tdm.redact_text("x", known=["x"]), tdm.lorem_text("x"))
    assert found[:2] == [(None, None, None), ("", "", "")]
    for before, made, lorem in found[2:]:
        assert before is not None and made is not None and lorem is not None
        assert len(lorem) == len(before)
        assert not any(c in "0123456789" for c in made), before
        if len(before.strip()) > 3 and any(c.isalpha() for c in before):
            assert made != unicodedata.normalize("NFC", before) and lorem != before, before
    assert each(run, ["\U000f0001Anna\U000f0002 é"], {"Anna": "Eva"}) == ["\ufffdEva\ufffd é"]


def test_hard_texts_take_linear_time(run: Runner) -> None:
    """No text makes the patterns go back and forth: four times the text, a few times the time."""
    hard = [
        "a", " ", "1", "1a", "anna ", "a@ ", "@", "ab:", ":", "DE89 ", "4111 1111 1111 1111 ",
        "+1 ", "www.", "1.", "a00-", "0 ", "DE00 A1B2 ", "0(", "<", "Anna Smit", "é", "李",
    ]  # fmt: skip
    for piece in hard:
        seconds = []
        for size in (5_000, 40_000):
            text = f"1{piece * (size // len(piece))}x é"
            started = time.perf_counter()
            each(run, [text])
            seconds.append(time.perf_counter() - started)
        assert seconds[1] < max(1.0, 30 * seconds[0]), (piece, seconds)


def test_search_vectors_of_masked_texts(run: Runner) -> None:
    title = tdm.set_constant("x", "'running masks'")
    masked = tdm.search_vector_of(
        "x", **{"from": {"A": title, "C": [tdm.lorem_text("x", value="t")]}}
    )
    rows = run.rows(
        f"select ({masked})::text from (values ('anna:1'::tsvector, 'Anna Smith'), ('', null),"
        " (null, 'Anna')) as things (x, t)"
    )
    assert rows == [("'ipsu':4C 'lorem':3C 'mask':2A 'run':1A",), ("'mask':2A 'run':1A",), (None,)]
    assert rendered.facts(masked)["reads"] == "tsvector"
    simple = tdm.search_vector_of("x", config="simple", **{"from": [title]})
    assert run.rows(f"select ({simple})::text from (select ''::tsvector as x) as t") == [
        ("'masks':2 'running':1",)
    ]
    for wrong, said in (
        ({"from": ["title"]}, "expects a mask"),
        ({"from": []}, "no text in from="),
        ({"from": {"E": [title]}}, "no weight 'E'"),
    ):
        with pytest.raises(CompilerError, match=said):
            tdm.search_vector_of("x", **wrong)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"keep": -1}, "keep of mask_partial is how many characters stay"),
        ({"keep": "2"}, "keep of mask_partial is how many characters stay"),
        ({"keep_end": 1.5}, "keep_end of mask_partial is how many characters stay"),
        ({"fill": ""}, "fill of mask_partial is one character"),
        ({"fill": "xx"}, "fill of mask_partial is one character"),
    ],
)
def test_partial_masks_that_cannot_be(arguments: dict[str, object], part: str) -> None:
    with pytest.raises(CompilerError, match=part):
        tdm.mask_partial("x", **arguments)


def test_a_partial_mask_shows_no_short_text(run: Runner) -> None:
    """Nobody's text is shown whole, however short; a quote as the filling is a quote."""
    masked = tdm.mask_partial("x", keep=2, keep_end=2, fill="'")
    found = dict(run.each(["", "a", "abc", "abcd", "abcde", "äöüßé𝕏"], "text", masked))
    assert list(found.values()) == ["", "'", "'''", "''''", "ab'de", "äö''é𝕏"]
