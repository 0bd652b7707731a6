"""The result of a rehearsal: rows, words, pictures."""

from __future__ import annotations

import json

import pytest

from sm_prefix_ext.iam import PolicyDocument
from sm_prefix_ext.rehearsal import Rehearsal, RehearsedRequest, RehearsedStep

HEAD = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/"
DENIED = RehearsedRequest("sagemaker:CreateTrainingJob", f"{HEAD}a-x", "because nothing allows it")
ALLOWED = RehearsedRequest("sagemaker:AddTags", f"{HEAD}a-x")
DEFINITION = {
    "Steps": [
        {"Name": "Loop", "Type": "ForEach", "Arguments": {"ForEachBody": [
            {"Name": "Train", "Type": "Training", "Arguments": {"TrainingJobName": "a-train"}}
        ]}},
        {"Name": "Stop", "Type": "Fail"},
    ]
}  # fmt: skip
REHEARSAL = Rehearsal(
    (
        RehearsedStep("Loop", "ForEach", "Failed"),
        RehearsedStep("Loop/each/Train-0", "Training", "Succeeded", "a-train-0", (ALLOWED,)),
        RehearsedStep(
            "Loop/each/Train-1", "Training", "Failed", None, (ALLOWED, DENIED), "ClientError: no"
        ),
        RehearsedStep("Stop", "Fail", "NotRun"),
    ),
    "Failed",
    DEFINITION,
    "team-a-churn",
)


def test_a_step_is_refused_by_one_denied_request() -> None:
    """A step that failed for another reason is not."""
    assert [step.step for step in REHEARSAL.refused] == ["Loop/each/Train-1"]
    assert not REHEARSAL.ok
    assert Rehearsal(REHEARSAL.steps[:2], "Failed").ok


def test_it_is_a_sequence_of_its_steps() -> None:
    """It has a length."""
    assert (4, REHEARSAL.steps[0]) == (len(REHEARSAL), REHEARSAL[0])
    assert tuple(REHEARSAL) == REHEARSAL.steps


def test_json_has_every_field() -> None:
    """A request has the reason of its denial."""
    data = json.loads(json.dumps(REHEARSAL.to_dict()))

    assert (False, "Failed", None, []) == (
        data["ok"],
        data["status"],
        data["addition"],
        data["notes"],
    )
    assert data["steps"][2]["requests"][1] == {
        "action": "sagemaker:CreateTrainingJob",
        "resource": f"{HEAD}a-x",
        "denied": "because nothing allows it",
    }


def test_to_frame_has_a_row_for_each_step() -> None:
    """With its status."""
    pytest.importorskip("pandas", reason="pandas is not installed")

    assert list(REHEARSAL.to_frame()["status"]) == ["Failed", "Succeeded", "Failed", "NotRun"]


def test_the_text_has_the_reason_in_the_words_of_the_service() -> None:
    """The summary counts steps, requests and refusals."""
    text = str(REHEARSAL)

    assert text.splitlines()[0] == (
        "Rehearsal of team-a-churn: The execution failed: 4 steps, 3 requests to IAM; "
        "1 step refused."
    )
    assert "Loop/each/Train-1  refused\n    Why       ClientError: no" in text
    assert "Stop  not run" in text


def test_the_picture_has_the_worst_item_of_a_loop() -> None:
    """The items of a loop share a box."""
    graph = REHEARSAL.report().graph

    assert graph is not None
    assert {node.id: (node.tone, node.status) for node in graph.nodes} == {
        "Loop": ("bad", "Failed"),
        "Loop/each/Train": ("bad", "refused"),
        "Stop": ("muted", "not run"),
    }


def test_requests_are_shown_with_their_answers() -> None:
    """In a table of their own."""
    _, asked = REHEARSAL.report(drawn=False).tables

    assert "denied  sagemaker:CreateTrainingJob\n        Resource  training" in str(REHEARSAL)
    assert [cell.text if cell else None for cell in asked.rows[2].cells] == [
        "denied",
        "sagemaker:CreateTrainingJob",
        "training-job/a-x",
    ]


def test_an_execution_may_still_run() -> None:
    """The summary says so."""
    assert str(Rehearsal((), "Executing")).startswith("Rehearsal: The execution still runs: ")


def test_a_suggested_addition_is_shown_everywhere() -> None:
    """As a document of the report, and in the text."""
    addition = PolicyDocument(({"Effect": "Allow", "Action": "a:B", "Resource": "*"},))

    rehearsal = Rehearsal((), "Succeeded", addition=addition)

    [document] = rehearsal.report(drawn=False).documents
    assert (addition.to_json(), False) == (document.text, document.folded)
    assert addition.to_json() in str(rehearsal)
