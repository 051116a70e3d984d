"""The wall in real Chromium, fed by sixty phones in memory, then by a simulated rack: what is drawn, and its cost."""

import asyncio
import json
import os
import statistics
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from playwright.async_api import Browser, Page, async_playwright
from websockets.asyncio.client import connect

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
PHONES = 60
WARM_S = 4.0
MEASURED_S = 10.0
TAPS = 40
SELECTED = 9
ROOM = {"width": 1920, "height": 1080}
_LIVE = "() => document.querySelectorAll('[data-phone][data-live]').length"
_FIRST_VIEW = f"n => ({_LIVE})() >= n ? performance.now() : 0"
_DRAWN = "() => document.querySelector('.dw-wall').wall.link.drawn"
_WATCH_LAMPS = """(names) => {
  const lamps = names.map((name) => document.querySelector(`[data-phone="${name}"] canvas`));
  const eye = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const shown = (canvas) => {
    eye.drawImage(canvas, canvas.width * 0.04, canvas.width * 0.04, 1, 1, 0, 0, 1, 1);
    const [red, green] = eye.getImageData(0, 0, 1, 1).data;
    return red > green;
  };
  globalThis.taps = [];
  addEventListener("pointerup", () => {
    const began = performance.now();
    const before = lamps.map(shown);
    const seen = lamps.map(() => 0);
    const look = () => {
      lamps.forEach((canvas, place) => {
        if (!seen[place] && shown(canvas) !== before[place]) seen[place] = performance.now() - began;
      });
      if (seen.every(Boolean)) globalThis.taps.push([seen[0], Math.max(...seen)]);
      else if (performance.now() - began < 5000) requestAnimationFrame(look);
      else globalThis.taps.push(null);
    };
    requestAnimationFrame(look);
  }, true);
}"""


class Server:
    """The process that serves, and what it tells of itself."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process has no pipes")
        self._in, self._out = process.stdin, process.stdout
        self.url = self.username = self.password = ""

    async def begun(self) -> None:
        """Return when it is up."""
        up = json.loads(await self._out.readline())
        self.url, self.username, self.password = up["url"], up["username"], up["password"]

    async def told(self) -> dict[str, float]:
        """Return what it has taken so far."""
        self._in.write(b"tell\n")
        return json.loads(await self._out.readline())

    def end(self) -> None:
        """Let it end."""
        self._in.close()


@asynccontextmanager
async def served(phones: int, kind: str) -> AsyncGenerator[Server]:
    with TemporaryDirectory(prefix="drover-wall-") as folder:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.wall_server", f"{folder}/data", str(phones), kind),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        server = Server(process)
        try:
            await server.begun()
            yield server
        finally:
            server.end()
            await process.wait()


async def logged_in(browser: Browser, server: Server) -> Page:
    page = await (await browser.new_context(viewport=cast("Any", ROOM))).new_page()
    await page.goto(f"{server.url}/login")
    await page.get_by_label("Username").fill(server.username)
    await page.get_by_label("Password").fill(server.password)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url(lambda url: "/login" not in url)
    return page


async def view(page: Page, server: Server, phones: int) -> float:
    """Open the wall with all phones in sight; return the milliseconds until each has its first picture."""
    await page.goto(f"{server.url}/wall?view=fit", wait_until="commit")
    return float(await (await page.wait_for_function(_FIRST_VIEW, arg=phones, timeout=60_000)).json_value())


async def frames(server: Server, *pages: Page) -> dict[str, float]:
    """Return pictures drawn a second on all pages, and the server's share of a core, over MEASURED_S."""
    await asyncio.sleep(WARM_S)
    drawn, before = [await page.evaluate(_DRAWN) for page in pages], await server.told()
    await asyncio.sleep(MEASURED_S)
    drawn = [await page.evaluate(_DRAWN) - first for page, first in zip(pages, drawn, strict=True)]
    after = await server.told()
    seconds = after["at_s"] - before["at_s"]
    return {
        "frames_per_s": round(sum(drawn) / seconds, 1),
        "loop_cpu_percent": round(100 * (after["loop_cpu_s"] - before["loop_cpu_s"]) / seconds, 1),
        "server_cpu_percent": round(100 * (after["server_cpu_s"] - before["server_cpu_s"]) / seconds, 1),
        "agent_cpu_percent": round(100 * (after["agent_cpu_s"] - before["agent_cpu_s"]) / seconds, 1),
        "worst_callbacks_ms": round(after["worst_callbacks_ms"], 1),
        "rss_mb": round(after["rss_mb"], 1),
    }


