"""One plan on many phones at once: whatever happens to one, the others go on."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from drover.devices.errors import DeviceError
from drover.devices.ports import Driver, PhoneInfo
from drover.fleet.broker import FrameBroker
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError, Retry
from drover.kernel.ids import NewId
from drover.platform.blobs import Blobs
from drover.screens.domain import Registry
from drover.screens.matching.matcher import Matcher
from drover.screens.ocr import RapidOcrReader, TextReader
from drover.sequences.course import before_step, read_place
from drover.sequences.helpers import Helper
from drover.sequences.journal import Ending, Journal, LastRun, Playing
from drover.sequences.plan import Plan
from drover.sequences.player.acts import Acts
from drover.sequences.player.errors import CannotResume, OnceInDoubt, PlayCutOff
from drover.sequences.player.events import PhoneEnded, Progress
from drover.sequences.player.eyes import Eyes
from drover.sequences.player.frame_budget import FrameBudget
from drover.sequences.player.lifeline import Lifeline, Presence
from drover.sequences.player.player import Player, Start
from drover.sequences.player.retries import Retries
from drover.sequences.player.strangers import Strangers, Unknowns
from drover.sequences.player.values import Values
from drover.sequences.player.witness import Witness
from drover.sequences.record import PhoneRecord, Recovery, Status, Strategy
from drover.sequences.resolving import Resolving, TextSource, resolved_plan

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PlayPhone:
    """A phone to play on, and what a person calls it. The driver is attached by the play, and detached after it.

    `taken` is entered while the play lasts, and raises a DroverError where the phone is not to be had.
    """

    name: str
    driver: Driver
    taken: AbstractAsyncContextManager[None] = field(default_factory=nullcontext)


@dataclass(frozen=True, slots=True)
class Stage:
    """What every phone's player of one play shares.

    `from_step` is where to begin, if a person said so; with `resume` each phone goes on where its last play stopped.
    """

    plan: Plan
    registry: Registry
    matcher: Matcher
    journal: Journal
    blobs: Blobs
    images: Executor
    clock: Clock
    new_id: NewId
    retries: Retries
    presence: Presence
    turns: asyncio.Semaphore
    """So many phones act at once: what one holds while it does a call."""
    frames: FrameBudget
    attaching: asyncio.Semaphore
    """So many phones are attached at once."""
    from_step: int | None = None
    resume: bool = False
    helpers: Mapping[str, Helper] = field(default_factory=dict[str, Helper])
    text_reader: TextReader = field(default_factory=RapidOcrReader)
    unknowns: Unknowns | None = None
    """Who takes the screens that a play fails at and cannot tell."""
    texts: TextSource = field(default_factory=TextSource)
    run: str | None = None
    """The journal's run that this play of one phone is: it is begun, or gone on with where the journal has it."""

    @property
    def sequence(self) -> str:
        """The sequence's name."""
        return self.plan.sequence.name

    async def last_run(self, serial: str) -> LastRun | None:
        """Return the run that may be gone on with, on a phone."""
        if self.run is not None:
            return await self.journal.run(self.run)
        return await self.journal.last_run(self.sequence, serial)

    @property
    def goes_on(self) -> bool:
        """Whether a run that the journal has is gone on with."""
        return self.resume or self.run is not None

    def playing(self, serial: str) -> Playing:
        """Return what is played on a phone."""
        return Playing(self.sequence, self.plan.sequence.digest, _digest(self.plan), serial)


@dataclass(frozen=True, slots=True)
class _Run:
    """A run that is begun, or gone on with."""

    run: str
    start: Start
    attempt: int = 1


async def play_on(phones: Sequence[PlayPhone], stage: Stage, progress: Progress) -> tuple[PhoneRecord, ...]:
    """Play on all phones at once and return a record of each, in their order.

    Raises PlayCutOff, before anything is done, where the last play on one of them was cut off, it is the same play, and
    nobody said how to go on.
    """
    if stage.from_step is None and not stage.goes_on:
        await _check_cut_off(phones, stage)
    async with asyncio.TaskGroup() as group:
        plays = [group.create_task(_PhonePlay(phone, stage, progress).play()) for phone in phones]
    return tuple(play.result() for play in plays)


