"""Definitions and parameters that the service refuses, except for names and graphs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sm_prefix_ext.core.step_types import JOB_KINDS, Kind
from sm_prefix_ext.embedded.executions.definition_validation import RefusedError, check_definition

from .conftest import Driver
from .definitions import condition, document, get, job, loop, text

UNPARSED = "Unable to parse pipeline definition. "


def refused(*steps: Any, **more: Any) -> str:
    """Why a definition is refused."""
    with pytest.raises(RefusedError) as error:
        check_definition(text(*steps, **more))
    message = str(error.value)
    assert message.startswith(UNPARSED)
    return message.removeprefix(UNPARSED)


def referring_to(path: str) -> Any:
    """A training job with a reference in its environment."""
    return job("Last", arguments={"Environment": {"x": get(path)}})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Parameters.Unknown", "the definition declares no such parameter"),
        ("Execution.Nothing", "wanted one of StartDateTime"),
        ("Something.Else", "wanted Parameters, Steps, Execution or ForEach"),
        ("ForEach.CurrentItem", "outside the body of a ForEach step"),
        ("Steps.First.Nope", "a step of type Training has no such property"),
        ("Steps.First.ModelArtifacts.Nope", "has no such property"),
        ("Steps.First.TrainingJobName.More", "has no such property"),
        ("Steps.First.ModelArtifacts..S3ModelArtifacts", "has no such property"),
        ("Steps.First.OutputParameters['x']", "has no such property"),
        ("Steps.First.PropertyFiles.Report", "has no such property"),
        ("Steps.First.InputDataConfig['other'].ChannelName", "has no such property"),
        ("Steps.Ask.OutputParameters['other']", "a step of type Callback has no such property"),
    ],
)
def test_an_unresolvable_reference_is_refused(path: str, expected: str) -> None:
    """No run could resolve it; it is refused at any location."""
    channel = {
        "ChannelName": "train",
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in"}},
    }
    first = job("First", arguments={"InputDataConfig": [channel]})
    ask = {"Name": "Ask", "Type": "Callback", "OutputParameters": [{"OutputName": "x"}]}
    for nested in (referring_to(path), condition("C", [referring_to(path)])):
        message = refused(first, ask, nested)
        assert message.startswith(f"Cannot resolve property reference [{path}]: ")
        assert expected in message
    check_definition(
        text(first, ask, referring_to("Steps.First.InputDataConfig['train'].ChannelName"))
    )


@pytest.mark.parametrize(
    ("step_type", "path", "there"),
    [
        ("EMR", "Id", True),
        ("EMR", "Status.FailureDetails.Reason", True),
        ("EMR", "ClusterId", True),
        ("EMR", "Status.Nope", False),
        ("EMR", "JobRun", False),
        ("EMRServerless", "jobRun.stateDetails", True),
        ("EMRServerless", "jobRun.nope", False),
    ],
)
def test_properties_of_an_emr_step_are_those_of_emrs_model(
    step_type: str, path: str, there: bool
) -> None:
    """The SDK uses the same properties."""
    cluster = {"Name": "First", "Type": step_type, "Arguments": {"ClusterId": "j-1"}}
    last = referring_to(f"Steps.First.{path}")
    if there:
        check_definition(text(cluster, last))
    else:
        assert "has no such property" in refused(cluster, last)


def test_a_reference_to_an_item_is_valid_in_its_loop_only() -> None:
    """The same reference outside the body is refused."""
    inside = referring_to("ForEach.CurrentItem")
    check_definition(text(loop("L", ["a"], [inside])))
    assert "outside the body of a ForEach step" in refused(loop("L", ["a"], [job("B")]), inside)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # Observed: sagemaker-python-sdk issue 4994.
        (
            {"AdditionalModelDataSources": []},
            "Unknown Argument member 'AdditionalModelDataSources'",
        ),
        # Observed: issue 2345.
        ({"InputDataConfig": get("Parameters.S")}, "Expecting start of Json Array."),
        # Observed in a public project: a ParameterInteger in an environment.
        (
            {"Environment": {"n": get("Parameters.N")}},
            "Cannot assign property reference [Parameters.N] to argument of type [String]",
        ),
        (
            {"ResourceConfig": {"InstanceCount": get("Parameters.S")}},
            "Cannot assign property reference [Parameters.S] to argument of type [Integer]",
        ),
        (
            {"ResourceConfig": {"InstanceCount": "2"}},
            "Cannot assign value [2] to argument of type [Integer]",
        ),
        # Observed, for another enumeration.
        (
            {"AlgorithmSpecification": {"TrainingInputMode": "Slow"}},
            "Model Validation failed: Value 'Slow' for 'TrainingInputMode' failed to satisfy enum "
            "value set: [Pipe, File, FastFile]",
        ),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 0}},
            "Model Validation failed: number 0 cannot be less than min=1.0 defined for "
            "MaxRuntimeInSeconds.",
        ),
    ],
)
def test_an_invalid_argument_gives_the_services_message(arguments: Any, expected: str) -> None:
    """CreatePipeline checks the arguments of each step."""
    parameters = [
        {"Name": "S", "Type": "String", "DefaultValue": "s"},
        {"Name": "N", "Type": "Integer", "DefaultValue": 1},
    ]
    assert expected == refused(job("A", arguments=arguments), parameters=parameters)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([{"Name": "P"}, {"Name": "P"}], "Parameter names must be unique"),
        ([{"Name": "a b"}], "does not match pattern"),
        ([{"Name": "P", "Type": "Date"}], "has the type 'Date'; wanted one of String, Integer"),
        ([{"Name": "P", "Type": "Integer", "DefaultValue": "1"}], "its type is Integer"),
        ([{"Name": "P", "Type": "Integer", "DefaultValue": True}], "its type is Integer"),
        ([{"Name": "P", "Type": "Boolean", "DefaultValue": 1}], "its type is Boolean"),
        ([{"Name": "P", "DefaultValue": "c", "EnumValues": ["a", "b"]}], "value set: [a, b]"),
        ([{"Name": "P", "EnumValues": []}], "EnumValues []"),
    ],
)
def test_an_invalid_parameter_declaration_is_refused(listed: Any, expected: str) -> None:
    """Parameters are declared once, with a name, a type and values of it."""
    assert expected in refused(job("A"), parameters=listed)


@pytest.mark.parametrize("name", ["", "a b", "a.b", "a" * 65, "é"])
def test_an_invalid_step_name_is_refused(name: str) -> None:
    """Step names have up to 64 letters, digits, hyphens and underscores."""
    assert refused(job(name))


@pytest.mark.parametrize("kind", JOB_KINDS, ids=lambda kind: kind.step_type)
def test_a_prefix_over_the_limit_or_reserved_is_refused(kind: Kind) -> None:
    """The documented limit is the maximum, and the service's own prefix is refused."""
    fits = "a" * kind.prefix_limit
    check_definition(text(job("A", kind.step_type, prefix=fits)))
    assert refused(job("A", kind.step_type, prefix=f"{fits}a")) == (
        f"Model Validation failed: string '{fits}a' with length={kind.prefix_limit + 1} cannot be "
        f"greater than max={float(kind.prefix_limit)} defined for the prefix in {kind.name_field}."
    )
    if not kind.short:
        for reserved in ("pipelines", "pipelines-x"):
            assert "reserved" in refused(job("A", kind.step_type, prefix=reserved))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"PipelineName": "a_b"},
            "at 'pipelineName' failed to satisfy constraint: Member must sat",
        ),
        ({"PipelineName": "a" * 257}, "length less than or equal to 256"),
        ({"PipelineDefinition": " " * 1048577}, "length less than or equal to 1048576"),
        ({"Tags": [{"Key": "k", "Value": "v" * 257}]}, "length less than or equal to 256"),
    ],
)
def test_an_invalid_create_request_is_refused(driver: Driver, given: Any, expected: str) -> None:
    """The limits of the request's shape apply to the pipeline's name and the definition."""
    whole = {"PipelineName": "p", "PipelineDefinition": text(job("A")), "RoleArn": driver.role}
    with pytest.raises(ClientError) as error:
        driver.client.create_pipeline(**{**whole, **given})
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert expected in error.value.response["Error"]["Message"]
    assert driver.client.list_pipelines()["PipelineSummaries"] == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"Flag": "maybe"}, "Parameter Flag is 'maybe'; its type is Boolean"),
        ({"Rate": "much"}, "its type is Float"),
        ({"Mode": "c"}, "Value 'c' for parameter Mode failed to satisfy enum value set: [a, b]"),
        # Observed: sagemaker-python-sdk issue 4016.
        ({"Mode": ""}, 'string "" is too short (length: 0, required minimum: 1)'),
        ({"Unknown": "1"}, "no parameters named Unknown"),
    ],
)
def test_an_invalid_parameter_value_is_refused_at_start(
    driver: Driver, given: dict[str, str], expected: str
) -> None:
    """A value has another type than declared, or is not in the enumeration."""
    declared = [
        {"Name": "Flag", "Type": "Boolean", "DefaultValue": False},
        {"Name": "Rate", "Type": "Float", "DefaultValue": 1},
        {"Name": "Mode", "Type": "String", "DefaultValue": "a", "EnumValues": ["a", "b"]},
    ]
    driver.create(job("A"), parameters=declared)
    listed = [{"Name": name, "Value": value} for name, value in given.items()]
    with pytest.raises(ClientError) as error:
        driver.start(PipelineParameters=listed)
    assert expected in error.value.response["Error"]["Message"]
    assert (
        driver.client.list_pipeline_executions(PipelineName="pipe")["PipelineExecutionSummaries"]
        == []
    )
    driver.start(PipelineParameters=[{"Name": "Mode", "Value": "b"}])


