"""The contract, on the SDK that is installed."""

from .cases import *  # noqa: F403  # the whole suite is run from here
