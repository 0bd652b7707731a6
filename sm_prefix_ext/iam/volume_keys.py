"""Customer managed keys that encrypt the volumes of a job, and the role that needs a grant on them.

Source: SageMaker developer guide, "API Permissions: Actions, Permissions, and Resources Reference":
``CreateTrainingJob``, ``CreateProcessingJob``, ``CreateTransformJob``,
``CreateHyperParameterTuningJob`` and ``CreateAutoMLJob`` require ``kms:CreateGrant`` if the request
has a ``VolumeKmsKeyId`` and the job's role doesn't permit the action. So either the job's role or
the role that creates the job needs the permission.
"""

from __future__ import annotations

from typing import Any

from ..core.definition import StepView
from ..core.planned_jobs import PlannedJob
from .request_context import values_of_key

CREATE_GRANT = "kms:CreateGrant"
_OPERATIONS = frozenset(
    f"Create{noun}Job"
    for noun in ("AutoML", "HyperParameterTuning", "Processing", "Training", "Transform")
)


def volume_keys(view: StepView | None) -> list[Any]:
    """Return the keys, or expressions, with which a step encrypts the volumes of its job."""
    if view is None or view.kind is None or not view.kind.makes_job:
        return []
    operation = view.kind.actions[0]
    if operation not in _OPERATIONS:
        return []
    keys = values_of_key("sagemaker:VolumeKmsKey", operation, view.arguments)
    # Expressions are dicts, which aren't hashable, so a set can't remove the duplicates.
    return [key for number, key in enumerate(keys) if key not in keys[:number]]


def needs_grant_itself(job: PlannedJob, execution_role: str | None) -> bool:
    """Test whether the execution role itself needs the grant, since the job runs under it."""
    return job.role_arn is not None and job.role_arn == execution_role
