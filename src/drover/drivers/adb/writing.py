"""Typing: by `input text` what it can, and other scripts by an input method made for it, or by the clipboard."""

import asyncio
import base64
import re
import shlex
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from drover.devices.errors import DeviceGarbage, Unsupported
from drover.drivers.adb import input, rpc  # noqa: A004  named for Android's `input`
from drover.drivers.adb.deadlines import Deadlines
from drover.drivers.adb.input_ways import ShellInput
from drover.drivers.adb.line import PhoneLine
from drover.drivers.adb.u2 import U2Service
from drover.drivers.adb.ways import WayClosed
from drover.kernel.clock import Clock

_BOUND = re.compile(r"\bmBoundToMethod=true\b|\bmHaveConnection=true\b")
_READY_S: Final = 3.0
_LOOK_AGAIN_S: Final = 0.1
_PIECE: Final = 2000


@dataclass(frozen=True, slots=True)
class TypingMethod:
    """An input method that types what a broadcast brings it, in base64."""

    name: str
    action: str
    extra: str


TYPING_METHODS: Final = (
    TypingMethod("com.android.adbkeyboard/.AdbIME", "ADB_INPUT_B64", "msg"),
    TypingMethod("com.github.uiautomator/.AdbKeyboard", "ADB_KEYBOARD_INPUT_TEXT", "text"),
)


class Writer:
    """Types text into the focused field of one phone."""

    def __init__(self, line: PhoneLine, shell_input: ShellInput, clock: Clock, deadlines: Deadlines) -> None:
        self._line = line
        self._input = shell_input
        self._clock = clock
        self._deadline_s = deadlines.text_s
        self.service: U2Service | None = None

    async def write(self, text: str) -> None:
        """Type `text`. Raises Unsupported, before anything is typed, where the phone has no way for such a text."""
        other = input.untypable(text)
        if not other:
            for piece in input.text_pieces(text):
                await self._input.run("type text", ["text", piece], self._deadline_s)
        elif not (await self._by_typing_method(text) or await self._by_clipboard(text)):
            raise Unsupported(
                self._line.serial,
                f"type {other!r} by key events",
                hint="install ADBKeyBoard on the phone, or uiautomator2 beside Drover; or use plain ASCII",
            )

    async def way(self) -> str | None:
        """Return what types other text than printable ASCII, None where nothing does."""
        method = await self.typing_method()
        return method.name if method is not None else "the clipboard" if self.service is not None else None

    async def typing_method(self) -> TypingMethod | None:
        """Return the input method on the phone that types anything, if there is one."""
        listed = (await self._line.text("ime list -s -a", "type text", self._deadline_s)).split()
        return next((method for method in TYPING_METHODS if method.name in listed), None)

    async def _by_typing_method(self, text: str) -> bool:
        """Return whether it was typed so: False where the phone has no such input method, or does not start it."""
        method = await self.typing_method()
        if method is None:
            return False
        async with self._switched_to(method):
            if not await self._ready(method):
                return False
            for start in range(0, len(text), _PIECE):
                await self._broadcast(method, text[start : start + _PIECE])
        return True

    @asynccontextmanager
    async def _switched_to(self, method: TypingMethod) -> AsyncGenerator[None, None]:
        """Have `method` in use for the block; what was in use before is, afterwards, whatever happens."""
        before = (await self._run("settings --user current get secure default_input_method")).strip()
        name = shlex.quote(method.name)
        if before == method.name:
            yield
            return
        try:
            await self._run(f"ime enable {name} && ime set {name}")
            yield
        finally:
            back = "ime reset" if before in ("", "null") else f"ime set {shlex.quote(before)}"
            # A call that is cancelled must not leave the phone without a keyboard.
            restoring = asyncio.ensure_future(self._run(f"{back} && ime disable {name}"))
            await asyncio.shield(restoring)

    async def _ready(self, method: TypingMethod) -> bool:
        """Wait until the input method listens: what is sent to one that still starts is lost."""
        deadline = self._clock.monotonic() + _READY_S
        while self._clock.monotonic() <= deadline:
            said = await self._run("dumpsys input_method")
            if re.search(rf"\bmCur(?:Method)?Id={re.escape(method.name)}", said) and _BOUND.search(said):
                return True
            await self._clock.sleep(_LOOK_AGAIN_S)
        return False

    async def _broadcast(self, method: TypingMethod, text: str) -> None:
        encoded = base64.b64encode(text.encode()).decode("ascii")
        said = await self._run(f"am broadcast --user current -a {method.action} --es {method.extra} {encoded}")
        if "Broadcast completed" not in said:
            raise DeviceGarbage(self._line.serial, "type text", input.complaint(said.splitlines()))

    async def _by_clipboard(self, text: str) -> bool:
        """Return whether it was pasted: False where there is no service for that, and then nothing was typed."""
        if self.service is None:
            return False
        try:
            await self._call("setClipboard", "drover", text)
            if await self._call("getClipboard") != text:
                return False
            await self._call("pasteClipboard")
        except (WayClosed, rpc.CallFailed):
            return False
        return True

    async def _call(self, method: str, *parameters: object) -> object:
        if self.service is None:
            raise WayClosed("there is no service")
        return await self.service.call(method, *parameters, doing="type text", deadline_s=self._deadline_s)

    async def _run(self, command: str) -> str:
        return await self._line.text(command, "type text", self._deadline_s)
