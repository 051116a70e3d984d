"""Every example is played on a phone, one after the other, and what arrived is asked of the phone."""

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from drover.bootstrap.play import PlayRequest
from drover.screens.files import load_registry
from drover.sequences.files import load_sequence
from drover.sequences.plan import make_plan
from drover.sequences.record import PhoneRecord, Status
from drover.sequences.ways import with_ways
from tests.rack.stand import PLAZA, Stand, stand

pytestmark = [pytest.mark.rack, pytest.mark.timeout(300)]


@pytest.fixture
async def rack(tmp_path: Path) -> AsyncIterator[Stand]:
    async with stand(tmp_path, 1, retries=1, theme="dark") as rack:
        yield rack


async def play(rack: Stand, name: str, **params: str) -> PhoneRecord:
    registry = load_registry(PLAZA / "registry").registry
    plan = make_plan(with_ways(load_sequence(PLAZA / f"{name}.json"), registry), registry, params, file=name)
    request = PlayRequest(plan, registry, "phone:all", None, rack.folder / f"{name}.html", rack.rack.names)
    record = (await rack.play(request))["phone1"]
    failed = [f"{task.index} {task.name}: {task.error}" for task in record.tasks if task.error]
    assert failed == []
    assert (record.status, record.error) == (Status.COMPLETED, "")
    return record


async def account(rack: Stand, login: str, slot: int = 1) -> Mapping[str, Any]:
    return (await rack.stored("phone1"))["slots"][str(slot)]["accounts"][login]


def told(record: PhoneRecord, task: str, what: str) -> str:
    return next(each.parameters[what] for each in record.tasks if each.name == task)


async def test_every_example_does_what_it_says_once(rack: Stand) -> None:
    await play(rack, "log-in")
    assert len([task for task in (await play(rack, "log-in")).tasks if task.status is Status.SKIPPED]) == 6

    await play(rack, "new-post")
    await play(rack, "new-post", caption="")
    await play(rack, "new-story")
    await play(rack, "new-story", words="")
    await play(rack, "highlight", title="First")
    await play(rack, "highlight", title="Further")
    await play(rack, "send-message")
    ada = await account(rack, "ada")
    assert ada["counts"] == {"saves": 0, "posts": 2, "stories": 2, "highlights": 2, "sent": 1}
    assert [post["caption"] for post in ada["posts"]] == ["Morning on the bridge.", ""]
    assert [story["text"] for story in ada["stories"]] == ["Hello from the rack", ""]
    assert [highlight["name"] for highlight in ada["highlights"]] == ["First", "Further"]
    assert "See you at nine." in str(ada["messages"]["amara.diallo"])

    assert told(await play(rack, "find-person"), "Read who was found", "read").startswith("Amara Diallo")
    numbers = await play(rack, "read-numbers")
    assert told(numbers, "Read the followers", "read").strip().isdecimal()
    assert told(numbers, "Read the likes", "read").strip().isdecimal()
    await play(rack, "look-around")


async def test_the_post_of_the_day_says_what_was_drawn_and_the_date(rack: Stand) -> None:
    await play(rack, "log-in")
    record = await play(rack, "daily-post")
    (post,) = (await account(rack, "ada"))["posts"]
    today = f"{record.started_at.astimezone():%-d %B %Y}"
    drawn = re.fullmatch(r"(A quiet|Another) (morning|day) (on|by) the bridge, (.+)\.", post["caption"])
    assert drawn is not None
    assert drawn[4] == today
    assert {told(record, task, "text") for task in ("Type the caption", "The post shows the caption")} == {drawn[0]}


async def test_accounts_and_slots_are_switched_and_proven(rack: Stand) -> None:
    await play(rack, "log-in")
    await play(rack, "add-account")
    assert (await rack.stored("phone1"))["slots"]["1"]["active"] == "grace"
    await play(rack, "switch-account", account="ada")
    assert (await rack.stored("phone1"))["slots"]["1"]["active"] == "ada"
    again = await play(rack, "switch-account", account="ada")
    assert [task.status for task in again.tasks[3:6]] == [Status.SKIPPED] * 3

    await play(rack, "select-slot", slot="17")
    assert (await rack.stored("phone1"))["slot"] == 17
    prepared = await play(rack, "prepare", account="grace")
    assert ((await rack.stored("phone1"))["slot"], told(prepared, "Read the name", "read")) == (1, "Grace")
