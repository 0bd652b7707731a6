"""Rehearsals: steps, requests, refusals and suggested additions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sm_prefix_ext import Plan, PrefixPolicy, PrefixViolation, iam
from sm_prefix_ext.embedded import EmbeddedAWS
from sm_prefix_ext.rehearsal import rehearse

from .definitions import condition, document, fail, get, job, loop
from .policies import allow
from .policies import document as policy

ROLE = "arn:aws:iam::111122223333:role/team-a"
REGION = "eu-west-1"
ALL = policy(allow("*", "*"))
TRAIN_AND_SCORE = document(
    job("Train", arguments={"RoleArn": ROLE}), job("Score", "Transform", DependsOn=["Train"])
)


def plan_of(definition: Any, **more: Any) -> Plan:
    return Plan.from_definition(
        definition, region=REGION, role_arn=ROLE, pipeline_name="team-a-churn", **more
    )


def least(definition: Any) -> Any:
    return iam.execution_role_policy(plan_of(definition)).to_dict()


def without(definition: Any, *sids: str) -> Any:
    """Return the least policy without some of its statements."""
    document = least(definition)
    kept = [each for each in document["Statement"] if each["Sid"] not in sids]
    assert len(kept) == len(document["Statement"]) - len(sids)
    return {**document, "Statement": kept}


def statuses(rehearsal: Any) -> dict[str, str]:
    return {step.step: step.status for step in rehearsal}


def test_the_least_policy_lets_every_step_pass() -> None:
    """Jobs have the prefix, and each request to IAM is recorded."""
    rehearsal = rehearse(plan_of(TRAIN_AND_SCORE), role_policies=[least(TRAIN_AND_SCORE)])

    assert (True, "Succeeded", ()) == (rehearsal.ok, rehearsal.status, rehearsal.refused)
    assert statuses(rehearsal) == {"Train": "Succeeded", "Score": "Succeeded"}
    assert all((step.job_name or "").startswith("team-a-") for step in rehearsal)
    actions = [request.action for request in rehearsal[0].requests]
    assert {"sagemaker:CreateTrainingJob", "sagemaker:AddTags", "iam:PassRole"} <= set(actions)


def test_a_denied_request_fails_its_step_and_stops_those_behind_it() -> None:
    """The step has the service's reason, and the request that was denied."""
    policies = [without(TRAIN_AND_SCORE, "TrainingJob")]

    rehearsal = rehearse(plan_of(TRAIN_AND_SCORE), role_policies=policies)

    assert (False, "Failed") == (rehearsal.ok, rehearsal.status)
    assert statuses(rehearsal) == {"Train": "Failed", "Score": "NotRun"}
    [train] = rehearsal.refused
    assert "is not authorized to perform: sagemaker:CreateTrainingJob" in (train.reason or "")
    assert train.requests[-1].denied == (
        "because no identity-based policy allows the sagemaker:CreateTrainingJob action"
    )


@pytest.mark.parametrize(
    ("layers", "kind"),
    [
        ({"boundary": policy(allow("s3:*", "*"))}, "permissions boundary"),
        ({"scps": [[ALL], [policy(allow("s3:*", "*"))]]}, "service control policy"),
    ],
    ids=["boundary", "scps"],
)
def test_boundary_and_scps_are_judged_too(layers: Any, kind: str) -> None:
    """A note says that the role's own policy can't change that."""
    rehearsal = rehearse(plan_of(TRAIN_AND_SCORE), role_policies=[ALL], suggest=True, **layers)

    assert not rehearsal.ok
    assert rehearsal.addition is None
    assert "sagemaker:CreateTrainingJob on " in rehearsal.notes[0]
    assert f"because no {kind} allows the " in rehearsal.notes[0]
    assert "a statement in the role's own policy can't change that" in rehearsal.notes[0]


