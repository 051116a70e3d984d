"""Serving inside a loop that does other work."""

import asyncio
import signal
import socket

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from drover.platform.ports import PortTaken, bound_socket
from drover.platform.web.server import serving


async def _hello(_request: Request) -> Response:
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", _hello)])


async def test_it_answers_at_the_url_it_tells_until_it_ends() -> None:
    async with serving(APP, bound_socket(0)) as url, httpx2.AsyncClient(trust_env=False) as client:
        assert (await client.get(url)).text == "hello"
    async with httpx2.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx2.ConnectError):
            await client.get(url)


async def test_the_signals_of_the_process_stay_its_own() -> None:
    before = signal.getsignal(signal.SIGTERM)
    async with serving(APP, bound_socket(0)):
        await asyncio.sleep(0)
        assert signal.getsignal(signal.SIGTERM) is before


def test_a_port_that_is_taken_is_told_by_number_and_address() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} of 127.0.0.1 cannot be used"):
            bound_socket(port)


async def test_an_address_of_the_sixth_version_stands_in_brackets() -> None:
    async with serving(APP, bound_socket(0, "::1")) as url:
        assert url.startswith("http://[::1]:")
