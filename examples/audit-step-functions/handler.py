"""The function ``sm-prefix-audit``: audits one account and region, and keeps the rows in S3."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import boto3

from sm_prefix_ext.audit import audit
from sm_prefix_ext.core.policy_file import PolicyFile

POLICY = Path(__file__).with_name("sm-prefix.toml")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Audit the account and the region of an event.

    Args:
        event: ``account``, ``region``, ``bucket`` and ``run``, as the state machine gives them.
        context: of Lambda; not used.
    """
    account, region = event["account"], event["region"]
    with tempfile.TemporaryDirectory() as folder:
        output = f"{folder}/rows.jsonl"
        rows = audit(
            policy=PolicyFile.read(str(POLICY)),
            shard=(account, region),
            assume_role=os.environ["AUDIT_ROLE"],
            since=os.environ.get("AUDIT_SINCE"),
            output=output,
        )
        count = sum(1 for _ in rows)
        key = f"audit/run={event['run']}/{account}-{region}.jsonl"
        boto3.client("s3").upload_file(output, event["bucket"], key)
    return {"account": account, "region": region, "rows": count, "not_inside": rows.not_inside}
