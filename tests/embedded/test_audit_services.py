"""Audits that read IAM, CloudTrail, Organizations and earlier versions, on the embedded AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError
from moto.iam.aws_managed_policies import aws_managed_policies_data

from sm_prefix_ext import iam
from sm_prefix_ext.audit import AuditRow, audit
from sm_prefix_ext.audit.judge import teams_of
from sm_prefix_ext.audit.statements import Principal, judge_statement
from sm_prefix_ext.core.arns import ArnScope
from sm_prefix_ext.embedded import EmbeddedAWS, Faults
from sm_prefix_ext.iam.evaluator.policy_parser import read

from .conftest import Driver
from .definitions import job, text
from .other_services import denied_event, not_enabled, services
from .policies import actions, without

ACCOUNT, IAM = "123456789012", "aws-global"
JOBS = f"arn:aws:sagemaker:*:{ACCOUNT}:training-job/"
EVERYTHING: dict[str, Any] = {
    "since": "90d",
    "jobs": True,
    "versions": 2,
    "iam": True,
    "cloudtrail": True,
}


def allowing(resource: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "sagemaker:CreateTrainingJob", "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


OF_ORGANIZATION: Any = {"accounts": "organization", "assume_role": "Audit"}


def session_of(aws: EmbeddedAWS, role: str) -> boto3.Session:
    """A session with credentials of a role."""
    keys = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="audit")["Credentials"]
    return boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=aws.region
    )


def rows_of(aws: EmbeddedAWS, **more: Any) -> list[AuditRow]:
    return list(audit(aws.boto_session, **{"policy": "team-a", **more}))


@pytest.fixture
def called(aws: EmbeddedAWS) -> Iterator[list[str]]:
    """Calls of IAM, CloudTrail and Organizations; CloudTrail has two denials."""
    names = ("other", "team-a-x")
    events = [
        denied_event(
            "User: u is not authorized to perform: sagemaker:CreateTrainingJob on resource: "
            f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:training-job/{name}",
            number=number,
        )
        for number, name in enumerate(names)
    ]
    with services(aws, events=events, page=1) as operations:
        yield operations


def test_earlier_versions_are_rows(driver: Driver) -> None:
    """The latest of them first, with the time of their creation; the present one is there once."""
    for prefix in ("other", "team-a-x", "team-b", "team-a-y"):
        definition = text(job("Train", prefix=prefix))
        given = {"PipelineName": "p", "PipelineDefinition": definition}
        if prefix == "other":
            driver.client.create_pipeline(**given, RoleArn=driver.role)
        else:
            driver.client.update_pipeline(**given)
    rows = rows_of(driver.aws, versions=2)
    assert [(None, "inside"), (3, "outside"), (2, "inside")] == [
        (row.version, row.verdict) for row in rows
    ]
    assert {driver.role} == {row.role for row in rows}
    assert 4 == len(rows_of(driver.aws, versions=9))
    driver.aws.faults = Faults(denial=1, operations=("ListPipelineVersions",))
    assert "sagemaker:ListPipelineVersions" == rows_of(driver.aws, versions=1)[1].permission


def test_iam_is_read_once_for_each_account(driver: Driver, called: list[str]) -> None:
    """After its regions, as a region of its own."""
    driver.aws.create_role("narrow", [allowing(f"{JOBS}team-a-*")])
    rows = rows_of(driver.aws, regions=["us-east-1", "eu-west-1"], iam=True)
    assert [
        (IAM, "narrow", "policy-0", "inside"),
        (IAM, "pipeline", "policy-0", "outside"),
    ] == [(r.region, str(r.role).rpartition("/")[2], r.policy, r.verdict) for r in rows]
    assert 2 == called.count("iam:GetAccountAuthorizationDetails")


def test_cloudtrail_is_read_in_each_region(driver: Driver, called: list[str]) -> None:
    """All pages, of the time since which is asked for."""
    found = audit(driver.aws.boto_session, policy="team-a", cloudtrail=True)
    rows = list(found)
    assert [("other", "outside"), ("team-a-x", "inside")] == [(r.name, r.verdict) for r in rows]
    assert ["cloudtrail:LookupEvents"] * 2 == called
    assert "Denials in 123456789012 us-east-1" in str(found)
    assert "team-a-x" in str(found)  # a denial is shown, whatever its verdict is
    assert [] == rows_of(driver.aws, cloudtrail=True, since="1h")


def test_units_at_once_have_the_same_rows(driver: Driver, called: list[str]) -> None:
    """IAM is a unit among them."""
    given: Any = {"regions": ["us-east-1", "eu-west-1"], "iam": True, "cloudtrail": True}
    driver.create(job("Train"))
    one_by_one = rows_of(driver.aws, **given)
    at_once = rows_of(driver.aws, **given, units_at_once=3)
    assert sorted(one_by_one, key=repr) == sorted(at_once, key=repr)
    assert 6 == len(at_once)


def test_a_service_without_a_client_is_a_row(driver: Driver) -> None:
    """The other regions, and IAM, are read."""

    class Session:
        def __getattr__(self, name: str) -> Any:
            return getattr(driver.aws.boto_session, name)

        def client(self, service: str, **given: Any) -> Any:
            if service == "cloudtrail":
                raise EndpointConnectionError(endpoint_url="https://cloudtrail")
            return driver.aws.client(service, **given)

    driver.create(job("Train"))
    regions = ["eu-west-1", "us-east-1"]
    rows = list(audit(Session(), policy="team-a", regions=regions, iam=True, cloudtrail=True))
    assert ["unknown", "pipeline", "unknown", "statement"] == [row.kind for row in rows]
    assert "The endpoint is out of reach" in str(rows[0].reason)


def test_iam_is_resumed_like_a_region(driver: Driver, called: list[str], tmp_path: Path) -> None:
    """What is complete is kept, and a failed read is tried again."""
    given: Any = {"output": str(tmp_path / "a.jsonl"), "iam": True}
    refused = Faults(denial=1, operations=("GetAccountAuthorizationDetails",))
    driver.create(job("Train"))
    driver.aws.faults = refused
    [_, failed] = rows_of(driver.aws, **given)
    assert (IAM, "iam:GetAccountAuthorizationDetails") == (failed.region, failed.permission)
    driver.aws.faults = Faults()
    whole = rows_of(driver.aws, resume=True, **given)
    assert ["pipeline", "statement"] == [row.kind for row in whole]
    driver.aws.faults = refused
    assert whole == rows_of(driver.aws, resume=True, **given)
    with pytest.raises(ValueError, match="it is of an audit with other iam"):
        rows_of(driver.aws, output=given["output"], resume=True)


def test_iam_is_a_shard_of_its_own(driver: Driver, called: list[str]) -> None:
    """The regions' shards do not read it."""
    assert rows_of(driver.aws, iam=True) == rows_of(driver.aws, shard=(ACCOUNT, IAM))
    with pytest.raises(ValueError, match="IAM is a shard of its own; its region is 'aws-global'"):
        rows_of(driver.aws, shard=(ACCOUNT, "us-east-1"), iam=True)
    with pytest.raises(ValueError, match="'aws-x' is not a partition that botocore knows"):
        rows_of(driver.aws, shard=(ACCOUNT, "aws-x-global"))


