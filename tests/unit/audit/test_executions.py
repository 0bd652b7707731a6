"""Which executions of a pipeline an audit reads, and which still run an old definition."""

from __future__ import annotations

import threading
from datetime import datetime, timezone
from typing import Any

import pytest

from sm_prefix_ext.audit.aws import Reader
from sm_prefix_ext.audit.executions import Executions, Scope

CHANGED = "2026-06-10T00:00:00.000Z"


class Client:
    """Lists five executions in pages of two, from the 14th of June back; counts the calls."""

    def __init__(self, **statuses: str) -> None:
        self.statuses = {f"_{14 - number}": "Succeeded" for number in range(5)} | statuses
        self.calls = 0

    def list_pipeline_executions(self, **given: Any) -> Any:
        self.calls += 1
        first = int(given.get("NextToken", "0"))
        page = list(self.statuses.items())[first : first + 2]
        more = {"NextToken": str(first + 2)} if first + 2 < len(self.statuses) else {}
        return {
            "PipelineExecutionSummaries": [
                {
                    "PipelineExecutionArn": day,
                    "StartTime": datetime(2026, 6, int(day[1:]), tzinfo=timezone.utc),
                    "PipelineExecutionStatus": status,
                }
                for day, status in page
            ],
            **more,
        }


def executions(client: Client, most: int | None, since: datetime | None = None) -> Executions:
    """The executions in a scope."""
    scope = Scope(most, since, jobs=False)
    return Executions(Reader(client, threading.Event()), scope, "p", CHANGED)


@pytest.mark.parametrize(
    ("most", "since", "expected", "calls"),
    [
        (1, None, ["_14"], 1),
        (2, None, ["_14", "_13"], 1),
        (3, None, ["_14", "_13", "_12"], 2),
        (None, None, ["_14", "_13", "_12", "_11", "_10"], 3),
        (None, 13, ["_14", "_13"], 2),
        (None, 14, ["_14"], 1),
        (1, 10, ["_14"], 1),
        (0, None, [], 0),
    ],
)
def test_the_scope(most: int | None, since: int | None, expected: list[str], calls: int) -> None:
    """No page is read that has none of it."""
    client = Client()
    start = None if since is None else datetime(2026, 6, since, tzinfo=timezone.utc)
    assert expected == list(executions(client, most, start))
    assert calls == client.calls


@pytest.mark.parametrize(
    ("statuses", "most", "expected"),
    [
        ({}, 1, 0),
        ({}, 0, None),
        ({"_14": "Executing", "_10": "Executing"}, None, 0),
        ({"_9": "Executing", "_8": "Executing", "_7": "Stopped"}, None, 2),
        ({"_14": "Succeeded", "_9": "Executing"}, 1, 0),
    ],
)
def test_old_executions(statuses: Any, most: int | None, expected: int | None) -> None:
    """They run, and started before the last change; pages that were not read do not count."""
    found = executions(Client(**statuses), most)
    list(found)
    assert expected == found.old
