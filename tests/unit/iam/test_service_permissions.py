"""Endpoints, their configurations and keys, inference components."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import Plan, iam

from .pipelines import ACCOUNT, EXECUTION, REGION, step

HEAD = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def planned(key: Any = None) -> Plan:
    """Return a plan with an endpoint config, its endpoint, and a component on that."""
    config = {"EndpointConfigName": "team-a-config", **({} if key is None else {"KmsKeyId": key})}
    listed = [
        step("Config", "EndpointConfig", config),
        step(
            "Live",
            "Endpoint",
            {
                "EndpointName": "team-a-live",
                "EndpointConfigName": {"Get": "Steps.Config.EndpointConfigName"},
            },
        ),
        step(
            "Part",
            "InferenceComponent",
            {
                "InferenceComponentName": "team-a-part",
                "EndpointName": {"Get": "Steps.Live.EndpointName"},
            },
        ),
    ]
    return Plan.from_definition({"Steps": listed}, region=REGION, role_arn=EXECUTION)


def test_each_run_makes_a_config_and_updates_the_endpoint() -> None:
    """Each config has a name with a suffix; the endpoint keeps its name."""
    policy = iam.execution_role_policy(planned())
    answer = iam.preflight(planned(), role_policies=[policy])
    assert answer.ok
    config = f"{HEAD}endpoint-config/team-a-config-*"
    endpoint, component = f"{HEAD}endpoint/team-a-live", f"{HEAD}inference-component/team-a-part"
    asked = {(row.step, row.action.partition(":")[2], row.resource) for row in answer}
    assert {
        ("Config", "CreateEndpointConfig", config),
        ("Config", "AddTags", config),
        ("Config", "DescribeEndpointConfig", config),
        *(
            ("Live", action, endpoint)
            for action in ("CreateEndpoint", "UpdateEndpoint", "DescribeEndpoint", "AddTags")
        ),
        ("Live", "CreateEndpoint", config),
        ("Live", "UpdateEndpoint", config),
        *(
            ("Part", action, component)
            for action in (
                *("CreateInferenceComponent", "UpdateInferenceComponent"),
                *("DescribeInferenceComponent", "AddTags"),
            )
        ),
        ("Part", "CreateInferenceComponent", endpoint),
    } == asked


@pytest.mark.parametrize("missing", ["sagemaker:UpdateEndpoint", "sagemaker:CreateEndpoint"])
def test_a_policy_without_one_of_the_two(missing: str) -> None:
    """Exactly the requests for the missing action are not allowed."""
    [document] = [iam.execution_role_policy(planned()).to_dict()]
    for statement in document["Statement"]:
        statement["Action"] = [action for action in statement["Action"] if action != missing] or [
            "a:B"
        ]
    answer = iam.preflight(planned(), role_policies=[document])
    assert {missing} == {row.action for row in answer.refused}


@pytest.mark.parametrize(
    ("key", "resource"),
    [
        (KEY, KEY),
        (KEY.rpartition("/")[2], KEY),
        ("alias/mine", None),
        (KEY.replace("key/", "alias/"), None),
        ({"Get": "Parameters.Key"}, None),
    ],
)
def test_a_customers_key(key: Any, resource: str | None) -> None:
    """The endpoint needs a grant on the key; for an alias, a note says that none is granted."""
    pipeline_plan = planned(key)
    policy = iam.execution_role_policy(pipeline_plan)
    granted = [
        r for s in policy.statements if "kms:CreateGrant" in s["Action"] for r in s["Resource"]
    ]
    assert ([] if resource is None else [resource]) == granted
    answer = iam.preflight(pipeline_plan, role_policies=[policy])
    assert (resource is not None) == answer.ok
    [row] = [row for row in answer if row.action == "kms:CreateGrant"]
    assert "Live" == row.step
    message = "Step Live: Nothing is granted for kms:CreateGrant, since the definition doesn't"
    assert (resource is None) == any(message in note for note in policy.notes)


def test_a_config_without_a_name_is_not_granted() -> None:
    """Nothing is granted for a config whose name isn't known."""
    pipeline_plan = Plan.from_definition(
        {"Steps": [step("C", "EndpointConfig", {})]}, region=REGION, account=ACCOUNT
    )
    assert iam.execution_role_policy(pipeline_plan).statements == ()
