"""What a live PostgreSQL database looks like: its catalog as plain dataclasses.

Rows are never returned from here. What is asked about them is how many there are, how many distinct
values a column has, and whether all its texts look like codes, answered by the server.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any, LiteralString

from psycopg import Connection, Error
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier, Literal

from tdm.errors import TdmError
from tdm.scaffold import partitions
from tdm.scaffold.names import sql_name

COUNTED_ROWS = 10_000
"""Above this number of rows the planner's estimate has to do."""

TEXT_TYPES = frozenset({"text", "varchar", "bpchar", "citext", "name"})
_COUNTABLE = TEXT_TYPES | {
    "bool",
    "int2",
    "int4",
    "int8",
    "numeric",
    "date",
    "uuid",
    "inet",
    "cidr",
    "macaddr",
    "bytea",
}
_CODE = "^(([a-z]+|[A-Z]+)[0-9]{0,2}([_:/-]([a-z]+|[A-Z]+|[0-9])[0-9]{0,2})*|[0-9]{1,2})$"
_OUR_RELATIONS = ("gate_results", "treatments", "releases", "source_columns")


@dataclass(frozen=True)
class Type:
    """A data type, with what a domain or an array stands on."""

    text: str
    name: str
    kind: str
    """One of base, enum, domain, array, composite, range, multirange, pseudo."""
    category: str = ""
    base: Type | None = None
    element: Type | None = None
    labels: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    not_null: bool = False
    length: int | None = None
    built_in: bool = True
    """Whether it comes with PostgreSQL, not with an extension or an application."""
    fields: tuple[tuple[str, Type], ...] = ()
    """The fields of a composite type, by name."""

    @property
    def plain(self) -> Type:
        """The type below all domains; the tightest length on the way down is kept."""
        if self.base is None:
            return self
        below = self.base.plain
        lengths = [n for n in (self.length, below.length) if n is not None]
        return replace(below, length=min(lengths) if lengths else None)

    @property
    def all_checks(self) -> tuple[str, ...]:
        """The CHECK expressions of the domain and of every domain below it."""
        return self.checks + (self.base.all_checks if self.base else ())

    @property
    def domain_not_null(self) -> bool:
        """Whether the domain, or one below it, forbids NULL."""
        return self.not_null or (self.base.domain_not_null if self.base else False)

    @property
    def is_text(self) -> bool:
        """Whether values are text, under whatever name."""
        return self.plain.name in TEXT_TYPES


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    number: int
    type: Type
    not_null: bool = False
    default: str | None = None
    generated: bool = False
    built_from: tuple[str, ...] = ()
    """The columns that a generated column is computed from."""
    comment: str | None = None
    collation: str = ""
    """Its collation, as SQL has it, where that is not the database's own."""
    folds: bool = False
    """Whether its collation takes different spellings for equal."""
    distinct: int | None = None
    """Distinct values in a look at some rows of the table; None where nobody counted."""
    filled: int | None = None
    """Rows of that look that are not NULL."""
    coded: bool | None = None
    """Whether every text of that look is a word of a program, as `open` and `IN_PROGRESS` are."""


@dataclass(frozen=True)
class UniqueIndex:
    """A unique index, a primary key among them."""

    name: str
    columns: tuple[str, ...]
    """Columns that are indexed as they stand."""
    used: tuple[str, ...]
    """Every column that the index reads, in expressions and in its predicate too."""
    primary: bool = False
    plain: bool = True
    """No expression and no predicate."""
    nulls_distinct: bool = True
    local: bool = False
    """Of one partition only."""


@dataclass(frozen=True)
class Check:
    """A CHECK constraint of a table."""

    name: str
    columns: tuple[str, ...]
    expression: str


@dataclass(frozen=True)
class Exclusion:
    """An EXCLUDE constraint: its columns with their operators."""

    name: str
    columns: tuple[str, ...]
    operators: tuple[str, ...]


_COLLATED = re.compile(r' collate (?:"(?:[^"]|"")*"|[\w.])+$')


