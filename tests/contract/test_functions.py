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
from .factory import Factory, step_statuses

ACCOUNT, REGION = "111122223333", "us-east-1"  # as in the factory's roles
CONDITIONS = "sagemaker.workflow" if MAJOR == 2 else "sagemaker.core.workflow"


def scored_pipeline(factory: Factory) -> Any:
    """A pipeline of the SDK's class in which a condition and a job read a function's result."""
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


class TestResults:
    """Steps that read a function's result."""

    @needs("@step")
    def test_the_least_policy_allows_reading_results(self, sdk: ModuleType) -> None:
        """Executions succeed with the policy, and fail without its S3 statement."""
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
            pipeline.create(role)  # renders it again, with another time in it
            expected = {"Score": "Succeeded", "Check": "Succeeded", "Report": "Succeeded"}
            for _ in range(2):
                assert expected == step_statuses(pipeline.start())
            kept = [row for row in policy.statements if row != reading]
            rest = {**policy.to_dict(), "Statement": kept}
            client.put_role_policy(**given, PolicyDocument=json.dumps(rest))
            assert {"Score": "Succeeded", "Check": "Failed"} == step_statuses(pipeline.start())
