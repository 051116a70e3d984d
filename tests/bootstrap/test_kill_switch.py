"""A kill switch where runs are: agents are told first, whatever has its phone is marked, and work is looked at anew."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from drover.bootstrap.kill_switch import KillSwitch
from drover.fleet.service import Agents
from drover.kernel.clock import FakeClock
from drover.kernel.ids import random_id
from drover.platform.db.database import Database
from drover.protocol.messages import LeaseExtended, PlayOrder, Refused, StopOrder, Stopped
from drover.tenancy.domain.standing import Halt
from drover.tenancy.service import Clients, Thrown
from drover.workflows.domain.runs import Cause, RunStatus
from drover.workflows.service.halting import Halting
from drover.workflows.service.ports import AgentAway
from tests.databases import OURS
from tests.fleet.racks import CREDENTIAL, TRAIL
from tests.workflows.runs.world import ADA, WORKFLOW, World, waits, world_of

HALT = Halt(datetime(2026, 1, 1, tzinfo=UTC), "ada", "enough")


@dataclass
class Told:
    """Agents that only listen; one that is `away` does not answer."""

    away: bool = False
    stops: list[tuple[str, StopOrder]] = field(default_factory=list[tuple[str, StopOrder]])

    async def order(self, agent: str, order: PlayOrder) -> Refused:  # noqa: ARG002  the port's
        return Refused(sequence_run=order.sequence_run, code="none", message="none")

    async def stop(self, agent: str, stop: StopOrder) -> Stopped:
        self.stops.append((agent, stop))
        if self.away:
            raise AgentAway(agent, "it is off")
        return Stopped(sequence_runs=())

    async def extended(self, agent: str, told: LeaseExtended) -> None:
        """Say nothing."""


@dataclass
class House:
    world: World
    agents: Told
    woken: list[bool]

    @property
    def switch(self) -> KillSwitch:
        clock, database = FakeClock(), self.world.database
        halting = Halting(database, self.agents, Agents(TRAIL, lambda: CREDENTIAL), clock)
        return KillSwitch(database, halting, Clients(TRAIL, clock, random_id), lambda: self.woken.append(True))


@pytest.mark.parametrize("client", [OURS.client, None], ids=["a client's", "everybody's"])
async def test_what_has_its_phone_is_to_pause_and_its_agent_was_told(
    database: Database, tmp_path: Path, client: str | None
) -> None:
    async with world_of(database, tmp_path, phones=2) as world, world.worker(loops=False) as made:
        world.rig.script = waits
        house = House(world, Told(), [])
        playing = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await made.dispatcher.turn()
        await world.until(playing.id, RunStatus.RUNNING)
        queued = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[1].id)
        await house.switch.thrown(Thrown(OURS.organization, client, HALT))
        asked = [(await world.run(run.id)).asked for run in (playing, queued)]
    ((_, stop),) = house.agents.stops
    assert (stop.scope, stop.id, stop.reason) == ("client" if client else "all", client or "", "enough")
    assert asked == [Cause.HALTED, None]
    assert house.woken == [True]


async def test_an_agent_that_does_not_answer_is_told_of(database: Database, tmp_path: Path) -> None:
    async with world_of(database, tmp_path) as world:
        house = House(world, Told(away=True), [])
        with capture_logs() as logs:
            await house.switch.thrown(Thrown(OURS.organization, OURS.client, HALT))
    assert [(line["event"], len(line["agents"])) for line in logs] == [("a kill switch was not confirmed", 1)]
    assert house.woken == [True]
