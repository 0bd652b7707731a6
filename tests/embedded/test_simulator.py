"""IAM's simulator on the embedded AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sm_prefix_ext.embedded import EmbeddedAWS

from ..unit.iam.pipelines import ACCOUNT
from .policies import HEAD, allow, document


def test_the_simulator_pages_results_of_the_evaluator(aws: EmbeddedAWS) -> None:
    """The results have missing context keys and matched statements."""
    statements = [
        allow("sagemaker:Create*", f"{HEAD}training-job/team-a-*"),
        allow("s3:GetObject", "*", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}}),
    ]
    role = aws.create_role("simulated", [document(*statements)])
    client = aws.client("iam")
    actions = ["sagemaker:CreateTrainingJob", "s3:GetObject", "sagemaker:StopTrainingJob"]
    resources = [f"{HEAD}training-job/team-a-1", f"{HEAD}training-job/team-b-1"]
    pages = list(
        client.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=role,
            ActionNames=actions,
            ResourceArns=resources,
            PaginationConfig={"PageSize": 4},
        )
    )
    results = [item for page in pages for item in page["EvaluationResults"]]
    assert [4, 2] == [len(page["EvaluationResults"]) for page in pages]
    assert ["allowed", *["implicitDeny"] * 5] == [item["EvalDecision"] for item in results]
    assert ["aws:PrincipalTag/team"] == results[2]["MissingContextValues"]
    assert results[0]["MissingContextValues"] == []
    assert ["policy-0"] == [item["SourcePolicyId"] for item in results[0]["MatchedStatements"]]
    entry = {
        "ContextKeyName": "aws:PrincipalTag/team",
        "ContextKeyValues": ["a"],
        "ContextKeyType": "string",
    }
    [result] = client.simulate_principal_policy(
        PolicySourceArn=role, ActionNames=["s3:GetObject"], ContextEntries=[entry]
    )["EvaluationResults"]
    assert ("allowed", "*") == (result["EvalDecision"], result["EvalResourceName"])


def test_the_simulator_adds_the_policies_and_boundary_of_the_request(aws: EmbeddedAWS) -> None:
    """An invalid policy is an error."""
    role = aws.create_role("simulated", [])
    client = aws.client("iam")
    everything, bound = (
        json.dumps(document(allow("*", "*"))),
        json.dumps(document(allow("s3:*", "*"))),
    )
    arguments: Any = {
        "ActionNames": ["s3:GetObject", "sqs:SendMessage"],
        "PolicyInputList": [everything],
    }
    for call, more in (
        (client.simulate_principal_policy, {"PolicySourceArn": role}),
        (client.simulate_custom_policy, {}),
    ):
        for boundary, wanted in (([], "allowed"), ([bound], "implicitDeny")):
            response = call(**arguments, **more, PermissionsBoundaryPolicyInputList=boundary)
            results = response["EvaluationResults"]
            assert ["allowed", wanted] == [item["EvalDecision"] for item in results]
            if boundary:
                details = [item["PermissionsBoundaryDecisionDetail"] for item in results]
                assert [True, False] == [item["AllowedByPermissionsBoundary"] for item in details]
    with pytest.raises(ClientError, match=r"InvalidInput.*PolicyInputList\.1: Statement is None"):
        client.simulate_custom_policy(ActionNames=["s3:GetObject"], PolicyInputList=["{}"])


def simulated(aws: EmbeddedAWS, *policies: Any, **arguments: Any) -> list[dict[str, Any]]:
    """The results of a simulation of policies, by default of reading an object."""
    texts = [json.dumps(item) for item in policies]
    named = {"ActionNames": ["s3:GetObject"], "PolicyInputList": texts, **arguments}
    response = aws.client("iam").simulate_custom_policy(**named)
    return list(response["EvaluationResults"])


def refused(aws: EmbeddedAWS, **arguments: Any) -> tuple[str, str]:
    """The code and the message with which a simulation of a principal is refused."""
    with pytest.raises(ClientError) as error:
        aws.client("iam").simulate_principal_policy(
            **{"ActionNames": ["s3:GetObject"], **arguments}
        )
    error_message = error.value.response["Error"]
    return error_message["Code"], error_message["Message"]


def test_the_simulator_returns_results_by_resource(aws: EmbeddedAWS) -> None:
    """Without resources in the request there are no such results."""
    policy = document(
        allow("s3:*", "arn:aws:s3:::a/b", Condition={"Bool": {"aws:SecureTransport": "true"}})
    )
    bound = json.dumps(document(allow("s3:*", "*")))
    objects = ["arn:aws:s3:::a/b", "arn:aws:s3:::a/c"]
    results = simulated(
        aws, policy, ResourceArns=objects, PermissionsBoundaryPolicyInputList=[bound]
    )
    assert objects == [item["EvalResourceName"] for item in results]
    assert [
        [
            {
                "EvalResourceName": name,
                "EvalResourceDecision": "implicitDeny",
                "MatchedStatements": [],
                "MissingContextValues": ["aws:SecureTransport"],
                "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": True},
            }
        ]
        for name in objects
    ] == [item["ResourceSpecificResults"] for item in results]
    [whole] = simulated(aws, policy)
    assert "ResourceSpecificResults" not in whole


def test_an_empty_boundary_denies_and_two_are_an_error(aws: EmbeddedAWS) -> None:
    """A boundary that allows nothing denies everything; two boundaries are an error."""
    everything = document(allow("*", "*"))
    nothing = json.dumps(document())
    [result] = simulated(aws, everything, PermissionsBoundaryPolicyInputList=[nothing])
    assert "implicitDeny" == result["EvalDecision"]
    assert {"AllowedByPermissionsBoundary": False} == result["PermissionsBoundaryDecisionDetail"]
    two = [json.dumps(everything)] * 2
    with pytest.raises(ClientError, match=r"InvalidInput.*has 2 policies; wanted one"):
        simulated(aws, everything, PermissionsBoundaryPolicyInputList=two)


def test_the_simulator_reads_the_policies_of_a_group(aws: EmbeddedAWS) -> None:
    """A group's own policies are simulated."""
    client = aws.client("iam")
    arn = client.create_group(GroupName="g")["Group"]["Arn"]
    text = json.dumps(document(allow("s3:*", "*")))
    client.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=text)
    actions = ["s3:GetObject", "sqs:SendMessage"]
    response = client.simulate_principal_policy(PolicySourceArn=arn, ActionNames=actions)
    decisions = [item["EvalDecision"] for item in response["EvaluationResults"]]
    assert ["allowed", "implicitDeny"] == decisions


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("this-is-not-an-arn-at-all", "InvalidInput"),
        (f"arn:aws:iam::{ACCOUNT}:root", "InvalidInput"),
        (f"arn:aws:iam::{ACCOUNT}:policy/simulated", "InvalidInput"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/simulated/me", "InvalidInput"),
        (f"arn:aws:iam::{ACCOUNT}:role/path/simulated", "NoSuchEntity"),
        ("arn:aws:iam::999999999999:role/simulated", "NoSuchEntity"),
        (f"arn:aws-moon:iam::{ACCOUNT}:role/simulated", "NoSuchEntity"),
        (f"arn:aws:iam::{ACCOUNT}:user/simulated", "NoSuchEntity"),
        (f"arn:aws:iam::{ACCOUNT}:group/simulated", "NoSuchEntity"),
    ],
)
def test_an_unknown_principal_is_refused_with_iams_code(
    aws: EmbeddedAWS, arn: str, code: str
) -> None:
    """A role of the same name exists, and is not used."""
    aws.create_role("simulated")
    assert code == refused(aws, PolicySourceArn=arn)[0]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"Marker": "junk"}, "ValidationError"),
        ({"Marker": "-1"}, "ValidationError"),
        ({"Marker": "1"}, "ValidationError"),
        ({"MaxItems": 5000}, "ValidationError"),
        ({"ActionNames": ["nonsense"]}, "InvalidInput"),
        ({"ActionNames": ["s3:GetObject", "s3:"]}, "InvalidInput"),
    ],
)
def test_an_invalid_page_or_action_is_refused(aws: EmbeddedAWS, arguments: Any, code: str) -> None:
    """The page does not exist, or the action has no service."""
    role = aws.create_role("simulated")
    assert code == refused(aws, PolicySourceArn=role, **arguments)[0]


def test_a_principal_with_an_unknown_boundary_is_refused(aws: EmbeddedAWS) -> None:
    """The message names the boundary."""
    role = aws.create_role("simulated")
    missing = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
    aws.client("iam").put_role_permissions_boundary(
        RoleName="simulated", PermissionsBoundary=missing
    )
    code, message = refused(aws, PolicySourceArn=role)
    assert "InvalidInput" == code
    assert f"its permissions boundary {missing} isn't on the embedded AWS" in message