@dataclass(frozen=True)
class Reference:
    """A foreign key, or a reference that a person declared: that one has no name."""

    name: str
    table: str
    columns: tuple[str, ...]
    to: str
    to_columns: tuple[str, ...]
    where: str | None = None
    """A condition on the referencing row, alias x: other rows point elsewhere or nowhere."""
    expression: tuple[str, ...] = ()
    """SQL over the row instead of its columns: keys inside documents and arrays."""
    note: str = ""
    """Something that a reader of the sources should know."""

    @property
    def plain(self) -> bool:
        """Whether the columns themselves hold the key, in every row."""
        return not self.where and len(self.compared) == len(self.to_columns)

    @cached_property
    def compared(self) -> tuple[tuple[str, str], ...]:
        """Columns with what they are compared with as they stand, beside constants at most.

        Empty where an expression does anything else with the row.
        """
        if not self.expression:
            return tuple(zip(self.columns, self.to_columns, strict=True))
        own = {f"x.{sql_name(column)}": column for column in self.columns}
        values = [_COLLATED.sub("", sql) for sql in self.expression]
        if any(re.search(r"\bx\.", sql) for sql in values if sql not in own):
            return ()
        pairs = zip(values, self.to_columns, strict=True)
        return tuple((own[sql], column) for sql, column in pairs if sql in own)

    def between(self, table: Table, to: Table) -> Reference:
        """The same between two tables, with the texts of both ends in one collation.

        PostgreSQL compares texts of two collations in a constraint, by that of the column that is
        pointed at, but not in a query that does not say so.
        """
        values = list(self.expression or (f"x.{sql_name(column)}" for column in self.columns))
        for column, to_column in self.compared:
            wanted = to.column(to_column).collation
            if wanted and table.column(column).collation not in ("", wanted):
                own = f"x.{sql_name(column)}"
                values = [f"{own} collate {wanted}" if sql == own else sql for sql in values]
        apart = any(_COLLATED.search(sql) for sql in values)
        return replace(self, expression=tuple(values)) if apart else self


@dataclass(frozen=True)
class Table:
    """A table that applications see: a partitioned table without its partitions."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    comment: str | None = None
    rows: int = 0
    indexes: tuple[UniqueIndex, ...] = ()
    checks: tuple[Check, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    partition_columns: frozenset[str] = frozenset()
    """Columns that have to stay as they are, or a row would have another partition, or none."""
    listed: str = ""
    """The column whose values the partitions list, all of them."""
    parents: tuple[str, ...] = ()
    """Tables that this one inherits from (the old way, not as a partition)."""
    children: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Schema and name, as people write them."""
        return f"{self.schema}.{self.name}"

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises KeyError when there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.id}.{name}")

    @property
    def key(self) -> tuple[str, ...]:
        """The primary key, else the narrowest plain unique key whose columns are NOT NULL."""
        for index in self.indexes:
            if index.primary:
                return index.columns
        candidates = [
            index.columns
            for index in self.indexes
            if index.plain and all(self.column(name).not_null for name in index.columns)
        ]
        return min(candidates, key=lambda columns: (len(columns), columns), default=())


@dataclass(frozen=True)
class LeftOut:
    """A relation of a schema that no dump of rows can hold."""

    schema: str
    name: str
    reason: str


@dataclass(frozen=True)
class Catalog:
    """Everything that `tdm init` knows about a database."""

    database: str
    version: int
    tables: Mapping[str, Table]
    references: tuple[Reference, ...]
    left_out: tuple[LeftOut, ...] = ()
    large_objects: bool = False
    """Whether the database has any."""

    @cached_property
    def references_from(self) -> Mapping[str, tuple[Reference, ...]]:
        """For each table the references of its rows; tables without any are left out."""
        found: dict[str, list[Reference]] = defaultdict(list)
        for reference in self.references:
            found[reference.table].append(reference)
        return {name: tuple(references) for name, references in found.items()}

    def computed_key(self, table: str, column: str) -> str:
        """A generated column that is computed from this one and takes part in a reference.

        Nobody could mask the other end alike, so that this column has to stay as it is.
        """
        ends = {(r.table, c) for r in self.references for c in r.columns}
        ends |= {(r.to, c) for r in self.references for c in r.to_columns}
        return next(
            (
                c.name
                for c in self.tables[table].columns
                if column in c.built_from and (table, c.name) in ends
            ),
            "",
        )


