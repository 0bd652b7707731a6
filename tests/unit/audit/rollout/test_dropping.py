"""The statements for the old names go last."""

from __future__ import annotations

from .samples import (
    ACCOUNT,
    HEAD,
    NEW,
    OLD,
    OTHER,
    ROLE,
    USER,
    documents,
    of,
    one,
    pipeline,
    planned,
    statement,
)

MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/team/jobs"
GROUP = f"{HEAD}model-package-group/registry"


def test_a_statement_for_old_names_alone() -> None:
    """It goes as a whole, and a policy without another one with it."""
    step = one(planned(pipeline(), statement()), "drop")
    assert {"remove": [{"Effect": "Allow", "Action": "sagemaker:*", "Resource": OLD}]} == documents(
        step
    )
    assert ("jobs", f"jobs of {ROLE}") == (step.policy, step.subject)
    assert "If no statement is left then, detach and delete the policy." in step.notes
    assert f"{ROLE} keeps it until these are updated: churn." in step.notes


def test_what_a_statement_has_beside_old_names_stays() -> None:
    """It is put in its place."""
    step = one(planned(pipeline(), statement(resource=[OLD, GROUP])), "drop")
    assert [[GROUP]] == [each["Resource"] for each in documents(step)["instead"]]


def test_a_statement_that_has_to_be_changed_by_hand() -> None:
    """Its resources do not tell what stays."""
    mixed = f"{HEAD}training-job/${{aws:PrincipalTag/x}}"
    step = one(planned(pipeline(), statement(resource=[mixed])), "drop")
    assert ("Remove 1 statement from it, by hand.", ["remove"]) == (step.do, list(documents(step)))


def test_a_managed_policy_is_one_step() -> None:
    """All that have it wait for each other; an inline policy is one for each."""
    rows = (pipeline(), pipeline("b", role=OTHER))
    shared = [statement(policy=MANAGED, role=role) for role in (OTHER, ROLE)]
    step = one(planned(*rows, *shared), "drop")
    assert ((ROLE, OTHER), 1) == (step.roles, len(documents(step)["remove"]))
    assert {1, 2, 5, 6} == set(step.after)
    assert 2 == len(of(planned(*rows, *(statement(role=role) for role in (OTHER, ROLE))), "drop"))


def test_a_policy_of_aws() -> None:
    """Nobody can change it."""
    policy = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
    step = one(planned(pipeline(), statement("outside", "*", policy=policy)), "drop")
    assert "AWS owns the policy, so attach a copy with the change" in step.notes[-1]
    assert step.do.startswith("Narrow it by hand")


def test_a_statement_for_any_name_is_narrowed_by_hand() -> None:
    """It has what the jobs need beside their names; the check sees that they still start."""
    step = one(planned(pipeline(), statement("outside", "*")), "drop")
    assert ["narrow"] == list(documents(step))
    assert "Keep what else their pipelines need of it, such as iam:PassRole and S3" in step.do
    assert step.checks[0].startswith(
        f"sm-prefix preflight --kind Training --live --role-arn {ROLE}"
    )
    assert step.checks[-1].endswith(f"--expect done --role {ROLE}")


def test_names_outside_every_prefix() -> None:
    """They are narrowed for execution roles; others may be administrators."""
    rows = (pipeline(verdict="inside"), statement("inside", NEW))
    wide = ("outside", f"{HEAD}training-job/*")
    assert 1 == len(of(planned(*rows, statement(*wide)), "drop"))
    assert [] == of(planned(*rows, statement(*wide, role=USER)), "drop")


def test_names_that_variables_decide() -> None:
    """Somebody has to see which they are."""
    variable = f"{HEAD}training-job/${{aws:PrincipalTag/team}}-*"
    rows = (pipeline(verdict="inside"), statement("inside", NEW), statement("unknown", variable))
    assert one(planned(*rows), "drop").do.startswith("Narrow it if it allows jobs outside")


def test_a_denial_stays() -> None:
    """It allows nothing."""
    rows = (pipeline(verdict="inside"), statement("inside", NEW))
    deny = {"Effect": "Deny", "key": "NotResource"}
    assert [] == of(planned(*rows, statement(**deny), statement("outside", **deny)), "drop")


def test_the_check() -> None:
    """Another audit that expects nothing at all for the role."""
    check = one(planned(pipeline(), statement()), "drop").checks[0]
    assert check.endswith(f"--plan-rollout --expect done --role {ROLE}")
