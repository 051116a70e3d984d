"""The second app is played like the first, and text goes in by touches on the keys where it cannot go in otherwise."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from drover.bootstrap.play import PlayRequest
from drover.screens.domain import Registry
from drover.screens.files import load_registry
from drover.sequences.files import read_sequence
from drover.sequences.plan import make_plan
from drover.sequences.record import Status
from tests.rack.stand import PLAZA, Stand, stand

pytestmark = [pytest.mark.rack, pytest.mark.asyncio(loop_scope="module")]

NOTES = PLAZA.parent / "notes"
LONGEST_TASK_S = 20


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stand]:
    async with stand(tmp_path_factory.mktemp("rack"), phones=1, retries=1, keyboard="qwertz") as rack:
        yield rack


def request(rack: Stand, file: Path, registry: Registry, **params: str) -> PlayRequest:
    document = json.loads(file.read_text())
    for task in document["tasks"]:
        task["timeout_s"] = LONGEST_TASK_S
    plan = make_plan(read_sequence(json.dumps(document), file.name), registry, params, file=file.name)
    return PlayRequest(plan, registry, "phone:all", None, rack.folder / "report.html", rack.rack.names)


async def test_a_note_is_written_by_the_same_player(rack: Stand) -> None:
    await rack.clear()
    registry = load_registry(NOTES / "registry").registry
    record = (await rack.play(request(rack, NOTES / "write-note.json", registry, title="Two hubs")))["phone1"]
    assert (record.status, record.error) == (Status.COMPLETED, "")
    state: Any = (await rack.rack.state("phone1"))["apps"]["com.drover.notes"]
    assert state["notes"] == [{"title": "Two hubs", "text": "Label the cables. Bring two hubs."}]


async def test_words_of_several_layouts_are_typed_by_touches_alone(rack: Stand) -> None:
    await rack.clear()
    registry = load_registry(PLAZA / "registry").registry
    by_keys = {**registry.apps, "plaza": replace(registry.apps["plaza"], by_keyboard=True)}
    play = request(rack, PLAZA / "edit-profile.json", replace(registry, apps=by_keys), bio="Grüße, Zoë")
    record = (await rack.play(play))["phone1"]
    assert (record.status, record.error) == (Status.COMPLETED, "")
    state: Any = await rack.rack.state("phone1")
    assert state["apps"]["com.drover.plaza"]["bio"] == "Grüße, Zoë"
    assert state["counters"]["texts"] == 0
