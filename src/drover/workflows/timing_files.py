"""The form of timings in documents, and what each means."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BeforeValidator, Field

from drover.sequences.condition_files import Strict
from drover.workflows.domain.errors import BadTiming
from drover.workflows.domain.localtime import local_of, moment_of
from drover.workflows.domain.occurrences import check
from drover.workflows.domain.rule import WEEKDAYS, parse_rule
from drover.workflows.domain.timing import EVERY_DAY, MOST_MOMENTS, At, Immediate, Recurring, Timing, Window

_CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d$"
_DATE: Final = r"^\d{4}-\d{2}-\d{2}$"
_LOCAL: Final = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$"
_MOMENT: Final = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?$"


def _like(pattern: str, example: str) -> BeforeValidator:
    """Say what a text should look like by an example, where it does not fit the pattern."""

    def check(value: object) -> object:
        if isinstance(value, str) and not re.search(pattern, value):
            raise ValueError(f"is not like {example}")
        return value

    return BeforeValidator(check)


Moment = Annotated[str, Field(pattern=_MOMENT), _like(_MOMENT, "2026-11-23T14:00 or 2026-11-23T14:00+01:00")]
ZoneName = Annotated[str, Field(max_length=64, description="A time zone of the IANA database, such as Europe/Berlin.")]
Clock = Annotated[
    str, Field(pattern=_CLOCK, description="A local time, such as 09:00."), _like(_CLOCK, "09:00, from 00:00 to 23:59")
]
Day = Annotated[str, Field(pattern=_DATE, description="A local day, such as 2026-11-23."), _like(_DATE, "2026-11-23")]
WeekdayName = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


class ImmediateFile(Strict):
    """Once, at once."""

    kind: Literal["immediate"]
    asked_at: Moment | None = Field(default=None, description="Filled in.")

    def timing(self, now: datetime) -> Timing:
        """Return the timing."""
        return Immediate(now if self.asked_at is None else _moment(self.asked_at, ZoneInfo("UTC"), "asked_at"))


class AtFile(Strict):
    """Once, at a time: a local one of the zone, or one with an offset (`...+01:00`, `...Z`)."""

    kind: Literal["at"]
    at: Moment = Field(description="Such as 2026-11-23T14:00.")
    zone: ZoneName = "UTC"

    def timing(self, now: datetime) -> Timing:  # noqa: ARG002  others need it
        """Return the timing."""
        zone = zone_of(self.zone)
        return At(_moment(self.at, zone, "at"), zone)


class WindowFile(Strict):
    """Random moments in a time window, drawn from the schedule's seed."""

    kind: Literal["window"]
    opens: Clock
    closes: Clock = Field(description="Where it is not after `opens`, the window lasts into the next day.")
    zone: ZoneName = "UTC"
    moments: int = Field(default=1, ge=1, le=MOST_MOMENTS, description="How many moments each window has.")
    apart_s: int = Field(default=60, ge=0, le=86_400, description="How far they lie from one another, at least.")
    weekdays: list[WeekdayName] | None = Field(default=None, min_length=1, description="Without it every day.")
    repetitions: int | None = Field(default=1, ge=1, le=100_000, description="On how many days; null for all.")
    first: Day | None = Field(default=None, description="The first day; else the day on which it is made.")
    not_before: Moment | None = Field(default=None, description="Filled in.")

    def timing(self, now: datetime) -> Timing:
        """Return the timing."""
        zone = zone_of(self.zone)
        not_before = now if self.not_before is None else _moment(self.not_before, ZoneInfo("UTC"), "not_before")
        days = EVERY_DAY if self.weekdays is None else frozenset(WEEKDAYS.index(each) for each in self.weekdays)
        return Window(
            opens=time.fromisoformat(self.opens),
            closes=time.fromisoformat(self.closes),
            zone=zone,
            first=local_of(not_before, zone).date() if self.first is None else _day(self.first, "first"),
            not_before=not_before,
            moments=self.moments,
            apart=timedelta(seconds=self.apart_s),
            weekdays=days,
            repetitions=self.repetitions,
        )


