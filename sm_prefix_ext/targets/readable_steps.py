"""Complete a definition whose steps are partly known only at deployment, so that each is judged.

If a condition is undecided, the steps of both branches are kept. If too little is known of a step,
it gets an unknown step type, which is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..core.definition import NESTED
from ..core.expressions import described
from ..core.step_types import KINDS
from ..core.text import printable
from .marks import Marks

MOST_STEPS = 10_000
"""How many steps the undecided conditions of a definition may produce."""

IsExpression = Callable[[Any], bool]

_NOTHING = {"Ref": "AWS::NoValue"}
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")
_HAVE_NESTED = ("Condition", "ForEach")

# The undecided conditions that are assumed to be true or false, with the assumed value.
_Taken = Mapping[str, bool]


class ReadableSteps:
    """Reads the steps of one definition.

    Args:
        is_expression: tests whether an object is an expression.
        branches: whether the branches of ``Fn::If`` are parts of the definition, not of its text.
        marks: records the positions of copies.
        where: the definition's name in error messages.

    Example:
        >>> from sm_prefix_ext.targets.intrinsics import is_intrinsic
        >>> from sm_prefix_ext.targets.readable_steps import ReadableSteps
        >>> step = {"Name": "Train", "Type": "Training", "Arguments": {"Ref": "Job"}}
        >>> ReadableSteps(is_intrinsic).of({"Steps": [step]})["Steps"][0]["Arguments"]
        {'TrainingJobName': {'Ref': 'Job'}}
    """

    def __init__(
        self,
        is_expression: IsExpression,
        *,
        branches: bool = True,
        marks: Marks | None = None,
        where: str = "the definition",
    ) -> None:
        self._is_expression = is_expression
        self._branches = branches
        self._marks = marks
        self._where = where
        self._left = MOST_STEPS

    def of(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        """A copy of a definition in which each step has a name, a type and arguments.

        Raises:
            ValueError: if undecided conditions produce more than :data:`MOST_STEPS` steps.
        """
        listed = self._listed(definition["Steps"], {})
        return self._same({**definition, "Steps": listed}, definition)

    def has_list(self, value: Any) -> bool:
        """Whether a list of steps, or a list that a condition may choose, is known."""
        return any(
            not self._is_expression(branch) or branch == _NOTHING
            for branch, _ in self._choices(value, {})
        )

    def _choices(self, value: Any, taken: _Taken) -> Iterator[tuple[Any, _Taken]]:
        """A value itself, or the branches that an undecided condition may choose."""
        condition = value.get("Fn::If") if self._branches and self._is_expression(value) else None
        if not isinstance(condition, list) or len(condition) != 3:
            yield value, taken
            return
        name = str(condition[0])
        for truth, branch in ((True, condition[1]), (False, condition[2])):
            if taken.get(name, truth) is truth:
                yield from self._choices(branch, {**taken, name: truth})

    def _listed(self, value: Any, taken: _Taken) -> Any:
        if not isinstance(value, list) and not self._is_expression(value):
            return value
        found: list[Any] = []
        for branch, then in self._choices(value, taken):
            if branch is value and isinstance(branch, list):
                for item in branch:
                    found += different(self._items(item, then))
            else:
                found += self._of_branch(branch, then)
        return found if isinstance(value, list) else different(iter(found))

    def _items(self, item: Any, taken: _Taken) -> Iterator[Any]:
        for branch, then in self._choices(item, taken):
            if branch is item and isinstance(branch, list):
                yield branch  # not a step, which is an error
            else:
                yield from self._of_branch(branch, then)

    def _of_branch(self, branch: Any, taken: _Taken) -> Iterator[Any]:
        if isinstance(branch, list):
            for item in branch:
                yield from self._items(item, taken)
        elif branch == _NOTHING and self._branches:
            return
        elif self._is_expression(branch):
            yield {"Name": as_step_name(branch), "Type": described(branch), "Arguments": {}}
        elif isinstance(branch, Mapping):
            yield from self._alternatives(branch, taken)
        else:
            yield branch

    def _alternatives(self, step: Mapping[str, Any], taken: _Taken) -> Iterator[dict[str, Any]]:
        for step_type, then in self._choices(step.get("Type"), taken):
            for arguments, last in self._choices(step.get("Arguments"), then):
                self._count()
                known = {"Type": step_type, "Arguments": arguments}
                copy = {**step, **{key: known[key] for key in known if key in step}}
                yield self._same(self._completed(copy, last), step)

    def _completed(self, step: dict[str, Any], taken: _Taken) -> dict[str, Any]:
        for key in ("Type", "Arguments"):
            if self._branches and step.get(key) == _NOTHING:
                del step[key]
        step_type, arguments = step.get("Type"), step.get("Arguments")
        if self._is_expression(step.get("Name")):
            step["Name"] = as_step_name(step["Name"])
        if self._is_expression(step_type):
            step["Type"] = described(step_type)
        if self._is_expression(arguments):
            kind = KINDS.get(str(step.get("Type")))
            step["Arguments"] = {kind.name_field: arguments} if kind and kind.makes_job else {}
            if step.get("Type") in _HAVE_NESTED:
                step["Type"] = described(arguments)
        elif isinstance(arguments, Mapping):
            nested = {
                key: self._listed(arguments[key], taken) for key in NESTED if key in arguments
            }
            step["Arguments"] = {**arguments, **nested}
        return step

    def _same(self, copy: dict[str, Any], original: Any) -> dict[str, Any]:
        if self._marks:
            self._marks.same(copy, original)
        return copy

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise ValueError(
                f"{printable(self._where)} has conditions that give more than {MOST_STEPS:,} "
                "steps; give the values of its parameters."
            )


def different(found: Iterator[Any]) -> list[Any]:
    """The steps of all branches; those that are the same in two branches are one."""
    by_name: dict[str, list[Any]] = {}
    different: list[Any] = []
    for step in found:
        name = str(step.get("Name")) if isinstance(step, Mapping) else ""
        alike = by_name.setdefault(name, [])
        if step not in alike:
            alike.append(step)
            different.append(step)
    return different


def as_step_name(expression: Mapping[str, Any]) -> str:
    """A text for the name of a step that is an expression, or whose name is one.

    It contains only characters that a step's name may have: the real name is unknown, so there must
    be no finding about it.

    Example:
        >>> from sm_prefix_ext.targets.readable_steps import as_step_name
        >>> as_step_name({"Fn::Sub": "${Team}-train"})
        'Team-train'
    """
    texts: list[str] = []
    stack = list(expression.values())
    while stack:
        value = stack.pop(0)
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, Mapping):
            stack[:0] = value.values()
        elif isinstance(value, list):
            stack[:0] = value
    name = _NOT_IN_NAMES.sub("-", printable("-".join(texts))).strip("-")
    return name or "unknown"
