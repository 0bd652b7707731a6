"""SageMaker in moto, whose started executions run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import (
    AWSValidationException,
    ConflictException,
    ResourceNotFound,
)

from ...core.arns import Home
from ..auth.api_permissions import direct_requests
from ..auth.principals import OWN_KEY, of_access_key
from ..executions.dag import Node, ancestors
from ..executions.definition_validation import check_definition, names_of
from ..executions.execution import Execution
from ..executions.non_job_steps import callback_outputs
from ..executions.runner import Runner
from ..executions.step_runs import StepRun
from ..executions.variables import typed_parameters
from ..settings import outcome_of
from ..statuses import EXECUTING, FAILED, STOPPED, SUCCEEDED
from .operations import plain
from .pagination import page
from .pipelines import PipelineOperations

ADDED = (
    "create_auto_ml_job",
    "create_job",
    "describe_auto_ml_job",
    "describe_job",
    "list_jobs",
    "list_pipeline_execution_steps",
    "list_pipeline_versions",
    "list_training_jobs_for_hyper_parameter_tuning_job",
    "retry_pipeline_execution",
    "send_pipeline_execution_step_failure",
    "send_pipeline_execution_step_success",
    "stop_pipeline_execution",
    "update_endpoint",
    "update_pipeline_execution",
    "update_pipeline_version",
)
"""The operations that moto lacks; a test fails as soon as it has one."""


class EmbeddedSageMaker(PipelineOperations):
    """moto's SageMaker, whose started executions run."""

    def _authenticate_and_authorize_normal_action(self, resource: str = "*") -> None:
        """Judge a direct call by its caller's policies, where that was asked for."""
        if not self.rules.enforce_callers or self.access_key == OWN_KEY:
            return
        caller = of_access_key(self.access_key, self.current_account, self.partition)
        if caller is None:
            raise JsonRESTError(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            )
        home = Home(self.partition, self.region, self.current_account)
        for wanted in direct_requests(self._get_action(), self.params, home):
            why = caller.refusal(wanted.action, wanted.resource, wanted.facts)
            if why is not None:
                raise JsonRESTError(
                    "AccessDeniedException",
                    f"User: {caller.session} is not authorized to perform: {wanted.action} on "
                    f"resource: {wanted.resource} {why}",
                )

    def list_pipeline_executions(self) -> ActionResult:
        """Filter, sort, and hand out pages."""
        self._check_request("ListPipelineExecutions")
        pipeline = self._pipeline()
        alias = self._get_param("PipelineVersionAlias")
        version = self._version(pipeline).id if alias is not None else None
        summaries = []
        # moto keeps them in the order of their start.
        for one in plain(super().list_pipeline_executions())["PipelineExecutionSummaries"]:
            execution = self._executions()[one["PipelineExecutionArn"]]
            reason = {"PipelineExecutionFailureReason": execution.failure_reason}
            if version in (None, execution.version):
                summaries.append({**one, **reason})
        by = {"PipelineExecutionArn": "PipelineExecutionArn"}.get(
            self._get_param("SortBy"), "StartTime"
        )
        return self._listed(summaries, "PipelineExecutionSummaries", "StartTime", by)

    def list_pipeline_parameters_for_execution(self) -> ActionResult:
        """Hand out pages."""
        self._check_request("ListPipelineParametersForExecution")
        self._execution()
        found = plain(super().list_pipeline_parameters_for_execution())["PipelineParameters"]
        shown, token = page(found, self._get_param("MaxResults"), self._get_param("NextToken"))
        return ActionResult({"PipelineParameters": shown, "NextToken": token})

    def start_pipeline_execution(self) -> ActionResult:
        """Start an execution and run it to its end, or to a step that doesn't end."""
        return self._once("StartPipelineExecution", self._start)

    def _start(self) -> ActionResult:
        pipeline = self._pipeline()
        version = self._version(pipeline)
        role = self._get_param("RoleArn") or pipeline.role_arn
        self._check_passing([role])
        document, nodes = check_definition(version.definition)
        given = self._get_param("PipelineParameters") or []
        self.params = {**self.params, "PipelineParameters": given}
        try:
            parameters = typed_parameters(document, given)
        except ValueError as error:
            raise AWSValidationException(str(error)) from None
        for node in names_of(nodes):
            outcome_of(self.rules.outcomes, (node.name,), node.step_type)
        selection = self._get_param("SelectiveExecutionConfig")
        left_out, reused = self._select(selection, nodes) if selection else (frozenset(), {})
        result = super().start_pipeline_execution()
        execution = Execution(
            arn=plain(result)["PipelineExecutionArn"],
            pipeline_arn=pipeline.arn,
            pipeline_name=pipeline.pipeline_name,
            role=role,
            nodes=nodes,
            parameters=parameters,
            started=self.rules.clock(),
            experiment=document.get("PipelineExperimentConfig"),
            left_out=left_out,
            selection=selection,
            version=version.id,
            runs=reused,
        )
        kept = pipeline.pipeline_executions[execution.arn]
        kept.pipeline_definition_for_execution = version.definition
        # moto's clock may show one millisecond for two of them, and lists are sorted by it.
        kept.start_time = kept.creation_time = execution.started
        self._executions()[execution.arn] = execution
        try:
            self._runner(execution).advance()
        except BaseException:
            # moto calls it Succeeded by now, and the caller gets no ARN.
            del self._executions()[execution.arn], pipeline.pipeline_executions[execution.arn]
            raise
        version.last_execution = execution.arn
        self._tell_moto(execution)
        return result

    def describe_pipeline_execution(self) -> ActionResult:
        """Tell why it failed, what it selected, and the version that it ran."""
        execution = self._execution()
        shown = plain(super().describe_pipeline_execution())
        shown["FailureReason"] = execution.failure_reason
        shown["SelectiveExecutionConfig"] = execution.selection
        shown["RoleArn"] = execution.role
        shown["PipelineVersionId"] = execution.version
        return ActionResult({key: value for key, value in shown.items() if value is not None})

    def list_pipeline_execution_steps(self) -> ActionResult:
        """ListPipelineExecutionSteps, which moto lacks: newest first unless asked otherwise."""
        self._check_request("ListPipelineExecutionSteps")
        runs = sorted(self._execution().runs.values(), key=lambda run: run.start)
        if self._get_param("SortOrder") != "Ascending":
            runs.reverse()
        shown, token = page(runs, self._get_param("MaxResults"), self._get_param("NextToken"))
        steps = [run.to_response() for run in shown]
        return ActionResult({"PipelineExecutionSteps": steps, "NextToken": token})

    def stop_pipeline_execution(self) -> ActionResult:
        """StopPipelineExecution, which moto lacks."""
        return self._once("StopPipelineExecution", self._stop)

    def _stop(self) -> ActionResult:
        execution = self._execution_in((EXECUTING,), "stopped")
        self._runner(execution).stop()
        return self._tell_moto(execution)

    def retry_pipeline_execution(self) -> ActionResult:
        """RetryPipelineExecution, which moto lacks: what succeeded stays."""
        return self._once("RetryPipelineExecution", self._retry)

    def _retry(self) -> ActionResult:
        execution = self._execution_in((FAILED, STOPPED), "retried")
        self._runner(execution).retry()
        return self._tell_moto(execution)

    def send_pipeline_execution_step_success(self) -> ActionResult:
        """SendPipelineExecutionStepSuccess, which moto lacks."""
        return self._once(
            "SendPipelineExecutionStepSuccess", lambda: self._answer_callback(SUCCEEDED)
        )

    def send_pipeline_execution_step_failure(self) -> ActionResult:
        """SendPipelineExecutionStepFailure, which moto lacks."""
        return self._once("SendPipelineExecutionStepFailure", lambda: self._answer_callback(FAILED))

    def _answer_callback(self, status: str) -> ActionResult:
        token = self._get_param("CallbackToken")
        execution, run = self._waiting(token)
        given = self._get_param("OutputParameters") or []
        try:
            outputs = callback_outputs(run.step, given) if status == SUCCEEDED else {}
        except ValueError as error:
            raise AWSValidationException(str(error)) from None
        reason = self._get_param("FailureReason") if status == FAILED else None
        self._runner(execution).answer(run, status, reason, outputs)
        return self._tell_moto(execution)

    def _waiting(self, token: str) -> tuple[Execution, StepRun]:
        """The Callback step that a token was made for, which has to wait for its answer."""
        for execution in self._executions().values():
            for run in execution.runs.values():
                if (run.metadata.get("Callback") or {}).get("CallbackToken") != token:
                    continue
                if run.status != EXECUTING or execution.halted:
                    raise ConflictException(
                        f"The step of the callback token '{token}' is {run.status}; only one that "
                        f"is {EXECUTING} can be answered."
                    )
                return execution, run
        raise ResourceNotFound(f"No step waits for the callback token '{token}'.")

    def _runner(self, execution: Execution) -> Runner:
        def earlier() -> Iterator[tuple[str, StepRun]]:
            for one in self._executions().values():
                if one.pipeline_arn == execution.pipeline_arn and one is not execution:
                    for run in one.runs.values():
                        yield one.arn, run

        return Runner(execution, self.rules, self, earlier)

    def update_pipeline_execution(self) -> ActionResult:
        """UpdatePipelineExecution, which moto lacks."""
        self._check_request("UpdatePipelineExecution")
        execution = self._execution()
        kept = self._moto_execution(execution)
        for field, attribute in (
            ("PipelineExecutionDescription", "pipeline_execution_description"),
            ("PipelineExecutionDisplayName", "pipeline_execution_display_name"),
            ("ParallelismConfiguration", "parallelism_configuration"),
        ):
            if self._get_param(field) is not None:
                setattr(kept, attribute, self._get_param(field))
        return self._tell_moto(execution)

    def _select(
        self, selection: Mapping[str, Any], nodes: Sequence[Node]
    ) -> tuple[frozenset[str], dict[str, StepRun]]:
        """The steps that are left out, and the results that they lend from the source."""
        names = {node.name for node in nodes}
        selected = {one["StepName"] for one in selection.get("SelectedSteps") or []}
        if selected - names:
            unknown = ", ".join(sorted(selected - names))
            raise AWSValidationException(f"The pipeline has no steps named {unknown} to select.")
        arn = str(selection.get("SourcePipelineExecutionArn") or "")
        earlier = self._execution(arn).runs if arn else {}
        needed = ancestors(nodes, selected)
        lent = {name: run for name, run in earlier.items() if name in needed}
        missing = sorted(n for n in needed if n not in lent or lent[n].status != SUCCEEDED)
        if missing:
            raise AWSValidationException(
                "The selected steps need steps that have not succeeded in a source execution: "
                f"{', '.join(missing)}."
            )
        return frozenset(names - selected), {n: run.taken_from(arn) for n, run in lent.items()}

    def _executions(self) -> dict[str, Execution]:
        found: dict[str, Execution] = self._held("executions")
        return found

    def _execution(self, arn: str | None = None) -> Execution:
        arn = arn or self._get_param("PipelineExecutionArn")
        execution = self._executions().get(arn)
        if execution is None:
            raise ResourceNotFound(f"Pipeline execution '{arn}' does not exist.")
        return execution

    def _execution_in(self, states: tuple[str, ...], verb: str) -> Execution:
        execution = self._execution()
        if execution.status not in states:
            raise ConflictException(
                f"Pipeline execution '{execution.arn}' is {execution.status}; only one that is "
                f"{' or '.join(states)} can be {verb}."
            )
        return execution

    def _moto_execution(self, execution: Execution) -> Any:
        pipeline = self.sagemaker_backend.pipelines[execution.pipeline_name]
        return pipeline.pipeline_executions[execution.arn]

    def _tell_moto(self, execution: Execution) -> ActionResult:
        kept = self._moto_execution(execution)
        kept.pipeline_execution_status = execution.status
        kept.pipeline_execution_failure_reason = execution.failure_reason
        kept.last_modified_time = self.rules.clock()
        return ActionResult({"PipelineExecutionArn": execution.arn})
