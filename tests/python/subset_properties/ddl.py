"""The SQL that makes a service: tables, rows, then foreign keys, so that any cycle loads."""

from __future__ import annotations

from subset_properties.schema import Edge, Partitions, Path, Service, Table, literal, quoted


def schema_name(service: Service, place: int) -> str:
    """The real name of one of the service's schemas."""
    made_up = f"svc {service.seed}" + (" B" if place else "")
    return service.schemas[place] if service.schemas else made_up


def table_name(service: Service, table: Table) -> str:
    """A table as SQL names it."""
    return f"{quoted(schema_name(service, table.place))}.{quoted(table.name)}"


def partition_name(service: Service, table: Table, path: Path) -> str:
    """One of its partitions."""
    name = " ".join([table.id, *(value or "default" for value in path)])
    return f"{quoted(schema_name(service, table.place))}.{quoted(name)}"


def script(service: Service) -> str:
    """Everything, as one text."""
    return "\n".join(statements(service)) + "\n"


def statements(service: Service) -> list[str]:
    """Everything, each statement by itself."""
    parts = [
        f"create schema {quoted(schema_name(service, place))};"
        for place in sorted({0, *(table.place for table in service.tables)})
    ]
    for table in service.tables:
        parts += _table(service, table)
    for table in service.tables:
        if table.rows:
            parts.append(_rows(service, table))
    for number, edge in enumerate(service.edges):
        parts.append(_foreign_key(service, number, edge))
    return [part for part in parts if part]


def _table(service: Service, table: Table) -> list[str]:
    name = table_name(service, table)
    inherited = 0
    inherits = ""
    if table.inherits:
        parent = service.table(table.inherits)
        inherited = len(parent.columns)
        inherits = f" inherits ({table_name(service, parent)})"
    lines = [
        f"    {quoted(column.name)} {column.type}"
        f"{f' collate {column.collation}' if column.collation else ''}"
        f"{'' if column.nullable else ' not null'}"
        for column in table.columns[inherited:]
    ]
    if table.primary:
        lines.append(f"    primary key ({_list(table.primary)})")
    lines += [f"    unique ({_list(columns)})" for columns in table.unique]
    body = "\n" + ",\n".join(lines) + "\n" if lines else ""
    parts = [f"create table {name} ({body}){inherits}{_divided(table.partitions)};"]
    for path in table.partitions.paths() if table.partitions else ():
        parts += _partition(service, table, path)
    return parts


def _partition(service: Service, table: Table, path: Path) -> list[str]:
    """One partition, with the unique constraints that keys to it alone need."""
    assert table.partitions is not None
    above = table_name(service, table)
    if path[:-1]:
        above = partition_name(service, table, path[:-1])
    own = partition_name(service, table, path)
    bound = f"for values in ({literal(path[-1])})" if path[-1] else "default"
    divided = _divided(table.partitions.level(path))
    targets = {
        edge.to[: -len(path)]: None
        for edge in service.edges
        if edge.parent == table.id and edge.constraint and edge.constraint.to_partition == path
    }
    return [
        f"create table {own} partition of {above} {bound}{divided};",
        *(f"alter table {own} add unique ({_list(columns)});" for columns in targets),
    ]


def _divided(by: Partitions | None) -> str:
    return f" partition by list ({quoted(by.column)})" if by else ""


def _rows(service: Service, table: Table) -> str:
    name = table_name(service, table)
    if not table.columns:
        return "\n".join(f"insert into {name} default values;" for _ in table.rows)
    rows = ",\n".join(f"    ({', '.join(literal(text) for text in row)})" for row in table.rows)
    return f"insert into {name} values\n{rows};"


def _foreign_key(service: Service, number: int, edge: Edge) -> str:
    constraint = edge.constraint
    if constraint is None:
        return ""
    child, parent = service.table(edge.child), service.table(edge.parent)
    name, to, target = table_name(service, child), table_name(service, parent), edge.to
    if constraint.from_partition:
        name = partition_name(service, child, constraint.from_partition)
    if constraint.to_partition:
        to, target = (
            partition_name(service, parent, constraint.to_partition),
            edge.to[: -len(constraint.to_partition)],
        )
    return (
        f"alter table {name} add constraint {quoted(f'{constraint.name} {number}')}"
        f" foreign key ({_list(edge.columns)}) references {to} ({_list(target)})"
        f"{' match full' if constraint.match_full else ''}"
        f"{' ' + constraint.deferrable if constraint.deferrable else ''}"
        f"{'' if constraint.valid else ' not valid'};"
    )


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(quoted(name) for name in names)
