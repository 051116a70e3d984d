"""`drover fleet`, `accounts`: the phones, apps and accounts that a running `drover up` knows."""

from datetime import UTC
from typing import Annotated, Final, Literal

import typer

from drover.cli.asking import ReasonOption, Things, WhichArgument, acts, because, group, lists, shows
from drover.cli.remote import ClientOption, JsonOption, TokenOption, UrlOption, remote, show
from drover.kernel.clock import SystemClock

PHONES: Final = Things("/phones", ("name", "serial", "state", "reason", "agent", "lease.purpose", "tags", "id"))
LEASE: Final = ("holder_kind", "holder_id", "purpose", "by", "taken_at", "expires_at")
AGENTS: Final = Things("/agents", ("name", "id", "alive", "acting", "seen_at", "revoked_at"), of_client=False)
RACKS: Final = Things("/racks", ("name", "id"), of_client=False)
APPS: Final = Things("/apps", ("name", "package", "slots", "switch_sequence", "policy", "id"))
ACCOUNTS: Final = Things(
    "/accounts", ("address", "slot", "lifecycle", "change_reason", "authorized_by", "id"), name="address"
)

fleet = group("fleet", "Phones, racks and agents of a running `drover up`.")
lists(fleet, "phones", PHONES, "List the phones, and who holds them.")
shows(fleet, "phone", PHONES, "Show a phone.")
acts(fleet, "release", PHONES, "Let a held phone work again.", below="/hold", method="DELETE")
acts(fleet, "break-lease", PHONES, "Take a phone from its holder.", below="/lease/break", body=because)
lists(fleet, "racks", RACKS, "List the racks.")
lists(fleet, "agents", AGENTS, "List the agents.")
acts(fleet, "revoke", AGENTS, "Refuse an agent from now on.", below="/revoke", body=because)

accounts = group("accounts", "Accounts and apps that a running `drover up` knows.")
lists(accounts, "list", ACCOUNTS, "List the accounts.")
shows(accounts, "show", ACCOUNTS, "Show an account.")
lists(accounts, "apps", APPS, "List the apps.")


@fleet.command("lease")
def lease(
    which: WhichArgument,
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Show who holds a phone, since when and for what; none where nobody does."""
    with remote(url, token, client) as api:
        phone = api.of_client("GET", PHONES.one(api, which))
    show({"items": [phone["lease"]] if phone["lease"] else []}, LEASE, json_line=json_line)


@fleet.command("hold")
def hold(
    which: WhichArgument,
    state: Annotated[Literal["maintenance", "quarantined"], typer.Option(help="In which state.")] = "maintenance",
    reason: ReasonOption = "held from the command line",
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Give a phone no work until it is released."""
    with remote(url, token, client) as api:
        body = {"state": state, "reason": reason}
        answer = api.of_client("PUT", PHONES.one(api, which) + "/hold", body=body)
        PHONES.show(api, answer, json_line=json_line)


@accounts.command("add")
def add_account(
    address: Annotated[str, typer.Argument(help="Such as plaza.account1@phone3.")],
    authorized_by: Annotated[str, typer.Option(help="Who owns the account, or allowed you to run it.")],
    slot: Annotated[int | None, typer.Option(help="The slot it is in; without it outside slots.")] = None,
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Add an account that is logged in on a phone."""
    body = {
        "address": address,
        "authorized_by": authorized_by,
        "authorized_at": SystemClock().now().astimezone(UTC).isoformat(),
        "slot": slot,
    }
    with remote(url, token, client) as api:
        show(api.of_client("POST", "/accounts", body=body), ACCOUNTS.columns, json_line=json_line)


@accounts.command("change")
def change_account(
    which: WhichArgument,
    to: Annotated[
        Literal["prepare", "start_warmup", "complete_warmup", "suspend", "invalidate", "return"],
        typer.Option(help="What happens to it."),
    ],
    reason: ReasonOption = "",
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Move an account along its life."""
    with remote(url, token, client) as api:
        path = ACCOUNTS.one(api, which) + "/lifecycle"
        answer = api.of_client("POST", path, body={"change": to, "reason": reason})
        show(answer, ACCOUNTS.columns, json_line=json_line)
