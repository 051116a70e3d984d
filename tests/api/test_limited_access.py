"""Who is limited to some racks or apps of a client sees nothing of the others: in no list, and by no id."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from fastapi import FastAPI

from drover.accounts.domain.placing import address_of
from drover.accounts.domain.records import Account, Authorization
from drover.accounts.service import AccountWish, AppWish
from drover.api.application import ROUTERS
from drover.audit.domain import System
from drover.bootstrap.services import Fleet, Foundation, Plans, fleet_of, people_of, plans_of
from drover.fleet.domain.leasing import Holder, HolderKind
from drover.fleet.domain.phones import PhoneState
from drover.fleet.domain.records import PhoneRecord, Report
from drover.kernel.ids import random_id
from drover.platform.blobs import FolderBlobs
from drover.platform.content import BlobContent
from drover.platform.db.database import Database, Unit
from drover.platform.db.outbox import Outbox
from drover.platform.db.reaching import placing_of
from drover.platform.db.tables import Base
from drover.platform.web.routes import operations
from drover.protocol.messages import LeaseExtended, PlayOrder, StopOrder
from drover.tenancy.service import Access, Caller, Halts, Level, Role
from drover.workflows.domain.definitions import DefinitionKind
from drover.workflows.domain.records import TaskRun
from drover.workflows.domain.runs import PartStatus
from drover.workflows.repository import traces
from drover.workflows.service.ports import AgentAway
from drover.workflows.service.runs import Runs
from drover.workflows.service.settling import Settling
from tests.api.office import Office, office
from tests.api.test_application import asked_of, told
from tests.databases import BEGINNING, CLIENT, OURS
from tests.fleet.callers import caller
from tests.fleet.racks import running_agent
from tests.platform.web.apps import Guests, application, client_of
from tests.workflows.documents import SEQUENCE, schedule, step, workflow

ADA = System("ada", "user")
PARAMETERS: Final = {"targets": {"selector": "phone:all"}, "explain": {"hours": 48}}
"""What lists are asked with, by their last word."""


class NobodyThere:
    """Agents of which none answers."""

    async def order(self, agent: str, order: PlayOrder) -> Any:  # noqa: ARG002  the port's
        raise AgentAway(agent, "it is not there")

    async def stop(self, agent: str, stop: StopOrder) -> Any:  # noqa: ARG002  the port's
        raise AgentAway(agent, "it is not there")

    async def extended(self, agent: str, told: LeaseExtended) -> None:
        """Tell nobody."""


@dataclass(frozen=True)
class Place:
    """A phone, an account on it, and a run that plays there."""

    phone: PhoneRecord
    account: Account
    run: str
    step: str

    @property
    def of_phone(self) -> set[str]:
        """What tells of the phone."""
        return {self.phone.id, f'"{self.phone.name}"', self.phone.serial, self.phone.rack_id}

    @property
    def of_account(self) -> set[str]:
        """What tells of the account, and of what was run with it."""
        return {self.account.id, str(self.account.address), self.run, self.step}

    @property
    def ids(self) -> Mapping[str, str]:
        """What stands in paths."""
        return {"phone_id": self.phone.id, "account_id": self.account.id, "run_id": self.run, "step_id": self.step}


@dataclass(frozen=True)
class World:
    """Two places of one client, and the API over them."""

    database: Database
    services: tuple[object, ...]
    near: Place
    far: Place

    def asking(self, access: Access, role: Role = Role.ADMIN) -> AbstractAsyncContextManager[httpx2.AsyncClient]:
        """Return a client of the API for somebody with that access."""
        return client_of(self.app(access, role))

    def app(self, access: Access, role: Role = Role.ADMIN) -> FastAPI:
        """Return the API as somebody with that access meets it."""
        people: Mapping[str, Caller] = {"good": caller(role, clients={CLIENT: access})}
        return application(ROUTERS, [self.database, *self.services], guests=Guests(tokens=people))

    @property
    def at_near_rack(self) -> Access:
        return Access(Level.FULL, racks=frozenset({self.near.phone.rack_id}))


@pytest.fixture
def at_work(database: Database) -> Iterator[Office]:
    with office(database) as opened:
        yield opened


@pytest.fixture
async def world(at_work: Office, database: Database, tmp_path: Path) -> World:
    content = BlobContent(FolderBlobs(tmp_path))
    base = Foundation(
        database=database,
        hasher=at_work.login.hasher,
        trail=at_work.trail,
        content=content,
        helpers={},
        categories=frozenset(),
    )
    people, fleet = people_of(base), fleet_of(base)
    plans = plans_of(base, people, fleet)
    outbox = Outbox(at_work.trail.new_id)
    settling = Settling(fleet.leases, fleet.phones, outbox, at_work.trail.new_id)
    runs = Runs(database, plans.definitions, NobodyThere(), fleet.phones, settling, at_work.trail, lambda: None)
    services = (
        *(people.clients, people.users, people.passwords, people.login, people.tokens, at_work.trail, runs),
        *(fleet.racks, fleet.agents, fleet.phones, fleet.leases, fleet.apps, fleet.profiles, fleet.accounts),
        *(fleet.seen, fleet.targets, plans.definitions, plans.schedules),
        Halts(database, at_work.trail, at_work.clock, told),
    )
    async with database.writing(OURS) as unit:
        for app in ("plaza", "notes"):
            sequence, steps = f"look around {app}", step(sequence=f"look around {app}")
            body = json.loads(json.dumps(SEQUENCE).replace("plaza", app))
            await plans.definitions.put(unit, ADA, DefinitionKind.SEQUENCE, sequence, body)
            await plans.definitions.put(unit, ADA, DefinitionKind.WORKFLOW, f"look at {app}", workflow(steps, app=app))
            await fleet.apps.create(unit, AppWish(app, f"com.example.{app}"), ADA)
        await plans.schedules.create(unit, ADA, schedule(workflow="look at plaza"))
    near = await _place(database, fleet, plans, runs, "plaza.ada", "A")
    far = await _place(database, fleet, plans, runs, "notes.bob", "B")
    return World(database, services, near, far)


async def _place(database: Database, fleet: Fleet, plans: Plans, runs: Runs, account: str, rack: str) -> Place:
    agent = await running_agent(database, f"rack{rack}")
    authorization = Authorization("Ada", BEGINNING)
    async with database.writing(OURS) as unit:
        (phone,) = await fleet.phones.register(unit, agent, [Report(f"serial-{rack}", PhoneState.ONLINE)])
        address = address_of(f"{account}@{phone.name}")
        made = await fleet.accounts.create(unit, AccountWish(address, authorization), ADA)
        await fleet.leases.take(unit, phone.id, Holder(HolderKind.RUN, f"holder-{rack}", "daily post", "ada"))
        chosen, _ = await plans.definitions.get(unit, DefinitionKind.WORKFLOW, f"look at {address.app}")
    run = await runs.start_now(OURS, ADA, chosen.id, phone.id, account_id=made.id)
    async with database.writing(OURS) as unit:
        (played,) = await runs.steps(unit, run.id)
        await _leave_trace(unit, played.id, rack)
    return Place(phone, made, run.id, played.id)


async def _leave_trace(unit: Unit, step: str, rack: str) -> None:
    task = TaskRun(
        id=random_id(),
        sequence_run_id=step,
        number=1,
        step=1,
        rounds=(),
        name=f"task of {rack}",
        kind="tap",
        effect="once",
        status=PartStatus.COMPLETED,
        attempts=1,
        expected="",
        actual="",
        text="",
        error="",
        hint="",
        frame_before=None,
        frame_after=None,
        timing={},
        started_at=BEGINNING,
        ended_at=BEGINNING,
    )
    await traces.add_task(unit, task)


Limit = Callable[[World], tuple[Access, set[str]]]
"""Somebody's access, and what it hides of the world."""

