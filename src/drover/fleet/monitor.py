"""The connection monitor: which phones are there, true within 3 seconds, and bringing back those that are not."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Coroutine, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NoReturn

import structlog

from drover.devices.errors import DeviceTimeout, PhoneAbsent, PhoneOffline, PhoneUnauthorized
from drover.devices.ports import DeviceSource, Link, Sighting
from drover.fleet.domain import Event, Happening, Hold, Ladder, Phone, PhoneState, Rung, state_of
from drover.fleet.ledger import Ledger, MemoryLedger
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError

PowerCycle = Callable[[str, str], Awaitable[None]]
"""Switches the port that a phone is plugged into off and on: takes serial and port. Raises DroverError."""

_UNSEEN: Final = "its source does not list it"
_UNLOOKED: Final = "not looked at yet"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often the monitor looks. `beat_s` and `beat_deadline_s` together are how late it may notice an outage.

    A phone that its source calls online is only repaired after several missed beats: that ends whatever it is doing,
    and it may just be slow.
    """

    beat_s: float = 1.0
    beat_deadline_s: float = 1.8
    misses_until_repair: int = 3


RHYTHM: Final = Rhythm()
LADDER: Final = Ladder()


@dataclass
class _Watched:
    """What is known of one phone. `fault` is why its last heartbeat failed, empty where it did not.

    `absent`: it may be listed, but at the last try to repair it nothing was where it should be.
    """

    shown: Phone
    link: Link = Link.OFFLINE
    listed: bool = False
    absent: bool = False
    fault: str = _UNLOOKED
    misses: int = 0
    occupants: int = 0
    tries: int = 0
    next_try: float = 0.0
    met: bool = False
    outages: list[datetime] = field(default_factory=list[datetime])


