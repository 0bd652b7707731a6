"""The embedded AWS under policies: what the roles allow runs, what they don't is refused."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sm_prefix_ext import Plan, iam
from sm_prefix_ext.embedded import EmbeddedAWS
from sm_prefix_ext.iam.live import preflight_live, read_role
from sm_prefix_ext.iam.required_permissions import of_execution_role

from ..unit.iam.pipelines import ACCOUNT, EXECUTION, PIPELINES, REGION, plan
from .conftest import Driver
from .definitions import LEAST, deployment, get, job, text, whole
from .definitions import condition as condition_step
from .policies import HEAD, allow, document

NAMES = list(PIPELINES)


def planned(name: str) -> Plan:
    """The plan of one of the pipelines, as it is run here."""
    definition = whole({"Version": "2020-12-01", **PIPELINES[name]})
    options = {"region": REGION, "role_arn": EXECUTION, "pipeline_name": "team-a-pipe"}
    return Plan.from_definition(definition, **options)


def run(aws: EmbeddedAWS, name: str, role: str) -> tuple[str, list[dict[str, Any]]]:
    """Run one of the pipelines under a role; its status and its steps, oldest first."""
    client, pipeline = aws.client("sagemaker"), "team-a-pipe"
    if not client.list_models()["Models"]:
        client.create_model(ModelName="model", ExecutionRoleArn=role, **LEAST["Model"])
    definition = json.dumps(whole({"Version": "2020-12-01", **PIPELINES[name]}))
    options = {"PipelineName": pipeline, "PipelineDefinition": definition, "RoleArn": role}
    there = client.list_pipelines()["PipelineSummaries"]
    (client.update_pipeline if there else client.create_pipeline)(**options)
    execution = client.start_pipeline_execution(PipelineName=pipeline, RoleArn=role)
    arn = execution["PipelineExecutionArn"]
    status = client.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]
    listed = client.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
    return status, listed["PipelineExecutionSteps"]


@pytest.mark.parametrize("name", NAMES)
def test_the_least_policy_is_enough_and_not_too_much(aws: EmbeddedAWS, name: str) -> None:
    """A run succeeds under it, and fails under it without any one of its statements."""
    aws.create_role("worker")
    policy = iam.execution_role_policy(planned(name))
    role = aws.create_role("pipeline", [policy])
    assert role == EXECUTION
    status, steps = run(aws, name, role)
    assert "Succeeded" == status, [step.get("FailureReason") for step in steps]
    client = aws.client("iam")
    for left_out, statement in enumerate(policy.statements):
        rest = [entry for number, entry in enumerate(policy.statements) if number != left_out]
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
    "missing", ["sagemaker:CreateTrainingJob", "sagemaker:AddTags", "iam:PassRole"]
)
def test_each_action_is_asked(driver: Driver, missing: str) -> None:
    """Create, tag and pass; each is refused by itself, within the operation that asks."""
    actions = {"sagemaker:CreateTrainingJob", "sagemaker:AddTags", "iam:PassRole"} - {missing}
    role = driver.aws.create_role("some", [document(allow(sorted(actions), "*"))])
    driver.create(job("Train"))
    step = driver.step(driver.start(RoleArn=role), "Train")
    assert "Failed" == step["StepStatus"]
    invoked = "ClientError: Failed to invoke sagemaker:CreateTrainingJob. User: "
    assert step["FailureReason"].startswith(invoked)
    assert f"is not authorized to perform: {missing} on resource" in step["FailureReason"]


def refused_by(driver: Driver, role: str) -> str:
    """The failure reason of a training step under a role."""
    resources = {"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1}}
    driver.create(job("Train", arguments=resources), name=f"pipe-{role.rsplit('/', 1)[-1]}")
    step = driver.step(driver.start(f"pipe-{role.rsplit('/', 1)[-1]}", RoleArn=role), "Train")
    return str(step.get("FailureReason"))


def test_explicit_denies(driver: Driver) -> None:
    """An explicit deny has a message of its own."""
    denied = {**allow("sagemaker:Create*", f"{HEAD}training-job/team-a-*"), "Effect": "Deny"}
    role = driver.aws.create_role("denied", [document(allow("*", "*"), denied)])
    assert refused_by(driver, role).endswith("with an explicit deny in an identity-based policy")


def test_attached_policies_and_boundaries(driver: Driver) -> None:
    """Attached policies and boundaries count like inline policies."""
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


def test_a_role_elsewhere(driver: Driver) -> None:
    """Roles with different paths are different roles."""
    driver.aws.create_role("worker")
    arn = f"arn:aws:iam::{ACCOUNT}:role/path/worker"
    assert f"because there is no role {arn} on the embedded AWS" in refused_by(driver, arn)


def test_a_role_of_another_account(driver: Driver) -> None:
    """No policy allows a pipeline, an execution, a job or a direct call to pass such a role."""
    foreign = "arn:aws:iam::999999999999:role/worker"
    expected = r"AccessDeniedException.*Cross-account pass role is not allowed"
    driver.create(job("Train", arguments={"RoleArn": foreign}))
    step = driver.step(driver.start(), "Train")
    assert step["FailureReason"] == (
        "ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: Cross-account "
        "pass role is not allowed."
    )
    assert driver.client.list_training_jobs()["TrainingJobSummaries"] == []
    with pytest.raises(ClientError, match=expected):
        driver.start(RoleArn=foreign)
    options = {"PipelineDefinition": text(job("Train")), "RoleArn": foreign}
    with pytest.raises(ClientError, match=expected):
        driver.client.create_pipeline(PipelineName="other", **options)
    with pytest.raises(ClientError, match=expected):
        driver.client.update_pipeline(PipelineName="pipe", **options)
    with pytest.raises(ClientError, match=expected):
        driver.client.create_model(ModelName="m", ExecutionRoleArn=foreign, **LEAST["Model"])


def test_a_tuned_jobs_role_of_another_account(driver: Driver) -> None:
    """Such a role is refused at every location in the request."""
    foreign = "arn:aws:iam::999999999999:role/worker"
    tuned = {"TrainingJobDefinition": {"RoleArn": foreign}}
    execution = driver.run(job("Tune", "Tuning", arguments=tuned))
    assert "Cross-account pass role" in driver.step(execution, "Tune")["FailureReason"]


def test_a_boundary_that_is_not_there(driver: Driver) -> None:
    """The reason of the denial names the missing boundary."""
    client = driver.aws.client("iam")
    role = driver.aws.create_role("bound")
    text = json.dumps(document(allow("*", "*")))
    created = client.create_policy(PolicyName="gone", PolicyDocument=text)["Policy"]["Arn"]
    client.put_role_permissions_boundary(RoleName="bound", PermissionsBoundary=created)
    assert "None" == refused_by(driver, role)
    client.delete_policy(PolicyArn=created)
    for arn in (created, "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"):
        client.put_role_permissions_boundary(RoleName="bound", PermissionsBoundary=arn)
        driver.client.delete_pipeline(PipelineName="pipe-bound")
        expected = f"because its permissions boundary {arn} isn't on the embedded AWS"
        assert refused_by(driver, role).endswith(expected)


def test_policies_that_can_not_be_read(driver: Driver) -> None:
    """A policy that moto accepts and our parser doesn't allows nothing; the reason names it."""
    unread = document(allow("*", "*", Condition={"Null": {"aws:username": "maybe"}}))
    message = refused_by(driver, driver.aws.create_role("unread", [unread]))
    assert "because the embedded AWS can't read its policies: policy-0, statement 0: " in message