LIMITS: Mapping[str, Limit] = {
    "to a rack": lambda world: (world.at_near_rack, world.far.of_phone | world.far.of_account | {"task of B"}),
    "to an app": lambda world: (
        Access(Level.FULL, apps=frozenset({"plaza"})),
        world.far.of_account | {"task of B", world.far.account.app_id},
    ),
}


async def test_neither_lists_nor_ids_lead_out_of_reach(world: World) -> None:
    for access, hidden in (limit(world) for limit in LIMITS.values()):
        app = world.app(access)
        async with client_of(app) as client:
            await lists_tell_nothing_of(client, app, world, hidden)
            await ids_lead_to_nothing(client, app, world, hidden)


async def lists_tell_nothing_of(client: httpx2.AsyncClient, app: FastAPI, world: World, hidden: set[str]) -> None:
    paths = [one.path for one in operations(app) if one.method == "GET" and ids_in(one.path) <= {"client_id"}]
    assert len(paths) > 10
    answers = {path: (await client.get(filled(path, {}), params=PARAMETERS.get(last(path)))).text for path in paths}
    for path, text in answers.items():
        assert {word for word in hidden if word in text} == set(), path
    near = world.near
    words = {"phones": near.phone.id, "accounts": near.account.id, "runs": near.run, "tasks": "task of A"}
    for path, word in (words | {"targets": near.phone.name}).items():
        assert word in answers[f"/api/v1/clients/{{client_id}}/{path}"]


