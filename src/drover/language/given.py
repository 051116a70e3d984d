"""A document of values, as people write it: checked, and made into what variables, selectors and criteria ask for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, cast

from drover.kernel.errors import InvalidInput
from drover.language.criteria import Value
from drover.language.selecting import Account, Inventory, Phone

KEYS: Final = (
    *("param", "run", "client", "profile", "account", "content", "custom", "group"),
    *("phones", "accounts", "ai", "counters"),
)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?")
_OF_ACCOUNT: Final = ("app", "account", "phone", "groups", "profile")
_OF_PHONE: Final = ("tags", "groups")


class BadValues(InvalidInput):
    """A document of values cannot be used."""


Table = Mapping[str, object]
Known = Value | tuple[str, ...]
"""What is known of an entity, where it has a value."""

Facts = Mapping[str, Known | None]


@dataclass(frozen=True, slots=True)
class Entity:
    """A member of a group, a phone or an account: what it is called, and what is known of it."""

    name: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Given:
    """What a document holds. Entities of one kind all have the same facts, None where one has no value."""

    document: Table
    inventory: Inventory
    phones: tuple[Entity, ...]
    accounts: tuple[Entity, ...]
    groups: Mapping[str, tuple[Entity, ...]]


def given_of(document: object) -> Given:
    """Return what a JSON document holds. Raises BadValues, which says where it is wrong."""
    top = table(document, "the document")
    unknown = sorted(set(top) - set(KEYS))
    if unknown:
        raise BadValues(f"{unknown[0]}: nothing is called that", hint=f"known: {', '.join(KEYS)}")
    phones = [_named(each, f"phones[{place}]") for place, each in enumerate(items(top.get("phones", []), "phones"))]
    accounts = [
        table(each, f"accounts[{place}]") for place, each in enumerate(items(top.get("accounts", []), "accounts"))
    ]
    inventory = Inventory(
        tuple(
            Phone(
                text(each["name"], "name"),
                text(each.get("client", ""), "client"),
                _set(each, "tags"),
                _set(each, "groups"),
            )
            for each in phones
        ),
        tuple(_account(each, f"accounts[{place}]") for place, each in enumerate(accounts)),
    )
    phone_entities = _entities(
        [(phone.name, _scalars(each, _OF_PHONE)) for phone, each in zip(inventory.phones, phones, strict=True)]
    )
    account_entities = _entities(
        [
            (account.address, _scalars(each, _OF_ACCOUNT) | _prefixed("profile", each.get("profile", {})))
            for account, each in zip(inventory.accounts, accounts, strict=True)
        ]
    )
    return Given(
        top, inventory, phone_entities, account_entities, _groups(top, inventory, phone_entities, account_entities)
    )


def table(value: object, where: str) -> dict[str, object]:
    """Return an object of a document. Raises BadValues."""
    if not isinstance(value, dict):
        raise BadValues(f"{where} is no object", hint="write {...}")
    return cast("dict[str, object]", value)


def items(value: object, where: str) -> Sequence[object]:
    """Return a list of a document. Raises BadValues."""
    if not isinstance(value, list):
        raise BadValues(f"{where} is no list", hint="write [...]")
    return cast("Sequence[object]", value)


def text(value: object, where: str) -> str:
    """Return a text, a number or true and false as a text, a list of those with commas. Raises BadValues."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list):
        return ", ".join(text(each, where) for each in cast("list[object]", value))
    raise BadValues(f"{where} is neither a text nor a number", hint='write "..."')


def rows(given: Given) -> tuple[Entity, ...]:
    """Return each phone with each of its accounts: facts of the phone, `account.<field>` and `profile.<field>`."""
    found: list[tuple[str, Facts]] = []
    for phone in given.phones:
        own = [
            entity
            for account, entity in zip(given.inventory.accounts, given.accounts, strict=True)
            if account.phone == phone.name
        ]
        found += [(phone.name, {**phone.facts, **_of_account(entity.facts)}) for entity in own]
        if not own:
            found.append((phone.name, phone.facts))
    return _entities(found)


def _of_account(facts: Facts) -> Facts:
    return {name if name.startswith("profile.") else f"account.{name}": fact for name, fact in facts.items()}


def _groups(
    top: Table, inventory: Inventory, phones: Sequence[Entity], accounts: Sequence[Entity]
) -> Mapping[str, tuple[Entity, ...]]:
    members: dict[str, list[Entity]] = {}
    for owners, entities in ((inventory.phones, phones), (inventory.accounts, accounts)):
        for owner, entity in zip(owners, entities, strict=True):
            for group in sorted(owner.groups):
                members.setdefault(group, []).append(entity)
    listed = {
        name: [_named(each, f"group.{name}[{place}]") for place, each in enumerate(items(value, f"group.{name}"))]
        for name, value in table(top.get("group", {}), "group").items()
    }
    named = {
        name: _entities([(text(each["name"], "name"), _scalars(each, ())) for each in entities])
        for name, entities in listed.items()
    }
    return {name: tuple(entities) for name, entities in members.items()} | named


def _named(value: object, where: str) -> dict[str, object]:
    entity: dict[str, object] = {"name": value} if isinstance(value, str) else table(value, where)
    if "name" not in entity:
        raise BadValues(f"{where} has no name", hint='add "name"')
    return entity


def _account(value: Table, where: str) -> Account:
    for key in ("app", "account"):
        if key not in value:
            raise BadValues(f"{where} has no {key}", hint=f'add "{key}"')
    app, name, phone = (text(value.get(key, ""), f"{where}.{key}") for key in ("app", "account", "phone"))
    return Account(app, name, phone, _set(value, "groups"))


def _set(value: Table, key: str) -> frozenset[str]:
    return frozenset(text(each, key) for each in items(value.get(key, []), key))


def _scalars(value: Table, without: Sequence[str]) -> dict[str, Known | None]:
    return {name: _fact(each, name) for name, each in value.items() if name not in without} | {
        name: tuple(sorted(_set(value, name))) for name in without if name in ("tags", "groups")
    }


def _prefixed(name: str, value: object) -> dict[str, Known | None]:
    return {f"{name}.{key}": _fact(each, f"{name}.{key}") for key, each in table(value, name).items()}


def _fact(value: object, where: str) -> Known | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list):
        return tuple(text(each, where) for each in cast("list[object]", value))
    if isinstance(value, int | float):
        return Decimal(str(value))
    written = text(value, where)
    return _date(written) if _DATE.fullmatch(written) else written


def _date(written: str) -> Known:
    try:
        if "T" not in written:
            return date.fromisoformat(written)
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written  # it only looks like one
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _entities(found: Sequence[tuple[str, Facts]]) -> tuple[Entity, ...]:
    fields = dict.fromkeys(field for _, facts in found for field in facts)
    return tuple(Entity(name, {field: facts.get(field) for field in fields}) for name, facts in found)
