from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from drover.fleet.domain.phones import PhoneState
from drover.fleet.domain.records import BadHold, BadPhoneName, BadTag, PhoneUnknown, Report, next_name
from drover.fleet.service import PhoneEdit, Phones, key_of
from drover.platform.db.database import Database, Unit
from drover.platform.db.errors import Conflict
from drover.platform.db.outbox import OutboxEventRow
from drover.platform.db.whose import Clients, Installation
from tests.databases import OURS, SISTERS
from tests.fleet.racks import ADMINISTRATOR, TRAIL, agent_of, rack_with_phones, running_agent

PHONES = Phones(TRAIL)


async def told(unit: Unit, kind: str) -> list[dict[str, object]]:
    """Return the bodies of the events of a kind."""
    return [row.body for row in await unit.session.scalars(select(OutboxEventRow).where(OutboxEventRow.kind == kind))]


async def test_phones_are_named_in_the_order_they_are_reported_in(database: Database) -> None:
    phones = await rack_with_phones(database, 3)
    assert [(phone.name, phone.serial, phone.model) for phone in phones] == [
        ("phone1", "serial1", "P1"),
        ("phone2", "serial2", "P1"),
        ("phone3", "serial3", "P1"),
    ]
    async with database.reading(OURS) as unit:
        assert len(await told(unit, "phone_registered")) == 3


async def test_a_phone_that_is_registered_again_at_another_rack_has_moved(database: Database) -> None:
    [phone] = await rack_with_phones(database, 1)
    other = await running_agent(database, "rack2")
    async with database.writing(OURS) as unit:
        [moved] = await PHONES.register(unit, other, [Report("serial1", PhoneState.ONLINE)])
        assert len(await told(unit, "phone_registered")) == 1
    assert (moved.id, moved.name, moved.model) == (phone.id, phone.name, "P1")
    assert (moved.rack_id, moved.agent.name) == (other.rack_id, "rack2")


async def test_reports_change_what_is_shown_and_only_changes_are_told(database: Database) -> None:
    [phone, other] = await rack_with_phones(database, 2)
    same = Report("serial2", PhoneState.ONLINE, model="P1")
    async with database.writing(OURS) as unit:
        gone = Report("serial1", PhoneState.OFFLINE, "does not answer")
        [changed] = await PHONES.seen(unit, agent_of(phone), [gone, same, Report("stranger", PhoneState.ONLINE)])
        assert await PHONES.seen(unit, agent_of(phone), [gone, same]) == []
        assert [body["after"] for body in await told(unit, "phone_state")] == ["offline"]
        found = await PHONES.get(unit, phone.id)
        now = await unit.now()
        unchanged = await PHONES.get(unit, other.id)
    assert found == changed
    assert found.shown(now) == (PhoneState.OFFLINE, "does not answer")
    assert found.since > phone.since
    assert unchanged == other


async def test_another_rack_s_agent_cannot_report_a_phone(database: Database) -> None:
    [phone] = await rack_with_phones(database, 1)
    other = await running_agent(database, "rack2")
    async with database.writing(OURS) as unit:
        assert await PHONES.seen(unit, other, [Report("serial1", PhoneState.OFFLINE)]) == []
        assert (await PHONES.get(unit, phone.id)).state is PhoneState.ONLINE


async def test_a_phone_whose_agent_is_silent_can_be_given_no_work(database: Database) -> None:
    [phone] = await rack_with_phones(database, 1)
    async with database.reading(OURS) as unit:
        seen = await unit.now()
    assert phone.hindrance(seen) == ""
    assert phone.hindrance(seen + timedelta(seconds=60)) == "phone1 is offline: agent rack-of-c1 does not report"
    assert replace(phone, agent=None).hindrance(seen) == "phone1 is offline: no agent holds it"
    reserved = replace(agent_of(phone), reserved_client_id=SISTERS.client)
    assert replace(phone, agent=reserved).hindrance(seen) == "agent rack-of-c1 is reserved for another client"
    assert replace(phone, active=False).hindrance(seen) == "phone1 is not active"
    assert replace(phone, state=PhoneState.UNAUTHORIZED).hindrance(seen) == "phone1 is unauthorized"


