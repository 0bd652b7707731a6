"""AWS on this machine, for rehearsals: started pipelines run, and jobs get names of the real form.

Needs moto: ``pip install 'sm-prefix-ext[embedded]'``.
"""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("moto") is None:
    raise ImportError("sm_prefix_ext.embedded needs moto: pip install 'sm-prefix-ext[embedded]'")

from .aws import EmbeddedAWS
from .faults import Faults
from .server import Server
from .settings import ServiceCall

__all__ = ["EmbeddedAWS", "Faults", "Server", "ServiceCall"]
