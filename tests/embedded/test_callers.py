"""Direct calls under policies: principals, condition keys and resources."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.utils import get_service_model

from sm_prefix_ext import iam
from sm_prefix_ext.core.arns import ArnScope
from sm_prefix_ext.core.service_data import service_data
from sm_prefix_ext.embedded import EmbeddedAWS
from sm_prefix_ext.embedded.auth.api_permissions import direct_requests

from ..unit.iam.pipelines import ACCOUNT, PIPELINES, REGION, WORKER, plan
from .conftest import Driver
from .policies import HEAD, allow, client_of, document, transform


@pytest.fixture
def caller() -> Any:
    """An embedded AWS that authorizes callers, and a function to call as a role."""
    with EmbeddedAWS(enforce_callers=True) as aws:

        def as_role(name: str, *statements: Any, session: Any = None, **more: Any) -> Any:
            role = aws.create_role(name, [document(*statements)])
            if session is not None:
                more["Policy"] = session if isinstance(session, str) else json.dumps(session)
            sts = aws.client("sts")
            return client_of(
                sts.assume_role(RoleArn=role, RoleSessionName="me", **more)["Credentials"]
            )

        yield aws, as_role


def user_of(aws: EmbeddedAWS, *statements: Any, name: str = "alice", **more: Any) -> Any:
    """A user with a policy, and an access key of its own."""
    client = aws.client("iam")
    client.create_user(UserName=name, **more)
    if statements:
        text = json.dumps(document(*statements))
        client.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=text)
    return client.create_access_key(UserName=name)["AccessKey"]


def refusal(call: Any, *arguments: Any, **named: Any) -> tuple[str, str]:
    """The code and the message with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call(*arguments, **named)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_denied_caller_gets_the_services_error(caller: Any) -> None:
    """The embedded AWS's own key is never denied."""
    aws, as_role = caller
    client = as_role(
        "scientist", allow("sagemaker:CreateTransformJob", f"{HEAD}transform-job/team-a-*")
    )
    transform(client, "team-a-1")
    with pytest.raises(ClientError) as refused:
        transform(client, "team-b-1")
    assert "AccessDeniedException" == refused.value.response["Error"]["Code"]
    assert (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/scientist/me is not authorized to perform: "
        f"sagemaker:CreateTransformJob on resource: {HEAD}transform-job/team-b-1 because no "
        "identity-based policy allows the sagemaker:CreateTransformJob action"
    ) == refused.value.response["Error"]["Message"]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.describe_transform_job(TransformJobName="team-a-1")
    with pytest.raises(ClientError, match="perform: sagemaker:AddTags"):
        transform(client, "team-a-2", Tags=[{"Key": "a", "Value": "b"}])
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.list_transform_jobs()
    transform(aws.client("sagemaker"), "team-b-1")


def test_a_session_policy_restricts_a_role_session(caller: Any) -> None:
    """A call needs an Allow in role policy and session policy."""
    _, as_role = caller
    client = as_role("wide", allow("sagemaker:*", "*"), session=document(allow("s3:*", "*")))
    with pytest.raises(ClientError, match="because no session policy allows"):
        transform(client, "team-a-1")


def test_a_policy_of_a_group_applies_to_its_users(caller: Any) -> None:
    """A user without policies is denied until its group has one."""
    aws, _ = caller
    client = aws.client("iam")
    client.create_user(UserName="alice")
    client.create_group(GroupName="team")
    client.add_user_to_group(GroupName="team", UserName="alice")
    mine = client_of(client.create_access_key(UserName="alice")["AccessKey"])
    with pytest.raises(ClientError, match="user/alice is not authorized"):
        transform(mine, "team-a-1")
    granted = document(allow("sagemaker:CreateTransformJob", "*"))
    client.put_group_policy(GroupName="team", PolicyName="p", PolicyDocument=json.dumps(granted))
    transform(mine, "team-a-1")


def test_the_author_policy_allows_its_pipeline_only(caller: Any) -> None:
    """It allows creating, starting and watching the pipeline, and no other pipeline or role."""
    aws, as_role = caller
    role = aws.create_role("pipeline", [iam.execution_role_policy(plan("jobs"))])
    aws.create_role("worker")
    client = as_role("author", *iam.author_policy(plan("jobs")).statements)
    definition = json.dumps({"Version": "2020-12-01", **PIPELINES["jobs"]})
    arguments = {"PipelineDefinition": definition, "RoleArn": role}
    client.create_pipeline(
        PipelineName="team-a-pipe", Tags=[{"Key": "k", "Value": "v"}], **arguments
    )
    client.update_pipeline(PipelineName="team-a-pipe", **arguments)
    execution = client.start_pipeline_execution(PipelineName="team-a-pipe")
    assert client.list_pipeline_execution_steps(
        **{"PipelineExecutionArn": execution["PipelineExecutionArn"]}
    )
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.create_pipeline(PipelineName="other", **arguments)
    with pytest.raises(ClientError, match="perform: iam:PassRole on resource"):
        client.update_pipeline(
            PipelineName="team-a-pipe", PipelineDefinition=definition, RoleArn=WORKER
        )


def test_direct_calls_need_no_permissions_by_default(driver: Driver) -> None:
    """A transform job of any name can be created."""
    created = transform(driver.client, "anything-1")
    assert f"{HEAD}transform-job/anything-1" == created["TransformJobArn"]


UNRECOGNIZED = (
    "UnrecognizedClientException",
    "The security token included in the request is invalid.",
)


def test_a_key_without_a_known_owner_is_refused(caller: Any) -> None:
    """The key is unknown, deleted, inactive, or of an unknown session."""
    aws, _ = caller
    iam_client = aws.client("iam")
    key = user_of(aws, allow("*", "*"))
    sts = client_of(key, "sts")
    transform(client_of(key), "team-a-1")
    unknown_key = {"AccessKeyId": "AKIAABCDEFGHIJKLMNOP", "SecretAccessKey": "x"}
    for credentials in (
        unknown_key,
        sts.get_session_token()["Credentials"],
        sts.get_federation_token(Name="bob")["Credentials"],
    ):
        assert UNRECOGNIZED == refusal(transform, client_of(credentials), "team-a-2")
    named = {"UserName": "alice", "AccessKeyId": key["AccessKeyId"]}
    iam_client.update_access_key(**named, Status="Inactive")
    assert UNRECOGNIZED == refusal(transform, client_of(key), "team-a-2")
    iam_client.delete_access_key(**named)
    assert UNRECOGNIZED == refusal(transform, client_of(key), "team-a-2")


def test_a_session_of_an_unknown_role_is_refused(caller: Any) -> None:
    """The role is deleted, missing, or in another account."""
    aws, as_role = caller
    deleted = as_role("deleted", allow("*", "*"))
    client = aws.client("iam")
    client.delete_role_policy(RoleName="deleted", PolicyName="policy-0")
    client.delete_role(RoleName="deleted")
    assert UNRECOGNIZED == refusal(transform, deleted, "team-a-1")
    for role in ("arn:aws:iam::999999999999:role/other", f"arn:aws:iam::{ACCOUNT}:role/never"):
        assumed = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
        assert UNRECOGNIZED == refusal(transform, client_of(assumed), "team-a-1")


def test_a_role_of_another_account(caller: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sessions are denied, since no resource-based policy allows them."""
    aws, as_role = caller
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "999999999999")
    client = as_role("other", allow("*", "*"))
    monkeypatch.setenv("MOTO_ACCOUNT_ID", aws.account_id)
    code, message = refusal(transform, client, "team-a-1")
    assert "AccessDeniedException" == code
    assert message.endswith(
        "because its account is 999999999999, and no resource-based policy allows it"
    )


def test_a_managed_session_policy_restricts_a_role_session(caller: Any) -> None:
    """PolicyArns apply like the inline session policy; any of them may allow a call."""
    aws, as_role = caller
    text = json.dumps(document(allow("s3:*", "*")))
    created = aws.client("iam").create_policy(PolicyName="s3", PolicyDocument=text)["Policy"]["Arn"]
    everything = allow("*", "*")
    arguments: dict[str, Any] = {"PolicyArns": [{"arn": created}]}
    assert refusal(transform, as_role("one", everything, **arguments), "team-a-1")[1].endswith(
        "because no session policy allows the sagemaker:CreateTransformJob action"
    )
    transform(as_role("two", everything, session=document(everything), **arguments), "team-a-2")
    missing = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    client = as_role("three", everything, PolicyArns=[{"arn": missing}])
    assert refusal(transform, client, "team-a-3")[1].endswith(
        f"because its session policy {missing} isn't on the embedded AWS"
    )


def test_session_tags_are_tags_of_the_principal(caller: Any) -> None:
    """The condition key is ``aws:PrincipalTag``."""
    _, as_role = caller
    tagged = allow("*", "*", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}})
    with pytest.raises(ClientError, match="AccessDenied"):
        transform(as_role("untagged", tagged), "team-a-1")
    transform(as_role("tagged", tagged, Tags=[{"Key": "team", "Value": "a"}]), "team-a-1")


@pytest.mark.parametrize(
    "policy",
    ["{nonsense", json.dumps(document({"Effect": "Maybe", "Action": "*", "Resource": "*"}))],
)
def test_an_invalid_session_policy_allows_nothing(caller: Any, policy: str) -> None:
    """The message says that the policy cannot be read."""
    _, as_role = caller
    code, message = refusal(
        transform, as_role("broken", allow("*", "*"), session=policy), "team-a-1"
    )
    assert "AccessDeniedException" == code
    assert "because the embedded AWS can't read its session policy: " in message


def test_a_session_from_before_the_embedded_aws_is_denied() -> None:
    """Its policies are unknown."""
    with mock_aws():
        iam_client, sts = (boto3.client(entry, region_name=REGION) for entry in ("iam", "sts"))
        trust = json.dumps(document())
        role = iam_client.create_role(RoleName="old", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        old = sts.assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
        with EmbeddedAWS(enforce_callers=True):
            assert (
                "because its session was created before"
                in refusal(transform, client_of(old), "a")[1]
            )


def test_the_boundary_of_a_user_applies(caller: Any) -> None:
    """Moto itself drops a user's boundary."""
    aws, _ = caller
    text = json.dumps(document(allow("s3:*", "*")))
    bound = aws.client("iam").create_policy(PolicyName="b", PolicyDocument=text)["Policy"]["Arn"]
    key = user_of(aws, allow("*", "*"), PermissionsBoundary=bound)
    assert "because no permissions boundary allows" in refusal(transform, client_of(key), "a")[1]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:username", "alice"),
        ("aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:user/alice"),
        ("aws:PrincipalAccount", ACCOUNT),
        ("aws:PrincipalType", "User"),
        ("aws:RequestedRegion", REGION),
        ("aws:ResourceAccount", ACCOUNT),
        ("aws:SecureTransport", "true"),
        ("aws:ViaAWSService", "false"),
    ],
)
def test_condition_keys_of_a_user_have_their_values(caller: Any, key: str, value: str) -> None:
    """A condition with the value allows a call; one with another value does not."""
    aws, _ = caller
    alice = user_of(aws, allow("*", "*", Condition={"StringLike": {key: value}}))
    created = transform(client_of(alice), "team-a-1")
    assert f"{HEAD}transform-job/team-a-1" == created["TransformJobArn"]
    other = user_of(aws, allow("*", "*", Condition={"StringLike": {key: "no"}}), name="bob")
    assert "no identity-based policy allows" in refusal(transform, client_of(other), "b")[1]


def test_the_condition_key_userid_is_the_users_id(caller: Any) -> None:
    """It has the ID that IAM generated, and no other."""
    aws, _ = caller
    key = user_of(aws)
    client = aws.client("iam")
    known = {"aws:userid": client.get_user(UserName="alice")["User"]["UserId"]}

    def put(operator: str) -> None:
        text = json.dumps(document(allow("*", "*", Condition={operator: known})))
        client.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=text)

    put("StringEquals")
    created = transform(client_of(key), "team-a-1")
    assert f"{HEAD}transform-job/team-a-1" == created["TransformJobArn"]
    put("StringNotEquals")
    assert "AccessDeniedException" == refusal(transform, client_of(key), "team-a-2")[0]


def test_a_policy_variable_is_the_users_name(caller: Any) -> None:
    """The variable is in the resource of a policy."""
    aws, _ = caller
    own = allow("sagemaker:*", f"{HEAD}transform-job/${{aws:username}}-*")
    client = client_of(user_of(aws, own))
    transform(client, "alice-1")
    assert "AccessDeniedException" == refusal(transform, client, "bob-1")[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/r"),
        ("aws:PrincipalType", "AssumedRole"),
        ("aws:userid", "AROA*:me"),
    ],
)
def test_condition_keys_of_a_role_session_have_their_values(
    caller: Any, key: str, value: str
) -> None:
    """The role is the principal, so there is no user name."""
    _, as_role = caller
    like = {"StringLike": {key: value}, "Null": {"aws:username": "true"}}
    created = transform(as_role("r", allow("*", "*", Condition=like)), "team-a-1")
    assert f"{HEAD}transform-job/team-a-1" == created["TransformJobArn"]
    unlike = allow("*", "*", Condition={**like, "StringLike": {key: "no"}})
    assert "AccessDeniedException" == refusal(transform, as_role("q", unlike), "team-a-2")[0]


