"""Plays on simulated phones through a real adb server: what a rack does to them, and what they do about it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from drover.devices.ports import Driver
from drover.screens.domain import Registry
from drover.screens.files import load_registry
from drover.screens.matching.matcher import Matcher
from drover.sequences.record import Status
from tests.rack.stand import PLAZA, Stand, stand

pytestmark = [pytest.mark.rack, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stand]:
    async with stand(tmp_path_factory.mktemp("playing"), 3, retries=2) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def _fresh(rack: Stand) -> None:
    await rack.clear()


async def test_lost_touches_are_made_good_by_trying_again(rack: Stand) -> None:
    await rack.give("phone1", "lost_touch", count=1, on_page="plaza.onboarding_welcome")
    await rack.give("phone1", "lost_touch", count=1, on_page="plaza.profile")
    record = (await rack.play(rack.request(timeout_s=4, selector="phone:phone1")))["phone1"]
    assert (record.status, record.error) == (Status.COMPLETED, "")
    assert (await rack.stored("phone1"))["name"] == "Ada Lovelace"


@pytest.mark.parametrize("popup", ["update", "permission"])
async def test_known_popups_are_dismissed_wherever_they_come(rack: Stand, popup: str) -> None:
    pages = {"phone1": "plaza.feed", "phone2": "plaza.edit_profile", "phone3": "plaza.profile"}
    for phone, page in pages.items():
        await rack.give(phone, "popup", name=popup, on_page=page)
    records = await rack.play(rack.request(timeout_s=10))
    assert {name: record.error for name, record in records.items()} == dict.fromkeys(pages, "")


async def test_an_unplugged_a_hanging_and_a_garbled_phone_do_not_disturb_the_others(rack: Stand) -> None:
    await rack.give("phone2", "disconnect", on_page="plaza.login")
    await rack.give("phone3", "garbage", on_page="plaza.onboarding_discover")
    records = await rack.play(rack.request(timeout_s=6))
    assert [record.status for record in records.values()] == [Status.COMPLETED, Status.FAILED, Status.FAILED]
    assert "is not reachable" in records["phone2"].error
    assert "answered with something else" in records["phone3"].error
    assert all(record.hint for record in records.values() if record.error)
    assert {sighting.serial for sighting in await rack.rack.source.sightings()} == set(rack.rack.names)


async def test_a_play_goes_on_from_the_step_at_which_it_stopped(rack: Stand) -> None:
    await rack.give("phone1", "cover", rect=[0, 0, 720, 1600], on_page="plaza.login")
    stopped = (await rack.play(rack.request(timeout_s=1.5, selector="phone:phone1")))["phone1"]
    step = stopped.tasks[-1].index
    async with asyncio.timeout(60):
        await rack.lift("phone1", "cover")
        record = (await rack.play(rack.request(timeout_s=10, from_step=step + 1, selector="phone:phone1")))["phone1"]
    assert (record.status, record.tasks[0].index) == (Status.COMPLETED, step + 1)


class Impatient:
    """Does what a player without settle logic does: touches an action as soon as the screen's title can be seen.

    It knows its screens before it needs them, so that a busy machine does not give the phone time to come to rest.
    """

    def __init__(self, driver: Driver, registry: Registry) -> None:
        self._driver = driver
        self._screens = registry.screens
        self._matcher = Matcher(registry)

    async def prepare(self) -> None:
        """Look once for every screen that it may be asked for."""
        frame = await self._driver.capture()
        for key in self._screens:
            self._matcher.verify(frame, key)

    async def tap(self, key: str, action: str) -> None:
        """Touch the action on the first frame that shows the title. Raises TimeoutError where none does."""
        async with asyncio.timeout(20):
            while (found := self._matcher.verify(frame := await self._driver.capture(), key)).variant is None:
                pass
        wanted = found.variant.action(action)
        assert wanted is not None
        await self._driver.tap(wanted.rect.scaled(self._screens[key].reference, frame.size).center)


async def test_a_player_without_settle_logic_misses_the_button_that_late_content_moves(rack: Stand) -> None:
    await rack.calm("phone2")
    request = rack.request(timeout_s=10, selector="phone:phone2")
    await rack.play(replace(request, plan=replace(request.plan, steps=request.plan.steps[:8])))
    registry = titles_only(load_registry(PLAZA / "registry").registry, "plaza.feed", "plaza.profile")
    driver = rack.rack.source.driver(next(serial for serial, name in rack.rack.names.items() if name == "phone2"))
    await driver.attach()
    impatient = Impatient(driver, registry)
    await impatient.prepare()
    await impatient.tap("plaza.feed", "tab_profile")
    await impatient.tap("plaza.profile", "edit_profile")
    await asyncio.sleep(2)
    page = (await rack.rack.state("phone2"))["page"]
    await driver.detach()
    assert page == "plaza.profile"


def titles_only(registry: Registry, *keys: str) -> Registry:
    """Return these screens with one region each: the one that an impatient author would choose."""
    screens = {
        key: replace(
            registry.screens[key],
            variants=tuple(replace(each, regions=each.regions[:1]) for each in registry.screens[key].variants),
        )
        for key in keys
    }
    return replace(registry, screens=screens)
