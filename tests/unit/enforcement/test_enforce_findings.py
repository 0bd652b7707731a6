"""The findings for a whole definition, and which names are composed, kept or judged."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.core.findings import Finding
from sm_prefix_ext.enforcement.enforce import enforce, enforce_in_place
from sm_prefix_ext.enforcement.name_rules import Declared

TEAM_A = PrefixPolicy("team-a")
GROUP = "arn:aws:sagemaker:eu-west-1:111122223333:model-package-group/"


def step(name: str, step_type: str = "Training", **arguments: Any) -> dict[str, Any]:
    """Return a step."""
    return {"Name": name, "Type": step_type, "Arguments": arguments}


def document(*steps: dict[str, Any]) -> dict[str, Any]:
    """Return a definition with the steps."""
    return {"Version": "2020-12-01", "Steps": list(steps)}


def loop(*steps: dict[str, Any]) -> dict[str, Any]:
    """Return a definition whose steps are in a condition, so that paths differ from names."""
    return document(step("If", "Condition", IfSteps=list(steps)))


def codes(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    """Return the codes and locations."""
    return [(finding.code, finding.step) for finding in findings]


@pytest.mark.parametrize(
    ("group", "message", "fix"),
    [
        (
            "models",
            "The model is registered into the group 'models', outside 'team-a'.",
            "Call the group 'team-a-models', or name this group in the IAM policies: a registered "
            "model's ARN has the group's name instead of a job prefix.",
        ),
        (
            f"{GROUP}models",
            "The model is registered into the group 'models', outside 'team-a'.",
            "Call the group 'team-a-models', or name this group in the IAM policies: a registered "
            "model's ARN has the group's name instead of a job prefix.",
        ),
        (
            {"Get": "Parameters.G"},
            "The model package group is a pipeline expression, known only at run time.",
            "Give the group's name as a string that begins with 'team-a-'.",
        ),
    ],
)
def test_the_finding_for_a_group_outside_the_policy(group: Any, message: str, fix: str) -> None:
    """The finding is a warning at the step; without a prefix there is none."""
    definition = loop(step("R", "RegisterModel", ModelPackageGroupName=group))
    assert (Finding("PFX008", "warning", "If/if/R", "RegisterModel", message, fix),) == enforce(
        definition, TEAM_A, {}
    )[1]
    assert () == enforce(definition, PrefixPolicy(), {})[1]


def test_groups_that_the_policy_covers() -> None:
    """A group is covered by name and by ARN; two steps may register into one group."""
    for group in ("team-a", "team-a-x", f"{GROUP}team-a-x"):
        steps = [step(name, "RegisterModel", ModelPackageGroupName=group) for name in "AB"]
        definition, findings = enforce(document(*steps), TEAM_A, {})
        assert (document(*steps), ()) == (definition, findings)


def test_steps_with_a_group_are_not_compared() -> None:
    """The service takes the group's name, whatever other name the step has."""
    more = {"ModelPackageGroupName": "team-a-x", "ModelPackageName": "y"}
    steps = [step(name, "RegisterModel", **more) for name in "AB"]
    assert () == enforce(document(*steps), TEAM_A, {})[1]


def test_two_steps_of_one_path_are_alternatives() -> None:
    """A template's condition chooses one of them, so they don't share a prefix in a run."""
    declared = {"A": Declared("x", "X(n=)")}
    assert () == enforce(loop(step("A"), step("A")), TEAM_A, declared)[1]


def test_the_finding_for_two_steps_with_one_prefix() -> None:
    """The finding names the first of the steps, and what to declare."""
    declared = {"A": Declared("x", "X(n=)"), "B": Declared("x", "Y(n=)"), "C": Declared("y")}
    steps = (step("A"), step("B"), step("C"))
    assert (
        Finding(
            "PFX007",
            "warning",
            "If/if/B",
            "Training",
            "Its jobs run under the prefix 'team-a-x', as those of 'If/if/A' do; with prefixing "
            "on, job names don't contain the step's name.",
            "Declare another name in Y(n=), unless the execution's list of steps is enough to tell "
            "them apart.",
        ),
    ) == enforce(loop(*steps), TEAM_A, declared)[1]


def test_steps_with_another_violation_are_not_compared() -> None:
    """A step with an error gets another name anyway."""
    steps = [step(name, TrainingJobName="x_y") for name in "AB"]
    assert [("PFX003", "A"), ("PFX003", "B")] == codes(enforce(document(*steps), TEAM_A, {})[1])


def test_the_finding_for_a_step_that_was_not_reached() -> None:
    """The step has an error, and its name is composed and judged all the same."""
    definition = loop(step("A"), step("B", TrainingJobName="x_y"))
    findings = enforce_in_place(definition, TEAM_A, {"A": Declared("x")}, reached={"A"})
    assert [("PFX022", "If/if/B"), ("PFX003", "If/if/B")] == codes(findings)
    assert (
        Finding(
            "PFX022",
            "error",
            "If/if/B",
            "Training",
            "The SDK rendered this step, but no object of the pipeline refers to it, so the "
            "declared name of its job is not known.",
            "List the step in the pipeline's steps=.",
        )
        == findings[0]
    )
    for reached in (None, ["A", "B"]):
        findings = enforce_in_place(document(step("A"), step("B")), TEAM_A, {}, reached=reached)
        assert () == findings


def test_a_step_without_a_job_need_not_be_reached() -> None:
    """No name can be declared for a step without a job."""
    for arguments in ({}, {"EndpointName": "team-a-x"}):
        definition = document(step("E", "Endpoint", **arguments), step("F", "Fail"))
        assert () == enforce_in_place(definition, TEAM_A, {}, reached=())


