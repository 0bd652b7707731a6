"""Run the graph of an execution, step by step."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ..arns import Arn, Home, unescaped
from ..definition import StepView, role_slots
from ..iam.facts import Facts, facts_of
from ..iam.requests import (
    NOT_KNOWN,
    Request,
    experiment_requests,
    jobless_requests,
    passing,
    property_file_requests,
)
from ..kinds import KINDS, STEP_NAME_IN_JOB_NAME, Kind
from ..plan import PlannedJob
from .execution import Execution, Job, Maker, StepError
from .expressions import MISSING, pick, resolve, stand_in, with_uris
from .graph import EXECUTING, FAILED, NOT_RUN, STOPPED, SUCCEEDED, Node, State, decide
from .jobless import result_of
from .records import Iteration, StepRun
from .rules import Outcome, Rules, ServiceCall, compose_name, outcome_of
from .scope import Scope


@dataclass
class Runner:
    """Runs an execution with the jobs that a maker makes."""

    execution: Execution
    rules: Rules
    maker: Maker

    def advance(self) -> None:
        """Run every step that can run."""
        execution = self.execution
        states: dict[str, State] = {}
        over = False
        for node in execution.nodes:
            done = execution.runs.get(node.name)
            if done is not None and done.status == SUCCEEDED:
                states[node.name] = done.state
                continue
            left_out = over or node.name in execution.left_out
            word = NOT_RUN if left_out else decide(node, states)
            if word == EXECUTING:
                run = self._keep(self._run(node, None))
                states[node.name] = run.state
                over = run.step["Type"] == "Fail"
            else:
                states[node.name] = State(word)
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

    def _keep(self, run: StepRun) -> StepRun:
        self.execution.runs[run.name] = run
        return run

    def _run(self, node: Node, iteration: Iteration | None) -> StepRun:
        name = node.name if iteration is None else f"{node.name}-{iteration.index}"
        outcome = outcome_of(self.rules.outcomes, (name, node.name), node.step_type)
        run = StepRun(
            name,
            node.step,
            SUCCEEDED,
            self.rules.clock(),
            attempts=self.execution.attempts.get(name, 0) + 1,
            iteration=iteration,
        )
        try:
            run = self._work(node, run, outcome)
        except StepError as failure:
            run = replace(run, status=FAILED, reason=str(failure))
        return replace(run, end=self.rules.clock())

    def _work(self, node: Node, run: StepRun, outcome: Outcome) -> StepRun:
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
            self._ask_for(run, step)
            where = self.maker.region, self.maker.current_account
            metadata, properties = result_of(step, *where, self.rules.token())
            run = replace(run, metadata=metadata, properties=properties)
        return replace(run, status=outcome.status, reason=reason)

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

    def _ask_each(self, run: StepRun, requests: Iterable[Request]) -> None:
        for wanted in requests:
            # What nobody has written down can't be judged either.
            if wanted.always and wanted.action != NOT_KNOWN:
                self._ask(run, wanted)

    def _of_the_experiment(self, kind: Kind, run: StepRun, name: str) -> Iterator[Request]:
        """What recording a job in the pipeline's experiment asks."""
        config = resolve(self.execution.experiment, Scope(self.execution, run))
        arn = self._home.arn("sagemaker", f"{kind.arn_resource}/{name}")
        job = PlannedJob(run.name, kind.step_type, name, name, arn, None, kind.iam_actions)
        definition = {"PipelineExperimentConfig": config}
        return experiment_requests(definition, job, self._home, None, of=self._of_the_role)

    def _ask_for(self, run: StepRun, step: Mapping[str, Any]) -> None:
        """Ask what a step without a job takes."""
        view = _view(step)
        facts = facts_of(view, self._home, self.execution.role)
        self._ask_each(run, jobless_requests(view, self._home, of=facts))

    def _ask_to_read(self, node: Node, run: StepRun) -> None:
        """Ask for the property files that a step reads."""
        scope = Scope(self.execution, run)
        writers = {
            one.name: _view({**one.step, "Arguments": resolve(one.arguments, scope)})
            for one in self.execution.nodes
            if one.step.get("PropertyFiles")
        }
        reader = _view(with_uris(node.step, scope))
        facts = self._of_the_role
        self._ask_each(run, property_file_requests(reader, writers, self._home, of=facts))

    def _job(self, kind: Kind, node: Node, run: StepRun, outcome: Outcome) -> StepRun:
        scope = Scope(self.execution, run)
        prefix = resolve(node.arguments.get(kind.name_field) or "", scope)
        name = compose_name(kind, str(prefix), self.execution.id, run.name, self.rules.token())
        request = resolve(node.arguments, Scope(self.execution, run, name))
        request[kind.name_field] = name
        for path in kind.role_fields if kind.passes_role else ():
            for holder, key in role_slots(request, path):
                holder[key] = holder.get(key) or self.execution.role

        facts = facts_of(
            _view({**node.step, "Arguments": request}), self._home, self.execution.role
        )

        def ask(operation: str, action: str, resource: str) -> None:
            if action == "iam:PassRole":
                wanted = passing(run.name, resource, self._home, of=self._of_the_role)
            else:
                create = operation if operation.startswith("Create") else kind.actions[0]
                wanted = Request(run.name, action, resource, facts.of(create, action))
            self._ask(run, replace(wanted, within=f"sagemaker:{operation}"))
            if action == kind.iam_actions[0]:
                self._ask_each(run, self._of_the_experiment(kind, run, name))

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
                if done is None and decide(inner, states) != EXECUTING:
                    states[inner.name] = State(decide(inner, states))
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


def _view(step: Mapping[str, Any]) -> StepView:
    name, step_type = step["Name"], step["Type"]
    return StepView(name, name, step_type, step.get("Arguments") or {}, KINDS[step_type], step)


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
