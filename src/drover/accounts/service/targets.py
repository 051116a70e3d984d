"""What selectors hit, among the phones and accounts that a unit sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drover.accounts.domain.records import Account
from drover.accounts.service.accounts import Accounts
from drover.fleet.domain.records import PhoneRecord
from drover.fleet.service import Phones
from drover.language import selecting
from drover.language.parsing import parse_selector
from drover.language.selecting import Inventory, LeftOut
from drover.language.selector import AccountSelector
from drover.platform.db.database import Unit


@dataclass(frozen=True, slots=True)
class Target:
    """A phone that was selected, and the account on it where accounts were."""

    phone: PhoneRecord
    account: Account | None = None

    @property
    def name(self) -> str:
        """The phone's name, or the account's address."""
        return str(self.account.address) if self.account is not None else self.phone.name


@dataclass(frozen=True, slots=True)
class Targeted:
    """What a selector hits, in the order of lists, and why the rest is left out."""

    chosen: tuple[Target, ...]
    left_out: tuple[LeftOut, ...]


class Targets:
    """Resolves selectors. Several clients' phones may have one name: select in a unit of one client."""

    def __init__(self, phones: Phones, accounts: Accounts) -> None:
        self._phones = phones
        self._accounts = accounts

    async def select(self, unit: Unit, selector: str, *, clients: Mapping[str, str] | None = None) -> Targeted:
        """Return what a selector such as `phone:all-phone2` or `account:plaza.all@phone3` hits.

        `clients` are names of clients by id, for `phone:client:<Client>`. Raises LanguageError where it cannot be read,
        NothingSelected where a name fits nothing or nothing is left, Ambiguous.
        """
        tree = parse_selector(selector)
        phones = await self._phones.every(unit)
        accounts = await self._accounts.every(unit) if isinstance(tree, AccountSelector) else ()
        selection = selecting.select(tree, _inventory(phones, accounts, clients or {}))
        by_name = {phone.name: phone for phone in phones}
        targets = {target.name: target for target in _targets(by_name, accounts)}
        return Targeted(tuple(targets[name] for name in selection.chosen), selection.left_out)


def _targets(phones: Mapping[str, PhoneRecord], accounts: Sequence[Account]) -> Sequence[Target]:
    on_phones = [Target(phones[account.address.phone], account) for account in accounts]
    return [Target(phone) for phone in phones.values()] + on_phones


def _inventory(phones: Sequence[PhoneRecord], accounts: Sequence[Account], clients: Mapping[str, str]) -> Inventory:
    return Inventory(
        tuple(selecting.Phone(phone.name, clients.get(phone.client_id, ""), phone.tags) for phone in phones),
        tuple(
            selecting.Account(account.address.app, account.address.name, account.address.phone) for account in accounts
        ),
    )
