"""Step caching: the reuse of an earlier run of a step.

The compared attributes are those of the developer guide, "Default cache key attributes by pipeline
step type"; for a step type without a list there, all arguments are compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..statuses import SUCCEEDED
from .step_runs import StepRun

_PROCESSING_KEYS = ("AppSpecification", "Environment", "ProcessingInputs")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "Processing": _PROCESSING_KEYS,
    "Training": (
        "AlgorithmSpecification",
        "CheckpointConfig",
        "DebugHookConfig",
        "DebugRuleConfigurations",
        "Environment",
        "HyperParameters",
        "InputDataConfig",
    ),
    "Tuning": (
        "HyperParameterTuningJobConfig",
        "TrainingJobDefinition",
        "TrainingJobDefinitions",
    ),
    "AutoML": ("AutoMLJobConfig", "InputDataConfig", "ProblemType"),
    "Transform": (
        "DataProcessing",
        "Environment",
        "ModelName",
        "TransformInput",
        "TransformOutput",
    ),
    "QualityCheck": _PROCESSING_KEYS,
    "ClarifyCheck": _PROCESSING_KEYS,
}
_TRAINING_JOB_DEFINITION = (
    "AlgorithmSpecification",
    "HyperParameterRanges",
    "InputDataConfig",
    "StaticHyperParameters",
    "TuningObjective",
)
CACHED = frozenset(
    (*_KEYS, "Lambda", "Callback", "EMR", "EMRServerless", "EndpointConfig", "Endpoint")
)
"""The step types that take a ``CacheConfig``; ``EMRServerless`` and the last two by the SDK's."""
_DURATION = re.compile(
    r"P?(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.IGNORECASE,
)
_DAYS = {"years": 365, "months": 30, "weeks": 7, "days": 1}


@dataclass(frozen=True)
class Caching:
    """A step's ``CacheConfig``.

    Args:
        enabled: whether an earlier run may be reused.
        expire_after: the greatest age of such a run, or ``None`` for any age.
    """

    enabled: bool = False
    expire_after: timedelta | None = None

    @classmethod
    def of(cls, step: Mapping[str, Any]) -> Caching:
        """Read a step's ``CacheConfig``.

        Raises:
            ValueError: for an invalid one.

        Example:
            >>> from sm_prefix_ext.embedded.executions.caching import Caching
            >>> config = {"Enabled": True, "ExpireAfter": "30dT5h"}
            >>> Caching.of({"Name": "Train", "Type": "Training", "CacheConfig": config})
            Caching(enabled=True, expire_after=datetime.timedelta(days=30, seconds=18000))
        """
        config = step.get("CacheConfig")
        if config is None:
            return cls()
        enabled = config.get("Enabled", False) if isinstance(config, Mapping) else None
        if not isinstance(enabled, bool):
            raise ValueError(f"CacheConfig of step {step['Name']!r} needs 'Enabled', a boolean.")
        after = config.get("ExpireAfter")
        expire_after = None if after is None else _duration(after)
        if after is not None and expire_after is None:
            raise ValueError(
                f"ExpireAfter of step {step['Name']!r} is {after!r}; wanted an ISO 8601 duration."
            )
        return cls(enabled and step["Type"] in CACHED, expire_after)


def _duration(text: Any) -> timedelta | None:
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None or not any(match.groupdict().values()):
        return None
    counts = {unit: int(number or 0) for unit, number in match.groupdict().items()}
    days = sum(counts[unit] * length for unit, length in _DAYS.items())
    try:
        return timedelta(
            days, hours=counts["hours"], minutes=counts["minutes"], seconds=counts["seconds"]
        )
    except OverflowError:
        return timedelta.max


def signature(step: Mapping[str, Any]) -> str:
    """The cache key of a run of a step: runs with equal keys may replace each other.

    Args:
        step: the step, with its expressions resolved.
    """
    step_type, arguments = step["Type"], step.get("Arguments") or {}
    keys = _KEYS.get(step_type)
    if keys is None:
        # FunctionArn and SqsQueueUrl are keys of the step, beside its arguments.
        compared = {key: step.get(key) for key in ("Arguments", "FunctionArn", "SqsQueueUrl")}
    else:
        compared = {key: arguments.get(key) for key in keys}
    definition = compared.get("TrainingJobDefinition")
    if isinstance(definition, Mapping):
        compared["TrainingJobDefinition"] = {
            key: definition.get(key) for key in _TRAINING_JOB_DEFINITION
        }
    return json.dumps([step_type, compared], sort_keys=True, default=str)


def cached_run(
    name: str, wanted: str, caching: Caching, earlier: Iterable[tuple[str, StepRun]], now: datetime
) -> StepRun | None:
    """The most recent run that may be reused, or ``None``.

    Args:
        name: the step's name.
        wanted: the signature of the new run.
        caching: the step's ``CacheConfig``.
        earlier: the runs of other executions of the pipeline, each with its execution's ARN.
        now: the current time.
    """
    if not caching.enabled:
        return None
    candidates = [
        (run.end, arn, run)
        for arn, run in earlier
        if run.name == name
        and run.signature == wanted
        and run.status == SUCCEEDED
        and run.cached_from is None
        and run.end is not None
        and (caching.expire_after is None or now - run.end <= caching.expire_after)
    ]
    if not candidates:
        return None
    _, arn, run = max(candidates, key=lambda candidate: candidate[0])
    return run.from_cache_of(arn)