class _PhonePlay:
    """The play of one phone."""

    def __init__(self, phone: PlayPhone, stage: Stage, progress: Progress) -> None:
        self._phone = phone
        self._driver = phone.driver
        self._stage = stage
        self._progress = progress
        self._lifeline = Lifeline(phone.driver, stage.presence, stage.clock, stage.attaching, stage.frames)
        self._player: Player | None = None
        self._info: PhoneInfo | None = None
        self._run: _Run | None = None
        self._note = ""
        self._variables: Mapping[str, str] = {}
        self._recoveries: list[Recovery] = []

    async def play(self) -> PhoneRecord:
        """Play and return the record, whatever happens."""
        started_at, began_s = self._stage.clock.now(), self._stage.clock.monotonic()
        try:
            async with self._phone.taken:
                error = await self._play()
        except DroverError as failure:
            error = failure
        except Exception as failure:  # noqa: BLE001  a defect met on one phone must not stop the others
            _log.debug("unexpected error", phone=self._phone.name, exc_info=True)
            error = DroverError(f"unexpected error: {failure!r}", hint="run again with --debug")
        finally:
            await self._driver.detach()
        record = self._record(error, started_at, self._stage.clock.monotonic() - began_s)
        self._progress(PhoneEnded(self._phone.name, record))
        return record

    async def _play(self) -> DroverError | None:
        stage = self._stage
        last = await stage.last_run(self._driver.serial)
        if stage.goes_on and last is not None and last.ending is Ending.COMPLETED:
            self._note = "completed by an earlier play"
            reached = read_place(_start(stage.plan, last, astray=False).reached).values
            self._variables = _told(reached, await self._ready_plan(last.run))
            return None
        await self._attach()
        self._run = await self._begin(last)
        ending = Ending.CUT_OFF
        try:
            plan = await self._ready_plan(self._run.run)
            self._player = self._new_player(self._run.run, plan)
            try:
                error = await self._player.play(self._run.start)
            finally:
                self._variables = _told(self._player.variables, plan)
            ending = Ending.COMPLETED if error is None else Ending.FAILED
        except DroverError:
            ending = Ending.FAILED
            raise
        finally:
            await stage.journal.end_run(self._run.run, ending)
        return error

    async def _attach(self) -> None:
        """Attach, waiting for a phone that does not answer as long as tier 2 does."""
        for left in range(self._stage.retries.connection_tries, -1, -1):
            try:
                await self._lifeline.attach()
                break
            except DeviceError as error:
                if error.retry is Retry.NEVER or not left:
                    raise
                if await self._reconnected(error):
                    break
        self._info = self._driver.info

    async def _reconnected(self, error: DeviceError) -> bool:
        clock = self._stage.clock
        began_at, began_s = clock.now(), clock.monotonic()
        back = await self._lifeline.hold(self._stage.retries.connection_pause_s)
        taken_s = clock.monotonic() - began_s
        self._recoveries.append(
            Recovery(Strategy.RECONNECT, error.message, "attach", recovered=back, began_at=began_at, seconds=taken_s)
        )
        return back

    async def _begin(self, last: LastRun | None) -> _Run:
        """Begin a run, or go on with the last one. Raises OnceInDoubt, CannotResume."""
        stage, serial = self._stage, self._driver.serial
        if stage.goes_on and last is not None:
            return await self._resume(last)
        if stage.from_step is None and last is not None and last.doubt is not None:
            raise OnceInDoubt(self._phone.name, last.doubt)
        run, from_step = stage.run or stage.new_id(), stage.from_step or 1
        await stage.journal.begin_run(run, stage.playing(serial), from_step)
        return _Run(run, Start(_place(stage.plan, from_step)))

    async def _resume(self, last: LastRun) -> _Run:
        if last.doubt is not None and last.doubt.disturbed:
            raise OnceInDoubt(self._phone.name, last.doubt)
        start = _start(self._stage.plan, last, astray=True)
        number = last.marks[-1].step + 1 if last.marks else last.from_step
        playing = self._stage.playing(self._driver.serial)
        if last.playing.digest != playing.digest:
            raise CannotResume(self._phone.name, number, "the sequence has been changed since")
        if last.playing.parameters != playing.parameters:
            raise CannotResume(self._phone.name, number, "it was played with other parameters")
        await self._stage.journal.resume_run(last.run, number, last.ending.value)
        why = f"an earlier play of it was {last.ending.value}"
        act = f"from task {number}, attempt {last.attempts + 1}"
        now = self._stage.clock.now()
        self._recoveries.append(Recovery(Strategy.GO_ON, why, act, recovered=True, began_at=now, seconds=0.0))
        _log.info("play goes on", phone=self._phone.name, run=last.run, attempt=last.attempts + 1, step=number)
        return _Run(last.run, start, last.attempts + 1)

    async def _ready_plan(self, run: str) -> Plan:
        stage = self._stage
        now = stage.clock.now().astimezone()
        return await resolved_plan(stage.plan, stage.texts, Resolving(run, self._phone.name, now), stage.journal)

    def _new_player(self, run: str, plan: Plan) -> Player:
        stage = self._stage
        broker = FrameBroker(self._driver, stage.clock)
        eyes = Eyes(broker, stage.matcher, stage.plan.sequence.app, stage.images, stage.blobs, stage.frames)
        return Player(
            phone=self._phone.name,
            run=run,
            plan=plan,
            driver=self._driver,
            eyes=eyes,
            witness=Witness(eyes, stage.matcher, stage.registry, stage.blobs, self._strangers(run)),
            lifeline=self._lifeline,
            acts=Acts(
                self._phone.name,
                eyes,
                stage.registry,
                stage.plan.sequence.reference,
                Values(secrets=plan.secrets, opener=stage.texts.opener),
                stage.helpers,
                stage.text_reader,
            ),
            journal=stage.journal,
            clock=stage.clock,
            retries=stage.retries,
            turns=stage.turns,
            tell=self._progress,
        )

    def _strangers(self, run: str) -> Strangers | None:
        stage = self._stage
        if stage.unknowns is None:
            return None
        return Strangers(stage.unknowns, stage.plan.sequence.app, self._phone.name, run, stage.clock)

    def _record(self, error: DroverError | None, started_at: datetime, wall_s: float) -> PhoneRecord:
        player, info = self._player, self._info
        return PhoneRecord(
            name=self._phone.name,
            serial=self._driver.serial,
            model=info.model if info else "",
            size=info.size if info else None,
            status=Status.COMPLETED if error is None else Status.FAILED,
            started_at=started_at,
            wall_s=wall_s,
            tasks=tuple(player.tasks) if player else (),
            error=error.message if error is not None else "",
            hint=error.hint if error is not None else "",
            run=self._run.run if self._run else "",
            attempt=self._run.attempt if self._run else 1,
            pauses=tuple(player.pauses) if player else (),
            note=self._note,
            failure=type(error).__name__ if error is not None else "",
            variables=self._variables,
            recoveries=tuple(self._recoveries),
        )


