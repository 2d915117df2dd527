"""Makes seeds/dictionaries/*.csv: what masks pick names, streets and companies from.

Run by a developer, never by users; needs Faker (MIT licence), whose word lists are names in common
use, not records of people. An edited list is a new version: raise it here and in
macros/mask/_dictionary.sql.

    python scripts/make_dictionaries.py
"""

import csv
import random
import re
from collections.abc import Callable
from pathlib import Path

from faker import Faker

VERSION = 1
LOCALES = ["en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "sv_SE", "pl_PL", "pt_BR"]
FOLDER = Path(__file__).parents[1] / "seeds" / "dictionaries"


def distinct(make: Callable[[Faker], str], pattern: str, count: int, taken: set[str]) -> list[str]:
    """`count` values of `make` that match `pattern`, from all locales in turn, none in `taken`."""
    fakers = [Faker(locale) for locale in LOCALES]
    for place, faker in enumerate(fakers):
        faker.seed_instance(VERSION * 1000 + place)
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


def write(name: str, values: list[str]) -> None:
    """One CSV file: version, position (what masks pick by), value."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["version", "position", "value"])
        writer.writerows([VERSION, place, value] for place, value in enumerate(values))


def main() -> None:
    """Writes all dictionaries."""
    name = "[A-Z][a-z]{2,11}"
    taken: set[str] = set()
    female = distinct(lambda f: f.first_name_female(), name, 500, taken)
    male = distinct(lambda f: f.first_name_male(), name, 500, taken)
    write("given_names", female + male)
    family = distinct(lambda f: f.last_name(), name, 1000, set())
    write("family_names", family)
    words = distinct(lambda f: f.last_name(), name, 500, set(family))
    shuffled = random.Random(VERSION).sample(words, len(words))  # noqa: S311 - not a secret
    kinds = ["Street", "Lane", "Road", "Avenue", "Row"]
    write("street_names", [f"{word} {kinds[i % 5]}" for i, word in enumerate(shuffled)])
    ends = ["ton", "field", "ford", "dale", "wick"]
    stems = [word for word in words if len(word) <= 8]
    write("city_names", [f"{stems[i % len(stems)]}{ends[i // len(stems) % 5]}" for i in range(500)])
    trades = ["Works", "Partners", "Trading", "Systems", "Foods"]
    write("companies", [f"{word} {trades[i % 5]}" for i, word in enumerate(words)])
    english = Faker("en_US")
    english.seed_instance(VERSION)
    jobs = distinct(lambda _: english.job(), "[A-Za-z][A-Za-z ]{3,36}", 200, set())
    write("job_titles", jobs)


if __name__ == "__main__":
    main()
