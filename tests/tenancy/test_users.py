import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.kernel.errors import DroverError
from drover.platform.db.errors import Conflict
from drover.platform.db.whose import Organization
from drover.tenancy.domain.administering import covers, require_managed, sees
from drover.tenancy.domain.credentials import CredentialRefused
from drover.tenancy.domain.passwords import LoginRefused
from drover.tenancy.domain.records import LastSuperUser, NameTaken, UnknownUser, User, UserAccess
from drover.tenancy.service import (
    Access,
    Act,
    Caller,
    Level,
    LoginNeeded,
    NotAllowed,
    Role,
    Scope,
    Status,
    UnknownClient,
)
from tests.databases import BEGINNING, CLIENT, OTHER_CLIENT, OTHER_ORGANIZATION, SISTER_CLIENT
from tests.tenancy.house import FULL, LIMITED, OFFICE, WHOSE, House, boss

PLACES = st.none() | st.frozensets(st.sampled_from(["r1", "r2"]), max_size=2)
ACCESSES = st.builds(Access, st.sampled_from(Level), PLACES, PLACES)
HELD = st.dictionaries(st.sampled_from(["c1", "c2"]), ACCESSES)


def asking(role: Role, clients: dict[str, Access]) -> Caller:
    return Caller("o1", "u1", "ada", role, clients, frozenset(Scope), OFFICE, "")


def other(role: Role, clients: dict[str, Access]) -> UserAccess:
    return UserAccess(User("o1", "u2", "bob", role, Status.ACTIVE, BEGINNING, BEGINNING), clients)


@given(role=st.sampled_from(Role), own=HELD, their_role=st.sampled_from(Role), theirs=HELD)
def test_who_manages_a_user_could_already_do_all_that_the_user_can(
    role: Role, own: dict[str, Access], their_role: Role, theirs: dict[str, Access]
) -> None:
    caller, managed = asking(role, own), other(their_role, theirs)
    try:
        require_managed(caller, managed)
    except DroverError:
        return
    as_them = asking(their_role, theirs)
    gained = {
        (act, client, rack, app)
        for act in Act
        for client in theirs
        for rack in ("r1", "r2")
        for app in ("r1", "r2")
        if as_them.may(act, client, rack=rack, app=app) and not caller.may(act, client, rack=rack, app=app)
    }
    assert gained == set() or role is Role.SUPER_USER


@given(own=ACCESSES, given_=ACCESSES, place=st.sampled_from(["r1", "r2"]), app=st.sampled_from(["r1", "r2"]))
def test_an_access_that_covers_another_reaches_wherever_that_does(
    own: Access, given_: Access, place: str, app: str
) -> None:
    assert not covers(own, given_) or own.reaches(place, app) >= given_.reaches(place, app)


def test_everybody_sees_themselves_and_who_administers_those_of_their_clients() -> None:
    assert sees(
        asking(Role.VIEWER, {}),
        UserAccess(User("o1", "u1", "ada", Role.VIEWER, Status.ACTIVE, BEGINNING, BEGINNING), {}),
    )
    assert not sees(asking(Role.CLIENT_USER, {"c1": FULL}), other(Role.VIEWER, {"c1": FULL}))
    assert sees(asking(Role.ADMIN, {"c1": FULL}), other(Role.VIEWER, {"c1": FULL}))
    assert not sees(asking(Role.ADMIN, {"c1": FULL}), other(Role.VIEWER, {"c2": FULL}))
    assert sees(asking(Role.SUPER_USER, {}), other(Role.VIEWER, {"c2": FULL}))


async def admin(house: House, access: dict[str, Access] | None = None) -> Caller:
    await house.user("ada", Role.ADMIN, **access or {CLIENT: FULL})
    return await house.caller("ada")


async def create(house: House, caller: Caller, name: str, role: Role) -> User:
    password = await house.passwords.prepare(name)
    async with house.database.writing(WHOSE) as unit:
        return await house.users.create(unit, caller, name, role, password)


async def change(
    house: House, caller: Caller, user: str, role: Role | None = None, status: Status | None = None
) -> None:
    async with house.database.writing(WHOSE) as unit:
        await house.users.change(unit, caller, user, role=role, status=status, reason="moved on")


async def grant(house: House, caller: Caller, user: str, client: str, access: Access) -> None:
    async with house.database.writing(WHOSE) as unit:
        await house.users.grant(unit, caller, user, client, access, "new project")


async def withdraw(house: House, caller: Caller, user: str, client: str) -> None:
    async with house.database.writing(WHOSE) as unit:
        await house.users.withdraw(unit, caller, user, client, "left")


async def held(house: House, user: str) -> dict[str, Access]:
    async with house.database.reading(WHOSE) as unit:
        return dict((await house.users.get(unit, boss(), user)).clients)


async def test_an_administrator_makes_users_of_their_clients_but_no_administrators(house: House) -> None:
    ada = await admin(house)
    bob = await create(house, ada, "bob", Role.CLIENT_USER)
    await grant(house, ada, bob.id, CLIENT, LIMITED)
    assert await held(house, bob.id) == {CLIENT: LIMITED}
    await grant(house, ada, bob.id, CLIENT, FULL)
    assert await held(house, bob.id) == {CLIENT: FULL}
    with pytest.raises(NotAllowed, match="neither makes nor changes a admin"):
        await create(house, ada, "eve", Role.ADMIN)


