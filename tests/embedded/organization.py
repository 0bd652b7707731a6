"""Several accounts on the embedded AWS; it takes an account from the credentials of a request.

That needs its environment without ``MOTO_ACCOUNT_ID``.
"""

from __future__ import annotations

import json
from typing import Any

import boto3

from sm_prefix_ext.embedded import EmbeddedAWS

ACCOUNTS = ("111122223333", "444455556666")


def session_of(aws: EmbeddedAWS, account: str) -> boto3.Session:
    """A session with credentials of another account."""
    arn = f"arn:aws:iam::{account}:role/Audit"
    assumed = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="other")["Credentials"]
    return boto3.Session(
        assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"]
    )


def create_role(client: Any) -> str:
    """Create a role that SageMaker may assume and that has all permissions."""
    trust, every = (
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
        for statement in (
            {"Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"},
            {"Action": "*", "Resource": "*"},
        )
    )
    role = client.create_role(RoleName="pipeline", AssumeRolePolicyDocument=json.dumps(trust))
    client.put_role_policy(
        RoleName="pipeline", PolicyName="every", PolicyDocument=json.dumps(every)
    )
    return str(role["Role"]["Arn"])
