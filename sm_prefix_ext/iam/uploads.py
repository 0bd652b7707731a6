"""The part of an upload's key that stays the same when the code changes.

The SDK puts the code's hash (``<pipeline>/code/<hash>/…``) or the time of the upload
(``<name>-<time>/…``) into the key, so a policy with whole keys would be stale after the next
change. The part before it is common to all code of the pipeline, and to no other pipeline's.
"""

from __future__ import annotations

import re

from ..core.arns import Arn, escaped

_CHANGING = re.compile(
    r"\d{4}(-\d\d){5}(-\d{3})?|\d{14}|[0-9a-f]{32,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_FOLDER_OF_HASHES = "code"


def stable_part(arn: str) -> str:
    """Return a pattern, for a policy, of an upload's object and of later uploads in its place.

    Args:
        arn: the ARN of an object; all its characters are literal.

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
    """Return the ARN of an object's bucket, for a policy."""
    resource = Arn.parse(arn).resource
    return arn.removesuffix(resource) + escaped(resource.partition("/")[0])
