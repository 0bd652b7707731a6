"""Measure whole processes by their processor time, in turns, so that other load changes little."""

from __future__ import annotations

import resource
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Cost(NamedTuple):
    """The processor time of a command, user and system, in milliseconds.

    Args:
        minimum: of all runs.
        median: of all runs.
    """

    minimum: float
    median: float

    def __str__(self) -> str:
        return f"{self.minimum:,.1f} ms (median {self.median:,.1f} ms)"

    def each(self, files: int) -> Cost:
        """The time for each of several files."""
        return Cost(self.minimum / files, self.median / files)

    def beside(self, other: Cost) -> str:
        """How much of another command's time it takes."""
        minima, medians = other.minimum / self.minimum, other.median / self.median
        return f"1/{minima:.0f} by the minima, 1/{medians:.0f} by the medians"


def costs(
    commands: Mapping[str, Sequence[str]], runs: int, environment: Mapping[str, str] | None = None
) -> dict[str, Cost]:
    """Run each command several times, by turns, after one run that isn't counted.

    Args:
        commands: command lines by name; each must succeed.
        runs: how often each runs.
        environment: the environment variables; by default those of this process.
    """
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            before = _of_children()
            subprocess.run(command, env=environment, check=True, capture_output=True)
            if run:
                taken[name].append(1000 * (_of_children() - before))
    return {name: Cost(min(times), statistics.median(times)) for name, times in taken.items()}


def _of_children() -> float:
    """The processor time of all processes that this one started and that ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
