"""Several organizations in one installation: made, listed, suspended; on PostgreSQL alone."""

import pytest

from drover.platform.db.database import Database
from drover.platform.db.whose import OneClient, Organization
from drover.tenancy.domain.passwords import LoginRefused
from drover.tenancy.domain.records import NameTaken, UnknownOrganization
from drover.tenancy.hashing import Hasher
from drover.tenancy.service import FirstAdministrator, OneOrganization, Organizations, Status
from drover.tenancy.service.organizations import Operator
from tests.tenancy.house import OFFICE, House

ADA = Operator("ada")


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """The address of a database that keeps organizations apart."""
    return postgres_url


@pytest.fixture
def organizations(house: House) -> Organizations:
    return Organizations(house.database, house.notes)


async def made(house: House) -> FirstAdministrator:
    return await house.beginning.organization("Agency B", "bea")


async def test_an_organization_is_made_with_an_administrator_who_is_alone_there(house: House) -> None:
    bea = await made(house)
    caller = (await house.login.log_in("bea", bea.password, OFFICE)).caller
    assert (caller.organization, set(caller.clients)) == (bea.organization, {bea.client})
    async with house.database.reading(Organization(bea.organization)) as unit:
        assert [client.id for client in await house.clients.page(unit, caller, after=None, limit=10)] == [bea.client]
    with pytest.raises(NameTaken, match="Agency B"):
        await house.beginning.organization("Agency B", "bob")
    with pytest.raises(NameTaken, match="bea"):
        await house.beginning.organization("Agency C", "bea")


async def test_a_suspended_organization_lets_nobody_in_and_runs_nothing_until_resumed(
    house: House, organizations: Organizations
) -> None:
    bea = await made(house)
    assert (await organizations.suspend("Agency B", ADA, "unpaid")).status is Status.INACTIVE
    with pytest.raises(LoginRefused):
        await house.login.log_in("bea", bea.password, OFFICE)
    async with house.database.reading(OneClient(bea.organization, bea.client)) as unit:
        assert (await house.clients.standing(unit, bea.client)).hindrance == "the organization is inactive"
    assert (await organizations.resume(bea.organization, ADA, "paid")).status is Status.ACTIVE
    await house.login.log_in("bea", bea.password, OFFICE)
    async with house.database.reading(Organization(bea.organization)) as unit:
        noted = await house.notes.newest(unit, "", after=None, limit=10)
    assert {(one.actor, one.reason) for one, _ in noted if one.act == "organization.changed"} == {
        ("ada", "unpaid"),
        ("ada", "paid"),
    }
    with pytest.raises(UnknownOrganization, match="there is no organization Agency Z"):
        await organizations.suspend("Agency Z", ADA, "")


async def test_organizations_are_listed_by_name(organizations: Organizations) -> None:
    names = [one.name for one in await organizations.every()]
    assert names == sorted(names)
    assert len(names) == 2


async def test_sqlite_holds_one(sqlite_url: str, hasher: Hasher) -> None:
    async with Database.open(sqlite_url) as database:
        house = House(database, hasher)
        with pytest.raises(OneOrganization):
            await house.beginning.organization("Agency B", "bea")
        with pytest.raises(OneOrganization):
            await Organizations(database, house.notes).suspend("Drover", ADA, "")
