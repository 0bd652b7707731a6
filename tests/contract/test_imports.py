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

# It imports each name in a process of its own, forked after the import of what needs no region.
PROGRAM = """
import importlib, json, os, sys
importlib.import_module({"2": "sagemaker", "3": "sagemaker.core.processing"}[sys.argv[1]])
from sm_prefix_ext._sdk.catalogue import CATALOGUE

def fault(module, name):
    try:
        getattr(importlib.import_module(module), name)
    except Exception as error:
        return type(error).__name__

faults = {}
for name in json.loads(sys.argv[2]):
    reading, writing = os.pipe()
    if os.fork() == 0:
        dropin = fault("sm_prefix_ext", name)
        of_sdk = dropin and fault(CATALOGUE[name].modules[int(sys.argv[1])], name)
        os.write(writing, json.dumps([of_sdk, dropin]).encode())
        os._exit(0)
    os.close(writing)
    os.wait()
    faults[name] = json.loads(os.read(reading, 1000))
    os.close(reading)
print("faults:", json.dumps(faults))
"""


class TestRegion:
    """What an import needs of the environment."""

    def test_a_name_needs_no_region_where_the_sdks_own_needs_none(self, tmp_path: Path) -> None:
        """v3 makes a client when its pipelines are imported, which its processors do not need."""
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
        faults = json.loads(process.stdout.rpartition("faults: ")[2])
        assert set(NAMES) == set(faults)
        assert {} == {
            name: (of_sdk, dropin) for name, (of_sdk, dropin) in faults.items() if of_sdk != dropin
        }
        assert [None, None] == faults["Processor"]
