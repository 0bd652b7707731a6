"""What is read of pipelines, whatever the answers are."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sm_prefix_ext.audit.aws import Reader
from sm_prefix_ext.audit.executions import Scope
from sm_prefix_ext.audit.judge import Judge, teams_of
from sm_prefix_ext.audit.pipelines import PipelineReader
from sm_prefix_ext.audit.rows import AuditRow, Unit

PIPELINE = "arn:aws:sagemaker:us-east-1:111122223333:pipeline/p"
JOB = "arn:aws:sagemaker:us-east-1:111122223333:training-job/team-a-ic9xq2n1qepa-bAEHIt7IXm"
STEP = {"StepName": "Train", "Metadata": {"TrainingJob": {"Arn": JOB}}}
DEFINITION = json.dumps({"Version": "2020-12-01", "Steps": []})


class Client:
    """Answers of SageMaker; a list has an answer, or an error, for each page."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {
            "list_pipelines": [{"PipelineSummaries": [{"PipelineName": "p"}]}],
            "describe_pipeline": {"PipelineDefinition": DEFINITION},
            "list_pipeline_executions": [
                {
                    "PipelineExecutionSummaries": [
                        {"PipelineExecutionArn": f"{PIPELINE}/execution/x"}
                    ]
                }
            ],
            "list_pipeline_execution_steps": [{"PipelineExecutionSteps": [STEP]}],
            **answers,
        }

    def __getattr__(self, operation: str) -> Any:
        def call(**given: Any) -> Any:
            answer = self.answers[operation]
            if isinstance(answer, list):
                page = int(given.get("NextToken", "0"))
                more = {"NextToken": str(page + 1)} if page + 1 < len(answer) else {}
                answer = answer[page]
                answer = answer if isinstance(answer, Exception) else {**answer, **more}
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def refused(code: str = "AccessDeniedException") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Read")


def read(**answers: Any) -> list[AuditRow]:
    reader = PipelineReader(
        Unit("111122223333", "us-east-1"),
        Reader(Client(**answers), threading.Event()),
        Judge(teams_of("team-a")),
        Scope(1, None, False),
    )
    with ThreadPoolExecutor(2) as pool:
        return [row for pipeline in reader.pipelines(pool, 2) for row in pipeline.rows]


def test_a_pipeline_and_its_job() -> None:
    """The baseline of the tests below."""
    assert ["pipeline", "job"] == [row.kind for row in read()]


@pytest.mark.parametrize(
    ("operation", "answer", "reason"),
    [
        ("describe_pipeline", {}, "has no definition"),
        ("describe_pipeline", {"PipelineDefinition": "{"}, "the definition"),
        ("describe_pipeline", {"PipelineDefinition": "[]"}, "the definition"),
        ("describe_pipeline", refused("ExpiredTokenException"), "have expired; renew them"),
        (
            "describe_pipeline",
            refused("UnrecognizedClientException"),
            "whether the region is enabled",
        ),
        ("list_pipelines", [{}], "has no PipelineSummaries"),
        ("list_pipeline_executions", [{}], "has no PipelineExecutionSummaries"),
        ("list_pipeline_execution_steps", [{}], "has no PipelineExecutionSteps"),
        (
            "list_pipeline_execution_steps",
            [{"PipelineExecutionSteps": [3, STEP]}],
            "not a list of execution steps",
        ),
        (
            "list_pipeline_execution_steps",
            [{"PipelineExecutionSteps": [STEP]}, refused()],
            "could not be read to the end. Access is denied",
        ),
        (
            "list_pipelines",
            [{"PipelineSummaries": [{"PipelineName": "p"}]}, refused()],
            "could not be read to its end. Access is denied",
        ),
    ],
)
def test_a_read_that_fails_is_one_row(operation: str, answer: Any, reason: str) -> None:
    """It names the permission, and what was read before and after is there."""
    rows = read(**{operation: answer})
    [failed] = [row for row in rows if row.kind == "unknown"]
    assert reason in str(failed.reason)
    words = operation.split("_")
    assert f"sagemaker:{''.join(word.title() for word in words)}" == failed.permission
    expected = {row.kind for row in rows} | {"unknown"}
    lost = {"describe_pipeline": {"pipeline"}}.get(operation, set())
    if isinstance(answer, list) and not any(answer):
        lost = {"list_pipelines": {"pipeline", "job"}}.get(operation, {"job"})
    assert {"pipeline", "job", "unknown"} - lost == expected
