"""A user's own subclasses, derived from a drop-in class or extended by ``prefixed``."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext import PrefixPolicy, PrefixViolation, prefixed
from sm_prefix_ext._sdk import adapter

from ..installed import MAJOR
from .deviations import needs
from .factory import POLICY_ROLE
from .job_classes import SETTINGS, JobFactory, recipes, sdk


class TestPrefixed:
    """``prefixed`` extends a user's class."""

    def test_the_name_that_a_users_constructor_composes_is_judged(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The arguments of the user's constructor are not judged."""

        class UsersProcessor(adapter().load("Processor")):
            def __init__(self, subject: str, role: str | None = None) -> None:
                super().__init__(
                    role=role,
                    sagemaker_session=in_pipeline.session,
                    base_job_name=f"of-{subject}",
                    **SETTINGS,
                )

        extended = prefixed(UsersProcessor)
        assert issubclass(extended, UsersProcessor)
        assert extended is prefixed(UsersProcessor) and extended is prefixed(extended)
        assert inspect.signature(UsersProcessor) == inspect.signature(extended)
        job = extended("me")
        assert ("of-me", POLICY_ROLE) == (job.base_job_name, job.role)
        assert "team-a-of-me" == in_pipeline.job_name("Processor", job)
        with pytest.raises(PrefixViolation, match=r"UsersProcessor\(base_job_name=\) got 'of-x_y'"):
            extended("x_y")

    def test_prefixed_refuses_anything_but_a_job_class(self) -> None:
        """Drop-in classes and the SDK's classes give the drop-in class."""
        with pytest.raises(TypeError, match="which starts no job"):
            prefixed(dict)
        with pytest.raises(TypeError, match="wanted a class"):
            prefixed("Processor")
        assert prefixed(sm_prefix_ext.Processor) is sm_prefix_ext.Processor
        assert prefixed(adapter().load("Processor")) is sm_prefix_ext.Processor

    def test_threads_get_the_same_extended_class(self) -> None:
        """They extend the class at the same time."""
        users = type("Users", (adapter().load("Processor"),), {"__module__": __name__})
        ready, interval = threading.Barrier(8), sys.getswitchinterval()

        def extend(_: int) -> Any:
            ready.wait()
            return prefixed(users)

        sys.setswitchinterval(1e-6)
        try:
            with ThreadPoolExecutor(8) as pool:
                assert 1 == len(set(pool.map(extend, range(8))))
        finally:
            sys.setswitchinterval(interval)


class TestRoles:
    """The policy's role in a user's subclass."""

    def test_a_role_that_a_users_subclass_passes_on_is_filled_in(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The subclass has no parameter for the role, but the SDK's class has."""

        class OfSdk(adapter().load("Processor")):
            def __init__(self, *args: Any, team: str = "t", **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)

        class OfDropIn(sm_prefix_ext.Processor):
            def __init__(self, *args: Any, team: str = "t", **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)

        session = in_pipeline.session
        for cls in (prefixed(OfSdk), OfDropIn):
            job = cls(base_job_name="x", sagemaker_session=session, team="u", **SETTINGS)
            assert ("x", POLICY_ROLE) == (job.base_job_name, job.role)

    def test_a_required_role_of_a_users_subclass_is_filled_in(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The user's constructor has a parameter for the role, without a default."""
        sdk_class = adapter().load("Processor")

        class UsersProcessor(sdk_class):
            def __init__(self, role: str) -> None:
                sdk_class.__init__(
                    self,
                    role=role,
                    base_job_name="x",
                    sagemaker_session=in_pipeline.session,
                    **SETTINGS,
                )

        job = prefixed(UsersProcessor)()
        assert (POLICY_ROLE, "x") == (job.role, job.base_job_name)

    def test_a_default_role_of_a_users_subclass_stays(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The policy's role does not replace it."""

        class UsersProcessor(adapter().load("Processor")):
            def __init__(self, role: str = sdk.ROLE, **more: Any) -> None:
                super().__init__(role=role, **more)

        job = prefixed(UsersProcessor)(sagemaker_session=in_pipeline.session, **SETTINGS)
        assert sdk.ROLE == job.role


def nothing(self: Any) -> None:
    """Stand in for an abstract method."""


def concrete(base: Any) -> Any:
    """A subclass of an abstract base, as users write for their own framework."""
    methods = ("train", "create_model", "training_image_uri", "hyperparameters")
    return type("Users", (base,), {"__module__": __name__, **dict.fromkeys(methods, nothing)})


ABSTRACT = {2: ("EstimatorBase", "Framework"), 3: ("BaseTrainer",)}[MAJOR or 2]


class TestBases:
    """Subclasses of abstract classes, pydantic classes and dataclasses."""

    @pytest.mark.parametrize(
        "cls",
        [concrete(adapter().load(name)) for name in ABSTRACT],
        ids=lambda cls: cls.__base__.__name__,
    )
    def test_a_subclass_of_an_abstract_base_can_be_extended(
        self, cls: Any, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The extended class judges names and fills in the role."""
        extended = prefixed(cls)
        assert issubclass(extended, cls)
        assert inspect.signature(cls) == inspect.signature(extended)
        given: dict[str, Any] = {"sagemaker_session": in_pipeline.session}
        if MAJOR == 2:
            given.update(instance_count=1, instance_type="ml.m5.large")
            if cls.__base__ is adapter().load("Framework"):
                given["entry_point"] = str(recipes.CODE)
        job = extended(base_job_name="x", **given)
        assert ("x", POLICY_ROLE) == (job.base_job_name, job.role)
        with pytest.raises(PrefixViolation, match=r"Users\(base_job_name=\) got 'x_y'"):
            extended(base_job_name="x_y", **given)

    @needs("pydantic classes")
    def test_a_pydantic_subclass_with_another_field_judges_names(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The subclass is derived from the drop-in, or extended."""
        body = {"__module__": __name__, "__annotations__": {"my": int}, "my": 3}
        given = in_pipeline.arguments("ModelTrainer")
        derived = type("Users", (sm_prefix_ext.ModelTrainer,), dict(body))
        extended = prefixed(type("Users", (adapter().load("ModelTrainer"),), dict(body)))
        for cls in (derived, extended):
            job = cls(base_job_name="x", my=4, **given)
            assert ("x", "x") == (job.base_job_name, job.base_job_name.declared)
            assert (POLICY_ROLE, 4) == (job.role, job.my)
            with pytest.raises(PrefixViolation, match=r"Users\(base_job_name=\) got 'bad_name!'"):
                cls(base_job_name="bad_name!", my=4, **given)

    @needs("pydantic classes")
    def test_model_validate_judges_names(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """It makes an object, as the constructor does."""
        given = in_pipeline.arguments("ModelTrainer")
        job = sm_prefix_ext.ModelTrainer.model_validate({**given, "base_job_name": "x"})
        assert ("x", "x") == (job.base_job_name, job.base_job_name.declared)
        with pytest.raises(ValueError, match=r"ModelTrainer\(base_job_name=\) got 'bad_name!'"):
            sm_prefix_ext.ModelTrainer.model_validate({**given, "base_job_name": "bad_name!"})

    @needs("pydantic classes")
    def test_an_unknown_pydantic_field_raises_the_sdks_error(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The error of ``extra="forbid"`` has the same message."""
        messages = []
        for cls in (adapter().load("ModelTrainer"), sm_prefix_ext.ModelTrainer):
            with pytest.raises(ValueError, match="extra_forbidden") as raised:
                cls(**in_pipeline.arguments("ModelTrainer"), nonsense=1)
            messages.append(str(raised.value))
        assert messages[0] == messages[1]

    @needs("dataclasses")
    @pytest.mark.filterwarnings("ignore:The 'dependencies' parameter is deprecated")
    def test_a_users_dataclass_can_be_extended(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """``prefixed`` extends the constructor that ``dataclass`` generates."""
        for base in (sm_prefix_ext.ModelBuilder, adapter().load("ModelBuilder")):
            users = dataclasses.dataclass(type("Users", (base,), {"__module__": __name__}))
            cls = prefixed(users)
            assert cls is prefixed(cls)
            job = cls(**in_pipeline.arguments("ModelBuilder"))
            assert POLICY_ROLE == job.role_arn
            assert job.model_name.declared is None


class Plain(adapter().load("CheckJobConfig")):
    """A user's class that can be imported."""


@prefixed
class Decorated(adapter().load("CheckJobConfig")):
    """The same, decorated."""


class Rebuilt(adapter().load("CheckJobConfig")):
    """A user's class with a ``__reduce__`` of its own."""

    def __init__(self, role: str, name: str) -> None:
        super().__init__(role=role, base_job_name=name, sagemaker_session=object)
        self.given = (role, name)

    def __reduce__(self) -> Any:
        return rebuild, self.given


def rebuild(role: str, name: str) -> Any:
    """Make an object of the extended class from its arguments."""
    return prefixed(Rebuilt)(role, name)


class TestCopies:
    """Copies and pickles of a user's objects."""

    @pytest.mark.parametrize("cls", [prefixed(Plain), Decorated])
    def test_an_object_of_an_extended_class_can_be_pickled(
        self, cls: Any, policy: PrefixPolicy
    ) -> None:
        """The name in the module refers to the user's class, or to the extended class."""
        job = cls(role=sdk.ROLE, base_job_name="x", sagemaker_session=object)
        for twin in (pickle.loads(pickle.dumps(job)), copy.deepcopy(job)):
            assert (cls, "x") == (type(twin), twin.base_job_name)
            assert "x" == twin.base_job_name.declared

    def test_a_users_reduce_method_is_used(self, policy: PrefixPolicy) -> None:
        """A copy gets the arguments that the method returns."""
        twin = copy.copy(prefixed(Rebuilt)(sdk.ROLE, "x"))
        assert ((sdk.ROLE, "x"), "x") == (twin.given, twin.base_job_name.declared)

    def test_an_object_of_a_module_that_cannot_be_imported_can_be_copied(
        self, policy: PrefixPolicy
    ) -> None:
        """The class's ``__module__`` does not exist."""
        cls = prefixed(
            type("Users", (adapter().load("CheckJobConfig"),), {"__module__": "not_there"})
        )
        twin = copy.copy(cls(sdk.ROLE, base_job_name="x", sagemaker_session=object))
        assert "x" == twin.base_job_name.declared


class TestMethods:
    """A user's own methods."""

    def test_a_job_that_a_users_method_makes_carries_the_prefix(
        self, in_pipeline: JobFactory, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """Only objects that the SDK's own methods make keep their names."""

        class UsersProcessor(adapter().load("Processor")):
            def run(self) -> Any:
                return outside.make("Processor", base_job_name="inner").base_job_name

        assert "team-a-inner" == in_pipeline.make("Processor", prefixed(UsersProcessor)).run()
