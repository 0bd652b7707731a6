"""Job records of executions."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext import PrefixPolicy, prefixed_jobs

DATA = Path(__file__).parents[2] / "data/list_steps"
EXECUTION = "arn:aws:sagemaker:us-east-1:111122223333:pipeline/p/execution/ic9xq2n1qepa"
SAGEMAKER = "arn:aws:sagemaker:us-east-1:111122223333"


def response(file: str) -> Any:
    """An observed response."""
    return json.loads((DATA / file).read_text("utf-8"))["response"]


def step(name: str, arn: str | None = None, key: str = "TrainingJob", **more: Any) -> Any:
    """A step as ``ListPipelineExecutionSteps`` returns it."""
    metadata = {} if arn is None else {key: {"Arn": arn}}
    return {"StepName": name, "StepStatus": "Succeeded", "Metadata": metadata, **more}


def job(name: str, resource: str = "training-job") -> str:
    """A job's ARN."""
    return f"{SAGEMAKER}:{resource}/{name}"


class Client:
    """A client that returns one step a page."""

    def __init__(self, *steps: Any) -> None:
        self.steps = steps
        self.asked: list[str] = []

    def list_pipeline_execution_steps(self, **asked: str) -> Any:
        self.asked.append(asked["PipelineExecutionArn"])
        page = int(asked.get("NextToken", "0"))
        more = {"NextToken": str(page + 1)} if page + 1 < len(self.steps) else {}
        return {"PipelineExecutionSteps": [self.steps[page]], **more}


class Execution:
    """The attributes of the SDK's ``PipelineExecution`` that the package reads."""

    arn = EXECUTION

    def __init__(self, client: Any) -> None:
        self.sagemaker_session = type("Session", (), {"sagemaker_client": client})()


def arns_in(value: Any) -> set[str]:
    """The ARNs of jobs in a response, read without the package."""
    arns = set()
    for listed in value["PipelineExecutionSteps"] if isinstance(value, dict) else value:
        for key, data in listed["Metadata"].items():
            if key not in ("Condition", "Lambda", "Callback", "Fail", "EMR"):
                arns.add(data["Arn"])
    return arns


@pytest.mark.parametrize("file", sorted(path.name for path in DATA.glob("*.json")))
def test_every_real_response_parses(file: str) -> None:
    """Every job of a response has a record, the oldest first."""
    listed = response(file)
    jobs = prefixed_jobs(listed)
    assert arns_in(listed) == {record.arn for record in jobs}
    steps = listed["PipelineExecutionSteps"] if isinstance(listed, dict) else listed
    started = {s["StepName"]: s.get("StartTime") for s in steps}
    times = [started[record.step_name] for record in jobs]
    assert all(times)
    assert times == sorted(times)
    for record in jobs:
        assert record.arn.endswith(record.name)
        if "local_mode" not in file and record.resource_type != "model-package":
            assert record.entity_token, record
            # a tuning job's name without a custom prefix begins with the execution's id
            assert record.prefix or record.resource_type == "hyper-parameter-tuning-job", record


def test_how_many_jobs_the_responses_have() -> None:
    """The numbers are known for two of them; a step with empty metadata started no job."""
    assert 0 == len(prefixed_jobs(response("12_failed_empty_metadata_2020.json")))
    [prefixed] = prefixed_jobs(response("15_CUSTOM_PREFIX_step_decorator_2025_01.json"))[:1]
    assert prefixed.prefix not in (None, "pipelines")


def test_local_mode_has_bare_names() -> None:
    """Without an ARN there is no resource type; the name is that of the containers."""
    first = prefixed_jobs(response("17_local_mode_2024.json"))[0]
    assert ("AbaloneProcess", "AbaloneProcess-1704875001-f6fa") == (first.step_name, first.name)
    assert (None, None, "Succeeded") == (first.resource_type, first.prefix, first.status)


