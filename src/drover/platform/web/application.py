"""Putting a web application together, so that one of a test has the same layers as the whole."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from drover import __version__
from drover.platform.web.bodies import WholeBodies
from drover.platform.web.callers import SESSION_COOKIE, Door, Doorkeeper
from drover.platform.web.idempotency import Idempotent, Keys
from drover.platform.web.problems import TellDefects, document_problems, tell_problems
from drover.platform.web.provision import provide
from drover.platform.web.routes import operation_id
from drover.platform.web.statuses import PREFIX

OPENAPI: Final = f"{PREFIX}/openapi.json"
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


@dataclass(frozen=True, slots=True)
class Entrance:
    """Who is let in: the doorkeeper, where idempotency keys are kept, and what answers without a caller.

    `open_` are methods and paths below the prefix, such as ("POST", "/login"); `uploads` is a regular expression of
    paths below it where more may be PUT than a document.
    """

    doorkeeper: Doorkeeper
    keys: Keys
    open_: frozenset[tuple[str, str]] = frozenset()
    uploads: str = ""


def web_application(entrance: Entrance, routers: Sequence[APIRouter], services: Sequence[object]) -> FastAPI:
    """Return the application of `routers` under the prefix, whose routes find `services` by their classes."""
    app = FastAPI(
        title="Drover",
        version=__version__,
        openapi_url=OPENAPI,
        docs_url=None,  # its page loads scripts from a foreign host
        redoc_url=None,
        generate_unique_id_function=operation_id,
        middleware=_layers(entrance),
    )
    for router in routers:
        app.include_router(router, prefix=PREFIX)
    tell_problems(app)
    provide(app, *services)
    _document(app, entrance)
    _make_ready(app)
    return app


def _make_ready(app: FastAPI) -> None:
    """Work out the shapes of all routes now: the framework would do it with the first request to each router.

    That took 370 ms of the loop's time once it was serving (measured); making an application may be left to a thread.
    """
    for route in app.routes:
        work_out: Callable[[], object] | None = getattr(route, "effective_candidates", None)
        if work_out is not None:
            work_out()


def _layers(entrance: Entrance) -> list[Middleware]:
    """Return the layers, outermost first."""
    open_ = frozenset((method, PREFIX + path) for method, path in entrance.open_)
    return [
        Middleware(TellDefects),
        Middleware(_SafeAnswers),
        Middleware(Door, doorkeeper=entrance.doorkeeper, open_=open_),
        Middleware(WholeBodies, uploads=re.compile(re.escape(PREFIX) + entrance.uploads) if entrance.uploads else None),
        Middleware(Idempotent, keys=entrance.keys),
    ]


class _SafeAnswers:
    """Adds what keeps browsers from guessing, storing and framing answers, where an answer does not say otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def safer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, safer)


def _document(app: FastAPI, entrance: Entrance) -> None:
    """Have the OpenAPI document say how one logs in, which operations need it, and how failures look."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        document = make()
        document_problems(document)
        schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["token"] = {"type": "http", "scheme": "bearer"}
        schemes["session"] = {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE}
        document["security"] = [{"token": []}, {"session": []}]
        for method, path in entrance.open_:
            document["paths"].get(PREFIX + path, {}).get(method.lower(), {})["security"] = []
        return document

    app.openapi = openapi  # the framework's own way to change the document
