"""``guard`` on the clients of the SDK's sessions."""

from __future__ import annotations

import pytest

from sm_prefix_ext import PrefixPolicy, PrefixViolation, guard
from sm_prefix_ext._sdk import adapter

from .deviations import needs
from .job_classes import JobFactory, sdk


class TestGuard:
    """It judges what the SDK's own classes send."""

    def test_the_guard_sees_what_the_sdks_session_sends(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """It judges the session's older clients too, and nothing after its block."""
        sdk_class = adapter().load("Processor")

        def start() -> None:
            job = outside.make("Processor", sdk_class, base_job_name="other")
            job.run(wait=False, logs=False)

        start()
        with guard(outside.session, policy), pytest.raises(PrefixViolation, match="'other-"):
            start()
        start()
        assert 2 == len(outside.processing_jobs())

    def test_the_guard_takes_a_local_session(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A local session sends nothing itself; its clients of the service are guarded."""
        local = sdk.local_session(outside.session.boto_session)
        with guard(local, policy), pytest.raises(PrefixViolation):
            local.boto_session.client("sagemaker").create_model(ModelName="other")

    @needs("resources")
    def test_the_guard_sees_what_resources_send(
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
