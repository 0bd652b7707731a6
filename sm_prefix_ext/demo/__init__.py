"""``sm-prefix demo``: an abalone pipeline that runs on the embedded AWS."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from rich.console import Console

from .. import iam
from .._sdk import adapter, major
from ..core.errors import PrefixViolation
from ..core.findings_report import findings_report
from ..core.prefix_policy import PrefixPolicy
from ..core.prefixed_jobs import prefixed_jobs
from ..embedded import EmbeddedAWS
from ..reporting import terminal

NAMES: Mapping[str, Any] = {
    "preprocess": "prepare",
    "train": "train",
    "tune": "tune",
    "evaluate": "evaluate",
    "check": "quality",
    "model": "model",
    "transform": "score",
}
"""The declared names of the demo's jobs, by their purpose."""

GROUP = "team-a-abalone"
JOBS_ROLE = "team-a-jobs"
"""The role of the jobs, whose permissions differ from those of the execution role."""
_NEXT = """
[bold]Next, with a pipeline of your own:[/bold]

  sm-prefix check pipeline.py:pipeline --prefix team-a
  sm-prefix plan pipeline.py:pipeline --prefix team-a --format html --output plan.html
  sm-prefix policy pipeline.py:pipeline --prefix team-a
"""


def run() -> int:
    """Run the demo and print what happens.

    Returns:
        The command's exit status: 0 if every job ran and every mistake was refused.
    """
    console = terminal.console()
    with _quiet(), EmbeddedAWS() as aws:
        execution_role = aws.create_role("pipeline-execution", [])
        aws.create_role(JOBS_ROLE)
        policy = PrefixPolicy("team-a", step_roles={"Training": aws.create_role("team-a-training")})
        console.print(
            f"\n[bold]An abalone pipeline[/bold], made with SageMaker Python SDK v{major()}; "
            "the policy requires the prefix [bold]team-a[/bold].\n"
        )
        pipeline = abalone(aws, policy)
        plan = pipeline.plan(role_arn=execution_role)
        terminal.show(plan.report(drawn=False), console)
        least = iam.execution_role_policy(plan)
        _grant(aws, "pipeline-execution", least)
        console.print(
            f"\nThe execution role gets the least policy for that: {len(least.statements)} "
            f"statements, {least.size:,} characters."
        )

        pipeline.upsert(role_arn=execution_role)
        execution = pipeline.start()
        console.print("\nSent to the embedded AWS and started. [bold]Its jobs:[/bold]\n")
        records = prefixed_jobs(execution)
        terminal.show(records.report(drawn=False), console)
        outside = records.outside(policy)
        status = execution.describe()["PipelineExecutionStatus"]
        console.print(f"\nThe execution {status}; jobs outside the prefix: {len(outside)}.")

        denied = _show_refusal(console, aws, pipeline)
        refused = _show_mistakes(console, aws, policy, execution_role)
    console.print(_NEXT, soft_wrap=True)
    return int(bool(outside) or status != "Succeeded" or not (denied and refused))


def _grant(aws: EmbeddedAWS, role: str, policy: iam.PolicyDocument) -> None:
    aws.client("iam").put_role_policy(
        RoleName=role, PolicyName=policy.name, PolicyDocument=policy.to_json()
    )


def _show_refusal(console: Console, aws: EmbeddedAWS, pipeline: Any) -> bool:
    """Start the pipeline under another team's role, after a preflight that predicts the denial."""
    console.print("\n[bold]The same pipeline under the role of another team[/bold], team-b:\n")
    team_b = iam.prefix_policy(PrefixPolicy("team-b"), account=aws.account_id, region=aws.region)
    preflight = pipeline.preflight(role_policies=[team_b])
    role = aws.create_role("team-b-execution", [team_b])
    client = aws.client("sagemaker")
    started = client.start_pipeline_execution(PipelineName=pipeline.name, RoleArn=role)
    arn = started["PipelineExecutionArn"]
    steps = client.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
    first = steps["PipelineExecutionSteps"][0]
    console.print(
        f"Preflight, without calling AWS: {len(preflight.refused)} of {len(preflight)} requests "
        f"refused.\n{first['StepName']} {first['StepStatus']}: {first.get('FailureReason')}",
        soft_wrap=True,
    )
    return not preflight.ok and bool(first["StepStatus"] == "Failed")


def _show_mistakes(
    console: Console, aws: EmbeddedAWS, policy: PrefixPolicy, execution_role: str
) -> bool:
    """Create the pipeline with three wrong names, and show that it is refused."""
    console.print("\n[bold]The same pipeline with three mistakes in it:[/bold]\n")
    mistakes = {
        **NAMES,
        "train": "abalone-age-regression-with-xgboost-weekly-retrain",
        "evaluate": "abalone/evaluate",
        "transform": adapter().load("ParameterString")("JobName", default_value="score"),
    }
    try:
        abalone(aws, policy, mistakes).upsert(role_arn=execution_role)
    except PrefixViolation as violation:
        terminal.show(findings_report(violation.findings), console)
        console.print("Nothing was sent.")
        return len(violation.findings) == 3
    return False


def abalone(aws: EmbeddedAWS, policy: PrefixPolicy, names: Mapping[str, Any] = NAMES) -> Any:
    """Create the demo's pipeline with the installed SDK's classes.

    Args:
        aws: the embedded AWS on which it will run.
        policy: the prefix and the step roles.
        names: the declared names; see :data:`NAMES`.
    """
    from ..dropin.pipeline import Pipeline, PipelineDefinitionConfig

    session = adapter().load("PipelineSession")(
        boto_session=aws.boto_session, default_bucket=aws.default_bucket
    )
    parts = import_module(f".abalone_v{major()}", __name__)
    role = f"arn:aws:iam::{aws.account_id}:role/{JOBS_ROLE}"
    return Pipeline(
        f"{policy.prefix}-abalone",
        steps=parts.steps(adapter().load, session, role, aws.default_bucket, names, GROUP),
        sagemaker_session=session,
        pipeline_definition_config=PipelineDefinitionConfig(policy=policy),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress the SDK's log and its warnings."""
    disabled = logging.root.manager.disable
    before = os.environ.get("SAGEMAKER_SUPPRESS_V2_WARNING")
    os.environ["SAGEMAKER_SUPPRESS_V2_WARNING"] = "1"
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
        if before is None:
            del os.environ["SAGEMAKER_SUPPRESS_V2_WARNING"]
        else:
            os.environ["SAGEMAKER_SUPPRESS_V2_WARNING"] = before
