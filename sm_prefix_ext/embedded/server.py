"""Serve the embedded AWS on a loopback port, for other processes."""

from __future__ import annotations

from threading import Thread
from types import TracebackType
from typing import Any


class Server:
    """The embedded AWS on a port of 127.0.0.1.

    Args:
        environment: the variables for boto3 in other processes, without the endpoint's URL.

    Raises:
        ImportError: where moto's server parts aren't installed.

    Example:
        >>> from sm_prefix_ext.embedded import EmbeddedAWS
        >>> with EmbeddedAWS() as aws, aws.serve() as server:
        ...     server.url.startswith("http://127.0.0.1:")
        True
    """

    def __init__(self, environment: dict[str, str]) -> None:
        try:
            from moto.moto_server.werkzeug_app import (
                DomainDispatcherApplication,
                MotoRequestHandler,
                create_backend_app,
            )
            from werkzeug.serving import make_server
        except ImportError as error:
            raise ImportError(
                f"EmbeddedAWS.serve() needs moto's server ({error}): pip install 'moto[server]'"
            ) from None

        class Quiet(MotoRequestHandler):
            """Handles requests without logging them."""

            def log_request(self, *args: Any, **kwargs: Any) -> None:
                """Log nothing."""

        app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        self._thread: Thread | None = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self._environment = environment

    @property
    def url(self) -> str:
        """The endpoint's URL, such as ``http://127.0.0.1:54321``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables with which boto3 in another process uses this endpoint."""
        return {**self._environment, "AWS_ENDPOINT_URL": self.url}

    def stop(self) -> None:
        """Close the port; a second call does nothing."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._thread = None

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
