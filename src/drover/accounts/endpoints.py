"""The HTTP routes of a client's apps, profiles and accounts, and of what selectors hit among them."""

from datetime import datetime
from typing import Annotated, Literal, cast

from fastapi import Depends, Query, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from drover.accounts.domain.apps import App, Policy, policy_of
from drover.accounts.domain.lifecycle import Change
from drover.accounts.domain.placing import MOST_SLOTS, address_of
from drover.accounts.domain.records import Account, Authorization, Profile
from drover.accounts.service import (
    AccountKey,
    Accounts,
    AccountWish,
    AppEdit,
    Apps,
    AppWish,
    Profiles,
    Targets,
    key_of,
)
from drover.platform.db.database import Database
from drover.platform.web.pages import Page, PageWanted, page_of
from drover.platform.web.provision import provided
from drover.platform.web.routes import capability_router
from drover.tenancy.entering import Entered, entering
from drover.tenancy.service import Act

router = capability_router("accounts")

Data = Annotated[Database, Depends(provided(Database))]
Seeing = Annotated[Entered, Depends(entering(Act.SEE))]
Defining = Annotated[Entered, Depends(entering(Act.DEFINE))]
Managing = Annotated[Entered, Depends(entering(Act.MANAGE_ACCOUNTS))]
Wanted = Annotated[PageWanted, Depends()]
AppService = Annotated[Apps, Depends(provided(Apps))]
ProfileService = Annotated[Profiles, Depends(provided(Profiles))]
AccountService = Annotated[Accounts, Depends(provided(Accounts))]
TargetService = Annotated[Targets, Depends(provided(Targets))]

Words = Annotated[str, Field(max_length=500)]
Slot = Annotated[int, Field(ge=1, le=MOST_SLOTS)] | Literal["next"] | None


class Asked(BaseModel):
    """The body of a request; nothing in it may be unknown."""

    model_config = ConfigDict(extra="forbid")


class AppShown(BaseModel):
    """An app; `slots` is how many it has on each phone."""

    id: str
    name: str
    package: str
    slots: int
    switch_sequence: str
    policy: dict[str, JsonValue]

    @classmethod
    def of(cls, app: App) -> "AppShown":
        """Return how an app is shown."""
        return cls(
            id=app.id,
            name=app.name,
            package=app.package,
            slots=app.slots,
            switch_sequence=app.switch_sequence,
            policy=app.policy.document(),
        )


class AppWanted(Asked):
    """An app that is to be added."""

    name: str
    package: str
    slots: int = 0
    switch_sequence: Words = ""
    policy: dict[str, JsonValue] = Field(default_factory=dict)


class AppChange(Asked):
    """What is changed of an app; what is left out stays."""

    package: str | None = None
    slots: int | None = None
    switch_sequence: Words | None = None
    policy: dict[str, JsonValue] | None = None


@router.get("/clients/{client_id}/apps", summary="The client's apps")
async def list_apps(entered: Seeing, data: Data, apps: AppService) -> Page[AppShown]:
    """All of them, by name."""
    async with data.reading(entered.whose) as unit:
        return Page(items=[AppShown.of(app) for app in await apps.list(unit)])


@router.post("/clients/{client_id}/apps", status_code=status.HTTP_201_CREATED, summary="Add an app")
async def create_app(wanted: AppWanted, entered: Defining, data: Data, apps: AppService) -> AppShown:
    """409 where the name is taken."""
    wish = AppWish(wanted.name, wanted.package, wanted.slots, wanted.switch_sequence, policy_of(wanted.policy))
    async with data.writing(entered.whose) as unit:
        return AppShown.of(await apps.create(unit, wish, entered.caller))


@router.patch("/clients/{client_id}/apps/{app_id}", summary="Change an app")
async def edit_app(app_id: str, change: AppChange, entered: Defining, data: Data, apps: AppService) -> AppShown:
    """Change what is named; its name stays, as selectors and definitions say it."""
    policy: Policy | None = None if change.policy is None else policy_of(change.policy)
    edit = AppEdit(change.package, change.slots, change.switch_sequence, policy)
    async with data.writing(entered.whose) as unit:
        return AppShown.of(await apps.edit(unit, app_id, edit, entered.caller))


