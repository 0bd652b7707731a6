"""What this package raises, under its public path."""

from .core.errors import InvalidPrefix as InvalidPrefix
from .core.errors import PolicyFileError as PolicyFileError
from .core.errors import PrefixError as PrefixError
from .core.errors import PrefixViolation as PrefixViolation
from .core.errors import PrefixWarning as PrefixWarning
from .core.errors import UnsupportedSdk as UnsupportedSdk
