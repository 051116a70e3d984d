"""An agent in its own thread plays on simulated phones through a real adb server, ordered over the bus."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from drover.bootstrap.agent_thread import AgentThread, agent_options, running_agent
from drover.devices.ports import DeviceSource
from drover.drivers.adb.client import AdbServer
from drover.drivers.adb.source import AdbSource
from drover.drivers.memory.driver import NONE
from drover.drivers.memory.source import MemorySource
from drover.kernel.clock import SleeplessClock, SystemClock
from drover.platform.blobs import FolderBlobs
from drover.platform.bus.memory import MemoryBus
from drover.platform.content import BlobContent
from drover.protocol.archive import pack
from drover.protocol.messages import Accepted
from tests.agent.stand import NAME, Centre, ShiftedClock
from tests.agent.stand import Stand as Orders
from tests.rack.stand import PLAZA, Stand, stand

pytestmark = [pytest.mark.rack, pytest.mark.timeout(400)]


def threaded(rack: Stand, bus: MemoryBus, content: BlobContent) -> AgentThread:
    @asynccontextmanager
    async def source() -> AsyncGenerator[DeviceSource]:
        yield AdbSource(AdbServer(rack.rack.server), SystemClock())

    options = replace(agent_options(rack.settings, SleeplessClock()), drain_s=30.0)
    return AgentThread(lambda: running_agent(NAME, source, bus, content, options))


async def test_two_phones_are_played_on_and_a_play_that_its_agent_left_is_gone_on_with(tmp_path: Path) -> None:
    bus, content = MemoryBus(), BlobContent(FolderBlobs(tmp_path / "content"))
    async with stand(tmp_path, 2) as rack, Centre(bus, patience_s=180).answering() as centre:
        screens = await content.put(pack(PLAZA / "registry"))
        document = json.loads((PLAZA / "edit-profile.json").read_text())
        for task in document["tasks"]:
            task["timeout_s"] = 60
        sequence = await content.put(json.dumps(document).encode())
        nothing = MemorySource((), SystemClock())
        orders = Orders(tmp_path, ShiftedClock(), bus, content, nothing, centre, screens, NONE)
        runs: list[str] = []
        async with threaded(rack, bus, content):
            for serial, name in rack.rack.names.items():
                order = await orders.order(phone=serial, phone_name=name, sequence=sequence)
                assert await orders.send(order) == Accepted(sequence_run=order.sequence_run)
                runs.append(order.sequence_run)
            for run in runs:
                await centre.told(run, "task_ended", 2)
        interrupted = [run for run in runs if "ended" not in centre.kinds(run)]
        async with threaded(rack, bus, content):
            statuses = [(await centre.ended(run)).status for run in runs]
        stored = [(await rack.stored(name))["name"] for name in rack.rack.names.values()]
    assert interrupted
    assert statuses == ["completed", "completed"]
    assert stored == ["Ada Lovelace", "Ada Lovelace"]
