"""How a job's name comes about, from what the user declared and the policy."""

from __future__ import annotations

import pytest

from sm_prefix_ext import PrefixPolicy, PrefixViolation
from sm_prefix_ext.core.step_types import KINDS

from .deviations import needs
from .factory import Factory, codes, job_names, only_name
from .step_types import LONG, NAMED


class TestDeclaredNames:
    """A name that the user declared."""

    def test_declared_name_carries_the_policys_prefix(
        self, factory: Factory, step_type: str
    ) -> None:
        """A declared name comes out joined to the prefix, two conditions deep."""
        step = factory.step(step_type, "My_Step", "x")
        policy = PrefixPolicy("ta-m", short_prefix="ta-m")
        pipeline = factory.pipeline(factory.nested(step), policy)
        assert ("ta-m-x", ()) == (only_name(pipeline.definition()), pipeline.check())

    def test_declared_name_stands_without_a_policy(self, factory: Factory, step_type: str) -> None:
        """Without a policy's prefix the declared name is the job name."""
        step = factory.step(step_type, "My_Step", "nice")
        pipeline = factory.pipeline(factory.nested(step))
        assert "nice" == only_name(pipeline.definition())

    @pytest.mark.parametrize("step_type", LONG)
    def test_a_name_that_looks_like_a_timestamp_is_kept(
        self, factory: Factory, step_type: str
    ) -> None:
        """The SDK cuts what looks like a timestamp off a name; a drop-in keeps it."""
        name = "m-2024-01-01-10-20-30-123"
        pipeline = factory.pipeline([factory.step(step_type, "My_Step", name)])
        assert name == only_name(pipeline.definition())

    def test_a_name_given_at_the_call_wins(self, factory: Factory) -> None:
        """``run(job_name=)`` beats ``base_job_name=``, as in the SDK."""
        step = factory.step("Processing", "Pre", "base", job_name="at-call")
        pipeline = factory.pipeline([step], "team-a")
        assert "team-a-at-call" == only_name(pipeline.definition())


class TestUndeclaredNames:
    """A job that the user did not name."""

    @pytest.mark.parametrize("step_type", NAMED)
    def test_nothing_declared_takes_prefix_and_step_name(
        self, factory: Factory, step_type: str
    ) -> None:
        """With a policy such a job is named after the prefix and the step."""
        step = factory.step(step_type, "My_Step")
        expected = "team-a" if KINDS[step_type].short else "team-a-My-Step"
        pipeline = factory.pipeline(factory.nested(step), "team-a")
        assert expected == only_name(pipeline.definition())

    @pytest.mark.parametrize("step_type", NAMED)
    def test_nothing_declared_is_a_finding_without_a_policy(
        self, factory: Factory, step_type: str
    ) -> None:
        """Without a policy ``definition()`` raises for such a job."""
        pipeline = factory.pipeline(factory.nested(factory.step(step_type, "My_Step")))
        assert ["PFX001"] == codes(pipeline.check())
        with pytest.raises(PrefixViolation):
            pipeline.definition()


class TestUnusualSteps:
    """Steps that are functions, in a loop, or not listed."""

    @needs("@step")
    def test_function_steps(self, factory: Factory) -> None:
        """``job_name_prefix`` of ``@step`` is the declared name."""
        listed = [factory.sdk.function("Named", "calc").step, factory.sdk.function("Unnamed").step]
        assert {"Named": "team-a-calc", "Unnamed": "team-a-Unnamed"} == job_names(
            factory.pipeline(listed, "team-a").definition()
        )
        assert ["PFX001"] == codes(factory.pipeline(listed).check())

    @needs("ForEach")
    def test_for_each(self, factory: Factory) -> None:
        """The jobs in the body of a ForEach step are named as others are."""
        loop = factory.sdk.for_each("Loop", ["a", "b"], [factory.step("Training", "Train", "t")])
        pipeline = factory.pipeline([loop], "team-a")
        assert {"Loop/each/Train": "team-a-t"} == job_names(pipeline.definition())

    @needs("unlisted steps")
    def test_a_step_that_is_only_depended_on_is_named(self, factory: Factory) -> None:
        """The SDK adds a step that a listed step refers to; its declared name comes with it."""
        first = factory.step("Processing", "First", "one")
        second = factory.step("Processing", "Second", "two")
        second.add_depends_on([first])
        assert {"Second": "team-a-two", "First": "team-a-one"} == job_names(
            factory.pipeline([second], "team-a").definition()
        )
