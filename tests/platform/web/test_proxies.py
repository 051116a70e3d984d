"""From where requests come: proxies that are believed, and plain HTTP, which is for this computer alone."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message, Scope

from drover.kernel.errors import InvalidInput
from drover.platform.web.proxies import Approach, Approached, OpenToNetwork, approach

PROXY, FAR = "10.0.5.7", "203.0.113.9"
BEHIND = Approach(("10.0.5.0/24",))


async def _who(request: Request) -> Response:
    return PlainTextResponse(f"{request.url.scheme} {request.client.host if request.client else ''}")


APP = Starlette(routes=[Route("/", _who), Route("/health", _who)])


@asynccontextmanager
async def seen(way: Approach, peer: str) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=Approached(APP, way, always=("/health",)), client=(peer, 1234))
    async with httpx2.AsyncClient(transport=transport, base_url="http://192.0.2.1") as client:
        yield client


async def told(way: Approach, peer: str, headers: Mapping[str, str] | None = None, path: str = "/") -> str:
    async with seen(way, peer) as client:
        answer = await client.get(path, headers=headers)
    return answer.text if answer.is_success else str(answer.json()["code"])


async def test_a_trusted_proxy_is_believed_where_a_request_came_from_and_how() -> None:
    headers = {"X-Forwarded-For": f"198.51.100.1, {FAR}, 10.0.5.8", "X-Forwarded-Proto": "https"}
    assert await told(BEHIND, PROXY, headers) == f"https {FAR}"
    assert await told(BEHIND, f"::ffff:{PROXY}", headers) == f"https {FAR}"


@pytest.mark.parametrize("way", [Approach(plain=True), Approach(BEHIND.proxies, plain=True)])
async def test_nobody_else_is_believed(way: Approach) -> None:
    headers = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https"}
    assert await told(way, FAR, headers) == f"http {FAR}"


async def test_plain_http_of_another_computer_is_refused_unless_asked_for() -> None:
    assert await told(BEHIND, FAR) == "plain_http_refused"
    assert await told(BEHIND, PROXY, {"X-Forwarded-For": FAR, "X-Forwarded-Proto": "http"}) == "plain_http_refused"
    assert await told(BEHIND, PROXY, {"X-Forwarded-For": "unknown"}) == "plain_http_refused"
    assert await told(Approach(plain=True), FAR) == f"http {FAR}"


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "192.0.2.1"])
async def test_this_computer_asks_as_it_likes(peer: str) -> None:
    assert (await told(Approach(), peer)).startswith("http ")


async def test_whether_it_works_is_told_to_any_watcher() -> None:
    assert await told(Approach(), FAR, path="/health") == f"http {FAR}"


async def test_a_plain_websocket_of_another_computer_is_closed() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "websocket", "scheme": "ws", "path": "/", "headers": [], "client": (FAR, 1)}
    await Approached(APP, BEHIND)(scope, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_an_address_of_this_computer_alone_needs_nothing(host: str) -> None:
    assert approach(host, "", plain=False) == Approach()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "rack.example"])  # noqa: S104  refused
def test_an_address_that_others_reach_needs_a_proxy_or_to_be_asked_for(host: str) -> None:
    with pytest.raises(OpenToNetwork, match=f"--host {host} opens Drover to the network over plain HTTP"):
        approach(host, "", plain=False)
    assert approach(host, "", plain=True) == Approach(plain=True)
    assert approach(host, " 10.0.5.7, fd00::/8 ", plain=False).proxies == ("10.0.5.7/32", "fd00::/8")


@pytest.mark.parametrize("listed", ["*", "proxy.example", "10.0.5.7/24"])
def test_what_is_no_network_is_told(listed: str) -> None:
    with pytest.raises(InvalidInput, match="setting trusted_proxies"):
        approach("127.0.0.1", listed, plain=False)
