"""A person's own control of phones: their leases, and their gestures on as many phones at once as are selected."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import structlog

from drover.audit.domain import Actor
from drover.audit.service import Trail
from drover.fleet.domain.driving import Drive, Outcome, Result, refused
from drover.fleet.domain.leasing import Holder, HolderKind, Lease, LeaseLost
from drover.fleet.domain.records import PhoneRecord
from drover.fleet.service.agents_at import Hands
from drover.fleet.service.leases import Leases
from drover.fleet.service.phones import Phones
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import OneClient
from drover.protocol.live import ActDone, ActOrder, ControlEnded, Gesture, Looked, LookQuestion

TTL_S: Final = 60.0
"""A control's lease: short, so that phones are free soon after a server or a browser is gone without a word."""
RENEW_S: Final = 15.0
IDLE_S: Final = 120.0
"""A person who has not acted on a phone for so long does not keep it any longer."""
_PURPOSE: Final = "action mode"

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Standing(Protocol):
    """Whether anything of a client may be done at all."""

    async def hindrance(self, unit: Unit) -> str:
        """Return why nothing of the client may be done; empty where it may."""
        ...


class ScreensInUse(Protocol):
    """The client's registry of screens."""

    async def digest(self, unit: Unit) -> str | None:
        """Return the digest of its archive; None where the client has none."""
        ...


@dataclass(frozen=True, slots=True)
class Person:
    """Who drives: `id` is that of one wall that a person has open, `by` whom others read of."""

    id: str
    by: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Deed:
    """One gesture on the lead phone and on the others that are selected; each may have a text of its own."""

    id: str
    gesture: Gesture
    lead: str
    others: Sequence[str] = ()
    texts: Mapping[str, str] = field(default_factory=dict[str, str])


Told = Callable[[Result], None]


