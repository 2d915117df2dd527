"""Phones that reach nobody, addresses that hold together, places that move."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from random import Random

import phonenumbers
import pytest

from conftest import TestServer
from masks import dictionaries, rendered
from masks.numbers import awkward
from masks.phones import for_fiction
from masks.rendered import CompilerError
from masks.running import Runner, runner

tdm = rendered.package(of_a_build=True)
by_value = rendered.package()
BY_ROW = "sha256(int4send(i::int))"
COUNTRIES = [code for code in tdm._countries() if code != "UK"]
FICTION = {"US", "CA", "GB", "FR", "DE", "SE", "IE", "AU"}
DIGIT = re.compile("[0-9]")


@pytest.fixture(scope="module")
def run(server: TestServer) -> Iterator[Runner]:
    with runner(server) as running:
        dictionaries.load(running)
        yield running


def layout(text: str) -> str:
    return DIGIT.sub("9", text)


def examples(country: str) -> list[phonenumbers.PhoneNumber]:
    """Numbers of a country as its plan has them: a fixed and a mobile one."""
    found = []
    for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE):
        number = phonenumbers.example_number_for_type(country, kind)
        if number is not None:
            found.append(number)
    return found


@pytest.mark.parametrize("country", COUNTRIES)
def test_phones_of_a_country(run: Runner, country: str) -> None:
    """International and national ones stay in their country and are nobody's."""
    numbers = examples(country)
    assert numbers
    calling = tdm._countries()[country]["calling"]
    assert str(numbers[0].country_code) == calling
    kinds = phonenumbers.PhoneNumberFormat
    for form in (kinds.E164, kinds.INTERNATIONAL, kinds.NATIONAL):
        said = {"country": country} if form == kinds.NATIONAL else {}
        originals = [phonenumbers.format_number(number, form) for number in numbers] * 20
        made = run.each(originals, "text", tdm.mask_phone("x", of="e", **said), entity=BY_ROW)
        for original, masked in made:
            assert layout(str(original)) == layout(str(masked))
            digits = "".join(DIGIT.findall(str(masked)))
            if form == kinds.NATIONAL:
                if digits.startswith("00999"):
                    continue
                trunk = tdm._countries()[country]["trunk"]
                before = "".join(DIGIT.findall(str(original)))
                digits = calling + (
                    digits.removeprefix(trunk) if before.startswith(trunk) else digits
                )
            number = phonenumbers.parse(str(masked), country)
            assert str(number.country_code) == calling
            if for_fiction(digits):
                assert country in FICTION and phonenumbers.is_possible_number(number)
            else:
                assert form != kinds.NATIONAL and digits.startswith(f"{calling}00")
                assert not phonenumbers.is_valid_number(number)
    if country in FICTION:
        usual = "".join(DIGIT.findall(phonenumbers.format_number(numbers[-1], kinds.E164)))
        made = run.each([f"+{usual}"] * 50, "text", tdm.mask_phone("x", of="e"), entity=BY_ROW)
        assert all(for_fiction(str(masked)[1:]) for _, masked in made)
        assert len({masked for _, masked in made}) > 20


KNOWN = {
    # Ofcom, Arcep, Bundesnetzagentur, PTS, ComReg, ACMA, NANPA
    "+442079460123": True, "+447700900123": True, "+33199001234": True, "+33639981234": True,
    "+493023125123": True, "+4915228817386": True, "+46701740650": True, "+353209112345": True,
    "+61255501234": True, "+12125550123": True, "+12125551212": False, "+493023126123": False,
}  # fmt: skip


def test_the_ranges_are_those_that_regulators_publish() -> None:
    assert {number: for_fiction(number[1:]) for number in KNOWN} == KNOWN
    assert all(60 % len(beginnings) == 0 for beginnings in tdm._phone_ranges().values())


