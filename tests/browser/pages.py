"""Pages of pipelines of any size, as the command writes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sm_prefix_ext import Plan, iam
from sm_prefix_ext.core.check_report import CheckedTarget, CheckReport, ReportedFinding
from sm_prefix_ext.core.display.report import Document
from sm_prefix_ext.core.findings import ALPHABET, Finding
from sm_prefix_ext.reporting.check_html import render
from sm_prefix_ext.reporting.page import as_page

STEPS_IN_A_ROUND = 10
ROLES = "arn:aws:iam::111122223333:role/service-role/"


def _job(name: str, step_type: str, field: str, **more: Any) -> dict[str, Any]:
    """A step with a declared name and a role of its own."""
    role = f"{ROLES}{step_type.lower()}"
    arguments = {field: f"team-a-{name.lower()}", "RoleArn": role}
    return {"Name": name, "Type": step_type, "Arguments": arguments, **more}


def _condition(name: str, then: list[Any], otherwise: list[Any], **more: Any) -> dict[str, Any]:
    """A condition with two branches."""
    branches = {"Conditions": [], "IfSteps": then, "ElseSteps": otherwise}
    return {"Name": name, "Type": "Condition", "Arguments": branches, **more}


def small() -> dict[str, Any]:
    """A definition of five steps, one of them nested."""
    register = {
        "Name": "Register",
        "Type": "RegisterModel",
        "Arguments": {"ModelPackageGroupName": "team-a-abalone"},
    }
    return {
        "Version": "2020-12-01",
        "Steps": [
            _job("Prepare", "Processing", "ProcessingJobName"),
            _job("Train", "Training", "TrainingJobName", DependsOn=["Prepare"]),
            _job("Evaluate", "Processing", "ProcessingJobName", DependsOn=["Train"]),
            _condition("Accept", [register], [], DependsOn=["Evaluate"]),
        ],
    }


def large(count: int = 300) -> dict[str, Any]:
    """A definition of so many steps, nested ones counted in; every fifth round begins anew."""
    return {
        "Version": "2020-12-01",
        "Steps": [step for i in range(count // STEPS_IN_A_ROUND) for step in _round(i)],
    }


def _round(i: int) -> list[dict[str, Any]]:
    processing, training = ("Processing", "ProcessingJobName"), ("Training", "TrainingJobName")
    score = _job(f"Score{i}", "Transform", "TransformJobName")
    report = _job(f"Report{i}", *processing, DependsOn=[f"Score{i}"])
    create = _job(f"Create{i}", "Model", "ModelName")
    serve = _condition(f"Serve{i}", [score, report], [], DependsOn=[f"Create{i}"])
    stop = {"Name": f"Stop{i}", "Type": "Fail", "Arguments": {"ErrorMessage": "too bad"}}
    return [
        _job(f"Prepare{i}", *processing, DependsOn=[f"Accept{i - 1}"] if i % 5 else []),
        _job(f"Train{i}", *training, DependsOn=[f"Prepare{i}"]),
        _job(f"Challenger{i}", *training, DependsOn=[f"Prepare{i}"]),
        _job(f"Evaluate{i}", *processing, DependsOn=[f"Train{i}", f"Challenger{i}"]),
        _condition(f"Accept{i}", [create, serve], [stop], DependsOn=[f"Evaluate{i}"]),
    ]


def plan(definition: dict[str, Any]) -> Plan:
    """The plan of a definition, in an account and a region."""
    return Plan.from_definition(
        definition,
        region="eu-west-1",
        role_arn=f"{ROLES}execution",
        pipeline_name="team-a-abalone",
    )


def plan_page(definition: dict[str, Any]) -> str:
    """A plan with its policy."""
    planned = plan(definition)
    text = iam.execution_role_policy(planned).to_json()
    documents = (Document("Policy of the execution role", text),)
    return as_page([replace(planned.report(), documents=documents)])


def preflight_page(definition: dict[str, Any]) -> str:
    """A preflight in which something is allowed, denied, and not certain."""
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": f"{ROLES}processing"}
    statements = [
        {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "sagemaker:CreateTrainingJob", "Resource": "*"},
        passing | {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}}},
    ]
    policies = [{"Statement": statements}]
    return as_page([iam.preflight(plan(definition), role_policies=policies).report()])


def check_page(definition: dict[str, Any], names: list[str]) -> str:
    """A check of some pipelines, each with a finding."""
    finding = Finding.of(ALPHABET, "Train", "Training", "It has '_' in it.", "Use a hyphen.")
    targets = []
    for name in names:
        counts = ReportedFinding(finding, name, name)
        hidden = counts._replace(hidden="off in sm-prefix.toml")
        checked = CheckedTarget(name, "definition", "sm-prefix.toml", 3, (counts, hidden))
        targets.append(checked._replace(definition=definition))
    return render(CheckReport(tuple(targets)))