def read(connection: Connection[Any], schemas: list[str]) -> Catalog:
    """Read the catalog of the connected database.

    Args:
        connection: an open connection; a read-only transaction is used.
        schemas: the schemas to read; none means every schema that holds tables, except ours.

    Returns:
        The catalog, with tables and references in a fixed order.

    Raises:
        TdmError: a schema does not exist, holds no table, or points at a schema left out.
    """
    wanted = _schemas(connection, schemas)
    relations = _rows(connection, _TABLES, {"schemas": wanted})
    roots, parents, children = _families(connection, relations)
    tables: dict[str, Table] = {}
    types = _Types(connection)
    columns = _columns(connection, wanted, types)
    ids = {row["oid"]: f"{row['schema']}.{row['name']}" for row in relations}
    home = {oid: roots.get(oid, oid) for oid in ids}
    indexes = _indexes(connection, wanted, home)
    constraints = _rows(connection, _CONSTRAINTS, {"schemas": wanted})
    tree = _partitions(connection)
    keys = [row for row in constraints if row["kind"] == "f"]
    divided = {roots[o] for row in keys for o in (row["table"], row["to"]) if o in roots}
    divided |= {oid for oid, found in indexes.items() if any(index.local for index in found)}
    partition_columns = _partition_columns(connection, wanted, home, divided)
    without_columns: list[LeftOut] = []
    for row in relations:
        oid = row["oid"]
        if oid in roots:
            continue
        if oid not in columns:
            why = "has no columns: its rows are nothing that a model could select"
            without_columns.append(LeftOut(row["schema"], row["name"], why))
            continue
        table = Table(
            schema=row["schema"],
            name=row["name"],
            columns=tuple(columns[oid]),
            comment=row["comment"],
            indexes=tuple(indexes.get(oid, ())),
            checks=_checks(constraints, home, oid),
            exclusions=_exclusions(constraints, home, oid),
            partition_columns=frozenset(partition_columns.get(oid, ())),
            listed=partitions.listed(tree, oid),
            parents=tuple(sorted(ids[p] for p in parents.get(oid, ()) if p in ids)),
            children=tuple(sorted(ids[c] for c in children.get(oid, ()) if c in ids)),
        )
        tables[table.id] = _counted(connection, table)
    references = tuple(
        r.between(tables[r.table], tables[r.to]) for r in _references(constraints, home, ids, tree)
    )
    info = connection.info
    return Catalog(
        database=info.dbname,
        version=info.server_version // 10_000,
        tables=dict(sorted(tables.items())),
        references=references,
        large_objects=bool(_rows(connection, _LARGE_OBJECTS)),
        left_out=(
            *without_columns,
            *(
                LeftOut(row["schema"], row["name"], row["reason"])
                for row in _rows(connection, _LEFT_OUT, {"schemas": wanted})
            ),
        ),
    )


def _rows(
    connection: Connection[Any], query: LiteralString, values: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values).fetchall()


def _schemas(connection: Connection[Any], asked: list[str]) -> list[str]:
    """The schemas to read: those asked for, else all that hold tables and are not ours."""
    rows = _rows(connection, _SCHEMAS, {"ours": list(_OUR_RELATIONS)})
    ours = {row["name"].removesuffix("_tdm") for row in rows if row["ours"]}
    found = {
        row["name"]
        for row in rows
        if row["tables"]
        and row["name"] != "tdm_vault"
        and not any(row["name"] == o or row["name"].startswith(f"{o}_") for o in ours)
    }
    for name in asked:
        if name not in found:
            near = get_close_matches(name, found, n=1)
            hint = (
                f" Did you mean {near[0]}?" if near else f" There are: {', '.join(sorted(found))}."
            )
            raise TdmError(f"No schema {name} with tables in this database.{hint}")
    chosen = sorted(set(asked)) if asked else sorted(found)
    if not chosen:
        raise TdmError("This database holds no table. Restore the production copy first.")
    return chosen


def _families(
    connection: Connection[Any], relations: list[dict[str, Any]]
) -> tuple[dict[int, int], dict[int, list[int]], dict[int, list[int]]]:
    """Partitions by their root, and old-style inheritance by child and by parent."""
    partition = {row["oid"] for row in relations if row["is_partition"]}
    above: dict[int, int] = {}
    parents: dict[int, list[int]] = defaultdict(list)
    children: dict[int, list[int]] = defaultdict(list)
    for row in _rows(connection, "select inhrelid, inhparent from pg_catalog.pg_inherits"):
        if row["inhrelid"] in partition:
            above[row["inhrelid"]] = row["inhparent"]
        else:
            parents[row["inhrelid"]].append(row["inhparent"])
            children[row["inhparent"]].append(row["inhrelid"])
    roots = {}
    for oid in above:
        top = oid
        while top in above:
            top = above[top]
        roots[oid] = top
    return roots, parents, children


