"""What the guard lets pass and what it refuses, on raw boto3."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from sm_prefix_ext import PrefixPolicy, PrefixViolation, PrefixWarning, guard

TEAM = PrefixPolicy("team-a", short_prefix="ta")
GROUP = "arn:aws:sagemaker:us-east-1:111122223333:model-package-group/"


def session() -> boto3.Session:
    """A session of boto3."""
    return boto3.Session("key", "secret", region_name="us-east-1")


@pytest.fixture
def client() -> Any:
    """A client of SageMaker that answers by itself and remembers what it was about to send."""
    return answering(session().client("sagemaker"))


def answering(created: Any) -> Any:
    """Keep a client from the network."""
    created.sent = []

    def answer(model: Any, params: Any, **_: Any) -> Any:
        created.sent.append(model.name)
        return SimpleNamespace(status_code=200), {}

    created.meta.events.register("before-call.sagemaker", answer)
    return created


def requests(name: str, short: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A request of every kind, whole enough for botocore."""
    role = {"RoleArn": "arn:aws:iam::111122223333:role/job"}
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
    source = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in"}}}
    yield (
        "create_training_job",
        {"TrainingJobName": name, **role, "OutputDataConfig": {"S3OutputPath": "s3://b/out"}},
    )
    yield (
        "create_processing_job",
        {
            "ProcessingJobName": name,
            "ProcessingResources": {"ClusterConfig": {**resources, "VolumeSizeInGB": 1}},
            "AppSpecification": {"ImageUri": "image"},
            **role,
        },
    )
    yield (
        "create_transform_job",
        {
            "TransformJobName": name,
            "ModelName": "any",
            "TransformInput": source,
            "TransformOutput": {"S3OutputPath": "s3://b/out"},
            "TransformResources": resources,
        },
    )
    yield (
        "create_hyper_parameter_tuning_job",
        {
            "HyperParameterTuningJobName": short,
            "HyperParameterTuningJobConfig": {
                "Strategy": "Bayesian",
                "ResourceLimits": {"MaxParallelTrainingJobs": 1},
            },
        },
    )
    yield (
        "create_auto_ml_job",
        {
            "AutoMLJobName": short,
            "InputDataConfig": [{**source, "TargetAttributeName": "y"}],
            "OutputDataConfig": {"S3OutputPath": "s3://b/out"},
            **role,
        },
    )
    yield "create_model", {"ModelName": name}
    yield "create_model_package", {"ModelPackageName": name}
    yield (
        "create_compilation_job",
        {
            "CompilationJobName": name,
            **role,
            "OutputConfig": {"S3OutputLocation": "s3://b/out"},
            "StoppingCondition": {},
        },
    )


@pytest.mark.parametrize("operation", [operation for operation, _ in requests("n", "n")])
def test_a_name_inside_passes_and_one_outside_is_refused(client: Any, operation: str) -> None:
    """Refused before anything is sent, with what was got; never renamed."""
    inside = dict(requests("team-a-x", "ta-x"))[operation]
    outside = dict(requests("team-b", "team-b"))[operation]
    with guard(client, TEAM):
        with pytest.raises(PrefixViolation, match=r"Name=\) got 'team-b'"):
            getattr(client, operation)(**outside)
        assert [] == client.sent
        getattr(client, operation)(**inside)
        assert 1 == len(client.sent)
    getattr(client, operation)(**outside)
    assert 2 == len(client.sent)


def test_all_other_calls_are_left_alone(client: Any) -> None:
    """Endpoints, descriptions and lists are not its affair."""
    with guard(client, "team-a"):
        client.list_training_jobs()
        client.describe_training_job(TrainingJobName="of-b")
        client.create_endpoint(EndpointName="of-b", EndpointConfigName="of-b")
        client.stop_training_job(TrainingJobName="of-b")
    assert 4 == len(client.sent)


def test_a_missing_name_is_botocores_to_miss(client: Any) -> None:
    """Its own message says which parameter is required."""
    with guard(client, "team-a"), pytest.raises(Exception, match="Missing required parameter"):
        client.create_model_package_group()
    with guard(client, "team-a"), pytest.raises(Exception, match='parameter in input: "ModelName"'):
        client.create_model()


