"""Small policies for the tests of this folder, and calls that they allow or deny."""

from __future__ import annotations

from typing import Any

import boto3

from ..unit.iam.pipelines import ACCOUNT, REGION

HEAD = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:"


def document(*statements: Any) -> dict[str, Any]:
    """A policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    """A statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def actions(policy: Any) -> list[str]:
    """The actions of a policy whose statements have lists of them."""
    return [action for statement in policy["Statement"] for action in statement["Action"]]


def without(policy: Any, action: str) -> Any:
    """The same policy without an action."""
    statements = [
        {**statement, "Action": [each for each in statement["Action"] if each != action]}
        for statement in policy["Statement"]
    ]
    return {**policy, "Statement": [each for each in statements if each["Action"]]}


def transform(client: Any, name: str, **more: Any) -> Any:
    """Create a transform job, which takes no role."""
    source = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in"}}}
    return client.create_transform_job(
        TransformJobName=name,
        ModelName="model",
        TransformInput=source,
        TransformOutput={"S3OutputPath": "s3://b/out"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        **more,
    )


def client_of(credentials: Any, service: str = "sagemaker") -> Any:
    """A client with credentials in the form of IAM and STS."""
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
    )
