from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import httpx2
import pytest

from drover.accounts.endpoints import router
from drover.platform.db.database import Database
from tests.accounts.stock import ACCOUNTS, APPS, PROFILES, TARGETS, Stock, stocked
from tests.databases import CLIENT, OTHER_CLIENT
from tests.fleet.callers import api

HERE = f"clients/{CLIENT}"
CONSENT = {"authorized_by": "Anna", "authorized_at": "2026-01-01T00:00:00Z"}


def asking(database: Database, who: str = "admin") -> AbstractAsyncContextManager[httpx2.AsyncClient]:
    return api(database, [router], APPS, PROFILES, ACCOUNTS, TARGETS, who=who)


@pytest.fixture
async def stock(database: Database) -> Stock:
    return await stocked(database, 2)


@pytest.fixture
async def admin(stock: Stock) -> AsyncIterator[httpx2.AsyncClient]:
    async with asking(stock.database) as client:
        yield client


async def added(client: httpx2.AsyncClient, address: str, **more: object) -> httpx2.Response:
    return await client.post(f"{HERE}/accounts", json={"address": address, **CONSENT, **more})


async def test_apps_are_added_changed_and_listed(admin: httpx2.AsyncClient) -> None:
    notes = {"name": "notes", "package": "org.drover.notes", "policy": {"acts_per_day": 100}}
    made = await admin.post(f"{HERE}/apps", json=notes)
    assert (made.status_code, made.json()["slots"], made.json()["policy"]) == (201, 0, {"acts_per_day": 100})
    changed = (await admin.patch(f"{HERE}/apps/{made.json()['id']}", json={"slots": 3, "policy": {}})).json()
    assert (changed["slots"], changed["policy"], changed["package"]) == (3, {}, "org.drover.notes")
    assert [app["name"] for app in (await admin.get(f"{HERE}/apps")).json()["items"]] == ["notes", "plaza"]
    refused = await admin.post(f"{HERE}/apps", json=notes | {"policy": {"speed": 1}})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_policy")
    assert (await admin.post(f"{HERE}/apps", json=notes)).status_code == 409


async def test_profiles_are_added_changed_and_paged(admin: httpx2.AsyncClient) -> None:
    for name in ("Cleo", "Anna", "Ben"):
        made = (await admin.post(f"{HERE}/profiles", json={"name": name, "fields": {"first_name": name}})).json()
    await admin.patch(f"{HERE}/profiles/{made['id']}", json={"fields": {"gender": "male"}})
    first = (await admin.get(f"{HERE}/profiles", params={"limit": 2})).json()
    second = (await admin.get(f"{HERE}/profiles", params={"limit": 2, "after": first["next"]})).json()
    assert [profile["name"] for profile in first["items"]] == ["Anna", "Ben"]
    assert first["items"][1]["fields"] == {"gender": "male"}
    assert ([profile["name"] for profile in second["items"]], second["next"]) == (["Cleo"], None)


async def test_an_account_lives_from_consent_to_deletion(admin: httpx2.AsyncClient) -> None:
    made = await added(admin, "plaza.account1@phone1", slot="next")
    account = f"{HERE}/accounts/{made.json()['id']}"
    assert (made.status_code, made.json()["slot"], made.json()["lifecycle"]) == (201, 1, "imported")
    ready = (await admin.post(f"{account}/lifecycle", json={"change": "prepare"})).json()
    suspended = (await admin.post(f"{account}/lifecycle", json={"change": "suspend", "reason": "challenge"})).json()
    assert (ready["lifecycle"], suspended["lifecycle"], suspended["origin"]) == ("ready", "suspended", "ready")
    refused = await admin.post(f"{account}/lifecycle", json={"change": "start_warmup"})
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_change")
    assert (await admin.post(f"{account}/move", json={"slot": 7})).json()["slot"] == 7
    other = {"authorized_by": "Ben", "authorized_at": "2026-01-02T00:00:00Z", "profile_id": None}
    assert (await admin.patch(account, json=other)).json()["authorized_by"] == "Ben"
    assert (await admin.delete(account, params={"reason": "sold"})).status_code == 204
    assert (await admin.get(f"{HERE}/accounts")).json()["items"] == []
    assert (await admin.get(account)).json()["deleted_at"] is not None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid_request"),
        ({**CONSENT, "authorized_by": " "}, "not_authorized"),
        ({**CONSENT, "authorized_at": "2026-01-01T00:00:00"}, "invalid_request"),
        ({**CONSENT, "slot": 31}, "invalid_request"),
        ({**CONSENT, "address": "account1"}, "bad_address"),
        ({**CONSENT, "address": "plaza.a@phone9"}, "phone_unknown"),
        ({**CONSENT, "address": "other.a@phone1"}, "app_unknown"),
    ],
)
async def test_an_account_that_cannot_be_added_says_why(sqlite_url: str, body: dict[str, object], code: str) -> None:
    async with Database.open(sqlite_url) as database:
        stock = await stocked(database, 1)
        async with asking(stock.database) as admin:
            answer = await admin.post(f"{HERE}/accounts", json={"address": "plaza.a@phone1", **body})
    assert answer.json()["code"] == code


async def test_accounts_are_paged(admin: httpx2.AsyncClient) -> None:
    for phone in ("phone1", "phone2"):
        for number in (1, 2):
            await added(admin, f"plaza.account{number}@{phone}")
    first = (await admin.get(f"{HERE}/accounts", params={"limit": 3})).json()
    second = (await admin.get(f"{HERE}/accounts", params={"limit": 3, "after": first["next"]})).json()
    assert len({account["address"] for account in [*first["items"], *second["items"]]}) == 4
    assert (len(first["items"]), len(second["items"]), second["next"]) == (3, 1, None)


async def test_a_selector_is_tried_out(admin: httpx2.AsyncClient) -> None:
    await added(admin, "plaza.account1@phone1")
    targets = f"{HERE}/targets"
    hit = (await admin.get(targets, params={"selector": "phone:all-phone2"})).json()
    assert hit == {
        "chosen": ["phone1"],
        "left_out": [{"name": "phone2", "reason": "left out by phone2 in phone:all-phone2"}],
    }
    assert (await admin.get(targets, params={"selector": "account:plaza.all@all"})).json()["chosen"] == [
        "plaza.account1@phone1"
    ]
    missed = await admin.get(targets, params={"selector": "phone:phone9"})
    assert (missed.status_code, missed.json()["code"]) == (422, "nothing_selected")


async def test_who_may_only_look_changes_nothing_and_strangers_find_nothing(stock: Stock) -> None:
    async with asking(stock.database, "viewer") as viewer:
        assert (await viewer.get(f"{HERE}/apps")).status_code == 200
        assert (await added(viewer, "plaza.account1@phone1")).status_code == 403
        assert (await viewer.post(f"{HERE}/apps", json={"name": "a", "package": "b.c"})).status_code == 403
    async with asking(stock.database, "stranger") as stranger:
        for path in ("apps", "profiles", "accounts", "targets?selector=phone:all"):
            assert (await stranger.get(f"{HERE}/{path}")).status_code == 404
        there = await stranger.patch(f"clients/{OTHER_CLIENT}/apps/{stock.plaza.id}", json={"slots": 1})
        assert (there.status_code, there.json()["code"]) == (404, "app_unknown")