async def taps(page: Page, server: Server) -> dict[str, Any]:
    """Tap on one of SELECTED phones, again and again; return how soon that shows there, and on all of them."""
    names = [f"phone{number}" for number in range(1, SELECTED + 1)]
    await page.goto(f"{server.url}/wall?mode=action&view=fit&sel={','.join(names)}")
    await page.wait_for_function(_FIRST_VIEW, arg=PHONES, timeout=60_000)
    await page.evaluate(_WATCH_LAMPS, names)
    lead = page.locator('[data-phone="phone1"] .dw-screen')
    for done in range(1, TAPS + 4):
        await lead.click()
        await page.wait_for_function("n => taps.length >= n", arg=done, timeout=30_000)
        await asyncio.sleep(0.35)
    shown = (await page.evaluate("() => taps"))[3:]  # the first ones take the leases
    seen = [each for each in shown if each is not None]
    return {"taps": len(shown), "taps_lost": len(shown) - len(seen)} | {
        f"tap_{what}_ms_{name}": round(value, 1)
        for what, place in (("lead", 0), ("all", 1))
        for name, value in (
            ("p50", statistics.median(each[place] for each in seen)),
            ("p95", statistics.quantiles((each[place] for each in seen), n=20)[-1]),
        )
    }


@asynccontextmanager
async def stalled(page: Page, server: Server) -> AsyncGenerator[None]:
    """Have a viewer that asks for every phone, and reads nothing."""
    cookies = "; ".join(f"{each.get('name')}={each.get('value')}" for each in await page.context.cookies())
    client = await page.evaluate("() => document.querySelector('.dw-wall').wall.client")
    ids = await page.evaluate("() => [...document.querySelector('.dw-wall').wall.tiles.keys()]")
    address = f"{server.url.replace('http', 'ws', 1)}/wall/socket?client={client}"
    headers = {"Cookie": cookies, "Origin": server.url}
    async with connect(address, additional_headers=headers, max_queue=1, max_size=None) as socket:
        wanted = [[place, phone, 360, 8] for place, phone in enumerate(ids)]
        await socket.send(json.dumps({"t": "sub", "phones": wanted}))
        yield


@asynccontextmanager
async def shown(phones: int, kind: str) -> AsyncGenerator[tuple[Server, Browser, Page]]:
    """Have a browser that shows the wall of so many phones."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(served(phones, kind))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        stack.push_async_callback(browser.close)
        page = await logged_in(browser, server)
        await view(page, server, phones)
        yield server, browser, page


async def measured(phones: int) -> dict[str, Any]:
    async with shown(phones, "memory") as (server, browser, page):
        found: dict[str, Any] = {"phones": phones, "load_before": round(os.getloadavg()[0], 1)}
        found["first_view_ms"] = round(await view(page, server, phones))
        found |= await frames(server, page)
        found |= await taps(page, server)
        await view(page, server, phones)
        async with stalled(page, server):
            beside = await frames(server, page)
        found |= {f"stalled_{name}": beside[name] for name in ("frames_per_s", "rss_mb", "server_cpu_percent")}
        others = [await logged_in(browser, server) for _ in range(2)]
        for other in others:
            await view(other, server, phones)
        first, last = await frames(server, page, *others), await frames(server, page, *others)
        found |= {"three_frames_per_s": last["frames_per_s"], "three_server_cpu_percent": last["server_cpu_percent"]}
        found |= {"three_rss_mb": last["rss_mb"], "three_rss_growth_mb": round(last["rss_mb"] - first["rss_mb"], 1)}
    return found | await simulated(phones)


async def simulated(phones: int) -> dict[str, float]:
    """Return the same figures of a simulated rack at rest: this machine draws each picture too, and adb carries it."""
    async with shown(phones, "simulated") as (server, _, page):
        found = await frames(server, page)
    return {f"simulated_{name}": value for name, value in found.items()}


def run(phones: int = PHONES) -> dict[str, Any]:
    """Return figures of a wall of so many phones at two pictures a second each."""
    return asyncio.run(measured(phones))
