"""Facts about a directed graph of tables: components, order, reachability."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Edges = Mapping[str, Iterable[str]]
"""For each node the nodes that it points at."""


def components(nodes: Iterable[str], edges: Edges) -> list[tuple[str, ...]]:
    """The strongly connected components, each sorted; what is pointed at comes first.

    Args:
        nodes: all nodes, in any order.
        edges: for each node the nodes it points at; targets that are no nodes are left out.

    Returns:
        The components, so that every edge between two of them leads to an earlier one.
    """
    known = sorted(set(nodes))
    targets = {node: sorted(set(edges.get(node, ())) & set(known)) for node in known}
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[tuple[str, ...]] = []
    for start in known:
        if start in number:
            continue
        # Tarjan's algorithm without recursion: schemas can be deeper than Python's stack.
        work = [(start, iter(targets[start]))]
        number[start] = lowest[start] = len(number)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, rest = work[-1]
            for target in rest:
                if target not in number:
                    number[target] = lowest[target] = len(number)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(targets[target])))
                    break
                if target in on_stack:
                    lowest[node] = min(lowest[node], number[target])
            else:
                work.pop()
                if work:
                    above = work[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == number[node]:
                    members = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        members.append(member)
                        if member == node:
                            break
                    found.append(tuple(sorted(members)))
    return found


def component_of(nodes: Iterable[str], edges: Edges) -> dict[str, int]:
    """For each node the number of its strongly connected component."""
    return {
        node: place for place, members in enumerate(components(nodes, edges)) for node in members
    }


def reachable(starts: Iterable[str], edges: Edges) -> set[str]:
    """The nodes that a walk along the edges comes to, the starts among them."""
    seen = set(starts)
    todo = list(seen)
    while todo:
        for target in edges.get(todo.pop(), ()):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen
