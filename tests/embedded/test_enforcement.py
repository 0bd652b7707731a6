"""The embedded AWS under policies: what the roles allow runs, what they don't is refused."""

from __future__ import annotations

import json
import re
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sm_prefix_ext import Plan, iam
from sm_prefix_ext.embedded import EmbeddedAWS
from sm_prefix_ext.iam.live import preflight_live, read_role
from sm_prefix_ext.iam.requests import of_execution_role

from ..unit.iam.pipelines import ACCOUNT, EXECUTION, PIPELINES, REGION, WORKER, plan
from .conftest import Driver
from .definitions import job

NAMES = list(PIPELINES)
HEAD = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:"


def document(*statements: Any) -> dict[str, Any]:
    """A policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    """A statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def run(aws: EmbeddedAWS, name: str, role: str) -> tuple[str, list[dict[str, Any]]]:
    """Run one of the pipelines under a role; its status and its steps, oldest first."""
    client, pipeline = aws.client("sagemaker"), "team-a-pipe"
    definition = json.dumps({"Version": "2020-12-01", **PIPELINES[name]})
    given = {"PipelineName": pipeline, "PipelineDefinition": definition, "RoleArn": role}
    there = client.list_pipelines()["PipelineSummaries"]
    (client.update_pipeline if there else client.create_pipeline)(**given)
    execution = client.start_pipeline_execution(PipelineName=pipeline, RoleArn=role)
    arn = execution["PipelineExecutionArn"]
    status = client.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]
    listed = client.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
    return status, listed["PipelineExecutionSteps"]


@pytest.mark.parametrize("name", NAMES)
def test_the_least_policy_is_enough_and_not_too_much(aws: EmbeddedAWS, name: str) -> None:
    """A run succeeds under it, and fails under it without any one of its statements."""
    aws.create_role("worker")
    policy = iam.execution_role_policy(plan(name))
    role = aws.create_role("pipeline", [policy])
    assert role == EXECUTION
    status, steps = run(aws, name, role)
    assert "Succeeded" == status, [step.get("FailureReason") for step in steps]
    client = aws.client("iam")
    for left_out, statement in enumerate(policy.statements):
        rest = [one for number, one in enumerate(policy.statements) if number != left_out]
        rest = rest or [allow("sqs:ListQueues", "*")]
        client.put_role_policy(
            RoleName="pipeline", PolicyName="policy-0", PolicyDocument=json.dumps(document(*rest))
        )
        status, steps = run(aws, name, role)
        assert "Failed" == status, statement
        reasons = [step["FailureReason"] for step in steps if step["StepStatus"] == "Failed"]
        assert all("is not authorized to perform: " in reason for reason in reasons)


def test_a_refusal_reads_like_the_services(driver: Driver) -> None:
    """The user, the action, the ARN, and which kind of policy has no Allow."""
    role = driver.aws.create_role("narrow", [document(allow("sagemaker:*", f"{HEAD}model/*"))])
    driver.create(job("Train"))
    execution = driver.start(RoleArn=role)
    step = driver.step(execution, "Train")
    identifier = execution.rsplit("/", 1)[-1]
    wanted = (
        "ClientError: Failed to invoke sagemaker:CreateTrainingJob. User: "
        f"arn:aws:sts::{ACCOUNT}:assumed-role/narrow/sagemaker-pipeline-{identifier}-Train is not "
        "authorized to perform: sagemaker:CreateTrainingJob on resource: "
        f"{HEAD}training-job/team-a-{identifier}-TOKEN because no identity-based policy allows "
        "the sagemaker:CreateTrainingJob action"
    )
    got = re.sub(r"-[A-Za-z0-9]{10} because", "-TOKEN because", step["FailureReason"])
    assert wanted == got
    assert "Failed" == driver.status(execution)
    assert driver.client.list_training_jobs()["TrainingJobSummaries"] == []


@pytest.mark.parametrize(
    ("missing", "action"),
    [
        ("sagemaker:CreateTrainingJob", "sagemaker:CreateTrainingJob"),
        ("sagemaker:AddTags", "sagemaker:AddTags"),
        ("iam:PassRole", "iam:PassRole"),
    ],
)
def test_each_action_is_asked(driver: Driver, missing: str, action: str) -> None:
    """Create, tag and pass; each is refused by itself."""
    actions = {"sagemaker:CreateTrainingJob", "sagemaker:AddTags", "iam:PassRole"} - {missing}
    role = driver.aws.create_role("some", [document(allow(sorted(actions), "*"))])
    driver.create(job("Train"))
    step = driver.step(driver.start(RoleArn=role), "Train")
    assert f"is not authorized to perform: {action} on resource" in step["FailureReason"]


def refused_by(driver: Driver, role: str) -> str:
    """How the sentence of a refusal ends."""
    resources = {"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1}}
    driver.create(job("Train", arguments=resources), name=f"pipe-{role.rsplit('/', 1)[-1]}")
    step = driver.step(driver.start(f"pipe-{role.rsplit('/', 1)[-1]}", RoleArn=role), "Train")
    return str(step.get("FailureReason"))


def test_explicit_denies(driver: Driver) -> None:
    """Are said to be."""
    denied = {**allow("sagemaker:Create*", f"{HEAD}training-job/team-a-*"), "Effect": "Deny"}
    role = driver.aws.create_role("denied", [document(allow("*", "*"), denied)])
    assert refused_by(driver, role).endswith("with an explicit deny in an identity-based policy")


def test_attached_policies_and_boundaries(driver: Driver) -> None:
    """Count as much as inline ones."""
    client = driver.aws.client("iam")
    role = driver.aws.create_role("attached", [])
    assert refused_by(driver, role).endswith("allows the sagemaker:CreateTrainingJob action")
    everything = client.create_policy(
        PolicyName="everything", PolicyDocument=json.dumps(document(allow("*", "*")))
    )["Policy"]["Arn"]
    client.attach_role_policy(RoleName="attached", PolicyArn=everything)
    driver.client.delete_pipeline(PipelineName="pipe-attached")
    assert "None" == refused_by(driver, role)
    bound = client.create_policy(
        PolicyName="bound", PolicyDocument=json.dumps(document(allow("s3:*", "*")))
    )["Policy"]["Arn"]
    client.put_role_permissions_boundary(RoleName="attached", PermissionsBoundary=bound)
    driver.client.delete_pipeline(PipelineName="pipe-attached")
    assert refused_by(driver, role).endswith(
        "because no permissions boundary allows the sagemaker:CreateTrainingJob action"
    )


def test_a_role_that_is_not_there(driver: Driver) -> None:
    """Starts nothing."""
    assert "there is no role" in refused_by(driver, f"arn:aws:iam::{ACCOUNT}:role/nobody")


def test_conditions_are_judged(driver: Driver) -> None:
    """On what the request and the role have; what nobody can tell is refused, and said."""
    aws = driver.aws
    for name, condition, end in (
        ("tag", {"StringEquals": {"aws:PrincipalTag/team": "a"}}, "None"),
        ("untagged", {"Null": {"aws:PrincipalTag/other": "true"}}, "None"),
        ("type", {"StringLike": {"sagemaker:InstanceTypes": "ml.p4*"}}, "CreateTrainingJob action"),
        ("address", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "hinges on it"),
    ):
        role = aws.create_role(name, [document(allow("*", "*", Condition=condition))])
        aws.client("iam").tag_role(RoleName=name, Tags=[{"Key": "team", "Value": "a"}])
        assert refused_by(driver, role).endswith(end), name


@pytest.fixture
def caller() -> Any:
    """An embedded AWS that judges callers, and a way to call as a role."""
    with EmbeddedAWS(enforce_callers=True) as aws:

        def as_role(name: str, *statements: Any, session: Any = None) -> Any:
            role = aws.create_role(name, [document(*statements)])
            more = {} if session is None else {"Policy": json.dumps(session)}
            credentials = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="me", **more)[
                "Credentials"
            ]
            return boto3.client(
                "sagemaker",
                region_name=REGION,
                aws_access_key_id=credentials["AccessKeyId"],
                aws_secret_access_key=credentials["SecretAccessKey"],
                aws_session_token=credentials["SessionToken"],
            )

        yield aws, as_role


def transform(client: Any, name: str, **more: Any) -> Any:
    """Create a transform job, which takes no role."""
    source = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in"}}}
    return client.create_transform_job(
        TransformJobName=name,
        ModelName="model",
        TransformInput=source,
        TransformOutput={"S3OutputPath": "s3://b/out"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        **more,
    )


def test_callers_are_judged_when_asked_for(caller: Any) -> None:
    """With the service's error code and words; the embedded AWS's own key may do everything."""
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


def test_session_policies_narrow(caller: Any) -> None:
    """What a session was given with it counts too."""
    _, as_role = caller
    client = as_role("wide", allow("sagemaker:*", "*"), session=document(allow("s3:*", "*")))
    with pytest.raises(ClientError, match="because no session policy allows"):
        transform(client, "team-a-1")


def test_users_and_their_groups(caller: Any) -> None:
    """A user's own policies and those of its groups."""
    aws, _ = caller
    client = aws.client("iam")
    client.create_user(UserName="alice")
    client.create_group(GroupName="team")
    client.add_user_to_group(GroupName="team", UserName="alice")
    key = client.create_access_key(UserName="alice")["AccessKey"]
    mine = boto3.client(
        "sagemaker",
        region_name=REGION,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    with pytest.raises(ClientError, match="user/alice is not authorized"):
        transform(mine, "team-a-1")
    granted = document(allow("sagemaker:CreateTransformJob", "*"))
    client.put_group_policy(GroupName="team", PolicyName="p", PolicyDocument=json.dumps(granted))
    transform(mine, "team-a-1")


def test_the_author_policy_is_enough_for_the_author(caller: Any) -> None:
    """To create, start and watch; not for another pipeline, and not without the role."""
    aws, as_role = caller
    role = aws.create_role("pipeline", [iam.execution_role_policy(plan("jobs"))])
    aws.create_role("worker")
    client = as_role("author", *iam.author_policy(plan("jobs")).statements)
    definition = json.dumps({"Version": "2020-12-01", **PIPELINES["jobs"]})
    given = {"PipelineDefinition": definition, "RoleArn": role}
    client.create_pipeline(PipelineName="team-a-pipe", Tags=[{"Key": "k", "Value": "v"}], **given)
    client.update_pipeline(PipelineName="team-a-pipe", **given)
    execution = client.start_pipeline_execution(PipelineName="team-a-pipe")
    assert client.list_pipeline_execution_steps(
        **{"PipelineExecutionArn": execution["PipelineExecutionArn"]}
    )
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.create_pipeline(PipelineName="other", **given)
    with pytest.raises(ClientError, match="perform: iam:PassRole on resource"):
        client.update_pipeline(
            PipelineName="team-a-pipe", PipelineDefinition=definition, RoleArn=WORKER
        )


def test_nobody_is_judged_unless_asked_for(driver: Driver) -> None:
    """By default direct calls are free, as they were."""
    transform(driver.client, "anything-1")


def test_the_simulator(aws: EmbeddedAWS) -> None:
    """Answers from the same evaluator, page by page."""
    statements = [
        allow("sagemaker:Create*", f"{HEAD}training-job/team-a-*"),
        allow("s3:GetObject", "*", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}}),
    ]
    role = aws.create_role("simulated", [document(*statements)])
    client = aws.client("iam")
    actions = ["sagemaker:CreateTrainingJob", "s3:GetObject", "sagemaker:StopTrainingJob"]
    resources = [f"{HEAD}training-job/team-a-1", f"{HEAD}training-job/team-b-1"]
    pages = list(
        client.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=role,
            ActionNames=actions,
            ResourceArns=resources,
            PaginationConfig={"PageSize": 4},
        )
    )
    results = [one for page in pages for one in page["EvaluationResults"]]
    assert [4, 2] == [len(page["EvaluationResults"]) for page in pages]
    assert ["allowed", *["implicitDeny"] * 5] == [one["EvalDecision"] for one in results]
    assert ["aws:PrincipalTag/team"] == results[2]["MissingContextValues"]
    assert results[0]["MissingContextValues"] == []
    assert ["policy-0"] == [one["SourcePolicyId"] for one in results[0]["MatchedStatements"]]
    entry = {
        "ContextKeyName": "aws:PrincipalTag/team",
        "ContextKeyValues": ["a"],
        "ContextKeyType": "string",
    }
    [told] = client.simulate_principal_policy(
        PolicySourceArn=role, ActionNames=["s3:GetObject"], ContextEntries=[entry]
    )["EvaluationResults"]
    assert ("allowed", "*") == (told["EvalDecision"], told["EvalResourceName"])


