"""The declared name of a job, and fixes that say where to declare another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .step_types import Kind

PREFIXING_OFF = "prefixing is off"
"""A cause for :attr:`Declared.dropped_by`: the SDK removes every job's name from the definition."""

DROPPED_BY_SDK = "this release of the SDK drops it, also with prefixing on"
"""The other cause, for the SDK's own ``Pipeline``: v3 drops the names of most step types."""

FIXES = {
    PREFIXING_OFF: "Turn prefixing on: pipeline_definition_config=PipelineDefinitionConfig(True), "
    "or import Pipeline from sm_prefix_ext, where that is the default.",
    DROPPED_BY_SDK: "Import Pipeline from sm_prefix_ext, which puts declared names back.",
}
"""The fix for each cause."""


@dataclass(frozen=True)
class Declared:
    """The declared name of a step's job.

    Args:
        name: the name as the user wrote it; ``None`` or ``""`` if the user declared none. Any
            value that isn't a string is a pipeline expression.
        argument: the argument that carries it, such as ``Estimator(base_job_name=)``.
        generated_name: the name that the SDK generated because the user declared none.
        lost: ``True`` if the user declared a name and the SDK has discarded it.
        composed: the name that a drop-in class composed under the policy that it discovered.
        step_name: the user's own name of the step, if the SDK renamed it; the name of a job
            without a declared name is composed from it.
        dropped_by: why the definition lacks the name, such as :data:`PREFIXING_OFF`; ``""`` if
            nothing drops it.
        settable: ``False`` if the SDK creates the job itself and accepts no name for it.
    """

    name: Any = None
    argument: str = ""
    generated_name: str | None = None
    lost: bool = False
    composed: str | None = None
    step_name: str = ""
    dropped_by: str = ""
    settable: bool = True


def name_arguments(kind: Kind) -> str:
    """List the arguments of the SDK that carry the names of a kind's jobs, each once."""
    listed = ", ".join(text for text in kind.sdk_arguments.values() if "(" in text)
    *others, last = dict.fromkeys(listed.split(", "))
    return f"{', '.join(others)} or {last}" if others else last or kind.name_field


def same_prefix_fix(kind: Kind, declared: Declared | None = None) -> str:
    """Return the fix for two steps whose jobs run under one prefix.

    Args:
        kind: the row of the second step's type.
        declared: its declared name; ``None`` for a definition without its objects.
    """
    enough = "the execution's list of steps is enough to tell them apart"
    if declared is not None and not declared.settable:
        return f"None if {enough}: the SDK creates this job itself and accepts no name for it."
    argument = (declared.argument if declared is not None else "") or name_arguments(kind)
    return f"Declare another name in {argument}, unless {enough}."
