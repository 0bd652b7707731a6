"""A call to a method of the SDK, with arguments looked up by name."""

from __future__ import annotations

import inspect
from typing import Any


class Call:
    """A call as the user wrote it: what came by position stays there, what came by name too.

    Only a value that is put in another's place differs, and what is added comes by name. The SDK
    looks for some arguments among those that came by name alone, such as a step's code.

    Args:
        signature: of what is called.
        args: positional arguments.
        kwargs: keyword arguments.

    Raises:
        TypeError: for arguments that it doesn't take.
    """

    def __init__(
        self, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        signature.bind_partial(*args, **kwargs)
        self.args = args
        self.kwargs = dict(kwargs)
        parameters = signature.parameters.values()
        variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        by_name = [p.name for p in parameters if p.kind not in variable]
        self._named = frozenset(by_name)
        self._places = {name: place for place, name in enumerate(by_name[: len(args)])}
        self._open = any(p.kind is p.VAR_KEYWORD for p in parameters)

    @classmethod
    def of(
        cls, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Call | None:
        """The call; ``None`` for arguments that it doesn't take, which the SDK says better."""
        try:
            return cls(signature, args, kwargs)
        except TypeError:
            return None

    def names(self, name: str) -> bool:
        """Whether the call has an argument under its own name."""
        return name in self._named

    def takes(self, name: str) -> bool:
        """Whether the call has a place for an argument."""
        return name in self._named or self._open

    def get(self, name: str) -> Any:
        """An argument, ``None`` where it was left out."""
        place = self._places.get(name)
        return self.kwargs.get(name) if place is None else self.args[place]

    def put(self, name: str, value: Any) -> None:
        """Give an argument another value, where it stands or else by name."""
        place = self._places.get(name)
        if place is None:
            self.kwargs[name] = value
        else:
            self.args = (*self.args[:place], value, *self.args[place + 1 :])
