"""What persons type on the wall: texts resolved for each phone with what is known of it, its account and its client."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drover.accounts.domain.records import Account
from drover.accounts.service import Accounts, Profiles, Seen
from drover.bootstrap.previews import preview_text
from drover.bootstrap.values import GivenValues
from drover.console.frames.texts import Category, Shown, Variable
from drover.fleet.domain.records import PhoneRecord
from drover.fleet.service import Phones
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError
from drover.language.errors import LanguageError
from drover.language.given import given_of
from drover.language.parsing import parse_text
from drover.language.spintax import Seed
from drover.language.text import references
from drover.language.vocabulary import ACCOUNT_FIELDS, PROFILE_FIELDS
from drover.platform.db.database import Database, Unit
from drover.platform.db.whose import OneClient
from drover.platform.settings import Settings
from drover.sequences.variables import category_of

_SECRET_FIELDS: Final = frozenset({"password", "profile_password"})
_NOT_TYPED: Final = {
    "ai": "drafts of an AI are made when a sequence is played",
    "param": "parameters are given to sequences",
    "run": "values of a run are there while one runs",
    "content": "content is assigned to runs",
}
_CHOICES: Final = Category(
    "choices",
    "Each phone draws one by itself",
    (Variable("{Hello|Hi|Hey}", "one of these texts"), Variable("{3-7}", "a number between the two")),
)
_DYNAMIC: Final = Category(
    "dynamic",
    "Made anew for each text",
    (
        Variable("${dynamic.date.format(YYYY-MM-DD)}", "today's date"),
        Variable("${dynamic.time.format(HH:mm)}", "the time"),
        Variable("${dynamic.random.number(1-100)}", "a number"),
        Variable("${dynamic.random.choice(red,green,blue)}", "one of several words"),
    ),
)
_RANDOM: Final = Category(
    "random",
    "Of the phones and accounts there are",
    (
        Variable("${random.phone from phone:all}", "a phone's name"),
        Variable("${count.phones in phone:all}", "how many phones there are"),
        Variable("${count.accounts in account:all}", "how many accounts there are"),
    ),
)


@dataclass(frozen=True, slots=True)
class TypedTexts:
    """See console.frames.texts.Texts. An account is the phone's own where the app in front, or the phone, has one."""

    database: Database
    phones: Phones
    accounts: Accounts
    profiles: Profiles
    seen: Seen
    settings: Settings
    clock: Clock

    async def categories(self, whose: OneClient) -> Sequence[Category]:
        """Return what a text may refer to; accounts and profiles where the client has any."""
        async with self.database.reading(whose) as unit:
            accounts = await self.accounts.every(unit)
        account = Category(
            "account", "Of the account that is active on the phone", _variables("account", ACCOUNT_FIELDS)
        )
        profile = Category("profile", "Of that account's profile", _variables("profile", PROFILE_FIELDS))
        own = (account, profile) if accounts else ()
        return (*own, _CHOICES, _DYNAMIC, _RANDOM)

    async def shown(self, whose: OneClient, source: str, seed: int, phones: Sequence[str]) -> Mapping[str, Shown]:
        """Return what the text comes to on each of these phones."""
        try:
            needed = {category_of(each) for each in references(parse_text(source))}
        except LanguageError as error:
            return dict.fromkeys(phones, Shown("", f"column {error.column}: {error.reason}", error.hint))
        for category in sorted(needed & _NOT_TYPED.keys()):
            return dict.fromkeys(phones, Shown("", _NOT_TYPED[category], "write the text itself, or play a sequence"))
        async with self.database.reading(whose) as unit:
            known = {record.id: record for record in await self.phones.every(unit)}
            accounts = await self.accounts.every(unit) if needed else ()
            values = {
                phone: await self._values(unit, known[phone], tuple(known.values()), accounts)
                for phone in phones
                if phone in known
            }
        return {phone: await self._one(source, seed, phone, given) for phone, given in values.items()}

    async def _one(self, source: str, seed: int, phone: str, values: GivenValues) -> Shown:
        try:
            rendered = await preview_text(source, values, self.settings, self.clock, Seed(seed, phone), ask_ai=False)
        except LanguageError as error:
            return Shown("", f"column {error.column}: {error.reason}", error.hint)
        except DroverError as error:
            return Shown("", error.message, error.hint)
        if rendered.secret:
            return Shown("", "it holds a secret, which is opened while a sequence types it alone", "play a sequence")
        return Shown(rendered.text)

    async def _values(
        self, unit: Unit, phone: PhoneRecord, phones: Sequence[PhoneRecord], accounts: Sequence[Account]
    ) -> GivenValues:
        document: dict[str, object] = {
            "phones": [{"name": each.name, "tags": sorted(each.tags)} for each in phones],
            "accounts": [
                {"app": each.address.app, "account": each.address.name, "phone": each.address.phone}
                for each in accounts
            ],
        }
        account = await self._account(unit, phone, [each for each in accounts if each.phone_id == phone.id])
        if account is not None:
            document["account"] = {
                "username": account.address.name,
                "name": account.address.name,
                "lifecycle": account.standing.lifecycle.value,
            }
            if account.profile_id is not None:
                fields = (await self.profiles.get(unit, account.profile_id)).fields
                document["profile"] = {
                    name: value
                    for name, value in fields.items()
                    if name in PROFILE_FIELDS and name not in _SECRET_FIELDS and isinstance(value, str | int | float)
                }
        return GivenValues(document, given_of(document).inventory)

    async def _account(self, unit: Unit, phone: PhoneRecord, own: Sequence[Account]) -> Account | None:
        """Return the account that a text on the phone speaks of; None where that cannot be told."""
        front = await self.seen.in_front(unit, phone.id) if own else None
        if front is not None:
            active = await self.seen.active(unit, phone.id, front.app_id)
            if active is not None:
                return next((each for each in own if each.id == active.account_id), None)
        return own[0] if len(own) == 1 else None


def _variables(category: str, fields: Sequence[str]) -> tuple[Variable, ...]:
    return tuple(
        Variable(f"${{{category}.{field}}}", field.replace("_", " ")) for field in fields if field not in _SECRET_FIELDS
    )
