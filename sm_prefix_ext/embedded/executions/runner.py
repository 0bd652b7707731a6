"""Run the graph of an execution, step by step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ...core.definition import role_slots
from ...core.step_types import KINDS, Kind
from ..full_name_resources import FULL_NAME_RESOURCES
from ..settings import Outcome, Settings, compose_name, outcome_of
from ..statuses import EXECUTING, FAILED, STOPPED, SUCCEEDED
from .caching import CACHED, Caching, cached_run, signature
from .dag import NOT_RUN, Node, State, next_status
from .execution import Execution, Job, JobBackend, StepError
from .expressions import MISSING, pick, resolve, stand_in
from .iam_requests import DeployTarget, ExecutionAuthorizer, view_of
from .non_job_steps import DEPLOYED, result_of
from .retries import retries_after
from .step_runs import Iteration, StepRun
from .variables import Scope

EarlierRuns = Callable[[], Iterable[tuple[str, StepRun]]]
"""Gives the runs of the pipeline's other executions, each with its execution's ARN."""


@dataclass
class Runner:
    """Runs an execution.

    Args:
        execution: the execution.
        settings: the settings of the embedded AWS.
        backend: creates the jobs.
        earlier_runs: gives the runs that step caching may reuse.
    """

    execution: Execution
    settings: Settings
    backend: JobBackend
    earlier_runs: EarlierRuns

    @property
    def _authorizer(self) -> ExecutionAuthorizer:
        return ExecutionAuthorizer(self.execution, self.settings)

    def advance(self) -> None:
        """Run every step that can run and has not run."""
        execution = self.execution
        states: dict[str, State] = {}
        failed = False  # by a Fail step, after which no step starts
        for node in execution.nodes:
            run = execution.runs.get(node.name)
            if run is not None and run.status == EXECUTING and node.step_type == "ForEach":
                run = self._keep(self._attempt(node, run))
            elif run is None:
                excluded = failed or node.name in execution.unselected
                status = NOT_RUN if excluded else next_status(node, states)
                if status != EXECUTING:
                    states[node.name] = State(status)
                    continue
                run = self._keep(self._run(node, None))
            states[node.name] = run.state
            failed = failed or (node.step_type == "Fail" and run.status == FAILED)
        execution.states = states

    def stop(self) -> None:
        """Stop the running steps and the execution."""
        for run in list(self.execution.runs.values()):
            if run.status == EXECUTING:
                if run.job is not None:
                    self.backend.end_job(KINDS[run.job[0]], run.job[1], STOPPED, None)
                self._keep(replace(run, status=STOPPED, end=self.settings.now()))
        self.execution.states = {
            name: State(STOPPED, state.branch)
            if state.status == EXECUTING
            else State(NOT_RUN)
            if state.status not in (SUCCEEDED, FAILED, STOPPED)
            else state
            for name, state in self.execution.states.items()
        }
        self.execution.stopped = True

    def retry(self) -> None:
        """Run again the steps that did not succeed."""
        for name, run in list(self.execution.runs.items()):
            if run.status != SUCCEEDED:
                self.execution.attempts[name] = run.attempts
                del self.execution.runs[name]
        self.execution.stopped = False
        self.advance()

    def answer_callback(
        self, run: StepRun, status: str, reason: str | None, outputs: Mapping[str, Any]
    ) -> None:
        """End a Callback step that waits, and run the steps behind it.

        Args:
            run: the step's run.
            status: the step's final status.
            reason: the reason of a failure, or ``None``.
            outputs: the step's outputs by name.
        """
        parameters = [{"Name": name, "Value": str(value)} for name, value in outputs.items()]
        callback = {**run.metadata["Callback"], "OutputParameters": parameters}
        ended = replace(run, status=status, reason=reason, end=self.settings.now())
        properties = {**run.properties, "OutputParameters": dict(outputs)}
        self._keep(replace(ended, metadata={"Callback": callback}, properties=properties))
        self.advance()

    def _keep(self, run: StepRun) -> StepRun:
        self.execution.runs[run.name] = run
        return run

    def _run(self, node: Node, iteration: Iteration | None) -> StepRun:
        """Run a step, and again as long as a retry policy applies."""
        name = node.name if iteration is None else f"{node.name}-{iteration.index}"
        first = StepRun(
            name,
            node.step,
            SUCCEEDED,
            self.settings.now(),
            attempts=self.execution.attempts.get(name, 0) + 1,
            iteration=iteration,
        )
        run = self._attempt(node, first)
        while run.status == FAILED:
            retries = run.attempts - first.attempts
            if retries >= retries_after(node.step, run.reason or ""):
                break
            run = self._attempt(node, replace(first, attempts=run.attempts + 1))
        return run

    def _attempt(self, node: Node, run: StepRun) -> StepRun:
        try:
            run = self._from_cache(node, run) or self._execute(node, run)
        except StepError as error:
            run = replace(run, status=FAILED, reason=str(error))
        return replace(run, end=self.settings.now())

    def _from_cache(self, node: Node, run: StepRun) -> StepRun | None:
        """The cached run of a step, or ``None``."""
        caching = Caching.of(node.step)
        if not caching.enabled:
            return None
        wanted = self._signature(node, run)
        hit = cached_run(run.name, wanted, caching, self.earlier_runs(), self.settings.now())
        if hit is None:
            return None
        return replace(hit, step=node.step, start=run.start, iteration=run.iteration)

    def _signature(self, node: Node, run: StepRun) -> str:
        return signature(resolve(dict(node.step), Scope(self.execution, run)))

    def _execute(self, node: Node, run: StepRun) -> StepRun:
        names = (run.name, node.name)
        outcome = outcome_of(self.settings.outcomes, names, node.step_type, run.attempts)
        if node.step_type in CACHED:
            run = replace(run, signature=self._signature(node, run))
        self._authorizer.authorize_property_files(node, run)
        if node.step_type == "ForEach":
            return self._repeat(node, run)
        scope = Scope(self.execution, run)
        if node.step_type == "Fail":
            text = str(resolve(node.arguments.get("ErrorMessage", ""), scope))
            metadata = {"Fail": {"ErrorMessage": text}}
            return replace(run, status=FAILED, reason=text or "Fail step", metadata=metadata)
        kind = KINDS[node.step_type]
        if kind.makes_job:
            return self._create_job(kind, node, run, outcome)
        reason = _failure_reason(run.name, outcome)
        if node.step_type == "Condition":
            metadata = {"Condition": {"Outcome": str(outcome.branch)}}
            run = replace(run, metadata=metadata, branch=outcome.branch)
        else:
            step = resolve(dict(node.step), scope)
            if node.step_type in DEPLOYED:
                return self._deploy(step, run, outcome)
            self._authorizer.authorize_non_job_step(run, step)
            region, account = self.backend.region, self.backend.current_account
            metadata, properties = result_of(step, region, account, self.settings.token())
            run = replace(run, metadata=metadata, properties=properties)
        return replace(run, status=outcome.status, reason=reason)

    def _deploy(self, step: Mapping[str, Any], run: StepRun, outcome: Outcome) -> StepRun:
        """Create an endpoint or its configuration, or update an endpoint that exists."""
        resource = FULL_NAME_RESOURCES[step["Type"]]
        field = resource.name_field
        arguments = dict(step.get("Arguments") or {})
        if step["Type"] == "EndpointConfig":
            # Each execution adds a suffix to the name (sagemaker-python-sdk pull request 6224);
            # no documentation gives its form.
            arguments[field] = f"{arguments.get(field) or run.name}-{self.settings.token()}"
        authorizer = self._authorizer
        arn = authorizer.home.arn("sagemaker", f"{resource.arn_resource}/{arguments.get(field)}")
        exists = step["Type"] == "Endpoint" and self.backend.has_endpoint(arguments)
        target = DeployTarget(arn, exists)
        authorizer.authorize_non_job_step(run, {**step, "Arguments": arguments}, target)
        reason = _failure_reason(run.name, outcome)
        if reason is not None:
            raise StepError(reason)
        operation = resource.update_operation if exists else resource.create_operation
        job = self.backend.deploy(operation, arguments)
        metadata = {step["Type"]: {"Arn": job.arn}}
        return replace(
            run, status=outcome.status, metadata=metadata, properties=dict(job.properties)
        )

    def _create_job(self, kind: Kind, node: Node, run: StepRun, outcome: Outcome) -> StepRun:
        scope = Scope(self.execution, run)
        prefix = resolve(node.arguments.get(kind.name_field) or "", scope)
        name = compose_name(kind, str(prefix), self.execution.id, run.name, self.settings.token())
        request = self._job_request(kind, node, run, name)
        reason = _failure_reason(run.name, outcome)
        if reason is not None and len(kind.actions) < 3:
            # A resource without a stop operation doesn't run, so only its creation can fail.
            raise StepError(reason)
        view = view_of({**node.step, "Arguments": request})
        calls = self.backend.job_calls(kind, name, request)
        for call in calls:
            self._authorizer.authorize_api_call(run, view, name, call)
            self.backend.perform_call(call)
        job = self.backend.read_job(kind, name, calls[-1])
        self.backend.end_job(kind, name, outcome.status, reason)
        metadata, properties = _job_metadata(kind, job, resolve(dict(node.step), scope))
        return replace(
            run,
            status=outcome.status,
            reason=reason,
            metadata={kind.metadata_key: metadata},
            properties={**job.properties, **properties},
            job=(kind.step_type, name),
        )

    def _job_request(self, kind: Kind, node: Node, run: StepRun, name: str) -> dict[str, Any]:
        """The request that creates a step's job; missing roles become the execution role."""
        request: dict[str, Any] = resolve(node.arguments, Scope(self.execution, run, name))
        request[kind.name_field] = name
        for path in kind.role_fields if kind.passes_role else ():
            for holder, key in role_slots(request, path):
                holder[key] = holder.get(key) or self.execution.role
        return request

    def _repeat(self, node: Node, run: StepRun) -> StepRun:
        """Run the body of a ForEach step for each item."""
        items = _items(resolve(node.arguments.get("IterableItems"), Scope(self.execution, run)))
        children: list[StepRun] = []
        for index, item in enumerate(items):
            iteration = Iteration(node.name, index, item)
            states: dict[str, State] = {}
            for inner in node.body:
                child = self.execution.runs.get(f"{inner.name}-{index}")
                if child is None:
                    status = next_status(inner, states)
                    if status != EXECUTING:
                        states[inner.name] = State(status)
                        continue
                    child = self._keep(self._run(inner, iteration))
                states[inner.name] = child.state
                children.append(child)
        summary = _loop_summary(node, len(items), [child.status for child in children])
        status = summary.get("Status", EXECUTING)
        reason = "One or multiple steps of the body failed." if status == FAILED else None
        outputs = [
            {
                inner.name: dict(self.execution.runs[f"{inner.name}-{index}"].properties)
                for inner in node.body
                if f"{inner.name}-{index}" in self.execution.runs
            }
            for index in range(len(items))
        ]
        properties = {**summary, "IterationOutputs": outputs}
        metadata = {"ForEach": summary}
        return replace(run, status=status, reason=reason, metadata=metadata, properties=properties)


