from datetime import timedelta

import pytest
from sqlalchemy import select

from drover.kernel.errors import InvalidInput
from drover.platform.db.whose import Organization
from drover.tenancy.domain.credentials import CredentialRefused, TokenText
from drover.tenancy.domain.records import UnknownToken
from drover.tenancy.models import TokenRow
from drover.tenancy.service import Act, Caller, LoginNeeded, Role, Scope, Status, Token
from drover.tenancy.service.logins import TOKENS_KEPT
from tests.databases import CLIENT, OTHER_ORGANIZATION
from tests.tenancy.house import FULL, OFFICE, WHOSE, House, boss

READ = frozenset({Scope.READ})


async def make(house: House, caller: Caller, name: str = "bot", days: int = 30) -> tuple[Token, TokenText]:
    async with house.database.writing(WHOSE) as unit:
        return await house.tokens.create(unit, caller, name, READ, days)


async def revoke(house: House, caller: Caller, token: str) -> None:
    async with house.database.writing(WHOSE) as unit:
        await house.tokens.revoke(unit, caller, token)


async def own(house: House, caller: Caller) -> list[Token]:
    async with house.database.reading(WHOSE) as unit:
        return list(await house.tokens.page(unit, caller, after=None, limit=10))


@pytest.fixture
async def ada(house: House) -> Caller:
    await house.user("ada", Role.CLIENT_USER, **{CLIENT: FULL})
    return await house.caller("ada")


async def test_a_token_stands_for_its_user_within_its_scopes(house: House, ada: Caller) -> None:
    token, text = await make(house, ada)
    caller = await house.tokens.of(text.reveal(), "192.0.2.8")
    assert (caller.user, caller.scopes, caller.actor, caller.address) == (ada.user, READ, token.id, "192.0.2.8")
    assert caller.may(Act.SEE, CLIENT)
    assert not caller.may(Act.RUN, CLIENT)


async def test_a_token_with_another_s_secret_is_refused(house: House, ada: Caller) -> None:
    (_, one), (_, other) = await make(house, ada), await make(house, ada, "other")
    with pytest.raises(CredentialRefused):
        await house.tokens.of(TokenText(one.id, other.secret).reveal(), OFFICE)
    with pytest.raises(CredentialRefused):
        await house.tokens.of("drv_nothing", OFFICE)


async def test_a_token_ends_when_it_was_to_end(house: House, ada: Caller) -> None:
    _, text = await make(house, ada, days=1)
    house.clock.advance(timedelta(days=1).total_seconds() - 1)
    await house.tokens.of(text.reveal(), OFFICE)
    house.clock.advance(1)
    with pytest.raises(CredentialRefused):
        await house.tokens.of(text.reveal(), OFFICE)


async def test_a_token_is_not_good_for_ever(house: House, ada: Caller) -> None:
    with pytest.raises(InvalidInput, match="1 to 366 days"):
        await make(house, ada, days=1000)


async def test_a_revoked_token_is_refused_at_once_and_not_listed(house: House, ada: Caller) -> None:
    token, text = await make(house, ada)
    await revoke(house, ada, token.id)
    with pytest.raises(CredentialRefused):
        await house.tokens.of(text.reveal(), OFFICE)
    assert await own(house, ada) == []
    with pytest.raises(UnknownToken):
        await revoke(house, ada, token.id)


async def test_a_token_of_somebody_else_is_not_there(house: House, ada: Caller) -> None:
    token, text = await make(house, ada)
    with pytest.raises(UnknownToken):
        await revoke(house, boss(), token.id)
    async with house.database.writing(Organization(OTHER_ORGANIZATION)) as unit:
        with pytest.raises(UnknownToken):
            await house.tokens.revoke(unit, ada, token.id)
    await house.tokens.of(text.reveal(), OFFICE)


async def test_a_token_makes_no_token_and_revokes_itself_alone(house: House, ada: Caller) -> None:
    token, text = await make(house, ada)
    other, _ = await make(house, ada, "other")
    caller = await house.tokens.of(text.reveal(), OFFICE)
    with pytest.raises(LoginNeeded):
        await make(house, caller)
    with pytest.raises(LoginNeeded):
        await revoke(house, caller, other.id)
    await revoke(house, caller, token.id)
    assert [one.id for one in await own(house, ada)] == [other.id]


async def test_last_use_is_written_once_a_minute(house: House, ada: Caller) -> None:
    _, text = await make(house, ada)
    used = []
    for seconds in (0, 59, 1):
        house.clock.advance(seconds)
        await house.tokens.of(text.reveal(), OFFICE)
        used.append((await own(house, ada))[0].last_used_at)
    assert used == [house.clock.now() - timedelta(minutes=1)] * 2 + [house.clock.now()]


async def test_a_token_is_worth_nothing_once_its_user_is_put_out(house: House, ada: Caller) -> None:
    _, text = await make(house, ada)
    async with house.database.writing(WHOSE) as unit:
        await house.users.change(unit, boss(), ada.user, status=Status.INACTIVE)
    with pytest.raises(CredentialRefused):
        await house.tokens.of(text.reveal(), OFFICE)


async def test_the_tokens_of_a_deleted_user_are_revoked(house: House, ada: Caller) -> None:
    await make(house, ada)
    async with house.database.writing(WHOSE) as unit:
        await house.users.change(unit, boss(), ada.user, status=Status.DELETED)
    assert await own(house, ada) == []


async def test_tokens_are_listed_newest_first_page_by_page(house: House, ada: Caller) -> None:
    for number in range(3):
        house.clock.advance(1)
        await make(house, ada, f"bot {number}")
    async with house.database.reading(WHOSE) as unit:
        first = await house.tokens.page(unit, ada, after=None, limit=2)
        rest = await house.tokens.page(unit, ada, after=(first[-1].created_at, first[-1].id), limit=2)
    assert [token.name for token in (*first, *rest)] == ["bot 2", "bot 1", "bot 0"]


async def test_neither_the_table_nor_what_prints_holds_the_secret(house: House, ada: Caller) -> None:
    token, text = await make(house, ada)
    assert text.secret not in repr(token) + repr(text) + repr(await own(house, ada))


async def test_tokens_that_were_over_long_ago_are_swept(house: House, ada: Caller) -> None:
    good, _ = await make(house, ada, "good", days=60)
    gone, _ = await make(house, ada, "gone", days=60)
    await make(house, ada, "over", days=1)
    await revoke(house, ada, gone.id)
    await house.login.sweep()
    assert await tokens_kept(house) == {"good", "gone", "over"}
    house.clock.advance(TOKENS_KEPT.total_seconds() + 60)
    await house.login.sweep()
    assert await tokens_kept(house) == {"good", "over"}
    house.clock.advance(86_400)
    await house.login.sweep()
    assert await tokens_kept(house) == {good.name}


async def tokens_kept(house: House) -> set[str]:
    async with house.database.reading(WHOSE) as unit:
        return set(await unit.session.scalars(select(TokenRow.name)))
