"""The shipped example is what the recorder makes of a finger's script, byte for byte; other hands, other speeds."""

import asyncio
import json
from pathlib import Path

import pytest

from drover.bootstrap.record import RecordRequest, record
from drover.bootstrap.simulated import SimulatedRack, simulated_rack
from drover.platform.settings import Settings
from drover.screens.files import load_registry
from drover.sequences.domain import Task
from drover.sequences.recorder.inputs import Given
from drover.sequences.wording import describe
from drover.simulator.rack import RackOptions
from tools.record_example import EXAMPLE, INPUTS, PLAZA, Person, record_example

pytestmark = pytest.mark.rack


async def test_the_example_is_what_the_recorder_makes_of_the_script(tmp_path: Path) -> None:
    outcome = await record_example(tmp_path / EXAMPLE.name, tmp_path / "data")
    assert (outcome.faults, outcome.unknown, outcome.unused, outcome.failure) == ((), [], (), None)
    assert (tmp_path / EXAMPLE.name).read_bytes() == EXAMPLE.read_bytes()


async def test_every_kind_of_touch_is_recorded_on_a_phone_as_slow_as_real_ones(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    script = json.loads((PLAZA / "touches" / "edit-profile.json").read_text())["touches"]
    to_the_feed = [touch | {"text": "x"} if touch["touch"] == "type" else touch for touch in script[:9]]
    more = [
        {"touch": "swipe", "start": [540, 1500], "end": [540, 900], "seconds": 0.4, "on_page": "plaza.feed"},
        {"touch": "long_tap", "at": [540, 40], "seconds": 0.7},
        {"touch": "key", "key": "home"},
    ]
    async with simulated_rack(RackOptions(phones=1, seed=7, width=1080), settings) as rack:
        outcome = await recorded(rack, tmp_path / "feed.json", settings, [*to_the_feed, *more])
    words = [describe(task.act) for task in outcome[-3:]]
    assert words[0].startswith("swipe (490, 700) - (590, 1700)")
    assert words[1].startswith("long tap ")
    assert words[2] == "press home"
    assert [(task.before, task.after) for task in outcome[-3:]] == [
        ("plaza.feed", "plaza.feed"),
        ("plaza.feed", "plaza.feed"),
        ("plaza.feed", "launcher.home"),
    ]


async def recorded(
    rack: SimulatedRack, out: Path, settings: Settings, touches: list[dict[str, object]]
) -> tuple[Task, ...]:
    """Return the tasks that are recorded of the touches, each done when what came of the last one was seen."""
    (serial,) = rack.names
    registry = load_registry(PLAZA / "registry").registry
    person = Person(rack.control)
    request = RecordRequest(serial, out, registry, Given(INPUTS), "Look at the feed", app="plaza")
    recording = asyncio.create_task(record(request, rack.source, settings, person.tell))
    await person.follow(touches)
    recording.cancel()
    return (await recording).sequence.tasks
