"""SageMaker's pipelines in moto: validated definitions, versions, filtered and sorted lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.s3.models import s3_backends
from moto.sagemaker.exceptions import AWSValidationException, ResourceNotFound
from werkzeug.exceptions import HTTPException

from ..executions.definition_validation import RefusedError, check_definition
from .jobs import JobOperations
from .operations import unserialized
from .pagination import page
from .versions import Version, VersionError, Versions


class PipelineOperations(JobOperations):
    """moto's pipelines, as strict as the service."""

    def create_pipeline(self) -> ActionResult:
        """Refuse an invalid definition; store one from S3 as text."""
        return self._once("CreatePipeline", self._create)

    def _create(self) -> ActionResult:
        self._load_definition()
        self._check_passing([self._get_param("RoleArn")])
        aliases = self._get_param("PipelineVersionAliases") or []
        self._versioned(lambda: Versions().check_new(aliases, {}))
        response = super().create_pipeline()
        pipeline = self.sagemaker_backend.pipelines[self._get_param("PipelineName")]
        versions = self._state("versions")[pipeline.arn] = Versions()
        versions.add(pipeline.pipeline_definition, pipeline.creation_time, aliases)
        return response

    def update_pipeline(self) -> ActionResult:
        """Refuse an invalid definition; create a version."""
        self._check_request("UpdatePipeline")
        pipeline = self._pipeline()
        self._load_definition()
        self._check_passing([self._get_param("RoleArn")])
        versions, now = self._versions(pipeline), self.settings.now()
        aliases = self._get_param("PipelineVersionAliases") or []
        self._versioned(lambda: versions.check_new(aliases, {}))
        super().update_pipeline()
        pipeline.last_modified_time = now
        version = versions.add(pipeline.pipeline_definition, now, aliases)
        return ActionResult({"PipelineArn": pipeline.arn, "PipelineVersionId": version.id})

    def delete_pipeline(self) -> ActionResult:
        """Accept a name or an ARN."""
        return self._once("DeletePipeline", self._delete)

    def _delete(self) -> ActionResult:
        del self._state("versions")[self._pipeline().arn]
        return super().delete_pipeline()

    def describe_pipeline(self) -> ActionResult:
        """Accept a name or an ARN, and a version."""
        self._check_request("DescribePipeline")
        pipeline = self._pipeline()
        version = self._version(pipeline)
        description = {
            **unserialized(super().describe_pipeline()),
            "PipelineDefinition": version.definition,
            **version.details(),
        }
        return ActionResult({k: value for k, value in description.items() if value is not None})

    def list_pipelines(self) -> ActionResult:
        """Filter, sort and paginate."""
        self._check_request("ListPipelines")
        prefix = self._get_param("PipelineNamePrefix") or ""
        # The embedded AWS has no pipelines that AWS manages.
        managed_by_aws = self._get_param("ManagedBy") == "AWS"
        pipelines = [] if managed_by_aws else [*self.sagemaker_backend.pipelines.values()]
        summaries = [
            {
                "PipelineArn": pipeline.arn,
                "PipelineName": pipeline.pipeline_name,
                "PipelineDisplayName": pipeline.pipeline_display_name,
                "PipelineDescription": pipeline.pipeline_description,
                "RoleArn": pipeline.role_arn,
                "CreationTime": pipeline.creation_time,
                "LastModifiedTime": pipeline.last_modified_time,
                "LastExecutionTime": pipeline.last_execution_time,
            }
            for pipeline in pipelines
            if pipeline.pipeline_name.startswith(prefix)
        ]
        by = {"Name": "PipelineName"}.get(self._get_param("SortBy"), "CreationTime")
        return self._listed(summaries, "PipelineSummaries", "CreationTime", by)

    def list_pipeline_versions(self) -> ActionResult:
        """ListPipelineVersions, which moto lacks: the newest first."""
        self._check_request("ListPipelineVersions")
        pipeline = self._pipeline()
        summaries = [version.summary(pipeline.arn) for version in self._versions(pipeline).all]
        return self._listed(
            summaries, "PipelineVersionSummaries", "CreationTime", "PipelineVersionId"
        )

    def update_pipeline_version(self) -> ActionResult:
        """UpdatePipelineVersion, which moto lacks."""
        self._check_request("UpdatePipelineVersion")
        pipeline = self._pipeline("PipelineArn")
        versions, version = self._versions(pipeline), self._version(pipeline)
        aliases = self._get_param("PipelineVersionAliasOperations") or {}
        self._versioned(lambda: versions.change(version, aliases))
        version.display_name = self._get_param("PipelineVersionDisplayName") or version.display_name
        version.description = self._get_param("PipelineVersionDescription") or version.description
        return ActionResult({"PipelineArn": pipeline.arn, "PipelineVersionId": version.id})

    def _listed(
        self, summaries: Iterable[Mapping[str, Any]], key: str, timed_by: str, sorted_by: str
    ) -> ActionResult:
        """A page of a list, filtered by time and sorted, in descending order by default."""
        after = _utc_time(self._get_param("CreatedAfter"), datetime.min)
        before = _utc_time(self._get_param("CreatedBefore"), datetime.max)
        entries = [
            {name: value for name, value in summary.items() if value is not None}
            for summary in summaries
            if after <= _utc_time(summary[timed_by], datetime.min) <= before
        ]
        descending = self._get_param("SortOrder") != "Ascending"
        # Entries with equal keys stay in the order of their creation, reversed when descending.
        entries = entries[::-1] if descending else entries
        entries.sort(key=lambda entry: entry[sorted_by], reverse=descending)
        shown, token = page(entries, self._get_param("MaxResults"), self._get_param("NextToken"))
        return ActionResult({key: shown, "NextToken": token})

    def _once(self, operation: str, act: Callable[[], ActionResult]) -> ActionResult:
        """Act once for a ``ClientRequestToken``; a repeated request gets the same response."""
        self._check_request(operation)
        token = self._get_param("ClientRequestToken")
        request = json.dumps(self.params, sort_keys=True, default=str)
        responses = self._state("responses")
        if token is not None and (operation, token) in responses:
            first_request, first_result = responses[operation, token]
            if first_request != request:
                raise AWSValidationException(
                    f"The ClientRequestToken '{token}' was used for another {operation} request."
                )
            return ActionResult(first_result)
        response = act()
        if token is not None:
            responses[operation, token] = request, unserialized(response)
        return response

    def _pipeline(self, field: str = "PipelineName") -> Any:
        name_or_arn = self._get_param(field)
        name = name_or_arn.removeprefix(self._arn("pipeline", ""))
        pipeline = self.sagemaker_backend.pipelines.get(name)
        if pipeline is None:
            arn = name if name.startswith("arn:") else self._arn("pipeline", name)
            raise ResourceNotFound(f"Pipeline '{arn}' does not exist.")
        self.params = {**self.params, "PipelineName": name}
        return pipeline

    def _versions(self, pipeline: Any) -> Versions:
        versions: Versions = self._state("versions")[pipeline.arn]
        return versions

    def _version(self, pipeline: Any) -> Version:
        number = self._get_param("PipelineVersionId")
        alias = self._get_param("PipelineVersionAlias")
        version: Version = self._versioned(lambda: self._versions(pipeline).find(number, alias))
        return version

    def _versioned(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except VersionError as error:
            raise AWSValidationException(str(error)) from None

    def _load_definition(self) -> None:
        text = self._get_param("PipelineDefinition")
        location = self._get_param("PipelineDefinitionS3Location")
        if bool(text) == bool(location):
            return  # moto refuses both together, and a create request with neither
        text = text or self._from_s3(location)
        try:
            check_definition(text)
        except RefusedError as refusal:
            raise AWSValidationException(str(refusal)) from None
        self.params = {
            **self.params,
            "PipelineDefinition": text,
            "PipelineDefinitionS3Location": None,
        }

    def _from_s3(self, location: Mapping[str, Any]) -> str:
        uri = f"s3://{location['Bucket']}/{location['ObjectKey']}"
        try:
            stored = s3_backends[self.current_account][self.partition].get_object(
                location["Bucket"], location["ObjectKey"], version_id=location.get("VersionId")
            )
        except (ServiceException, HTTPException):
            stored = None
        if stored is None:
            raise AWSValidationException(f"Unable to read the pipeline definition from {uri}.")
        return str(stored.value.decode())


def _utc_time(value: Any, default: datetime) -> datetime:
    """A time of a request or of moto's, in UTC; a default for ``None``."""
    if value is None:
        value = default
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, timezone.utc)
    time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)