async def test_a_username_is_used_once_also_after_its_user_is_deleted(house: House) -> None:
    bob = await create(house, boss(), "bob", Role.VIEWER)
    await change(house, boss(), bob.id, status=Status.DELETED)
    with pytest.raises(NameTaken, match="a user named bob"):
        await create(house, boss(), " Bob", Role.VIEWER)


async def test_a_username_of_another_organization_is_taken_too(house: House) -> None:
    await create(house, boss(), "bob", Role.VIEWER)
    password = await house.passwords.prepare("bob")
    with pytest.raises(Conflict):
        async with house.database.writing(Organization(OTHER_ORGANIZATION)) as unit:
            await house.users.create(unit, boss(OTHER_ORGANIZATION), "bob", Role.VIEWER, password)


async def test_an_administrator_grants_only_where_they_have_full_access(house: House) -> None:
    ada = await admin(house, {CLIENT: FULL, SISTER_CLIENT: LIMITED})
    bob = await create(house, ada, "bob", Role.CLIENT_USER)
    with pytest.raises(NotAllowed, match="needs full access"):
        await grant(house, ada, bob.id, SISTER_CLIENT, Access(Level.READ_ONLY))
    for nowhere in (OTHER_CLIENT, "d9" * 16):
        with pytest.raises(UnknownClient):
            await grant(house, ada, bob.id, nowhere, LIMITED)


async def test_an_administrator_of_some_racks_grants_no_others(house: House) -> None:
    ada = await admin(house, {CLIENT: Access(Level.FULL, racks=frozenset({"r1"}))})
    bob = await create(house, ada, "bob", Role.CLIENT_USER)
    given_ = Access(Level.LIMITED, racks=frozenset({"r1"}), apps=frozenset({"plaza"}))
    await grant(house, ada, bob.id, CLIENT, given_)
    assert await held(house, bob.id) == {CLIENT: given_}
    with pytest.raises(NotAllowed):
        await grant(house, ada, bob.id, CLIENT, LIMITED)


async def test_an_administrator_does_not_lessen_an_access_that_reaches_further_than_their_own(house: House) -> None:
    ada = await admin(house, {CLIENT: Access(Level.FULL, racks=frozenset({"r1"}))})
    bob = await house.user("bob", Role.CLIENT_USER, **{CLIENT: FULL})
    with pytest.raises(NotAllowed):
        await grant(house, ada, bob.id, CLIENT, Access(Level.READ_ONLY, racks=frozenset({"r1"})))
    with pytest.raises(NotAllowed):
        await withdraw(house, ada, bob.id, CLIENT)


async def test_a_withdrawn_access_ends_at_once_and_twice_is_once(house: House) -> None:
    await house.user("bob", Role.CLIENT_USER, **{CLIENT: FULL, SISTER_CLIENT: FULL})
    bob = await house.log_in("bob")
    await withdraw(house, boss(), bob.caller.user, CLIENT)
    await withdraw(house, boss(), bob.caller.user, CLIENT)
    assert (await house.login.session_of(bob.secret, OFFICE)).caller.clients == {SISTER_CLIENT: FULL}
    assert (await house.acts(CLIENT)).count("access.withdrawn") == 1


async def test_a_super_user_crosses_into_a_client_only_by_an_act_that_its_trail_shows(house: House) -> None:
    await house.user("root", Role.SUPER_USER)
    root = await house.caller("root")
    with pytest.raises(UnknownClient):
        root.require(Act.SEE, CLIENT)
    await grant(house, root, root.user, CLIENT, FULL)
    (await house.caller("root")).require(Act.SEE, CLIENT)
    assert await house.acts(CLIENT) == ["access.granted"]


async def test_a_user_of_other_clients_is_not_there_for_an_administrator(house: House) -> None:
    ada = await admin(house)
    bob = await house.user("bob", Role.CLIENT_USER, **{SISTER_CLIENT: FULL})
    for act in (change(house, ada, bob.id, status=Status.INACTIVE), grant(house, ada, bob.id, CLIENT, FULL)):
        with pytest.raises(UnknownUser):
            await act
    with pytest.raises(UnknownUser):
        await change(house, ada, "d9" * 16)


async def test_an_administrator_does_not_change_a_user_who_reaches_further(house: House) -> None:
    ada = await admin(house)
    bob = await house.user("bob", Role.CLIENT_USER, **{CLIENT: FULL, SISTER_CLIENT: FULL})
    eve = await house.user("eve", Role.ADMIN, **{CLIENT: FULL})
    with pytest.raises(NotAllowed, match="has access where you have less"):
        await change(house, ada, bob.id, status=Status.INACTIVE)
    with pytest.raises(NotAllowed, match="neither makes nor changes a admin"):
        await change(house, ada, eve.id, status=Status.INACTIVE)
    with pytest.raises(NotAllowed):
        await change(house, ada, ada.user, role=Role.SUPER_USER)


