"""The trust policy, the SCP, the policy for pipeline versions and the CORS rules."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sm_prefix_ext import iam

from .pipelines import (
    ACCOUNT,
    REGION,
    VPC,
    WORKER,
)

INSIDE, DIRECT = {"aws:SourceVpc": VPC}, {"aws:ViaAWSService": "false"}


TAG = {"aws:PrincipalTag/reader": "yes"}


@pytest.mark.parametrize(
    ("action", "context", "wanted"),
    [
        ("s3:GetObject", {}, "explicitDeny"),
        ("s3:GetObject", {**DIRECT}, "explicitDeny"),
        ("s3:GetObject", {**DIRECT, "aws:SourceVpc": "vpc-0bbbbbbbbbbb"}, "explicitDeny"),
        ("s3:GetObject", {**DIRECT, **INSIDE}, "allowed"),
        ("s3:GetObject", {**DIRECT, **TAG}, "allowed"),
        ("s3:GetObject", {**DIRECT, "aws:PrincipalTag/reader": "no"}, "explicitDeny"),
        ("s3:GetObject", {"aws:ViaAWSService": "true"}, "allowed"),
        ("s3:PutObject", {**DIRECT, **TAG}, "explicitDeny"),
        ("s3:PutObject", {**DIRECT, **TAG, **INSIDE}, "allowed"),
        ("s3:GetObjectAcl", {**TAG}, "explicitDeny"),
    ],
)
def test_the_scp_exception(action: str, context: Any, wanted: str) -> None:
    """VPC or tag exempts from the denial; the tag only for GetObject."""
    everything = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    scp = iam.scp_exception("reader", "yes", [VPC], ["arn:aws:iam::*:role/admin"])
    decision = iam.evaluate(
        action,
        "arn:aws:s3:::data/x",
        identity=[everything],
        scps=[[everything, scp]],
        context=context,
    )
    assert wanted == decision.verdict


@pytest.mark.parametrize(
    ("action", "principal", "key", "wanted"),
    [
        ("iam:TagRole", "dev", "reader", "explicitDeny"),
        ("iam:TagRole", "dev", "READER", "explicitDeny"),
        ("iam:CreateUser", "dev", "reader", "explicitDeny"),
        ("sts:TagSession", "dev", "reader", "explicitDeny"),
        ("iam:TagRole", "dev", "other", "allowed"),
        ("iam:TagRole", "admin", "reader", "allowed"),
    ],
)
def test_the_tag_is_protected(action: str, principal: str, key: str, wanted: str) -> None:
    """Nobody else may set the tag, in any letter case, on users, roles and sessions."""
    everything = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    scp = iam.scp_exception("reader", "yes", [VPC], ["arn:aws:iam::*:role/admin"])
    context = {
        "aws:TagKeys": ["team", key],
        "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{principal}",
    }
    decision = iam.evaluate(
        action, WORKER, identity=[everything], scps=[[everything, scp]], context=context
    )
    assert wanted == decision.verdict


def test_the_scp_leaves_the_tagged_role_its_jobs() -> None:
    """The SCP doesn't affect other services than S3."""
    everything = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    scp = iam.scp_exception("reader", "yes", [VPC])
    job = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/team-a-1"
    decision = iam.evaluate(
        "sagemaker:CreateTrainingJob",
        job,
        identity=[everything],
        scps=[[everything, scp]],
        context=TAG,
    )
    assert "allowed" == decision.verdict
    assert {"reader": "yes"} == scp.tags


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("k", "v", []), "vpc_ids is"),
        (("k", "v", VPC), "vpc_ids is"),
        (("k", "v", ["vpc-*"]), "vpc_ids is"),
        (("k", "v", ["subnet-0a1b2c3d"]), "vpc_ids is"),
        (("", "v", [VPC]), "tag_key is ''"),
        (("k", "*", [VPC]), "tag_value is"),
        (("k", "v", [VPC], "arn:aws:iam::1:role/x"), "admin_arns is"),
        (("k", "v", [VPC], ["admin"]), "admin_arns is"),
    ],
)
def test_invalid_arguments_of_the_scp_exception(arguments: Any, message: str) -> None:
    """Invalid VPCs, tags and administrators raise."""
    with pytest.raises(ValueError, match=re.escape(message)):
        iam.scp_exception(*arguments)


def test_trust_versions_and_cors() -> None:
    """The trust policy, the pipeline-version policy and the CORS rules."""
    assert "sagemaker.amazonaws.com" in iam.trust_policy().to_json()
    trust = iam.trust_policy(account=ACCOUNT).to_dict()["Statement"][0]
    assert {"StringEquals": {"aws:SourceAccount": ACCOUNT}} == trust["Condition"]
    versions = iam.pipeline_version_policy("p", at_least=6, region=REGION, account=ACCOUNT)
    pipeline = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/p"
    for version, wanted in ((5, "implicitDeny"), (6, "allowed"), (10, "allowed")):
        decision = iam.evaluate(
            "sagemaker:StartPipelineExecution",
            pipeline,
            identity=versions,
            context={"sagemaker:PipelineVersionId": version},
        )
        assert wanted == decision.verdict
    for bad in (0, True, "6"):
        with pytest.raises(ValueError, match="at_least is"):
            iam.pipeline_version_policy("p", at_least=bad)
    [rule] = iam.cors_rules(["https://studio.example"])
    assert (["PUT"], ["https://studio.example"]) == (rule["AllowedMethods"], rule["AllowedOrigins"])
    with pytest.raises(ValueError, match=r"origins is 'https://studio\.example'; wanted a list"):
        iam.cors_rules("https://studio.example")
