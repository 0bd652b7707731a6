"""The stored evaluations, and a function that repeats one with this evaluator."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sm_prefix_ext import iam

FOLDER = Path(__file__).parents[3] / "data" / "iam_vectors"


def vectors(name: str) -> list[dict[str, Any]]:
    """Read the vectors of a file."""
    content = (FOLDER / name).read_bytes()
    text = gzip.decompress(content) if name.endswith(".gz") else content
    return [json.loads(line) for line in text.splitlines()]


def by_group(name: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Group the vectors of a file by the feature that decides them."""
    listed = vectors(name)
    for group in dict.fromkeys(vector["group"] for vector in listed):
        yield group, [vector for vector in listed if vector["group"] == group]


def ask(vector: dict[str, Any], **changed: Any) -> iam.Decision:
    """Evaluate a vector's request, with changes."""
    request = vector["request"]
    given = {key: vector[key] for key in ("identity", "boundary", "session", "scps")}
    given["context"] = request["context"]
    return iam.evaluate(request["action"], request["resource"], **{**given, **changed})
