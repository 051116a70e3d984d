"""The routes of definitions and schedules."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import httpx2
import pytest

from drover.platform.db.database import Database
from drover.workflows.endpoints import definitions, schedules
from tests.databases import CLIENT, OTHER_CLIENT
from tests.fleet.callers import api
from tests.workflows.documents import SEQUENCE, schedule, workflow
from tests.workflows.office import Office

DEFINITIONS = f"clients/{CLIENT}/definitions"
SCHEDULES = f"clients/{CLIENT}/schedules"


def asking(database: Database, office: Office, who: str = "admin") -> AbstractAsyncContextManager[httpx2.AsyncClient]:
    return api(database, [definitions.router, schedules.router], office.definitions, office.schedules, who=who)


@pytest.fixture
async def office() -> Office:
    return Office()


@pytest.fixture
async def admin(database: Database, office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    async with asking(database, office) as client:
        await client.put(f"{DEFINITIONS}/sequence/look around", json={"body": SEQUENCE})
        await client.put(f"{DEFINITIONS}/workflow/daily look", json={"body": workflow()})
        yield client


async def test_a_definition_is_put_shown_compared_and_brought_back(admin: httpx2.AsyncClient) -> None:
    one = f"{DEFINITIONS}/sequence/look around"
    changed = await admin.put(one, json={"body": SEQUENCE | {"description": "calm"}, "note": "calmer"})
    assert changed.json()["version"] == 2
    assert (await admin.get(one)).json()["shown"]["note"] == "calmer"
    assert (await admin.get(one, params={"version": 1})).json()["body"] == SEQUENCE
    assert '+  "description": "calm",' in (await admin.get(f"{one}/diff", params={"old": 1, "new": 2})).json()["diff"]
    assert (await admin.post(f"{one}/restore", json={"version": 1})).json()["version"] == 3
    first = (await admin.get(f"{one}/versions", params={"limit": 2})).json()
    rest = (await admin.get(f"{one}/versions", params={"limit": 2, "after": first["next"]})).json()
    assert [each["version"] for each in [*first["items"], *rest["items"]]] == [3, 2, 1]
    assert (await admin.delete(one)).json()["status"] == "retired"


async def test_definitions_are_listed_by_kind(admin: httpx2.AsyncClient) -> None:
    assert [each["name"] for each in (await admin.get(DEFINITIONS)).json()["items"]] == ["daily look", "look around"]
    found = (await admin.get(DEFINITIONS, params={"kind": "workflow", "status": "active"})).json()
    assert [each["name"] for each in found["items"]] == ["daily look"]


async def test_a_faulty_definition_is_refused_with_its_faults(admin: httpx2.AsyncClient) -> None:
    answer = await admin.put(f"{DEFINITIONS}/workflow/x", json={"body": workflow() | {"steps": []}})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_document")


async def test_a_schedule_is_made_asked_changed_and_listed(admin: httpx2.AsyncClient) -> None:
    made = (await admin.post(SCHEDULES, json={"document": schedule()})).json()
    one = f"{SCHEDULES}/{made['id']}"
    assert (made["status"], made["next_at"], made["revision"]) == ("pending", "2026-01-02T08:00:00Z", 1)
    paused = (await admin.post(f"{one}/pause", params={"revision": 1})).json()
    assert (paused["status"], paused["revision"]) == ("paused", 2)
    assert (await admin.post(f"{one}/resume", params={"revision": 1})).json()["code"] == "schedule_moved"
    assert (await admin.post(f"{one}/pause")).status_code == 409
    assert (await admin.post(f"{one}/run-now")).json()["revision"] == 3
    edited = await admin.put(one, json={"document": made["document"] | {"priority": 9}, "revision": 3})
    assert edited.json()["document"]["priority"] == 9
    assert (await admin.get(one)).json() == edited.json()
    assert (await admin.post(f"{one}/cancel")).json()["status"] == "cancelled"
    listed = (await admin.get(SCHEDULES, params={"status": ["cancelled", "active"]})).json()
    assert [each["id"] for each in listed["items"]] == [made["id"]]


async def test_the_next_hours_are_explained(admin: httpx2.AsyncClient) -> None:
    for name in ("one", "two"):
        await admin.post(SCHEDULES, json={"document": schedule(name=name, target="phone:phone2")})
    await admin.post(
        SCHEDULES, json={"document": schedule(name="off", timing={"kind": "at", "at": "2026-05-01T09:00"})}
    )
    told = (await admin.get(f"{SCHEDULES}/explain", params={"hours": 24})).json()
    assert [(each["schedule"], each["phone"], each["steps"][0]["name"]) for each in told["starts"]] == [
        (name, "phone2", "look around") for name in ("one", "two")
    ]
    assert [(each["schedule"], each["waits_for"]) for each in told["conflicts"]] == [("two", "one")]
    assert told["silent"] == [{"name": "off", "why": "comes next at 2026-05-01 09:00 UTC"}]
    assert told["left_out"]["one"][0] == {"name": "phone1", "why": "not named in phone:phone2"}


async def test_who_may_only_see_changes_nothing_and_strangers_find_nothing(
    database: Database, office: Office, admin: httpx2.AsyncClient
) -> None:
    made = (await admin.post(SCHEDULES, json={"document": schedule()})).json()
    async with asking(database, office, "viewer") as viewer:
        assert (await viewer.get(f"{SCHEDULES}/{made['id']}")).status_code == 200
        assert (await viewer.post(f"{SCHEDULES}/{made['id']}/pause")).status_code == 403
        assert (await viewer.put(f"{DEFINITIONS}/sequence/x", json={"body": SEQUENCE})).status_code == 403
    async with asking(database, office, "stranger") as stranger:
        assert (await stranger.get(f"{SCHEDULES}/{made['id']}")).status_code == 404
        assert (await stranger.get(f"clients/{OTHER_CLIENT}/schedules/{made['id']}")).status_code == 404


async def test_what_a_sequence_pushes_goes_up_and_comes_back(admin: httpx2.AsyncClient) -> None:
    picture = b"a picture"
    digest = hashlib.sha256(picture).hexdigest()
    content = DEFINITIONS.replace("definitions", "content")
    assert (await admin.put(f"{content}/{digest}", content=picture)).status_code == 204
    differs = await admin.put(f"{content}/{digest}", content=b"another")
    assert (differs.status_code, differs.json()["code"]) == (422, "content_differs")
    tasks = [{"kind": "push_media", "file": "media/a.jpg"}]
    body = SEQUENCE | {"tasks": tasks, "files": {"media/a.jpg": digest}}
    assert (await admin.put(f"{DEFINITIONS}/sequence/post", json={"body": body})).status_code == 200
    back = await admin.get(f"{DEFINITIONS}/sequence/post/files/media/a.jpg")
    assert (back.content == picture, back.headers["content-type"]) == (True, "application/octet-stream")
    assert (await admin.get(f"{DEFINITIONS}/sequence/post/files/media/b.jpg")).status_code == 404
