"""What a user gives wrongly is told with its place and a cure, by a documented exit code, and nothing is written."""

import contextlib
import json
import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import pytest

from tests.cli.desk import EXAMPLES, REGISTRY, SEQUENCE, Desk, Outcome, Runs, run_all

PICTURE = next((EXAMPLES / "registry" / "plaza" / "pictures").glob("feed*light*"))
CLOSED = "127.0.0.1:1"
PLAY = ("play", SEQUENCE, "--adb-server", CLOSED, "--phones")
LOGIN = {"kind": "type", "on": "plaza.login.username"}
FEED_TAP = {"kind": "tap", "on": "plaza.feed.tab_profile"}


def sequence(*tasks: Mapping[str, object], **more: object) -> str:
    return json.dumps({"schema": 1, "name": "Short", "app": "plaza", "tasks": list(tasks), **more})


@dataclass(frozen=True)
class Case:
    words: tuple[str, ...]
    code: int
    told: tuple[str, ...]
    """What standard error, or for `lint` standard output, must say: where it is, what it is, and the cure."""
    files: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


CASES = {
    "a missing sequence": Case(
        ("demo", "nowhere.json"), 2, ("nowhere.json: cannot be read (no such file or directory)", "check the path")
    ),
    "broken JSON": Case(
        ("demo", "s.json"), 2, ("s.json: line 1, column 13: is not JSON", "mend the syntax"), {"s.json": '{"schema": 1'}
    ),
    "an unknown screen": Case(
        ("play", "s.json", "--registry", REGISTRY, "--phones", "phone:all"),
        2,
        ("s.json: tasks[0]", "unknown screen plaza.fed", "did you mean plaza.feed"),
        {"s.json": sequence({"kind": "tap", "on": "plaza.fed.open_profile", "after": "plaza.profile"})},
    ),
    "an unknown action": Case(
        ("sequence", "lint", "s.json", "--registry", REGISTRY),
        1,
        ("s.json: tasks[0].on: unknown action", "did you mean plaza.feed.tab_profile"),
        {"s.json": sequence({"kind": "tap", "on": "plaza.feed.tab_profil", "after": "plaza.profile"})},
    ),
    "an unknown parameter": Case((*PLAY, "phone:all", "--param", "nme=x"), 2, ("nme", "it has: login, password, name")),
    "a text without a value": Case(
        ("sequence", "lint", "s.json", "--registry", REGISTRY, "--values", "v.json"),
        1,
        ("s.json: tasks[0].text: column 4: ${custom.whom} has no value", "give custom.whom a value"),
        {
            "s.json": sequence(LOGIN | {"text": "Hi ${custom.whom} ${custom.who}"}),
            "v.json": '{"custom": {"who": "Ada"}}',
        },
    ),
    "a text of a play without a value": Case(
        (*PLAY, "phone:all", "--values", "v.json", "--param", "bio={x|${custom.whom}}"),
        2,
        ("parameter bio: column 4: ${custom.whom} has no value", "give custom.whom a value"),
        {"v.json": '{"custom": {"who": "Ada"}}'},
    ),
    "a secret that would be no text, but is none": Case(
        ("sequence", "lint", "s.json", "--registry", REGISTRY, "--values", "v.json"),
        0,
        ("1 file, nothing to mend",),
        {
            "s.json": sequence(
                {"kind": "open_app", "after": "plaza.login"},
                LOGIN | {"text": "${param.pin}"},
                params={"pin": {"default": "{a|b", "secret": True}},
            ),
            "v.json": "{}",
        },
    ),
    "a text that nothing gives values": Case(
        ("sequence", "lint", "s.json", "--registry", REGISTRY),
        1,
        ("s.json: tasks[0].text: column 4: nothing here has values of custom", "--values FILE"),
        {"s.json": sequence(LOGIN | {"text": "Hi ${custom.whom}"})},
    ),
    "a text that is none": Case(
        ("sequence", "lint", "s.json", "--registry", REGISTRY),
        1,
        ("s.json: tasks[0].text: column 13: unknown field usrname of account", "did you mean username?"),
        {"s.json": sequence(LOGIN | {"text": "H ${account.usrname}"})},
    ),
    "values that are none": Case(
        (*PLAY, "phone:all", "--values", "v.json"), 2, ("v.json: param is no object",), {"v.json": '{"param": 5}'}
    ),
    "a parameter that is no text": Case(
        (*PLAY, "phone:all", "--param", "name={a|b"), 2, ("parameter name: column 1", "\\{")
    ),
    "a missing parameter": Case(
        ("play", "s.json", "--registry", REGISTRY, "--phones", "phone:all"),
        2,
        ("parameter who", "--param who="),
        {
            "s.json": sequence(
                {"kind": "type", "on": "plaza.login.username", "text": "${param.who}"},
                params={"who": {"description": "Whom"}},
            )
        },
    ),
    "a parameter without a value": Case(
        (*PLAY, "phone:all", "--param", "name"), 2, ("--param name: is not NAME=VALUE",)
    ),
    "a selector without a list": Case((*PLAY, "phone:"), 2, ("--phones phone:: column",)),
    "a selector that is none": Case((*PLAY, "account:x"), 2, ("--phones account:x: column 9", "account:<app>")),
    "a step before the first": Case((*PLAY, "phone:all", "--from-step", "0"), 2, ("--from-step 0", "give 1 to 16")),
    "a step after the last": Case((*PLAY, "phone:all", "--from-step", "99"), 2, ("--from-step 99", "give 1 to 16")),
    "no registry folder": Case(
        ("play", "s.json", "--phones", "phone:all"),
        2,
        ("registry: there is no registry folder", "--registry DIR"),
        {"s.json": sequence(FEED_TAP)},
    ),
    "a registry without a usable screen": Case(
        ("play", "s.json", "--phones", "phone:all"),
        2,
        ("registry/plaza/feed.json: line 1", "holds no usable screen"),
        {"s.json": sequence(FEED_TAP), "registry/plaza/feed.json": "{"},
    ),
    "a report where a folder is needed": Case(
        (*PLAY, "phone:all", "--report", "file/in/it.html"),
        2,
        ("--report file/in/it.html", "is not a folder"),
        {"file": ""},
    ),
    "a report that is a folder": Case(
        (*PLAY, "phone:all", "--report", "folder"), 2, ("--report folder: is a folder",), {"folder/note": ""}
    ),
    "an unknown setting": Case(
        (*PLAY, "phone:all"), 2, ("setting task_retrys", "drover.toml"), {"drover.toml": "task_retrys = 1"}
    ),
    "settings that are not TOML": Case((*PLAY, "phone:all"), 2, ("drover.toml: is not TOML",), {"drover.toml": "task"}),
    "a wrong setting in the environment": Case(
        (*PLAY, "phone:all"), 2, ("setting task_retries", "DROVER_"), variables={"DROVER_TASK_RETRIES": "many"}
    ),
    "no adb server": Case((*PLAY, "phone:all"), 3, (f"no adb server answers at {CLOSED}", "start-server")),
    "an address that is none": Case(
        ("play", SEQUENCE, "--adb-server", "here", "--phones", "phone:all"),
        2,
        ("'here' is not an address", "HOST:PORT"),
    ),
    "a port of adb that is none": Case(
        ("play", SEQUENCE, "--phones", "phone:all"),
        2,
        ("ANDROID_ADB_SERVER_PORT", "abc"),
        variables={"ANDROID_ADB_SERVER_PORT": "abc"},
    ),
    "no phone asked for": Case(("demo", SEQUENCE, "--phones", "0"), 2, ("--phones 0", "1 to 60")),
    "a width that is none": Case(("sim", "--width", "800"), 2, ("--width 800", "720, 1080, 1440")),
    "a port of emulators": Case(("sim", "--port", "5557"), 2, ("--port 5557", "emulators", "even")),
    "an unknown option": Case(("demo", "--fones", "2"), 2, ("no such option: --fones", "`drover demo --help`")),
    "a word instead of a number": Case(("demo", "--phones", "two"), 2, ("'--phones'", "valid integer")),
    "an unknown command": Case(("dance",), 2, ("no such command 'dance'", "`drover --help`")),
}


