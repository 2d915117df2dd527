"""Cuts a failing service down: each round builds many smaller ones in one dbt run.

A schema takes seconds to build by itself and a tenth of one among others, so that shrinking tries
a whole round of cuts at once instead of one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from subset_properties import batch, data
from subset_properties.batch import Verdict, Workshop
from subset_properties.schema import Counted, Edge, Follow, Sample, Service, Table

AT_ONCE = 24


def shrunk(
    workshop: Workshop, verdict: Verdict, say: Callable[[str], None] = print, rounds: int = 40
) -> Verdict:
    """The smallest service that can be found that fails in the same way.

    Args:
        workshop: where services are built.
        verdict: a failed one.
        say: is told of each round.
        rounds: of this many builds at most.
    """
    wanted, given = _kinds(verdict), verdict.service.seed
    start = 0
    for number in range(rounds):
        cuts = list(_cuts(verdict.service))
        batch_of_cuts = cuts[start : start + AT_ONCE]
        if not batch_of_cuts:
            break
        renumbered = [replace(cut, seed=place) for place, cut in enumerate(batch_of_cuts)]
        failed = [v for v in batch.tried(workshop, renumbered) if wanted & _kinds(v)]
        if failed:
            best = min(failed, key=lambda v: _size(v.service))
            verdict = replace(best, service=replace(best.service, seed=given))
            start = 0
        else:
            start += AT_ONCE
        say(f"round {number}: {len(failed)} of {len(batch_of_cuts)} fail, {_described(verdict)}")
    return verdict


def _described(verdict: Verdict) -> str:
    service = verdict.service
    rows = sum(len(table.rows) for table in service.tables)
    return f"{len(service.tables)} tables, {len(service.edges)} references, {rows} rows"


def _size(service: Service) -> tuple[int, int, int, int]:
    return (
        len(service.tables),
        len(service.edges),
        sum(len(table.rows) for table in service.tables),
        len(repr(service)),
    )


def _kinds(verdict: Verdict) -> set[str]:
    """In what ways a service fails."""
    found = set()
    for problem in verdict.problems:
        if problem.endswith(": skipped"):
            continue
        if "SQLSTATE" in problem:
            found.add(problem.split("SQLSTATE")[1].split(")")[0])
        elif "Error" in problem:
            found.add("error")
        else:
            found.add(problem.partition(":")[2].split()[0] if ": " in problem else problem)
    return found


def _cuts(service: Service) -> Iterator[Service]:
    """Smaller services, the boldest cuts first."""
    for table in service.tables:
        if len(service.tables) > 1 and not any(t.inherits == table.id for t in service.tables):
            yield fixed(_without_table(service, table.id))
    for number in range(len(service.edges)):
        yield fixed(_without_edges(service, {number}))
    for table in service.tables:
        for part in _parts(table):
            yield fixed(_with_table(service, replace(table, rows=part)))
    yield from _simpler_policies(service)
    for table in service.tables:
        for column in table.columns:
            cut = _without_column(service, table, column.name)
            if cut is not None:
                yield fixed(cut)
    for number, edge in enumerate(service.edges):
        if edge.constraint is not None:
            yield fixed(_with_edge(service, number, replace(edge, constraint=None)))
    if service.as_view:
        yield replace(service, as_view=False)


def _parts(table: Table) -> Iterator[tuple[tuple[str | None, ...], ...]]:
    count = len(table.rows)
    if count > 6:
        yield ()
        for start in range(0, count, max(1, count // 4)):
            yield table.rows[:start] + table.rows[start + max(1, count // 4) :]
    else:
        for place in range(count):
            yield table.rows[:place] + table.rows[place + 1 :]


def _simpler_policies(service: Service) -> Iterator[Service]:
    for name, sample in service.samples.items():
        simpler = [
            replace(sample, also=sample.also[:n] + sample.also[n + 1 :])
            for n in range(len(sample.also))
        ]
        simpler += [replace(sample, strata=()), replace(sample, fraction="1", budget=None)]
        simpler += [replace(sample, budget=None), replace(sample, at_least=1)]
        for one in simpler:
            if one != sample and (one.fraction is not None or one.also or one.budget):
                yield replace(service, samples={**service.samples, name: one})
    for number, edge in enumerate(service.edges):
        if edge.follow:
            yield fixed(_with_edge(service, number, replace(edge, follow=None)))
            if edge.follow != Follow():
                yield fixed(_with_edge(service, number, replace(edge, follow=Follow())))
        if edge.brings:
            yield fixed(_with_edge(service, number, replace(edge, brings=False)))
    for name, mode in service.modes.items():
        if mode != "whole":
            yield fixed(replace(service, modes={**service.modes, name: "whole"}))


def _with_edge(service: Service, number: int, edge: Edge) -> Service:
    edges = list(service.edges)
    edges[number] = edge
    return replace(service, edges=tuple(edges))


def _with_table(service: Service, table: Table) -> Service:
    return replace(service, tables=tuple(table if t.id == table.id else t for t in service.tables))


def _without_table(service: Service, name: str) -> Service:
    numbers = {n for n, e in enumerate(service.edges) if name in (e.child, e.parent)}
    service = _without_edges(service, numbers)
    return replace(
        service,
        tables=tuple(table for table in service.tables if table.id != name),
        modes={table: mode for table, mode in service.modes.items() if table != name},
        samples={table: sample for table, sample in service.samples.items() if table != name},
    )


def _without_edges(service: Service, numbers: set[int]) -> Service:
    """The service without some references; budgets count the others on."""
    left = [number for number in range(len(service.edges)) if number not in numbers]
    samples = {
        name: replace(
            sample, budget=replace(sample.budget, owned=_counted(sample.budget.owned, left))
        )
        if sample.budget
        else sample
        for name, sample in service.samples.items()
    }
    return replace(service, edges=tuple(service.edges[n] for n in left), samples=samples)


def _counted(counted: tuple[Counted, ...], left: list[int]) -> tuple[Counted, ...]:
    return tuple(
        Counted(left.index(one.edge), _counted(one.owned, left))
        for one in counted
        if one.edge in left
    )


def _without_column(service: Service, table: Table, name: str) -> Service | None:
    """The service without a column, if nothing needs it."""
    needed = {
        *table.key,
        *table.primary,
        *(c for columns in table.unique for c in columns),
        *(table.partitions.columns if table.partitions else ()),
    }
    for edge in service.edges:
        if edge.child == table.id:
            needed |= {*edge.columns, *(condition.column for condition in edge.where)}
            if edge.follow:
                needed |= {edge.follow.newest or ""}
                needed |= {edge.follow.where.column} if edge.follow.where else set()
        if edge.parent == table.id:
            needed |= set(edge.to)
    in_sample = table.id in service.samples and repr(name) in repr(service.samples[table.id])
    family = table.inherits or table.id in service.inherited
    if name in needed or in_sample or family or len(table.columns) == 1:
        return None
    number = table.number(name)
    smaller = replace(
        table,
        columns=table.columns[:number] + table.columns[number + 1 :],
        rows=tuple(row[:number] + row[number + 1 :] for row in table.rows),
    )
    return _with_table(service, smaller)


def fixed(service: Service) -> Service:
    """A service whose policy and constraints fit what is left of it."""
    service = replace(service, edges=data.fitting(service))
    modes = dict(service.modes)
    samples = dict(service.samples)
    moved = True
    while moved:
        moved = False
        for table in service.tables:
            mode = modes[table.id]
            pointing = [
                edge
                for edge in service.edges
                if edge.parent == table.id and modes[edge.child] not in ("empty", "linked")
            ]
            outside = [edge for edge in pointing if edge.child != table.id]
            owners = [e for e in service.edges if e.child == table.id and e.follow]
            owners += [e for e in service.edges if e.parent == table.id and e.brings]
            ends = [e for e in service.edges if e.child == table.id]
            wrong = (
                (mode == "owned" and not owners)
                or (mode == "referenced" and not outside)
                or (mode == "linked" and (len(ends) < 2 or pointing))
            )
            if wrong:
                modes[table.id] = "referenced" if outside and table.key else "whole"
                moved = True
        for number, edge in enumerate(service.edges):
            if (edge.follow or edge.brings) and (
                modes[edge.parent] not in ("sampled", "owned")
                or modes[edge.child] not in ("sampled", "owned")
            ):
                left = replace(edge, follow=None, brings=False)
                service = _with_edge(service, number, left)
                moved = True
    kept: dict[str, Sample] = {n: s for n, s in samples.items() if modes[n] == "sampled"}
    return replace(service, modes=modes, samples=kept)
