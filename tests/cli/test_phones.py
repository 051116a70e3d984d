"""`drover phones` on phones of the user's own adb server."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.cli.desk import Desk, outcome
from tests.cli.rack import UsersRack, users_rack

HANGING = {"fault": "hang"}


@pytest.fixture(scope="module")
def rack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UsersRack]:
    desk = Desk(tmp_path_factory.mktemp("rack"))
    with users_rack(desk, 2) as rack:
        yield rack
    assert desk.wait_until_left() == {}


@pytest.fixture
def phones(rack: UsersRack) -> UsersRack:
    rack.renew()
    return rack


def listed(desk: Desk, phones: UsersRack) -> dict[str, dict[str, object]]:
    return {row["serial"]: row for row in desk.run("phones", "--json", "--adb-server", phones.server).last_line}


def test_every_attached_phone_is_listed_with_how_it_is(desk: Desk, phones: UsersRack) -> None:
    rows = listed(desk, phones)
    assert sorted(rows) == sorted(phones.phones.values())
    row = rows[phones.phones["phone1"]]
    assert {name: row[name] for name in ("state", "model", "android", "reason", "work")} == {
        "state": "online",
        "model": "Plaza One",
        "android": "13",
        "reason": "",
        "work": "",
    }
    assert 0 < int(str(row["battery_percent"])) <= 100
    plain = desk.run("phones", "--adb-server", phones.server)
    assert plain.code == 0
    assert plain.out.count("online") == 2
    assert "Plaza One" in plain.out
    assert [serial for serial in phones.phones.values() if serial not in plain.out] == []


def test_a_phone_that_hangs_is_shown_as_offline_and_the_other_as_online(desk: Desk, phones: UsersRack) -> None:
    phones.fault("phone1", **HANGING)
    try:
        rows = listed(desk, phones)
    finally:
        phones.clear("phone1", "hang")
    assert rows[phones.phones["phone1"]]["state"] == "offline"
    assert "heartbeat" in str(rows[phones.phones["phone1"]]["reason"])
    assert rows[phones.phones["phone2"]]["state"] == "online"


def test_watching_tells_each_change_within_three_seconds_brings_phones_back_and_keeps_the_history(
    desk: Desk, phones: UsersRack
) -> None:
    serial = phones.phones["phone2"]
    with desk.start("phones", "--watch", "--json", "--adb-server", phones.server) as watch:
        seen = [next_change(watch) for _ in phones.phones]
        assert {change["state"] for change in seen} == {"online"}
        began = time.monotonic()  # noqa: TID251  the promise is in real seconds
        phones.fault("phone2", fault="disconnect", seconds=2.0)
        gone, took_s = next_change(watch), time.monotonic() - began  # noqa: TID251  as above
        back = next_change(watch)
        os.kill(watch.pid, signal.SIGINT)
        assert outcome(watch).code == 130
    assert (gone["serial"], gone["state"], back["serial"], back["state"]) == (serial, "offline", serial, "online")
    assert took_s < 3.0
    history = desk.run("phones", "history", serial, "--json").last_line
    words = [event["word"] for event in reversed(history) if event["happening"] == "state"]
    assert words == ["online", "offline", "online"]
    assert "reconnect" in {event["word"] for event in history if event["happening"] == "repair"}
    assert f"{serial}: offline" in desk.run("phones", "history").out


def test_a_phone_in_maintenance_is_shown_so_until_it_is_released(desk: Desk, phones: UsersRack) -> None:
    serial = phones.phones["phone1"]
    assert desk.run("phones", "hold", serial, "--reason", "new battery", "--adb-server", phones.server).code == 0
    assert (listed(desk, phones)[serial]["state"], listed(desk, phones)[serial]["reason"]) == (
        "maintenance",
        "new battery",
    )
    assert "no longer in maintenance" in desk.run("phones", "release", serial).out
    assert listed(desk, phones)[serial]["state"] == "online"
    again = desk.run("phones", "release", serial)
    assert again.code == 2
    assert "neither in maintenance nor quarantined" in again.err


def test_a_serial_that_was_never_seen_is_not_put_into_maintenance(desk: Desk, phones: UsersRack) -> None:
    mistyped = desk.run("phones", "hold", "R58M123ABD", "--adb-server", phones.server)
    assert mistyped.code == 9
    assert "no phone R58M123ABD is attached" in mistyped.err


def test_without_a_server_the_command_says_so(desk: Desk) -> None:
    nobody = desk.run("phones", "--adb-server", "127.0.0.1:1")
    assert nobody.code == 3
    assert "no adb server answers at 127.0.0.1:1" in nobody.err


@pytest.mark.parametrize("command", ["uhubctl {hub", "uhubctl {unknown}", "uhubctl 'open"])
def test_a_power_command_that_cannot_be_filled_in_is_refused(desk: Desk, command: str) -> None:
    refused = desk.with_variables(DROVER_USB_POWER_COMMAND=command).run("phones", "--watch")
    assert refused.code == 2
    assert "usb_power_command" in refused.err


def next_change(watch: "subprocess.Popen[str]") -> dict[str, str]:
    assert watch.stdout is not None
    return json.loads(watch.stdout.readline())