def test_a_parameter_with_two_values_is_refused_at_start(driver: Driver) -> None:
    """StartPipelineExecution refuses a parameter with two values."""
    driver.create(job("A"), parameters=[{"Name": "P", "DefaultValue": "x"}])
    with pytest.raises(ClientError, match="P are given more than once"):
        driver.start(PipelineParameters=[{"Name": "P", "Value": "a"}, {"Name": "P", "Value": "b"}])


def test_an_incomplete_job_request_fails_the_step(driver: Driver) -> None:
    """The failure reason is the service's message."""
    step = job("A")
    del step["Arguments"]["OutputDataConfig"]
    typed = {"ResourceConfig": {"InstanceType": get("Parameters.Type")}}
    execution = driver.run(
        step,
        job("B", arguments=typed),
        parameters=[{"Name": "Type", "Type": "String", "DefaultValue": "ml.nope"}],
    )
    head = "ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: 1 validation "
    reasons = [driver.step(execution, name)["FailureReason"] for name in "AB"]
    assert reasons[0] == (
        f"{head}error detected: Value null at 'outputDataConfig' failed to satisfy constraint: "
        "Member must not be null"
    )
    assert reasons[1].startswith(
        f"{head}error detected: Value 'ml.nope' at 'resourceConfig.instanceType' failed to satisfy "
    )
    assert driver.client.list_training_jobs()["TrainingJobSummaries"] == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
_KEYS = ("Name", "Type", "Arguments", "DependsOn", "CacheConfig", "RetryPolicies", "PropertyFiles")
_ANYWHERE = st.sampled_from([*_KEYS, "OutputParameters", "Parameters", "Steps", "AlgorithmSpec"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_ANYWHERE, _JSON)
def test_any_value_is_accepted_or_refused_with_a_message(key: str, value: Any) -> None:
    """For any value at any location, a definition is accepted or refused with a message."""
    step = job("A")
    whole = document(step, referring_to("Steps.A.TrainingJobName"), parameters=[{"Name": "P"}])
    for holder in (whole, step, step["Arguments"], whole["Parameters"][0]):
        before = dict(holder)
        holder[key] = value
        try:
            check_definition(json.dumps(whole))
        except RefusedError as refusal:
            assert str(refusal).startswith(UNPARSED)
        holder.clear()
        holder.update(before)