def test_phones_of_nowhere(run: Runner) -> None:
    """Without a country: calling code 999, or 555-01xx; one of an unknown country likewise."""
    values = ["030 1234567", "212-867-5309", "867-5309", "112", "0301234567"]
    for said in ({}, {"country": "'XX'"}, {"country": "null"}):
        made = [b for _, b in run.each(values, "text", tdm.mask_phone("x", of="e", **said))]
        digits = ["".join(DIGIT.findall(str(text))) for text in made]
        assert all(d.startswith("00999") for d in (digits[0], digits[1], digits[4]))
        assert digits[2].startswith("55501") and digits[3] == "555"


def test_the_country_of_the_row_decides(run: Runner) -> None:
    rows = [("+1 212 867 5309", "DE"), ("0171 3920000", "de"), ("+49 30 23125000", "USA")]
    made = [
        run.value(
            f"select {tdm.mask_phone('x', of='e', country='c')} from (select '{number}'::text as x,"
            f" '{code}'::text as c, sha256('e') as e) as things"
        )
        for number, code in rows
    ]
    assert made[0].startswith("+4 9") and made[2].startswith("+1")
    assert for_fiction("49" + "".join(DIGIT.findall(made[1]))[1:])


def test_digits_of_every_script_are_replaced(run: Runner) -> None:
    values = [
        "+٤٩ ٣٠ ١٢٣٤٥٦٧٨",
        "０３０１２３４５６７",
        "०३०१२३४५६७",
        "+49 ٣٠ 1234",
        "tel: +49 30 ②",
    ]
    for masked in (tdm.mask_phone("x", of="e"), tdm.mask_phone("x", of="e", country="DE")):
        for original, made in run.each(values, "text", masked):
            kept = [a for b, a in zip(str(original), str(made), strict=True) if a == b]
            assert not any(c.isdigit() and ord(c) > 127 for c in kept)
            assert str(made).isascii() and not re.search("[A-WYZa-wyz]", str(made))
    assert (
        run.each(["+٤٩ ٣٠ ١٢٣٤٥٦٧٨"], "text", tdm.mask_phone("x", of="e"))[0][1]
        == (run.each(["+49 30 12345678"], "text", tdm.mask_phone("x", of="e"))[0][1])
    )


def test_awkward_phones(run: Runner) -> None:
    """Never an error, never a letter or a longer text."""
    values = [*awkward(10_000 if run.version == 18 else 500), None]
    random = Random("phones")  # noqa: S311
    values += [
        "".join(random.choices("+0123456789 ()/-.", k=random.randint(1, 22))) for _ in range(5_000)
    ]
    for sql in (tdm.mask_phone("x", of="e"), tdm.mask_phone("x", of="e", country="JP")):
        for original, made in run.each(values, "text", sql):
            assert (original is None) == (made is None)
            if original is not None and made is not None:
                assert len(original) == len(made) and not re.search("[A-WYZa-wyz]", made)
                if original.isascii() and not re.search("[A-Za-z]", original):
                    assert layout(original) == layout(made)


def test_one_to_one_phones(run: Runner) -> None:
    """No two fall together, whatever their layout; the calling code and the layout stay."""
    random = Random("one to one")  # noqa: S311
    values = (
        {f"0{n}" for n in range(100)}
        | {str(n) for n in range(1_000)}
        | {f"+4{n}" for n in range(1_000)}
    )
    values |= {f"00{n}" for n in range(300)} | {"", "٣٤٥", "call Anna 030", "x1", "+"}
    while len(values) < 8_000:
        values.add("".join(random.choices("+00123456789 ()/-.", k=random.randint(1, 16))))
    sql = by_value.mask_phone("x", unique=True)
    assert rendered.facts(sql)["injective"] is True
    made = run.each(sorted(values), "text", sql)
    assert len({masked for _, masked in made}) == len(values)
    for original, masked in made:
        assert len(str(original)) == len(str(masked))
        if re.fullmatch(r"\+49[0-9]*", str(original)):
            assert str(masked).startswith("+49")
    ((_, spoken),) = run.each(["call Anna 0301234567"], "text", sql)
    assert "call" not in str(spoken) and "Anna" not in str(spoken)


