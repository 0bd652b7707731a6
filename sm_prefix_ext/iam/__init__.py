"""IAM for prefixed jobs: the least policies, and an answer before the run; needs no SDK."""

from __future__ import annotations

from .evaluation import Decision, DecidingStatement, evaluate

__all__ = ["DecidingStatement", "Decision", "evaluate"]
