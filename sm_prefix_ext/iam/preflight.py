"""Evaluate every request of a pipeline before it runs: the verdict, and the deciding statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..core.plan import Plan
from .evaluator.evaluate import (
    ALLOWED,
    EXPLICIT_DENY,
    IMPLICIT_DENY,
    INDETERMINATE,
    Decision,
    Layer,
    decide,
    keys_of,
    read_layers,
)
from .evaluator.patterns import Context
from .foreign_roles import foreign_account, foreign_roles
from .parameter_defaults import parameters_by_request
from .policy_lint import lint_policies
from .preflight_result import AUTHOR, EXECUTION_ROLE, Preflight, PreflightRow
from .required_permissions import NOT_KNOWN, Request, of_author, of_execution_role, samples


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
    """Evaluate offline whether policies allow every request of a pipeline.

    The definition determines some condition keys of a request. Every other key that a policy tests
    is unknown, and a verdict that depends on one is ``indeterminate``.

    Args:
        plan: what the pipeline will start.
        role_policies: the execution role's policies, or a mapping of names to policies.
        boundary: its permissions boundary.
        scps: levels of SCPs, the root first; they apply to the role and to the author.
        author_policies: the policies of the principal that creates and starts the pipeline;
            ``None`` leaves the author out.
        context: condition keys that you know for both, such as ``aws:PrincipalTag/team``.
        bucket: where the author's code goes; by default the bucket of the plan's uploads, else
            SageMaker's default bucket.
        parameters: values of the pipeline's parameters, by name; by default their defaults. A row
            that depends on defaults lists them in ``defaults``.

    Raises:
        ValueError: if IAM would reject a policy; names the statement and the element. If the
            pipeline doesn't have a parameter, or a parameter can't have the value.

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
        plan = plan.replace(parameters=parameters)
    known = dict(context or {})
    layers = read_layers(role_policies, boundary=boundary, scps=scps)
    requests = of_execution_role(plan)
    rows = list(_rows(requests, layers, known, EXECUTION_ROLE, plan))
    if author_policies is not None:
        rows += author_rows(plan, author_policies, scps=scps, context=known, bucket=bucket)
    keys = keys_of(layers)
    lint = lint_policies(plan, requests, layers, lambda request: context_of(request, keys, known))
    return Preflight(
        tuple(rows),
        (*foreign_roles(plan), *lint),
        definition=plan.definition,
        pipeline_name=plan.pipeline_name,
    )


def author_rows(
    plan: Plan,
    policies: Any,
    *,
    scps: Sequence[Any] = (),
    context: Mapping[str, Any] | None = None,
    bucket: str | None = None,
) -> tuple[PreflightRow, ...]:
    """Return the rows of the principal that creates, updates, starts and watches the pipeline.

    Args:
        plan: what the pipeline will start.
        policies: the author's policies.
        scps: levels of SCPs.
        context: condition keys that you know for the author.
        bucket: where the author's code goes.
    """
    layers = read_layers(policies, scps=scps)
    return tuple(_rows(of_author(plan, bucket), layers, context or {}, AUTHOR, plan))


def _rows(
    requests: Sequence[Request],
    layers: Sequence[Layer],
    known: Mapping[str, Any],
    principal: str,
    plan: Plan,
) -> Iterator[PreflightRow]:
    keys = keys_of(layers)
    defaults = parameters_by_request(plan, requests) if principal == EXECUTION_ROLE else {}
    for request in requests:
        account = foreign_account(request, plan.home.account)
        if account is None:
            decision = _decide(request, layers, context_of(request, keys, known))
        else:
            decision = Decision(IMPLICIT_DENY)
        yield PreflightRow(
            request.step,
            request.action,
            request.resource,
            decision.verdict,
            decision.statements,
            principal,
            decision.unknown,
            defaults.get(request, ()),
            account,
        )


def context_of(request: Request, keys: frozenset[str], known: Mapping[str, Any]) -> Context:
    """Return the condition keys of a request; keys of the policies without a value are unknown.

    Args:
        request: the request.
        keys: the condition keys that the policies test.
        known: the keys that the caller knows; they win over the request's own.
    """
    given = {key.lower() for key in known}
    facts = request.facts
    unknown = [key for key in keys if key.lower() not in given and not facts.is_determined(key)]
    return Context({**facts.known, **known}, unknown)


def _decide(request: Request, layers: Sequence[Layer], context: Context) -> Decision:
    if request.action == NOT_KNOWN:
        return Decision(INDETERMINATE)
    decision = decide(layers, request.action, request.subject, context)
    if decision.verdict != INDETERMINATE or decision.unknown or not request.shape:
        return decision
    # The policies match some of the job's possible names. If they deny every example of the real
    # form, they will deny the job. If they allow the examples, they may still deny another name.
    examples = [decide(layers, request.action, name, context) for name in samples(request.shape)]
    first = examples[0]
    same = all(example.verdict == first.verdict for example in examples)
    return first if same and first.verdict != ALLOWED else decision


def mark_incomplete(result: Preflight, permissions: Sequence[str]) -> Preflight:
    """Make verdicts indeterminate that a policy which could not be read may change.

    Such a policy may allow or deny anything, so only an explicit denial stays certain.

    Args:
        result: from the policies that were read.
        permissions: the permissions to read policies that IAM denied.
    """
    if not permissions:
        return result
    rows = tuple(
        row
        if row.verdict == EXPLICIT_DENY
        else replace(row, verdict=INDETERMINATE, unknown=tuple(permissions))
        for row in result.rows
    )
    return replace(result, rows=rows)
