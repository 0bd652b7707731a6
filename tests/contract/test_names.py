"""Job names composed of declared names and the policy's prefix."""

from __future__ import annotations

import pytest

from sm_prefix_ext import PrefixPolicy, PrefixViolation
from sm_prefix_ext.core.step_types import KINDS

from .deviations import needs
from .factory import Factory, codes, job_names, only_name
from .step_types import LONG, NAMED


class TestDeclaredNames:
    """Declared names."""

    def test_a_declared_name_carries_the_policys_prefix(
        self, factory: Factory, step_type: str
    ) -> None:
        """The step is two conditions deep."""
        step = factory.step(step_type, "My_Step", "x")
        policy = PrefixPolicy("ta-m", short_prefix="ta-m")
        pipeline = factory.pipeline(factory.nested(step), policy)
        assert ("ta-m-x", ()) == (only_name(pipeline.definition()), pipeline.check())

    def test_a_declared_name_without_a_policy_is_the_job_name(
        self, factory: Factory, step_type: str
    ) -> None:
        """The step is two conditions deep."""
        step = factory.step(step_type, "My_Step", "nice")
        pipeline = factory.pipeline(factory.nested(step))
        assert "nice" == only_name(pipeline.definition())

    @pytest.mark.parametrize("step_type", LONG)
    def test_a_name_that_looks_like_a_timestamp_is_kept(
        self, factory: Factory, step_type: str
    ) -> None:
        """The SDK cuts off such an end of a name."""
        name = "m-2024-01-01-10-20-30-123"
        pipeline = factory.pipeline([factory.step(step_type, "My_Step", name)])
        assert name == only_name(pipeline.definition())

    def test_a_job_name_at_the_call_replaces_the_base_name(self, factory: Factory) -> None:
        """As in the SDK, ``run(job_name=)`` replaces ``base_job_name=``."""
        step = factory.step("Processing", "Pre", "base", job_name="at-call")
        pipeline = factory.pipeline([step], "team-a")
        assert "team-a-at-call" == only_name(pipeline.definition())


class TestUndeclaredNames:
    """Jobs without a declared name."""

    @pytest.mark.parametrize("step_type", NAMED)
    def test_an_undeclared_name_with_a_policy_is_prefix_and_step_name(
        self, factory: Factory, step_type: str
    ) -> None:
        """A job with a short limit has the prefix alone."""
        step = factory.step(step_type, "My_Step")
        expected = "team-a" if KINDS[step_type].short else "team-a-My-Step"
        pipeline = factory.pipeline(factory.nested(step), "team-a")
        assert expected == only_name(pipeline.definition())

    @pytest.mark.parametrize("step_type", NAMED)
    def test_an_undeclared_name_without_a_policy_is_an_error(
        self, factory: Factory, step_type: str
    ) -> None:
        """``definition()`` raises for such a job."""
        pipeline = factory.pipeline(factory.nested(factory.step(step_type, "My_Step")))
        assert ["PFX001"] == codes(pipeline.check())
        with pytest.raises(PrefixViolation):
            pipeline.definition()


class TestUnusualSteps:
    """Function steps, steps in a loop, and unlisted steps."""

    @needs("@step")
    def test_function_steps_are_named(self, factory: Factory) -> None:
        """``job_name_prefix`` of ``@step`` is the declared name."""
        listed = [factory.sdk.function("Named", "calc").step, factory.sdk.function("Unnamed").step]
        assert {"Named": "team-a-calc", "Unnamed": "team-a-Unnamed"} == job_names(
            factory.pipeline(listed, "team-a").definition()
        )
        assert ["PFX001"] == codes(factory.pipeline(listed).check())

    @needs("ForEach")
    def test_jobs_in_a_for_each_step_are_named(self, factory: Factory) -> None:
        """The body of a ForEach step has the composed name."""
        loop = factory.sdk.for_each("Loop", ["a", "b"], [factory.step("Training", "Train", "t")])
        pipeline = factory.pipeline([loop], "team-a")
        assert {"Loop/each/Train": "team-a-t"} == job_names(pipeline.definition())

    @needs("unlisted steps")
    def test_a_step_that_only_another_step_depends_on_is_named(self, factory: Factory) -> None:
        """The SDK adds the unlisted step to the definition."""
        first = factory.step("Processing", "First", "one")
        second = factory.step("Processing", "Second", "two")
        second.add_depends_on([first])
        assert {"Second": "team-a-two", "First": "team-a-one"} == job_names(
            factory.pipeline([second], "team-a").definition()
        )
