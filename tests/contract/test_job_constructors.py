"""Names and roles in the constructors of the drop-in job classes."""

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
from .factory import POLICY_ROLE
from .job_classes import (
    CONSTRUCTIBLE,
    OUTSIDE,
    JobFactory,
    declaration,
    held_name,
    policy_prefix,
    sdk,
)

WITH_NAME_ARGUMENT = each(CONSTRUCTIBLE, {"ModelBuilder": "a name for ModelBuilder()"})


class TestDeclaredNames:
    """A name as an argument of the constructor."""

    @pytest.mark.parametrize("name", CONSTRUCTIBLE)
    def test_a_valid_name_stays_without_a_policy(self, name: str, in_pipeline: JobFactory) -> None:
        """The object's name is the declared name."""
        held = held_name(in_pipeline.make(name, **declaration(name, "x")), CATALOGUE[name])
        if name == "ModelBuilder":
            assert is_generated_model_name(held)
        else:
            assert "x" == held

    @pytest.mark.parametrize("name", OUTSIDE)
    def test_a_valid_name_outside_a_pipeline_is_composed(
        self, name: str, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The object's name has the discovered policy's prefix once."""
        row = CATALOGUE[name]
        for declared in ("x", f"{policy_prefix(row)}-x"):
            held = held_name(outside.make(name, **declaration(name, declared)), row)
            if name == "ModelBuilder":
                assert held.startswith("team-a-") and held.declared is None
            else:
                assert f"{policy_prefix(row)}-x" == held

    @pytest.mark.parametrize("name", WITH_NAME_ARGUMENT)
    def test_a_valid_name_in_a_pipeline_stays_as_declared(
        self, name: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The SDK derives S3 paths from the name, so only the definition gets the prefix."""
        held = held_name(in_pipeline.make(name, **declaration(name, "x")), CATALOGUE[name])
        assert ("x", "x") == (held, held.declared)

    @pytest.mark.parametrize("name", WITH_NAME_ARGUMENT)
    @pytest.mark.parametrize("value", ["x" * 50, "bad_name!"])
    def test_a_bad_name_fails_in_the_constructor(
        self,
        name: str,
        value: str,
        in_pipeline: JobFactory,
        outside: JobFactory,
        policy: PrefixPolicy,
    ) -> None:
        """The error states argument, value, limit, remaining characters and the policy's file."""
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
        """The service's limits apply without a policy."""
        with pytest.raises(PrefixViolation):
            in_pipeline.make(name, **declaration(name, value))

    def test_a_pipeline_variable_is_left_to_the_definition(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The constructor does not judge it, because its value is known only in a run."""
        variable = sdk.ParameterString("Name")
        assert variable is in_pipeline.make("Processor", base_job_name=variable).base_job_name


class TestUndeclaredNames:
    """A constructor without a name."""

    @pytest.mark.parametrize(
        "name", each(OUTSIDE, {"MultiDataModel": "no name for MultiDataModel()"})
    )
    def test_an_undeclared_name_outside_a_pipeline_is_the_prefix(
        self, name: str, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A model's name, which is its full name, begins with the prefix."""
        row = CATALOGUE[name]
        held = held_name(outside.make(name), row)
        if row.step_type == "Model":
            assert held.startswith("team-a-")
        else:
            assert policy_prefix(row) == held
        assert isinstance(held, ComposedName) and held.declared is None

    @pytest.mark.parametrize("name", [name for name in CONSTRUCTIBLE if name != "MultiDataModel"])
    def test_an_undeclared_name_without_a_policy_is_the_generated_name(
        self, name: str, in_pipeline: JobFactory
    ) -> None:
        """The object has the same name as an object of the SDK's class."""
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
    def test_an_omitted_role_is_the_policys(
        self, name: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A given role stays."""
        role = CATALOGUE[name].role
        required = {"name": "x"} if name == "MultiDataModel" else {}
        assert POLICY_ROLE == getattr(in_pipeline.make(name, **{role: ...}, **required), role)
        assert sdk.ROLE == getattr(in_pipeline.make(name, **required), role)

    @needs("MultiDataModel")
    def test_a_role_is_not_filled_in_if_the_model_has_one(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """``MultiDataModel`` uses the role of its model."""
        job = in_pipeline.make(
            "MultiDataModel", name="x", model=in_pipeline.model(), image_uri=..., role=None
        )
        assert ("x", False) == (job.name, hasattr(job, "role"))
