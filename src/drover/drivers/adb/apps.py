"""The apps and users of one phone, through `am`, `pm` and `cmd`: always for the user in front, whoever that is."""

import shlex
from collections.abc import Sequence
from typing import Final

from drover.devices.errors import AppNotInstalled, DeviceGarbage, DeviceTimeout, Unsupported
from drover.devices.ports import AppInFront
from drover.drivers.adb import dumpsys, input  # noqa: A004  named for Android's `input`
from drover.drivers.adb.line import PhoneLine
from drover.kernel.clock import Clock

_USER: Final = "--user current"
_SWITCH_S: Final = 20.0
_LOOK_AGAIN_S: Final = 0.2


class PhoneApps:
    """Starts, stops and lists apps; `deadline_s` is for each call."""

    def __init__(self, line: PhoneLine, clock: Clock, deadline_s: float) -> None:
        self._line = line
        self._clock = clock
        self._deadline_s = deadline_s

    async def start(self, package: str) -> None:
        """Bring the app to the front, by its launcher activity."""
        quoted = shlex.quote(package)
        resolve = f"cmd package resolve-activity {_USER} --brief -c android.intent.category.LAUNCHER {quoted}"
        component = dumpsys.launcher_component(await self._text(resolve, "start app"))
        if component is None:
            await self._start_without_component(package)
            return
        output = await self._text(f"am start {_USER} -n {shlex.quote(component)}", "start app")
        if "does not exist" in output:
            raise AppNotInstalled(self._line.serial, package)
        if "Error" in output or "Exception" in output:
            raise DeviceGarbage(self._line.serial, "start app", input.complaint(output.splitlines()))

    async def stop(self, package: str) -> None:
        """End the app's processes."""
        command = f"am force-stop {_USER} {shlex.quote(package)}"
        output = await self._line.shell(command, "stop app", self._deadline_s)
        if output.exit_code != 0 or output.stderr:
            detail = output.stderr.decode("utf-8", "replace").strip() or f"exit code {output.exit_code}"
            raise DeviceGarbage(self._line.serial, "stop app", detail[:200])

    async def in_front(self) -> AppInFront:
        """Return the app that has the focus."""
        output = await self._text("dumpsys window", "app in front")
        try:
            return dumpsys.app_in_front(output)
        except dumpsys.NotUnderstood as error:
            raise DeviceGarbage(self._line.serial, "app in front", str(error)) from error

    async def installed(self) -> Sequence[str]:
        """Return the package names of the user in front, sorted."""
        return dumpsys.packages(await self._text(f"pm list packages {_USER}", "installed apps"))

    async def user(self) -> int:
        """Return the number of the user in front; 0 is the phone's owner."""
        said = (await self._text("am get-current-user", "user")).strip()
        if not said.isdecimal():
            raise DeviceGarbage(self._line.serial, "user", said[:80] or "an empty answer")
        return int(said)

    async def switch_user(self, number: int) -> None:
        """Bring a user to the front; returns when the phone says that he is. Raises Unsupported for one it lacks."""
        said = (await self._text(f"am switch-user {number}", "switch user")).strip()
        if "Error" in said or "Exception" in said:
            raise Unsupported(self._line.serial, f"switch to user {number}: {said.splitlines()[0][:200]}")
        deadline = self._clock.monotonic() + _SWITCH_S
        while await self.user() != number:
            if self._clock.monotonic() > deadline:
                raise DeviceTimeout(self._line.serial, f"switching to user {number}", _SWITCH_S)
            await self._clock.sleep(_LOOK_AGAIN_S)

    async def _start_without_component(self, package: str) -> None:
        quoted = shlex.quote(package)
        if not (await self._text(f"pm path {_USER} {quoted}", "start app")).startswith("package:"):
            raise AppNotInstalled(self._line.serial, package)
        # It has no --user: it always starts apps of the user in front.
        monkey = f"monkey -p {quoted} -c android.intent.category.LAUNCHER 1"
        if "aborted" in await self._text(monkey, "start app"):
            raise Unsupported(self._line.serial, f"start {package}: it has no launcher activity")

    async def _text(self, command: str, call: str) -> str:
        return await self._line.text(command, call, self._deadline_s)
