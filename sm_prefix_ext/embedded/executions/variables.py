"""What the expressions of a step come to: parameters, variables, and what other steps left."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .execution import Execution
from .expressions import MISSING, pick, stand_in, step_path
from .step_runs import StepRun

DEFINITION_PARAMETER = "String"
"""The type of a parameter that states none (AWS's JSON schema of pipeline definitions)."""
_TYPES: Mapping[str, Any] = {"String": str, "Integer": int, "Float": (int, float), "Boolean": bool}
VARIABLES = {
    "StartDateTime": "",
    "CurrentDateTime": "",
    "PipelineName": "String",
    "PipelineArn": "String",
    "PipelineExecutionId": "String",
    "PipelineExecutionArn": "String",
    "TrainingJobName": "String",
    "ProcessingJobName": "String",
}
"""The SDK's execution variables, with their types; those of a moment have one of their own."""


class Scope:
    """Gives the value of a ``Get`` path in a step.

    Args:
        execution: the execution that the step belongs to.
        run: the step.
        job_name: the name of its job, where it is known.
    """

    def __init__(self, execution: Execution, run: StepRun, job_name: str | None = None) -> None:
        self.execution = execution
        self.iteration = run.iteration
        self.job_name = job_name

    def __call__(self, path: str) -> Any:
        """The value of a path, or a stand-in."""
        found = step_path(path)
        if found is not None:
            value = self._of_step(*found)
        elif path.startswith("ForEach.CurrentItem") and self.iteration is not None:
            value = self._of_item(path.removeprefix("ForEach.CurrentItem"))
        else:
            space, _, name = path.partition(".")
            spaces: dict[str, Mapping[str, Any]] = {
                "Parameters": self.execution.parameters,
                "Execution": self._variables(),
            }
            value = spaces.get(space, {}).get(name, MISSING)
        return stand_in(path) if value is MISSING else value

    def _of_step(self, name: str, rest: str) -> Any:
        runs = self.execution.runs
        inner = f"{name}-{self.iteration.index}" if self.iteration is not None else name
        run = runs.get(inner) or runs.get(name)
        return MISSING if run is None else pick(run.properties, rest)

    def _of_item(self, rest: str) -> Any:
        item = self.iteration.item if self.iteration is not None else MISSING
        if rest and isinstance(item, str):
            try:
                item = json.loads(item)
            except ValueError:
                return MISSING
        return pick(item, rest)

    def _variables(self) -> dict[str, Any]:
        execution = self.execution
        moment = execution.started.isoformat()
        variables = {
            "StartDateTime": moment,
            "CurrentDateTime": moment,
            "PipelineName": execution.pipeline_name,
            "PipelineArn": execution.pipeline_arn,
            "PipelineExecutionId": execution.id,
            "PipelineExecutionArn": execution.arn,
        }
        if self.job_name is not None:
            variables["TrainingJobName"] = variables["ProcessingJobName"] = self.job_name
        return variables


def typed_parameters(
    document: Mapping[str, Any], given: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The values of a definition's parameters, in their types.

    Args:
        document: the definition.
        given: what StartPipelineExecution was given, all of it text.

    Raises:
        ValueError: for a parameter without a value, one that isn't there, a wrong type, or a value
            outside of its enumeration.
    """
    declared = {one["Name"]: one for one in document.get("Parameters") or []}
    values = {name: one["DefaultValue"] for name, one in declared.items() if "DefaultValue" in one}
    names = [one["Name"] for one in given]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"The parameters {', '.join(twice)} are given more than once.")
    sent = {one["Name"]: one["Value"] for one in given}
    unknown = sorted(set(sent) - set(declared))
    if unknown:
        raise ValueError(f"The pipeline has no parameters named {', '.join(unknown)}.")
    missing = sorted(set(declared) - set(values) - set(sent))
    if missing:
        raise ValueError(f"The parameters {', '.join(missing)} have no value and no default.")
    for name, text in sent.items():
        if text == "":
            # As it was observed: sagemaker-python-sdk issue 4016.
            raise ValueError('[string "" is too short (length: 0, required minimum: 1)]')
        values[name] = typed(name, text, _type(declared[name]))
        why = _outside(declared[name], values[name])
        if why is not None:
            raise ValueError(why)
    return values


def parameter_refusal(declared: Mapping[str, Any]) -> str | None:
    """Why a definition can't declare a parameter so; ``None`` where it can."""
    name, wanted = declared["Name"], declared.get("Type", DEFINITION_PARAMETER)
    if not isinstance(wanted, str) or wanted not in _TYPES:
        return f"Parameter {name!r} has the type {wanted!r}; wanted one of {', '.join(_TYPES)}."
    values = declared.get("EnumValues")
    if values is not None and not (isinstance(values, list) and values):
        return f"Parameter {name!r} has EnumValues {values!r}; wanted a list with values."
    default = declared.get("DefaultValue")
    for value in [*(values or []), *([] if default is None else [default])]:
        right = isinstance(value, _TYPES[wanted])
        if not right or isinstance(value, bool) != (wanted == "Boolean"):
            return f"Parameter {name!r} has the value {value!r}; its type is {wanted}."
    return None if default is None else _outside(declared, default)


def _outside(declared: Mapping[str, Any], value: Any) -> str | None:
    values = declared.get("EnumValues")
    if not values or value in values:
        return None
    listed = ", ".join(map(str, values))
    return (
        f"Value '{value}' for parameter {declared['Name']} failed to satisfy enum value set: "
        f"[{listed}]"
    )


def _type(declared: Mapping[str, Any]) -> str:
    return str(declared.get("Type") or DEFINITION_PARAMETER)


def typed(name: str, text: Any, wanted: str) -> Any:
    """A text as a value of a pipeline type.

    Raises:
        ValueError: for a text that is none of that type.
    """
    readers: dict[str, Any] = {"Integer": int, "Float": float, "Boolean": _truth}
    try:
        return readers.get(wanted, str)(text)
    except ValueError:
        raise ValueError(f"Parameter {name} is {text!r}; its type is {wanted}.") from None


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"
