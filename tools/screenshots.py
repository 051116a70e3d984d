"""Take the pictures in docs/pictures/ again: a play on six simulated phones, one of them in trouble, and its report."""

import asyncio
import tempfile
from pathlib import Path

import httpx2
from playwright.async_api import async_playwright

from drover.bootstrap.play import PlayRequest, play, save_report
from drover.bootstrap.simulated import simulated_rack
from drover.platform.logging import configure_logging
from drover.platform.settings import Settings
from drover.screens.files import load_registry
from drover.sequences.files import load_sequence
from drover.sequences.plan import make_plan
from drover.simulator.rack import RackOptions

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
EXAMPLE = ROOT / "examples" / "plaza"
TROUBLE = {"fault": "dim", "strength": 0.4, "on_page": "plaza.profile"}
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


async def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        await record(report, Path(folder) / "data")
        await photograph(report)


async def record(report: Path, data: Path) -> None:
    settings = Settings(data_dir=data)
    registry = load_registry(EXAMPLE / "registry").registry
    sequence = load_sequence(EXAMPLE / "edit-profile.json")
    plan = make_plan(sequence, registry, {}, file="examples/plaza/edit-profile.json")
    async with simulated_rack(RackOptions(phones=6, seed=1), settings) as rack:
        async with httpx2.AsyncClient(base_url=rack.control, trust_env=False) as client:
            (await client.post("/phones/phone1/faults", json=TROUBLE)).raise_for_status()
        request = PlayRequest(plan, registry, "phone:all", 1, report, rack.names)
        save_report(await play(request, rack.source, settings, lambda _event: None), request, settings)


async def photograph(report: Path) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
        for scheme in ("light", "dark"):
            page = await browser.new_page(viewport={"width": 1280, "height": 960}, color_scheme=scheme)
            await page.goto(report.as_uri())
            name = "report.png" if scheme == "light" else "report-dark.png"
            await page.screenshot(path=PICTURES / name)
            await page.close()
        await browser.close()


configure_logging(debug=False)
asyncio.run(main())
