"""Audit what runs in accounts already: which pipelines and jobs are inside which prefix.

Importing this package imports neither boto3 nor the SDK.
"""

from __future__ import annotations

from .rows import AuditRow
from .run import Audit, audit

__all__ = ["Audit", "AuditRow", "audit"]
