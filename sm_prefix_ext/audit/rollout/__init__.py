"""Turn an audit into the steps of the switch from generated names, ``pipelines-…``, to prefixes."""

from __future__ import annotations

from .plan import Rollout, rollout
from .step import PHASES, Phase, RolloutDocument, RolloutStep

__all__ = ["PHASES", "Phase", "Rollout", "RolloutDocument", "RolloutStep", "rollout"]