class _Types:
    """Types by oid and modifier, read once."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.types = {row["oid"]: row for row in _rows(connection, _TYPES)}
        self.labels: dict[int, list[str]] = defaultdict(list)
        for row in _rows(connection, _LABELS):
            self.labels[row["enumtypid"]].append(row["enumlabel"])
        self.checks: dict[int, list[str]] = defaultdict(list)
        for row in _rows(connection, _DOMAIN_CHECKS):
            self.checks[row["contypid"]].append(row["expression"])
        self.fields: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in _rows(connection, _FIELDS):
            self.fields[row["typrelid"]].append(row)

    def of(self, oid: int, modifier: int, text: str) -> Type:
        """The type with that oid; `text` is what format_type says about it."""
        row = self.types[oid]
        kind = {"e": "enum", "d": "domain", "c": "composite", "r": "range", "m": "multirange"}.get(
            row["typtype"], "pseudo" if row["typtype"] == "p" else "base"
        )
        base = element = None
        if kind == "domain":
            base = self.of(row["typbasetype"], row["typtypmod"], row["base_text"])
        elif row["typcategory"] == "A" and row["typelem"]:
            kind = "array"
            element = self.of(row["typelem"], modifier, row["element_text"])
        length = None
        if row["typname"] in ("varchar", "bpchar") and modifier >= 4:
            length = modifier - 4
        elif row["typname"] in ("bit", "varbit") and modifier >= 0:
            length = modifier
        return Type(
            text=text,
            name=row["typname"],
            kind=kind,
            category=row["typcategory"],
            base=base,
            element=element,
            labels=tuple(self.labels.get(oid, ())),
            checks=tuple(self.checks.get(oid, ())),
            not_null=row["typnotnull"],
            length=length,
            built_in=row["built_in"],
            fields=tuple(
                (f["name"], self.of(f["type"], f["modifier"], f["type_text"]))
                for f in (self.fields[row["typrelid"]] if kind == "composite" else ())
            ),
        )


def _columns(
    connection: Connection[Any], schemas: list[str], types: _Types
) -> dict[int, list[Column]]:
    built_from: dict[tuple[int, int], list[str]] = defaultdict(list)
    for row in _rows(connection, _BUILT_FROM, {"schemas": schemas}):
        built_from[row["table"], row["number"]].append(row["name"])
    columns: dict[int, list[Column]] = defaultdict(list)
    for row in _rows(connection, _COLUMNS, {"schemas": schemas}):
        column_type = types.of(row["type"], row["modifier"], row["type_text"])
        columns[row["table"]].append(
            Column(
                name=row["name"],
                number=row["number"],
                type=column_type,
                not_null=row["not_null"] or column_type.domain_not_null,
                default=row["default"],
                generated=row["generated"],
                built_from=tuple(sorted(built_from.get((row["table"], row["number"]), ()))),
                comment=row["comment"],
                collation=row["collation"] or "",
                folds=bool(row["folds"]),
            )
        )
    return columns


def _indexes(
    connection: Connection[Any], schemas: list[str], home: Mapping[int, int]
) -> dict[int, list[UniqueIndex]]:
    """Unique indexes by table; those of a partition count for its root, once."""
    found: dict[int, dict[tuple[Any, ...], UniqueIndex]] = defaultdict(dict)
    for row in _rows(connection, _INDEXES, {"schemas": schemas}):
        table = home[row["table"]]
        own = table == row["table"]
        index = UniqueIndex(
            name=row["name"],
            columns=tuple(row["columns"]),
            used=tuple(sorted(set(row["used"]) | set(row["columns"]))),
            # A key of one partition says nothing about the others, so it is no key of the whole.
            primary=row["primary"] and own,
            plain=row["plain"] and own,
            nulls_distinct=row["nulls_distinct"],
            local=not own,
        )
        found[table].setdefault((index.columns, index.used, row["plain"]), index)
    return {
        table: sorted(indexes.values(), key=lambda index: (not index.primary, index.name))
        for table, indexes in found.items()
    }


def _partition_columns(
    connection: Connection[Any], schemas: list[str], home: Mapping[int, int], divided: set[int]
) -> dict[int, set[str]]:
    """The columns that decide into which partition a row goes, at every level.

    By hash, every row has a place whatever becomes of its key; that matters only to the divided
    tables, where one partition has constraints that the others do not have.
    """
    found: dict[int, set[str]] = defaultdict(set)
    for row in _rows(connection, _PARTITION_KEYS, {"schemas": schemas}):
        if row["kind"] == "h" and home[row["table"]] not in divided:
            continue
        columns = {c for c in row["plain"] if c} | {
            c for c in row["all_columns"] if _mentions(row["definition"], c)
        }
        found[home[row["table"]]] |= columns
    return found


def _mentions(text: str, column: str) -> bool:
    return (
        re.search(rf'(?<![\w"]){re.escape(column)}(?![\w"])|"{re.escape(column)}"', text)
        is not None
    )


def _checks(rows: list[dict[str, Any]], home: Mapping[int, int], oid: int) -> tuple[Check, ...]:
    checks: dict[tuple[tuple[str, ...], str], Check] = {}
    for row in rows:
        if row["kind"] == "c" and home[row["table"]] == oid:
            check = Check(row["name"], tuple(row["columns"]), row["expression"])
            checks.setdefault((check.columns, check.expression), check)
    return tuple(sorted(checks.values(), key=lambda check: check.name))


def _exclusions(
    rows: list[dict[str, Any]], home: Mapping[int, int], oid: int
) -> tuple[Exclusion, ...]:
    found = {
        (row["name"]): Exclusion(row["name"], tuple(row["columns"]), tuple(row["operators"] or ()))
        for row in rows
        if row["kind"] == "x" and home[row["table"]] == oid
    }
    return tuple(found[name] for name in sorted(found))


def _partitions(connection: Connection[Any]) -> dict[int, partitions.Partition]:
    """Every partition of the database, by its oid."""
    return {
        row["oid"]: partitions.Partition(
            above=row["above"],
            kind=row["kind"],
            key=tuple(row["key"]) if row["plain"] else (),
            types=tuple(row["types"]) if row["plain"] else (),
            whole_number=row["plain"] and row["whole_number"],
            bound=row["bound"],
        )
        for row in _rows(connection, _PARTITIONS)
    }


def _references(
    rows: list[dict[str, Any]],
    home: Mapping[int, int],
    ids: Mapping[int, str],
    tree: partitions.Tree,
) -> tuple[Reference, ...]:
    """Foreign keys; those that partitions declare, or that point at one, belong to the roots."""
    found: dict[tuple[Any, ...], list[tuple[int, Reference]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (home[row["table"]] != row["table"], row["name"])):
        if row["kind"] != "f":
            continue
        table = ids[home[row["table"]]]
        if row["to"] not in home:
            raise TdmError(
                f"{table} references {row['to_text']}, which is outside the schemas to read. "
                f"Add --schema {row['to_schema']}, or leave --schema out to read everything."
            )
        reference = Reference(
            name=row["name"],
            table=table,
            columns=tuple(row["columns"]),
            to=ids[home[row["to"]]],
            to_columns=tuple(row["to_columns"]),
        )
        if row["period"]:
            # Rows that cover a period together are found by the rest of the key, all of them.
            reference = replace(
                reference, columns=reference.columns[:-1], to_columns=reference.to_columns[:-1]
            )
        if row["to"] in tree:
            reference = _into_partition(reference, tree, row["to"])
        key = (table, reference.columns, reference.to, reference.to_columns, reference.expression)
        found[key].append((row["table"], reference))
    ways = Counter((table, columns) for table, columns, *_ in found)
    merged = [
        _of_partitions(same, home, tree, elsewhere=ways[key[:2]] > 1) for key, same in found.items()
    ]
    # Two that follow all rows alike say the same; the first is the better known.
    once = {
        (r.table, r.columns, r.to, r.to_columns, r.expression, r.where): r for r in merged[::-1]
    }
    return tuple(sorted(once.values(), key=lambda r: (r.table, r.columns, r.to, r.name)))


def _into_partition(reference: Reference, tree: partitions.Tree, to: int) -> Reference:
    """A foreign key to one partition: to a row of the table that has the partition's values."""
    decisive = partitions.key_columns(tree, to)
    if decisive is not None and decisive <= set(reference.to_columns):
        return reference
    known = partitions.values(tree, to)
    missing = sorted((decisive or set()) - set(reference.to_columns))
    several = [column for column in missing if len(known.get(column, ())) > 1]
    if decisive is None or not set(missing) <= set(known) or len(several) > 1:
        return replace(
            reference, note="points at one partition, but is followed to the whole table"
        )
    return replace(
        reference,
        to_columns=(*reference.to_columns, *missing),
        expression=(
            *(f"x.{sql_name(column)}" for column in reference.columns),
            *(_one_of(known[column]) for column in missing),
        ),
    )