class Control:
    """What persons drive, in this process. Leases are in the database; who has them there decides."""

    def __init__(
        self,
        database: Database,
        leases: Leases,
        phones: Phones,
        hands: Hands,
        standing: Standing,
        screens: ScreensInUse,
        trail: Trail,
        clock: Clock,
    ) -> None:
        self._database = database
        self._leases = leases
        self._phones = phones
        self._hands = hands
        self._standing = standing
        self._screens = screens
        self._trail = trail
        self._clock = clock
        self._driven: dict[tuple[str, str], Drive] = {}
        self._letting_go: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Keep leases while the block lasts; at its end every phone is let go."""
        keeping = asyncio.create_task(self._keep(), name="control")
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await self._let_go(tuple(self._driven.values()))
            await asyncio.gather(*self._letting_go, return_exceptions=True)

    def driven_by(self, person: Person) -> Mapping[str, Drive]:
        """Return what a person drives, by the phones' ids."""
        return {phone: drive for (who, phone), drive in self._driven.items() if who == person.id}

    async def act(self, whose: OneClient, person: Person, deed: Deed, told: Told) -> None:
        """Do a gesture on all phones at once; `told` gets one result of each, as soon as it is there.

        The lead phone is looked at first: what the gesture was made on is looked for on the others, and a phone that
        shows something else is held back from then on, until it rejoins.
        """
        async with self._looking_ahead(person, deed) as ahead:
            phones, screens, refusals = await self._taken(whose, person, [deed.lead, *deed.others])
            for each in refusals:
                told(each)
            lead = phones.get(deed.lead)
            if lead is None:
                for phone in phones:
                    told(refused(phone, "held_back", "the phone that the gesture was made on is not to be had"))
                return
            self._set(person, replace(lead, diverged=""))
            looked = None
            if len(phones) > 1:
                looked = await (ahead.get((lead.token, screens)) or self._look(lead, screens, deed.gesture))
        others = [drive for phone, drive in phones.items() if phone != deed.lead]
        async with asyncio.TaskGroup() as group:
            group.create_task(self._one(person, lead, self._order(lead, deed, None, None), told))
            for drive in others:
                if drive.diverged:
                    told(Result(drive.phone, Outcome.HELD_BACK, message=drive.diverged))
                elif looked is None or looked.error:
                    told(refused(drive.phone, "lead_unseen", looked.error if looked else ""))
                else:
                    group.create_task(self._one(person, drive, self._order(drive, deed, looked, screens), told))

    async def rejoin(self, whose: OneClient, person: Person, lead: str, phone: str, told: Told) -> None:
        """Let a phone take part again where it shows what the lead phone shows; else tell what differs."""
        phones, screens, refusals = await self._taken(whose, person, [lead, phone])
        for each in refusals:
            told(each)
        if lead not in phones or phone not in phones:
            return
        looked = await self._look(phones[lead], screens, None)
        if looked.error:
            told(refused(phone, "lead_unseen", looked.error))
            return
        drive = phones[phone]
        order = _order(drive, f"rejoin-{self._trail.new_id()[:8]}", None, looked, screens, self._clock.monotonic())
        await self._one(person, drive, order, told)

    async def release(self, person: Person, phones: Collection[str] | None = None) -> None:
        """Let phones go, or all that a person has."""
        mine = self.driven_by(person)
        await self._let_go([drive for phone, drive in mine.items() if phones is None or phone in phones])

    async def turn(self) -> None:
        """Renew what is in use, and let go of what nobody has used for a while."""
        now = self._clock.monotonic()
        idle = [drive for drive in self._driven.values() if now - drive.used_at > IDLE_S]
        await self._let_go(idle)
        by_client = dict[OneClient, list[tuple[str, Drive]]]()
        for (who, _), drive in self._driven.items():
            by_client.setdefault(drive.whose, []).append((who, drive))
        for whose, theirs in by_client.items():
            await self._renew(whose, theirs)

    async def _renew(self, whose: OneClient, theirs: Sequence[tuple[str, Drive]]) -> None:
        """Renew all of a client's at once: each unit of its own would keep others from writing."""
        lost, asked_at = list[tuple[str, Drive]](), self._clock.monotonic()
        async with self._database.writing(whose) as unit:
            for who, drive in sorted(theirs, key=lambda each: each[1].phone):
                try:
                    await self._leases.renew(unit, drive.phone, drive.token, ttl_s=TTL_S)
                except LeaseLost:
                    lost.append((who, drive))
        for who, drive in theirs:
            held = self._driven.get((who, drive.phone))
            if held is None or held.token != drive.token:
                continue
            if (who, drive) in lost:
                del self._driven[who, drive.phone]
            else:
                self._driven[who, drive.phone] = replace(held, until=asked_at + TTL_S)
        for _, drive in lost:
            await self._hands.ended(drive.agent, ControlEnded(phone=drive.serial, token=drive.token))

    async def _keep(self) -> None:
        while True:
            await self._clock.sleep(RENEW_S)
            try:
                await self.turn()
            except DroverError as error:
                _log.warning("leases of persons could not be renewed", error=error.message)

    async def _taken(
        self, whose: OneClient, person: Person, wanted: Sequence[str]
    ) -> tuple[dict[str, Drive], str | None, list[Result]]:
        """Take what is not had yet, and see that what is had still holds; return it, and why others are not."""
        asked_at = self._clock.monotonic()
        had, refusals = self.driven_by(person), list[Result]()
        async with self._database.reading(whose) as unit:
            hindrance = await self._standing.hindrance(unit)
            screens = await self._screens.digest(unit)
            in_force = await self._leases.in_force(unit, [phone for phone in wanted if phone in had])
        if hindrance:
            return {}, screens, [refused(phone, "halted", hindrance) for phone in wanted]
        phones = dict[str, Drive]()
        missing = list[str]()
        for phone in dict.fromkeys(wanted):
            lease = in_force.get(phone)
            if phone in had and lease is not None and lease.token == had[phone].token:
                phones[phone] = replace(had[phone], used_at=asked_at, until=asked_at + lease.remaining_s)
            else:
                self._driven.pop((person.id, phone), None)
                missing.append(phone)
        if missing:
            await self._take(whose, person, missing, phones, refusals, asked_at)
        for phone, drive in phones.items():
            phones[phone] = replace(drive, screens=screens)
            self._set(person, phones[phone])
        return {phone: phones[phone] for phone in dict.fromkeys(wanted) if phone in phones}, screens, refusals

    async def _take(
        self,
        whose: OneClient,
        person: Person,
        missing: Sequence[str],
        phones: dict[str, Drive],
        refusals: list[Result],
        asked_at: float,
    ) -> None:
        holder = Holder(HolderKind.CONTROL, person.id, _PURPOSE, person.by)
        taken = list[tuple[PhoneRecord, Lease]]()
        async with self._database.writing(whose) as unit:
            records = {record.id: record for record in await self._phones.every(unit)}
            for phone in sorted(missing):  # in their order, or two persons could wait for each other
                record = records.get(phone)
                if record is None or record.agent is None:
                    refusals.append(refused(phone, "phone_unknown", "no agent has ever reported this phone"))
                    continue
                try:
                    lease = await self._leases.take(unit, phone, holder, ttl_s=TTL_S)
                except DroverError as error:
                    refusals.append(refused(phone, type(error).__name__, error.message, error.hint))
                else:
                    taken.append((record, lease))
                    self._trail.note(unit, person.actor, "phone.control_taken", ("phone", phone), phone=phone)
        for record, lease in taken:
            assert record.agent is not None  # noqa: S101  looked at above
            until = asked_at + lease.remaining_s
            phones[record.id] = Drive(whose, record.id, record.serial, record.agent.name, lease.token, until, asked_at)

    @asynccontextmanager
    async def _looking_ahead(
        self, person: Person, deed: Deed
    ) -> AsyncGenerator[Mapping[tuple[int, str | None], asyncio.Task[Looked]]]:
        """Yield a look at a lead phone that the person has, under way, by the lease and registry that it is good for.

        The database is asked meanwhile, which takes as long as the look: whoever taps waits for both.
        """
        lead = self._driven.get((person.id, deed.lead))
        if lead is None or not deed.others:
            yield {}
            return
        look = asyncio.create_task(self._look(lead, lead.screens, deed.gesture), name="look ahead")
        try:
            yield {(lead.token, lead.screens): look}
        finally:
            look.cancel()
            await asyncio.gather(look, return_exceptions=True)

    async def _look(self, lead: Drive, screens: str | None, gesture: Gesture | None) -> Looked:
        x, y = (gesture.x, gesture.y) if gesture is not None else (0.0, 0.0)
        return await self._hands.look(lead.agent, LookQuestion(phone=lead.serial, screens=screens, x=x, y=y))

    def _order(self, drive: Drive, deed: Deed, expected: Looked | None, screens: str | None) -> ActOrder:
        gesture = deed.gesture
        if drive.phone in deed.texts:
            gesture = gesture.model_copy(update={"text": deed.texts[drive.phone]})
        return _order(drive, deed.id, gesture, expected, screens, self._clock.monotonic())

    async def _one(self, person: Person, drive: Drive, order: ActOrder, told: Told) -> None:
        done = await self._hands.act(drive.agent, order)
        outcome = _outcome(done)
        held = self._driven.get((person.id, drive.phone))
        if held is not None and outcome is Outcome.DIVERGED:
            self._driven[person.id, drive.phone] = replace(held, diverged=done.message)
        elif held is not None and outcome is Outcome.DONE and order.gesture is None:
            self._driven[person.id, drive.phone] = replace(held, diverged="")
        told(Result(drive.phone, outcome, done.code, done.message, done.hint, done.screen))

    def _set(self, person: Person, drive: Drive) -> None:
        self._driven[person.id, drive.phone] = drive

    async def _let_go(self, drives: Collection[Drive]) -> None:
        """Let phones go, to the end, though whoever asked for it is cancelled: a lease that stayed would bar others."""
        task = asyncio.ensure_future(self._free(drives))
        self._letting_go.add(task)
        task.add_done_callback(self._letting_go.discard)
        await asyncio.shield(task)

    async def _free(self, drives: Collection[Drive]) -> None:
        keys = {(drive.phone, drive.token) for drive in drives}
        self._driven = {key: each for key, each in self._driven.items() if (each.phone, each.token) not in keys}
        await asyncio.gather(
            *(self._hands.ended(each.agent, ControlEnded(phone=each.serial, token=each.token)) for each in drives)
        )
        by_client = dict[OneClient, list[Drive]]()
        for each in drives:
            by_client.setdefault(each.whose, []).append(each)
        for whose, theirs in by_client.items():
            async with self._database.writing(whose) as unit:
                for each in sorted(theirs, key=lambda drive: drive.phone):
                    await self._leases.release(unit, each.phone, each.token)


def _order(
    drive: Drive, act: str, gesture: Gesture | None, expected: Looked | None, screens: str | None, now: float
) -> ActOrder:
    return ActOrder(
        act=act,
        client=drive.whose.client,
        phone=drive.serial,
        token=drive.token,
        lease_remaining_s=max(0.0, drive.until - now),
        gesture=gesture,
        expected=expected,
        screens=screens,
    )


def _outcome(done: ActDone) -> Outcome:
    if done.done:
        return Outcome.DONE
    return Outcome.DIVERGED if done.diverged else Outcome.FAILED
