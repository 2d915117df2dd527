"""The subset by definition: naive, over rows in Python, from the policy alone.

Written from the definition of the minimal closure. D is the least set of rows that holds what the
samples say, for every followed reference the rows that point at a row of D (capped for each owner),
and for every reference that brings rows what a row of D points at. K is the least set that holds D
and the tables that are kept whole and, for every reference, what a row of K points at. Linked
tables come last: rows whose ends are all in K.
Knows neither the macros nor the models, and shares no SQL with them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from hashlib import md5
from itertools import product
from typing import Any

from subset_properties.schema import (
    Budget,
    Condition,
    Counted,
    Edge,
    Listed,
    Matching,
    Reader,
    Sample,
    Service,
    Stratum,
    Table,
    Text,
    Within,
)
from subset_properties.values import same, typed

Record = Mapping[str, Text]
"""A row as PostgreSQL prints it: each column as text."""
Found = dict[str, set[int]]
"""For each table the places of rows in its list."""


class Rows:
    """The rows of a service's tables, and where each of its references leads."""

    def __init__(self, service: Service, rows: Mapping[str, Sequence[Record]]) -> None:
        self.service = service
        self.rows = rows
        self.leads = [self._leads(edge) for edge in service.edges]
        self._led: dict[int, dict[int, set[int]]] = {}

    def led(self, number: int) -> dict[int, set[int]]:
        """For each row the rows that point at it by one reference."""
        if number not in self._led:
            self._led[number] = _turned(self.leads[number])
        return self._led[number]

    def _leads(self, edge: Edge) -> dict[int, set[int]]:
        """For each row of the referencing table the rows that it points at."""
        parent = self.service.table(edge.parent)
        types = [parent.column(column).type for column in edge.to]
        holders: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for place, row in enumerate(self.rows[edge.parent]):
            value = tuple(row[column] for column in edge.to)
            if None not in value:
                holders[same(types, value)].add(place)
        found = {}
        for place, row in enumerate(self.rows[edge.child]):
            if all(meets(condition, row) for condition in edge.where):
                values = product(*(_read(reader, row) for reader in edge.readers))
                pointed_at = {
                    other
                    for value in values
                    if None not in value
                    for other in holders.get(same(types, value), ())
                }
                if pointed_at:
                    found[place] = pointed_at
        return found


def closure(found: Rows) -> Found:
    """K: the rows of every table that must be kept."""
    return kept(found, owned(found, roots(found)))


def roots(found: Rows) -> Found:
    """S: what the samples say."""
    service = found.service
    taken: Found = {table.id: set() for table in service.tables}
    for name, sample in service.samples.items():
        taken[name] = sampled(found, service.table(name), sample)
    return taken


def owned(found: Rows, taken: Found) -> Found:
    """D: the samples and what they own."""
    owned_rows = {name: set(places) for name, places in taken.items()}
    brought = [
        _brought(found, number) if edge.follow else {}
        for number, edge in enumerate(found.service.edges)
    ]
    moved = True
    while moved:
        moved = False
        for edge, children in zip(found.service.edges, brought, strict=True):
            for owner in list(owned_rows[edge.parent]) if edge.follow else ():
                more = children.get(owner, set()) - owned_rows[edge.child]
                owned_rows[edge.child] |= more
                moved |= bool(more)
        for edge, leads in zip(found.service.edges, found.leads, strict=True):
            for owner in list(owned_rows[edge.child]) if edge.brings else ():
                more = leads.get(owner, set()) - owned_rows[edge.parent]
                owned_rows[edge.parent] |= more
                moved |= bool(more)
    return owned_rows


def _brought(found: Rows, number: int) -> dict[int, set[int]]:
    """For each possible owner the rows that come along with it."""
    edge = found.service.edges[number]
    follow = edge.follow
    assert follow is not None
    rows = found.rows[edge.child]
    table = found.service.table(edge.child)
    brought = {}
    for owner, children in found.led(number).items():
        wanted = [c for c in children if follow.where is None or meets(follow.where, rows[c])]
        if follow.at_most is not None:
            wanted.sort(key=lambda place: _hash_order(table, rows[place]))
            if follow.newest is not None:
                wanted = _newest_first(table, follow.newest, rows, wanted)
            wanted = wanted[: follow.at_most]
        brought[owner] = set(wanted)
    return brought


def kept(found: Rows, taken: Found) -> Found:
    """K, from D."""
    service = found.service
    kept_rows = {name: set(places) for name, places in taken.items()}
    for table in service.tables:
        if service.modes[table.id] == "whole":
            kept_rows[table.id] = set(range(len(found.rows[table.id])))
    _up(found, kept_rows)
    while _linked(found, kept_rows):  # an end may be a link row itself
        pass
    _up(found, kept_rows)
    return kept_rows


