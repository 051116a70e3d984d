"""`drover phones`: who is there, how they are, and what happened to them."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from drover.bootstrap import phones as rack
from drover.bootstrap.phones import Listed
from drover.cli import interrupts
from drover.fleet.domain import Event, Phone, PhoneState
from drover.fleet.monitor import PhoneMonitor
from drover.kernel.clock import SystemClock
from drover.platform.settings import Settings, load_settings

app = typer.Typer(help="Show the attached phones: state, battery, port, history.", no_args_is_help=False)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AdbServer = Annotated[
    str | None, typer.Option("--adb-server", help="Your adb server; else adb's own default.", metavar="HOST:PORT")
]
Serial = Annotated[str, typer.Argument(help="The phone's serial number.", metavar="SERIAL")]

_STYLES = {
    PhoneState.ONLINE: "green",
    PhoneState.BUSY: "blue",
    PhoneState.OFFLINE: "red",
    PhoneState.UNAUTHORIZED: "yellow",
    PhoneState.MAINTENANCE: "dim",
    PhoneState.QUARANTINED: "red bold",
}

_FOLDED = frozenset({"model", ""})
"""The columns that take several lines where the terminal is narrow."""

_PIPED_WIDTH = 250


@app.callback(invoke_without_command=True)
def phones(
    context: typer.Context,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on showing, and bring back phones that nobody works on.")
    ] = False,
    json_line: JsonOption = False,
    adb_server: AdbServer = None,
) -> None:
    """Show the attached phones: state, battery, port, history."""
    if context.invoked_subcommand is not None:
        return
    settings = _settings(adb_server)
    if watch:
        interrupts.run(_watch(settings, json_line=json_line))
        return
    listed = interrupts.run(_list(settings))
    if json_line:
        typer.echo(json.dumps([_as_json(each) for each in listed]))
    elif listed:
        _console().print(_table(listed))
    else:
        typer.echo("no phone is attached; `adb devices` must list it")


@app.command("history")
def history(
    serial: Annotated[str, typer.Argument(help="A phone; without it, all.", metavar="[SERIAL]")] = "",
    port: Annotated[str, typer.Option(help="A port, such as usb:1-4.2.", metavar="PORT")] = "",
    most: Annotated[int, typer.Option(help="How many lines at most.", min=1, max=10_000)] = 50,
    json_line: JsonOption = False,
) -> None:
    """Show what happened to a phone, or at a port: the newest first."""
    events = interrupts.run(_history(load_settings(), serial, port, most))
    if json_line:
        typer.echo(json.dumps([_event_as_json(event) for event in events]))
        return
    for event in events:
        where = f" at {event.port}" if event.port else ""
        detail = f" ({event.detail})" if event.detail else ""
        typer.echo(f"{_local(event.at)}  {event.serial}{where}: {event.word.replace('_', ' ')}{detail}")
    if not events:
        typer.echo("nothing is known of that")


@app.command("hold")
def hold(
    serial: Serial,
    reason: Annotated[str, typer.Option(help="Why it is given no work.")] = "a person asked for it",
    adb_server: AdbServer = None,
) -> None:
    """Put a phone into maintenance: it is given no work until it is released."""
    interrupts.run(rack.hold_phone(_settings(adb_server), serial, reason))
    typer.echo(f"{serial} is in maintenance: {reason}")


@app.command("release")
def release(serial: Serial) -> None:
    """End a phone's maintenance or quarantine."""
    held = interrupts.run(rack.release_phone(load_settings(), serial))
    typer.echo(f"{serial} is no longer {_in_state(held.state)}")


def _settings(adb_server: str | None) -> Settings:
    settings = load_settings()
    return settings if adb_server is None else settings.model_copy(update={"adb_server": adb_server})


async def _list(settings: Settings) -> Sequence[Listed]:
    return await rack.list_phones(settings)


async def _history(settings: Settings, serial: str, port: str, most: int) -> Sequence[Event]:
    return await rack.phone_history(settings, serial=serial, port=port, most=most)


