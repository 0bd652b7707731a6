"""A pytest plugin for the mutation session: each mutant meets the same examples, and no cache.

mutmut forks one process for each mutant from a process that has run the tests already, so what
``functools.lru_cache`` remembers of the unchanged code would hide the mutant. It also records which
tests reach a function, and tests a mutant of that function with these alone.
"""

from __future__ import annotations

import sys
from typing import Any

from hypothesis import Phase, settings

settings.register_profile(
    "mutation",
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=15,
    phases=(Phase.explicit, Phase.generate),
)
# A profile that a test module registers later takes over what it doesn't set itself.
settings.load_profile("mutation")

_CACHES: list[Any] = []


def pytest_collection_finish() -> None:
    """Find every cache of the package, now that all tests are imported."""
    for name, module in list(sys.modules.items()):
        if name.startswith("sm_prefix_ext."):
            _CACHES.extend(v for v in vars(module).values() if hasattr(v, "cache_clear"))


def pytest_runtest_setup() -> None:
    """Forget what is cached, so that each test reaches every function that it depends on."""
    for cache in _CACHES:
        cache.cache_clear()
