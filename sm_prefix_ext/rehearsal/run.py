"""Rehearse a pipeline: run its definition on the embedded AWS, under policies that are given."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from ..core.definition import Definition, StepView, copied, steps
from ..core.finding_levels import raise_for_errors
from ..core.plan import Plan
from ..core.prefix_policy import PrefixPolicy
from ..core.prefixed_jobs import prefixed_jobs
from ..enforcement.enforce import enforce_in_place
from ..iam.evaluator.evaluate import read_layers
from ..iam.minimize import statements
from ..iam.policy_document import PolicyDocument
from ..iam.policy_generator import resolvable
from ..iam.required_permissions import Request, of_execution_role
from .result import NOT_RUN, Rehearsal, RehearsedRequest, RehearsedStep

_ROLE = "rehearsed-execution-role"
_NAME = "rehearsal"


def rehearse(
    pipeline: Any,
    *,
    role_policies: Any,
    boundary: Any = None,
    scps: Sequence[Any] = (),
    outcomes: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    policy: PrefixPolicy | None = None,
    context: Mapping[str, Any] | None = None,
    role_arn: str | None = None,
    account: str | None = None,
    region: str | None = None,
    suggest: bool = False,
) -> Rehearsal:
    """Run a pipeline on the embedded AWS, and return each step with what was asked of IAM.

    No job runs and nothing is sent to AWS. In an open :class:`~sm_prefix_ext.embedded.EmbeddedAWS`
    the pipeline runs there, and is as before afterwards; otherwise one is opened for the rehearsal.

    Args:
        pipeline: a pipeline of this package, a :class:`~sm_prefix_ext.Plan`, or a definition as a
            dict or as JSON, whose names are final.
        role_policies: the execution role's policies, or a mapping of names to policies.
        boundary: its permissions boundary.
        scps: levels of SCPs, the root first.
        outcomes: the outcomes of steps, as :class:`~sm_prefix_ext.embedded.EmbeddedAWS` takes them,
            such as ``{"CheckMSE": False}`` or ``{"Train": "Failed"}``.
        parameters: values of the pipeline's parameters; the others have their defaults.
        policy: the policy that a definition has to obey, with the roles of its steps.
        context: condition keys that you know, such as ``aws:PrincipalTag/team``.
        role_arn: the execution role.
        account: 12 digits; by default that of the roles in the definition.
        region: such as ``eu-west-1``; by default that of the pipeline's session, else
            ``us-east-1``.
        suggest: find the smallest addition to the role's policies that lets refused steps pass.

    Raises:
        PrefixViolation: if the pipeline's names violate its policy.
        ValueError: if IAM would reject a policy, if the service would reject the definition, for an
            invalid outcome, an unknown parameter or one without a value.
        ImportError: if moto isn't installed.

    Example:
        >>> from sm_prefix_ext.rehearsal import rehearse
        >>> role = "arn:aws:iam::111122223333:role/team-a"
        >>> image = {"Image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/churn:1"}
        >>> model = {"ModelName": "team-a-churn", "PrimaryContainer": image}
        >>> step = {"Name": "Create", "Type": "Model", "Arguments": model}
        >>> definition = {"Version": "2020-12-01", "Steps": [step]}
        >>> [rehearsed] = rehearse(definition, role_policies=[], role_arn=role)
        >>> rehearsed.status, rehearsed.requests[0].action
        ('Failed', 'sagemaker:CreateModel')
    """
    plan = _plan_of(pipeline, policy, role_arn, account, region, parameters)
    documents = dict(role_policies) if isinstance(role_policies, Mapping) else None
    if documents is None or "Statement" in documents:  # a sequence of documents, or one
        listed = [role_policies] if isinstance(role_policies, Mapping) else list(role_policies)
        documents = {f"policy {number}": document for number, document in enumerate(listed)}
    with _stage(plan, outcomes or {}) as stage:

        def run(extra: Mapping[str, Any]) -> Rehearsal:
            layers = read_layers({**documents, **extra}, boundary=boundary, scps=scps)
            return stage.run(layers, context or {})

        rehearsal = run({})
        return _with_addition(rehearsal, plan, run) if suggest else rehearsal


def _plan_of(
    pipeline: Any,
    policy: PrefixPolicy | None,
    role_arn: str | None,
    account: str | None,
    region: str | None,
    parameters: Mapping[str, Any] | None,
) -> Plan:
    given: dict[str, Any] = {"role_arn": role_arn, "account": account}
    if isinstance(pipeline, (str, Mapping)):
        plan = Plan.from_definition(pipeline, policy=policy, region=region, **given)
    elif isinstance(pipeline, Plan):
        plan = pipeline.replace(region=region, **given)
    else:
        plan = pipeline.plan(**given)
        plan = plan.replace(region=region) if region else plan
    return plan.replace(parameters=parameters) if parameters else plan


def _judged(plan: Plan) -> Definition:
    """Return the definition with the roles of the plan's policy, if its names obey that policy.

    A pipeline's own plan has a definition that is enforced already, and an empty policy.
    """
    definition: Definition = copied(plan.definition)
    if plan.policy.prefix or plan.policy.step_roles:
        findings = enforce_in_place(definition, plan.policy, composes=False)
        raise_for_errors(findings, plan.policy.levels, "the definition", definition)
    return definition


@dataclass
class _Stage:
    """A pipeline on an embedded AWS, and the requests of its current run.

    Args:
        aws: the embedded AWS.
        plan: the plan of the pipeline.
        name: the pipeline's name.
        role: the execution role.
    """

    aws: Any
    plan: Plan
    name: str
    role: str
    _requests: dict[str, list[RehearsedRequest]] = field(default_factory=dict)

    def run(self, layers: Any, context: Mapping[str, Any]) -> Rehearsal:
        """Run the pipeline once, under some policies."""
        from ..embedded.auth.authorizer import Principal

        principal = Principal(self.role, layers, dict(context), f"AROAREHEARSAL:{self.name}")
        self._requests = defaultdict(list)

        def authorize(call: Any) -> str | None:
            denied = principal.refusal(call.action, call.resource, call.facts)
            self._requests[call.step].append(RehearsedRequest(call.action, call.resource, denied))
            return denied

        client = self.aws.client("sagemaker")
        before, self.aws.authorize = self.aws.authorize, authorize
        try:
            values = [
                {"Name": name, "Value": str(value)} for name, value in self.plan.parameters.items()
            ]
            with _refused("to start the pipeline"):
                started = client.start_pipeline_execution(
                    PipelineName=self.name, PipelineParameters=values
                )
            arn = started["PipelineExecutionArn"]
            listed = _all_steps(client, arn)
            described = client.describe_pipeline_execution(PipelineExecutionArn=arn)
        finally:
            self.aws.authorize = before
        return Rehearsal(
            tuple(self._steps(listed)),
            str(described["PipelineExecutionStatus"]),
            self.plan.definition,
            self.name if self.plan.pipeline_name else "",
        )

    def _steps(self, listed: Sequence[Mapping[str, Any]]) -> Iterator[RehearsedStep]:
        by_view: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        names = {view.name for view in steps(self.plan.definition)}
        for step in listed:
            by_view[_view_name(step["StepName"], names)].append(step)
        jobs = {record.step_name: record.name for record in prefixed_jobs(listed)}
        for view in steps(self.plan.definition):
            runs = by_view.get(view.name)
            if not runs:
                yield RehearsedStep(view.path, view.step_type, NOT_RUN)
            for step in runs or ():
                yield self._step(view, step, jobs.get(step["StepName"]))

    def _step(self, view: StepView, step: Mapping[str, Any], job: str | None) -> RehearsedStep:
        name = step["StepName"]
        return RehearsedStep(
            view.path.removesuffix(view.name) + name,
            view.step_type,
            str(step["StepStatus"]),
            job,
            tuple(self._requests.get(name, ())),
            step.get("FailureReason"),
        )


def _view_name(name: str, names: set[str]) -> str:
    """Return the name in the definition of a step that may be an item of a loop."""
    head, _, number = name.rpartition("-")
    return head if name not in names and number.isdigit() and head in names else name


def _all_steps(client: Any, arn: str) -> list[Mapping[str, Any]]:
    pages = client.get_paginator("list_pipeline_execution_steps")
    return [
        step
        for page in pages.paginate(PipelineExecutionArn=arn, SortOrder="Ascending")
        for step in page["PipelineExecutionSteps"]
    ]


@contextlib.contextmanager
def _stage(plan: Plan, outcomes: Mapping[str, Any]) -> Iterator[_Stage]:
    """Create the pipeline on an embedded AWS, and take it away again."""
    definition = _judged(plan)
    with _embedded(plan, outcomes) as aws:
        role = plan.role_arn or f"arn:aws:iam::{aws.account_id}:role/{_ROLE}"
        name = plan.pipeline_name or _NAME
        with _created(aws.client("sagemaker"), name, role, json.dumps(definition)):
            yield _Stage(aws, plan, name, role)


@contextlib.contextmanager
def _embedded(plan: Plan, outcomes: Mapping[str, Any]) -> Iterator[Any]:
    """Use the open embedded AWS with other outcomes, or open one in the plan's account."""
    from ..embedded import EmbeddedAWS

    opened = EmbeddedAWS.current()
    if opened is None:
        home = plan.home
        region = "us-east-1" if home.region == "*" else home.region
        account = "123456789012" if home.account == "*" else home.account
        with EmbeddedAWS(region, account, outcomes) as aws:
            yield aws
        return
    before = dict(opened.outcomes)
    opened.outcomes.update(outcomes)
    try:
        yield opened
    finally:
        opened.outcomes.clear()
        opened.outcomes.update(before)