async def _watch(settings: Settings, *, json_line: bool) -> None:
    async with rack.watched_phones(settings) as monitor:
        console = Console()
        if json_line or not console.is_terminal:
            await _tell_changes(monitor, json_line=json_line)
        with Live(console=console, refresh_per_second=2, get_renderable=lambda: _states(monitor.phones())):
            await _for_ever(monitor)


async def _tell_changes(monitor: PhoneMonitor, *, json_line: bool) -> None:
    with monitor.changes() as changes:
        while True:
            phone = await changes.get()
            why = f" ({phone.reason})" if phone.reason else ""
            line = f"{_local(phone.since)}  {phone.serial}: {phone.state.value}{why}"
            print(json.dumps(_state_as_json(phone)) if json_line else line, flush=True)  # noqa: T201  a line at once


async def _for_ever(monitor: PhoneMonitor) -> None:
    with monitor.changes() as changes:
        while True:
            await changes.get()


def _table(listed: Sequence[Listed]) -> Table:
    return _columns(
        ("phone", [each.phone.serial for each in listed]),
        ("state", [_styled(each.phone.state) for each in listed]),
        ("since", [_moment(each.phone.since) for each in listed]),
        ("model", [each.info.model if each.info else "" for each in listed]),
        ("android", [each.info.android if each.info else "" for each in listed]),
        ("battery", [f"{each.condition.battery_percent} %" if each.condition else "" for each in listed]),
        ("heat", [f"{each.condition.temperature_c:.0f} °C" if each.condition else "" for each in listed]),
        ("port", [each.phone.port for each in listed]),
        ("", [each.work or each.phone.reason for each in listed]),
    )


def _states(phones: Sequence[Phone]) -> Table:
    return _columns(
        ("phone", [phone.serial for phone in phones]),
        ("state", [_styled(phone.state) for phone in phones]),
        ("since", [_moment(phone.since) for phone in phones]),
        ("port", [phone.port for phone in phones]),
        ("", [phone.reason for phone in phones]),
    )


def _columns(*columns: tuple[str, Sequence[str]]) -> Table:
    """Return a table without the columns that say nothing; what tells phones apart is never cut off."""
    table = Table(box=None)
    told = [(header, cells) for header, cells in columns if any(cells)]
    for header, _ in told:
        table.add_column(header, no_wrap=header not in _FOLDED, overflow="fold")
    for row in zip(*(cells for _, cells in told), strict=True):
        table.add_row(*row)
    return table


def _console() -> Console:
    """Return a console that, where no person looks, has room for each phone on a line."""
    console = Console()
    return console if console.is_terminal else Console(width=_PIPED_WIDTH)


def _styled(state: PhoneState) -> str:
    return f"[{_STYLES[state]}]{state.value}[/]"


def _as_json(each: Listed) -> dict[str, object]:
    condition = each.condition
    return _state_as_json(each.phone) | {
        "work": each.work,
        "last_connected": each.connected.isoformat() if each.connected else None,
        "model": each.info.model if each.info else None,
        "android": each.info.android if each.info else None,
        "battery_percent": condition.battery_percent if condition else None,
        "temperature_c": condition.temperature_c if condition else None,
        "screen_on": condition.screen_on if condition else None,
        "storage_free_bytes": condition.storage_free_bytes if condition else None,
    }


def _state_as_json(phone: Phone) -> dict[str, object]:
    return {
        "serial": phone.serial,
        "state": phone.state.value,
        "since": phone.since.isoformat(),
        "reason": phone.reason,
        "port": phone.port,
    }


def _event_as_json(event: Event) -> dict[str, object]:
    return {
        "at": event.at.isoformat(),
        "serial": event.serial,
        "port": event.port,
        "happening": event.happening.value,
        "word": event.word,
        "detail": event.detail,
    }


def _in_state(state: PhoneState) -> str:
    return "in maintenance" if state is PhoneState.MAINTENANCE else state.value


def _local(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def _moment(at: datetime) -> str:
    """Return the time of a moment today, the day of another."""
    local = at.astimezone()
    today = local.date() == SystemClock().now().astimezone().date()
    return f"{local:%H:%M:%S}" if today else f"{local:%Y-%m-%d}"
