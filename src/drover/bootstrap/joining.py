"""What capabilities need of one another, joined: each sees the other through a port of its own."""

from dataclasses import dataclass
from typing import Final

from drover.accounts.service import Accounts
from drover.fleet.service import Phones
from drover.language.selecting import Account, Inventory, Phone
from drover.platform.db.database import Unit
from drover.platform.db.whose import OneClient
from drover.tenancy.service import Clients
from drover.workflows.service.sight import Sight

_NO_CLIENT: Final = ""
"""A schedule sees one client's phones alone: their names need not say whose they are."""


@dataclass(frozen=True, slots=True)
class FleetInSight:
    """Phones and accounts, as schedules see them. A phone that is not active is given no work."""

    phones: Phones
    accounts: Accounts

    async def sight(self, unit: Unit) -> Sight:
        """Return the client's phones that are to be given work, and its accounts on them."""
        phones = [phone for phone in await self.phones.every(unit) if phone.active]
        names = {phone.name for phone in phones}
        accounts = [account for account in await self.accounts.every(unit) if account.address.phone in names]
        return Sight(
            Inventory(
                tuple(Phone(phone.name, _NO_CLIENT, phone.tags) for phone in phones),
                tuple(
                    Account(account.address.app, account.address.name, account.address.phone) for account in accounts
                ),
            ),
            {phone.name: phone.id for phone in phones},
            {str(account.address): account.id for account in accounts},
        )


@dataclass(frozen=True, slots=True)
class ClientsStanding:
    """Clients, as runs see them: whether anything of one may start."""

    clients: Clients

    async def hindrance(self, unit: Unit) -> str:
        """Return why nothing of the client may start; empty where it may."""
        assert isinstance(unit.whose, OneClient)  # noqa: S101  runs are started in the name of one client
        return (await self.clients.standing(unit, unit.whose.client)).hindrance
