"""Builds many services in one dbt run and compares each with the closure."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from hypothesis import HealthCheck, Phase, given, seed, settings

from conftest import DbtRun, TestServer
from main_job.support import Forks
from subset_properties import ddl, oracle, project, reasons
from subset_properties.draw import services
from subset_properties.schema import Service, Table, quoted
from tdm.scaffold.names import fitting

DATABASE = "subset_properties"
SCRATCH = "subset_properties_scratch"
Texts = tuple[str | None, ...]
Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Workshop:
    """Where services are built.

    Attributes:
        folder: for projects; each build gets its own.
    """

    server: TestServer
    forks: Forks
    folder: Path

    def connect(self, database: str = DATABASE) -> Connection:
        """An autocommit connection."""
        return self.server.connect(database)

    @contextmanager
    def scratch(self) -> Iterator[Connection]:
        """A database to try something in."""
        self.server.drop(SCRATCH)
        self.server.create(SCRATCH)
        try:
            with self.server.connect(SCRATCH) as connected:
                yield connected
        finally:
            self.server.drop(SCRATCH)

    def dbt(self, folder: Path, *arguments: str, database: str = DATABASE) -> DbtRun:
        """Run dbt; PWD is the project's folder as it would be in a shell."""
        env = self.server.env(database) | {"PWD": str(folder), "NO_COLOR": "1"}
        return self.forks.run([*arguments, "--target", project.TARGET], folder, env)

    def build(self, folder: Path, *arguments: str, database: str = DATABASE) -> DbtRun:
        """Build everything of a project but the dictionaries."""
        without = ("--exclude", "package:tdm,resource_type:seed")
        return self.dbt(folder, "build", *without, *arguments, database=database)


@dataclass
class Verdict:
    """What is wrong with one built service; nothing if `problems` is empty."""

    service: Service
    problems: list[str] = field(default_factory=list)
    kept: int = 0


