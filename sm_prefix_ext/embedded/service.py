"""SageMaker's pipelines in moto: definitions checked, executions run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.responses import ActionResult
from moto.s3.models import s3_backends
from moto.sagemaker.exceptions import (
    AWSValidationException,
    ConflictException,
    ResourceNotFound,
)
from werkzeug.exceptions import HTTPException

from ..arns import Home
from .direct import direct_requests
from .execution import Execution
from .graph import EXECUTING, FAILED, STOPPED, SUCCEEDED, Node, ancestors
from .jobs import JobOperations, plain
from .paging import page
from .principals import OWN_KEY, of_access_key
from .records import StepRun
from .requests import RefusedError, check_definition, name_refusal
from .rules import outcome_of
from .runner import Runner
from .scope import typed_parameters

ADDED = (
    "create_auto_ml_job",
    "create_job",
    "describe_auto_ml_job",
    "describe_job",
    "list_jobs",
    "list_pipeline_execution_steps",
    "retry_pipeline_execution",
    "stop_pipeline_execution",
    "update_pipeline_execution",
)
"""The operations that moto lacks; a test fails as soon as it has one."""


class EmbeddedSageMaker(JobOperations):
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

    def create_pipeline(self) -> ActionResult:
        """Refuse a definition that can't hold; keep one from S3 as its text."""
        self._take_definition()
        _check_role(self._get_param("RoleArn"))
        return super().create_pipeline()

    def update_pipeline(self) -> ActionResult:
        """The same for an update."""
        self._pipeline()
        self._take_definition()
        _check_role(self._get_param("RoleArn"))
        return super().update_pipeline()

    def delete_pipeline(self) -> ActionResult:
        """Take a name or an ARN."""
        self._pipeline()
        return super().delete_pipeline()

    def describe_pipeline(self) -> ActionResult:
        """Take a name or an ARN."""
        self._pipeline()
        return super().describe_pipeline()

    def list_pipeline_executions(self) -> ActionResult:
        """Sort, and hand out pages."""
        self._pipeline()
        listed = plain(super().list_pipeline_executions())["PipelineExecutionSummaries"]
        # moto keeps them in the order of their start.
        if self._get_param("SortOrder") != "Ascending":
            listed = listed[::-1]
        for summary in listed:
            if summary.pop("PipelineExecutionFailureReason") != str(None):
                summary["PipelineExecutionFailureReason"] = self._executions()[
                    summary["PipelineExecutionArn"]
                ].failure_reason
        shown, token = page(listed, self._get_param("MaxResults"), self._get_param("NextToken"))
        return ActionResult({"PipelineExecutionSummaries": shown, "NextToken": token})

    def start_pipeline_execution(self) -> ActionResult:
        """Start an execution and run it to its end, or to a step that doesn't end."""
        pipeline = self._pipeline()
        role = self._get_param("RoleArn") or pipeline.role_arn
        _check_role(role)
        document, nodes = check_definition(pipeline.pipeline_definition)
        given = self._get_param("PipelineParameters") or []
        self.params = {**self.params, "PipelineParameters": given}
        try:
            parameters = typed_parameters(document, given)
        except ValueError as error:
            raise AWSValidationException(str(error)) from None
        for node in (inner for outer in nodes for inner in (outer, *outer.body)):
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
            runs=reused,
        )
        self._executions()[execution.arn] = execution
        try:
            Runner(execution, self.rules, self).advance()
        except BaseException:
            # moto calls it Succeeded by now, and the caller gets no ARN.
            del self._executions()[execution.arn], pipeline.pipeline_executions[execution.arn]
            raise
        self._tell_moto(execution)
        return result

    def describe_pipeline_execution(self) -> ActionResult:
        """Tell why it failed, and what it selected."""
        execution = self._execution()
        shown = plain(super().describe_pipeline_execution())
        shown["FailureReason"] = execution.failure_reason
        shown["SelectiveExecutionConfig"] = execution.selection
        shown["RoleArn"] = execution.role
        return ActionResult({key: value for key, value in shown.items() if value is not None})

    def list_pipeline_execution_steps(self) -> ActionResult:
        """ListPipelineExecutionSteps, which moto lacks: newest first unless asked otherwise."""
        runs = sorted(self._execution().runs.values(), key=lambda run: run.start)
        if self._get_param("SortOrder") != "Ascending":
            runs.reverse()
        shown, token = page(runs, self._get_param("MaxResults"), self._get_param("NextToken"))
        steps = [run.to_response() for run in shown]
        return ActionResult({"PipelineExecutionSteps": steps, "NextToken": token})

    def stop_pipeline_execution(self) -> ActionResult:
        """StopPipelineExecution, which moto lacks."""
        execution = self._execution_in((EXECUTING,), "stopped")
        Runner(execution, self.rules, self).stop()
        return self._tell_moto(execution)

    def retry_pipeline_execution(self) -> ActionResult:
        """RetryPipelineExecution, which moto lacks: what succeeded stays."""
        execution = self._execution_in((FAILED, STOPPED), "retried")
        Runner(execution, self.rules, self).retry()
        return self._tell_moto(execution)

    def update_pipeline_execution(self) -> ActionResult:
        """UpdatePipelineExecution, which moto lacks."""
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

    def _pipeline(self) -> Any:
        given = self._get_param("PipelineName")
        name = given.removeprefix(self._arn("pipeline", ""))
        pipeline = self.sagemaker_backend.pipelines.get(name)
        if pipeline is None:
            arn = name if name.startswith("arn:") else self._arn("pipeline", name)
            raise ResourceNotFound(f"Pipeline '{arn}' does not exist.")
        self.params = {**self.params, "PipelineName": name}
        return pipeline

    def _take_definition(self) -> None:
        text = self._get_param("PipelineDefinition")
        place = self._get_param("PipelineDefinitionS3Location")
        if bool(text) == bool(place):
            return  # moto refuses both at once, and neither where one has to be there
        text = text or self._from_s3(place)
        try:
            check_definition(text)
        except RefusedError as refusal:
            raise AWSValidationException(str(refusal)) from None
        self.params = {
            **self.params,
            "PipelineDefinition": text,
            "PipelineDefinitionS3Location": None,
        }

    def _from_s3(self, place: Mapping[str, Any]) -> str:
        where = f"s3://{place['Bucket']}/{place['ObjectKey']}"
        try:
            found = s3_backends[self.current_account][self.partition].get_object(
                place["Bucket"], place["ObjectKey"], version_id=place.get("VersionId")
            )
        except (ServiceException, HTTPException):
            found = None
        if found is None:
            raise AWSValidationException(f"Unable to read the pipeline definition from {where}.")
        return str(found.value.decode())

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
        # On the backend's own dict, so that moto's reset empties it too.
        held: dict[str, Any] = self.sagemaker_backend.__dict__
        found: dict[str, Any] = held.setdefault("sm_prefix_ext_executions", {})
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


def _check_role(arn: str | None) -> None:
    refusal = None if arn is None else name_refusal("CreatePipeline", "RoleArn", arn)
    if refusal is not None:
        raise AWSValidationException(refusal)
