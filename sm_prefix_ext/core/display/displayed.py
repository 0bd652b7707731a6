"""Objects that display themselves: in a notebook, in a terminal, as a pandas frame."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    import pandas

    from .report import Report

Item = TypeVar("Item")


class Displayed(ABC):
    """An object that displays its report: HTML in a notebook, text where it is printed."""

    _repr_pretty_: ClassVar[Callable[[Any, Any, bool], None]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # IPython prefers the __repr__ of a class to what its bases have, so each class has its own.
        cls._repr_pretty_ = _print_text

    @abstractmethod
    def report(self, *, drawn: bool = True) -> Report:
        """Return the report that is displayed, with its picture where that is ``drawn``.

        What is wrong with the definition's graph is among its notes in any case, unless the
        definition has to be read from AWS first.
        """

    def _repr_html_(self) -> str:
        from .html import fragment  # here and below: only what is displayed costs anything

        return fragment(self.report(drawn=True))

    def __str__(self) -> str:
        from .text import as_text

        return as_text(self.report(drawn=False))


def _print_text(displayed: Displayed, printer: Any, cycle: bool) -> None:
    """Print the text of an object in IPython."""
    printer.text(str(displayed))


class DisplayedSequence(Displayed, Sequence[Item]):
    """A sequence of the items in one of its attributes, which displays itself."""

    _items: ClassVar[str]
    """The attribute's name."""

    def __getitem__(self, index: Any) -> Any:
        return getattr(self, self._items)[index]

    def __len__(self) -> int:
        return len(getattr(self, self._items))

    def __iter__(self) -> Iterator[Item]:
        return iter(getattr(self, self._items))


def data_frame(rows: list[dict[str, Any]], columns: list[str], owner: str) -> pandas.DataFrame:
    """Return a pandas ``DataFrame``.

    Args:
        rows: by the names of the columns.
        columns: the columns, in order.
        owner: the class that is converted, for the error message.

    Raises:
        ImportError: if pandas isn't installed.
    """
    try:
        import pandas
    except ImportError:
        raise ImportError(
            f"{owner}.to_frame() needs pandas: pip install 'sm-prefix-ext[notebook]'"
        ) from None
    return pandas.DataFrame(rows, columns=columns)
