"""SageMaker's pipelines in moto: definitions checked, versions kept, lists filtered and sorted."""

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
from .operations import plain
from .pagination import page
from .versions import Version, VersionError, Versions


class PipelineOperations(JobOperations):
    """moto's pipelines, as strict as the service's."""

    def create_pipeline(self) -> ActionResult:
        """Refuse a definition that can't hold; keep one from S3 as its text."""
        return self._once("CreatePipeline", self._create)

    def _create(self) -> ActionResult:
        self._take_definition()
        self._check_passing([self._get_param("RoleArn")])
        aliases = self._get_param("PipelineVersionAliases") or []
        self._versioned(lambda: Versions().check_new(aliases, {}))
        answer = super().create_pipeline()
        pipeline = self.sagemaker_backend.pipelines[self._get_param("PipelineName")]
        versions = self._state("versions")[pipeline.arn] = Versions()
        versions.add(pipeline.pipeline_definition, pipeline.creation_time, aliases)
        return answer

    def update_pipeline(self) -> ActionResult:
        """The same for an update, which makes a version."""
        self._check_request("UpdatePipeline")
        pipeline = self._pipeline()
        self._take_definition()
        self._check_passing([self._get_param("RoleArn")])
        versions, now = self._versions(pipeline), self.settings.clock()
        aliases = self._get_param("PipelineVersionAliases") or []
        self._versioned(lambda: versions.check_new(aliases, {}))
        super().update_pipeline()
        pipeline.last_modified_time = now
        made = versions.add(pipeline.pipeline_definition, now, aliases)
        return ActionResult({"PipelineArn": pipeline.arn, "PipelineVersionId": made.id})

    def delete_pipeline(self) -> ActionResult:
        """Take a name or an ARN."""
        return self._once("DeletePipeline", self._delete)

    def _delete(self) -> ActionResult:
        del self._state("versions")[self._pipeline().arn]
        return super().delete_pipeline()

    def describe_pipeline(self) -> ActionResult:
        """Take a name or an ARN, and a version."""
        self._check_request("DescribePipeline")
        pipeline = self._pipeline()
        version = self._version(pipeline)
        shown = plain(super().describe_pipeline())
        told = {**shown, "PipelineDefinition": version.definition, **version.details()}
        return ActionResult({key: value for key, value in told.items() if value is not None})

    def list_pipelines(self) -> ActionResult:
        """Filter, sort and hand out pages."""
        self._check_request("ListPipelines")
        prefix = self._get_param("PipelineNamePrefix") or ""
        # AWS keeps pipelines of its own nowhere that a user of these would see.
        others = self._get_param("ManagedBy") == "AWS"
        found = [] if others else [*self.sagemaker_backend.pipelines.values()]
        summaries = [
            {
                "PipelineArn": one.arn,
                "PipelineName": one.pipeline_name,
                "PipelineDisplayName": one.pipeline_display_name,
                "PipelineDescription": one.pipeline_description,
                "RoleArn": one.role_arn,
                "CreationTime": one.creation_time,
                "LastModifiedTime": one.last_modified_time,
                "LastExecutionTime": one.last_execution_time,
            }
            for one in found
            if one.pipeline_name.startswith(prefix)
        ]
        by = {"Name": "PipelineName"}.get(self._get_param("SortBy"), "CreationTime")
        return self._listed(summaries, "PipelineSummaries", "CreationTime", by)

    def list_pipeline_versions(self) -> ActionResult:
        """ListPipelineVersions, which moto lacks: the newest first."""
        self._check_request("ListPipelineVersions")
        pipeline = self._pipeline()
        summaries = [one.summary(pipeline.arn) for one in self._versions(pipeline).listed]
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
        """A page of a list, filtered by time and sorted, the last first unless asked otherwise."""
        after = _moment(self._get_param("CreatedAfter"), datetime.min)
        before = _moment(self._get_param("CreatedBefore"), datetime.max)
        found = [
            {name: value for name, value in one.items() if value is not None}
            for one in summaries
            if after <= _moment(one[timed_by], datetime.min) <= before
        ]
        descending = self._get_param("SortOrder") != "Ascending"
        # Stable both ways: what was made at once stays in the order in which it was made.
        found = found[::-1] if descending else found
        found.sort(key=lambda one: one[sorted_by], reverse=descending)
        shown, token = page(found, self._get_param("MaxResults"), self._get_param("NextToken"))
        return ActionResult({key: shown, "NextToken": token})

    def _once(self, operation: str, act: Callable[[], ActionResult]) -> ActionResult:
        """Act once for a ``ClientRequestToken``; the same request again gets the same answer."""
        self._check_request(operation)
        token = self._get_param("ClientRequestToken")
        asked = json.dumps(self.params, sort_keys=True, default=str)
        answers = self._state("answers")
        if token is not None and (operation, token) in answers:
            before, answer = answers[operation, token]
            if before != asked:
                raise AWSValidationException(
                    f"The ClientRequestToken '{token}' was used for another {operation} request."
                )
            return ActionResult(answer)
        done = act()
        if token is not None:
            answers[operation, token] = asked, plain(done)
        return done

    def _pipeline(self, field: str = "PipelineName") -> Any:
        given = self._get_param(field)
        name = given.removeprefix(self._arn("pipeline", ""))
        pipeline = self.sagemaker_backend.pipelines.get(name)
        if pipeline is None:
            arn = name if name.startswith("arn:") else self._arn("pipeline", name)
            raise ResourceNotFound(f"Pipeline '{arn}' does not exist.")
        self.params = {**self.params, "PipelineName": name}
        return pipeline

    def _versions(self, pipeline: Any) -> Versions:
        found: Versions = self._state("versions")[pipeline.arn]
        return found

    def _version(self, pipeline: Any) -> Version:
        number, alias = (
            self._get_param("PipelineVersionId"),
            self._get_param("PipelineVersionAlias"),
        )
        version: Version = self._versioned(lambda: self._versions(pipeline).find(number, alias))
        return version

    def _versioned(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except VersionError as error:
            raise AWSValidationException(str(error)) from None

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


def _moment(value: Any, default: datetime) -> datetime:
    """A time, as a request or moto may give it."""
    if value is None:
        value = default
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, timezone.utc)
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
