"""The console as an application: in front of the API, on the same port, behind a door of its own."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Final

import structlog
from fastapi import FastAPI
from nicegui import Client, core, ui
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from drover.console import export, login, pages, pictures
from drover.console.door import Door
from drover.console.headers import SafeAnswers
from drover.console.services import ConsoleServices
from drover.console.shell import nothing_there
from drover.console.wall import socket
from drover.platform.web.bodies import WholeBodies
from drover.platform.web.problems import TellDefects, tell_problems
from drover.platform.web.statuses import PREFIX

RECONNECT_S: Final = 30.0
"""How long a page's state waits for a browser that went away: a change of network, a short suspend."""
_THEME: Final = Path(str(files("drover.console.theme") / "static"))
_API: Final = PREFIX.split("/", 2)[1]
ROUTERS: Final = (login.router, pictures.router, export.router, socket.router)
"""What is no page: forms that are posted, pictures, files."""
_THEME_OF_PAGE: Final = """
    app.use(Quasar, {config: {...vue_config, loadingBar: {skipHijack: true}}});
    applyColors(vue_config.brand);
    Quasar.lang.set(Quasar.lang[language.replace('-', '')]);
    darkSetter = () => {};
    droverTheme.apply();
"""


class Console:
    """API and console behind one address: `/api/` is the API's, everything else the console's.

    The framework keeps its pages in one application per process, so that one console is served at a time.
    """

    def __init__(self, api: ASGIApp, services: ConsoleServices) -> None:
        self._api = api
        self._app = _application(services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        ours = not scope["path"].startswith(f"/{_API}/")
        await (self._app if ours else self._api)(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Keep pages alive while the block lasts."""
        # The framework's own beginning and end; the one that it puts around our application looks for its server among
        # all objects of the process, and a tuple that another thread is just making then cannot be finished.
        async with core.app.router.lifespan_context(core.app):
            yield
        for client in list(Client.instances.values()):
            client.delete()


def mount_console(api: ASGIApp, services: ConsoleServices) -> Console:
    """Return the application that serves `api` and the console; enter its `running` before it is served."""
    return Console(api, services)


def _application(services: ConsoleServices) -> FastAPI:
    pages.load()
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(TellDefects),
            Middleware(SafeAnswers),
            Middleware(Door, services=services),
            Middleware(WholeBodies),
        ],
    )
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/theme", StaticFiles(directory=_THEME))
    tell_problems(app)
    _quiet()
    core.app.middleware_stack = None  # an earlier console of this process had it built
    core.app.user_middleware.clear()
    ui.run_with(  # type: ignore[reportUnknownMemberType]  # a parameter that is not given has no type there
        app,
        title="Drover",
        favicon=_THEME / "drover.svg",
        dark=None,
        language="en-US",
        binding_refresh_interval=None,
        reconnect_timeout=RECONNECT_S,
        message_history_length=200,
        gzip_middleware_factory=None,
        tailwind=False,
        show_welcome_message=False,
    )
    core.app.config.socket_io_js_transports = ["websocket"]
    core.app.config.vue_config_script = _THEME_OF_PAGE
    core.app.add_exception_handler(404, _not_found)
    return app


async def _not_found(request: Request, _error: Exception) -> Response:
    return await nothing_there(request)


class _IntoOurs(logging.Handler):
    """Hands every record of the framework on as one debug event: users read Drover's words only."""

    def emit(self, record: logging.LogRecord) -> None:
        error = repr(record.exc_info[1]) if record.exc_info else ""
        structlog.get_logger("console").debug("framework", says=record.getMessage().partition("\n")[0], error=error)


def _quiet() -> None:
    for name in ("nicegui", "socketio", "engineio"):
        logger = logging.getLogger(name)
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
        logger.addHandler(_IntoOurs())
        logger.propagate = False
