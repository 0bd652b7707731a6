"""Pipelines of ``@step`` functions under the generated policy: what they read is granted."""

from __future__ import annotations

import importlib
import json
from types import ModuleType
from typing import Any

import pytest

from sm_prefix_ext import Plan, iam
from sm_prefix_ext.embedded import EmbeddedAWS

from ..installed import MAJOR

ACCOUNT, REGION = "111122223333", "us-east-1"  # those of the factory's roles
WORKFLOW = "sagemaker.workflow" if MAJOR == 2 else "sagemaker.mlops.workflow"
CONDITIONS = "sagemaker.workflow" if MAJOR == 2 else "sagemaker.core.workflow"


def pipeline(sdk: ModuleType, session: Any) -> Any:
    """A condition and a job's argument that read what a function returned, by the SDK's classes."""
    try:
        step = importlib.import_module(f"{WORKFLOW}.function_step").step
    except ImportError:
        pytest.skip("this release of SDK v2 has no @step")
    greater = importlib.import_module(f"{CONDITIONS}.conditions").ConditionGreaterThan

    @step(name="Score", image_uri=sdk.IMAGE, role=sdk.ROLE, instance_type="ml.m5.large")
    def score() -> dict[str, float]:
        return {"auc": 0.9}

    result = score()
    report = sdk.processing(session, "Report", arguments=["--auc", result["auc"].to_string()]).step
    check = sdk.ConditionStep(
        "Check",
        conditions=[greater(left=result["auc"], right=0.5)],
        if_steps=[report],
        else_steps=[],
    )
    return sdk.SdkPipeline("team-a-pipe", steps=[check], sagemaker_session=session)


def statuses(execution: Any) -> dict[str, str]:
    """The status of each step."""
    steps = execution.list_steps()
    listed = steps if isinstance(steps, list) else steps["PipelineExecutionSteps"]
    return {one["StepName"]: one["StepStatus"] for one in listed}


def test_the_least_policy_lets_results_be_read(sdk: ModuleType) -> None:
    """In each rendering and each run, and by its statement about objects alone."""
    with EmbeddedAWS(region=REGION, account_id=ACCOUNT) as aws:
        session = sdk.PipelineSession(boto_session=aws.boto_session)
        aws.create_role(sdk.ROLE.rpartition("/")[2])
        role = aws.create_role("execution", [])
        made = pipeline(sdk, session)
        definition = json.loads(made.definition())
        assert 2 == json.dumps(definition).count("Std:JsonGet")
        plan = Plan.from_definition(
            definition, region=REGION, role_arn=role, pipeline_name=made.name
        )
        policy = iam.execution_role_policy(plan)
        objects = [one for one in policy.statements if one["Action"] == ["s3:GetObject"]]
        assert [1] == [len(one["Resource"]) for one in objects]
        assert objects[0]["Resource"][0].startswith(
            f"arn:aws:s3:::{aws.default_bucket}/team-a-pipe/"
        )
        assert iam.preflight(plan, role_policies=[policy]).ok
        client = aws.client("iam")
        given = {"RoleName": "execution", "PolicyName": "least"}
        client.put_role_policy(**given, PolicyDocument=policy.to_json())
        made.create(role)  # which renders it again, at another time
        for _ in range(2):
            found = statuses(made.start())
            assert {"Score": "Succeeded", "Check": "Succeeded", "Report": "Succeeded"} == found
        rest = {**policy.to_dict(), "Statement": [s for s in policy.statements if s not in objects]}
        client.put_role_policy(**given, PolicyDocument=json.dumps(rest))
        assert {"Score": "Succeeded", "Check": "Failed"} == statuses(made.start())
