"""Which part of an upload's address stays the same when the code changes.

The SDK addresses code by its hash (``<pipeline>/code/<hash>/…``) or by the time of the upload
(``<name>-<time>/…``), so that a policy with whole addresses in it would be outdated by the next
change. The part before the first of those names what the pipeline's code shares, and no other's.
"""

from __future__ import annotations

import re

from ..core.arns import Arn, escaped

_CHANGING = re.compile(
    r"\d{4}(-\d\d){5}(-\d{3})?|\d{14}|[0-9a-f]{32,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_FOLDER_OF_HASHES = "code"


def stable_part(arn: str) -> str:
    """A pattern of the objects that uploads of the same kind will have, as a policy spells it.

    Args:
        arn: the ARN of an object, its characters standing for themselves.

    Example:
        >>> from sm_prefix_ext.iam.uploads import stable_part
        >>> stable_part("arn:aws:s3:::bucket/churn/code/9f2c/prepare.py")
        'arn:aws:s3:::bucket/churn/code/*'
        >>> stable_part("arn:aws:s3:::bucket/churn-2026-11-24-10-30-00-123/source/code.tar.gz")
        'arn:aws:s3:::bucket/churn-*'
    """
    bucket, _, key = Arn.parse(arn).resource.partition("/")
    *folders, file = key.split("/")
    stable = ""
    for folder in folders:
        changing = _CHANGING.search(folder)
        if changing is not None:
            stable += folder[: changing.start()]
            break
        stable += f"{folder}/"
        if folder == _FOLDER_OF_HASHES:
            break
    head = arn.removesuffix(Arn.parse(arn).resource) + escaped(f"{bucket}/{stable}")
    return f"{head}*" if folders else f"{head}{escaped(file)}"


def bucket_of(arn: str) -> str:
    """The ARN of an object's bucket, as a policy spells it."""
    resource = Arn.parse(arn).resource
    return arn.removesuffix(resource) + escaped(resource.partition("/")[0])
