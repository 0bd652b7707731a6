"""Audits of the embedded AWS, with and without faults."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from sm_prefix_ext import iam
from sm_prefix_ext.audit import AuditRow, audit
from sm_prefix_ext.audit import pipelines as reading
from sm_prefix_ext.audit.aws import ATTEMPTS
from sm_prefix_ext.embedded import EmbeddedAWS, Faults

from .conftest import Driver
from .definitions import LEAST, fail, job, text
from .policies import actions, without

Verdicts = dict[str | None, str]


@pytest.fixture
def mixed(driver: Driver) -> Driver:
    """Pipelines inside, outside and with prefixing off, each with an execution."""
    for name, prefix in (("a", "team-a-x"), ("b", "team-b-x"), ("none", "other"), ("off", None)):
        driver.create(job("Train", prefix=prefix), name=name)
        driver.start(name)
    return driver


def verdicts(rows: list[AuditRow], kind: str) -> Verdicts:
    return {row.pipeline: row.verdict for row in rows if row.kind == kind}


def rows_of(aws: EmbeddedAWS, **more: Any) -> list[AuditRow]:
    return list(audit(more.pop("source", aws.boto_session), **{"policy": "team-a", **more}))


def test_one_policy(mixed: Driver) -> None:
    """What its prefix does not cover is outside."""
    rows = rows_of(mixed.aws)
    expected = {"a": "inside", "b": "outside", "none": "outside", "off": "prefixing off"}
    assert expected == verdicts(rows, "pipeline") == verdicts(rows, "job")
    assert {("123456789012", "us-east-1")} == {row.unit for row in rows}


def test_several_teams(mixed: Driver) -> None:
    """A job belongs to a team, to none or to two."""
    rows = rows_of(mixed.aws, policy=["team-a", "team-b", "team-b-x"])
    expected = {"a": "inside", "b": "two teams", "none": "no team", "off": "prefixing off"}
    assert expected == verdicts(rows, "pipeline") == verdicts(rows, "job")
    assert {("team-b", "team-b-x")} == {row.teams for row in rows if row.pipeline == "b"}


def test_prefixes_that_collide(mixed: Driver, tmp_path: Path) -> None:
    """They come last, count as not inside, and come anew where a file is continued."""
    more = {"policy": ["team-b", "team-b-x"], "output": str(tmp_path / "a.jsonl")}
    first = rows_of(mixed.aws, **more)
    assert "collision" == first[-1].kind
    again = audit(mixed.aws.boto_session, **more, resume=True)
    assert "rows of others" not in str(again.remark)
    kinds = Counter(row.kind for row in again)
    assert (1, 1, False) == (kinds["collision"], len(again.units), again.all_inside)
    shard = ("123456789012", "us-east-1")
    assert "collision" not in {
        row.kind for row in rows_of(mixed.aws, policy=more["policy"], shard=shard)
    }


def test_collisions_are_no_read(mixed: Driver) -> None:
    """Where nothing could be read, they change nothing."""
    mixed.aws.faults = Faults(denial=1, operations=("ListPipelines",))
    found = audit(mixed.aws.boto_session, policy=["team-b", "team-b-x"])
    assert ["unknown", "collision"] == [row.kind for row in found]
    assert found.nothing_read


def test_a_row_says_what_was_seen_and_where(mixed: Driver) -> None:
    """The pipeline's row has the findings of a check, the job's its step and execution."""
    [pipeline, ran] = [row for row in rows_of(mixed.aws) if row.pipeline == "none"]
    assert (1, 0) == (pipeline.errors, pipeline.warnings)
    assert "PFX006" in str(pipeline.reason)
    described = mixed.client.describe_pipeline(PipelineName="none")
    assert (described["PipelineArn"], mixed.role) == (pipeline.arn, pipeline.role)
    [listed] = mixed.client.list_pipeline_executions(PipelineName="none")[
        "PipelineExecutionSummaries"
    ]
    assert (listed["PipelineExecutionArn"], "Train", "Training") == (
        ran.execution,
        ran.step,
        ran.step_type,
    )
    assert mixed.job(str(ran.execution), "Train") == ran.name


@pytest.mark.parametrize(
    ("more", "expected"),
    [({}, 1), ({"executions": 2}, 2), ({"executions": 0}, 0), ({"since": "1h"}, 3)],
)
def test_how_many_executions(driver: Driver, more: Any, expected: int) -> None:
    """The latest by default, the latest of a number, or all since a time."""
    driver.create(job("Train"))
    started = [driver.start() for _ in range(3)]
    read = [row.execution for row in rows_of(driver.aws, **more) if row.kind == "job"]
    assert started[::-1][:expected] == read


def test_a_throttled_audit_is_equal_to_a_clean_one(mixed: Driver) -> None:
    """Its clients try again."""
    clean = rows_of(mixed.aws)
    mixed.aws.faults = Faults(throttling=0.3, seed=7)
    # The default, adaptive, sends fewer requests when throttled, which takes long where the share
    # of throttled requests stays the same.
    standard = Config(retries={"mode": "standard", "total_max_attempts": ATTEMPTS})
    assert clean == rows_of(mixed.aws, config=standard)


def test_a_denied_read_is_a_row_and_the_others_are_there(driver: Driver) -> None:
    """Nothing is lost: each clean row is there, or what it was read with has failed."""
    for number in range(30):
        driver.create(job("Train"), name=f"p-{number:02}")
        driver.start(f"p-{number:02}")
    clean = rows_of(driver.aws)
    reads = ("DescribePipeline", "ListPipelineExecutions", "ListPipelineExecutionSteps")
    driver.aws.faults = Faults(denial=0.1, operations=reads, seed=3)
    denied = rows_of(driver.aws)
    failed = [row for row in denied if row.kind == "unknown"]
    assert 3 <= len(failed) <= 20
    assert {f"sagemaker:{read}" for read in reads} >= {row.permission for row in failed}
    assert all("Access is denied" in str(row.reason) for row in failed)
    lost = {(row.kind, row.pipeline) for row in set(clean) - set(denied)}
    of_kind = {"sagemaker:DescribePipeline": "pipeline"}
    assert lost == {(of_kind.get(str(row.permission), "job"), row.pipeline) for row in failed}


def test_a_list_that_is_denied_ends_the_unit_with_a_row(mixed: Driver) -> None:
    """It names the permission."""
    mixed.aws.faults = Faults(denial=1, operations=("ListPipelines",))
    found = audit(mixed.aws.boto_session, policy="team-a")
    [row] = list(found)
    assert ("unknown", "sagemaker:ListPipelines") == (row.kind, row.permission)
    assert found.nothing_read


def hooked(driver: Driver, operation: str, action: Any) -> Any:
    """A client after whose first answer of an operation something happens."""
    done: list[bool] = []

    def once(**_: Any) -> None:
        if not done:
            done.append(True)
            action()

    client = driver.aws.client("sagemaker")
    client.meta.events.register(f"after-call.sagemaker.{operation}", once)
    return client


def test_a_pipeline_that_vanishes_is_a_row(mixed: Driver) -> None:
    """It was listed, so it is not lost."""
    vanish = hooked(mixed, "ListPipelines", lambda: mixed.client.delete_pipeline(PipelineName="b"))
    rows = rows_of(mixed.aws, source=vanish)
    [row] = [row for row in rows if row.pipeline == "b"]
    assert ("unknown", "It was deleted after it was listed.") == (row.kind, row.reason)
    assert {"a", "none", "off"} == verdicts(rows, "pipeline").keys()


def test_a_pipeline_that_is_updated_meanwhile_is_read_at_one_time(mixed: Driver) -> None:
    """Its definition and the time of its last change belong together."""

    def update() -> None:
        definition = text(job("Train", prefix="team-a-new"))
        mixed.client.update_pipeline(PipelineName="b", PipelineDefinition=definition)

    rows = rows_of(mixed.aws, source=hooked(mixed, "ListPipelines", update))
    [row] = [row for row in rows if row.kind == "pipeline" and row.pipeline == "b"]
    modified = mixed.client.describe_pipeline(PipelineName="b")["LastModifiedTime"]
    assert ("inside", reading.as_text(modified)) == (row.verdict, row.time)


def test_a_definition_that_came_from_s3(driver: Driver) -> None:
    """It is judged as any other: the answer has it, wherever the pipeline was created from."""
    bucket, key = driver.aws.default_bucket, "pipeline.json"
    body = text(job("Train", prefix="team-b-x"))
    driver.aws.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    location = {"Bucket": bucket, "ObjectKey": key}
    driver.client.create_pipeline(
        PipelineName="from-s3", PipelineDefinitionS3Location=location, RoleArn=driver.role
    )
    assert {"from-s3": "outside"} == verdicts(rows_of(driver.aws), "pipeline")


def test_half_pages_lose_nothing(mixed: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages are read, whatever their size."""
    clean = rows_of(mixed.aws)
    monkeypatch.setattr(reading, "PAGE", 2)
    mixed.aws.faults = Faults(half_pages=True)
    assert clean == rows_of(mixed.aws)


