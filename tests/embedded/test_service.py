"""Tokens, lists, versions, caching, retries, callbacks and endpoints of the service."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core.utils import camelcase_to_underscores, get_service_model

from sm_prefix_ext.core.step_types import JOB_KINDS
from sm_prefix_ext.embedded import EmbeddedAWS
from sm_prefix_ext.embedded.backend.sagemaker import EmbeddedSageMaker
from sm_prefix_ext.embedded.executions.caching import _KEYS, CACHED, Caching, signature
from sm_prefix_ext.embedded.request_validation import violations

from .conftest import Driver
from .definitions import LEAST, deployment, get, job, loop, text

TOKEN = "t" * 32
ABSENT: dict[str, str] = {}
"""Operations on pipelines that the embedded AWS lacks, with the reason."""


def test_every_operation_on_pipelines_exists_or_is_listed() -> None:
    """Each of botocore's operations exists, or is missing and listed with a reason."""
    names = [n for n in get_service_model("sagemaker").operation_names if "Pipeline" in n]
    missing = {n for n in names if not hasattr(EmbeddedSageMaker, camelcase_to_underscores(n))}
    assert missing == set(ABSENT)
    assert len(names) > 15


def test_a_repeated_client_token_repeats_the_response(driver: Driver) -> None:
    """Another request with the same token is refused."""
    options = {"PipelineName": "p", "PipelineDefinition": text(job("A")), "RoleArn": driver.role}
    first = driver.client.create_pipeline(ClientRequestToken=TOKEN, **options)["PipelineArn"]
    again = driver.client.create_pipeline(ClientRequestToken=TOKEN, **options)["PipelineArn"]
    assert first == again
    with pytest.raises(ClientError, match=r"ValidationException.*was used for another"):
        driver.client.create_pipeline(ClientRequestToken=TOKEN, **{**options, "PipelineName": "q"})
    started = [driver.start("p", ClientRequestToken=TOKEN) for _ in range(2)]
    assert started[0] == started[1]
    with pytest.raises(ClientError, match=r"ValidationException.*was used for another"):
        driver.start("p", ClientRequestToken=TOKEN, PipelineExecutionDescription="other")
    assert 1 == len(driver.client.list_training_jobs()["TrainingJobSummaries"])


def test_pipelines_are_filtered_sorted_and_paginated(driver: Driver) -> None:
    """The filters are a prefix of the name and the time."""
    for name in ("b-one", "a-two", "b-three"):
        driver.create(job("A"), name=name)

    def names(**requested: Any) -> list[str]:
        pages = driver.client.get_paginator("list_pipelines").paginate(
            PaginationConfig={"PageSize": 2}, **requested
        )
        return [entry["PipelineName"] for page in pages for entry in page["PipelineSummaries"]]

    later = datetime.now(timezone.utc) + timedelta(days=1)
    assert names() == ["b-three", "a-two", "b-one"]
    assert names(SortOrder="Ascending") == ["b-one", "a-two", "b-three"]
    assert names(SortBy="Name", SortOrder="Ascending") == ["a-two", "b-one", "b-three"]
    assert names(PipelineNamePrefix="b") == ["b-three", "b-one"]
    assert names(PipelineNamePrefix="one") == names(CreatedAfter=later) == []
    assert len(names(CreatedBefore=later)) == 3


def test_executions_are_filtered_and_sorted(driver: Driver) -> None:
    """The filter is the time; the order is by time or by ARN."""
    driver.create(job("A"))
    started = [driver.start() for _ in range(3)]

    def listed(**requested: Any) -> list[str]:
        response = driver.client.list_pipeline_executions(PipelineName="pipe", **requested)
        return [entry["PipelineExecutionArn"] for entry in response["PipelineExecutionSummaries"]]

    later = datetime.now(timezone.utc) + timedelta(days=1)
    by_arn = listed(SortBy="PipelineExecutionArn", SortOrder="Ascending")
    assert sorted(started) == by_arn
    assert listed(CreatedAfter=later) == []
    assert listed(CreatedBefore=later) == started[::-1]


