"""What the constructors of the drop-in job classes do with names and roles."""

from __future__ import annotations

import pytest

from sm_prefix_ext import PrefixPolicy, PrefixViolation
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext._sdk.catalogue import CATALOGUE
from sm_prefix_ext.core.definition import is_generated_model_name
from sm_prefix_ext.core.job_names import ComposedName
from sm_prefix_ext.core.paths import from_here
from sm_prefix_ext.core.step_types import KINDS

from .deviations import each, needs
from .job_classes import (
    CONSTRUCTIBLE,
    OUTSIDE,
    POLICY_ROLE,
    JobFactory,
    declaration,
    held_name,
    policy_prefix,
    sdk,
)

TAKING_A_NAME = each(CONSTRUCTIBLE, {"ModelBuilder": "a name for ModelBuilder()"})


class TestDeclaredNames:
    """A name that the constructor takes."""

    @pytest.mark.parametrize("name", CONSTRUCTIBLE)
    def test_a_good_name_stands_without_a_policy(self, name: str, in_pipeline: JobFactory) -> None:
        """Without a policy a declared name stands as it is."""
        held = held_name(in_pipeline.make(name, **declaration(name, "x")), CATALOGUE[name])
        if name == "ModelBuilder":
            assert is_generated_model_name(held)
        else:
            assert "x" == held

    @pytest.mark.parametrize("name", OUTSIDE)
    def test_a_good_name_is_composed(
        self, name: str, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """With a discovered policy a job outside a pipeline has the composed name, once."""
        row = CATALOGUE[name]
        for declared in ("x", f"{policy_prefix(row)}-x"):
            held = held_name(outside.make(name, **declaration(name, declared)), row)
            if name == "ModelBuilder":
                assert held.startswith("team-a-") and held.declared is None
            else:
                assert f"{policy_prefix(row)}-x" == held

    @pytest.mark.parametrize("name", TAKING_A_NAME)
    def test_a_good_name_stays_in_a_pipeline(
        self, name: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The SDK derives S3 paths from the name, so only the definition gets the prefix."""
        held = held_name(in_pipeline.make(name, **declaration(name, "x")), CATALOGUE[name])
        assert ("x", "x") == (held, held.declared)

    @pytest.mark.parametrize("name", TAKING_A_NAME)
    @pytest.mark.parametrize("value", ["x" * 50, "bad_name!"])
    def test_a_bad_name_fails_in_its_cell(
        self,
        name: str,
        value: str,
        in_pipeline: JobFactory,
        outside: JobFactory,
        policy: PrefixPolicy,
    ) -> None:
        """The error states the argument, its value, the limit, the room and the policy's file."""
        row = CATALOGUE[name]
        kind, prefix = KINDS[row.step_type], policy_prefix(row)
        if kind.short and value.startswith("xx"):
            assert "ta" == held_name(outside.make(name, **declaration(name, value)), row)
            return
        with pytest.raises(PrefixViolation) as raised:
            in_pipeline.make(name, **declaration(name, value))
        [finding] = raised.value.findings
        assert f"{name}({row.argument}=) got {value!r}" in finding.message
        assert f"'{prefix}' is required by {from_here(str(policy.source))}" in finding.fix
        assert f"{kind.prefix_limit - len(prefix) - 1} characters" in finding.fix
        if value.startswith("x"):
            assert "PFX002" == finding.code
            assert f"takes {kind.prefix_limit} " in finding.message
        else:
            assert "PFX003" == finding.code

    @pytest.mark.parametrize("name", [name for name in CONSTRUCTIBLE if name != "ModelBuilder"])
    @pytest.mark.parametrize("value", ["x" * 50, "bad_name!", "pipelines-x"])
    def test_a_bad_name_fails_without_a_policy(
        self, name: str, value: str, in_pipeline: JobFactory
    ) -> None:
        """The limits are the service's and need no policy."""
        with pytest.raises(PrefixViolation):
            in_pipeline.make(name, **declaration(name, value))

    def test_a_pipeline_variable_is_left_to_the_definition(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """Its value is known in a run only, so the constructor does not judge it."""
        variable = sdk.ParameterString("Name")
        assert variable is in_pipeline.make("Processor", base_job_name=variable).base_job_name


class TestUndeclaredNames:
    """A constructor without a name."""

    @pytest.mark.parametrize(
        "name", each(OUTSIDE, {"MultiDataModel": "no name for MultiDataModel()"})
    )
    def test_no_name_takes_the_prefix(
        self, name: str, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """Outside a pipeline such a job carries the prefix too."""
        row = CATALOGUE[name]
        held = held_name(outside.make(name), row)
        if row.step_type == "Model":  # a model's name is its whole name
            assert held.startswith("team-a-")
        else:
            assert policy_prefix(row) == held
        assert isinstance(held, ComposedName) and held.declared is None

    @pytest.mark.parametrize("name", [name for name in CONSTRUCTIBLE if name != "MultiDataModel"])
    def test_no_name_and_no_policy_is_the_sdks_affair(
        self, name: str, in_pipeline: JobFactory
    ) -> None:
        """Without a policy the object has the name that the SDK generates."""
        row = CATALOGUE[name]
        expected = held_name(in_pipeline.make(name, adapter().load(name)), row)
        held = held_name(in_pipeline.make(name), row)
        if name == "ModelBuilder":
            assert is_generated_model_name(held)
        elif name == "NotebookJobStep":  # it appends the time to its file's name
            assert held.startswith("note-ipynb-2")
        else:
            assert expected == held


class TestRoles:
    """The role that the policy gives to a class's step type."""

    @pytest.mark.parametrize("name", [name for name in CONSTRUCTIBLE if CATALOGUE[name].role])
    def test_a_role_left_out_is_the_policys(
        self, name: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A given role stays; a role that was left out is the policy's."""
        role = CATALOGUE[name].role
        required = {"name": "x"} if name == "MultiDataModel" else {}
        assert POLICY_ROLE == getattr(in_pipeline.make(name, **{role: ...}, **required), role)
        assert sdk.ROLE == getattr(in_pipeline.make(name, **required), role)

    @needs("MultiDataModel")
    def test_a_role_is_not_filled_in_beside_a_model(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """``MultiDataModel`` takes its model's."""
        job = in_pipeline.make(
            "MultiDataModel", name="x", model=in_pipeline.model(), image_uri=..., role=None
        )
        assert ("x", False) == (job.name, hasattr(job, "role"))
