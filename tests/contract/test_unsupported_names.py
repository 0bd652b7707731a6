"""Names of the catalogue that the installed SDK lacks."""

from __future__ import annotations

import inspect

import pytest

import sm_prefix_ext
from sm_prefix_ext import UnsupportedSdk
from sm_prefix_ext._sdk.catalogue import CATALOGUE

from ..installed import MAJOR
from .deviations import needs
from .job_classes import LATER_OR_GONE, NAMES


class TestUnsupportedNames:
    """The error names an alternative, or the release to install."""

    @pytest.mark.parametrize(
        "name", [name for name, row in CATALOGUE.items() if MAJOR not in row.modules]
    )
    def test_a_name_of_the_other_major_raises_with_an_alternative(self, name: str) -> None:
        """For example, ``Estimator`` under v3: use ``ModelTrainer``."""
        with pytest.raises(UnsupportedSdk, match=f"no {name} for a pipeline.* use "):
            getattr(sm_prefix_ext, name)
        assert name not in dir(sm_prefix_ext)

    def test_dir_lists_the_names_of_the_installed_sdk_only(self) -> None:
        """``help()`` and completion read every name that ``dir()`` lists."""
        members = dict(inspect.getmembers(sm_prefix_ext))
        assert set(NAMES) == set(CATALOGUE) & set(members)

    @pytest.mark.skipif(not LATER_OR_GONE, reason="the release has every name of its major")
    @pytest.mark.parametrize("name", LATER_OR_GONE or [""])
    def test_a_name_of_another_release_raises_with_the_release_to_install(self, name: str) -> None:
        """A removed name has a successor instead."""
        with pytest.raises(UnsupportedSdk) as raised:
            getattr(sm_prefix_ext, name)
        message, releases = str(raised.value), CATALOGUE[name].releases[MAJOR or 2]
        if name == "DJLModel":  # a class that chooses its subclass: see the next test
            assert "whose DJLModel chooses one of its subclasses; wanted a later" in message
            return
        assert f"which has no {name}; wanted sagemaker" in message
        assert f"{releases} for this name" in message
        if releases.startswith("<"):
            assert message.endswith("use DJLModel.")
        else:
            assert message.endswith(f"--upgrade 'sagemaker<{(MAJOR or 2) + 1}'")

    @needs("classes that choose a subclass")
    def test_a_class_that_chooses_its_subclass_has_no_drop_in(self) -> None:
        """It is ``DJLModel`` of the oldest releases; its subclasses have drop-ins."""
        with pytest.raises(UnsupportedSdk, match="use DeepSpeedModel or "):
            assert sm_prefix_ext.DJLModel
