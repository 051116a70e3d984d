"""Who gets in, and what foreign pages and other tenants get: nothing."""

import re

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from drover.console.door import LOOK_AGAIN_S
from drover.platform.db.whose import Organization
from drover.tenancy.service import Role, Status
from tests.console.stage import ADMIN, Stage
from tests.databases import CLIENT, ORGANIZATION, SISTER_CLIENT
from tests.tenancy.house import FULL, PASSWORD, boss

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = {"accept": "text/html"}
PAGES = ("/", "/wall", "/runs", "/runs/x", "/phones", "/phones/x", "/schedules", "/users", "/tokens", "/password")
OTHERS = (
    "/nowhere",
    "/_nicegui/3.18.0/static/nicegui.js",
    "/_nicegui/client/x",
    f"/frames-of-runs/{CLIENT}/x/{'0' * 64}",
    f"/expected-screens/{CLIENT}/{'0' * 64}/plaza.feed",
    "/runs/x/export",
    "/_nicegui_ws/socket.io/?EIO=4&transport=polling",
)
SOCKETS = ("/_nicegui_ws/socket.io/?EIO=4&transport=websocket", "/frames", "/nowhere")


def socket(stage: Stage, path: str) -> str:
    return stage.url.replace("http", "ws", 1) + path


@pytest.mark.parametrize("path", PAGES)
async def test_a_stranger_who_asks_for_a_page_is_asked_to_log_in(stage: Stage, path: str) -> None:
    async with stage.client() as stranger:
        answer = await stranger.get(path, headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/login?to={path.replace('/', '%2F')}"


@pytest.mark.parametrize("path", OTHERS)
async def test_a_stranger_gets_nothing_else_either(stage: Stage, path: str) -> None:
    async with stage.client() as stranger:
        answer = await stranger.get(path)
    assert answer.status_code == 401


@pytest.mark.parametrize("path", SOCKETS)
async def test_sockets_refuse_strangers(stage: Stage, path: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        async with connect(socket(stage, path), origin=stage.url):  # type: ignore[arg-type]  # a str
            pass


@pytest.mark.parametrize("path", SOCKETS[:2])
@pytest.mark.parametrize("origin", ["https://elsewhere.example", None, "null"])
async def test_sockets_refuse_pages_of_other_sites(stage: Stage, path: str, origin: str | None) -> None:
    cookie = {"Cookie": f"drover_session={(await stage.session()).secret}"}
    with pytest.raises(InvalidStatus, match="403"):
        async with connect(socket(stage, path), origin=origin, additional_headers=cookie):  # type: ignore[arg-type]
            pass


async def test_a_socket_ends_with_its_session(stage: Stage) -> None:
    session = await stage.session()
    headers = {"Cookie": f"drover_session={session.secret}"}
    async with connect(socket(stage, SOCKETS[0]), origin=stage.url, additional_headers=headers) as opened:  # type: ignore[arg-type]
        assert str(await opened.recv()).startswith("0")
        await stage.house.login.log_out(session.caller)
        stage.house.clock.advance(LOOK_AGAIN_S + 1)
        await opened.send("2")
        await opened.wait_closed()
        assert opened.close_code == 1008


async def test_the_login_answers_strangers_with_everything_it_loads(stage: Stage) -> None:
    async with stage.client() as stranger:
        page = await stranger.get("/login")
        loaded = re.findall(r'(?:href|src)="([^"]+)"', page.text)
        answers = [await stranger.get(path) for path in loaded]
    assert len(answers) == 4
    assert [answer.status_code for answer in answers] == [200] * 4
    assert [path for path in loaded if not path.startswith("/theme/")] == []


async def test_a_login_leads_back_to_the_address_that_was_asked_for(stage: Stage) -> None:
    given = {"username": ADMIN, "password": PASSWORD, "to": "/runs?status=failed"}
    async with stage.client(origin=stage.url) as client:
        answer = await client.post("/login", data=given)
    cookie = answer.headers["set-cookie"].lower()
    assert (answer.status_code, answer.headers["location"]) == (303, "/runs?status=failed")
    assert all(word in cookie for word in ("drover_session=", "httponly", "samesite=strict", "path=/"))


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x", "/login"]
)
async def test_a_login_leads_to_no_other_site(stage: Stage, to: str) -> None:
    async with stage.client(origin=stage.url) as client:
        answer = await client.post("/login", data={"username": ADMIN, "password": PASSWORD, "to": to})
    assert answer.headers["location"] == "/"


async def test_a_wrong_login_says_so_and_keeps_the_name_as_text(stage: Stage) -> None:
    async with stage.client(origin=stage.url) as client:
        answer = await client.post("/login", data={"username": '"><script>', "password": "wrong wrong"})
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "&quot;&gt;&lt;script&gt;" in answer.text
    assert "set-cookie" not in answer.headers


async def test_too_many_wrong_logins_are_told_how_long_to_wait(stage: Stage) -> None:
    async with stage.client(origin=stage.url) as client:
        wrong = {"username": "nobody-of-that-name", "password": "wrong wrong"}
        answers = [await client.post("/login", data=wrong) for _ in range(7)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "Too many logins failed" in answers[-1].text


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
async def test_forms_of_other_sites_are_refused(stage: Stage, origin: str) -> None:
    async with stage.client(origin=origin) as client:
        answer = await client.post("/login", data={"username": ADMIN, "password": PASSWORD})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_logging_out_needs_the_session_s_own_csrf_value(stage: Stage) -> None:
    session = await stage.session()
    async with stage.client(origin=stage.url, cookie=f"drover_session={session.secret}") as client:
        refused = await client.post("/logout", data={"csrf": "guessed"})
        kept = await client.get("/tokens", headers=PAGE)
        answer = await client.post("/logout", data={"csrf": session.csrf})
        after = await client.get("/tokens", headers=PAGE)
    assert (refused.status_code, kept.status_code) == (403, 200)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert after.status_code == 303


async def test_a_link_on_another_site_leads_to_a_page_that_asks_again(stage: Stage) -> None:
    async with stage.client() as client:
        answer = await client.get("/runs/7", headers=PAGE | {"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    assert 'content="0;url=/login?to=%2Fruns%2F7"' in answer.text


async def test_whoever_is_logged_in_goes_on_from_the_login(stage: Stage) -> None:
    async with stage.client(ADMIN) as client:
        answer = await client.get("/login?to=/runs")
    assert (answer.status_code, answer.headers["location"]) == (303, "/runs")


async def test_nothing_of_another_tenant_is_found(stage: Stage) -> None:
    await stage.house.user("eve", Role.CLIENT_USER, **{SISTER_CLIENT: FULL})
    run, phone = await stage.run(), stage.world.phones[0].id
    paths = (
        f"/runs/{run}",
        f"/runs/{run}/export",
        f"/phones/{phone}",
        f"/phones/{phone}/live",
        f"/runs?client={CLIENT}",
        f"/frames-of-runs/{CLIENT}/{run}/{stage.frames[0]}",
        f"/frames-of-runs/{SISTER_CLIENT}/{run}/{stage.frames[0]}",
        f"/expected-screens/{CLIENT}/{'0' * 64}/plaza.feed",
    )
    async with stage.client("eve") as eve:
        answers = {path: (await eve.get(path, headers=PAGE)).status_code for path in paths}
        own = await eve.get("/runs", headers=PAGE)
    assert set(answers.values()) == {404}, answers
    assert own.status_code == 200
    assert stage.world.phones[0].id not in own.text


async def test_pages_of_users_are_for_those_who_manage_them(stage: Stage) -> None:
    await stage.house.user("vic", Role.VIEWER, **{CLIENT: FULL})
    async with stage.client("vic") as viewer:
        answer = await viewer.get("/users", headers=PAGE)
        home = await viewer.get("/runs", headers=PAGE)
    assert answer.status_code == 403
    assert "Manage_users is not allowed" in answer.text
    assert 'href=\\"/users\\"' not in home.text
    assert "Stop all" not in home.text


async def test_an_address_at_which_there_is_nothing_says_so(stage: Stage) -> None:
    async with stage.client(ADMIN) as client:
        answer = await client.get("/<b>nowhere</b>", headers=PAGE)
    assert answer.status_code == 404
    assert "There is nothing at" in answer.text
    assert "<b>nowhere" not in answer.text


async def test_pages_forbid_foreign_hosts_and_frames_and_allow_only_their_own_scripts(stage: Stage) -> None:
    async with stage.client(ADMIN) as client:
        first, second = await client.get("/runs", headers=PAGE), await client.get("/runs", headers=PAGE)
    policy = first.headers["content-security-policy"]
    (nonce,) = re.findall(r"'nonce-([^']+)'", policy)
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == directives["object-src"] == "'none'"
    assert directives["base-uri"] == directives["form-action"] == directives["connect-src"] == "'self'"
    assert "unsafe-inline" not in directives["script-src"]
    assert "http" not in policy
    assert set(re.findall(r"<script[^>]*nonce=\"([^\"]*)\"", first.text)) == {nonce}
    assert "<script>" not in first.text
    assert policy != second.headers["content-security-policy"]
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["cache-control"] == "no-store"


async def test_pages_load_from_their_own_host_alone(stage: Stage) -> None:
    async with stage.client(ADMIN) as client:
        page = await client.get("/runs", headers=PAGE)
    assert re.findall(r"(?:src|href|url)\s*[=(:]\s*[\"']?(?:https?:)?//[a-z][^\"' )]*", page.text) == []


async def test_the_api_answers_on_the_same_address(stage: Stage) -> None:
    async with stage.client() as client:
        assert (await client.get("/api/v1/health")).text == "the API"


async def test_a_user_who_is_put_out_gets_no_further(stage: Stage) -> None:
    user = await stage.house.user("gone", Role.CLIENT_USER, **{CLIENT: FULL})
    async with stage.client("gone") as client:
        before = await client.get("/runs", headers=PAGE)
        async with stage.house.database.writing(Organization(ORGANIZATION)) as unit:
            await stage.house.users.change(unit, boss(), user.id, status=Status.INACTIVE)
        after = await client.get("/runs", headers=PAGE)
    assert (before.status_code, after.status_code) == (200, 303)
