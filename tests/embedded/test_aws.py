"""The context manager: its resources while it is open, and the state after it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import moto.iam.urls
import moto.sagemaker.urls
import moto.sts.urls
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.config import default_user_config
from moto.core.models import botocore_stubber
from moto.sagemaker.models import sagemaker_backends

import sm_prefix_ext
from sm_prefix_ext.embedded import EmbeddedAWS

from .conftest import Driver
from .definitions import job, text

ALLOW = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}


def global_state() -> dict[str, Any]:
    """The global state that an embedded AWS changes while it is open."""
    return {
        "environment": dict(os.environ),
        "session": boto3.DEFAULT_SESSION,
        "sagemaker": dict(moto.sagemaker.urls.url_paths),
        "iam": dict(moto.iam.urls.url_paths),
        "sts": dict(moto.sts.urls.url_paths),
        "config": json.dumps(default_user_config),
        "enabled": botocore_stubber.enabled,
        "pipelines": {
            account: [len(backend.pipelines) for backend in regions.values()]
            for account, regions in sagemaker_backends.items()
        },
    }


@pytest.fixture
def user_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A user's own AWS settings, which the embedded AWS must ignore and restore."""
    for variable, value in {
        "AWS_ACCESS_KEY_ID": "",
        "AWS_PROFILE": "no-such-profile",
        "AWS_ENDPOINT_URL": "http://localhost:1",
        "AWS_REGION": "ap-south-1",
        "MOTO_ACCOUNT_ID": "999999999999",
    }.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", object())
    yield


def work(aws: EmbeddedAWS) -> None:
    driver = Driver(aws)
    driver.run(job("Train"))
    os.environ["AWS_SESSION_TOKEN"] = "left behind"
    os.environ.pop("AWS_ACCESS_KEY_ID", None)
    boto3.setup_default_session(region_name="sa-east-1")


@pytest.mark.usefixtures("user_settings")
def test_closing_restores_the_global_state() -> None:
    """The state is that of environment, moto and boto3; the next embedded AWS is empty."""
    before = global_state()

    for _ in range(2):
        with EmbeddedAWS(account_id="111122223333") as aws:
            assert aws.client("sagemaker").list_pipelines()["PipelineSummaries"] == []
            work(aws)
        assert before == global_state()


@pytest.mark.usefixtures("user_settings")
def test_an_exception_restores_the_global_state() -> None:
    """The exception is raised in the block."""
    before = global_state()

    with pytest.raises(ZeroDivisionError), EmbeddedAWS() as aws:
        work(aws)
        raise ZeroDivisionError

    assert before == global_state()


def test_a_second_embedded_aws_is_refused() -> None:
    """The first stays open."""
    with EmbeddedAWS() as aws:
        with pytest.raises(RuntimeError, match=r"is open already"), EmbeddedAWS():
            pass
        assert aws.create_role("still") == "arn:aws:iam::123456789012:role/still"


def test_opening_inside_mock_aws_shares_its_state() -> None:
    """The other mock stays active afterwards."""
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="mine")
        before = global_state()
        with EmbeddedAWS() as aws:
            names = [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]]
            assert ["mine", aws.default_bucket] == names
        assert {**before, "pipelines": {}} == {**global_state(), "pipelines": {}}
        boto3.client("s3", region_name="us-east-1").head_bucket(Bucket="mine")


def test_an_embedded_aws_can_be_opened_again() -> None:
    """It is empty each time."""
    aws = EmbeddedAWS()
    for _ in range(2):
        with aws:
            assert [] == aws.client("iam").list_roles()["Roles"]
            aws.create_role("again")


def test_a_closed_embedded_aws_makes_no_client() -> None:
    """The error says that it must be open."""
    with pytest.raises(RuntimeError, match=r"needs an open embedded AWS"):
        EmbeddedAWS().client("s3")


@pytest.mark.parametrize("account", ["1", "12345678901x", None])
def test_an_invalid_account_id_is_refused(account: Any) -> None:
    """An account id has twelve digits."""
    with pytest.raises(ValueError, match=r"12 digits"):
        EmbeddedAWS(account_id=account)


@pytest.mark.parametrize("outcome", ["failed", None, 1])
def test_an_unknown_outcome_is_refused(outcome: Any) -> None:
    """The constructor raises, with the accepted outcomes."""
    with pytest.raises(ValueError, match=r"outcomes\['Train'\] is .*wanted one of 'Succeeded'"):
        EmbeddedAWS(outcomes={"Train": outcome})


def test_resources_are_in_the_given_region_and_account() -> None:
    """Resources are in the given region and account."""
    with EmbeddedAWS(region="eu-west-1", account_id="111122223333") as aws:
        driver = Driver(aws)
        execution = driver.run(job("Train"))

        assert aws.boto_session.region_name == "eu-west-1"
        assert aws.client("sts").get_caller_identity()["Account"] == "111122223333"
        assert driver.role == "arn:aws:iam::111122223333:role/pipeline"
        assert aws.default_bucket == "sagemaker-eu-west-1-111122223333"
        assert execution.startswith("arn:aws:sagemaker:eu-west-1:111122223333:pipeline/pipe/")
        arn = driver.step(execution, "Train")["Metadata"]["TrainingJob"]["Arn"]
        assert arn.startswith("arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-")


