"""Customer keys that encrypt the volumes of a job, and who has to be allowed a grant on them.

Source: SageMaker developer guide, "API Permissions: Actions, Permissions, and Resources Reference":
``kms:CreateGrant`` is required for ``CreateTrainingJob``, ``CreateProcessingJob``,
``CreateTransformJob``, ``CreateHyperParameterTuningJob`` and ``CreateAutoMLJob`` where a
``VolumeKmsKeyId`` is specified and the associated role has no policy that permits this action. So
it takes the job's role or the role that makes the job; where both are one, that one.
"""

from __future__ import annotations

from typing import Any

from ..core.definition import StepView
from ..core.plan import PlannedJob
from .request_context import values_of_key

CREATE_GRANT = "kms:CreateGrant"
_OPERATIONS = frozenset(
    f"Create{noun}Job"
    for noun in ("AutoML", "HyperParameterTuning", "Processing", "Training", "Transform")
)


def volume_keys(view: StepView | None) -> list[Any]:
    """The keys, or expressions for them, that a step's request has for the volumes of its job."""
    if view is None or view.kind is None or not view.kind.makes_job:
        return []
    operation = view.kind.actions[0]
    if operation not in _OPERATIONS:
        return []
    found = values_of_key("sagemaker:VolumeKmsKey", operation, view.arguments)
    # An expression can't be hashed.
    return [one for number, one in enumerate(found) if one not in found[:number]]


def needs_grant_itself(job: PlannedJob, execution_role: str | None) -> bool:
    """Whether nobody but the execution role can have the permission for a job."""
    return job.role_arn is not None and job.role_arn == execution_role
