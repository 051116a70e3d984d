"""Apps and profiles of a client."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from drover.accounts.domain.apps import App, Policy, check_package, check_slots
from drover.accounts.domain.placing import check_name
from drover.accounts.domain.records import Profile, check_profile_name
from drover.accounts.repository import apps as repository
from drover.audit.domain import Actor
from drover.audit.service import Trail
from drover.platform.db.database import Unit


@dataclass(frozen=True, slots=True)
class AppWish:
    """An app that is to be added."""

    name: str
    package: str
    slots: int = 0
    switch_sequence: str = ""
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True)
class AppEdit:
    """What is changed of an app; None: stays as it is. Its name stays, as selectors and definitions say it."""

    package: str | None = None
    slots: int | None = None
    switch_sequence: str | None = None
    policy: Policy | None = None


class Apps:
    """The app registry of a client."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail

    async def create(self, unit: Unit, wish: AppWish, by: Actor) -> App:
        """Return a new app; audited. Raises BadName, BadApp, Conflict for a taken name."""
        app = App(
            self._trail.new_id(),
            check_name("app", wish.name),
            check_package(wish.package),
            check_slots(wish.slots),
            wish.switch_sequence,
            wish.policy,
        )
        await repository.keep_app(unit, app)
        self._trail.note(unit, by, "app.created", ("app", app.id), after=_facts(app))
        return app

    async def edit(self, unit: Unit, app_id: str, edit: AppEdit, by: Actor) -> App:
        """Return the app, changed; audited. Accounts in slots that are gone stay in them. Raises AppUnknown, BadApp."""
        before = await repository.app(unit, app_id)
        after = replace(
            before,
            package=before.package if edit.package is None else check_package(edit.package),
            slots=before.slots if edit.slots is None else check_slots(edit.slots),
            switch_sequence=before.switch_sequence if edit.switch_sequence is None else edit.switch_sequence,
            policy=before.policy if edit.policy is None else edit.policy,
        )
        if after != before:
            await repository.keep_app(unit, after)
            facts = (_facts(before), _facts(after))
            self._trail.note(unit, by, "app.edited", ("app", app_id), before=facts[0], after=facts[1])
        return after

    async def list(self, unit: Unit) -> Sequence[App]:
        """Return the apps by name."""
        return await repository.apps(unit)

    async def get(self, unit: Unit, app_id: str) -> App:
        """Return an app. Raises AppUnknown."""
        return await repository.app(unit, app_id)

    async def named(self, unit: Unit, name: str) -> App:
        """Return the app of that name. Raises AppUnknown."""
        return await repository.app_named(unit, name)


class Profiles:
    """The profiles of a client. Their fields are personal data: the audit trail names those that changed, no values."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail

    async def create(self, unit: Unit, name: str, fields: Mapping[str, JsonValue], by: Actor) -> Profile:
        """Return a new profile; audited. Raises BadProfile, Conflict for a taken name."""
        profile = Profile(self._trail.new_id(), check_profile_name(name), fields)
        await repository.keep_profile(unit, profile)
        after = {"name": name, "fields": sorted(fields)}
        self._trail.note(unit, by, "profile.created", ("profile", profile.id), after=after)
        return profile

    async def edit(
        self, unit: Unit, profile_id: str, name: str | None, fields: Mapping[str, JsonValue] | None, by: Actor
    ) -> Profile:
        """Return the profile under another name or with other fields, None leaving either as it is; audited.

        Raises ProfileUnknown, BadProfile, Conflict for a taken name.
        """
        before = await repository.profile(unit, profile_id)
        after = Profile(
            profile_id,
            before.name if name is None else check_profile_name(name),
            before.fields if fields is None else fields,
        )
        if after != before:
            await repository.keep_profile(unit, after)
            changed = [
                key for key in {**before.fields, **after.fields} if before.fields.get(key) != after.fields.get(key)
            ]
            told = {"name": after.name, "changed_fields": sorted(changed)}
            self._trail.note(
                unit, by, "profile.edited", ("profile", profile_id), before={"name": before.name}, after=told
            )
        return after

    async def list(self, unit: Unit, *, after: tuple[str, str] | None = None, limit: int = 100) -> Sequence[Profile]:
        """Return profiles by (name, id), those behind `after`, at most `limit`."""
        return await repository.profiles(unit, after, limit)

    async def get(self, unit: Unit, profile_id: str) -> Profile:
        """Return a profile. Raises ProfileUnknown."""
        return await repository.profile(unit, profile_id)


def _facts(app: App) -> dict[str, object]:
    return {
        "name": app.name,
        "package": app.package,
        "slots": app.slots,
        "switch_sequence": app.switch_sequence,
        "policy": app.policy.document(),
    }
