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


CHANNEL = {
    "ChannelName": "train",
    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in"}},
}
_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/img:1"
_CLUSTER = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30}
_TRAINED = {
    "AlgorithmSpecification": {"TrainingImage": _IMAGE, "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://b/out"},
    "ResourceConfig": _CLUSTER,
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
}
_PROCESSED = {
    "AppSpecification": {"ImageUri": _IMAGE},
    "ProcessingResources": {"ClusterConfig": _CLUSTER},
}
LEAST: dict[str, dict[str, Any]] = {
    "Training": _TRAINED,
    "Processing": _PROCESSED,
    "QualityCheck": _PROCESSED,
    "ClarifyCheck": _PROCESSED,
    "Transform": {
        "ModelName": "model",
        "TransformInput": {"DataSource": CHANNEL["DataSource"]},
        "TransformOutput": {"S3OutputPath": "s3://b/out"},
        "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
    },
    "Tuning": {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "ResourceLimits": {"MaxParallelTrainingJobs": 1, "MaxNumberOfTrainingJobs": 4},
        },
        "TrainingJobDefinition": {**_TRAINED, "StaticHyperParameters": {"epochs": "3"}},
    },
    "AutoML": {
        "InputDataConfig": [{"DataSource": CHANNEL["DataSource"], "TargetAttributeName": "y"}],
        "OutputDataConfig": {"S3OutputPath": "s3://b/out"},
    },
    "Model": {"PrimaryContainer": {"Image": _IMAGE}},
    "RegisterModel": {},
    "Job": {
        "JobCategory": "AgentRFT",
        "JobConfigDocument": "{}",
        "JobConfigSchemaVersion": "1.0.0",
    },
    "EndpointConfig": {
        "EndpointConfigName": "config",
        "ProductionVariants": [
            {
                "VariantName": "v",
                "ModelName": "model",
                "InitialInstanceCount": 1,
                "InstanceType": "ml.m5.large",
            }
        ],
    },
}
"""The least arguments of a complete request by step type, without name and roles."""


def _merged(least: Any, options: Any) -> Any:
    if (
        isinstance(least, dict)
        and isinstance(options, dict)
        and not {"Get", "Std:Join"} & set(options)
    ):
        keys = dict.fromkeys([*least, *options])
        return {key: _merged(least.get(key), options.get(key, least.get(key))) for key in keys}
    return options


def job(name: str, step_type: str = "Training", *, prefix: Any = "team-a", **more: Any) -> Any:
    """A job step; ``arguments`` extend the least arguments, other keywords the step."""
    arguments = _merged(LEAST[step_type], dict(more.pop("arguments", {})))
    if prefix is not None:
        arguments = {NAME_FIELDS[step_type]: prefix, **arguments}
    return {"Name": name, "Type": step_type, "Arguments": arguments, **more}


def deployment(config: Any, name: str = "Endpoint") -> Any:
    """An Endpoint step."""
    arguments = {"EndpointName": "live", "EndpointConfigName": config}
    return {"Name": name, "Type": "Endpoint", "Arguments": arguments}


def whole(options: Any) -> Any:
    """A definition whose steps have at least the least arguments of their type."""
    return {**options, "Steps": [_whole_step(step) for step in options["Steps"]]}


def _whole_step(step: Any) -> Any:
    arguments = _merged(LEAST.get(step["Type"], {}), step.get("Arguments") or {})
    for key in ("IfSteps", "ElseSteps", "ForEachBody"):
        if key in arguments:
            arguments[key] = [_whole_step(inner) for inner in arguments[key]]
    several = arguments.get("TrainingJobDefinitions")
    if several:
        del arguments["TrainingJobDefinition"]
        arguments["TrainingJobDefinitions"] = [_merged(_TRAINED, entry) for entry in several]
    written = (arguments.get("ProcessingOutputConfig") or {}).get("Outputs") or []
    if written:
        uploaded = {"S3UploadMode": "EndOfJob", "LocalPath": "/opt/ml/processing/out"}
        outputs = [
            {**entry, "S3Output": {**uploaded, **entry["S3Output"]}}
            if "S3Output" in entry
            else entry
            for entry in written
        ]
        arguments["ProcessingOutputConfig"] = {"Outputs": outputs}
    if step["Type"] == "Endpoint":
        # The run appends a suffix to the configuration's name.
        arguments["EndpointConfigName"] = get("Steps.Config.EndpointConfigName")
    return {**step, "Arguments": arguments}


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
