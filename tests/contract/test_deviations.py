"""The table of deviations and the installed SDK agree."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from .deviations import DEVIATIONS, Deviation, needs
from .factory import Factory
from .step_types import STEP_TYPES


class TestDeviations:
    """The SDK lacks a feature exactly on the releases that its row names."""

    @pytest.mark.usefixtures("a_model")
    @pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda row: row.subject)
    def test_the_sdk_lacks_a_feature_if_the_table_says_so(
        self, factory: Factory, deviation: Deviation
    ) -> None:
        """A row fails if a release has gained, or lost, its feature."""
        assert deviation.expected is not deviation.present(factory)

    def test_each_deviation_is_needed_by_a_test(self) -> None:
        """A row that no test needs can be deleted."""
        texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py")]
        uses = Counter(
            row.subject
            for row in DEVIATIONS
            for text in texts
            if row.subject in STEP_TYPES
            or f'needs("{row.subject}")' in text
            or f': "{row.subject}"' in text
        )
        assert [] == [row.subject for row in DEVIATIONS if not uses[row.subject]]

    def test_an_unknown_subject_is_a_key_error(self) -> None:
        """A mark with such a subject fails while pytest collects the tests."""
        with pytest.raises(KeyError, match="nowhere"):
            needs("nowhere")

    def test_subjects_are_unique(self) -> None:
        """Each subject has one row."""
        assert [] == [
            subject
            for subject, count in Counter(row.subject for row in DEVIATIONS).items()
            if count > 1
        ]
