"""Policies and the preflight for pipelines of the installed SDK."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import pytest

from sm_prefix_ext import PrefixPolicy, PrefixViolation, iam
from sm_prefix_ext.core.step_types import JOB_KINDS
from sm_prefix_ext.embedded import EmbeddedAWS
from sm_prefix_ext.iam.required_permissions import of_execution_role

from .deviations import needs
from .factory import Factory, codes, step_statuses

EXECUTION = "arn:aws:iam::111122223333:role/execution"


def create_action(pipeline: Any) -> str:
    """The IAM action that creates the pipeline's jobs."""
    [step_type] = {job.step_type for job in pipeline.plan()}
    return next(kind.actions[0] for kind in JOB_KINDS if kind.step_type == step_type)


@pytest.fixture
def processing(factory: Factory) -> Any:
    """A pipeline with a processing step."""
    return factory.pipeline([factory.step("Processing", "Pre", "nice")], "team-a")


class TestPolicies:
    """The preflight of generated policies."""

    def test_the_generated_policy_allows_each_step_type(
        self, factory: Factory, step_type: str
    ) -> None:
        """The policy allows every request; without it every request is denied."""
        pipeline = factory.pipeline([factory.step(step_type, "Step", "nice")], "team-a")
        policy = iam.execution_role_policy(pipeline.plan(role_arn=EXECUTION))
        answer = pipeline.preflight(role_policies=[policy], role_arn=EXECUTION)
        assert answer.ok
        assert () == answer.warnings
        assert f"sagemaker:{create_action(pipeline)}" in {row.action for row in answer}
        refused = pipeline.preflight(role_policies=[], role_arn=EXECUTION)
        assert {"implicitDeny"} == {row.verdict for row in refused}

    def test_the_policy_allows_recording_an_experiment(self, processing: Any) -> None:
        """By default the jobs are recorded in an experiment with the pipeline's name."""
        required = {(row.action, row.resource) for row in of_execution_role(processing.plan())}
        arn = f"arn:aws:sagemaker:us-east-1:111122223333:experiment/{processing.name}"
        assert ("sagemaker:CreateExperiment", arn) in required

    def test_the_authors_policy_allows_the_pipeline_and_its_uploads(self, processing: Any) -> None:
        """It allows them for the pipeline's name and bucket only."""
        author = iam.author_policy(processing.plan(role_arn=EXECUTION))
        given = {"role_policies": [], "author_policies": [author], "role_arn": EXECUTION}
        rows = [row for row in processing.preflight(**given) if row.principal == "author"]
        assert {"allowed"} == {row.verdict for row in rows}
        assert any(row.resource.endswith(f"pipeline/{processing.name}") for row in rows)
        elsewhere = processing.preflight(**given, bucket="mine")
        assert ["arn:aws:s3:::mine/*"] == [
            row.resource for row in elsewhere.refused if row.action == "s3:PutObject"
        ]


class TestPipelineNames:
    """Pipeline names in policies and findings."""

    def test_a_pipeline_without_a_name_can_be_planned(self, processing: Any) -> None:
        """A note in the author's policy says that the name is unknown."""
        processing.name = ""
        plan = processing.plan(role_arn=EXECUTION)
        assert ["team-a-nice-*"] == [job.name_pattern for job in plan]
        assert plan.pipeline_name is None
        assert any("name isn't known" in note for note in iam.author_policy(plan).notes)

    @pytest.mark.parametrize("name", ["My Pipeline", "abalone.v2", "a_b", "x" * 257])
    def test_a_pipeline_name_that_the_service_refuses_is_an_error(
        self, factory: Factory, name: str
    ) -> None:
        """``definition()`` raises, with and without a prefix."""
        for policy in ("team-a", None):
            pipeline = factory.pipeline([factory.step("Processing", "Pre", "nice")], policy)
            pipeline.name = name
            assert ["PFX020"] == codes(pipeline.check())
            with pytest.raises(PrefixViolation, match="which the service refuses"):
                pipeline.definition()


class TestPreflight:
    """Policies and definition of a preflight."""

    def test_a_preflight_of_a_pipeline_with_an_error_raises(self, factory: Factory) -> None:
        """The error has the findings of the pipeline."""
        pipeline = factory.pipeline([factory.step("Processing", "Pre", "a/b")], "team-a")
        with pytest.raises(PrefixViolation) as raised:
            pipeline.preflight(role_policies=[])
        assert ["PFX003"] == codes(raised.value.findings)

    @pytest.mark.parametrize("given", [{}, {"live": True, "role_policies": []}])
    def test_policies_from_no_source_or_from_two_are_an_error(
        self, factory: Factory, given: dict[str, Any]
    ) -> None:
        """Either the caller gives policies or ``live=True`` reads them from IAM."""
        pipeline = factory.pipeline([factory.sdk.fail("Stop")], "team-a")
        with pytest.raises(ValueError, match=r"role_policies= and boundary=, or .* live=True"):
            pipeline.preflight(**given)

    def test_live_reads_the_policies_of_the_pipelines_role(self, sdk: ModuleType) -> None:
        """The preflight changes with the policies that the role has in IAM."""
        with EmbeddedAWS() as aws:
            embedded = Factory(sdk, sdk.session(aws.boto_session))
            aws.create_bucket("bucket")
            role = aws.create_role("execution", [])
            policy = PrefixPolicy("team-a", step_roles={"*": role})  # a role of this account
            pipeline = embedded.pipeline([embedded.step("Processing", "Pre", "nice")], policy)
            pipeline.upsert(role)
            assert not pipeline.preflight(live=True).ok
            least = iam.execution_role_policy(pipeline.plan(role_arn=role))
            aws.client("iam").put_role_policy(
                RoleName="execution", PolicyName="least", PolicyDocument=least.to_json()
            )
            answer = pipeline.preflight(live=True)
            assert answer.ok
            assert "least" == answer[0].statements[0].policy
            assert {"Pre": "Succeeded"} == step_statuses(pipeline.start())

    @needs("role check")
    def test_the_role_check_of_v3_refuses_a_role_without_permissions(
        self, sdk: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The embedded AWS answers the simulation requests of the SDK's check."""
        monkeypatch.delenv("SAGEMAKER_VALIDATE_ROLE", raising=False)
        resolver = importlib.import_module("sagemaker.core.helper.iam_role_resolver")
        with EmbeddedAWS() as aws:
            session = sdk.session(aws.boto_session)
            able, unable = aws.create_role("able"), aws.create_role("unable", [])
            check = {"role_type": "training", "sagemaker_session": session}
            assert able == resolver.resolve_and_validate_role(able, **check)
            with pytest.raises(Exception, match="Missing permissions"):
                resolver.resolve_and_validate_role(unable, **check)
