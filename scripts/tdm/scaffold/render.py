"""The files of a project, from decisions: every one reads as if a person had written it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tdm import __version__
from tdm.counted import counted
from tdm.scaffold.catalog import Catalog, LeftOut, Reference
from tdm.scaffold.keys import Family, Place
from tdm.scaffold.names import (
    comment_text,
    dbt_text,
    fitting,
    jinja_text,
    model_name,
    slug,
    slugs,
    sql_name,
    words,
)
from tdm.scaffold.subset import Node, Plan
from tdm.scaffold.treatments import Owner, TableTreatment, Treatment

_TEMPLATES = Path(__file__).parent / "templates"
_OURS = frozenset({"tdm", "subset"})


@dataclass(frozen=True)
class Connection:
    """Where the database is, for the profile; no password."""

    host: str
    port: int
    user: str
    database: str
    extra: Mapping[str, str]


class Names:
    """The names of schemas, tables and models in the project."""

    def __init__(self, catalog: Catalog) -> None:
        schemas = {table.schema for table in catalog.tables.values()} | {
            left.schema for left in catalog.left_out
        }
        self.service = slugs(schemas)
        self.table: dict[tuple[str, str], str] = {}
        for schema in schemas:
            own = [t.name for t in catalog.tables.values() if t.schema == schema]
            own += [left.name for left in catalog.left_out if left.schema == schema]
            self.table |= {(schema, name): text for name, text in slugs(own).items()}
        folded = Counter((t.schema, t.name.lower()) for t in catalog.tables.values())
        self.alike = {place for place, count in folded.items() if count > 1}
        self.by_id = {name: (t.schema, t.name) for name, t in catalog.tables.items()}

    def node(self, table: str) -> str:
        """`service__table`."""
        schema, name = self.by_id[table]
        return f"{self.service[schema]}__{self.table[schema, name]}"

    def source_name(self, table: str) -> str:
        """`service.table`, as the sources name it."""
        return self.node(table).replace("__", ".", 1)

    def masked_table(self, table: str) -> str:
        """What the masked table is called: as in production, unless only case tells it apart.

        dbt cannot tell such tables apart; the dump gives them their own names back.
        """
        schema, name = self.by_id[table]
        return self.table[schema, name] if (schema, name.lower()) in self.alike else name

    def left_out(self, left: LeftOut) -> str:
        """`service.table` of a relation that is out of scope."""
        return f"{self.service[left.schema]}.{self.table[left.schema, left.name]}"

    def source(self, table: str) -> str:
        """`source('service', 'table')`."""
        service, name = self.node(table).split("__", 1)
        return f"source('{service}', '{name}')"

    def together(self, members: tuple[str, ...]) -> str:
        """The kept_ model of tables that are closed together."""
        first, *rest = sorted(self.node(member) for member in members)
        service = first.split("__", 1)[0]
        tails = [
            name.split("__", 1)[1] if name.startswith(f"{service}__") else name for name in rest
        ]
        full = "kept_" + "_".join([first, *tails])
        return full if len(full) <= 60 else f"kept_{first}_and_{len(rest)}_more"

    def member(self, table: str, members: tuple[str, ...]) -> str:
        """How the members of one group call a table."""
        services = {self.node(member).split("__", 1)[0] for member in members}
        node = self.node(table)
        return node if len(services) > 1 else node.split("__", 1)[1]


def render(
    catalog: Catalog,
    plan: Plan,
    treated: Mapping[str, TableTreatment],
    families: Mapping[Place, Family],
    connection: Connection,
    *,
    accepted: bool,
) -> dict[str, str]:
    """Write every file of the project, but for the package.

    Returns:
        The text of each file by its path inside the project.
    """
    return _Renderer(catalog, plan, treated, families, connection, accepted).files()


class _Renderer:
    def __init__(
        self,
        catalog: Catalog,
        plan: Plan,
        treated: Mapping[str, TableTreatment],
        families: Mapping[Place, Family],
        connection: Connection,
        accepted: bool,
    ) -> None:
        self.catalog = catalog
        self.plan = plan
        self.treated = treated
        self.families = families
        self.connection = connection
        self.accepted = accepted
        self.names = Names(catalog)
        self.project = project_name(catalog.database)
        self.jinja = Environment(  # noqa: S701 - SQL and YAML, nothing that a browser shows
            loader=FileSystemLoader(_TEMPLATES),
            block_start_string="<%",
            block_end_string="%>",
            variable_start_string="<<",
            variable_end_string=">>",
            comment_start_string="<#",
            comment_end_string="#>",
            keep_trailing_newline=True,
            undefined=StrictUndefined,
        )
        self.jinja.filters |= {
            "counted": counted,
            "yaml": dbt_text,
            "q": jinja_text,
            "q_in_yaml": _quoted,
            "names": _names,
        }

    def files(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for schema in sorted(self.names.service):
            found |= self._service(schema)
        found |= self._groups()
        tables = sorted(self.treated)
        nodes = [self.names.node(table) for table in tables]
        filled = [self.names.node(t) for t in tables if self.plan.nodes[t].mode != "empty"]
        found["models/subset/identifying_values.sql"] = self._list(
            "Keyed digests of every value that identifies somebody, for the gates;"
            " no value is in it.",
            "identifying_values",
            [f"subset_{node}" for node in filled],
        )
        found["models/release.sql"] = self._list(
            "Opens the masked schemas to readers: last, and only when every gate has passed"
            " on what stands now.",
            "released",
            [f"masked_{node}" for node in nodes],
        )
        found["tests/gates/source_did_not_move.sql"] = self._list(
            "Nobody wrote to the source while it was read.",
            "source_did_not_move",
            [f"masked_{node}" for node in nodes],
        )
        found["tests/gates/entities_agree.sql"] = self._list(
            "One entity is one person, in every table of every service.",
            "entities_agree",
            [f"masked_{node}" for node in nodes],
        )
        found["seeds/canaries.csv"] = "value\n"
        found["dbt_project.yml"] = self._template(
            "dbt_project.yml", project=self.project, services=self._targets()
        )
        found["profiles/profiles.yml"] = self._template(
            "profiles.yml",
            project=self.project,
            host=self.connection.host,
            port=self.connection.port,
            user=self.connection.user,
            database=self.connection.database,
            extra=self.connection.extra,
        )
        found["packages.yml"] = self._template("packages.yml")
        found["macros/tdm.sql"] = self._template("macros_tdm.sql")
        found[".gitignore"] = self._template("gitignore")
        found["UNDECIDED.md"] = self._undecided()
        found["README.md"] = self._readme()
        return found

    # --------------------------------------------------------------- a schema

    def _service(self, schema: str) -> dict[str, str]:
        service = self.names.service[schema]
        own = [name for name, t in sorted(self.catalog.tables.items()) if t.schema == schema]
        tables = [name for name in own if name in self.treated]
        left = [x for x in self.catalog.left_out if x.schema == schema]
        left += [
            LeftOut(schema, self.catalog.tables[name].name, self.plan.nodes[name].why)
            for name in own
            if name not in self.treated
        ]
        found = {
            f"models/source/{service}/_{service}__sources.yml": self._template(
                "sources.yml",
                service={
                    "name": service,
                    "schema": schema,
                    "tables": [self._source_table(name) for name in tables],
                    "left_out": [
                        {
                            "slug": self.names.table[schema, x.name],
                            "name": x.name,
                            "reason": x.reason,
                        }
                        for x in left
                    ],
                },
            )
        }
        models: list[dict[str, Any]] = []
        gates = []
        for name in tables:
            node = self.plan.nodes[name]
            found |= self._subset_models(service, name, node, models)
            found[f"models/masked/{service}/masked_{self.names.node(name)}.sql"] = self._masked(
                name
            )
            gates.append(self._gates_of(name))
        for members in sorted({n.together for n in self.plan.nodes.values() if n.together}):
            model = self.names.together(members)
            if model.startswith(f"kept_{service}__"):
                self._note_model(models, model)
        if models:
            found[f"models/subset/{service}/_{service}__subset.yml"] = self._template(
                "subset.yml", service={"schema": schema, "subset_models": models}
            )
        if gates:
            found[f"models/masked/{service}/_{service}__masked.yml"] = self._template(
                "masked.yml", service={"schema": schema, "tables": gates}
            )
            found |= self._service_gates(service, tables)
        return found

    def _source_table(self, name: str) -> dict[str, Any]:
        table = self.catalog.tables[name]
        return {
            "slug": self.names.table[table.schema, table.name],
            "name": table.name,
            "key": list(table.key),
            "inherited": bool(table.children),
            "references": [
                {
                    "name": r.name,
                    "columns": r.columns,
                    "expression": r.expression,
                    "to": self.names.source_name(r.to),
                    "to_columns": r.to_columns,
                    "where": r.where,
                    "note": comment_text(r.note),
                }
                for r in self.catalog.references_from.get(name, ())
            ],
            "columns": [self._source_column(t) for t in self.treated[name].columns],
        }

    def _source_column(self, treatment: Treatment) -> dict[str, Any]:
        facts = []
        note = ""
        if treatment.label:
            facts.append(f"class: {treatment.label}")
        else:
            note = f"undecided: {treatment.proposal.why}"
        if treatment.note:
            note = treatment.note
        if treatment.accepted:
            note = f"nobody decided: {treatment.reason}"
        keyed = {c for r in self.catalog.references for c in (*r.columns, *r.to_columns)}
        if treatment.how == "generated" and treatment.column.name in keyed:
            facts.append("generated: true")
        if treatment.keep:
            facts.append(f"keep: {dbt_text(treatment.keep)}")
        if treatment.accept_type and treatment.label:
            facts.append(f"accept_type: {dbt_text(treatment.column.type.text)}")
        return {
            "name": treatment.column.name,
            "type": treatment.column.type.text,
            "meta": ", ".join(facts),
            "note": comment_text(note),
        }

    def _subset_models(
        self, service: str, name: str, node: Node, models: list[dict[str, Any]]
    ) -> dict[str, str]:
        folder = f"models/subset/{service}"
        full = self.names.node(name)
        found = {}
        human = f"rows of {comment_text(node.table.name)}"
        owners = [f"tdm.owner({self._ref('sampled', r.to)}, {_pointing(r)})" for r in node.owners]
        owner_names = _and(sorted({self._called(r.to, node) for r in node.owners}))
        base = {
            "source": self.names.source(name),
            "key": node.key,
            "carry": self.plan.carry(name),
            "owners": owners,
        }
        if node.has_sampled:
            if node.mode == "sampled":
                spread = (
                    f" from every {_and([_human(c) for c in node.strata])}" if node.strata else ""
                )
                share = f"{_percent(node.fraction)} % of the {human}{spread}"
                comment = f"{share}, the same ones every time ({node.why})."
                text = self._template(
                    "sampled_root.sql",
                    table=base
                    | {
                        "comment": _sentence(comment),
                        "fraction": _number(node.fraction),
                        "strata": node.strata,
                    },
                )
            else:
                text = self._template(
                    "sampled_owned.sql",
                    table=base
                    | {
                        "comment": _sentence(
                            f"{human} that belong to sampled rows of {owner_names}."
                        )
                    },
                )
            found[f"{folder}/sampled_{full}.sql"] = text
            root = node if node.mode == "sampled" else None
            self._note_model(models, f"sampled_{full}", root, name)
        found[f"{folder}/subset_{full}.sql"] = self._subset(name, node, base, human, owner_names)
        self._note_model(models, f"subset_{full}")
        return found

    def _subset(
        self, name: str, node: Node, base: dict[str, Any], human: str, owner_names: str
    ) -> str:
        mode, kept, comment = node.mode, "", f"The kept {human}."
        pointed_at = [] if node.together else _unique(node.pointed_at)
        whose = _and(sorted({self._called(r.table, node) for r in pointed_at}))
        if node.mode == "whole":
            comment = f"All {human}: reference data, or too few to sample."
        elif node.mode == "empty":
            comment = f"No {human}: {node.why}."
        elif node.together:
            member = jinja_text(self.names.member(name, node.together))
            kept = f"tdm.member_of(ref('{self.names.together(node.together)}'), {member})"
        elif node.has_sampled:
            kept = self._ref("sampled", name)
            if pointed_at:
                comment = f"Sampled {human}, and those that kept rows of {whose} point at."
        elif node.mode == "owned":
            mode, comment = "leaf", f"{human} that belong to sampled rows of {owner_names}"
            comment += f", and those that kept rows of {whose} point at." if pointed_at else "."
        elif pointed_at:
            comment = f"{human} that kept rows of {whose} point at."
        else:
            mode, comment = (
                "keyless",
                f"{_percent(node.fraction)} % of the {human}, which has no key.",
            )
        return self._template(
            "subset.sql",
            table=base
            | {
                "mode": mode,
                "kept": kept,
                "references_here": [self._reference(r, ()) for r in pointed_at],
                "comment": _sentence(comment),
                "fraction": _number(node.fraction),
            },
        )

    def _note_model(
        self,
        models: list[dict[str, Any]],
        name: str,
        sampled: Node | None = None,
        table: str = "",
    ) -> None:
        """Remember a subset model for the YAML, if the YAML has anything to say about it."""
        alias = fitting(name)
        if alias == name and sampled is None:
            return
        models.append(
            {
                "name": name,
                "alias": alias if alias != name else "",
                "share": sampled is not None,
                "node": self.names.node(table) if table else "",
                "source": self.names.source(table) if table else "",
                "fraction": _number(sampled.fraction) if sampled else "",
                "strata": sampled.strata if sampled else (),
            }
        )

    def _groups(self) -> dict[str, str]:
        """The kept_ models of tables that point at each other."""
        found = {}
        for members in sorted({n.together for n in self.plan.nodes.values() if n.together}):
            model = self.names.together(members)
            service = model.removeprefix("kept_").split("__", 1)[0]
            names = [comment_text(self.catalog.tables[m].name) for m in members]
            if len(members) == 1:
                name = names[0]
                comment = f"Rows of {name} point at rows of {name}: "
                comment += "what is kept is closed in passes."
            elif len(members) <= 4:
                comment = (
                    f"Rows of {_and(names)} point at each other: one node closes them together."
                )
            else:
                comment = (
                    f"{len(members)} tables point at each other: one node closes them together."
                )
            found[f"models/subset/{service}/{model}.sql"] = self._template(
                "kept_together.sql",
                group={
                    "comment": _sentence(comment),
                    "members": [self._member(m, members) for m in members],
                },
            )
        return found

    def _member(self, name: str, members: tuple[str, ...]) -> dict[str, Any]:
        node = self.plan.nodes[name]
        return {
            "name": self.names.member(name, members),
            "source": self.names.source(name),
            "key": node.key,
            "sampled": self._ref("sampled", name) if node.has_sampled else "",
            "references_here": [self._reference(r, members) for r in _unique(node.pointed_at)],
        }

    def _reference(self, r: Reference, members: tuple[str, ...]) -> str:
        rows = (
            jinja_text(self.names.member(r.table, members))
            if r.table in members
            else self._ref("subset", r.table)
        )
        return f"tdm.reference({rows}, {_pointing(r)})"

    def _called(self, table: str, node: Node) -> str:
        """A table's name, with its schema where that is another one."""
        other = self.catalog.tables[table]
        return comment_text(other.name if other.schema == node.table.schema else other.id)

    def _ref(self, layer: str, table: str) -> str:
        return f"ref('{layer}_{self.names.node(table)}')"

    # ----------------------------------------------------------------- masked

    def _through(self, owner: Owner, by: str) -> str:
        """Whom the row that this one points at belongs to."""
        to = "" if owner.to == owner.column else f", to={jinja_text(owner.to)}"
        return (
            f"tdm.entity_of({self._ref('subset', owner.table)}, "
            f"on={jinja_text(owner.column)}, by={by}{to})"
        )

    def _masked(self, name: str) -> str:
        treatment = self.treated[name]
        table = treatment.table
        lines: list[str] = []
        last = max((n for n, t in enumerate(treatment.columns) if _is_listed(t)), default=-1)
        for place, t in enumerate(treatment.columns):
            if not _is_listed(t):
                why = (
                    "computed again on load"
                    if t.how == "generated"
                    else "left out: loads as its default"
                )
                lines.append(f"-- {comment_text(t.column.name)}: {why}")
                continue
            lines.append(_line(t) + ("," if place < last else ""))
        relation = self._ref("subset", name)
        if treatment.entity:
            by = (
                jinja_text(treatment.entity[0])
                if len(treatment.entity) == 1
                else _names(treatment.entity)
            )
            if treatment.owner:
                by = self._through(treatment.owner, by)
            relation = f"{{{{ tdm.with_digest({relation}, person={by}) }}}}"
        else:
            relation = f"{{{{ {relation} }}}}"
        alias = self.names.table[table.schema, table.name]
        column_names = {t.column.name for t in treatment.columns}
        if sql_name(alias) != alias or alias in column_names:
            alias = fitting(f"{alias}_rows")
        alias = alias if len(alias) <= 63 else "masked_rows"
        return self._template(
            "masked.sql",
            table={
                "comment": comment_text(
                    f"{table.id}: one line per column; what is not listed does not leave."
                ),
                "lines": lines,
                "relation": relation,
                # a sub-select needs a name, a table does not
                "alias": "x" if treatment.uses_alias else alias if treatment.entity else "",
            },
        )

    def _gates_of(self, name: str) -> dict[str, Any]:
        treatment = self.treated[name]
        table = treatment.table
        full = self.names.node(name)
        unique = sorted(
            {
                index.columns
                for index in table.indexes
                if index.plain and index.columns != table.key and index.columns
            }
        )
        return {
            "masked": f"masked_{full}",
            "subset": f"subset_{full}",
            "node": full,
            "name": self.names.masked_table(name),
            "source": self.names.source(name),
            "unique": unique,
            "categories": treatment.categories,
            "may_leak": any(_may_leak(t) for t in treatment.columns if _is_listed(t)),
        }

    def _service_gates(self, service: str, tables: list[str]) -> dict[str, str]:
        found = {}
        own = [f"masked_{self.names.node(t)}" for t in tables]
        pointed_at = [
            f"masked_{self.names.node(r.to)}"
            for t in tables
            for r in self.catalog.references_from.get(t, ())
            if r.to in self.treated
        ]
        if pointed_at:
            needed = sorted(set(own) | set(pointed_at))
            for macro, comment in (
                (
                    "references_whole",
                    "Every masked row that points at something points at a masked row.",
                ),
                ("references_agree", "Both ends of every reference are treated alike."),
            ):
                found[f"tests/gates/{macro}_{service}.sql"] = self._list(
                    comment, macro, needed, f"'{service}', "
                )
        found[f"tests/gates/no_canary_{service}.sql"] = self._list(
            "No planted string stands in any cell.", "no_canary", own
        )
        return found

    # ------------------------------------------------------------------ texts

    def _undecided(self) -> str:
        open_columns, kept = [], []
        for name, table in sorted(self.treated.items()):
            for t in table.columns:
                where = f"`{self.names.source_name(name)}.{t.column.name}`"
                if t.accepted or t.how == "undecided" or (t.how == "generated" and not t.label):
                    open_columns.append(
                        {
                            "name": _cell(where),
                            "type": _cell(t.column.type.text),
                            "treatment": _cell(_treatment_in_words(t, self.accepted)),
                            "why": _cell(t.reason or t.proposal.why),
                        }
                    )
                if t.keep:
                    kept.append({"name": _cell(where), "label": t.label, "why": _cell(t.keep)})
        empty = [
            {"name": f"`{_cell(self.names.source_name(name))}`", "why": _cell(node.why)}
            for name, node in sorted(self.plan.nodes.items())
            if node.mode == "empty"
        ]
        empty += [
            {"name": f"`{_cell(self.names.left_out(left))}`", "why": _cell(left.reason)}
            for left in self.catalog.left_out
        ]
        return self._template(
            "undecided.md",
            open_columns=open_columns,
            empty_tables=empty,
            kept_columns=kept,
            accepted=self.accepted,
        )

    def _readme(self) -> str:
        rows = []
        for name, node in sorted(self.plan.nodes.items()):
            what = {
                "sampled": f"a sample of {_percent(node.fraction)} %",
                "owned": "belongs to "
                + _and(sorted({f"`{self.names.source_name(r.to)}`" for r in node.owners})),
                "referenced": "what kept rows point at",
                "whole": "all",
                "empty": "none",
            }[node.mode]
            rows.append(
                {
                    "table": f"`{self.names.source_name(name)}`",
                    "kept": what,
                    "rows": f"{node.table.rows:,}",
                }
            )
        open_columns = sum(
            t.accepted or t.how == "undecided"
            for table in self.treated.values()
            for t in table.columns
        )
        return self._template(
            "README.md",
            project=self.project,
            database=self.catalog.database,
            version=self.catalog.version,
            tables=len(self.catalog.tables),
            open_columns=open_columns,
            accepted=self.accepted,
            roots=[
                {
                    "table": self.names.source_name(r.table),
                    "percent": _percent(r.fraction),
                    "why": r.why,
                }
                for r in self.plan.roots
            ],
            rows=rows,
            package_version=__version__,
        )

    def _targets(self) -> list[dict[str, str]]:
        """The schema suffix of each service; ours (tdm, subset) are taken."""
        return [
            {
                "name": service,
                "target": fitting(f"{service}_data" if service in _OURS else service, 45),
            }
            for service in sorted(self.names.service.values())
        ]

    def _list(self, comment: str, macro: str, relations: Iterable[str], first: str = "") -> str:
        return self._template(
            "list.sql", comment=comment, macro=macro, relations=sorted(relations), first=first
        )

    def _template(self, template: str, **values: Any) -> str:
        return self.jinja.get_template(f"{template}.j2").render(**values)


