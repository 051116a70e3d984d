"""On which phones, and with which accounts, a workflow is to be run. Pure, over what the caller may see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drover.language.selecting import Account, Inventory, LeftOut, select
from drover.language.selector import Name, PhoneSelector, Selector
from drover.workflows.domain.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Target:
    """A phone, and the address of the account (`plaza.account1@phone3`) that is to be active on it; empty for any."""

    phone: str
    account: str = ""

    @property
    def key(self) -> str:
        """What tells it from other targets of a schedule."""
        return self.account or self.phone


@dataclass(frozen=True, slots=True)
class Resolved:
    """The targets, in the inventory's order, and what is there and was left out, and why."""

    targets: tuple[Target, ...]
    left_out: tuple[LeftOut, ...]


def targets_of(workflow: Workflow, selector: Selector, inventory: Inventory) -> Resolved:
    """Return what a selector comes to for a workflow; none where nothing fits that the workflow needs.

    Where the workflow needs an account, phones mean those of its app's accounts on them that it may use. Raises
    LanguageError for a selector that names what is not there, or leaves nothing.
    """
    selection = select(selector, inventory)
    chosen, accounts = set(selection.chosen), {each.address: each for each in inventory.accounts}
    left_out = list(selection.left_out)
    targets: list[Target] = []
    if isinstance(selector, PhoneSelector) and not workflow.account:
        targets += [Target(phone) for phone in selection.chosen]
    elif isinstance(selector, PhoneSelector):
        for phone in selection.chosen:
            found = list(_on_phone(workflow, phone, inventory.accounts))
            targets += found
            left_out += [] if found else [LeftOut(phone, f"has no account {workflow.app}.{workflow.account}")]
    else:
        for address in (address for address in accounts if address in chosen):
            reason = _unfit(workflow, accounts[address])
            targets += [] if reason else [Target(accounts[address].phone, address)]
            left_out += [LeftOut(address, reason)] if reason else []
    return Resolved(tuple(targets), tuple(left_out))


def _on_phone(workflow: Workflow, phone: str, accounts: Sequence[Account]) -> Iterator[Target]:
    for account in accounts:
        if account.phone == phone and not _unfit(workflow, account):
            yield Target(phone, account.address)


def _unfit(workflow: Workflow, account: Account) -> str:
    """Return why a workflow cannot use an account, or nothing."""
    if not account.phone:
        return "is on no phone"
    if account.app != workflow.app:
        return f"is not of {workflow.app}, the workflow's app"
    if workflow.account and not Name(workflow.account).matches(account.name):
        return f"the workflow needs {workflow.app}.{workflow.account}"
    return ""
