"""SageMaker's endpoints in moto: created once, then updated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import AWSValidationException

from ..executions.execution import Job
from ..request_validation import input_shape, validation_error, with_valid_stand_ins
from .operations import Operations, step_errors, stood_in, unserialized


class EndpointOperations(Operations):
    """moto's endpoints and their configurations, with updates; duplicates are refused."""

    def has_endpoint(self, request: Mapping[str, Any]) -> bool:
        """See :class:`sm_prefix_ext.embedded.executions.execution.JobBackend`."""
        return request.get("EndpointName") in self.sagemaker_backend.endpoints

    def deploy(self, operation: str, request: Mapping[str, Any]) -> Job:
        """See :class:`sm_prefix_ext.embedded.executions.execution.JobBackend`."""
        if operation == "UpdateEndpoint":
            request = {key: value for key, value in request.items() if key != "Tags"}
        with step_errors(operation):
            message = validation_error(operation, request, stood_in)
            if message is not None:
                raise AWSValidationException(message)
            self.call(operation, with_valid_stand_ins(request, input_shape(operation), stood_in))
            noun = "EndpointConfig" if operation.endswith("Config") else "Endpoint"
            properties = self.call(f"Describe{noun}", {f"{noun}Name": request[f"{noun}Name"]})
        return Job(properties[f"{noun}Arn"], properties)

    def create_endpoint_config(self) -> ActionResult:
        """Refuse duplicates."""
        self._refuse_duplicate("endpoint_configs", "EndpointConfigName", "endpoint-config")
        return super().create_endpoint_config()

    def create_endpoint(self) -> ActionResult:
        """Refuse duplicates."""
        self._refuse_duplicate("endpoints", "EndpointName", "endpoint")
        return super().create_endpoint()

    def describe_model(self) -> ActionResult:
        """Drop the empty structures that moto adds, which SDK v3 can't read."""
        return _without_empty(super().describe_model())

    def describe_endpoint_config(self) -> ActionResult:
        """Drop the empty structures that moto adds."""
        return _without_empty(super().describe_endpoint_config())

    def describe_endpoint(self) -> ActionResult:
        """Drop the empty structures that moto adds."""
        return _without_empty(super().describe_endpoint())

    def update_endpoint(self) -> ActionResult:
        """UpdateEndpoint, which moto lacks: give the endpoint another configuration."""
        name, config = self._get_param("EndpointName"), self._get_param("EndpointConfigName")
        backend = self.sagemaker_backend
        endpoint = backend.endpoints.get(name)
        if endpoint is None:
            arn = self._arn("endpoint", name)
            raise AWSValidationException(f'Could not find endpoint "{arn}".')
        if config not in backend.endpoint_configs:
            arn = self._arn("endpoint-config", config)
            raise AWSValidationException(f'Could not find endpoint configuration "{arn}".')
        # moto's own class derives the variants' state from a configuration.
        described = unserialized(
            self._moto("describe_endpoint_config", {"EndpointConfigName": config})
        )
        variants = endpoint._process_production_variants(described["ProductionVariants"])
        endpoint.endpoint_config_name, endpoint.production_variants = config, variants
        endpoint.last_modified_time = self.settings.now()
        return ActionResult({"EndpointArn": endpoint.arn})

    def _refuse_duplicate(self, store: str, field: str, resource: str) -> None:
        name = self._get_param(field)
        if name in getattr(self.sagemaker_backend, store):
            noun = resource.replace("-", " ").replace("config", "configuration")
            arn = self._arn(resource, name)
            raise AWSValidationException(f'Cannot create already existing {noun} "{arn}".')


def _without_empty(response: ActionResult) -> ActionResult:
    return ActionResult(
        {key: value for key, value in unserialized(response).items() if value != {}}
    )
