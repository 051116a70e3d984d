"""The ways to touch and to press keys: Android's `input`, and uiautomator2's service."""

import math
import shlex
from collections.abc import Sequence
from typing import Final

from drover.devices.errors import DeviceGarbage, InjectionRefused
from drover.devices.geometry import Point
from drover.drivers.adb import input, rpc  # noqa: A004  named for Android's `input`
from drover.drivers.adb.line import PhoneLine
from drover.drivers.adb.u2 import U2Service
from drover.drivers.adb.ways import WayClosed

_STEPS_PER_S: Final = 200
_FEWEST_STEPS: Final = 2


class ShellInput:
    """The baseline: the command `input`."""

    name = "input"

    def __init__(self, line: PhoneLine) -> None:
        self._line = line

    async def touch(self, call: str, start: Point, end: Point, seconds: float, deadline_s: float) -> None:
        """Tap, or swipe; a long tap is a swipe that goes nowhere."""
        if start == end and not seconds:
            words = ["tap", str(start.x), str(start.y)]
        else:
            words = ["swipe", *input.swipe_words(start, end, seconds)]
        await self.run(call, words, deadline_s)

    async def press(self, codes: Sequence[int], deadline_s: float) -> None:
        """Press keys, in one call."""
        await self.run("press", ["keyevent", *(str(code) for code in codes)], deadline_s)

    async def run(self, call: str, words: Sequence[str], deadline_s: float) -> None:
        """Run `input` with these words. Raises InjectionRefused, and DeviceGarbage for any other complaint."""
        output = await self._line.shell(f"input {shlex.join(words)}", call, deadline_s)
        if output.exit_code == 0 and not output.stdout and not output.stderr:
            return
        complaint = input.complaint((output.stdout + output.stderr).decode("utf-8", "replace").splitlines())
        if input.is_refusal(complaint):
            raise InjectionRefused(self._line.serial, complaint)
        if complaint or output.exit_code != 0:
            raise DeviceGarbage(self._line.serial, call, complaint or f"exit code {output.exit_code}")


class U2Input:
    """uiautomator2's service, which need not start a program for each touch."""

    name = "uiautomator2"

    def __init__(self, service: U2Service) -> None:
        self._service = service

    async def touch(self, call: str, start: Point, end: Point, seconds: float, deadline_s: float) -> None:
        """Click for so long, or swipe in steps of 5 ms."""
        if start == end:
            parameters = (start.x, start.y, math.ceil(seconds * 1000)) if seconds else (start.x, start.y)
            await self._do("click", parameters, call, deadline_s)
        else:
            steps = max(_FEWEST_STEPS, round(seconds * _STEPS_PER_S))
            await self._do("swipe", (start.x, start.y, end.x, end.y, steps), call, deadline_s)

    async def press(self, codes: Sequence[int], deadline_s: float) -> None:
        """Press keys, one call each. Only the first can be left undone by a service that is gone."""
        for index, code in enumerate(codes):
            try:
                await self._do("pressKeyCode", (code,), "press", deadline_s)
            except WayClosed as closed:
                if index:
                    raise DeviceGarbage(
                        self._service.serial, "press", f"{index} keys were pressed: {closed}"
                    ) from closed
                raise

    async def _do(self, method: str, parameters: tuple[int, ...], call: str, deadline_s: float) -> None:
        try:
            await self._service.call(method, *parameters, doing=call, deadline_s=deadline_s)
        except rpc.CallFailed as failed:
            raise WayClosed(str(failed)) from failed
