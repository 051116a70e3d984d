import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from drover.ai.budgets import Budget, Ledger, Prices, Spent, spent_on, worst_of
from drover.ai.errors import AiFileUnusable, BudgetUsedUp
from drover.ai.files import ai_file
from drover.ai.ports import Ask, Usage
from drover.kernel.clock import FakeClock
from drover.kernel.errors import Kind
from drover.platform.local_database import LocalDatabase

ONE = Spent(1, 100, 1_000_000_000)
WIDE = Budget(1_000, 1_000_000)


def test_what_a_request_costs_is_rounded_up() -> None:
    prices = Prices(Decimal("0.15"), Decimal("0.6"))
    assert spent_on(Usage(1_000_000, 1_000_000), prices).money == Decimal("0.75")
    assert spent_on(Usage(3, 0), Prices(Decimal("0.00015"))) == Spent(1, 3, 1)


def test_the_worst_is_never_below_what_is_written() -> None:
    ask = Ask("caption", "Be brief.", "\N{GRINNING FACE}", max_tokens=300, timeout_s=1.0)
    assert worst_of(ask) == Usage(9 + 4 + 64, 300)


@pytest.mark.parametrize(
    ("budget", "what", "setting"),
    [
        (Budget(2, 1_000_000), "requests", "ai_requests_per_day"),
        (Budget(1_000, 299), "tokens", "ai_tokens_per_day"),
        (Budget(1_000, 1_000_000, Decimal("2.99")), "money", "ai_money_per_day"),
    ],
)
async def test_what_is_used_up_is_refused_by_name(
    database: LocalDatabase, clock: FakeClock, budget: Budget, what: str, setting: str
) -> None:
    ledger = Ledger(database, clock, budget)
    await ledger.book("acme", "caption", ONE)
    await ledger.book("acme", "hashtags", ONE)
    with pytest.raises(BudgetUsedUp, match=f"acme for 2026-01-01 .* {what} are used") as raised:
        await ledger.book("acme", "caption", ONE)
    assert (raised.value.kind, raised.value.what) == (Kind.REFUSED, what)
    assert setting in raised.value.hint
    assert await ledger.spent("acme") == Spent(2, 200, 2_000_000_000)


async def test_a_budget_of_nothing_refuses_the_first(database: LocalDatabase, clock: FakeClock) -> None:
    with pytest.raises(BudgetUsedUp, match="0 of 0 requests"):
        await Ledger(database, clock, Budget(0, 0)).book("acme", "caption", ONE)


async def test_what_was_set_aside_is_replaced_by_what_it_came_to(database: LocalDatabase, clock: FakeClock) -> None:
    ledger = Ledger(database, clock, WIDE)
    booking = await ledger.book("acme", "caption", ONE)
    clock.advance(86_400)
    await ledger.settle(booking, Spent(1, 25, 7))
    assert await ledger.spent("acme") == Spent()
    clock.advance(-86_400)
    assert await ledger.spent("acme") == Spent(1, 25, 7)


async def test_each_day_and_each_organization_has_its_own(database: LocalDatabase, clock: FakeClock) -> None:
    ledger = Ledger(database, clock, Budget(1, 1_000))
    await ledger.book("acme", "caption", ONE)
    await ledger.book("other", "caption", ONE)
    clock.advance(86_400)
    await ledger.book("acme", "caption", ONE)
    assert await ledger.spent("acme") == ONE


async def test_several_processes_cannot_go_beyond_a_limit_together(tmp_path: Path, clock: FakeClock) -> None:
    async with ai_file(tmp_path) as one, ai_file(tmp_path) as two, ai_file(tmp_path) as three:
        ledgers = [Ledger(database, clock, Budget(20, 1_000_000)) for database in (one, two, three)]
        booked = await asyncio.gather(
            *(ledger.book("acme", "caption", ONE) for ledger in ledgers * 12), return_exceptions=True
        )
        assert sum(isinstance(result, BudgetUsedUp) for result in booked) == 16
        assert await ledgers[0].spent("acme") == Spent(20, 2_000, 20_000_000_000)


async def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ai.sqlite").write_bytes(b"no database, but long enough to be looked at" * 40)
    with pytest.raises(AiFileUnusable, match=r"ai\.sqlite") as raised:
        await ai_file(tmp_path).__aenter__()
    assert raised.value.kind is Kind.UNAVAILABLE