def run(case: Case, desk: Desk) -> Outcome:
    for name, content in case.files.items():
        desk.write(name, content)
    return desk.with_variables(**case.variables).run(*case.words)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    works = {name: partial(run, case) for name, case in CASES.items()}
    with run_all(tmp_path_factory, works, workers=3) as runs:
        yield runs


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_told_with_its_place_and_a_cure(runs: Runs, name: str) -> None:
    case = CASES[name]
    desk, future = runs[name]
    outcome = future.result()
    said = outcome.out + outcome.err
    assert outcome.code == case.code, said
    for words in case.told:
        assert words in said
    assert "Traceback" not in said
    assert "unexpected error" not in said
    assert [path for path in desk.written() if "report" in path or "part" in path] == []
    assert desk.temporary_files() == []


def test_a_taken_port_is_named(desk: Desk) -> None:
    with bound_to_an_even_port() as taken:
        port = taken.getsockname()[1]
        told = desk.run("sim", "--port", str(port))
    assert told.code == 6, told.err
    assert f"port {port}" in told.err
    assert told.out == ""


def test_a_bad_registry_file_is_told_in_a_line_and_the_others_are_used(desk: Desk) -> None:
    shutil.copytree(REGISTRY, desk.folder / "registry")
    desk.write("registry/plaza/update.json", '{"schema": 1,')
    told = desk.run("sequence", "lint", SEQUENCE, "--registry", "registry")
    assert told.code == 0, told.err
    line, *more = told.err.splitlines()
    assert line.startswith("drover: not in service: registry/plaza/update.json: line 1, column 14: is not JSON")
    assert more == []


