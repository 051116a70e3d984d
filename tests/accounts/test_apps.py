import pytest

from drover.accounts.domain.apps import BadApp, policy_of
from drover.accounts.domain.placing import BadName
from drover.accounts.domain.records import AppUnknown, BadProfile, ProfileUnknown
from drover.accounts.service import AppEdit, AppWish
from drover.platform.db.database import Database
from drover.platform.db.errors import Conflict
from tests.accounts.stock import APPS, PROFILES
from tests.databases import OURS
from tests.fleet.racks import ADMINISTRATOR

PLAZA = AppWish("plaza", "org.drover.plaza", 30, "switch account", policy_of({"acts_per_day": 200}))


async def test_an_app_is_found_by_name_as_it_was_added(database: Database) -> None:
    async with database.writing(OURS) as unit:
        added = await APPS.create(unit, PLAZA, ADMINISTRATOR)
    async with database.reading(OURS) as unit:
        found = await APPS.named(unit, "plaza")
        assert await APPS.list(unit) == [found]
        assert await APPS.get(unit, found.id) == found
    assert found == added
    assert found.policy.acts_per_day == 200


async def test_only_what_is_named_of_an_app_changes(database: Database) -> None:
    async with database.writing(OURS) as unit:
        added = await APPS.create(unit, PLAZA, ADMINISTRATOR)
        await APPS.edit(unit, added.id, AppEdit(slots=4), ADMINISTRATOR)
        edit = AppEdit(package="org.drover.plaza2", switch_sequence="other", policy=policy_of({}))
        await APPS.edit(unit, added.id, edit, ADMINISTRATOR)
        found = await APPS.get(unit, added.id)
    assert (found.slots, found.package, found.switch_sequence) == (4, "org.drover.plaza2", "other")
    assert found.policy == policy_of({})


async def test_an_app_s_name_is_its_own(database: Database) -> None:
    async def add_twice() -> None:
        async with database.writing(OURS) as unit:
            await APPS.create(unit, PLAZA, ADMINISTRATOR)
            await APPS.create(unit, PLAZA, ADMINISTRATOR)

    with pytest.raises(Conflict):
        await add_twice()


async def test_an_app_that_cannot_be_kept_is_refused(database: Database) -> None:
    async with database.writing(OURS) as unit:
        with pytest.raises(BadName):
            await APPS.create(unit, AppWish("pla.za", "org.drover.plaza"), ADMINISTRATOR)
        with pytest.raises(BadApp, match="is no package"):
            await APPS.create(unit, AppWish("plaza", "org.drover.plaza; rm"), ADMINISTRATOR)
        with pytest.raises(BadApp, match="31 slots"):
            await APPS.create(unit, AppWish("plaza", "org.drover.plaza", 31), ADMINISTRATOR)


async def test_an_app_that_there_is_not_is_told_of(database: Database) -> None:
    async with database.reading(OURS) as unit:
        with pytest.raises(AppUnknown, match="there is no app notes"):
            await APPS.named(unit, "notes")
        with pytest.raises(AppUnknown):
            await APPS.get(unit, "0" * 32)


async def test_profiles_are_added_changed_and_listed(database: Database) -> None:
    async with database.writing(OURS) as unit:
        for name in ("Cleo", "Anna", "Ben"):
            await PROFILES.create(unit, name, {"first_name": name}, ADMINISTRATOR)
        [anna, ben] = await PROFILES.list(unit, limit=2)
        [cleo] = await PROFILES.list(unit, after=(ben.name, ben.id))
        await PROFILES.edit(unit, anna.id, "Anne", None, ADMINISTRATOR)
        await PROFILES.edit(unit, ben.id, None, {"gender": "male"}, ADMINISTRATOR)
        found = [await PROFILES.get(unit, profile.id) for profile in (anna, ben, cleo)]
    assert [profile.name for profile in found] == ["Anne", "Ben", "Cleo"]
    assert [dict(profile.fields) for profile in found] == [
        {"first_name": "Anna"},
        {"gender": "male"},
        {"first_name": "Cleo"},
    ]


async def test_a_profile_needs_a_name_that_can_be_read(database: Database) -> None:
    async with database.writing(OURS) as unit:
        with pytest.raises(BadProfile):
            await PROFILES.create(unit, "  ", {}, ADMINISTRATOR)
        with pytest.raises(BadProfile):
            await PROFILES.create(unit, "x" * 101, {}, ADMINISTRATOR)


async def test_a_profile_that_there_is_not_is_told_of(database: Database) -> None:
    async with database.reading(OURS) as unit:
        with pytest.raises(ProfileUnknown):
            await PROFILES.get(unit, "0" * 32)