def test_arns_have_the_partition_of_the_region() -> None:
    """ARNs carry the partition of the region."""
    with EmbeddedAWS(region="cn-north-1") as aws:
        driver = Driver(aws)

        assert driver.run(job("Train")).startswith("arn:aws-cn:sagemaker:cn-north-1:")


def test_clients_of_the_default_session_use_the_embedded_aws(aws: EmbeddedAWS) -> None:
    """They have the region of the embedded AWS."""
    aws.create_role("seen")

    assert boto3.client("iam").get_role(RoleName="seen")["Role"]["RoleName"] == "seen"
    assert boto3.client("sagemaker").meta.region_name == "us-east-1"


def test_a_created_role_trusts_sagemaker_and_has_its_policies(aws: EmbeddedAWS) -> None:
    """Policies are dicts, JSON or policy documents."""

    class Document:
        def to_dict(self) -> dict[str, Any]:
            return ALLOW

    aws.create_role("worker", [ALLOW, json.dumps(ALLOW), Document()])
    iam = aws.client("iam")
    [statement] = iam.get_role(RoleName="worker")["Role"]["AssumeRolePolicyDocument"]["Statement"]
    names = iam.list_role_policies(RoleName="worker")["PolicyNames"]

    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert [
        iam.get_role_policy(RoleName="worker", PolicyName=name)["PolicyDocument"] for name in names
    ] == [ALLOW] * 3


def test_creating_an_existing_role_raises_iams_error(aws: EmbeddedAWS) -> None:
    """The error is unchanged."""
    aws.create_role("twice")
    with pytest.raises(ClientError, match=r"EntityAlreadyExists"):
        aws.create_role("twice")


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_creating_a_bucket_twice_is_not_an_error(region: str) -> None:
    """This holds in every region."""
    with EmbeddedAWS(region=region) as aws:
        assert "b" * 3 == aws.create_bucket("b" * 3) == aws.create_bucket("b" * 3)
        assert aws.default_bucket == aws.create_bucket(aws.default_bucket)


def test_a_simulation_without_actions_has_no_results(driver: Driver) -> None:
    """The role check of SDK v3 sends such a request."""
    iam = driver.aws.client("iam")
    response = iam.simulate_principal_policy(PolicySourceArn=driver.role, ActionNames=[])

    assert response["EvaluationResults"] == []
    assert not response["IsTruncated"]


def test_a_simulation_for_an_unknown_role_is_an_error(aws: EmbeddedAWS) -> None:
    """The error has IAM's code."""
    with pytest.raises(ClientError, match=r"NoSuchEntity"):
        aws.client("iam").simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:role/unknown", ActionNames=[]
        )


OTHER_PROCESS = """
    import boto3, json, sys
    client = boto3.client("sagemaker")
    arn = client.start_pipeline_execution(PipelineName="pipe")["PipelineExecutionArn"]
    steps = client.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    names = [step["StepName"] for step in steps["PipelineExecutionSteps"]]
    try:
        client.create_pipeline(PipelineName="bad", PipelineDefinition="no", RoleArn=sys.argv[1])
    except Exception as error:
        message = str(error)
    print(json.dumps([arn, names, message]))
"""


def test_another_process_uses_the_state_over_a_port(
    driver: Driver, capfd: pytest.CaptureFixture[str]
) -> None:
    """The port is on the loopback interface, and the server logs nothing."""
    pytest.importorskip("flask", reason="the server of moto is not installed")
    driver.create(job("Train"), job("Eval", "Processing", DependsOn=["Train"]))
    with driver.aws.serve() as server:
        assert server.url.startswith("http://127.0.0.1:")
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "MOTO_"))
        }
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(OTHER_PROCESS), driver.role],
            env={**environment, **server.environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    [execution, names, message] = json.loads(done.stdout)

    assert names == ["Eval", "Train"]
    assert driver.statuses(execution) == {"Train": "Succeeded", "Eval": "Succeeded"}
    assert "Unable to parse pipeline definition" in message
    assert capfd.readouterr() == ("", "")


def test_the_server_stops_with_the_block() -> None:
    """Stopping the server twice is not an error."""
    pytest.importorskip("flask", reason="the server of moto is not installed")
    with EmbeddedAWS() as aws:
        server = aws.serve()
    server.stop()
    with pytest.raises(RuntimeError, match=r"needs an open embedded AWS"):
        aws.serve()


def test_an_import_without_moto_names_the_package_to_install() -> None:
    """The import raises ``ImportError``."""
    blocked = textwrap.dedent(
        """
        import sys
        sys.modules["moto"] = None
        try:
            import sm_prefix_ext.embedded
        except ImportError as error:
            print(error)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", blocked],
        cwd=Path(sm_prefix_ext.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert (
        done.stdout.strip()
        == "sm_prefix_ext.embedded needs moto: pip install 'sm-prefix-ext[embedded]'"
    )


def test_motos_reset_clears_the_added_state(driver: Driver) -> None:
    """Its jobs and executions are unknown afterwards."""
    execution = driver.run(job("Auto", "AutoML"))
    sagemaker_backends["123456789012"]["us-east-1"].reset()

    assert driver.client.list_auto_ml_jobs()["AutoMLJobSummaries"] == []
    with pytest.raises(ClientError, match=r"does not exist"):
        driver.steps(execution)


def test_a_definition_is_described_unchanged(driver: Driver) -> None:
    """The text is that of the request."""
    driver.create(job("Train"))

    described = driver.client.describe_pipeline(PipelineName="pipe")

    assert text(job("Train")) == described["PipelineDefinition"]