def test_screens_that_cannot_be_told_apart_are_named_with_their_files(desk: Desk) -> None:
    shutil.copytree(REGISTRY, desk.folder / "registry")
    feed = json.loads((desk.folder / "registry" / "plaza" / "feed.json").read_text())
    desk.write("registry/plaza/wall.json", json.dumps({**feed, "key": "wall"}))
    told = desk.run("sequence", "lint", SEQUENCE, "--registry", "registry")
    assert told.code == 1, told.err
    fault, cure = told.out.splitlines()
    assert fault.startswith("registry/plaza/feed.json: overlaps registry/plaza/wall.json: all regions of ")
    assert cure == "  give each screen a region that the other does not have"


def test_identify_answers_for_every_frame_whatever_is_wrong_with_one(desk: Desk) -> None:
    (desk.folder / "cut.png").write_bytes(PICTURE.read_bytes()[:200])
    (desk.folder / "good.jpg").write_bytes(PICTURE.read_bytes())
    desk.write("text.png", "not a picture")
    desk.write("huge.png", "")
    os.truncate(desk.folder / "huge.png", 10**9)
    frames = ("gone.png", "cut.png", "text.png", "huge.png", ".", "good.jpg")
    told = desk.run("screens", "identify", "--registry", REGISTRY, *frames)
    assert told.code == 1, told.err
    answers = [json.loads(line) for line in told.out.splitlines()]
    assert [answer["file"] for answer in answers] == list(frames)
    *refused, good = answers
    assert [answer["screen"] for answer in refused] == [None] * 5
    for answer in refused:
        assert answer["file"] in answer["error"]
        assert answer["hint"]
    assert "error" not in good
    assert good["screen"] == "plaza.feed"


def bound_to_an_even_port() -> socket.socket:
    """Return a listening socket on a free port that a rack could have."""
    with contextlib.ExitStack() as odd:
        while True:
            listener = socket.create_server(("127.0.0.1", 0))
            if listener.getsockname()[1] % 2 == 0:
                return listener
            odd.enter_context(listener)