def _one_of(values: tuple[str, ...]) -> str:
    return values[0] if len(values) == 1 else f"unnest(array[{', '.join(values)}])"


def _of_partitions(
    same: list[tuple[int, Reference]],
    home: Mapping[int, int],
    tree: partitions.Tree,
    *,
    elsewhere: bool,
) -> Reference:
    """One reference of equal foreign keys, each of the whole table or of one partition.

    Args:
        same: the oid of what declares a key, and the reference.
        home: the root of every partition.
        tree: all partitions.
        elsewhere: whether the same columns of other partitions point elsewhere.
    """
    declaring = {oid for oid, _ in same}
    [oid, reference] = same[0]
    if partitions.covers(tree, home[oid], declaring):
        return reference
    conditions = [partitions.condition(tree, oid) for oid in sorted(declaring)]
    said = sorted({text for text in conditions if text is not None})
    note = ""
    if len(said) < len(declaring):
        note = "declared on some partitions only, but followed from the whole table"
    elif partitions.most(tree, home[oid], declaring) and not elsewhere:
        note = "declared on most partitions only, but meant for all"
    if note:
        return replace(reference, note="; ".join(filter(None, [reference.note, note])))
    return replace(reference, where=partitions.any_of(said))


def _counted(connection: Connection[Any], table: Table) -> Table:
    """The table with its number of rows and the distinct values of its columns."""
    name = Identifier(table.schema, table.name)
    only = SQL("only ") if table.children else SQL("")
    bounded = SQL("select count(*) from (select 1 from {}{} limit {}) as rows").format(
        only, name, Literal(COUNTED_ROWS + 1)
    )
    rows = _one(connection, bounded)[0]
    if rows > COUNTED_ROWS:
        # The planner goes by the size of the file, so it knows of tables that nobody has analysed.
        plan = SQL("explain (format json) select from {}{}").format(only, name)
        rows = max(rows, int(_one(connection, plan)[0][0]["Plan"]["Plan Rows"]))
    countable = [column for column in table.columns if _is_countable(column.type.plain)]
    if not rows or not countable:
        return replace(table, rows=rows)
    share = min(100.0, 100.0 * COUNTED_ROWS / max(rows, 1))
    counts = SQL(", ").join(
        SQL("count({0}), count(distinct {0}), {1}").format(
            Identifier(column.name),
            SQL("""bool_and({0}::text collate "C" ~ {1}) filter (where {0} <> '')""").format(
                Identifier(column.name), Literal(_CODE)
            )
            if column.type.is_text
            else SQL("null::boolean"),
        )
        for column in countable
    )
    look = SQL("select {} from {}{} tablesample system ({}) repeatable (1)").format(
        counts, only, name, Literal(share)
    )
    numbers = _one(connection, look)
    seen = {
        column.name: numbers[3 * place : 3 * place + 3] for place, column in enumerate(countable)
    }
    columns = tuple(
        replace(
            column,
            filled=seen[column.name][0],
            distinct=seen[column.name][1],
            coded=seen[column.name][2],
        )
        if column.name in seen
        else column
        for column in table.columns
    )
    return replace(table, rows=rows, columns=columns)


