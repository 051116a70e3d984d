"""A client with phones and the app Plaza, for tests of accounts."""

from dataclasses import dataclass
from datetime import UTC, datetime

from drover.accounts.domain.apps import App
from drover.accounts.domain.lifecycle import Lifecycle
from drover.accounts.domain.placing import address_of
from drover.accounts.domain.records import Account, Authorization
from drover.accounts.service import Accounts, AccountWish, Apps, AppWish, Profiles, Seen, Targets
from drover.fleet.domain.records import PhoneRecord
from drover.fleet.service import Phones
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import OneClient
from tests.databases import OURS
from tests.fleet.racks import ADMINISTRATOR, TRAIL, rack_with_phones

CONSENT = Authorization("Anna, owner of the accounts", datetime(2026, 1, 1, tzinfo=UTC))
PHONES = Phones(TRAIL)
APPS = Apps(TRAIL)
PROFILES = Profiles(TRAIL)
ACCOUNTS = Accounts(TRAIL, PHONES)
SEEN = Seen()
TARGETS = Targets(PHONES, ACCOUNTS)


@dataclass(frozen=True)
class Stock:
    """What is there to begin with."""

    database: Database
    phones: tuple[PhoneRecord, ...]
    plaza: App


async def stocked(database: Database, phones: int, *, whose: OneClient = OURS) -> Stock:
    """Return a client with so many phones, and Plaza with 30 slots."""
    there = await rack_with_phones(database, phones, whose=whose)
    async with database.writing(whose) as unit:
        plaza = await APPS.create(unit, AppWish("plaza", "org.drover.plaza", 30, "switch account"), ADMINISTRATOR)
    return Stock(database, tuple(there), plaza)


async def add(
    unit: Unit, address: str, slot: int | str | None = None, *, lifecycle: Lifecycle = Lifecycle.IMPORTED
) -> Account:
    """Return a new account."""
    wish = AccountWish(address_of(address), CONSENT, slot, lifecycle=lifecycle)
    return await ACCOUNTS.create(unit, wish, ADMINISTRATOR)
