"""What a policy is called where it is deployed: in IAM, in CloudFormation, in Terraform.

Each name follows from the policy's own, whole where its alphabet and length allow that; else it is
cut or spelt otherwise, and a hash keeps two policies apart.

Sources: IAM API reference, ``CreatePolicy``, ``PutRolePolicy`` (128 characters of ``[\\w+=,.@-]``)
and ``CreateRole`` (64); CloudFormation user guide, "Resources" (logical IDs are alphanumeric) and
"CloudFormation quotas" (255 characters); Terraform language, "Identifiers".
"""

from __future__ import annotations

import hashlib
import re

POLICY_NAME, ROLE_NAME, LOGICAL_ID = 128, 64, 255
"""The most characters of each."""

_HASH = 8
_WORDS = re.compile(r"[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*")
_HYPHENATED = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_IN_IAM = re.compile(r"[\w+=,.@-]+", re.ASCII)


def checked(name: str | None) -> str | None:
    """A name that somebody gave to a policy, as it is.

    Raises:
        ValueError: where IAM wouldn't take it.
    """
    if name is not None and (_IN_IAM.fullmatch(name) is None or len(name) > POLICY_NAME):
        raise ValueError(
            f"name is {name!r}; wanted a policy's name, {POLICY_NAME} characters at most: letters, "
            "digits and any of +=,.@_-."
        )
    return name


def name_in_iam(text: str, most: int = POLICY_NAME) -> str:
    """The name of a policy or a role.

    Args:
        text: what it is called here.
        most: how many characters it may have.

    Example:
        >>> from sm_prefix_ext.iam.resource_names import name_in_iam
        >>> name_in_iam("churn-execution-role"), name_in_iam("churn rate")
        ('churn-execution-role', 'churn-rate-977b574b')
    """
    if _IN_IAM.fullmatch(text) and len(text) <= most:
        return text
    spelt = re.sub(r"[^\w+=,.@-]+", "-", text, flags=re.ASCII)
    return f"{spelt[: most - _HASH - 1]}-{_hash(text)}"


def logical_id(text: str, part: int | None = None) -> str:
    """The logical ID of a resource in a CloudFormation template.

    Args:
        text: what it is called here.
        part: which part it is, from 1, of one that is split.

    Example:
        >>> from sm_prefix_ext.iam.resource_names import logical_id
        >>> logical_id("churn-execution-role"), logical_id("churn-author", 2)
        ('ChurnExecutionRole', 'ChurnAuthorPart2')
    """
    suffix = "" if part is None else f"Part{part}"
    words = [word for word in re.split(r"[^A-Za-z0-9]+", text) if word]
    found = "".join(word[0].upper() + word[1:] for word in words)
    # Two texts of small words never give the same; others might.
    if _WORDS.fullmatch(text) and len(found) + len(suffix) <= LOGICAL_ID:
        return found + suffix
    return f"{found[: LOGICAL_ID - _HASH - len(suffix)]}{_hash(text)}{suffix}"


def label(text: str, part: int | None = None) -> str:
    """The label of a resource in a Terraform configuration.

    Args:
        text: what it is called here.
        part: which part it is, from 1, of one that is split.

    Example:
        >>> from sm_prefix_ext.iam.resource_names import label
        >>> label("churn-execution-role"), label("2nd", 1)
        ('churn_execution_role', '_2nd_part_1')
    """
    suffix = "" if part is None else f"_part_{part}"
    spelt = re.sub(r"[^A-Za-z0-9]+", "_", text)
    found = spelt if spelt[:1].isalpha() else f"_{spelt}"
    return f"{found}{'' if _HYPHENATED.fullmatch(text) else f'_{_hash(text)}'}{suffix}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_HASH]
