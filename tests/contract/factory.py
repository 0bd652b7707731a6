"""A factory of steps and pipelines, for whichever SDK is installed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import sm_prefix_ext  # not Pipeline: this module must import without an SDK
from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.core.definition import steps

POLICY_ROLE = "arn:aws:iam::111122223333:role/policys"
POLICY_FILE = f"""prefix = "team-a"
short_prefix = "ta"
[step_roles]
"*" = "{POLICY_ROLE}"
"""
"""The file of a discovered policy."""


@dataclass(frozen=True)
class Factory:
    """Makes steps and pipelines with the installed SDK, in one session.

    Args:
        sdk: ``factory_v2`` or ``factory_v3``, which has the SDK's own classes.
        session: the pipeline session of the steps and pipelines.
    """

    sdk: ModuleType
    session: Any

    def step(self, step_type: str, step_name: str, declared: Any = None, /, **given: Any) -> Any:
        """A step of a type, with the SDK's own classes."""
        return self.step_and_job(step_type, step_name, declared, **given)[0]

    def step_and_job(
        self, step_type: str, step_name: str, declared: Any = None, /, **given: Any
    ) -> tuple[Any, Any]:
        """The same step, and the job object with the declared name."""
        pair = self.sdk.KINDS[step_type](self.session, step_name, declared, **given)
        return pair.step, pair.job

    def nested(self, step: Any) -> list[Any]:
        """A step two conditions deep."""
        inner = self.sdk.condition("Inner", [step], [self.sdk.fail("Stop")])
        return [self.sdk.condition("Outer", [inner])]

    def pipeline(
        self,
        listed: list[Any],
        policy: PrefixPolicy | str | None = None,
        on: bool = True,
        name: str = "",
    ) -> sm_prefix_ext.Pipeline:
        """A drop-in pipeline; its default name begins with the policy's prefix."""
        config = sm_prefix_ext.PipelineDefinitionConfig(on, policy=policy or PrefixPolicy())
        prefix = config.policy.prefix if config.policy else None
        return sm_prefix_ext.Pipeline(
            name or (f"{prefix}-pipeline" if prefix else "a-pipeline"),
            steps=listed,
            sagemaker_session=self.session,
            pipeline_definition_config=config,
        )

    def sdk_pipeline(self, listed: list[Any], on: bool, name: str = "a-pipeline") -> Any:
        """A pipeline of the SDK's own class."""
        return self.sdk.SdkPipeline(
            name,
            steps=listed,
            sagemaker_session=self.session,
            pipeline_definition_config=self.sdk.SdkDefinitionConfig(use_custom_job_prefix=on),
        )


def job_views(definition: str) -> list[Any]:
    """The steps of a definition that start jobs."""
    return [
        view
        for view in steps(json.loads(definition))
        if view.kind is not None and view.kind.makes_job
    ]


def job_names(definition: str) -> dict[str, Any]:
    """The job names in a definition, by the path of the step."""
    return {view.path: view.job_name for view in job_views(definition)}


def only_name(definition: str) -> Any:
    """The name of the only job in a definition."""
    [name] = job_names(definition).values()
    return name


def step_statuses(execution: Any) -> dict[str, str]:
    """The status of each step of an execution."""
    answer = execution.list_steps()
    listed = answer if isinstance(answer, list) else answer["PipelineExecutionSteps"]
    return {step["StepName"]: step["StepStatus"] for step in listed}


def codes(findings: Any) -> list[str]:
    """The codes of findings."""
    return [finding.code for finding in findings]
