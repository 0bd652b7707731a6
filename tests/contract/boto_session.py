"""A ``boto3.Session`` whose clients are made once."""

from __future__ import annotations

from typing import Any

import boto3


class SharingSession(boto3.Session):
    """A session that answers the same call of ``client`` with the same client.

    The SDK makes a dozen clients in each test, each in 10 ms.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clients: dict[Any, Any] = {}

    def client(self, *args: Any, **kwargs: Any) -> Any:
        """Return a client for a service."""
        call = repr((args, sorted(kwargs.items())))
        if call not in self.clients:
            self.clients[call] = super().client(*args, **kwargs)
        return self.clients[call]
