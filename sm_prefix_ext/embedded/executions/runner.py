"""Run the graph of an execution, step by step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ...core.definition import role_slots
from ...core.step_types import KINDS, Kind
from ...iam.request_context import facts_of
from ...iam.required_permissions import Request, grant_requests, passing
from ..full_name_resources import FULL_NAME_RESOURCES
from ..settings import Outcome, compose_name, outcome_of
from ..statuses import EXECUTING, FAILED, STOPPED, SUCCEEDED
from .caching import CACHED, Caching, cached_run, signature
from .dag import NOT_RUN, Node, State, next_status
from .execution import Job, StepError
from .expressions import MISSING, pick, resolve, stand_in
from .iam_requests import Asking, Made, view_of
from .non_job_steps import DEPLOYED, result_of
from .retries import attempts_after
from .step_runs import Iteration, StepRun
from .variables import Scope

Earlier = Callable[[], Iterable[tuple[str, StepRun]]]
"""Gives the runs of the pipeline's other executions, each with its execution's ARN."""


@dataclass
class Runner(Asking):
    """Runs an execution with the jobs that a maker makes.

    Args:
        earlier: the runs that may stand for a new one.
    """

    earlier: Earlier = tuple

    def advance(self) -> None:
        """Run every step that can run and has not run."""
        execution = self.execution
        states: dict[str, State] = {}
        over = False
        for node in execution.nodes:
            run = execution.runs.get(node.name)
            if run is not None and run.status == EXECUTING and node.step_type == "ForEach":
                run = self._keep(self._attempt(node, run))
            elif run is None:
                left_out = over or node.name in execution.left_out
                word = NOT_RUN if left_out else next_status(node, states)
                if word != EXECUTING:
                    states[node.name] = State(word)
                    continue
                run = self._keep(self._run(node, None))
            states[node.name] = run.state
            over = over or (node.step_type == "Fail" and run.status == FAILED)
        execution.states = states

    def stop(self) -> None:
        """Stop what runs."""
        for run in list(self.execution.runs.values()):
            if run.status == EXECUTING:
                if run.job is not None:
                    self.maker.end(KINDS[run.job[0]], run.job[1], STOPPED, None)
                self._keep(replace(run, status=STOPPED, end=self.rules.clock()))
        self.execution.states = {
            name: State(STOPPED, state.branch)
            if state.status == EXECUTING
            else State(NOT_RUN)
            if state.status not in (SUCCEEDED, FAILED, STOPPED)
            else state
            for name, state in self.execution.states.items()
        }
        self.execution.halted = True

    def retry(self) -> None:
        """Run again what did not succeed."""
        for name, run in list(self.execution.runs.items()):
            if run.status != SUCCEEDED:
                self.execution.attempts[name] = run.attempts
                del self.execution.runs[name]
        self.execution.halted = False
        self.advance()

    def answer(self, run: StepRun, status: str, reason: str | None, outputs: Any) -> None:
        """End a Callback step that waits, and run what waited for it.

        Args:
            run: the step's run.
            status: how it ends.
            reason: why it failed, or ``None``.
            outputs: its outputs by name.
        """
        listed = [{"Name": name, "Value": str(value)} for name, value in outputs.items()]
        shown = {**run.metadata["Callback"], "OutputParameters": listed}
        ended = replace(run, status=status, reason=reason, end=self.rules.clock())
        properties = {**run.properties, "OutputParameters": dict(outputs)}
        self._keep(replace(ended, metadata={"Callback": shown}, properties=properties))
        self.advance()

    def _keep(self, run: StepRun) -> StepRun:
        self.execution.runs[run.name] = run
        return run

    def _run(self, node: Node, iteration: Iteration | None) -> StepRun:
        """Run a step, again where a retry policy says so."""
        name = node.name if iteration is None else f"{node.name}-{iteration.index}"
        first = StepRun(
            name,
            node.step,
            SUCCEEDED,
            self.rules.clock(),
            attempts=self.execution.attempts.get(name, 0) + 1,
            iteration=iteration,
        )
        run = self._attempt(node, first)
        while run.status == FAILED:
            retried = run.attempts - first.attempts
            if retried >= attempts_after(node.step, run.reason or ""):
                break
            run = self._attempt(node, replace(first, attempts=run.attempts + 1))
        return run

    def _attempt(self, node: Node, run: StepRun) -> StepRun:
        try:
            run = self._cached(node, run) or self._work(node, run)
        except StepError as failure:
            run = replace(run, status=FAILED, reason=str(failure))
        return replace(run, end=self.rules.clock())

    def _cached(self, node: Node, run: StepRun) -> StepRun | None:
        """The run that the cache has for a step, or ``None``."""
        caching = Caching.of(node.step)
        if not caching.enabled:
            return None
        wanted = self._signature(node, run)
        hit = cached_run(run.name, wanted, caching, self.earlier(), self.rules.clock())
        if hit is None:
            return None
        return replace(hit, step=node.step, start=run.start, iteration=run.iteration)

    def _signature(self, node: Node, run: StepRun) -> str:
        return signature(resolve(dict(node.step), Scope(self.execution, run)))

    def _work(self, node: Node, run: StepRun) -> StepRun:
        names = (run.name, node.name)
        outcome = outcome_of(self.rules.outcomes, names, node.step_type, run.attempts)
        if node.step_type in CACHED:
            run = replace(run, signature=self._signature(node, run))
        self._ask_to_read(node, run)
        if node.step_type == "ForEach":
            return self._repeat(node, run)
        if node.step_type == "Fail":
            said = str(resolve(node.arguments.get("ErrorMessage", ""), Scope(self.execution, run)))
            raised = {"Fail": {"ErrorMessage": said}}
            return replace(run, status=FAILED, reason=said or "Fail step", metadata=raised)
        kind = KINDS[node.step_type]
        if kind.makes_job:
            return self._job(kind, node, run, outcome)
        reason = _reason(run.name, outcome)
        if node.step_type == "Condition":
            shown = {"Condition": {"Outcome": str(outcome.branch)}}
            run = replace(run, metadata=shown, branch=outcome.branch)
        else:
            step = resolve(dict(node.step), Scope(self.execution, run))
            if node.step_type in DEPLOYED:
                return self._deploy(step, run, outcome)
            self._ask_for(run, step)
            where = self.maker.region, self.maker.current_account
            metadata, properties = result_of(step, *where, self.rules.token())
            run = replace(run, metadata=metadata, properties=properties)
        return replace(run, status=outcome.status, reason=reason)

    def _deploy(self, step: Mapping[str, Any], run: StepRun, outcome: Outcome) -> StepRun:
        """Make an endpoint or its configuration; an endpoint that is there is updated."""
        resource = FULL_NAME_RESOURCES[step["Type"]]
        field = resource.name_field
        arguments = dict(step.get("Arguments") or {})
        if step["Type"] == "EndpointConfig":
            # Its name gets a suffix of its own in each execution (sagemaker-python-sdk pull
            # request 6224), whose form nobody has written down.
            arguments[field] = f"{arguments.get(field) or run.name}-{self.rules.token()}"
        arn = self._home.arn("sagemaker", f"{resource.arn_resource}/{arguments.get(field)}")
        update = step["Type"] == "Endpoint" and self.maker.has_endpoint(arguments)
        self._ask_for(run, {**step, "Arguments": arguments}, Made(arn, update))
        reason = _reason(run.name, outcome)
        if reason is not None:
            raise StepError(reason)
        operation = resource.update_operation if update else resource.create_operation
        job = self.maker.deploy(operation, arguments)
        metadata = {step["Type"]: {"Arn": job.arn}}
        return replace(
            run, status=outcome.status, metadata=metadata, properties=dict(job.properties)
        )

    def _job(self, kind: Kind, node: Node, run: StepRun, outcome: Outcome) -> StepRun:
        scope = Scope(self.execution, run)
        prefix = resolve(node.arguments.get(kind.name_field) or "", scope)
        name = compose_name(kind, str(prefix), self.execution.id, run.name, self.rules.token())
        request = resolve(node.arguments, Scope(self.execution, run, name))
        request[kind.name_field] = name
        for path in kind.role_fields if kind.passes_role else ():
            for holder, key in role_slots(request, path):
                holder[key] = holder.get(key) or self.execution.role

        view = view_of({**node.step, "Arguments": request})
        facts = facts_of(view, self._home, self.execution.role)

        def ask(operation: str, action: str, resource: str) -> None:
            if action == "iam:PassRole":
                wanted = passing(run.name, resource, self._home, of=self._of_the_role)
            else:
                create = operation if operation.startswith("Create") else kind.actions[0]
                wanted = Request(run.name, action, resource, facts.of(create, action))
            self._ask(run, replace(wanted, within=f"sagemaker:{operation}"))
            if action == kind.iam_actions[0]:
                self._ask_each(run, self._of_the_experiment(kind, run, name))
            if action == "iam:PassRole" and resource == self.execution.role:
                keys = grant_requests(view, self._home, of=self._of_the_role)
                self._ask_each(run, keys)

        reason = _reason(run.name, outcome)
        if reason is not None and len(kind.actions) < 3:
            # What can't be stopped doesn't run either: making it is all that can fail.
            raise StepError(reason)
        job = self.maker.make(kind, name, request, ask)
        self.maker.end(kind, name, outcome.status, reason)
        metadata, extra = _shown(kind, job, resolve(dict(node.step), scope))
        return replace(
            run,
            status=outcome.status,
            reason=reason,
            metadata={kind.metadata_key: metadata},
            properties={**job.properties, **extra},
            job=(kind.step_type, name),
        )

    def _repeat(self, node: Node, run: StepRun) -> StepRun:
        items = _items(resolve(node.arguments.get("IterableItems"), Scope(self.execution, run)))
        children: list[StepRun] = []
        for index, item in enumerate(items):
            iteration = Iteration(node.name, index, item)
            states: dict[str, State] = {}
            for inner in node.body:
                done = self.execution.runs.get(f"{inner.name}-{index}")
                if done is None and next_status(inner, states) != EXECUTING:
                    states[inner.name] = State(next_status(inner, states))
                    continue
                child = done or self._keep(self._run(inner, iteration))
                states[inner.name] = child.state
                children.append(child)
        counts = {
            status: sum(child.status == status for child in children)
            for status in (SUCCEEDED, FAILED, STOPPED, EXECUTING)
        }
        status = next(
            (word for word in (EXECUTING, FAILED, STOPPED) if counts[word]),
            SUCCEEDED,
        )
        shown: dict[str, Any] = {
            "InputItemCount": len(items),
            "TotalStepCount": len(items) * len(node.body),
            **{f"{word}StepCount": counts[word] for word in (SUCCEEDED, FAILED, STOPPED)},
        }
        if status != EXECUTING:
            shown["Status"] = status
        reason = "One or multiple steps of the body failed." if status == FAILED else None
        outputs = [
            {
                inner.name: dict(self.execution.runs[f"{inner.name}-{index}"].properties)
                for inner in node.body
                if f"{inner.name}-{index}" in self.execution.runs
            }
            for index in range(len(items))
        ]
        properties = {**shown, "IterationOutputs": outputs}
        metadata = {"ForEach": shown}
        return replace(run, status=status, reason=reason, metadata=metadata, properties=properties)


def _reason(name: str, outcome: Outcome) -> str | None:
    if outcome.status != FAILED:
        return None
    return outcome.reason or f"AlgorithmError: outcomes[{name!r}] says so, exit code: 1"


def _items(value: Any) -> list[Any]:
    if isinstance(value, str):
        with suppress(ValueError):
            value = json.loads(value)
    return value if isinstance(value, list) else [value]


def _shown(kind: Kind, job: Job, step: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A job's metadata, and what a check adds to the properties."""
    shown: dict[str, Any] = {kind.metadata_field: job.arn}
    if kind.metadata_field != "CheckJobArn":
        return shown, {}
    for key in ("CheckType", "ModelPackageGroupName", "SkipCheck", "RegisterNewBaseline"):
        if step.get(key) is not None:
            shown[key] = step[key]
    outputs = pick(job.properties, "ProcessingOutputConfig.Outputs[0].S3Output.S3Uri")
    where = stand_in(f"{step['Name']}.Path") if outputs is MISSING else str(outputs).rstrip("/")
    files = {"Constraints": "constraints.json"}
    if kind.step_type == "QualityCheck":
        files["Statistics"] = "statistics.json"
    for word, file in files.items():
        shown[f"CalculatedBaseline{word}"] = f"{where}/{file}"
        given = None if step.get("RegisterNewBaseline") else step.get(f"SuppliedBaseline{word}")
        shown[f"BaselineUsedForDriftCheck{word}"] = given or f"{where}/{file}"
    return shown, shown
