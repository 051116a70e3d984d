import asyncio

import pytest

from drover.kernel.errors import InvalidInput
from drover.platform.db.database import Database
from drover.platform.db.whose import Installation, OneClient, Organization
from drover.tenancy.domain.records import NameTaken
from drover.tenancy.service import Act, NotAllowed, Role, Status, Thrown, UnknownClient
from tests.databases import (
    CLIENT,
    ORGANIZATION,
    OTHER_CLIENT,
    OTHER_ORGANIZATION,
    OURS,
    SISTER_CLIENT,
    SISTERS,
)
from tests.tenancy.house import FULL, LIMITED, WHOSE, House, boss


async def test_a_super_user_makes_a_client_and_has_full_access_to_it(house: House) -> None:
    await house.user("root", Role.SUPER_USER)
    root = await house.caller("root")
    async with house.database.writing(WHOSE) as unit:
        made = await house.clients.create(unit, root, "  Green   Herons ")
    assert made.name == "Green Herons"
    assert (await house.caller("root")).clients == {made.id: FULL}
    assert await house.acts(made.id) == ["client.made"]


async def test_a_client_s_name_is_its_own(house: House) -> None:
    async with house.database.writing(WHOSE) as unit:
        with pytest.raises(NameTaken):
            await house.clients.change(unit, boss(), CLIENT, name="c-c2")
        with pytest.raises(InvalidInput):
            await house.clients.change(unit, boss(), CLIENT, name=" ")
        same = await house.clients.change(unit, boss(), CLIENT, name="c-c1")
    assert same.name == "c-c1"
    assert await house.acts(CLIENT) == []


async def test_nobody_else_makes_or_changes_clients(house: House) -> None:
    await house.user("ada", Role.ADMIN, **{CLIENT: FULL})
    ada = await house.caller("ada")
    async with house.database.writing(WHOSE) as unit:
        with pytest.raises(NotAllowed):
            await house.clients.create(unit, ada, "Herons")
        with pytest.raises(NotAllowed):
            await house.clients.change(unit, ada, CLIENT, status=Status.INACTIVE)


@pytest.mark.parametrize("client", [OTHER_CLIENT, "d9" * 16])
async def test_a_client_of_another_organization_is_not_there(house: House, client: str) -> None:
    async with house.database.writing(WHOSE) as unit:
        with pytest.raises(UnknownClient):
            await house.clients.get(unit, boss(), client)
        with pytest.raises(UnknownClient):
            await house.clients.standing(unit, client)
    with pytest.raises(UnknownClient):
        await house.halts.halt(boss(), client, "stop")


async def test_a_client_without_access_is_not_there_but_for_a_super_user(house: House) -> None:
    await house.user("ada", Role.ADMIN, **{CLIENT: FULL})
    ada = await house.caller("ada")
    async with house.database.reading(WHOSE) as unit:
        with pytest.raises(UnknownClient):
            await house.clients.get(unit, ada, SISTER_CLIENT)
        assert [client.id for client in await house.clients.page(unit, ada, after=None, limit=9)] == [CLIENT]
        assert (await house.clients.get(unit, boss(), SISTER_CLIENT)).id == SISTER_CLIENT


async def test_clients_are_listed_by_name_page_by_page(house: House) -> None:
    async with house.database.writing(WHOSE) as unit:
        await house.clients.change(unit, boss(), SISTER_CLIENT, status=Status.DELETED)
        first = await house.clients.page(unit, boss(), after=None, limit=1)
        assert await house.clients.page(unit, boss(), after=(first[0].name, first[0].id), limit=1) == []
    assert [client.id for client in first] == [CLIENT]


async def test_a_halted_client_runs_nothing_and_its_sister_goes_on(house: House) -> None:
    await house.user("bob", Role.CLIENT_USER, **{CLIENT: LIMITED})
    thrown = await house.halts.halt(await house.caller("bob"), CLIENT, "wrong caption")
    async with house.database.reading(OURS) as unit:
        standing = await house.clients.standing(unit, CLIENT)
        assert await house.halts.thrown(unit) == [thrown]
    async with house.database.reading(SISTERS) as unit:
        assert (await house.clients.standing(unit, SISTER_CLIENT)).hindrance == ""
    assert standing.hindrance == "the client is halted: wrong caption"
    assert house.told == [thrown]