@pytest.mark.parametrize("key", ["aws:CurrentTime", "aws:EpochTime"])
def test_condition_keys_of_time_are_the_time_of_the_call(caller: Any, key: str) -> None:
    """A condition on an earlier time allows a call; one on a later time does not."""
    aws, _ = caller
    now = datetime.now(timezone.utc)
    before, after = (
        (now + timedelta(hours=hours)).isoformat(timespec="seconds") for hours in (-1, 1)
    )
    within = {"DateGreaterThan": {key: before}, "DateLessThan": {key: after}}
    created = transform(client_of(user_of(aws, allow("*", "*", Condition=within))), "team-a-1")
    assert f"{HEAD}transform-job/team-a-1" == created["TransformJobArn"]
    late = allow("*", "*", Condition={"DateGreaterThan": {key: after}})
    client = client_of(user_of(aws, late, name="bob"))
    assert "no identity-based policy allows" in refusal(transform, client, "team-a-2")[1]


def test_condition_keys_of_tags_are_those_of_the_request(caller: Any) -> None:
    """Tags that the request lacks are absent, for every Create operation."""
    aws, _ = caller
    tagged = {
        "StringEquals": {"aws:RequestTag/team": "a"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
        "Null": {"aws:RequestTag/other": "true"},
    }
    client = client_of(user_of(aws, allow("sagemaker:*", "*", Condition=tagged)))
    tags = [{"Key": "team", "Value": "a"}]
    transform(client, "team-a-1", Tags=tags)
    client.create_experiment(ExperimentName="team-a", Tags=tags)
    expected = "because no identity-based policy allows the sagemaker:CreateExperiment action"
    for other in ([], [{"Key": "team", "Value": "b"}], [*tags, {"Key": "other", "Value": "c"}]):
        assert refusal(client.create_experiment, ExperimentName="b", Tags=other)[1].endswith(
            expected
        )
    without = allow("sagemaker:*", "*", Condition={"Null": {"aws:TagKeys": "true"}})
    client_of(user_of(aws, without, name="bob")).create_experiment(ExperimentName="bob")


def test_an_invalid_arn_is_denied_or_refused(caller: Any) -> None:
    """It circumvents no policy, and causes no internal error."""
    aws, as_role = caller
    client = as_role("narrow", allow("sagemaker:*", f"{HEAD}training-job/*"))
    assert "AccessDeniedException" == refusal(client.describe_pipeline, PipelineName="arn:bad")[0]
    own = aws.client("sagemaker")
    assert "ValidationException" == refusal(own.describe_pipeline, PipelineName="arn:bad")[0]
    aws.client("sagemaker").create_pipeline(
        PipelineName="p",
        PipelineDefinition=json.dumps({"Version": "2020-12-01", "Steps": []}),
        RoleArn=aws.create_role("pipeline"),
    )
    named = f"{HEAD}training-job/pipeline/p"
    assert "ValidationException" == refusal(client.describe_pipeline, PipelineName=named)[0]


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        (
            "UpdateModelPackage",
            {"ModelPackageArn": f"{HEAD}model-package/g/1"},
            "model-package/g/1",
        ),
        (
            "ListTrainingJobsForHyperParameterTuningJob",
            {"HyperParameterTuningJobName": "team-a"},
            "hyper-parameter-tuning-job/team-a",
        ),
        ("CreateNotebookInstance", {"NotebookInstanceName": "n"}, "notebook-instance/n"),
        (
            "CreatePresignedNotebookInstanceUrl",
            {"NotebookInstanceName": "n"},
            "notebook-instance/n",
        ),
        ("DescribeHumanTaskUi", {"HumanTaskUiName": "n"}, "human-task-ui/n"),
        ("CreateAIBenchmarkJob", {"AIBenchmarkJobName": "n"}, "ai-benchmark-job/n"),
        ("StopMlflowTrackingServer", {"TrackingServerName": "n"}, "mlflow-tracking-server/n"),
        (
            "CreateModelBiasJobDefinition",
            {"JobDefinitionName": "n", "RoleArn": WORKER},
            "model-bias-job-definition/n",
        ),
        (
            "DescribeInferenceRecommendationsJob",
            {"JobName": "n"},
            "inference-recommendations-job/n",
        ),
        ("DescribeJob", {"JobName": "n", "JobCategory": "AgentRFT"}, "job/AgentRFT/n"),
        ("StartPipelineExecution", {"PipelineName": "p", "RoleArn": WORKER}, "pipeline/p"),
        ("UpdatePipelineVersion", {"PipelineArn": f"{HEAD}pipeline/p"}, "pipeline/p"),
        ("CreateModelPackage", {"ModelPackageGroupName": "g"}, "model-package/g/*"),
        ("DescribeArtifact", {"ArtifactArn": f"{HEAD}artifact/0a"}, "artifact/0a"),
        ("DescribeUserProfile", {"DomainId": "d-1", "UserProfileName": "n"}, "user-profile/*"),
        (
            "CreateCompilationJob",
            {"CompilationJobName": "n", "ModelPackageVersionArn": f"{HEAD}model-package/g/1"},
            "compilation-job/n",
        ),
        ("DescribeModel", {"ModelName": f"{HEAD}model/n"}, "model/n"),
        ("ListCandidatesForAutoMLJob", {"AutoMLJobName": "n"}, None),
        ("ListTrialComponents", {"TrialName": "n"}, None),
        ("RenderUiTemplate", {"RoleArn": WORKER}, None),
        ("ListTrainingJobs", {}, None),
    ],
)
def test_the_resource_of_a_call(operation: str, params: Any, resource: str | None) -> None:
    """It is the resource that the call acts on, not one that it refers to."""
    home = ArnScope("aws", REGION, ACCOUNT)
    requested = next(direct_requests(operation, params, home))
    assert ("*" if resource is None else HEAD + resource) == requested.resource


