"""People of the organizations that tests' databases have, and a client of the API that they use."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import MappingProxyType

import httpx2
from fastapi import APIRouter

from drover.platform.db.database import Database
from drover.tenancy.service import Access, Caller, Level, Role, Scope
from tests.databases import CLIENT, ORGANIZATION, OTHER_CLIENT, OTHER_ORGANIZATION
from tests.platform.web.apps import Guests, application, client_of

FULL = Access(Level.FULL)


def caller(role: Role, organization: str = ORGANIZATION, clients: Mapping[str, Access] | None = None) -> Caller:
    return Caller(
        organization=organization,
        user=f"user-{role.value}",
        username=role.value,
        role=role,
        clients=clients if clients is not None else {CLIENT: FULL},
        scopes=frozenset(Scope),
        address="127.0.0.1",
        credential="session",
    )


PEOPLE: Mapping[str, Caller] = MappingProxyType(
    {
        "admin": caller(Role.ADMIN),
        "user": caller(Role.CLIENT_USER),
        "viewer": caller(Role.VIEWER, clients={CLIENT: Access(Level.READ_ONLY)}),
        "elsewhere": caller(Role.ADMIN, clients={CLIENT: Access(Level.FULL, racks=frozenset({"another rack"}))}),
        "stranger": caller(Role.SUPER_USER, OTHER_ORGANIZATION, {OTHER_CLIENT: FULL}),
    }
)
"""By the word of their token."""


@asynccontextmanager
async def api(
    database: Database, routers: Sequence[APIRouter], *services: object, who: str = "admin"
) -> AsyncIterator[httpx2.AsyncClient]:
    """Return a client of an API with these routes, as somebody of PEOPLE."""
    app = application(routers, [database, *services], guests=Guests(tokens=PEOPLE))
    async with client_of(app, token=who) as client:
        yield client
