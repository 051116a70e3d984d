"""Take the pictures of the console in docs/pictures/ again: simulated phones play the example, one in trouble."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx2
from playwright.async_api import Browser, Page, async_playwright

from drover.bootstrap.up import Up, UpRequest, up
from drover.platform.logging import configure_logging
from drover.platform.settings import Settings
from drover.simulator.rack import RackOptions

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
EXAMPLE = ROOT / "examples" / "plaza"
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PHONES = 10
OVER = 3
"""So many phones have done their work when pictures are taken; the others are at it on the wall."""
STARTS_S = 1.5
"""Between one phone's start and the next one's, so that each shows something else."""
SELECTED = ("phone4", "phone5", "phone9")
TROUBLE = {"fault": "dim", "strength": 0.5, "on_page": "plaza.profile"}
SCHEDULE = {
    "name": "every morning",
    "workflow": "Daily",
    "timing": {"kind": "window", "opens": "06:00", "closes": "08:30", "zone": "Europe/Berlin", "repetitions": None},
    "target": "phone:tag:shelf1",
    "stagger_s": 30,
}
SETTLED = "[...document.images].every((one) => one.complete)"
ALL_LIVE = "n => document.querySelectorAll('[data-phone][data-live]').length >= n"
SETTLED_MS = 1500
WAIT_S = 420


async def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        rack = RackOptions(phones=PHONES, seed=1)
        settings = Settings(data_dir=Path(folder))
        async with up(UpRequest(rack, example=EXAMPLE), settings) as ready:
            base = f"{ready.url}/api/v1/clients/{ready.whose.client}/"
            headers = {"Authorization": f"Bearer {ready.token}"}
            async with httpx2.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=60) as api:
                desk = await furnish(ready, api)
                await photograph(ready, api, desk)


@dataclass(frozen=True)
class Desk:
    """What there is to be shown: the addresses of the views by the pictures' names, and who is still to work."""

    paths: dict[str, str]
    workflow: str
    at_work: list[str]


async def furnish(ready: Up, api: httpx2.AsyncClient) -> Desk:
    """Have the first phones work to the end, one of them in trouble."""
    phones = (await api.get("phones")).json()["items"]
    for number, phone in enumerate(phones):
        tags = ["shelf1" if number < PHONES // 2 else "shelf2", ("de", "fr", "us")[number % 3]]
        (await api.patch(f"phones/{phone['id']}", json={"tags": tags})).raise_for_status()
    async with httpx2.AsyncClient(base_url=ready.control, trust_env=False) as control:
        (await control.post("/phones/phone1/faults", json=TROUBLE)).raise_for_status()
    found = (await api.get("definitions", params={"kind": "workflow"})).json()["items"]
    workflow = next(one["id"] for one in found if one["name"] == "First day")
    runs = [await _begun(api, workflow, phone["id"]) for phone in phones[:OVER]]
    (await api.post("schedules", json={"document": SCHEDULE})).raise_for_status()
    await _ended(api, runs)
    paths = {
        "wall": "/wall",
        "runs": "/runs",
        "run": f"/runs/{runs[0]}",
        "phones": "/phones",
        "phone": f"/phones/{phones[0]['id']}",
        "schedules": "/schedules",
        "users": "/users",
        "tokens": "/tokens",
    }
    return Desk(paths, workflow, [phone["id"] for phone in phones[OVER:]])


async def _begun(api: httpx2.AsyncClient, workflow: str, phone: str) -> str:
    answer = await api.post("runs", json={"workflow_id": workflow, "phone_id": phone})
    answer.raise_for_status()
    return str(answer.json()["id"])


async def _ended(api: httpx2.AsyncClient, runs: list[str]) -> None:
    async with asyncio.timeout(WAIT_S):
        for run in runs:
            while (await api.get(f"runs/{run}")).json()["ended_at"] is None:  # noqa: ASYNC110  HTTP tells if asked
                await asyncio.sleep(1)


async def photograph(ready: Up, api: httpx2.AsyncClient, desk: Desk) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
        for scheme, ending in (("dark", ""), ("light", "-light")):
            page = await _logged_in(ready, browser, scheme, ending)
            for phone in desk.at_work:
                await _begun(api, desk.workflow, phone)
                await asyncio.sleep(STARTS_S)
            for name, path in desk.paths.items():
                await page.goto(ready.url + path)
                await page.wait_for_function(SETTLED)
                if name == "wall":
                    await _select(page)
                await page.wait_for_timeout(SETTLED_MS)
                await page.screenshot(path=PICTURES / f"console-{name}{ending}.png")
            await page.context.close()
        await browser.close()


async def _select(page: Page) -> None:
    await page.get_by_role("button", name="Fit all").click()
    await page.wait_for_function(ALL_LIVE, arg=PHONES)
    for number, phone in enumerate(SELECTED):
        await page.locator(f'[data-phone="{phone}"]').click(modifiers=["Control"] if number else [])


async def _logged_in(ready: Up, browser: Browser, scheme: str, ending: str) -> Page:
    assert ready.first is not None  # noqa: S101  the data folder is new
    size = {"width": 1440, "height": 900}
    context = await browser.new_context(viewport=size, color_scheme=scheme, timezone_id="Europe/Berlin")  # type: ignore[arg-type]  # what Playwright takes
    page = await context.new_page()
    page.set_default_timeout(60_000)
    await page.goto(f"{ready.url}/login")
    await page.screenshot(path=PICTURES / f"console-login{ending}.png")
    await page.get_by_label("Username").fill(ready.first.username)
    await page.get_by_label("Password").fill(ready.first.password)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url(f"{ready.url}/")
    return page


configure_logging(debug=False)
asyncio.run(main())