def test_each_update_creates_a_version(driver: Driver) -> None:
    """A version can be described, started, and addressed by an alias."""
    client = driver.client
    driver.create(job("Old"), PipelineVersionAliases=["first"])
    updated = client.update_pipeline(PipelineName="pipe", PipelineDefinition=text(job("New")))
    arn = updated["PipelineArn"]
    assert updated["PipelineVersionId"] == 2
    client.update_pipeline_version(
        PipelineArn=arn,
        PipelineVersionId=2,
        PipelineVersionDisplayName="second",
        PipelineVersionAliasOperations={"Add": ["live"]},
    )
    old, new = driver.start(PipelineVersionAlias="first"), driver.start()
    listed = client.list_pipeline_versions(PipelineName="pipe")["PipelineVersionSummaries"]
    described = client.describe_pipeline(PipelineName="pipe", PipelineVersionId=1)

    assert [(entry["PipelineVersionId"], entry["PipelineVersionAliases"]) for entry in listed] == [
        (2, ["live"]),
        (1, ["first"]),
    ]
    assert [entry["LastExecutionPipelineExecutionArn"] for entry in listed] == [new, old]
    assert listed[0]["PipelineVersionDisplayName"] == "second"
    assert described["PipelineDefinition"] == text(job("Old"))
    assert (list(driver.statuses(old)), list(driver.statuses(new))) == (["Old"], ["New"])
    shown = client.describe_pipeline_execution(PipelineExecutionArn=old)
    assert shown["PipelineVersionId"] == 1
    of_alias = client.list_pipeline_executions(PipelineName="pipe", PipelineVersionAlias="live")
    assert [new] == [
        entry["PipelineExecutionArn"] for entry in of_alias["PipelineExecutionSummaries"]
    ]


@pytest.mark.parametrize(
    ("aliases", "expected"),
    [
        ({"Add": ["first"]}, "assigned to a version already"),
        ({"Add": ["12"]}, "can't consist of numbers only"),
        ({"Remove": ["none"]}, "has no alias 'none'"),
        ({"Add": [f"a{n}" for n in range(10)] + ["b"]}, "length less than or equal to 10"),
    ],
)
def test_an_invalid_alias_is_refused(driver: Driver, aliases: Any, expected: str) -> None:
    """An alias names one version, isn't a number, and there are ten at most."""
    driver.create(job("A"), PipelineVersionAliases=["first"])
    arn = driver.client.update_pipeline(PipelineName="pipe")["PipelineArn"]
    with pytest.raises(ClientError, match=rf"ValidationException.*{expected}"):
        driver.client.update_pipeline_version(
            PipelineArn=arn, PipelineVersionId=2, PipelineVersionAliasOperations=aliases
        )
    with pytest.raises(ClientError, match="no version with the ID 9"):
        driver.start(PipelineVersionId=9)


def cached(**more: Any) -> Any:
    """A step whose results are cached."""
    return job("Train", CacheConfig={"Enabled": True, **more})


def test_a_cache_hit_lists_the_earlier_job(driver: Driver) -> None:
    """It also lists the earlier execution, and creates no job."""
    driver.create(cached(ExpireAfter="P1D"), job("Next", DependsOn=["Train"]))
    first, second, third = (driver.start() for _ in range(3))

    assert driver.job(first, "Train") == driver.job(second, "Train") == driver.job(third, "Train")
    assert "CacheHitResult" not in driver.step(first, "Train")
    for hit in (second, third):
        actual = driver.step(hit, "Train")["CacheHitResult"]
        assert actual == {"SourcePipelineExecutionArn": first}
    assert driver.job(first, "Next") != driver.job(second, "Next")
    assert 4 == len(driver.client.list_training_jobs()["TrainingJobSummaries"])


def test_a_different_or_expired_step_is_no_cache_hit(driver: Driver) -> None:
    """The difference is an argument, a failure, another pipeline or the age."""
    driver.aws.outcomes["Train"] = ["Failed", "Succeeded"]
    arguments = {"HyperParameters": {"rate": get("Parameters.Rate")}}
    step = {
        **cached(ExpireAfter="T5M"),
        "Arguments": job("Train", arguments=arguments)["Arguments"],
    }
    parameters = [{"Name": "Rate", "DefaultValue": "1"}]
    driver.create(step, parameters=parameters)
    failed = driver.start()
    del driver.aws.outcomes["Train"]
    first = driver.start()
    other = driver.start(PipelineParameters=[{"Name": "Rate", "Value": "2"}])
    driver.create(step, parameters=parameters, name="elsewhere")
    elsewhere = driver.start("elsewhere")
    clock = driver.aws._settings.clock
    driver.aws._settings.clock = lambda: clock() + timedelta(minutes=6)
    late = driver.start()

    jobs = [driver.job(entry, "Train") for entry in (failed, first, other, elsewhere, late)]
    assert len(set(jobs)) == 5
    assert driver.job(late, "Train") == driver.job(driver.start(), "Train")