@contextlib.contextmanager
def _created(client: Any, name: str, role: str, definition: str) -> Iterator[None]:
    """Create or update a pipeline; afterwards it is gone, or as before."""
    from botocore.exceptions import ClientError

    try:
        before = client.describe_pipeline(PipelineName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFound":
            raise
        before = None
    with _refused("the pipeline"):
        if before is None:
            client.create_pipeline(
                PipelineName=name,
                PipelineDefinition=definition,
                RoleArn=role,
                ClientRequestToken="0" * 32,
            )
        else:
            client.update_pipeline(PipelineName=name, PipelineDefinition=definition, RoleArn=role)
    try:
        yield
    finally:
        if before is None:
            client.delete_pipeline(PipelineName=name, ClientRequestToken="0" * 32)
        else:
            client.update_pipeline(
                PipelineName=name,
                PipelineDefinition=before["PipelineDefinition"],
                RoleArn=before["RoleArn"],
            )


@contextlib.contextmanager
def _refused(what: str) -> Iterator[None]:
    """Raise a ``ValueError`` with the service's reason for refusing a request."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        reason = error.response["Error"]["Message"]
        raise ValueError(f"the service would refuse {what}: {reason}") from None


def _with_addition(
    rehearsal: Rehearsal, plan: Plan, run: Callable[[Mapping[str, Any]], Rehearsal]
) -> Rehearsal:
    """Add what was denied to the policies until nothing is denied, or nothing helps.

    Each run goes on to the first denial of a branch, so later requests show only in a later run.
    """
    planned = resolvable(of_execution_role(plan), plan.home)
    granted: dict[Request, None] = {}
    current = rehearsal
    while not current.ok:
        wanted = _planned_for(current, planned)
        if granted.keys() >= wanted.keys():
            break
        granted |= wanted
        current = run(
            {"addition": {"Version": "2012-10-17", "Statement": list(statements(granted))}}
        )
    notes = tuple(_note(request, planned) for request in _denied(current))
    useful = [request for request in granted if request not in _planned_for(current, planned)]
    if not useful:
        return replace(rehearsal, notes=notes)
    addition = PolicyDocument(statements(useful), "suggested-addition")
    return replace(rehearsal, addition=addition, notes=notes)


def _note(denied: RehearsedRequest, planned: Sequence[Request]) -> str:
    """Return why the addition does not allow a request."""
    if any(request.action == denied.action for request in planned):
        return (
            f"{denied.action} on {denied.resource} stays denied {denied.denied}; a statement in "
            "the role's own policy can't change that."
        )
    return (
        f"No statement is suggested for {denied.action}, since its resource is not known before "
        "the run and would be a wildcard. For the execution role itself, give its ARN."
    )


def _planned_for(rehearsal: Rehearsal, planned: Sequence[Request]) -> dict[Request, None]:
    """Return the planned requests, with their patterns, for those that were denied."""
    return {
        request: None
        for denied in _denied(rehearsal)
        for request in planned
        if request.action == denied.action and _matches(request.resource, denied.resource)
    }


def _denied(rehearsal: Rehearsal) -> list[RehearsedRequest]:
    return [
        request
        for step in rehearsal.refused
        for request in step.requests
        if request.denied is not None
    ]


def _matches(pattern: str, resource: str) -> bool:
    """Test whether a resource is one of a pattern's; only ``*`` and ``?`` are wildcards in IAM."""
    return fnmatchcase(resource, pattern.replace("[", "[[]"))