def _is_countable(plain: Type) -> bool:
    if plain.kind == "array" and plain.element is not None:
        return _is_countable(plain.element.plain)
    return plain.name in _COUNTABLE or plain.kind == "enum"


def _one(connection: Connection[Any], query: Any) -> tuple[Any, ...]:
    """The only row of a query of ours that counts.

    Raises:
        TdmError: the role may not read the table; the server's message could hold a value.
    """
    try:
        row = connection.execute(query).fetchone()
    except Error as error:
        raise TdmError(
            f"A table could not be counted (SQLSTATE {error.sqlstate}). "
            "Give init a role that may read every table."
        ) from None
    if row is None:
        raise TdmError("A count came back without a row.")
    return tuple(row)


_SCHEMAS: LiteralString = """
select
    n.nspname as name,
    exists (
        select 1 from pg_catalog.pg_class as c
        where c.relnamespace = n.oid and c.relkind in ('r', 'p')
        and not exists (
            select 1 from pg_catalog.pg_depend as d
            where
                d.classid = 'pg_catalog.pg_class'::regclass
                and d.objid = c.oid and d.deptype = 'e'
        )
    ) as tables,
    n.nspname like '%%\\_tdm' and exists (
        select 1 from pg_catalog.pg_class as c
        where c.relnamespace = n.oid and c.relname = any(%(ours)s)
    ) as ours
from pg_catalog.pg_namespace as n
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""

_TABLES: LiteralString = """
select
    c.oid, n.nspname as schema, c.relname as name, c.relispartition as is_partition,
    pg_catalog.obj_description(c.oid, 'pg_class') as comment
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p')
    and not exists (
        select 1 from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    )
