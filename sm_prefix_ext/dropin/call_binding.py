"""Read and set arguments of a call by name, without changing how the user passed the others."""

from __future__ import annotations

import inspect
from typing import Any


class Call:
    """A call as the user wrote it, with separate positional and keyword arguments.

    ``inspect.BoundArguments`` would make keyword arguments positional. But the SDK looks for some
    arguments, such as a step's code, among the keyword arguments only. So a replaced value stays
    positional or keyword, and a new value becomes a keyword argument.

    Args:
        signature: the signature of the function.
        args: positional arguments.
        kwargs: keyword arguments.

    Raises:
        TypeError: for arguments that the function doesn't accept.
    """

    def __init__(
        self, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        # Only to check the arguments; partial, since put() may add a missing argument.
        signature.bind_partial(*args, **kwargs)
        self.args = args
        self.kwargs = dict(kwargs)
        parameters = signature.parameters.values()
        variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        by_name = [p.name for p in parameters if p.kind not in variable]
        self._named = frozenset(by_name)
        self._positions = {name: index for index, name in enumerate(by_name[: len(args)])}
        self._takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)

    @classmethod
    def of(
        cls, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Call | None:
        """Return the call, or ``None`` for invalid arguments: the SDK's own error explains them."""
        try:
            return cls(signature, args, kwargs)
        except TypeError:
            return None

    def names(self, name: str) -> bool:
        """Test whether the function has a parameter of this name."""
        return name in self._named

    def takes(self, name: str) -> bool:
        """Test whether the function accepts an argument of this name, also in ``**kwargs``."""
        return name in self._named or self._takes_any

    def get(self, name: str) -> Any:
        """Return an argument, or ``None`` if the call omits it."""
        index = self._positions.get(name)
        return self.kwargs.get(name) if index is None else self.args[index]

    def put(self, name: str, value: Any) -> None:
        """Set an argument, in its position or else as a keyword argument."""
        index = self._positions.get(name)
        if index is None:
            self.kwargs[name] = value
        else:
            self.args = (*self.args[:index], value, *self.args[index + 1 :])