def test_the_suggested_addition_is_what_was_denied_and_nothing_more() -> None:
    """Its statements together with the given ones let a second rehearsal pass."""
    given = without(TRAIN_AND_SCORE, "TrainingJob", "TransformJob")

    rehearsal = rehearse(plan_of(TRAIN_AND_SCORE), role_policies=[given], suggest=True)

    addition = rehearsal.addition
    assert addition is not None
    assert [(each["Action"], each["Resource"]) for each in addition.to_dict()["Statement"]] == [
        (
            ["sagemaker:AddTags", "sagemaker:CreateTrainingJob"],
            [f"arn:aws:sagemaker:{REGION}:111122223333:training-job/team-a-*"],
        ),
        (
            ["sagemaker:AddTags", "sagemaker:CreateTransformJob"],
            [f"arn:aws:sagemaker:{REGION}:111122223333:transform-job/team-a-*"],
        ),
    ]
    assert not rehearsal.ok, "the rehearsal itself is under the given policies"
    both = [given, addition.to_dict()]
    assert rehearse(plan_of(TRAIN_AND_SCORE), role_policies=both).ok


def test_no_addition_is_suggested_where_nothing_is_denied() -> None:
    """There is no note either."""
    rehearsal = rehearse(plan_of(TRAIN_AND_SCORE), role_policies=[ALL], suggest=True)

    assert (None, ()) == (rehearsal.addition, rehearsal.notes)


def test_an_addition_leaves_out_what_it_cannot_change() -> None:
    """One step is denied explicitly, another one only lacks a statement."""
    definition = document(job("Train"), job("Score", "Transform"))
    given = without(definition, "TransformJob")
    given["Statement"].append(
        {"Effect": "Deny", "Action": "sagemaker:CreateTrainingJob", "Resource": "*"}
    )

    rehearsal = rehearse(plan_of(definition), role_policies=[given], suggest=True)

    assert rehearsal.addition is not None
    assert [each["Sid"] for each in rehearsal.addition.to_dict()["Statement"]] == ["TransformJob"]
    [note] = rehearsal.notes
    assert note.startswith("sagemaker:CreateTrainingJob on arn:aws:sagemaker:")
    assert "stays denied with an explicit deny in an identity-based policy" in note


def test_no_wildcard_is_suggested_for_a_role_that_is_not_known() -> None:
    """A note says that the role's ARN is missing."""
    plan = Plan.from_definition(document(job("Train")), account="111122223333", region=REGION)

    rehearsal = rehearse(plan, role_policies=[], suggest=True)

    assert rehearsal.addition is not None
    actions = [each["Action"] for each in rehearsal.addition.to_dict()["Statement"]]
    assert actions == [["sagemaker:AddTags", "sagemaker:CreateTrainingJob"]]
    assert any("iam:PassRole" in note and "give its ARN" in note for note in rehearsal.notes)


def test_outcomes_choose_the_branch_and_fail_steps() -> None:
    """A step that fails for another reason than IAM is no refusal."""
    definition = document(
        job("Train"), condition("Check", [job("Good")], [fail("Stop")], DependsOn=["Train"])
    )
    plan = plan_of(definition)

    taken = statuses(rehearse(plan, role_policies=[ALL], outcomes={"Check": False}))
    failed = rehearse(plan, role_policies=[ALL], outcomes={"Train": "Failed"})

    assert (taken["Check/if/Good"], taken["Check/else/Stop"]) == ("NotRun", "Failed")
    assert statuses(failed)["Train"] == "Failed"
    assert failed.ok, "the step failed, and not for IAM"


def test_each_item_of_a_loop_is_a_step() -> None:
    """Its number follows the step's name."""
    definition = document(loop("Loop", ["a", "b"], [job("Train")]))

    rehearsal = rehearse(plan_of(definition), role_policies=[ALL])

    assert [step.step for step in rehearsal if step.step_type == "Training"] == [
        "Loop/each/Train-0",
        "Loop/each/Train-1",
    ]


def test_parameters_have_the_given_values() -> None:
    """They replace the defaults of the definition."""
    definition = document(
        job("Train", prefix=get("Parameters.Name")),
        parameters=[{"Name": "Name", "Type": "String", "DefaultValue": "team-b"}],
    )

    rehearsal = rehearse(
        plan_of(definition), role_policies=[ALL], parameters={"Name": "team-a-train"}
    )

    assert (rehearsal[0].job_name or "").startswith("team-a-train-")


def test_a_definition_may_be_a_dict_or_json_with_the_roles_of_a_policy() -> None:
    """The role of the policy is the one that is passed."""
    step_role = "arn:aws:iam::111122223333:role/training"
    prefix_policy = PrefixPolicy("team-a", step_roles={"Training": step_role})
    definition = document(job("Train"))

    for given in (definition, json.dumps(definition)):
        rehearsal = rehearse(given, role_policies={"own": ALL}, policy=prefix_policy, role_arn=ROLE)
        assert [step_role] == [
            request.resource
            for request in rehearsal[0].requests
            if request.action == "iam:PassRole"
        ]


