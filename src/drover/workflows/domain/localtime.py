"""Local times and the moments that they are, also on the days on which clocks are changed. Pure.

A local time that does not exist, because clocks go forward over it, is the moment that it would be without the change:
02:30 is then 03:30. One that comes twice, because clocks go back, is the first of the two. RFC 5545, 3.3.5.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MOST_SHIFT: Final = timedelta(hours=26)
"""More than any change of clocks, even one across the date line: moments of rising local times fall by less."""


def moment_of(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, that a local time without a zone is in `zone`."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def local_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the local time, without a zone, that clocks in `zone` show at a moment."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def remark(local: datetime, zone: ZoneInfo) -> str:
    """Return what is to be said of a local time that does not exist or comes twice, else nothing."""
    shown = local_of(moment_of(local, zone), zone)
    if shown != local:
        return f"{local:%H:%M} does not exist that day, as clocks go forward: {shown:%H:%M} instead"
    if comes_twice(local, zone):
        return f"{local:%H:%M} comes twice that day, as clocks go back: the first"
    return ""


def comes_twice(local: datetime, zone: ZoneInfo) -> bool:
    """Whether clocks show a local time twice, as they go back over it."""
    second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return second > moment_of(local, zone)


def spoken(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment as people of the zone say it: `14:07 Europe/Berlin on Mon 2026-11-23`."""
    local = local_of(moment, zone)
    return f"{local:%H:%M} {zone.key} on {DAYS[local.weekday()]} {local:%Y-%m-%d}"


DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
