"""The table of deviations and the installed SDK agree."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from .deviations import DEVIATIONS, Deviation, needs
from .factory import Factory
from .step_types import STEP_TYPES


class TestDeviations:
    """A row holds on the releases that it names, and on no other."""

    @pytest.mark.usefixtures("a_model")
    @pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda row: row.subject)
    def test_the_sdk_lacks_what_the_table_says(
        self, factory: Factory, deviation: Deviation
    ) -> None:
        """A row whose subject has come to the SDK is out of date, and fails here."""
        assert deviation.expected is not deviation.present(factory)

    def test_a_test_needs_each_row(self) -> None:
        """A row that no test needs any more goes."""
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

    def test_a_subject_without_a_row(self) -> None:
        """A mark that names no row fails while the tests are collected."""
        with pytest.raises(KeyError, match="nowhere"):
            needs("nowhere")

    def test_subjects_are_unique(self) -> None:
        """One row a subject."""
        assert [] == [
            subject
            for subject, count in Counter(row.subject for row in DEVIATIONS).items()
            if count > 1
        ]
