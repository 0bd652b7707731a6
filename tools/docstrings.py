"""Turn the package's docstrings into what mkdocstrings reads, for the page about the API.

The docstrings have "Example:" and the roles of Sphinx; Griffe knows "Examples:" and Markdown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from griffe import Extension, Object
else:
    try:
        from griffe import Extension
    except ModuleNotFoundError:  # the tests of the function need no Griffe
        Extension = object

_EXAMPLE = re.compile(r"^(\s*)Example:$", flags=re.MULTILINE)
_ROLE = re.compile(r":\w+:`~?[.]?(?:[\w.]+[.])?(\w+)`")


def as_markdown(docstring: str) -> str:
    """Rewrite the title of examples, and the roles.

    Args:
        docstring: as it is in the code.
    """
    return _ROLE.sub(r"`\1`", _EXAMPLE.sub(r"\1Examples:", docstring))


class Docstrings(Extension):
    """Griffe's hook: rewrite the docstring of each object that it reads."""

    def on_object(self, *, obj: Object, **kwargs: Any) -> None:
        """Rewrite the docstring of one object."""
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(obj.docstring.value)