def test_what_tells_of_the_role(driver: Driver) -> None:
    """The run and the preflight evaluate the same condition keys for every kind of request."""
    client = driver.aws.client("iam")
    driver.aws.create_role("worker")
    everything = ["sagemaker:*", "iam:PassRole", "s3:*", "lambda:*", "sqs:*", "events:*"]
    everything += ["elasticmapreduce:*", "emr-serverless:*"]
    for key, value, verdict in (
        ("aws:PrincipalAccount", ACCOUNT, "Succeeded"),
        ("aws:PrincipalArn", EXECUTION, "Succeeded"),
        ("aws:PrincipalType", "AssumedRole", "Succeeded"),
        ("aws:PrincipalAccount", "999999999999", "Failed"),
        ("aws:username", "pipeline", "Failed"),
    ):
        policy = document(allow(everything, "*", Condition={"StringEquals": {key: value}}))
        client.put_role_policy(
            RoleName="pipeline", PolicyName="policy-0", PolicyDocument=json.dumps(policy)
        )
        for name in ("jobs", "registrations", "property files", "other services", "experiment"):
            assert verdict == run(driver.aws, name, EXECUTION)[0], (key, name)


def test_what_a_run_can_not_tell(driver: Driver) -> None:
    """Condition keys of the service's own calls are not documented, so they are unknown."""
    for key, value in (("aws:ViaAWSService", "true"), ("aws:SecureTransport", "true")):
        condition = {"Bool": {key: value}}
        name = key.removeprefix("aws:")
        role = driver.aws.create_role(name, [document(allow("*", "*", Condition=condition))])
        assert f"because the embedded AWS doesn't know {key}" in refused_by(driver, role)


