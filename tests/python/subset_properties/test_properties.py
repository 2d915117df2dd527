"""Any schema, any data, any policy: exactly the rows that belong together."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from subset_properties import batch, ddl, oracle
from subset_properties.batch import Verdict, Workshop
from subset_properties.schema import Column, Service, Table, quoted

SCHEMAS = int(os.environ.get("TDM_PROPERTY_SCHEMAS", "20"))
FIRST = int(os.environ.get("TDM_PROPERTY_FIRST", "0"))
AT_ONCE = 40
# The same services everywhere; fewer of them on older servers, unless somebody asks for more.
FEW = 6


@dataclass(frozen=True)
class Standing:
    """Services that stand built in the database, with what was found of each."""

    workshop: Workshop
    services: list[Service]
    failed: dict[str, str]
    verdicts: list[Verdict]

    def exact(self) -> list[Service]:
        return [verdict.service for verdict in self.verdicts if not verdict.problems]


def _batches() -> list[range]:
    last = FIRST + SCHEMAS
    return [range(start, min(start + AT_ONCE, last)) for start in range(FIRST, last, AT_ONCE)]


@pytest.fixture(scope="module", params=_batches(), ids=lambda numbers: f"from-{numbers[0]}")
def standing(request: pytest.FixtureRequest, workshop: Workshop) -> Iterator[Standing]:
    """A batch of random services, built in one dbt run."""
    numbers = request.param
    if workshop.server.version < 18 and "TDM_PROPERTY_SCHEMAS" not in os.environ:
        numbers = numbers[:FEW]
    services = [batch.drawn(number) for number in numbers]
    with batch.built(workshop, services) as failed:
        verdicts = batch.verdicts(workshop, services, failed)
        yield Standing(workshop, services, failed, verdicts)


def test_every_random_schema_is_exact(standing: Standing) -> None:
    """Nothing missing, nothing extra, nothing altered, no orphan, every reason true."""
    wrong = [verdict for verdict in standing.verdicts if verdict.problems]
    assert not wrong, (
        f"{len(wrong)} of {len(standing.verdicts)} services: "
        + ", ".join(str(verdict.service.seed) for verdict in wrong)
        + "\n"
        + batch.report(wrong[0])
    )
    assert sum(verdict.kept for verdict in standing.verdicts) > 10 * len(standing.verdicts)


@pytest.mark.parametrize("harm", ["drop", "add", "double", "change"])
def test_the_checker_sees_a_harmed_subset(standing: Standing, harm: str) -> None:
    """One kept row less, a stranger, a row twice, one other value: each is seen where it is."""
    seen: Counter[str] = Counter()
    with standing.workshop.connect() as connected:
        for service in standing.exact():
            if service.as_view:
                continue
            rows = oracle.Rows(service, batch.source_rows(connected, service))
            kept = oracle.closure(rows)
            for table in service.tables:
                statement = _harm(service, table, harm, len(kept[table.id]), rows)
                if statement is None:
                    continue
                with connected.transaction(force_rollback=True):
                    assert connected.execute(statement.encode()).rowcount == 1
                    verdict = batch.compared(connected, Verdict(service), rows)
                wrong = {
                    problem.split(" × ")[0]
                    for problem in verdict.problems
                    if not problem.startswith(("orphan:", "reason:"))
                }
                expected = {
                    "drop": {f"{table.id}: missing 1"},
                    "add": {f"{table.id}: extra 1"},
                    "double": {f"{table.id}: extra 1"},
                    "change": {f"{table.id}: missing 1", f"{table.id}: extra 1"},
                }[harm]
                assert wrong == expected, (service.seed, table.id)
                seen[harm] += 1
                seen["orphans"] += any(p.startswith("orphan:") for p in verdict.problems)
                if seen[harm] % 3 == 0:
                    break
    assert seen[harm] > 5
    # and the orphans that a dropped row leaves are found without the closure
    assert harm != "drop" or seen["orphans"] > 0


def _harm(service: Service, table: Table, harm: str, kept: int, rows: oracle.Rows) -> str | None:
    """A statement that spoils a built table, if the table can be spoilt in this way."""
    subset, source = batch.subset_relation(service, table), ddl.table_name(service, table)
    columns = ", ".join(quoted(column.name) for column in table.columns)
    if not table.columns:
        return None
    if harm == "drop" and kept:
        return f"delete from {subset} where ctid = (select min(ctid) from {subset})"
    if harm == "double" and kept:
        return f"insert into {subset} select * from {subset} limit 1"
    texts = {row[""] for row in rows.rows[table.id]}
    if harm == "add" and kept < len(rows.rows[table.id]) and len(texts) == len(rows.rows[table.id]):
        only = "only " if table.id in service.inherited else ""
        return (
            f"insert into {subset} ({columns}) select {columns} from {only}{source} as x"
            f" where x::text not in (select s::text from (select {columns} from {subset}) as s)"
            " limit 1"
        )
    column = _spare(table)
    if harm == "change" and kept and column is not None:
        other = {"integer": "-4711", "text": "'other than any'"}[column.type]
        name = quoted(column.name)
        return f"update {subset} set {name} = {other} where ctid = (select min(ctid) from {subset})"
    return None


def _spare(table: Table) -> Column | None:
    return next((c for c in table.columns if c.type in ("integer", "text") and c.nullable), None)
