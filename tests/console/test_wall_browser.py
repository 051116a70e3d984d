"""The wall as a person uses it, in real Chromium: one Drover on phones in memory, one browser, for all tests here."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from bench.wall_phones import MovingPhone, memory_phones, moving_phones
from drover.bootstrap.up import Up, UpRequest, up
from drover.fleet.domain.leasing import Holder, HolderKind
from drover.platform.settings import Settings
from tests.browser import chromium

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
COUNT = 7
SLOW_MS = 30_000
expect.set_options(timeout=SLOW_MS)


@dataclass
class Rig:
    """Drover that is up, its phones, and a browser that is logged in."""

    up: Up
    phones: list[MovingPhone]
    page: Page

    async def wall(self, query: str = "", live: int = COUNT) -> Page:
        """Open the wall anew, with every phone let go and on the same page, and all pictures there."""
        await self.page.goto("about:blank")
        for phone in self.phones:
            phone.turn_to("form")
            phone.texts.clear()
            phone.touches.clear()
        await self.page.goto(f"{self.up.url}/wall{query}")
        await expect(self.page.locator("[data-phone][data-live]")).to_have_count(live)
        return self.page

    def tile(self, number: int) -> Locator:
        return self.page.locator(f'[data-phone="phone{number}"]')

    def screen(self, number: int) -> Locator:
        return self.tile(number).locator(".dw-screen")

    async def drag(self, start: tuple[float, float], end: tuple[float, float], pause_s: float = 0.0) -> None:
        mouse = self.page.mouse
        await mouse.move(*start)
        await mouse.down()
        await asyncio.sleep(pause_s)
        await mouse.move(*end, steps=5)
        await mouse.up()

    async def at(self, number: int, x: float, y: float) -> tuple[float, float]:
        """Return where on the page a place of a phone's picture is, in parts of it."""
        box = await self.screen(number).bounding_box()
        assert box is not None
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    async def selected(self) -> list[str]:
        return await self.page.locator('[data-phone][aria-selected="true"]').evaluate_all(
            "tiles => tiles.map(tile => tile.dataset.phone)"
        )

    def results(self, outcome: str) -> Locator:
        return self.page.locator(f'[data-outcome="{outcome}"]')

    async def holders(self) -> dict[str, str]:
        async with self.up.database.reading(self.up.whose) as unit:
            records = {record.id: record.name for record in await self.up.fleet.phones.every(unit)}
            leases = await self.up.fleet.leases.in_force(unit, list(records))
        return {records[id_]: lease.holder.by for id_, lease in leases.items()}

    async def nobody_holds_any(self) -> None:
        async with asyncio.timeout(SLOW_MS / 1000):
            while await self.holders():  # noqa: ASYNC110  nobody tells when it happens
                await asyncio.sleep(0.05)


