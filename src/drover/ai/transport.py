"""The one seam to the network: a POST of JSON to the host in the settings, with limits of time and size."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import httpx2

from drover.ai.addresses import Endpoint, checked
from drover.ai.errors import AiDisconnected, AiTimeout, AiUnreachable, AnswerGarbled, AnswerTooLong

MOST_BYTES: Final = 1024 * 1024
"""How long an answer may be; 4,000 tokens with everything around them are below 100 KB."""
_MOST_ADDRESSES: Final = 4
_CONNECT_S: Final = 10.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host and port. Raises OSError or UnicodeError."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What came back: a status, headers with names in lower case, a body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def addresses_of(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, as the system resolves it, each once."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class Post:
    """Posts to one endpoint. It follows no redirect, uses no proxy, and keeps no cookie and no connection.

    A name is resolved once and the connection made to an address that was checked; TLS still proves the name.
    """

    def __init__(
        self, endpoint: Endpoint, *, resolve: Resolve = addresses_of, tls: ssl.SSLContext | None = None
    ) -> None:
        self.endpoint = endpoint
        self._resolve = resolve
        self._tls = tls

    async def send(self, path: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float) -> Posted:
        """Return the answer, whatever its status.

        Raises AddressRefused, AiUnreachable, AiDisconnected, AiTimeout, AnswerTooLong beyond MOST_BYTES, AnswerGarbled
        for an encoding that was not asked for.
        """
        try:
            async with asyncio.timeout(timeout_s):
                addresses = await self._addresses()
                return await self._first_reached(addresses, path, headers, body)
        except TimeoutError as error:
            raise AiTimeout(self.endpoint.host, timeout_s) from error

    async def _addresses(self) -> tuple[str, ...]:
        host = self.endpoint.host
        try:
            found = await self._resolve(host, self.endpoint.port)
        except (OSError, UnicodeError) as error:
            raise AiUnreachable(host, "its name has no address") from error
        return checked(self.endpoint, found[:_MOST_ADDRESSES])

    async def _first_reached(
        self, addresses: Sequence[str], path: str, headers: Mapping[str, str], body: bytes
    ) -> Posted:
        """Return the answer of the first address that a connection is made to: only there is anything sent."""
        unreached: httpx2.TransportError | None = None
        tls = self._tls or self._system_s_tls()
        timeout = httpx2.Timeout(None, connect=_CONNECT_S)
        async with httpx2.AsyncClient(verify=tls, trust_env=False, timeout=timeout, follow_redirects=False) as client:
            for address in addresses:
                request = self._request(client, address, path, headers, body)
                try:
                    return await self._answer(client, request)
                except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                    unreached = error
                except httpx2.TransportError as error:
                    raise AiDisconnected(self.endpoint.host, _reason(error)) from error
        raise AiUnreachable(self.endpoint.host, _reason(unreached)) from unreached

    def _system_s_tls(self) -> ssl.SSLContext:
        # Reading the system's certificates takes long, and plain http needs none; without them nobody is trusted.
        plain = self.endpoint.scheme == "http"
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else httpx2.create_ssl_context()

    def _request(
        self, client: httpx2.AsyncClient, address: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> httpx2.Request:
        url = httpx2.URL(self.endpoint.url + path)
        fixed = {"host": url.netloc.decode("ascii"), "accept-encoding": "identity", "content-type": "application/json"}
        return client.build_request(
            "POST",
            url.copy_with(host=address),
            headers={**headers, **fixed},
            content=body,
            extensions={"sni_hostname": self.endpoint.host},
        )

    async def _answer(self, client: httpx2.AsyncClient, request: httpx2.Request) -> Posted:
        response = await client.send(request, stream=True)
        try:
            encoding = response.headers.get("content-encoding", "identity")
            if encoding != "identity":
                raise AnswerGarbled(self.endpoint.host, "it is compressed, which was not asked for")
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise AnswerTooLong(f"the answer of the AI at {self.endpoint.host}", MOST_BYTES, "bytes")
            return Posted(response.status_code, dict(response.headers), bytes(body))
        finally:
            await response.aclose()


def _reason(error: httpx2.TransportError | None) -> str:
    """Return the library's words in one short line; those of a name without addresses where there is none."""
    words = "its name has no address" if error is None else str(error) or type(error).__name__
    return " ".join(words.split())[:200].lower()
