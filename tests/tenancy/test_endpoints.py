from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from drover.api.doorkeeper import TenancyDoorkeeper
from drover.platform.logging import configure_logging
from drover.platform.web.application import Entrance, web_application
from drover.platform.web.idempotency import MemoryKeys
from drover.tenancy.endpoints import OPEN, ROUTERS
from drover.tenancy.service import Role
from tests.databases import CLIENT, OTHER_CLIENT, SISTER_CLIENT
from tests.tenancy.house import FULL, LIMITED, PASSWORD, House

NOWHERE = [OTHER_CLIENT, SISTER_CLIENT, "d9" * 16]
Api = httpx2.AsyncClient


@asynccontextmanager
async def api(house: House, token: str | None = None) -> AsyncIterator[Api]:
    configure_logging(debug=False)
    entrance = Entrance(TenancyDoorkeeper(house.login, house.tokens), MemoryKeys(), OPEN)
    services = (
        house.database,
        house.login,
        house.tokens,
        house.users,
        house.clients,
        house.halts,
        house.passwords,
    )
    transport = httpx2.ASGITransport(app=web_application(entrance, ROUTERS, services))
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with Api(transport=transport, base_url="https://drover/api/v1/", headers=headers) as client:
        yield client


async def begin(client: Api, username: str, password: str = PASSWORD) -> httpx2.Response:
    answer = await client.post("login", json={"username": username, "password": password})
    if answer.status_code == 200:
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return answer


@asynccontextmanager
async def logged_in(house: House, username: str) -> AsyncIterator[Api]:
    async with api(house) as client:
        assert (await begin(client, username)).status_code == 200
        yield client


@pytest.fixture
async def ada(house: House) -> AsyncIterator[Api]:
    await house.user("ada", Role.ADMIN, **{CLIENT: FULL})
    async with logged_in(house, "ada") as client:
        yield client


@pytest.fixture
async def root(house: House) -> AsyncIterator[Api]:
    await house.user("root", Role.SUPER_USER)
    async with logged_in(house, "root") as client:
        yield client


async def test_a_login_sets_a_cookie_that_no_page_can_read(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    async with api(house) as client:
        cookie = (await begin(client, "ada")).headers["set-cookie"]
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))


async def test_a_refused_login_says_the_same_of_known_and_unknown_users(house: House) -> None:
    await house.user("ada", Role.ADMIN)
    async with api(house) as client:
        known, unknown = await begin(client, "ada", "wrong"), await begin(client, "eve", "wrong")
    assert (known.status_code, known.json()["code"]) == (401, "login_refused")
    assert known.json() == unknown.json()
    assert "set-cookie" not in known.headers