def test_wrong_arguments() -> None:
    for call, said in (
        (lambda: tdm.mask_phone("x", of="e", unique=True), "one to one by value only"),
        (lambda: tdm.mask_phone("x", of="e", country="XX"), "no calling code is known for country"),
        (lambda: tdm.mask_city("x", of="e", country="XX"), "no places for country XX"),
        (lambda: tdm.mask_postcode("x", of="e"), "takes of= and country= together"),
        (lambda: tdm.mask_postcode("x", country="DE"), "takes of= and country= together"),
        (lambda: tdm.mask_geo("x", of="e", metres=5), "min_metres"),
        (lambda: tdm.mask_geo("x", of="e", metres=100, min_metres=100), "min_metres"),
        (lambda: tdm.mask_point("x", of="e", type="polygon"), "knows the types point, geography"),
        (lambda: tdm.mask_point("x", of="e", type="geometry"), "needs the extension postgis"),
    ):  # fmt: skip
        with pytest.raises(CompilerError, match=said):
            call()


ADDRESS = [
    "mask_street",
    "mask_house_number",
    "mask_city",
    "mask_region",
    "mask_postcode",
    "mask_address",
]
PLACED = [code for code in tdm._dictionaries()["places"]["sizes"] if code != "latin"]


@pytest.mark.parametrize("how", ["constant", "column"])
@pytest.mark.parametrize("country", PLACED)
def test_an_address_holds_together(run: Runner, country: str, how: str) -> None:
    """City, region and postcode are of one place of the country, in all masks."""
    said = {"country": country if how == "constant" else "x"}
    expressions = [
        getattr(tdm, mask)("x", of="e", **({} if mask == "mask_house_number" else said))
        for mask in ADDRESS
    ]
    places = {
        (row["value"], row["region"], row["postcode"])
        for row in dictionaries.entries("places")
        if row["locale"] == country
    }
    streets = dictionaries.values("street_names", tdm._countries()[country]["locale"])
    found = set()
    for _, street, number, city, region, postcode, whole in run.each(
        [country] * 150, "text", *expressions, entity=BY_ROW
    ):
        (pattern,) = [p for c, r, p in places if (c, r) == (city, region)]
        assert re.fullmatch(pattern.replace("#", "[0-9]"), str(postcode))
        assert number and 1 <= int(number) <= 199
        assert street in [text.replace("#", number) for text in streets]
        assert whole in (f"{street}, {postcode} {city}", f"{street}, {city} {postcode}")
        found.add(city)
    assert len(found) > len(places) / 2


def test_addresses_of_nowhere(run: Runner) -> None:
    """NULL and countries without a list: invented places, and a postcode in its own layout."""
    places = {
        row["value"]: row["region"]
        for row in dictionaries.entries("places")
        if row["locale"] == "latin"
    }
    expressions = [
        tdm.mask_city("x", of="e", country="x"),
        tdm.mask_region("x", of="e", country="x"),
    ]
    for _, city, region in run.each(
        ["XX", "Germany", "1"] * 50, "text", *expressions, entity=BY_ROW
    ):
        assert places[str(city)] == region
    postcode = tdm.mask_postcode("x", of="e", country="null")
    ((_, made),) = run.each(["9490 AB"], "text", postcode)
    assert re.fullmatch("[0-9]{4} [A-Z]{2}", str(made))


