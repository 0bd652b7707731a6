"""A user's own subclasses, of a drop-in class or extended by ``prefixed``."""

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
from .job_classes import POLICY_ROLE, SETTINGS, JobFactory, recipes, sdk


class TestPrefixed:
    """``prefixed`` extends a user's class."""

    def test_your_own_subclass(self, in_pipeline: JobFactory, policy: PrefixPolicy) -> None:
        """The name that the user's constructor composes is judged; its arguments are not."""

        class UsersProcessor(adapter().load("Processor")):
            def __init__(self, what: str, role: str | None = None) -> None:
                super().__init__(
                    role=role,
                    sagemaker_session=in_pipeline.session,
                    base_job_name=f"of-{what}",
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

    def test_prefixed_takes_job_classes_only(self) -> None:
        """Anything else is a ``TypeError`` that says what is wanted."""
        with pytest.raises(TypeError, match="which starts no job"):
            prefixed(dict)
        with pytest.raises(TypeError, match="wanted a class"):
            prefixed("Processor")
        assert prefixed(sm_prefix_ext.Processor) is sm_prefix_ext.Processor
        assert prefixed(adapter().load("Processor")) is sm_prefix_ext.Processor

    def test_a_class_is_made_once_for_all_threads(self) -> None:
        """Threads that extend a class at the same time get the same class."""
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

    def test_your_own_subclass_hands_on_what_it_is_given(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A role left out is filled in where the SDK's class takes it."""

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

    def test_a_role_that_your_own_subclass_asks_for(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A required role of the user's constructor is filled in."""
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

    def test_a_role_that_your_own_subclass_has_by_default(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The default of the user's constructor stays."""

        class UsersProcessor(adapter().load("Processor")):
            def __init__(self, role: str = sdk.ROLE, **more: Any) -> None:
                super().__init__(role=role, **more)

        job = prefixed(UsersProcessor)(sagemaker_session=in_pipeline.session, **SETTINGS)
        assert sdk.ROLE == job.role


def nothing(self: Any) -> None:
    """Stand in for an abstract method."""


def concrete(base: Any) -> Any:
    """A subclass of an abstract base, as a user writes it for a framework of their own."""
    methods = ("train", "create_model", "training_image_uri", "hyperparameters")
    return type("Users", (base,), {"__module__": __name__, **dict.fromkeys(methods, nothing)})


ABSTRACT = {2: ("EstimatorBase", "Framework"), 3: ("BaseTrainer",)}[MAJOR or 2]


class TestBases:
    """Subclasses of what is not a plain class."""

    @pytest.mark.parametrize(
        "cls",
        [concrete(adapter().load(name)) for name in ABSTRACT],
        ids=lambda cls: cls.__base__.__name__,
    )
    def test_your_own_subclass_of_an_abstract_base(
        self, cls: Any, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A framework of the user's own makes jobs too."""
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
    def test_a_subclass_with_fields_of_its_own(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A subclass with one more field judges names, derived from the drop-in or extended."""
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
    def test_what_pydantic_validates_is_judged(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """``model_validate`` is a constructor too."""
        given = in_pipeline.arguments("ModelTrainer")
        job = sm_prefix_ext.ModelTrainer.model_validate({**given, "base_job_name": "x"})
        assert ("x", "x") == (job.base_job_name, job.base_job_name.declared)
        with pytest.raises(ValueError, match=r"ModelTrainer\(base_job_name=\) got 'bad_name!'"):
            sm_prefix_ext.ModelTrainer.model_validate({**given, "base_job_name": "bad_name!"})

    @needs("pydantic classes")
    def test_unknown_fields_are_forbidden_as_before(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """pydantic's ``extra="forbid"`` holds, with the same message."""
        messages = []
        for cls in (adapter().load("ModelTrainer"), sm_prefix_ext.ModelTrainer):
            with pytest.raises(ValueError, match="extra_forbidden") as raised:
                cls(**in_pipeline.arguments("ModelTrainer"), nonsense=1)
            messages.append(str(raised.value))
        assert messages[0] == messages[1]

    @needs("dataclasses")
    @pytest.mark.filterwarnings("ignore:The 'dependencies' parameter is deprecated")
    def test_a_dataclass_of_your_own(self, in_pipeline: JobFactory, policy: PrefixPolicy) -> None:
        """A dataclass writes a constructor of its own, which ``prefixed`` extends."""
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
    """Make an object of the extended class anew."""
    return prefixed(Rebuilt)(role, name)


class TestCopies:
    """Copies and pickles of a user's objects."""

    @pytest.mark.parametrize("cls", [prefixed(Plain), Decorated])
    def test_your_own_subclass_is_pickled(self, cls: Any, policy: PrefixPolicy) -> None:
        """The module's name may hold the user's class or the extended one."""
        job = cls(role=sdk.ROLE, base_job_name="x", sagemaker_session=object)
        for twin in (pickle.loads(pickle.dumps(job)), copy.deepcopy(job)):
            assert (cls, "x") == (type(twin), twin.base_job_name)
            assert "x" == twin.base_job_name.declared

    def test_a_class_that_says_how_it_is_copied(self, policy: PrefixPolicy) -> None:
        """A user's ``__reduce__`` is used."""
        twin = copy.copy(prefixed(Rebuilt)(sdk.ROLE, "x"))
        assert ((sdk.ROLE, "x"), "x") == (twin.given, twin.base_job_name.declared)

    def test_a_class_of_a_module_that_cannot_be_imported(self, policy: PrefixPolicy) -> None:
        """Its objects can be copied all the same."""
        cls = prefixed(
            type("Users", (adapter().load("CheckJobConfig"),), {"__module__": "not_there"})
        )
        twin = copy.copy(cls(sdk.ROLE, base_job_name="x", sagemaker_session=object))
        assert "x" == twin.base_job_name.declared


class TestMethods:
    """A user's own methods."""

    def test_what_your_own_method_makes_is_yours(
        self, in_pipeline: JobFactory, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """An object that a user's method makes is judged; only the SDK's own are left alone."""

        class UsersProcessor(adapter().load("Processor")):
            def run(self) -> Any:
                return outside.make("Processor", base_job_name="inner").base_job_name

        assert "team-a-inner" == in_pipeline.make("Processor", prefixed(UsersProcessor)).run()
