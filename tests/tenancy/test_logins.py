import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from drover.kernel.errors import DroverError, Kind
from drover.kernel.ids import random_secret
from drover.platform.db.database import Database
from drover.platform.db.whose import Installation
from drover.tenancy.domain.credentials import CredentialRefused
from drover.tenancy.domain.passwords import LoginRefused, WeakPassword, WrongPassword
from drover.tenancy.domain.throttling import BY_ADDRESS, BY_USER, Throttled
from drover.tenancy.hashing import Hasher, TooManyLogins
from drover.tenancy.repository import users as repository
from drover.tenancy.service import LoginNeeded, Role, Status
from tests.databases import CLIENT
from tests.tenancy.house import CHEAP, FULL, OFFICE, PASSWORD, WHOSE, House, boss

WRONG = "seven grey herons"
NEW = "nine blue kingfishers"


async def put(house: House, user: str, status: Status) -> None:
    async with house.database.writing(WHOSE) as unit:
        await house.users.change(unit, boss(), user, status=status)


async def put_client(house: House, status: Status) -> None:
    async with house.database.writing(WHOSE) as unit:
        await house.clients.change(unit, boss(), CLIENT, status=status)


async def refusals(house: House, username: str, times: int, address: str = OFFICE) -> list[type[BaseException]]:
    answers = await asyncio.gather(
        *(house.login.log_in(username, WRONG, address) for _ in range(times)), return_exceptions=True
    )
    return [type(answer) for answer in answers if isinstance(answer, BaseException)]


async def test_a_user_logs_in_and_is_known_by_the_session(house: House) -> None:
    made = await house.user("ada", Role.CLIENT_USER, **{CLIENT: FULL})
    logged_in = await house.login.log_in(" Ada", PASSWORD, OFFICE)
    session = await house.login.session_of(logged_in.secret, "192.0.2.8")
    assert (session.caller.user, session.caller.clients, session.caller.by_token) == (made.id, {CLIENT: FULL}, False)
    assert session.caller.address == "192.0.2.8"
    assert session.csrf == logged_in.csrf
    assert session.csrf != logged_in.secret


