"""The roll-out as a whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sm_prefix_ext.audit import AuditRow
from sm_prefix_ext.audit.rollout import PHASES, rollout

from .samples import (
    ACCOUNT,
    FRAUD,
    NEW,
    OLD,
    OTHER,
    RISK,
    ROLE,
    USER,
    job,
    of,
    one,
    pipeline,
    planned,
    statement,
    unread,
)


def phases(*rows: AuditRow, **more: Any) -> list[str]:
    return [step.phase for step in planned(*rows, **more)]


def test_the_steps_of_a_pipeline() -> None:
    """Widen, update, verify, drop, each after the one before."""
    plan = planned(pipeline(), statement())
    assert ["widen", "update", "verify", "drop"] == [step.phase for step in plan]
    assert [(), (1,), (2,), (1, 3)] == [step.after for step in plan]
    assert [1, 2, 3, 4] == [step.number for step in plan]


def test_steps_that_widen_name_the_others_that_their_checks_need() -> None:
    """Those of the same role, and those about the whole account; a boundary needs no role's."""
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
    plan = planned(
        pipeline(),
        statement(),
        pipeline("b", role=OTHER),
        statement(role=OTHER),
        statement(Effect="Deny", key="NotResource", policy="guard"),
        statement(role=boundary, policy=boundary),
    )
    needed = [[note for note in step.notes if "may need" in note] for step in of(plan, "widen")]
    steps = ["steps 3–4", "step 3", None, "steps 1, 3"]
    assert needed == [[f"Its check may need {each} too."] if each else [] for each in steps]


def test_what_is_done_is_no_step() -> None:
    """Once the pipeline is updated, and nothing started under the old name, the drop is left."""
    new = statement("inside", NEW)
    updated = pipeline(verdict="inside")
    assert ["verify", "drop"] == phases(updated, statement(), new)
    assert ["drop"] == phases(updated, statement(), new, watched=True)
    assert [] == phases(updated, new, watched=True)
    assert [] == phases(updated, new)


def test_nothing_at_all() -> None:
    """An empty account has nothing to do."""
    plan = planned()
    assert ("no step is left.", (), "Roll-out: no step is left.") == (
        plan.report().summary,
        plan.notes,
        str(plan),
    )


def test_what_is_left_before_a_phase() -> None:
    """Of all principals, or of some; a step about the whole account is of each."""
    plan = planned(
        pipeline(), statement(), pipeline("b", role=OTHER), statement(role=OTHER), unread()
    )
    for number, phase in enumerate(PHASES):
        before = {step.phase for step in plan.left_before(phase)}
        assert set(PHASES[:number]) == before
    assert len(plan) == len(plan.left_before("done"))
    left = plan.left_before("done", [OTHER])
    assert [(), *[(OTHER,)] * 4] == [step.roles for step in left]
    with pytest.raises(ValueError, match="'soon' is not a phase; wanted one of decide, widen"):
        plan.left_before("soon")


def test_a_drop_waits_for_what_concerns_its_roles() -> None:
    """A failed read concerns all of its account; an unknown account concerns all."""
    plan = planned(
        pipeline(),
        statement(),
        pipeline("b", role=OTHER),
        statement(role=OTHER),
        unread(),
        unread(account="", region=""),
        unread(account="444455556666"),
    )
    decide = {step.account: step.number for step in of(plan, "decide")}
    for drop in of(plan, "drop"):
        waits = [plan[number - 1] for number in drop.after]
        assert set(drop.roles) >= {role for step in waits for role in step.roles}
        assert {decide[""], decide[ACCOUNT]} == {n for n in drop.after if n in decide.values()}


def test_a_statement_of_somebody_else_waits_for_the_whole_account() -> None:
    """Nobody knows whose jobs the statement is for."""
    plan = planned(pipeline(), statement(), statement(role=USER))
    drop = next(step for step in of(plan, "drop") if step.roles == (USER,))
    verify = one(plan, "verify")
    assert verify.number in drop.after
    assert ROLE in verify.roles


def test_json() -> None:
    """All of a step is in it."""
    data = json.loads(json.dumps(planned(pipeline(), statement()).to_dict()))
    assert ["widen", "update", "verify", "drop"] == [step["phase"] for step in data["steps"]]
    [document] = data["steps"][0]["documents"]
    assert ("attach", "01-rollout-execution") == (document["use"], document["name"])
    assert any("cache" in note for note in data["notes"])


def test_names_of_documents_are_unique() -> None:
    """Two roles may have a policy of one name."""
    plan = planned(
        pipeline(), statement(), pipeline("b", role=OTHER), statement(role=OTHER, policy="jobs")
    )
    names = [each.name for step in plan for each in step.documents]
    assert len(names) == len(set(names)) == 4


def test_prefixes_that_collide_are_a_note() -> None:
    """They keep no step back."""
    collision = AuditRow("collision", "", "", "two teams", name="risk", reason="They collide.")
    assert "They collide." == planned(pipeline(), statement(), collision).notes[0]


def test_an_unknown_team() -> None:
    """The error has the teams there are."""
    with pytest.raises(ValueError, match=r"There is no team 'rsk'; the teams are risk, fraud\."):
        rollout([], [RISK, FRAUD], assign={"*": "rsk"})


def test_a_policy_without_an_old_name_is_left_alone() -> None:
    """So are denials, collisions but for a note, and earlier versions of pipelines."""
    rows = [
        pipeline(verdict="inside"),
        statement("inside", NEW),
        pipeline(version=1),
        job(verdict="inside"),
    ]
    assert [] == phases(*rows, watched=True)
    assert "drop" in phases(*rows, statement("prefixing off", [OLD, NEW]), watched=True)
