"""`tdm init`: read the catalog, decide, write the project."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tdm import connection
from tdm.errors import TdmError
from tdm.scaffold import catalog as live
from tdm.scaffold import discover as discovery
from tdm.scaffold import keys, overlap, package, render, subset, treatments, virtual
from tdm.scaffold.checks import Server
from tdm.scaffold.names import why_unsayable

_PASSED_ON = ("sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout")


@dataclass(frozen=True)
class _Decisions:
    catalog: live.Catalog
    plan: subset.Plan
    families: dict[keys.Place, keys.Family]
    treated: dict[str, treatments.TableTreatment]


def init(
    dsn: str,
    out: Path,
    schemas: list[str],
    roots: list[str],
    accept_proposals: bool,
    references: Path | None = None,
    discover: bool = False,
) -> dict[str, Any]:
    """Write a dbt project for a live PostgreSQL database.

    Args:
        dsn: the database; its password is used to connect and written nowhere.
        out: the folder of the new project; it must not exist, or be empty.
        schemas: the schemas to take; none means all that hold tables.
        roots: tables to sample, SCHEMA.TABLE or SCHEMA.TABLE=FRACTION; none means a proposal.
        accept_proposals: treat what names do not decide in the strictest way, and list it.
        references: sources files with references that the catalog does not know.
        discover: read rows to propose such references, in a file of the project.

    Returns:
        What was found and decided: numbers, and the lists that a person should read.

    Raises:
        TdmError: the folder is in use or cannot be made, a schema or root does not exist, or there
            is no server.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise TdmError(f"{out} is not empty; tdm init writes a new project and changes none.")
    _require_room(out)
    with connection.connect(dsn) as session:
        session.read_only = True
        session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        session.execute("set synchronize_seqscans = off")  # the same look at rows every time
        session.execute("set jit = off")  # our queries are long, and compiling them takes longer
        found = live.read(session, schemas)
        if references is not None:
            found = virtual.add(found, virtual.read(references, found))
        proposed = discovery.discover(session, found) if discover else None
        decided = _decide(session, found, roots, accept_proposals)
        info = session.info
        where = render.Connection(
            host=info.host or "localhost",
            port=info.port,
            user=info.user,
            database=info.dbname,
            extra={
                name: str(value)
                for name, value in sorted(conninfo_to_dict(dsn).items())
                if name in _PASSED_ON and value
            },
        )
    files = render.render(
        decided.catalog,
        decided.plan,
        decided.treated,
        decided.families,
        where,
        accepted=accept_proposals,
    )
    if proposed is not None:
        files[discovery.FILE] = discovery.sources_file(proposed, found)
        files["UNDECIDED.md"] = (
            files["UNDECIDED.md"].rstrip() + "\n" + discovery.section(proposed, found)
        )
    _write(out, files)
    result = _result(decided, out, accept_proposals)
    return result if proposed is None else result | discovery.as_dict(proposed, found)


def _decide(
    session: psycopg.Connection[Any], found: live.Catalog, roots: list[str], accept: bool
) -> _Decisions:
    """All decisions; a table that nothing can treat changes the plan, so it is made again."""
    server = Server(session)
    asked = [subset.parse_root(found, text) for text in roots]
    services = render.Names(found).service
    unsayable = {
        name: why
        for name, table in found.tables.items()
        if (why := why_unsayable(table.schema, table.name, [c.name for c in table.columns]))
    }
    untreatable = dict(unsayable)
    seen = treatments.Seen()
    asked_schema = False
    looked: set[keys.Place] = set()
    while True:
        plan = subset.decide(found, asked, treatments.empties(found, untreatable))
        families = keys.families(found, plan, server, services)
        treated = {
            name: treatments.treat(found, plan, server, families, name, seen, accept=accept)
            for name in found.tables
            if name not in unsayable
        }
        if not asked_schema:
            asked_schema = True
            seen.spelled = overlap.standing_in_schema(session, services, _identifying(treated))
            if seen.spelled:
                continue
        kept = _kept_texts(treated, seen)
        new = [(table, c) for table, c in kept if (table.id, c.name) not in looked]
        telling = overlap.telling(session, new)
        looked |= {(table.id, column.name) for table, column in new}
        repeats = overlap.repeated(session, kept, _identifying(treated))
        if telling or repeats:
            seen.telling |= telling
            seen.repeats |= repeats
            continue
        more = {
            name: table.untreatable
            for name, table in treated.items()
            if table.untreatable and plan.nodes[name].mode != "empty"
        }
        if not more:
            return _Decisions(found, plan, families, treated)
        untreatable |= more


