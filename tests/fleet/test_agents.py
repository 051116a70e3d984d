from collections.abc import Iterator
from itertools import count

import pytest

from drover.fleet.domain.agents import AgentNameTaken, AgentRefused, AgentUnknown, BadHostName, RackUnknown
from drover.fleet.service import Agents, Racks
from drover.platform.db.database import Database
from drover.platform.db.errors import Conflict, ReferenceBroken
from drover.platform.db.whose import Organization
from tests.databases import CLIENT, ORGANIZATION, OTHER_CLIENT, OTHER_ORGANIZATION
from tests.fleet.racks import ADMINISTRATOR, TRAIL

OURS, THEIRS = Organization(ORGANIZATION), Organization(OTHER_ORGANIZATION)
RACKS = Racks(TRAIL)


@pytest.fixture
def agents() -> Agents:
    numbers: Iterator[int] = count(1)
    return Agents(TRAIL, lambda: f"credential {next(numbers)}")


@pytest.fixture
async def rack_id(database: Database) -> str:
    async with database.writing(OURS) as unit:
        return (await RACKS.create(unit, "rack1", ADMINISTRATOR)).id


async def test_an_agent_reports_with_the_credential_it_was_given(
    database: Database, agents: Agents, rack_id: str
) -> None:
    async with database.writing(OURS) as unit:
        agent, credential = await agents.register(unit, "rack1", rack_id, ADMINISTRATOR, public_key="key")
        assert not agent.alive(await unit.now())
        reported = await agents.report(unit, "rack1", credential, "boot1", 3)
        assert await agents.get(unit, agent.id) == reported
        assert await agents.list(unit) == [reported]
    assert (reported.boot_id, reported.acting, reported.public_key) == ("boot1", 3, "key")


async def test_a_wrong_credential_and_an_unknown_name_are_refused(
    database: Database, agents: Agents, rack_id: str
) -> None:
    async with database.writing(OURS) as unit:
        await agents.register(unit, "rack1", rack_id, ADMINISTRATOR)
        with pytest.raises(AgentRefused):
            await agents.report(unit, "rack1", "guessed", "boot1", 0)
        with pytest.raises(AgentRefused):
            await agents.report(unit, "rack2", "credential 1", "boot1", 0)


async def test_a_second_process_under_the_name_is_refused_until_the_first_has_left(
    database: Database, agents: Agents, rack_id: str
) -> None:
    async with database.writing(OURS) as unit:
        _, credential = await agents.register(unit, "rack1", rack_id, ADMINISTRATOR)
        await agents.report(unit, "rack1", credential, "boot1", 0)
        with pytest.raises(AgentNameTaken, match="already running elsewhere"):
            await agents.report(unit, "rack1", credential, "boot2", 0)
        await agents.leave(unit, "rack1", credential, "boot1")
        assert (await agents.report(unit, "rack1", credential, "boot2", 0)).boot_id == "boot2"


async def test_a_revoked_agent_is_refused_and_registered_again_under_a_new_credential(
    database: Database, agents: Agents, rack_id: str
) -> None:
    async with database.writing(OURS) as unit:
        agent, old = await agents.register(unit, "rack1", rack_id, ADMINISTRATOR)
        with pytest.raises(AgentNameTaken, match="registered already"):
            await agents.register(unit, "rack1", rack_id, ADMINISTRATOR)
        revoked = await agents.revoke(unit, agent.id, ADMINISTRATOR, "stolen")
        assert await agents.revoke(unit, agent.id, ADMINISTRATOR, "again") == revoked
        with pytest.raises(AgentRefused):
            await agents.report(unit, "rack1", old, "boot1", 0)
        again, new = await agents.register(unit, "rack1", rack_id, ADMINISTRATOR)
        with pytest.raises(AgentRefused):
            await agents.report(unit, "rack1", old, "boot1", 0)
        assert (await agents.report(unit, "rack1", new, "boot1", 0)).id == again.id == agent.id


async def test_an_agent_is_reserved_for_a_client_of_the_organization_alone(
    database: Database, agents: Agents, rack_id: str
) -> None:
    async with database.writing(OURS) as unit:
        agent, _ = await agents.register(unit, "rack1", rack_id, ADMINISTRATOR)
        assert (await agents.reserve(unit, agent.id, CLIENT, ADMINISTRATOR)).reserved_client_id == CLIENT
        assert (await agents.reserve(unit, agent.id, None, ADMINISTRATOR)).reserved_client_id is None

    async def reserve_for_strangers() -> None:
        async with database.writing(OURS) as unit:
            await agents.reserve(unit, agent.id, OTHER_CLIENT, ADMINISTRATOR)

    with pytest.raises(ReferenceBroken):
        await reserve_for_strangers()


async def test_racks_have_names_of_their_own(database: Database, rack_id: str) -> None:
    async with database.writing(OURS) as unit:
        await RACKS.create(unit, "rack2", ADMINISTRATOR)
        await RACKS.rename(unit, rack_id, "basement", ADMINISTRATOR)
        assert [rack.name for rack in await RACKS.list(unit)] == ["basement", "rack2"]
        assert (await RACKS.get(unit, rack_id)).name == "basement"
        with pytest.raises(BadHostName):
            await RACKS.create(unit, "a b", ADMINISTRATOR)

    async def rename_to_another_s() -> None:
        async with database.writing(OURS) as unit:
            await RACKS.rename(unit, rack_id, "rack2", ADMINISTRATOR)

    with pytest.raises(Conflict):
        await rename_to_another_s()


async def test_another_organization_sees_neither_racks_nor_agents(
    database: Database, agents: Agents, rack_id: str
) -> None:
    async with database.writing(OURS) as unit:
        agent, credential = await agents.register(unit, "rack1", rack_id, ADMINISTRATOR)
    async with database.writing(THEIRS) as unit:
        assert await RACKS.list(unit) == []
        assert await agents.list(unit) == []
        with pytest.raises(RackUnknown):
            await RACKS.get(unit, rack_id)
        with pytest.raises(AgentUnknown):
            await agents.revoke(unit, agent.id, ADMINISTRATOR, "")
        with pytest.raises(AgentRefused):
            await agents.report(unit, "rack1", credential, "boot1", 0)
        with pytest.raises(RackUnknown):
            await agents.register(unit, "rack1", rack_id, ADMINISTRATOR)
