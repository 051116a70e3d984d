from collections.abc import AsyncIterator

import httpx2
import pytest

from drover.api import trail
from drover.audit.domain import System
from drover.audit.service import Sealer, Trail
from drover.kernel.clock import FakeClock
from drover.kernel.ids import random_id
from drover.platform.db.database import Database
from drover.platform.db.whose import OneClient, Organization
from drover.tenancy.service import Access, Caller, Level, Role, Scope
from tests.databases import CLIENT, ORGANIZATION, OTHER_CLIENT, OURS, SISTER_CLIENT
from tests.platform.web.apps import Guests, application, client_of

ROOT = Caller(
    ORGANIZATION, "u1", "root", Role.SUPER_USER, {CLIENT: Access(Level.FULL)}, frozenset(Scope), "", "t1", by_token=True
)


@pytest.fixture
async def api(database: Database) -> AsyncIterator[httpx2.AsyncClient]:
    clock = FakeClock()
    kept = Trail(clock, random_id)
    owners: list[OneClient | Organization] = [OURS, OURS, Organization(ORGANIZATION)]
    for whose in owners:
        clock.advance(1)
        async with database.writing(whose) as unit:
            kept.note(unit, System("dispatcher"), "run.made", ("run", "r1"), after={"status": "pending"})
    await Sealer(database, clock).turn()
    app = application([trail.router], [database, kept], guests=Guests(tokens={"good": ROOT}))
    async with client_of(app) as client:
        yield client


async def test_a_client_s_acts_are_listed_newest_first_page_by_page(api: httpx2.AsyncClient) -> None:
    first = (await api.get(f"clients/{CLIENT}/audit", params={"limit": 1})).json()
    rest = (await api.get(f"clients/{CLIENT}/audit", params={"after": first["next"]})).json()
    assert [(one["position"], one["act"]) for one in (*first["items"], *rest["items"])] == [
        (2, "run.made"),
        (1, "run.made"),
    ]
    assert first["items"][0]["after"] == {"status": "pending"}


async def test_the_organization_s_own_acts_are_a_chain_of_their_own(api: httpx2.AsyncClient) -> None:
    assert [one["position"] for one in (await api.get("audit")).json()["items"]] == [1]
    assert (await api.get("audit/check")).json()["whole"]


async def test_a_chain_is_checked_against_a_head_that_was_kept(api: httpx2.AsyncClient) -> None:
    report = (await api.get(f"clients/{CLIENT}/audit/check")).json()
    assert (report["whole"], report["position"], report["breaks"]) == (True, 2, [])
    kept = {"position": 2, "hash": "0" * 64}
    broken = (await api.get(f"clients/{CLIENT}/audit/check", params=kept)).json()
    assert broken["breaks"] == [{"position": 2, "flaw": "other_head", "id": ""}]


@pytest.mark.parametrize("client", [OTHER_CLIENT, SISTER_CLIENT, "d9" * 16])
async def test_the_trail_of_a_client_that_is_not_mine_is_not_there(api: httpx2.AsyncClient, client: str) -> None:
    for path in (f"clients/{client}/audit", f"clients/{client}/audit/check"):
        assert (await api.get(path)).status_code == 404