@asynccontextmanager
async def logged_in(browser: Browser, made: Up) -> AsyncGenerator[Page]:
    assert made.first is not None
    context = await browser.new_context(viewport={"width": 1400, "height": 900})
    page = await context.new_page()
    await page.goto(f"{made.url}/login")
    await page.get_by_label("Username").fill(made.first.username)
    await page.get_by_label("Password").fill(made.first.password)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url(re.compile(r"/$|/wall"))
    yield page
    await context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rig(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("wall")
    phones = moving_phones(COUNT)
    async with up(UpRequest(phones=memory_phones(phones)), Settings(data_dir=folder)) as made:
        async with asyncio.timeout(60):
            while not await _all_there(made):  # noqa: ASYNC110  nobody tells when it happens
                await asyncio.sleep(0.1)
        async with logged_in(chromium, made) as page:
            yield Rig(made, phones, page)


async def _all_there(made: Up) -> bool:
    async with made.database.reading(made.whose) as unit:
        return len(await made.fleet.phones.every(unit)) == COUNT


async def test_a_click_selects_one_ctrl_click_toggles_and_a_drag_selects_many(rig: Rig) -> None:
    await rig.wall()
    await rig.screen(2).click()
    assert await rig.selected() == ["phone2"]
    await rig.screen(4).click(modifiers=["Control"])
    assert await rig.selected() == ["phone2", "phone4"]
    await rig.screen(2).click(modifiers=["Control"])
    assert await rig.selected() == ["phone4"]
    await rig.drag(await rig.at(1, 0.5, 0.3), await rig.at(3, 0.5, 0.6))
    assert await rig.selected() == ["phone1", "phone2", "phone3"]
    await expect(rig.page.get_by_role("heading", name="3 phones selected")).to_be_visible()


async def test_the_keyboard_moves_selects_all_and_clears(rig: Rig) -> None:
    page = await rig.wall()
    await rig.screen(1).click()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Space")
    assert await rig.selected() == ["phone1", "phone2"]
    await page.keyboard.press("ArrowDown")
    await expect(rig.tile(7)).to_be_focused()
    await page.keyboard.press("Control+a")
    assert len(await rig.selected()) == COUNT
    await page.keyboard.press("Escape")
    assert await rig.selected() == []


async def test_filters_and_selection_are_in_the_address(rig: Rig) -> None:
    page = await rig.wall("?q=phone3&sel=phone3&view=fit", live=1)
    assert await rig.selected() == ["phone3"]
    await expect(rig.tile(1)).to_be_hidden()
    await page.get_by_label("Filter by text").fill("nowhere")
    await expect(page.get_by_text("No phone passes the filters.")).to_be_visible()
    assert "q=nowhere" in page.url
    await page.get_by_label("Filter by text").fill("")
    await page.get_by_label("Filter by state").select_option("online")
    await expect(rig.tile(1)).to_be_visible()
    assert "state=online" in page.url


async def test_a_tap_reaches_all_selected_phones_and_their_pictures_change(rig: Rig) -> None:
    page = await rig.wall("?mode=action&sel=phone1,phone2,phone3")
    await page.mouse.click(*await rig.at(2, 0.5, 0.25))
    await expect(rig.results("done")).to_have_count(3)
    places = {(phone.touches[-1].x, phone.touches[-1].y) for phone in rig.phones[:3]}
    assert all(abs(x - 180) <= 2 and abs(y - 200) <= 2 for x, y in places)
    assert not rig.phones[3].touches
    assert set(await rig.holders()) == {"phone1", "phone2", "phone3"}
    await page.get_by_role("button", name="Select").click()
    await rig.nobody_holds_any()


async def test_a_long_press_is_a_long_tap_and_leaving_the_box_of_100_px_a_swipe(rig: Rig) -> None:
    page = await rig.wall("?mode=action&sel=phone1")
    await rig.drag(await rig.at(1, 0.5, 0.5), await rig.at(1, 0.6, 0.5), pause_s=0.6)
    await expect(page.locator(".dw-told")).to_have_text("Long tap: 1 of 1 done")
    await rig.drag(await rig.at(1, 0.5, 0.8), await rig.at(1, 0.5, 0.3))
    await expect(page.locator(".dw-told")).to_have_text("Swipe: 1 of 1 done")
    start, end = rig.phones[0].touches[-2:]
    assert (abs(start.y - 640) <= 3, abs(end.y - 240) <= 3) == (True, True)


async def test_a_phone_that_shows_something_else_is_held_back_and_rejoins_with_one_click(rig: Rig) -> None:
    page = await rig.wall("?mode=action&sel=phone1,phone2,phone3")
    rig.phones[2].turn_to("feed")
    await asyncio.sleep(1.0)
    await page.mouse.click(*await rig.at(1, 0.5, 0.5))
    await expect(rig.results("diverged")).to_have_count(1)
    await expect(rig.tile(3).get_by_text("Held back")).to_be_visible()
    assert not rig.phones[2].touches
    await rig.tile(3).get_by_role("button", name="Rejoin").click()
    await expect(rig.results("diverged")).to_have_count(1)
    rig.phones[2].turn_to("form")
    await asyncio.sleep(1.0)
    await rig.tile(3).get_by_role("button", name="Rejoin").click()
    await expect(rig.tile(3).get_by_text("Held back")).to_be_hidden()
    await page.mouse.click(*await rig.at(1, 0.5, 0.5))
    await expect(rig.results("done")).to_have_count(3)
    assert len(rig.phones[2].touches) == 1


async def test_a_text_with_variables_is_previewed_and_typed_on_each_phone(rig: Rig) -> None:
    page = await rig.wall("?mode=action&sel=phone1,phone2,phone3,phone4")
    await rig.screen(1).click(button="right")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Text").fill("nonsense ${phone")
    await expect(dialog.locator('[data-preview="all"]')).to_contain_text("column")
    await expect(dialog.get_by_role("button", name="Type", exact=True)).to_be_disabled()
    await dialog.get_by_label("Text").fill("")
    await dialog.get_by_role("button", name=re.compile("Hello")).click()
    await expect(dialog.locator("[data-preview]")).to_have_count(4)
    shown: list[str] = await dialog.locator("[data-preview] td").all_text_contents()
    await page.keyboard.press("Control+Enter")
    await expect(rig.results("done")).to_have_count(4)
    assert [phone.texts[phone.front] for phone in rig.phones[:4]] == shown
    assert set(shown) <= {"Hello", "Hi", "Hey"}
    await rig.screen(1).click(button="right")
    await dialog.get_by_role("button", name="{Hello|Hi|Hey}", exact=True).click()
    await expect(dialog.get_by_label("Text")).to_have_value("{Hello|Hi|Hey}")


async def test_keys_go_to_all_selected_phones(rig: Rig) -> None:
    page = await rig.wall("?mode=action&sel=phone1,phone2")
    for phone in rig.phones[:2]:
        phone.start("drover.notes")
    await page.get_by_role("button", name="Home", exact=True).click()
    await expect(rig.results("done")).to_have_count(2)
    assert {phone.front for phone in rig.phones[:2]} == {"drover.launcher"}


async def test_the_wall_says_who_holds_a_phone_and_leaves_it_alone(rig: Rig) -> None:
    page = await rig.wall("?mode=action&sel=phone5,phone6")
    fleet, database, whose = rig.up.fleet, rig.up.database, rig.up.whose
    async with database.writing(whose) as unit:
        phone = await fleet.phones.named(unit, "phone6")
        lease = await fleet.leases.take(unit, phone.id, Holder(HolderKind.RUN, "run1", "daily post", "schedule"))
    await expect(rig.tile(6).get_by_text("run: daily post")).to_be_visible()
    await page.mouse.click(*await rig.at(5, 0.5, 0.5))
    await expect(rig.results("failed")).to_have_count(1)
    await expect(rig.results("failed")).to_contain_text("daily post")
    await expect(rig.results("done")).to_have_count(1)
    assert (len(rig.phones[4].touches), len(rig.phones[5].touches)) == (1, 0)
    async with database.writing(whose) as unit:
        await fleet.leases.release(unit, phone.id, lease.token)


async def test_closing_the_page_lets_the_phones_go_and_ends_their_pictures(rig: Rig) -> None:
    page = await rig.wall("?mode=action&sel=phone1")
    await page.mouse.click(*await rig.at(1, 0.5, 0.5))
    await expect(rig.results("done")).to_have_count(1)
    assert set(await rig.holders()) == {"phone1"}
    await page.goto("about:blank")
    await rig.nobody_holds_any()
    await asyncio.sleep(0.5)
    taken = [phone.taken for phone in rig.phones]
    await asyncio.sleep(0.7)
    assert [phone.taken for phone in rig.phones] == taken


async def test_one_phone_has_a_view_of_its_own(rig: Rig) -> None:
    page = await rig.wall()
    await rig.screen(3).dblclick()
    await page.wait_for_url(re.compile(r"/phones/\w+/live"))
    await expect(page.locator("[data-phone][data-live]")).to_have_count(1)
    await expect(page.get_by_role("heading", name="phone3")).to_be_visible()
    await page.get_by_role("link", name="All phones").click()
    await expect(page.locator("[data-phone][data-live]")).to_have_count(COUNT)


@pytest.mark.parametrize("origin", ["https://elsewhere.example", None])
async def test_the_socket_is_closed_to_strangers_and_foreign_pages(rig: Rig, origin: str | None) -> None:
    from websockets.asyncio.client import connect  # noqa: PLC0415  of one test alone
    from websockets.exceptions import InvalidStatus  # noqa: PLC0415  as above

    headers: dict[str, Any] = {"Origin": origin} if origin else {}
    address = f"{rig.up.url.replace('http', 'ws', 1)}/wall/socket?client={rig.up.whose.client}"
    with pytest.raises(InvalidStatus, match="403"):
        async with connect(address, additional_headers=headers):
            pass
