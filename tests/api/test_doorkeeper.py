"""Letting people in by what tenancy knows of them, and commands of the same computer by the token left for them."""

from collections.abc import Iterator

import pytest

from drover.platform.db.database import Database
from drover.tenancy.domain.records import NobodyToStandFor
from drover.tenancy.service import Caller, CredentialRefused, FirstAdministrator, LoginNeeded, Role
from tests.api.office import Office, office

HERE = "127.0.0.1"


@pytest.fixture
def at_work(database: Database) -> Iterator[Office]:
    with office(database) as opened:
        yield opened


async def begun(at_work: Office) -> FirstAdministrator:
    made = await at_work.beginning.first_administrator()
    assert made is not None
    return made


def caller(who: object) -> Caller:
    assert isinstance(who, Caller)
    return who


async def test_a_session_is_known_by_its_secret_and_brings_its_csrf_token(at_work: Office) -> None:
    made = await begun(at_work)
    session = await at_work.login.log_in(made.username, made.password, HERE)
    admitted = await at_work.doorkeeper.by_session(session.secret, HERE)
    assert (caller(admitted.caller).username, admitted.csrf) == ("admin", session.csrf)


async def test_what_is_no_secret_lets_nobody_in(at_work: Office) -> None:
    with pytest.raises(CredentialRefused):
        await at_work.doorkeeper.by_session("sesame", HERE)
    with pytest.raises(CredentialRefused):
        await at_work.doorkeeper.by_token("sesame", HERE)


async def test_commands_of_the_same_computer_are_the_first_super_user(at_work: Office) -> None:
    made = await begun(at_work)
    text = await at_work.local.issue("here")
    known = caller((await at_work.doorkeeper.by_token(text.reveal(), HERE)).caller)
    assert (known.username, known.role, set(known.clients)) == ("admin", Role.SUPER_USER, {made.client})
    with pytest.raises(LoginNeeded):
        known.require_login("making a token")


async def test_the_token_left_by_a_killed_process_is_good_no_longer(at_work: Office) -> None:
    await begun(at_work)
    old, elsewhere = await at_work.local.issue("here"), await at_work.local.issue("elsewhere")
    new = await at_work.local.issue("here")
    with pytest.raises(CredentialRefused):
        await at_work.doorkeeper.by_token(old.reveal(), HERE)
    assert await at_work.doorkeeper.by_token(new.reveal(), HERE)
    assert await at_work.doorkeeper.by_token(elsewhere.reveal(), HERE)


async def test_a_token_that_was_withdrawn_lets_nobody_in(at_work: Office) -> None:
    await begun(at_work)
    text = await at_work.local.issue("here")
    await at_work.local.withdraw("here")
    with pytest.raises(CredentialRefused):
        await at_work.doorkeeper.by_token(text.reveal(), HERE)


async def test_without_a_super_user_there_is_nobody_to_stand_for(at_work: Office) -> None:
    with pytest.raises(NobodyToStandFor):
        await at_work.local.issue("here")
    await at_work.local.withdraw("here")
