"""The source over a scripted adb server: what it asks for, and what it makes of the answers."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from drover.devices.errors import FileRefused, PhoneAbsent, PhoneOffline, PhoneUnauthorized
from drover.devices.ports import Link, Sighting
from drover.drivers.adb.client import AdbServer, Address
from drover.drivers.adb.driver import AdbDriver
from drover.drivers.adb.faults import AdbProtocolError, AdbRefused, AdbServerUnavailable
from drover.drivers.adb.source import AdbSource
from drover.drivers.adb.wire import sync_packet
from drover.kernel.clock import FakeClock
from tests.drivers.adb.conftest import OpenDriver
from tests.drivers.adb.scripted_server import ATTACHED, HANG, OKAY, SERIAL, Script, fail, scripted_server, text

ADDRESS = "10.0.0.5:4000"
DISCONNECT, CONNECT = f"host:disconnect:{ADDRESS}", f"host:connect:{ADDRESS}"
Repair = Callable[[AdbSource, str], Awaitable[None]]


async def asked_by_reconnecting(serial: str, script: Script) -> list[str]:
    async with scripted_server(script) as scripted:
        await AdbSource(AdbServer(scripted.address), FakeClock()).reconnect(serial)
        return scripted.requests


@pytest.mark.parametrize(
    "gone", [text(f"disconnected {ADDRESS}"), fail(f"no such device '{ADDRESS}'"), text(f"no such device '{ADDRESS}'")]
)
async def test_a_phone_over_tcp_that_is_connected_already_is_disconnected_and_connected_again(gone: bytes) -> None:
    script = {DISCONNECT: [gone], CONNECT: [text(f"already connected to {ADDRESS}")]}
    assert await asked_by_reconnecting(ADDRESS, script) == [CONNECT, *[DISCONNECT, CONNECT] * 2]


async def test_a_phone_over_tcp_that_was_disconnected_and_does_not_connect_again_is_absent() -> None:
    answers = [text(f"already connected to {ADDRESS}")]
    async with scripted_server({CONNECT: answers, DISCONNECT: [text("")]}) as scripted:
        repair = asyncio.create_task(AdbSource(AdbServer(scripted.address), FakeClock()).reconnect(ADDRESS))
        await scripted.until(lambda: DISCONNECT in scripted.requests)
        answers[0] = text(f"failed to connect to '{ADDRESS}': Connection refused")
        with pytest.raises(PhoneAbsent, match="Connection refused"):
            await repair
    assert scripted.requests == [CONNECT, DISCONNECT, CONNECT]


async def test_a_phone_over_tcp_that_the_server_has_forgotten_is_connected() -> None:
    assert await asked_by_reconnecting(ADDRESS, {CONNECT: [text(f"connected to {ADDRESS}")]}) == [CONNECT]


@pytest.mark.parametrize("repair", [AdbSource.reconnect, AdbSource.restart])
async def test_a_phone_over_tcp_that_is_not_there_is_not_forgotten_by_its_server(repair: Repair) -> None:
    async with scripted_server({CONNECT: [text(f"failed to connect to '{ADDRESS}': Connection refused")]}) as scripted:
        with pytest.raises(PhoneAbsent, match="Connection refused"):
            await repair(AdbSource(AdbServer(scripted.address), FakeClock()), ADDRESS)
    assert scripted.requests == [CONNECT]


async def test_a_phone_on_usb_that_is_offline_is_reset_alone() -> None:
    """`host:reconnect-offline` would let the server forget phones over TCP that are away."""
    listed = text(f"{SERIAL}\toffline\n{ADDRESS}\toffline\n")
    script = {"host:devices-l": [listed], f"host-serial:{SERIAL}:reconnect": [text("")]}
    assert await asked_by_reconnecting(SERIAL, script) == ["host:devices-l", f"host-serial:{SERIAL}:reconnect"]


@pytest.mark.parametrize("listed", ["", f"{SERIAL}\tdevice\n"])
async def test_a_phone_on_usb_that_is_online_or_unplugged_is_not_reset(listed: str) -> None:
    assert await asked_by_reconnecting(SERIAL, {"host:devices-l": [text(listed)]}) == ["host:devices-l"]


async def test_a_phone_on_usb_is_restarted_however_it_is() -> None:
    async with scripted_server({f"host-serial:{SERIAL}:reconnect": [text("")]}) as scripted:
        await AdbSource(AdbServer(scripted.address), FakeClock()).restart(SERIAL)
    assert scripted.requests == [f"host-serial:{SERIAL}:reconnect"]


async def test_another_refusal_to_disconnect_is_an_error() -> None:
    with pytest.raises(AdbRefused, match="busy"):
        await asked_by_reconnecting(
            ADDRESS, {CONNECT: [text(f"already connected to {ADDRESS}")], DISCONNECT: [fail("busy")]}
        )


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (text(f"failed to authenticate to {ADDRESS}"), PhoneUnauthorized),
        (text(f"cannot connect to {ADDRESS}: No route to host"), PhoneOffline),
        (fail("device offline"), PhoneOffline),
    ],
)
async def test_a_failed_connection_is_told_with_its_reason(answer: bytes, error: type[Exception]) -> None:
    async with scripted_server({CONNECT: [answer]}) as scripted:
        failures = await AdbSource(AdbServer(scripted.address), FakeClock()).connect([ADDRESS, ADDRESS])
    assert [(address, type(failure)) for address, failure in failures.items()] == [(ADDRESS, error)]


async def test_phones_that_are_connected_already_are_no_failure() -> None:
    async with scripted_server({CONNECT: [text(f"already connected to {ADDRESS}")]}) as scripted:
        assert await AdbSource(AdbServer(scripted.address), FakeClock()).connect([ADDRESS]) == {}


async def test_a_change_that_the_server_does_not_tell_of_is_found_by_polling() -> None:
    answers = [text("a\tdevice\n")]
    async with scripted_server({"host:track-devices": [OKAY, HANG], "host:devices-l": answers}) as scripted:
        changes = AdbSource(AdbServer(scripted.address), FakeClock(), poll_s=0.02).changes()
        assert await anext(changes) == (Sighting("a", Link.ONLINE),)
        answers[0] = text("a\toffline\n")
        assert await anext(changes) == (Sighting("a", Link.OFFLINE),)
        await changes.aclose()


async def test_a_server_that_goes_away_ends_the_changes_with_an_error() -> None:
    async with scripted_server({"host:track-devices": [OKAY], "host:devices-l": [text("")]}) as scripted:
        changes = AdbSource(AdbServer(scripted.address), FakeClock()).changes()
        assert await anext(changes) == ()
        with pytest.raises(AdbServerUnavailable, match="went away"):
            await anext(changes)


async def test_a_list_of_phones_that_cannot_be_read_ends_the_changes() -> None:
    async with scripted_server({"host:track-devices": [OKAY, HANG], "host:devices-l": [text("what?")]}) as scripted:
        changes = AdbSource(AdbServer(scripted.address), FakeClock()).changes()
        with pytest.raises(AdbProtocolError, match="what"):
            await anext(changes)


async def test_drivers_of_one_phone_share_its_pause() -> None:
    async with scripted_server({f"host:transport:{SERIAL}": [fail("device offline")]}) as scripted:
        source = AdbSource(AdbServer(scripted.address), FakeClock())
        for _ in range(2):
            with pytest.raises(PhoneOffline):
                await source.driver(SERIAL).shell("true")
    assert len(scripted.requests) == 1


@pytest.mark.parametrize(
    ("state", "error"), [("unauthorized", PhoneUnauthorized), ("offline", PhoneOffline), ("recovery", PhoneOffline)]
)
async def test_only_a_phone_in_use_can_be_attached(driver_over: OpenDriver, state: str, error: type[Exception]) -> None:
    async with driver_over({**ATTACHED, f"host-serial:{SERIAL}:get-state": [text(state)]}) as driver:
        with pytest.raises(error):
            await driver.attach()
        with pytest.raises(PhoneOffline, match="not attached"):
            _ = driver.info


async def test_a_push_that_the_phone_refuses_says_why(driver_over: OpenDriver) -> None:
    refusal = sync_packet(b"FAIL", b"No space left on device")
    async with driver_over({**ATTACHED, "sync:": [OKAY, refusal]}) as driver:
        with pytest.raises(FileRefused, match="No space left"):
            await driver.push(b"", "/sdcard/a")


async def test_an_attached_phone_tells_what_it_is() -> None:
    async with scripted_server(ATTACHED) as scripted:
        driver = AdbDriver(SERIAL, AdbServer(scripted.address), FakeClock())
        await driver.attach()
    assert (driver.info.model, driver.info.manufacturer, driver.info.android) == ("Fake", "Nobody", "14")
    assert driver.info.hardware_serial == "S1"


async def test_the_server_connects_to_one_phone_at_a_time() -> None:
    """adb 29 crashes now and then when it is to connect to several at once."""
    under_way: list[int] = [0]
    most: list[int] = [0]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(int(await reader.readexactly(4), 16))
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        await asyncio.sleep(0.01)
        under_way[0] -= 1
        writer.write(b"OKAY000cconnected to")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        server = AdbServer(Address("127.0.0.1", listening.sockets[0].getsockname()[1]))
        await asyncio.gather(*(server.connect(f"127.0.0.1:{port}", deadline_s=5) for port in range(1000, 1006)))
    assert most == [1]
