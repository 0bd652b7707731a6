"""What a step leaves that makes no job: likely metadata, and what other steps may refer to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.arns import Home, partition_of
from .expressions import stand_in
from .variables import typed

DEPLOYED = {
    "Endpoint": ("CreateEndpoint", "EndpointName"),
    "EndpointConfig": ("CreateEndpointConfig", "EndpointConfigName"),
}
"""By step type: the operation that makes what the step is for, and the field that names it."""


def result_of(
    step: Mapping[str, Any], region: str, account: str, token: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The metadata and the properties of a step without a job.

    Args:
        step: the step, expressions worked out.
        region: where it runs.
        account: whose it is.
        token: makes identifiers unique.
    """
    name, kind = step["Name"], step["Type"]
    arguments = step.get("Arguments") or {}
    if kind == "InferenceComponent":
        called = str(arguments.get("InferenceComponentName") or f"{name}-{token}")
        home = Home(partition_of(region), region, account)
        arn = home.arn("sagemaker", f"inference-component/{called}")
        named = {"InferenceComponentName": called, "InferenceComponentArn": arn}
        return {kind: {"Arn": arn}}, {**arguments, **named}
    outputs = {
        one["OutputName"]: stand_in(f"{name}.{one['OutputName']}")
        for one in step.get("OutputParameters") or []
        if isinstance(one, Mapping) and "OutputName" in one
    }
    listed = [{"Name": key, "Value": value} for key, value in outputs.items()]
    known: dict[str, dict[str, Any]] = {
        "Lambda": {"Arn": step.get("FunctionArn"), "OutputParameters": listed},
        "Callback": {
            "CallbackToken": token,
            "SqsQueueUrl": step.get("SqsQueueUrl"),
            "OutputParameters": listed,
        },
        "EMR": {
            "ClusterId": arguments.get("ClusterId") or f"j-{token.upper()}",
            "StepId": f"s-{token.upper()}",
            "StepName": name,
        },
        "EMRServerless": {
            "ApplicationId": arguments.get("ApplicationId") or token.lower(),
            "JobRunId": token.lower(),
            "JobRunName": name,
        },
        "Lineage": {"ActionArns": {}, "ArtifactArns": {}, "ContextArns": {}},
        "Cleanup": {"CleanedSteps": _cleaned(arguments)},
    }
    shown = {key: value for key, value in known.get(kind, {}).items() if value is not None}
    properties = {**shown, "OutputParameters": outputs} if outputs else shown
    return ({kind: shown} if shown else {}), properties


def callback_outputs(step: Mapping[str, Any], given: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """What a Callback step's answer gives, in the types that the step declares.

    Args:
        step: the step, as the definition has it.
        given: the answer's ``OutputParameters``, all of it text.

    Raises:
        ValueError: for an output that the step doesn't declare, or of another type.
    """
    declared = {
        one["OutputName"]: one.get("OutputType", "String")
        for one in step.get("OutputParameters") or []
    }
    sent = {one["Name"]: one["Value"] for one in given}
    unknown = sorted(set(sent) - set(declared))
    if unknown:
        raise ValueError(f"Step {step['Name']!r} declares no output named {unknown[0]!r}.")
    return {name: typed(name, value, declared[name]) for name, value in sent.items()}


def _cleaned(arguments: Mapping[str, Any]) -> list[str]:
    resources = arguments.get("Resources")
    sources = resources.get("S3") if isinstance(resources, Mapping) else None
    return [
        source["StepName"]
        for source in sources or []
        if isinstance(source, Mapping) and isinstance(source.get("StepName"), str)
    ]