@pytest.mark.parametrize("group", ["models", GROUP + "models"])
def test_a_group_outside_gets_a_warning(client: Any, group: str) -> None:
    """A version goes by its group's name, which the service takes as it is."""
    with guard(client, "team-a"):
        with pytest.warns(PrefixWarning, match="PFX008"):
            client.create_model_package(ModelPackageGroupName=group)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            client.create_model_package(ModelPackageGroupName=group.replace("models", "team-a-m"))
    assert 2 == len(client.sent)


def test_a_long_name_is_the_services_to_refuse(client: Any) -> None:
    """A whole name may have 63 characters; the limit of 38 is for prefixes."""
    with guard(client, "team-a"):
        client.create_model(ModelName="team-a-" + "x" * 56)
    assert ["CreateModel"] == client.sent


def test_without_a_short_prefix_tuning_is_refused(client: Any) -> None:
    """No prefix of the policy fits such a job, and the message explains why."""
    request = dict(requests("n", "a-long-team-x"))["create_hyper_parameter_tuning_job"]
    with guard(client, "a-long-team"), pytest.raises(PrefixViolation) as caught:
        client.create_hyper_parameter_tuning_job(**request)
    [finding] = caught.value.findings
    assert "PFX010" == finding.code
    assert finding.message == (
        "CreateHyperParameterTuningJob(HyperParameterTuningJobName=) got 'a-long-team-x', which no "
        "prefix of the policy can cover. In a pipeline, the service takes 6 characters at most as "
        "the prefix of a job of type Tuning; the policy's 'a-long-team' has 11, and the policy has "
        "no short prefix."
    )
    assert finding.fix.endswith("of at most 6 characters, and begin the name with it.")


def test_removed_it_stands_no_more(client: Any) -> None:
    """A second removal does nothing, and another guard on the same client stays."""
    first, second = guard(client, "team-a"), guard(client, "team-a-x")
    first.remove()
    first.remove()
    with pytest.raises(PrefixViolation):
        client.create_model(ModelName="team-a-y")
    client.create_model(ModelName="team-a-x-y")
    second.remove()
    client.create_model(ModelName="other")


def test_a_sessions_clients_are_guarded_from_then_on() -> None:
    """Earlier clients are not guarded, and removing the guard removes it from later ones."""
    of = session()
    before = answering(of.client("sagemaker"))
    with guard(of, "team-a"):
        during = answering(of.client("sagemaker"))
        with pytest.raises(PrefixViolation):
            during.create_model(ModelName="other")
        before.create_model(ModelName="other")
    during.create_model(ModelName="other")


def test_a_discovered_policy(client: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default the discovered policy applies, and the message names its file."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="no policy was found; give it a prefix"):
        guard(client)
    (tmp_path / "sm-prefix.toml").write_text('prefix = "team-a"\n', encoding="utf-8")
    with guard(client), pytest.raises(PrefixViolation, match=r"sm-prefix\.toml"):
        client.create_model(ModelName="other")


def test_the_levels_of_a_policy_file(client: Any, tmp_path: Any) -> None:
    """Off lets a request through, a warning warns, and a warning made an error refuses."""

    def levels(**given: str) -> PrefixPolicy:
        rows = "".join(f'{code} = "{level}"\n' for code, level in given.items())
        file = tmp_path / "p.toml"
        file.write_text(f'prefix = "team-a"\n[findings]\n{rows}', encoding="utf-8")
        return PrefixPolicy.from_file(file)

    with guard(client, levels(PFX006="off", PFX008="off")):
        client.create_model(ModelName="other")
        client.create_model_package(ModelPackageGroupName="models")
    assert 2 == len(client.sent)
    with guard(client, levels(PFX006="warning")), pytest.warns(PrefixWarning, match="PFX006"):
        client.create_model(ModelName="other")
    assert 3 == len(client.sent)
    with (
        guard(client, levels(PFX008="error")),
        pytest.raises(PrefixViolation, match="PFX008  error"),
    ):
        client.create_model_package(ModelPackageGroupName="models")
    assert 3 == len(client.sent)


def test_wrong_calls_say_what_is_wanted() -> None:
    """A policy without a prefix, another service's client or another object is an error."""
    with pytest.raises(ValueError, match="the policy has no prefix"):
        guard(session(), PrefixPolicy())
    with pytest.raises(TypeError, match="a client of s3; wanted one of sagemaker"):
        guard(session().client("s3"), "team-a")
    with pytest.raises(TypeError, match=r"guard\(\) got dict; wanted"):
        guard({}, "team-a")
