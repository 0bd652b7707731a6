"""A drop-in imports no more of the SDK than the SDK's own class does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import sm_prefix_ext

from ..installed import MAJOR
from .job_classes import NAMES

# It imports modules that need no region, and forks a process for the import of each name.
PROGRAM = """
import importlib, json, os, sys
importlib.import_module({"2": "sagemaker", "3": "sagemaker.core.processing"}[sys.argv[1]])
from sm_prefix_ext._sdk.catalogue import CATALOGUE

def import_error(module, name):
    try:
        getattr(importlib.import_module(module), name)
    except Exception as error:
        return type(error).__name__

errors = {}
for name in json.loads(sys.argv[2]):
    reading, writing = os.pipe()
    if os.fork() == 0:
        dropin = import_error("sm_prefix_ext", name)
        of_sdk = dropin and import_error(CATALOGUE[name].modules[int(sys.argv[1])], name)
        os.write(writing, json.dumps([of_sdk, dropin]).encode())
        os._exit(0)
    os.close(writing)
    os.wait()
    errors[name] = json.loads(os.read(reading, 1000))
    os.close(reading)
print("errors:", json.dumps(errors))
"""


class TestRegion:
    """The environment that an import needs."""

    def test_an_import_needs_a_region_only_if_the_sdks_class_does(self, tmp_path: Path) -> None:
        """The import of v3's pipelines makes a client; the import of its processors does not."""
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("AWS_")
        }
        process = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PROGRAM, str(MAJOR), json.dumps(NAMES)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={
                **environment,
                "HOME": str(tmp_path),
                "AWS_EC2_METADATA_DISABLED": "true",
                "PYTHONPATH": str(Path(sm_prefix_ext.__file__).parent.parent),
            },
        )
        assert 0 == process.returncode, process.stderr
        errors = json.loads(process.stdout.rpartition("errors: ")[2])
        assert set(NAMES) == set(errors)
        assert {} == {
            name: (of_sdk, dropin) for name, (of_sdk, dropin) in errors.items() if of_sdk != dropin
        }
        assert [None, None] == errors["Processor"]
