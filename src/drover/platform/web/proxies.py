"""From where requests come, and how: which proxies are believed, and who may ask over plain HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.platform.web.problems import refusal

_ENCRYPTED: Final = frozenset({"https", "wss"})


class OpenToNetwork(InvalidInput):
    """An address that others reach was asked for, with nothing that would encrypt what they send."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"--host {host} opens Drover to the network over plain HTTP, where others can read passwords and tokens",
            hint="put a proxy with TLS before it and name that in trusted_proxies, or give --plain-http",
        )


class PlainHttpRefused(DroverError):
    """A request of another computer was not encrypted on its way here."""

    kind = Kind.REFUSED

    def __init__(self) -> None:
        super().__init__(
            "the request came over plain HTTP, where others can read passwords and tokens",
            hint="ask over https: through the proxy before it, which trusted_proxies must name",
        )


@dataclass(frozen=True, slots=True)
class Approach:
    """How requests reach this process.

    `proxies` are networks of those that are believed where a request came from (`X-Forwarded-For`) and whether it was
    encrypted (`X-Forwarded-Proto`); nobody else is. `plain`: other computers may ask without encryption.
    """

    proxies: tuple[str, ...] = ()
    plain: bool = False


def approach(host: str, trusted_proxies: str, *, plain: bool) -> Approach:
    """Return how requests reach a process that listens on `host`. Raises InvalidInput, OpenToNetwork."""
    proxies = _networks(trusted_proxies)
    if not (plain or proxies or host == "localhost" or _is_loopback(host)):
        raise OpenToNetwork(host)
    return Approach(proxies, plain)


class Approached:
    """The layer around a whole application that tells where requests come from, and refuses what others could read.

    `always` are paths that hold no secret, and so are answered anybody.
    """

    def __init__(self, app: ASGIApp, way: Approach, *, always: Sequence[str] = ()) -> None:
        self._app = app
        self._plain = way.plain
        self._always = frozenset(always)
        self._behind = ProxyHeadersMiddleware(self._encrypted, list(way.proxies))  # type: ignore[arg-type]  # same shape

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope.get("client"):
            host, port = scope["client"]
            scope["client"] = (_shortest(host), port)
        await self._behind(scope, receive, send)  # type: ignore[arg-type]  # same shape

    async def _encrypted(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._plain or scope["path"] in self._always or scope["scheme"] in _ENCRYPTED or _is_own(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(PlainHttpRefused())(scope, receive, send)


def _networks(listed: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(part.strip())) for part in listed.split(",") if part.strip())
    except ValueError as error:
        raise InvalidInput(
            f"setting trusted_proxies: {error}", hint="write 10.0.5.7 or 10.0.5.0/24, with commas"
        ) from error


def _is_own(scope: Scope) -> bool:
    """Return whether the request was sent on this computer: nobody else is on its way."""
    client = cast("tuple[str, int] | None", scope.get("client"))
    server = cast("tuple[str, int] | None", scope.get("server"))
    return client is not None and (
        _is_loopback(client[0]) or (server is not None and client[0] == _shortest(server[0]))
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(_shortest(host)).is_loopback
    except ValueError:
        return False


def _shortest(host: str) -> str:
    """Return an IPv4 address that came as an IPv6 one, as a socket of both tells it, for what it is."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
