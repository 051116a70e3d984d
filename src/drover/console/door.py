"""The console's door: whoever is not logged in sees the login page alone, and no foreign page gets through.

It stands before everything: pages, the files they load, their sockets. A socket's session is looked at again while it
is open, so that a session that has ended takes its pages' sockets with it.
"""

import contextlib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.utils import ClientDisconnected

from drover.console.services import ConsoleServices
from drover.kernel.errors import DroverError, Kind
from drover.platform.web.callers import SAFE_METHODS, NotLoggedIn
from drover.platform.web.problems import refusal
from drover.platform.web.statuses import SESSION_COOKIE
from drover.tenancy.service import Caller, CredentialRefused

LOGIN: Final = "/login"
OPEN: Final = (LOGIN, "/theme/", "/favicon.ico")
"""What answers strangers: the login page and how it looks. A path that ends in `/` stands for all below it."""
LOOK_AGAIN_S: Final = 5.0
"""How long a socket's session is believed before it is looked at again."""
_POLICY_VIOLATION: Final = 1008
_ELSEWHERE: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Drover</title>'
    '<meta http-equiv="refresh" content="0;url={address}"><p><a href="{address}">Log in</a></p></html>'
)


class ForeignOrigin(DroverError):
    """A page of another site sent the request, or none that says where it comes from."""

    kind = Kind.REFUSED

    def __init__(self) -> None:
        super().__init__("the request comes from a foreign page", hint="open Drover's own address, and try again there")


@dataclass(frozen=True, slots=True, repr=False)
class Visitor:
    """A caller who came through the door, and what they showed there."""

    caller: Caller
    csrf: str
    secret: str
    address: str


async def authenticated(connection: HTTPConnection) -> Caller:
    """Return who asks, for a socket of one's own: its Origin and its session are checked here and now.

    Raises ForeignOrigin, NotLoggedIn, CredentialRefused.
    """
    require_own_origin(connection.headers)
    return (await _visitor(connection.scope, services_of(connection.scope))).caller


def services_of(scope: MutableMapping[str, Any]) -> ConsoleServices:
    """Return the services that the door gave to the request or socket."""
    services = scope["state"]["services"]
    assert isinstance(services, ConsoleServices)  # noqa: S101  the door is the outermost layer
    return services


def visitor_of(scope: MutableMapping[str, Any]) -> Visitor:
    """Return who came through the door. Raises NotLoggedIn where a page is open to strangers."""
    visitor = scope["state"].get("visitor")
    if not isinstance(visitor, Visitor):
        raise NotLoggedIn
    return visitor


def require_own_origin(headers: Mapping[str, str]) -> None:
    """Let what a page of this very host and port sends pass. Raises ForeignOrigin."""
    origin = headers.get("origin", "")
    if not origin or urlsplit(origin).netloc != headers.get("host", ""):
        raise ForeignOrigin


class Door:
    """The layer that lets requests and sockets in."""

    def __init__(self, app: ASGIApp, services: ConsoleServices) -> None:
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        scope.setdefault("state", {})["services"] = self._services
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            if scope["method"] not in SAFE_METHODS:
                require_own_origin(headers)
            if not _is_open(scope["path"]):
                await self._admit(scope)
        except DroverError as error:
            await _refused(error, scope, headers)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            require_own_origin(Headers(scope=scope))
            await self._admit(scope)
        except DroverError:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        # A browser may go away at any moment, also while it is let in.
        with contextlib.suppress(ClientDisconnected):
            await self._app(scope, _Watched(scope, self._services, receive, send), send)

    async def _admit(self, scope: Scope) -> None:
        visitor = await _visitor(scope, self._services)
        scope["state"]["visitor"] = visitor
        scope["state"]["caller"] = visitor.caller


class _Watched:
    """A socket's `receive` that ends with its session."""

    def __init__(self, scope: Scope, services: ConsoleServices, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._services = services
        self._receive = receive
        self._send = send
        self._seen = services.clock.monotonic()

    async def __call__(self) -> Message:
        message = await self._receive()
        now = self._services.clock.monotonic()
        if message["type"] != "websocket.receive" or now - self._seen < LOOK_AGAIN_S:
            return message
        self._seen = now
        try:
            await _visitor(self._scope, self._services)
        except (NotLoggedIn, CredentialRefused):
            await self._send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}
        return message


async def _visitor(scope: MutableMapping[str, Any], services: ConsoleServices) -> Visitor:
    secret = _secret(Headers(scope=scope))
    address = str(scope["client"][0]) if scope.get("client") else ""
    session = await services.login.session_of(secret, address)
    return Visitor(session.caller, session.csrf, secret, address)


def _secret(headers: Mapping[str, str]) -> str:
    try:
        jar: SimpleCookie = SimpleCookie(headers.get("cookie", ""))
    except CookieError as error:
        raise NotLoggedIn from error
    morsel = jar.get(SESSION_COOKIE)
    if morsel is None:
        raise NotLoggedIn
    return morsel.value


def _is_open(path: str) -> bool:
    return any(path == one or (one.endswith("/") and path.startswith(one)) for one in OPEN)


def _refused(error: DroverError, scope: Scope, headers: Mapping[str, str]) -> Response:
    """Return the login page for who asks for a page, and plain words for everything else."""
    navigates = scope["method"] in SAFE_METHODS and "text/html" in headers.get("accept", "")
    if error.kind is not Kind.LOGGED_OUT:
        return PlainTextResponse(f"{error.message}\n{error.hint}\n", 403)
    if not navigates:
        return refusal(error)
    asked = scope["path"] + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
    address = f"{LOGIN}?to={quote(asked, safe='')}"
    if headers.get("sec-fetch-site") == "cross-site":
        # A link on another site brings no cookie along; a page of our own asks again, and brings it.
        return HTMLResponse(_ELSEWHERE.format(address=address))
    return RedirectResponse(address, 303)
