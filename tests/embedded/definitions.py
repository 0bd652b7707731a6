"""Small pipeline definitions for the tests of this folder."""

from __future__ import annotations

import json
from typing import Any

NAME_FIELDS = {
    "Training": "TrainingJobName",
    "Processing": "ProcessingJobName",
    "QualityCheck": "ProcessingJobName",
    "ClarifyCheck": "ProcessingJobName",
    "Transform": "TransformJobName",
    "Tuning": "HyperParameterTuningJobName",
    "AutoML": "AutoMLJobName",
    "Model": "ModelName",
    "RegisterModel": "ModelPackageName",
    "Job": "JobName",
}


def job(name: str, step_type: str = "Training", *, prefix: Any = "team-a", **more: Any) -> Any:
    """A step that makes a job; ``arguments`` are added to the name, other keys to the step."""
    arguments = dict(more.pop("arguments", {}))
    if prefix is not None:
        arguments = {NAME_FIELDS[step_type]: prefix, **arguments}
    return {"Name": name, "Type": step_type, "Arguments": arguments, **more}


def condition(name: str, then: list[Any], otherwise: list[Any] | None = None, **more: Any) -> Any:
    """A condition step."""
    arguments = {"Conditions": [], "IfSteps": then, "ElseSteps": otherwise or []}
    return {"Name": name, "Type": "Condition", "Arguments": arguments, **more}


def loop(name: str, items: Any, body: list[Any], **more: Any) -> Any:
    """A ForEach step."""
    arguments = {"IterableItems": items, "MaxConcurrency": 2, "ForEachBody": body}
    return {"Name": name, "Type": "ForEach", "Arguments": arguments, **more}


def fail(name: str, message: Any = "stop here", **more: Any) -> Any:
    """A Fail step."""
    return {"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}, **more}


def document(*steps: Any, parameters: list[Any] | None = None) -> dict[str, Any]:
    """A definition."""
    return {"Version": "2020-12-01", "Parameters": parameters or [], "Steps": list(steps)}


def text(*steps: Any, parameters: list[Any] | None = None) -> str:
    """A definition as JSON."""
    return json.dumps(document(*steps, parameters=parameters))


def get(path: str) -> dict[str, str]:
    """A ``Get`` expression."""
    return {"Get": path}
