"""Authorize what SageMaker does while it runs the steps of an execution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...core.arns import Arn, ArnScope, unescaped
from ...core.definition import StepView
from ...core.planned_jobs import PlannedJob
from ...core.step_types import KINDS, STEP_NAME_IN_JOB_NAME, Kind
from ...iam.request_context import Facts, facts_of
from ...iam.required_permissions import (
    NOT_KNOWN,
    Request,
    experiment_requests,
    grant_requests,
    jobless_requests,
    passing,
    property_file_requests,
)
from ..full_name_resources import FULL_NAME_RESOURCES
from ..settings import ServiceCall, Settings
from .dag import Node
from .execution import ApiCall, Execution, StepError
from .expressions import resolve, with_uris
from .step_runs import StepRun
from .variables import Scope


@dataclass(frozen=True)
class DeployTarget:
    """The resource that an Endpoint or EndpointConfig step creates or updates.

    Args:
        arn: its ARN.
        exists: whether it exists already, so that the step updates it.
    """

    arn: str
    exists: bool = False

    @property
    def resource_type(self) -> str:
        """The resource type in its ARN."""
        return Arn.parse(self.arn).resource_type


@dataclass(frozen=True)
class ExecutionAuthorizer:
    """Checks each IAM request of the steps of an execution; a refusal fails the step.

    Args:
        execution: the execution.
        settings: hold the function that decides.
    """

    execution: Execution
    settings: Settings

    @property
    def home(self) -> ArnScope:
        """Partition, region and account of the execution."""
        arn = Arn.parse(self.execution.arn)
        return ArnScope(arn.partition, arn.region, arn.account)

    @property
    def _role_facts(self) -> Facts:
        return facts_of(None, self.home, self.execution.role)

    def authorize_api_call(self, run: StepRun, view: StepView, name: str, call: ApiCall) -> None:
        """Check a call that creates a step's job, or the job's model package group.

        Args:
            run: the step's run.
            view: the step, with the job's request for its arguments.
            name: the job's name.
            call: the call.

        Raises:
            StepError: where the execution role may not do it.
        """
        assert view.kind is not None
        self._check_each(run, self._requests_of(call, run, view, view.kind, name))

    def _requests_of(
        self, call: ApiCall, run: StepRun, view: StepView, kind: Kind, name: str
    ) -> Iterator[Request]:
        """The requests of a call, in the order in which the service makes them."""
        within = f"sagemaker:{call.operation}"
        facts = facts_of(view, self.home, self.execution.role)
        for action in (within, "sagemaker:AddTags"):
            known = facts.of(call.operation, action)
            yield Request(run.name, action, call.arn, known, within=within)
            if action == kind.iam_actions[0]:
                yield from self._experiment_requests(kind, run, name)
        for role in call.roles:
            request = passing(run.name, role, self.home, of=self._role_facts)
            yield replace(request, within=within)
            if role == self.execution.role:
                yield from grant_requests(view, self.home, of=self._role_facts)

    def _experiment_requests(self, kind: Kind, run: StepRun, name: str) -> Iterator[Request]:
        """The requests that record a job in the pipeline's experiment."""
        config = resolve(self.execution.experiment, Scope(self.execution, run))
        arn = self.home.arn("sagemaker", f"{kind.arn_resource}/{name}")
        job = PlannedJob(run.name, kind.step_type, name, name, arn, None, kind.iam_actions)
        definition = {"PipelineExperimentConfig": config}
        return experiment_requests(definition, job, self.home, None, of=self._role_facts)

    def authorize_non_job_step(
        self, run: StepRun, step: Mapping[str, Any], target: DeployTarget | None = None
    ) -> None:
        """Check the requests of a step without a job.

        Args:
            run: the step's run.
            step: the step, with its expressions resolved.
            target: the resource of an Endpoint or EndpointConfig step, or ``None``.

        Raises:
            StepError: where the execution role may not do it.
        """
        view = view_of(step)
        facts = facts_of(view, self.home, self.execution.role)
        requests = jobless_requests(view, self.home, of=facts)
        if step["Type"] not in FULL_NAME_RESOURCES:
            self._check_each(run, requests)
            return
        resource = FULL_NAME_RESOURCES[step["Type"]]
        create, update = (
            f"sagemaker:{operation}"
            for operation in (resource.create_operation, resource.update_operation)
        )
        action = update if target is not None and target.exists else create
        self._check_each(run, _with_action(requests, action, create, update, target), action)

    def authorize_property_files(self, node: Node, run: StepRun) -> None:
        """Check the reads of the property files that a step refers to.

        Raises:
            StepError: where the execution role may not read one.
        """
        scope = Scope(self.execution, run)
        writers = {
            writer.name: view_of({**writer.step, "Arguments": resolve(writer.arguments, scope)})
            for writer in self.execution.nodes
            if writer.step.get("PropertyFiles")
        }
        reader = view_of(with_uris(node.step, scope))
        facts = self._role_facts
        self._check_each(run, property_file_requests(reader, writers, self.home, of=facts))

    def _check_each(
        self, run: StepRun, requests: Iterable[Request], action: str | None = None
    ) -> None:
        """Check the requests that every run of a step makes, and those for one more action."""
        for request in requests:
            # An action that no documentation names can't be evaluated.
            applies = request.always or request.action == action
            if applies and request.action != NOT_KNOWN:
                self._check(run, request)

    def _check(self, run: StepRun, request: Request) -> None:
        """Fail the step, in the service's words, unless the execution role may do something."""
        session = f"sagemaker-pipeline-{self.execution.id}-{run.name[:STEP_NAME_IN_JOB_NAME]}"
        call = ServiceCall(
            action=request.action,
            resource=unescaped(request.resource),
            role=self.execution.role,
            session=session,
            step=run.name,
            step_type=str(run.step.get("Type")),
            facts=request.facts,
        )
        reason = self.settings.authorize(call)
        if reason is not None:
            raise StepError(
                f"ClientError: Failed to invoke {request.within or request.action}. User: "
                f"{call.user} is not authorized to perform: {call.action} on resource: "
                f"{call.resource} {reason}"
            )


def view_of(step: Mapping[str, Any]) -> StepView:
    """A step of a known type, as walking its definition gives it."""
    name, step_type = step["Name"], step["Type"]
    return StepView(name, name, step_type, step.get("Arguments") or {}, KINDS[step_type], step)


def _with_action(
    requests: Iterable[Request],
    action: str,
    create: str,
    update: str,
    target: DeployTarget | None,
) -> Iterator[Request]:
    """The requests of the one call that a run makes, from those for creating and updating.

    Args:
        requests: the requests of both calls, as a plan has them.
        action: the call that the run makes, ``create`` or ``update``.
        create: the action that creates the resource.
        update: the action that updates it.
        target: the resource, or ``None`` where its ARN is the plan's.
    """
    seen = set()
    for request in requests:
        requested = action if request.action in (create, update) else request.action
        within = action if request.within in (create, update) else request.within
        resource = request.resource
        if target is not None and f":{target.resource_type}/" in resource:
            resource = target.arn
        # An update takes no tags.
        untagged = action == update and requested == "sagemaker:AddTags"
        if (requested, resource) in seen or untagged:
            continue
        seen.add((requested, resource))
        yield replace(request, action=requested, within=within, resource=resource)
