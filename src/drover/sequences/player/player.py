"""The player of one phone: verify the screen, act, verify the next one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from drover.devices.geometry import Rect
from drover.devices.ports import Driver
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError, Retry
from drover.screens.domain import Registry
from drover.sequences.domain import (
    Act,
    Assert,
    Effect,
    LongTap,
    OpenApp,
    Press,
    StopApp,
    Swipe,
    Tap,
    Type,
    Wait,
    WaitForScreen,
    describe_target,
    target_of,
)
from drover.sequences.journal import Journal, Mark
from drover.sequences.plan import Plan, Step
from drover.sequences.player.errors import StepFailed
from drover.sequences.player.eyes import Eyes, Look
from drover.sequences.player.hands import Hands
from drover.sequences.player.stopwatch import Stopwatch
from drover.sequences.player.witness import Witness
from drover.sequences.record import Sight, Status, TaskRecord, Timing


@dataclass(frozen=True, slots=True)
class Retries:
    """Tier 1: how many more tries a failed task gets at once, and the pause before each."""

    tries: int = 2
    pause_s: float = 2.0


@dataclass(frozen=True, slots=True)
class _Failure:
    """What a try failed with, the look it began with, and what the phone showed when it failed."""

    error: DroverError
    before: Look | None
    look: Look | None


@dataclass
class _TaskRun:
    """One task while it runs."""

    step: Step
    watch: Stopwatch
    started_at: datetime
    attempts: int = 0
    act: int | None = None
    dismissed: list[str] = field(default_factory=list[str])
    before: Look | None = None
    after: Look | None = None
    failure: "_Failure | None" = None


class Player:
    """Plays a plan on one attached phone, task by task."""

    def __init__(
        self,
        *,
        run: str,
        plan: Plan,
        driver: Driver,
        eyes: Eyes,
        witness: Witness,
        registry: Registry,
        journal: Journal,
        clock: Clock,
        retries: Retries,
        turns: asyncio.Semaphore,
    ) -> None:
        self._run = run
        self._plan = plan
        self._driver = driver
        self._eyes = eyes
        self._witness = witness
        self._registry = registry
        self._journal = journal
        self._clock = clock
        self._retries = retries
        self._turns = turns

    async def play(
        self, from_step: int, began: Callable[[Step], None], ended: Callable[[TaskRecord], None]
    ) -> DroverError | None:
        """Play all steps from `from_step` on, telling each; return what stopped it, or None when all are completed.

        A task's record, with its pictures, is made while the next task is already waiting for the phone.
        """
        telling: asyncio.Task[None] | None = None
        try:
            for step in self._plan.steps[from_step - 1 :]:
                began(step)
                task = _TaskRun(step, Stopwatch(self._clock, self._turns), self._clock.now())
                await self._play_task(task)
                telling = asyncio.create_task(self._tell(task, task.watch.timing(), telling, ended))
                if task.failure is not None:
                    return task.failure.error
        finally:
            if telling is not None:
                await telling
        return None

    async def _tell(
        self,
        task: _TaskRun,
        timing: Timing,
        before: asyncio.Task[None] | None,
        ended: Callable[[TaskRecord], None],
    ) -> None:
        record = await self._record(task, timing)
        if before is not None:
            await before
        ended(record)

    async def _play_task(self, task: _TaskRun) -> None:
        while True:
            task.attempts += 1
            try:
                await self._attempt(task)
            except DroverError as error:
                self._note(task, error)
                if not self._may_retry(task, error):
                    return
                await task.watch.wait(self._retries.pause_s)
            else:
                task.failure = None
                return

    def _note(self, task: _TaskRun, error: DroverError) -> None:
        """Keep what tells most: a later try that did not get to its act does not hide an earlier one's failure."""
        if task.failure is None or task.before is not None or task.step.before is None:
            task.failure = _Failure(error, task.before, self._eyes.seen)

    def _may_retry(self, task: _TaskRun, error: DroverError) -> bool:
        """Tier 1. A `once` act that was begun is never repeated: only a person can tell whether it happened."""
        spent = task.attempts > self._retries.tries
        doubtful = task.act is not None and task.step.task.effect is Effect.ONCE
        return error.retry is Retry.AT_ONCE and not spent and not doubtful

    async def _attempt(self, task: _TaskRun) -> None:
        hands = Hands(self._driver, task.watch)
        task.before = task.after = None
        task.before = await self._see_before(task, hands)
        if self._came_late(task):
            task.after = task.before
        else:
            await self._act(task, hands)
            task.after = await self._see_after(task, hands)
        await self._journal.reach(self._run, Mark(task.step.number, ""), task.act)

    async def _see_before(self, task: _TaskRun, hands: Hands) -> Look | None:
        step = task.step
        if step.before is None:
            return None
        # A try whose screen came too late has succeeded after all; typing is done again, its text did not arrive.
        late = task.act is not None and step.after is not None and not isinstance(step.task.act, Type | Assert)
        screens = (step.before, step.after) if late and step.after else (step.before,)
        recent = self._eyes.recent(screens, self._clock.monotonic()) if task.attempts == 1 else None
        return recent or await self._eyes.wait_for(
            screens, hands, timeout_s=step.task.timeout_s, dismissed=task.dismissed
        )

    def _came_late(self, task: _TaskRun) -> bool:
        step = task.step
        at_start = step.before is not None and task.before is not None and task.before.shows((step.before,))
        return task.before is not None and not at_start

    async def _see_after(self, task: _TaskRun, hands: Hands) -> Look | None:
        step = task.step
        if step.after is None:
            self._eyes.forget()
            return None
        return await self._eyes.wait_for(
            (step.after,), hands, timeout_s=step.task.timeout_s, dismissed=task.dismissed, left=step.before
        )

    async def _act(self, task: _TaskRun, hands: Hands) -> None:
        step = task.step
        rect = await self._place(task)
        if task.before is not None:
            task.before.let_go()
        if step.task.effect is not Effect.READ:
            task.act = await self._journal.begin_act(
                self._run, step.number, task.attempts, step.task.name, step.task.effect
            )
        if rect is None:
            await self._do(step.task.act, task.watch)
        else:
            await self._touch(step, rect, hands)

    async def _place(self, task: _TaskRun) -> Rect | None:
        """Return where the act is done, having seen that what is to be touched looks like itself."""
        target = target_of(task.step.task.act)
        if target is None:
            return None
        look = task.before
        assert look is not None  # noqa: S101  the plan gives every act with a target a screen before it
        assert look.found is not None  # noqa: S101  and it was recognised
        if isinstance(target, Rect):
            return target.scaled(self._plan.sequence.reference, look.frame.size)
        action = look.found.variant.action(target.action)
        assert action is not None  # noqa: S101  the plan has checked that every variant has the action
        return await self._eyes.find(look, look.found, action)

    async def _touch(self, step: Step, rect: Rect, hands: Hands) -> None:
        match step.task.act:
            case Tap():
                await hands.tap(rect)
            case LongTap(seconds=seconds):
                await hands.long_tap(rect, seconds)
            case Swipe(direction=direction, seconds=seconds):
                await hands.swipe(rect, direction, seconds)
            case Type(target=target):
                await hands.type_into(rect, step.text, where=describe_target(target), secret=step.secret)
            case Assert(target=target):
                await hands.read(rect, step.text, where=describe_target(target), timeout_s=step.task.timeout_s)
            case Press() | Wait() | OpenApp() | StopApp() | WaitForScreen():
                pass

    async def _do(self, act: Act, watch: Stopwatch) -> None:
        match act:
            case Press(key=key, times=times):
                await watch.device(self._driver.press(key, times=times))
            case Wait(seconds=seconds):
                await watch.wait(seconds)
            case OpenApp(app=app):
                await watch.device(self._driver.start_app(self._registry.apps[app].package))
            case StopApp(app=app):
                await watch.device(self._driver.stop_app(self._registry.apps[app].package))
            case WaitForScreen() | Tap() | LongTap() | Swipe() | Type() | Assert():
                pass

    async def _record(self, task: _TaskRun, timing: Timing) -> TaskRecord:
        step, failure = task.step, task.failure
        error = failure.error if failure is not None else None
        before, after = await (self._sights(task) if failure is None else self._failed_sights(step, failure))
        return TaskRecord(
            index=step.number,
            name=step.task.name,
            kind=step.task.kind,
            effect=step.task.effect.value,
            status=Status.COMPLETED if error is None else Status.FAILED,
            parameters=step.shown,
            started_at=task.started_at,
            timing=timing,
            captures=len(task.watch.captures),
            attempts=task.attempts,
            before=before,
            after=after,
            dismissed=tuple(task.dismissed),
            error=error.message if error is not None else "",
            hint=error.hint if error is not None else "",
            region=error.region if isinstance(error, StepFailed) else "",
        )

    async def _sights(self, task: _TaskRun) -> tuple[Sight | None, Sight | None]:
        return await self._sight(task.before, task.step.before), await self._sight(task.after, task.step.after)

    async def _failed_sights(self, step: Step, failure: _Failure) -> tuple[Sight | None, Sight | None]:
        began = failure.before is not None or step.before is None
        expected = (step.after or step.before) if began else step.before
        sight = await self._witness.failure(failure.look, expected, failure.error) if failure.look is not None else None
        return (await self._sight(failure.before, step.before), sight) if began else (sight, None)

    async def _sight(self, look: Look | None, expected: str | None) -> Sight | None:
        return await self._witness.success(look, expected) if look is not None else None
