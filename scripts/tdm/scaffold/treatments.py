"""What happens to each column of each table, so that what comes out still loads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tdm.scaffold import masks, pointers
from tdm.scaffold import words as w
from tdm.scaffold.catalog import Catalog, Check, Column, Table
from tdm.scaffold.checks import Server
from tdm.scaffold.classes import Proposal, fields, is_thing, person_weight, propose, strictest
from tdm.scaffold.keys import Family, Place, is_catalogue
from tdm.scaffold.masks import Mask
from tdm.scaffold.names import jinja_text, singular, slug, sql_name, words
from tdm.scaffold.pointers import Pointer
from tdm.scaffold.subset import Plan

_IDENTIFYING = frozenset({"direct", "credential"})
_MUST_BE_TREATED = frozenset({"direct", "credential", "sensitive", "free_text"})
_SPRINGFIELD = "case when {c}::text = '' then '' when {c} is not null then 'Springfield' end"
_MILL_LANE = "case when {c}::text = '' then '' when {c} is not null then 'Mill Lane 17' end"
_BUILT_IN = frozenset({"citext"})


@dataclass
class Seen:
    """What a look at values showed."""

    repeats: dict[Place, str] = field(default_factory=dict)
    """Columns that hold values of a column which identifies somebody, and that column."""
    spelled: set[Place] = field(default_factory=set)
    """Columns with a value that stands in the schema itself."""
    telling: set[Place] = field(default_factory=set)
    """Columns with a text that looks like an address or a secret."""


@dataclass
class Treatment:
    """One column of a masked model, and its entry in the sources."""

    column: Column
    proposal: Proposal
    how: str
    """One of kept, masked, dropped, undecided, generated."""
    mask: Mask | None = None
    reason: str = ""
    """Why it was not treated as its class asks, or what nobody could decide."""
    accepted: bool = False
    """A person accepted this treatment without looking, by --accept-proposals."""
    keep: str = ""
    """Why a column is kept that its class would not let out."""
    accept_type: bool = False
    note: str = ""
    """Something that a reader of the sources should know."""

    @property
    def label(self) -> str | None:
        """The class to declare; None where it is left open."""
        if self.proposal.label is None and self.accepted:
            return "sensitive"
        return self.proposal.label


@dataclass(frozen=True)
class Owner:
    """The person that a row belongs to, known in its own table by something else than its key."""

    table: str
    column: str
    """Of this table: it points at the person's row."""
    to: str


@dataclass
class TableTreatment:
    """One masked model."""

    table: Table
    columns: list[Treatment]
    entity: tuple[str, ...] = ()
    """The columns that the row's digest is made from; used by masks of='person'."""
    owner: Owner | None = None
    """The row whose columns these are, where it is not this one."""
    categories: list[str] = field(default_factory=list)
    untreatable: str = ""
    """Why no row of this table can leave."""

    @property
    def uses_alias(self) -> bool:
        """Whether a mask calls the row x."""
        return any(t.mask is not None and t.mask.alias for t in self.columns)

    @property
    def uses_entity(self) -> bool:
        """Whether a mask refers to the row's digest."""
        return any(t.mask is not None and "of=" in t.mask.arguments for t in self.columns)


def treat(
    catalog: Catalog,
    plan: Plan,
    server: Server,
    families: Mapping[Place, Family],
    name: str,
    seen: Seen,
    *,
    accept: bool,
) -> TableTreatment:
    """Decide on every column of a table.

    Args:
        catalog: the database.
        plan: what happens to the rows of each table.
        server: asked whether constraints hold.
        families: the columns that belong to keys.
        name: the table.
        seen: what a look at values showed.
        accept: treat what names do not decide in the strictest way that the catalog allows.
    """
    result = _TableWork(catalog, plan, server, families, name, seen, accept).treat()
    for t in result.columns:
        if (name, t.column.name) in seen.spelled and t.proposal.label in ("direct", "credential"):
            t.proposal = replace(t.proposal, label="quasi")
            t.note = "masked as before, but a value of it stands in the schema's own text"
    return result


