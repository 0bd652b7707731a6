"""Wall time of an audit whose answers take 20 ms each, compared with the least possible.

The least is the number of calls times the latency, divided by the workers; the target is 1.3 times
that. The answers come from this module, so that no server shares the processor.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sm_prefix_ext.audit.aws import Reader
from sm_prefix_ext.audit.judge import Judge, teams_of
from sm_prefix_ext.audit.pipelines import PipelineReader, Scope
from sm_prefix_ext.audit.rows import Unit

PIPELINES, WORKERS, LATENCY = 500, 8, 0.02
EXECUTION = "arn:aws:sagemaker:us-east-1:111122223333:pipeline/p/execution/ic9xq2n1qepa"
JOB = "arn:aws:sagemaker:us-east-1:111122223333:training-job/team-a-ic9xq2n1qepa-bAEHIt7IXm"
TRAIN = {"Name": "Train", "Type": "Training", "Arguments": {"TrainingJobName": "team-a"}}
ANSWERS: dict[str, Any] = {
    "describe_pipeline": {
        "PipelineDefinition": json.dumps({"Version": "2020-12-01", "Steps": [TRAIN]})
    },
    "list_pipeline_executions": {
        "PipelineExecutionSummaries": [{"PipelineExecutionArn": EXECUTION}]
    },
    "list_pipeline_execution_steps": {
        "PipelineExecutionSteps": [{"StepName": "Train", "Metadata": {"TrainingJob": {"Arn": JOB}}}]
    },
}


class SlowClient:
    """Answers after the latency, and counts the calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __getattr__(self, operation: str) -> Any:
        def call(**given: Any) -> Any:
            self.calls += 1
            time.sleep(LATENCY)
            if operation != "list_pipelines":
                return ANSWERS[operation]
            begin = int(given.get("NextToken", "0"))
            end = min(begin + given.get("MaxResults", 100), PIPELINES)
            summaries = [{"PipelineName": f"p-{number}"} for number in range(begin, end)]
            more = {"NextToken": str(end)} if end < PIPELINES else {}
            return {"PipelineSummaries": summaries, **more}

        return call


def test_an_audit_of_slow_answers(benchmark: Any, report: Callable[[str], None]) -> None:
    """Read 500 pipelines with an execution each; the ratio is that of the fastest round."""
    clients = []

    def read() -> None:
        clients.append(SlowClient())
        reader = PipelineReader(
            Unit("111122223333", "us-east-1"),
            Reader(clients[-1], threading.Event()),
            Judge(teams_of("team-a")),
            Scope(1, None, False),
        )
        with ThreadPoolExecutor(WORKERS) as pool:
            assert PIPELINES == sum(1 for _ in reader.pipelines(pool, WORKERS))

    benchmark.pedantic(read, rounds=3)
    calls = clients[-1].calls
    assert calls == 3 * PIPELINES + -(-PIPELINES // 100)
    if benchmark.stats is not None:
        least = calls * LATENCY / WORKERS
        ratio = benchmark.stats.stats.min / least
        report(f"An audit of {PIPELINES} pipelines: {ratio:.2f} of the least time; at most 1.3")