def test_the_simulator_with_more_policies(aws: EmbeddedAWS) -> None:
    """Given beside the principal's, or alone, under a boundary; a broken one is an error."""
    role = aws.create_role("simulated", [])
    client = aws.client("iam")
    everything, bound = (
        json.dumps(document(allow("*", "*"))),
        json.dumps(document(allow("s3:*", "*"))),
    )
    given: Any = {
        "ActionNames": ["s3:GetObject", "sqs:SendMessage"],
        "PolicyInputList": [everything],
    }
    for call, more in (
        (client.simulate_principal_policy, {"PolicySourceArn": role}),
        (client.simulate_custom_policy, {}),
    ):
        for boundary, wanted in (([], "allowed"), ([bound], "implicitDeny")):
            answer = call(**given, **more, PermissionsBoundaryPolicyInputList=boundary)
            results = answer["EvaluationResults"]
            assert ["allowed", wanted] == [one["EvalDecision"] for one in results]
            if boundary:
                details = [one["PermissionsBoundaryDecisionDetail"] for one in results]
                assert [True, False] == [one["AllowedByPermissionsBoundary"] for one in details]
    with pytest.raises(ClientError, match=r"InvalidInput.*PolicyInputList\.1: Statement is None"):
        client.simulate_custom_policy(ActionNames=["s3:GetObject"], PolicyInputList=["{}"])


def live_plan() -> Plan:
    """The jobs, without a role in the plan."""
    return plan("jobs", role_arn=None)


def test_live(aws: EmbeddedAWS) -> None:
    """The role's policies and boundary are read, and its tags known."""
    policy = iam.execution_role_policy(plan("jobs"))
    role = aws.create_role("pipeline", [policy])
    client = aws.client("iam")
    answer = preflight_live(client, live_plan(), role)
    assert answer.ok
    assert answer.warnings == ()
    assert "policy-0" == answer[0].statements[0].policy
    bound = document(allow("sagemaker:Create*", "*"))
    arn = client.create_policy(PolicyName="b", PolicyDocument=json.dumps(bound))["Policy"]["Arn"]
    client.put_role_permissions_boundary(RoleName="pipeline", PermissionsBoundary=arn)
    client.tag_role(RoleName="pipeline", Tags=[{"Key": "team", "Value": "a"}])
    found = read_role(client, role)
    assert (bound, {"aws:PrincipalTag/team": "a"}) == (found.boundary, found.tags)
    assert not preflight_live(client, live_plan(), role).ok


def test_live_tags_are_the_roles(aws: EmbeddedAWS) -> None:
    """All that it has, so another is absent; they are not the author's."""
    tagged = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}}}
    other = {"Condition": {"Null": {"aws:PrincipalTag/other": "true"}}}
    role = aws.create_role("pipeline", [document(allow("sagemaker:*", "*", **tagged))])
    client = aws.client("iam")
    client.put_role_policy(
        RoleName="pipeline",
        PolicyName="passing",
        PolicyDocument=json.dumps(document(allow("iam:PassRole", "*", **other))),
    )
    client.tag_role(RoleName="pipeline", Tags=[{"Key": "team", "Value": "a"}])
    author = [document(allow("*", "*", **tagged))]
    answer = preflight_live(client, live_plan(), role, author_policies=author)
    verdicts = {principal: set() for principal in ("execution role", "author")}
    for row in answer:
        verdicts[row.principal].add(row.verdict)
    assert {"execution role": {"allowed"}, "author": {"indeterminate"}} == verdicts


