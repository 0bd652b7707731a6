"""``sm-prefix demo``: a real abalone pipeline, run on the embedded AWS."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from rich.console import Console

from .._sdk import major, upstream
from ..embedded import EmbeddedAWS
from ..errors import PrefixViolation
from ..execution import prefixed_jobs
from ..policy import PrefixPolicy
from ..report import terminal

NAMES: Mapping[str, Any] = {
    "preprocess": "prepare",
    "train": "train",
    "tune": "tune",
    "evaluate": "evaluate",
    "check": "quality",
    "model": "model",
    "transform": "score",
}
"""What the jobs of the demo are called, by the part that each plays."""

GROUP = "team-a-abalone"


def run() -> int:
    """Run the demo and print what happens.

    Returns:
        The command's exit status: 0 if everything went as it must.
    """
    console = terminal.console()
    with _quiet(), EmbeddedAWS() as aws:
        execution_role = aws.create_role("pipeline-execution")
        policy = PrefixPolicy("team-a", step_roles={"Training": aws.create_role("team-a-training")})
        console.print(
            f"\n[bold]An abalone pipeline[/bold], made with SageMaker Python SDK v{major()}; "
            "the policy asks for the prefix [bold]team-a[/bold].\n"
        )
        pipeline = abalone(aws, policy)
        columns = ("step", "step_type", "arn_pattern", "role_arn")
        console.print(terminal.jobs(pipeline.plan(), columns))

        pipeline.upsert(role_arn=execution_role)
        execution = pipeline.start()
        console.print("\nSent to the embedded AWS and started. [bold]What ran:[/bold]\n")
        records = prefixed_jobs(execution)
        console.print(terminal.jobs(records, ("step_name", "status", "arn")))
        outside = records.outside(policy)
        status = execution.describe()["PipelineExecutionStatus"]
        console.print(f"\nThe execution {status}; jobs outside the prefix: {len(outside)}.")

        refused = _show_mistakes(console, aws, policy, execution_role)
    return int(bool(outside) or status != "Succeeded" or not refused)


def _show_mistakes(
    console: Console, aws: EmbeddedAWS, policy: PrefixPolicy, execution_role: str
) -> bool:
    console.print("\n[bold]The same pipeline with three mistakes in it:[/bold]\n")
    mistakes = {
        **NAMES,
        "train": "abalone-age-regression-with-xgboost-weekly-retrain",
        "evaluate": "abalone/evaluate",
        "transform": upstream().load("ParameterString")("JobName", default_value="score"),
    }
    try:
        abalone(aws, policy, mistakes).upsert(role_arn=execution_role)
    except PrefixViolation as violation:
        console.print(terminal.findings(violation.findings))
        console.print(terminal.verdict(violation.findings), "Nothing was sent.")
        return len(violation.findings) == 3
    return False


def abalone(aws: EmbeddedAWS, policy: PrefixPolicy, names: Mapping[str, Any] = NAMES) -> Any:
    """The demo's pipeline, made with the installed SDK's classes.

    Args:
        aws: where it will run.
        policy: the prefix and the step roles.
        names: as in :data:`NAMES`.
    """
    from ..pipeline import Pipeline, PipelineDefinitionConfig

    session = upstream().load("PipelineSession")(
        boto_session=aws.boto_session, default_bucket=aws.default_bucket
    )
    parts = import_module(f".abalone_v{major()}", __name__)
    role = f"arn:aws:iam::{aws.account_id}:role/pipeline-execution"
    return Pipeline(
        f"{policy.prefix}-abalone",
        steps=parts.steps(upstream().load, session, role, aws.default_bucket, names, GROUP),
        sagemaker_session=session,
        pipeline_definition_config=PipelineDefinitionConfig(policy=policy),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the SDK's log and its warnings out of the story."""
    before = os.environ.get("SAGEMAKER_SUPPRESS_V2_WARNING")
    os.environ["SAGEMAKER_SUPPRESS_V2_WARNING"] = "1"
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
        if before is None:
            del os.environ["SAGEMAKER_SUPPRESS_V2_WARNING"]
        else:
            os.environ["SAGEMAKER_SUPPRESS_V2_WARNING"] = before
