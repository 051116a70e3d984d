"""The whole API: every route is closed to strangers, and no route tells of another tenant's things."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from drover.api.application import OPEN, ROUTERS, Services, create_app
from drover.api.health import Checks
from drover.api.reference import reference
from drover.bootstrap.services import Foundation, fleet_of, people_of, plans_of
from drover.platform.blobs import MemoryBlobs
from drover.platform.content import BlobContent
from drover.platform.db.database import Database
from drover.platform.web.routes import operations
from drover.platform.web.statuses import PREFIX
from drover.tenancy.service import Halts, Thrown
from drover.workflows.domain.definitions import DefinitionKind
from tests.api.office import Office, office
from tests.databases import OTHER_CLIENT

HERE = "127.0.0.1"
NOBODYS = "f" * 32
_PLAIN: dict[str, Any] = {"array": ["read"], "integer": 1, "number": 1, "boolean": True, "string": "some.words"}


@pytest.fixture
def at_work(database: Database) -> Iterator[Office]:
    with office(database) as opened:
        yield opened


async def told(_thrown: Thrown) -> None:
    return None


@pytest.fixture
def app(at_work: Office, database: Database) -> FastAPI:
    return whole(at_work, database)


def whole(at_work: Office, database: Database) -> FastAPI:
    trail = at_work.trail
    base = Foundation(database, at_work.login.hasher, trail, BlobContent(MemoryBlobs()), {}, frozenset())
    people, fleet = people_of(base), fleet_of(base)
    plans = plans_of(base, people, fleet)
    others = (
        *(people.clients, people.users, people.passwords, trail),
        *(fleet.racks, fleet.agents, fleet.phones, fleet.leases),
        *(fleet.apps, fleet.profiles, fleet.accounts, fleet.seen, fleet.targets),
        *(plans.definitions, plans.schedules),
        Halts(database, trail, at_work.clock, told),
    )
    return create_app(Services(database, at_work.login, at_work.tokens, Checks({}), others))


def routes(app: FastAPI) -> list[tuple[str, str]]:
    return [(operation.method, operation.path) for operation in operations(app)]


@pytest.fixture
async def anybody(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://drover") as client:
        yield client


@pytest.fixture
async def admin(app: FastAPI, at_work: Office) -> AsyncIterator[httpx2.AsyncClient]:
    assert await at_work.beginning.first_administrator() is not None
    text = await at_work.local.issue("test")
    headers = {"Authorization": f"Bearer {text.reveal()}"}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://drover", headers=headers) as client:
        yield client


def filled(path: str, client: str) -> str:
    words = {"client_id": client, "kind": DefinitionKind.WORKFLOW.value, "act": "pause"}
    return re.sub(r"\{([a-z_]+)\}", lambda found: words.get(found[1], NOBODYS), path)


async def test_nothing_but_login_and_health_answers_without_a_caller(app: FastAPI, anybody: httpx2.AsyncClient) -> None:
    answers = {(method, path): await anybody.request(method, filled(path, NOBODYS)) for method, path in routes(app)}
    closed = {place for place, answer in answers.items() if answer.status_code == 401}
    assert set(answers) - closed == {(method, PREFIX + path) for method, path in OPEN}
    assert (await anybody.get(f"{PREFIX}/openapi.json")).status_code == 401
    assert (await anybody.get("/")).status_code == 401


async def test_no_route_of_another_tenants_client_is_anything_but_not_found(
    app: FastAPI, admin: httpx2.AsyncClient
) -> None:
    of_clients = [(method, path) for method, path in routes(app) if "{client_id}" in path]
    assert len(of_clients) > 30
    for client in (OTHER_CLIENT, NOBODYS, "x" * 300):
        for method, path in of_clients:
            answer = await admin.request(method, filled(path, client), **asked_of(app, method, path))
            assert answer.status_code == 404, (method, path, client, answer.text)


def asked_of(app: FastAPI, method: str, path: str) -> dict[str, Any]:
    """Return a body and a query that the route takes: the first refusal would else be for its form."""
    operation = app.openapi()["paths"][path][method.lower()]
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    query = {one["name"]: 1 for one in operation.get("parameters", []) if one["in"] == "query" and one.get("required")}
    return {"params": query} | ({"json": example_of(app.openapi()["components"]["schemas"], schema)} if schema else {})


def example_of(schemas: dict[str, Any], schema: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return example_of(schemas, schemas[schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return example_of(schemas, schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        return {name: example_of(schemas, properties[name]) for name in schema.get("required", [])}
    if schema.get("format") == "date-time":
        return "2026-01-01T00:00:00Z"
    return _PLAIN[schema.get("type", "string")]


def test_no_answer_with_a_secret_is_kept_to_be_repeated() -> None:
    """Such a route says so by `answers_a_secret`; logging in is asked by nobody who could have a key."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    posts = [route for route in routes if "POST" in (route.methods or ())]
    secret = {route.name for route in posts if {"token", "password", "credential", "csrf"} & wordstold(route)}
    told = {route.name for route in posts if "answers_a_secret" in route.endpoint.__code__.co_names}
    assert secret == told | {"begin"}
    assert told == {"make_token", "make", "reset_password", "register_agent"}


def wordstold(route: APIRoute) -> set[str]:
    """Return the names of the fields of the answer, at any depth, that may be words; a lease's token is a number."""
    schema = TypeAdapter(route.response_model).json_schema()
    fields = [
        field for shape in [schema, *schema.get("$defs", {}).values()] for field in shape.get("properties", {}).items()
    ]
    return {name for name, kind in fields if "string" in str(kind)}


async def test_operations_have_names_of_their_own(app: FastAPI) -> None:
    ids = [operation["operationId"] for methods in app.openapi()["paths"].values() for operation in methods.values()]
    assert len(ids) == len(set(ids))


def test_the_reference_tells_of_every_route() -> None:
    written = (Path(__file__).parents[2] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    assert written == reference(), "run python tools/api_reference.py"