async def test_a_client_halted_twice_keeps_the_first_halt_and_is_told_again(house: House) -> None:
    first = await house.halts.halt(boss(), CLIENT, "wrong caption")
    house.clock.advance(60)
    assert await house.halts.halt(boss(), CLIENT, "again") == first
    assert house.told == [first, first]
    assert await house.acts(CLIENT) == ["client.halted"]


async def test_taking_a_halt_back_needs_full_access(house: House) -> None:
    await house.user("bob", Role.CLIENT_USER, **{CLIENT: LIMITED})
    await house.user("ada", Role.CLIENT_USER, **{CLIENT: FULL})
    await house.halts.halt(boss(), CLIENT, "wrong caption")
    with pytest.raises(NotAllowed):
        await house.halts.unhalt(await house.caller("bob"), CLIENT, "mended")
    for _ in range(2):
        await house.halts.unhalt(await house.caller("ada"), CLIENT, "mended")
    async with house.database.reading(WHOSE) as unit:
        assert (await house.clients.standing(unit, CLIENT)).hindrance == ""
    assert sorted(await house.acts(CLIENT)) == ["access.granted"] * 2 + ["client.halted", "client.unhalted"]


async def test_halting_all_halts_every_client_of_this_organization_and_no_other_s(house: House) -> None:
    thrown = await house.halts.halt_all(boss(), "fire")
    assert await house.halts.halt_all(boss(), "again") == thrown == Thrown(ORGANIZATION, None, thrown.halt)
    async with house.database.reading(WHOSE) as unit:
        for client in (CLIENT, SISTER_CLIENT):
            assert (await house.clients.standing(unit, client)).hindrance == "the organization is halted: fire"
    async with house.database.reading(OneClient(OTHER_ORGANIZATION, OTHER_CLIENT)) as unit:
        assert (await house.clients.standing(unit, OTHER_CLIENT)).hindrance == ""
        assert await house.halts.thrown(unit) == []
    async with house.database.reading(Installation()) as unit:
        assert await house.halts.thrown(unit) == [thrown]


async def test_a_client_that_was_halted_itself_stays_so_when_all_go_on(house: House) -> None:
    await house.halts.halt(boss(), CLIENT, "wrong caption")
    await house.halts.halt_all(boss(), "fire")
    for _ in range(2):
        await house.halts.unhalt_all(boss(), "out")
    async with house.database.reading(WHOSE) as unit:
        assert (await house.clients.standing(unit, CLIENT)).hindrance == "the client is halted: wrong caption"
        assert (await house.clients.standing(unit, SISTER_CLIENT)).hindrance == ""
    assert await house.acts("") == ["organization.halted", "organization.unhalted"]


async def test_only_a_super_user_halts_all(house: House) -> None:
    await house.user("ada", Role.ADMIN, **{CLIENT: FULL})
    ada = await house.caller("ada")
    for act in (house.halts.halt_all(ada, "fire"), house.halts.unhalt_all(ada, "out")):
        with pytest.raises(NotAllowed):
            await act


async def test_a_client_s_standing_is_not_asked_in_nobody_s_name(house: House) -> None:
    async with house.database.reading(Installation()) as unit:
        with pytest.raises(ValueError, match="in the name of it"):
            await house.clients.standing(unit, CLIENT)


async def test_the_first_start_makes_one_administrator_of_one_client(house: House) -> None:
    first = await house.beginning.first_administrator()
    assert first is not None
    caller = (await house.login.log_in(first.username, first.password, "")).caller
    assert (caller.organization, caller.role, caller.clients) == (
        first.organization,
        Role.SUPER_USER,
        {first.client: FULL},
    )
    caller.require(Act.MANAGE_CLIENTS)
    assert first.password not in repr(first)
    assert await house.beginning.first_administrator() is None


async def test_of_several_first_starts_at_once_one_makes_the_administrator(house: House, database_url: str) -> None:
    async with Database.open(database_url) as other:
        elsewhere = House(other, house.hasher, house.clock)
        both = (house.beginning, elsewhere.beginning)
        made = await asyncio.gather(*(beginning.first_administrator() for beginning in both * 2))
    assert len([first for first in made if first is not None]) == 1


async def test_with_any_user_there_is_no_first_start(house: House) -> None:
    bob = await house.user("bob", Role.VIEWER)
    async with house.database.writing(Organization(ORGANIZATION)) as unit:
        await house.users.change(unit, boss(), bob.id, status=Status.DELETED)
    assert await house.beginning.first_administrator() is None
