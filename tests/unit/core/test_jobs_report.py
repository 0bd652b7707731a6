"""The report of an execution's jobs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from sm_prefix_ext import PrefixPolicy, prefixed_jobs
from sm_prefix_ext.core.display.report import Cell
from sm_prefix_ext.core.job_records import JobRecords
from sm_prefix_ext.core.jobs_report import duration, jobs_report

ARN = "arn:aws:sagemaker:us-east-1:111122223333:pipeline/p/execution/ic9xq2n1qepa"
JOB = "arn:aws:sagemaker:us-east-1:111122223333:training-job/team-a-x"


class Client:
    """A client that counts how often a definition is read."""

    def __init__(self, definition: str) -> None:
        self.definition, self.read = definition, 0

    def list_pipeline_execution_steps(self, **_: Any) -> Any:
        done = {
            "StepName": "A",
            "StepStatus": "Succeeded",
            "Metadata": {"TrainingJob": {"Arn": JOB}},
        }
        return {"PipelineExecutionSteps": [done]}

    def describe_pipeline_definition_for_execution(self, **_: Any) -> Any:
        self.read += 1
        return {"PipelineDefinition": self.definition}


def client() -> Client:
    steps = [{"Name": name, "Type": "Training"} for name in ("A", "B")]
    return Client(json.dumps({"Steps": steps}))


def test_the_definition_is_read_once_when_it_is_displayed() -> None:
    """Text and JSON do not need it."""
    aws = client()
    jobs = prefixed_jobs(ARN, client=aws)
    assert "team-a-x" in str(jobs) and jobs.to_dict() and repr(jobs)
    assert 0 == aws.read

    html = jobs._repr_html_()

    assert 1 == aws.read
    assert "not run" in html or "Graphviz" in html


def test_a_definition_that_can_not_be_read_leaves_the_table() -> None:
    """A note says why the picture is missing."""
    html = prefixed_jobs(ARN, client=Client("{"))._repr_html_()

    assert "The picture is left out, since the definition can't be read" in html
    assert "team-a-x" in html


def test_ipython_prints_the_text() -> None:
    """It is that of ``str()``."""
    formatters = pytest.importorskip("IPython.core.formatters", reason="IPython is not installed")
    jobs = prefixed_jobs(ARN, client=client())

    assert str(jobs) == formatters.PlainTextFormatter()(jobs)


def test_a_job_from_the_cache_says_so() -> None:
    """In the table and in the picture."""
    step = {
        "StepName": "A",
        "StepStatus": "Succeeded",
        "Metadata": {"TrainingJob": {"Arn": JOB}},
        "CacheHitResult": {"SourcePipelineExecutionArn": ARN},
    }
    records = prefixed_jobs([step])

    definition = {"Steps": [{"Name": "A", "Type": "Training"}]}
    report = jobs_report(records, (), [step], lambda: definition)

    assert "Succeeded (from the cache)" in str(records)
    assert report.graph is not None
    assert ("good", "Succeeded, from the cache") == (
        report.graph.nodes[0].tone,
        report.graph.nodes[0].status,
    )


def test_a_job_outside_the_policy_is_red() -> None:
    """In the picture, in its row and in the line that counts; the others are inside."""
    steps = [
        {
            "StepName": name,
            "StepStatus": "Succeeded",
            "Metadata": {"TrainingJob": {"Arn": JOB.replace("team-a", prefix)}},
        }
        for name, prefix in (("A", "team-a"), ("B", "team-b"))
    ]
    definition = {"Steps": [{"Name": name, "Type": "Training"} for name in "ABC"]}
    records = JobRecords(prefixed_jobs(steps), steps=steps, definition=lambda: definition)

    report = records.compared_with("team-a").report()

    assert report.graph is not None
    assert [
        ("good", "Succeeded"),
        ("bad", "Succeeded, outside the policy"),
        ("muted", "not run"),
    ] == [(node.tone, node.status) for node in report.graph.nodes]
    assert [Cell("inside", "good"), Cell("outside", "bad")] == [
        row.cells[3] for row in report.tables[0].rows
    ]
    assert ("2 jobs: 2 Succeeded; 1 outside the policy.", "bad") == (report.summary, report.tone)
    assert "Policy" not in records.report().tables[0].columns


def test_records_that_were_not_compared_say_so() -> None:
    """A slice of compared ones is compared."""
    steps = [{"StepName": "A", "Metadata": {"TrainingJob": {"Arn": JOB}}}]
    records = prefixed_jobs(steps)
    assert [None] == [job["outside"] for job in records.to_dict()["jobs"]]
    compared = records.compared_with(PrefixPolicy("team-b"))
    assert [True] == [job["outside"] for job in compared[:1].to_dict()["jobs"]]


NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("end", "text"),
    [
        (NOON, "0 s"),
        (NOON - timedelta(seconds=5), "0 s"),
        (NOON + timedelta(seconds=59.6), "1 min"),
        (NOON + timedelta(hours=26, seconds=1), "26 h 1 s"),
        (datetime(2026, 1, 1, 13), None),
        ("13:00", None),
        (None, None),
    ],
)
def test_a_duration_as_a_person_writes_it(end: Any, text: str | None) -> None:
    """A time without a zone and a text can't be compared with the start."""
    assert text == duration(NOON, end)
