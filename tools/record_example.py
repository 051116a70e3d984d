"""Record examples/plaza/edit-profile.json again: a finger follows its script, and looks before every touch."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx2

from drover.bootstrap.record import RecordOutcome, RecordRequest, record
from drover.bootstrap.simulated import simulated_rack
from drover.platform.settings import Settings
from drover.screens.files import load_registry
from drover.sequences.recorder.inputs import Given
from drover.sequences.recorder.recorder import Happening, Seen
from drover.simulator.rack import RackOptions

PLAZA = Path(__file__).parents[1] / "examples" / "plaza"
EXAMPLE = PLAZA / "edit-profile.json"
SCRIPT = PLAZA / "touches" / "edit-profile.json"
INPUTS = {
    "login": "ada",
    "password": "plaza-demo",
    "name": "Ada Lovelace",
    "username": "ada.lovelace",
    "bio": "First programmer. Poetical science.",
}
OPTIONS = RackOptions(phones=1, seed=7, profile="none")
"""With this seed no popup comes by itself."""


class Person:
    """Touches a phone, and looks each time until what came of it is known."""

    def __init__(self, control: str) -> None:
        self._control = control
        self._seen = asyncio.Condition()
        self._touches = -1

    def tell(self, happening: Happening) -> None:
        """Take what the recorder tells."""
        if isinstance(happening, Seen) and happening.sight.screen is not None:
            self._touches = happening.touches

    async def follow(self, touches: list[dict[str, Any]]) -> None:
        """Do the touches one by one."""
        async with httpx2.AsyncClient(base_url=self._control, timeout=120, trust_env=False) as client:
            done = 0
            await self._look(done)
            for touch in touches:
                answer = await client.post("/phones/phone1/touches", json={"touches": [touch]})
                done += answer.raise_for_status().json()["presses"]
                await self._look(done)

    async def _look(self, touches: int) -> None:
        async with asyncio.timeout(60):
            while self._touches < touches:  # noqa: ASYNC110  the recorder tells by a call, not by an event
                await asyncio.sleep(0.02)


async def record_example(out: Path, data: Path) -> RecordOutcome:
    """Record the script into `out`; what else is kept of it goes beside it."""
    settings = Settings(data_dir=data)
    registry = load_registry(PLAZA / "registry").registry
    touches = json.loads(SCRIPT.read_text())["touches"]
    async with simulated_rack(OPTIONS, settings) as rack:
        (serial,) = rack.names
        request = RecordRequest(serial, out, registry, Given(INPUTS), "Edit the profile", app="plaza", afresh=True)
        person = Person(rack.control)
        recording = asyncio.create_task(record(request, rack.source, settings, person.tell))
        hand = asyncio.create_task(person.follow(touches))
        await asyncio.wait((recording, hand), return_when=asyncio.FIRST_COMPLETED)
        recording.cancel()  # as Ctrl-C does
        hand.cancel()
        outcome = await recording
        if not hand.cancelled():
            hand.result()
    return outcome


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        recorded = Path(folder) / EXAMPLE.name
        outcome = asyncio.run(record_example(recorded, Path(folder) / "data"))
        for fault in outcome.faults:
            print(f"to mend: {fault}")
        if outcome.faults or outcome.failure:
            sys.exit(1)
        EXAMPLE.write_text(recorded.read_text())
        print(f"{EXAMPLE}: {len(outcome.sequence.tasks)} steps")


if __name__ == "__main__":
    main()
