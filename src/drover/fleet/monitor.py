"""The connection monitor: which phones are there, true within 3 seconds, and bringing back those that are not."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Collection, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final, NoReturn

import structlog

from drover.devices.errors import DeviceTimeout, PhoneOffline, PhoneUnauthorized
from drover.devices.ports import Capability, DeviceSource, Driver, Link, Sighting
from drover.fleet.domain import Phone, PhoneState, state_of
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError

_UNSEEN: Final = "its source does not list it"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often the monitor does what. `beat_s` and `beat_deadline_s` together are how late it may notice an outage.

    A phone that its source calls online is only reconnected after several missed beats: that ends whatever it is doing,
    and it may just be slow.
    """

    beat_s: float = 1.0
    beat_deadline_s: float = 1.8
    misses_until_reconnect: int = 3
    first_reconnect_s: float = 0.5
    most_reconnect_s: float = 30.0


RHYTHM: Final = Rhythm()


@dataclass
class _Watched:
    """What is known of one phone. `fault` is why its last heartbeat failed, empty where it did not."""

    driver: Driver
    shown: Phone
    link: Link = Link.OFFLINE
    listed: bool = False
    fault: str = ""
    attached: bool = False
    misses: int = 0
    occupants: int = 0
    tries: int = 0
    next_try: float = 0.0


class PhoneMonitor:
    """Follows one source of phones. A phone once seen is known from then on.

    A server can miss that a phone went away, so each phone that is said to be online is also sent a cheap command every
    beat. An offline phone is reconnected after pauses that double, each phone by itself. An outage is logged when it
    begins and when it ends.
    """

    def __init__(self, source: DeviceSource, clock: Clock, *, rhythm: Rhythm = RHYTHM) -> None:
        self._source = source
        self._clock = clock
        self._rhythm = rhythm
        self._watched: dict[str, _Watched] = {}
        self._repairs: dict[str, asyncio.Task[None]] = {}
        self._subscribers: set[asyncio.Queue[Phone]] = set()
        self._source_fault = ""
        self._log = structlog.get_logger(__name__)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["PhoneMonitor", None]:
        """Watch while the context lasts."""
        tasks = [asyncio.ensure_future(self._follow()), asyncio.ensure_future(self._beat())]
        try:
            yield self
        finally:
            ending = [*tasks, *self._repairs.values()]
            for task in ending:
                task.cancel()
            await asyncio.wait(ending)
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
        listed = {sighting.serial: sighting.link for sighting in sightings}
        for serial in (serial for serial in listed if serial not in self._watched):
            shown = Phone(serial, PhoneState.OFFLINE, self._clock.now(), "not looked at yet")
            self._watched[serial] = _Watched(self._source.driver(serial), shown)
        for serial, watched in self._watched.items():
            link = listed.get(serial, Link.OFFLINE)
            if link is not watched.link:
                watched.fault, watched.misses = "", 0
            watched.link, watched.listed = link, serial in listed
            self._show(watched)

    async def look(self) -> None:
        """Send every phone that is said to be online a heartbeat, and start reconnecting those that are due."""
        await asyncio.gather(
            *(self._check(watched) for watched in self._watched.values() if watched.link is Link.ONLINE)
        )
        now = self._clock.monotonic()
        for watched in self._watched.values():
            given_up = watched.link is Link.OFFLINE or watched.misses >= self._rhythm.misses_until_reconnect
            if watched.shown.state is PhoneState.OFFLINE and given_up and now >= watched.next_try:
                self._start_repair(watched, now)

    async def _follow(self) -> NoReturn:
        while True:
            try:
                async for sightings in self._source.changes():
                    self._note_source("")
                    self.see(sightings)
            except DroverError as error:
                self._note_source(error.message)
                self.see(())
            await self._clock.sleep(self._rhythm.beat_s)

    async def _beat(self) -> NoReturn:
        while True:
            await self._clock.sleep(self._rhythm.beat_s)
            await self.look()

    async def _check(self, watched: _Watched) -> None:
        serial, deadline_s = watched.shown.serial, self._rhythm.beat_deadline_s
        try:
            async with asyncio.timeout(deadline_s):
                await self._heartbeat(watched)
        except TimeoutError:
            watched.fault = DeviceTimeout(serial, "heartbeat", deadline_s).message
        except DroverError as error:
            watched.fault = error.message
        else:
            watched.fault = ""
        watched.attached = not watched.fault
        watched.misses = watched.misses + 1 if watched.fault else 0
        self._show(watched)

    @staticmethod
    async def _heartbeat(watched: _Watched) -> None:
        if not watched.attached:
            # Attaching is let through where a driver leaves a phone alone for a while, and its success ends that.
            await watched.driver.attach()
        elif Capability.SHELL in watched.driver.capabilities:
            await watched.driver.shell("true")
        else:
            await watched.driver.app_in_front()

    def _start_repair(self, watched: _Watched, now: float) -> None:
        serial = watched.shown.serial
        if serial in self._repairs:
            return
        pause = min(self._rhythm.most_reconnect_s, self._rhythm.first_reconnect_s * 2 ** min(watched.tries, 30))
        watched.tries += 1
        watched.next_try = now + pause
        task = asyncio.ensure_future(self._repair(serial))
        self._repairs[serial] = task
        task.add_done_callback(lambda _: self._repairs.pop(serial, None))

    async def _repair(self, serial: str) -> None:
        # That it failed shows in the phone's state, and is logged there once; each try is not worth a line.
        with contextlib.suppress(DroverError):
            await self._source.reconnect(serial)

    def _show(self, watched: _Watched) -> None:
        state = state_of(watched.link, fault=watched.fault, occupied=watched.occupants > 0)
        before = watched.shown
        reason = "" if state in (PhoneState.ONLINE, PhoneState.BUSY) else self._reason(watched)
        if state is before.state and reason == before.reason:
            return
        since = before.since if state is before.state else self._clock.now()
        watched.shown = Phone(before.serial, state, since, reason)
        if state is before.state:
            return
        self._log_outage(before, watched.shown)
        if watched.shown.reachable:
            watched.tries, watched.next_try = 0, 0.0
        for queue in self._subscribers:
            queue.put_nowait(watched.shown)

    def _reason(self, watched: _Watched) -> str:
        if watched.link is Link.UNAUTHORIZED:
            return "it has not authorised this computer"
        if not watched.listed:
            return self._source_fault or _UNSEEN
        return watched.fault or "its source says that it is offline"

    def _log_outage(self, before: Phone, after: Phone) -> None:
        if before.reachable and not after.reachable:
            self._log.warning("phone went away", phone=after.serial, state=after.state.value, reason=after.reason)
        elif after.reachable and not before.reachable:
            away_s = (after.since - before.since).total_seconds()
            self._log.info("phone is there", phone=after.serial, away_s=round(away_s, 1))

    def _note_source(self, fault: str) -> None:
        if fault and not self._source_fault:
            self._log.warning("source of phones failed", reason=fault)
        elif self._source_fault and not fault:
            self._log.info("source of phones is back")
        self._source_fault = fault

    def _missing(self, serials: Collection[str]) -> Mapping[str, Phone | None]:
        shown = {phone.serial: phone for phone in self.phones()}
        return {serial: shown.get(serial) for serial in serials if serial not in shown or not shown[serial].reachable}
