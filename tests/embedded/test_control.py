"""Executions under control: pages, order, stop, retry, update, selection."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import Driver
from .definitions import condition, get, job, loop


def test_steps_are_listed_in_pages_newest_first(driver: Driver) -> None:
    """Each step has a later start than the next, and none is listed twice."""
    names = [f"S{number}" for number in range(7)]
    execution = driver.run(*(job(name) for name in names))
    actual, token, sizes = [], {}, []
    while True:
        response = driver.client.list_pipeline_execution_steps(
            PipelineExecutionArn=execution, MaxResults=3, **token
        )
        actual += response["PipelineExecutionSteps"]
        sizes.append(len(response["PipelineExecutionSteps"]))
        if "NextToken" not in response:
            break
        token = {"NextToken": response["NextToken"]}

    assert sizes == [3, 3, 1]
    assert names[::-1] == [step["StepName"] for step in actual]
    starts = [step["StartTime"] for step in actual]
    assert sorted(set(starts), reverse=True) == starts
    assert all(step["StartTime"] < step["EndTime"] for step in actual)


def test_boto3s_paginator_lists_all_steps(driver: Driver) -> None:
    """The order is ascending."""
    execution = driver.run(*(job(f"S{number}") for number in range(5)))
    pages = driver.client.get_paginator("list_pipeline_execution_steps").paginate(
        PipelineExecutionArn=execution, SortOrder="Ascending", PaginationConfig={"PageSize": 2}
    )

    assert [f"S{number}" for number in range(5)] == [
        step["StepName"] for page in pages for step in page["PipelineExecutionSteps"]
    ]


@pytest.mark.parametrize(
    ("requested", "expected"),
    [
        ({"MaxResults": 101}, "less than or equal to 100"),
        ({"NextToken": "unknown"}, "Invalid NextToken"),
        ({"NextToken": "page-99"}, "Invalid NextToken"),
    ],
)
def test_an_invalid_page_size_or_token_is_refused(
    driver: Driver, requested: dict[str, Any], expected: str
) -> None:
    """The error has the service's code and message."""
    execution = driver.run(job("Train"))
    with pytest.raises(ClientError, match=rf"ValidationException.*{expected}"):
        driver.client.list_pipeline_execution_steps(PipelineExecutionArn=execution, **requested)


def test_executions_are_listed_in_pages_newest_first(driver: Driver) -> None:
    """A failed execution has its reason in the list."""
    driver.create(job("Train"))
    started = [driver.start(), driver.start()]
    driver.aws.outcomes["Train"] = "Failed"
    started.append(driver.start())

    first = driver.client.list_pipeline_executions(PipelineName="pipe", MaxResults=2)
    rest = driver.client.list_pipeline_executions(
        PipelineName="pipe", MaxResults=2, NextToken=first["NextToken"]
    )
    summaries = first["PipelineExecutionSummaries"] + rest["PipelineExecutionSummaries"]
    oldest = driver.client.list_pipeline_executions(PipelineName="pipe", SortOrder="Ascending")

    assert started[::-1] == [entry["PipelineExecutionArn"] for entry in summaries]
    assert started == [
        entry["PipelineExecutionArn"] for entry in oldest["PipelineExecutionSummaries"]
    ]
    assert [entry["PipelineExecutionStatus"] for entry in summaries] == [
        "Failed",
        "Succeeded",
        "Succeeded",
    ]
    assert summaries[0]["PipelineExecutionFailureReason"].startswith("Step failure")
    assert "PipelineExecutionFailureReason" not in summaries[1]