def test_one_policy_may_be_given_by_itself() -> None:
    """It needs no list."""
    assert rehearse(plan_of(TRAIN_AND_SCORE), role_policies=ALL).ok


def test_condition_keys_that_are_given_are_known() -> None:
    """Without the value, a statement with such a condition allows nothing."""
    tagged = {"StringEquals": {"aws:PrincipalTag/team": "a"}}
    policies = [policy(allow("*", "*", Condition=tagged))]
    plan = plan_of(TRAIN_AND_SCORE)

    assert not rehearse(plan, role_policies=policies).ok
    assert rehearse(plan, role_policies=policies, context={"aws:PrincipalTag/team": "a"}).ok


def test_names_that_the_policy_refuses_are_a_violation() -> None:
    """Nothing runs then."""
    with pytest.raises(PrefixViolation, match="PFX006"):
        rehearse(document(job("Train")), role_policies=[ALL], policy=PrefixPolicy("team-b"))


def test_a_definition_that_the_service_refuses_is_a_value_error() -> None:
    """A step may depend only on a step that exists."""
    broken = document(job("Train", DependsOn=["Nobody"]))

    with pytest.raises(ValueError, match="the service would refuse the pipeline"):
        rehearse(plan_of(broken), role_policies=[ALL])


def test_a_parameter_without_a_value_is_a_value_error() -> None:
    """The pipeline can't start; the error is no error of a request to AWS."""
    parameters = [{"Name": "Where", "Type": "String"}]

    with pytest.raises(ValueError, match="to start the pipeline: The parameters Where"):
        rehearse(plan_of(document(job("Train"), parameters=parameters)), role_policies=[ALL])


def test_a_policy_that_iam_refuses_is_a_value_error() -> None:
    """The message names the element that is missing."""
    with pytest.raises(ValueError, match="Effect"):
        rehearse(plan_of(TRAIN_AND_SCORE), role_policies=[policy({"Action": "*"})])


def test_no_embedded_aws_is_left_open() -> None:
    """A rehearsal closes what it opened."""
    rehearse(plan_of(TRAIN_AND_SCORE), role_policies=[ALL])

    assert EmbeddedAWS.current() is None


class TestInAnOpenEmbeddedAWS:
    """The rehearsal runs there, and leaves nothing behind."""

    @pytest.fixture
    def plan(self, aws: EmbeddedAWS) -> Plan:
        """A plan in the account of the embedded AWS."""
        definition = document(job("Train"), job("Score", "Transform"))
        role = aws.create_role("rehearsed", [])
        return Plan.from_definition(definition, role_arn=role, pipeline_name="team-a-churn")

    def test_it_deletes_its_pipeline(self, aws: EmbeddedAWS, plan: Plan) -> None:
        """The embedded AWS stays open."""
        rehearse(plan, role_policies=[ALL])

        assert aws.client("sagemaker").list_pipelines()["PipelineSummaries"] == []
        assert EmbeddedAWS.current() is aws

    def test_it_restores_a_pipeline_of_the_same_name(self, aws: EmbeddedAWS, plan: Plan) -> None:
        """It has its own definition and role again."""
        client = aws.client("sagemaker")
        role = aws.create_role("own")
        own = json.dumps(document(job("Own")))
        client.create_pipeline(
            PipelineName="team-a-churn",
            PipelineDefinition=own,
            RoleArn=role,
            ClientRequestToken="1" * 32,
        )

        rehearse(plan, role_policies=[ALL])

        described = client.describe_pipeline(PipelineName="team-a-churn")
        assert (own, role) == (described["PipelineDefinition"], described["RoleArn"])

    def test_it_restores_outcomes_and_authorization(self, aws: EmbeddedAWS, plan: Plan) -> None:
        """They are as the test set them."""
        aws.outcomes["Train"] = "Succeeded"
        before = aws.authorize

        rehearse(plan, role_policies=[], outcomes={"Score": "Failed"})

        assert ({"Train": "Succeeded"}, before) == (aws.outcomes, aws.authorize)