def _kept_texts(
    treated: dict[str, treatments.TableTreatment], seen: treatments.Seen
) -> list[overlap.Place]:
    """Texts that would leave as they are and that nothing is known against."""
    kept = []
    for name, table in sorted(treated.items()):
        for t in table.columns:
            texts = t.column.type.is_text or t.column.type.plain.kind == "array"
            place = (name, t.column.name)
            if t.how == "kept" and texts and not (place in seen.repeats or place in seen.telling):
                kept.append((table.table, t.column))
    return kept


def _identifying(treated: dict[str, treatments.TableTreatment]) -> list[overlap.Place]:
    """The columns whose values identify somebody."""
    return [
        (table.table, t.column)
        for _, table in sorted(treated.items())
        for t in table.columns
        if t.label in ("direct", "credential") and t.column.type.is_text and t.how != "generated"
    ]


def _require_room(out: Path) -> None:
    """Say at once, not after all the reading, that nothing can be written there."""
    above = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    try:
        Path(tempfile.mkdtemp(prefix=".tdm.", dir=above)).rmdir()
    except OSError as error:
        raise _no_room(out, error) from None


def _no_room(out: Path, error: OSError) -> TdmError:
    why = error.strerror or type(error).__name__
    return TdmError(f"{out} cannot be written ({why}); choose another folder with --out.")


def _write(out: Path, files: dict[str, str]) -> None:
    """Write everything beside the folder first, so that no kill leaves half a project."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise _no_room(out, error) from None
    try:
        for path, text in sorted(files.items()):
            target = work / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        (work / "profiles.yml").symlink_to(Path("profiles") / "profiles.yml")
        package.copy(work)
        work.chmod(0o755)
        if out.exists():
            out.rmdir()
        work.rename(out)
    except BaseException as error:
        shutil.rmtree(work, ignore_errors=True)
        if isinstance(error, OSError):
            raise _no_room(out, error) from None
        raise


def _result(decided: _Decisions, out: Path, accept: bool) -> dict[str, Any]:
    names = render.Names(decided.catalog)
    undecided = [
        f"{names.source_name(name)}.{t.column.name}"
        for name, table in sorted(decided.treated.items())
        for t in table.columns
        if t.accepted or t.how == "undecided"
    ]
    modes = [node.mode for node in decided.plan.nodes.values()]
    return {
        "project": str(out),
        "tables": len(decided.catalog.tables),
        "columns": sum(len(t.columns) for t in decided.catalog.tables.values()),
        "references": len(decided.catalog.references),
        "modes": {mode: modes.count(mode) for mode in sorted(set(modes))},
        "roots": [
            {"table": names.source_name(r.table), "fraction": r.fraction, "why": r.why}
            for r in decided.plan.roots
        ],
        **treatments.counts(decided.treated),
        "undecided_columns": len(undecided),
        "undecided": undecided,
        "empty_tables": [
            {"table": names.source_name(name), "why": node.why}
            for name, node in sorted(decided.plan.nodes.items())
            if node.mode == "empty"
        ],
        "out_of_scope": [
            {"table": names.left_out(left), "why": left.reason} for left in decided.catalog.left_out
        ],
        "accepted": accept,
        "next": f"cd {out} && dbt build --target staging_mask"
        if accept or not undecided
        else f"decide on the columns in {out / 'UNDECIDED.md'}",
    }
