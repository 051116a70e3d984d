"""Which ways to capture and to touch phones may be tried: what the settings and the installed packages allow."""

from pathlib import Path

from drover.drivers.adb.jar import Jar, installed_jar
from drover.drivers.adb.phone_ways import WayOptions
from drover.platform.settings import Settings

NO_JAR = "none"


def way_options(settings: Settings) -> WayOptions:
    """Return the ways to measure when a phone attaches. Raises InvalidInput for a jar that is not there."""
    if settings.u2_jar == NO_JAR:
        return WayOptions(measured=True)
    path = Path(settings.u2_jar) if settings.u2_jar else installed_jar()
    return WayOptions(Jar.read(path) if path is not None else None, measured=True)