def test_an_address_keeps_its_lines(run: Runner) -> None:
    masked = tdm.mask_address("x", of="e", country="DE")
    values = [
        "1 Elm St, Rome",
        "1 Elm St\nRome",
        "1 Elm St\nRome\nItaly",
        "1 Elm St, Rome, IT",
        "?",
    ]
    parts = [(str(a).count("\n"), str(a).count(", ")) for _, a in run.each(values, "text", masked)]
    assert parts == [(0, 1), (1, 0), (2, 0), (0, 2), (0, 1)]
    for mask in ADDRESS:
        said = {} if mask == "mask_house_number" else {"country": "x"}
        sql = getattr(tdm, mask)("x", of="e", **said)
        most = rendered.facts(sql)["max_length"]
        values = awkward(2_000)
        for original, made in run.each([*values, None], "text", sql, entity=BY_ROW):
            assert (original is None) == (made is None) and bool(original) == bool(made)
            assert made is None or len(made) <= max(most, len(str(original)))


def test_streets_with_the_number_beside_them(run: Runner) -> None:
    for country in PLACED:
        street = tdm.mask_street("x", of="e", country=country, number=False)
        for _, alone in run.each(["a"] * 50, "text", street, entity=BY_ROW):
            assert alone and not re.search(r"[0-9#]|^[ ,]|[ ,]$", alone)


def pair(point: str) -> tuple[float, ...]:
    """The numbers of a point as PostgreSQL prints it."""
    return tuple(map(float, point[1:-1].split(",")))


POINTS = (
    "select e, lat, lon, point(lon, lat) as p from (select sha256(int4send(i)) as e, {lat} as lat,"
    " {lon} as lon from generate_series(1, 4000) as i offset 0) as things"
)


@pytest.mark.parametrize("latitude", [0, 48.1, -33.9, 69.6])
@pytest.mark.parametrize(("metres", "least"), [(5000, None), (1000, 900)])
def test_places_move_evenly_over_a_ring(
    run: Runner, latitude: float, metres: int, least: int | None
) -> None:
    """In metres on the ground, never by less than the least, all ways alike."""
    said = {"of": "e", "metres": metres, "min_metres": least}
    lat, lon = tdm.mask_geo("lat", **said), tdm.mask_geo("lon", latitude="lat", **said)
    rows = run.rows(
        f"select {lat}, {lon}, {tdm.mask_point('p', **said)}"
        f" from ({POINTS.format(lat=latitude, lon=11.5)}) as x"
    )
    low = least or metres / 10
    moved = []
    for north, east, point in rows:
        assert pair(point) == (float(east), float(north))
        dy = (float(north) - latitude) * 111_320
        dx = (float(east) - 11.5) * 111_320 * math.cos(math.radians(latitude))
        moved.append((math.hypot(dx, dy), math.atan2(dy, dx)))
    assert all(low - 2 <= distance <= metres + 2 for distance, _ in moved)
    middle = math.sqrt((low**2 + metres**2) / 2)
    assert 0.46 < sum(distance < middle for distance, _ in moved) / len(moved) < 0.54
    for start in range(-4, 4):
        share = sum(start * math.pi / 4 <= angle < (start + 1) * math.pi / 4 for _, angle in moved)
        assert 0.1 < share / len(moved) < 0.15


def test_places_at_the_ends_of_the_world(run: Runner) -> None:
    lat, lon = tdm.mask_geo("lat", of="e"), tdm.mask_geo("lon", of="e", latitude="lat")
    for latitude, longitude in ((90, 180), (-90, -180), (89.99, 179.999), (0, -179.9999)):
        rows = run.rows(
            f"select {lat}, {lon} from ({POINTS.format(lat=latitude, lon=longitude)}) as x"
        )
        assert all(abs(north) <= 90 and abs(east) <= 180 for north, east in rows)
        assert all((float(north), float(east)) != (latitude, longitude) for north, east in rows)
    for kind in ("numeric", "real", "double precision"):
        values = ["NaN", "Infinity", "-Infinity", "1000", "0", None]
        found = run.each(
            values, kind, tdm.mask_geo("x", of="e"), tdm.mask_geo("x", of="e", latitude="x")
        )
        assert found[-1] == (None, None, None) and found[0][1:] == ("NaN", "NaN")
    assert run.each([None], "point", tdm.mask_point("x", of="e")) == [(None, None)]


