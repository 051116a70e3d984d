"""Switching the USB port of a phone off and on, by the command that the settings name."""

import asyncio
import shlex
from typing import Final

from drover.devices.errors import DeviceError
from drover.fleet.monitor import PowerCycle
from drover.kernel.errors import InvalidInput, Kind
from drover.platform.settings import Settings

_DEADLINE_S: Final = 30.0


class PowerNotCycled(DeviceError):
    """The command that switches a port off and on did not do so."""

    kind = Kind.UNAVAILABLE

    def __init__(self, serial: str, command: str, detail: str) -> None:
        super().__init__(serial, f"{command}: {detail}", hint="run the command by hand, or mend usb_power_command")


def power_cycle(settings: Settings) -> PowerCycle | None:
    """Return what switches a port, or None where no command is configured. Raises InvalidInput for a bad one."""
    command = settings.usb_power_command
    if not command:
        return None
    _words(command, "serial", "usb:1-1")

    async def cycle(serial: str, port: str) -> None:
        await _run(serial, _words(command, serial, port))

    return cycle


def _words(command: str, serial: str, port: str) -> list[str]:
    path = port.removeprefix("usb:")
    hub, _, number = path.rpartition("." if "." in path else "-")
    try:
        # Split before filling in: what a phone calls itself can then never become another word.
        return [word.format(port=path, hub=hub, number=number, serial=serial) for word in shlex.split(command)]
    except (ValueError, LookupError) as error:
        raise InvalidInput(
            f"setting usb_power_command: {command!r} cannot be filled in: {error}",
            hint="for instance: uhubctl --location {hub} --ports {number} --action cycle",
        ) from error


async def _run(serial: str, words: list[str]) -> None:
    try:
        process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
    except OSError as error:
        raise PowerNotCycled(serial, words[0], (error.strerror or str(error)).lower()) from error
    try:
        async with asyncio.timeout(_DEADLINE_S):
            printed, _ = await process.communicate()
    except TimeoutError as error:
        raise PowerNotCycled(serial, words[0], f"took longer than {_DEADLINE_S:g} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        said = printed.decode("utf-8", "replace").strip().splitlines()
        raise PowerNotCycled(serial, words[0], said[-1][:200] if said else f"ended with {process.returncode}")
