"""The whole API: every capability's routes behind one door."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, FastAPI

from drover.accounts import endpoints as accounts
from drover.api import health, trail
from drover.api.doorkeeper import TenancyDoorkeeper
from drover.api.health import Checks
from drover.api.keys import DatabaseKeys
from drover.fleet import endpoints as fleet
from drover.platform.db.database import Database
from drover.platform.web.application import Entrance, web_application
from drover.tenancy import endpoints as tenancy
from drover.tenancy.service import Login, Tokens
from drover.workflows import endpoints as workflows

ROUTERS: Final[Sequence[APIRouter]] = (
    health.router,
    *tenancy.ROUTERS,
    trail.router,
    fleet.router,
    accounts.router,
    *workflows.ROUTERS,
)
OPEN: Final = frozenset({("GET", "/health")}) | tenancy.OPEN
"""What answers without a caller: logging in, and whether the process works. The OpenAPI document needs a caller."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes stand on: the three that the door itself needs, and all others, found by their classes."""

    database: Database
    login: Login
    tokens: Tokens
    checks: Checks
    others: Sequence[object] = ()


def create_app(services: Services) -> FastAPI:
    """Return the API as an application to be served."""
    doorkeeper, keys = TenancyDoorkeeper(services.login, services.tokens), DatabaseKeys(services.database)
    entrance = Entrance(doorkeeper, keys, OPEN, workflows.UPLOADS)
    given = (services.database, services.login, services.tokens, services.checks, *services.others)
    return web_application(entrance, ROUTERS, given)