def test_points_of_postgis(run: Runner) -> None:
    """With stand-ins for PostGIS, which many servers lack: points move, others go."""
    run.rows(
        """
        create schema fake;
        create type fake.geometry as (x float8, y float8, srid int, kind text);
        create function fake.st_x(g fake.geometry) returns float8 language sql as 'select g.x';
        create function fake.st_y(g fake.geometry) returns float8 language sql as 'select g.y';
        create function fake.st_srid(g fake.geometry) returns int language sql as 'select g.srid';
        create function fake.geometrytype(g fake.geometry) returns text language sql
            as 'select g.kind';
        create function fake.st_isempty(g fake.geometry) returns boolean language sql
            as 'select g.x is null';
        create function fake.st_makepoint(x float8, y float8) returns fake.geometry language sql
            as $$ select row(x, y, 0, 'POINT')::fake.geometry $$;
        create function fake.st_zmflag(g fake.geometry) returns smallint language sql
            as 'select 0::smallint';
        create function fake.st_force3dz(g fake.geometry) returns fake.geometry language sql
            as 'select g';
        create function fake.st_force4d(g fake.geometry) returns fake.geometry language sql
            as 'select g';
        create function fake.st_setsrid(g fake.geometry, srid int) returns fake.geometry
            language sql as $$ select row(g.x, g.y, srid, g.kind)::fake.geometry $$;
        set search_path = public, fake;
        """
    )
    there = rendered.package(of_a_build=True, queried=[(1,)])
    masked = there.mask_point("g", of="e", type="geometry")
    assert rendered.facts(masked)["nulls"] == "made"
    rows = run.rows(
        f"select ({masked}).*, {tdm.mask_point('p', of='e')} from (select sha256('e') as e,"
        " point(11.5, 48.1) as p, row(11.5, 48.1, srid, kind)::geometry as g from (values"
        " (4326, 'POINT'), (0, 'POINT'), (3857, 'POINT'), (4326, 'LINESTRING'))"
        " as kinds (srid, kind)"
        " offset 0) as things"
    )
    assert [row[2:4] for row in rows] == [(4326, "POINT"), (0, "POINT"), (None, None), (None, None)]
    assert all(pair(p) == (x, y) for x, y, _, kind, p in rows if kind)
    run.rows("reset search_path")


def test_points_of_the_real_postgis(server: TestServer) -> None:
    """Moved as far as it measures, with their number of dimensions; other shapes go."""
    with runner(server) as run:
        if not run.rows("select 1 from pg_available_extensions where name = 'postgis'"):
            pytest.skip("this server has no PostGIS")
        run.rows("create extension postgis")
        there = rendered.package(of_a_build=True, queried=[(1,)])
        for kind in ("geometry", "geometry(Point,4326)", "geometry(PointZ,4326)", "geography"):
            masked = there.mask_point("g", of="e", type=kind.partition("(")[0])
            place = "POINT Z(11.5 48.1 500)" if "Z" in kind else "POINT(11.5 48.1)"
            query = f"select ({masked})::{kind} as m, g from (select sha256(int4send(i)) as e, 'SRID=4326;PLACE'::{kind} as g from generate_series(1, 200) as i offset 0) as things"  # noqa: E501
            metres = "st_distance(m::geography, g::geography)"
            [(moved, least, most)] = run.rows(
                f"select count(*) filter (where st_ndims(m::geometry) = st_ndims(g::geometry) and"
                f" st_srid(m::geometry) = 4326), min({metres}), max({metres})"
                f" from ({query.replace('PLACE', place)}) as x"
            )
            assert moved == 200 and 490 < least < most < 5030, kind
            if "Point" not in kind:
                for shape in ("LINESTRING(0 0, 1 1)", "POINT EMPTY", "MULTIPOINT(1 1)"):
                    made = run.rows(
                        f"select m from ({query.replace('PLACE', shape)}) as x where m is not null"
                    )
                    assert made == [], (kind, shape)