def project_name(database: str) -> str:
    """A name for the dbt project that is not the name of a package of ours."""
    text = slug(database)
    return f"{text}_test_data" if text in ("tdm", "dbt") else text


def _line(t: Treatment) -> str:
    name = model_name(t.column.name)
    if t.how == "kept" or t.how == "impossible":
        return name
    if t.how == "undecided":
        return "{{ tdm.undecided(" + jinja_text(t.column.name) + ") }} as " + name
    assert t.mask is not None
    return f"{t.mask.line(t.column.name)} as {name}"


def _is_listed(t: Treatment) -> bool:
    return t.how not in ("dropped", "generated")


def _may_leak(t: Treatment) -> bool:
    plain = t.column.type.plain
    if t.mask is not None and t.mask.macro in ("set_null", "set_empty", "set_constant"):
        return False
    return plain.name not in (
        "bool",
        "date",
        "time",
        "timetz",
        "timestamp",
        "timestamptz",
        "interval",
    )


def _treatment_in_words(t: Treatment, accepted: bool) -> str:
    if t.how == "undecided" or not accepted:
        return f"class {t.proposal.label}" if t.proposal.label else "none"
    if t.mask is not None:
        said = {
            "set_null": "NULL",
            "set_empty": "empty",
            "set_constant": "a constant",
        }.get(t.mask.macro, f"`{t.mask.macro}`")
        return said
    return {
        "dropped": "left out: loads as its default",
        "generated": "computed again on load",
        "kept": "kept",
        "impossible": "none, so the table leaves without rows",
    }[t.how]