def drawn(number: int) -> Service:
    """The service of a seed."""
    found: list[Service] = []

    @seed(number)
    @settings(
        # The first example that Hypothesis makes is always the simplest one.
        max_examples=2,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(services(number))
    def note(service: Service) -> None:
        found.append(service)

    note()
    return found[-1]


@contextmanager
def built(
    workshop: Workshop, batch: Sequence[Service], database: str = DATABASE
) -> Iterator[dict[str, str]]:
    """Load services, build them with dbt; yields the messages of failed nodes by node."""
    with loaded(workshop, batch, database) as folder:
        yield failures(folder, workshop.build(folder, database=database))


@contextmanager
def loaded(
    workshop: Workshop, batch: Sequence[Service], database: str = DATABASE
) -> Iterator[Path]:
    """A database with services, and a project for them; yields its folder."""
    folder = workshop.folder / database
    shutil.rmtree(folder, ignore_errors=True)
    workshop.server.drop(database)
    workshop.server.create(database)
    try:
        with workshop.connect(database) as connected:
            for service in batch:
                _load(connected, service)
            connected.execute("analyze")
        project.write_services(folder, batch)
        yield folder
    finally:
        workshop.server.drop(database)


def tried(workshop: Workshop, services: Sequence[Service]) -> list[Verdict]:
    """Build services of which some may not even load, or stop all others; slow when they do."""
    loadable, found = [], []
    with workshop.scratch() as connected:
        for service in services:
            try:
                _load(connected, service)
                loadable.append(service)
            except AssertionError as error:
                found.append(Verdict(service, [f"does not load: {error}"]))
    return found + _split(workshop, loadable)


def _split(workshop: Workshop, services: Sequence[Service]) -> list[Verdict]:
    """Build services; when one stops all others, each half by itself."""
    if not services:
        return []
    with built(workshop, services) as failed:
        shared = [name for name in failed if _owner(name) is None and failed[name] != "skipped"]
        if not shared or len(services) == 1:
            return verdicts(workshop, services, failed)
    middle = len(services) // 2
    return _split(workshop, services[:middle]) + _split(workshop, services[middle:])


def _owner(node: str) -> int | None:
    """The seed of the service that a node belongs to."""
    found = re.search(r"(?:^|_)s(\d+)b?__", node)
    return int(found[1]) if found else None


def _load(connected: Connection, service: Service) -> None:
    """Make the schemas and rows of a service."""
    for statement in ddl.statements(service):
        try:
            connected.execute(statement.encode())
        except psycopg.Error as error:
            raise AssertionError(f"{error}\n{statement}") from None


def failures(folder: Path, done: DbtRun) -> dict[str, str]:
    """The messages of nodes that did not pass; all output if dbt did not come that far."""
    path = folder / "target" / "run_results.json"
    if not path.exists():
        return {"dbt": done.output[-6000:]}
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    found = {
        result["unique_id"].split(".")[2]: result["message"] or result["status"]
        for result in results
        if result["status"] not in ("success", "pass")
    }
    return found if found or done.exit_code == 0 else {"dbt": done.output[-6000:]}


def verdicts(workshop: Workshop, batch: Sequence[Service], failed: dict[str, str]) -> list[Verdict]:
    """Compare every service with the closure."""
    with workshop.connect() as connected:
        return [verdict(connected, service, failed) for service in batch]


def verdict(connected: Connection, service: Service, failed: dict[str, str]) -> Verdict:
    """Compare one service with the closure: rows, orphans and reasons."""
    found = Verdict(service)
    for node, message in failed.items():
        if _owner(node) in (None, service.seed):
            found.problems.append(f"{node}: {message}")
    if found.problems:
        found.problems.sort(key=lambda problem: problem.endswith(": skipped"))
        return found
    rows = source_rows(connected, service)
    return compared(connected, found, oracle.Rows(service, rows))


def compared(connected: Connection, found: Verdict, rows: oracle.Rows) -> Verdict:
    """Fill a verdict by comparing what is built with what should be."""
    service = found.service
    sampled = oracle.owned(rows, oracle.roots(rows))
    kept = oracle.kept(rows, sampled)
    held: dict[str, Counter[Texts]] = {}
    for table in service.tables:
        texts = _texts(table, rows)
        wanted = Counter(texts[place] for place in kept[table.id])
        held[table.id] = built_rows(connected, service, table)
        found.kept += sum(wanted.values())
        found.problems += _differences(table, wanted, held[table.id])
    found.problems += orphans(rows, held)
    if not service.schemas:
        found.problems += reasons.untrue(connected, rows, sampled, kept)
    return found


def _differences(table: Table, wanted: Counter[Texts], held: Counter[Texts]) -> list[str]:
    names = [column.name for column in table.columns]
    return [
        f"{table.id}: {what} {count} × {dict(zip(names, row, strict=True))}"
        for what, rows in (("missing", wanted - held), ("extra", held - wanted))
        for row, count in rows.items()
    ]


def source_rows(
    connected: Connection, service: Service, needed: Mapping[str, Sequence[str]] | None = None
) -> dict[str, list[oracle.Record]]:
    """Every row of the source as texts by column, and under the empty name the whole of it.

    Args:
        connected: the database.
        service: what to read.
        needed: the only columns to read of each table; then the whole is left out.
    """
    found: dict[str, list[oracle.Record]] = {}
    for table in service.tables:
        names = [c.name for c in table.columns if needed is None or c.name in needed[table.id]]
        only = "only " if table.id in service.inherited else ""
        whole = "x::text" if needed is None else "null"
        texts = ", ".join([*(f"x.{quoted(name)}::text" for name in names), whole])
        rows = connected.execute(
            f"select {texts} from {only}{ddl.table_name(service, table)} as x"
        ).fetchall()
        found[table.id] = [dict(zip([*names, ""], row, strict=True)) for row in rows]
    return found


def built_rows(connected: Connection, service: Service, table: Table) -> Counter[Texts]:
    """What the subset holds of a table."""
    texts = ", ".join(f"x.{quoted(column.name)}::text" for column in table.columns)
    rows = connected.execute(f"select {texts} from {subset_relation(service, table)} as x")
    return Counter(rows.fetchall())


def subset_relation(service: Service, table: Table) -> str:
    """The table or view with the kept rows."""
    if service.schemas:  # a project that `tdm init` wrote
        return f"{project.TARGET}_subset.{quoted(fitting(f'subset_{table.id}'))}"
    return f"{project.TARGET}_subset.subset_{project.node(service, table.id)}"


def orphans(rows: oracle.Rows, held: dict[str, Counter[Texts]]) -> list[str]:
    """References of the subset that lead to a row of the source, but to none of the subset.

    Looks at the built rows alone: it does not depend on the closure.
    """
    service = rows.service
    problems = []
    for edge, leads in zip(service.edges, rows.leads, strict=True):
        if service.modes[edge.parent] == "empty":
            continue
        children = _texts(service.table(edge.child), rows)
        parents = _texts(service.table(edge.parent), rows)
        lost = {
            children[place]
            for place, targets in leads.items()
            if children[place] in held[edge.child]
            and any(parents[target] not in held[edge.parent] for target in targets)
        }
        if lost:
            problems.append(f"orphan: {len(lost)} of {edge.child} → {edge.parent} {edge.to}")
    return problems


def _texts(table: Table, rows: oracle.Rows) -> list[Texts]:
    """The source's rows of a table as texts in the order of its columns."""
    names = [column.name for column in table.columns]
    return [tuple(row[name] for name in names) for row in rows.rows[table.id]]


def report(verdict: Verdict) -> str:
    """Everything that somebody needs to look at a failed service."""
    service = verdict.service
    models = "\n".join(f"--- {path}\n{content}" for path, content in project.files(service).items())
    shown = verdict.problems[:40]
    return "\n".join(
        [
            f"===== service {service.seed}; again, cut down:",
            f"python -m subset_properties {service.seed} --shrink    (in tests/python)",
            "----- problems",
            *shown,
            *([f"… and {len(verdict.problems) - 40} more"] if len(verdict.problems) > 40 else []),
            "----- policy",
            policy_text(service),
            "----- DDL and rows",
            ddl.script(service),
            "----- models",
            models,
        ]
    )


def policy_text(service: Service) -> str:
    """What is kept of a service, and why, a line each."""
    lines = [
        f"{name}: {mode} {service.samples.get(name, '')}" for name, mode in service.modes.items()
    ]
    lines += [f"{edge}" for edge in service.edges]
    return "\n".join(lines)