def _linked(found: Rows, kept_rows: Found) -> bool:
    """Add the rows of linked tables whose ends are all kept; whether there were any."""
    moved = False
    for table in found.service.tables:
        if found.service.modes[table.id] == "linked":
            ends = [
                (edge, leads)
                for edge, leads in zip(found.service.edges, found.leads, strict=True)
                if edge.child == table.id
            ]
            more = {
                place
                for place in range(len(found.rows[table.id]))
                if all(leads.get(place, set()) & kept_rows[edge.parent] for edge, leads in ends)
            }
            moved |= not more <= kept_rows[table.id]
            kept_rows[table.id] |= more
    return moved


def _up(found: Rows, kept_rows: Found) -> None:
    moved = True
    while moved:
        moved = False
        for edge, leads in zip(found.service.edges, found.leads, strict=True):
            # What is empty by decision leaves its references dangling, by decision too.
            empty = found.service.modes[edge.parent] == "empty"
            for row in () if empty else list(kept_rows[edge.child]):
                more = leads.get(row, set()) - kept_rows[edge.parent]
                kept_rows[edge.parent] |= more
                moved |= bool(more)


# ------------------------------------------------------------------------- samples


def sampled(found: Rows, table: Table, sample: Sample) -> set[int]:
    """What one sample takes of its table."""
    rows = found.rows[table.id]
    taken: set[int] = set()
    if not table.key:
        assert sample.fraction is not None
        return {
            place
            for place, row in enumerate(rows)
            if _share(row[""]) < Fraction(sample.fraction)  # the whole row as text
        }
    if sample.budget is not None:
        taken = _within_budget(found, table, sample, sample.budget)
    elif sample.fraction is not None:
        taken = quota(table, rows, sample, range(len(rows)))
    for more in sample.also:
        taken |= also(table, rows, more)
    return taken


def quota(table: Table, rows: Sequence[Record], sample: Sample, among: Iterable[int]) -> set[int]:
    """The share of every stratum, in the order of the keys' hash."""
    assert sample.fraction is not None
    strata: dict[tuple[Text, ...], list[int]] = defaultdict(list)
    for place in among:
        strata[tuple(stratum(given, rows[place]) for given in sample.strata)].append(place)
    taken = set()
    for values, places in strata.items():
        places.sort(key=lambda place: _hash_order(table, rows[place]))
        share = _stratum_share(values)
        for number, place in enumerate(places, 1):
            if (
                number - share <= len(places) * Fraction(sample.fraction)
                or number <= sample.at_least
            ):
                taken.add(place)
    return taken


def _within_budget(found: Rows, table: Table, sample: Sample, budget: Budget) -> set[int]:
    """The largest fraction that fits: what every stratum keeps at least, then all side by side."""
    rows = found.rows[table.id]
    weights = [_weight(found, budget.owned, place) for place in range(len(rows))]
    largest = budget.rows * Fraction(budget.largest)
    strata: dict[tuple[Text, ...], list[int]] = defaultdict(list)
    for place, weight in enumerate(weights):
        if weight <= largest:
            strata[tuple(stratum(given, rows[place]) for given in sample.strata)].append(place)
    most = Fraction(sample.fraction) if sample.fraction is not None else Fraction(1)
    order: list[tuple[bool, Fraction, tuple[Any, ...], int]] = []
    for values, places in strata.items():
        places.sort(key=lambda place: _hash_order(table, rows[place]))
        share = _stratum_share(values)
        for number, place in enumerate(places, 1):
            first = number <= sample.at_least
            if first or number - share <= len(places) * most:
                key = tuple(typed(table.column(c).type, rows[place][c]) for c in table.key)
                order.append((not first, (number - share) / len(places), key, place))
    taken, so_far = set(), 0
    for _, _, _, place in sorted(order):
        so_far += weights[place]
        if so_far > budget.rows:
            break
        taken.add(place)
    return taken


def _weight(found: Rows, counted: tuple[Counted, ...], place: int) -> int:
    """A row and what it owns; what is reached on two ways counts twice."""
    return 1 + sum(
        _weight(found, one.owned, child)
        for one in counted
        for child in found.led(one.edge).get(place, ())
    )


