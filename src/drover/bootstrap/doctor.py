"""Composes a checkup of one attached phone: the conformance suite, the pitfalls, the ways to it."""

from contextlib import AsyncExitStack

from drover import __version__
from drover.bootstrap.attached import attached_phones
from drover.bootstrap.ways import way_options
from drover.devices.checkup import Checkup
from drover.devices.conformance import Expectations, examine
from drover.devices.errors import PhoneOffline, PhoneUnauthorized
from drover.devices.ports import Link
from drover.drivers.adb.driver import AdbDriver
from drover.drivers.adb.pitfalls import pitfalls, ways
from drover.drivers.adb.source import AdbSource
from drover.fleet.phonebook import PhoneBook
from drover.kernel.clock import Clock, SystemClock
from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.platform.settings import Settings

USUAL_APPS = ("com.android.settings", "com.drover.plaza")
SCRATCH = "/data/local/tmp/drover-checkup"
_UNTYPABLE = "\N{PILE OF POO}"
_SHOWN = 8


class PhoneUnknown(DroverError):
    """No phone of that serial is attached."""

    kind = Kind.NOT_FOUND


async def check_phone(serial: str, settings: Settings, *, app: str = "") -> Checkup:
    """Return what a look at an attached phone found. The phone is at its home screen afterwards.

    It belongs to the checkup meanwhile; one that is held back from work can be checked too. Raises PhoneUnknown,
    InvalidInput for an app that it lacks, PhoneOccupied, and DeviceError where it cannot be attached.
    """
    clock = SystemClock()
    source = attached_phones(settings, way_options(settings))
    await _find(source, serial)
    async with PhoneBook(settings.data_dir, clock) as book, AsyncExitStack() as stack:
        if serial not in await book.holds():
            await stack.enter_async_context(book.occupied(serial, "being checked"))
        return await _checked(source.driver(serial), clock, app)


async def _checked(driver: AdbDriver, clock: Clock, app: str) -> Checkup:
    await driver.attach()
    try:
        chosen = await _app(driver, app)
        found = await pitfalls(driver)
        told, info = ways(driver), driver.info
        untypable = None if await driver.typing_way() is not None else _UNTYPABLE
    finally:
        await driver.detach()
    checks = await examine(driver, Expectations(clock, chosen, SCRATCH, untypable=untypable))
    return Checkup(driver.serial, clock.now(), __version__, info, told, found, checks)


async def _find(source: AdbSource, serial: str) -> None:
    links = {sighting.serial: sighting.link for sighting in await source.sightings()}
    link = links.get(serial)
    if link is None:
        hint = (
            f"attached are: {', '.join(sorted(links))}" if links else "no phone is attached: `adb devices` lists none"
        )
        raise PhoneUnknown(f"no phone {serial} is attached", hint=hint)
    if link is Link.UNAUTHORIZED:
        raise PhoneUnauthorized(serial)
    if link is Link.OFFLINE:
        raise PhoneOffline(serial)


async def _app(driver: AdbDriver, wanted: str) -> str:
    """Return the app that the checks start: the one asked for, else one that phones usually have."""
    installed = await driver.installed_apps()
    for package in (wanted,) if wanted else USUAL_APPS:
        if package in installed:
            return package
    missing = f"it has no app {wanted}" if wanted else "it has none of the apps that are usually checked with"
    some = ", ".join(installed[:_SHOWN])
    raise InvalidInput(f"phone {driver.serial}: {missing}", hint=f"name one with --app; it has {some}, ...")
