"""Columns that belong together because foreign keys join them: one treatment for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from tdm.scaffold import masks, paths
from tdm.scaffold.catalog import Catalog, Column, Table
from tdm.scaffold.checks import Server
from tdm.scaffold.classes import Proposal, is_thing, person_weight, propose
from tdm.scaffold.names import singular, slug, words
from tdm.scaffold.subset import Plan

Place = tuple[str, str]
"""A table and a column."""


@dataclass(frozen=True)
class Family:
    """Columns that foreign keys join, or a key column by itself."""

    members: tuple[Place, ...]
    main: Place
    """The column that the others point at, directly or not."""
    proposal: Proposal
    domain: str
    mask: masks.Mask | None
    """None: kept."""
    why: str = ""
    open: bool = False
    """Nobody can decide: it would have to be masked, and no mask suits it."""


_FOLDS = "its collation takes spellings for equal that every mask would tell apart"
_TELLS = "a text that people write is the key, and no mask suits every column that points at it"
_OPEN = frozenset({_FOLDS, _TELLS})
_POINTED_AT = "other tables point at it"


def families(
    catalog: Catalog, plan: Plan, server: Server, services: Mapping[str, str]
) -> dict[Place, Family]:
    """Decide on every column of a foreign key or surrogate key.

    Args:
        catalog: the database.
        plan: what happens to the rows of each table.
        server: asked whether constraints hold.
        services: the service (source name) of each schema.

    Returns:
        The family of each such column.
    """
    groups = _groups(catalog)
    decided: dict[Place, Family] = {}
    domains: set[str] = set()
    for members in sorted(groups):
        main = _main(catalog, members)
        table = catalog.tables[main[0]]
        proposal = _proposal(catalog, plan, members, main)
        domain = _domain(catalog, table, main[1], services, domains)
        mask, why = _mask(catalog, plan, server, members, main, proposal, domain)
        if mask is not None:
            domains.add(domain)
        family = Family(members, main, proposal, domain, mask, why, why in _OPEN)
        for place in members:
            decided[place] = family
    return decided


def _groups(catalog: Catalog) -> list[tuple[Place, ...]]:
    """The places of every foreign key, joined column by column, and single key columns."""
    above: dict[Place, Place] = {}
    keys = {(name, column) for name, table in catalog.tables.items() for column in table.key}
    keys |= {(r.table, c) for r in catalog.references if not r.where for c, _ in r.compared}
    targets: dict[Place, set[Place]] = defaultdict(set)
    for r in catalog.references:
        for column, to_column in r.compared:
            targets[r.table, column].add((r.to, to_column))

    def top(place: Place) -> Place:
        while above.setdefault(place, place) != place:
            place = above[place]
        return place

    for r in catalog.references:
        if not r.plain:
            for to_column in r.to_columns:
                top((r.to, to_column))
        for column, to_column in r.compared:
            # What points somewhere in some rows only has a treatment of its own (pointers.py),
            # unless it is a key, which has one mask in all rows, or only one thing is meant:
            # a foreign key that some partitions declare.
            place = (r.table, column)
            if r.where and place not in keys and not (r.name and len(targets[place]) == 1):
                continue
            above[top(place)] = top((r.to, to_column))
    for name, table in catalog.tables.items():
        for column in table.key:
            top((name, column))
    found: dict[Place, list[Place]] = defaultdict(list)
    for place in above:
        found[top(place)].append(place)
    return [tuple(sorted(members)) for members in found.values()]


def _main(catalog: Catalog, members: tuple[Place, ...]) -> Place:
    """The member that points at nothing and that most point at."""
    pointing = {
        (r.table, c)
        for r in catalog.references
        if r.plain or r.name
        for c, _ in r.compared
        if (r.table, c) in members
    }
    ends = [place for place in members if place not in pointing] or list(members)
    count: dict[Place, int] = defaultdict(int)
    for r in catalog.references:
        for c in r.to_columns:
            count[r.to, c] += 1
    return min(ends, key=lambda place: (-count[place], place))


def _proposal(catalog: Catalog, plan: Plan, members: tuple[Place, ...], main: Place) -> Proposal:
    """What the main column holds; what a referencing column says by its name counts too."""
    found = []
    for name, column in (main, *[m for m in members if m != main]):
        table = catalog.tables[name]
        found.append(
            propose(catalog, table, table.column(column), catalogue=is_catalogue(plan, name))
        )
    first = found[0]
    if first.kind == "secret_number" and catalog.tables[main[0]].key == (main[1],):
        return Proposal("technical", "key", "a number that tells rows apart opens nothing")
    if first.label in ("direct", "credential") or first.kind in (
        "number",
        "category",
        "key",
        "uuid",
    ):
        return first
    for proposal in found[1:]:
        if proposal.label in ("direct", "credential"):
            return proposal
    if first.label in (None, "free_text", "quasi", "sensitive"):
        return Proposal("technical", "key", _POINTED_AT)
    return first


def is_catalogue(plan: Plan, name: str) -> bool:
    """Whether a table is reference data."""
    return plan.nodes[name].catalogue


def _domain(
    catalog: Catalog, table: Table, column: str, services: Mapping[str, str], taken: set[str]
) -> str:
    parts = words(table.name)
    stem = "_".join([*parts[:-1], singular(parts[-1])]) if parts else slug(table.name)
    name = slug(column)
    named_after = name.startswith(f"{stem}_") or name == f"{'_'.join(parts)}_id"
    domain = name if named_after else f"{slug(table.name)}_{name}"
    if domain in taken:
        domain = f"{services[table.schema]}_{slug(table.name)}_{name}"
    number = 2
    while domain in taken:
        domain, number = f"{domain}_{number}", number + 1
    return domain


def _mask(
    catalog: Catalog,
    plan: Plan,
    server: Server,
    members: tuple[Place, ...],
    main: Place,
    proposal: Proposal,
    domain: str,
) -> tuple[masks.Mask | None, str]:
    """The mask that every member can take, else None with the reason for keeping the key."""
    table = catalog.tables[main[0]]
    columns = [catalog.tables[name].column(column) for name, column in members]
    kinds = {column.type.plain.name for column in columns}
    personal = proposal.label in ("direct", "credential")
    if not personal:
        if proposal.label == "none":
            return None, "a code"
        text = any(column.type.is_text for column in columns)
        if is_catalogue(plan, main[0]) and (is_thing(table) or not text):
            return None, f"a key of {table.name}, which is no table of people"
        if not person_weight(table) and any(
            paths.stands_in_lists(catalog, r)
            for r in catalog.references
            if any((r.to, c) in members for c in r.to_columns)
        ):
            return None, "keys of it stand in lists inside documents, where no mask reaches them"
    for name, column in members:
        if column in catalog.tables[name].partition_columns:
            return None, f"decides on the partition of {name}"
        computed = catalog.computed_key(name, column)
        if computed:
            return None, f"{computed}, a key, is computed from it"
        if (
            any(column in other.built_from for other in catalog.tables[name].columns)
            and not personal
        ):
            continue
        if catalog.tables[name].column(column).generated:
            return None, f"{name} generates it"
    candidates = _candidates(columns, kinds, proposal, domain)
    if _are_uuids(catalog, server, members):
        candidates = [masks.token_uuid(domain), *candidates]
    if not candidates:
        return None, f"there is none for {' beside '.join(sorted({c.type.text for c in columns}))}"
    if any(column.folds for column in columns):
        places = [(catalog.tables[name], catalog.tables[name].column(c)) for name, c in members]
        candidates = [m for m in candidates if server.folds_alike(places, m.folded)]
        if not candidates:
            return None, _FOLDS
    for mask in candidates:
        if all(_fits(catalog, server, place, mask) for place in members):
            return mask, ""
    if proposal.why == _POINTED_AT and all(column.type.is_text for column in columns):
        return None, _TELLS
    return None, "no mask suits every column that it is joined with"


def _candidates(
    columns: list[Column], kinds: set[str], proposal: Proposal, domain: str
) -> list[masks.Mask]:
    if kinds == {"uuid"}:
        return [masks.token_uuid(domain)]
    if len(kinds) == 1 and kinds <= {"int2", "int4", "int8"}:
        return [masks.token_number(next(iter(kinds)), domain)]
    if kinds == {"inet"}:
        return [masks.token_ip(domain)]
    if kinds in ({"macaddr"}, {"macaddr8"}):
        return [masks.token_mac(next(iter(kinds)), domain)]
    if all(column.type.is_text for column in columns):
        lengths = [c.type.plain.length for c in columns if c.type.plain.length is not None]
        length = min(lengths, default=None)
        if proposal.kind == "email" and (length is None or length >= 33):
            return [masks.email(length, None)[0], masks.code(domain)]
        if "citext" in kinds:
            return masks.token_folded(domain, length)
        if proposal.label == "credential":  # nobody may undo its mask
            return [m for m in masks.token_texts(domain, length) if m.macro == "token_text"]
        found = [masks.code(domain)]
        if proposal.label == "technical" and proposal.why != _POINTED_AT:
            found.append(masks.digits(domain))  # where a CHECK spells out the letters of a code
        if proposal.kind == "phone":
            found.append(masks.digits(domain, keep=2))  # where no number may start with 0
        if any(column.folds for column in columns):
            found += masks.token_folded(domain, length)
        return found
    return []


def _are_uuids(catalog: Catalog, server: Server, members: tuple[Place, ...]) -> bool:
    """Whether the keys are UUIDs, though their columns are texts."""
    places = [(catalog.tables[name], catalog.tables[name].column(c)) for name, c in members]
    return all(
        column.type.is_text
        and column.type.plain.name != "citext"
        and not column.folds
        and (column.type.plain.length or 36) >= 36
        for _, column in places
    ) and server.holds_uuids(places)


def _fits(catalog: Catalog, server: Server, place: Place, mask: masks.Mask) -> bool:
    """Whether what the mask makes passes the constraints of one member."""
    table = catalog.tables[place[0]]
    column = table.column(place[1])
    if any(
        place[1] in x.columns and x.operators[x.columns.index(place[1])] != "="
        for x in table.exclusions
        if len(x.operators) == len(x.columns)
    ):
        return False
    dependants = {c.name for c in table.columns if place[1] in c.built_from}
    checks = [c for c in table.checks if place[1] in c.columns or dependants & set(c.columns)]
    if not checks and not column.type.all_checks:
        return True
    return all(
        server.holds(table, checks, {place[1]: mask.probe(place[1], n)}, place[1])
        for n in range(len(mask.probes))
    )
