"""Who calls: nothing is answered before the caller is known, except what is declared open."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final, Protocol, TypeVar

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from drover.kernel.errors import DroverError, Kind
from drover.platform.web.problems import refusal
from drover.platform.web.statuses import CSRF_HEADER, SESSION_COOKIE

__all__ = [
    "CSRF_HEADER",
    "SAFE_METHODS",
    "SESSION_COOKIE",
    "Admitted",
    "Door",
    "Doorkeeper",
    "ForeignPage",
    "NotLoggedIn",
    "Who",
    "address_of",
    "caller_of",
    "session_of",
]

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST_SECRET: Final = 512


class NotLoggedIn(DroverError):
    """The request shows neither a session nor a token that is known, or one that has ended."""

    kind = Kind.LOGGED_OUT

    def __init__(self, reason: str = "nobody is logged in") -> None:
        super().__init__(reason, hint="log in, or give a token: Authorization: Bearer ...")


class ForeignPage(DroverError):
    """A request that changes something came with a session's cookie and without its CSRF token."""

    kind = Kind.REFUSED

    def __init__(self) -> None:
        super().__init__(
            "the request may come from a foreign page", hint=f"send what the login told as `csrf` as {CSRF_HEADER}"
        )


class Who(Protocol):
    """What this package needs to know of a caller; capabilities know more."""

    @property
    def organization(self) -> str:
        """The id of the organization that the caller belongs to."""
        ...

    @property
    def user(self) -> str:
        """The id of the user."""
        ...


@dataclass(frozen=True, slots=True)
class Admitted:
    """A caller that was let in; by a session, also the CSRF token that changes must bring."""

    caller: Who
    csrf: str | None = None


class Doorkeeper(Protocol):
    """Knows callers by what they show."""

    async def by_session(self, secret: str, address: str) -> Admitted:
        """Return whose session it is, with its CSRF token. Raises NotLoggedIn."""
        ...

    async def by_token(self, secret: str, address: str) -> Admitted:
        """Return whose token it is. Raises NotLoggedIn."""
        ...


CallerKind = TypeVar("CallerKind")


def caller_of(kind: type[CallerKind]) -> Callable[[Request], CallerKind]:
    """Return a dependency that gives the caller of the request. Raises NotLoggedIn, also where no door was passed."""

    def give(request: Request) -> CallerKind:
        caller = getattr(request.state, "caller", None)
        if not isinstance(caller, kind):
            raise NotLoggedIn
        return caller

    return give


def session_of(request: Request) -> str | None:
    """Return the secret of the session that the request shows, if any."""
    return _cookie(request.headers)


def address_of(request: Request) -> str:
    """Return the address that the request came from."""
    return _address(request.scope)


class Door:
    """The layer that lets requests in.

    What is not declared `open_` (method and path) needs a caller; so does a path that does not exist, and a websocket,
    of which there is none.
    """

    def __init__(self, app: ASGIApp, *, doorkeeper: Doorkeeper, open_: frozenset[tuple[str, str]]) -> None:
        self._app = app
        self._doorkeeper = doorkeeper
        self._open = open_

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "http" and (scope["method"], scope["path"]) not in self._open:
            try:
                scope.setdefault("state", {})["caller"] = await self._admit(scope)
            except DroverError as error:
                await refusal(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _admit(self, scope: Scope) -> Who:
        headers = Headers(scope=scope)
        address = _address(scope)
        if "authorization" in headers:
            # A wrong token is not made good by a cookie that happens to be there.
            return (await self._doorkeeper.by_token(_bearer(headers), address)).caller
        secret = _cookie(headers)
        if secret is None:
            raise NotLoggedIn
        admitted = await self._doorkeeper.by_session(secret, address)
        if scope["method"] not in SAFE_METHODS:
            _check_csrf(headers, admitted)
        return admitted.caller


def _check_csrf(headers: Headers, admitted: Admitted) -> None:
    given = headers.get(CSRF_HEADER, "").encode()
    if not admitted.csrf or not hmac.compare_digest(given, admitted.csrf.encode()):
        raise ForeignPage


def _bearer(headers: Headers) -> str:
    scheme, _, secret = headers["authorization"].partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret or len(secret) > _MOST_SECRET:
        raise NotLoggedIn("the Authorization header is not `Bearer` and a token")
    return secret


def _cookie(headers: Mapping[str, str]) -> str | None:
    try:
        jar: SimpleCookie = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return None
    morsel = jar.get(SESSION_COOKIE)
    return morsel.value if morsel is not None and 0 < len(morsel.value) <= _MOST_SECRET else None


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""
