"""What a selector hits, and why the rest is left out. Pure, over what the caller may see of phones and accounts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drover.language.errors import Ambiguous, NothingSelected, shortened
from drover.language.selector import AccountName, Accounts, Names, Owned, PhoneSelector, Selector

_NOTHING: Final = frozenset[str]()
_CORRECT: Final = "correct the name, or attach that phone; `*` matches any run of characters"


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone as selectors know it."""

    name: str
    client: str = ""
    tags: frozenset[str] = _NOTHING
    groups: frozenset[str] = _NOTHING


@dataclass(frozen=True, slots=True)
class Account:
    """An account as selectors know it; `phone` is the name of the phone it is on, or empty."""

    app: str
    name: str
    phone: str = ""
    groups: frozenset[str] = _NOTHING

    @property
    def address(self) -> str:
        """`plaza.account1@phone3`."""
        return f"{self.app}.{self.name}@{self.phone}"


@dataclass(frozen=True, slots=True)
class Inventory:
    """The phones and accounts of the caller's clients, in their order."""

    phones: tuple[Phone, ...] = ()
    accounts: tuple[Account, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is there and was not chosen, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What a selector hits: names of phones or addresses of accounts; both in the inventory's order."""

    chosen: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def rack_of(names: Iterable[str]) -> Inventory:
    """Return the inventory of phones of which nothing but the names is known; one given twice counts once."""
    return Inventory(tuple(Phone(name) for name in dict.fromkeys(names)))


def select(selector: Selector, inventory: Inventory) -> Selection:
    """Return what the selector means.

    Raises NothingSelected where a name fits nothing or nothing is left, Ambiguous where `all-x` is also a phone's name.
    """
    selection = hits(selector, inventory)
    if not selection.chosen:
        what = "phone" if isinstance(selector, PhoneSelector) else "account"
        reason = f"{selector} leaves out every {what}: {shortened(left.name for left in selection.left_out)}"
        raise NothingSelected(1, reason, hint=_meaning(selector) or selection.left_out[0].reason)
    return selection


def hits(selector: Selector, inventory: Inventory) -> Selection:
    """Return the same, with none chosen where nothing is left."""
    reasons = _reasons(selector, inventory)
    chosen = tuple(name for name, reason in reasons.items() if not reason)
    return Selection(chosen, tuple(LeftOut(name, reason) for name, reason in reasons.items() if reason))


_Reasons = dict[str, str]
"""Why each is left out, in the inventory's order; nothing for those that are chosen."""


def _reasons(selector: Selector, inventory: Inventory) -> _Reasons:
    if isinstance(selector, PhoneSelector):
        return _phones(selector.phones, inventory, selector)
    accounts = inventory.accounts
    if not accounts:
        raise NothingSelected(1, f"{selector} selects nothing: no account is there", hint="add an account")
    if isinstance(selector.accounts, Owned):
        owners = {account.address: sorted(account.groups) for account in accounts}
        reasons = _owned(selector.accounts, owners, "account")
    else:
        reasons = _named_accounts(selector.accounts, accounts, selector)
    if selector.phones is None:
        return reasons
    elsewhere = _phones(selector.phones, inventory, selector)
    for account in accounts:
        if not reasons[account.address] and account.phone not in elsewhere:
            reasons[account.address] = "is on no phone"
        elif not reasons[account.address] and elsewhere[account.phone]:
            reasons[account.address] = f"{account.phone}: {elsewhere[account.phone]}"
    return reasons


def _phones(where: Names | Owned, inventory: Inventory, selector: Selector) -> _Reasons:
    if not inventory.phones:
        raise NothingSelected(1, f"{selector} selects nothing: no phone is there", hint="attach or start a phone")
    if isinstance(where, Owned):
        return _owned(where, {phone.name: _owners(phone, where.kind) for phone in inventory.phones}, "phone")
    names = [phone.name for phone in inventory.phones]
    _refuse_ambiguity(where, names)
    named: dict[str, str] = {}
    for name in where.names:
        hits = [each for each in names if name.matches(each)]
        if not hits:
            what = "no phone is called" if "*" not in name.pattern else "no phone's name fits"
            reason = f"{what} {name.pattern}; there are: {shortened(names)}"
            raise NothingSelected(name.column, reason, hint=_meaning(selector) or _CORRECT)
        named = dict.fromkeys(hits, name.pattern) | named
    return {name: _reason(named.get(name), selector, every=where.every) for name in names}


def _named_accounts(where: Accounts, accounts: Sequence[Account], selector: Selector) -> _Reasons:
    named: dict[str, str] = {}
    for name in where.names:
        hits = [each.address for each in accounts if name.app.matches(each.app) and name.name.matches(each.name)]
        if not hits:
            there = shortened(dict.fromkeys(f"{each.app}.{each.name}" for each in accounts))
            reason = f"no account is called {name}; there are: {there}"
            raise NothingSelected(name.app.column, reason, hint="correct the name; `*` matches any run of characters")
        named = dict.fromkeys(hits, str(name)) | named
    return {each.address: _reason(named.get(each.address), selector, every=where.every) for each in accounts}


def _reason(named: str | None, selector: Selector, *, every: bool) -> str:
    if every:
        return "" if named is None else f"left out by {named} in {selector}"
    return f"not named in {selector}" if named is None else ""


def _owned(where: Owned, owners: Mapping[str, Sequence[str]], what: str) -> _Reasons:
    known = sorted({owner for each in owners.values() for owner in each})
    if not any(map(where.name.matches, known)):
        there = f"there are: {shortened(known)}" if known else f"no {what} has one"
        reason = f"no {what} is of {where.kind} {where.name.pattern}; {there}"
        raise NothingSelected(where.name.column, reason, hint=f"correct the name of the {where.kind}")
    return {name: "" if any(map(where.name.matches, each)) else f"not of {where}" for name, each in owners.items()}


def _owners(phone: Phone, kind: str) -> Sequence[str]:
    if kind == "client":
        return [phone.client] if phone.client else []
    return sorted(phone.tags if kind == "tag" else phone.groups)


def _refuse_ambiguity(where: Names, rack: Sequence[str]) -> None:
    name = f"all-{where.names[0].pattern}" if where.every and where.names else ""
    if name in rack:
        raise Ambiguous(
            where.names[0].column - len("all-"),
            f"{name} is the name of a phone, and also means all phones but {where.names[0].pattern}",
            hint=f"write *{name} for the phone of that name",
        )


def _meaning(selector: Selector) -> str:
    """Return what leaving out means where the selector does so, else nothing."""
    where = selector.phones if isinstance(selector, PhoneSelector) else selector.accounts
    if not isinstance(where, Names | Accounts) or not where.every:
        return ""
    what = "phones" if isinstance(where, Names) else "accounts"
    listed = ", ".join(str(name) if isinstance(name, AccountName) else name.pattern for name in where.names)
    return f"{selector} means all {what} but {listed}: everything after `all-` is left out"
