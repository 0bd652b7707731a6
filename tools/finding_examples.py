"""One example of each finding, from the smallest definition or policy that triggers it.

docs/findings.md shows them, and a test renders each of them. They need neither an SDK nor AWS.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any

from sm_prefix_ext import Plan, PrefixPolicy, PrefixViolation, iam
from sm_prefix_ext._sdk.object_graph import ObjectGraph
from sm_prefix_ext.core import findings as codes
from sm_prefix_ext.core.declared import PREFIXING_OFF, Declared
from sm_prefix_ext.core.findings import Finding, definition_not_read
from sm_prefix_ext.core.prefix_policy import unmatched_step_roles
from sm_prefix_ext.dropin.guarded_operations import SentRequest
from sm_prefix_ext.dropin.sending import Judged
from sm_prefix_ext.enforcement.enforce import enforce, enforce_in_place
from sm_prefix_ext.iam.live import preflight_live

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/pipeline-execution"
JOBS = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:"
TEAM = PrefixPolicy("team-a")
ESTIMATOR = "Estimator(base_job_name=)"


def _definition(*steps: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "Steps": [
            {"Name": name, "Type": step_type, "Arguments": arguments}
            for name, step_type, arguments in steps
        ]
    }


def _declared(name: Any, policy: PrefixPolicy, **more: Any) -> tuple[Finding, ...]:
    """The findings for a training job with a declared name."""
    declared = {"Train": Declared(name, ESTIMATOR, **more)}
    return enforce(_definition(("Train", "Training", {})), policy, declared)[1]


def _final(step_type: str, policy: PrefixPolicy = TEAM, **arguments: Any) -> tuple[Finding, ...]:
    """The findings for a definition whose names stay as they are."""
    return enforce(_definition(("Step", step_type, arguments)), policy)[1]


def _same_prefix() -> tuple[Finding, ...]:
    steps = [(name, "Training", {"TrainingJobName": "team-a"}) for name in ("First", "Second")]
    return enforce(_definition(*steps), TEAM)[1]


def _tuning() -> tuple[Finding, ...]:
    declared = {"Tune": Declared("hpo", "HyperparameterTuner(base_tuning_job_name=)")}
    definition = _definition(("Tune", "Tuning", {}))
    return enforce(definition, PrefixPolicy("team-alpha"), declared)[1]


def _not_reached() -> tuple[Finding, ...]:
    definition = _definition(("Train", "Training", {}))
    return enforce_in_place(definition, TEAM, {}, reached=())


def _plan() -> Plan:
    arguments = {"TrainingJobName": "team-a-train", "RoleArn": ROLE}
    definition = _definition(("Train", "Training", arguments))
    return Plan.from_definition(definition, region="eu-west-1", role_arn=ROLE)


def _linted(resource: str) -> tuple[Finding, ...]:
    """The warnings about an execution role that may create training jobs on a resource."""
    statement = {"Effect": "Allow", "Action": "sagemaker:CreateTrainingJob", "Resource": resource}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return iam.preflight(_plan(), role_policies={"role.json": policy}).warnings


class _Refused(Exception):
    response: Mapping[str, Any] = MappingProxyType({"Error": {"Code": "AccessDenied"}})


class _RefusingIam:
    """A client of IAM whose every request AWS refuses."""

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def refuse(*_: Any, **__: Any) -> Any:
            raise _Refused(operation)

        return refuse


def _changed() -> tuple[Finding, ...]:
    pipeline = SimpleNamespace(name="team-a-abalone", steps=["Train"], parameters=[])
    judged = Judged(pipeline, "{}", ObjectGraph())
    pipeline.steps.append("Evaluate")
    try:
        judged()
    except PrefixViolation as violation:
        return violation.findings
    return ()


def _foreign_role() -> tuple[Finding, ...]:
    role = "arn:aws:iam::444455556666:role/training"
    arguments = {"TrainingJobName": "team-a-train", "RoleArn": role}
    return iam.foreign_roles(_definition(("Train", "Training", arguments)), ACCOUNT)


def _unread_request() -> tuple[Finding, ...]:
    location = {"Bucket": "team-a", "ObjectKey": "abalone.json"}
    body = json.dumps({"PipelineDefinitionS3Location": location}).encode()

    def read(location: Mapping[str, Any]) -> str:
        raise PermissionError("Access Denied")

    return SentRequest("CreatePipeline", body).findings(TEAM, read)


EXAMPLES: Mapping[str, Callable[[], Iterable[Finding]]] = MappingProxyType(
    {
        codes.NOT_DECLARED: lambda: _declared(None, PrefixPolicy()),
        codes.TOO_LONG: lambda: _declared("forecast-of-demand-by-store-and-week", TEAM),
        codes.ALPHABET: lambda: _declared("my_job", TEAM),
        codes.EXPRESSION: lambda: _declared({"Get": "Parameters.JobName"}, TEAM),
        codes.UNKNOWN_STEP_TYPE: lambda: _final("Quantum"),
        codes.OUTSIDE_POLICY: lambda: _final("Training", TrainingJobName="team-ab-train"),
        codes.SAME_PREFIX: _same_prefix,
        codes.GROUP_OUTSIDE_POLICY: lambda: _final(
            "RegisterModel", ModelPackageGroupName="abalone-models"
        ),
        codes.RESERVED_PREFIX: lambda: _declared("pipelines-train", PrefixPolicy()),
        codes.NO_SHORT_PREFIX: _tuning,
        codes.FULL_NAME_OUTSIDE_POLICY: lambda: _final("Endpoint", EndpointName="abalone"),
        codes.PREFIX_VOIDED: lambda: _linted(f"{JOBS}training-job/*"),
        codes.WILDCARD_IN_RESOURCE_TYPE: lambda: _linted(f"{JOBS}*/team-a-*"),
        codes.NARROWER_THAN_JOBS: lambda: _linted(f"{JOBS}training-job/team-a-train-x*"),
        codes.OTHER_CASE: lambda: _linted(f"{JOBS}training-job/Team-A-*"),
        codes.OTHER_NAMES: lambda: _linted(f"{JOBS}training-job/pipelines-*"),
        codes.NOT_READ: lambda: preflight_live(_RefusingIam(), _plan(), ROLE).warnings,
        codes.FOREIGN_ROLE: _foreign_role,
        codes.NAME_DROPPED: lambda: _declared("xgb", PrefixPolicy(), dropped_by=PREFIXING_OFF),
        codes.REFUSED_BY_SERVICE: lambda: _final("Endpoint", EndpointName="team-a.v2"),
        codes.UNMATCHED_STEP_ROLE: lambda: unmatched_step_roles(
            PrefixPolicy("team-a", step_roles={"Trian": ROLE}), ["Train"]
        ),
        codes.NOT_REACHED: _not_reached,
        codes.CHANGED: _changed,
        codes.UNREAD_REQUEST: _unread_request,
        codes.DEFINITION_NOT_READ: lambda: [
            definition_not_read("TrainPipeline", "its definition is in s3://team-a/train.json")
        ],
    }
)
"""By code, a function that returns a finding of that code, possibly among others."""


def example(code: str) -> Finding:
    """The example of a finding.

    Args:
        code: from :data:`sm_prefix_ext.core.findings.CATALOGUE`.
    """
    return next(finding for finding in EXAMPLES[code]() if finding.code == code)
