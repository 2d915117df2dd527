"""Which database: `--dsn`, else what dbt would connect to.

The profile is rendered as dbt renders it, and ours reads the PG* variables first. So `tdm` and
`dbt` can never look at two different databases.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import md5
from pathlib import Path
from typing import Any

import psycopg
import yaml
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tdm import package_files, server
from tdm.errors import ExitCode, TdmError

# dbt's names in profiles.yml -> libpq's.
_PARAMETERS = {
    "host": "host",
    "port": "port",
    "user": "user",
    "password": "password",
    "pass": "password",
    "dbname": "dbname",
    "database": "dbname",
    "connect_timeout": "connect_timeout",
    "keepalives_idle": "keepalives_idle",
    "sslmode": "sslmode",
    "sslcert": "sslcert",
    "sslkey": "sslkey",
    "sslrootcert": "sslrootcert",
}


@dataclass(frozen=True)
class Target:
    """A target of the project's profile.

    Attributes:
        profile: the profile's name.
        name: the target's name, the environment.
        schema: the prefix of every schema that it makes.
        outputs: its rendered settings; may hold a password, so never print it.
    """

    profile: str
    name: str
    schema: str
    outputs: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Target({self.profile}.{self.name})"


def resolve_target(project_dir: Path, target: str | None) -> Target:
    """Find and render the profile that dbt would use in this project.

    Args:
        project_dir: the folder with dbt_project.yml.
        target: the target's name; None for the profile's own default.

    Raises:
        TdmError: no project, no profile, no such target, or one that is not PostgreSQL.
    """
    project = _read_yaml(
        project_dir / "dbt_project.yml",
        f"No dbt_project.yml in {project_dir}; go to a dbt project or pass --project-dir.",
    )
    _require_known_settings(project)
    path = _profiles_file(project_dir)
    profiles = _read_yaml(path, f"No profiles.yml for {project_dir}.")
    render = _renderer(project_dir)
    profile_name = str(render(project.get("profile", "")))
    profile = profiles.get(profile_name)
    if not isinstance(profile, dict):
        raise TdmError(f"{path} has no profile `{profile_name}`.", ExitCode.PRECONDITION)
    name = target or str(render(profile.get("target", "default")))
    outputs = (profile.get("outputs") or {}).get(name)
    if not isinstance(outputs, dict):
        known = ", ".join(sorted(profile.get("outputs") or {}))
        raise TdmError(f"{path} has no target `{name}`; it has {known}.", ExitCode.USAGE)
    rendered = {key: render(value) for key, value in outputs.items()}
    if rendered.get("type") != "postgres":
        raise TdmError(f"Target `{name}` is not PostgreSQL.", ExitCode.PRECONDITION)
    return Target(profile_name, name, str(rendered.get("schema", "")), rendered)


def _require_known_settings(project: Mapping[str, Any]) -> None:
    """Refuse a misspelled `tdm_…` var, which dbt would take without a word."""
    ours = yaml.safe_load(
        (package_files.package_root() / "dbt_project.yml").read_text(encoding="utf-8")
    )
    known = sorted(ours["vars"])
    given = project.get("vars") or {}
    for place in (given, *(value for value in given.values() if isinstance(value, dict))):
        for name in place:
            if str(name).startswith("tdm_") and name not in known:
                near = get_close_matches(str(name), known, n=1)
                hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
                raise TdmError(
                    f"dbt_project.yml has the var {name}, which means nothing. {hint}",
                    ExitCode.USAGE,
                )


def resolve_dsn(project_dir: Path, dsn: str | None, target: str | None = None) -> str:
    """The connection string to use; it may hold a password, so never print it.

    Args:
        project_dir: the dbt project whose profile counts when there is no `dsn`.
        dsn: a URI or `key=value` string, as libpq reads it.
        target: the profile's target; None for its default.
    """
    if dsn:
        return _checked(dsn)
    outputs = resolve_target(project_dir, target).outputs
    parameters = {
        libpq: outputs[name]
        for name, libpq in _PARAMETERS.items()
        if outputs.get(name) not in (None, "")
    }
    if outputs.get("role"):
        # dbt says `set role` first; a start option does the same and reaches pg_dump too.
        inherited = os.environ.get("PGOPTIONS", "")
        parameters["options"] = f"{inherited} -c role={outputs['role']}".strip()
    return make_conninfo(**parameters)


def environment_for(dsn: str) -> dict[str, str]:
    """The PG* variables that lead dbt, pg_dump and psql to a database.

    A password goes this way and never into an argument list, which everybody can read in `ps`.
    """
    options = pq.Conninfo.parse(_checked(dsn).encode())
    return {
        option.envvar.decode(): option.val.decode()
        for option in options
        if option.envvar and option.val
    }


def connect(dsn: str, **kwargs: Any) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect, or say in one sentence why not.

    Raises:
        TdmError: exit code 5; names host and database, never the password.
    """
    try:
        return psycopg.connect(_checked(dsn), application_name="tdm", **kwargs)
    except psycopg.OperationalError as error:
        raise TdmError(_why_not(dsn, str(error)), ExitCode.PRECONDITION) from None