def test_the_calls_for_each_pipeline(mixed: Driver) -> None:
    """One for the definition, one for the executions, one for each execution's steps."""
    calls: Counter[str] = Counter()
    client = mixed.aws.client("sagemaker")
    client.meta.events.register(
        "before-call.sagemaker.*", lambda model, **_: calls.update([model.name])
    )
    rows_of(mixed.aws, source=client, executions=2)
    assert {
        "ListPipelines": 1,
        "DescribePipeline": 4,
        "ListPipelineExecutions": 4,
        "ListPipelineExecutionSteps": 4,
    } == calls


def create_training_job(client: Any, name: str) -> None:
    client.create_training_job(
        TrainingJobName=name, RoleArn="arn:aws:iam::123456789012:role/pipeline", **LEAST["Training"]
    )


def test_stand_alone_jobs(mixed: Driver) -> None:
    """Jobs of the executions that were read have one row, and parts of a tuning job none."""
    for name in ("team-a-alone", "alone", "team-a-hpo-001-0123abcd"):
        create_training_job(mixed.client, name)
    tuning = LEAST["Tuning"]
    definition = {**tuning["TrainingJobDefinition"], "RoleArn": mixed.role}
    mixed.client.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="team-a-hpo",
        **{**tuning, "TrainingJobDefinition": definition},
    )
    rows = rows_of(mixed.aws, since="1h", jobs=True)
    alone = {row.name: row.verdict for row in rows if row.kind == "job" and row.pipeline is None}
    assert {"team-a-alone": "inside", "alone": "outside", "team-a-hpo": "inside"} == alone
    assert 4 == sum(row.pipeline is not None for row in rows if row.kind == "job")


