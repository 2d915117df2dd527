"""Names, graphs and words: what init stands on, without a database."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from tdm.scaffold import graph, names, subset
from tdm.scaffold import words as w
from tdm.scaffold.catalog import Catalog, Check, Column, Reference, Table, Type, UniqueIndex
from tdm.scaffold.classes import person_weight, propose
from tdm.scaffold.masks import national_id, token_texts

IDENTIFIERS = st.text(min_size=1, max_size=30).filter(lambda text: "\x00" not in text)


@given(st.lists(IDENTIFIERS, max_size=12))
def test_slugs_are_plain_and_do_not_collide(given_names: list[str]) -> None:
    found = names.slugs(given_names)
    assert len(set(found.values())) == len(set(given_names))
    assert all(names.is_bare(text) and "__" not in text for text in found.values())
    assert found == names.slugs(reversed(given_names))


@given(IDENTIFIERS)
def test_texts_survive_yaml_and_jinja(text: str) -> None:
    assert yaml.safe_load(f"{{a: {names.yaml_text(text)}, b: 1}}") == {"a": text, "b": 1}
    assert yaml.safe_load(f"[{names.yaml_text(text)}, x]")[0] == text
    rendered = Environment().from_string("{{ " + names.jinja_text(text) + " }}").render()  # noqa: S701
    assert rendered == text


@given(
    IDENTIFIERS | st.from_regex(r"a?(\{\{|\{%|\{#|\}\}|ref\()['\"\\]? ?x(\}\}|\))?", fullmatch=True)
)
def test_names_survive_dbt(text: str) -> None:
    """dbt renders the files once, whatever a name looks like."""
    in_yaml = yaml.safe_load(f"[{names.dbt_text(text)}]")[0]
    assert names.undo_dbt_text(in_yaml) == text
    jinja = Environment(keep_trailing_newline=True)  # noqa: S701
    # the plain Jinja has one kind of line break
    assert jinja.from_string(in_yaml).render() == text or "\r" in text


@given(st.text(max_size=80))
def test_comments_stay_comments(text: str) -> None:
    said = names.comment_text(text)
    assert "\n" not in said
    assert not any(mark in said for mark in ("{{", "}}", "{%", "%}", "{#", "#}", "*/"))


@given(st.text(alphabet="abcй_", min_size=1, max_size=90))
def test_relation_names_fit(text: str) -> None:
    assert len(names.fitting(text).encode()) <= names.MAX_RELATION_BYTES


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("customer_id", ["customer", "id"]),
        ("CustomerID", ["customer", "id"]),
        ("nationalIDNumber", ["national", "id", "number"]),
        ("Straße-Nr", ["strasse", "nr"]),
        ("addr1", ["addr", "1"]),
        ("Prénom", ["prenom"]),
    ],
)
def test_words(name: str, expected: list[str]) -> None:
    assert names.words(name) == expected


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=24))
def test_components_against_reachability(pairs: list[tuple[int, int]]) -> None:
    nodes = [str(n) for n in range(8)]
    edges: dict[str, list[str]] = {}
    for a, b in pairs:
        edges.setdefault(str(a), []).append(str(b))
    found = graph.components(nodes, edges)
    place = {node: n for n, members in enumerate(found) for node in members}
    for a, b in product(nodes, nodes):
        mutual = b in graph.reachable([a], edges) and a in graph.reachable([b], edges)
        assert (place[a] == place[b]) == mutual
    assert all(place[b] <= place[a] for a in edges for b in edges[a])


def _table(name: str, *columns: tuple[str, str]) -> Table:
    kinds = {"text": "text", "int4": "integer", "date": "date", "bool": "boolean", "jsonb": "jsonb"}
    return Table(
        "public",
        name,
        tuple(
            Column(column, n, Type(kinds[kind], kind, "base"))
            for n, (column, kind) in enumerate(columns, 1)
        ),
    )


@pytest.mark.parametrize(
    ("table", "column", "kind", "expected"),
    [
        ("customers", "email", "text", "direct"),
        ("customers", "EmailAddress", "text", "direct"),
        ("customers", "email_verified", "bool", "none"),
        ("customers", "name", "text", "direct"),
        ("kunden", "Nachname", "text", "direct"),
        ("klienditugi", "eesnimi", "text", "direct"),
        ("clientes", "apellidos", "text", "direct"),
        ("users", "passwordhash", "text", "credential"),
        ("users", "pass_crypt", "text", "credential"),
        ("api_keys", "value", "text", "credential"),
        ("sessions", "sessionid", "text", "credential"),
        ("settings", "password_policy", "text", None),
        ("users", "last_login_ip", "text", "direct"),
        ("orders", "ship_address", "text", "direct"),
        ("people", "nationalidnumber", "text", "direct"),
        ("people", "date_of_birth", "date", "quasi"),
        ("people", "postal_code", "text", "quasi"),
        ("patients", "diagnosis", "text", "sensitive"),
        ("tickets", "notes", "text", "free_text"),
        ("events", "payload", "jsonb", "free_text"),
        ("alerts", "sendto", "text", "direct"),
        ("versions", "whodunnit", "text", "direct"),
        ("orders", "currency", "text", "none"),
        ("orders", "quantity", "int4", "none"),
        ("orders", "xyzzy", "text", None),
    ],
)
def test_classes(table: str, column: str, kind: str, expected: str | None) -> None:
    made = _table(table, (column, kind))
    catalog = Catalog("test", 18, {made.id: made}, ())
    assert propose(catalog, made, made.columns[0], catalogue=False).label == expected


def test_a_catalogue_keeps_the_names_of_things() -> None:
    made = _table("products", ("name", "text"), ("description", "text"), ("notes", "text"))
    catalog = Catalog("test", 18, {made.id: made}, ())
    labels = [propose(catalog, made, column, catalogue=True).label for column in made.columns]
    assert labels == ["none", "free_text", "free_text"]
    unknown = replace(made, name="osalejad")
    catalog = Catalog("test", 18, {unknown.id: unknown}, ())
    label = propose(catalog, unknown, unknown.columns[0], catalogue=True).label
    assert label == "free_text", "few rows that nothing is known about are no catalogue"


@pytest.mark.parametrize(
    ("table", "column", "distinct", "coded", "expected"),
    [
        # few values prove nothing
        ("contacts", "given", 20, False, "direct"),
        ("contacts", "family", 20, False, "direct"),
        ("contacts", "middle", 4, True, "direct"),
        ("contacts", "maiden", 4, False, "direct"),
        ("contacts", "nick", 4, True, "direct"),
        ("contacts", "xyzzy", 4, True, None),
        ("contacts", "title", 3, False, "free_text"),
        ("contacts", "note", 3, True, "free_text"),
        ("tickets", "handled_by", 3, True, "direct"),
        ("tickets", "sent_to", 3, True, None),
        ("tickets", "agent", 3, True, None),
        ("tickets", "xyzzy", 3, False, None),
        ("tickets", "description", 3, True, "free_text"),
        ("tickets", "language_notes", 1, True, "free_text"),
        ("tickets", "value", 2, True, None),
        ("attachments", "name", 3, False, "free_text"),
        # but what is named like a category, or repeats codes of a program, is one
        ("attachments", "name", 3, True, "none"),
        ("contacts", "status", 3, False, "none"),
        ("contacts", "contact_type", 20, False, "none"),
        ("contacts", "preferred_language", 20, False, "none"),
        ("tickets", "xyzzy", 3, True, "none"),
        ("tickets", "value_type", 3, True, "none"),
        ("tickets", "type_name", 3, False, "none"),
        ("tickets", "status", 400, False, None),
    ],
)
def test_few_values(
    table: str, column: str, distinct: int, coded: bool, expected: str | None
) -> None:
    made = _table(table, (column, "text"))
    seen = replace(made.columns[0], distinct=distinct, filled=2000, coded=coded)
    made = replace(made, columns=(seen,))
    catalog = Catalog("test", 18, {made.id: made}, ())
    assert propose(catalog, made, seen, catalogue=False).label == expected


@pytest.mark.parametrize(
    "expression",
    [
        "(xyzzy = ANY (ARRAY['new'::text, 'it''s paid'::text]))",
        "((xyzzy)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
        "(xyzzy = 'only'::text)",
        "(\"xyzzy\" = ANY (ARRAY['a'::bpchar]))",
    ],
)
def test_a_check_that_lists_all_values_makes_a_category(expression: str) -> None:
    made = _table("tickets", ("xyzzy", "text"))
    made = replace(made, checks=(Check("c", ("xyzzy",), expression),))
    catalog = Catalog("test", 18, {made.id: made}, ())
    assert propose(catalog, made, made.columns[0], catalogue=False).label == "none"
    loose = replace(made, checks=(Check("c", ("xyzzy",), f"({expression} OR (xyzzy > 'x'))"),))
    assert propose(catalog, loose, loose.columns[0], catalogue=False).label is None


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("settings", ("key", "value")),
        ("wp_options", ("option_name", "option_value")),
        ("usermeta", ("meta_key", "meta_value")),
        ("attribute_values", ("attribute", "value")),
        ("attribute_values", ("attribute", "text_value")),
        ("system_parameter", ("name", "string_value")),
        ("constance_config", ("key", "value")),
        ("unknown", ("name", "value")),
    ],
)
def test_values_of_any_kind_are_undecided(table: str, columns: tuple[str, str]) -> None:
    for kind in ("text",) if table == "unknown" else ("text", "int4", "date"):
        made = _table(table, ("id", "int4"), (columns[0], "text"), (columns[1], kind))
        catalog = Catalog("test", 18, {made.id: made}, ())
        assert propose(catalog, made, made.columns[2], catalogue=True).label is None, kind


@pytest.mark.parametrize(
    ("table", "weight"),
    [("customers", 3), ("Users", 2), ("staff", 1), ("products", 0), ("user_roles", 0)],
)
def test_people(table: str, weight: int) -> None:
    assert person_weight(_table(table, ("id", "int4"))) == weight


@pytest.mark.parametrize(
    ("length", "macro"), [(None, "token_text"), (20, "token_text"), (8, "mask_code")]
)
def test_unique_texts_stay_unique(length: int | None, macro: str) -> None:
    mask = token_texts("code", length)[0]
    assert (mask.macro, mask.injective) == (macro, "yes")


def test_few_rows_with_many_below_them_belong_to_nobody() -> None:
    """Three companies that name a contact: a twentieth of the contacts would miss all three."""

    def table(name: str, rows: int, *columns: str) -> Table:
        made = _table(name, *((column, "int4") for column in ("id", *columns)))
        filled = [replace(column, not_null=True) for column in made.columns]
        key = UniqueIndex("key", ("id",), ("id",), primary=True)
        return replace(made, rows=rows, columns=tuple(filled), indexes=(key,))

    def to(child: str, column: str, parent: str) -> Reference:
        return Reference(
            f"{child}_{column}", f"public.{child}", (column,), f"public.{parent}", ("id",)
        )

    tables = [
        table("contacts", 4_000),
        table("companies", 3, "contact_id"),
        table("invoices", 5_000, "company_id"),
        table("notes", 300, "contact_id"),
    ]
    references = (
        to("companies", "contact_id", "contacts"),
        to("invoices", "company_id", "companies"),
        to("notes", "contact_id", "contacts"),
    )
    catalog = Catalog("test", 18, {made.id: made for made in tables}, references)
    plan = subset.decide(catalog, [subset.parse_root(catalog, "public.contacts")], {})
    assert {name: node.mode for name, node in plan.nodes.items()} == {
        "public.contacts": "sampled",
        "public.companies": "whole",
        "public.invoices": "sampled",
        "public.notes": "owned",
    }


@pytest.mark.parametrize(
    ("name", "scheme"),
    [("ssn", "us_ssn"), ("pesel", "pl_pesel"), ("CodiceFiscale", "it_codice_fiscale")],
)
def test_the_name_tells_the_scheme_of_a_number(name: str, scheme: str) -> None:
    known = [key for key, phrases in w.SCHEMES.items() if w.matches(phrases, names.words(name))]
    assert known == [scheme]
    assert national_id(scheme, True).line("x") == (
        "{{ tdm.mask_national_id('x', '" + scheme + "', unique=true) }}"
    )