class ProfileShown(BaseModel):
    """A profile."""

    id: str
    name: str
    fields: dict[str, JsonValue]

    @classmethod
    def of(cls, profile: Profile) -> "ProfileShown":
        """Return how a profile is shown."""
        return cls(id=profile.id, name=profile.name, fields=dict(profile.fields))


class ProfileWanted(Asked):
    """A profile that is to be added."""

    name: str
    fields: dict[str, JsonValue] = Field(default_factory=dict)


class ProfileChange(Asked):
    """What is changed of a profile; what is left out stays. `fields` takes the place of all there were."""

    name: str | None = None
    fields: dict[str, JsonValue] | None = None


@router.get("/clients/{client_id}/profiles", summary="The client's profiles, by name")
async def list_profiles(entered: Seeing, wanted: Wanted, data: Data, profiles: ProfileService) -> Page[ProfileShown]:
    """Return a page of them."""
    after = cast("tuple[str, str] | None", wanted.position(str, str))
    async with data.reading(entered.whose) as unit:
        rows = await profiles.list(unit, after=after, limit=wanted.rows)
    return page_of(rows, wanted, lambda profile: (profile.name, profile.id), ProfileShown.of)


@router.post("/clients/{client_id}/profiles", status_code=status.HTTP_201_CREATED, summary="Add a profile")
async def create_profile(
    wanted: ProfileWanted, entered: Managing, data: Data, profiles: ProfileService
) -> ProfileShown:
    """409 where the name is taken."""
    async with data.writing(entered.whose) as unit:
        return ProfileShown.of(await profiles.create(unit, wanted.name, wanted.fields, entered.caller))


@router.patch("/clients/{client_id}/profiles/{profile_id}", summary="Change a profile")
async def edit_profile(
    profile_id: str, change: ProfileChange, entered: Managing, data: Data, profiles: ProfileService
) -> ProfileShown:
    """409 where the name is taken."""
    async with data.writing(entered.whose) as unit:
        return ProfileShown.of(await profiles.edit(unit, profile_id, change.name, change.fields, entered.caller))


class AccountShown(BaseModel):
    """An account; `origin` is where a person's `return` brings a suspended or invalid one."""

    id: str
    address: str
    slot: int | None
    lifecycle: str
    origin: str | None
    changed_by: str
    changed_at: datetime
    change_reason: str
    warmup_started_at: datetime | None
    phone_id: str
    app_id: str
    profile_id: str | None
    authorized_by: str
    authorized_at: datetime
    created_at: datetime
    deleted_at: datetime | None

    @classmethod
    def of(cls, account: Account) -> "AccountShown":
        """Return how an account is shown."""
        origin = account.standing.origin
        return cls(
            id=account.id,
            address=str(account.address),
            slot=account.slot,
            lifecycle=account.standing.lifecycle.value,
            origin=origin.value if origin is not None else None,
            changed_by=account.changed_by,
            changed_at=account.changed_at,
            change_reason=account.change_reason,
            warmup_started_at=account.warmup_started_at,
            phone_id=account.phone_id,
            app_id=account.app_id,
            profile_id=account.profile_id,
            authorized_by=account.authorization.by,
            authorized_at=account.authorization.at,
            created_at=account.created_at,
            deleted_at=account.deleted_at,
        )


class AccountWanted(Asked):
    """An account that is to be added; who authorised that it is run, and when, must be told."""

    address: str
    authorized_by: Words
    authorized_at: AwareDatetime
    slot: Slot = None
    profile_id: str | None = None


class AccountChange(Asked):
    """The profile and authorisation that an account is to have."""

    authorized_by: Words
    authorized_at: AwareDatetime
    profile_id: str | None


class LifecycleChange(Asked):
    """What happens to an account; `slot` is for an invalid one that returns."""

    change: Change
    reason: Words = ""
    slot: Slot = None


class Move(Asked):
    """The slot that an account is to come into; null: outside slots."""

    slot: Slot


