"""Makes seeds/dictionaries/*.csv, and what masks know of them: macros/mask/_dictionaries.sql.

Run by a developer, never by users; needs Faker (MIT licence), whose word lists are names in common
use, not records of people. Companies and streets are put together here, from family names. Places
(scripts/places.csv) are written by hand: cities, regions and beginnings of postcodes as any atlas
has them. An edited list is a new version: raise VERSION.

    python scripts/make_dictionaries.py
"""

import csv
import hashlib
import random
import re
import unicodedata
from collections.abc import Callable, Iterable
from math import gcd
from pathlib import Path

from faker import Faker

VERSION = 2
FAKER = "40.54.0"
"""The release of Faker that the lists are made with; others have other names."""
REPO = Path(__file__).parents[1]
FOLDER = REPO / "seeds" / "dictionaries"
MIXED = ["en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "sv_SE", "pl_PL", "pt_BR"]
"""Where the default list comes from: Latin letters without diacritics, from ten countries."""

Row = tuple[str, ...]

# Locale: Faker's locale; how a street is called ({} a name, # the house number); companies.
LOCALES = {
    "en": ("en_US", "# {} Street|# {} Road|# {} Lane", "{} Ltd|{} & Sons|{} Group"),
    "de": ("de_DE", "{}straße #|{}weg #|{}allee #", "{} GmbH|{} & Söhne KG|{} AG"),
    "fr": ("fr_FR", "# rue {}|# avenue {}|# place {}", "{} SARL|{} et Fils|{} SA"),
    "es": ("es_ES", "Calle {} #|Avenida {} #|Plaza {} #", "{} S.L.|{} e Hijos|{} S.A."),
    "it": ("it_IT", "Via {} #|Viale {} #|Piazza {} #", "{} S.r.l.|Fratelli {}|{} S.p.A."),
    "nl": ("nl_NL", "{}straat #|{}laan #|{}weg #", "{} B.V.|{} & Zonen|{} Groep"),
    "pl": ("pl_PL", "ul. {} #|al. {} #|pl. {} #", "{} sp. z o.o.|{} i Synowie|{} S.A."),
    "pt": ("pt_PT", "Rua {} #|Avenida {} #|Praça {} #", "{} Lda.|{} & Filhos|{} S.A."),
    "sv": ("sv_SE", "{}gatan #|{}vägen #|{}stigen #", "{} AB|{} & Söner|{} Handelsbolag"),
    "da": ("da_DK", "{}vej #|{}gade #|{}s Allé #", "{} ApS|{} & Sønner|{} A/S"),
    "fi": ("fi_FI", "{}katu #|{}tie #|{}polku #", "{} Oy|{} ja Pojat|{} Oyj"),
    "tr": ("tr_TR", "{} Sokak #|{} Caddesi #|{} Bulvarı #", "{} Ltd. Şti.|{} Kardeşler|{} A.Ş."),
    "cs": ("cs_CZ", "Ulice {} #|Náměstí {} #|Alej {} #", "{} s.r.o.|{} a synové|{} a.s."),
    "hu": ("hu_HU", "{} utca #|{} út #|{} tér #", "{} Kft.|{} és Fiai|{} Zrt."),
    "ro": ("ro_RO", "Strada {} #|Calea {} #|Aleea {} #", "{} SRL|{} și Fiii|{} SA"),
    "ru": ("ru_RU", "улица {}, #|проспект {}, #|переулок {}, #", "ООО «{}»|АО «{}»|ТД «{}»"),
    "uk": ("uk_UA", "вулиця {}, #|проспект {}, #|провулок {}, #", "ТОВ «{}»|АТ «{}»|ПП «{}»"),
    "el": ("el_GR", "Οδός {} #|Λεωφόρος {} #|Πλατεία {} #", "{} ΕΠΕ|{} και Υιοί|{} ΑΕ"),
    "ja": ("ja_JP", "{}町#番地|{}通り#番地|{}台#番地", "{}株式会社|株式会社{}商店|有限会社{}工業"),
    "zh": ("zh_CN", "{}家路#号|{}家街#号|{}家巷#号", "{}氏有限公司|{}记贸易公司|{}氏科技集团"),
    "ko": ("ko_KR", "{}씨로 #|{}골길 #|{}마을길 #", "{}상사|주식회사 {}산업|{}물산"),
    "ar": ("ar_AA", "شارع {} #|طريق {} #|ميدان {} #", "شركة {}|مؤسسة {}|مجموعة {}"),
    "he": ("he_IL", "רחוב {} #|שדרות {} #|דרך {} #", 'חברת {} בע"מ|{} ובניו|קבוצת {}'),
    "hi": ("hi_IN", "# {} मार्ग|# {} नगर|# {} पथ", "{} उद्योग|{} एंड संस|{} समूह"),
    "th": ("th_TH", "# ถนน{}|# ซอย{}|# ตรอก{}", "บริษัท {} จำกัด|{} และบุตร|กลุ่ม {}"),
}
NO_JOBS = {"it", "nl", "sv", "he", "hi"}
"""Locales for which Faker has no job titles: they have English ones."""
FULL, SHORT = 200, 50


def distinct(make: Callable[[Faker], str], pattern: str, count: int, taken: set[str]) -> list[str]:
    """`count` values of `make` that match `pattern`, from all mixed locales, none in `taken`."""
    fakers = [Faker(locale) for locale in MIXED]
    for place, faker in enumerate(fakers):
        faker.seed_instance(1000 + place)
    found: list[str] = []
    misses = 0
    while len(found) < count:
        value = make(fakers[(len(found) + misses) % len(fakers)])
        if re.fullmatch(pattern, value) and value not in taken:
            taken.add(value)
            found.append(value)
        else:
            misses += 1
            if misses > 2_000_000:
                raise SystemExit(f"only {len(found)} of {count} values")
    return found


def alternating(female: Iterable[str], male: Iterable[str]) -> list[str]:
    """Women at even positions, men at odd ones, as many of each."""
    return [name for pair in zip(female, male, strict=False) for name in pair]


def words(faker: Faker, what: str, count: int, most: int = 12) -> list[str]:
    """Up to `count` entries of one of Faker's lists, or of what its method makes, in one order.

    Letters only, in the script of the language; no entry is longer than `most` characters.
    """
    makers = [getattr(provider, what, ()) for provider in faker.providers]
    lists = [maker for maker in makers if not callable(maker) and maker]
    entries = (
        sorted({unicodedata.normalize("NFC", entry.strip()) for entry in lists[0]}) if lists else []
    )
    latin = sum(entry[:1].isascii() for entry in entries) > len(entries) / 2
    kept = [
        value
        for value in entries
        if len(value) <= most
        and all(unicodedata.category(c) in ("Lu", "Ll", "Lo", "Mn", "Mc") for c in value)
        and all(unicodedata.name(c, "").startswith("LATIN") == latin for c in value)
        and (not latin or (len(value) > 2 and value[0].isupper() and not value.isupper()))
    ]
    random.Random(VERSION).shuffle(kept)  # noqa: S311 - not a secret
    return kept[:count]


def people(faker: Faker) -> tuple[list[str], list[str]]:
    """Given names and family names of a locale; at even positions those of women."""
    both = set(words(faker, "first_names_female", 9999)) & set(
        words(faker, "first_names_male", 9999)
    )
    given = alternating(
        *(
            [n for n in words(faker, f"first_names_{sex}", 9999) if n not in both][:FULL]
            for sex in ("female", "male")
        )
    )
    female, male = (words(faker, f"last_names_{sex}", 9999) for sex in ("female", "male"))
    if not female:
        female, male = (words(faker, f"{sex}_last_names", 9999) for sex in ("unisex", "male"))
        male = female if len(female) > len(male) else male
    if female and male and set(female) != set(male):
        family = alternating(female[: FULL // 2], male[: FULL // 2])
    else:
        family = (female or words(faker, "last_names", 9999))[:FULL]
    return given, coprime(len(given), family)


def coprime(given: int, family: list[str]) -> list[str]:
    """As many family names that one number picks both, apart but for the sex: its last bit."""
    size = len(family)
    while size % 2 or gcd(given, size) > 2:
        size -= 1
    return family[:size]


def jobs(faker: Faker) -> list[str]:
    """Job titles of a locale, without brackets and lists."""
    faker.seed_instance(VERSION)
    found = sorted({faker.job() for _ in range(4000)})
    plain = [
        job for job in found if 2 <= len(job) <= 36 and re.fullmatch(r"[^\W\d_][^/(),;:]*", job)
    ]
    random.Random(VERSION).shuffle(plain)  # noqa: S311 - not a secret
    return plain[:SHORT]


def patterned(patterns: str, names: list[str], most: int = 36) -> list[str]:
    """Names in patterns, one after the other."""
    kinds = patterns.split("|")
    made = [kinds[i % len(kinds)].format(name) for i, name in enumerate(names)]
    return [text for text in dict.fromkeys(made) if len(text) <= most][:SHORT]


def mixed() -> dict[str, list[Row]]:
    """The default lists, which are called latin."""
    name = "[A-Z][a-z]{2,11}"
    taken: set[str] = set()
    female = distinct(lambda f: f.first_name_female(), name, 500, taken)
    male = distinct(lambda f: f.first_name_male(), name, 500, taken)
    family = distinct(lambda f: f.last_name(), name, 1000, set())
    nobody = distinct(lambda f: f.last_name(), name, 500, set(family))
    shuffled = random.Random(1).sample(nobody, len(nobody))  # noqa: S311 - not a secret
    kinds = ["Street", "Lane", "Road", "Avenue", "Row"]
    ends = ["ton", "field", "ford", "dale", "wick"]
    trades = ["Works", "Partners", "Trading", "Systems", "Foods"]
    stems = [word for word in nobody if len(word) <= 8]
    cities = [f"{stems[i % len(stems)]}{ends[i // len(stems) % 5]}" for i in range(500)]
    english = Faker("en_US")
    english.seed_instance(1)
    titles = distinct(lambda _: english.job(), "[A-Za-z][A-Za-z ]{3,36}", 200, set())
    return {
        "given_names": [(n,) for n in alternating(female, male)],
        "family_names": [(n,) for n in coprime(1000, family)],
        "street_names": [(f"{word} {kinds[i % 5]} #",) for i, word in enumerate(shuffled)],
        # 000 begins no postcode
        "places": [(c, f"{stems[i % 20]}shire", "000##") for i, c in enumerate(cities)],
        "companies": [(f"{word} {trades[i % 5]}",) for i, word in enumerate(nobody)],
        "job_titles": [(title,) for title in titles],
    }


def local(code: str) -> dict[str, list[Row]]:
    """The lists of one language."""
    locale, streets, companies = LOCALES[code]
    faker = Faker(locale)
    given, family = people(faker)
    found = {
        "given_names": given,
        "family_names": family,
        "street_names": patterned(streets, family),
        "companies": patterned(companies, family[::-1]),
        "job_titles": jobs(Faker("en_US") if code in NO_JOBS else faker),
    }
    return {name: [(value,) for value in values] for name, values in found.items()}


def places() -> dict[str, list[Row]]:
    """Cities by country, from the list that is kept by hand."""
    found: dict[str, list[Row]] = {}
    with (REPO / "scripts" / "places.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["postcode"].count("#") == 2, row
            place = (row["city"], row["region"], row["postcode"])
            found.setdefault(row["country"], []).append(place)
    return found


def dictionaries() -> dict[str, dict[str, list[Row]]]:
    """All entries, by dictionary and by locale (places: by country)."""
    found: dict[str, dict[str, list[Row]]] = {}
    for locale in ("latin", *LOCALES):
        for name, rows in (mixed() if locale == "latin" else local(locale)).items():
            found.setdefault(name, {})[locale] = rows
    found["places"] |= places()
    return found


def text_of(name: str, lists: dict[str, list[Row]]) -> str:
    """One CSV file: version, locale, position (what masks pick by), value, and what else it has."""
    extra = {"given_names": ",sex", "places": ",region,postcode"}.get(name, "")
    lines = [f"version,locale,position,value{extra}\n"]
    for locale, rows in lists.items():
        for place, row in enumerate(rows):
            sex = ["fm"[place % 2]] if name == "given_names" else []
            cells = [str(VERSION), locale, str(place), *row, *sex]
            quoted = [
                '"' + c.replace('"', '""') + '"' if '"' in c or "," in c else c for c in cells
            ]
            lines.append(",".join(quoted) + "\n")
    return "".join(lines)


def digest_of(lists: dict[str, list[Row]], name: str) -> str:
    """What tells an edited list of the same version, as dictionary_problems computes it."""
    rows = [
        "|".join([locale, str(place), *row, *(["fm"[place % 2]] if name == "given_names" else [])])
        for locale, entries in sorted(lists.items(), key=lambda one: one[0].encode())
        for place, row in enumerate(entries)
    ]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]


def facts_of(found: dict[str, dict[str, list[Row]]]) -> str:
    """The macro that says what each list holds."""
    lines = [
        "{#- What the dictionaries hold, by name: the version that masks use, the digest of its"
        " rows (see\n    dictionary_problems), and the number of entries by locale. Written by"
        " scripts/make_dictionaries.py. -#}\n"
        "{% macro _dictionaries() -%}\n    {{ return({\n"
    ]
    for name, lists in found.items():
        known = f"'version': {VERSION}, 'digest': '{digest_of(lists, name)}'"
        lines.append(f"        '{name}': {{{known}, 'sizes': {{\n")
        sizes = [f"'{locale}': {len(rows)}" for locale, rows in lists.items()]
        for start in range(0, len(sizes), 9):
            lines.append("            " + ", ".join(sizes[start : start + 9]) + ",\n")
        lines.append("        }},\n")
    lines.append("    }) }}\n{%- endmacro %}\n")
    return "".join(lines)


def main() -> None:
    """Writes all dictionaries."""
    found = dictionaries()
    for name, lists in found.items():
        (FOLDER / f"{name}.csv").write_text(text_of(name, lists), encoding="utf-8")
    (REPO / "macros" / "mask" / "_dictionaries.sql").write_text(facts_of(found), encoding="utf-8")


if __name__ == "__main__":
    main()
