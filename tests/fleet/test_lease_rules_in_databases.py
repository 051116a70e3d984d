"""The rules of leases once more, through service, repository and both databases, next to the book."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import ClassVar, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from drover.fleet.domain.agents import Agent
from drover.fleet.domain.leasing import Holder, HolderKind, LeaseLost, NotLeased, PhoneTaken
from drover.fleet.domain.phones import PhoneState
from drover.fleet.domain.records import Report
from drover.fleet.models import LeaseRow
from drover.fleet.service import Leases, Phones
from drover.platform.db.database import Database, Unit
from tests.databases import OURS
from tests.fleet.lease_book import LeaseBook
from tests.fleet.racks import ADMINISTRATOR, TRAIL, running_agent
from tests.profiles import ON_DATABASE

LEASES = Leases(TRAIL)
Result = TypeVar("Result")

# What is waited is always 50 s or more from the end of any lease, so that the time the test itself takes is no matter.
TTLS = st.sampled_from([50.0, 250.0, 550.0])
WAITS = st.sampled_from([100.0, 300.0, 700.0])
HOLDERS = st.builds(Holder, st.sampled_from(HolderKind), st.sampled_from(["a", "b"]))
PERSONS = {HolderKind.CONTROL, HolderKind.TAKEOVER}


@dataclass
class Rack:
    """A rack in an open database, whose units run to their end one by one."""

    runner: asyncio.Runner
    database: Database
    agent: Agent
    serials: Iterator[int] = field(default_factory=count)

    def do(self, act: Callable[[Unit], Awaitable[Result]]) -> Result:
        return self.runner.run(self._do(act))

    def new_phone(self) -> str:
        report = Report(f"serial{next(self.serials)}", PhoneState.ONLINE)
        [phone] = self.do(lambda unit: Phones(TRAIL).register(unit, self.agent, [report]))
        return phone.id

    async def _do(self, act: Callable[[Unit], Awaitable[Result]]) -> Result:
        async with self.database.writing(OURS) as unit:
            return await act(unit)


class LeasesInDatabase(RuleBasedStateMachine):
    """A phone's leases in the database, next to the book."""

    rack: ClassVar[Rack]

    def __init__(self) -> None:
        super().__init__()
        self.phone = self.rack.new_phone()
        self.book = LeaseBook()
        self.tokens = [0]

    @rule(holder=HOLDERS, ttl_s=TTLS, priority=st.integers(0, 3), break_in=st.booleans())
    def take(self, holder: Holder, ttl_s: float, priority: int, *, break_in: bool) -> None:
        asked = ADMINISTRATOR if break_in else None

        async def take(unit: Unit) -> int:
            lease = await LEASES.take(unit, self.phone, holder, ttl_s=ttl_s, priority=priority, break_in=asked)
            return lease.token

        if not self.book.may_take(str(holder), priority, breaks_in=break_in and holder.kind in PERSONS):
            with pytest.raises(PhoneTaken):
                self.rack.do(take)
            return
        token = self.rack.do(take)
        assert token == self.book.take(str(holder), priority, ttl_s).token
        assert token >= self.tokens[-1]
        self.tokens.append(token)

    @rule(back=st.integers(0, 3), ttl_s=TTLS)
    def renew(self, back: int, ttl_s: float) -> None:
        token = self.tokens[max(-1 - back, -len(self.tokens))]
        if not self.book.may_renew(token):
            with pytest.raises(LeaseLost):
                self.rack.do(lambda unit: LEASES.renew(unit, self.phone, token, ttl_s=ttl_s))
            return
        self.rack.do(lambda unit: LEASES.renew(unit, self.phone, token, ttl_s=ttl_s))
        self.book.grants[-1].until = self.book.now + ttl_s

    @rule(back=st.integers(0, 3))
    def release(self, back: int) -> None:
        token = self.tokens[max(-1 - back, -len(self.tokens))]
        self.rack.do(lambda unit: LEASES.release(unit, self.phone, token))
        self.book.end(token)

    @precondition(lambda self: self.book.current() is not None)
    @rule()
    def break_the_lease_in_force(self) -> None:
        self.rack.do(lambda unit: LEASES.break_(unit, self.phone, ADMINISTRATOR, "to see"))
        self.book.break_()

    @precondition(lambda self: self.book.current() is None)
    @rule()
    def break_none(self) -> None:
        with pytest.raises(NotLeased):
            self.rack.do(lambda unit: LEASES.break_(unit, self.phone, ADMINISTRATOR, "to see"))

    @rule()
    def expire(self) -> None:
        self.rack.do(lambda unit: LEASES.expire(unit, self.phone))

    @rule(seconds=WAITS)
    def wait(self, seconds: float) -> None:
        """Let time pass: the database's clock is not to be turned, so the lease moves into the past."""

        async def age(unit: Unit) -> None:
            for row in await unit.session.scalars(select(LeaseRow).where(LeaseRow.phone_id == self.phone)):
                row.expires_at -= timedelta(seconds=seconds)

        self.rack.do(age)
        self.book.now += seconds

    @invariant()
    def the_same_holder_holds(self) -> None:
        held = self.rack.do(lambda unit: LEASES.of(unit, self.phone))
        grant = self.book.current()
        assert (held and (held.token, str(held.holder))) == (grant and (grant.token, grant.who))


async def opened(stack: AsyncExitStack, url: str) -> Database:
    return await stack.enter_async_context(Database.open(url))


def test_the_rules_hold_in_the_database(database_url: str) -> None:
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        database = runner.run(opened(stack, database_url))
        opened_rack = Rack(runner, database, runner.run(running_agent(database)))

        class InThisDatabase(LeasesInDatabase):
            rack = opened_rack

        run_state_machine_as_test(InThisDatabase, settings=ON_DATABASE)
        runner.run(stack.aclose())
