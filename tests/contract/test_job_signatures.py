"""A drop-in job class has the interface of the SDK's class."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
import sys
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext import PrefixPolicy, prefixed
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext._sdk.catalogue import CATALOGUE

from ..installed import MAJOR
from .factory import POLICY_ROLE
from .job_classes import (
    CLASSES,
    CONSTRUCTIBLE,
    FINE_TUNERS,
    NAMES,
    JobFactory,
    declaration,
    held_name,
    sdk,
)


class TestSubclass:
    """A drop-in is a real subclass."""

    @pytest.mark.parametrize("name", NAMES)
    def test_a_drop_in_has_the_sdks_name_documentation_and_signatures(self, name: str) -> None:
        """Every public method has the signature of the SDK's method."""
        dropin, sdk_class = getattr(sm_prefix_ext, name), adapter().load(name)
        assert inspect.signature(sdk_class) == inspect.signature(dropin)
        assert (name, "sm_prefix_ext") == (dropin.__name__, dropin.__module__)
        assert sdk_class.__doc__ == dropin.__doc__
        assert dropin is getattr(sm_prefix_ext, name)
        if not inspect.isclass(sdk_class):
            return
        assert issubclass(dropin, sdk_class)
        for attribute in dir(sdk_class):
            function = inspect.getattr_static(sdk_class, attribute)
            if not attribute.startswith("_") and inspect.isfunction(function):
                expected = inspect.signature(function)
                assert expected == inspect.signature(getattr(dropin, attribute))

    def test_a_name_and_a_role_are_read_from_positional_arguments(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The name stays, and the role given as ``None`` is the policy's."""
        cls = sm_prefix_ext.Processor
        parameters = list(inspect.signature(cls).parameters)
        values: dict[str, Any] = dict.fromkeys(parameters)
        values.update(image_uri=sdk.IMAGE, instance_count=1, instance_type="ml.m5.large")
        values.update(base_job_name="x", volume_size_in_gb=30)
        end = parameters.index("base_job_name") + 1
        job = cls(*list(values.values())[:end], sagemaker_session=in_pipeline.session)
        assert ("x", POLICY_ROLE) == (job.base_job_name, job.role)

    def test_an_unknown_argument_raises_the_sdks_error(self) -> None:
        """Type and message are the same for a drop-in and for an extended subclass."""
        sdk_class = adapter().load("Processor" if MAJOR == 2 else "ModelTrainer")
        users = type(sdk_class.__name__, (sdk_class,), {"__module__": __name__})
        dropin = getattr(sm_prefix_ext, sdk_class.__name__)
        for cls, extended in ((sdk_class, dropin), (users, prefixed(users))):
            with pytest.raises((TypeError, ValueError)) as expected:
                cls(nonsense=1)
            with pytest.raises((TypeError, ValueError)) as raised:
                extended(nonsense=1)
            assert type(expected.value) is type(raised.value)
            assert str(expected.value) == str(raised.value)

    def test_the_sdks_classes_are_not_patched(self) -> None:
        """After the drop-ins are made, constructors and module attributes are still the SDK's."""
        for name in CLASSES:
            getattr(sm_prefix_ext, name)
            sdk_class = adapter().load(name)
            assert sdk_class.__init__.__module__.startswith(("sagemaker", "pydantic", "builtins"))
            assert sdk_class is getattr(sys.modules[sdk_class.__module__], name)


class TestCopies:
    """Copies and pickles keep the declared name."""

    @pytest.mark.parametrize("name", [name for name in CONSTRUCTIBLE if name not in FINE_TUNERS])
    def test_a_copy_keeps_the_declared_name(
        self, name: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A copy also keeps the class; the copy fails only if that of the SDK's object fails."""
        dropin, declared = getattr(sm_prefix_ext, name), declaration(name, "x")
        assert dropin is pickle.loads(pickle.dumps(dropin))
        job = in_pipeline.make(name, **declared)
        try:
            copy.copy(in_pipeline.make(name, adapter().load(name), **declared))
        except TypeError as error:  # the DJL models of early v2
            with pytest.raises(TypeError, match=re.escape(str(error))):
                copy.copy(job)
            return
        twin = copy.copy(job)
        assert type(job) is type(twin)
        row = CATALOGUE[name]
        assert held_name(job, row).declared == held_name(twin, row).declared

    def test_a_pickled_job_keeps_the_declared_name(self, policy: PrefixPolicy) -> None:
        """It also keeps its class."""
        job = sm_prefix_ext.CheckJobConfig(
            role=sdk.ROLE, base_job_name="x", sagemaker_session=object
        )
        twin = pickle.loads(pickle.dumps(job))
        assert ("x", "x") == (twin.base_job_name, twin.base_job_name.declared)
        assert type(job) is type(twin)
