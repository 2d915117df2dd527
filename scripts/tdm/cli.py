"""The `tdm` command: it parses and prints; the modules do the work.

Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from tdm import __version__
from tdm.errors import ExitCode, TdmError

if TYPE_CHECKING:
    from rich.console import Console

    from tdm import connection

_SHOWN = 20  # items of a list on a terminal

app = typer.Typer(
    name="tdm",
    help="From a copy of production to a small, masked, proven seed dump.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they print local variables, which hold data
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=(
        "Exit codes: 0 done, 1 usage, 2 crash, 3 a gate failed or has not passed, "
        "4 refused for privacy, 5 something is missing or of another version, "
        "6 a checksum or constraint does not hold, 75 locked, try later."
    ),
)
keys_app = typer.Typer(
    help="The keys behind the pseudonyms: import, export, rotate, list.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(keys_app, name="keys")

ProjectDir = Annotated[Path, typer.Option("--project-dir", help="The dbt project's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Dsn = Annotated[
    str | None,
    typer.Option(
        "--dsn",
        help="The database, as a URI or key=value; default: PG* variables, then the profile.",
        show_default=False,
    ),
]
Target = Annotated[
    str | None,
    typer.Option("--target", help="The dbt target; default: the profile's.", show_default=False),
]


class DumpFormat(StrEnum):
    """What `tdm export` writes."""

    dir = "dir"
    sql = "sql"


class Printable(StrEnum):
    """What `tdm up --print` prints."""

    dsn = "dsn"


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """From a copy of production to a small, masked, proven seed dump."""
    if version:
        typer.echo(f"tdm {__version__}")
        raise typer.Exit


@app.command()
def up(
    printed: Annotated[
        Printable | None,
        typer.Option("--print", help="Print the DSN as the last line.", show_default=False),
    ] = None,
    dsn: Dsn = None,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Start the embedded server of this project, unless it runs."""
    from tdm import server

    state = server.up(project_dir)
    _warn_about_another_server(dsn, state.host)
    verb = "started" if state.started else "is up"
    _say(f"PostgreSQL {state.version} {verb} (pid {state.pid}), data in {state.data}.")
    _result(state.as_dict(), as_json, state.dsn if printed or not as_json else None)


@app.command()
def down(project_dir: ProjectDir = Path(), as_json: AsJson = False) -> None:
    """Stop the embedded server of this project; its data stays."""
    from tdm import server

    stopped = server.down(project_dir)
    _result({"stopped": stopped}, as_json, "Stopped." if stopped else "It was not running.")


@app.command()
def status(project_dir: ProjectDir = Path(), as_json: AsJson = False) -> None:
    """Say whether the embedded server of this project runs."""
    from tdm import server

    state = server.status(project_dir)
    text = (
        f"PostgreSQL {state.version} is up (pid {state.pid})\n{state.dsn}"
        if state.running
        else "The server is down; start it with `tdm up`."
    )
    _result(state.as_dict(), as_json, text)


