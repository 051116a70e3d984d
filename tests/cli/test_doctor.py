"""`drover doctor phone` on phones of the user's own adb server."""

from collections.abc import Iterator

import pytest

from tests.cli.desk import Desk
from tests.cli.rack import UsersRack, users_rack

PLAZA = "com.drover.plaza"


@pytest.fixture(scope="module")
def rack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UsersRack]:
    desk = Desk(tmp_path_factory.mktemp("rack"))
    with users_rack(desk, 1) as rack:
        yield rack
    assert desk.wait_until_left() == {}


@pytest.fixture
def phones(rack: UsersRack) -> UsersRack:
    rack.renew()
    return rack


def test_a_sound_phone_passes_and_the_report_says_by_which_ways_it_is_driven(desk: Desk, phones: UsersRack) -> None:
    serial = phones.phones["phone1"]
    fast = desk.with_variables(DROVER_U2_JAR="")
    outcome = fast.run("doctor", "phone", serial, "--adb-server", phones.server, "--report", "notes/report.md")
    assert outcome.code == 0, outcome.out + outcome.err
    assert "19 of 19 checks passed; the phone can be driven" in outcome.out
    report = (desk.folder / "notes" / "report.md").read_text()
    assert report.startswith("# Drover Plaza One, Android 13\n")
    for line in ("- captures: ", "- uiautomator2: ", "| good | touches |", "| passed | types text as it is |  |"):
        assert line in report


def test_a_phone_with_something_in_the_way_fails_with_what_to_do(desk: Desk, phones: UsersRack) -> None:
    phones.fault("phone1", fault="injection_refused")
    wide = desk.with_variables(COLUMNS="400")
    outcome = wide.run("doctor", "phone", phones.phones["phone1"], "--adb-server", phones.server, "--app", PLAZA)
    assert outcome.code == 1
    assert "to mend before the phone can be driven" in outcome.out
    assert "USB debugging (Security settings)" in outcome.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("R58M1",), 9, "no phone R58M1 is attached\n  attached are: 127.0.0.1:"),
        (("SERIAL", "--app", "org.nobody"), 2, "it has no app org.nobody\n  name one with --app; it has com."),
        (("SERIAL", "--report", "."), 2, "--report .: is a folder"),
        (("SERIAL", "--adb-server", "127.0.0.1:1"), 3, "no adb server answers at 127.0.0.1:1"),
        ((), 2, "missing argument"),
    ],
)
def test_what_cannot_be_checked_is_said_in_a_line(
    desk: Desk, phones: UsersRack, words: tuple[str, ...], code: int, said: str
) -> None:
    named = [phones.phones["phone1"] if word == "SERIAL" else word for word in words]
    server = () if "--adb-server" in words else ("--adb-server", phones.server)
    outcome = desk.run("doctor", "phone", *named, *server)
    assert (outcome.code, said in outcome.err) == (code, True), outcome.err


def test_without_a_command_the_help_is_shown(desk: Desk) -> None:
    assert "Check one attached phone." in desk.run("doctor").out
