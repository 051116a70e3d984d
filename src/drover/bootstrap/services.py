"""Every capability's services, made of one database, bus and content store: what API and worker both stand on."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from drover.accounts.service import Accounts, Apps, Profiles, Seen, Targets
from drover.audit.service import Trail
from drover.bootstrap.joining import ClientsStanding, FleetInSight
from drover.fleet.service import Agents, Leases, Phones, Racks
from drover.kernel.ids import random_id, random_secret
from drover.platform.content import Content
from drover.platform.db.database import Database
from drover.sequences.helpers import Helper
from drover.tenancy.hashing import Hasher
from drover.tenancy.service import Beginning, Clients, LocalAccess, Login, Passwords, Tokens, Users
from drover.workflows.service.definitions import Definitions, Surroundings
from drover.workflows.service.occurrences import Occurrences
from drover.workflows.service.preparing import Preparations
from drover.workflows.service.schedules import Schedules

_SEED_BITS = 63


@dataclass(frozen=True, slots=True)
class Foundation:
    """What all services stand on."""

    database: Database
    hasher: Hasher
    trail: Trail
    content: Content
    helpers: Mapping[str, Helper]
    categories: frozenset[str]


@dataclass(frozen=True, slots=True)
class People:
    """Who may use it, and how they get in."""

    beginning: Beginning
    clients: Clients
    users: Users
    login: Login
    passwords: Passwords
    tokens: Tokens
    local: LocalAccess


@dataclass(frozen=True, slots=True)
class Fleet:
    """Phones and what is on them."""

    racks: Racks
    agents: Agents
    phones: Phones
    leases: Leases
    apps: Apps
    profiles: Profiles
    accounts: Accounts
    seen: Seen
    targets: Targets


@dataclass(frozen=True, slots=True)
class Plans:
    """What is to be run, when and where, and what a run needs of others."""

    definitions: Definitions
    schedules: Schedules
    occurrences: Occurrences
    preparations: Preparations
    standing: ClientsStanding


def people_of(base: Foundation) -> People:
    """Return the services of tenancy."""
    passwords = Passwords(base.hasher, random_secret)
    database, trail, clock = base.database, base.trail, base.trail.clock
    return People(
        beginning=Beginning(database, passwords, trail, clock, random_id),
        clients=Clients(trail, clock, random_id),
        users=Users(trail, clock, random_id),
        login=Login(database, base.hasher, passwords, trail, clock, random_id, random_secret),
        passwords=passwords,
        tokens=Tokens(database, trail, clock, random_id, random_secret),
        local=LocalAccess(database, trail, clock, random_id, random_secret),
    )


def fleet_of(base: Foundation) -> Fleet:
    """Return the services of fleet and accounts."""
    trail = base.trail
    phones = Phones(trail)
    accounts = Accounts(trail, phones)
    return Fleet(
        racks=Racks(trail),
        agents=Agents(trail, random_secret),
        phones=phones,
        leases=Leases(trail),
        apps=Apps(trail),
        profiles=Profiles(trail),
        accounts=accounts,
        seen=Seen(),
        targets=Targets(phones, accounts),
    )


def plans_of(base: Foundation, people: People, fleet: Fleet) -> Plans:
    """Return the services of workflows, but for those of a worker."""
    definitions = Definitions(base.trail, Surroundings(frozenset(base.helpers), base.categories, base.content))
    sight = FleetInSight(fleet.phones, fleet.accounts)
    return Plans(
        definitions=definitions,
        schedules=Schedules(base.trail, definitions, sight, lambda: secrets.randbits(_SEED_BITS)),
        occurrences=Occurrences(base.trail, definitions, sight),
        preparations=Preparations(definitions, fleet.apps, fleet.accounts, fleet.seen, base.trail.clock),
        standing=ClientsStanding(people.clients),
    )