class PhoneMonitor:
    """Follows one source of phones. A phone once seen is known from then on.

    A server can miss that a phone went away, so each phone that is said to be online also answers a heartbeat every
    beat, and is shown as online only once it did. A phone that is not there is repaired rung by rung, after pauses that
    double, each phone by itself, and quarantined when nothing helped or when it goes away too often. One that another
    process is at work on is left to that process. An outage is logged when it begins and when it ends; the ledger keeps
    every change and every repair.
    """

    def __init__(
        self,
        source: DeviceSource,
        clock: Clock,
        *,
        ledger: Ledger | None = None,
        power: PowerCycle | None = None,
        rhythm: Rhythm = RHYTHM,
        ladder: Ladder = LADDER,
    ) -> None:
        """Watch that source; `power` is there where a command for it is configured."""
        self._source = source
        self._clock = clock
        self._ledger: Ledger = MemoryLedger() if ledger is None else ledger
        self._power = power
        self._rhythm = rhythm
        self._ladder = ladder
        self._watched: dict[str, _Watched] = {}
        self._holds: Mapping[str, Hold] = {}
        self._others: Mapping[str, str] = {}
        self._known: Mapping[str, Event] | None = None
        self._repairs: dict[str, asyncio.Task[None]] = {}
        self._unwritten: list[Event] = []
        self._subscribers: set[asyncio.Queue[Phone]] = set()
        self._source_fault = ""
        self._ledger_fault = ""
        self._log = structlog.get_logger(__name__)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["PhoneMonitor", None]:
        """Watch while the context lasts."""
        await self._read_ledger()
        tasks = [asyncio.ensure_future(self._follow()), asyncio.ensure_future(self._beat())]
        try:
            yield self
        finally:
            ending = [*tasks, *self._repairs.values()]
            for task in ending:
                task.cancel()
            await asyncio.wait(ending)
            await self._write()
        for task in tasks:
            if not task.cancelled():
                task.result()

    def phones(self) -> tuple[Phone, ...]:
        """Return all phones that were ever seen, as they are now, by serial."""
        return tuple(self._watched[serial].shown for serial in sorted(self._watched))

    @contextmanager
    def changes(self) -> Generator["asyncio.Queue[Phone]", None, None]:
        """Yield a queue that gets each phone whose state changes, while the context lasts."""
        queue: asyncio.Queue[Phone] = asyncio.Queue()
        self._subscribers.add(queue)
        try:
            yield queue
        finally:
            self._subscribers.discard(queue)

    @contextmanager
    def occupied(self, serial: str) -> Generator[None, None, None]:
        """Show the phone as busy while the context lasts. Raises PhoneOffline for one that was never seen."""
        watched = self._watched.get(serial)
        if watched is None:
            raise PhoneOffline(serial, _UNSEEN)
        watched.occupants += 1
        self._show(watched)
        try:
            yield
        finally:
            watched.occupants -= 1
            self._show(watched)

    async def wait_for(self, serials: Collection[str], *, timeout_s: float) -> None:
        """Return once all `serials` are reachable. Raises PhoneUnauthorized, PhoneOffline for the first that is not."""
        with self.changes() as changes:
            try:
                async with asyncio.timeout(timeout_s):
                    while self._missing(serials):
                        await changes.get()
            except TimeoutError:
                serial, phone = next(iter(self._missing(serials).items()))
                if phone is not None and phone.state is PhoneState.UNAUTHORIZED:
                    raise PhoneUnauthorized(serial) from None
                raise PhoneOffline(serial, phone.reason if phone else self._source_fault or _UNSEEN) from None

    def see(self, sightings: Sequence[Sighting]) -> None:
        """Take in what the source lists now."""
        listed = {sighting.serial: sighting for sighting in sightings}
        for serial in (serial for serial in listed if serial not in self._watched):
            self._watched[serial] = _Watched(Phone(serial, PhoneState.OFFLINE, self._clock.now(), _UNLOOKED))
        for serial, watched in self._watched.items():
            sighting = listed.get(serial)
            link = Link.OFFLINE if sighting is None else sighting.link
            if link is not watched.link:
                watched.fault, watched.misses = _UNLOOKED if link is Link.ONLINE else "", 0
            watched.link, watched.listed = link, sighting is not None
            if sighting is not None and sighting.port:
                watched.shown = replace(watched.shown, port=sighting.port)
            self._show(watched)

    async def glance(self) -> tuple[Phone, ...]:
        """Look at every phone once, repair nothing, and return all. Raises what the source raises."""
        await self._read_ledger()
        self.see(await self._source.sightings())
        await self._check_online()
        await self._write()
        return self.phones()

    async def look(self) -> None:
        """Ask every phone that is said to be online for a heartbeat, and start the repairs that are due."""
        await self._check_online()
        now = self._clock.monotonic()
        for watched in self._watched.values():
            if now >= watched.next_try and self._needs_repair(watched):
                self._start_repair(watched, now)
        await self._write()
        await self._read_ledger()

    async def _follow(self) -> NoReturn:
        while True:
            try:
                async for sightings in self._source.changes():
                    self._note_source("")
                    self.see(sightings)
                    # One that came just now need not wait for the next beat.
                    await asyncio.gather(*(self._check(watched) for watched in self._unlooked()))
            except DroverError as error:
                self._note_source(error.message)
                self.see(())
            await self._clock.sleep(self._rhythm.beat_s)

    async def _check_online(self) -> None:
        online = [watched for watched in self._watched.values() if watched.link is Link.ONLINE]
        await asyncio.gather(*(self._check(watched) for watched in online))

    def _needs_repair(self, watched: _Watched) -> bool:
        given_up = watched.link is Link.OFFLINE or watched.misses >= self._rhythm.misses_until_repair
        theirs = watched.shown.serial in self._others
        return watched.shown.state is PhoneState.OFFLINE and given_up and not theirs

    def _unlooked(self) -> Sequence[_Watched]:
        watched = self._watched.values()
        return [each for each in watched if each.link is Link.ONLINE and each.fault == _UNLOOKED]

    async def _beat(self) -> NoReturn:
        while True:
            await self._clock.sleep(self._rhythm.beat_s)
            await self.look()

    async def _check(self, watched: _Watched) -> None:
        serial, deadline_s = watched.shown.serial, self._rhythm.beat_deadline_s
        try:
            async with asyncio.timeout(deadline_s):
                await self._source.ping(serial)
        except TimeoutError:
            watched.fault = DeviceTimeout(serial, "heartbeat", deadline_s).message
        except DroverError as error:
            watched.fault = error.message
        else:
            watched.fault = ""
        watched.misses = watched.misses + 1 if watched.fault else 0
        self._show(watched)

    def _start_repair(self, watched: _Watched, now: float) -> None:
        serial = watched.shown.serial
        if serial in self._repairs:
            return
        powered = self._power is not None and bool(watched.shown.port)
        rung = self._ladder.rung(watched.tries, listed=watched.listed and not watched.absent, powered=powered)
        if rung is Rung.QUARANTINE and watched.occupants:
            rung = Rung.RECONNECT  # whoever works on it waits for it, and decides for how long
        watched.next_try = now + self._ladder.pause_s(watched.tries)
        watched.tries += 1
        self._begin(serial, self._repair(watched, rung))

    def _begin(self, serial: str, repair: Coroutine[None, None, None]) -> None:
        """Let a repair run; there is one at a time for each phone."""
        task = asyncio.ensure_future(repair)
        self._repairs[serial] = task
        task.add_done_callback(lambda _: self._repairs.pop(serial, None))

    async def _repair(self, watched: _Watched, rung: Rung) -> None:
        if rung is not Rung.QUARANTINE:
            self._note(watched, Happening.REPAIR, rung.value, watched.shown.reason)
        # That it failed shows in the phone's state, and is logged there once; each try is not worth a line.
        with contextlib.suppress(DroverError):
            try:
                await self._climb(watched, rung)
            except PhoneAbsent:
                watched.absent = True
                return
        if watched.absent:  # it is there again: what was tried in its absence does not count
            watched.absent, watched.tries = False, 0

    async def _climb(self, watched: _Watched, rung: Rung) -> None:
        serial = watched.shown.serial
        match rung:
            case Rung.RECONNECT:
                await self._source.reconnect(serial)
            case Rung.RESTART:
                await self._source.restart(serial)
            case Rung.POWER:
                assert self._power is not None  # noqa: S101  the ladder names this rung only where there is one
                await self._power(serial, watched.shown.port)
            case Rung.QUARANTINE:
                await self._quarantine(watched, f"{watched.tries - 1} repairs were in vain: {watched.shown.reason}")

    async def _quarantine(self, watched: _Watched, reason: str) -> None:
        hold = Hold(watched.shown.serial, PhoneState.QUARANTINED, reason, self._clock.now())
        self._holds = {**self._holds, hold.serial: hold}
        self._show(watched)
        self._log.error("phone is quarantined", phone=hold.serial, reason=reason)
        with self._ledger_used():
            await self._ledger.hold(hold)

    def _show(self, watched: _Watched) -> None:
        hold = self._holds.get(watched.shown.serial)
        occupied = watched.occupants > 0 or watched.shown.serial in self._others
        state = state_of(watched.link, fault=watched.fault, occupied=occupied, hold=hold)
        before = watched.shown
        reason = "" if state in (PhoneState.ONLINE, PhoneState.BUSY) else self._reason(watched, state, hold)
        if state is before.state and reason == before.reason:
            return
        since = before.since if state is before.state else self._since(watched, state)
        watched.shown = replace(before, state=state, since=since, reason=reason)
        if state is not before.state:
            self._changed(watched, before)

    def _since(self, watched: _Watched, state: PhoneState) -> datetime:
        return self._recorded(watched, state) or self._clock.now()

    def _recorded(self, watched: _Watched, state: PhoneState) -> datetime | None:
        """Return since when, by the ledger, a phone that this monitor meets for the first time is in that state."""
        event = (self._known or {}).get(watched.shown.serial)
        alike = event is not None and event.word == state.value and event.port == watched.shown.port
        return event.at if event is not None and alike and not watched.met else None

    def _changed(self, watched: _Watched, before: Phone) -> None:
        shown = watched.shown
        self._log_outage(before, shown)
        if shown.since != self._recorded(watched, shown.state):
            self._note(watched, Happening.STATE, shown.state.value, shown.reason)
        watched.met = True
        if shown.reachable:
            watched.tries, watched.next_try, watched.absent = 0, 0.0, False
        elif before.reachable and shown.state is PhoneState.OFFLINE:
            self._count_outage(watched)
        for queue in self._subscribers:
            queue.put_nowait(shown)

    def _count_outage(self, watched: _Watched) -> None:
        now, serial = self._clock.now(), watched.shown.serial
        watched.outages = [*(at for at in watched.outages if now - at <= self._ladder.outages_within), now]
        if self._ladder.flaps(watched.outages, now) and serial not in self._repairs:
            minutes = self._ladder.outages_within.total_seconds() / 60
            reason = f"it went away {len(watched.outages)} times within {minutes:g} minutes"
            self._begin(serial, self._quarantine(watched, reason))

    def _reason(self, watched: _Watched, state: PhoneState, hold: Hold | None) -> str:
        if hold is not None and state is hold.state:
            return hold.reason
        if watched.link is Link.UNAUTHORIZED:
            return "it has not authorised this computer: unlock it and accept the USB debugging dialog"
        if not watched.listed:
            return self._source_fault or _UNSEEN
        return watched.fault or "its source says that it is offline"

    def _log_outage(self, before: Phone, after: Phone) -> None:
        if before.reachable and not after.reachable:
            self._log.warning("phone went away", phone=after.serial, state=after.state.value, reason=after.reason)
        elif after.reachable and not before.reachable:
            away_s = (self._clock.now() - before.since).total_seconds()
            self._log.info("phone is there", phone=after.serial, away_s=round(away_s, 1))

    def _note_source(self, fault: str) -> None:
        if fault and not self._source_fault:
            self._log.warning("source of phones failed", reason=fault)
        elif self._source_fault and not fault:
            self._log.info("source of phones is back")
        self._source_fault = fault

    def _note(self, watched: _Watched, happening: Happening, word: str, detail: str) -> None:
        phone = watched.shown
        self._unwritten.append(Event(self._clock.now(), phone.serial, phone.port, happening, word, detail))

    async def _write(self) -> None:
        events, self._unwritten = self._unwritten, []
        if events:
            with self._ledger_used():
                await self._ledger.note(*events)

    async def _read_ledger(self) -> None:
        with self._ledger_used():
            if self._known is None:
                self._known = await self._ledger.last_states()
            holds, self._others = await self._ledger.holds(), await self._ledger.others()
            released, self._holds = set(self._holds) - set(holds), holds
            for serial, watched in self._watched.items():
                if serial in released:
                    watched.tries, watched.next_try, watched.outages = 0, 0.0, []
                self._show(watched)

    @contextmanager
    def _ledger_used(self) -> Generator[None, None, None]:
        """Go on watching where the ledger cannot be used; say so once."""
        try:
            yield
        except DroverError as error:
            if not self._ledger_fault:
                self._log.warning("the history of phones is not kept", reason=error.message)
            self._ledger_fault = error.message
        else:
            self._ledger_fault = ""

    def _missing(self, serials: Collection[str]) -> Mapping[str, Phone | None]:
        shown = {phone.serial: phone for phone in self.phones()}
        return {serial: shown.get(serial) for serial in serials if serial not in shown or not shown[serial].reachable}
