"""The agent of a data folder: the same at every start."""

import asyncio
import stat
from pathlib import Path

import pytest

from drover.audit.domain import System
from drover.audit.service import Trail
from drover.bootstrap.own_agent import Registration
from drover.bootstrap.reports import Reports
from drover.bootstrap.standing import DataFolderUnusable
from drover.fleet.service import Agents, Phones, Racks
from drover.kernel.clock import FakeClock, SystemClock
from drover.kernel.ids import random_id, random_secret
from drover.platform.bus.memory import MemoryBus
from drover.platform.db.database import Database
from drover.platform.db.whose import Organization
from drover.protocol.codec import encode
from drover.protocol.messages import AgentState, PhoneSeen
from tests.databases import CLIENT, ORGANIZATION, OURS

BOB = System("bob")
TRAIL = Trail(SystemClock(), random_id)


@pytest.fixture
def registration(database: Database) -> Registration:
    return Registration(database, Agents(TRAIL, random_secret), Racks(TRAIL), random_id)


def state(boot: str, **phones: str) -> AgentState:
    seen = tuple(PhoneSeen(serial=serial, state=state, model="Plaza One") for serial, state in phones.items())
    return AgentState(agent="here", boot=boot, phones=seen)


class Bell:
    def __init__(self) -> None:
        self.rung = 0
        self.heard = asyncio.Event()

    def ring(self) -> None:
        self.rung += 1
        self.heard.set()


async def test_a_folder_has_one_agent_for_good(registration: Registration, tmp_path: Path) -> None:
    first = await registration.known_or_new(tmp_path, ORGANIZATION, CLIENT)
    again = await registration.known_or_new(tmp_path, ORGANIZATION, CLIENT)
    assert again == first
    assert stat.S_IMODE((tmp_path / "agent.json").stat().st_mode) == 0o600


async def test_another_folder_has_another(registration: Registration, tmp_path: Path) -> None:
    here = await registration.known_or_new(tmp_path / "here", ORGANIZATION, CLIENT)
    there = await registration.known_or_new(tmp_path / "there", ORGANIZATION, CLIENT)
    assert here.name != there.name


async def test_one_that_was_revoked_is_replaced(registration: Registration, tmp_path: Path, database: Database) -> None:
    first = await registration.known_or_new(tmp_path, ORGANIZATION, CLIENT)
    async with database.writing(Organization(ORGANIZATION)) as unit:
        (agent,) = await registration.agents.list(unit)
        await registration.agents.revoke(unit, agent.id, BOB, "lost")
    assert (await registration.known_or_new(tmp_path, ORGANIZATION, CLIENT)).name != first.name


async def test_one_that_another_database_knew_is_replaced(registration: Registration, tmp_path: Path) -> None:
    kept = '{"name": "up-1", "credential": "x", "organization": "%s", "client": "%s"}'
    (tmp_path / "agent.json").write_text(kept % (ORGANIZATION, CLIENT))
    assert (await registration.known_or_new(tmp_path, ORGANIZATION, CLIENT)).name != "up-1"


async def test_a_folder_that_takes_nothing_is_told(registration: Registration, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderUnusable):
        await registration.known_or_new(tmp_path / "file", ORGANIZATION, CLIENT)


async def test_a_start_after_a_kill_reports_at_once(
    registration: Registration, tmp_path: Path, database: Database
) -> None:
    own = await registration.known_or_new(tmp_path, ORGANIZATION, CLIENT)
    agents = registration.agents
    for boot in ("b1" * 16, "b2" * 16):
        await registration.known_or_new(tmp_path, ORGANIZATION, CLIENT)
        bell = Bell()
        reports = Reports(database, agents, Phones(TRAIL), own, FakeClock(), bell.ring)
        await reports.take(state(boot))
    async with database.reading(Organization(ORGANIZATION)) as unit:
        assert [agent.boot_id for agent in await agents.list(unit)] == ["b2" * 16]


async def test_reports_become_phones_and_what_changes_is_told(
    registration: Registration, tmp_path: Path, database: Database
) -> None:
    own = await registration.known_or_new(tmp_path, ORGANIZATION, CLIENT)
    bell, clock, phones = Bell(), FakeClock(), Phones(TRAIL)
    reports = Reports(database, registration.agents, phones, own, clock, bell.ring)
    boot = "b1" * 16
    for serials in ({"a": "online", "b": "online"}, {"a": "online", "b": "online"}, {"a": "offline", "b": "online"}):
        await reports.take(state(boot, **serials))
    assert bell.rung == 2
    async with database.reading(OURS) as unit:
        kept = [(phone.name, phone.serial, phone.state.value) for phone in await phones.every(unit)]
    assert kept == [("phone1", "a", "offline"), ("phone2", "b", "online")]


async def test_an_agent_with_nothing_new_is_noted_from_time_to_time(
    registration: Registration, tmp_path: Path, database: Database
) -> None:
    own = await registration.known_or_new(tmp_path, ORGANIZATION, CLIENT)
    clock, boot = FakeClock(), "b1" * 16
    reports = Reports(database, registration.agents, Phones(TRAIL), own, clock, Bell().ring)

    async def seen_at() -> object:
        await reports.take(state(boot))
        async with database.reading(Organization(ORGANIZATION)) as unit:
            (agent,) = await registration.agents.list(unit)
        return agent.seen_at

    first, soon = await seen_at(), await seen_at()
    clock.advance(4)
    assert first == soon != await seen_at()


async def test_what_is_no_report_does_not_end_the_following(
    registration: Registration, tmp_path: Path, database: Database
) -> None:
    own = await registration.known_or_new(tmp_path, ORGANIZATION, CLIENT)
    bus, bell = MemoryBus(), Bell()
    reports = Reports(database, registration.agents, Phones(TRAIL), own, FakeClock(), bell.ring)
    task = asyncio.create_task(reports.follow(bus))
    await asyncio.sleep(0)
    subject = f"drover.server.{own.name}.state"
    await bus.publish(subject, b"{")
    await bus.publish(subject, encode(state("b1" * 16, a="online")))
    await bell.heard.wait()
    task.cancel()
