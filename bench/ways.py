"""A capture and a tap by each way, on one simulated phone of the typical profile, through the driver's own code."""

import asyncio
import statistics
from time import perf_counter
from typing import Any

from drover.bootstrap.simulated import simulated_rack
from drover.devices.geometry import Point
from drover.drivers.adb.driver import AdbDriver
from drover.platform.settings import Settings
from drover.simulator.rack import RackOptions

ROUNDS = 20
PLACE = Point(500, 40)  # the status bar, where a tap does nothing


def run() -> dict[str, Any]:
    """Return milliseconds per capture and per tap, median, by the baseline and by uiautomator2's service."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, Any]:
    figures: dict[str, Any] = {"rounds": ROUNDS}
    for way, jar in (("screencap", "none"), ("u2", "")):
        async with simulated_rack(RackOptions(phones=1, profile="typical"), Settings(u2_jar=jar)) as rack:
            (serial,) = rack.names
            driver = rack.source.driver(serial)
            began = perf_counter()
            await driver.attach()
            figures[f"{way}_attach_ms"] = round((perf_counter() - began) * 1000)
            figures |= {f"{way}_{call}_ms_p50": took for call, took in (await _timed(driver)).items()}
            figures[f"{way}_used"] = [driver.ways.capture, driver.ways.input]
            await driver.detach()
    return figures


async def _timed(driver: AdbDriver) -> dict[str, float]:
    captures: list[float] = []
    taps: list[float] = []
    for _ in range(ROUNDS):
        began = perf_counter()
        await driver.capture()
        captures.append(perf_counter() - began)
        began = perf_counter()
        await driver.tap(PLACE)
        taps.append(perf_counter() - began)
    return {name: round(statistics.median(took) * 1000, 1) for name, took in (("capture", captures), ("tap", taps))}