def test_a_job_of_an_execution_that_was_not_read_is_not_lost(mixed: Driver) -> None:
    """Such as one of a pipeline that was deleted."""
    mixed.client.delete_pipeline(PipelineName="b")
    [row] = [row for row in rows_of(mixed.aws, since="1h", jobs=True) if row.pipeline is None]
    assert ("outside", "Training") == (row.verdict, row.step_type)
    assert "which was not read" in str(row.reason)


def test_a_pipeline_without_jobs_is_inside(driver: Driver) -> None:
    """A step that makes none can't be outside."""
    driver.create(fail("Stop"))
    assert ["inside"] == [row.verdict for row in rows_of(driver.aws)]


def test_several_regions_and_accounts(mixed: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a unit of its own, in the given order."""
    monkeypatch.delenv("MOTO_ACCOUNT_ID")  # so that moto takes the account of the credentials
    arn = "arn:aws:iam::111122223333:role/Audit"
    keys = mixed.aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="other")["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    other = session.client("sagemaker", region_name="eu-west-1")
    other.create_pipeline(PipelineName="other", PipelineDefinition=text(job("Train")), RoleArn=arn)
    rows = rows_of(
        mixed.aws,
        regions=["eu-west-1", "us-east-1"],
        accounts=["111122223333", "arn:aws:iam::123456789012:role/Audit"],
        assume_role="Audit",
    )
    first, second = ("111122223333", "eu-west-1"), ("123456789012", "us-east-1")
    assert [first, second] == list(dict.fromkeys(row.unit for row in rows))


def test_an_account_whose_role_cannot_be_assumed_is_a_row(mixed: Driver) -> None:
    """It names the role and the permission."""
    mixed.aws.faults = Faults(denial=1, operations=("AssumeRole",))
    rows = rows_of(mixed.aws, accounts=["111122223333"], assume_role="Audit")
    assert [("unknown", "111122223333", "", "sts:AssumeRole")] == [
        (row.kind, row.account, row.region, row.permission) for row in rows
    ]
    assert "arn:aws:iam::111122223333:role/Audit can't be assumed" in str(rows[0].reason)


def test_an_account_that_could_not_be_entered_is_tried_again(mixed: Driver, tmp_path: Path) -> None:
    """A resumed audit has its rows in place of the failure."""
    arguments: Any = {"output": str(tmp_path / "a.jsonl"), "accounts": [mixed.role]}
    whole = rows_of(mixed.aws, accounts=[mixed.role])
    mixed.aws.faults = Faults(denial=1, operations=("AssumeRole",))
    assert ["sts:AssumeRole"] == [row.permission for row in rows_of(mixed.aws, **arguments)]
    mixed.aws.faults = Faults()
    assert whole == rows_of(mixed.aws, resume=True, **arguments)
    assert "AssumeRole" not in (tmp_path / "a.jsonl").read_text()


def test_a_shard_is_one_account_and_region(mixed: Driver) -> None:
    """Another account's credentials do not read it."""
    whole = rows_of(mixed.aws)
    assert whole == rows_of(mixed.aws, shard=("123456789012", "us-east-1"))
    assert whole == rows_of(mixed.aws, shard=("123456789012", "us-east-1"), assume_role="Audit")
    [row] = rows_of(mixed.aws, shard=("111122223333", "us-east-1"))
    assert "The credentials are of the account 123456789012" in str(row.reason)


def test_every_region(mixed: Driver) -> None:
    """Those of the partition, by botocore's list."""
    mixed.aws.faults = Faults(denial=1, operations=("ListPipelines",))
    regions = [row.region for row in rows_of(mixed.aws, regions="all")]
    assert {"us-east-1", "eu-west-1", "ap-south-2"} < set(regions)
    assert len(regions) == len(set(regions))


def test_the_least_policy() -> None:
    """With it nothing is refused; without one of its actions, rows name that action."""
    with EmbeddedAWS(enforce_callers=True) as aws:
        driver = Driver(aws)
        driver.create(job("Train"))
        driver.start()
        least = iam.audit_policy(jobs=True, account=aws.account_id, region=aws.region)
        assert {"inside"} == {row.verdict for row in as_role(aws, "Audit", least.to_dict())}
        for number, action in enumerate(actions(least.to_dict())):
            rows = as_role(aws, f"Less{number}", without(least.to_dict(), action))
            assert {action} == {row.permission for row in rows if row.kind == "unknown"}


def as_role(aws: EmbeddedAWS, name: str, policy: Any) -> list[AuditRow]:
    role = aws.create_role(name, [policy])
    return rows_of(aws, accounts=[role], since="1h", jobs=True)


def test_a_file_has_every_row_and_is_continued(mixed: Driver, tmp_path: Path) -> None:
    """A unit that is not complete is read again; its rows are there once."""
    output = str(tmp_path / "audit.jsonl")
    regions = ["us-east-1", "eu-west-1"]
    whole = rows_of(mixed.aws, output=output, regions=regions)
    lines = Path(output).read_bytes().splitlines(keepends=True)
    assert len(whole) + 4 == len(lines)
    Path(output).write_bytes(b"".join(lines[:4]) + lines[4][:20])
    again = audit(
        mixed.aws.boto_session, policy="team-a", output=output, regions=regions, resume=True
    )
    assert "0 accounts and regions are complete. Its last line was cut" in str(again.remark)
    assert whole == list(again)
    assert len(lines) == len(Path(output).read_bytes().splitlines())
    mixed.aws.faults = Faults(denial=1, operations=("*Pipeline*",))
    assert whole == rows_of(mixed.aws, output=output, regions=regions, resume=True)


def test_a_full_disk_ends_the_audit(mixed: Driver) -> None:
    """With the operating system's words."""
    with pytest.raises(OSError, match=r"'/dev/full' could not be written: No space left"):
        rows_of(mixed.aws, output="/dev/full")


def test_an_audit_that_is_left_keeps_its_file(mixed: Driver, tmp_path: Path) -> None:
    """What was seen is on the disk."""
    output = tmp_path / "audit.jsonl"
    with audit(mixed.aws.boto_session, policy="team-a", output=str(output)) as rows:
        first = next(rows)
    assert first.name in output.read_text()
    assert [] == list(rows)


def test_rows_are_equal_whenever_they_were_read(mixed: Driver) -> None:
    """Two audits compare equal."""
    [first, *_] = rows_of(mixed.aws)
    assert first == dataclasses.replace(first, read_at="2026-01-01T00:00:00.000Z")
    assert first.read_at is not None
