"""The values of ``Get`` paths: parameters, execution variables and properties of other steps."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ...core.references import step_path
from .execution import Execution
from .expressions import MISSING, pick, stand_in
from .step_runs import StepRun

DEFINITION_PARAMETER = "String"
"""The type of a parameter without ``Type`` (AWS's JSON schema of pipeline definitions)."""
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
"""The SDK's execution variables, with their types; times have no pipeline type."""


class Scope:
    """Gives the value of a ``Get`` path in a step.

    Args:
        execution: the execution of the step.
        run: the step's run.
        job_name: the name of its job, or ``None`` where it is unknown.
    """

    def __init__(self, execution: Execution, run: StepRun, job_name: str | None = None) -> None:
        self.execution = execution
        self.iteration = run.iteration
        self.job_name = job_name

    def __call__(self, path: str) -> Any:
        """The value of a path, or a stand-in."""
        reference = step_path(path)
        if reference is not None:
            value = self._step_property(*reference)
        elif path.startswith("ForEach.CurrentItem") and self.iteration is not None:
            value = self._item_value(path.removeprefix("ForEach.CurrentItem"))
        else:
            space, _, name = path.partition(".")
            spaces: dict[str, Mapping[str, Any]] = {
                "Parameters": self.execution.parameters,
                "Execution": self._variables(),
            }
            value = spaces.get(space, {}).get(name, MISSING)
        return stand_in(path) if value is MISSING else value

    def _step_property(self, name: str, rest: str) -> Any:
        runs = self.execution.runs
        inner = f"{name}-{self.iteration.index}" if self.iteration is not None else name
        run = runs.get(inner) or runs.get(name)
        return MISSING if run is None else pick(run.properties, rest)

    def _item_value(self, rest: str) -> Any:
        item = self.iteration.item if self.iteration is not None else MISSING
        if rest and isinstance(item, str):
            try:
                item = json.loads(item)
            except ValueError:
                return MISSING
        return pick(item, rest)

    def _variables(self) -> dict[str, Any]:
        execution = self.execution
        start = execution.started.isoformat()
        variables = {
            "StartDateTime": start,
            "CurrentDateTime": start,
            "PipelineName": execution.pipeline_name,
            "PipelineArn": execution.pipeline_arn,
            "PipelineExecutionId": execution.id,
            "PipelineExecutionArn": execution.arn,
        }
        if self.job_name is not None:
            variables["TrainingJobName"] = variables["ProcessingJobName"] = self.job_name
        return variables


def typed_parameters(
    document: Mapping[str, Any], sent: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The values of a definition's parameters, converted to their types.

    Args:
        document: the definition.
        sent: the ``PipelineParameters`` of StartPipelineExecution; all values are text.

    Raises:
        ValueError: for a parameter without a value, an undeclared parameter, or a value of another
            type or outside of the enumeration.
    """
    declared = {parameter["Name"]: parameter for parameter in document.get("Parameters") or []}
    values = {
        name: parameter["DefaultValue"]
        for name, parameter in declared.items()
        if "DefaultValue" in parameter
    }
    names = Counter(parameter["Name"] for parameter in sent)
    duplicates = sorted(name for name, count in names.items() if count > 1)
    if duplicates:
        raise ValueError(f"The parameters {', '.join(duplicates)} are given more than once.")
    texts = {parameter["Name"]: parameter["Value"] for parameter in sent}
    unknown = sorted(set(texts) - set(declared))
    if unknown:
        raise ValueError(f"The pipeline has no parameters named {', '.join(unknown)}.")
    missing = sorted(set(declared) - set(values) - set(texts))
    if missing:
        raise ValueError(f"The parameters {', '.join(missing)} have no value and no default.")
    for name, text in texts.items():
        if text == "":
            # The service's message: sagemaker-python-sdk issue 4016.
            raise ValueError('[string "" is too short (length: 0, required minimum: 1)]')
        values[name] = typed(name, text, _type(declared[name]))
        error = _enum_error(declared[name], values[name])
        if error is not None:
            raise ValueError(error)
    return values


def parameter_error(declared: Mapping[str, Any]) -> str | None:
    """The error in a definition's declaration of a parameter, or ``None``."""
    name, wanted = declared["Name"], declared.get("Type", DEFINITION_PARAMETER)
    if not isinstance(wanted, str) or wanted not in _TYPES:
        return f"Parameter {name!r} has the type {wanted!r}; wanted one of {', '.join(_TYPES)}."
    values = declared.get("EnumValues")
    if values is not None and not (isinstance(values, list) and values):
        return f"Parameter {name!r} has EnumValues {values!r}; wanted a list with values."
    default = declared.get("DefaultValue")
    for value in [*(values or []), *([] if default is None else [default])]:
        # In Python a bool is an int too.
        matches = isinstance(value, bool) == (wanted == "Boolean")
        if not matches or not isinstance(value, _TYPES[wanted]):
            return f"Parameter {name!r} has the value {value!r}; its type is {wanted}."
    return None if default is None else _enum_error(declared, default)


def _enum_error(declared: Mapping[str, Any], value: Any) -> str | None:
    values = declared.get("EnumValues")
    if not values or value in values:
        return None
    allowed = ", ".join(map(str, values))
    return (
        f"Value '{value}' for parameter {declared['Name']} failed to satisfy enum value set: "
        f"[{allowed}]"
    )


def _type(declared: Mapping[str, Any]) -> str:
    return str(declared.get("Type") or DEFINITION_PARAMETER)


def typed(name: str, text: Any, wanted: str) -> Any:
    """Convert a text to a pipeline type.

    Raises:
        ValueError: for a text that can't be converted.
    """
    readers: dict[str, Any] = {"Integer": int, "Float": float, "Boolean": _boolean}
    try:
        return readers.get(wanted, str)(text)
    except ValueError:
        raise ValueError(f"Parameter {name} is {text!r}; its type is {wanted}.") from None


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"
