"""A graph in Mermaid's language, which GitHub and GitLab draw in pull requests."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from ..text import printable
from .report import Edge, Graph, Group, Node, Tone
from .svg import SIGNS

_LONGEST = 80
_PLAIN = re.compile(r"[^\w\s./,:*()=+–…✓✗○!-]")
_STYLES: Mapping[Tone, str] = {
    "good": "stroke:#1a7f37,stroke-width:2px",
    "warning": "stroke:#bf8700,stroke-width:2px",
    "bad": "stroke:#cf222e,stroke-width:3px",
    "muted": "stroke-dasharray:4 3",
}


def as_mermaid(graph: Graph) -> str:
    """Return a graph as a flowchart.

    Args:
        graph: the graph.

    Example:
        >>> from sm_prefix_ext.core.display.report import Edge, Graph, Node
        >>> graph = Graph((Node("a", "Prepare"), Node("b", "Train")), (Edge("a", "b"),))
        >>> print(as_mermaid(graph))
        flowchart TD
          n0["Prepare"]
          n1["Train"]
          n0 --> n1
    """
    return "\n".join(_lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    yield "flowchart TD"
    numbers = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    members: dict[str | None, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        members[node.group].append(node)
    groups: dict[str | None, list[tuple[int, Group]]] = defaultdict(list)
    for number, group in enumerate(graph.groups):
        groups[group.parent].append((number, group))
    yield from _inside(None, members, groups, numbers, "  ")
    for edge in graph.edges:
        yield f"  {numbers[edge.tail]} {_arrow(edge)} {numbers[edge.head]}"
    for tone, style in _STYLES.items():
        names = [numbers[node.id] for node in graph.nodes if node.tone == tone]
        if names:
            yield f"  classDef {tone} {style}"
            yield f"  class {','.join(names)} {tone}"


def _inside(
    parent: str | None,
    members: Mapping[str | None, list[Node]],
    groups: Mapping[str | None, list[tuple[int, Group]]],
    numbers: Mapping[str, str],
    indent: str,
) -> Iterator[str]:
    """Yield the boxes of a group, and the groups in it."""
    for node in members.get(parent, ()):
        status = f"{SIGNS[node.tone]} {node.status}".strip() if node.status else ""
        texts = (node.title, node.kind, *node.lines, status)
        yield f'{indent}{numbers[node.id]}["{"<br>".join(_text(text) for text in texts if text)}"]'
    for number, group in groups.get(parent, ()):
        yield f'{indent}subgraph g{number}["{_text(group.label)}"]'
        yield from _inside(group.id, members, groups, numbers, f"{indent}  ")
        yield f"{indent}end"


def _arrow(edge: Edge) -> str:
    if edge.label:
        return f'-->|"{_text(edge.label)}"|'
    return "-.->" if edge.dashed else "-->"


def _text(text: str) -> str:
    """Return a text with a character's number in place of all that Mermaid might read."""
    text = printable(text)
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"
    return _PLAIN.sub(lambda match: f"#{ord(match[0])};", text)
