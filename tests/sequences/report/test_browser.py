"""The report in a real browser: what a person sees, by mouse, by keyboard and without scripts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from drover.screens.report.page import write_report
from drover.sequences.report.page import render_report
from tests.sequences.report.plays import Case, good_case, mixed_case

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    return written(mixed_case(), tmp_path)


def written(case: Case, folder: Path) -> Path:
    path = folder / "report.html"
    write_report(path, render_report(case.play, case.registry, case.blobs))
    return path


@asynccontextmanager
async def opened(chromium: Browser, path: Path, **options: Any) -> AsyncIterator[Page]:
    """Open the report, and fail for any console message, script error or request beside the file itself."""
    context = await chromium.new_context(viewport={"width": 1280, "height": 900}, **options)
    page = await context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if not is_own(request.url, path) else None)
    await page.goto(path.as_uri())
    yield page
    await context.close()
    assert problems == []


def is_own(url: str, path: Path) -> bool:
    return url.startswith("data:image/") or url.partition("#")[0] == path.as_uri()


async def test_what_failed_is_in_view_at_once_with_its_region(chromium: Browser, mixed: Path) -> None:
    async with opened(chromium, mixed) as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text("3 of 6 phones failed")
        failure = page.locator(".failure").first
        await expect(failure.get_by_role("heading", name="plaza.saved.button")).to_be_in_viewport()
        await expect(failure.get_by_role("link", name="phone2")).to_be_in_viewport()
        await expect(failure.locator("svg.screen").first).to_be_in_viewport()
        await expect(page.locator("#phone-2-task-4 .sight.failed")).to_be_visible()
        await expect(page.locator("#phone-1-task-1")).to_be_hidden()


async def test_pictures_and_their_difference_are_really_painted(chromium: Browser, mixed: Path) -> None:
    async with opened(chromium, mixed) as page:
        shots = page.locator(".failure").first.locator("svg.screen")
        sizes = [len(await shot.screenshot()) for shot in await shots.all()]
        assert len(sizes) == 3
        assert min(sizes) > 4_000  # an empty box of that size has some 500 bytes


async def test_the_filter_works_by_keyboard(chromium: Browser, mixed: Path) -> None:
    async with opened(chromium, mixed) as page:
        switch = page.get_by_role("switch", name="Failed only")
        await switch.focus()
        await page.keyboard.press("Space")
        await expect(page.locator(".phone:visible")).to_have_count(3)
        await expect(page.locator("#phone-2 .task:visible")).to_have_count(1)
        await expect(page.get_by_role("status")).to_have_text("Showing 3 of 6 phones, the failed ones")
        await page.keyboard.press("f")
        await expect(page.locator(".phone:visible")).to_have_count(6)


async def test_tab_and_enter_open_a_phone_and_a_task(chromium: Browser, mixed: Path) -> None:
    async with opened(chromium, mixed) as page:
        await page.locator("#phone-1 > summary").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#phone-1-task-1 .sight").first).to_be_visible()


async def test_keys_go_from_failure_to_failure(chromium: Browser, mixed: Path) -> None:
    async with opened(chromium, mixed) as page:
        await page.keyboard.press("n")
        await expect(page.locator("#phone-2-task-4 > summary")).to_be_focused()
        await page.keyboard.press("n")
        await expect(page.locator("#phone-5-task-4 > summary")).to_be_focused()
        await page.keyboard.press("p")
        await expect(page.locator("#phone-2-task-4 > summary")).to_be_focused()


async def test_a_cell_of_the_overview_opens_its_task_even_when_it_is_filtered_out(
    chromium: Browser, mixed: Path
) -> None:
    async with opened(chromium, mixed) as page:
        await page.keyboard.press("f")
        await page.evaluate("location.hash = '#phone-3-task-3'")
        await expect(page.locator("#phone-3-task-3 > summary")).to_be_focused()
        await expect(page.locator("#phone-3-task-3 .sight").first).to_be_visible()
        await page.locator('.matrix a[href="#phone-6-task-2"]').click()
        await expect(page.locator("#phone-6-task-2 .sight").first).to_be_visible()


async def test_pictures_enlarge_and_escape_closes_them(chromium: Browser, mixed: Path) -> None:
    async with opened(chromium, mixed) as page:
        await page.locator("#phone-2-task-4 .sight.failed .zoom").first.press("Enter")
        viewer = page.get_by_role("dialog")
        await expect(viewer.locator("svg.screen")).to_have_count(3)
        await page.keyboard.press("Escape")
        await expect(viewer).to_be_hidden()


async def test_all_can_be_opened_and_closed(chromium: Browser, mixed: Path) -> None:
    async with opened(chromium, mixed) as page:
        await page.get_by_role("button", name="Open all").click()
        await expect(page.locator(".sight:visible")).to_have_count(58)
        await page.get_by_role("button", name="Close all").click()
        await expect(page.locator(".sight:visible")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_follows_the_viewers_colours(chromium: Browser, mixed: Path, scheme: Any) -> None:
    async with opened(chromium, mixed, color_scheme=scheme) as page:
        paper = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == {"light": "rgb(245, 245, 242)", "dark": "rgb(18, 19, 21)"}[scheme]


async def test_times_are_in_the_viewers_zone(chromium: Browser, mixed: Path) -> None:
    async with opened(chromium, mixed, timezone_id="Asia/Tokyo", locale="en-GB") as page:
        started = page.locator("time").first
        await expect(started).to_contain_text("18:22:53")
        await expect(started).to_have_attribute("title", "2026-11-21 09:22:53 UTC")
        await expect(page.locator("footer")).to_contain_text("Asia/Tokyo")


async def test_it_reads_without_scripts(chromium: Browser, mixed: Path) -> None:
    async with opened(chromium, mixed, java_script_enabled=False) as page:
        await expect(page.locator("#phone-2-task-4 .sight.failed svg.screen").first).to_be_visible()
        await expect(page.get_by_role("button", name="Open all")).to_be_hidden()
        await page.get_by_role("switch", name="Failed only").press("Space")
        await expect(page.locator(".phone:visible")).to_have_count(3)
        await expect(page.locator("time").first).to_have_text("2026-11-21 09:22:53 UTC")


async def test_a_play_without_failures_has_no_filter_and_no_script_error(chromium: Browser, tmp_path: Path) -> None:
    async with opened(chromium, written(good_case(), tmp_path)) as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text("All 2 phones completed")
        await expect(page.get_by_role("switch")).to_have_count(0)
        await page.keyboard.press("f")
        await page.keyboard.press("n")


@pytest.mark.parametrize("width", [360, 800, 1280])
async def test_very_long_words_do_not_widen_the_page(chromium: Browser, tmp_path: Path, width: int) -> None:
    case = mixed_case()
    long = "Wörterüberlänge" * 40
    record = case.play.phones[1]
    failed = replace(record.tasks[3], name=long, error=long, region=long, parameters={long: long}, kind=long)
    phones = (
        replace(record, name=long, serial=long, model=long, tasks=(*record.tasks[:3], failed)),
        case.play.phones[0],
    )
    play = replace(case.play, sequence=long, description=long, file=long, parameters={long: long}, phones=phones)
    async with opened(chromium, written(Case(play, case.registry, case.blobs), tmp_path)) as page:
        await page.set_viewport_size({"width": width, "height": 800})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