def also(table: Table, rows: Sequence[Record], more: Within | Listed | Matching) -> set[int]:
    """The rows that a sample has for another reason than its share."""
    if isinstance(more, Matching):
        return {place for place, row in enumerate(rows) if meets(more.condition, row)}
    if isinstance(more, Listed):
        types = [table.column(column).type for column in more.columns]
        wanted = {same(types, values) for values in more.rows}
        found = set()
        for place, row in enumerate(rows):
            value = tuple(row[column] for column in more.columns)
            if None not in value and same(types, value) in wanted:
                found.add(place)
        return found
    since, until = moment(more.since), moment(more.until)
    times = [moment(row[more.column]) for row in rows]
    if more.last is not None:
        newest = max((time for time in times if time is not None), default=None)
        if newest is None:
            return set()
        start = newest - timedelta(days=more.last)
        return {place for place, time in enumerate(times) if time is not None and time > start}
    return {
        place
        for place, time in enumerate(times)
        if time is not None and (since is None or time >= since) and (until is None or time < until)
    }


def stratum(given: Stratum, row: Record) -> Text:
    """The stratum of a row, as text."""
    value = row[given.column]
    if given.kind == "missing":
        return "true" if value is None else "false"
    if value is None or given.kind == "column":
        return value
    if given.kind == "left":
        return value[:1]
    assert given.kind == "mod"
    number = int(value)
    return str(abs(number) % 3 * (-1 if number < 0 else 1))


def _stratum_share(values: tuple[Text, ...]) -> Fraction:
    """A number in [0, 1) that belongs to the stratum."""
    return _share("|".join(["stratum", *(value for value in values if value is not None)]))


def _share(text: Text) -> Fraction:
    assert text is not None
    return Fraction(int(_md5(text)[:8], 16), 2**32)


def _hash_order(table: Table, row: Record) -> tuple[Any, ...]:
    texts = [row[column] for column in table.key]
    assert None not in texts, f"{table.id}: NULL in a key that is sampled by"
    key = tuple(typed(table.column(c).type, row[c]) for c in table.key)
    return (_md5("|".join(text for text in texts if text is not None)), key)


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _newest_first(
    table: Table, newest: str, rows: Sequence[Record], places: list[int]
) -> list[int]:
    """Rows by a column, descending, NULL last; otherwise in the order that they have."""
    kind = table.column(newest).type
    filled = [place for place in places if rows[place][newest] is not None]
    filled.sort(key=lambda place: typed(kind, rows[place][newest]), reverse=True)
    return filled + [place for place in places if rows[place][newest] is None]


# -------------------------------------------------------------------------- values


def meets(condition: Condition, row: Record) -> bool:
    """Whether a row meets a condition; NULL meets none but `is null`."""
    value = row[condition.column]
    if condition.kind in ("is null", "is not null"):
        return (value is None) == (condition.kind == "is null")
    if value is None:
        return condition.kind == "= or null"
    if condition.kind == ">":
        return int(value) > int(condition.value)
    return (value == condition.value) == (condition.kind != "<>")


def moment(text: Text) -> datetime | None:
    """A date or a timestamp."""
    return None if text is None else datetime.fromisoformat(text)


def _read(reader: Reader, row: Record) -> list[Text]:
    """The values that a row names, in one column of what it points at."""
    if reader.kind == "constant":
        return [reader.argument]
    value = row[reader.column]
    if value is None:
        return []
    readers: dict[str, Callable[[str], list[Text]]] = {
        "column": lambda text: [text],
        "cast": lambda text: [text],
        "lower": lambda text: [text.strip(" ").lower()],
        "json": lambda text: [_inside(json.loads(text), reader.argument)],
        "json_elements": lambda text: [
            _inside(element, reader.argument) for element in json.loads(text)
        ],
        "array": _elements,
    }
    return readers[reader.kind](value)


def _inside(document: Any, path: str) -> Text:
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return None if document is None else str(document)


def _elements(text: str) -> list[Text]:
    """The elements of an array as PostgreSQL prints it."""
    found: list[Text] = []
    place = 1
    while text[place] != "}":
        if text[place] == '"':
            element, place = "", place + 1
            while text[place] != '"':
                place += text[place] == "\\"
                element, place = element + text[place], place + 1
            found.append(element)
            place += 1
        else:
            end = min(i for i in (text.find(",", place), text.find("}", place)) if i >= 0)
            found.append(None if text[place:end] == "NULL" else text[place:end])
            place = end
        place += text[place] == ","
    return found


def _turned(leads: Mapping[int, set[int]]) -> dict[int, set[int]]:
    turned: dict[int, set[int]] = defaultdict(set)
    for row, others in leads.items():
        for other in others:
            turned[other].add(row)
    return dict(turned)
