"""The dispatcher's rules through services, repositories and both databases, with two workers, next to a ledger."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import drover.accounts.models  # noqa: F401  whose tables those of runs refer to
from drover.fleet.domain.agents import Agent
from drover.fleet.domain.leasing import Holder, HolderKind
from drover.fleet.domain.phones import PhoneState
from drover.fleet.domain.records import Report
from drover.fleet.service import Agents, Leases, Phones
from drover.platform.db.database import Database, Unit
from drover.platform.db.outbox import Outbox
from drover.platform.db.whose import Organization
from drover.workflows.domain.planning import NewRun, NewStep
from drover.workflows.domain.records import Run
from drover.workflows.domain.runs import Cause, ResultClass, RunEvent, RunStatus
from drover.workflows.repository import runs
from drover.workflows.service.dispatching import Dispatcher
from drover.workflows.service.held import RunKey
from drover.workflows.service.making import begin
from drover.workflows.service.settling import Settling
from tests.databases import OURS
from tests.fleet.racks import ADMINISTRATOR, CREDENTIAL, TRAIL, running_agent
from tests.profiles import ON_DATABASE
from tests.workflows.runs.world import SEQUENCE, WORKFLOW, Plans, Switch

LEASES, PHONES = Leases(TRAIL), Phones(TRAIL)
SETTLING = Settling(LEASES, PHONES, Outbox(TRAIL.new_id), TRAIL.new_id)
STEP = NewStep("log_in", "log_in", SEQUENCE, 1)
LATER = timedelta(days=1)
"""Longer than the test takes: what is due then is never due here."""
RACK = "dispatched"
Result = TypeVar("Result")


@dataclass
class Hall:
    """An open database with a rack, and two workers' dispatchers; what they start is noted."""

    runner: asyncio.Runner
    database: Database
    agent: Agent
    switch: Switch = field(default_factory=Switch)
    started: list[RunKey] = field(default_factory=list[RunKey])
    serials: Iterator[int] = field(default_factory=count)

    def do(self, act: Callable[[Unit], Awaitable[Result]]) -> Result:
        return self.runner.run(self._do(act))

    def new_phone(self) -> str:
        self.turn(0)  # which has the agent report
        [phone] = self.do(lambda unit: PHONES.register(unit, self.agent, [self.report(next(self.serials))]))
        return phone.id

    def report(self, serial: int, state: PhoneState = PhoneState.ONLINE) -> Report:
        return Report(f"serial{serial}", state)

    def turn(self, workers: int) -> None:
        """Have so many workers dispatch at once."""
        self.runner.run(self._turn(workers))

    async def _turn(self, workers: int) -> None:
        async with self.database.writing(Organization(OURS.organization)) as unit:
            await Agents(TRAIL, lambda: CREDENTIAL).report(unit, RACK, CREDENTIAL, "boot1", 0)
        await asyncio.gather(*(self._dispatcher(f"worker-{number}").turn() for number in range(workers)))

    def _dispatcher(self, executor: str) -> Dispatcher:
        async def start(key: RunKey) -> None:
            self.started.append(key)

        return Dispatcher(
            *(self.database, Plans(), self.switch, LEASES, PHONES, SETTLING, start),
            new_id=TRAIL.new_id,
            clock=TRAIL.clock,
            executor=executor,
        )

    async def _do(self, act: Callable[[Unit], Awaitable[Result]]) -> Result:
        async with self.database.writing(OURS) as unit:
            return await act(unit)


