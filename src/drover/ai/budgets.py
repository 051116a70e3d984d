"""What may be spent on AI: per organization and day (UTC), in requests, tokens and money.

A question is booked at its worst before it is asked and settled at what it came to, so that no number of processes can
go beyond a limit together. What a process that died had booked stays booked for the day.
"""

import sqlite3
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Final

from drover.ai.errors import BudgetUsedUp
from drover.ai.ports import Ask, Usage
from drover.kernel.clock import Clock
from drover.platform.local_database import LocalDatabase

_BILLION: Final = 1_000_000_000
_MILLION: Final = 1_000_000
_FRAME_TOKENS: Final = 64
"""What roles and separators around two messages may come to."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of one day. `money` is in the currency of the prices; None: not limited."""

    requests: int
    tokens: int
    money: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, in any one currency."""

    input: Decimal = Decimal(0)
    output: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent. `billionths` are of one unit of the prices' currency."""

    requests: int = 0
    tokens: int = 0
    billionths: int = 0

    @property
    def money(self) -> Decimal:
        """The same in whole units."""
        return Decimal(self.billionths) / _BILLION


@dataclass(frozen=True, slots=True)
class Booking:
    """What was set aside for a question that is being asked."""

    organization: str
    day: str
    purpose: str
    spent: Spent


def spent_on(usage: Usage, prices: Prices) -> Spent:
    """Return what one request of that usage comes to, rounded up."""
    cost = (usage.input_tokens * prices.input + usage.output_tokens * prices.output) * _BILLION / _MILLION
    billionths = int(cost.to_integral_value(ROUND_CEILING))
    return Spent(1, usage.input_tokens + usage.output_tokens, billionths)


def worst_of(ask: Ask) -> Usage:
    """Return the most that a question may be charged with: a token is never less than a byte of UTF-8."""
    written = len(ask.instruction.encode()) + len(ask.prompt.encode())
    return Usage(written + _FRAME_TOKENS, ask.max_tokens)


class Ledger:
    """Books what is spent in a file that other processes book in too."""

    def __init__(self, database: LocalDatabase, clock: Clock, budget: Budget) -> None:
        self._database = database
        self._clock = clock
        self._budget = budget

    async def spent(self, organization: str) -> Spent:
        """Return what the organization has spent today, with what is booked."""
        day = self._today()
        return await self._database.read(lambda database: _spent(database, organization, day))

    async def book(self, organization: str, purpose: str, worst: Spent) -> Booking:
        """Set aside what a question may come to. Raises BudgetUsedUp, and then books nothing."""
        booking = Booking(organization, self._today(), purpose, worst)

        def work(database: sqlite3.Connection) -> None:
            self._refuse_beyond(booking, _spent(database, organization, booking.day))
            _add(database, booking, worst)

        await self._database.write(work, synced=True)
        return booking

    async def settle(self, booking: Booking, actual: Spent) -> None:
        """Replace what was set aside by what it came to."""
        aside = booking.spent
        change = Spent(
            actual.requests - aside.requests, actual.tokens - aside.tokens, actual.billionths - aside.billionths
        )
        await self._database.write(lambda database: _add(database, booking, change), synced=True)

    def _today(self) -> str:
        return self._clock.now().date().isoformat()

    def _refuse_beyond(self, booking: Booking, used: Spent) -> None:
        money = self._budget.money
        limits = (
            ("requests", used.requests, booking.spent.requests, self._budget.requests),
            ("tokens", used.tokens, booking.spent.tokens, self._budget.tokens),
            ("money", used.money, booking.spent.money, used.money + booking.spent.money if money is None else money),
        )
        for what, already, wanted, limit in limits:
            if already + wanted > limit:
                raise BudgetUsedUp(
                    booking.organization,
                    booking.day,
                    what,
                    used=f"{already:f}" if isinstance(already, Decimal) else str(already),
                    limit=str(limit),
                    setting=f"ai_{what}_per_day",
                )


def _spent(database: sqlite3.Connection, organization: str, day: str) -> Spent:
    query = (
        "SELECT coalesce(sum(requests), 0), coalesce(sum(tokens), 0), coalesce(sum(billionths), 0) FROM spent"
        " WHERE organization = ? AND day = ?"
    )
    return Spent(*database.execute(query, (organization, day)).fetchone())


def _add(database: sqlite3.Connection, booking: Booking, change: Spent) -> None:
    database.execute(
        "INSERT INTO spent VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,"
        " tokens = tokens + excluded.tokens, billionths = billionths + excluded.billionths",
        (booking.organization, booking.day, booking.purpose, change.requests, change.tokens, change.billionths),
    )