@pytest.mark.parametrize(
    "step_type", sorted(CACHED & {kind.step_type for kind in JOB_KINDS} - {"Training"})
)
def test_a_cache_hit_of_every_kind_creates_no_job(driver: Driver, step_type: str) -> None:
    """The second run lists the job of the first."""
    driver.create({**job("Step", step_type), "CacheConfig": {"Enabled": True}})
    first, second = driver.start(), driver.start()

    assert driver.job(first, "Step") == driver.job(second, "Step")
    actual = driver.step(second, "Step")["CacheHitResult"]
    assert actual == {"SourcePipelineExecutionArn": first}


@pytest.mark.parametrize(
    ("step_type", "key"), [(step_type, key) for step_type, keys in _KEYS.items() for key in keys]
)
def test_the_documented_arguments_decide_a_cache_hit(step_type: str, key: str) -> None:
    """The developer guide lists them for each step type."""

    def of(**more: Any) -> str:
        step = job("Step", step_type)
        return signature({**step, "Arguments": {**step["Arguments"], **more}})

    assert of() != of(**{key: {"changed": True}})
    assert of() == of(RoleArn="arn:aws:iam::123456789012:role/other", Tags=[])


@pytest.mark.parametrize(
    "config", [[], {"Enabled": "yes"}, {"Enabled": True, "ExpireAfter": "soon"}]
)
def test_an_invalid_cache_config_is_refused(driver: Driver, config: Any) -> None:
    """CreatePipeline refuses an invalid cache configuration."""
    with pytest.raises(ClientError, match="ValidationException"):
        driver.create(job("Train", CacheConfig=config))


def test_a_duration_has_either_documented_form() -> None:
    """The forms are those of the developer guide and of ISO 8601."""

    def read(after: str) -> timedelta | None:
        return Caching.of(cached(ExpireAfter=after)).expire_after

    assert read("p30d") == read("30d") == timedelta(30)
    assert read("T16m") == timedelta(minutes=16)
    assert read("P4DT12H") == timedelta(4, hours=12)


def retried(*policies: Any, step_type: str = "Training") -> Any:
    """A step with retry policies."""
    return job("Train", step_type, RetryPolicies=list(policies))


CAPACITY = {"ExceptionType": ["SageMaker.CAPACITY_ERROR"], "MaxAttempts": 2}
LOST = RuntimeError("CapacityError: Unable to provision requested ML compute capacity.")


@pytest.mark.parametrize(
    ("policies", "outcomes", "attempts", "status"),
    [
        ([CAPACITY], [LOST, "Succeeded"], 2, "Succeeded"),
        ([CAPACITY], [LOST, LOST, "Succeeded"], 3, "Succeeded"),
        ([CAPACITY], [LOST], 3, "Failed"),
        ([CAPACITY], ["Failed", "Succeeded"], 1, "Failed"),
        ([], [LOST, "Succeeded"], 1, "Failed"),
        ([{**CAPACITY, "MaxAttempts": 0}], [LOST, "Succeeded"], 1, "Failed"),
        (
            # 60, 120 and 240 seconds: the third is over five minutes.
            [
                {
                    "ExceptionType": ["SageMaker.CAPACITY_ERROR"],
                    "IntervalSeconds": 60,
                    "ExpireAfterMin": 5,
                }
            ],
            [LOST],
            3,
            "Failed",
        ),
    ],
)
def test_a_retry_policy_limits_the_attempts(
    driver: Driver, policies: Any, outcomes: Any, attempts: int, status: str
) -> None:
    """A step is retried after a failure of a named type, up to the policy's number of attempts."""
    driver.aws.outcomes["Train"] = outcomes
    execution = driver.run(retried(*policies))
    step = driver.step(execution, "Train")

    assert (step["AttemptCount"], step["StepStatus"]) == (attempts, status)
    created = driver.client.list_training_jobs()["TrainingJobSummaries"]
    assert attempts == len(created)
    assert driver.status(execution) == status


