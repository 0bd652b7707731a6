"""Statements about the names that the service generates with prefixing off, ``pipelines-…``.

A resource stands for such names if its last part begins with ``pipelines-`` and its type is that of
a job.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from ..core.job_names import RESERVED
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import JOB_KINDS

Statement = Mapping[str, Any]

_TRIAL_COMPONENT = "experiment-trial-component"
"""What an experiment records of a job; it has the job's name."""


def for_prefix(statement: Statement, policy: PrefixPolicy) -> dict[str, Any] | None:
    """Return a statement about generated names as a statement about a team's names.

    Args:
        statement: the statement, in the form of IAM's JSON.
        policy: the team's prefix and short prefix.

    Returns:
        The statement with these resources alone; ``None`` if it has none, or if the policy has no
        prefix for any of them.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy
        >>> from sm_prefix_ext.iam.generated_names import for_prefix
        >>> head = "arn:aws:sagemaker:*:*:training-job/"
        >>> old = {"Effect": "Allow", "Action": "sagemaker:*", "Resource": f"{head}pipelines-*"}
        >>> for_prefix(old, PrefixPolicy("team-a"))["Resource"]
        ['arn:aws:sagemaker:*:*:training-job/team-a-*']
    """
    renamed = list(dict.fromkeys(_renamed(_values(statement, "Resource"), policy)))
    return {**statement, "Resource": renamed} if renamed else None


def sparing(statement: Statement, policies: Iterable[PrefixPolicy]) -> dict[str, Any]:
    """Return a ``Deny`` that spares the names of teams where it spares generated names.

    Args:
        statement: a ``Deny`` of all resources but some, in the form of IAM's JSON.
        policies: the teams' prefixes.

    Raises:
        ValueError: if it spares no generated names, so that it has to be changed by hand.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy
        >>> from sm_prefix_ext.iam.generated_names import sparing
        >>> old = "arn:aws:sagemaker:*:*:training-job/pipelines-*"
        >>> deny = {"Effect": "Deny", "Action": "sagemaker:CreateTrainingJob", "NotResource": old}
        >>> sparing(deny, [PrefixPolicy("team-a")])["NotResource"][1:]
        ['arn:aws:sagemaker:*:*:training-job/team-a-*']
    """
    spared = _values(statement, "NotResource")
    renamed = [each for policy in policies for each in _renamed(spared, policy)]
    if not renamed:
        raise ValueError("No resource that the statement spares begins with pipelines-.")
    return {**statement, "NotResource": list(dict.fromkeys((*spared, *renamed)))}


def without_generated(statement: Statement) -> dict[str, Any] | None:
    """Return a statement without the resources that stand for generated names.

    Args:
        statement: the statement, in the form of IAM's JSON.

    Returns:
        ``None`` if no resource is left, so that the whole statement can go.

    Raises:
        ValueError: if it has no such resource, so that it has to be changed by hand.

    Example:
        >>> from sm_prefix_ext.iam.generated_names import without_generated
        >>> head = "arn:aws:sagemaker:*:*:training-job/"
        >>> without_generated({"Effect": "Allow", "Action": "*", "Resource": f"{head}pipelines-*"})
    """
    resources = _values(statement, "Resource")
    kept = [resource for resource in resources if not is_generated(resource)]
    if len(kept) == len(resources):
        raise ValueError("No resource of the statement begins with pipelines-.")
    return {**statement, "Resource": kept} if kept else None


def is_generated(resource: str) -> bool:
    """Test whether a resource of a policy stands for generated names of jobs."""
    return resource.rpartition("/")[2].startswith(f"{RESERVED}-") and any(_types(resource))


def _types(resource: str) -> Iterator[str]:
    """Yield the types of jobs, as in their ARNs, that a resource of a policy may stand for."""
    parts = resource.split(":", 5)
    if len(parts) == 6 and fnmatchcase("sagemaker", parts[2]):
        pattern = parts[5].partition("/")[0]
        for name in (*(kind.arn_resource for kind in JOB_KINDS), _TRIAL_COMPONENT):
            if fnmatchcase(name, pattern):
                yield name


def _prefixes(resource: str, policy: PrefixPolicy) -> Iterator[str]:
    types = set(_types(resource))
    for kind in JOB_KINDS:
        prefix = policy.prefix_for(kind)
        if kind.arn_resource in types and prefix is not None:
            yield prefix
    if _TRIAL_COMPONENT in types and policy.prefix is not None:
        yield policy.prefix


def _renamed(resources: Iterable[str], policy: PrefixPolicy) -> Iterator[str]:
    for resource in resources:
        if is_generated(resource):
            for prefix in sorted(set(_prefixes(resource, policy))):
                yield f"{resource.rpartition('/')[0]}/{prefix}-*"


def _values(statement: Statement, element: str) -> Sequence[str]:
    values = statement.get(element, ())
    return [values] if isinstance(values, str) else list(values)
