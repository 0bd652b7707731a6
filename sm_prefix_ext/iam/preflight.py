"""Whether a pipeline's jobs will be allowed to start: each request, its verdict, its statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..core.findings import Finding
from ..core.html_table import as_html
from ..core.plan import Plan
from .evaluator.evaluate import (
    ALLOWED,
    EXPLICIT_DENY,
    IMPLICIT_DENY,
    INDETERMINATE,
    DecidingStatement,
    Decision,
    Layer,
    decide,
    keys_of,
    read_layers,
)
from .evaluator.patterns import Context
from .foreign_roles import foreign_account, foreign_roles
from .parameter_defaults import parameters_by_request
from .policy_lint import advise
from .required_permissions import NOT_KNOWN, Request, of_author, of_execution_role, samples

EXECUTION_ROLE, AUTHOR = "execution role", "author"


@dataclass(frozen=True)
class PreflightRow:
    """A request that will be made, and what becomes of it.

    Args:
        step: the path of the step; ``""`` for what the author asks.
        action: such as ``sagemaker:CreateTrainingJob``; ``unknown`` for a step type whose needs
            nobody has written down.
        resource: an ARN, with ``*`` for what only a run decides.
        verdict: ``allowed``, ``implicitDeny``, ``explicitDeny`` or ``indeterminate``.
        statements: those that decided, or that the verdict hinges on.
        principal: ``execution role`` or ``author``.
        unknown: what the verdict hinges on: condition keys, or permissions that were refused.
        defaults: the parameters whose default values it depends on; with other values the request
            may be another one.
        role_account: the account of a role that is passed and can't be, since the pipeline runs
            in another one; else ``None``.
    """

    step: str
    action: str
    resource: str
    verdict: str
    statements: tuple[DecidingStatement, ...]
    principal: str = EXECUTION_ROLE
    unknown: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    role_account: str | None = None

    @property
    def why(self) -> str:
        """What decided, and what that depends on, in words."""
        if self.role_account is not None:
            return f"the role is of account {self.role_account}; IAM passes none across accounts"
        if not self.defaults:
            return self._decided
        return f"{self._decided} (for the default of {', '.join(self.defaults)})"

    @property
    def _decided(self) -> str:
        if self.action == NOT_KNOWN:
            return "what a step of this type needs isn't known"
        decided = "; ".join(map(str, self.statements)) or "no statement allows it"
        if self.unknown:
            return f"{decided}; hinges on {', '.join(self.unknown)}"
        return f"{decided}, for a part of it" if self.verdict == INDETERMINATE else decided

    def __iter__(self) -> Iterator[Any]:
        """The first five, so that a row can be unpacked."""
        yield from (self.step, self.action, self.resource, self.verdict, self.statements)


@dataclass(frozen=True)
class Preflight(Sequence[PreflightRow]):
    """The answer: a row for each request.

    Args:
        rows: in the order of the plan, the author's at the end.
        warnings: what is unwise in the policies, and roles that no policy lets anybody pass.
    """

    rows: tuple[PreflightRow, ...]
    warnings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every request is allowed for certain."""
        return all(row.verdict == ALLOWED for row in self.rows)

    @property
    def refused(self) -> tuple[PreflightRow, ...]:
        """The rows that aren't allowed for certain."""
        return tuple(row for row in self.rows if row.verdict != ALLOWED)

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[PreflightRow]:
        return iter(self.rows)

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data, for JSON."""
        return {
            "ok": self.ok,
            "rows": [asdict(row) for row in self.rows],
            "warnings": [warning.to_dict() for warning in self.warnings],
        }

    def _repr_html_(self) -> str:
        columns = ("verdict", "principal", "step", "action", "resource", "why")
        warnings = as_html(self.warnings, ("code", "message", "fix")) if self.warnings else ""
        return as_html(self.rows, columns) + warnings


def preflight(
    plan: Plan,
    *,
    role_policies: Any,
    boundary: Any = None,
    scps: Sequence[Any] = (),
    author_policies: Any = None,
    context: Mapping[str, Any] | None = None,
    bucket: str | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Preflight:
    """Whether policies allow all that a pipeline will ask; offline.

    What the definition tells of a request's condition keys is used; every other key that a policy
    asks for is unknown, and a verdict that hinges on one is ``indeterminate``.

    Args:
        plan: what the pipeline will start.
        role_policies: the execution role's policies, or names to policies.
        boundary: its permissions boundary.
        scps: levels of SCPs, the root first; they bind role and author.
        author_policies: the policies of whoever creates and starts the pipeline; ``None`` leaves
            the author out.
        context: condition keys that you know of both, such as ``aws:PrincipalTag/team``.
        bucket: where the author's code goes; by default where the plan knows that it goes, else
            SageMaker's default bucket.
        parameters: values of the pipeline's parameters, by name; by default their defaults, and
            rows that depend on one say so.

    Raises:
        ValueError: for a policy that IAM would refuse, with the statement and the element; for a
            parameter that the pipeline doesn't have, or a value that it can't take.

    Example:
        >>> from sm_prefix_ext import Plan, iam
        >>> train = {"TrainingJobName": "team-a", "RoleArn": "arn:aws:iam::111122223333:role/r"}
        >>> step = {"Name": "Train", "Type": "Training", "Arguments": train}
        >>> plan = Plan.from_definition({"Steps": [step]}, region="eu-west-1")
        >>> iam.preflight(plan, role_policies=[iam.execution_role_policy(plan)]).ok
        True
        >>> [row.verdict for row in iam.preflight(plan, role_policies=[])][:2]
        ['implicitDeny', 'implicitDeny']
    """
    if parameters:
        plan = plan.moved(parameters=parameters)
    given = dict(context or {})
    of_role = read_layers(role_policies, boundary=boundary, scps=scps)
    asked = of_execution_role(plan)
    rows = list(_rows(asked, of_role, given, EXECUTION_ROLE, plan))
    if author_policies is not None:
        rows += author_rows(plan, author_policies, scps=scps, context=given, bucket=bucket)
    keys = keys_of(of_role)
    unwise = advise(plan, asked, of_role, lambda one: context_of(one, keys, given))
    return Preflight(tuple(rows), (*foreign_roles(plan), *unwise))


def author_rows(
    plan: Plan,
    policies: Any,
    *,
    scps: Sequence[Any] = (),
    context: Mapping[str, Any] | None = None,
    bucket: str | None = None,
) -> tuple[PreflightRow, ...]:
    """The rows of whoever creates, updates, starts and watches the pipeline.

    Args:
        plan: what the pipeline will start.
        policies: the author's.
        scps: levels of SCPs.
        context: condition keys that you know of the author.
        bucket: where the author's code goes.
    """
    layers = read_layers(policies, scps=scps)
    return tuple(_rows(of_author(plan, bucket), layers, context or {}, AUTHOR, plan))


def _rows(
    asked: Sequence[Request],
    layers: Sequence[Layer],
    given: Mapping[str, Any],
    principal: str,
    plan: Plan,
) -> Iterator[PreflightRow]:
    keys = keys_of(layers)
    defaults = parameters_by_request(plan, asked) if principal == EXECUTION_ROLE else {}
    for one in asked:
        account = foreign_account(one, plan.home.account)
        if account is None:
            decision = _decide(one, layers, context_of(one, keys, given))
        else:
            decision = Decision(IMPLICIT_DENY)
        yield PreflightRow(
            one.step,
            one.action,
            one.resource,
            decision.verdict,
            decision.statements,
            principal,
            decision.unknown,
            defaults.get(one, ()),
            account,
        )


def context_of(asked: Request, keys: frozenset[str], given: Mapping[str, Any]) -> Context:
    """The condition keys of a request, those of the policies that nobody told unknown.

    Args:
        asked: the request.
        keys: which the policies look at.
        given: what the caller knows.
    """
    told = {key.lower() for key in given}
    unknown = [
        key for key in keys if key.lower() not in told and not asked.facts.is_determined(key)
    ]
    return Context({**asked.facts.known, **given}, unknown)


def _decide(asked: Request, layers: Sequence[Layer], context: Context) -> Decision:
    if asked.action == NOT_KNOWN:
        return Decision(INDETERMINATE)
    decision = decide(layers, asked.action, asked.subject, context)
    if decision.verdict != INDETERMINATE or decision.unknown or not asked.shape:
        return decision
    # Some names match and some don't. Where no name of the real form would pass, neither will
    # the job's; where some would, nobody can say beforehand.
    tried = [decide(layers, asked.action, name, context) for name in samples(asked.shape)]
    alike = all(one.verdict == tried[0].verdict for one in tried)
    return tried[0] if alike and tried[0].verdict != ALLOWED else decision


def unread(answer: Preflight, permissions: Sequence[str]) -> Preflight:
    """The answer where some of the role's policies could not be read.

    What they hold may allow and may refuse, so only an explicit refusal stays certain.

    Args:
        answer: from the policies that were read.
        permissions: those that were refused.
    """
    if not permissions:
        return answer
    rows = tuple(
        row
        if row.verdict == EXPLICIT_DENY
        else replace(row, verdict=INDETERMINATE, unknown=tuple(permissions))
        for row in answer.rows
    )
    return replace(answer, rows=rows)