def test_a_tuning_step_is_not_retried_after_an_internal_error(driver: Driver) -> None:
    """The developer guide documents this exception."""
    driver.aws.outcomes["Train"] = [RuntimeError("InternalServerError"), "Succeeded"]
    policy = {"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "MaxAttempts": 3}
    tuned = retried(policy, step_type="Tuning")
    assert 1 == driver.step(driver.run(tuned), "Train")["AttemptCount"]


@pytest.mark.parametrize(
    "policy",
    [
        7,
        {},
        {"ExceptionType": ["Nope"]},
        {"ExceptionType": [{}]},
        {**CAPACITY, "MaxAttempts": 21},
        {**CAPACITY, "MaxAttempts": -1},
    ],
)
def test_an_invalid_retry_policy_is_refused(driver: Driver, policy: Any) -> None:
    """CreatePipeline refuses an invalid retry policy."""
    with pytest.raises(ClientError, match=r"ValidationException.*retry policy"):
        driver.create(retried(policy))


ASK = {
    "Name": "Ask",
    "Type": "Callback",
    "SqsQueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q",
    "OutputParameters": [
        {"OutputName": "word", "OutputType": "String"},
        {"OutputName": "count", "OutputType": "Integer"},
    ],
}


def waiting(driver: Driver, *steps: Any) -> tuple[str, str]:
    """An execution that waits for an answer, and the token that it waits for."""
    driver.aws.outcomes["Ask"] = "Executing"
    execution = driver.run(*steps)
    listed = driver.steps(execution)
    [token] = (
        s["Metadata"]["Callback"]["CallbackToken"] for s in listed if "Callback" in s["Metadata"]
    )
    return execution, token


def test_a_callback_success_passes_its_outputs_on_once(driver: Driver) -> None:
    """Waiting steps use the outputs; a second answer is refused."""
    use = {
        "HyperParameters": {"w": get("Steps.Ask.OutputParameters['word']")},
        "ResourceConfig": {"InstanceCount": get("Steps.Ask.OutputParameters['count']")},
    }
    execution, token = waiting(driver, ASK, job("Train", arguments=use))
    assert driver.statuses(execution) == {"Ask": "Executing"}
    outputs = [{"Name": "word", "Value": "yes"}, {"Name": "count", "Value": "3"}]
    send = driver.client.send_pipeline_execution_step_success
    with pytest.raises(ClientError, match="its type is Integer"):
        send(CallbackToken=token, OutputParameters=[{"Name": "count", "Value": "many"}])
    with pytest.raises(ClientError, match="declares no output named 'other'"):
        send(CallbackToken=token, OutputParameters=[{"Name": "other", "Value": "1"}])
    options = {"CallbackToken": token, "OutputParameters": outputs, "ClientRequestToken": TOKEN}
    assert (
        send(**options)["PipelineExecutionArn"]
        == send(**options)["PipelineExecutionArn"]
        == execution
    )
    train = driver.client.describe_training_job(TrainingJobName=driver.job(execution, "Train"))

    assert driver.statuses(execution) == {"Ask": "Succeeded", "Train": "Succeeded"}
    assert (train["HyperParameters"], train["ResourceConfig"]["InstanceCount"]) == ({"w": "yes"}, 3)
    assert driver.step(execution, "Ask")["Metadata"]["Callback"]["OutputParameters"] == outputs
    assert driver.status(execution) == "Succeeded"
    with pytest.raises(ClientError, match=r"ConflictException.*is Succeeded"):
        send(CallbackToken=token)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        send(CallbackToken="0123456789")


def test_a_callback_failure_fails_the_step(driver: Driver) -> None:
    """A callback failure fails the step with its reason, and dependent steps don't run."""
    execution, token = waiting(driver, ASK, job("Train", DependsOn=["Ask"]))
    driver.client.send_pipeline_execution_step_failure(CallbackToken=token, FailureReason="no")

    assert driver.statuses(execution) == {"Ask": "Failed"}
    assert driver.step(execution, "Ask")["FailureReason"] == "no"
    assert driver.status(execution) == "Failed"


def test_a_callback_in_a_loop_continues_the_loop(driver: Driver) -> None:
    """The loop waits until the answer arrives."""
    execution, token = waiting(driver, loop("Each", ["a"], [ASK, job("In", DependsOn=["Ask"])]))
    assert driver.statuses(execution) == {"Each": "Executing", "Ask-0": "Executing"}
    driver.client.send_pipeline_execution_step_success(CallbackToken=token)
    assert set(driver.statuses(execution).values()) == {"Succeeded"}
    assert "In-0" in driver.statuses(execution)


def test_a_second_run_updates_the_endpoint(driver: Driver) -> None:
    """It creates another configuration for the endpoint."""
    driver.client.create_model(ModelName="model", ExecutionRoleArn=driver.role, **LEAST["Model"])
    config = {"Name": "Config", "Type": "EndpointConfig", "Arguments": LEAST["EndpointConfig"]}
    calls: list[Any] = []
    driver.aws.authorize = calls.append
    driver.create(config, deployment(get("Steps.Config.EndpointConfigName")))
    actual = []
    for _ in range(2):
        execution = driver.start()
        assert driver.status(execution) == "Succeeded", driver.steps(execution)
        live = driver.client.describe_endpoint(EndpointName="live")
        arn = driver.step(execution, "Config")["Metadata"]["EndpointConfig"]["Arn"]
        assert arn.endswith(f"endpoint-config/{live['EndpointConfigName']}")
        assert live["EndpointConfigName"].startswith("config-")
        actual.append(live["EndpointConfigName"])
    requested = [call.action for call in calls if call.step == "Endpoint"]

    assert actual[0] != actual[1]
    assert requested.index("sagemaker:CreateEndpoint") < requested.index("sagemaker:UpdateEndpoint")
    assert 2 == len(driver.client.list_endpoint_configs()["EndpointConfigs"])
    with pytest.raises(ClientError, match="Cannot create already existing endpoint"):
        driver.client.create_endpoint(EndpointName="live", EndpointConfigName=actual[0])
    with pytest.raises(ClientError, match="Could not find endpoint"):
        driver.client.update_endpoint(EndpointName="none", EndpointConfigName=actual[0])


def deployed(driver: Driver) -> None:
    """Create a model, a configuration and an endpoint."""
    client = driver.client
    client.create_model(ModelName="model", ExecutionRoleArn=driver.role, **LEAST["Model"])
    client.create_endpoint_config(**LEAST["EndpointConfig"])
    client.create_endpoint(EndpointName="live", EndpointConfigName="config")


@pytest.mark.parametrize(
    ("noun", "name"), [("Model", "model"), ("EndpointConfig", "config"), ("Endpoint", "live")]
)
def test_a_description_conforms_to_its_shape(driver: Driver, noun: str, name: str) -> None:
    """SDK v3's resources can read the description."""
    deployed(driver)
    operation = f"describe_{camelcase_to_underscores(noun)}"
    response = getattr(driver.client, operation)(**{f"{noun}Name": name})
    del response["ResponseMetadata"]
    shape = get_service_model("sagemaker").operation_model(f"Describe{noun}").output_shape
    assert [] == list(violations(response, shape))
    try:
        from sagemaker.core import resources
    except ImportError:
        return  # SDK v2 and environments without an SDK have no such classes
    read = getattr(resources, noun).get(name, session=driver.aws.boto_session, region="us-east-1")
    assert name == read.get_name()


def test_an_endpoint_without_a_configuration_fails_the_step(driver: Driver) -> None:
    """The step fails with the service's message."""
    step = driver.step(driver.run(deployment("none")), "Endpoint")
    assert "Failed to invoke sagemaker:CreateEndpoint. Error Details: " in step["FailureReason"]


def test_a_tuning_job_creates_its_training_jobs(driver: Driver) -> None:
    """Their number is the configured one, and the best job is among them."""
    execution = driver.run(job("Tune", "Tuning"))
    name = driver.job(execution, "Tune")
    client = driver.client
    listed = client.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name
    )["TrainingJobSummaries"]
    tuning = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    best = tuning["BestTrainingJob"]["TrainingJobName"]
    described = client.describe_training_job(TrainingJobName=best)

    assert len(listed) == 4
    assert best == listed[0]["TrainingJobName"]
    assert described["TuningJobArn"] == tuning["HyperParameterTuningJobArn"]
    assert described["HyperParameters"] == {"epochs": "3"}


def test_a_tag_with_an_existing_key_replaces_the_value(driver: Driver) -> None:
    """Other tags stay."""
    driver.create(job("A"), Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}])
    arn = driver.client.describe_pipeline(PipelineName="pipe")["PipelineArn"]
    driver.client.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}])
    tags = driver.client.list_tags(ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "1"}]


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn"), ("eu-west-1", "aws")],
)
def test_a_role_arn_has_the_partition_of_the_region(region: str, partition: str) -> None:
    """A pipeline runs under the role."""
    with EmbeddedAWS(region) as aws:
        driver = Driver(aws)
        assert driver.role == f"arn:{partition}:iam::123456789012:role/pipeline"
        assert driver.status(driver.run(job("A"))) == "Succeeded"
