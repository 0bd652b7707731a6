"""Read and build ARNs in every partition."""

from __future__ import annotations

import re
from typing import NamedTuple

# The longest beginnings first: `us-iso-` would match the regions of `us-isob-` too. A test compares
# them with botocore's partitions.
_PARTITIONS = (
    ("us-isof-", "aws-iso-f"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-iso-", "aws-iso"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("cn-", "aws-cn"),
)
_ROLE = r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+"
_ROLE_ACCOUNT = r"arn:aws[a-z-]*:iam::(\d{12}):role/"


class Arn(NamedTuple):
    """An ARN in its parts.

    Args:
        partition: ``aws``, ``aws-cn``, ``aws-us-gov``, …
        service: such as ``sagemaker``.
        region: may be empty, as IAM's are.
        account: 12 digits, may be empty.
        resource: the rest, such as ``training-job/team-a-train``.

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
            ValueError: if the text isn't an ARN.
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
        """The resource's part before the first ``/``; empty if it has none."""
        head, slash, _ = self.resource.partition("/")
        return head if slash else ""

    @property
    def name(self) -> str:
        """The resource's part after the first ``/``; the whole resource if it has none."""
        head, slash, tail = self.resource.partition("/")
        return tail if slash else head

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def partition_of(region: str | None) -> str:
    """Return a region's partition; ``aws`` if the region is unknown or commercial.

    Example:
        >>> from sm_prefix_ext.core.arns import partition_of
        >>> partition_of("cn-north-1"), partition_of("eu-west-1")
        ('aws-cn', 'aws')
    """
    for beginning, partition in _PARTITIONS:
        if region and region.startswith(beginning):
            return partition
    return "aws"


class ArnScope(NamedTuple):
    """The partition, region and account that the ARNs of a pipeline's resources share.

    Args:
        partition: such as ``aws``.
        region: ``*`` if it isn't known.
        account: 12 digits; ``*`` if it isn't known.

    Example:
        >>> from sm_prefix_ext.core.arns import ArnScope
        >>> ArnScope("aws-cn", "cn-north-1").arn("sagemaker", "training-job/team-a-*")
        'arn:aws-cn:sagemaker:cn-north-1:*:training-job/team-a-*'
    """

    partition: str = "aws"
    region: str = "*"
    account: str = "*"

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource; IAM's have no region, S3's neither region nor account."""
        region = "" if service in ("iam", "s3") else self.region
        account = "" if service == "s3" else self.account
        return str(Arn(self.partition, service, region, account, resource))


def must_be_scope(account: str | None, region: str | None) -> None:
    """Refuse an account that isn't 12 digits, and a region without the form of one.

    Args:
        account: ``None`` if it isn't given.
        region: ``None`` if it isn't given.

    Raises:
        ValueError: with the value and the wanted form.
    """
    if isinstance(account, int):  # a common mistake, which drops leading zeros too
        raise ValueError(f"{account!r} can't be an account; wanted a string of 12 digits.")
    if account is not None and re.fullmatch(r"[0-9]{12}", account) is None:
        raise ValueError(f"{account!r} can't be an account; wanted 12 digits.")
    if region is not None and re.fullmatch(r"[a-z]+(-[a-z]+)+-[0-9]+", region) is None:
        raise ValueError(f"{region!r} can't be a region; wanted one such as eu-west-1.")


def escaped(text: str) -> str:
    """Escape a name for an IAM policy, so that its ``*``, ``?`` and ``$`` are literal.

    Example:
        >>> from sm_prefix_ext.core.arns import escaped
        >>> escaped("reports/a*"), escaped("team-a")
        ('reports/a${*}', 'team-a')
    """
    # Every `$`, since one at the end of a name would start a variable with the text that follows.
    return re.sub(r"[*?$]", r"${\g<0>}", text)


def unescaped(text: str) -> str:
    """Return the name that :func:`escaped` escaped.

    Example:
        >>> from sm_prefix_ext.core.arns import unescaped
        >>> unescaped("reports/a${*}")
        'reports/a*'
    """
    return re.sub(r"[$]{([*?$])}", r"\1", text)


def is_role_arn(text: object) -> bool:
    """Test whether a value is the ARN of an IAM role.

    Example:
        >>> from sm_prefix_ext.core.arns import is_role_arn
        >>> is_role_arn("arn:aws:iam::111122223333:role/team-a"), is_role_arn("team-a")
        (True, False)
    """
    return isinstance(text, str) and re.fullmatch(_ROLE, text, re.ASCII) is not None


def role_accounts(text: str) -> set[str]:
    """Return the accounts of the roles whose ARNs a text contains.

    Example:
        >>> from sm_prefix_ext.core.arns import role_accounts
        >>> role_accounts('{"RoleArn": "arn:aws:iam::111122223333:role/worker"}')
        {'111122223333'}
    """
    return set(re.findall(_ROLE_ACCOUNT, text, re.ASCII))
