"""What stands around the roles: trust, the SCP's exception, pipeline versions, a bucket's CORS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..core.arns import partition_of
from ..core.plan import Plan
from .policy_document import PolicyDocument, statement
from .policy_generator import notes_on
from .service_permissions import SAGEMAKER

_VPC_ID = re.compile(r"vpc-[0-9A-Za-z]+")
_SETS_TAGS = (
    *("iam:CreateRole", "iam:CreateUser", "iam:TagRole", "iam:TagUser"),
    *("iam:UntagRole", "iam:UntagUser", "sts:TagSession"),
)


def trust_policy(*, account: str | None = None) -> PolicyDocument:
    """The trust policy of a role that SageMaker may assume.

    Args:
        account: 12 digits; narrows the trust to requests made for this account.

    Raises:
        ValueError: for an account that can't be one.
    """
    made: dict[str, Any] = {
        "Sid": "SageMaker",
        "Effect": "Allow",
        "Principal": {"Service": SAGEMAKER},
        "Action": "sts:AssumeRole",
    }
    if account is not None:
        account = Plan(()).moved(account=account).home.account
        made["Condition"] = {"StringEquals": {"aws:SourceAccount": account}}
    return PolicyDocument((made,), "trust", "trust")


def scp_exception(
    tag_key: str,
    tag_value: str,
    vpc_ids: Sequence[str],
    admin_arns: Sequence[str] = (),
    *,
    region: str | None = None,
    partition: str | None = None,
) -> PolicyDocument:
    """An SCP that keeps S3 to VPCs, but for what ``JsonGet`` reads for a tagged execution role.

    The tag lifts the first statement, the second takes back all but ``s3:GetObject``, and the third
    lets nobody but the administrators give the tag to anybody. Put the tag on roles that only
    pipelines run under, and give the jobs roles of their own: code in a job that shares the
    execution role has its exemption too. What S3 asks of no bucket and no object, such as
    ``s3:ListAllMyBuckets``, the second statement can't name.

    Args:
        tag_key: of the tag on the execution role.
        tag_value: its value.
        vpc_ids: the VPCs from which S3 may be asked, such as ``vpc-0123456789abcdef0``.
        admin_arns: roles or users that may set the tag; without any, nobody in the organization's
            member accounts may.
        region: for its partition.
        partition: by default the region's.

    Raises:
        ValueError: for a VPC that can't be one, none at all, or an empty tag.
    """
    if isinstance(vpc_ids, str) or not vpc_ids or not all(map(_VPC_ID.fullmatch, vpc_ids)):
        raise ValueError(f"vpc_ids is {vpc_ids!r}; wanted a list of IDs such as vpc-0a1b2c3d4e5f.")
    if isinstance(admin_arns, str) or not all(one.startswith("arn:") for one in admin_arns):
        raise ValueError(f"admin_arns is {admin_arns!r}; wanted a list of ARNs.")
    for name, value in (("tag_key", tag_key), ("tag_value", tag_value)):
        if not value or re.search(r"[*?]|[$][{]", value):
            raise ValueError(f"{name} is {value!r}; wanted a text without wildcards.")
    tag = f"aws:PrincipalTag/{tag_key}"
    outside = {"aws:SourceVpc": sorted(vpc_ids)}
    directly = {"aws:ViaAWSService": "false"}
    s3 = f"arn:{partition or partition_of(region)}:s3:*:*:*"
    narrowed = statement(
        "KeepTaggedRolesToGetObject",
        (),
        s3,
        effect="Deny",
        condition={
            "BoolIfExists": directly,
            "StringEquals": {tag: tag_value},
            "StringNotEqualsIfExists": outside,
        },
    )
    narrowed = {**narrowed, "NotAction": "s3:GetObject"}
    del narrowed["Action"]
    protected = {"ForAnyValue:StringEqualsIgnoreCase": {"aws:TagKeys": [tag_key]}}
    if admin_arns:
        protected["ArnNotLike"] = {"aws:PrincipalArn": sorted(admin_arns)}
    return PolicyDocument(
        (
            statement(
                "DenyS3OutsideVpc",
                ["s3:*"],
                "*",
                effect="Deny",
                condition={
                    "BoolIfExists": directly,
                    # Both keys in one operator, so that either of them lifts the statement.
                    "StringNotEqualsIfExists": {**outside, tag: tag_value},
                },
            ),
            narrowed,
            statement("ProtectTheTag", _SETS_TAGS, "*", effect="Deny", condition=protected),
        ),
        "json-get-outside-vpc",
        "scp",
        tags={tag_key: tag_value},
    )


def pipeline_version_policy(
    pipeline_name: str,
    *,
    at_least: int,
    account: str | None = None,
    region: str | None = None,
    partition: str | None = None,
) -> PolicyDocument:
    """Starting and updating a pipeline from one of its versions on.

    Args:
        pipeline_name: the pipeline's name.
        at_least: the first version that is allowed, from 1.
        account: 12 digits.
        region: such as ``eu-west-1``.
        partition: by default the region's.

    Raises:
        ValueError: for a version that can't be one, or a name with wildcards in it.

    Source: the SageMaker developer guide, "Customize access to pipeline versions".
    """
    if isinstance(at_least, bool) or not isinstance(at_least, int) or at_least < 1:
        raise ValueError(f"at_least is {at_least!r}; wanted the number of a version, from 1.")
    home = (
        Plan(())
        .moved(account=account, region=region, partition=partition, pipeline_name=pipeline_name)
        .home
    )
    made = statement(
        "PipelineVersions",
        ["sagemaker:StartPipelineExecution", "sagemaker:UpdatePipelineVersion"],
        [home.arn("sagemaker", f"pipeline/{pipeline_name}")],
        condition={"NumericGreaterThanEquals": {"sagemaker:PipelineVersionId": str(at_least)}},
    )
    return PolicyDocument((made,), f"versions-of-{pipeline_name}", notes=tuple(notes_on([made])))


def cors_rules(origins: Sequence[str] = ("*",)) -> list[dict[str, list[str]]]:
    """The CORS rules for a bucket from which images come into pipelines.

    Args:
        origins: who may upload; any, as the guide has it.

    Returns:
        What S3's console takes; for boto3, ``CORSConfiguration={"CORSRules": cors_rules()}``.

    Source: the SageMaker developer guide, "CORS configuration with Amazon S3 buckets".
    """
    return [
        {
            "AllowedHeaders": ["*"],
            "AllowedMethods": ["PUT"],
            "AllowedOrigins": list(origins),
            "ExposeHeaders": ["Access-Control-Allow-Origin"],
        }
    ]
