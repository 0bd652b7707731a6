"""A drop-in imports no more of the SDK than the SDK's own class does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import sm_prefix_ext

from ..installed import MAJOR
from .test_jobs import NAMES

# Each name is imported in a process of its own, which starts with what needs no region.
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
        ours = fault("sm_prefix_ext", name)
        theirs = ours and fault(CATALOGUE[name].modules[int(sys.argv[1])], name)
        os.write(writing, json.dumps([theirs, ours]).encode())
        os._exit(0)
    os.close(writing)
    os.wait()
    faults[name] = json.loads(os.read(reading, 1000))
    os.close(reading)
print("faults:", json.dumps(faults))
"""


def test_a_name_needs_no_region_where_the_sdks_own_needs_none(tmp_path: Path) -> None:
    """v3 makes a client while its pipelines are imported, and its processors don't need them."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, str(MAJOR), json.dumps(NAMES)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={
            **kept,
            "HOME": str(tmp_path),
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONPATH": str(Path(sm_prefix_ext.__file__).parent.parent),
        },
    )
    assert 0 == done.returncode, done.stderr
    faults = json.loads(done.stdout.rpartition("faults: ")[2])
    assert set(NAMES) == set(faults)
    assert {} == {name: both for name, both in faults.items() if both[0] != both[1]}
    assert [None, None] == faults["Processor"]