def test_a_record_has_everything() -> None:
    """It has the parts of the name and the step's state."""
    name = "team-a-train-ic9xq2n1qepa-bAEHIt7IXm-2"
    source = f"{EXECUTION[:-12]}aaaabbbbcccc"
    [record] = prefixed_jobs(
        [
            step(
                "Train",
                job(name),
                StepStatus="Failed",
                AttemptCount=3,
                FailureReason="ClientError: no",
                CacheHitResult={"SourcePipelineExecutionArn": source},
            )
        ]
    )
    assert {
        "step_name": "Train",
        "resource_type": "training-job",
        "arn": job(name),
        "name": name,
        "prefix": "team-a-train",
        "execution_id": "ic9xq2n1qepa",
        "entity_token": "bAEHIt7IXm",
        "failure_count": 2,
        "status": "Failed",
        "attempt_count": 3,
        "cached_from": source,
        "failure_reason": "ClientError: no",
    } == record.to_dict()


def test_a_name_that_does_not_parse_keeps_its_arn() -> None:
    """It has a record, which is outside every policy."""
    jobs = prefixed_jobs([step("Train", job("by-hand"))])
    assert ("by-hand", None) == (jobs[0].name, jobs[0].prefix)
    assert 1 == len(jobs.outside(PrefixPolicy("team-a")))


def test_all_pages_are_read() -> None:
    """The execution may come as object or ARN; a given client wins over the execution's own."""
    first, second, third = (step(f"S{n}", job(f"j{n}"), StartTime=n) for n in range(3))
    client = Client(third, second, step("Check"), first)
    for execution, arguments in ((Execution(client), None), (EXECUTION, client)):
        jobs = prefixed_jobs(execution, client=arguments)
        assert ["S0", "S1", "S2"] == [record.step_name for record in jobs]
    assert {EXECUTION} == set(client.asked)
    other = Client(first)
    assert 1 == len(prefixed_jobs(Execution(client), client=other))


def test_an_execution_without_a_session_lists_its_own_steps() -> None:
    """An execution in local mode returns all its steps itself."""
    local = type("Local", (), {"list_steps": lambda self: {"PipelineExecutionSteps": [step("S")]}})
    assert 0 == len(prefixed_jobs(local()))


def test_an_arn_gets_a_client_of_its_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default region doesn't matter."""
    import boto3

    requested = []

    def client(service: str, region_name: str) -> Client:
        requested.append((service, region_name))
        return Client(step("S"))

    monkeypatch.setattr(boto3, "client", client)
    prefixed_jobs(EXECUTION.replace("us-east-1", "eu-west-3"))
    assert [("sagemaker", "eu-west-3")] == requested


@pytest.mark.parametrize("times", [(3, 2, 1), (1, 2, 3), (2, 1, 3)])
@pytest.mark.parametrize("form", ["number", "datetime", "iso"])
def test_the_oldest_comes_first(times: tuple[int, ...], form: str) -> None:
    """Neither the order of the response nor the form of its times matters."""
    listed = []
    for time in times:
        moment = datetime(2026, 1, time, tzinfo=timezone.utc)
        start = {"number": time, "datetime": moment, "iso": moment.isoformat()}[form]
        listed.append(step(f"S{time}", job(f"j{time}"), StartTime=start))
    listed.append(step("Waiting", job("w")))
    assert ["S1", "S2", "S3", "Waiting"] == [r.step_name for r in prefixed_jobs(listed)]


def test_steps_that_started_together_keep_their_order() -> None:
    """This holds for responses with the newest step first too."""
    listed = [step(f"S{n}", job(f"j{n}"), StartTime=t) for n, t in ((3, 2), (2, 1), (1, 1))]
    assert ["S1", "S2", "S3"] == [r.step_name for r in prefixed_jobs(listed)]


@pytest.mark.parametrize(
    ("key", "resource", "name"),
    [
        ("TrainingJob", "training-job", "team-a-x"),
        ("ProcessingJob", "processing-job", "TEAM-A-x"),
        ("TransformJob", "transform-job", "team-a"),
        ("TuningJob", "hyper-parameter-tuning-job", "ta-x"),
        ("AutoMLJob", "automl-job", "ta-x"),
        ("Model", "model", "team-a-x"),
        ("RegisterModel", "model-package", "team-a-group/3"),
    ],
)
def test_what_a_policy_covers(key: str, resource: str, name: str) -> None:
    """The short prefix applies to its types, case doesn't matter, and groups count for models."""
    policy = PrefixPolicy("team-a", short_prefix="ta")
    inside = [step("S", job(name, resource), key)]
    outside = [step("S", job(f"x{name}", resource), key)]
    assert 0 == len(prefixed_jobs(inside).outside(policy))
    assert 1 == len(prefixed_jobs(outside).outside(policy))
    assert 0 == len(prefixed_jobs(outside).outside(PrefixPolicy()))