def test_names_of_steps_are_judged_with_prefixing() -> None:
    """Names of all steps are judged, except those that were judged before."""
    definition = document(step("A b"), step("F g", "Fail"), step("E f", "Endpoint"))
    assert [("PFX020", "A b"), ("PFX020", "F g"), ("PFX020", "E f")] == codes(
        enforce(definition, TEAM_A, {})[1]
    )
    assert () == enforce(definition, TEAM_A, {}, prefixing=False)[1]
    known = {("Training", "A b"): "known"}
    definition = document(step("A b"))
    assert () == enforce_in_place(definition, TEAM_A, {}, names=known)
    assert {"TrainingJobName": "known"} == definition["Steps"][0]["Arguments"]
    [finding] = enforce(loop(step("A b")), TEAM_A, {})[1]
    assert ("If/if/A b", "Training") == (finding.step, finding.step_type)
    assert "the step's name 'A b'" in finding.message


def test_known_names_are_compared_too() -> None:
    """Known names are compared with each other and with composed names."""
    known = {("Training", "A"): "team-a-x", ("Training", "B"): "team-a-x"}
    definition = document(step("A"), step("B"), step("C", TrainingJobName="x"))
    findings = enforce_in_place(definition, TEAM_A, {}, names=known)
    assert [("PFX007", "B"), ("PFX007", "C")] == codes(findings)


def test_a_group_is_judged_where_the_name_is_known() -> None:
    """The service names a registered model after its group."""
    definition = document(step("R", "RegisterModel", ModelPackageGroupName="x"))
    known = {("RegisterModel", "R"): "team-a-x"}
    assert [("PFX008", "R")] == codes(enforce_in_place(definition, TEAM_A, {}, names=known))
    assert {"ModelPackageGroupName": "x"} == definition["Steps"][0]["Arguments"]


@pytest.mark.parametrize(
    ("declared", "composes", "name"),
    [
        (None, None, "x"),
        ({}, None, "team-a-x"),
        (None, True, "team-a-x"),
        ({}, False, "x"),
        ({"A": Declared("y")}, None, "team-a-y"),
        ({"A": Declared("y")}, False, "y"),
    ],
)
def test_who_puts_the_prefix_in_front(
    declared: dict[str, Declared] | None, composes: bool | None, name: str
) -> None:
    """By default the prefix precedes a declared name."""
    definition = document(step("A", TrainingJobName="x"))
    findings = enforce_in_place(definition, TEAM_A, declared, composes=composes)
    assert {"TrainingJobName": name} == definition["Steps"][0]["Arguments"]
    assert ([] if name.startswith("team-a-") else ["PFX006"]) == [f.code for f in findings]


def test_enforce_leaves_its_argument_as_it_is() -> None:
    """The definition that it returns is a copy, composed by default."""
    definition = document(step("A", TrainingJobName="x"))
    enforced, findings = enforce(definition, TEAM_A, {})
    assert ("x", "team-a-x", ()) == (
        definition["Steps"][0]["Arguments"]["TrainingJobName"],
        enforced["Steps"][0]["Arguments"]["TrainingJobName"],
        findings,
    )


def test_a_generated_name_is_no_declared_name() -> None:
    """A generated name is replaced unless the policy covers it; a finding quotes it."""
    generated = step("S", "QualityCheck", ProcessingJobName="baseline-job")
    definition, findings = enforce(document(generated), PrefixPolicy("baseline"), {})
    assert (document(generated), ()) == (definition, findings)
    [finding] = enforce(document(generated), PrefixPolicy(), {})[1]
    assert finding.message.startswith("'baseline-job' is the SDK's generated name, and no")
    definition, findings = enforce(document(generated), PrefixPolicy("base"), {})
    assert ("base-S", ()) == (definition["Steps"][0]["Arguments"]["ProcessingJobName"], findings)


def test_a_full_name_is_judged_at_its_step() -> None:
    """The finding has the field; a step type without such a field has no finding."""
    definition = loop(step("E", "Endpoint", EndpointName="x.y"), step("F", "Fail"))
    assert (
        Finding(
            "PFX020",
            "error",
            "If/if/E",
            "Endpoint",
            "EndpointName is 'x.y', which the service refuses: it has '.' in it.",
            "Call it 'team-a-x-y'.",
        ),
    ) == enforce(definition, TEAM_A, {})[1]


def test_the_role_of_a_step_is_the_policys() -> None:
    """The step's name decides, then its type; other steps keep their own role."""
    by_name, by_type = (f"arn:aws:iam::111122223333:role/{name}" for name in ("name", "type"))
    policy = PrefixPolicy(step_roles={"A": by_name, "Training": by_type})
    steps = (
        step("A", RoleArn="r"),
        step("B", RoleArn="r"),
        step("C", "Processing", RoleArn="r"),
        step("N", "New", RoleArn="r"),
    )
    definition, _ = enforce(document(*steps), policy, {}, prefixing=False)
    assert [by_name, by_type, "r", "r"] == [
        rendered["Arguments"]["RoleArn"] for rendered in definition["Steps"]
    ]


def test_steps_after_an_unknown_type_are_judged() -> None:
    """Each step has its own findings, whatever stands before it."""
    steps = [step("New", "Quantum"), step("Train", TrainingJobName="x_y"), step("Other")]
    definition, findings = enforce(document(*steps), TEAM_A, {"Other": Declared("x")})
    assert [("PFX005", "New"), ("PFX003", "Train")] == codes(findings)
    assert "team-a-x" == definition["Steps"][2]["Arguments"]["TrainingJobName"]