async def test_too_many_failures_are_answered_429_with_how_long_to_wait(house: House) -> None:
    async with api(house) as client:
        answers = [await begin(client, "eve", "wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "2"


async def test_nothing_but_the_login_answers_without_one(house: House) -> None:
    paths = [("GET", "me"), ("GET", "users"), ("POST", "clients"), ("POST", "halt"), ("POST", "logout")]
    async with api(house) as client:
        answers = [await client.request(method, path) for method, path in paths]
    assert {answer.status_code for answer in answers} == {401}


async def test_a_change_without_the_csrf_value_is_refused(ada: Api) -> None:
    del ada.headers["X-CSRF-Token"]
    assert (await ada.post("logout")).status_code == 403
    csrf = (await ada.get("me")).json()["csrf"]
    assert (await ada.post("logout", headers={"X-CSRF-Token": csrf})).status_code == 204


async def test_logging_out_ends_the_session_and_takes_the_cookie_back(ada: Api) -> None:
    answer = await ada.post("logout")
    assert answer.status_code == 204
    assert 'drover_session=""' in answer.headers["set-cookie"]
    assert (await ada.get("me")).status_code == 401


async def test_logging_out_everywhere_ends_other_sessions(house: House, ada: Api) -> None:
    async with logged_in(house, "ada") as elsewhere:
        assert (await elsewhere.post("logout-everywhere")).status_code == 204
    assert (await ada.get("me")).status_code == 401


async def test_i_am_told_what_i_may(house: House) -> None:
    await house.user("bob", Role.CLIENT_USER, **{CLIENT: LIMITED})
    async with logged_in(house, "bob") as bob:
        me = (await bob.get("me")).json()
    assert (me["username"], me["role"]) == ("bob", "client_user")
    assert me["clients"] == {CLIENT: {"level": "limited", "racks": None, "apps": None}}
    assert (me["acts"], me["acts_in"]) == (["see_organization"], {CLIENT: ["see", "run", "halt"]})


async def test_i_change_my_password(house: House, ada: Api) -> None:
    body = {"present": PASSWORD, "wanted": "nine blue kingfishers"}
    assert (await ada.post("me/password", json=body)).status_code == 204
    assert (await ada.post("me/password", json=body)).json()["code"] == "wrong_password"
    assert (await ada.post("me/password", json=body | {"wanted": "short"})).json()["code"] == "weak_password"
    async with api(house) as client:
        assert (await begin(client, "ada")).status_code == 401


async def test_a_token_that_i_make_works_until_i_revoke_it(house: House, ada: Api) -> None:
    made = (await ada.post("me/tokens", json={"name": "bot", "scopes": ["read"]})).json()
    async with api(house, made["token"]) as bot:
        assert (await bot.get("me")).json()["scopes"] == ["read"]
        assert (await bot.get("me")).json()["csrf"] is None
        assert (await bot.get("users")).json()["code"] == "not_allowed"
        assert (await bot.post("me/tokens", json={"name": "x", "scopes": ["read"]})).json()["code"] == "login_needed"
        listed = (await ada.get("me/tokens")).json()["items"]
        assert [(one["id"], one["name"]) for one in listed] == [(made["id"], "bot")]
        assert made["token"] not in str(listed)
        assert (await ada.delete(f"me/tokens/{made['id']}")).status_code == 204
        assert (await bot.get("me")).status_code == 401
    assert (await ada.delete(f"me/tokens/{made['id']}")).status_code == 404


async def test_an_answer_with_a_secret_is_not_kept_to_be_repeated(ada: Api) -> None:
    body, key = {"name": "bot", "scopes": ["read"]}, {"Idempotency-Key": "k1"}
    first = await ada.post("me/tokens", json=body, headers=key)
    again = await ada.post("me/tokens", json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again.headers["idempotency-replayed"]) == (b"", "true")
    assert len((await ada.get("me/tokens")).json()["items"]) == 1


@pytest.mark.parametrize(
    "body", [{"name": "x", "scopes": ["root"]}, {"name": "x", "scopes": []}, {"name": " ", "scopes": ["read"]}]
)
async def test_a_token_that_cannot_be_is_refused(ada: Api, body: dict[str, object]) -> None:
    assert (await ada.post("me/tokens", json=body)).status_code == 422


async def test_an_administrator_makes_a_user_who_logs_in_with_what_was_shown_once(house: House, ada: Api) -> None:
    made = (await ada.post("users", json={"username": "Bob", "role": "client_user"})).json()
    access = f"users/{made['id']}/access/{CLIENT}"
    assert (await ada.put(access, json={"level": "limited", "apps": ["plaza"]})).status_code == 204
    async with api(house) as client:
        assert (await begin(client, "bob", made["password"])).status_code == 200
    shown = (await ada.get(f"users/{made['id']}")).json()
    assert shown["clients"] == {CLIENT: {"level": "limited", "racks": None, "apps": ["plaza"]}}
    assert "password" not in shown
    assert (await ada.delete(access, params={"reason": "left"})).status_code == 204
    async with api(house) as client:
        assert (await begin(client, "bob", made["password"])).status_code == 401


async def test_a_password_that_was_given_is_not_shown(ada: Api) -> None:
    made = (await ada.post("users", json={"username": "bob", "role": "viewer", "password": PASSWORD})).json()
    assert made["password"] is None
    reset = await ada.post(f"users/{made['id']}/password", json={})
    assert len(reset.json()["password"]) == 24


async def test_a_user_s_role_and_status_are_changed(ada: Api) -> None:
    made = (await ada.post("users", json={"username": "bob", "role": "viewer"})).json()
    changed = await ada.patch(f"users/{made['id']}", json={"status": "inactive", "role": "client_user"})
    assert (changed.json()["status"], changed.json()["role"]) == ("inactive", "client_user")
    assert (await ada.patch(f"users/{made['id']}", json={"role": "admin"})).status_code == 403
    assert (await ada.patch(f"users/{made['id']}", json={"rolle": "viewer"})).status_code == 422


async def test_users_are_listed_page_by_page(ada: Api) -> None:
    for name in ("bob", "cid"):
        await ada.post("users", json={"username": name, "role": "viewer"})
    first = (await ada.get("users", params={"limit": 2})).json()
    rest = (await ada.get("users", params={"limit": 2, "after": first["next"]})).json()
    assert [user["username"] for user in (*first["items"], *rest["items"])] == ["ada", "bob", "cid"]
    assert rest["next"] is None


@pytest.mark.parametrize("client", NOWHERE)
async def test_a_client_that_is_not_mine_is_answered_404_on_every_route(ada: Api, client: str) -> None:
    bob = (await ada.post("users", json={"username": "bob", "role": "viewer"})).json()["id"]
    answers = [
        await ada.get(f"clients/{client}"),
        await ada.patch(f"clients/{client}", json={"name": "mine"}),
        await ada.post(f"clients/{client}/halt", json={"reason": "x"}),
        await ada.post(f"clients/{client}/unhalt", json={"reason": "x"}),
        await ada.put(f"users/{bob}/access/{client}", json={"level": "limited"}),
        await ada.delete(f"users/{bob}/access/{client}"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "unknown_client")] * 6


async def test_a_user_who_is_not_mine_is_answered_404_on_every_route(house: House, ada: Api) -> None:
    theirs = await house.user("bob", Role.CLIENT_USER, **{SISTER_CLIENT: FULL})
    for user in (theirs.id, "d9" * 16):
        answers = [
            await ada.get(f"users/{user}"),
            await ada.patch(f"users/{user}", json={"status": "deleted"}),
            await ada.post(f"users/{user}/password", json={}),
            await ada.put(f"users/{user}/access/{CLIENT}", json={"level": "limited"}),
            await ada.delete(f"users/{user}/access/{CLIENT}"),
        ]
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "unknown_user")] * 5


