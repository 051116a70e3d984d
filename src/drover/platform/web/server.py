"""Serving an application inside a loop that does other work too; the process keeps its signals."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

_BACKLOG: Final = 64
_CONNECTIONS: Final = 512
"""More at once are answered 503: each costs memory, and nothing here needs as many."""
_MESSAGE_BYTES: Final = 1024 * 1024
"""The largest message that a browser may send: its forms and gestures are far smaller."""
KEEP_ALIVE_S: Final = 5
"""How long a connection stays open for a next request, as servers commonly do."""


@asynccontextmanager
async def serving(app: ASGIApp, sock: socket.socket, *, patience_s: int = 1) -> AsyncGenerator[str]:
    """Serve `app` on a bound socket, and give its base URL; at the end requests have `patience_s` to be answered."""
    server = _QuietServer(
        uvicorn.Config(
            app,
            http="h11",
            ws="websockets-sansio",
            ws_per_message_deflate=False,  # frames are compressed already: it took a tenth of a core for nothing
            ws_max_size=_MESSAGE_BYTES,
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=patience_s,
        )
    )
    with sock:
        sock.listen(_BACKLOG)
        task = asyncio.get_running_loop().create_task(server.serve([sock]), name="web server")
        try:
            yield _url(sock)
        finally:
            server.should_exit = True
            await task


class _QuietServer(uvicorn.Server):
    """A server that leaves the process's signals to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield


def _url(sock: socket.socket) -> str:
    host, port, *_ = sock.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
