"""Compare what a notebook, a terminal and a pull request show of a pipeline with files.

``REWRITE_GOLDEN=1 pytest tests/golden`` writes the files. Read the differences before you commit
them. Graphviz places boxes differently from version to version, so the files have no positions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from sm_prefix_ext import Plan, PrefixPolicy, iam, prefixed_jobs
from sm_prefix_ext.core.display.html import fragment
from sm_prefix_ext.core.display.markdown import as_markdown
from sm_prefix_ext.core.display.mermaid import as_mermaid
from sm_prefix_ext.core.display.report import Report
from sm_prefix_ext.core.display.svg import as_image
from sm_prefix_ext.core.display.text import as_text
from sm_prefix_ext.core.findings_report import findings_report
from sm_prefix_ext.core.jobs_report import jobs_report
from sm_prefix_ext.enforcement.enforce import enforce

from .test_golden import compare

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/pipeline-execution"
JOBS_ROLE = f"arn:aws:iam::{ACCOUNT}:role/team-a-jobs"


def step(name: str, step_type: str, *before: str, **arguments: Any) -> dict[str, Any]:
    return {"Name": name, "Type": step_type, "DependsOn": [*before], "Arguments": arguments}


DEFINITION = {
    "Version": "2020-12-01",
    "Parameters": [{"Name": "Stage", "Type": "String", "DefaultValue": "dev"}],
    "Steps": [
        step("Prepare", "Processing", ProcessingJobName="team-a-prepare", RoleArn=JOBS_ROLE),
        step(
            "Train",
            "Training",
            "Prepare",
            TrainingJobName={
                "Std:Join": {"On": "-", "Values": ["team-a", {"Get": "Parameters.Stage"}]}
            },
            RoleArn=JOBS_ROLE,
        ),
        step(
            "Check",
            "Condition",
            "Train",
            IfSteps=[step("Score", "Transform", TransformJobName="team-b-score")],
            ElseSteps=[step("Stop", "Fail", ErrorMessage="The error is too large.")],
        ),
        step(
            "Regions",
            "ForEach",
            "Check",
            ForEachBody=[
                step("Copy", "Processing", ProcessingJobName="team-a-copy", RoleArn=JOBS_ROLE)
            ],
        ),
    ],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": JOBS_ROLE},
        {
            "Sid": "NoTraining",
            "Effect": "Deny",
            "Action": "sagemaker:CreateTrainingJob",
            "Resource": "*",
        },
    ],
}
PLAN = Plan.from_definition(
    DEFINITION, region="eu-west-1", account=ACCOUNT, role_arn=ROLE, pipeline_name="abalone"
)
START = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def executed(name: str, status: str, job: str = "", **more: Any) -> dict[str, Any]:
    """Return a step of an execution; ``job`` is the end of its job's ARN."""
    arn = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:{job}-ic9xq2n1qepa-bAEHIt7IXm"
    kind = "TrainingJob" if "training" in job else "ProcessingJob"
    metadata = {"Metadata": {kind: {"Arn": arn}}} if job else {}
    return {"StepName": name, "StepStatus": status, "StartTime": START, **metadata, **more}


HALF_RUN = [
    executed(
        "Prepare",
        "Succeeded",
        "processing-job/team-a-prepare",
        EndTime=START + timedelta(minutes=3, seconds=12),
    ),
    executed("Train", "Executing", "training-job/team-a-dev"),
    executed("Regions", "Failed", FailureReason="ClientError: the list is empty."),
]


def plan() -> Report:
    return PLAN.report()


def preflight() -> Report:
    return iam.preflight(PLAN, role_policies=[POLICY]).report()


def findings() -> Report:
    return findings_report(enforce(DEFINITION, PrefixPolicy("team-a"))[1], DEFINITION)


def execution() -> Report:
    records = prefixed_jobs(HALF_RUN)
    return jobs_report(records, records.failed_steps, records.steps, lambda: DEFINITION)


POSITION = re.compile(r' (?:x|y|d|points|width|height|viewBox)="[^"]*"')


def notebook(report: Report) -> str:
    """Return the HTML of a notebook; ``compare`` leaves out its style sheet and its picture."""
    pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")
    return fragment(report)


def image(report: Report) -> str:
    """Return the picture in lines, without its positions."""
    pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")
    assert report.graph is not None
    return POSITION.sub("", as_image(report.graph, report.title)).replace("><", ">\n<").rstrip()


def mermaid(report: Report) -> str:
    assert report.graph is not None
    return as_mermaid(report.graph)


PROJECTIONS: dict[str, Callable[[Report], str]] = {
    "txt": as_text,
    "md": as_markdown,
    "mmd": mermaid,
    "html": notebook,
    "svg": image,
}


@pytest.mark.parametrize("form", PROJECTIONS)
@pytest.mark.parametrize("report", [plan, preflight, findings, execution])
def test_a_projection_equals_its_file(report: Callable[[], Report], form: str) -> None:
    """The pipeline has a branch, a loop, a default value, a denied and a failed step."""
    compare(f"display-{report.__name__}.{form}", f"{PROJECTIONS[form](report())}\n")
