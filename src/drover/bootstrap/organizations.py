"""What an operator on the host does to organizations, with the database alone: no `drover up` need run."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from drover.audit.service import Trail
from drover.bootstrap.databases import databases
from drover.kernel.clock import SystemClock
from drover.kernel.ids import random_id, random_secret
from drover.platform.db.database import Database
from drover.platform.settings import Settings
from drover.tenancy.hashing import Hasher
from drover.tenancy.service import Beginning, Organizations, Passwords


@dataclass(frozen=True, slots=True)
class OnHost:
    """The two services."""

    beginning: Beginning
    organizations: Organizations


@asynccontextmanager
async def on_host(settings: Settings, url: str = "") -> AsyncGenerator[OnHost]:
    """Give the services over the database of the settings, or at `url`. Raises what opening a database does."""
    clock, hasher = SystemClock(), Hasher(random_secret)
    trail = Trail(clock, random_id)
    try:
        async with Database.open(databases(settings, url).url, pool=2) as database:
            beginning = Beginning(database, Passwords(hasher, random_secret), trail, clock, random_id)
            yield OnHost(beginning, Organizations(database, trail))
    finally:
        hasher.close()