def test_when_and_whose(driver: Driver) -> None:
    """The time of a call and the account of its resource are known."""
    condition = {
        "DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"},
        "StringEquals": {"aws:ResourceAccount": ACCOUNT},
    }
    role = driver.aws.create_role("dated", [document(allow("*", "*", Condition=condition))])
    assert "None" == refused_by(driver, role)


def test_the_refusal_of_a_registration(driver: Driver) -> None:
    """Names the operation that asks: the group's for the group, the package's for the package."""
    register = job("Register", "RegisterModel", prefix=None)
    register["Arguments"]["ModelPackageGroupName"] = "group"
    driver.create(register)
    group, package = "sagemaker:CreateModelPackageGroup", "sagemaker:CreateModelPackage"
    tags = "sagemaker:AddTags"
    for number, (statements, operation, action) in enumerate(
        (
            ([], group, group),
            ([allow(group, "*")], group, tags),
            ([allow([group, tags], "*")], package, package),
            ([allow([group, package], "*"), allow(tags, f"{HEAD}*-group/*")], package, tags),
        )
    ):
        role = driver.aws.create_role(f"r{number}", [document(*statements)] if statements else [])
        reason = driver.step(driver.start(RoleArn=role), "Register")["FailureReason"]
        assert reason.startswith(f"ClientError: Failed to invoke {operation}. User: "), reason
        assert f" is not authorized to perform: {action} on resource: " in reason


def test_refusals_inside_other_calls(driver: Driver) -> None:
    """Create and start calls require permissions for tags and roles, in all step types."""
    statement = allow(["sagemaker:Create*", "elasticmapreduce:*", "emr-serverless:*"], "*")
    role = driver.aws.create_role("makes", [document(statement)])
    steps = {
        step["StepName"]: step["FailureReason"]
        for step in run(driver.aws, "other services", role)[1]
    }
    driver.create(deployment("there"), name="deploy")
    client = driver.aws.client("sagemaker")
    client.create_endpoint_config(**{**LEAST["EndpointConfig"], "EndpointConfigName": "there"})
    deployed = driver.steps(driver.start("deploy", RoleArn=role))
    steps |= {step["StepName"]: step["FailureReason"] for step in deployed}
    for name, operation, action in (
        ("Config", "sagemaker:CreateEndpointConfig", "sagemaker:AddTags"),
        ("Endpoint", "sagemaker:CreateEndpoint", "sagemaker:AddTags"),
        ("Cluster", "elasticmapreduce:RunJobFlow", "iam:PassRole"),
        ("Serverless", "emr-serverless:StartJobRun", "iam:PassRole"),
    ):
        assert steps[name].startswith(f"ClientError: Failed to invoke {operation}. User: ")
        assert f" perform: {action} on resource: " in steps[name]


def test_conditions_are_judged(driver: Driver) -> None:
    """Keys of the request and the role count; an unknown key leads to a denial."""
    aws = driver.aws
    for name, condition, end in (
        ("tag", {"StringEquals": {"aws:PrincipalTag/team": "a"}}, "None"),
        ("untagged", {"Null": {"aws:PrincipalTag/other": "true"}}, "None"),
        ("type", {"StringLike": {"sagemaker:InstanceTypes": "ml.p4*"}}, "CreateTrainingJob action"),
        ("address", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "depends on it"),
    ):
        role = aws.create_role(name, [document(allow("*", "*", Condition=condition))])
        aws.client("iam").tag_role(RoleName=name, Tags=[{"Key": "team", "Value": "a"}])
        assert refused_by(driver, role).endswith(end), name


def live_plan() -> Plan:
    """The jobs, without a role in the plan."""
    return plan("jobs", role_arn=None)


def test_live(aws: EmbeddedAWS) -> None:
    """The role's policies and boundary are read, and its tags known."""
    policy = iam.execution_role_policy(plan("jobs"))
    role = aws.create_role("pipeline", [policy])
    client = aws.client("iam")
    response = preflight_live(client, live_plan(), role)
    assert response.ok
    assert response.warnings == ()
    assert "policy-0" == response[0].statements[0].policy
    bound = document(allow("sagemaker:Create*", "*"))
    arn = client.create_policy(PolicyName="b", PolicyDocument=json.dumps(bound))["Policy"]["Arn"]
    client.put_role_permissions_boundary(RoleName="pipeline", PermissionsBoundary=arn)
    client.tag_role(RoleName="pipeline", Tags=[{"Key": "team", "Value": "a"}])
    actual = read_role(client, role)
    assert (bound, {"aws:PrincipalTag/team": "a"}) == (actual.boundary, actual.tags)
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
    response = preflight_live(client, live_plan(), role, author_policies=author)
    verdicts = {principal: set() for principal in ("execution role", "author")}
    for row in response:
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
    response = preflight_live(client, live_plan(), role)
    assert {"indeterminate"} == {row.verdict for row in response}
    assert {(permission,)} == {row.unknown for row in response}
    assert any(permission in warning.message for warning in response.warnings)