order by n.nspname, c.relname
"""

_LEFT_OUT: LiteralString = """
select n.nspname as schema, c.relname as name, case
    when c.relkind = 'f' then 'a foreign table: its rows live on another server'
    else 'belongs to an extension, which makes it again'
end as reason
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname = any(%(schemas)s) and not c.relispartition
    and (
        c.relkind = 'f'
        or c.relkind in ('r', 'p') and exists (
            select 1 from pg_catalog.pg_depend as d
            where
                d.classid = 'pg_catalog.pg_class'::regclass
                and d.objid = c.oid and d.deptype = 'e'
        )
    )
order by n.nspname, c.relname
"""

_COLUMNS: LiteralString = """
select
    a.attrelid as table, a.attname as name, a.attnum as number, a.atttypid as type,
    a.atttypmod as modifier, pg_catalog.format_type(a.atttypid, a.atttypmod) as type_text,
    a.attnotnull as not_null, a.attgenerated <> '' as generated,
    pg_catalog.pg_get_expr(d.adbin, d.adrelid) as default,
    pg_catalog.col_description(a.attrelid, a.attnum) as comment,
    case
        when coalesce(co.collname, 'default') = 'default' then null
        when cn.nspname = 'pg_catalog' then quote_ident(co.collname)
        else format('%%I.%%I', cn.nspname, co.collname)
    end as collation,
    not co.collisdeterministic as folds
from pg_catalog.pg_attribute as a
inner join pg_catalog.pg_class as c on c.oid = a.attrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join pg_catalog.pg_collation as co on co.oid = a.attcollation
left join pg_catalog.pg_namespace as cn on cn.oid = co.collnamespace
where
    n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p') and not c.relispartition
    and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum
"""

_BUILT_FROM: LiteralString = """
select distinct g.attrelid as table, g.attnum as number, a.attname::text as name
from pg_catalog.pg_attribute as g
inner join pg_catalog.pg_attrdef as e on e.adrelid = g.attrelid and e.adnum = g.attnum
inner join pg_catalog.pg_depend as d
    on d.classid = 'pg_catalog.pg_attrdef'::regclass and d.objid = e.oid
    and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = g.attrelid
inner join pg_catalog.pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
inner join pg_catalog.pg_class as c on c.oid = g.attrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname = any(%(schemas)s) and g.attgenerated <> ''
    and a.attnum > 0 and a.attnum <> g.attnum
"""

_TYPES: LiteralString = """
select
    t.oid, t.typname, t.typtype, t.typcategory, t.typbasetype, t.typtypmod, t.typnotnull,
    t.typelem, t.typrelid, t.typnamespace = 'pg_catalog'::regnamespace as built_in,
    case when t.typbasetype <> 0
        then pg_catalog.format_type(t.typbasetype, t.typtypmod) end as base_text,
    case when t.typelem <> 0 then pg_catalog.format_type(t.typelem, null) end as element_text
from pg_catalog.pg_type as t
"""

_LARGE_OBJECTS: LiteralString = """
select true as any from pg_catalog.pg_largeobject_metadata limit 1
"""

_FIELDS: LiteralString = """
select
    a.attrelid as typrelid, a.attname as name, a.atttypid as type, a.atttypmod as modifier,
    pg_catalog.format_type(a.atttypid, a.atttypmod) as type_text
from pg_catalog.pg_attribute as a
inner join pg_catalog.pg_class as c on a.attrelid = c.oid and c.relkind = 'c'
where a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum
"""

_LABELS: LiteralString = """
select enumtypid, enumlabel from pg_catalog.pg_enum order by enumtypid, enumsortorder
"""

_DOMAIN_CHECKS: LiteralString = """
select contypid, pg_catalog.pg_get_expr(conbin, 0) as expression
from pg_catalog.pg_constraint
where contypid <> 0 and contype = 'c'
order by contypid, conname
"""

_INDEXES: LiteralString = """
select
    i.indrelid as table, ic.relname as name, i.indisprimary as primary,
    i.indexprs is null and i.indpred is null as plain,
    not i.indnullsnotdistinct as nulls_distinct,
    array(
        select a.attname::text
        from unnest(i.indkey::int2[]) with ordinality as k (number, place)
        inner join pg_catalog.pg_attribute as a
            on a.attrelid = i.indrelid and a.attnum = k.number
        where k.number > 0 and k.place <= i.indnkeyatts
        order by k.place
    ) as columns,
    array(
        select distinct a.attname::text
        from pg_catalog.pg_depend as d
        inner join pg_catalog.pg_attribute as a
            on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        where
            d.classid = 'pg_catalog.pg_class'::regclass and d.objid = i.indexrelid
            and d.refobjid = i.indrelid and d.refobjsubid > 0
            and not (i.indpred is null and i.indexprs is null)
    ) as used
