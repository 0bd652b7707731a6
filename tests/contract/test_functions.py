"""Pipelines of ``@step`` functions under the generated policy."""

from __future__ import annotations

import importlib
import json
from types import ModuleType
from typing import Any

from sm_prefix_ext import Plan, iam
from sm_prefix_ext.embedded import EmbeddedAWS

from ..installed import MAJOR
from .deviations import WORKFLOW, needs
from .factory import Factory

ACCOUNT, REGION = "111122223333", "us-east-1"  # those of the factory's roles
CONDITIONS = "sagemaker.workflow" if MAJOR == 2 else "sagemaker.core.workflow"


def scored_pipeline(factory: Factory) -> Any:
    """A condition and a job's argument that read what a function returns, by the SDK's classes."""
    sdk = factory.sdk
    decorator = importlib.import_module(f"{WORKFLOW}.function_step").step
    greater = importlib.import_module(f"{CONDITIONS}.conditions").ConditionGreaterThan

    @decorator(name="Score", image_uri=sdk.IMAGE, role=sdk.ROLE, instance_type="ml.m5.large")
    def score() -> dict[str, float]:
        return {"auc": 0.9}

    result = score()
    check = sdk.ConditionStep(
        "Check",
        conditions=[greater(left=result["auc"], right=0.5)],
        if_steps=[
            factory.step("Processing", "Report", arguments=["--auc", result["auc"].to_string()])
        ],
        else_steps=[],
    )
    return factory.sdk_pipeline([check], on=False, name="team-a-pipe")


def statuses(execution: Any) -> dict[str, str]:
    """The status of each step."""
    steps = execution.list_steps()
    listed = steps if isinstance(steps, list) else steps["PipelineExecutionSteps"]
    return {step["StepName"]: step["StepStatus"] for step in listed}


class TestResults:
    """What later steps read of a function's result."""

    @needs("@step")
    def test_the_least_policy_lets_results_be_read(self, sdk: ModuleType) -> None:
        """The policy allows it in each rendering and run, and only its S3 statement does."""
        with EmbeddedAWS(region=REGION, account_id=ACCOUNT) as aws:
            factory = Factory(sdk, sdk.PipelineSession(boto_session=aws.boto_session))
            aws.create_role(sdk.ROLE.rpartition("/")[2])
            role = aws.create_role("execution", [])
            pipeline = scored_pipeline(factory)
            definition = json.loads(pipeline.definition())
            assert 2 == json.dumps(definition).count("Std:JsonGet")
            plan = Plan.from_definition(
                definition, region=REGION, role_arn=role, pipeline_name=pipeline.name
            )
            policy = iam.execution_role_policy(plan)
            [reading] = [row for row in policy.statements if row["Action"] == ["s3:GetObject"]]
            [resource] = reading["Resource"]
            assert resource.startswith(f"arn:aws:s3:::{aws.default_bucket}/team-a-pipe/")
            assert iam.preflight(plan, role_policies=[policy]).ok
            client = aws.client("iam")
            given = {"RoleName": "execution", "PolicyName": "least"}
            client.put_role_policy(**given, PolicyDocument=policy.to_json())
            pipeline.create(role)  # which renders it again, at another time
            expected = {"Score": "Succeeded", "Check": "Succeeded", "Report": "Succeeded"}
            for _ in range(2):
                assert expected == statuses(pipeline.start())
            kept = [row for row in policy.statements if row != reading]
            rest = {**policy.to_dict(), "Statement": kept}
            client.put_role_policy(**given, PolicyDocument=json.dumps(rest))
            assert {"Score": "Succeeded", "Check": "Failed"} == statuses(pipeline.start())