async def ids_lead_to_nothing(client: httpx2.AsyncClient, app: FastAPI, world: World, hidden: set[str]) -> None:
    ids = {name for name, value in world.far.ids.items() if value in hidden}
    named = [(one.method, one.path) for one in operations(app) if ids_in(one.path) & ids]
    assert len(named) > 8
    for method, path in named:
        answer = await client.request(method, filled(path, world.far.ids), **asked_of(app, method, path))
        assert answer.status_code == 404, (method, path, answer.text)


async def test_what_comes_is_told_of_the_part_within_reach_and_the_whole_where_that_is_reached(world: World) -> None:
    far, hours = world.far, {"hours": 48}
    async with world.asking(Access(Level.FULL)) as client:
        for path, id_ in (("phones", far.phone.id), ("accounts", far.account.id), ("runs", far.run)):
            assert (await client.get(f"clients/{CLIENT}/{path}/{id_}")).status_code == 200
        explained = (await client.get(f"clients/{CLIENT}/schedules/explain", params=hours)).json()
    assert {start["phone"] for start in explained["starts"]} == {"phone1", "phone2"}
    async with world.asking(world.at_near_rack) as client:
        explained = (await client.get(f"clients/{CLIENT}/schedules/explain", params=hours)).json()
    assert {start["phone"] for start in explained["starts"]} == {"phone1"}


async def test_runs_are_started_and_stopped_within_reach_alone(world: World) -> None:
    near, far = world.near, world.far
    async with world.asking(world.at_near_rack, Role.CLIENT_USER) as client:
        workflow_id = (await client.get(f"clients/{CLIENT}/runs/{near.run}")).json()["workflow_id"]
        body = {"workflow_id": workflow_id, "phone_id": near.phone.id}
        runs = f"clients/{CLIENT}/runs"
        assert (await client.post(runs, json=body | {"account_id": near.account.id})).status_code == 201
        assert (await client.post(runs, json=body | {"account_id": far.account.id})).json()["code"] == "account_unknown"
        assert (await client.post(runs, json=body | {"phone_id": far.phone.id})).json()["code"] == "phone_unknown"
        assert (await client.post(f"{runs}/{near.run}/cancel", json={})).json()["status"] == "cancelled"
        assert (await client.post(f"{runs}/{far.run}/cancel", json={})).status_code == 404


async def test_a_workflow_of_another_app_and_what_concerns_the_whole_client_are_refused(world: World) -> None:
    async with world.asking(Access(Level.LIMITED, apps=frozenset({"plaza"})), Role.CLIENT_USER) as client:
        found = (await client.get(f"clients/{CLIENT}/definitions", params={"kind": "workflow"})).json()["items"]
        ids = {one["name"]: one["id"] for one in found}
        body = {"phone_id": world.near.phone.id, "account_id": world.near.account.id}
        refused = await client.post(f"clients/{CLIENT}/runs", json=body | {"workflow_id": ids["look at notes"]})
        assert (refused.status_code, refused.json()["code"]) == (403, "app_out_of_reach")
        nameless = {"phone_id": world.near.phone.id, "workflow_id": ids["look at plaza"]}
        assert (await client.post(f"clients/{CLIENT}/runs", json=nameless)).json()["code"] == "app_out_of_reach"
        started = await client.post(f"clients/{CLIENT}/runs", json=body | {"workflow_id": ids["look at plaza"]})
        assert started.status_code == 201

    async with world.asking(world.at_near_rack) as client:
        assert (await client.get(f"clients/{CLIENT}/audit")).status_code == 403
        assert (await client.post(f"clients/{CLIENT}/unhalt", json={"reason": "x"})).status_code == 403
        assert (await client.post(f"clients/{CLIENT}/schedules", json={"document": schedule()})).status_code == 403


def test_every_table_whose_rows_are_at_a_phone_or_of_an_app_says_so() -> None:
    placed = {table.name for table in Base.metadata.sorted_tables if placing_of(table)}
    assert "phones" in placed
    pointing = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_key_constraints
        if key.referred_table.name in placed
    }
    assert pointing - placed == set()


def ids_in(path: str) -> set[str]:
    return set(re.findall(r"\{([a-z_]+)\}", path))


def last(path: str) -> str:
    return path.rpartition("/")[2]


def filled(path: str, ids: Mapping[str, str]) -> str:
    words = {"client_id": CLIENT, "act": "pause", **ids}
    return re.sub(r"\{([a-z_]+)\}", lambda found: words[found[1]], path).removeprefix("/api/v1/")
