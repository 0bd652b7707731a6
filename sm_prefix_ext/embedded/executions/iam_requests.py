"""What SageMaker asks of IAM while it runs the steps of an execution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...core.arns import Arn, Home, unescaped
from ...core.definition import StepView
from ...core.plan import PlannedJob
from ...core.step_types import KINDS, STEP_NAME_IN_JOB_NAME, Kind
from ...iam.request_context import Facts, facts_of
from ...iam.required_permissions import (
    NOT_KNOWN,
    Request,
    experiment_requests,
    jobless_requests,
    property_file_requests,
)
from ..full_name_resources import FULL_NAME_RESOURCES
from ..settings import Rules, ServiceCall
from .dag import Node
from .execution import Execution, Maker, StepError
from .expressions import resolve, with_uris
from .step_runs import StepRun
from .variables import Scope


@dataclass(frozen=True)
class Made:
    """What a step makes under a full name.

    Args:
        arn: its ARN.
        updated: whether it is there already, so that it is updated.
    """

    arn: str
    updated: bool = False

    @property
    def resource(self) -> str:
        """The type in its ARN."""
        return Arn.parse(self.arn).resource_type


@dataclass
class Asking:
    """Asks for an execution; a refusal fails the step.

    Args:
        execution: the execution.
        rules: what the runs go by.
        maker: makes its jobs.
    """

    execution: Execution
    rules: Rules
    maker: Maker

    @property
    def _home(self) -> Home:
        arn = Arn.parse(self.execution.arn)
        return Home(arn.partition, arn.region, arn.account)

    @property
    def _of_the_role(self) -> Facts:
        return facts_of(None, self._home, self.execution.role)

    def _ask(self, run: StepRun, wanted: Request) -> None:
        """Fail the step, in the service's words, unless the execution role may do something."""
        session = f"sagemaker-pipeline-{self.execution.id}-{run.name[:STEP_NAME_IN_JOB_NAME]}"
        role, step_type = self.execution.role, str(run.step.get("Type"))
        resource = unescaped(wanted.resource)
        call = ServiceCall(
            wanted.action, resource, role, session, run.name, step_type, wanted.facts
        )
        why = self.rules.authorize(call)
        if why is not None:
            raise StepError(
                f"ClientError: Failed to invoke {wanted.within or wanted.action}. User: "
                f"{call.user} is not authorized to perform: {call.action} on resource: "
                f"{call.resource} {why}"
            )

    def _ask_each(
        self, run: StepRun, requests: Iterable[Request], called: str | None = None
    ) -> None:
        """Ask what every run of a step asks, and what the call that this run makes asks."""
        for wanted in requests:
            # What nobody has written down can't be judged either.
            asked = wanted.always or wanted.action == called
            if asked and wanted.action != NOT_KNOWN:
                self._ask(run, wanted)

    def _of_the_experiment(self, kind: Kind, run: StepRun, name: str) -> Iterator[Request]:
        """What recording a job in the pipeline's experiment asks."""
        config = resolve(self.execution.experiment, Scope(self.execution, run))
        arn = self._home.arn("sagemaker", f"{kind.arn_resource}/{name}")
        job = PlannedJob(run.name, kind.step_type, name, name, arn, None, kind.iam_actions)
        definition = {"PipelineExperimentConfig": config}
        return experiment_requests(definition, job, self._home, None, of=self._of_the_role)

    def _ask_for(self, run: StepRun, step: Mapping[str, Any], made: Made | None = None) -> None:
        """Ask what a step without a job takes.

        Args:
            run: the step's run.
            step: the step, expressions worked out.
            made: what an Endpoint or EndpointConfig step makes, or ``None``.
        """
        view = view_of(step)
        facts = facts_of(view, self._home, self.execution.role)
        requests = jobless_requests(view, self._home, of=facts)
        if step["Type"] not in FULL_NAME_RESOURCES:
            self._ask_each(run, requests)
            return
        verb = "Update" if made is not None and made.updated else "Create"
        called = f"sagemaker:{verb}{step['Type']}"
        self._ask_each(run, _as_called(requests, step["Type"], called, made), called)

    def _ask_to_read(self, node: Node, run: StepRun) -> None:
        """Ask for the property files that a step reads."""
        scope = Scope(self.execution, run)
        writers = {
            one.name: view_of({**one.step, "Arguments": resolve(one.arguments, scope)})
            for one in self.execution.nodes
            if one.step.get("PropertyFiles")
        }
        reader = view_of(with_uris(node.step, scope))
        facts = self._of_the_role
        self._ask_each(run, property_file_requests(reader, writers, self._home, of=facts))


def view_of(step: Mapping[str, Any]) -> StepView:
    """A step that is known, as it is walked."""
    name, step_type = step["Name"], step["Type"]
    return StepView(name, name, step_type, step.get("Arguments") or {}, KINDS[step_type], step)


def _as_called(
    requests: Iterable[Request], step_type: str, called: str, made: Made | None
) -> Iterator[Request]:
    """The requests of the one call that a run makes, where a plan has those of each."""
    create, update = f"sagemaker:Create{step_type}", f"sagemaker:Update{step_type}"
    seen = set()
    for one in requests:
        action = called if one.action in (create, update) else one.action
        within = called if one.within in (create, update) else one.within
        resource = one.resource
        if made is not None and f":{made.resource}/" in resource:
            resource = made.arn
        # An update takes no tags.
        if (action, resource) in seen or (called == update and action == "sagemaker:AddTags"):
            continue
        seen.add((action, resource))
        yield replace(one, action=action, within=within, resource=resource)