def test_resources_have_the_arn_form_of_botocores_model() -> None:
    """The test compares resources that a Describe operation reads by name."""
    model, home = get_service_model("sagemaker"), ArnScope("aws", REGION, ACCOUNT)
    compared = 0
    for operation in model.operation_names:
        noun = operation.removeprefix("Describe").removesuffix("V2")
        described = model.operation_model(operation)
        if noun == operation or described.input_shape is None:
            continue
        arguments = dict.fromkeys(described.input_shape.required_members, "x")
        requested = next(direct_requests(operation, arguments, home)).resource
        arn = described.output_shape.members.get(f"{noun}Arn")
        wanted = re.search(r":([a-z-]+)[\\]?/", arn.metadata.get("pattern", "") if arn else "")
        if wanted is not None and requested != "*":
            compared += 1
            assert wanted[1] == requested.removeprefix(HEAD).partition("/")[0], operation
    assert compared > 25


BY_TOKEN = {"SendPipelineExecutionStepFailure", "SendPipelineExecutionStepSuccess"}
"""Their requests have a token and no resource, so a policy must allow them on every resource."""


@pytest.mark.parametrize("operation", sorted(service_data()["operations"]))
def test_the_resource_type_of_a_call_is_in_the_reference(operation: str) -> None:
    """The reference lists the types of ARN for each action."""
    action, forms = service_data()["operations"][operation], service_data()["resource_types"]
    request = get_service_model("sagemaker").operation_model(operation).input_shape.members
    arns = {
        "PipelineExecutionArn": f"{HEAD}pipeline/p/execution/e",
        "PipelineArn": f"{HEAD}pipeline/p",
        "ResourceArn": f"{HEAD}model/n",
    }
    params = {field: arns.get(field, "n") for field in request if field.endswith(("Arn", "Name"))}
    asked = next(direct_requests(operation, params, ArnScope("aws", REGION, ACCOUNT))).resource
    types = {form.partition("/")[0] for kind in action["resource_types"] for form in forms[kind]}
    if operation in BY_TOKEN or not types:
        assert "*" == asked
    else:
        assert asked.removeprefix(HEAD).partition("/")[0] in types


def test_an_automl_job_of_v2_has_the_condition_keys_of_its_request() -> None:
    """Its subnets are in another field than those of the first version's request."""
    settings = {"SecurityConfig": {"VpcConfig": {"Subnets": ["subnet-1"]}}}
    params = {"AutoMLJobName": "n", **settings}
    asked = next(direct_requests("CreateAutoMLJobV2", params, ArnScope("aws", REGION, ACCOUNT)))
    assert "sagemaker:CreateAutoMLJobV2" == asked.action
    assert ["subnet-1"] == asked.facts.known["sagemaker:VpcSubnets"]
