"""Policies and the preflight for pipelines of the installed SDK."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from sm_prefix_ext import PrefixPolicy, PrefixViolation, iam
from sm_prefix_ext.core.step_types import JOB_KINDS
from sm_prefix_ext.embedded import EmbeddedAWS
from sm_prefix_ext.iam.required_permissions import of_execution_role

from ..installed import MAJOR
from .cases import kind, make, pipeline  # noqa: F401  # kind is a fixture

EXECUTION = "arn:aws:iam::111122223333:role/execution"


def test_the_generated_policy_lets_each_step_type_run(
    sdk: ModuleType,
    session: Any,
    kind: str,  # noqa: F811
) -> None:
    """Under it, every request is allowed; without it, none."""
    made = pipeline(session, [make(sdk, session, kind, "Step", "nice").step], "team-a")
    policy = iam.execution_role_policy(made.plan(role_arn=EXECUTION))
    answer = made.preflight(role_policies=[policy], role_arn=EXECUTION)
    assert answer.ok
    assert answer.warnings == ()
    assert f"sagemaker:{_create(made)}" in {row.action for row in answer}
    refused = made.preflight(role_policies=[], role_arn=EXECUTION)
    assert {"implicitDeny"} == {row.verdict for row in refused}


def _create(made: Any) -> str:
    [job] = {job.step_type: job for job in made.plan()}.values()
    return next(k.actions[0] for k in JOB_KINDS if k.step_type == job.step_type)


def test_experiments_are_in_the_definition_by_default(sdk: ModuleType, session: Any) -> None:
    """So the policy has what recording the jobs takes, under the pipeline's own name."""
    made = pipeline(session, [make(sdk, session, "Processing", "Pre", "nice").step], "team-a")
    asked = {(one.action, one.resource) for one in of_execution_role(made.plan())}
    arn = f"arn:aws:sagemaker:us-east-1:111122223333:experiment/{made.name}"
    assert ("sagemaker:CreateExperiment", arn) in asked


def test_the_author(sdk: ModuleType, session: Any) -> None:
    """Is asked for the pipeline by its name."""
    made = pipeline(session, [make(sdk, session, "Processing", "Pre", "nice").step], "team-a")
    author = iam.author_policy(made.plan(role_arn=EXECUTION))
    answer = made.preflight(role_policies=[], author_policies=[author], role_arn=EXECUTION)
    rows = [row for row in answer if row.principal == "author"]
    assert {"allowed"} == {row.verdict for row in rows}
    assert any(row.resource.endswith(f"pipeline/{made.name}") for row in rows)
    elsewhere = made.preflight(
        role_policies=[], author_policies=[author], role_arn=EXECUTION, bucket="mine"
    )
    assert ["arn:aws:s3:::mine/*"] == [
        row.resource for row in elsewhere.refused if row.action == "s3:PutObject"
    ]


def test_a_pipeline_without_a_name_can_be_planned(sdk: ModuleType, session: Any) -> None:
    """The plan is of its jobs; policies name every pipeline, and say so."""
    made = pipeline(session, [make(sdk, session, "Processing", "Pre", "nice").step], "team-a")
    made.name = ""
    plan = made.plan(role_arn=EXECUTION)
    assert (["team-a-nice-*"], None) == ([j.name_pattern for j in plan], plan.pipeline_name)
    assert any("name isn't known" in note for note in iam.author_policy(plan).notes)


@pytest.mark.parametrize("name", ["My Pipeline", "abalone.v2", "a_b", "x" * 257])
def test_a_pipelines_name_that_the_service_refuses(
    sdk: ModuleType, session: Any, name: str
) -> None:
    """An error before anything is sent, with or without a prefix."""
    for policy in ("team-a", None):
        step = make(sdk, session, "Processing", "Pre", "nice").step
        made = pipeline(session, [step], policy)
        made.name = name
        assert ["PFX020"] == [finding.code for finding in made.check()]
        with pytest.raises(PrefixViolation, match="which the service refuses"):
            made.definition()


def test_a_broken_pipeline_has_no_preflight(sdk: ModuleType, session: Any) -> None:
    """What would not leave is not judged."""
    made = pipeline(session, [make(sdk, session, "Processing", "Pre", "a/b").step], "team-a")
    with pytest.raises(PrefixViolation):
        made.preflight(role_policies=[])


@pytest.mark.parametrize("given", [{}, {"live": True, "role_policies": []}])
def test_where_the_policies_come_from(sdk: ModuleType, session: Any, given: Any) -> None:
    """From the caller or from IAM, and not from both."""
    made = pipeline(session, [sdk.fail("Stop")], "team-a")
    with pytest.raises(ValueError, match=r"role_policies= and boundary=, or .* live=True"):
        made.preflight(**given)


def test_live(sdk: ModuleType) -> None:
    """With the session of the pipeline, and the role that the pipeline has in AWS."""
    with EmbeddedAWS() as aws:
        session = sdk.session(aws.boto_session)
        aws.create_bucket("bucket")
        role = aws.create_role("execution", [])
        policy = PrefixPolicy("team-a", step_roles={"*": role})  # one of this account
        made = pipeline(session, [make(sdk, session, "Processing", "Pre", "nice").step], policy)
        made.upsert(role)
        assert not made.preflight(live=True).ok
        least = iam.execution_role_policy(made.plan(role_arn=role))
        aws.client("iam").put_role_policy(
            RoleName="execution", PolicyName="least", PolicyDocument=least.to_json()
        )
        answer = made.preflight(live=True)
        assert answer.ok
        assert "least" == answer[0].statements[0].policy
        execution = made.start()
        steps = execution.list_steps()
        listed = steps if isinstance(steps, list) else steps["PipelineExecutionSteps"]
        assert ["Succeeded"] == [one["StepStatus"] for one in listed]


@pytest.mark.skipif(MAJOR != 3, reason="SDK v2 checks no roles")
def test_the_role_check_of_v3_gets_real_answers(
    sdk: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the embedded AWS's simulator: a role that may do nothing is refused."""
    monkeypatch.delenv("SAGEMAKER_VALIDATE_ROLE", raising=False)
    try:
        from sagemaker.core.helper.iam_role_resolver import resolve_and_validate_role
    except ImportError:
        pytest.skip("this release of SDK v3 checks no roles")
    with EmbeddedAWS() as aws:
        session = sdk.session(aws.boto_session)
        able, unable = aws.create_role("able"), aws.create_role("unable", [])
        check = {"role_type": "training", "sagemaker_session": session}
        assert resolve_and_validate_role(able, **check)
        with pytest.raises(Exception, match="Missing permissions"):
            resolve_and_validate_role(unable, **check)
