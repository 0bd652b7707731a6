"""IAM for prefixed jobs: least-privilege policies and an offline preflight; needs no SDK."""

from __future__ import annotations

from .audit_policy import audit_policy
from .collisions import Collision, collisions
from .evaluator.evaluate import DecidingStatement, Decision, evaluate
from .foreign_roles import foreign_roles
from .policy_document import PolicyDiff, PolicyDocument
from .policy_generator import author_policy, execution_role_policy, prefix_policy
from .preflight import preflight
from .preflight_result import Preflight, PreflightRow
from .templates import cors_rules, pipeline_version_policy, scp_exception, trust_policy

__all__ = [
    "Collision",
    "DecidingStatement",
    "Decision",
    "PolicyDiff",
    "PolicyDocument",
    "Preflight",
    "PreflightRow",
    "audit_policy",
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
