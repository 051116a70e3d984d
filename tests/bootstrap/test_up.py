"""Everything together on both databases: a run is played, its phone let go, and the kill switch stops another."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from drover.bootstrap.up import Up, UpRequest, up
from drover.platform.settings import Settings
from drover.simulator.rack import RackOptions
from drover.workflows.domain.definitions import DefinitionKind
from tests.databases import OWNER, Postgres

EXAMPLE = Path(__file__).parents[2] / "examples" / "plaza"
RACK = RackOptions(phones=1, profile="none")


@pytest.fixture(params=["sqlite", "postgres"])
def request_(request: pytest.FixtureRequest) -> UpRequest:
    if request.param == "sqlite":
        return UpRequest(RACK, example=EXAMPLE)
    server: Postgres = request.getfixturevalue("postgres")
    server.run("CREATE DATABASE {} OWNER {}", "together", OWNER)
    return UpRequest(RACK, database=server.url("together"), owner=server.url("together", OWNER), example=EXAMPLE)


@pytest.fixture
async def ready(request_: UpRequest, tmp_path: Path) -> AsyncIterator[Up]:
    settings = Settings(data_dir=tmp_path / "data", u2_jar="none")
    async with up(request_, settings) as ready:
        yield ready


@pytest.fixture
async def api(ready: Up) -> AsyncIterator[httpx2.AsyncClient]:
    base, headers = f"{ready.url}/api/v1/clients/{ready.whose.client}/", {"Authorization": f"Bearer {ready.token}"}
    async with httpx2.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=60) as client:
        yield client


async def begun(api: httpx2.AsyncClient) -> str:
    (phone,) = (await api.get("phones")).json()["items"]
    (workflow,) = [
        one
        for one in (await api.get("definitions", params={"kind": DefinitionKind.WORKFLOW.value})).json()["items"]
        if one["name"] == "First day"
    ]
    answer = await api.post("runs", json={"workflow_id": workflow["id"], "phone_id": phone["id"]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def until(api: httpx2.AsyncClient, run: str, *statuses: str) -> dict[str, str]:
    """Ask until a run has one of these statuses; the test's own deadline ends what never comes."""
    while (shown := (await api.get(f"runs/{run}")).json())["status"] not in statuses:  # noqa: ASYNC110  HTTP tells if asked
        await asyncio.sleep(0.2)
    return shown


@pytest.mark.rack
@pytest.mark.timeout(240)
async def test_a_run_is_played_and_a_halt_stops_the_next(ready: Up, api: httpx2.AsyncClient) -> None:
    run = await begun(api)
    shown = await until(api, run, "completed", "failed")
    assert (shown["status"], shown["reason"]) == ("completed", "")
    assert (await api.get(f"runs/{run}/report")).json()["tasks"] == {"completed": 16}
    (phone,) = (await api.get("phones")).json()["items"]
    assert phone["lease"] is None
    halted = await api.post("halt", json={"reason": "enough"})
    assert halted.status_code == 200, halted.text
    second = await begun(api)
    assert await ready.working.dispatcher.turn() == 0
    assert (await api.get(f"runs/{second}")).json()["status"] == "pending"
    assert ready.first is not None
