"""A tap through Drover's driver, adbutils and the adb command, on one simulated phone without delays, in turn."""

import asyncio
import statistics
import subprocess
from collections.abc import Callable
from time import perf_counter
from typing import Any

import adbutils

from drover.bootstrap.simulated import simulated_rack
from drover.devices.geometry import Point
from drover.drivers.adb.server import find_adb
from drover.platform.settings import Settings
from drover.simulator.rack import RackOptions

ROUNDS = 100
PLACE = Point(500, 40)  # the status bar, where a tap does nothing


def run() -> dict[str, Any]:
    """Return milliseconds per tap, median and p95, of each way."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, Any]:
    times: dict[str, list[float]] = {"drover": [], "adbutils": [], "adb_command": []}
    async with simulated_rack(RackOptions(phones=1, profile="none"), Settings()) as rack:
        (serial,) = rack.names
        driver = rack.source.driver(serial)
        await driver.attach()
        address = rack.server
        device = adbutils.AdbClient(host=address.host, port=address.port).device(serial)
        words = (str(find_adb()), "-P", str(address.port), "-s", serial, "shell", "input", "tap", "500", "40")
        for _ in range(ROUNDS):
            began = perf_counter()
            await driver.tap(PLACE)
            times["drover"].append(perf_counter() - began)
            times["adbutils"].append(await asyncio.to_thread(_timed, lambda: device.click(PLACE.x, PLACE.y)))
            times["adb_command"].append(
                await asyncio.to_thread(_timed, lambda: subprocess.run(words, check=True, stdout=subprocess.DEVNULL))
            )
        await driver.detach()
    return {"taps": ROUNDS} | {
        f"{way}_ms_{name}": round(value * 1000, 3)
        for way, seconds in times.items()
        for name, value in (("p50", statistics.median(seconds)), ("p95", statistics.quantiles(seconds, n=20)[-1]))
    }


def _timed(call: Callable[[], object]) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began
