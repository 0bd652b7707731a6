"""SageMaker in moto; started executions run."""

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

from ...core.arns import ArnScope
from ..auth.api_permissions import direct_requests
from ..auth.principals import OWN_KEY, principal_of_access_key
from ..executions.dag import Node, ancestors
from ..executions.definition_validation import all_nodes, check_definition
from ..executions.execution import Execution
from ..executions.non_job_steps import callback_outputs
from ..executions.runner import Runner
from ..executions.step_runs import StepRun
from ..executions.variables import typed_parameters
from ..settings import outcome_of
from ..statuses import EXECUTING, FAILED, STOPPED, SUCCEEDED
from .operations import unserialized
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
"""The operations that moto lacks; a test fails as soon as moto has one."""


class EmbeddedSageMaker(PipelineOperations):
    """moto's SageMaker; started executions run."""

    def _authenticate_and_authorize_normal_action(self, resource: str = "*") -> None:
        """Evaluate the caller's policies for a direct call, with ``enforce_callers``."""
        if not self.settings.enforce_callers or self.access_key == OWN_KEY:
            return
        caller = principal_of_access_key(self.access_key, self.current_account, self.partition)
        if caller is None:
            raise JsonRESTError(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            )
        home = ArnScope(self.partition, self.region, self.current_account)
        for request in direct_requests(self._get_action(), self.params, home):
            reason = caller.refusal(request.action, request.resource, request.facts)
            if reason is not None:
                raise JsonRESTError(
                    "AccessDeniedException",
                    f"User: {caller.session} is not authorized to perform: {request.action} on "
                    f"resource: {request.resource} {reason}",
                )

    def list_pipeline_executions(self) -> ActionResult:
        """Filter, sort and paginate."""
        self._check_request("ListPipelineExecutions")
        pipeline = self._pipeline()
        alias = self._get_param("PipelineVersionAlias")
        version = self._version(pipeline).id if alias is not None else None
        summaries = []
        # moto keeps them in the order of their start.
        for summary in unserialized(super().list_pipeline_executions())[
            "PipelineExecutionSummaries"
        ]:
            execution = self._executions()[summary["PipelineExecutionArn"]]
            reason = {"PipelineExecutionFailureReason": execution.failure_reason}
            if version in (None, execution.version):
                summaries.append({**summary, **reason})
        by = {"PipelineExecutionArn": "PipelineExecutionArn"}.get(
            self._get_param("SortBy"), "StartTime"
        )
        return self._listed(summaries, "PipelineExecutionSummaries", "StartTime", by)

    def list_pipeline_parameters_for_execution(self) -> ActionResult:
        """Paginate."""
        self._check_request("ListPipelineParametersForExecution")
        self._execution()
        parameters = unserialized(super().list_pipeline_parameters_for_execution())[
            "PipelineParameters"
        ]
        shown, token = page(parameters, self._get_param("MaxResults"), self._get_param("NextToken"))
        return ActionResult({"PipelineParameters": shown, "NextToken": token})

    def start_pipeline_execution(self) -> ActionResult:
        """Start an execution and run it until it ends or waits for a step."""
        return self._once("StartPipelineExecution", self._start)

    def _start(self) -> ActionResult:
        pipeline = self._pipeline()
        version = self._version(pipeline)
        role = self._get_param("RoleArn") or pipeline.role_arn
        self._check_passing([role])
        document, nodes = check_definition(version.definition)
        values = self._get_param("PipelineParameters") or []
        self.params = {**self.params, "PipelineParameters": values}
        try:
            parameters = typed_parameters(document, values)
        except ValueError as error:
            raise AWSValidationException(str(error)) from None
        for node in all_nodes(nodes):
            outcome_of(self.settings.outcomes, (node.name,), node.step_type)
        selection = self._get_param("SelectiveExecutionConfig")
        unselected, reused = self._select(selection, nodes) if selection else (frozenset(), {})
        result = super().start_pipeline_execution()
        execution = Execution(
            arn=unserialized(result)["PipelineExecutionArn"],
            pipeline_arn=pipeline.arn,
            pipeline_name=pipeline.pipeline_name,
            role=role,
            nodes=nodes,
            parameters=parameters,
            started=self.settings.now(),
            experiment=document.get("PipelineExperimentConfig"),
            unselected=unselected,
            selection=selection,
            version=version.id,
            runs=reused,
        )
        record = pipeline.pipeline_executions[execution.arn]
        record.pipeline_definition_for_execution = version.definition
        # moto may give two executions the same millisecond, and lists are sorted by the time.
        record.start_time = record.creation_time = execution.started
        self._executions()[execution.arn] = execution
        try:
            self._runner(execution).advance()
        except BaseException:
            # For moto the execution has succeeded already, and the caller gets no ARN.
            del self._executions()[execution.arn], pipeline.pipeline_executions[execution.arn]
            raise
        version.last_execution = execution.arn
        self._update_moto(execution)
        return result

    def describe_pipeline_execution(self) -> ActionResult:
        """Add the failure reason, the selection and the version."""
        execution = self._execution()
        description = unserialized(super().describe_pipeline_execution())
        description["FailureReason"] = execution.failure_reason
        description["SelectiveExecutionConfig"] = execution.selection
        description["RoleArn"] = execution.role
        description["PipelineVersionId"] = execution.version
        return ActionResult({k: value for k, value in description.items() if value is not None})

    def list_pipeline_execution_steps(self) -> ActionResult:
        """ListPipelineExecutionSteps, which moto lacks: newest first by default."""
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
        return self._update_moto(execution)

    def retry_pipeline_execution(self) -> ActionResult:
        """RetryPipelineExecution, which moto lacks: succeeded steps don't run again."""
        return self._once("RetryPipelineExecution", self._retry)

    def _retry(self) -> ActionResult:
        execution = self._execution_in((FAILED, STOPPED), "retried")
        self._runner(execution).retry()
        return self._update_moto(execution)

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
        execution, run = self._waiting_callback(token)
        values = self._get_param("OutputParameters") or []
        try:
            outputs = callback_outputs(run.step, values) if status == SUCCEEDED else {}
        except ValueError as error:
            raise AWSValidationException(str(error)) from None
        reason = self._get_param("FailureReason") if status == FAILED else None
        self._runner(execution).answer_callback(run, status, reason, outputs)
        return self._update_moto(execution)

    def _waiting_callback(self, token: str) -> tuple[Execution, StepRun]:
        """The running Callback step of a token, with its execution."""
        for execution in self._executions().values():
            for run in execution.runs.values():
                if (run.metadata.get("Callback") or {}).get("CallbackToken") != token:
                    continue
                if run.status != EXECUTING or execution.stopped:
                    raise ConflictException(
                        f"The step of the callback token '{token}' is {run.status}; only one that "
                        f"is {EXECUTING} can be answered."
                    )
                return execution, run
        raise ResourceNotFound(f"No step waits for the callback token '{token}'.")

    def _runner(self, execution: Execution) -> Runner:
        def earlier_runs() -> Iterator[tuple[str, StepRun]]:
            for earlier in self._executions().values():
                if earlier.pipeline_arn == execution.pipeline_arn and earlier is not execution:
                    for run in earlier.runs.values():
                        yield earlier.arn, run

        return Runner(execution, self.settings, self, earlier_runs)

    def update_pipeline_execution(self) -> ActionResult:
        """UpdatePipelineExecution, which moto lacks."""
        self._check_request("UpdatePipelineExecution")
        execution = self._execution()
        record = self._moto_execution(execution)
        for field, attribute in (
            ("PipelineExecutionDescription", "pipeline_execution_description"),
            ("PipelineExecutionDisplayName", "pipeline_execution_display_name"),
            ("ParallelismConfiguration", "parallelism_configuration"),
        ):
            if self._get_param(field) is not None:
                setattr(record, attribute, self._get_param(field))
        return self._update_moto(execution)

    def _select(
        self, selection: Mapping[str, Any], nodes: Sequence[Node]
    ) -> tuple[frozenset[str], dict[str, StepRun]]:
        """The steps that don't run, and the runs of the source execution that are reused."""
        names = {node.name for node in nodes}
        selected = {step["StepName"] for step in selection.get("SelectedSteps") or []}
        if selected - names:
            unknown = ", ".join(sorted(selected - names))
            raise AWSValidationException(f"The pipeline has no steps named {unknown} to select.")
        arn = str(selection.get("SourcePipelineExecutionArn") or "")
        source_runs = self._execution(arn).runs if arn else {}
        needed = ancestors(nodes, selected)
        reused = {name: run.reused_from(arn) for name, run in source_runs.items() if name in needed}
        missing = sorted(
            name for name in needed if name not in reused or reused[name].status != SUCCEEDED
        )
        if missing:
            raise AWSValidationException(
                "The selected steps need steps that have not succeeded in a source execution: "
                f"{', '.join(missing)}."
            )
        return frozenset(names - selected), reused

    def _executions(self) -> dict[str, Execution]:
        executions: dict[str, Execution] = self._state("executions")
        return executions

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

    def _update_moto(self, execution: Execution) -> ActionResult:
        record = self._moto_execution(execution)
        record.pipeline_execution_status = execution.status
        record.pipeline_execution_failure_reason = execution.failure_reason
        record.last_modified_time = self.settings.now()
        return ActionResult({"PipelineExecutionArn": execution.arn})
