"""Layers and forms that hold for every route."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import BaseModel, ConfigDict

from drover.kernel.errors import DroverError, InvalidInput, Kind, Retry
from drover.platform.documents import BadDocument, Fault
from drover.platform.web.bodies import MOST_BYTES, MOST_BYTES_OF_STRANGERS
from drover.platform.web.callers import CSRF_HEADER, SESSION_COOKIE, NotLoggedIn, caller_of
from drover.platform.web.idempotency import MemoryKeys
from drover.platform.web.pages import Page, PageWanted, page_of
from drover.platform.web.problems import STATUSES
from drover.platform.web.provision import provided
from drover.platform.web.routes import capability_router, operations
from tests.platform.web.apps import Guest, application, client_of

PNG = b"\x89PNG"


class PhoneTaken(DroverError):
    kind = Kind.CONFLICT
    retry = Retry.WHEN_BACK


class Slow(DroverError):
    kind = Kind.THROTTLED

    def __init__(self) -> None:
        super().__init__("too often")
        self.retry_after_s = 41.6


class Counter:
    def __init__(self) -> None:
        self.count = 0


class Timing(BaseModel):
    at: datetime


class Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    kind: Literal["at", "window"] = "at"
    timing: Timing | None = None


NUMBERS = [(datetime(2026, 1, 1, tzinfo=UTC), f"id{number}") for number in range(5)]


def things() -> APIRouter:
    router = capability_router("things")

    @router.post("/things", status_code=201)
    async def create(wish: Wish, counter: Annotated[Counter, Depends(provided(Counter))]) -> dict[str, object]:
        """Make a thing."""
        counter.count += 1
        return {"name": wish.name, "count": counter.count}

    @router.get("/things")
    async def list_(wanted: Annotated[PageWanted, Depends()]) -> Page[str]:
        after = wanted.position(datetime, str)
        rows = [key for key in NUMBERS if after is None or key > after]
        return page_of(rows[: wanted.rows], wanted, lambda key: key, lambda key: key[1])

    @router.get("/me")
    async def me(caller: Annotated[Guest, Depends(caller_of(Guest))]) -> str:
        return caller.user

    @router.post("/failures/{how}")
    async def fail(how: str, counter: Annotated[Counter, Depends(provided(Counter))]) -> None:
        counter.count += 1
        raise {
            "taken": PhoneTaken("phone3 is taken by a run", hint="wait for it"),
            "slow": Slow(),
            "document": BadDocument("daily.json", [Fault("tasks[3].on", "is missing")]),
            "defect": ValueError("the secret of the database"),
        }[how]

    return router


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def app(counter: Counter) -> FastAPI:
    return application([things()], [counter], open_=frozenset({("POST", "/failures/taken")}))


def problem(answer: httpx2.Response) -> dict[str, object]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


async def test_a_declared_failure_is_a_problem_with_a_stable_code(app: FastAPI) -> None:
    async with client_of(app) as client:
        answer = await client.post("failures/taken")
    assert answer.status_code == 409
    assert problem(answer) == {
        "type": "urn:drover:problem:phone_taken",
        "title": "Phone taken",
        "status": 409,
        "detail": "phone3 is taken by a run",
        "code": "phone_taken",
        "retry": "when_back",
        "hint": "wait for it",
        "errors": [],
    }


async def test_a_throttled_caller_is_told_when_to_come_back(app: FastAPI) -> None:
    async with client_of(app) as client:
        answer = await client.post("failures/slow")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "42")


async def test_faults_of_a_document_are_told_by_field(app: FastAPI) -> None:
    async with client_of(app) as client:
        told = problem(await client.post("failures/document"))
    assert told["errors"] == [{"part": "body", "field": "tasks[3].on", "reason": "is missing"}]


async def test_a_defect_tells_nothing_of_its_cause(app: FastAPI) -> None:
    async with client_of(app) as client:
        answer = await client.post("failures/defect")
    assert (answer.status_code, problem(answer)["code"]) == (500, "internal")
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({}, "name", "is missing"),
        ({"name": "x", "colour": 1}, "colour", "is not a known field"),
        ({"name": "x", "kind": "never"}, "kind", "should be 'at' or 'window'"),
        ({"name": "x", "timing": {"at": "noon"}}, "timing.at", "should be a valid datetime"),
    ],
)
async def test_a_bad_request_names_its_field(app: FastAPI, body: dict[str, object], field: str, reason: str) -> None:
    async with client_of(app) as client:
        answer = await client.post("things", json=body)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["part"], fault["field"]) == ("body", field)
    assert fault["reason"].startswith(reason)


async def test_a_body_that_is_no_json_is_said_to_be_none(app: FastAPI) -> None:
    async with client_of(app) as client:
        answer = await client.post("things", content=b"{", headers={"Content-Type": "application/json"})
    assert problem(answer)["detail"] == "body: is not JSON"


@pytest.mark.parametrize(("method", "path", "code"), [("GET", "nowhere", 404), ("DELETE", "things", 405)])
async def test_what_is_not_there_is_a_problem_too(app: FastAPI, method: str, path: str, code: int) -> None:
    async with client_of(app) as client:
        answer = await client.request(method, path)
    assert (answer.status_code, problem(answer)["status"]) == (code, code)


def test_every_kind_of_failure_has_a_status() -> None:
    assert set(STATUSES) == set(Kind)


@pytest.mark.parametrize("path", ["things", "me", "nowhere", "openapi.json"])
async def test_nothing_answers_a_stranger(app: FastAPI, path: str) -> None:
    async with client_of(app, token=None) as client:
        answer = await client.get(path)
    assert (answer.status_code, problem(answer)["code"]) == (401, "not_logged_in")


@pytest.mark.parametrize("header", ["Bearer bad", "Bearer ", "Basic good", "good", "Bearer " + "x" * 600])
async def test_a_bad_token_is_refused_even_beside_a_good_cookie(app: FastAPI, header: str) -> None:
    async with client_of(app, token=None) as client:
        answer = await client.get("me", headers={"Authorization": header, "Cookie": f"{SESSION_COOKIE}=sesame"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("cookie", [f"{SESSION_COOKIE}=", f"{SESSION_COOKIE}=wrong", "other=sesame", "\x7f;;=;"])
async def test_a_cookie_of_no_session_is_refused(app: FastAPI, cookie: str) -> None:
    async with client_of(app, token=None) as client:
        answer = await client.get("me", headers={"Cookie": cookie})
    assert answer.status_code == 401


async def test_a_caller_is_known_by_token_and_by_session(app: FastAPI) -> None:
    async with client_of(app) as by_token, client_of(app, token=None) as by_session:
        by_session.headers["Cookie"] = f"{SESSION_COOKIE}=sesame"
        assert [(await client.get("me")).json() for client in (by_token, by_session)] == ["ada", "ada"]


@pytest.mark.parametrize(("csrf", "status"), [("csrf-of-ada", 201), ("another", 403), ("", 403), ("\xe9", 403)])
async def test_a_session_changes_something_only_with_its_csrf_token(app: FastAPI, csrf: str, status: int) -> None:
    headers = {"Cookie": f"{SESSION_COOKIE}=sesame", CSRF_HEADER: csrf.encode("latin-1")}
    async with client_of(app, token=None) as client:
        answer = await client.post("things", json={"name": "x"}, headers=headers)
    assert answer.status_code == status


async def test_what_is_open_answers_a_stranger(app: FastAPI) -> None:
    async with client_of(app, token=None) as client:
        answer = await client.post("failures/taken")
    assert answer.status_code == 409


async def test_a_caller_of_a_route_without_a_door_is_nobody() -> None:
    request = httpx2.Request("GET", "http://drover/")
    scope = {"type": "http", "headers": [], "method": request.method, "path": "/"}
    with pytest.raises(NotLoggedIn):
        caller_of(Guest)(Request(scope))


async def test_a_list_is_read_page_by_page_to_its_end(app: FastAPI) -> None:
    seen: list[str] = []
    async with client_of(app) as client:
        page = (await client.get("things", params={"limit": 2})).json()
        seen += page["items"]
        page = (await client.get("things", params={"limit": 2, "after": page["next"]})).json()
        seen += page["items"]
        page = (await client.get("things", params={"limit": 2, "after": page["next"]})).json()
    assert [*seen, *page["items"]] == [f"id{number}" for number in range(5)]
    assert page["next"] is None


@pytest.mark.parametrize("after", ["!", "e30", "WzFd", "x" * 600, "WyIyMDI2IiwgIngiXQ"])
async def test_a_cursor_that_nobody_told_is_refused(app: FastAPI, after: str) -> None:
    async with client_of(app) as client:
        answer = await client.get("things", params={"after": after})
    assert answer.status_code == 422


@pytest.mark.parametrize("limit", ["0", "201", "many"])
async def test_a_limit_out_of_reach_is_refused_by_name(app: FastAPI, limit: str) -> None:
    async with client_of(app) as client:
        answer = await client.get("things", params={"limit": limit})
    assert answer.json()["errors"][0]["field"] == "limit"


async def test_a_repeated_post_is_answered_and_not_done_again(app: FastAPI, counter: Counter) -> None:
    async with client_of(app) as client:
        client.headers["Idempotency-Key"] = "k1"
        first = await client.post("things", json={"name": "x"})
        second = await client.post("things", json={"name": "x"})
    assert (first.status_code, second.status_code, counter.count) == (201, 201, 1)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"


async def test_without_a_key_a_post_is_done_again(app: FastAPI, counter: Counter) -> None:
    async with client_of(app) as client:
        await client.post("things", json={"name": "x"})
        await client.post("things", json={"name": "x"})
    assert counter.count == 2


async def test_a_key_used_for_another_request_is_refused(app: FastAPI, counter: Counter) -> None:
    async with client_of(app) as client:
        client.headers["Idempotency-Key"] = "k1"
        await client.post("things", json={"name": "x"})
        answer = await client.post("things", json={"name": "y"})
    assert (problem(answer)["code"], counter.count) == ("key_used_otherwise", 1)


async def test_a_refused_request_may_be_tried_again_with_its_key(app: FastAPI, counter: Counter) -> None:
    async with client_of(app) as client:
        client.headers["Idempotency-Key"] = "k1"
        await client.post("failures/taken")
        await client.post("failures/taken")
        await client.post("failures/defect")
        await client.post("failures/defect")
    assert counter.count == 4


async def test_a_request_that_is_underway_is_not_begun_twice(counter: Counter) -> None:
    keys = MemoryKeys()
    app = application([things()], [counter], keys=keys)
    body = b'{"name":"x"}'
    digest = b"POST /api/v1/things?\n" + body
    await keys.claim(Guest(), "k1", __import__("hashlib").sha256(digest).hexdigest())
    async with client_of(app) as client:
        headers = {"Idempotency-Key": "k1", "Content-Type": "application/json"}
        answer = await client.post("things", content=body, headers=headers)
    assert (answer.status_code, problem(answer)["code"], counter.count) == (409, "request_underway", 0)


@pytest.mark.parametrize("key", ["", "x" * 129, "\u00e9"])
async def test_a_key_that_cannot_be_kept_is_refused(app: FastAPI, key: str) -> None:
    async with client_of(app) as client:
        headers = {b"Idempotency-Key": key.encode()}
        answer = await client.post("things", json={"name": "x"}, headers=headers)
    assert answer.status_code == 422


async def test_a_body_beyond_the_limit_is_refused(app: FastAPI) -> None:
    async with client_of(app) as client:
        answer = await client.post("things", content=b" " * (MOST_BYTES + 1))
    assert (answer.status_code, problem(answer)["code"]) == (413, "body_too_large")


async def test_a_stranger_may_send_less(app: FastAPI) -> None:
    async with client_of(app, token=None) as client:
        answer = await client.post("failures/taken", content=b" " * (MOST_BYTES_OF_STRANGERS + 1))
    assert problem(answer)["code"] == "body_too_large"


async def test_more_may_be_put_where_uploads_go_by_who_is_known() -> None:
    router = capability_router("content")

    @router.put("/content/{name}")
    async def keep(name: str, request: Request) -> str:
        return f"{name}: {len(await request.body())}"

    app = application([router], uploads="/content/[^/]+")
    large = b" " * (MOST_BYTES + 1)
    async with client_of(app) as client:
        assert (await client.put("content/a", content=large)).json() == f"a: {len(large)}"
        assert (await client.post("content/a", content=large)).status_code == 413
    async with client_of(app, token=None) as client:
        assert (await client.put("content/a", content=large)).status_code == 401


async def test_answers_are_neither_stored_nor_guessed(app: FastAPI) -> None:
    async with client_of(app) as client:
        answer = await client.get("me")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_operations_keep_their_names(app: FastAPI) -> None:
    assert [(found.method, found.path, found.operation_id) for found in operations(app)] == [
        ("POST", "/api/v1/failures/{how}", "things_fail"),
        ("GET", "/api/v1/me", "things_me"),
        ("GET", "/api/v1/things", "things_list_"),
        ("POST", "/api/v1/things", "things_create"),
    ]


async def test_the_document_tells_of_problems_and_of_login(app: FastAPI) -> None:
    async with client_of(app) as client:
        document = (await client.get("openapi.json")).json()
    operation = document["paths"]["/api/v1/things"]["post"]
    assert set(operation["responses"]) == {"201", "default"}
    assert "application/problem+json" in operation["responses"]["default"]["content"]
    assert document["security"] == [{"token": []}, {"session": []}]
    assert {"Problem", "FieldFault"} <= set(document["components"]["schemas"])
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_an_error_says_nothing_of_when_to_try_again_unless_it_knows() -> None:
    assert InvalidInput("no").retry_after_s is None
