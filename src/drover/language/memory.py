"""Values that are given as they are: from a file, from options, in tests. An owner of every category, in memory.

A document of values is JSON, nested as variables are named: `{"param": {"name": "Ada"}, "account": {"bio": "...",
"plaza": {"account1": {"username": "..."}}}}`. Beside the variables:

- `content.media` lists files: `{"next": ["a.jpg"], "folder": {"cats": ["b.jpg"]}}`; each is given once.
- `phones` and `accounts` list what selectors and filters see: a phone is a name or `{"name", "client", "tags",
  "groups"}`, an account `{"app", "account", "phone", "groups", "profile"}`, and either may have further fields.
- `group` lists entities that are neither: `{"vip": ["ada", {"name": "bob", "followers": 5}]}`.
- `ai` gives a draft for each prompt: `{"caption": {"a sunny day": "Sun!"}}`.
- `counters` says where counters stand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from drover.kernel.errors import DroverError, Kind
from drover.language.criteria import Criteria, written
from drover.language.fitting import fits
from drover.language.given import BadValues, Entity, Given, Known, given_of, items, rows, table, text
from drover.language.ports import Absent, Answer, Context, Provider, Request, Several
from drover.language.rendering import Draft, Position
from drover.language.sealed import Sealed
from drover.language.selecting import hits
from drover.language.selector import AccountSelector, Selector
from drover.language.text import (
    Combined,
    Counter,
    CountOf,
    Filtered,
    FilterOf,
    Foreach,
    Generated,
    MediaFolder,
    RandomOf,
    Reference,
    is_reserved,
)
from drover.language.vocabulary import FORMS

_HERE: Final = "the values given"


class SecretUnknown(DroverError):
    """A sealed reference is of nobody's making."""

    kind = Kind.NOT_FOUND


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was reserved, and how far each supply is used up."""

    given: dict[tuple[str, str, Position], Answer] = field(default_factory=dict[tuple[str, str, Position], Answer])
    counters: dict[str, int] = field(default_factory=dict[str, int])
    media: dict[str, int] = field(default_factory=dict[str, int])

    def copy(self) -> "_Taken":
        return _Taken(dict(self.given), dict(self.counters), dict(self.media))


_OF = " of "
"""What stands in a secret's handle between the reference and the entity of a turn whose secret it is."""


