"""Names, initials, addresses, logins, sexes: one entity, one person, in every locale."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from email_validator import validate_email

from conftest import TestServer
from masks import dictionaries, rendered
from masks.numbers import awkward
from masks.running import Runner, runner

tdm = rendered.package(of_a_build=True)
by_value = rendered.package()
LOCALES = [*tdm._dictionaries()["given_names"]["sizes"]]
FAMILY_FIRST = {"hu": " ", "ja": " ", "ko": "", "zh": ""}
BY_ROW = "sha256(int4send(i::int))"
MASKS = {
    "mask_first_name": 20, "mask_last_name": 20, "mask_full_name": 41, "mask_initials": 4,
    "mask_email": 74, "mask_login": 62, "mask_company": 40, "mask_job": 40,
}  # fmt: skip


@pytest.fixture(scope="module")
def run(server: TestServer) -> Iterator[Runner]:
    with runner(server) as running:
        dictionaries.load(running)
        yield running


def ascii_of(name: str) -> str:
    """What an address makes of a name: letters of ASCII, small."""
    folded = name.translate(str.maketrans("ßøØłŁđĐıæÆœŒ", "soOlLdDiaAoO"))
    kept = re.sub("[^A-Za-z]", "", unicodedata.normalize("NFKD", folded))
    return kept.lower()


@pytest.mark.parametrize("how", ["constant", "column"])
@pytest.mark.parametrize("locale", LOCALES)
def test_masks_of_an_entity_agree(run: Runner, locale: str, how: str) -> None:
    """Names, initials, sex, address and login of 300 entities, the locale given either way."""
    argument = {"constant": None if locale == "latin" else locale, "column": "x"}[how]
    said = {"locale": argument} if argument else {}
    expressions = [
        getattr(tdm, mask)("x", of="e", **said)
        for mask in ("mask_first_name", "mask_last_name", "mask_full_name", "mask_initials",
                     "mask_email", "mask_login")
    ]  # fmt: skip
    found = run.each([locale] * 300, "text", *expressions, tdm.mask_sex("x", of="e"), entity=BY_ROW)
    given, family = (dictionaries.values(name, locale) for name in ("given_names", "family_names"))
    women, men = set(given[::2]), set(given[1::2])
    for _, first, last, full, initials, email, login, sex in found:
        assert first and last and email and login
        assert first in (women if sex == "female" else men)
        assert last in family
        names = [last, first] if locale in FAMILY_FIRST else [first, last]
        assert full == FAMILY_FIRST.get(locale, " ").join(names)
        assert initials == "".join(f"{name[0]}." for name in names)
        assert email == f"{login}@example.com"
        shown = f"{ascii_of(first)}.{ascii_of(last)}." if ascii_of(first) else "u"
        assert re.fullmatch(re.escape(shown) + "[0-9a-f]{20}", login)
        validate_email(email, check_deliverability=False, test_environment=True)
    if len(given) > 300:
        assert len({full for _, _, _, full, *_ in found}) > 280, "names are picked apart"
    assert 100 < sum(row[-1] == "female" for row in found) < 200


def test_family_names_have_the_sex(run: Runner) -> None:
    expressions = [tdm.mask_last_name("x", of="e", locale="ru"), tdm.mask_sex("x", of="e")]
    pairs = run.each(["x"] * 500, "text", *expressions, entity=BY_ROW)
    women = set(dictionaries.values("family_names", "ru")[::2])
    assert all((last in women) == (sex == "female") for _, last, sex in pairs)


SCRIPTS = {
    "Anna": "latin", "Łukasz Żak": "latin", "José": "latin", "Иван Петров": "ru",
    "Иван-Петр": "ru", "Олексій": "uk", "Єва": "uk", "Ελένη Παππά": "el", "山田太郎": "zh",
    "李 小龙": "zh", "さくら": "ja", "高橋みなみ": "ja", "ヤマダ タロウ": "ja", "김민준": "ko",
    "محمد علي": "ar", "דוד בן־גוריון": "he", "राम": "hi", "สมชาย": "th",
    # several scripts, none, or one without a list
    "Иван Smith": "latin", "Иван2": "latin", "김 John": "latin", "አበበ": "latin", "თამარ": "latin",
    "12": "latin", "🙂": "latin", "Ann 李": "latin",
}  # fmt: skip


def test_the_script_of_the_original_decides(run: Runner) -> None:
    names = [*SCRIPTS]
    by_script = tdm.mask_first_name("x", of="e", locale="script")
    for original, made in run.each(names, "text", by_script, entity=BY_ROW):
        locale = SCRIPTS[str(original)]
        assert made in dictionaries.values("given_names", locale), (original, made)
    # the script of another column, for an address that is ASCII anyhow
    assert (
        run.each(["Иван"], "text", tdm.mask_email("x", of="e", locale="script"))[0][1]
        == (run.each(["Иван"], "text", tdm.mask_email("x", of="e", locale="ru"))[0][1])
    )


@pytest.mark.parametrize(
    ("code", "locale"),
    [
        ("DE", "de"), ("DEU", "de"), ("de", "de"), ("de_AT", "de"), ("de-CH", "de"), ("at", "de"),
        ("MX", "es"), ("sv", "sv"), ("AR", "es"), ("ar", "ar"), ("EN", "en"), ("en_US.UTF-8", "en"),
        ("JPN", "ja"), ("JP", "ja"), ("CHN", "zh"), ("CH", "de"), ("UK", "en"), ("uk", "uk"),
        ("UA", "uk"), ("XX", "latin"), ("", "latin"), ("Germany", "latin"),
    ],
)  # fmt: skip
def test_codes_of_languages_and_countries(run: Runner, code: str, locale: str) -> None:
    made = run.value(
        f"select {tdm.mask_first_name('x', of='e', locale='l')} from (select 'a'::text as x,"
        f" '{code}'::text as l, sha256('e') as e) as things"
    )
    assert made in dictionaries.values("given_names", locale)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("locale", [None, "script", "de", "x"])
def test_nothing_is_an_error(run: Runner, mask: str, locale: str | None) -> None:
    """Awkward texts: NULL and '' stay, whatever else becomes a name of the right length."""
    values = awkward(10_000 if locale == "script" and run.version == 18 else 1_000)
    masked = getattr(tdm, mask)("x", of="e", locale=locale)
    assert rendered.facts(masked)["max_length"] == MASKS[mask]
    for original, made in run.each([*values, None], "text", masked, entity=BY_ROW):
        assert (made is None) == (original is None)
        if original is not None:
            assert bool(made) == bool(original) and len(str(made)) <= MASKS[mask]


def test_addresses_by_value(run: Runner) -> None:
    """The same whichever way they are put together; one to one; valid for the usual validator."""
    values = [f"p{n}@mail.test" for n in range(2_000)]
    sql = by_value.mask_email("x")
    assert rendered.facts(sql)["injective"] is True
    made = [masked for _, masked in run.each(values, "text", sql)]
    assert len(set(made)) == len(values)
    digest = by_value._digest("x", None, "person", "email")
    inline = by_value.mask_email("x", of="e")
    assert made == [
        masked for _, masked in run.rows(
            f"select x, {inline} from (select x, i, {digest} as e from unnest(array"
            f"{values}) with ordinality as u (x, i) offset 0) as things order by i"
        )
    ]  # fmt: skip


def test_dictionaries_are_in_the_marker() -> None:
    facts = rendered.facts(tdm.mask_full_name("x", of="e", locale="ja"))
    assert facts["dictionaries"] == {"given_names": 2, "family_names": 2}
    sizes = tdm._dictionaries()
    pairs = sizes["given_names"]["sizes"]["ja"] * sizes["family_names"]["sizes"]["ja"] / 2
    assert float(facts["space"]) == pairs
    assert "locale = 'ja'" in tdm._entries("given_names", "ja")


def test_what_identifies_an_entity() -> None:
    """A column or columns, here or in rows further away; an entity has one domain."""
    invoice = {"by": "invoice_no", "domain": "invoice"}
    assert "x.invoice_no::text" in tdm.with_digest("lines", invoice=invoice)
    far = tdm.entity_of("invoices", on="invoice_no", by="number", to="id", domain="invoice")
    for by in (far, {"by": far, "domain": "invoice"}):
        sql = tdm.with_digest("lines", invoice=by)
        assert "left join invoices as invoice_row on x.invoice_no = invoice_row.id" in sql
        assert '"domain": "invoice"' in sql and '"domain": "person"' not in sql
    for nothing in ("", [], None, 7, ["email", 7], {"domain": "invoice"}, {"by": {"to": "id"}}):
        with pytest.raises(rendered.CompilerError, match=r"with_digest\(invoice=…\) must say what"):
            tdm.with_digest("lines", invoice=nothing)
    with pytest.raises(rendered.CompilerError, match="entity_of\\(a\\) has the domain order"):
        tdm.entity_of("accounts", on="a", by=far, domain="order")


def test_an_entity_of_columns_that_are_not_there() -> None:
    """Those of the table, and of the rows on the way; the sources say which there are."""
    tables = {"things": ["id", "email", "owner_id"], "owners": ["owner_id", "login"]}
    sources = {
        name: SimpleNamespace(
            source_name="app", name=name, columns=dict.fromkeys(columns), unique_id=name,
            package_name="app",
        )
        for name, columns in tables.items()
    }  # fmt: skip
    declared = rendered.package(sources=sources)
    things, owners = (SimpleNamespace(identifier=f"subset_app__{name}") for name in tables)
    declared.with_digest(things, person=["email", "id"])
    declared.with_digest(things, person=declared.entity_of(owners, on="owner_id", by="login"))
    for given, said in (
        ("e_mail", r"\(person=…\): app.things has no column e_mail. Did you mean email\?"),
        (declared.entity_of(owners, on="owner", by="login"), "app.things has no column owner. Did"),
        (declared.entity_of(owners, on="owner_id", by="name"), "app.owners has no column name"),
        (
            declared.entity_of(owners, on="id", to="owner", by="login"),
            "app.owners has no column owner. Did you mean owner_id",
        ),
    ):
        with pytest.raises(rendered.CompilerError, match=said):
            declared.with_digest(things, person=given)
