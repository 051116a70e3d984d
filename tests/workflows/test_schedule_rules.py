"""Whatever anybody does with a schedule, and whenever one looks: each occurrence is taken once, or was not to come."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from drover.workflows.domain import advancing
from drover.workflows.domain.advancing import begin, is_due, turn
from drover.workflows.domain.errors import IllegalTransition
from drover.workflows.domain.schedule import Plan, Progress, Schedule
from drover.workflows.domain.status import TRANSITIONS, ScheduleEvent, ScheduleStatus, next_status
from tests.profiles import ON_MODEL
from tests.workflows.schedule_ledger import START, TIMINGS, WAITS, Ledger

NAMES = st.sampled_from(sorted(TIMINGS))


class ScheduleRules(RuleBasedStateMachine):
    """A schedule next to the ledger."""

    @initialize(name=NAMES, seed=st.integers(0, 2**63))
    def make(self, name: str, seed: int) -> None:
        self.now = START
        plan = Plan("daily", "w", TIMINGS[name], "phone:all")
        self.schedule = Schedule("s", plan, seed, begin(plan, seed, START))
        self.ledger = Ledger(TIMINGS[name], seed, START)
        self.by_hand = 0

    @rule(wait=st.sampled_from(WAITS))
    def wait(self, wait: timedelta) -> None:
        self.now += wait

    @rule(back=st.sampled_from(WAITS[:3]))
    def set_the_clock_back(self, back: timedelta) -> None:
        self.now = max(START, self.now - back)

    @rule()
    def take_what_is_due(self) -> None:
        expected = ([f"n{self.by_hand}"] if self.ledger.asked else []) + self.ledger.take(self.now)
        self.ledger.asked = False
        taken: list[str] = []
        while is_due(self.schedule.progress, self.now):
            turned = turn(self.schedule, self.now)
            assert turned.left_out == ()
            self._go_on(turned.progress)
            taken += [turned.occurrence.id] if turned.occurrence is not None else []
        assert taken == expected

    @rule()
    def pause(self) -> None:
        if self._allows(ScheduleEvent.PAUSE):
            self._go_on(advancing.paused(self.schedule.progress))
            self.ledger.status = "paused"

    @rule()
    def resume(self) -> None:
        if self._allows(ScheduleEvent.RESUME):
            self._go_on(advancing.resumed(self.schedule, self.now))
            self.ledger.resume(self.now)

    @rule(sure=st.integers(0, 5))
    def cancel(self, sure: int) -> None:
        if not sure and self._allows(ScheduleEvent.CANCEL):
            self._go_on(advancing.cancelled(self.schedule.progress))
            self.ledger.status, self.ledger.asked = "cancelled", False

    @rule()
    def run_now(self) -> None:
        if self._allows(ScheduleEvent.RUN_NOW):
            self.by_hand += not self.ledger.asked
            self._go_on(advancing.asked(self.schedule.progress, f"n{self.by_hand}", self.now))
            self.ledger.asked = True

    @rule(name=NAMES)
    def edit(self, name: str) -> None:
        if self._allows(ScheduleEvent.EDIT):
            plan = replace(self.schedule.plan, timing=TIMINGS[name])
            self._go_on(advancing.edited(self.schedule, plan, self.now))
            self.schedule = replace(self.schedule, plan=plan)
            self.ledger.edit(TIMINGS[name], self.now)

    @invariant()
    def it_stands_as_the_ledger_says(self) -> None:
        assert self.schedule.progress.status.value == self.ledger.status
        assert self.schedule.progress.taken == len(self.ledger.taken)

    @invariant()
    def no_occurrence_is_taken_twice(self) -> None:
        assert len(set(self.ledger.taken)) == len(self.ledger.taken)

    @invariant()
    def something_is_to_come_exactly_where_it_is_said(self) -> None:
        progress = self.schedule.progress
        assert (progress.next_at is not None) >= (progress.status in {ScheduleStatus.PENDING, ScheduleStatus.ACTIVE})

    def _go_on(self, progress: Progress) -> None:
        self.schedule = replace(self.schedule, progress=progress)

    def _allows(self, event: ScheduleEvent) -> bool:
        return (self.schedule.progress.status, event) in TRANSITIONS


TestScheduleRules = ScheduleRules.TestCase
TestScheduleRules.settings = ON_MODEL


@pytest.mark.parametrize("status", ScheduleStatus)
@pytest.mark.parametrize("event", ScheduleEvent)
def test_what_the_table_does_not_name_is_refused(status: ScheduleStatus, event: ScheduleEvent) -> None:
    refused = pytest.raises(IllegalTransition, match=f"a schedule that is {status.value} cannot take: {event.value}")
    with nullcontext() if (status, event) in TRANSITIONS else refused:
        assert next_status(status, event) is TRANSITIONS[status, event]


def test_a_cancelled_schedule_can_do_nothing() -> None:
    with pytest.raises(IllegalTransition) as caught:
        next_status(ScheduleStatus.CANCELLED, ScheduleEvent.RESUME)
    assert caught.value.hint == "possible: nothing"


def at_times(**fields: object) -> Schedule:
    plan = replace(Plan("daily", "w", TIMINGS["hourly"], "phone:all"), **fields)  # type: ignore[arg-type]
    return Schedule("s", plan, 1, begin(plan, 1, START))


def test_what_comes_too_late_is_left_out() -> None:
    turned = turn(at_times(late=timedelta(hours=3)), START + timedelta(hours=9))
    assert turned.occurrence is not None
    assert turned.occurrence.id == "r20260327T1815Z"
    assert [why[:16] for why in turned.left_out] == ["r20260327T1215Z ", "r20260327T1415Z ", "r20260327T1615Z "]


def test_of_many_that_come_too_late_the_last_are_named() -> None:
    turned = turn(at_times(late=timedelta(hours=3)), START + timedelta(days=10))
    assert turned.left_out[0] == "109 before these were left out too"
    assert len(turned.left_out) == 11


def test_where_all_that_is_left_comes_too_late_the_schedule_is_completed() -> None:
    schedule = at_times(late=timedelta(hours=1), timing=TIMINGS["three times"])
    turned = turn(schedule, START + timedelta(days=20))
    assert (turned.occurrence, turned.progress.status) == (None, ScheduleStatus.COMPLETED)


def test_what_is_not_due_is_not_taken() -> None:
    schedule = at_times()
    assert turn(schedule, START).progress == schedule.progress


def test_a_schedule_whose_moment_moved_is_looked_at_anew() -> None:
    schedule = at_times()
    schedule = replace(schedule, progress=replace(schedule.progress, next_at=START - timedelta(minutes=1)))
    turned = turn(schedule, START)
    assert (turned.occurrence, turned.progress.next_at) == (None, START + timedelta(minutes=15))
