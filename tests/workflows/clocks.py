"""The days on which clocks are changed, of zones that do so in different ways, and rules to meet them with."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from drover.workflows.domain.rule import parse_rule
from drover.workflows.domain.timing import Recurring

CHANGING = (
    ("Europe/Berlin", 2026),
    ("America/New_York", 2026),
    ("Australia/Sydney", 2026),  # summer at the turn of the year
    ("Australia/Lord_Howe", 2026),  # by half an hour
    ("America/Havana", 2026),  # at midnight: 00:00 does not exist
    ("Asia/Beirut", 2026),  # at midnight, back too: a date comes twice
    ("Africa/Casablanca", 2026),  # back before Ramadan, forward after it
    ("Pacific/Apia", 2011),  # a day left out: across the date line
    ("Asia/Kathmandu", 2026),  # never; 5:45 from Greenwich
)
"""Zones, and a year in which their clocks are changed."""

_HOUR = timedelta(hours=1)


@cache
def changes(name: str, year: int) -> tuple[datetime, ...]:
    """The moments in UTC, to the hour, after which the zone's clocks are changed in a year; its middle where never."""
    zone = ZoneInfo(name)
    start = datetime(year, 1, 1, tzinfo=UTC)
    hours = [start + number * _HOUR for number in range(366 * 24)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    found = [hours[n] for n in range(len(hours) - 1) if offsets[n] != offsets[n + 1]]
    return tuple(found) or (start + timedelta(days=182),)


CHANGES = [(name, moment) for name, year in CHANGING for moment in changes(name, year)]
ZONES = sorted({name for name, _ in CHANGING})


def recurring(
    rule: str, starts: str, zone: str = "Europe/Berlin", excepted: frozenset[object] = frozenset()
) -> Recurring:
    return Recurring(parse_rule(rule), datetime.fromisoformat(starts), ZoneInfo(zone), excepted)  # type: ignore[arg-type]


def _list(numbers: st.SearchStrategy[int], most: int = 4) -> st.SearchStrategy[str]:
    return st.lists(numbers, min_size=1, max_size=most, unique=True).map(lambda each: ",".join(map(str, each)))


_TIMES = {"BYHOUR": _list(st.integers(0, 23)), "BYMINUTE": _list(st.integers(0, 59), 2)}
_WEEKDAYS = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, unique=True).map(",".join)
_MONTHS = _list(st.integers(1, 12))
_MONTH_DAYS = _list(st.integers(1, 31) | st.integers(-31, -1))
_PARTS = {
    "YEARLY": {
        "BYMONTH": _MONTHS,
        "BYMONTHDAY": _MONTH_DAYS,
        "BYYEARDAY": _list(st.integers(1, 366) | st.integers(-366, -1)),
        "BYWEEKNO": _list(st.integers(1, 53) | st.integers(-53, -1)),
        "BYDAY": _WEEKDAYS,
        **_TIMES,
    },
    "MONTHLY": {
        "BYMONTH": _MONTHS,
        "BYMONTHDAY": _MONTH_DAYS,
        "BYDAY": _WEEKDAYS | st.sampled_from(["1MO", "-1SU", "2TU,4TU", "5FR"]),
        **_TIMES,
    },
    "WEEKLY": {"BYMONTH": _MONTHS, "BYDAY": _WEEKDAYS, "WKST": st.sampled_from(["MO", "SU"]), **_TIMES},
    "DAILY": {"BYMONTH": _MONTHS, "BYMONTHDAY": _MONTH_DAYS, "BYDAY": _WEEKDAYS, **_TIMES},
}


_EXCLUDING = {"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}
"""Parts of which two together may fit no day at all."""

NO_DEADLINE = settings(deadline=None)
"""How long a rule takes depends on the machine's other work."""


@st.composite
def nominal_rules(draw: st.DrawFn) -> str:
    """Rules that count in local time and come again and again."""
    frequency = draw(st.sampled_from(sorted(_PARTS)))
    names = draw(st.lists(st.sampled_from(sorted(_PARTS[frequency])), unique=True, max_size=3))
    excluding = [name for name in names if name in _EXCLUDING][:1]
    names = [name for name in names if name not in _EXCLUDING] + excluding
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 3))}"]
    parts += [f"{name}={draw(_PARTS[frequency][name])}" for name in names]
    chooses = any(name.startswith("BY") for name in names) and draw(st.booleans())
    return ";".join([*parts, f"BYSETPOS={draw(st.sampled_from(['1', '-1', '1,-1']))}"] if chooses else parts)