class RecurringFile(Strict):
    """By a recurrence rule (RFC 5545)."""

    kind: Literal["recurring"]
    rule: str = Field(min_length=1, max_length=500, description="Such as FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=9;BYMINUTE=30.")
    starts: Annotated[str, Field(pattern=_LOCAL), _like(_LOCAL, "2026-11-23T14:00")] | None = Field(
        default=None, description="The local time from which on the rule counts; else when it is made."
    )
    zone: ZoneName = "UTC"
    excepted: list[Annotated[str, Field(pattern=rf"{_DATE}|{_LOCAL}")]] = Field(
        default_factory=list[str], max_length=1000, description="Local days and local times on which it does not come."
    )

    def timing(self, now: datetime) -> Timing:
        """Return the timing."""
        zone = zone_of(self.zone)
        starts = _next_minute(local_of(now, zone)) if self.starts is None else _local(self.starts, "starts")
        excepted = {_local(each, "excepted") if "T" in each else _day(each, "excepted") for each in self.excepted}
        return Recurring(parse_rule(self.rule), starts, zone, frozenset(excepted))


TimingFile = Annotated[ImmediateFile | AtFile | WindowFile | RecurringFile, Field(discriminator="kind")]


def timing_of(file: ImmediateFile | AtFile | WindowFile | RecurringFile, now: datetime) -> Timing:
    """Return what a document says; what it leaves out is filled in from `now`. Raises BadTiming, also if never due."""
    timing = file.timing(now)
    check(timing)
    return timing


def document_of(timing: Timing) -> dict[str, object]:
    """Return the document of a timing, complete: read again at any time, it means the same."""
    match timing:
        case Immediate():
            return {"kind": "immediate", "asked_at": _written(timing.asked_at)}
        case At():
            return {"kind": "at", "at": _written(timing.at), "zone": timing.zone.key}
        case Window():
            return {
                "kind": "window",
                "opens": f"{timing.opens:%H:%M}",
                "closes": f"{timing.closes:%H:%M}",
                "zone": timing.zone.key,
                "moments": timing.moments,
                "apart_s": timing.apart // timedelta(seconds=1),
                "weekdays": [WEEKDAYS[day] for day in sorted(timing.weekdays)],
                "repetitions": timing.repetitions,
                "first": timing.first.isoformat(),
                "not_before": _written(timing.not_before),
            }
        case Recurring():
            return {
                "kind": "recurring",
                "rule": timing.rule.source,
                "starts": f"{timing.starts:%Y-%m-%dT%H:%M}",
                "zone": timing.zone.key,
                "excepted": sorted(
                    f"{each:%Y-%m-%dT%H:%M}" if isinstance(each, datetime) else each.isoformat()
                    for each in timing.excepted
                ),
            }


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of that name. Raises BadTiming with what may be meant."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        close = get_close_matches(name, sorted(available_timezones()), n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else "names are such as Europe/Berlin, America/New_York"
        raise BadTiming(f"zone: unknown time zone {name}", hint=hint) from error


def _moment(text: str, zone: ZoneInfo, field: str) -> datetime:
    parsed = _parsed(text, field)
    return moment_of(parsed, zone) if parsed.tzinfo is None else parsed.astimezone(UTC)


def _local(text: str, field: str) -> datetime:
    return _parsed(text, field)


def _day(text: str, field: str) -> date:
    return _parsed(text, field).date()


def _parsed(text: str, field: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadTiming(f"{field}: {text} is no date or time", hint=f"{error}") from error
    if not _FIRST_YEAR <= parsed.year <= _LAST_YEAR:
        raise BadTiming(f"{field}: {text} is out of range", hint=f"from the year {_FIRST_YEAR} to {_LAST_YEAR}")
    return parsed


def _next_minute(local: datetime) -> datetime:
    whole = local.replace(second=0, microsecond=0)
    return whole if whole == local else whole + timedelta(minutes=1)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2398


def stored_timing(document: Mapping[str, object]) -> Timing:
    """Return the timing of a complete document, as it was kept."""
    return _Stored.model_validate({"timing": document}).timing.timing(datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC))


class _Stored(Strict):
    timing: TimingFile
