"""Step caching: which earlier run of a step may stand for a new one.

The attributes that count are those of the developer guide, "Default cache key attributes by
pipeline step type"; a step type without a list there is compared by all of its arguments.
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

_PROCESSING = ("AppSpecification", "Environment", "ProcessingInputs")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "Processing": _PROCESSING,
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
    "QualityCheck": _PROCESSING,
    "ClarifyCheck": _PROCESSING,
}
_OF_A_TUNED_JOB = (
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
        enabled: whether an earlier run may stand for a new one.
        expire_after: how old it may be, or ``None`` for any age.
    """

    enabled: bool = False
    expire_after: timedelta | None = None

    @classmethod
    def of(cls, step: Mapping[str, Any]) -> Caching:
        """Read it.

        Raises:
            ValueError: for one that can't be.

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
        read = None if after is None else _duration(after)
        if after is not None and read is None:
            raise ValueError(
                f"ExpireAfter of step {step['Name']!r} is {after!r}; wanted an ISO 8601 duration."
            )
        return cls(enabled and step["Type"] in CACHED, read)


def _duration(text: Any) -> timedelta | None:
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None or not any(found.groupdict().values()):
        return None
    given = {unit: int(number or 0) for unit, number in found.groupdict().items()}
    days = sum(given[unit] * length for unit, length in _DAYS.items())
    try:
        return timedelta(
            days, hours=given["hours"], minutes=given["minutes"], seconds=given["seconds"]
        )
    except OverflowError:
        return timedelta.max


def signature(step: Mapping[str, Any]) -> str:
    """What two runs of a step have to share for one to stand for the other.

    Args:
        step: the step, expressions worked out.
    """
    step_type, arguments = step["Type"], step.get("Arguments") or {}
    keys = _KEYS.get(step_type)
    if keys is None:
        # A Lambda's function and a queue stand beside the arguments.
        counted = {key: step.get(key) for key in ("Arguments", "FunctionArn", "SqsQueueUrl")}
    else:
        counted = {key: arguments.get(key) for key in keys}
    tuned = counted.get("TrainingJobDefinition")
    if isinstance(tuned, Mapping):
        counted["TrainingJobDefinition"] = {key: tuned.get(key) for key in _OF_A_TUNED_JOB}
    return json.dumps([step_type, counted], sort_keys=True, default=str)


def cached_run(
    name: str, wanted: str, caching: Caching, earlier: Iterable[tuple[str, StepRun]], now: datetime
) -> StepRun | None:
    """The most recent run that may stand for a new one.

    Args:
        name: the step's name.
        wanted: its signature.
        caching: its ``CacheConfig``.
        earlier: the runs of other executions of the pipeline, each with its execution's ARN.
        now: the time.
    """
    if not caching.enabled:
        return None
    fitting = [
        (run.end, arn, run)
        for arn, run in earlier
        if run.name == name
        and run.signature == wanted
        and run.status == SUCCEEDED
        and run.cached_from is None
        and run.end is not None
        and (caching.expire_after is None or now - run.end <= caching.expire_after)
    ]
    if not fitting:
        return None
    _, arn, run = max(fitting, key=lambda one: one[0])
    return run.hit(arn)
