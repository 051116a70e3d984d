"""`drover play` on phones of the user's own adb server, which is used and never touched."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.cli.desk import REGISTRY, Desk
from tests.cli.rack import UsersRack, users_rack, users_server

TO_LOGIN = json.dumps(
    {
        "schema": 1,
        "name": "Go to the login",
        "app": "plaza",
        "tasks": [
            {"kind": "stop_app", "after": "launcher.home"},
            {"kind": "open_app", "before": "launcher.home", "after": "plaza.onboarding_welcome"},
            {"kind": "tap", "on": "plaza.onboarding_welcome.next", "timeout_s": 3},
            {"kind": "tap", "on": "plaza.onboarding_discover.next", "timeout_s": 3},
            {"kind": "tap", "on": "plaza.onboarding_notify.get_started"},
        ],
    }
)
LOG_IN = json.dumps(
    {
        "schema": 1,
        "name": "Say who logs in",
        "app": "plaza",
        "params": {"who": {"description": "Whom to log in as"}},
        "tasks": [{"kind": "type", "on": "plaza.login.username", "text": "${param.who}"}],
    }
)
IMPATIENT = {"DROVER_TASK_RETRIES": "0", "DROVER_CONNECTION_RETRIES": "0", "DROVER_AWAY_S": "0"}
COVERED = {"fault": "cover", "rect": [0, 0, 720, 1600], "on_page": "plaza.onboarding_discover"}


@pytest.fixture(scope="module")
def rack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UsersRack]:
    desk = Desk(tmp_path_factory.mktemp("rack"))
    with users_rack(desk, 4) as rack:
        yield rack
    assert desk.wait_until_left() == {}


@pytest.fixture
def phones(rack: UsersRack) -> UsersRack:
    rack.renew()
    return rack


@pytest.fixture
def flow(desk: Desk) -> str:
    return desk.write("flow.json", TO_LOGIN)


def test_a_play_on_chosen_phones_leaves_the_others_and_the_server_alone(
    desk: Desk, phones: UsersRack, flow: str
) -> None:
    chosen = ",".join((phones.phones["phone1"], phones.phones["phone2"]))
    words = ("--phones", f"phone:{chosen}", "--adb-server", phones.server)
    told = desk.run("play", flow, "--registry", REGISTRY, *words)
    assert told.code == 0, told.err
    assert "2 of 2 phones completed “Go to the login”" in told.out
    assert [phones.page(name) for name in ("phone1", "phone2")] == ["plaza.login"] * 2
    assert phones.counters("phone3")["gestures"] == phones.counters("phone4")["gestures"] == 0
    assert phones.sightings() == sorted(phones.phones.values())
    assert phones.server_is_the_same


def test_a_stopped_play_goes_on_from_the_step_that_its_message_names(desk: Desk, phones: UsersRack, flow: str) -> None:
    port = phones.server.rpartition(":")[2]
    serial = phones.phones["phone1"]
    words = ("play", flow, "--registry", REGISTRY, "--phones", f"phone:{serial}", "--json")
    users_desk = desk.with_variables(ANDROID_ADB_SERVER_PORT=port, DROVER_TASK_RETRIES="0")
    phones.fault("phone1", **COVERED)
    stopped = users_desk.run(*words)
    assert stopped.code == 1, stopped.err
    failure = stopped.last_line["failures"][serial]
    assert failure.startswith("step 3, ")
    assert "expected plaza.onboarding_discover" in failure
    assert "--from-step" in stopped.err
    assert (desk.folder / stopped.last_line["report"]).is_file()
    phones.clear("phone1", "cover")
    resumed = users_desk.run(*words, "--from-step", "4")
    assert resumed.code == 0, resumed.err
    assert resumed.last_line["verified"] == 2
    assert f"{serial}: completed, 2/2 tasks" in resumed.err
    assert phones.page("phone1") == "plaza.login"


def test_text_that_a_phone_cannot_take_is_refused_by_name(desk: Desk, phones: UsersRack, flow: str) -> None:
    serial = phones.phones["phone1"]
    words = ("--registry", REGISTRY, "--phones", f"phone:{serial}", "--adb-server", phones.server, "--json")
    assert desk.run("play", flow, *words).code == 0
    told = desk.run("play", desk.write("log-in.json", LOG_IN), *words, "--param", "who=李雷 😀")
    assert told.code == 1, told.err
    failure = told.last_line["failures"][serial]
    assert "李" in failure
    assert "Traceback" not in told.err


def test_phones_that_vanish_hang_or_answer_garbage_are_named_and_the_others_complete(
    desk: Desk, phones: UsersRack, flow: str
) -> None:
    for name, fault in (("phone1", "disconnect"), ("phone2", "hang"), ("phone3", "garbage")):
        phones.fault(name, fault=fault, on_page="plaza.onboarding_discover")
    words = ("--phones", "phone:all", "--adb-server", phones.server, "--json")
    told = desk.with_variables(**IMPATIENT).run("play", flow, "--registry", REGISTRY, *words)
    assert told.code == 1, told.err
    line = told.last_line
    assert (line["completed"], line["failed"]) == (1, 3)
    failures = line["failures"]
    assert "is not reachable" in failures[phones.phones["phone1"]]
    assert re.search("took longer than|is not reachable", failures[phones.phones["phone2"]])
    assert "was answered with something else" in failures[phones.phones["phone3"]]
    for serial, failure in failures.items():
        assert serial in failure
        assert f"✗ {serial}: " in told.err
    assert phones.page("phone4") == "plaza.login"
    assert "Traceback" not in told.err


def test_a_name_that_is_not_there_is_an_error_that_lists_those_that_are(
    desk: Desk, phones: UsersRack, flow: str
) -> None:
    words = ("--phones", "phone:nope", "--adb-server", phones.server)
    told = desk.run("play", flow, "--registry", REGISTRY, *words)
    assert told.code == 2
    assert "--phones phone:nope: column 7: no phone is called nope" in told.err
    assert phones.phones["phone1"] in told.err
    assert desk.written() == ["flow.json"]


def test_without_a_phone_it_says_so(desk: Desk, flow: str) -> None:
    with users_server() as (loop, server):
        told = desk.run(
            "play", flow, "--registry", REGISTRY, "--phones", "phone:all", "--adb-server", str(server.address)
        )
        assert loop.run(server.version()) > 0
    assert told.code == 3, told.err
    assert told.err.splitlines() == [
        "drover: no phone is attached",
        "  connect one; `adb devices` must list it as `device`",
    ]


def test_without_a_journal_nothing_is_played(desk: Desk, phones: UsersRack, flow: str) -> None:
    desk.write("taken", "")
    words = ("--phones", "phone:all", "--adb-server", phones.server)
    told = desk.with_variables(DROVER_DATA_DIR="taken").run("play", flow, "--registry", REGISTRY, *words)
    assert told.code == 3, told.err
    assert "taken" in told.err
    assert desk.written() == ["flow.json", "taken"]
    assert phones.counters("phone1")["gestures"] == 0
