"""The roles that the policy gives to steps."""

from __future__ import annotations

import json

import pytest

from sm_prefix_ext import PrefixPolicy, PrefixViolation
from sm_prefix_ext.core.step_types import KINDS

from .factory import Factory, codes, job_views

ROLE = "arn:aws:iam::111122223333:role/step"
PIPELINE_ROLE = "arn:aws:iam::111122223333:role/pipeline"


class TestStepRoles:
    """``step_roles`` of a policy, by a step's name, its type or ``*``."""

    @pytest.mark.parametrize("on", [True, False])
    def test_step_roles_of_every_kind(self, factory: Factory, step_type: str, on: bool) -> None:
        """The policy's role is in every role field, with prefixing on or off."""
        policy = PrefixPolicy("ta", step_roles={step_type: ROLE})
        step = factory.step(step_type, "My_Step", "x")
        [view] = job_views(factory.pipeline(factory.nested(step), policy, on=on).definition())
        text = json.dumps(view.arguments)
        if KINDS[step_type].role_fields:
            assert ROLE in text
            assert "role/given" not in text
        else:
            assert ROLE not in text

    @pytest.mark.parametrize("step_type", ["Model", "RegisterModel"])
    def test_step_roles_by_the_name_that_the_user_gave(
        self, factory: Factory, step_type: str
    ) -> None:
        """v2 splits a model step into steps of other names; the user's name finds the role."""
        policy = PrefixPolicy("ta", step_roles={"Make": ROLE})
        step = factory.step(step_type, "Make", "x")
        [view] = job_views(factory.pipeline(factory.nested(step), policy).definition())
        assert bool(KINDS[step_type].role_fields) is (ROLE in json.dumps(view.arguments))

    def test_without_a_policys_role_the_definitions_role_stays(self, factory: Factory) -> None:
        """A step that the policy does not name keeps the user's role."""
        policy = PrefixPolicy(step_roles={"Other": ROLE})
        step = factory.step("Training", "Train", "x")
        [view] = job_views(factory.pipeline([step], policy).definition())
        assert "arn:aws:iam::111122223333:role/given" == view.arguments["RoleArn"]

    def test_a_role_for_a_step_that_is_not_there(self, factory: Factory) -> None:
        """A step name of the policy that the pipeline lacks is a warning, with the nearest name."""
        policy = PrefixPolicy("team-a", step_roles={"Make": PIPELINE_ROLE, "Makes": PIPELINE_ROLE})
        findings = factory.pipeline([factory.step("Model", "Make", "x")], policy).check()
        assert [("PFX021", "Makes")] == [(finding.code, finding.step) for finding in findings]


@pytest.mark.usefixtures("a_model")
class TestForeignRoles:
    """A pipeline can pass roles of its own account only."""

    def test_a_role_of_another_account(self, factory: Factory) -> None:
        """An execution role of another account than the steps' is an error, and nothing is sent."""
        pipeline = factory.pipeline([factory.step("Processing", "Pre", "x")], "team-a")
        with pytest.raises(PrefixViolation, match="PFX018"):
            pipeline.upsert("arn:aws:iam::444455556666:role/pipeline")
        client = factory.session.boto_session.client("sagemaker")
        assert [] == client.list_pipelines()["PipelineSummaries"]
        pipeline.upsert(PIPELINE_ROLE)
        assert PIPELINE_ROLE == pipeline.describe()["RoleArn"]

    def test_a_policys_role_of_another_account(self, factory: Factory) -> None:
        """Check, upsert and preflight all report it."""
        foreign = "arn:aws:iam::444455556666:role/theirs"
        policy = PrefixPolicy("team-a", step_roles={"B": foreign})
        listed = [factory.step("Processing", name, name.lower()) for name in "AB"]
        pipeline = factory.pipeline(listed, policy)
        assert ["PFX018"] == codes(pipeline.check())
        with pytest.raises(PrefixViolation, match="PFX018"):
            pipeline.upsert(PIPELINE_ROLE)
        answer = pipeline.preflight(role_policies=[], role_arn=PIPELINE_ROLE)
        assert [foreign] == [row.resource for row in answer if "across accounts" in row.why]
