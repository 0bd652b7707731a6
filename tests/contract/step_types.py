"""The tested step types, and which of them the installed SDK has."""

from __future__ import annotations

from sm_prefix_ext.core.step_types import KINDS

from .deviations import lacks

STEP_TYPES = [
    "Training",
    "Processing",
    "Transform",
    "Tuning",
    "AutoML",
    "QualityCheck",
    "ClarifyCheck",
    "Model",
    "RegisterModel",
]
HERE = [step_type for step_type in STEP_TYPES if not lacks(step_type)]
# A registration without a package name goes into a group.
NAMED = [step_type for step_type in HERE if step_type != "RegisterModel"]
LONG = [step_type for step_type in HERE if not KINDS[step_type].short]