def _loop_summary(node: Node, item_count: int, statuses: list[str]) -> dict[str, Any]:
    """The counts of a ForEach step, and its status once no step of the body runs any more."""
    summary: dict[str, Any] = {
        "InputItemCount": item_count,
        "TotalStepCount": item_count * len(node.body),
        **{f"{status}StepCount": statuses.count(status) for status in (SUCCEEDED, FAILED, STOPPED)},
    }
    if EXECUTING not in statuses:
        worst = (status for status in (FAILED, STOPPED) if status in statuses)
        summary["Status"] = next(worst, SUCCEEDED)
    return summary


def _failure_reason(name: str, outcome: Outcome) -> str | None:
    if outcome.status != FAILED:
        return None
    return outcome.reason or f"AlgorithmError: outcomes[{name!r}] sets this failure, exit code: 1"


def _items(value: Any) -> list[Any]:
    if isinstance(value, str):
        with suppress(ValueError):
            value = json.loads(value)
    return value if isinstance(value, list) else [value]


def _job_metadata(
    kind: Kind, job: Job, step: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A job's metadata, and the properties that a check step has beyond the job's description."""
    metadata: dict[str, Any] = {kind.metadata_field: job.arn}
    if kind.metadata_field != "CheckJobArn":
        return metadata, {}
    for key in ("CheckType", "ModelPackageGroupName", "SkipCheck", "RegisterNewBaseline"):
        if step.get(key) is not None:
            metadata[key] = step[key]
    output = pick(job.properties, "ProcessingOutputConfig.Outputs[0].S3Output.S3Uri")
    folder = stand_in(f"{step['Name']}.Path") if output is MISSING else str(output).rstrip("/")
    files = {"Constraints": "constraints.json"}
    if kind.step_type == "QualityCheck":
        files["Statistics"] = "statistics.json"
    for baseline, file in files.items():
        uri = f"{folder}/{file}"
        supplied = (
            None if step.get("RegisterNewBaseline") else step.get(f"SuppliedBaseline{baseline}")
        )
        metadata[f"CalculatedBaseline{baseline}"] = uri
        metadata[f"BaselineUsedForDriftCheck{baseline}"] = supplied or uri
    return metadata, metadata