@app.command()
def init(
    dsn: Annotated[
        str,
        typer.Option(
            "--dsn",
            help="A copy of production: its catalog is read, its rows are counted and compared"
            " where they stand.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="The folder of the new project.")],
    schema: Annotated[
        list[str] | None,
        typer.Option("--schema", help="A schema to take; default: all.", show_default=False),
    ] = None,
    root: Annotated[
        list[str] | None,
        typer.Option(
            "--root",
            metavar="SCHEMA.TABLE[=FRACTION]",
            help="A table to sample; default: a proposal.",
            show_default=False,
        ),
    ] = None,
    accept_proposals: Annotated[
        bool,
        typer.Option(
            "--accept-proposals",
            help="Treat what nobody decided in the strictest way, and list it.",
        ),
    ] = False,
    references: Annotated[
        Path | None,
        typer.Option(
            "--references",
            help="Sources files that declare references which the database does not.",
            show_default=False,
        ),
    ] = None,
    discover: Annotated[
        bool,
        typer.Option(
            "--discover",
            help="Compare more rows, to propose references that the database does not declare.",
        ),
    ] = False,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Write a dbt project for any PostgreSQL database."""
    from tdm import connection, scaffold

    resolved = connection.resolve_dsn(project_dir, dsn)
    done = scaffold.init(
        resolved, out, schema or [], root or [], accept_proposals, references, discover
    )
    proposed = [entry["text"] for entry in done.get("proposed_references", [])]
    shown = done | {"proposed_references": proposed} if discover else done
    _result(done, as_json, _lines(shown))


@app.command()
def plan(
    svg: Annotated[
        Path | None,
        typer.Option(
            "--svg",
            metavar="FILE",
            help="Draw a picture; - for standard output.",
            show_default=False,
        ),
    ] = None,
    mermaid: Annotated[
        bool, typer.Option("--mermaid", help="Print the picture as Mermaid text.")
    ] = False,
    export_keys: Annotated[
        str | None,
        typer.Option(
            "--export-keys",
            metavar="SCHEMA.TABLE[=COLUMN,...]",
            help="Print the kept keys of a build as CSV: the root of another project.",
            show_default=False,
        ),
    ] = None,
    dsn: Dsn = None,
    target: Target = None,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Show what a build would keep: roots, what belongs to them, references, rows and bytes."""
    from tdm import plan as planner
    from tdm.plan import advice, keys, picture

    to_stdout = [
        option
        for option, given in (
            ("--json", as_json),
            ("--mermaid", mermaid),
            ("--svg -", svg == Path("-")),
            ("--export-keys", export_keys is not None),
        )
        if given
    ]
    if len(to_stdout) > 1:
        raise TdmError(f"{' and '.join(to_stdout)} both print to standard output; choose one.")
    chosen, resolved = _database(project_dir, dsn, target)
    if export_keys is not None:
        subset = planner.last_built(project_dir, resolved, chosen)
        keys.export_keys(subset, resolved, export_keys, sys.stdout.buffer)
        return
    made = planner.plan(project_dir, resolved, chosen.name)
    if svg is not None:
        drawn = picture.svg(made)
        if svg == Path("-"):
            typer.echo(drawn, nl=False)
        else:
            svg.write_text(drawn, encoding="utf-8")
            _say(f"The picture is in {svg}.")
    if mermaid:
        typer.echo(picture.mermaid(made), nl=False)
    elif as_json:
        _result(made, as_json)
    elif svg != Path("-"):
        planner.render(made, _console())
    advice.require_within_budget(made)


@app.command()
def why(
    table: Annotated[str, typer.Argument(metavar="SCHEMA.TABLE")],
    key: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY...",
            help="The values of its key columns; - reads them from standard input, one a line.",
        ),
    ],
    dsn: Dsn = None,
    target: Target = None,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Say why a row is in the subset: the references from it back to a sampled row."""
    from tdm import why as explainer

    parts = sys.stdin.read().splitlines() if key == ["-"] else key
    chosen, resolved = _database(project_dir, dsn, target)
    done = explainer.why(project_dir, resolved, chosen, table, parts)
    _result(done, as_json, explainer.render(done))


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", help="Where to write the dump.")],
    fmt: Annotated[
        DumpFormat, typer.Option("--format", help="A folder, or one file for psql.")
    ] = DumpFormat.dir,
    comments: Annotated[
        bool, typer.Option("--comments", help="Let the comments of the schema leave as well.")
    ] = False,
    dsn: Dsn = None,
    target: Target = None,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Write the seed dump of what has been released, and only that."""
    from tdm import connection, dump, pin

    chosen, resolved = _database(project_dir, dsn, target)
    done = dump.export(project_dir, out, fmt.value, resolved, chosen.schema, comments=comments)
    database = connection.environment_for(resolved).get("PGDATABASE", "")
    if pin.pin(project_dir, chosen.name, database, done["key_id"]):
        _say(f"Pinned key {done['key_id']} in {project_dir / pin.FILE}; commit that file.")
    _result(done, as_json, _lines(done))


@app.command()
def load(
    path: Annotated[Path, typer.Argument(help="A dump of `tdm export`.")],
    dsn: Annotated[str, typer.Option("--dsn", help="The empty database to load it into.")],
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Load a seed dump into an empty database."""
    from tdm import connection
    from tdm import load as loader

    done = loader.load(path, connection.resolve_dsn(project_dir, dsn))
    _result(done, as_json, _lines(done))


@app.command()
def clean(
    dsn: Dsn = None,
    target: Target = None,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Drop everything that this target made; the keys and the source stay."""
    from tdm import clean as cleaner

    chosen, resolved = _database(project_dir, dsn, target)
    done = cleaner.clean(project_dir, resolved, chosen.name)
    dropped = done["dropped"]
    text = "".join(f"dropped {schema}\n" for schema in dropped) or "There was nothing to drop.\n"
    _result(done, as_json, text.rstrip())


@app.command()
def demo(
    scale: Annotated[float, typer.Option("--scale", min=0.01, help="1 is about 250,000 rows.")] = 1,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Where to write the dump.", show_default="dumps/demo-TARGET"),
    ] = None,
    target: Target = None,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Show all of it: server, demo data, build, dump, and the dump in an empty database."""
    from tdm import demo_run, summary

    done = demo_run.run(project_dir, scale, out, target)
    if as_json:
        _result(done, as_json)
    else:
        summary.render(done)


@app.command()
def masks(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[MASK]", help="Print its fact sheet.", show_default=False),
    ] = None,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """List the masks, or say of one what it does, keeps, leaks and costs."""
    from tdm import sheets

    if name is not None:
        one = sheets.sheet(name, project_dir)
        _result(sheets.as_dict(one), as_json, sheets.text(one))
        return
    found = sheets.sheets(project_dir)
    lines = sheets.listed(found, project_dir)
    _result({"masks": [sheets.as_dict(each) for each in found]}, as_json, lines)


KeyFile = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="A private file; - for standard input."),
]


@keys_app.command("import")
def keys_import(
    file: KeyFile = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Replace every other root key: every pseudonym changes."),
    ] = False,
    dsn: Dsn = None,
    target: Target = None,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Take the root key from standard input or a file: 32 bytes, raw, hexadecimal or base64."""
    from tdm import connection, keys

    resolved = connection.resolve_dsn(project_dir, dsn, target)
    done = keys.import_(resolved, keys.read_key(file), replace=replace)
    text = "The root key was imported." if done["imported"] else "This root key was there already."
    _result(done, as_json, text)


@keys_app.command("export")
def keys_export(
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="A new file that only you may read."),
    ] = None,
    root_id: Annotated[
        str | None,
        typer.Option("--id", help="Another root key than the active one.", show_default=False),
    ] = None,
    dsn: Dsn = None,
    target: Target = None,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Write the root key to a file, or print it: pipe it to where it is kept."""
    from tdm import connection, keys

    resolved = connection.resolve_dsn(project_dir, dsn, target)
    done = keys.export(resolved, root_id)
    if file is not None:
        keys.write_key(file, done["root"])
        _result({"file": str(file)}, as_json, f"The root key is in {file}.")
        return
    if sys.stdout.isatty():
        _say("Warning: this is the root key, and it now stands in your terminal.")
    _result(done, as_json, done["root"])


@keys_app.command("rotate")
def keys_rotate(
    file: KeyFile = None,
    switch: Annotated[
        list[str] | None,
        typer.Option(
            "--switch",
            metavar="ENVIRONMENT",
            help="Give this environment the new key; build all of it afterwards.",
            show_default=False,
        ),
    ] = None,
    finish: Annotated[
        bool, typer.Option("--finish", help="Retire the old key, which nobody uses any more.")
    ] = False,
    destroy: Annotated[
        bool,
        typer.Option("--destroy", help="With --finish: delete the retired keys. Asks first."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --destroy: do not ask.")] = False,
    dsn: Dsn = None,
    target: Target = None,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Change keys: begin with a new one beside the old, switch each environment, finish."""
    from tdm import connection, keys, pin

    if (destroy and not finish) or (yes and not destroy):
        raise TdmError("--destroy goes with --finish, and --yes with both.")
    if file is not None and (switch or finish):
        raise TdmError("--file gives the key that a rotation begins with; it goes alone.")
    resolved = connection.resolve_dsn(project_dir, dsn, target)
    if not switch and not finish:
        done = keys.rotate(resolved, keys.read_key(file) if file is not None else None)
    if switch:
        done = keys.switch(resolved, switch)
        database = connection.environment_for(resolved).get("PGDATABASE", "")
        for name in done["switched"]:
            if pin.unpin(project_dir, name, database):
                _say(f"Took the key of {name} out of {project_dir / pin.FILE}; commit that file.")
            _say(f"{name} has a new key: dbt build --target {name}")
    if finish:
        done = keys.finish(resolved)
        retired = [root["root_id"] for root in done["roots"] if root["state"] == "retired"]
        if destroy and retired:
            _confirm(retired, yes)
            done = keys.destroy(resolved, retired)
    _result(done, as_json, _keys_shown(done))


@keys_app.command("list")
def keys_list(
    dsn: Dsn = None,
    target: Target = None,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """List root keys and environments by their ids; never a key."""
    from tdm import connection, keys

    done = keys.list_(connection.resolve_dsn(project_dir, dsn, target))
    _result(done, as_json, _keys_shown(done))


def _keys_shown(done: dict[str, Any]) -> str:
    """Root keys, the environments below those that they use, and what a rotation still needs."""
    key_ids = {entry["environment"]: entry["key_id"] for entry in done["environments"]}
    lines = [] if done["roots"] else ["There is no root key yet."]
    for root in done["roots"]:
        lines.append(
            f"{root['root_id']}  {root['state']} since {root['since']}  ({root['origin']})"
        )
        lines += [f"  {name}  key {key_ids[name]}" for name in root["environments"]]
        if root["state"] == "retiring":
            options = " ".join(f"--switch {name}" for name in root["environments"]) or "--finish"
            lines.append(f"A rotation runs. Next: tdm keys rotate {options}")
    return "\n".join(lines)


def _confirm(root_ids: list[str], yes: bool) -> None:
    """Raises: TdmError, exit 4, unless somebody says that these keys may go for good."""
    named = ", ".join(root_ids)
    if not yes and sys.stdin.isatty():
        _say(f"What was made with {named} can never be made again, nor linked by its key.")
        yes = input(f"Type {named} to destroy: ").strip() == named
    if not yes:
        raise TdmError(
            f"Nothing was destroyed: {named}. Confirm at a terminal, or by --yes.", ExitCode.POLICY
        )


def main() -> NoReturn:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and turn whatever happens into one sentence and an exit code."""
    caught: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        raise KeyboardInterrupt  # which libpq's callers answer by cancelling their query

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        app(args=arguments, prog_name="tdm")
        return ExitCode.OK
    except KeyboardInterrupt:
        return _stopped(caught)
    except SystemExit as end:
        if caught:
            return _stopped(caught)
        # 2 is how the parser ends on bad usage; for a scheduler it would mean a crash.
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return ExitCode.USAGE if code == 2 else code
    except TdmError as error:
        _say(str(error))
        return error.exit_code
    except ImportError as error:
        if not (error.name or "").startswith("tdm."):
            return _crash(error)
        _say(f"This installation has no {error.name}; install dbt-tdm again.")
        return ExitCode.PRECONDITION
    except Exception as error:
        return _crash(error)


def _stopped(caught: list[int]) -> int:
    number = caught[0] if caught else signal.SIGINT
    _say(f"Stopped ({signal.Signals(number).name}).")
    return 128 + number


def _crash(error: Exception) -> int:
    """Say what kind of error it was and where; its text may hold values, so that stays out."""
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if f"{os.sep}tdm{os.sep}" in f.filename
    ]
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    details = ", ".join(_diagnosis(error))
    _say(f"Internal error: {type(error).__name__}{where}{f' ({details})' if details else ''}.")
    return ExitCode.CRASH


def _diagnosis(error: Exception) -> list[str]:
    """What PostgreSQL says beside its message: the SQLSTATE and names of objects."""
    state = getattr(error, "sqlstate", None)
    diag = getattr(error, "diag", None)
    names = [("SQLSTATE", state)]
    if diag is not None:
        table = ".".join(filter(None, (diag.schema_name, diag.table_name)))
        names += [
            ("table", table),
            ("column", diag.column_name),
            ("constraint", diag.constraint_name),
        ]
    return [f"{label} {name}" for label, name in names if name]


def _database(
    project_dir: Path, dsn: str | None, target: str | None
) -> tuple[connection.Target, str]:
    """The target and the connection string that go with the options, once somebody answers there.

    Raises:
        TdmError: no such target, or no server: one line here, where dbt would say many.
    """
    from tdm import connection

    chosen = connection.resolve_target(project_dir, target)
    resolved = connection.resolve_dsn(project_dir, dsn, target)
    connection.connect(resolved).close()
    return chosen, resolved


def _warn_about_another_server(dsn: str | None, host: str) -> None:
    elsewhere = os.environ.get("PGHOST", "")
    if dsn:
        _say("--dsn names a server that tdm does not run; this is the embedded one.")
    elif elsewhere and elsewhere != host:
        _say(f"PGHOST points dbt at another server ({elsewhere}); unset it to use this one.")


def _console() -> Console:
    """Standard output; where it is no terminal, wide enough for every line."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 200)


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _result(result: dict[str, Any], as_json: bool, text: str | None = None) -> None:
    """Print a result: JSON when asked for, then the text that stands for it to a person."""
    if as_json:
        typer.echo(json.dumps(result, indent=2, default=str, ensure_ascii=False))
    elif text:
        typer.echo(text)


def _lines(result: dict[str, Any]) -> str:
    """A result as `name: value` lines; a long list is cut, because --json has all of it."""
    width = max((len(name) for name in result), default=0)
    lines = []
    for name, value in result.items():
        label = f"{name.replace('_', ' '):<{width}}  "
        if isinstance(value, list):
            lines.append(f"{label}{len(value) or 'none'}")
            lines += [f"  {_words(item)}" for item in value[:_SHOWN]]
            if len(value) > _SHOWN:
                lines.append(f"  … and {len(value) - _SHOWN} more, see --json")
        else:
            lines.append(f"{label}{_words(value)}")
    return "\n".join(lines)


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {item}" for name, item in value.items())
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


if __name__ == "__main__":
    main()