async def test_neither_prints_nor_database_hold_the_secret(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    logged_in = await house.log_in("ada")
    async with house.database.reading(Installation()) as unit:
        kept = await repository.credentials(unit, "ada")
    assert logged_in.secret not in repr(logged_in)
    assert logged_in.secret != logged_in.caller.credential
    assert PASSWORD not in repr(kept)


async def test_each_login_has_a_secret_of_its_own(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    assert (await house.log_in("ada")).secret != (await house.log_in("ada")).secret


@pytest.mark.parametrize("username", ["ada", "nobody", "", "\0", "\ud800"])
async def test_what_is_wrong_is_not_told(house: House, username: str) -> None:
    await house.user("ada", Role.ADMIN)
    with pytest.raises(LoginRefused) as refused:
        await house.login.log_in(username, WRONG, OFFICE)
    assert (refused.value.message, refused.value.kind) == (LoginRefused().message, Kind.LOGGED_OUT)


class CountingHasher(Hasher):
    """Counts what it was asked to verify."""

    verified = 0

    async def matches(self, kept: str | None, password: str) -> bool:
        self.verified += 1
        return await super().matches(kept, password)


@pytest.mark.parametrize("username", ["ada", "nobody", "eve"])
async def test_as_much_is_done_for_a_user_who_is_not_there(house: House, username: str) -> None:
    await put(house, (await house.user("eve", Role.ADMIN)).id, Status.INACTIVE)
    await house.user("ada", Role.ADMIN)
    counting = CountingHasher(random_secret, cost=CHEAP)
    house.hasher = counting
    house.__post_init__()
    assert await refusals(house, username, 3) == [LoginRefused] * 3
    counting.close()
    assert counting.verified == 3


@pytest.mark.parametrize("status", [Status.INACTIVE, Status.DELETED])
async def test_a_user_who_is_not_active_is_put_out_and_not_let_in(house: House, status: Status) -> None:
    made = await house.user("ada", Role.ADMIN)
    logged_in = await house.log_in("ada")
    await house.user("root", Role.SUPER_USER)
    await put(house, made.id, status)
    with pytest.raises(CredentialRefused):
        await house.login.session_of(logged_in.secret, OFFICE)
    with pytest.raises(LoginRefused):
        await house.log_in("ada")


async def test_users_of_a_client_that_is_not_active_are_out_until_it_is(house: House) -> None:
    await house.user("ada", Role.CLIENT_USER, **{CLIENT: FULL})
    logged_in = await house.log_in("ada")
    await put_client(house, Status.INACTIVE)
    with pytest.raises(CredentialRefused):
        await house.login.session_of(logged_in.secret, OFFICE)
    with pytest.raises(LoginRefused):
        await house.log_in("ada")
    await put_client(house, Status.ACTIVE)
    assert (await house.login.session_of(logged_in.secret, OFFICE)).caller.clients == {CLIENT: FULL}


async def test_a_session_ends_when_it_is_not_used(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    secret = (await house.log_in("ada")).secret
    house.clock.advance((house.login.life.idle - timedelta(seconds=1)).total_seconds())
    await house.login.session_of(secret, OFFICE)
    house.clock.advance((house.login.life.idle - timedelta(seconds=1)).total_seconds())
    await house.login.session_of(secret, OFFICE)
    house.clock.advance(house.login.life.idle.total_seconds())
    with pytest.raises(CredentialRefused):
        await house.login.session_of(secret, OFFICE)


async def test_a_session_ends_though_it_is_used(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    secret = (await house.log_in("ada")).secret
    for _ in range(27):
        house.clock.advance(6 * 3600)
        await house.login.session_of(secret, OFFICE)
    house.clock.advance(6 * 3600)
    with pytest.raises(CredentialRefused):
        await house.login.session_of(secret, OFFICE)


@pytest.mark.parametrize("secret", ["", "x", "\0" * 43, "a" * 43])
async def test_what_is_no_session_is_refused(house: House, secret: str) -> None:
    with pytest.raises(CredentialRefused):
        await house.login.session_of(secret, OFFICE)


async def test_logging_out_ends_this_session_alone(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    here, there = await house.log_in("ada"), await house.log_in("ada")
    await house.login.log_out(here.caller)
    with pytest.raises(CredentialRefused):
        await house.login.session_of(here.secret, OFFICE)
    await house.login.session_of(there.secret, OFFICE)


async def test_logging_out_everywhere_ends_all_sessions_of_the_user_and_no_other_s(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    await house.user("bob", Role.ADMIN)
    here, there, bob = await house.log_in("ada"), await house.log_in("ada"), await house.log_in("bob")
    await house.login.log_out_everywhere(here.caller)
    for secret in (here.secret, there.secret):
        with pytest.raises(CredentialRefused):
            await house.login.session_of(secret, OFFICE)
    await house.login.session_of(bob.secret, OFFICE)


async def test_a_changed_password_ends_the_other_sessions(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    here, there = await house.log_in("ada"), await house.log_in("ada")
    await house.login.change_password(here.caller, PASSWORD, NEW)
    await house.login.session_of(here.secret, OFFICE)
    with pytest.raises(CredentialRefused):
        await house.login.session_of(there.secret, OFFICE)
    with pytest.raises(LoginRefused):
        await house.log_in("ada")
    await house.login.log_in("ada", NEW, OFFICE)


async def test_a_password_is_changed_only_by_who_knows_it_and_to_a_good_one(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    caller = await house.caller("ada")
    with pytest.raises(WrongPassword):
        await house.login.change_password(caller, WRONG, NEW)
    with pytest.raises(WeakPassword):
        await house.login.change_password(caller, PASSWORD, "short")
    await house.log_in("ada")


async def test_guessing_the_present_password_is_throttled_too(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    caller = await house.caller("ada")
    for _ in range(BY_USER.free):
        with pytest.raises(WrongPassword):
            await house.login.change_password(caller, WRONG, NEW)
    with pytest.raises(Throttled):
        await house.login.change_password(caller, WRONG, NEW)


async def test_many_tries_at_once_are_throttled_as_one_after_the_other(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    answers = await refusals(house, "ada", 12)
    assert answers.count(LoginRefused) == BY_USER.free
    assert answers.count(Throttled) == 12 - BY_USER.free


async def test_an_unknown_user_is_throttled_as_a_known_one(house: House) -> None:
    answers = await refusals(house, "nobody", BY_USER.free + 1)
    assert sorted(answer.__name__ for answer in answers) == ["LoginRefused"] * BY_USER.free + ["Throttled"]


async def test_who_waits_is_let_in_and_then_has_all_tries_again(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    await refusals(house, "ada", BY_USER.free)
    with pytest.raises(Throttled) as refused:
        await house.log_in("ada")
    house.clock.advance(refused.value.retry_after_s or 0)
    await house.log_in("ada")
    assert await refusals(house, "ada", BY_USER.free) == [LoginRefused] * BY_USER.free


async def test_another_process_counts_the_same_failures(house: House, database_url: str) -> None:
    await house.user("ada", Role.ADMIN)
    async with Database.open(database_url) as other:
        elsewhere = House(other, house.hasher, house.clock)
        here, there = await asyncio.gather(refusals(house, "ada", 6), refusals(elsewhere, "ada", 6))
    assert (here + there).count(LoginRefused) == BY_USER.free


async def test_one_address_that_tries_many_users_is_throttled_and_others_are_not(house: House) -> None:
    for number in range(BY_ADDRESS.free):
        assert await refusals(house, f"user{number}", 1, "198.51.100.9") == [LoginRefused]
    assert await refusals(house, "another", 1, "198.51.100.9") == [Throttled]
    assert await refusals(house, "another", 1) == [LoginRefused]


async def test_logging_in_rightly_does_not_clear_the_address(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    for number in range(BY_ADDRESS.free):
        await refusals(house, f"user{number}", 1)
    house.clock.advance(2)
    await house.log_in("ada")
    await refusals(house, "another", 1)
    assert await refusals(house, "another", 1) == [Throttled]


async def test_a_login_that_nobody_had_time_to_check_is_no_failure(house: House) -> None:
    full = Hasher(random_secret, at_once=1, most_waiting=-1)
    busy = House(house.database, full, house.clock)
    for _ in range(BY_USER.free + 1):
        with pytest.raises(TooManyLogins):
            await busy.login.log_in("ada", WRONG, OFFICE)
    full.close()


async def test_an_old_hash_is_made_anew_at_the_next_login(house: House) -> None:
    made = await house.user("ada", Role.ADMIN)
    old = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1).hash(PASSWORD)
    async with house.database.writing(WHOSE) as unit:
        await repository.set_password(unit, made.id, old, house.clock.now())
    await house.log_in("ada")
    async with house.database.writing(WHOSE) as unit:
        kept = await repository.password_hash(unit, made.id)
    assert kept != old
    assert not house.hasher.outdated(kept)
    await house.log_in("ada")


class Meddling(Hasher):
    """Has something else happen while a password is looked at."""

    meanwhile: Callable[[], Awaitable[None]]

    async def matches(self, kept: str | None, password: str) -> bool:
        """Look, and do what happens meanwhile."""
        found = await super().matches(kept, password)
        await self.meanwhile()
        return found


@pytest.mark.parametrize("status", [Status.INACTIVE, Status.DELETED])
async def test_who_is_put_out_while_the_password_is_looked_at_is_not_let_in(house: House, status: Status) -> None:
    made = await house.user("ada", Role.ADMIN)
    meddling = Meddling(random_secret, cost=CHEAP)
    meddling.meanwhile = lambda: put(house, made.id, status)
    with pytest.raises(LoginRefused):
        await House(house.database, meddling, house.clock).log_in("ada")
    meddling.close()


async def test_a_password_that_changes_while_it_is_looked_at_lets_nobody_in_and_is_not_changed_again(
    house: House,
) -> None:
    made = await house.user("ada", Role.ADMIN)
    caller = await house.caller("ada")
    prepared = await house.passwords.prepare("ada", NEW)

    async def set_another() -> None:
        async with house.database.writing(WHOSE) as unit:
            await repository.set_password(unit, made.id, prepared.hash, house.clock.now())

    meddling = Meddling(random_secret, cost=CHEAP)
    meddling.meanwhile = set_another
    busy = House(house.database, meddling, house.clock)
    with pytest.raises(LoginRefused):
        await busy.log_in("ada")
    async with house.database.writing(WHOSE) as unit:
        old = await house.passwords.prepare("ada", PASSWORD)
        await repository.set_password(unit, made.id, old.hash, house.clock.now())
    with pytest.raises(WrongPassword):
        await busy.login.change_password(caller, PASSWORD, "ten white pelicans")
    meddling.close()
    await house.login.log_in("ada", NEW, OFFICE)


async def test_what_is_over_is_forgotten(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    old = await house.log_in("ada")
    await refusals(house, "ada", BY_USER.free)
    house.clock.advance(house.login.life.idle.total_seconds())
    fresh = await house.log_in("ada")
    await house.login.sweep()
    with pytest.raises(CredentialRefused):
        await house.login.session_of(old.secret, OFFICE)
    await house.login.session_of(fresh.secret, OFFICE)


async def test_logins_are_in_the_audit_trail(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    logged_in = await house.log_in("ada")
    await house.login.change_password(logged_in.caller, PASSWORD, NEW)
    await house.login.log_out(logged_in.caller)
    acts = await house.acts("")
    assert sorted(acts) == ["user.logged_in", "user.logged_out", "user.made", "user.password_changed"]


async def test_a_token_neither_logs_out_nor_changes_the_password(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    here = await house.caller("ada")
    async with house.database.writing(WHOSE) as unit:
        _, text = await house.tokens.create(unit, here, "bot", here.scopes, 1)
    caller = await house.tokens.of(text.reveal(), OFFICE)
    for act in (house.login.log_out(caller), house.login.log_out_everywhere(caller)):
        with pytest.raises(LoginNeeded):
            await act
    with pytest.raises(DroverError, match="changing the password needs a login"):
        await house.login.change_password(caller, PASSWORD, NEW)
