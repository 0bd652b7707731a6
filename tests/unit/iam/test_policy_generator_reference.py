"""Generated policies against parliament, botocore's operations and AWS's service reference."""

from __future__ import annotations

import warnings
from typing import Any

import botocore.session
import pytest

from sm_prefix_ext import PrefixPolicy, iam
from sm_prefix_ext.core.service_data import service_data
from sm_prefix_ext.iam.required_permissions import of_author, of_execution_role

from .pipelines import (
    NAMES,
    VPC,
    WORKER,
    plan,
)


def linted() -> Any:
    """Yield a document of every kind that the package generates."""
    yield from (iam.execution_role_policy(plan(name)) for name in NAMES)
    yield from (iam.author_policy(plan(name)) for name in NAMES[:1])
    yield iam.prefix_policy(PrefixPolicy("team-a", step_roles={"*": WORKER}))
    yield iam.scp_exception("reader", "yes", [VPC], ["arn:aws:iam::*:role/admin"])
    yield iam.pipeline_version_policy("p", at_least=6)


def test_parliament_finds_nothing() -> None:
    """Parliament's only findings are for actions and a key newer than its data of 2025."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own imports are deprecated
        parliament = pytest.importorskip("parliament", reason="parliament is not installed")
    operations = set(botocore.session.get_session().get_service_model("sagemaker").operation_names)
    for policy in linted():
        for finding in parliament.analyze_policy_string(policy.to_json()).findings:
            newer = finding.issue == "UNKNOWN_ACTION" and (
                str(finding.detail).rpartition("sagemaker:")[2].strip("\"'") in operations
            )
            of_all = finding.issue == "UNKNOWN_CONDITION_FOR_ACTION" and (
                "aws:ViaAWSService" in str(finding.detail)
            )
            assert newer or of_all, (policy.name, finding)


def test_actions_are_those_of_botocore() -> None:
    """Actions of SageMaker, EMR, EMR Serverless and EventBridge are API operations."""
    session = botocore.session.get_session()
    models = {
        "sagemaker": "sagemaker",
        "elasticmapreduce": "emr",
        "emr-serverless": "emr-serverless",
        "events": "events",
    }
    known = {
        prefix: set(session.get_service_model(service).operation_names)
        for prefix, service in models.items()
    }
    asked = {
        r.action for name in NAMES for r in (*of_execution_role(plan(name)), *of_author(plan(name)))
    }
    for action in sorted(asked):
        service, _, operation = action.partition(":")
        assert operation in known.get(service, {operation}), action


@pytest.mark.parametrize("name", NAMES)
def test_resources_are_those_of_the_reference(name: str) -> None:
    """Every request of SageMaker is on a resource type that the reference lists for its action."""
    operations, forms = service_data()["operations"], service_data()["resource_types"]
    for asked in (*of_execution_role(plan(name)), *of_author(plan(name))):
        service, _, operation = asked.action.partition(":")
        if service == "sagemaker":
            types = operations[operation]["resource_types"]
            heads = {form.partition("/")[0] for kind in types for form in forms[kind]}
            resource = asked.resource.split(":", 5)[-1].partition("/")[0]
            assert resource in (heads or {"*"}), asked