async def test_a_phone_that_is_held_is_given_no_work_until_it_is_let_go(database: Database) -> None:
    [phone] = await rack_with_phones(database, 1)
    async with database.writing(OURS) as unit:
        held = await PHONES.hold(unit, phone.id, PhoneState.QUARANTINED, "4 outages", ADMINISTRATOR)
        await PHONES.seen(unit, agent_of(phone), [Report("serial1", PhoneState.BUSY)])
        found = await PHONES.get(unit, phone.id)
        now = await unit.now()
        assert held.hindrance(now) == found.hindrance(now) == "phone1 is quarantined: 4 outages"
        freed = await PHONES.let_go(unit, phone.id, ADMINISTRATOR)
        assert freed.shown(now) == (PhoneState.BUSY, "")
        with pytest.raises(BadHold):
            await PHONES.hold(unit, phone.id, PhoneState.OFFLINE, "", ADMINISTRATOR)


async def test_name_tags_and_use_of_a_phone_can_be_changed(database: Database) -> None:
    [phone, _] = await rack_with_phones(database, 2)
    async with database.writing(OURS) as unit:
        await PHONES.edit(unit, phone.id, PhoneEdit(name="desk.left", tags=["left", "old"]), ADMINISTRATOR)
        await PHONES.edit(unit, phone.id, PhoneEdit(active=False), ADMINISTRATOR)
        found = await PHONES.named(unit, "desk.left")
        changes = await told(unit, "phone_changed")
        await PHONES.edit(unit, phone.id, PhoneEdit(active=False), ADMINISTRATOR)
        assert await told(unit, "phone_changed") == changes
    assert (found.id, found.tags, found.active) == (phone.id, frozenset({"left", "old"}), False)


async def test_a_name_or_tag_that_could_not_be_selected_is_refused(database: Database) -> None:
    [phone, _] = await rack_with_phones(database, 2)

    async def rename(name: str) -> None:
        async with database.writing(OURS) as unit:
            await PHONES.edit(unit, phone.id, PhoneEdit(name=name), ADMINISTRATOR)

    for name in ("", "all", "all-phones", "tag:x", "a b", "x" * 65):
        with pytest.raises(BadPhoneName):
            await rename(name)
    with pytest.raises(Conflict):
        await rename("phone2")
    async with database.writing(OURS) as unit:
        with pytest.raises(BadTag):
            await PHONES.edit(unit, phone.id, PhoneEdit(tags=["a b"]), ADMINISTRATOR)


async def test_phones_are_listed_page_by_page_with_phone2_before_phone10(database: Database) -> None:
    phones = await rack_with_phones(database, 12)
    async with database.reading(OURS) as unit:
        first = await PHONES.list(unit, limit=5)
        second = await PHONES.list(unit, after=key_of(first[-1]), limit=5)
        third = await PHONES.list(unit, after=key_of(second[-1]), limit=5)
        every = await PHONES.every(unit)
    assert [*first, *second, *third] == [*phones] == [*every]


async def test_several_clients_phones_are_listed_for_a_reader_of_both(database: Database) -> None:
    await rack_with_phones(database, 1)
    await rack_with_phones(database, 1, whose=SISTERS)
    async with database.reading(Clients(OURS.organization, frozenset({OURS.client, SISTERS.client}))) as unit:
        both = await PHONES.list(unit)
    async with database.reading(SISTERS) as unit:
        theirs = await PHONES.list(unit)
    assert {phone.client_id for phone in both} == {OURS.client, SISTERS.client}
    assert [phone.client_id for phone in theirs] == [SISTERS.client]


async def test_an_agent_s_phones_are_found_in_whatever_client_they_are(database: Database) -> None:
    agent = await running_agent(database)
    reports = [Report("a", PhoneState.ONLINE)], [Report("b", PhoneState.ONLINE)]
    async with database.writing(OURS) as unit:
        [ours] = await PHONES.register(unit, agent, reports[0])
    async with database.writing(SISTERS) as unit:
        [theirs] = await PHONES.register(unit, agent, reports[1])
    async with database.reading(Installation()) as unit:
        found = await PHONES.of_agent(unit, agent.id)
    assert {(due.client, due.id) for due in found} == {(OURS.client, ours.id), (SISTERS.client, theirs.id)}


async def test_a_phone_that_there_is_not_is_told_of(database: Database) -> None:
    async with database.reading(OURS) as unit:
        with pytest.raises(PhoneUnknown, match="there is no phone phone1"):
            await PHONES.named(unit, "phone1")


def test_the_next_name_is_the_first_that_is_free() -> None:
    assert next_name({"phone1", "phone3"}) == "phone2"