class MemoryProvider:
    """Answers from a document of values, opens its secrets, and reserves for as long as it lives."""

    def __init__(self, given: Given) -> None:
        self._given = given
        standing = table(given.document.get("counters", {}), "counters")
        self._taken = _Taken(counters={name: _whole(value, name) for name, value in standing.items()})
        self._secrets: dict[str, str] = {}
        self._entities = {
            entity.name: entity
            for entities in (*given.groups.values(), given.phones, given.accounts)
            for entity in entities
        }

    async def fetch(self, context: Context, requests: Sequence[Request]) -> Sequence[Answer]:
        """Return the values, reserving nothing."""
        taken = self._taken.copy()
        return [self._answer(context, request, taken) for request in requests]

    async def reserve(self, context: Context, requests: Sequence[Request]) -> Sequence[Answer]:
        """Return the values, and what the same run, text and position had before."""
        return [self._answer(context, request, self._taken) for request in requests]

    def open(self, sealed: Sealed) -> str:
        """Return the secret of a handle that a provider of this document gave. Raises SecretUnknown."""
        key, _, entity = sealed.handle.partition(_OF)
        category, _, name = key.partition(".")
        if sealed.handle not in self._secrets and Reference(category, name).secret:
            self._referred(Reference(category, name), entity)  # a play that goes on asks for no values again
        if sealed.handle not in self._secrets:
            raise SecretUnknown("a secret is not among those given", hint="resolve the text again")
        return self._secrets[sealed.handle]

    def _answer(self, context: Context, request: Request, taken: _Taken) -> Answer:
        variable = request.variable
        match variable:
            case Reference() if not is_reserved(variable):
                return self._referred(variable, request.entity)
            case Reference() | MediaFolder() | Counter() | Generated():
                return self._kept(context, request, taken)
            case RandomOf():
                return self._selected(variable.entity, variable.selector)
            case CountOf():
                return str(len(self._selected(variable.entity, variable.selector)))
            case _:
                return self._set(context, variable)

    def _set(self, context: Context, variable: object) -> Answer:
        match variable:
            case Foreach():
                return self._members(variable.group)
            case Combined():
                return self._combined(variable)
            case Filtered():
                entities = self._given.groups.get(variable.group)
                members = self._members(variable.group)
                return members if entities is None else _filtered(entities, variable.criteria, context)
            case FilterOf():
                entities = rows(self._given) if variable.entity == "phone" else self._given.accounts
                return _filtered(entities, variable.criteria, context)
            case _:
                return Absent(f"{_HERE} have nothing of its kind")

    def _kept(self, context: Context, request: Request, taken: _Taken) -> Answer:
        at = (context.run, context.text, request.position)
        if at in taken.given:
            return taken.given[at]
        answer = self._new(request.variable, request, taken)
        if not isinstance(answer, Absent):
            taken.given[at] = answer
        return answer

    def _new(self, variable: object, request: Request, taken: _Taken) -> Answer:
        match variable:
            case Counter():
                standing = taken.counters.get(variable.name)
                taken.counters[variable.name] = variable.start if standing is None else standing + variable.step
                return str(taken.counters[variable.name])
            case Generated():
                given = self._leaf("ai", f"{variable.kind}.{request.prompt}", levels=2)
                if given is None:
                    return Absent(f"no draft is given for {request.prompt!r}", f"add it to ai.{variable.kind}")
                return Draft(text(given, "ai"), variable.kind, request.prompt, "given")
            case MediaFolder():
                return self._media(f"media.folder.{variable.path}", 3, taken)
            case _:
                return self._media("media.next", 2, taken)

    def _media(self, name: str, levels: int, taken: _Taken) -> Answer:
        files = items(self._leaf("content", name, levels=levels) or [], f"content.{name}")
        used = taken.media.get(name, 0)
        if used == len(files):
            return Absent(f"all of its {used} files are used" if used else "no file is given", "add files")
        taken.media[name] = used + 1
        return text(files[used], f"content.{name}")

    def _referred(self, reference: Reference, entity: str) -> Answer:
        head, _, rest = reference.name.rpartition(".")
        match reference.category:
            case "group":
                members = self._members(head)
                return str(len(members)) if rest == "count" and isinstance(members, tuple) else members
            case "foreach":
                named = self._entities.get(entity)
                fact = named.facts.get(rest) if named is not None else None
                if fact is None:
                    return Absent(f"{entity} has none")
                return self._plain_or_sealed(reference, _shown(fact), _OF + entity)
            case _:
                found = self._leaf(reference.category, reference.name)
                if found is None and reference.category == "account" and head:
                    return self._of_account(reference, head, rest)
                if found is None:
                    return Absent(f"it is not among {_HERE}")
                return self._plain_or_sealed(reference, text(found, reference.key))

    def _of_account(self, reference: Reference, account_name: str, wanted: str) -> Answer:
        found = [
            entity
            for account, entity in zip(self._given.inventory.accounts, self._given.accounts, strict=True)
            if f"{account.app}.{account.name}" == account_name
        ]
        if len(found) > 1:
            return Several(tuple(entity.name for entity in found))
        fact = found[0].facts.get(wanted) if found else None
        if fact is None:
            return Absent(f"it is not among {_HERE}")
        return self._plain_or_sealed(reference, _shown(fact))

    def _plain_or_sealed(self, reference: Reference, value: str, whose: str = "") -> str:
        if not reference.secret:
            return value
        handle = reference.key + whose
        self._secrets[handle] = value
        return Sealed(handle)

    def _members(self, group: str) -> tuple[str, ...] | Absent:
        entities = self._given.groups.get(group)
        if entities is None:
            return Absent(f"no group is called {group}", f"groups: {', '.join(sorted(self._given.groups)) or 'none'}")
        return tuple(entity.name for entity in entities)

    def _combined(self, variable: Combined) -> Answer:
        first, second = self._members(variable.first), self._members(variable.second)
        if isinstance(first, Absent) or isinstance(second, Absent):
            return first if isinstance(first, Absent) else second
        both = variable.operation == "intersection"
        return tuple(name for name in first if (name in second) is both)

    def _selected(self, entity: str, selector: Selector) -> tuple[str, ...]:
        inventory = self._given.inventory
        chosen = hits(selector, inventory).chosen
        if isinstance(selector, AccountSelector) is (entity == "account"):
            return chosen
        if entity == "account":
            return tuple(account.address for account in inventory.accounts if account.phone in chosen)
        on = {account.phone for account in inventory.accounts if account.address in chosen}
        return tuple(phone.name for phone in inventory.phones if phone.name in on)

    def _leaf(self, category: str, name: str, *, levels: int = 0) -> object:
        """Return what stands under the name, whose parts are at most `levels`; None where nothing does."""
        found = self._given.document.get(category)
        for step in name.split(".", levels - 1):
            found = cast("Mapping[str, object]", found).get(step) if isinstance(found, dict) else None
        return found


def memory_providers(document: object) -> tuple[Mapping[str, Provider], MemoryProvider]:
    """Return the owner of every category in a document of values, by category and by itself. Raises BadValues."""
    provider = MemoryProvider(given_of(document))
    return dict.fromkeys(FORMS, provider), provider


def _filtered(entities: Sequence[Entity], criteria: Criteria, context: Context) -> tuple[str, ...]:
    found = (entity.name for entity in entities if fits(criteria, entity.facts, context.now))
    return tuple(dict.fromkeys(found))


def _shown(fact: Known) -> str:
    match fact:
        case tuple():
            return ", ".join(fact)
        case str():
            return fact
        case _:
            return written(fact)


def _whole(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValues(f"counters.{name} is no whole number", hint="write 7")
    return value