def test_checks_start_processing_jobs() -> None:
    """The metadata of a check has the ARN under another key."""
    checked = [
        {"StepName": key, "Metadata": {key: {"CheckJobArn": job("team-a-x", "processing-job")}}}
        for key in ("QualityCheck", "ClarifyCheck")
    ]
    jobs = prefixed_jobs(checked)
    assert ["processing-job"] * 2 == [record.resource_type for record in jobs]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Steps": []}, "the keys Steps"),
        ({}, "an empty object"),
        ({"PipelineExecutionSteps": {}}, "the keys PipelineExecutionSteps"),
        ([3], "int '3'"),
        ([{"Name": "A"}], "the keys Name"),
        (None, "NoneType 'None'"),
        (7, "int '7'"),
        (SAGEMAKER + ":pipeline/p", "is not the ARN of a pipeline execution"),
        ("arn:aws:s3:::b/execution/x", "is not the ARN of a pipeline execution"),
        ("execution", "'execution'"),
        ({"PipelineExecutionSteps": [], "NextToken": "x"}, "one page of several"),
    ],
)
def test_invalid_lists_of_steps(value: Any, expected: str) -> None:
    """The message states what was found and what is wanted."""
    with pytest.raises(ValueError) as raised:
        prefixed_jobs(value)
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"Metadata": True}, "the step 'S': 'Metadata' is True; wanted an object."),
        ({"Metadata": {"Model": "m"}}, "the step 'S': 'Metadata': 'Model' is 'm'; wanted an"),
        ({"StepStatus": []}, "the step 'S': 'StepStatus' is []; wanted a string."),
        ({"FailureReason": 1}, "the step 'S': 'FailureReason' is 1; wanted a string."),
        (
            {"Metadata": {"Model": {"Arn": job("m", "model")}}, "CacheHitResult": []},
            "the step 'S': 'CacheHitResult' is []; wanted an object.",
        ),
    ],
)
def test_invalid_steps(fields: Any, expected: str) -> None:
    """The message names the step and the field."""
    with pytest.raises(ValueError) as raised:
        prefixed_jobs([{"StepName": "S", **fields}])
    assert expected in str(raised.value)


def test_records_are_a_sequence() -> None:
    """Slices are records too, and records compare by value."""
    jobs = prefixed_jobs([step("A", job("a")), step("B", job("b"))])
    assert ("A", "B") == (jobs[0].step_name, jobs[-1].step_name)
    assert jobs[:] == jobs != jobs[1:]
    assert hash(jobs[:]) == hash(jobs)
    assert jobs[1] in jobs
    assert jobs != [*jobs]
    assert repr(jobs).startswith("JobRecords([JobRecord(step_name='A', ")
    assert ["A", "B"] == [row["step_name"] for row in jobs.to_dict()["jobs"]]


def test_the_table_of_a_notebook() -> None:
    """It has prefix, status and ARN, with its text escaped."""
    jobs = prefixed_jobs([step("<b>", job("team-a-x-ic9xq2n1qepa-bAEHIt7IXm")), step("N", "n&m")])
    html = jobs._repr_html_()
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Step", "Status", "Prefix", "ARN"))
    status = '<td class="good">Succeeded</td>'
    assert head in html
    assert (
        f'<td>&lt;b&gt;</td>{status}<td><code>team-a-x</code></td><td><code title="arn:aws:' in html
    )
    assert f'<td>N</td>{status}<td class="muted">–</td><td><code>n&amp;m</code></td>' in html


def test_to_frame() -> None:
    """It has a row for each job; without jobs, it still has the columns."""
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = prefixed_jobs(response("02_abalone_2022_full.json")).to_frame()
    assert ["step_name", "resource_type", "arn", "name", "prefix"] == list(frame.columns[:5])
    assert len(prefixed_jobs(response("02_abalone_2022_full.json"))) == len(frame)
    assert list(frame.columns) == list(prefixed_jobs([]).to_frame().columns)


def test_to_frame_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the package to install."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"needs pandas: pip install 'sm-prefix-ext\[notebook\]'"):
        prefixed_jobs([]).to_frame()
