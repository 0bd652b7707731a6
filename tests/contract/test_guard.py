"""``guard`` on the clients of the SDK's sessions."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from sm_prefix_ext import PrefixPolicy, PrefixViolation, guard
from sm_prefix_ext._sdk import adapter

from .deviations import needs
from .job_classes import JobFactory, sdk


class TestGuard:
    """The guard judges requests of the SDK's own classes."""

    def test_the_guard_judges_requests_of_the_sdks_session(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """It also judges clients made before the block, and judges nothing after it."""
        sdk_class = adapter().load("Processor")

        def start() -> None:
            job = outside.make("Processor", sdk_class, base_job_name="other")
            job.run(wait=False, logs=False)

        start()
        with guard(outside.session, policy), pytest.raises(PrefixViolation, match="'other-"):
            start()
        start()
        assert 2 == len(outside.processing_jobs())

    def test_the_guard_judges_clients_of_a_local_session(
        self, mocked: Any, policy: PrefixPolicy
    ) -> None:
        """A local session sends no requests itself, but its AWS clients do."""
        local = sdk.local_session(boto3.Session("key", "secret", region_name="us-east-1"))
        with guard(local, policy), pytest.raises(PrefixViolation):
            local.boto_session.client("sagemaker").create_model(ModelName="other")

    @needs("resources")
    def test_the_guard_judges_requests_of_resources(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """v3 starts training through sagemaker-core's resources, which have their own clients."""
        sdk_class = adapter().load("ModelTrainer")
        with guard(outside.session, policy), pytest.raises(PrefixViolation, match="'other-"):
            outside.make("ModelTrainer", sdk_class, base_job_name="other").train(wait=False)
        with guard(outside.session, policy):
            outside.make("ModelTrainer", base_job_name="mine").train(wait=False)
        [row] = outside.client.list_training_jobs()["TrainingJobSummaries"]
        assert row["TrainingJobName"].startswith("team-a-mine-")
