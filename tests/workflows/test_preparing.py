"""What a step needs before it is played, on both databases."""

from datetime import UTC, datetime, time

import pytest

from drover.accounts.domain.apps import Policy, Quiet
from drover.accounts.domain.lifecycle import Lifecycle
from drover.accounts.domain.records import Account
from drover.accounts.service import AppEdit
from drover.kernel.clock import FakeClock
from drover.platform.db.database import Database, Unit
from drover.protocol.messages import Budget
from drover.workflows.domain.budgets import ACTING
from drover.workflows.domain.definitions import DefinitionKind, UnknownDefinition
from drover.workflows.domain.records import Run, StepRun, TaskRun
from drover.workflows.domain.runs import PartStatus
from drover.workflows.domain.workflow import PlaySequence, Step
from drover.workflows.repository import runs, traces
from drover.workflows.service.ports import Provision
from drover.workflows.service.preparing import SWITCH_ID, AccountRests, NoWayToAccount, Preparations, QuietHours
from tests.accounts.stock import ACCOUNTS, APPS, SEEN, Stock, add, stocked
from tests.databases import OURS
from tests.fleet.racks import ADMINISTRATOR
from tests.workflows.documents import SEQUENCE
from tests.workflows.office import ADA, Office

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SWITCH = SEQUENCE | {
    "name": "Switch",
    "params": {"account": {}, "slot": {"default": ""}},
    "tasks": SEQUENCE["tasks"][:1],
}


def step(app: str = "plaza") -> Step:
    return Step("post", PlaySequence("post"), app, {})


@pytest.fixture
async def stock(database: Database) -> Stock:
    return await stocked(database, 1)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def preparations(office: Office) -> Preparations:
    return Preparations(office.definitions, APPS, ACCOUNTS, SEEN, FakeClock(wall=NOON))


def run(stock: Stock, account: Account | None = None) -> Run:
    account_id = account.id if account is not None else None
    phone = stock.phones[0].id
    return Run(
        *("r" * 32, OURS.organization, OURS.client, None, None, "f" * 32, 1, {}, phone, account_id, 0, {}, 1),
        *(NOON, NOON, NOON),
    )


async def govern(unit: Unit, stock: Stock, policy: Policy) -> None:
    await APPS.edit(unit, stock.plaza.id, AppEdit(policy=policy), ADMINISTRATOR)


async def test_an_app_that_is_not_registered_needs_nothing(stock: Stock, preparations: Preparations) -> None:
    async with stock.database.writing(OURS) as unit:
        assert await preparations.provide(unit, run(stock), step("notes")) == Provision()
        assert await preparations.provide(unit, run(stock), step()) == Provision(budget=Budget())


async def test_nothing_is_done_in_an_app_s_quiet_hours(stock: Stock, preparations: Preparations) -> None:
    async with stock.database.writing(OURS) as unit:
        await govern(unit, stock, Policy(quiet=Quiet(time(12), time(13), "UTC")))
        with pytest.raises(QuietHours, match="plaza is in its quiet hours"):
            await preparations.provide(unit, run(stock), step())
        await govern(unit, stock, Policy(quiet=Quiet(time(13), time(12), "UTC")))
        assert (await preparations.provide(unit, run(stock), step())).switch is None


async def test_what_was_done_since_midnight_is_off_the_day_s_budget(stock: Stock, preparations: Preparations) -> None:
    async with stock.database.writing(OURS) as unit:
        await govern(unit, stock, Policy(tasks=frozenset({"tap"}), acts_per_day=3))
        mine = run(stock)
        await runs.add(unit, mine, [part(mine.id)], ())
        for number, (kind, hour) in enumerate([("tap", 11), ("tap", 1), ("wait", 11)], 1):
            await traces.add_task(unit, did(number, kind, NOON.replace(hour=hour)))
        await traces.add_task(unit, did(4, "tap", datetime(2025, 12, 31, 23, tzinfo=UTC)))
        budget = (await preparations.provide(unit, mine, step())).budget
    assert (budget.acts, set(budget.kinds)) == (1, ACTING - {"tap"})


def part(run_id: str) -> StepRun:
    return StepRun("s" * 32, run_id, 1, "post", "post", None, None)


def did(number: int, kind: str, at: datetime) -> TaskRun:
    task_id = f"{number:032d}"
    return TaskRun(task_id, "s" * 32, number, number, (), kind, kind, "once", PartStatus.COMPLETED, 1, at, at)


@pytest.mark.parametrize("lifecycle", [Lifecycle.SUSPENDED, Lifecycle.INVALID])
async def test_with_an_account_that_rests_nothing_starts(
    stock: Stock, preparations: Preparations, lifecycle: Lifecycle
) -> None:
    async with stock.database.writing(OURS) as unit:
        account = await add(unit, "plaza.ada@phone1", lifecycle=lifecycle)
        with pytest.raises(AccountRests, match=f"plaza.ada@phone1 is {lifecycle.value}"):
            await preparations.provide(unit, run(stock, account), step())


async def test_an_account_that_was_deleted_rests_too(stock: Stock, preparations: Preparations) -> None:
    async with stock.database.writing(OURS) as unit:
        account = await add(unit, "plaza.ada@phone1", lifecycle=Lifecycle.ACTIVE)
        await ACCOUNTS.delete(unit, account.id, ADMINISTRATOR, "left")
        with pytest.raises(AccountRests, match="is deleted"):
            await preparations.provide(unit, run(stock, account), step())


async def test_another_account_is_switched_to_until_it_is_active(
    stock: Stock, office: Office, preparations: Preparations
) -> None:
    async with stock.database.writing(OURS) as unit:
        ada = await add(unit, "plaza.ada@phone1", 2, lifecycle=Lifecycle.ACTIVE)
        mine = run(stock, ada)
        with pytest.raises(UnknownDefinition, match="switch account"):
            await preparations.provide(unit, mine, step())
        made = await office.definitions.put(unit, ADA, DefinitionKind.SEQUENCE, "switch account", SWITCH)
        wanted = await preparations.provide(unit, mine, step())
        assert wanted.switch is not None
        assert (wanted.switch.id, wanted.switch.sequence_id, wanted.switch.sequence_version) == (SWITCH_ID, made.id, 1)
        assert wanted.switch_parameters == {"account": "ada", "slot": "2"}
        assert wanted.known["account.username"] == "ada"
        await preparations.switched(unit, mine, step())
        assert (await preparations.provide(unit, mine, step())).switch is None
        bob = await add(unit, "plaza.bob@phone1", lifecycle=Lifecycle.ACTIVE)
        assert (await preparations.provide(unit, run(stock, bob), step())).switch_parameters == {"account": "bob"}


async def test_an_app_without_a_way_to_switch_says_so(stock: Stock, preparations: Preparations) -> None:
    async with stock.database.writing(OURS) as unit:
        account = await add(unit, "plaza.ada@phone1", lifecycle=Lifecycle.ACTIVE)
        await APPS.edit(unit, stock.plaza.id, AppEdit(switch_sequence=""), ADMINISTRATOR)
        with pytest.raises(NoWayToAccount, match="plaza has no switch sequence"):
            await preparations.provide(unit, run(stock, account), step())
