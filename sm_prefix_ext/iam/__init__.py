"""IAM for prefixed jobs: the least policies, and an answer before the run; needs no SDK."""

from __future__ import annotations

from .accounts import foreign_roles
from .around import cors_rules, pipeline_version_policy, scp_exception, trust_policy
from .documents import PolicyDiff, PolicyDocument
from .evaluation import DecidingStatement, Decision, evaluate
from .generate import author_policy, execution_role_policy, prefix_policy
from .prefixes import Collision, collisions
from .preflight import Preflight, PreflightRow, preflight

__all__ = [
    "Collision",
    "DecidingStatement",
    "Decision",
    "PolicyDiff",
    "PolicyDocument",
    "Preflight",
    "PreflightRow",
    "author_policy",
    "collisions",
    "cors_rules",
    "evaluate",
    "execution_role_policy",
    "foreign_roles",
    "pipeline_version_policy",
    "prefix_policy",
    "preflight",
    "scp_exception",
    "trust_policy",
]