def test_live_when_the_simulator_is_refused(aws: EmbeddedAWS) -> None:
    """The answer is that of the policies, with a warning; the documents are simulated instead."""
    role = aws.create_role("pipeline", [iam.execution_role_policy(plan("jobs"))])
    response = preflight_live(
        refusing(aws.client("iam"), "SimulatePrincipalPolicy"), live_plan(), role
    )
    assert response.ok
    [warning] = response.warnings
    assert "iam:SimulatePrincipalPolicy" in warning.message
    client = refusing(aws.client("iam"), "SimulatePrincipalPolicy", "SimulateCustomPolicy")
    response = preflight_live(client, live_plan(), role)
    assert response.ok
    assert 2 == len(response.warnings)


def test_live_takes_the_simulators_refusal(aws: EmbeddedAWS) -> None:
    """Which knows of SCPs that no reader of the role can see."""
    role = aws.create_role("pipeline", [iam.execution_role_policy(plan("jobs"))])
    client = aws.client("iam")

    def deny(parsed: Any, **_: Any) -> None:
        for result in parsed.get("EvaluationResults", []):
            if result["EvalActionName"] == "sagemaker:CreateTrainingJob":
                [of_it] = result["ResourceSpecificResults"]
                result["EvalDecision"] = of_it["EvalResourceDecision"] = "explicitDeny"

    client.meta.events.register("after-call.iam.SimulatePrincipalPolicy", deny)
    response = preflight_live(client, live_plan(), role)
    assert [("Train", "sagemaker:CreateTrainingJob", "explicitDeny")] == [
        (row.step, row.action, row.verdict) for row in response.refused
    ]


def test_other_errors_of_iam_rise_unchanged(aws: EmbeddedAWS) -> None:
    """A missing role is an error, not a denial."""
    with pytest.raises(ClientError, match="NoSuchEntity"):
        preflight_live(aws.client("iam"), live_plan(), f"arn:aws:iam::{ACCOUNT}:role/nobody")


def covers(pattern: str, resource: str) -> bool:
    """Whether a pattern as a policy spells it covers a resource."""
    plain = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(plain, resource) is not None


def test_what_a_run_asks_is_what_the_plan_foresaw(aws: EmbeddedAWS) -> None:
    """The calls are those of the plan, including every request that each run makes."""
    for name in NAMES:
        requested: list[tuple[str, str]] = []
        aws.authorize = lambda call, requested=requested: requested.append(
            (call.action, call.resource)
        )
        aws.create_role(f"role-{NAMES.index(name)}")
        role = f"arn:aws:iam::{ACCOUNT}:role/role-{NAMES.index(name)}"
        foreseen = of_execution_role(planned(name).replace(role_arn=role))
        assert "Succeeded" == run(aws, name, role)[0]
        for action, resource in requested:
            patterns = [entry.resource for entry in foreseen if entry.action == action]
            patterns += [role] if action == "iam:PassRole" else []
            assert any(covers(entry, resource) for entry in patterns), (name, action, resource)
        always = {entry.action for entry in foreseen if entry.always}
        left = {entry for entry in always if not entry.startswith("sagemaker:Describe")}
        assert left <= {action for action, _ in requested}, name


@pytest.mark.parametrize(("options", "status"), [({}, "Succeeded"), ({"Key": "other"}, "Failed")])
def test_the_least_policy_has_the_defaults_of_parameters(
    driver: Driver, options: dict[str, str], status: str
) -> None:
    """The URI of a property file is resolved in the run and authorized as it is."""
    values = ["s3:/", "bucket", get("Parameters.Key"), "e.json"]
    read = {"Std:JsonGet": {"S3Uri": {"Std:Join": {"On": "/", "Values": values}}, "Path": "a"}}
    check = condition_step("Check", [])
    check["Arguments"]["Conditions"] = [{"Type": "Equals", "LeftValue": read, "RightValue": 1}]
    parameters = [{"Name": "Key", "Type": "String", "DefaultValue": "metrics"}]
    created = Plan.from_definition(text(check, parameters=parameters), region=REGION)
    role = driver.aws.create_role("least", [iam.execution_role_policy(created)])
    driver.create(check, parameters=parameters)
    listed = [{"Name": name, "Value": value} for name, value in options.items()]
    execution = driver.start(RoleArn=role, PipelineParameters=listed)
    assert status == driver.status(execution)
    if options:
        reason = driver.step(execution, "Check")["FailureReason"]
        assert "s3:GetObject on resource: arn:aws:s3:::bucket/other/e.json because" in reason
