"""Fixtures: an open embedded AWS, and a driver that runs pipelines there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .definitions import text

pytest.importorskip("moto", reason="moto is not installed")

from botocore import xform_name

from sm_prefix_ext.core.step_types import Kind
from sm_prefix_ext.embedded import EmbeddedAWS


class Driver:
    """Creates, starts and reads pipelines through boto3."""

    def __init__(self, aws: EmbeddedAWS) -> None:
        self.aws = aws
        self.client = aws.client("sagemaker")
        self.role = aws.create_role("pipeline")

    def create(self, *steps: Any, name: str = "pipe", **more: Any) -> None:
        """Create a pipeline of steps."""
        definition = text(*steps, parameters=more.pop("parameters", None))
        self.client.create_pipeline(
            PipelineName=name, PipelineDefinition=definition, RoleArn=self.role, **more
        )

    def start(self, name: str = "pipe", **more: Any) -> str:
        """Start a pipeline, and return the execution's ARN."""
        return str(
            self.client.start_pipeline_execution(PipelineName=name, **more)["PipelineExecutionArn"]
        )

    def run(self, *steps: Any, **more: Any) -> str:
        """Create and start a pipeline; return the execution's ARN."""
        self.create(*steps, **more)
        return self.start()

    def steps(self, execution: str) -> list[dict[str, Any]]:
        """The steps of an execution, oldest first."""
        listed = self.client.list_pipeline_execution_steps(
            PipelineExecutionArn=execution, SortOrder="Ascending"
        )
        return list(listed["PipelineExecutionSteps"])

    def statuses(self, execution: str) -> dict[str, str]:
        """The status by step name, in the order of the starts."""
        return {step["StepName"]: step["StepStatus"] for step in self.steps(execution)}

    def step(self, execution: str, name: str) -> dict[str, Any]:
        """One step of an execution."""
        return next(step for step in self.steps(execution) if step["StepName"] == name)

    def status(self, execution: str) -> str:
        """The execution's status."""
        described = self.client.describe_pipeline_execution(PipelineExecutionArn=execution)
        return str(described["PipelineExecutionStatus"])

    def job(self, execution: str, name: str) -> str:
        """The name of the job of a step."""
        [metadata] = self.step(execution, name)["Metadata"].values()
        arn: str = metadata.get("Arn") or metadata["CheckJobArn"]
        return arn.split("/", 1)[1]


@pytest.fixture
def aws() -> Iterator[EmbeddedAWS]:
    """An open embedded AWS."""
    with EmbeddedAWS() as opened:
        yield opened


@pytest.fixture
def driver(aws: EmbeddedAWS) -> Driver:
    """A driver of the embedded AWS."""
    return Driver(aws)


def described(driver: Driver, kind: Kind, name: str) -> dict[str, Any]:
    """Describe a job."""
    operation = getattr(driver.client, xform_name(kind.actions[1]))
    more = {"JobCategory": name.split("/")[0]} if kind.step_type == "Job" else {}
    return dict(operation(**{kind.name_field: name.rsplit("/", 1)[-1]}, **more))
