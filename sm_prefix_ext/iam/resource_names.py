"""The names of a policy's resources in IAM, CloudFormation and Terraform.

Each derives from the policy's own name, unchanged if its characters and length allow that. Else it
is shortened or some characters are replaced, and a hash keeps the names of two policies distinct.

Sources: IAM API reference, ``CreatePolicy``, ``PutRolePolicy`` (128 characters of ``[\\w+=,.@-]``)
and ``CreateRole`` (64); CloudFormation user guide, "Resources" (logical IDs are alphanumeric) and
"CloudFormation quotas" (255 characters); Terraform language, "Identifiers".
"""

from __future__ import annotations

import hashlib
import re

POLICY_NAME, ROLE_NAME, LOGICAL_ID = 128, 64, 255
"""The maximum length of each."""

_HASH = 8
_WORDS = re.compile(r"[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*")
_HYPHENATED = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_IN_IAM = re.compile(r"[\w+=,.@-]+", re.ASCII)


def checked(name: str | None) -> str | None:
    """Return a policy's name after checking it.

    Raises:
        ValueError: if IAM would reject it.
    """
    if name is not None and (_IN_IAM.fullmatch(name) is None or len(name) > POLICY_NAME):
        raise ValueError(
            f"name is {name!r}; wanted a policy's name of at most {POLICY_NAME} characters: "
            "letters, digits and any of +=,.@_-."
        )
    return name


def name_in_iam(text: str, most: int = POLICY_NAME) -> str:
    """Return the name of a policy or a role in IAM.

    Args:
        text: the policy's own name.
        most: the maximum length.

    Example:
        >>> from sm_prefix_ext.iam.resource_names import name_in_iam
        >>> name_in_iam("churn-execution-role"), name_in_iam("churn rate")
        ('churn-execution-role', 'churn-rate-977b574b')
    """
    if _IN_IAM.fullmatch(text) and len(text) <= most:
        return text
    replaced = re.sub(r"[^\w+=,.@-]+", "-", text, flags=re.ASCII)
    return f"{replaced[: most - _HASH - 1]}-{_hash(text)}"


def logical_id(text: str, part: int | None = None) -> str:
    """Return the logical ID of a resource in a CloudFormation template.

    Args:
        text: the policy's own name.
        part: the number of the part, from 1, if the policy is split.

    Example:
        >>> from sm_prefix_ext.iam.resource_names import logical_id
        >>> logical_id("churn-execution-role"), logical_id("churn-author", 2)
        ('ChurnExecutionRole', 'ChurnAuthorPart2')
    """
    suffix = "" if part is None else f"Part{part}"
    words = [word for word in re.split(r"[^A-Za-z0-9]+", text) if word]
    camel = "".join(word[0].upper() + word[1:] for word in words)
    # Lower-case words with single hyphens can be read back from camel case, so two such texts never
    # give the same ID; others might, and need the hash.
    if _WORDS.fullmatch(text) and len(camel) + len(suffix) <= LOGICAL_ID:
        return camel + suffix
    return f"{camel[: LOGICAL_ID - _HASH - len(suffix)]}{_hash(text)}{suffix}"


def label(text: str, part: int | None = None) -> str:
    """Return the label of a resource in a Terraform configuration.

    Args:
        text: the policy's own name.
        part: the number of the part, from 1, if the policy is split.

    Example:
        >>> from sm_prefix_ext.iam.resource_names import label
        >>> label("churn-execution-role"), label("2nd", 1)
        ('churn_execution_role', '_2nd_part_1')
    """
    suffix = "" if part is None else f"_part_{part}"
    snake = re.sub(r"[^A-Za-z0-9]+", "_", text)
    identifier = snake if snake[:1].isalpha() else f"_{snake}"
    return f"{identifier}{'' if _HYPHENATED.fullmatch(text) else f'_{_hash(text)}'}{suffix}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_HASH]
