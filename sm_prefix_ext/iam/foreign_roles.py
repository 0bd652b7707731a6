"""Findings for roles of other accounts, which a pipeline can't pass to its jobs.

Sources: IAM user guide, "Grant a user permissions to pass a role to an AWS service": a role can
only be passed to a service in the role's own account; for other accounts, the guide recommends
role chaining. Services reject such requests with "Cross-account pass role is not allowed."
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


def foreign_account(request: Request, account: str) -> str | None:
    """Return the account of the role that a request passes, if it isn't the pipeline's.

    Args:
        request: any request.
        account: the pipeline's account; ``*`` if it isn't known.
    """
    if request.action != "iam:PassRole" or account == "*":
        return None
    role_account = Arn.parse(request.resource).account
    return None if role_account in (account, "*") else role_account


def foreign_roles(
    source: Plan | Mapping[str, Any] | str, account: str | None = None
) -> tuple[Finding, ...]:
    """Return a finding for each role of another account that a pipeline's execution would pass.

    Args:
        source: a plan, or a definition as a dict or as JSON.
        account: the pipeline's account; by default the plan's. If neither is known, roles of
            several accounts give one finding, since not all of them can be passed.

    Raises:
        ValueError: if the account isn't valid.

    Example:
        >>> from sm_prefix_ext.iam import foreign_roles
        >>> train = {"TrainingJobName": "team-a", "RoleArn": "arn:aws:iam::444455556666:role/r"}
        >>> definition = {"Steps": [{"Name": "Train", "Type": "Training", "Arguments": train}]}
        >>> [finding.code for finding in foreign_roles(definition, "111122223333")]
        ['PFX018']
    """
    if isinstance(source, Plan):
        plan = source if account is None else source.replace(account=account)
    else:
        try:
            plan = Plan.from_definition(source, account=account)
        except PrefixViolation:  # an unknown step type, which has a finding of its own
            return ()
    return tuple(_findings(plan))


def _findings(plan: Plan) -> Iterator[Finding]:
    types = {view.path: view.step_type for view in steps(plan.definition or {"Steps": []})}
    own = [passing("", plan.role_arn, plan.home)] if plan.role_arn else []
    requests = (*own, *of_execution_role(plan))
    if plan.home.account == "*":
        yield from _several(plan, requests)
        return
    for request in requests:
        account = foreign_account(request, plan.home.account)
        if account is None:
            continue
        subject = (
            f"Step {request.step} uses" if request.step else "The pipeline's execution role is"
        )
        yield Finding.of(
            FOREIGN_ROLE,
            request.step or plan.pipeline_name or "Pipeline",
            types.get(request.step, "Pipeline"),
            f"{subject} the role {request.resource} of account {account}, but the pipeline runs in "
            f"account {plan.home.account}. A role can only be passed within its own account.",
            f"Use a role of account {plan.home.account}. If a job needs access to account "
            f"{account}, let its code assume the role {request.resource}.",
        )


def _several(plan: Plan, requests: Iterable[Request]) -> Iterator[Finding]:
    passed = (Arn.parse(r.resource).account for r in requests if r.action == "iam:PassRole")
    accounts = sorted({*passed} - {"*"})
    if len(accounts) > 1:
        yield Finding.of(
            FOREIGN_ROLE,
            plan.pipeline_name or "Pipeline",
            "Pipeline",
            f"The pipeline uses roles of the accounts {', '.join(accounts)}. A role can only be "
            "passed within its own account.",
            "Use roles of the pipeline's own account. If a job needs access to another account, "
            "let its code assume a role there.",
        )
