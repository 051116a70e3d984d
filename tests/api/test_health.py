"""Health: told to everybody, without reasons."""

import asyncio

import httpx2

from drover import __version__
from drover.api import health
from drover.api.health import Checks
from drover.kernel.errors import InvalidInput
from tests.platform.web.apps import application, client_of


async def fine() -> None:
    return None


async def broken() -> None:
    raise InvalidInput("the password of the database is wrong")


async def asked(checks: Checks) -> httpx2.Response:
    app = application([health.router], [checks], open_=frozenset({("GET", "/health")}))
    async with client_of(app, token=None) as client:
        return await client.get("health")


async def test_all_is_well() -> None:
    answer = await asked(Checks({"database": fine}))
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": __version__, "failing": []})


async def test_what_fails_is_named_without_its_reason() -> None:
    answer = await asked(Checks({"database": broken, "agent": fine}))
    assert (answer.status_code, answer.json()["failing"]) == (503, ["database"])
    assert "password" not in answer.text


async def test_what_does_not_answer_fails() -> None:
    async def hangs() -> None:
        await asyncio.Event().wait()

    answer = await asked(Checks({"database": hangs}))
    assert (answer.status_code, answer.json()["failing"]) == (503, ["database"])
