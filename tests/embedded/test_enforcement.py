"""Executions and live preflights on the embedded AWS under the policies of roles."""

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
def test_every_statement_of_the_least_policy_is_needed(aws: EmbeddedAWS, name: str) -> None:
    """A run succeeds with the policy, and fails without any of its statements."""
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


def test_a_denial_has_the_services_message(driver: Driver) -> None:
    """The message has user, action, ARN and the kind of policy without an Allow."""
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
def test_each_action_of_a_job_is_authorized(driver: Driver, missing: str) -> None:
    """The actions are create, tag and pass role; the message names the missing one."""
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


def test_an_explicit_deny_has_its_own_message(driver: Driver) -> None:
    """An explicit deny has a message of its own."""
    denied = {**allow("sagemaker:Create*", f"{HEAD}training-job/team-a-*"), "Effect": "Deny"}
    role = driver.aws.create_role("denied", [document(allow("*", "*"), denied)])
    assert refused_by(driver, role).endswith("with an explicit deny in an identity-based policy")


def test_attached_policies_and_boundaries_apply(driver: Driver) -> None:
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


def test_a_job_under_an_unknown_role_is_denied(driver: Driver) -> None:
    """The reason says that the role does not exist."""
    assert "there is no role" in refused_by(driver, f"arn:aws:iam::{ACCOUNT}:role/unknown")


def test_roles_with_different_paths_are_different_roles(driver: Driver) -> None:
    """Roles with different paths are different roles."""
    driver.aws.create_role("worker")
    arn = f"arn:aws:iam::{ACCOUNT}:role/path/worker"
    assert f"because there is no role {arn} on the embedded AWS" in refused_by(driver, arn)


def test_a_role_of_another_account_cannot_be_passed(driver: Driver) -> None:
    """Pipelines, executions, jobs and direct calls cannot pass such a role."""
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


def test_a_role_of_another_account_in_a_tuning_job_is_refused(driver: Driver) -> None:
    """Such a role is refused at every location in the request."""
    foreign = "arn:aws:iam::999999999999:role/worker"
    tuned = {"TrainingJobDefinition": {"RoleArn": foreign}}
    execution = driver.run(job("Tune", "Tuning", arguments=tuned))
    assert "Cross-account pass role" in driver.step(execution, "Tune")["FailureReason"]


def test_an_unknown_boundary_denies_and_is_named(driver: Driver) -> None:
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


def test_an_unreadable_policy_denies_and_is_named(driver: Driver) -> None:
    """Moto accepts the policy, but the policy parser does not."""
    unread = document(allow("*", "*", Condition={"Null": {"aws:username": "maybe"}}))
    message = refused_by(driver, driver.aws.create_role("unread", [unread]))
    assert "because the embedded AWS can't read its policies: policy-0, statement 0: " in message


def test_condition_keys_of_the_role_are_known_in_a_run(driver: Driver) -> None:
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


def test_undocumented_condition_keys_of_a_run_are_unknown(driver: Driver) -> None:
    """Condition keys of the service's own calls are not documented, so they are unknown."""
    for key, value in (("aws:ViaAWSService", "true"), ("aws:SecureTransport", "true")):
        condition = {"Bool": {key: value}}
        name = key.removeprefix("aws:")
        role = driver.aws.create_role(name, [document(allow("*", "*", Condition=condition))])
        assert f"because the embedded AWS doesn't know {key}" in refused_by(driver, role)


def test_time_and_resource_account_are_known_in_a_run(driver: Driver) -> None:
    """The time of a call and the account of its resource are known."""
    condition = {
        "DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"},
        "StringEquals": {"aws:ResourceAccount": ACCOUNT},
    }
    role = driver.aws.create_role("dated", [document(allow("*", "*", Condition=condition))])
    assert "None" == refused_by(driver, role)


def test_a_denied_registration_names_the_operation(driver: Driver) -> None:
    """The operation creates the group or the package; the action may be another."""
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


def test_a_denied_tag_or_role_names_the_calling_operation(driver: Driver) -> None:
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


def test_conditions_of_policies_are_evaluated(driver: Driver) -> None:
    """Keys of request and role have values; a condition on an unknown key denies."""
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


def test_live_reads_policies_boundary_and_tags_of_the_role(aws: EmbeddedAWS) -> None:
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


def test_live_uses_the_tags_for_the_role_and_not_for_the_author(aws: EmbeddedAWS) -> None:
    """A tag that the role lacks is absent; tags of the author are unknown."""
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
    """An IAM client whose calls of some operations are denied."""

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
def test_a_refused_read_makes_live_rows_indeterminate(
    aws: EmbeddedAWS, operation: str, permission: str
) -> None:
    """The rows and a warning name the missing permission."""
    role = aws.create_role("pipeline", [iam.execution_role_policy(plan("jobs"))])
    client = refusing(aws.client("iam"), operation, "SimulatePrincipalPolicy")
    response = preflight_live(client, live_plan(), role)
    assert {"indeterminate"} == {row.verdict for row in response}
    assert {(permission,)} == {row.unknown for row in response}
    assert any(permission in warning.message for warning in response.warnings)


def test_live_without_the_simulator_uses_the_policies_with_a_warning(aws: EmbeddedAWS) -> None:
    """Each denied simulation operation gives one warning."""
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


def test_live_takes_a_denial_of_the_simulator(aws: EmbeddedAWS) -> None:
    """The simulator evaluates SCPs, which the role's policies do not show."""
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


def test_live_raises_other_errors_of_iam_unchanged(aws: EmbeddedAWS) -> None:
    """The error is that of a missing role."""
    with pytest.raises(ClientError, match="NoSuchEntity"):
        preflight_live(aws.client("iam"), live_plan(), f"arn:aws:iam::{ACCOUNT}:role/unknown")


def covers(pattern: str, resource: str) -> bool:
    """Whether a resource pattern of a policy matches a resource."""
    plain = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(plain, resource) is not None


def test_the_requests_of_a_run_are_those_of_the_plan(aws: EmbeddedAWS) -> None:
    """Each run also makes every request that the plan marks as always made."""
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
def test_the_least_policy_allows_the_defaults_of_parameters_only(
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
