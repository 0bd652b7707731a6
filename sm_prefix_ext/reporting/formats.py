"""The formats in which ``sm-prefix check`` reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from ..core.check_report import CheckReport


def _format(module: str) -> Callable[..., str]:
    def render(report: CheckReport, **options: Any) -> str:
        text: str = import_module(f".{module}", __package__).render(report, **options)
        return text

    return render


FORMATS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        "table": _format("check_text"),
        "json": _format("check_json"),
        "github": _format("check_github"),
        "gitlab": _format("check_gitlab"),
        "sarif": _format("check_sarif"),
        "junit": _format("check_junit"),
        "html": _format("check_html"),
        "markdown": _format("check_markdown"),
        "mermaid": _format("check_mermaid"),
    }
)
"""By name, what makes the text from a report; its module is imported at the first call.

``table`` takes the keywords of :func:`sm_prefix_ext.reporting.check_text.render` too.
"""

DRAWN = frozenset({"html", "markdown", "mermaid"})
"""The formats that draw the pipelines, for which a report needs their definitions."""
