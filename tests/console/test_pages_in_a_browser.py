"""Pages as a person uses them, in Chromium."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from drover.fleet.domain.leasing import Holder, HolderKind
from drover.workflows.domain.runs import RunStatus
from tests.console.stage import ADMIN, Stage, failing_once
from tests.databases import OURS
from tests.tenancy.house import PASSWORD
from tests.workflows.runs.world import waits

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.timeout(240)]

AXE = Path(__file__).parents[2] / "var" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}
expect.set_options(timeout=30_000)


@asynccontextmanager
async def opened(stage: Stage, chromium: Browser, path: str = "", **options: Any) -> AsyncGenerator[Page]:
    """Give a page of somebody who is logged in; what it says to the console of the browser is an error here."""
    context = await chromium.new_context(base_url=stage.url, viewport={"width": 1280, "height": 800}, **options)
    secret = (await stage.session()).secret
    await context.add_cookies([{"name": "drover_session", "value": secret, "url": stage.url}])
    context.set_default_timeout(30_000)
    page = await context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    try:
        if path:
            await page.goto(path)
        yield page
        assert said == []
    finally:
        await context.close()


async def failed_run(stage: Stage) -> str:
    stage.world.rig.script = failing_once(stage)
    run = await stage.run()
    await stage.world.until(run, RunStatus.FAILED)
    return run


async def test_a_person_logs_in_and_comes_to_what_they_asked_for(stage: Stage, chromium: Browser) -> None:
    context = await chromium.new_context(base_url=stage.url)
    page = await context.new_page()
    await page.goto("/phones")
    await page.get_by_label("Username").fill(ADMIN)
    await page.get_by_label("Password").fill("not the password")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Phones")).to_be_visible()
    await expect(page).to_have_url(f"{stage.url}/phones")
    await page.get_by_role("button", name=f"{ADMIN}: menu").click()
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_role("button", name="Log in")).to_be_visible()
    await context.close()


async def test_a_run_is_followed_fails_and_is_continued(stage: Stage, chromium: Browser) -> None:
    go_on = asyncio.Event()
    script = failing_once(stage)

    async def held(rig: Any, order: Any) -> None:
        await go_on.wait()
        await script(rig, order)

    stage.world.rig.script = held
    run = await stage.run()
    async with opened(stage, chromium, f"/runs/{run}") as page:
        bar = page.locator(".dr-run-bar")
        await expect(bar.get_by_text("running")).to_be_visible()
        await expect(page.get_by_role("button", name="Pause")).to_be_visible()
        go_on.set()
        await expect(bar.get_by_text("failed", exact=True)).to_be_visible()
        seen = page.get_by_role("img", name="Seen: plaza.feed")
        await expect(seen).to_be_visible()
        assert await seen.evaluate("image => image.decode().then(() => image.naturalWidth)") == 90
        await expect(page.get_by_text("Before the act")).to_be_visible()
        await page.get_by_role("button", name="Continue from this task").click()
        await expect(page.get_by_text("Continue from step 1, task 2")).to_be_visible()
        await page.get_by_role("button", name="Continue", exact=True).last.click()
        await expect(bar.get_by_text("completed", exact=True)).to_be_visible()
    again = stage.world.rig.orders[-1]
    assert (again.run, again.from_step) == (run, 2)


async def test_a_run_is_paused_with_a_reason_and_resumed(stage: Stage, chromium: Browser) -> None:
    stage.world.rig.script = waits
    run = await stage.run()
    await stage.world.until(run, RunStatus.RUNNING)
    async with opened(stage, chromium, f"/runs/{run}") as page:
        await page.get_by_role("button", name="Pause").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Pause").click()
        await expect(dialog.get_by_text("Say why")).to_be_visible()
        await dialog.get_by_label("Reason").fill("lunch")
        await dialog.get_by_role("button", name="Pause").click()
        await expect(page.locator(".dr-run-bar").get_by_text("paused", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Cancel run").click()
        await dialog.get_by_label("Reason").fill("enough")
        await dialog.get_by_role("button", name="Cancel run").click()
        await expect(page.locator(".dr-run-bar").get_by_text("cancelled", exact=True)).to_be_visible()


async def test_the_list_of_runs_follows_by_itself_and_keeps_its_filter_in_the_address(
    stage: Stage, chromium: Browser
) -> None:
    run = await failed_run(stage)
    async with opened(stage, chromium, "/runs?status=failed") as page:
        row = page.locator(f"[data-row='{run}']")
        await expect(row).to_be_visible()
        await stage.made.runs.continue_from(OURS, (await stage.session()).caller, run, 1)
        await expect(row).to_have_count(0)
        await page.get_by_role("button", name="Show all").click()
        await expect(row.get_by_text("completed")).to_be_visible()
        await expect(page).to_have_url(f"{stage.url}/runs")


async def test_an_exported_run_is_one_file_that_needs_nothing_else(
    stage: Stage, chromium: Browser, tmp_path: Path
) -> None:
    run = await failed_run(stage)
    file = tmp_path / "run.html"
    async with stage.client(ADMIN) as client:
        answer = await client.get(f"/runs/{run}/export")
    assert answer.headers["content-disposition"].startswith("attachment")
    file.write_bytes(answer.content)
    context = await chromium.new_context(offline=True)
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(file.as_uri())
    await expect(page.get_by_role("heading", name="The phone failed")).to_be_visible()
    await expect(page.get_by_text("expected plaza.profile, saw plaza.feed").first).to_be_visible()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    await context.close()


async def test_a_lease_is_broken_with_a_reason(stage: Stage, chromium: Browser) -> None:
    phone = stage.world.phones[1]
    async with stage.world.database.writing(OURS) as unit:
        await stage.world.leases.take(unit, phone.id, Holder(HolderKind.CONTROL, "c1", "by hand", "grace"))
    async with opened(stage, chromium, f"/phones/{phone.id}") as page:
        await expect(page.get_by_text("by hand", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Break the lease").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Reason").fill("grace went home")
        await dialog.get_by_role("button", name="Break the lease").click()
        await expect(page.get_by_text("Nobody: it is free.")).to_be_visible()
        await expect(page.get_by_text("Taken away from control (by hand)")).to_be_visible()
    assert not await stage.world.leased(phone)


async def test_a_phone_is_held_tagged_and_let_go(stage: Stage, chromium: Browser) -> None:
    phone = stage.world.phones[1]
    async with opened(stage, chromium, f"/phones/{phone.id}") as page:
        dialog = page.get_by_role("dialog")
        await page.get_by_role("button", name="Hold").click()
        await dialog.get_by_label("Reason").fill("new screen")
        await dialog.get_by_role("button", name="Hold it").click()
        await expect(page.get_by_text("maintenance", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Name and tags").click()
        await dialog.get_by_label("Tags, with commas").fill("shelf1, blue")
        await dialog.get_by_role("button", name="Keep").click()
        await expect(page.locator(".dr-tag").get_by_text("shelf1")).to_be_visible()
        await page.get_by_role("button", name="Let it go").click()
        await dialog.get_by_role("button", name="Let it go").click()
        await expect(page.get_by_role("button", name="Hold")).to_be_visible()


async def test_a_fault_is_given_to_a_simulated_phone_and_cleared(stage: Stage, chromium: Browser) -> None:
    phone = stage.world.phones[0]
    async with opened(stage, chromium, f"/phones/{phone.id}") as page:
        await page.get_by_label("Details").fill("seconds=5")
        await page.get_by_role("button", name="Give").click()
        clear = page.get_by_role("button", name="Clear: disconnect")
        await expect(clear).to_be_visible()
        assert stage.faults.given[phone.serial] == ["disconnect,seconds=5"]
        await clear.click()
        await expect(page.get_by_text("It has none.")).to_be_visible()


async def test_a_user_is_made_and_can_log_in_with_the_password_that_is_shown_once(
    stage: Stage, chromium: Browser
) -> None:
    async with opened(stage, chromium, "/users") as page:
        await page.get_by_role("button", name="New user").click()
        await page.get_by_label("Name of the user").fill("Hopper")
        await page.get_by_role("button", name="Make the user").click()
        password = await page.locator(".dr-secret").inner_text()
        await page.get_by_role("button", name="I have kept it").click()
        await expect(page.get_by_role("cell", name="hopper", exact=True)).to_be_visible()
        await expect(page.locator(".dr-secret")).to_have_count(0)
    begun = await stage.house.login.log_in("hopper", password, "192.0.2.9")
    assert begun.caller.username == "hopper"


async def test_a_token_is_shown_once_and_revoked(stage: Stage, chromium: Browser) -> None:
    async with opened(stage, chromium, "/tokens") as page:
        await page.get_by_role("button", name="New token").click()
        await page.get_by_label("What it is for").fill("nightly")
        await page.get_by_role("button", name="Make the token").click()
        token = await page.locator(".dr-secret").inner_text()
        await page.get_by_role("button", name="I have kept it").click()
        assert (await stage.house.tokens.of(token, "")).username == ADMIN
        await page.get_by_role("button", name="Revoke: nightly").click()
        await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        await expect(page.get_by_text("You have none.")).to_be_visible()


async def test_a_password_is_changed_once_it_was_typed_twice_alike(stage: Stage, chromium: Browser) -> None:
    async with opened(stage, chromium, "/password") as page:
        again = page.get_by_label("New password, once more")
        await page.get_by_label("Present password").fill(PASSWORD)
        await page.get_by_label("New password", exact=True).fill(f"{PASSWORD} and more")
        await again.fill("something else")
        await page.get_by_role("button", name="Change password").click()
        await expect(page.get_by_text("It is not the same as the one above")).to_be_visible()
        for before, after in ((PASSWORD, f"{PASSWORD} and more"), (f"{PASSWORD} and more", PASSWORD)):
            await page.get_by_label("Present password").fill(before)
            await page.get_by_label("New password", exact=True).fill(after)
            await again.fill(after)
            await page.get_by_role("button", name="Change password").click()
            await expect(again).to_have_value("")


async def test_the_kill_switch_is_thrown_with_a_reason_and_taken_back(stage: Stage, chromium: Browser) -> None:
    async with opened(stage, chromium, "/schedules") as page:
        dialog = page.get_by_role("dialog")
        await page.get_by_role("button", name="Stop all").click()
        await dialog.get_by_label("Reason").fill("smoke")
        await dialog.get_by_role("button", name="Stop all").click()
        banner = page.get_by_role("status").filter(has_text="is halted since")
        await expect(banner).to_contain_text("smoke")
        assert [one.halt.reason for one in stage.house.told] == ["smoke"]
        await page.get_by_role("button", name="Let it go on").click()
        await dialog.get_by_label("Reason").fill("steam")
        await dialog.get_by_role("button", name="Let it go on").click()
        await expect(banner).to_have_count(0)


async def test_a_page_whose_session_ends_loses_its_power_and_leads_to_the_login(
    stage: Stage, chromium: Browser
) -> None:
    phone = stage.world.phones[1]
    context = await chromium.new_context(base_url=stage.url)
    session = await stage.session()
    await context.add_cookies([{"name": "drover_session", "value": session.secret, "url": stage.url}])
    page = await context.new_page()
    await page.goto(f"/phones/{phone.id}")
    await page.get_by_role("button", name="Hold").click()
    await page.get_by_role("dialog").get_by_label("Reason").fill("too late")
    await stage.house.login.log_out(session.caller)
    await page.get_by_role("dialog").get_by_role("button", name="Hold it").click()
    await expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert await stage.world.shown(phone) == "online"
    await context.close()


async def test_the_theme_follows_the_system_until_somebody_chooses(stage: Stage, chromium: Browser) -> None:
    async with opened(stage, chromium, "/tokens", color_scheme="dark") as page:
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        await page.get_by_role("button", name="Switch between dark and light").click()
        await expect(page.locator("html")).to_have_attribute("data-theme", "light")
        await page.reload()
        await expect(page.locator("html")).to_have_attribute("data-theme", "light")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_page_has_a_serious_finding_of_axe(stage: Stage, chromium: Browser, theme: Any) -> None:
    if not AXE.exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{AXE} is missing: tools/prepare_tests.sh")
    run = await failed_run(stage)
    paths = ("/runs", f"/runs/{run}", "/phones", f"/phones/{stage.world.phones[0].id}", "/schedules", "/users")
    found: dict[str, list[str]] = {}
    async with opened(stage, chromium, color_scheme=theme, bypass_csp=True) as page:
        for path in (*paths, "/tokens", "/password", "/wall"):
            await page.goto(path)
            await expect(page.locator(".dr-header")).to_be_visible()
            await page.wait_for_function("document.querySelector('.nicegui-content').childElementCount > 0")
            found[path] = await findings(page)
        await page.get_by_role("button", name="Stop all").click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        found["dialog"] = await findings(page)
        await page.context.clear_cookies()
        await page.goto("/login")
        found["/login"] = await findings(page)
    assert {path: told for path, told in found.items() if told} == {}


async def findings(page: Page) -> list[str]:
    """Return what axe finds serious or critical: the rule, and where."""
    await page.add_script_tag(path=AXE)
    result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} at {node['target']}: {node['failureSummary']}"
        for one in result["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]
