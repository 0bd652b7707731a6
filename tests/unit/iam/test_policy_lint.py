"""Findings about a role's policies."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import Plan, iam
from sm_prefix_ext.core.findings import CATALOGUE, WARNING

from .pipelines import EXECUTION, REGION, step
from .requests import CREATE, HEAD, TRAIN, allow, document, training


def codes(pipeline_plan: Plan, *statements: Any) -> list[str]:
    """Return the codes of the warnings."""
    answer = iam.preflight(pipeline_plan, role_policies={"role.json": document(*statements)})
    assert all(
        finding.severity == WARNING and finding.code in CATALOGUE for finding in answer.warnings
    )
    assert all(finding.step == "role.json" for finding in answer.warnings)
    return [finding.code for finding in answer.warnings]


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        (allow("sagemaker:*", "*"), ["PFX012"]),
        ({"Effect": "Allow", "NotAction": "s3:*", "NotResource": "arn:aws:s3:::x"}, ["PFX012"]),
        (allow(CREATE, f"{HEAD}training-job/*"), ["PFX012"]),
        (allow(CREATE, TRAIN), []),
        (allow(CREATE, f"{HEAD}training-job/team-*"), []),
        (allow(CREATE, f"{HEAD}*/team-a-*"), ["PFX013"]),
        (allow(CREATE, f"{HEAD}training-jo?/team-a-*"), ["PFX013"]),
        (allow(CREATE, f"{HEAD}training-job/team-a-train-x*"), ["PFX014"]),
        (allow(CREATE, f"{HEAD}training-job/team-a-train-{'?' * 12}-{'?' * 10}"), ["PFX014"]),
        (allow(CREATE, f"{HEAD}training-job/Team-A-*"), ["PFX015"]),
        (allow(CREATE, f"{HEAD}training-job/pipelines-*"), ["PFX016"]),
        (allow("sagemaker:CreateProcessingJob", f"{HEAD}processing-job/pipelines-*"), []),
        (allow(CREATE, f"{HEAD}training-job/team-b-*"), []),
        (allow(CREATE, f"{HEAD}*/pipelines-*"), ["PFX013", "PFX016"]),
        (allow(CREATE, [TRAIN, f"{HEAD}training-job/pipelines-*"]), []),
        (
            allow(CREATE, "*", Condition={"StringEquals": {"aws:RequestedRegion": REGION}}),
            ["PFX012"],
        ),
        (
            allow(CREATE, "*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}),
            [],
        ),
    ],
)
def test_warnings(statement: Any, wanted: list[str]) -> None:
    """Each finding has its code and the policy that it is about."""
    assert wanted == codes(training(), statement)


def test_stale_patterns() -> None:
    """A stale pattern is reported, except for other types or prefixes."""
    right, old = allow(CREATE, TRAIN), allow(CREATE, f"{HEAD}training-job/pipelines-*")
    assert ["PFX016"] == codes(training(), right, old)
    other_type = allow("sagemaker:*", f"{HEAD}processing-job/pipelines-*")
    assert [] == codes(training(), right, other_type)
    assert [] == codes(training(), right, allow(CREATE, f"{HEAD}training-job/team-b-*"))
    unprefixed = allow(CREATE, f"{HEAD}training-job/pipelines-*")
    assert [] == codes(training(None), unprefixed, allow(CREATE, f"{HEAD}training-job/team-b-*"))


def test_unprefixed_tuning_jobs_are_not_called_pipelines() -> None:
    """Names of unprefixed tuning jobs begin with the execution's ID."""
    pipeline_plan = Plan.from_definition(
        {"Steps": [step("Tune", "Tuning", {"TrainingJobDefinition": {"RoleArn": EXECUTION}})]},
        region=REGION,
    )
    create, head = "sagemaker:CreateHyperParameterTuningJob", f"{HEAD}hyper-parameter-tuning-job/"
    assert ["PFX016"] == codes(pipeline_plan, allow(create, f"{head}pipelines-*"))
    assert [] == codes(pipeline_plan, allow(create, f"{head}*-Tune-*"))


def test_a_group_has_no_prefixing_to_turn_on() -> None:
    """A group's versions have the group's name, with prefixing on or off."""
    listed = step("R", "RegisterModel", {"ModelPackageGroupName": "churn"})
    pipeline_plan = Plan.from_definition({"Steps": [listed]}, region=REGION)
    assert [] == codes(pipeline_plan, allow("sagemaker:*", f"{HEAD}model-package/team-a-*"))


@pytest.mark.parametrize("layer", ["deny", "boundary", "scps"])
def test_the_forbidden_form_is_found_everywhere(layer: str) -> None:
    """A Deny, a boundary and an SCP are checked too."""
    form = f"{HEAD}*/team-a-*"
    policies = [allow(CREATE, TRAIN)]
    given: dict[str, Any] = {}
    if layer == "deny":
        policies.append({"Effect": "Deny", "Action": CREATE, "NotResource": form})
    else:
        bound = document(allow("*", form))
        given[layer] = bound if layer == "boundary" else [[bound]]
    answer = iam.preflight(training(), role_policies=[document(*policies)], **given)
    assert ["PFX013"] == [finding.code for finding in answer.warnings]


def test_a_boundary_can_restrict_an_unrestricted_role() -> None:
    """The finding is about what all layers together allow."""
    everything, bound = document(allow("*", "*")), document(allow("*", TRAIN))
    answer = iam.preflight(training(), role_policies=[everything], boundary=bound)
    assert answer.warnings == ()


def test_warnings_with_prefixing_off() -> None:
    """A policy for a prefix is reported for jobs without one."""
    statement = allow(CREATE, f"{HEAD}training-job/team-a-*")
    assert ["PFX016"] == codes(training(None), statement)
    assert [] == codes(training(None), allow(CREATE, f"{HEAD}training-job/pipelines-*"))
    assert [] == codes(training(None), allow("*", "*"))
