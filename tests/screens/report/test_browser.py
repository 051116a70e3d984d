"""The contact sheet in a real browser: filtered, walked through by keys, enlarged, light and dark, wide and narrow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from drover.screens.report.contact import render_sheet
from drover.screens.report.page import write_report
from tests.screens.report.sheets import check_sheet

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sheet") / "sheet.html"
    write_report(path, render_sheet(check_sheet()))
    return path


@asynccontextmanager
async def opened(chromium: Browser, path: Path, *, width: int = 1280, **options: Any) -> AsyncIterator[Page]:
    """Open the sheet, and fail for any console message or script error: a breach of its policy is one."""
    context = await chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **options)
    page = await context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(path.as_uri())
    yield page
    await context.close()
    assert problems == []


async def test_pictures_are_filtered_by_state_and_by_text(chromium: Browser, sheet: Path) -> None:
    async with opened(chromium, sheet) as page:
        cards = page.locator(".card:visible")
        await expect(cards).to_have_count(7)
        await page.get_by_role("checkbox", name="passed").uncheck()
        await expect(cards).to_have_count(4)
        await expect(page.get_by_role("status")).to_have_text("Showing 4 of 7 pictures")
        await page.keyboard.press("/")
        await page.keyboard.type("Feed dimmed")
        await expect(cards).to_have_count(1)
        await page.keyboard.type("nothing like it")
        await expect(cards).to_have_count(0)
        await expect(page.get_by_text("No picture is left by this filter.")).to_be_visible()


async def test_keys_lead_from_failure_to_near_miss_and_back(chromium: Browser, sheet: Path) -> None:
    async with opened(chromium, sheet) as page:
        for title in ("feed__dimmed", "cart__is_feed", "near.png", "feed__dimmed"):
            await page.keyboard.press("n")
            await expect(page.locator(".card:focus")).to_contain_text(title)
            await expect(page.locator(".card:focus h3")).to_be_in_viewport()
        await page.keyboard.press("p")
        await expect(page.locator(".card:focus")).to_contain_text("near.png")


async def test_a_picture_is_enlarged_by_keyboard_and_closed_again(chromium: Browser, sheet: Path) -> None:
    async with opened(chromium, sheet) as page:
        await page.get_by_role("button", name="Enlarge: Seen, shop/feed__dimmed.png").press("Enter")
        viewer = page.get_by_role("dialog", name="Pictures, enlarged")
        await expect(viewer.get_by_role("img")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(viewer).to_be_hidden()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
async def test_it_fits_narrow_and_wide_windows_and_every_control_has_a_name(
    chromium: Browser, sheet: Path, width: int, scheme: str
) -> None:
    async with opened(chromium, sheet, width=width, color_scheme=scheme) as page:
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        for control in await page.locator("button, input, summary, a").all():
            named = await control.evaluate("e => (e.ariaLabel || e.labels?.[0]?.textContent || e.textContent).trim()")
            assert named
        titles = await page.locator(".card").evaluate_all("all => all.map(e => e.getAttribute('aria-labelledby'))")
        assert len(set(titles)) == 7


async def test_without_scripts_everything_is_there_and_states_still_filter(chromium: Browser, sheet: Path) -> None:
    async with opened(chromium, sheet, java_script_enabled=False) as page:
        await expect(page.locator(".card:visible")).to_have_count(7)
        await page.get_by_role("checkbox", name="failed").uncheck()
        await expect(page.locator(".card:visible")).to_have_count(5)
        await expect(page.locator("#find")).to_be_hidden()
