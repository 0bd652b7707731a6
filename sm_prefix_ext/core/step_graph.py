"""The graph of a definition for a picture: its steps, and what connects them.

It accepts every definition that :func:`~sm_prefix_ext.core.definition.steps` accepts. A mistake
that the service would refuse, such as a cycle, is a sentence in ``problems``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from .definition import NESTED, StepView, steps
from .references import references
from .text import shown

DATA, ORDER = "data", "order"
"""The reasons why a step waits for another: it uses its output, or names it in ``DependsOn``."""


class Link(NamedTuple):
    """A step that comes directly before another one.

    Args:
        tail: the path of the earlier step.
        head: the path of the later step.
        reason: ``"data"``, ``"order"``, or the part of the path that a nested step has after its
            parent's: ``"if"``, ``"else"`` or ``"each"``.
    """

    tail: str
    head: str
    reason: str


class StepGraph(NamedTuple):
    """The steps of a definition and the links between them.

    Args:
        steps: in the order of the definition.
        links: the links, each once.
        problems: sentences about what the graph does not show, such as a cycle.
    """

    steps: tuple[StepView, ...]
    links: tuple[Link, ...]
    problems: tuple[str, ...]


def step_graph(document: Mapping[str, Any]) -> StepGraph:
    """Return the graph of a definition.

    Args:
        document: the definition.

    Raises:
        ValueError: if the document isn't a pipeline definition.

    Example:
        >>> from sm_prefix_ext.core.step_graph import step_graph
        >>> prepare = {"Name": "Prepare", "Type": "Processing"}
        >>> train = {"Name": "Train", "Type": "Training", "DependsOn": ["Prepare"]}
        >>> step_graph({"Steps": [prepare, train]}).links
        (Link(tail='Prepare', head='Train', reason='order'),)
    """
    views = tuple(steps(document))
    by_name: dict[str, list[str]] = defaultdict(list)
    for view in views:
        by_name[view.name].append(view.path)
    links: dict[tuple[str, str], Link] = {}
    problems = [
        f"{len(paths)} steps are named {shown(name)}; the picture connects the first only."
        for name, paths in by_name.items()
        if len(paths) > 1
    ]
    for view in views:
        for name, reason in _predecessors(view.step):
            if name not in by_name:
                problems.append(
                    f"The step {shown(view.path)} refers to {shown(name)}, but the pipeline has no "
                    "step with that name."
                )
            elif by_name[name][0] != view.path:
                link = Link(by_name[name][0], view.path, reason)
                links.setdefault(link[:2], link)
            elif len(by_name[name]) == 1:
                problems.append(f"The step {shown(view.path)} waits for itself.")
    for link in _to_nested(views, list(links.values())):
        links.setdefault(link[:2], link)
    found = tuple(links.values())
    return StepGraph(views, found, (*dict.fromkeys(problems), *_cycles(found)))


def _predecessors(step: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name of each step that a step refers to, and why; data first."""
    arguments = step.get("Arguments") or {}
    own_arguments = [value for key, value in arguments.items() if key not in NESTED]
    attributes = [value for key, value in step.items() if key not in ("DependsOn", "Arguments")]
    for name in references([attributes, own_arguments]):
        yield name, DATA
    listed = step.get("DependsOn")
    for entry in listed if isinstance(listed, list) else ():
        named = entry.get("Step") if isinstance(entry, Mapping) else entry
        if isinstance(named, str):
            yield named, ORDER


def _to_nested(views: Sequence[StepView], links: Sequence[Link]) -> Iterator[Link]:
    """Yield a link from each step with a branch or a body to the steps that come first in it."""
    holders = {view.path: view.holder for view in views}
    waiting = {link.head for link in links if holders[link.tail] == holders[link.head]}
    for view in views:
        if view.holder is not None and view.path not in waiting:
            parent, part = view.holder
            yield Link(parent, view.path, part)


def _cycles(links: Sequence[Link]) -> Iterator[str]:
    before: dict[str, set[str]] = defaultdict(set)
    for link in links:
        before[link.head].add(link.tail)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        path = ", ".join(shown(step) for step in dict.fromkeys(error.args[1]))
        yield f"These steps wait for each other in a cycle: {path}."