async def test_an_administrator_changes_users_of_their_clients_and_the_trail_shows_how(house: House) -> None:
    ada = await admin(house)
    bob = await house.user("bob", Role.CLIENT_USER, **{CLIENT: LIMITED})
    await change(house, ada, bob.id, role=Role.VIEWER)
    await change(house, ada, bob.id, role=Role.VIEWER)
    async with house.database.reading(WHOSE) as unit:
        found = [entry for entry, _ in await house.notes.newest(unit, "", after=None, limit=50)]
    changed = [entry for entry in found if entry.act == "user.changed"]
    assert [(entry.actor, entry.before, entry.after, entry.reason) for entry in changed] == [
        (
            ada.user,
            {"username": "bob", "role": "client_user", "status": "active"},
            {"username": "bob", "role": "viewer", "status": "active"},
            "moved on",
        )
    ]


async def test_a_deleted_user_stays_so_and_is_not_there(house: House) -> None:
    bob = await create(house, boss(), "bob", Role.VIEWER)
    await change(house, boss(), bob.id, status=Status.INACTIVE)
    await change(house, boss(), bob.id, status=Status.DELETED)
    with pytest.raises(UnknownUser):
        await change(house, boss(), bob.id, status=Status.ACTIVE)


async def test_a_deleted_client_stays_so_and_is_not_there(house: House) -> None:
    async with house.database.writing(WHOSE) as unit:
        await house.clients.change(unit, boss(), CLIENT, status=Status.DELETED)
        with pytest.raises(UnknownClient):
            await house.clients.change(unit, boss(), CLIENT, status=Status.ACTIVE)
    with pytest.raises(UnknownClient):
        await grant(house, boss(), (await create(house, boss(), "bob", Role.VIEWER)).id, CLIENT, FULL)


async def test_the_last_super_user_stays(house: House) -> None:
    root = await house.user("root", Role.SUPER_USER)
    for role, status in ((Role.ADMIN, None), (None, Status.INACTIVE), (None, Status.DELETED)):
        with pytest.raises(LastSuperUser):
            await change(house, boss(), root.id, role, status)


async def test_two_super_users_do_not_put_each_other_out_at_once(house: House) -> None:
    one, two = await house.user("one", Role.SUPER_USER), await house.user("two", Role.SUPER_USER)
    answers = await asyncio.gather(
        *(change(house, boss(), user.id, status=Status.INACTIVE) for user in (one, two)), return_exceptions=True
    )
    assert sorted(str(type(answer).__name__) for answer in answers) == ["LastSuperUser", "NoneType"]


async def test_a_reset_password_is_drawn_logs_out_and_is_for_who_logged_in(house: House) -> None:
    ada = await admin(house)
    await house.user("bob", Role.CLIENT_USER, **{CLIENT: FULL})
    bob = await house.log_in("bob")
    drawn = await house.passwords.prepare("bob")
    async with house.database.writing(WHOSE) as unit:
        await house.users.reset_password(unit, ada, bob.caller.user, drawn, "forgot it")
    with pytest.raises(CredentialRefused):
        await house.login.session_of(bob.secret, OFFICE)
    with pytest.raises(LoginRefused):
        await house.log_in("bob")
    await house.login.log_in("bob", drawn.plain, OFFICE)
    assert drawn.drawn
    assert len(drawn.plain) == 24
    assert drawn.plain not in repr(drawn)
    by_token = Caller(ada.organization, ada.user, "ada", ada.role, ada.clients, ada.scopes, OFFICE, "t", by_token=True)
    async with house.database.writing(WHOSE) as unit:
        with pytest.raises(LoginNeeded):
            await house.users.reset_password(unit, by_token, bob.caller.user, drawn, "")


async def test_users_are_listed_for_who_administers_them_page_by_page(house: House) -> None:
    ada = await admin(house)
    for name, access in (("bob", {CLIENT: LIMITED}), ("cid", {}), ("dan", {SISTER_CLIENT: FULL})):
        await house.user(name, Role.CLIENT_USER, **access)
    async with house.database.reading(WHOSE) as unit:
        first = await house.users.page(unit, ada, after=None, limit=2)
        rest = await house.users.page(unit, ada, after=(first[-1].user.username, first[-1].user.id), limit=9)
        everybody = await house.users.page(unit, boss(), after=None, limit=9)
    assert [(one.user.username, dict(one.clients)) for one in (*first, *rest)] == [
        ("ada", {CLIENT: FULL}),
        ("bob", {CLIENT: LIMITED}),
        ("cid", {}),
    ]
    assert [one.user.username for one in everybody] == ["ada", "bob", "cid", "dan"]


async def test_who_administers_nobody_sees_no_list(house: House) -> None:
    await house.user("bob", Role.CLIENT_USER, **{CLIENT: FULL})
    bob = await house.caller("bob")
    async with house.database.reading(WHOSE) as unit:
        with pytest.raises(NotAllowed):
            await house.users.page(unit, bob, after=None, limit=2)
        assert (await house.users.get(unit, bob, bob.user)).user.username == "bob"
