"""The results of steps without a job: plausible metadata, and properties for other steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.arns import ArnScope, partition_of
from ..full_name_resources import FULL_NAME_RESOURCES
from .expressions import stand_in
from .variables import typed

DEPLOYED = frozenset({"Endpoint", "EndpointConfig"})
"""The step types whose resources moto has, so that the step creates one."""


def result_of(
    step: Mapping[str, Any], region: str, account: str, token: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The metadata and the properties of a step without a job.

    Args:
        step: the step, with its expressions resolved.
        region: the region of the execution.
        account: the account of the execution.
        token: a random text, which makes identifiers unique.
    """
    name, step_type = step["Name"], step["Type"]
    arguments = step.get("Arguments") or {}
    resource = FULL_NAME_RESOURCES.get(step_type)
    if resource is not None:
        resource_name = str(arguments.get(resource.name_field) or f"{name}-{token}")
        home = ArnScope(partition_of(region), region, account)
        arn = home.arn("sagemaker", f"{resource.arn_resource}/{resource_name}")
        identifiers = {resource.name_field: resource_name, f"{step_type}Arn": arn}
        return {step_type: {"Arn": arn}}, {**arguments, **identifiers}
    outputs = {
        output["OutputName"]: stand_in(f"{name}.{output['OutputName']}")
        for output in step.get("OutputParameters") or []
        if isinstance(output, Mapping) and "OutputName" in output
    }
    parameters = [{"Name": key, "Value": value} for key, value in outputs.items()]
    results: dict[str, dict[str, Any]] = {
        "Lambda": {"Arn": step.get("FunctionArn"), "OutputParameters": parameters},
        "Callback": {
            "CallbackToken": token,
            "SqsQueueUrl": step.get("SqsQueueUrl"),
            "OutputParameters": parameters,
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
        "Cleanup": {"CleanedSteps": _cleaned_steps(arguments)},
    }
    result = {key: value for key, value in results.get(step_type, {}).items() if value is not None}
    properties = {**result, "OutputParameters": outputs} if outputs else result
    return ({step_type: result} if result else {}), properties


def callback_outputs(
    step: Mapping[str, Any], parameters: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """The outputs of a Callback step, converted to the types that the step declares.

    Args:
        step: the step, as the definition has it.
        parameters: the ``OutputParameters`` of the callback; all values are text.

    Raises:
        ValueError: for an output that the step doesn't declare, or of another type.
    """
    declared = {
        output["OutputName"]: output.get("OutputType", "String")
        for output in step.get("OutputParameters") or []
    }
    sent = {parameter["Name"]: parameter["Value"] for parameter in parameters}
    unknown = sorted(set(sent) - set(declared))
    if unknown:
        raise ValueError(f"Step {step['Name']!r} declares no output named {unknown[0]!r}.")
    return {name: typed(name, value, declared[name]) for name, value in sent.items()}


def _cleaned_steps(arguments: Mapping[str, Any]) -> list[str]:
    resources = arguments.get("Resources")
    sources = resources.get("S3") if isinstance(resources, Mapping) else None
    return [
        source["StepName"]
        for source in sources or []
        if isinstance(source, Mapping) and isinstance(source.get("StepName"), str)
    ]
