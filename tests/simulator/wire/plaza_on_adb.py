"""Somebody who uses a phone of `drover sim` through the adb command and looks behind it through the control API."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import cv2
import httpx2
import numpy as np
import numpy.typing as npt

from drover.simulator.windowing.timing import SPANS_S
from tests.simulator.wire.conftest import Adb, Ran

Pixels = npt.NDArray[np.uint8]
BLACK = (0, 0, 0, 255)

PLAZA = "com.drover.plaza"
WIDTH, HEIGHT = 720, 1600
SEED = 7
"""With it no popup comes by itself on the first two phones."""
LONGEST_TURN_S = max(SPANS_S[span][1] for span in ("slide", "fade", "keyboard"))
HEADER_BYTES = 16


@contextmanager
def rack(*words: str) -> Iterator[dict[str, Any]]:
    """Serve phones in a child process; give the line that it announces them with."""
    with subprocess.Popen(
        [sys.executable, "-m", "drover.cli", "sim", "--with-parent", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        try:
            yield json.loads(child.stdout.readline())
        finally:
            child.communicate(timeout=20)
            assert child.returncode == 0


@dataclass(frozen=True)
class PlazaOnAdb:
    """One phone, as an adb client and the control API know it."""

    adb: Adb
    serial: str
    name: str
    control: httpx2.AsyncClient

    async def __call__(self, *words: str) -> Ran:
        return await self.adb("-s", self.serial, *words)

    async def shell(self, line: str) -> str:
        ran = await self("shell", line)
        assert ran.code == 0, ran
        return ran.text

    async def attach(self) -> None:
        """Connect, again where the adb server still believes in a line that is gone."""
        async with asyncio.timeout(20):
            while (await self("shell", "echo here")).stdout != b"here\n":
                await self.adb("disconnect", self.serial)
                await self.adb("connect", self.serial)

    # Through the control API.

    async def state(self) -> dict[str, Any]:
        return (await self.control.get(f"/phones/{self.name}")).raise_for_status().json()

    async def stored(self) -> dict[str, Any]:
        return (await self.state())["apps"][PLAZA]

    async def fault_state(self, fault: str) -> str:
        return {given["fault"]: given["state"] for given in (await self.state())["faults"]}[fault]

    async def give(self, fault: str, **parameters: object) -> None:
        answer = await self.control.post(f"/phones/{self.name}/faults", json={"fault": fault, **parameters})
        answer.raise_for_status()

    async def clear(self, fault: str) -> None:
        (await self.control.delete(f"/phones/{self.name}/faults/{fault}")).raise_for_status()

    async def reset(self) -> None:
        (await self.control.post(f"/phones/{self.name}/reset")).raise_for_status()

    async def at(self, page: str) -> None:
        """Wait until the page is open and no longer moves, so that touches count."""
        async with asyncio.timeout(20):
            while (await self.state())["page"] != page:  # noqa: ASYNC110  no event crosses the control API
                await asyncio.sleep(0.03)
        await asyncio.sleep(LONGEST_TURN_S)

    # Through adb.

    async def tree(self) -> ET.Element:
        text = (await self("exec-out", "uiautomator", "dump", "/dev/tty")).text
        return ET.fromstring(text[: text.rindex(">") + 1])  # noqa: S314  it comes from our own simulator

    async def node(self, name: str) -> ET.Element:
        found = (await self.tree()).find(f".//node[@resource-id='{PLAZA}:id/{name}']")
        assert found is not None, f"{name} is not shown"
        return found

    async def wait_for(self, name: str) -> None:
        """Wait until an element is shown."""
        async with asyncio.timeout(20):
            while (await self.tree()).find(f".//node[@resource-id='{PLAZA}:id/{name}']") is None:  # noqa: ASYNC110  as above
                await asyncio.sleep(0.03)

    async def tap(self, name: str) -> None:
        """Tap the middle of the bounds that the UI tree tells."""
        (x1, y1), (x2, y2) = (
            corner.split(",") for corner in (await self.node(name)).attrib["bounds"].strip("[]").split("][")
        )
        await self.shell(f"input tap {(int(x1) + int(x2)) // 2} {(int(y1) + int(y2)) // 2}")

    async def fill(self, name: str, text: str) -> None:
        await self.tap(name)
        await asyncio.sleep(LONGEST_TURN_S)
        await self.shell(f"input text '{text}'")

    async def fields(self) -> dict[str, str]:
        """Return the texts of the fields shown, by name."""
        nodes = (await self.tree()).iterfind(".//node[@class='android.widget.EditText']")
        return {node.attrib["resource-id"].rpartition("/")[2]: node.attrib["text"] for node in nodes}

    async def focus(self) -> str:
        """Return package and activity of the window that has the focus."""
        return (await self.shell("dumpsys window | grep mCurrentFocus")).split()[-1].rstrip("}")

    async def raw(self) -> Pixels:
        content = (await self("exec-out", "screencap")).stdout
        return np.frombuffer(content[HEADER_BYTES:], np.uint8).reshape(HEIGHT, WIDTH, 4)

    async def png(self) -> Pixels:
        decoded = cv2.imdecode(
            np.frombuffer((await self("exec-out", "screencap", "-p")).stdout, np.uint8), cv2.IMREAD_UNCHANGED
        )
        assert decoded is not None
        return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGRA2RGBA), np.uint8)

    # Ways.

    async def open_plaza(self) -> None:
        await self.shell(f"am start -n {PLAZA}/.MainActivity")
        await self.at("plaza.onboarding_welcome")

    async def go_to_login(self) -> None:
        await self.open_plaza()
        for button, page in (
            ("next", "plaza.onboarding_discover"),
            ("next", "plaza.onboarding_notify"),
            ("get_started", "plaza.login"),
        ):
            await self.tap(button)
            await self.at(page)


def colours(pixels: Pixels) -> set[tuple[int, ...]]:
    """Return the colours that occur."""
    words = np.unique(np.ascontiguousarray(pixels).view(np.uint32))
    return {tuple(colour) for colour in words.view(np.uint8).reshape(-1, 4).tolist()}