def refusing(client: Any, *operations: str) -> Any:
    """An IAM client to which some operations are refused."""

    def refuse(model: Any, **_: Any) -> None:
        if model.name in operations:
            denied = {"Error": {"Code": "AccessDenied", "Message": "no"}}
            raise ClientError(denied, model.name)

    client.meta.events.register("before-call.iam", refuse)
    return client


@pytest.mark.parametrize(
    ("operation", "permission"),
    [
        ("GetRole", "iam:GetRole"),
        ("ListRolePolicies", "iam:ListRolePolicies"),
        ("GetRolePolicy", "iam:GetRolePolicy"),
        ("ListAttachedRolePolicies", "iam:ListAttachedRolePolicies"),
    ],
)
def test_live_with_a_refused_read(aws: EmbeddedAWS, operation: str, permission: str) -> None:
    """Makes the rows indeterminate, and names the permission; it is never taken for an absence."""
    role = aws.create_role("pipeline", [iam.execution_role_policy(plan("jobs"))])
    client = refusing(aws.client("iam"), operation, "SimulatePrincipalPolicy")
    answer = preflight_live(client, live_plan(), role)
    assert {"indeterminate"} == {row.verdict for row in answer}
    assert {(permission,)} == {row.unknown for row in answer}
    assert any(permission in warning.message for warning in answer.warnings)


def test_live_when_the_simulator_is_refused(aws: EmbeddedAWS) -> None:
    """The answer is that of the policies, with a warning; the documents are simulated instead."""
    role = aws.create_role("pipeline", [iam.execution_role_policy(plan("jobs"))])
    answer = preflight_live(
        refusing(aws.client("iam"), "SimulatePrincipalPolicy"), live_plan(), role
    )
    assert answer.ok
    [warning] = answer.warnings
    assert "iam:SimulatePrincipalPolicy" in warning.message
    client = refusing(aws.client("iam"), "SimulatePrincipalPolicy", "SimulateCustomPolicy")
    answer = preflight_live(client, live_plan(), role)
    assert answer.ok
    assert 2 == len(answer.warnings)


def test_live_takes_the_simulators_refusal(aws: EmbeddedAWS) -> None:
    """Which knows of SCPs that no reader of the role can see."""
    role = aws.create_role("pipeline", [iam.execution_role_policy(plan("jobs"))])
    client = aws.client("iam")

    def deny(parsed: Any, **_: Any) -> None:
        for result in parsed.get("EvaluationResults", []):
            if result["EvalActionName"] == "sagemaker:CreateTrainingJob":
                result["EvalDecision"] = "explicitDeny"

    client.meta.events.register("after-call.iam.SimulatePrincipalPolicy", deny)
    answer = preflight_live(client, live_plan(), role)
    assert [("Train", "sagemaker:CreateTrainingJob", "explicitDeny")] == [
        (row.step, row.action, row.verdict) for row in answer.refused
    ]


def test_other_errors_of_iam_rise_unchanged(aws: EmbeddedAWS) -> None:
    """A role that isn't there is no refusal."""
    with pytest.raises(ClientError, match="NoSuchEntity"):
        preflight_live(aws.client("iam"), live_plan(), f"arn:aws:iam::{ACCOUNT}:role/nobody")


def test_what_a_run_asks_is_what_the_plan_foresaw(aws: EmbeddedAWS) -> None:
    """Every call is one of the plan's requests, and every request that always comes is made."""
    for name in NAMES:
        foreseen = of_execution_role(plan(name))
        asked: list[tuple[str, str]] = []
        aws.authorize = lambda call, asked=asked: asked.append((call.action, call.resource))  # type: ignore[misc]
        aws.create_role(f"role-{NAMES.index(name)}")
        role = f"arn:aws:iam::{ACCOUNT}:role/role-{NAMES.index(name)}"
        assert "Succeeded" == run(aws, name, role)[0]
        for action, resource in asked:
            patterns = [one.resource for one in foreseen if one.action == action]
            patterns += [role] if action == "iam:PassRole" else []
            assert any(
                re.fullmatch(re.escape(one).replace(r"\*", ".*"), resource) for one in patterns
            ), (name, action, resource)
        always = {one.action for one in foreseen if one.always}
        left = {one for one in always if not one.startswith("sagemaker:Describe")}
        assert left <= {action for action, _ in asked}, name
