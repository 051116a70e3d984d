"""`drover record`: a person's finger on a phone of the user's own adb server, and the file that comes of it."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from tests.cli.desk import REGISTRY, Desk, Outcome, outcome
from tests.cli.rack import UsersRack, users_rack

OPEN = {"touch": "tap", "at": "icon_plaza", "on_page": "launcher"}
NEXT = {"touch": "tap", "at": "next", "on_page": "plaza.onboarding_welcome"}


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


def start(desk: Desk, phones: UsersRack, *words: str) -> "subprocess.Popen[str]":
    where = ("--registry", REGISTRY, "--adb-server", phones.server)
    return desk.start("record", phones.phones["phone1"], *where, *words)


def wait_for(process: "subprocess.Popen[str]", words: str) -> list[str]:
    """Read what is said until it says so."""
    assert process.stdout is not None
    said: list[str] = []
    while not said or words not in said[-1]:
        line = process.stdout.readline()
        assert line, (said, process.communicate())
        said.append(line.rstrip())
    return said


def ended(process: "subprocess.Popen[str]", number: signal.Signals) -> Outcome:
    os.killpg(process.pid, number)
    return outcome(process)


def test_what_a_finger_does_is_written_at_ctrl_c_and_can_be_played_at_once(desk: Desk, phones: UsersRack) -> None:
    process = start(desk, phones, "--out", "flows/first.json", "--app", "plaza", "--afresh", "--name", "First page")
    wait_for(process, "  launcher.home")
    phones.touch("phone1", OPEN)
    wait_for(process, "1  launcher.home: open plaza -> plaza.onboarding_welcome")
    phones.touch("phone1", NEXT)
    wait_for(process, "tap plaza.onboarding_welcome.next -> plaza.onboarding_discover")
    told = ended(process, signal.SIGINT)
    assert (told.code, told.err) == (0, "")
    assert "flows/first.json: 3 steps" in told.out
    document = json.loads((desk.folder / "flows" / "first.json").read_text())
    assert (document["name"], document["app"], document["reference"]) == (
        "First page",
        "plaza",
        {"width": 720, "height": 1600},
    )
    assert [task["kind"] for task in document["tasks"]] == ["stop_app", "open_app", "tap"]
    assert desk.written() == [
        *("flows", "flows/first.json", "flows/first.recording"),
        *(f"flows/first.recording/00{step}-{when}.jpg" for step in (1, 2) for when in ("after", "before")),
        "flows/first.recording/steps.json",
    ]
    assert phones.counters("phone1")["gestures"] == 0
    phones.renew()
    words = ("--phones", "phone:all", "--registry", REGISTRY, "--adb-server", phones.server)
    played = desk.run("play", "flows/first.json", *words)
    assert (played.code, phones.page("phone1")) == (0, "plaza.onboarding_discover"), played.err


def test_a_recording_ends_by_itself_and_tells_of_it_in_json(desk: Desk, phones: UsersRack) -> None:
    process = start(desk, phones, "--out", "first.json", "--until-idle", "6", "--json", "--param", "name=Ada")
    assert process.stderr is not None
    while "launcher.home" not in process.stderr.readline():
        pass
    phones.touch("phone1", OPEN)
    told = outcome(process)
    assert told.code == 0, told.err
    line = told.last_line
    assert (line["file"], line["steps"], line["failure"], line["faults"]) == ("first.json", 1, "", [])
    assert "no typed text was name" in told.err


def test_what_was_recorded_before_the_phone_went_away_is_written(desk: Desk, phones: UsersRack) -> None:
    process = start(desk, phones, "--out", "first.json")
    wait_for(process, "  launcher.home")
    phones.touch("phone1", OPEN)
    wait_for(process, "open plaza -> plaza.onboarding_welcome")
    phones.fault("phone1", fault="disconnect")
    told = outcome(process)
    phones.clear("phone1", "disconnect")
    assert told.code == 3, told.out
    assert "is not reachable" in told.err
    assert len(json.loads((desk.folder / "first.json").read_text())["tasks"]) == 1


def test_where_nothing_is_done_nothing_is_written(desk: Desk, phones: UsersRack) -> None:
    process = start(desk, phones, "--out", "none.json")
    wait_for(process, "  launcher.home")
    told = ended(process, signal.SIGINT)
    assert told.code == 1
    assert "nothing was recorded" in told.err
    assert desk.written() == []


def test_what_cannot_be_recorded_is_refused_before_a_phone_is_touched(desk: Desk, phones: UsersRack) -> None:
    desk.write("there.json", "{}")
    cases = {
        "there is a file": (("--out", "there.json"), 6, "there.json is there already"),
        "no such app": (("--out", "a.json", "--app", "nobody"), 2, "--app nobody: is not in the registry"),
        "no app to end": (("--out", "a.json", "--afresh"), 2, "--afresh"),
        "no value": (("--out", "a.json", "--secret-param", "pin"), 2, "--secret-param pin: is not NAME=VALUE"),
        "given twice": (("--out", "a.json", "--param", "a=1", "--secret-param", "a=2"), 2, "given by --param and by"),
    }
    running = {name: (start(desk, phones, *words), code, said) for name, (words, code, said) in cases.items()}
    for process, code, said in running.values():
        told = outcome(process)
        assert told.code == code, told.err
        assert said in told.err
    nobody = desk.run("record", "nobody", "--out", "a.json", "--registry", REGISTRY, "--adb-server", phones.server)
    assert (nobody.code, "phone nobody is not attached" in nobody.err) == (9, True)
    assert desk.written() == ["there.json"]
