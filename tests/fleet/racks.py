"""Racks in the database, for tests that need phones there."""

from collections.abc import Sequence

from drover.audit.domain import System
from drover.audit.service import Trail
from drover.fleet.domain.agents import Agent
from drover.fleet.domain.phones import PhoneState
from drover.fleet.domain.records import PhoneRecord, Report
from drover.fleet.service import Agents, Phones, Racks
from drover.kernel.clock import SystemClock
from drover.kernel.ids import random_id
from drover.platform.db.database import Database
from drover.platform.db.whose import OneClient, Organization
from tests.databases import OURS

ADMINISTRATOR = System("administrator", "user", "127.0.0.1")
CREDENTIAL = "of the agent"
TRAIL = Trail(SystemClock(), random_id)


async def running_agent(database: Database, name: str = "rack1", organization: str = OURS.organization) -> Agent:
    """Return an agent that has just reported, of a new rack of its name."""
    async with database.writing(Organization(organization)) as unit:
        rack = await Racks(TRAIL).create(unit, name, ADMINISTRATOR)
        agents = Agents(TRAIL, lambda: CREDENTIAL)
        await agents.register(unit, name, rack.id, ADMINISTRATOR)
        return await agents.report(unit, name, CREDENTIAL, "boot1", 0)


async def rack_with_phones(database: Database, count: int, *, whose: OneClient = OURS) -> Sequence[PhoneRecord]:
    """Return the phones of a new rack: phone1, phone2 and so on, all online."""
    agent = await running_agent(database, f"rack-of-{whose.client[:2]}", whose.organization)
    reports = [Report(f"serial{number}", PhoneState.ONLINE, model="P1") for number in range(1, count + 1)]
    async with database.writing(whose) as unit:
        return await Phones(TRAIL).register(unit, agent, reports)


def agent_of(phone: PhoneRecord) -> Agent:
    """Return the agent that holds a phone."""
    assert phone.agent is not None
    return phone.agent
