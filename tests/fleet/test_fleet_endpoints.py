from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import httpx2
import pytest

from drover.fleet.domain.leasing import Holder, HolderKind
from drover.fleet.domain.records import PhoneRecord
from drover.fleet.endpoints import router
from drover.fleet.service import Agents, Leases, Phones, Racks
from drover.platform.db.database import Database
from tests.databases import CLIENT, OTHER_CLIENT, OURS, SISTER_CLIENT
from tests.fleet.callers import api
from tests.fleet.racks import TRAIL, rack_with_phones

RUN = Holder(HolderKind.RUN, "run1", "daily post", "anna")
PHONES = f"clients/{CLIENT}/phones"


def asking(database: Database, who: str = "admin") -> AbstractAsyncContextManager[httpx2.AsyncClient]:
    services = Phones(TRAIL), Leases(TRAIL), Racks(TRAIL), Agents(TRAIL, lambda: "told once")
    return api(database, [router], *services, who=who)


@pytest.fixture
async def phones(database: Database) -> tuple[PhoneRecord, ...]:
    return tuple(await rack_with_phones(database, 12))


@pytest.fixture
async def admin(database: Database) -> AsyncIterator[httpx2.AsyncClient]:
    async with asking(database) as client:
        yield client


async def leased(database: Database, phone: PhoneRecord) -> None:
    async with database.writing(OURS) as unit:
        await Leases(TRAIL).take(unit, phone.id, RUN)


async def test_phones_are_paged_with_who_holds_them(
    database: Database, phones: tuple[PhoneRecord, ...], admin: httpx2.AsyncClient
) -> None:
    await leased(database, phones[1])
    first = (await admin.get(PHONES, params={"limit": 10})).json()
    second = (await admin.get(PHONES, params={"limit": 10, "after": first["next"]})).json()
    assert [phone["name"] for phone in [*first["items"], *second["items"]]] == [f"phone{n}" for n in range(1, 13)]
    assert second["next"] is None
    assert [phone["lease"] and phone["lease"]["holder_id"] for phone in first["items"][:2]] == [None, "run1"]
    assert (first["items"][0]["state"], first["items"][0]["agent"]) == ("online", "rack-of-c1")


async def test_a_lease_is_shown_and_broken_by_an_administrator_alone(
    database: Database, phones: tuple[PhoneRecord, ...], admin: httpx2.AsyncClient
) -> None:
    lease = f"{PHONES}/{phones[0].id}/lease"
    assert (await admin.get(lease)).json()["code"] == "not_leased"
    await leased(database, phones[0])
    shown = (await admin.get(lease)).json()
    assert (shown["holder_kind"], shown["holder_id"], shown["purpose"], shown["by"]) == (
        *("run", "run1"),
        *("daily post", "anna"),
    )
    assert 500 < shown["remaining_s"] <= 600
    async with asking(database, "user") as user:
        assert (await user.post(f"{lease}/break", json={"reason": "mine"})).status_code == 403
    broken = await admin.post(f"{lease}/break", json={"reason": "it hangs"})
    assert (broken.status_code, broken.json()["token"]) == (200, 1)
    assert (await admin.get(lease)).status_code == 404


async def test_a_phone_is_renamed_tagged_held_and_let_go(
    phones: tuple[PhoneRecord, ...], admin: httpx2.AsyncClient
) -> None:
    phone = f"{PHONES}/{phones[0].id}"
    changed = (await admin.patch(phone, json={"name": "desk", "tags": ["left"]})).json()
    assert (changed["name"], changed["tags"], changed["active"]) == ("desk", ["left"], True)
    held = (await admin.put(f"{phone}/hold", json={"state": "maintenance", "reason": "new battery"})).json()
    assert (held["state"], held["reason"]) == ("maintenance", "new battery")
    assert (await admin.delete(f"{phone}/hold")).json()["state"] == "online"
    assert (await admin.get(phone)).json()["name"] == "desk"
    assert (await admin.patch(phone, json={"name": "all"})).json()["code"] == "bad_phone_name"
    assert (await admin.patch(phone, json={"serial": "x"})).json()["code"] == "invalid_request"
    assert (await admin.patch(phone, json={"name": "phone2"})).status_code == 409


@pytest.mark.parametrize(("who", "seen", "changed"), [("viewer", 200, 403), ("elsewhere", 404, 404)])
async def test_a_viewer_changes_no_phone_and_without_access_to_its_rack_none_is_seen(
    database: Database, phones: tuple[PhoneRecord, ...], who: str, seen: int, changed: int
) -> None:
    async with asking(database, who) as client:
        assert (await client.get(f"{PHONES}/{phones[0].id}")).status_code == seen
        assert (await client.patch(f"{PHONES}/{phones[0].id}", json={"active": False})).status_code == changed


async def test_another_tenant_s_phones_are_nowhere(database: Database, phones: tuple[PhoneRecord, ...]) -> None:
    async with asking(database, "stranger") as stranger:
        for path in (PHONES, f"{PHONES}/{phones[0].id}", f"clients/{OTHER_CLIENT}/phones/{phones[0].id}/lease"):
            assert (await stranger.get(path)).status_code == 404
        foreign = f"clients/{OTHER_CLIENT}/phones/{phones[0].id}/lease/break"
        assert (await stranger.post(foreign, json={"reason": "x"})).status_code == 404


async def test_racks_and_agents_are_managed_by_administrators(database: Database, admin: httpx2.AsyncClient) -> None:
    rack = (await admin.post("racks", json={"name": "rack1"})).json()
    assert (await admin.post("racks", json={"name": "rack1"})).status_code == 409
    renamed = (await admin.patch(f"racks/{rack['id']}", json={"name": "basement"})).json()
    assert (await admin.get("racks")).json()["items"] == [renamed]
    made = await admin.post("agents", json={"name": "agent1", "rack_id": rack["id"]})
    agent = made.json()["agent"]
    assert (made.status_code, made.json()["credential"], agent["alive"]) == (201, "told once", False)
    reserved = (await admin.put(f"agents/{agent['id']}/reservation", json={"client_id": CLIENT})).json()
    assert reserved["reserved_client_id"] == CLIENT
    revoked = (await admin.post(f"agents/{agent['id']}/revoke", json={"reason": "stolen"})).json()
    assert revoked["revoked_at"] is not None
    assert (await admin.get("agents")).json()["items"] == [revoked]
    assert "told once" not in (await admin.get("agents")).text
    async with asking(database, "user") as user:
        assert (await user.get("racks")).status_code == 200
        assert (await user.post("racks", json={"name": "mine"})).status_code == 403
    async with asking(database, "stranger") as stranger:
        assert (await stranger.get("agents")).json()["items"] == []
        assert (await stranger.post(f"agents/{agent['id']}/revoke", json={"reason": "x"})).status_code == 404


async def test_an_agent_s_credential_is_not_kept_to_be_repeated(admin: httpx2.AsyncClient) -> None:
    rack = (await admin.post("racks", json={"name": "rack1"})).json()
    body, key = {"name": "agent1", "rack_id": rack["id"]}, {"Idempotency-Key": "k1"}
    first = await admin.post("agents", json=body, headers=key)
    again = await admin.post("agents", json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again.headers["idempotency-replayed"]) == (b"", "true")


async def test_a_client_without_access_is_as_if_it_were_not_there(admin: httpx2.AsyncClient) -> None:
    assert (await admin.get(f"clients/{SISTER_CLIENT}/phones")).json()["code"] == "unknown_client"
