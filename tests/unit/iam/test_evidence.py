"""Every permission that the package asks for has evidence, and every row is about such a one."""

from __future__ import annotations

import fnmatch

from sm_prefix_ext import Plan
from sm_prefix_ext.core.definition import steps
from sm_prefix_ext.core.step_types import KINDS
from sm_prefix_ext.iam.evidence import AUTHOR, DOCUMENTED, EVIDENCE, INFERRED, SEEN, evidence_of
from sm_prefix_ext.iam.required_permissions import NOT_KNOWN, of_author, of_execution_role

from .pipelines import EXECUTION, KEY, step
from .test_required_permissions import DEFINITION

KEYED = [
    step(
        "Encrypted",
        "Training",
        {
            "TrainingJobName": "team-a",
            "RoleArn": EXECUTION,
            "ResourceConfig": {"VolumeKmsKeyId": KEY},
        },
    ),
    step(
        "Cluster",
        "EMR",
        {"ClusterConfig": {"ServiceRole": "emr", "Tags": [{"Key": "a", "Value": "b"}]}},
    ),
]
PLAN = Plan.from_definition(
    {**DEFINITION, "Steps": [*DEFINITION["Steps"], *KEYED]},
    account="123456789012",
    region="us-east-1",
    role_arn=EXECUTION,
    pipeline_name="p",
)


def asked() -> set[tuple[str, str]]:
    """The step types and actions of all requests of a pipeline that has every step type."""
    types = {view.path: view.step_type for view in steps(PLAN.definition)}
    assert set(KINDS) == set(types.values())
    found = {(AUTHOR, request.action) for request in of_author(PLAN)}
    found |= {(types[request.step], request.action) for request in of_execution_role(PLAN)}
    return {(step_type, action) for step_type, action in found if action != NOT_KNOWN}


def test_every_permission_has_evidence() -> None:
    """A permission without a row has to get one, with its source."""
    assert [] == sorted(pair for pair in asked() if evidence_of(*pair) is None)


def test_every_row_is_needed() -> None:
    """And has a source, of a kind that is known."""
    pairs = [(evidence_of(*pair), pair[1]) for pair in asked()]
    for row in EVIDENCE:
        actions = [action for found, action in pairs if found == row]
        assert [] == [one for one in row.actions if not fnmatch.filter(actions, one)]
    assert all(row.source and row.kind in (DOCUMENTED, SEEN, INFERRED) for row in EVIDENCE)


def test_the_first_row_counts() -> None:
    """The seen permission of registrations is not that of create calls in general."""
    kinds = [
        getattr(evidence_of("RegisterModel", f"sagemaker:{action}"), "kind", None)
        for action in ("CreateModelPackageGroup", "CreateModelPackage", "DeleteModel")
    ]
    assert [SEEN, DOCUMENTED, None] == kinds
