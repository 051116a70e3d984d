"""What a step needs before it is played: the account that must be active, and what the app's policy leaves."""

import json
from datetime import UTC, datetime, time
from typing import Final

from drover.accounts.domain.apps import App
from drover.accounts.domain.records import Account, AppUnknown
from drover.accounts.service import Accounts, Apps, Seen
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError, Kind
from drover.platform.db.database import Unit
from drover.workflows.domain.budgets import budget_of
from drover.workflows.domain.definitions import DefinitionKind
from drover.workflows.domain.planning import NewStep
from drover.workflows.domain.records import Run
from drover.workflows.domain.workflow import Step
from drover.workflows.repository import traces
from drover.workflows.service.definitions import Definitions
from drover.workflows.service.ports import Provision

SWITCH_ID: Final = "switch"


class QuietHours(DroverError):
    """The app's policy lets nothing be done at this time of the day."""

    kind = Kind.REFUSED

    def __init__(self, app: App) -> None:
        super().__init__(f"{app.name} is in its quiet hours", hint="schedule it outside them, or change the policy")


class AccountRests(DroverError):
    """No work may start with the account: it is suspended, invalid or deleted."""

    kind = Kind.REFUSED

    def __init__(self, account: Account) -> None:
        standing = "deleted" if account.deleted_at is not None else account.standing.lifecycle.value
        super().__init__(f"{account.address} is {standing}", hint="a person returns it once it may be used again")


class NoWayToAccount(DroverError):
    """Another account is to be active, and the app has no sequence that switches to it."""

    kind = Kind.CONFLICT

    def __init__(self, account: Account, app: App) -> None:
        super().__init__(
            f"{account.address} is not known to be active, and {app.name} has no switch sequence",
            hint="name one in the app's entry",
        )


class Preparations:
    """Decides by what is remembered of a phone: the sequences prove on the screen whether it still is so."""

    def __init__(self, definitions: Definitions, apps: Apps, accounts: Accounts, seen: Seen, clock: Clock) -> None:
        self._definitions = definitions
        self._apps = apps
        self._accounts = accounts
        self._seen = seen
        self._clock = clock

    async def provide(self, unit: Unit, run: Run, step: Step) -> Provision:
        """Return what a step needs. Raises QuietHours, AccountRests, NoWayToAccount, UnknownDefinition."""
        account = None if run.account_id is None else await self._accounts.get(unit, run.account_id)
        app = await self._app(unit, step.app)
        if account is not None and (not account.standing.works or account.deleted_at is not None):
            raise AccountRests(account)
        if app is None:
            return Provision()
        now = self._clock.now()
        policy = app.policy
        if policy.quiet is not None and policy.quiet.holds(now):
            raise QuietHours(app)
        done = await traces.acts_since(unit, run.account_id, run.phone_id, _day(now)) if policy.acts_per_day else 0
        budget = budget_of(policy.tasks, policy.acts_per_day, done)
        if account is None or account.app_id != app.id:
            return Provision(budget=budget)
        switch, given = await self._switch(unit, run, app, account)
        known = {"account.username": account.address.name}
        return Provision(switch=switch, known=known, budget=budget, switch_parameters=given)

    async def switched(self, unit: Unit, run: Run, step: Step) -> None:
        """Note that the switch sequence was played to its end, so that its account is active now."""
        app = await self._app(unit, step.app)
        if app is not None and run.account_id is not None:
            account = await self._accounts.get(unit, run.account_id)
            await self._seen.became_active(unit, run.phone_id, app.id, account.id, account.slot)
            await self._seen.came_to_front(unit, run.phone_id, app.id)

    async def _app(self, unit: Unit, name: str) -> App | None:
        try:
            return await self._apps.named(unit, name)
        except AppUnknown:
            return None  # it has neither policy nor accounts

    async def _switch(self, unit: Unit, run: Run, app: App, account: Account) -> tuple[NewStep | None, dict[str, str]]:
        active = await self._seen.active(unit, run.phone_id, app.id)
        if active is not None and (active.account_id, active.slot) == (account.id, account.slot):
            return None, {}
        if not app.switch_sequence:
            raise NoWayToAccount(account, app)
        definition, version = await self._definitions.get(unit, DefinitionKind.SEQUENCE, app.switch_sequence)
        wanted = json.loads(json.dumps(version.body.get("params") or {}))
        known = {"account": account.address.name, "slot": "" if account.slot is None else str(account.slot)}
        given = {name: value for name, value in known.items() if name in wanted and value}
        return NewStep(SWITCH_ID, definition.name, definition.id, definition.version), given


def _day(now: datetime) -> datetime:
    """Return when the day of `now` began, in UTC, as the AI's budgets have it too."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)
