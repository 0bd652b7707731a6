"""The report of a plan."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import Plan
from sm_prefix_ext.core.display.report import Cell
from sm_prefix_ext.core.plan_report import COLUMNS, marks, plan_report

ROLE = "arn:aws:iam::111122223333:role/"
NAME = {"Std:Join": {"On": "-", "Values": ["team-a", {"Get": "Parameters.Stage"}]}}
DEFINITION: dict[str, Any] = {
    "Parameters": [{"Name": "Stage", "Type": "String", "DefaultValue": "dev"}],
    "Steps": [
        {
            "Name": "Train",
            "Type": "Training",
            "Arguments": {"TrainingJobName": "team-a-train", "RoleArn": f"{ROLE}train"},
        },
        {
            "Name": "Score",
            "Type": "Transform",
            "Arguments": {"TransformJobName": NAME},
            "DependsOn": ["Gone"],
        },
        {
            "Name": "Clean",
            "Type": "Processing",
            "Arguments": {"ProcessingJobName": "team-a-clean", "RoleArn": f"{ROLE}clean"},
        },
    ],
}
PLAN = Plan.from_definition(
    DEFINITION, region="eu-west-1", account="111122223333", pipeline_name="churn"
)


def test_a_row_for_each_job_with_short_arns() -> None:
    """What the ARNs have in common is a fact above the table."""
    report = PLAN.report()

    assert ("Plan of churn", "3 jobs.", COLUMNS) == (
        report.title,
        report.summary,
        report.tables[0].columns,
    )
    jobs = "arn:aws:sagemaker:eu-west-1:111122223333:"
    assert report.facts == (
        ("ARNs begin with", jobs),
        ("Roles begin with", ROLE.removesuffix("role/")),
    )
    train, score, _ = report.tables[0].rows
    assert "Train" == train.group
    assert train.cells == (
        Cell("Train"),
        Cell("Training"),
        Cell("team-a-train-*", code=True),
        Cell("training-job/team-a-train-*", code=True, full=f"{jobs}training-job/team-a-train-*"),
        Cell("role/train", code=True, full=f"{ROLE}train"),
    )
    assert score.cells[4] is None


def test_notes_are_about_defaults_and_the_picture() -> None:
    """Both come from the definition."""
    defaults, gone = PLAN.report().notes

    assert "default values of Stage;" in defaults
    assert "'Score' refers to 'Gone'" in gone


def test_the_picture_shows_the_planned_names() -> None:
    """A role is in the box if the step has one."""
    graph = PLAN.report().graph

    assert graph is not None
    assert ("team-a-train-*", "role train") == graph.nodes[0].lines
    assert ("team-a-dev-*",) == graph.nodes[1].lines


def test_a_step_with_several_jobs_has_each_name_and_role_once() -> None:
    """Every step with a job has a mark."""
    first, _, third = PLAN.jobs

    assert ("team-a-train-*", "role train") == marks([first, first])["Train"].lines
    assert {"Train", "Clean"} == marks([first, third]).keys()


def test_a_plan_without_jobs() -> None:
    """It is a summary alone."""
    report = plan_report([], {}, None)

    assert ("Plan", "0 jobs.", (), None, ()) == (
        report.title,
        report.summary,
        report.facts,
        report.graph,
        report.notes,
    )


def test_to_frame_has_a_row_for_each_job() -> None:
    """It has the columns without rows too."""
    pytest.importorskip("pandas", reason="pandas is not installed")

    frame = PLAN.to_frame()

    assert ["Train", "Score", "Clean"] == list(frame["step"])
    assert list(PLAN.jobs[0].to_dict()) == list(frame.columns)
    assert list(frame.columns) == list(Plan.from_definition({"Steps": []}).to_frame().columns)
