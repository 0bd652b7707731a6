"""The schemas that outputs are validated with."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema

from sm_prefix_ext.reporting import check_json

SCHEMAS = Path(__file__).parents[2] / "data" / "schemas"
_LABEL = r'"(?:[^"\\<>`;&#%\[\]{}|]|<br>|#\d+;)+"'
MERMAID = re.compile(
    rf"flowchart TD|  %% [^%\n]*|\s+(n\d+\[{_LABEL}\]|subgraph g\d+\[{_LABEL}\]|end|direction TB"
    rf"|n\d+ (-->|-\.->|-->\|{_LABEL}\|) n\d+|classDef [a-z]+ [\w:#,. -]+"
    r"|class n\d+(,n\d+)* [a-z]+)"
)
"""A line of a flowchart, as the package writes it."""

_XS = "{http://www.w3.org/2001/XMLSchema}"


@cache
def sarif() -> Any:
    """A validator of SARIF 2.1.0, by the schema of OASIS."""
    schema = json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    return jsonschema.Draft4Validator(schema)


@cache
def report() -> Any:
    """A validator of this package's own JSON."""
    return jsonschema.Draft202012Validator(check_json.schema())


class JUnit:
    """What ``junit-10.xsd`` says of elements: their children and their attributes."""

    def __init__(self) -> None:
        """Read the schema."""
        root = ET.parse(SCHEMAS / "junit-10.xsd").getroot()
        self._children: dict[str, set[str]] = {}
        self._attributes: dict[str, dict[str, bool]] = {}
        for element in root.findall(f"{_XS}element"):
            name = element.get("name", "")
            refs = element.iter(f"{_XS}element")
            self._children[name] = {ref.get("ref", "") for ref in refs} - {""}
            self._attributes[name] = {
                attribute.get("name", ""): attribute.get("use") == "required"
                for attribute in element.iter(f"{_XS}attribute")
            }

    def validate(self, element: ET.Element) -> None:
        """Fail where an element or an attribute is not in the schema, or is missing."""
        allowed = self._attributes[element.tag]
        assert set(element.attrib) <= set(allowed), element.attrib
        assert {name for name, required in allowed.items() if required} <= set(element.attrib)
        for child in element:
            assert child.tag in self._children[element.tag], (element.tag, child.tag)
            self.validate(child)