def _cell(text: str) -> str:
    return comment_text(text).replace("|", "\\|")


def _quoted(text: str) -> str:
    """A string literal of Jinja inside a YAML scalar in double quotes."""
    return jinja_text(text).replace("\\", "\\\\").replace('"', '\\"')


def _names(names: Iterable[str]) -> str:
    """A list of names as Jinja has it."""
    return "[" + ", ".join(jinja_text(name) for name in names) + "]"


def _pointing(r: Reference) -> str:
    """What a reference compares, as arguments of tdm.reference and tdm.owner."""
    where = f", where={jinja_text(r.where)}" if r.where else ""
    if r.expression:
        return f"expression={_names(r.expression)}, to={_names(r.to_columns)}{where}"
    to = "" if r.columns == r.to_columns else f", to={_names(r.to_columns)}"
    return f"{_names(r.columns)}{to}{where}"


def _unique(references: list[Reference]) -> list[Reference]:
    """References without those that say the same again."""
    found = {(r.table, r.columns, r.to_columns, r.expression, r.where or ""): r for r in references}
    return [found[key] for key in sorted(found)]


def _human(name: str) -> str:
    """An identifier as words."""
    text = " ".join(words(name))
    return comment_text(text or name)


def _sentence(text: str) -> str:
    return comment_text(text[:1].upper() + text[1:])


def _and(parts: list[str]) -> str:
    if len(parts) > 5:
        parts = [*parts[:4], f"{len(parts) - 4} more"]
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def _percent(fraction: float) -> str:
    return f"{fraction * 100:.6f}".rstrip("0").rstrip(".")


def _number(fraction: float) -> str:
    return re.sub(r"\.?0+$", "", f"{fraction:.8f}") if fraction < 1 else "1"