def test_the_accounts_of_an_organization(
    driver: Driver, called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is entered by the role, but the session's own, and one that is closed is a row."""
    monkeypatch.delenv("MOTO_ACCOUNT_ID")  # so that moto takes the account of the credentials
    organizations = driver.aws.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    ids = [
        organizations.create_account(AccountName=name, Email=f"{name}@example.com")[
            "CreateAccountStatus"
        ]["AccountId"]
        for name in ("other", "closed")
    ]
    organizations.close_account(AccountId=ids[1])
    driver.create(job("Train"))
    rows = rows_of(driver.aws, **OF_ORGANIZATION, cloudtrail=True)
    closed = [row for row in rows if row.account == ids[1]]
    assert ["unknown"] == [row.kind for row in closed]
    assert {ACCOUNT, ids[0]} == {row.account for row in rows if row.kind == "denial"}
    assert [ACCOUNT] == [row.account for row in rows if row.kind == "pipeline"]
    assert "organizations:ListAccounts" in called


def test_an_organization_that_can_not_be_listed(aws: EmbeddedAWS) -> None:
    """One row says why, and what to do."""
    session = session_of(aws, aws.create_role("Audit", [iam.audit_policy()]))
    with services(aws, judged=True):
        found = audit(session, policy="team-a", **OF_ORGANIZATION)
        [row] = list(found)
    assert ("unknown", "", "organizations:ListAccounts") == (row.kind, row.account, row.permission)
    assert found.nothing_read
    assert 0 == found.units_left[0]


@pytest.mark.parametrize("own", ["us-east-1", None])
def test_a_region_that_is_not_enabled_is_a_row(driver: Driver, own: str | None) -> None:
    """The account is entered through another one, and the other regions are read."""
    driver.create(job("Train"))
    session = boto3.Session("AKIDEXAMPLE", "secret", region_name=own)
    with not_enabled("af-south-1"):
        found = audit(session, policy="team-a", regions=["af-south-1", "us-east-1"])
        off, pipeline = list(found)
    assert ("unknown", "af-south-1") == (off.kind, off.region)
    assert "check them, and whether the region is enabled in the account" in str(off.reason)
    assert ("pipeline", "us-east-1") == (pipeline.kind, pipeline.region)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"accounts": "organization"}, "need the role to assume in them"),
        ({"accounts": "111122223333"}, "wanted a list of accounts, or 'organization'"),
        ({"versions": -1}, "versions is -1; wanted a number, 0 or more"),
    ],
)
def test_arguments_that_can_not_be_used(aws: EmbeddedAWS, more: Any, message: str) -> None:
    """One sentence, before anything is read."""
    with pytest.raises(ValueError, match=message):
        rows_of(aws, **more)


