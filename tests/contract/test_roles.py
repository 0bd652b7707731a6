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
    def test_a_role_of_the_policy_is_in_every_role_field(
        self, factory: Factory, step_type: str, on: bool
    ) -> None:
        """It applies with prefixing on and off."""
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
    def test_a_role_applies_by_the_users_name_of_a_split_step(
        self, factory: Factory, step_type: str
    ) -> None:
        """v2 splits a model step into steps with other names."""
        policy = PrefixPolicy("ta", step_roles={"Make": ROLE})
        step = factory.step(step_type, "Make", "x")
        [view] = job_views(factory.pipeline(factory.nested(step), policy).definition())
        assert bool(KINDS[step_type].role_fields) is (ROLE in json.dumps(view.arguments))

    def test_a_step_that_the_policy_does_not_name_keeps_its_role(self, factory: Factory) -> None:
        """The role of the user's job object is in the definition."""
        policy = PrefixPolicy(step_roles={"Other": ROLE})
        step = factory.step("Training", "Train", "x")
        [view] = job_views(factory.pipeline([step], policy).definition())
        assert "arn:aws:iam::111122223333:role/given" == view.arguments["RoleArn"]

    def test_a_role_for_an_unknown_step_gives_a_warning(self, factory: Factory) -> None:
        """The step type is known, and another step has a similar name."""
        policy = PrefixPolicy("team-a", step_roles={"Make": PIPELINE_ROLE, "Makes": PIPELINE_ROLE})
        findings = factory.pipeline([factory.step("Model", "Make", "x")], policy).check()
        assert [("PFX021", "Makes")] == [(finding.code, finding.step) for finding in findings]


@pytest.mark.usefixtures("a_model")
class TestForeignRoles:
    """Roles of another account, which a pipeline cannot pass."""

    def test_an_execution_role_of_another_account_is_an_error(self, factory: Factory) -> None:
        """No pipeline is created."""
        pipeline = factory.pipeline([factory.step("Processing", "Pre", "x")], "team-a")
        with pytest.raises(PrefixViolation, match="PFX018"):
            pipeline.upsert("arn:aws:iam::444455556666:role/pipeline")
        client = factory.session.boto_session.client("sagemaker")
        assert [] == client.list_pipelines()["PipelineSummaries"]
        pipeline.upsert(PIPELINE_ROLE)
        assert PIPELINE_ROLE == pipeline.describe()["RoleArn"]

    def test_a_policys_role_of_another_account_is_an_error(self, factory: Factory) -> None:
        """``check()``, ``upsert()`` and ``preflight()`` all report it."""
        foreign = "arn:aws:iam::444455556666:role/foreign"
        policy = PrefixPolicy("team-a", step_roles={"B": foreign})
        listed = [factory.step("Processing", name, name.lower()) for name in "AB"]
        pipeline = factory.pipeline(listed, policy)
        assert ["PFX018"] == codes(pipeline.check())
        with pytest.raises(PrefixViolation, match="PFX018"):
            pipeline.upsert(PIPELINE_ROLE)
        answer = pipeline.preflight(role_policies=[], role_arn=PIPELINE_ROLE)
        assert [foreign] == [row.resource for row in answer if "across accounts" in row.why]
