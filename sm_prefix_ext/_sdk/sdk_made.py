"""What the SDK makes on a user's behalf beside the job that an object is named for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Refusal:
    """Why a method is refused under a policy.

    Args:
        makes: what it makes, under a name that no argument sets.
        instead: what to do instead, as a sentence.
    """

    makes: str
    instead: str


REFUSED: Mapping[tuple[str, str], Refusal] = MappingProxyType(
    {
        ("Transformer", "transform_with_monitoring"): Refusal(
            "a pipeline of the SDK's own",
            "Put a MonitorBatchTransformStep into a Pipeline of sm_prefix_ext and start that.",
        ),
        ("EstimatorBase", "compile_model"): Refusal(
            "a compilation job that the SDK calls 'compilation-…'",
            "Call compile(job_name=) of the model that create_model() gives.",
        ),
    }
)
"""Methods that start what no policy reaches, by class and method; subclasses count too.

``transform_with_monitoring`` (v2) makes a pipeline of the SDK's own class inside itself, creates or
updates it, and starts it; ``compile_model`` (v2) puts ``compilation-`` in front of the estimator's
name (2.257.7).
"""

NAMED_IN_THE_CALL: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "compile": {"job_name": "CompilationJob"},
        "generate_deployment_recommendations": {"job_name": "AIRecommendationJob"},
        "optimize": {"job_name": "OptimizationJob", "model_name": "Model"},
        "package_for_edge": {"job_name": "EdgePackagingJob"},
        "partition": {"job_name": "Training"},
        "right_size": {"job_name": "InferenceRecommendationsJob"},
    }
)
"""Methods of models that start a job of another type, by method: arguments and what they name.

``partition`` is DJLModel's, in v2 before 2.224.2. Where such an argument is left out the SDK makes
a name up that carries no prefix, such as ``modelbuilderjob-<32 hex digits>`` (2.257.7 and 3.27.0),
and starts the job at once, in a ``PipelineSession`` too.
"""
