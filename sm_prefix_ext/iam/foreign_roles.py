"""Roles of other accounts: IAM passes a role within its own account only.

Sources: IAM user guide, "Grant a user permissions to pass a role to an AWS service", whose warning
restricts ``iam:PassRole`` to services that share the account of the role, and points to role
chaining for other accounts; services refuse it with "Cross-account pass role is not allowed."
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..core.arns import Arn
from ..core.definition import steps
from ..core.errors import PrefixViolation
from ..core.findings import FOREIGN_ROLE, Finding
from ..core.plan import Plan
from .required_permissions import Request, of_execution_role, passing


def foreign_account(asked: Request, account: str) -> str | None:
    """The account of a role that a request passes, where it isn't the pipeline's.

    Args:
        asked: any request.
        account: the pipeline's; ``*`` where it isn't known.
    """
    if asked.action != "iam:PassRole" or account == "*":
        return None
    found = Arn.parse(asked.resource).account
    return None if found in (account, "*") else found


def foreign_roles(
    source: Plan | Mapping[str, Any] | str, account: str | None = None
) -> tuple[Finding, ...]:
    """A finding for each role of another account that a pipeline's execution would have to pass.

    Args:
        source: a plan, or a definition as a dict or as JSON.
        account: the pipeline's; by default the plan's. Where nobody knows it, roles of more than
            one account give a single finding: not all of them can be passed.

    Raises:
        ValueError: for an account that can't be one.

    Example:
        >>> from sm_prefix_ext.iam import foreign_roles
        >>> train = {"TrainingJobName": "team-a", "RoleArn": "arn:aws:iam::444455556666:role/r"}
        >>> definition = {"Steps": [{"Name": "Train", "Type": "Training", "Arguments": train}]}
        >>> [finding.code for finding in foreign_roles(definition, "111122223333")]
        ['PFX018']
    """
    if isinstance(source, Plan):
        plan = source if account is None else source.moved(account=account)
    else:
        try:
            plan = Plan.from_definition(source, account=account)
        except PrefixViolation:  # for step types that nobody knows, which have a finding already
            return ()
    return tuple(_findings(plan))


def _findings(plan: Plan) -> Iterator[Finding]:
    types = {view.path: view.step_type for view in steps(plan.definition or {"Steps": []})}
    own = [passing("", plan.role_arn, plan.home)] if plan.role_arn else []
    requests = (*own, *of_execution_role(plan))
    if plan.home.account == "*":
        yield from _several(plan, requests)
        return
    for asked in requests:
        account = foreign_account(asked, plan.home.account)
        if account is None:
            continue
        what = f"Step {asked.step} takes" if asked.step else "The pipeline's execution role is"
        yield Finding.of(
            FOREIGN_ROLE,
            asked.step or plan.pipeline_name or "Pipeline",
            types.get(asked.step, "Pipeline"),
            f"{what} the role {asked.resource} of account {account}, but the pipeline runs in "
            f"account {plan.home.account}; IAM passes roles within one account only.",
            f"Use a role of account {plan.home.account}. Where a job has to reach into account "
            f"{account}, let its code assume the other role.",
        )


def _several(plan: Plan, requests: Iterable[Request]) -> Iterator[Finding]:
    passed = (Arn.parse(one.resource).account for one in requests if one.action == "iam:PassRole")
    accounts = sorted({*passed} - {"*"})
    if len(accounts) > 1:
        yield Finding.of(
            FOREIGN_ROLE,
            plan.pipeline_name or "Pipeline",
            "Pipeline",
            f"Its roles are of the accounts {' and '.join(accounts)}; IAM passes roles within one "
            "account only.",
            "Use roles of the pipeline's own account. Where a job has to reach into another, let "
            "its code assume a role there.",
        )
