"""A web application for tests of routes: with all layers, and callers by the word of their token."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2
from fastapi import APIRouter, FastAPI

from drover.platform.logging import configure_logging
from drover.platform.web.application import Entrance, web_application
from drover.platform.web.callers import Admitted, NotLoggedIn, Who
from drover.platform.web.idempotency import Keys, MemoryKeys

GOOD = "good"


@dataclass(frozen=True)
class Guest:
    organization: str = "o1"
    user: str = "ada"


@dataclass
class Guests:
    """A doorkeeper that lets in by a list."""

    tokens: Mapping[str, Who] = field(default_factory=lambda: {GOOD: Guest()})
    sessions: Mapping[str, Who] = field(default_factory=lambda: {"sesame": Guest()})
    csrf: str = "csrf-of-ada"

    async def by_session(self, secret: str, address: str) -> Admitted:  # noqa: ARG002  the port names it
        if secret not in self.sessions:
            raise NotLoggedIn
        return Admitted(self.sessions[secret], self.csrf)

    async def by_token(self, secret: str, address: str) -> Admitted:  # noqa: ARG002  the port names it
        if secret not in self.tokens:
            raise NotLoggedIn
        return Admitted(self.tokens[secret])


def application(
    routers: Sequence[APIRouter],
    services: Sequence[object] = (),
    *,
    guests: Guests | None = None,
    keys: Keys | None = None,
    open_: frozenset[tuple[str, str]] = frozenset(),
    uploads: str = "",
) -> FastAPI:
    configure_logging(debug=False)
    return web_application(Entrance(guests or Guests(), keys or MemoryKeys(), open_, uploads), routers, services)


@asynccontextmanager
async def client_of(app: FastAPI, token: str | None = GOOD) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the application's API; `client.get("runs")` asks for /api/v1/runs."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://drover/api/v1/", headers=headers) as client:
        yield client
