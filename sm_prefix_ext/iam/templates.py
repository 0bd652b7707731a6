"""Generate a trust policy, an SCP, a policy for pipeline versions, and CORS rules."""

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
    """Generate the trust policy of a role that SageMaker may assume.

    Args:
        account: 12 digits; restricts the trust to requests on behalf of this account, against the
            confused deputy (IAM user guide, "The confused deputy problem").

    Raises:
        ValueError: if the account isn't valid.
    """
    trust: dict[str, Any] = {
        "Sid": "SageMaker",
        "Effect": "Allow",
        "Principal": {"Service": SAGEMAKER},
        "Action": "sts:AssumeRole",
    }
    if account is not None:
        account = Plan(()).replace(account=account).home.account
        trust["Condition"] = {"StringEquals": {"aws:SourceAccount": account}}
    return PolicyDocument((trust,), "trust", "trust")


def scp_exception(
    tag_key: str,
    tag_value: str,
    vpc_ids: Sequence[str],
    admin_arns: Sequence[str] = (),
    *,
    region: str | None = None,
    partition: str | None = None,
) -> PolicyDocument:
    """Generate an SCP that restricts S3 to VPCs, except ``JsonGet`` for a tagged execution role.

    SageMaker, not the job, reads the object for ``JsonGet``, so the request comes from no VPC. The
    first statement exempts roles with the tag, the second limits that to ``s3:GetObject``, and the
    third lets only the administrators set the tag.

    Put the tag only on roles of pipelines, and give the jobs roles of their own: the exemption also
    holds for a job's code that runs under the execution role. The second statement can't cover
    actions of S3 without a bucket or object, such as ``s3:ListAllMyBuckets``.

    Args:
        tag_key: the key of the tag on the execution role.
        tag_value: its value.
        vpc_ids: the VPCs from which S3 may be called, such as ``vpc-0123456789abcdef0``.
        admin_arns: roles or users that may set the tag; without any, no identity in the
            organization's member accounts may.
        region: determines the partition.
        partition: by default the region's.

    Raises:
        ValueError: if a VPC's ID isn't valid, there is none, an administrator isn't an ARN, or the
            tag is empty or has wildcards.
    """
    if isinstance(vpc_ids, str) or not vpc_ids or not all(map(_VPC_ID.fullmatch, vpc_ids)):
        raise ValueError(f"vpc_ids is {vpc_ids!r}; wanted a list of IDs such as vpc-0a1b2c3d4e5f.")
    if isinstance(admin_arns, str) or not all(arn.startswith("arn:") for arn in admin_arns):
        raise ValueError(f"admin_arns is {admin_arns!r}; wanted a list of ARNs.")
    for name, value in (("tag_key", tag_key), ("tag_value", tag_value)):
        if not value or re.search(r"[*?]|[$][{]", value):
            raise ValueError(f"{name} is {value!r}; wanted a non-empty text without wildcards.")
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
                    # The keys of one operator are combined with AND: a request from the VPC or with
                    # the tag is exempt.
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
    """Generate a policy that allows starting and updating a pipeline from a certain version on.

    Args:
        pipeline_name: the pipeline's name.
        at_least: the first allowed version, from 1.
        account: 12 digits.
        region: such as ``eu-west-1``.
        partition: by default the region's.

    Raises:
        ValueError: if the version isn't a positive number, or the name has wildcards.

    Source: the SageMaker developer guide, "Customize access to pipeline versions".
    """
    if isinstance(at_least, bool) or not isinstance(at_least, int) or at_least < 1:
        raise ValueError(f"at_least is {at_least!r}; wanted a version number, from 1.")
    home = (
        Plan(())
        .replace(account=account, region=region, partition=partition, pipeline_name=pipeline_name)
        .home
    )
    versions = statement(
        "PipelineVersions",
        ["sagemaker:StartPipelineExecution", "sagemaker:UpdatePipelineVersion"],
        [home.arn("sagemaker", f"pipeline/{pipeline_name}")],
        condition={"NumericGreaterThanEquals": {"sagemaker:PipelineVersionId": str(at_least)}},
    )
    name = f"versions-of-{pipeline_name}"
    return PolicyDocument((versions,), name, notes=tuple(notes_on([versions])))


def cors_rules(origins: Sequence[str] = ("*",)) -> list[dict[str, list[str]]]:
    """Generate the CORS rules for a bucket with input images of pipelines.

    Args:
        origins: the origins that may upload; by default any, as in the guide.

    Returns:
        The rules in the form of S3's console; for boto3,
        ``CORSConfiguration={"CORSRules": cors_rules()}``.

    Raises:
        ValueError: if ``origins`` is a single string.

    Source: the SageMaker developer guide, "CORS configuration with Amazon S3 buckets".
    """
    if isinstance(origins, str):
        raise ValueError(f"origins is {origins!r}; wanted a list of origins.")
    return [
        {
            "AllowedHeaders": ["*"],
            "AllowedMethods": ["PUT"],
            "AllowedOrigins": list(origins),
            "ExposeHeaders": ["Access-Control-Allow-Origin"],
        }
    ]