@router.get("/clients/{client_id}/accounts", summary="The client's accounts, by name")
async def list_accounts(entered: Seeing, wanted: Wanted, data: Data, accounts: AccountService) -> Page[AccountShown]:
    """Return a page of them; deleted ones are left out."""
    after = cast("AccountKey | None", wanted.position(str, str))
    async with data.reading(entered.whose) as unit:
        rows = await accounts.list(unit, after=after, limit=wanted.rows)
    return page_of(rows, wanted, key_of, AccountShown.of)


@router.get("/clients/{client_id}/accounts/{account_id}", summary="An account")
async def get_account(account_id: str, entered: Seeing, data: Data, accounts: AccountService) -> AccountShown:
    """Return it, even deleted, as runs name it for ever."""
    async with data.reading(entered.whose) as unit:
        return AccountShown.of(await accounts.get(unit, account_id))


@router.post("/clients/{client_id}/accounts", status_code=status.HTTP_201_CREATED, summary="Add an account")
async def create_account(
    wanted: AccountWanted, entered: Managing, data: Data, accounts: AccountService
) -> AccountShown:
    """409 where its name or slot is taken, or the phone is full."""
    authorization = Authorization(wanted.authorized_by, wanted.authorized_at)
    wish = AccountWish(address_of(wanted.address), authorization, wanted.slot, wanted.profile_id)
    async with data.writing(entered.whose) as unit:
        return AccountShown.of(await accounts.create(unit, wish, entered.caller))


@router.patch("/clients/{client_id}/accounts/{account_id}", summary="Change an account's profile and authorisation")
async def edit_account(
    account_id: str, change: AccountChange, entered: Managing, data: Data, accounts: AccountService
) -> AccountShown:
    """Change both at once."""
    authorization = Authorization(change.authorized_by, change.authorized_at)
    async with data.writing(entered.whose) as unit:
        edited = await accounts.edit(
            unit, account_id, entered.caller, profile_id=change.profile_id, authorization=authorization
        )
    return AccountShown.of(edited)


@router.post("/clients/{client_id}/accounts/{account_id}/lifecycle", summary="Move an account along its life")
async def change_account(
    account_id: str, change: LifecycleChange, entered: Managing, data: Data, accounts: AccountService
) -> AccountShown:
    """409 `illegal_change` where it cannot; one that becomes invalid leaves its slot."""
    async with data.writing(entered.whose) as unit:
        changed = await accounts.change(
            unit, account_id, change.change, entered.caller, change.reason, slot=change.slot
        )
    return AccountShown.of(changed)


@router.post("/clients/{client_id}/accounts/{account_id}/move", summary="Move an account to another slot")
async def move_account(
    account_id: str, move: Move, entered: Managing, data: Data, accounts: AccountService
) -> AccountShown:
    """409 where the slot is taken, or the phone is full."""
    async with data.writing(entered.whose) as unit:
        return AccountShown.of(await accounts.move(unit, account_id, move.slot, entered.caller))


@router.delete(
    "/clients/{client_id}/accounts/{account_id}", status_code=status.HTTP_204_NO_CONTENT, summary="Take an account away"
)
async def delete_account(
    account_id: str,
    entered: Managing,
    data: Data,
    accounts: AccountService,
    reason: Annotated[str, Query(max_length=500)] = "",
) -> None:
    """Delete it; its history stays, its name and slot are free."""
    async with data.writing(entered.whose) as unit:
        await accounts.delete(unit, account_id, entered.caller, reason)


class LeftOutShown(BaseModel):
    """What is there and was not chosen, and why."""

    name: str
    reason: str


class TargetsShown(BaseModel):
    """What a selector hits: names of phones, or addresses of accounts."""

    chosen: list[str]
    left_out: list[LeftOutShown]


@router.get("/clients/{client_id}/targets", summary="What a selector hits, and why the rest is left out")
async def preview_targets(
    selector: Annotated[str, Query(max_length=2000)], entered: Seeing, data: Data, targets: TargetService
) -> TargetsShown:
    """Resolve a selector such as `phone:all-phone2` or `account:plaza.all@phone3`."""
    async with data.reading(entered.whose) as unit:
        found = await targets.select(unit, selector)
    return TargetsShown(
        chosen=[target.name for target in found.chosen],
        left_out=[LeftOutShown(name=left.name, reason=left.reason) for left in found.left_out],
    )