class _TableWork:
    """The work on one table."""

    def __init__(
        self,
        catalog: Catalog,
        plan: Plan,
        server: Server,
        families: Mapping[Place, Family],
        name: str,
        seen: Seen,
        accept: bool,
    ) -> None:
        self.catalog = catalog
        self.plan = plan
        self.server = server
        self.families = families
        self.name = name
        self.seen = seen
        self.accept = accept
        self.table = catalog.tables[name]
        self.catalogue = is_catalogue(plan, name)
        self.entity, self.owner = self._entity()
        # As macros/materializations/masked_problems.sql has it: known by one unique column.
        self.entity_is_unique = not self.owner and any(
            index.plain and self.entity == index.columns and len(index.columns) == 1
            for index in self.table.indexes
        )
        self.chains: dict[str, list[Mask | None]] = {}

    def treat(self) -> TableTreatment:
        done = [self._column(column) for column in self.table.columns]
        result = TableTreatment(self.table, done, self.entity, self.owner)
        self._hold_together(result)
        result.categories = self._categories(done)
        for treatment in done:
            if treatment.how == "impossible":
                result.untreatable = f"{treatment.column.name}: {treatment.reason}"
                break
        if not result.uses_entity:
            result.entity = ()
        return result

    # ------------------------------------------------------------ one column

    def _column(self, column: Column) -> Treatment:
        if column.generated:
            base = self._generated_class(column)
            return Treatment(column, base, "generated")
        family = self.families.get((self.name, column.name))
        if family is not None:
            return self._key(column, family)
        proposal = propose(self.catalog, self.table, column, catalogue=self.catalogue)
        unknown = not type_is_known(column)
        pointer = pointers.of_column(self.catalog, self.plan, self.families, self.table, column)
        if pointer is not None:
            return self._pointer(column, proposal, pointer, unknown)
        repeated = self.seen.repeats.get((self.name, column.name))
        if repeated and proposal.label in ("none", "quasi", "technical"):
            proposal = Proposal("free_text", "free_text", f"repeats values of {repeated}")
        if (self.name, column.name) in self.seen.telling:
            proposal = Proposal(None, proposal.kind, _TELLING)
        if proposal.label is None:
            return self._open(column, proposal, unknown)
        chain = self._chain(column, proposal)
        self.chains[column.name] = chain
        return self._first(column, proposal, chain, unknown)

    def _first(
        self, column: Column, proposal: Proposal, chain: list[Mask | None], unknown: bool
    ) -> Treatment:
        for mask in chain:
            if mask is None:
                return Treatment(column, proposal, "kept", accept_type=unknown)
            if self._suits(column, mask):
                return Treatment(column, proposal, "masked", mask, accept_type=unknown)
        if proposal.label in ("none", "technical", "quasi"):
            return Treatment(column, proposal, "kept", accept_type=unknown)
        reason = "no mask suits its constraints"
        return self._open(column, replace(proposal, why=reason), unknown)

    def _pointer(
        self, column: Column, proposal: Proposal, pointer: Pointer, unknown: bool
    ) -> Treatment:
        """A column that points somewhere in a way that no constraint could say."""
        document = column.type.plain.name in ("json", "jsonb")
        if not document and proposal.label in (None, "none", "quasi", "free_text", "technical"):
            proposal = Proposal("technical", "key", "points at other tables")
        if not pointer.problem:
            if pointer.mask is None:
                return Treatment(column, proposal, "kept", accept_type=unknown)
            if self._suits(column, replace(pointer.mask, by_value=False)):
                return Treatment(column, proposal, "masked", pointer.mask, accept_type=unknown)
        reason = pointer.problem or "points at other tables, whose masks do not suit it"
        if not self.accept:
            return Treatment(column, proposal, "undecided", reason=reason)
        options = [masks.set_null()]
        if document or column.type.plain.kind == "array":
            options += [m for m in self._constant(column) if m is not None]
        for mask in options:
            if self._suits(column, mask):
                return Treatment(column, proposal, "masked", mask, reason, True)
        empty = "the table leaves without rows"
        return Treatment(column, proposal, "impossible", None, reason, True, empty)

    def _key(self, column: Column, family: Family) -> Treatment:
        proposal = family.proposal
        if column.name in self._of_empty_parents():
            return Treatment(
                column, proposal, "masked", masks.set_null(), "points at a table that leaves empty"
            )
        if family.mask is not None:
            return Treatment(column, proposal, "masked", family.mask)
        # What points at it follows: references to an empty table are NULL, or empty their own.
        shown = any(place in self.seen.telling for place in family.members)
        elsewhere = pointers.disagrees(self.catalog, self.families, self.table, column, family)
        if elsewhere:
            reason = f"a key that points at {elsewhere} as well, which is masked in another way"
            if not self.accept:
                return Treatment(column, proposal, "undecided", reason=reason)
            empty = "the table leaves without rows"
            return Treatment(column, proposal, "impossible", None, reason, True, empty)
        identifies = proposal.label in _IDENTIFYING or shown or family.open
        if identifies and family.main == (self.name, column.name):
            reason = f"a key that identifies somebody, and no one-to-one mask for it: {family.why}"
            if family.open or shown:
                reason = f"a key without a mask: {family.why if family.open else _TELLING}"
            if not self.accept:
                return Treatment(column, proposal, "undecided", reason=reason)
            empty = "the table leaves without rows"
            return Treatment(column, proposal, "impossible", None, reason, True, empty)
        keep = ""
        if proposal.label in _MUST_BE_TREATED:
            keep = family.why
        return Treatment(column, proposal, "kept", reason=family.why, keep=keep)

    def _of_empty_parents(self) -> set[str]:
        """Columns that have to be NULL because the rows that they point at do not leave."""
        found = set()
        for r in self.catalog.references_from.get(self.name, ()):
            if (
                (r.plain or r.name)
                and self.plan.nodes[r.to].mode == "empty"
                and self.plan.nodes[self.name].mode != "empty"
            ):
                free = [c for c in r.columns if not self.table.column(c).not_null]
                found |= set(free[:1])
        return found

    def _generated_class(self, column: Column) -> Proposal:
        """A generated column holds what the columns that it is built from hold."""
        labels = []
        for name in column.built_from:
            base = self.table.column(name)
            family = self.families.get((self.name, name))
            found = (
                family.proposal
                if family
                else propose(self.catalog, self.table, base, catalogue=self.catalogue)
            )
            labels.append(found.label or ("sensitive" if self.accept else None))
        if None in labels:
            return Proposal(None, "generated", f"computed from {', '.join(column.built_from)}")
        label = strictest(labels)
        if label in _IDENTIFYING and column.distinct and (column.filled or 0) > 3 * column.distinct:
            label = "quasi"  # a part that many share, such as the host of an address
        return Proposal(label, "generated", f"computed from {', '.join(column.built_from)}")

    def _open(self, column: Column, proposal: Proposal, unknown: bool) -> Treatment:
        """A column that names do not decide."""
        if not self.accept:
            return Treatment(column, proposal, "undecided", reason=proposal.why)
        for mask in self._strictest(column):
            if self._suits(column, mask):
                return Treatment(
                    column,
                    proposal,
                    "masked",
                    mask,
                    proposal.why,
                    accepted=True,
                    accept_type=unknown,
                )
        decisive = column.name in self.table.partition_columns
        if column.default is not None and not (self._is_unique(column.name) or decisive):
            return Treatment(
                column, proposal, "dropped", None, proposal.why, True, accept_type=unknown
            )
        if proposal.label in (None, "none", "quasi") and not type_is_sayable(column):
            # Nothing of it can be read by anybody's eyes: a number, a date, a truth value.
            return Treatment(
                column,
                proposal,
                "kept",
                None,
                proposal.why,
                True,
                "no treatment keeps its constraints",
            )
        reason = "neither NULL nor a constant nor a token meets its constraints"
        return Treatment(
            column,
            proposal,
            "impossible",
            None,
            reason,
            True,
            "the table leaves without rows",
            unknown,
        )

    def _strictest(self, column: Column) -> list[Mask]:
        """NULL, else a constant of its type, else a token."""
        found = [masks.set_null()]
        checks = self._checks_on(column.name, alone=True)
        if not self._is_unique(column.name):
            text = self.server.constant(self.table, column, checks)
            if text is not None:
                found.append(masks.constant(text, column))
        plain = column.type.plain
        domain = self._domain(column)
        if plain.name in ("int2", "int4", "int8"):
            found.append(masks.token_number(plain.name, domain))
        elif plain.name == "uuid":
            found.append(masks.token_uuid(domain))
        elif column.type.is_text and plain.name != "citext":
            found += masks.token_texts(domain, plain.length)
        elif column.type.is_text:
            found += [m for m in masks.token_texts(domain, plain.length) if m.macro == "token_text"]
        return found

    # ------------------------------------------------------- what suits whom

    def _suits(self, column: Column, mask: Mask) -> bool:
        """Whether a mask keeps the constraints that concern this column alone."""
        if column.name in self.table.partition_columns:
            return False  # another value may have no partition, or one with other constraints
        if self.catalog.computed_key(self.name, column.name):
            return False
        if mask.nulls_made and (
            column.not_null
            or self._feeds_not_null(column)
            or not self._null_is_distinct(column.name)
        ):
            return False
        if self._is_unique(column.name) and not self._injective(mask):
            return False
        length = column.type.plain.length
        if (
            column.type.is_text
            and length is not None
            and mask.length not in (None, masks.SAME)
            and (mask.length or 0) > length
        ):
            return False
        if mask.by_value and self._repeats(column):
            return False
        checks = self._checks_on(column.name, alone=True)
        tight = column.type.plain.name in (
            "numeric",
            "int2",
            "int4",
            "int8",
            "float4",
            "date",
            "timestamp",
            "timestamptz",
        )
        if not checks and not column.type.all_checks and not (tight and mask.macro != "set_null"):
            return True
        return all(
            self.server.holds(
                self.table, checks, {column.name: mask.probe(column.name, n)}, column.name
            )
            for n in range(len(mask.probes))
        )

    def _injective(self, mask: Mask) -> bool:
        return mask.injective == "yes" or (mask.injective == "entity" and self.entity_is_unique)

    def _is_unique(self, name: str) -> bool:
        """Whether a unique index or an exclusion needs the column to stay one to one."""
        fed = {c.name for c in self.table.columns if name in c.built_from} | {name}
        return any(fed & set(index.used) for index in self.table.indexes) or any(
            fed & set(exclusion.columns) for exclusion in self.table.exclusions
        )

    def _null_is_distinct(self, name: str) -> bool:
        fed = {c.name for c in self.table.columns if name in c.built_from} | {name}
        indexes = [index for index in self.table.indexes if fed & set(index.used)]
        # An index with an expression or predicate may see equal values where NULL comes in.
        return all(index.nulls_distinct and name in index.columns for index in indexes)

    def _feeds_not_null(self, column: Column) -> bool:
        return any(c.not_null and column.name in c.built_from for c in self.table.columns)

    def _repeats(self, column: Column) -> bool:
        """Whether few values come again and again, so that counting undoes a mask by value."""
        if column.distinct is None or column.filled is None or not column.filled:
            return False
        if self._is_unique(column.name):
            # As macros/materializations/masked_problems.sql has it for the subset, with room.
            return column.filled > 5 * column.distinct and column.distinct < 1_000
        return column.filled > 3 * column.distinct and column.distinct < 2_000

    def _checks_on(self, name: str, *, alone: bool) -> list[Check]:
        """The CHECK constraints of a column, by way of generated columns too."""
        fed = {c.name for c in self.table.columns if name in c.built_from}
        found = [c for c in self.table.checks if name in c.columns or fed & set(c.columns)]
        if alone:
            return [c for c in found if set(c.columns) <= {name}]
        return found

    def _domain(self, column: Column) -> str:
        stem = "_".join(singular(part) for part in words(self.table.name)) or slug(self.table.name)
        name = slug(column.name)
        return name if name.startswith(f"{stem}_") else f"{slug(self.table.name)}_{name}"

    # --------------------------------------------------------- masks by kind

    def _chain(self, column: Column, proposal: Proposal) -> list[Mask | None]:
        """The masks to try for what a column holds, best first; None stands for keeping it."""
        kind, label = proposal.kind, proposal.label
        length = column.type.plain.length
        plain = column.type.plain.name
        of = "person" if self.entity else None
        domain = self._domain(column)
        unique = self._is_unique(column.name)
        if label == "none" or (label == "quasi" and kind == "category"):
            return [None]
        if label == "technical" and kind in ("key", "uuid"):
            return self._identifier(column, domain)
        text_end: list[Mask | None] = [masks.lorem(), masks.set_null()]
        if unique:
            text_end = [*masks.token_texts(domain, length), masks.set_null()]
        constants: list[Mask | None] = []
        found: list[Mask | None]
        match kind:
            case "email":
                found = list(masks.email(length, of))
            case "full_name":
                found = [
                    *masks.picked("mask_full_name", "Anna Smith", 41, of),
                    *masks.picked("mask_last_name", "Smith", 20, of),
                ]
            case "first_name":
                found = list(masks.picked("mask_first_name", "Anna", 20, of))
            case "last_name":
                found = list(masks.picked("mask_last_name", "Smith", 20, of))
            case "login":
                found = list(masks.login(length, of))
            case "phone":
                found = [*masks.phone(of), masks.digits(domain)]
            case "street":
                found = self._street(column, of)
            case "city":
                found = [
                    *masks.placed("mask_city", _SPRINGFIELD, 40, of, self._country()),
                    *masks.picked("mask_city", "Springfield", 40, of),
                ]
            case "region":
                found = [*self._region(of), None]
            case "initials":
                dots = "" if (length or 4) >= 4 else ", dots=false"
                found = [
                    replace(mask, arguments=(mask.arguments + dots).removeprefix(", "))
                    for mask in masks.picked("mask_initials", "AS" if dots else "A.S.", 2, of)
                ]
            case "company":
                found = list(masks.picked("mask_company", "Acme Trading", 40, of))
            case "job":
                found = list(masks.picked("mask_job", "Engineer", 40, of))
            case "postcode":
                found = self._postcode(column, of)
            case "national_id":
                parts = words(column.name)
                schemes = [name for name, phrases in w.SCHEMES.items() if w.matches(phrases, parts)]
                found = [masks.national_id(scheme, unique) for scheme in schemes[:1]]
                found.append(masks.code(domain))
            case "card":
                found = [
                    masks.simple("mask_card", probe=_DIGITS, by_value=True),
                    masks.digits(domain),
                ]
            case "iban":
                found = [masks.simple("mask_iban", by_value=True), masks.code(domain)]
            case "last_four":
                found = [masks.digits(domain), masks.constant("0000", column)]
            case "ip" if plain in ("inet", "cidr"):
                found = [
                    masks.simple("mask_ip", by_value=True),
                    *([masks.token_ip(domain)] if unique and plain == "inet" else []),
                    masks.constant(_IPS[plain], column),
                    masks.set_null(),
                ]
            case "ip":
                found = [masks.constant("192.0.2.1", column)]
            case "mac" if plain in ("macaddr", "macaddr8"):
                found = [masks.simple("mask_mac", by_value=True)] if plain == "macaddr" else []
                found += [masks.token_mac(plain, domain)] if unique else []
                found += [*self._constant(column), masks.set_null()]
            case "mac":
                found = [masks.constant("02:00:00:00:00:01", column)]
            case "url":
                found = self._url(column, domain)
            case "user_agent":
                found = []
            case "password" | "password_hash" | "secret":
                found = [*masks.secret(length, domain), *self._constant(column), masks.set_null()]
                one_way = [m for m in masks.token_texts(domain, length) if m.macro == "token_text"]
                text_end = [*(one_way if unique else []), masks.lorem()]
            case "uuid":
                found = [masks.token_uuid(domain), masks.set_null()]
            case "birth" | "personal_date" if column.type.is_text:
                found = [masks.constant("1980-01-01", column)]
            case "birth" | "personal_date":
                found = [masks.shifted(plain, of)] if of else []
                found += [masks.year_only(), masks.set_null(), None]
            case "gender":
                found = self._gender(column)
            case "sensitive" | "category" | "flag":
                found = [masks.set_null(), *self._constant(column)]
            case "money":
                found = [masks.noise(of)] if plain != "text" and not column.type.is_text else []
                found += [masks.set_null(), *self._constant(column)]
            case "geo" if column.type.is_text:
                found = [masks.set_null(), *self._constant(column)]
            case "geo":
                found = self._place(column, of) if plain in ("numeric", "float4", "float8") else []
                found += [masks.set_null(), *self._constant(column)]
            case "shape":
                found = [masks.set_null(), *self._constant(column)]
            case "json":
                found = [Mask("mask_json"), masks.set_null(), *self._constant(column)]
            case "bytes":
                found = [
                    masks.set_null(),
                    *self._constant(column),
                    masks.simple("mask_bytes", by_value=True),
                ]
            case "array":
                found = self._array(column, domain)
            case "hstore" | "xml":
                found = [Mask(f"mask_{kind}"), *self._constant(column), masks.set_null()]
            case "composite" | "composite_array":
                own = self._composite(column)
                found = [own] if own else []
                found += [masks.set_null(), *self._constant(column)]
            case "tsvector" | "large_object":
                found = [*self._constant(column), masks.set_null()]
                found = found[::-1] if kind == "large_object" else found
            case "secret_number":
                found = [masks.set_null(), *self._constant(column), *self._numbers(plain, domain)]
            case "national_id_number" | "card_number" | "phone_number":
                found = [*self._numbers(plain, domain), masks.set_null(), *self._constant(column)]
            case "free_text" | "label":
                found = []
            case _:
                found = []
        constants += self._constant(column) if column.type.is_text and not unique else []
        if column.type.is_text:
            found += [*text_end, *constants]
        return found

    def _constant(self, column: Column) -> list[Mask | None]:
        text = self.server.constant(self.table, column, self._checks_on(column.name, alone=True))
        return [masks.constant(text, column)] if text is not None else []

    def _numbers(self, plain: str, domain: str) -> list[Mask | None]:
        if plain in ("int2", "int4", "int8"):
            return [masks.token_number(plain, domain)]
        return [masks.digits(domain)] if plain == "numeric" else []

    def _identifier(self, column: Column, domain: str) -> list[Mask | None]:
        """An identifier outside every foreign key: as the key that it names, else by itself."""
        named = self._named_family(column)
        if named is not None:
            return [named.mask, None] if named.mask is not None else [None]
        plain = column.type.plain.name
        if self.catalogue and (is_thing(self.table) or not column.type.is_text):
            return [None]
        if column.name in self.table.partition_columns:
            return [None]
        if plain in ("int2", "int4", "int8"):
            return [masks.token_number(plain, domain), None]
        if plain == "uuid":
            return [masks.token_uuid(domain), None]
        if column.type.is_text and plain != "citext":
            found: list[Mask | None] = [_technical(masks.code(domain)), None]
            if not column.folds and self.server.holds_uuids([(self.table, column)]):
                found.insert(0, masks.token_uuid(domain))
            return found
        return [None]

    def _named_family(self, column: Column) -> Family | None:
        """The family of the key that a column names: customer_id in a table without the key."""
        parts = words(column.name)
        if len(parts) < 2:
            return None
        stem = "_".join(parts[:-1])
        found = {
            family.main: family
            for family in self.families.values()
            if "_".join(
                [
                    *words(family.main[0].split(".", 1)[1])[:-1],
                    singular(words(family.main[0].split(".", 1)[1])[-1]),
                ]
                if words(family.main[0].split(".", 1)[1])
                else [""]
            )
            == stem
            and self.catalog.tables[family.main[0]].key == (family.main[1],)
            and self.catalog.tables[family.main[0]].column(family.main[1]).type.plain.name
            == (column.type.plain.element or column.type).plain.name
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def _beside(self, fits: Callable[[list[str]], bool]) -> str | None:
        """The first column of text whose name's words fit."""
        named = (c.name for c in self.table.columns if c.type.is_text and fits(words(c.name)))
        return next(named, None)

    def _country(self) -> str | None:
        """The column that says in which country the row's address is."""
        return self._beside(lambda parts: w.is_category(w.COUNTRY, parts))

    def _street(self, column: Column, of: str | None) -> list[Mask | None]:
        parts, country = words(column.name), self._country()
        towns = self._beside(lambda other: w.is_category(w.CITY, other))
        numbers = self._beside(lambda other: w.is_category(w.HOUSE_NUMBER, other))
        found: list[Mask | None] = []
        if w.matches(w.HOUSE_NUMBER, parts):
            found += masks.picked("mask_house_number", "17", 3, of)
        elif w.is_category(w.WHOLE_ADDRESS, parts) and towns is None:
            found += masks.whole_address(of, country)
        alone = ", number=false" if numbers else ""
        found += masks.placed("mask_street", _MILL_LANE, 40, of, country, alone)
        return [*found, *masks.picked("mask_street", "Mill Lane 17", 40, of)]

    def _region(self, of: str | None) -> list[Mask | None]:
        """The region of the masked city, where that is one of the row's country."""
        if self._beside(lambda parts: w.is_category(w.CITY, parts)) is None:
            return []
        return list(masks.placed("mask_region", _SPRINGFIELD, 40, of, self._country()))

    def _place(self, column: Column, of: str | None) -> list[Mask | None]:
        """A latitude, or a longitude beside one."""
        if of is None:
            return []
        if not w.LONGITUDE & set(words(column.name)):
            return [masks.moved_place(of)]
        rest = [part for part in words(column.name) if part not in w.LONGITUDE]
        for other in self.table.columns:
            parts = words(other.name)
            if w.LATITUDE & set(parts) and [p for p in parts if p not in w.LATITUDE] == rest:
                return [masks.moved_place(of, other.name)]
        return []

    def _postcode(self, column: Column, of: str | None) -> list[Mask | None]:
        name = sql_name(column.name)
        digits = "regexp_replace(substr({c}::text, 3), '[0-9]', '0', 'g')"
        rest = f"regexp_replace({digits}, '[A-Za-z]', 'A', 'g')"
        coarse = masks.sql(
            f"left({name}::text, 2) || {rest.replace('{c}', name)}",
            f"left({{c}}::text, 2) || {rest}",
            "{'max_length': 'same'}",
        )
        by_value = Mask("mask_postcode", length=masks.SAME, by_value=True, probes=(_DIGITS,))
        placed = masks.placed("mask_postcode", _DIGITS, 10, of, self._country())
        return [*placed, by_value, coarse]

    def _url(self, column: Column, domain: str) -> list[Mask | None]:
        sample = "https://www.example.com/0123456789abcdef01234567"
        by_value = Mask("mask_url", "", "yes", length=48, by_value=True, probes=(f"'{sample}'",))
        return [by_value, masks.constant("https://www.example.com/", column)]

    def _gender(self, column: Column) -> list[Mask | None]:
        """The sex that goes with the name where the catalog says how it is written, else kept."""
        if not self.entity or not column.type.is_text or column.type.plain.kind == "enum":
            return [None]
        texts = [
            text
            for check in self._checks_on(column.name, alone=True)
            for text in re.findall(r"'((?:[^']|'')*)'", check.expression)
        ]
        texts += [t for c in column.type.all_checks for t in re.findall(r"'((?:[^']|'')*)'", c)]
        female = [t for t in texts if t.lower() in ("f", "female", "w", "woman", "femme", "frau")]
        male = [t for t in texts if t.lower() in ("m", "male", "man", "homme", "mann", "h")]
        if len(female) != 1 or len(male) != 1:
            return [None]
        other = [t for t in dict.fromkeys(texts) if t not in (*female, *male)]
        arguments = f"of='person', female='{female[0]}', male='{male[0]}'"
        if other:
            arguments += f", other={other!r}"
        return [Mask("mask_sex", arguments, probes=(f"'{female[0]}'", f"'{male[0]}'")), None]

    def _composite(self, column: Column) -> Mask | None:
        """A composite value by its fields; none where a field can neither be masked nor be NULL."""
        array = column.type.plain.kind == "array"
        base = "element.value" if array else sql_name(column.name)
        arguments = self._fields(column, column, base)
        if arguments is None:
            return None
        if not array:
            return Mask("mask_composite", arguments)
        inner = f"{jinja_text(column.name)}, value='element.value'"
        inner += f", {arguments}" if arguments else ""
        return Mask("mask_array", f"each=tdm.mask_composite({inner})")

    def _fields(self, column: Column, whole: Column, base: str) -> str | None:
        """The arguments of mask_composite for what `base` says in SQL; unlisted fields go."""
        masked, kept = [], []
        for field_ in fields(whole):
            proposal = propose(self.catalog, self.table, field_, catalogue=self.catalogue)
            value = f"({base}).{sql_name(field_.name)}"
            chain = self._chain(field_, proposal) if proposal.label is not None else []
            name = jinja_text(field_.name)
            if chain and chain[0] is None:
                kept.append(name)
            elif field_.type.plain.kind == "composite":
                inner = self._fields(column, field_, value)
                if inner is None:
                    return None
                own = f"{jinja_text(column.name)}, value={jinja_text(value)}"
                own += f", {inner}" if inner else ""
                masked.append(f"{name}: tdm.mask_composite({own})")
            elif (mask := next(filter(lambda m: _fits(m, field_), chain), None)) is not None:
                arguments = f"{mask.arguments}, " if mask.arguments else ""
                own = f"{jinja_text(column.name)}, {arguments}value={jinja_text(value)}"
                masked.append(f"{name}: tdm.{mask.macro}({own})")
            elif field_.type.domain_not_null or field_.type.not_null:
                return None
        parts = ["fields={" + ", ".join(masked) + "}"] if masked else []
        parts += ["keep=[" + ", ".join(kept) + "]"] if kept else []
        return ", ".join(parts)

    def _array(self, column: Column, domain: str) -> list[Mask | None]:
        element = column.type.plain.element
        found: list[Mask | None] = []
        if element is not None and element.is_text and element.kind != "domain":
            inner = f"{jinja_text(column.name)}, domain={jinja_text(domain)}"
            each = f"each=tdm.mask_code({inner}, value='element.value')"
            # the mask of any text makes addresses, which may be longer than what has a length
            found.append(Mask("mask_array", each if element.length else ""))
        elif element is not None and element.plain.name in ("int2", "int4", "int8", "uuid"):
            named = self._named_family(column)
            if named is not None and named.mask is None:
                return [None]
            plain = element.plain.name
            own = masks.token_uuid(domain) if plain == "uuid" else masks.token_number(plain, domain)
            found.append(masks.token_array(named.mask if named and named.mask else own))
        elif element is not None and element.plain.name in _ELEMENTS:
            inner = f"{_ELEMENTS[element.plain.name]}({jinja_text(column.name)}"
            each = f"each=tdm.{inner}, value='element.value')"
            found.append(Mask("mask_array", each, by_value=element.plain.name == "inet"))
        return [*found, masks.set_null(), *self._constant(column)]

    # ------------------------------------------------------ the row's person

    def _entity(self) -> tuple[tuple[str, ...], Owner | None]:
        """The columns that say whose row this is: its address, its key, or what its owner has."""
        own = self._person(self.name)
        if own:
            return self._inherited(own) or (own, None)
        for r in self.catalog.references_from.get(self.name, ()):
            (column, *more), emptied = r.columns or ("",), self._of_empty_parents()
            if more or not column or person_weight(self.catalog.tables[r.to]) == 0:
                continue
            found = self.table.column(column)
            if found.generated or not found.not_null or column in emptied:
                continue
            whose, to = self._first_of(r.to, r.to_columns[0])
            theirs = self._person(whose)
            if r.name and r.plain and theirs and theirs != (to,):
                return theirs, Owner(whose, column, to)
            return (column,), None
        plain = [c for c in self.table.columns if not c.generated]
        filled = self._own_key(self.table)
        if not filled:
            filled = tuple(c for c in self.table.key if c in {c.name for c in plain})
        # Without a key: a column that is different in every row that was looked at.
        filled += tuple(
            c.name
            for c in plain
            if c.not_null
            and c.filled
            and c.distinct == c.filled
            and c.type.plain.kind != "array"
            and c.type.plain.name != "bytea"
        )
        return filled[:1], None

    def _inherited(self, own: tuple[str, ...]) -> tuple[tuple[str, ...], Owner] | None:
        """Whose row this is, where its key is that of a row which is known by something else."""
        if own != self._own_key(self.table) or own[0] in self._of_empty_parents():
            return None
        whose, to = self._first_of(self.name, own[0])
        theirs = self._person(whose)
        if whose == self.name or not theirs or theirs == (to,):
            return None
        return theirs, Owner(whose, own[0], to)

    def _first_of(self, name: str, column: str) -> tuple[str, str]:
        """The table of people that this key was first given in, and the key's column there.

        One person's row may go on in further tables under the same key: a person is a partner.
        """
        passed: set[str] = set()
        while name not in passed and self._person(name) == (column,):
            passed.add(name)
            for r in self.catalog.references_from.get(name, ()):
                people = person_weight(self.catalog.tables[r.to]) > 0
                if r.columns == self._own_key(self.catalog.tables[name]) and r.plain and people:
                    name, column = r.to, r.to_columns[0]
                    break
        return name, column

    def _person(self, name: str) -> tuple[str, ...]:
        """The columns that say who a row of a table of people is; of other tables none."""
        table = self.catalog.tables[name]
        if person_weight(table) == 0:
            return ()
        mails = [
            c
            for c in table.columns
            if not c.generated
            and c.type.is_text
            and w.matches(w.EMAIL, words(c.name))
            and propose(self.catalog, table, c, catalogue=False).kind == "email"
        ]
        own = self._own_key(table)
        shared = any(
            (name, column) in self.families and len(self.families[name, column].members) > 1
            for column in own
        )
        if len(mails) == 1 and not (own and shared and not mails[0].not_null):
            if mails[0].not_null:
                return (mails[0].name,)
            return (mails[0].name, *own) if own else ()
        return own

    @staticmethod
    def _own_key(table: Table) -> tuple[str, ...]:
        """The key, if it is one column that is not computed."""
        if len(table.key) != 1 or any(c.generated for c in table.columns if c.name in table.key):
            return ()
        return table.key

    # ---------------------------------------------------- several at a time

    def _hold_together(self, result: TableTreatment) -> None:
        """Mend what breaks a CHECK over several columns, the least needed mask first."""
        by_name = {t.column.name: t for t in result.columns}
        wide = []
        for check in self.table.checks:
            names = set(check.columns)
            for column in self.table.columns:
                if column.name in names and column.generated:
                    names |= set(column.built_from)
            if len(names) > 1:
                wide.append((check, [by_name[n] for n in sorted(names) if n in by_name]))
        for check, concerned in wide:
            self._end_of_card(check, concerned)
        # What mends one check may break another.
        for _ in range(8 * len(wide)):
            broken = [
                (check, masked)
                for check, concerned in wide
                if (masked := [t for t in concerned if t.mask])
                and not self._check_holds(check, masked)
            ]
            if not broken:
                return
            if not self._give_way(*broken[0]):
                break
        for check, concerned in wide:
            masked = [t for t in concerned if t.mask]
            if masked and not self._check_holds(check, masked):
                own = [t for t in masked if (self.name, t.column.name) not in self.families]
                for treatment in own or masked:
                    treatment.how = "impossible" if self.accept else "undecided"
                    treatment.accepted = self.accept
                    treatment.reason = f"no treatment keeps the constraint {check.name}"
                    if self.accept:
                        treatment.keep = "the table leaves without rows"

    def _end_of_card(self, check: Check, concerned: list[Treatment]) -> None:
        """Let the last digits of a card be those of its masked number."""
        card = next((t for t in concerned if t.proposal.kind == "card" and t.mask), None)
        end = next((t for t in concerned if t.proposal.kind == "last_four" and t.mask), None)
        if card is None or end is None or card.mask is None:
            return
        name, own, whole = card.column.name, jinja_text(end.column.name), card.mask
        inner = f"{whole.macro}({jinja_text(name)}, {whole.arguments})".replace(", )", ")")
        mask = replace(
            whole,  # the same in the eyes of _check_holds: what it makes depends on the number
            injective="no",
            length=4,
            by_value=False,
            probes=tuple(f"right({p.replace('{c}', sql_name(name))}, 4)" for p in whole.probes),
            text=f"{{{{ tdm.mask_sql({own}, 'right(' ~ tdm.{inner} ~ ', 4)',"
            " {'keyed': true, 'max_length': 4}) }}",
        )
        used = [replace(end, mask=mask) if t is end else t for t in concerned if t.mask]
        if not self._is_unique(end.column.name) and self._check_holds(check, used):
            end.mask = mask

    def _check_holds(self, check: Check, masked: list[Treatment]) -> bool:
        used = {t.column.name: t.mask for t in masked if t.mask}
        variants = max((len(mask.probes) for mask in used.values()), default=1)
        # Masks of two domains make different things of equal values; equal masks, the same.
        kinds = list(dict.fromkeys((mask.macro, mask.arguments) for mask in used.values()))
        return all(
            self.server.holds(
                self.table,
                [check],
                {
                    name: mask.probe(name, n + apart * kinds.index((mask.macro, mask.arguments)))
                    for name, mask in used.items()
                },
            )
            for n in range(variants)
            for apart in range(variants if len(kinds) > 1 else 1)
        )

    def _give_way(self, check: Check, masked: list[Treatment]) -> bool:
        """Change one treatment so that the check has a chance; False when nothing is left."""
        for treatment in masked:
            label = treatment.proposal.label
            if (
                label in ("quasi", "none")
                and (self.name, treatment.column.name) not in self.families
            ):
                treatment.mask, treatment.how = None, "kept"
                return True
        for treatment in masked:
            if (self.name, treatment.column.name) in self.families or treatment.mask is None:
                continue
            column = treatment.column
            options: list[Mask] = [m for m in self.chains.get(column.name, []) if m is not None]
            options += self._strictest(column)
            place = options.index(treatment.mask) if treatment.mask in options else -1
            for mask in options[place + 1 :]:
                if self._suits(column, mask):
                    treatment.mask = mask
                    return True
        return False

    def _categories(self, done: list[Treatment]) -> list[str]:
        """Kept columns of few values, of which the masked table should lose none."""
        node = self.plan.nodes[self.name]
        if node.mode == "referenced" or node.mode == "empty":
            return []
        if node.mode != "whole" and self.table.rows < 20_000:
            return []  # a small sample of clustered rows may well miss a value
        found = []
        for t in done:
            few = t.column.distinct is not None and 2 <= t.column.distinct <= 20
            wordy = t.column.type.is_text or t.column.type.plain.kind == "enum"
            if t.how == "kept" and t.proposal.label == "none" and few and wordy:
                found.append(t.column.name)
        return found


_TELLING = "some of its values look like addresses or secrets"
_DIGITS = "translate({c}::text, '0123456789', '1234567890')"
_IPS = {"inet": "192.0.2.1", "cidr": "192.0.2.0/24"}


_ELEMENTS = {
    "inet": "mask_ip",
    "json": "mask_json",
    "jsonb": "mask_json",
    "hstore": "mask_hstore",
    "xml": "mask_xml",
}
"""The masks for elements of arrays that are no texts and no keys, by their type."""
_OF_FIELDS = frozenset(
    {"mask_full_name", "mask_first_name", "mask_last_name", "mask_email", "mask_login"}
    | {"mask_phone", "mask_street", "mask_city", "mask_postcode", "mask_company", "mask_job"}
    | {"mask_national_id", "mask_card", "mask_iban", "mask_url", "mask_secret", "lorem_text"}
    | {"mask_code", "mask_digits", "token_text", "token_uuid", "token_bigint", "token_int"}
    | {"token_smallint", "shift_date", "shift_timestamp", "add_noise", "mask_json", "mask_bytes"}
    | {"mask_ip"}
)
"""The masks that take what they mask as `value`."""


def _fits(mask: Mask | None, field_: Column) -> bool:
    """Whether a mask can be that of a field, whose type alone says what it may hold."""
    length = field_.type.plain.length
    return (
        mask is not None
        and mask.macro in _OF_FIELDS
        and not mask.text
        and not field_.type.all_checks
        and (length is None or mask.length in (None, masks.SAME) or (mask.length or 0) <= length)
    )


def _technical(mask: Mask) -> Mask:
    # Identifiers may repeat: which rows belong together is what they are for.
    return replace(mask, by_value=False)


def type_is_known(column: Column) -> bool:
    """Whether the guard knows the type: the same rule as in macros/gates/live_columns.sql."""
    parts = [column.type]
    while parts:
        part = parts.pop()
        if part.base is not None:
            parts.append(part.base)
        elif part.element is not None:
            parts.append(part.element)
        elif part.kind == "enum" or part.name in _BUILT_IN:
            continue
        elif part.kind == "composite" or not part.built_in or part.name == "xml":
            return False
    return True


def type_is_sayable(column: Column) -> bool:
    """Whether values of the type can spell anything out."""
    return column.type.plain.name not in (
        "bool",
        "int2",
        "int4",
        "int8",
        "float4",
        "float8",
        "numeric",
        "date",
        "time",
        "timetz",
        "timestamp",
        "timestamptz",
        "interval",
    )


def empties(catalog: Catalog, untreatable: Mapping[str, str]) -> dict[str, str]:
    """Tables that leave empty: those that nothing can treat, and those that must point there."""
    found = dict(untreatable)
    while True:
        more = {
            r.table: f"{', '.join(r.columns)} must point at {r.to}, which leaves empty"
            for r in catalog.references
            if r.to in found
            and r.table not in found
            and r.table != r.to
            and (r.plain or r.name)
            and all(catalog.tables[r.table].column(c).not_null for c in r.columns)
        }
        if not more:
            return found
        found |= more


def counts(treated: Mapping[str, TableTreatment]) -> dict[str, dict[str, int]]:
    """Columns by class and by treatment."""
    classes: Counter[str] = Counter()
    treatments: Counter[str] = Counter()
    for table in treated.values():
        for t in table.columns:
            classes[t.label or "undecided"] += 1
            treatments[t.how] += 1
    return {
        "classes": dict(sorted(classes.items())),
        "treatments": dict(sorted(treatments.items())),
    }
