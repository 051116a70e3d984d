"""The phones of the user's own adb server, which is only ever connected to."""

import os

from drover.drivers.adb.client import AdbServer, address_of_user, parse_address
from drover.drivers.adb.phone_ways import BASELINE_ONLY, WayOptions
from drover.drivers.adb.source import AdbSource
from drover.kernel.clock import SystemClock
from drover.platform.settings import Settings


def attached_phones(settings: Settings, options: WayOptions = BASELINE_ONLY) -> AdbSource:
    """Return the phones of the adb server in the settings, else of the one that adb's own variables name.

    `options` are for whoever drives them: starting a faster way on a phone takes a second or two.
    """
    address = parse_address(settings.adb_server) if settings.adb_server else address_of_user(os.environ)
    return AdbSource(AdbServer(address, commands=settings.adb_commands), SystemClock(), options=options)
