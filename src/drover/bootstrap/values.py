"""Files of values: JSON documents that give texts their variables, checked as a whole before anything uses them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drover.language.errors import LanguageError
from drover.language.given import BadValues, given_of, items, table, text
from drover.language.memory import MemoryProvider
from drover.language.selecting import Inventory
from drover.language.vocabulary import FORMS, reference
from drover.platform.documents import BadDocument, Fault, read_json

_NAMED: Final = ("param", "run", "client", "profile", "account", "custom")
"""The keys under which values stand as their variables are named."""
_DEEPEST: Final = 8
"""No variable's name has so many parts."""


@dataclass(frozen=True, slots=True)
class GivenValues:
    """A file of values: what it holds, and the phones and accounts in it."""

    document: Mapping[str, object]
    inventory: Inventory

    @property
    def categories(self) -> frozenset[str]:
        """The categories of variables that it is asked for."""
        optional = {"ai": "ai", "dynamic": "counters"}
        return frozenset(each for each in FORMS if each not in optional or optional[each] in self.document)


def nothing_given() -> GivenValues:
    """Return the values of no file."""
    return GivenValues({}, Inventory())


def load_values(path: Path) -> GivenValues:
    """Return the values in a JSON file. Raises BadDocument, which says where it is wrong."""
    document = read_json(path)
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        fault = Fault("", r"holds half of a character, \ud800 to \udfff", "write the whole character")
        raise BadDocument(str(path), [fault]) from error
    try:
        given = given_of(document)
        MemoryProvider(given)
        faults = [*_faults(given.document), *_twice(given.inventory)]
    except BadValues as error:
        faults = [Fault("", error.message, error.hint)]
        raise BadDocument(str(path), faults) from error
    if faults:
        raise BadDocument(str(path), faults)
    return GivenValues(given.document, given.inventory)


def _faults(document: Mapping[str, object]) -> Iterator[Fault]:
    for category in _NAMED:
        yield from _named(category, table(document.get(category, {}), category))
    content = table(document.get("content", {}), "content")
    for key in ("hashtags", "caption"):
        yield from _named(f"content.{key}", table(content.get(key, {}), f"content.{key}"))
    media = table(content.get("media", {}), "content.media")
    folders = table(media.get("folder", {}), "content.media.folder")
    lists = {f"folder.{name}": files for name, files in folders.items()} | {"next": media.get("next", [])}
    for name, files in lists.items():
        for place, file in enumerate(items(files, f"content.media.{name}")):
            text(file, f"content.media.{name}[{place}]")
    drafts = table(document.get("ai", {}), "ai")
    for kind, given in drafts.items():
        for prompt, draft in table(given, f"ai.{kind}").items():
            text(draft, f"ai.{kind}.{prompt}")
    yield from _others("content", content, ("hashtags", "caption", "media"))
    yield from _others("content.media", media, ("next", "folder"))
    yield from _others("ai", drafts, ("caption", "response", "hashtags"))


def _named(path: str, values: Mapping[str, object]) -> Iterator[Fault]:
    """Yield the names under a path that are no variable's."""
    for name, value in values.items():
        here = f"{path}.{name}"
        if isinstance(value, dict) and here.count(".") < _DEEPEST:
            yield from _named(here, table(value, here))
            continue
        text(value, here)
        try:
            reference(here, 1)
        except LanguageError as error:
            yield Fault(here, error.reason, error.hint)


def _others(path: str, values: Mapping[str, object], known: tuple[str, ...]) -> Iterator[Fault]:
    for name in values:
        if name not in known:
            yield Fault(f"{path}.{name}", "nothing is called that", f"known: {', '.join(known)}")


def _twice(inventory: Inventory) -> Iterator[Fault]:
    names = [*(f"phone {phone.name}" for phone in inventory.phones)]
    names += [f"account {account.address}" for account in inventory.accounts]
    for name, times in Counter(names).items():
        if times > 1:
            yield Fault("", f"{name} is given {times} times", "give it once")
