"""The policy that an audit of accounts needs."""

from __future__ import annotations

import re

from ..core.plan import Plan
from ..core.step_types import KINDS, Kind
from .policy_document import PolicyDocument, statement

STAND_ALONE_KINDS: tuple[Kind, ...] = tuple(
    KINDS[step_type] for step_type in ("Tuning", "AutoML", "Training", "Processing", "Transform")
)
"""The kinds whose stand-alone jobs an audit lists; tuning jobs first, which start training jobs."""

_ROLE_NAME = re.compile(r"[\w+=,.@/-]{1,128}", re.ASCII)


def noun_of(kind: Kind) -> str:
    """Return the noun of a kind's operations and fields, such as ``TrainingJob``.

    Example:
        >>> from sm_prefix_ext.core.step_types import KINDS
        >>> from sm_prefix_ext.iam.audit_policy import noun_of
        >>> noun_of(KINDS["Tuning"])
        'HyperParameterTuningJob'
    """
    return kind.actions[0].removeprefix("Create")


def audit_policy(
    *,
    jobs: bool = False,
    versions: bool = False,
    iam: bool = False,
    cloudtrail: bool = False,
    organization: bool = False,
    assume_role: str | None = None,
    account: str | None = None,
    region: str | None = None,
    partition: str | None = None,
) -> PolicyDocument:
    """Generate the least policy for :func:`sm_prefix_ext.audit.audit`.

    Args:
        jobs: whether the audit lists stand-alone jobs.
        versions: whether it reads earlier versions of pipelines.
        iam: whether it reads IAM policies.
        cloudtrail: whether it reads the denials that CloudTrail has.
        organization: whether it lists the accounts of the organization; the role that it assumes
            there does not need this.
        assume_role: the name of the role that the audit assumes in other accounts. It needs the
            same policy without this.
        account: 12 digits; by default any.
        region: such as ``eu-west-1``; by default any.
        partition: by default the region's.

    Raises:
        ValueError: if the account, the region or the role's name isn't valid.

    Example:
        >>> from sm_prefix_ext import iam
        >>> iam.audit_policy().to_dict()["Statement"][0]["Action"]
        ['sagemaker:ListPipelines']
    """
    home = Plan(()).replace(account=account, region=region, partition=partition).home
    lists = ["sagemaker:ListPipelines"]
    if jobs:
        lists += [f"sagemaker:List{noun_of(kind)}s" for kind in STAND_ALONE_KINDS]
    for is_read, action in (
        (iam, "iam:GetAccountAuthorizationDetails"),
        (cloudtrail, "cloudtrail:LookupEvents"),
        (organization, "organizations:ListAccounts"),
    ):
        lists += [action] if is_read else []
    reads = ["DescribePipeline", "ListPipelineExecutions", "ListPipelineExecutionSteps"]
    reads += ["ListPipelineVersions"] if versions else []
    statements = [
        # These actions have no resource; IAM's reference has * for them.
        statement("List", lists, "*"),
        statement(
            "ReadPipelines",
            [f"sagemaker:{read}" for read in reads],
            [home.arn("sagemaker", "pipeline/*")],
        ),
    ]
    if assume_role is not None:
        if _ROLE_NAME.fullmatch(assume_role) is None:
            raise ValueError(f"{assume_role!r} can't be the name of a role.")
        role = home._replace(account="*").arn("iam", f"role/{assume_role}")
        statements.append(statement("AssumeRole", ["sts:AssumeRole"], [role]))
    return PolicyDocument(tuple(statements), "audit")