def test_stopping_an_execution_stops_its_running_job(driver: Driver) -> None:
    """Until then the execution and the job are running."""
    driver.aws.outcomes["Train"] = "Executing"
    execution = driver.run(job("Train"), job("Eval", "Processing", DependsOn=["Train"]))
    name = driver.job(execution, "Train")
    running = driver.step(execution, "Train")
    in_progress = driver.client.describe_training_job(TrainingJobName=name)

    assert (driver.status(execution), running["StepStatus"]) == ("Executing", "Executing")
    assert "EndTime" not in running
    assert in_progress["TrainingJobStatus"] == "InProgress"
    assert "TrainingEndTime" not in in_progress

    driver.client.stop_pipeline_execution(PipelineExecutionArn=execution)
    stopped = driver.client.describe_training_job(TrainingJobName=name)

    assert "Stopped" == driver.status(execution) == stopped["TrainingJobStatus"]
    assert driver.statuses(execution) == {"Train": "Stopped"}
    assert "EndTime" in driver.step(execution, "Train")


def test_an_ended_execution_cannot_be_stopped(driver: Driver) -> None:
    """The error has the execution's status."""
    execution = driver.run(job("Train"))
    with pytest.raises(ClientError, match=r"ConflictException.*is Succeeded"):
        driver.client.stop_pipeline_execution(PipelineExecutionArn=execution)


def test_a_running_condition_and_a_running_loop_block_their_steps(driver: Driver) -> None:
    """A loop runs as long as one of its items."""
    driver.aws.outcomes.update({"Check": "Executing", "Item-0": "Executing"})
    execution = driver.run(
        condition("Check", [job("Yes")]), loop("Each", ["a", "b"], [job("Item")])
    )

    assert driver.statuses(execution) == {
        "Check": "Executing",
        "Each": "Executing",
        "Item-0": "Executing",
        "Item-1": "Succeeded",
    }
    driver.client.stop_pipeline_execution(PipelineExecutionArn=execution)
    assert list(driver.statuses(execution).values()) == [
        "Stopped",
        "Stopped",
        "Stopped",
        "Succeeded",
    ]


def test_a_retry_runs_failed_and_pending_steps(driver: Driver) -> None:
    """Their jobs have new names; a step that succeeded keeps its job."""
    driver.aws.outcomes["Train"] = "Failed"
    execution = driver.run(
        job("Prep", "Processing"), job("Train"), job("Eval", DependsOn=["Train"])
    )
    before = {name: driver.job(execution, name) for name in ("Prep", "Train")}
    assert driver.status(execution) == "Failed"

    driver.aws.outcomes["Train"] = "Succeeded"
    driver.client.retry_pipeline_execution(PipelineExecutionArn=execution)

    assert driver.statuses(execution) == {
        "Prep": "Succeeded",
        "Train": "Succeeded",
        "Eval": "Succeeded",
    }
    assert driver.status(execution) == "Succeeded"
    assert before["Prep"] == driver.job(execution, "Prep")
    assert before["Train"] != driver.job(execution, "Train")
    assert [step["AttemptCount"] for step in driver.steps(execution)] == [1, 2, 1]
    described = driver.client.describe_pipeline_execution(PipelineExecutionArn=execution)
    assert "FailureReason" not in described


def test_a_stopped_execution_can_be_retried(driver: Driver) -> None:
    """A loop repeats only the items that have not succeeded."""
    driver.aws.outcomes["Item-1"] = "Executing"
    execution = driver.run(
        loop("Each", ["a", "b"], [job("Item")]), job("After", DependsOn=["Each"])
    )
    first = driver.job(execution, "Item-0")
    driver.client.stop_pipeline_execution(PipelineExecutionArn=execution)
    del driver.aws.outcomes["Item-1"]
    driver.client.retry_pipeline_execution(PipelineExecutionArn=execution)

    assert {"Each", "Item-0", "Item-1", "After"} == set(driver.statuses(execution))
    assert {"Succeeded"} == set(driver.statuses(execution).values())
    assert first == driver.job(execution, "Item-0")