class DispatchingInDatabase(RuleBasedStateMachine):
    """Two phones' runs, made, started, ended, paused and resumed; the ledger says which must be running."""

    hall: ClassVar[Hall]

    def __init__(self) -> None:
        super().__init__()
        self.hall.switch.why = ""
        self.hall.started.clear()
        self.phones = (self.hall.new_phone(), self.hall.new_phone())
        self.runs: dict[str, Run] = {}
        self.needs: dict[str, tuple[str, ...]] = {}
        self.controlled: dict[str, int] = {}
        self.attempts = 0

    def teardown(self) -> None:
        for run in [run for run in self.runs.values() if not run.status.over]:
            self.hall.do(lambda unit, run=run: self._changed(unit, run.id, lambda u, r: SETTLING.cancel(u, r, "")))

    @rule(phone=st.integers(0, 1), priority=st.integers(0, 2), minutes=st.integers(1, 3), needy=st.booleans())
    def a_run_is_made(self, phone: int, priority: int, minutes: int, *, needy: bool) -> None:
        self._make(phone, priority, -timedelta(minutes=minutes), tuple(self.runs)[-1:] if needy else ())

    @rule(phone=st.integers(0, 1))
    def a_run_for_later_is_made(self, phone: int) -> None:
        self._make(phone, 9, LATER, ())

    @rule(workers=st.integers(1, 2))
    def workers_dispatch(self, workers: int) -> None:
        expected, skipped = self._expected()
        self.hall.turn(workers)
        started = self.hall.started[self.attempts :]
        self.attempts += len(expected)
        assert sorted(key.run_id for key in started) == sorted(expected)
        self._look()
        assert all(self.runs[run_id].status is RunStatus.RUNNING for run_id in expected)
        assert all(self.runs[run_id].status is RunStatus.CANCELLED for run_id in skipped)

    @precondition(lambda self: self._running())
    @rule(data=st.data(), result=st.sampled_from([ResultClass.COMPLETED, ResultClass.FAILED]))
    def a_run_ends(self, data: st.DataObject, result: ResultClass) -> None:
        self._change(data.draw(st.sampled_from(self._running())), lambda u, r: SETTLING.end(u, r, result, ""))
        for phone in self.phones:  # after three failures in a row a phone is held, which is not this test's matter
            self.hall.do(lambda unit, phone=phone: PHONES.let_go(unit, phone, ADMINISTRATOR))

    @precondition(lambda self: self._running())
    @rule(data=st.data())
    def a_run_is_paused(self, data: st.DataObject) -> None:
        run_id = data.draw(st.sampled_from(self._running()))
        self._change(run_id, lambda u, r: SETTLING.pause(u, r, Cause.USER, "lunch"))

    @precondition(lambda self: self._with(RunStatus.PAUSED))
    @rule(data=st.data())
    def a_paused_run_is_resumed(self, data: st.DataObject) -> None:
        run_id = data.draw(st.sampled_from(self._with(RunStatus.PAUSED)))
        self._change(run_id, lambda u, r: SETTLING.queue(u, r, RunEvent.RESUME, ""))

    @rule(phone=st.integers(0, 1))
    def a_person_takes_a_phone_or_lets_it_go(self, phone: int) -> None:
        phone_id = self.phones[phone]
        token = self.controlled.pop(phone_id, None)
        if token is not None:
            self.hall.do(lambda unit: LEASES.release(unit, phone_id, token))
        elif phone_id not in self._held():
            holder = Holder(HolderKind.CONTROL, "ada", purpose="look", by="ada")
            lease = self.hall.do(lambda unit: LEASES.take(unit, phone_id, holder))
            self.controlled[phone_id] = lease.token

    @rule()
    def the_client_is_halted_or_not_any_more(self) -> None:
        self.hall.switch.why = "" if self.hall.switch.why else "halted"

    @invariant()
    def a_phone_has_one_run_at_most(self) -> None:
        held = self._held()
        assert len(held) == len(set(held))

    @invariant()
    def no_attempt_is_started_twice(self) -> None:
        assert len(set(self.hall.started)) == len(self.hall.started)

    @invariant()
    def nothing_started_before_what_it_depends_on_completed(self) -> None:
        for run_id, needs in self.needs.items():
            assert not self.runs[run_id].attempt or all(self.runs[need].status is RunStatus.COMPLETED for need in needs)

    def _make(self, phone: int, priority: int, due: timedelta, needs: tuple[str, ...]) -> None:
        async def make(unit: Unit) -> Run:
            at = await unit.now() + due
            new = NewRun(WORKFLOW, 1, self.phones[phone], at, (STEP,), priority=priority, after=needs)
            return await begin(unit, new, TRAIL.new_id)

        run = self.hall.do(make)
        self.runs[run.id], self.needs[run.id] = run, needs

    def _expected(self) -> tuple[set[str], set[str]]:
        """Return what a turn must start and what it must skip, found without any of the code that does it."""
        if self.hall.switch.why:
            return set(), set()
        due = [self.runs[run_id] for run_id in self._with(RunStatus.PENDING) if not self._for_later(run_id)]
        started: set[str] = set()
        for phone in set(self.phones) - set(self._held()):
            able = [run for run in due if run.phone_id == phone and self._needed(run) <= {RunStatus.COMPLETED}]
            able.sort(key=lambda run: (run.started_at is None, -run.priority, run.due_at, run.created_at, run.id))
            started |= {run.id for run in able[:1]}
        lost = {RunStatus.FAILED, RunStatus.CANCELLED}
        return started, {run.id for run in due if self._needed(run) & lost}

    def _needed(self, run: Run) -> set[RunStatus]:
        return {self.runs[need].status for need in self.needs[run.id]}

    def _for_later(self, run_id: str) -> bool:
        run = self.runs[run_id]
        return run.due_at > run.created_at + LATER / 2

    def _held(self) -> list[str]:
        return [self.runs[run_id].phone_id for run_id in self._running()] + list(self.controlled)

    def _running(self) -> list[str]:
        return self._with(RunStatus.RUNNING)

    def _with(self, status: RunStatus) -> list[str]:
        return [run_id for run_id, run in self.runs.items() if run.status is status]

    def _change(self, run_id: str, act: Callable[[Unit, Run], Awaitable[Run]]) -> None:
        self.runs[run_id] = self.hall.do(lambda unit: self._changed(unit, run_id, act))

    async def _changed(self, unit: Unit, run_id: str, act: Callable[[Unit, Run], Awaitable[Run]]) -> Run:
        return await act(unit, await runs.get(unit, run_id, lock=True))

    def _look(self) -> None:
        async def look(unit: Unit) -> dict[str, Run]:
            return {run_id: await runs.get(unit, run_id) for run_id in self.runs}

        self.runs = self.hall.do(look)


def test_the_rules_hold_in_the_database(database_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            database = runner.run(stack.enter_async_context(Database.open(database_url)))
            hall = Hall(runner, database, runner.run(running_agent(database, RACK)))

            class InThisDatabase(DispatchingInDatabase):
                """The machine in the database of this test."""

            InThisDatabase.hall = hall
            run_state_machine_as_test(InThisDatabase, settings=ON_DATABASE)
        finally:
            runner.run(stack.aclose())
