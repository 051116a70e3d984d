"""The player of one phone: verify the screen, act, verify the next one; and go on after whatever interrupts it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from drover.devices.errors import DeviceError
from drover.devices.ports import Driver
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError, Retry
from drover.sequences.course import Holds, Place, read_place
from drover.sequences.domain import Assert, Effect, Read, Type, WaitForScreen
from drover.sequences.journal import Journal, Mark, OpenAct
from drover.sequences.plan import Plan
from drover.sequences.player.acts import Acts
from drover.sequences.player.conditions import Conditions
from drover.sequences.player.errors import (
    Astray,
    InterruptStays,
    NotHappened,
    OnceInDoubt,
    PhoneStaysAway,
    ScreenNotSeen,
    StepFailed,
)
from drover.sequences.player.events import PhonePaused, PhoneResumed, Progress, StepBegan, StepEnded
from drover.sequences.player.eyes import Eyes, Look
from drover.sequences.player.hands import Hands
from drover.sequences.player.lifeline import Lifeline
from drover.sequences.player.once import comes_true, leaves, see_whether_it_happened
from drover.sequences.player.retries import Retries, Tier
from drover.sequences.player.stopwatch import Stopwatch
from drover.sequences.player.task_run import TaskRun, recover, settle, task_record
from drover.sequences.player.whereabouts import Bearing, Onward, bearings, behind
from drover.sequences.player.witness import Witness
from drover.sequences.record import Pause, Strategy, TaskRecord, Timing

INTERRUPT_S = 2.0
"""How long is looked, after an act failed, for an interrupt that was in its way."""
_LOOKED_FOR = (ScreenNotSeen, InterruptStays)
"""Whoever raises these has been looking for interrupts already."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a phone's play begins: at a place of the plan, after the steps that `marks` say were verified.

    `open_act` was begun by an earlier play. `astray`: nobody knows what the phone shows.
    """

    place: str
    marks: tuple[Mark, ...] = ()
    open_act: OpenAct | None = None
    astray: bool = False

    @property
    def reached(self) -> str:
        """The place after the last mark."""
        return self.marks[-1].place if self.marks else self.place


class Player:
    """Plays a plan on one attached phone, task by task."""

    def __init__(
        self,
        *,
        phone: str,
        run: str,
        plan: Plan,
        driver: Driver,
        eyes: Eyes,
        witness: Witness,
        lifeline: Lifeline,
        acts: Acts,
        journal: Journal,
        clock: Clock,
        retries: Retries,
        turns: asyncio.Semaphore,
        tell: Progress,
    ) -> None:
        self._phone = phone
        self._run = run
        self._plan = plan
        self._driver = driver
        self._eyes = eyes
        self._witness = witness
        self._lifeline = lifeline
        self._acts = acts
        self._values = acts.values
        self._journal = journal
        self._clock = clock
        self._retries = retries
        self._turns = turns
        self._tell = tell
        self._start = ""
        self._place = Place()
        self._telling: asyncio.Task[None] | None = None
        self._marks: list[Mark] = []
        self.tasks: list[TaskRecord] = []
        self.pauses: list[Pause] = []

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables as they are now."""
        return self._values.all()

    async def play(self, start: Start) -> DroverError | None:
        """Play all steps from `start` on, telling each; return what stopped it, or None when all are completed.

        A task's record, with its pictures, is made while the next task is already waiting for the phone.
        """
        self._start, self._marks = start.place, list(start.marks)
        self._go_to(start.reached)
        astray, open_act = start.astray, start.open_act
        try:
            while (task := await self._next()) is not None:
                if task.failure is None:
                    self._tell(StepBegan(self._phone, task.step, task.rounds))
                    task.astray = task.astray or astray
                    task.act = open_act.act if open_act is not None and open_act.step == task.step.number else None
                    task.answering_since_s = self._clock.monotonic()
                    astray, open_act = False, None
                    await self._play_task(task)
                task.forgiven = await self._forgiven(task)
                self._tell_soon(task)
                if task.failure is not None and not task.forgiven:
                    return task.failure.error
                self._go_to(task.back_to if task.back_to is not None else self._marks[-1].place)
        finally:
            if self._telling is not None:
                await self._telling
        return None

    async def _next(self) -> TaskRun | None:
        """Return a run of the step that is next, None at the end.

        Conditions are decided on the way. Where one cannot be, the run that is returned has failed.
        """
        steps, passed = self._plan.steps, list[int]()
        task = self._new_run(min(self._place.after + 1, len(steps)))
        conditions = self._conditions(self._hands(task.watch))
        while True:
            try:
                ahead = await self._plan.course.onward(self._place, conditions, passed.append)
                settle(task, self._eyes, recovered=True)
                break
            except DroverError as error:
                passed.clear()
                settle(task, self._eyes, recovered=False)
                task.note(error, self._eyes.seen)
                self._eyes.forget()
                if not await self._may_try_again(task, error):
                    return task
        for number in passed:
            run = self._new_run(number)
            run.passed_over = True
            self._tell_soon(run)
        if ahead is None:
            return None
        number, self._place = ahead
        rounds = self._plan.course.repeats(self._place)
        ready = TaskRun(steps[number - 1], task.watch, task.started_at, task.astray, rounds=rounds)
        ready.recoveries = task.recoveries
        return ready

    def _new_run(self, number: int) -> TaskRun:
        step = self._plan.steps[number - 1]
        return TaskRun(step, Stopwatch(self._clock, self._turns), self._clock.now())

    def _hands(self, watch: Stopwatch) -> Hands:
        app = self._acts.registry.apps[self._plan.sequence.app]
        return Hands(self._driver, watch, self._eyes.typist(self._driver, watch), by_keyboard=app.by_keyboard)

    def _conditions(self, hands: Hands) -> Holds:
        return Conditions(self._eyes, hands, self._values, self._plan.sequence.reference).holds

    def _go_to(self, place: str) -> None:
        self._place = read_place(place)
        self._values.restore(self._place.values)

    async def _forgiven(self, task: TaskRun) -> bool:
        """Return whether the play goes on after a task that failed; then its place is written down as passed."""
        if task.failure is None or not task.step.task.optional:
            return False
        if isinstance(task.failure.error, DeviceError | OnceInDoubt) or task.doubtful:
            return False
        await self._reach(task)
        self._eyes.forget()
        return True

    async def _reach(self, task: TaskRun) -> None:
        place = Place(task.step.number, self._place.rounds, self._values.all())
        mark = Mark(task.step.number, place.written())
        await self._journal.reach(self._run, mark, task.act)
        self._marks.append(mark)

    def _tell_soon(self, task: TaskRun) -> None:
        self._telling = asyncio.create_task(self._tell_end(task, task.watch.timing(), self._telling))

    async def _tell_end(self, task: TaskRun, timing: Timing, before: asyncio.Task[None] | None) -> None:
        record = await task_record(task, timing, self._witness)
        if before is not None:
            await before
        self.tasks.append(record)
        self._tell(StepEnded(self._phone, record))

    async def _play_task(self, task: TaskRun) -> None:
        while True:
            task.attempts += 1
            try:
                await self._attempt(task)
            except DroverError as error:
                settle(task, self._eyes, recovered=False)
                task.note(error, self._eyes.seen)
                self._eyes.forget()
                if not (await self._interrupted(task, error) or await self._may_try_again(task, error)):
                    return
            else:
                settle(task, self._eyes, recovered=True)
                task.failure = None
                return

    async def _interrupted(self, task: TaskRun, error: DroverError) -> bool:
        """Return whether a known interrupt was in the way of the act; it is dismissed by now.

        Another try then is none of the retries: each interrupt is dismissed only so often within a task.
        """
        if task.swallowed:
            task.swallowed = False
            return True
        if error.retry is not Retry.AT_ONCE or not isinstance(error, StepFailed) or isinstance(error, _LOOKED_FOR):
            return False
        before = len(task.dismissed)
        try:
            await self._eyes.glimpse(self._hands(task.watch), timeout_s=INTERRUPT_S, dismissed=task.dismissed)
        except DroverError as newer:
            task.note(newer, self._eyes.seen)
            return await self._may_try_again(task, newer)
        finally:
            self._eyes.forget()
        return len(task.dismissed) > before

    async def _may_try_again(self, task: TaskRun, error: DroverError) -> bool:
        """Wait as long as the tier of the failure says, and return whether there is to be another try."""
        tier = self._retries.tier(error, task.spent)
        if tier is Tier.NONE:
            return False
        if tier is Tier.AT_ONCE:
            recover(task, self._eyes, Strategy.RETRY, error.message, task.step.task.name)
            task.spent.at_once += 1
            await task.watch.wait(self._retries.pause_s)
            return True
        try:
            return await self._reconnect(task, error)
        except DeviceError as refused:
            task.note(refused, self._eyes.seen)
            return False

    async def _reconnect(self, task: TaskRun, error: DroverError) -> bool:
        """Tiers 2 and 3, for a phone that did not answer: return whether it does again and may be tried."""
        while task.spent.connection < self._retries.connection_tries:
            task.spent.connection += 1
            recover(task, self._eyes, Strategy.RECONNECT, error.message, "attach")
            if await self._answers(task, self._retries.connection_pause_s):
                task.failure = None  # what comes of it now tells more
                return True
            settle(task, self._eyes, recovered=False)
        if await self._answers(task, 0) or not self._retries.may_pause(task.spent):
            return False
        self._tell(PhonePaused(self._phone, error.message))
        recover(task, self._eyes, Strategy.WAIT, error.message, "wait")
        began_at, began_s = self._clock.now(), self._clock.monotonic()
        task.spent.renew()
        back = await self._answers(task, self._retries.away_s)
        self.pauses.append(Pause(began_at, self._clock.monotonic() - began_s, task.step.number, error.message, back))
        if back:
            task.failure = None
            self._tell(PhoneResumed(self._phone))
        else:
            settle(task, self._eyes, recovered=False)
            task.note(PhoneStaysAway(error, self._retries.away_s), self._eyes.seen)
        return back

    async def _answers(self, task: TaskRun, within_s: float) -> bool:
        """Attach to the phone anew within that time; whatever it shows then is to be looked at afresh."""
        if not await task.watch.waiting(self._lifeline.hold(within_s)):
            return False
        self._eyes.forget()
        task.astray, task.answering_since_s = True, self._clock.monotonic()
        return True

    async def _attempt(self, task: TaskRun) -> None:
        hands = self._hands(task.watch)
        task.before = task.after = None
        onward = await self._find_out(task, hands)
        if onward is Onward.BACK:
            return
        if onward is Onward.HERE:
            task.before = await self._see_before(task, hands)
            if self._came_late(task):
                task.after = task.before
            else:
                await self._act(task, hands)
                task.after = await self._see_after(task, hands)
                await self._see_it_happened(task, hands)
        await self._reach(task)

    async def _find_out(self, task: TaskRun, hands: Hands) -> Onward:
        """Tell by looking how to go on, where an act may have happened or the phone may show anything."""
        if task.doubtful and task.act is not None:
            task.after = await see_whether_it_happened(task, self._phone, self._eyes, hands, self._conditions(hands))
            if task.after is not None:
                return Onward.DONE
            await self._journal.void_act(task.act)
            task.act, task.astray = None, False
        if not task.astray:
            return Onward.HERE
        bearing = await self._bearing(task, hands)
        task.astray = False
        if bearing.onward is Onward.BACK:
            why = "the phone shows the screen that an earlier task begins on"
            task.recoveries.begin(Strategy.BACK, why, "play it again", self._eyes.keep(self._eyes.last))
            task.back_to = bearing.place
        elif bearing.onward is Onward.DONE:
            task.after = self._eyes.last
        return bearing.onward

    async def _bearing(self, task: TaskRun, hands: Hands) -> Bearing:
        steps = {step.number: step for step in self._plan.steps}
        found = bearings(task.step, list(behind(self._marks, self._start, steps)), begun=task.act is not None)
        if task.step.before is None and not isinstance(task.step.task.act, WaitForScreen):
            return Bearing(Onward.HERE)
        try:
            look = await self._eyes.wait_for(
                tuple(found), hands, timeout_s=task.step.task.timeout_s, dismissed=task.dismissed
            )
        except ScreenNotSeen as missed:
            raise Astray(missed) from missed
        assert look.found is not None  # noqa: S101  only a recognised screen is waited for
        return found[look.found.screen.key]

    async def _see_before(self, task: TaskRun, hands: Hands) -> Look | None:
        step = task.step
        if step.before is None:
            return None
        # A try whose screen came too late has succeeded after all; typing is done again, its text did not arrive.
        late = task.act is not None and step.after is not None and not isinstance(step.task.act, Type | Assert)
        screens = (step.before, step.after) if late and step.after else (step.before,)
        recent = self._eyes.recent(screens, self._clock.monotonic())
        return recent or await self._eyes.wait_for(
            screens, hands, timeout_s=step.task.timeout_s, dismissed=task.dismissed
        )

    def _came_late(self, task: TaskRun) -> bool:
        step = task.step
        at_start = step.before is not None and task.before is not None and task.before.shows((step.before,))
        return task.before is not None and not at_start

    async def _see_after(self, task: TaskRun, hands: Hands) -> Look | None:
        step = task.step
        if step.after is None:
            self._eyes.forget()
            return None
        dismissed = len(task.dismissed)
        try:
            return await self._eyes.wait_for(
                (step.after,), hands, timeout_s=step.task.timeout_s, dismissed=task.dismissed, left=step.before
            )
        except ScreenNotSeen as missed:
            stayed = step.before is not None and missed.seen == step.before
            task.swallowed = stayed and len(task.dismissed) > dismissed
            raise

    async def _see_it_happened(self, task: TaskRun, hands: Hands) -> None:
        """Wait for what shows that the act happened, where the screen after it does not. Raises NotHappened."""
        step = task.step
        if step.task.happened is None or leaves(task):
            return
        holds = self._conditions(hands)
        if not await comes_true(step.task.happened, self._eyes, hands, holds, step.task.timeout_s):
            raise NotHappened(step.task.name, step.after or step.before or "")

    async def _act(self, task: TaskRun, hands: Hands) -> None:
        step, act = task.step, task.step.task.act
        rect = await self._acts.place(step, task.before, hands)
        if task.before is not None and not isinstance(act, Read):
            task.before.let_go()
        if step.task.effect is not Effect.READ:
            task.act = await self._journal.begin_act(
                self._run, step.number, task.attempts, step.task.name, step.task.effect
            )
        task.told = await self._acts.do(step, rect, task.before, hands)
        if task.before is not None:
            task.before.let_go()
        task.answering_since_s = self._clock.monotonic()
