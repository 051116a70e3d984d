"""A rack of simulated phones for tests: faults are given through the control API, plays go through the composition."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2

from drover.bootstrap.play import PlayRequest, play, save_report
from drover.bootstrap.simulated import SimulatedRack, simulated_rack
from drover.platform.settings import Settings
from drover.screens.files import load_registry
from drover.sequences.files import read_sequence
from drover.sequences.plan import make_plan
from drover.sequences.record import PhoneRecord, PlayRecord
from drover.simulator.rack import RackOptions

PLAZA = Path(__file__).parents[2] / "examples" / "plaza"
PACKAGE = "com.drover.plaza"
IMPATIENT: Mapping[str, Any] = {"task_retry_pause_s": 0.2, "connection_retries": 0, "away_s": 0}


@dataclass(frozen=True)
class Stand:
    """A running rack, and what a play on it needs."""

    rack: SimulatedRack
    settings: Settings
    folder: Path

    async def give(self, phone: str, fault: str, **fields: Any) -> None:
        """Give a phone a fault."""
        async with httpx2.AsyncClient(base_url=self.rack.control, trust_env=False) as client:
            answer = await client.post(f"/phones/{phone}/faults", json={"fault": fault, **fields})
            assert answer.status_code == 200, answer.text

    async def lift(self, phone: str, fault: str) -> None:
        """Take a fault away."""
        async with httpx2.AsyncClient(base_url=self.rack.control, trust_env=False) as client:
            (await client.delete(f"/phones/{phone}/faults/{fault}")).raise_for_status()

    async def calm(self, phone: str) -> None:
        """Let the popups that come by themselves have come already: none does so twice in a phone's life."""
        for popup in ("permission", "update"):
            await self.give(phone, "popup", name=popup)
            await self.lift(phone, "popup")

    async def renew(self, *phones: str) -> None:
        """Bring phones to their first state, without faults."""
        async with httpx2.AsyncClient(base_url=self.rack.control, trust_env=False) as client:
            for phone in phones:
                (await client.delete(f"/phones/{phone}/faults")).raise_for_status()
                (await client.post(f"/phones/{phone}/reset")).raise_for_status()

    async def clear(self) -> None:
        """Bring all phones to their first state, without faults, and connect those that went away."""
        await self.renew(*self.rack.names.values())
        listed = {sighting.serial for sighting in await self.rack.source.sightings()}
        assert await self.rack.source.connect(set(self.rack.names) - listed) == {}

    @property
    def steps(self) -> int:
        """How many steps the example has."""
        return len(json.loads((PLAZA / "edit-profile.json").read_text())["tasks"])

    async def stored(self, phone: str) -> Mapping[str, Any]:
        """Return what the demo app has stored on a phone."""
        return (await self.rack.state(phone))["apps"][PACKAGE]

    def request(self, *, timeout_s: float, from_step: int | None = None, selector: str = "phone:all") -> PlayRequest:
        """Return a request to play the example, with a timeout of its own for every task."""
        document = json.loads((PLAZA / "edit-profile.json").read_text())
        for task in document["tasks"]:
            task["timeout_s"] = timeout_s
        return self.request_of(document, from_step=from_step, selector=selector)

    def request_of(
        self, document: Mapping[str, Any], *, from_step: int | None = None, selector: str = "phone:all"
    ) -> PlayRequest:
        """Return a request to play a sequence for the example's registry."""
        registry = load_registry(PLAZA / "registry").registry
        plan = make_plan(read_sequence(json.dumps(document), "edit-profile.json"), registry, {}, file="example")
        return PlayRequest(plan, registry, selector, from_step, self.folder / "report.html", self.rack.names)

    async def play(self, request: PlayRequest) -> dict[str, PhoneRecord]:
        """Play, and return the phones' records by name."""
        record = await self.whole(request)
        return {phone.name: phone for phone in record.phones}

    async def whole(self, request: PlayRequest) -> PlayRecord:
        """Play, and return the whole record."""
        record = await play(request, self.rack.source, self.settings, lambda _event: None)
        save_report(record, request, self.settings)
        return record


@asynccontextmanager
async def stand(
    folder: Path, phones: int, *, retries: int = 0, patience: Mapping[str, Any] = IMPATIENT, **options: Any
) -> AsyncIterator[Stand]:
    """Run a rack of small, quick phones; `patience` are the settings that say how often what is tried again."""
    made = replace(RackOptions(phones=phones, seed=4, profile="none", width=720), **options)
    settings = Settings(data_dir=folder / "data", **{"task_retries": retries, **patience})
    async with simulated_rack(made, settings) as rack:
        yield Stand(rack, settings, folder)