async def _check_cut_off(phones: Sequence[PlayPhone], stage: Stage) -> None:
    cut_off: dict[str, int] = {}
    for phone in phones:
        last = await stage.journal.last_run(stage.sequence, phone.driver.serial)
        if last is None or last.ending is not Ending.CUT_OFF or last.playing != stage.playing(phone.driver.serial):
            continue
        number = read_place(_start(stage.plan, last, astray=True).reached).after + 1
        if number <= len(stage.plan.steps) and last.doubt is None:
            cut_off[phone.name] = number
    if cut_off:
        raise PlayCutOff(stage.sequence, cut_off)


def _start(plan: Plan, last: LastRun, *, astray: bool) -> Start:
    return Start(_place(plan, last.from_step), last.marks, last.open_act, astray)


def _told(variables: Mapping[str, str], plan: Plan) -> Mapping[str, str]:
    """Return the variables that may leave the play."""
    return {name: value for name, value in variables.items() if name not in plan.secret_variables}


def _place(plan: Plan, step: int) -> str:
    return before_step(plan.loops, step).written()


def _digest(plan: Plan) -> str:
    """Return a digest of what was given to the sequence; of a secret only that it was given."""
    return hashlib.sha256(json.dumps(dict(plan.parameters), sort_keys=True).encode()).hexdigest()
