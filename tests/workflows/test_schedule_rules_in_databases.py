"""The rules of schedules once more, through services, repositories and both databases, next to the ledger."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from drover.platform.db.database import Database, Unit
from drover.workflows.domain.status import TRANSITIONS, ScheduleEvent
from drover.workflows.service.schedules import Kept
from drover.workflows.timing_files import document_of
from tests.databases import OURS
from tests.profiles import ON_DATABASE
from tests.workflows.documents import schedule
from tests.workflows.office import ADA, Office, sight
from tests.workflows.schedule_ledger import START, TIMINGS, WAITS, Ledger

NAMES = st.sampled_from(sorted(TIMINGS))
Result = TypeVar("Result")


@dataclass
class Desk:
    """An office with an open database, whose units run to their end one by one."""

    runner: asyncio.Runner
    database: Database
    office: Office = field(default_factory=Office)
    numbers: Iterator[int] = field(default_factory=count)

    def do(self, act: Callable[[Unit], Awaitable[Result]]) -> Result:
        return self.runner.run(self._do(act))

    async def _do(self, act: Callable[[Unit], Awaitable[Result]]) -> Result:
        async with self.database.writing(OURS) as unit:
            return await act(unit)


class SchedulesInDatabase(RuleBasedStateMachine):
    """A schedule in the database, next to the ledger."""

    desk: ClassVar[Desk]

    @initialize(name=NAMES)
    def make(self, name: str) -> None:
        self.office = self.desk.office
        self.office.rack.seen = sight(1)
        self.office.clock.wall, self.office.clock.elapsed_s = START, 0
        self.kept = self.desk.do(lambda unit: self.office.schedules.create(unit, ADA, self._document(name)))
        self.ledger = Ledger(TIMINGS[name], self.kept.schedule.seed, START)

    def teardown(self) -> None:
        if hasattr(self, "kept") and self._allows(ScheduleEvent.CANCEL):
            self.desk.do(lambda unit: self.office.schedules.cancel(unit, ADA, self.kept.schedule.id))

    @rule(wait=st.sampled_from(WAITS))
    def wait(self, wait: timedelta) -> None:
        self.office.clock.advance(wait.total_seconds())

    @rule()
    def take_what_is_due(self) -> None:
        by_hand = ["n"] if self.ledger.asked else []
        self.ledger.asked = False
        expected = by_hand + self.ledger.take(self.office.clock.now())
        runs = self.desk.do(self.office.occurrences.take_due)
        ids = [run.occurrence or "" for run in runs if run.schedule_id == self.kept.schedule.id]
        assert ["n" if each.startswith("n") else each for each in ids] == expected
        self._look()

    @rule()
    def pause(self) -> None:
        if self._do(ScheduleEvent.PAUSE, self.office.schedules.pause):
            self.ledger.status = "paused"

    @rule()
    def resume(self) -> None:
        if self._do(ScheduleEvent.RESUME, self.office.schedules.resume):
            self.ledger.resume(self.office.clock.now())

    @rule()
    def run_now(self) -> None:
        self.ledger.asked |= self._do(ScheduleEvent.RUN_NOW, self.office.schedules.run_now)

    @rule(name=NAMES)
    def edit(self, name: str) -> None:
        if self._allows(ScheduleEvent.EDIT):
            id_, revision = self.kept.schedule.id, self.kept.schedule.revision
            body = self._document(name) | {"name": self.kept.schedule.plan.name}
            self.kept = self.desk.do(lambda unit: self.office.schedules.edit(unit, ADA, id_, body, revision))
            self.ledger.edit(TIMINGS[name], self.office.clock.now())

    @invariant()
    def it_stands_as_the_ledger_says(self) -> None:
        assert self.kept.schedule.progress.status.value == self.ledger.status
        assert len(set(self.ledger.taken)) == len(self.ledger.taken) == self.kept.schedule.progress.taken

    def _document(self, name: str) -> dict[str, object]:
        return schedule(name=f"s{next(self.desk.numbers)}", timing=document_of(TIMINGS[name]))

    def _allows(self, event: ScheduleEvent) -> bool:
        return (self.kept.schedule.progress.status, event) in TRANSITIONS

    def _do(self, event: ScheduleEvent, act: Callable[..., Awaitable[Kept]]) -> bool:
        if not self._allows(event):
            return False
        self.kept = self.desk.do(lambda unit: act(unit, ADA, self.kept.schedule.id, self.kept.schedule.revision))
        return True

    def _look(self) -> None:
        self.kept = self.desk.do(lambda unit: self.office.schedules.get(unit, self.kept.schedule.id))


def test_the_rules_hold_in_the_database(database_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            desk = Desk(runner, runner.run(stack.enter_async_context(Database.open(database_url))))
            desk.do(desk.office.furnish)

            class InThisDatabase(SchedulesInDatabase):
                """The machine in the database of this test."""

            InThisDatabase.desk = desk
            run_state_machine_as_test(InThisDatabase, settings=ON_DATABASE)
        finally:
            runner.run(stack.aclose())
