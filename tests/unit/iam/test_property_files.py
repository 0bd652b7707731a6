"""What ``JsonGet`` reads: results of ``@step`` functions, outputs of other steps."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import Plan, iam

from .pipelines import ACCOUNT, EXECUTION, REGION, condition, step

TIME = "2026-11-25-07-09-36-742"
RUN = {"Get": "Execution.PipelineExecutionId"}
ID, ANY_TIME = "?" * 12, "?" * len(TIME)
# The forms of SageMaker Python SDK 2.257.7 and 3.27.0.
FORMS = {
    "v2": (["s3://bucket/pipe", RUN, "Fun", "results"], f"pipe/{ID}/Fun/results"),
    "v3": (["s3://bucket/pipe", "Fun", TIME, RUN, "results"], f"pipe/Fun/{ANY_TIME}/{ID}/results"),
}
OUTPUT = {"Get": "Steps.Fun.OutputDataConfig.S3OutputPath"}
RESULT = {
    "Std:JsonGet": {
        "S3Uri": {"Std:Join": {"On": "/", "Values": [OUTPUT, "results.json"]}},
        "Path": "Result['a'][0]",
    }
}


def function(form: str) -> dict[str, Any]:
    """Return the step of an ``@step`` function."""
    values, _ = FORMS[form]
    arguments = {
        "TrainingJobName": "team-a-fun",
        "RoleArn": EXECUTION,
        "OutputDataConfig": {"S3OutputPath": {"Std:Join": {"On": "/", "Values": values}}},
        "AlgorithmSpecification": {"ContainerArguments": ["--func_step_s3_dir", TIME]},
    }
    return step("Fun", "Training", arguments)


READERS = {
    "condition": step(
        "Read",
        "Condition",
        {"Conditions": [{"Type": "Equals", "LeftValue": RESULT}], "IfSteps": [], "ElseSteps": []},
    ),
    "input": step(
        "Read",
        "Processing",
        {"ProcessingJobName": "team-a-read", "RoleArn": EXECUTION, "Environment": {"A": RESULT}},
    ),
    "join": step("Read", "Fail", {"ErrorMessage": {"Std:Join": {"On": " ", "Values": [RESULT]}}}),
    "outside its arguments": step("Read", "QualityCheck", SuppliedBaselineStatistics=RESULT),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("form", FORMS)
def test_what_a_function_returned(form: str, reader: str) -> None:
    """A function's result is read from its output, in any rendering and execution."""
    pipeline_plan = Plan.from_definition(
        {"Steps": [READERS[reader], function(form)]}, region=REGION, role_arn=EXECUTION
    )
    policy = iam.execution_role_policy(pipeline_plan)
    [resource] = [
        resource
        for s in policy.statements
        if "s3:GetObject" in s["Action"]
        for resource in s["Resource"]
    ]
    assert f"arn:aws:s3:::bucket/{FORMS[form][1]}/results.json" == resource
    answer = iam.preflight(pipeline_plan, role_policies=[policy])
    [row] = [row for row in answer if row.action == "s3:GetObject"]
    assert ("Read", resource, "allowed") == (row.step, row.resource, row.verdict)
    assert policy.notes == ()
    run = resource.replace(ANY_TIME, "2027-01-02-03-04-05-678").replace(ID, "k3x9m2p7q1w5")
    for key, wanted in ((run, "allowed"), (run.replace("/Fun/", "/Gun/"), "implicitDeny")):
        assert wanted == iam.evaluate("s3:GetObject", key, identity=[policy]).verdict


@pytest.mark.parametrize(
    ("uri", "resource"),
    [
        (
            {"Get": "Steps.W.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"},
            "b/processed/x.json",
        ),
        ({"Get": "Steps.W.ProcessingOutputConfig.Outputs[0].S3Output.S3Uri"}, "b/processed/x.json"),
        ({"Get": "Steps.W.ProcessingOutputConfig.Outputs[7].S3Output.S3Uri"}, "*/*"),
        ({"Get": "Steps.W.ProcessingOutputConfig.Outputs['no'].S3Output.S3Uri"}, "*/*"),
        ({"Get": "Steps.W.ProcessingJobName.Deeper"}, "*/*"),
        ({"Get": "Steps.Nobody.OutputDataConfig.S3OutputPath"}, "*/*"),
        ({"Get": "Steps.Circle.OutputDataConfig.S3OutputPath"}, "*/*"),
        ({"Get": "Execution.StartDateTime"}, "*/*"),
        ("bucket", "*/*"),
        ("s3://bucket", "*/*"),
    ],
)
def test_properties_of_other_steps(uri: Any, resource: str) -> None:
    """A property of another step is known if that step's request has it."""
    output = {"OutputName": "out", "S3Output": {"S3Uri": "s3://b/processed"}}
    circle = {"S3OutputPath": {"Get": "Steps.Circle.OutputDataConfig.S3OutputPath"}}
    listed = [
        step("W", "Processing", {"ProcessingOutputConfig": {"Outputs": [output]}}),
        step("Circle", "Training", {"OutputDataConfig": circle}),
    ]
    if isinstance(uri, dict):
        uri = {"Std:Join": {"On": "/", "Values": [uri, "x.json"]}}
    listed.append(condition(read={"S3Uri": uri, "Path": "p"}))
    pipeline_plan = Plan.from_definition({"Steps": listed}, region=REGION, account=ACCOUNT)
    [row] = [
        r for r in iam.preflight(pipeline_plan, role_policies=[]) if r.action == "s3:GetObject"
    ]
    wanted = resource if resource != "*/*" or isinstance(uri, str) else "*/x.json"
    assert f"arn:aws:s3:::{wanted}" == row.resource


def test_deeply_nested_arguments() -> None:
    """Data nested deeper than Python's stack is read, and raises no RecursionError."""
    nested: Any = RESULT
    for _ in range(5_000):
        nested = [nested]
    plan = Plan.from_definition({"Steps": [step("T", "Training", {"HyperParameters": nested})]})
    requests = iam.preflight(plan, role_policies=[])
    assert "s3:GetObject" in {row.action for row in requests}
