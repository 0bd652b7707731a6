"""Audits of several accounts and regions: at once, throttled, resumed."""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import endpoint
from botocore.retries import bucket

from sm_prefix_ext.audit import AuditRow, audit
from sm_prefix_ext.audit.rows import Unit
from sm_prefix_ext.embedded import EmbeddedAWS, Faults

from .definitions import job, text
from .organization import ACCOUNTS, create_role, session_of

REGIONS, PIPELINES = ("eu-west-1", "us-west-2"), 25
PREFIXES = ("team-a-x", "team-b-x", None)


@pytest.fixture
def organization(aws: EmbeddedAWS, monkeypatch: pytest.MonkeyPatch) -> EmbeddedAWS:
    """Two accounts with two regions, each with pipelines and an execution of some."""
    monkeypatch.delenv("MOTO_ACCOUNT_ID")  # so that moto takes the account of the credentials
    for account in ACCOUNTS:
        session = session_of(aws, account)
        role = create_role(session.client("iam"))
        for region in REGIONS:
            client = session.client("sagemaker", region_name=region)
            for number in range(PIPELINES):
                name = f"p-{number:02}"
                definition = text(job("Train", prefix=PREFIXES[number % 3]))
                client.create_pipeline(
                    PipelineName=name, PipelineDefinition=definition, RoleArn=role
                )
                if number < 5:
                    client.start_pipeline_execution(PipelineName=name)
    return aws


def rows_of(aws: EmbeddedAWS, **more: Any) -> list[AuditRow]:
    given: Any = {"accounts": ACCOUNTS, "assume_role": "Audit", "regions": REGIONS, **more}
    return list(audit(aws.boto_session, policy="team-a", **given))


def by_unit(rows: list[AuditRow]) -> dict[Unit, list[AuditRow]]:
    """The rows of each account and region, in their order."""
    found = defaultdict(list)
    for row in rows:
        found[row.unit].append(row)
    return found


def test_units_at_once_have_the_same_rows(organization: EmbeddedAWS, tmp_path: Path) -> None:
    """In each account and region in the same order, in Python and in the file."""
    one_by_one = rows_of(organization)
    assert [(account, region) for account in ACCOUNTS for region in REGIONS] == list(
        by_unit(one_by_one)
    )
    file = tmp_path / "audit.jsonl"
    at_once = rows_of(organization, units_at_once=3, output=str(file))
    assert by_unit(one_by_one) == by_unit(at_once)
    assert at_once == rows_of(organization, output=str(file), resume=True)


def test_what_failed_is_read_again_when_resumed(organization: EmbeddedAWS, tmp_path: Path) -> None:
    """And what succeeded is not; the rows are those of a clean audit, once."""
    clean = by_unit(rows_of(organization))
    given: Any = {"output": str(tmp_path / "audit.jsonl"), "units_at_once": 2}
    complete = by_unit(rows_of(organization, regions=REGIONS[1:], **given))
    organization.faults = Faults(denial=1, operations=("DescribePipeline",))
    denied = by_unit(rows_of(organization, resume=True, **given))
    assert ["unknown"] * PIPELINES == [
        row.kind for row in denied[Unit(ACCOUNTS[0], REGIONS[0])] if row.kind != "job"
    ]
    organization.faults = Faults()

    resumed = by_unit(rows_of(organization, resume=True, **given))

    assert clean == resumed
    for unit, rows in complete.items():
        assert [row.read_at for row in rows] == [row.read_at for row in resumed[unit]]


SPEED = 100


@pytest.fixture
def _fast_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore's retries and their limit of the rate, on a clock that runs faster."""
    sleep_amount = bucket.TokenBucket._sleep_amount
    fast = SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / SPEED))
    monkeypatch.setattr(endpoint, "time", fast)
    monkeypatch.setattr(bucket.Clock, "current_time", lambda self: time.time() * SPEED)
    monkeypatch.setattr(
        bucket.TokenBucket,
        "_sleep_amount",
        lambda self, amount: sleep_amount(self, amount) / SPEED,
    )


@pytest.mark.usefixtures("_fast_retries")
def test_a_throttled_audit_is_equal_to_a_clean_one(organization: EmbeddedAWS) -> None:
    """Row by row, with the clients' own retries."""
    clean = rows_of(organization)
    organization.faults = Faults(throttling=0.3, seed=7)
    throttled = rows_of(organization, units_at_once=4)
    assert by_unit(clean) == by_unit(throttled)
    assert 4 * (PIPELINES + 5) == len(throttled)