def test_the_least_policy() -> None:
    """With it nothing is refused; without one of its actions, rows name that action."""
    with EmbeddedAWS(enforce_callers=True) as aws, services(aws, judged=True):
        driver = Driver(aws)
        driver.create(job("Train"))
        driver.start()
        least = iam.audit_policy(
            jobs=True,
            versions=True,
            iam=True,
            cloudtrail=True,
            account=aws.account_id,
            region=aws.region,
        ).to_dict()
        assert "unknown" not in {row.kind for row in as_role(aws, "Audit", least)}
        for number, action in enumerate(actions(least)):
            rows = as_role(aws, f"Less{number}", without(least, action))
            assert {action} == {row.permission for row in rows if row.kind == "unknown"}
        assert {
            "cloudtrail:LookupEvents",
            "iam:GetAccountAuthorizationDetails",
            "sagemaker:ListPipelineVersions",
        } < set(actions(least))


def as_role(aws: EmbeddedAWS, name: str, policy: Any) -> list[AuditRow]:
    return rows_of(aws, accounts=[aws.create_role(name, [policy])], **EVERYTHING)


def test_the_least_policy_for_an_organization() -> None:
    """Listing its accounts needs one action more."""
    with EmbeddedAWS(enforce_callers=True) as aws, services(aws, judged=True):
        aws.client("organizations").create_organization(FeatureSet="ALL")
        Driver(aws).create(job("Train"))
        for lists in (True, False):
            role = aws.create_role(f"Audit{lists}", [iam.audit_policy(organization=lists)])
            found = audit(session_of(aws, role), policy="team-a", **OF_ORGANIZATION)
            assert ["pipeline" if lists else "unknown"] == [row.kind for row in found]


def test_policies_of_aws_can_be_read() -> None:
    """All those that moto has a copy of; one that binds nobody to a prefix is outside."""
    documents = json.loads(aws_managed_policies_data)
    statements = {name: read(each["Document"], name) for name, each in documents.items()}
    judged = [
        judge_statement(each, teams_of("team-a"), Principal(ArnScope(account=ACCOUNT)))
        for each in statements["AmazonSageMakerFullAccess"]
    ]
    [only] = [each for each in judged if each is not None]
    assert "outside" == only.verdict
    assert "It allows jobs of any name, of every type" in str(only.reason)


def test_only_reads_are_sent(
    driver: Driver, called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And they are the actions of the least policy."""
    driver.create(job("Train"))
    driver.start()
    organizations = driver.aws.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    sent: set[str] = set()
    send = BaseClient._make_api_call

    def recorded(client: Any, operation: str, given: Any) -> Any:
        sent.add(f"{client.meta.service_model.service_name}:{operation}")
        return send(client, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", recorded)
    rows_of(driver.aws, accounts=[driver.role], **EVERYTHING)
    rows_of(driver.aws, **OF_ORGANIZATION, **EVERYTHING)
    least = iam.audit_policy(
        jobs=True,
        versions=True,
        iam=True,
        cloudtrail=True,
        organization=True,
        assume_role="Audit",
    )
    # GetCallerIdentity needs no permission.
    assert {*actions(json.loads(least.to_json())), "sts:GetCallerIdentity"} == sent
    assert all(
        name.startswith(("Get", "List", "Describe", "Lookup", "AssumeRole"))
        for name in (each.partition(":")[2] for each in sent)
    )