def describe(dsn: str) -> str:
    """A database as a person names it: `demo at /tmp/tdm-…`; no user, no password."""
    options = {
        option.keyword.decode(): (option.val or _default(option)).decode()
        for option in pq.Conninfo.parse(dsn.encode())
    }
    host = options.get("host") or options.get("hostaddr") or "the default socket"
    port = options.get("port") or str(server.PORT)
    where = host if host.startswith("/") else f"{host}:{port}"
    return f"{options.get('dbname') or options.get('user') or '?'} at {where}"


def _default(option: pq.ConninfoOption) -> bytes:
    from_environment = os.environ.get(option.envvar.decode()) if option.envvar else None
    return from_environment.encode() if from_environment else option.compiled or b""


def _why_not(dsn: str, said: str) -> str:
    database = describe(dsn)
    if "does not exist" in said and "database" in said:
        return f"There is no database {database}."
    if "FATAL" in said:
        return f"The server refused the connection to {database}; check user and password."
    if "/tdm-" in database:
        return f"No server for {database}; start one with `tdm up`."
    return f"No server for {database}; check PGHOST or --dsn, or start one with `tdm up`."


def _checked(dsn: str) -> str:
    try:
        conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        # libpq's message quotes the string, which may hold a password.
        raise TdmError(
            "The DSN cannot be read; it should look like postgresql://user@host:5432/database."
        ) from None
    return dsn


def _profiles_file(project_dir: Path) -> Path:
    """Where dbt looks, in its order."""
    chosen = os.environ.get("DBT_PROFILES_DIR") or os.environ.get("DBT_ENGINE_PROFILES_DIR")
    if chosen:
        return project_dir / chosen / "profiles.yml"
    here = project_dir / "profiles.yml"
    if here.exists():
        return here
    return Path.home() / ".dbt" / "profiles.yml"


def _read_yaml(path: Path, missing: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise TdmError(missing, ExitCode.PRECONDITION) from None
    except yaml.YAMLError:
        raise TdmError(f"{path} is not YAML.", ExitCode.PRECONDITION) from None
    if not isinstance(content, dict):
        raise TdmError(f"{path} is not a mapping.", ExitCode.PRECONDITION)
    return content


def _renderer(project_dir: Path) -> Callable[[Any], Any]:
    """A function that renders one value as dbt does when it runs in the project folder."""
    variables = dict(os.environ) | {"PWD": server.project_path(project_dir)}

    def env_var(name: str, default: str | None = None) -> str:
        value = variables.get(name, default)
        if value is None:
            raise TdmError(
                f"The profile needs the environment variable {name}.", ExitCode.PRECONDITION
            )
        return value

    jinja = SandboxedEnvironment(undefined=StrictUndefined)
    for dbt_filter in ("as_number", "as_bool", "as_native", "as_text"):
        jinja.filters[dbt_filter] = _same
    jinja.globals |= {"env_var": env_var, "local_md5": _md5, "var": _variable}

    def render(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return jinja.from_string(value).render()
        except TemplateError:
            raise TdmError(
                "profiles.yml uses Jinja that only dbt understands; pass --dsn.",
                ExitCode.PRECONDITION,
            ) from None

    return render


def _same(value: Any) -> Any:
    """libpq takes every parameter as text, so dbt's type filters have nothing to do."""
    return value


def _md5(value: str) -> str:
    return md5(value.encode(), usedforsecurity=False).hexdigest()


def _variable(name: str, default: Any = None) -> Any:
    return default