def test_a_retry_keeps_the_branch_of_a_condition(driver: Driver) -> None:
    """A new outcome for the condition is not used."""
    driver.aws.outcomes.update({"Check": False, "No": "Failed"})
    execution = driver.run(condition("Check", [job("Yes")], [job("No")]))
    driver.aws.outcomes.update({"Check": True, "No": "Succeeded"})
    driver.client.retry_pipeline_execution(PipelineExecutionArn=execution)

    assert driver.statuses(execution) == {"Check": "Succeeded", "No": "Succeeded"}


def test_a_succeeded_execution_cannot_be_retried(driver: Driver) -> None:
    """The error says which executions can be retried."""
    execution = driver.run(job("Train"))
    with pytest.raises(ClientError, match=r"ConflictException.*Failed or Stopped can be retried"):
        driver.client.retry_pipeline_execution(PipelineExecutionArn=execution)


def test_an_update_changes_name_and_description_of_an_execution(driver: Driver) -> None:
    """An execution's display name and description change."""
    execution = driver.run(job("Train"))
    driver.client.update_pipeline_execution(
        PipelineExecutionArn=execution,
        PipelineExecutionDescription="mine",
        PipelineExecutionDisplayName="named",
    )
    described = driver.client.describe_pipeline_execution(PipelineExecutionArn=execution)

    assert (
        described["PipelineExecutionDescription"],
        described["PipelineExecutionDisplayName"],
    ) == ("mine", "named")


def selection(source: str | None, *names: str) -> dict[str, Any]:
    config: dict[str, Any] = {"SelectedSteps": [{"StepName": name} for name in names]}
    if source is not None:
        config["SourcePipelineExecutionArn"] = source
    return {"SelectiveExecutionConfig": config}


def test_selected_steps_reuse_the_results_of_the_source(driver: Driver) -> None:
    """Steps that are not needed are not listed."""
    model = get("Steps.Train.TrainingJobName")
    source = driver.run(
        job("Prep", "Processing"),
        job("Train", DependsOn=["Prep"]),
        job("Eval", "Processing", arguments={"Environment": {"m": model}}),
        job("Other"),
    )
    execution = driver.start(**selection(source, "Eval"))
    evaluation = driver.client.describe_processing_job(
        ProcessingJobName=driver.job(execution, "Eval")
    )
    described = driver.client.describe_pipeline_execution(PipelineExecutionArn=execution)

    assert list(driver.statuses(execution)) == ["Prep", "Train", "Eval"]
    assert driver.job(source, "Train") == driver.job(execution, "Train")
    assert {"SourcePipelineExecutionArn": source} == driver.step(execution, "Train")[
        "SelectiveExecutionResult"
    ]
    assert "SelectiveExecutionResult" not in driver.step(execution, "Eval")
    assert driver.job(source, "Eval") != driver.job(execution, "Eval")
    assert evaluation["ProcessingJobName"].split("-")[2] == execution.rsplit("/", 1)[-1]
    assert (
        selection(source, "Eval")["SelectiveExecutionConfig"]
        == described["SelectiveExecutionConfig"]
    )


def test_a_first_step_can_be_selected_without_a_source(driver: Driver) -> None:
    """Such a step has no dependencies."""
    driver.create(job("Prep"), job("Train", DependsOn=["Prep"]))

    assert list(driver.statuses(driver.start(**selection(None, "Prep")))) == ["Prep"]


@pytest.mark.parametrize(
    ("names", "with_source", "expected"),
    [
        (["Unknown"], True, "no steps named Unknown"),
        (["Train"], False, "have not succeeded in a source execution: Prep"),
        (["Train"], True, "have not succeeded in a source execution: Prep"),
    ],
)
def test_an_unknown_or_unready_step_cannot_be_selected(
    driver: Driver, names: list[str], with_source: bool, expected: str
) -> None:
    """An unready step depends on one that has not succeeded in the source."""
    driver.aws.outcomes["Prep"] = "Failed"
    source = driver.run(job("Prep"), job("Train", DependsOn=["Prep"]))
    with pytest.raises(ClientError, match=rf"ValidationException.*{expected}"):
        driver.start(**selection(source if with_source else None, *names))
