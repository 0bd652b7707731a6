"""Pipelines are updated, and watched until nothing starts under the old names."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.core.policy_file import Team

from .samples import (
    BEFORE,
    HEAD,
    LATER,
    NEW,
    OTHER,
    ROLE,
    job,
    of,
    one,
    pipeline,
    planned,
    statement,
)

DONE = (pipeline(verdict="inside"), statement(), statement("inside", NEW))


def test_those_with_errors_come_first() -> None:
    """With what a check finds; then by region and name."""
    plan = planned(
        pipeline("b"),
        pipeline("a"),
        pipeline("z", "outside", errors=2, reason="Train: x (PFX006)"),
        statement(),
    )
    steps = of(plan, "update")
    assert ["z", "a", "b"] == [step.subject for step in steps]
    assert ("Fix what its check finds: 2 errors.", ("Train: x (PFX006)",)) == (
        steps[0].do[:35],
        steps[0].notes,
    )


def test_what_to_pass() -> None:
    """The prefix, and a short one that differs; the check is one of the pipeline in AWS."""
    team = Team("fraud", PrefixPolicy("fraud-detection", short_prefix="fd"))
    step = one(planned(pipeline(), statement(), teams=[team]), "update")
    given = "PrefixPolicy('fraud-detection', short_prefix='fd')."
    assert f"Update the pipeline under {given}" == step.do
    prefixes = ["--prefix", "fraud-detection", "--short-prefix", "fd"]
    expected = ["sm-prefix", "check", f"{HEAD}pipeline/churn", *prefixes]
    assert expected == shlex.split(step.checks[0])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((), False),
        ((job(),), True),
        ((job(time=BEFORE),), False),
        ((job(time=None),), True),
        ((job(ran_in="y" * 12),), False),
        ((job(name="pipelines-of-mine"),), True),
        ((job(verdict="outside"),), False),
        ((job(pipeline=None, execution=None),), True),
        ((pipeline("b", "inside", old_executions=1),), True),
        ((pipeline("b", "inside", old_executions=None),), True),
        ((pipeline("b", "inside", old_executions=1, step_types=()),), False),
    ],
)
def test_what_keeps_an_old_name_alive(rows: Any, expected: bool) -> None:
    """A job that started under it after the update, or an execution that may start one."""
    plan = planned(*DONE, *rows, watched=True)
    assert expected == bool(of(plan, "verify"))
    if expected:
        assert one(plan, "verify").number in one(plan, "drop").after


def test_without_a_statement_to_drop_nothing_is_watched() -> None:
    """A pipeline may be updated again while an execution runs."""
    rows = (pipeline(verdict="inside", old_executions=1), statement("inside", NEW), job())
    assert [] == list(planned(*rows))
    assert [] == list(planned(*rows, job(pipeline=None, execution=None)))


def test_it_says_what_it_saw() -> None:
    """The pipeline, and a job."""
    rows = (pipeline("b", "inside", old_executions=2), job())
    notes = one(planned(*DONE, *rows, watched=True), "verify").notes
    assert "b: 2 executions from before its last change still run." in notes
    assert any(note.startswith("churn: 1 job started under the old names") for note in notes)


def test_jobs_without_a_pipeline_concern_the_account() -> None:
    """They may be of any role."""
    step = one(planned(*DONE, job(pipeline=None, execution=None), watched=True), "verify")
    assert ((), "1 job of other executions") == (step.roles, step.subject)


def test_the_check_counts_from_the_audit_on() -> None:
    """It lists all jobs since, and expects that only statements are left."""
    step = one(planned(*DONE), "verify")
    expected = f"--iam --jobs --since {LATER} --plan-rollout --expect drop --role {ROLE}"
    assert step.checks[0].endswith(expected)


def test_a_role_without_old_names_needs_none() -> None:
    """Unless its pipelines are still to be updated."""
    assert [] == of(planned(pipeline(verdict="inside"), statement("inside", NEW)), "verify")
    plan = planned(pipeline(role=OTHER), statement("inside", NEW, role=OTHER))
    assert 1 == len(of(plan, "verify"))
