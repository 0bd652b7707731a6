"""SCPs come to allow the new names."""

from __future__ import annotations

from typing import Any

from .samples import HEAD, NEW, OLD, OTHER, documents, of, one, pipeline, planned, statement

ANYTHING = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
ROWS = (pipeline(), statement())


def deny(**more: Any) -> dict[str, Any]:
    """An SCP."""
    return {"Statement": [{"Effect": "Deny", "Action": "sagemaker:CreateTrainingJob", **more}]}


def steps(*levels: Any, rows: Any = ROWS) -> list[Any]:
    """The steps about SCPs."""
    return [step for step in of(planned(*rows, scps=levels), "widen") if not step.account]


def test_an_scp_that_knows_the_old_names_alone() -> None:
    """It comes to spare the new ones, and every update waits for that."""
    level = {"full.json": ANYTHING, "scps/root.json": deny(NotResource=OLD)}
    plan = planned(*ROWS, scps=[level])
    [step] = [step for step in of(plan, "widen") if not step.account]
    assert ("scps/root.json", ()) == (step.policy, step.roles)
    assert [[OLD, NEW]] == [each["NotResource"] for each in documents(step)["instead"]]
    assert step.number in one(plan, "update").after
    assert ["01-root-old", "01-root-instead"] == [
        each.name.replace(f"{step.number:02}", "01") for each in step.documents
    ]
    assert step.checks[0].endswith("--scp full.json,scps/root.json --prefix risk")


def test_an_scp_that_denies_the_new_names() -> None:
    """It is changed by hand."""
    [step] = steps({"root.json": deny(Resource=NEW), "full.json": ANYTHING})
    assert ("Change by hand what it denies", ["remove"]) == (step.do[:29], list(documents(step)))


def test_a_level_that_allows_old_names_alone() -> None:
    """No statement denies the new ones, and none allows them."""
    allow = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": OLD}]}
    [step] = steps({"full.json": ANYTHING}, {"a.json": allow, "b.json": allow})
    assert ("a.json, b.json", ()) == (step.subject, step.documents)


def test_scps_that_let_the_new_names_be() -> None:
    """They have no step; nor does an SCP for a region or a type that no pipeline has."""
    other = f"{HEAD}model/pipelines-*"
    assert [] == steps({"full.json": ANYTHING, "x.json": deny(Resource=OLD)})
    assert [] == steps({"full.json": ANYTHING, "x.json": deny(NotResource=[OLD, NEW])})
    assert [] == steps(
        {"full.json": ANYTHING, "x.json": deny(NotResource=other, Action="sagemaker:CreateModel")}
    )


def test_one_check_for_pipelines_alike() -> None:
    """Each role is not asked anew."""
    rows = (*ROWS, pipeline("b", role=OTHER), statement(role=OTHER))
    [step] = steps({"full.json": ANYTHING, "root.json": deny(NotResource=OLD)}, rows=rows)
    assert 1 == len(step.checks)


def test_the_other_checks_take_them_too() -> None:
    """So the plan stays the same."""
    plan = planned(*ROWS, scps=[{"full.json": ANYTHING}])
    assert all("--scp full.json" in step.checks[0] for step in plan if step.phase != "update")
    assert not any("give them with --scp" in note for note in plan.notes)
