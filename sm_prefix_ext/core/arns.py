"""Read and build ARNs, in every partition."""

from __future__ import annotations

import re
from dataclasses import dataclass

# By the beginning of the region's name, the longest first; botocore's partitions (a test compares).
_PARTITIONS = (
    ("us-isof-", "aws-iso-f"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-iso-", "aws-iso"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("cn-", "aws-cn"),
)
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)
_ROLE_ACCOUNT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/", re.ASCII)


@dataclass(frozen=True)
class Arn:
    """An ARN in its parts.

    Args:
        partition: ``aws``, ``aws-cn``, ``aws-us-gov``, …
        service: such as ``sagemaker``.
        region: may be empty, as IAM's are.
        account: 12 digits, may be empty.
        resource: all that follows, such as ``training-job/team-a-train``.

    Example:
        >>> from sm_prefix_ext.core.arns import Arn
        >>> arn = Arn.parse("arn:aws:sagemaker:eu-west-1:111122223333:model-package/churn/3")
        >>> arn.resource_type, arn.name
        ('model-package', 'churn/3')
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn:
        """Read an ARN.

        Raises:
            ValueError: for a text that isn't one.
        """
        parts = text.split(":", 5) if isinstance(text, str) else []
        if len(parts) != 6 or parts[0] != "arn" or not (parts[1] and parts[2] and parts[5]):
            raise ValueError(
                f"{text!r} is not an ARN; wanted "
                "arn:<partition>:<service>:<region>:<account>:<resource>."
            )
        return cls(*parts[1:])

    @property
    def resource_type(self) -> str:
        """What stands before the first ``/``, or an empty string."""
        head, slash, _ = self.resource.partition("/")
        return head if slash else ""

    @property
    def name(self) -> str:
        """What stands behind the first ``/``, or the whole resource."""
        head, slash, tail = self.resource.partition("/")
        return tail if slash else head

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def partition_of(region: str | None) -> str:
    """The partition that a region lies in; ``aws`` for an unknown or commercial one.

    Example:
        >>> from sm_prefix_ext.core.arns import partition_of
        >>> partition_of("cn-north-1"), partition_of("eu-west-1")
        ('aws-cn', 'aws')
    """
    for beginning, partition in _PARTITIONS:
        if region and region.startswith(beginning):
            return partition
    return "aws"


@dataclass(frozen=True)
class Home:
    """Where things are: what all their ARNs begin with.

    Args:
        partition: such as ``aws``.
        region: ``*`` where it isn't known.
        account: 12 digits, ``*`` where it isn't known.

    Example:
        >>> from sm_prefix_ext.core.arns import Home
        >>> Home("aws-cn", "cn-north-1").arn("sagemaker", "training-job/team-a-*")
        'arn:aws-cn:sagemaker:cn-north-1:*:training-job/team-a-*'
    """

    partition: str = "aws"
    region: str = "*"
    account: str = "*"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something here; IAM's have no region, S3's neither region nor account."""
        region = "" if service in ("iam", "s3") else self.region
        account = "" if service == "s3" else self.account
        return str(Arn(self.partition, service, region, account, resource))


def escaped(text: str) -> str:
    """A name as an IAM policy has to spell it, so that what is a wildcard there stands for itself.

    Example:
        >>> from sm_prefix_ext.core.arns import escaped
        >>> escaped("reports/a*"), escaped("team-a")
        ('reports/a${*}', 'team-a')
    """
    # Every `$`: one at the end of a text makes a variable of what is put behind it.
    return re.sub(r"[*?$]", r"${\g<0>}", text)


def unescaped(text: str) -> str:
    """The name that a policy spells so; the opposite of :func:`escaped`.

    Example:
        >>> from sm_prefix_ext.core.arns import unescaped
        >>> unescaped("reports/a${*}")
        'reports/a*'
    """
    return re.sub(r"[$]{([*?$])}", r"\1", text)


def is_role_arn(text: object) -> bool:
    """Whether a value is the ARN of an IAM role.

    Example:
        >>> from sm_prefix_ext.core.arns import is_role_arn
        >>> is_role_arn("arn:aws:iam::111122223333:role/team-a"), is_role_arn("team-a")
        (True, False)
    """
    return isinstance(text, str) and _ROLE.fullmatch(text) is not None


def role_accounts(text: str) -> set[str]:
    """The accounts of the roles whose ARNs stand in a text.

    Example:
        >>> from sm_prefix_ext.core.arns import role_accounts
        >>> role_accounts('{"RoleArn": "arn:aws:iam::111122223333:role/worker"}')
        {'111122223333'}
    """
    return set(_ROLE_ACCOUNT.findall(text))