async def test_a_super_user_makes_renames_and_puts_out_a_client(root: Api) -> None:
    made = (await root.post("clients", json={"name": "Herons"})).json()
    assert (made["status"], made["halt"]) == ("active", None)
    changed = await root.patch(f"clients/{made['id']}", json={"name": "Grey Herons", "status": "inactive"})
    assert (changed.json()["name"], changed.json()["status"]) == ("Grey Herons", "inactive")
    assert (await root.post("clients", json={"name": "Grey Herons"})).json()["code"] == "name_taken"
    assert (await root.get(f"clients/{made['id']}")).json()["name"] == "Grey Herons"


async def test_clients_are_listed_for_who_may_know_of_them(ada: Api, root: Api) -> None:
    assert [client["id"] for client in (await ada.get("clients")).json()["items"]] == [CLIENT]
    listed = (await root.get("clients", params={"limit": 1})).json()
    rest = (await root.get("clients", params={"after": listed["next"]})).json()
    assert [client["id"] for client in (*listed["items"], *rest["items"])] == [CLIENT, SISTER_CLIENT]


async def test_a_client_is_halted_and_goes_on(house: House, ada: Api) -> None:
    thrown = (await ada.post(f"clients/{CLIENT}/halt", json={"reason": "wrong caption"})).json()
    assert (thrown["client"], thrown["reason"]) == (CLIENT, "wrong caption")
    assert (await ada.get(f"clients/{CLIENT}")).json()["halt"]["reason"] == "wrong caption"
    assert (await ada.get("halts")).json()["items"] == [thrown]
    assert [one.client for one in house.told] == [CLIENT]
    assert (await ada.post(f"clients/{CLIENT}/unhalt", json={"reason": "mended"})).status_code == 204
    assert (await ada.get("halts")).json()["items"] == []


async def test_everything_is_halted_and_goes_on(ada: Api, root: Api) -> None:
    assert (await ada.post("halt", json={"reason": "fire"})).status_code == 403
    assert (await root.post("halt", json={"reason": ""})).status_code == 422
    assert (await root.post("halt", json={"reason": "fire"})).json()["client"] is None
    assert [one["reason"] for one in (await ada.get("halts")).json()["items"]] == ["fire"]
    assert (await root.post("unhalt", json={"reason": "out"})).status_code == 204
    assert (await ada.get("halts")).json()["items"] == []


async def test_a_halt_of_another_client_is_not_told(house: House, ada: Api, root: Api) -> None:
    assert (await root.post(f"clients/{SISTER_CLIENT}/halt", json={"reason": "x"})).status_code == 200
    assert (await ada.get("halts")).json()["items"] == []
    assert [one.client for one in house.told] == [SISTER_CLIENT]