from pg_catalog.pg_index as i
inner join pg_catalog.pg_class as ic on ic.oid = i.indexrelid
inner join pg_catalog.pg_class as c on c.oid = i.indrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p') and i.indisunique and i.indislive
    and not exists (
        select 1 from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    )
order by c.relispartition, ic.relname
"""

_CONSTRAINTS: LiteralString = """
select
    con.conname as name, con.contype as kind, con.conrelid as table, con.confrelid as to,
    -- PostgreSQL 18 has the column, earlier versions have no such keys
    coalesce((pg_catalog.to_jsonb(con) ->> 'conperiod')::boolean, false) as period,
    tn.nspname as to_schema, tn.nspname || '.' || tc.relname as to_text,
    case when con.contype = 'c' then pg_catalog.pg_get_expr(con.conbin, con.conrelid) end
        as expression,
    array(
        select a.attname::text from unnest(con.conkey) with ordinality as k (number, place)
        inner join pg_catalog.pg_attribute as a
            on a.attrelid = con.conrelid and a.attnum = k.number
        order by k.place
    ) as columns,
    array(
        select a.attname::text from unnest(con.confkey) with ordinality as k (number, place)
        inner join pg_catalog.pg_attribute as a
            on a.attrelid = con.confrelid and a.attnum = k.number
        order by k.place
    ) as to_columns,
    array(
        select o.oprname::text from unnest(con.conexclop) with ordinality as k (operator, place)
        inner join pg_catalog.pg_operator as o on o.oid = k.operator
        order by k.place
    ) as operators
from pg_catalog.pg_constraint as con
inner join pg_catalog.pg_class as c on c.oid = con.conrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join pg_catalog.pg_class as tc on tc.oid = con.confrelid
left join pg_catalog.pg_namespace as tn on tn.oid = tc.relnamespace
where
    n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p')
    and con.contype in ('c', 'f', 'x')
    and (con.conparentid = 0 or con.contype <> 'f')
    and not exists (
        select 1 from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    )
order by n.nspname, c.relname, con.conname
"""

_PARTITION_KEYS: LiteralString = """
select
    p.partrelid as table, p.partstrat::text as kind,
    pg_catalog.pg_get_partkeydef(p.partrelid) as definition,
    array(
        select a.attname::text
        from pg_catalog.pg_attribute as a
        where a.attrelid = p.partrelid and a.attnum = any(p.partattrs::int2[]) and a.attnum > 0
    ) as plain,
    array(
        select a.attname::text from pg_catalog.pg_attribute as a
        where a.attrelid = p.partrelid and a.attnum > 0 and not a.attisdropped
            and p.partexprs is not null
    ) as all_columns
from pg_catalog.pg_partitioned_table as p
inner join pg_catalog.pg_class as c on c.oid = p.partrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(schemas)s)
"""

_PARTITIONS: LiteralString = """
select
    i.inhrelid as oid, i.inhparent as above, p.partstrat::text as kind,
    pg_catalog.pg_get_expr(c.relpartbound, c.oid) as bound,
    key.columns as key, key.types, key.whole_number, p.partexprs is null and key.plain as plain
from pg_catalog.pg_inherits as i
inner join pg_catalog.pg_class as c on c.oid = i.inhrelid and c.relispartition
inner join pg_catalog.pg_partitioned_table as p on p.partrelid = i.inhparent
cross join lateral (
    select
        array_agg(a.attname::text order by part.place) as columns,
        array_agg(pg_catalog.format_type(a.atttypid, a.atttypmod) order by part.place) as types,
        count(*) = 1 and bool_and(a.atttypid in (20, 21, 23)) as whole_number,
        -- an order of its own is none that a comparison in SQL would have
        bool_and(o.opcdefault and part.collated = a.attcollation) as plain
    from unnest(p.partattrs::int2[], p.partclass::oid[], p.partcollation::oid[])
        with ordinality as part (number, class, collated, place)
    left join pg_catalog.pg_attribute as a on a.attrelid = i.inhparent and a.attnum = part.number
    left join pg_catalog.pg_opclass as o on o.oid = part.class
) as key
where c.relpartbound is not null
order by i.inhrelid
"""
