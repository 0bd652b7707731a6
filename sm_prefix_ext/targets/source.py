"""A pipeline of a target, and the positions of its definition and steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..core.check_report import Position
from ..core.definition import Definition
from ..core.paths import from_here


class TargetError(ValueError):
    """A target that can't be read; its text is one sentence."""


def _nowhere(step: str) -> Position | None:
    return None


class PipelineSource(NamedTuple):
    """One pipeline of a target.

    Args:
        target: as a user can type it again, such as ``template.yaml#TrainPipeline``.
        kind: the form in which it was read, such as ``"definition"`` or
            ``"CloudFormation template"``.
        definition: the pipeline's definition; ``None`` if the target does not contain it.
        file: the file's path as the user gave it; ``None`` for standard input and AWS.
        anchor: the logical ID or the address of the pipeline in the file.
        not_read: why there is no definition, as a clause without a full stop.
        parameters: the names of the template's parameters, where the target is one.
        conditions: those that choose among several definitions and that nothing decides;
            ``definition`` then has the steps of all that can be read.
        unread_branches: why the others can't be read, as such clauses.
        pipeline_name: the pipeline's name, if the target states it.
        role_arn: the pipeline's execution role, if the target states it.
        locate: gives the position of the step with a path such as ``Check/if/Train``. ``""`` is the
            definition itself.
    """

    target: str
    kind: str
    definition: Definition | None
    file: str | None = None
    anchor: str | None = None
    not_read: str | None = None
    pipeline_name: str | None = None
    role_arn: str | None = None
    parameters: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    unread_branches: tuple[str, ...] = ()
    locate: Callable[[str], Position | None] = _nowhere

    @property
    def label(self) -> str:
        """The target as a report names it: its file relative to the current folder."""
        if self.file is None or not self.target.startswith(self.file):  # package.module:name
            return self.target
        return from_here(self.file) + self.target.removeprefix(self.file)
