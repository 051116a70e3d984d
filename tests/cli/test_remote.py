"""The commands that ask a running `drover up`: what they print, and what they say to each mistake."""

import io
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import Desk, outcome
from tests.cli.test_up import PHONE, ready, start
from tests.cli.typed import Prompt, Told

EXAMPLE = Path(__file__).parents[2] / "examples"
NIGHTLY = {
    "name": "Every night",
    "workflow": "First day",
    "target": "phone:all",
    "timing": {"kind": "recurring", "rule": "FREQ=DAILY;BYHOUR=3;BYMINUTE=0", "zone": "Europe/Berlin"},
}
pytestmark = [pytest.mark.rack, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What a `drover up` with one simulated phone told, and its data folder."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    (desk.folder / "examples").symlink_to(EXAMPLE)
    process = start(desk, *PHONE, "--example")
    yield ready(process) | {"folder": desk.folder / "kept"}
    process.send_signal(signal.SIGTERM)
    outcome(process)


@pytest.fixture
def drover(
    running: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Prompt:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DROVER_DATA_DIR", str(running["folder"]))
    monkeypatch.setenv("COLUMNS", "200")
    return Prompt(tmp_path, capsys)


def file(drover: Prompt, document: object, name: str = "document.json") -> str:
    (drover.folder / name).write_text(document if isinstance(document, str) else json.dumps(document))
    return name


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def ids(told: Told) -> list[str]:
    return [one["id"] for one in told.json["items"]]


def said(told: Told) -> tuple[int, str]:
    """Return the exit code, and what was wrong, without the hint."""
    assert told.out == ""
    assert told.err.startswith("drover: ")
    return told.code, told.err.splitlines()[0].removeprefix("drover: ")


def test_phones_are_listed_held_and_let_go(drover: Prompt) -> None:
    header, row = drover("fleet", "phones").out.splitlines()
    assert header.split() == ["name", "serial", "state", "reason", "agent", "purpose", "tags", "id"]
    assert row.split()[0] == "phone1"
    held = drover("fleet", "hold", "phone1", "--reason", "battery", "--json").json
    assert (held["state"], held["reason"]) == ("maintenance", "battery")
    assert drover("fleet", "release", "phone1", "--json").json["state"] == "online"
    assert drover("fleet", "phone", held["id"][:8], "--json").json["name"] == "phone1"
    assert (drover("fleet", "lease", "phone1").err, len(ids(drover("fleet", "agents", "--json")))) == ("none\n", 1)
    assert said(drover("fleet", "phone", "phone9")) == (9, "there is no phone phone9")
    assert said(drover("fleet", "break-lease", "phone1"))[0] == 9
    assert said(drover("fleet", "revoke", "nobody")) == (9, "there is no agent nobody")


def test_accounts_are_added_and_moved_along_their_life(drover: Prompt) -> None:
    added = drover("accounts", "add", "plaza.ada@phone1", "--authorized-by", "Ada", "--json").json
    assert (added["address"], added["lifecycle"]) == ("plaza.ada@phone1", "imported")
    assert drover("accounts", "change", added["address"], "--to", "prepare", "--json").json["lifecycle"] == "ready"
    assert added["id"] in drover("accounts", "list").out
    assert drover("accounts", "show", added["address"], "--json").json["authorized_by"] == "Ada"
    for address, code, words in (
        ("plaza.ada@phone1", 6, "there is an account plaza.ada@phone1 already"),
        ("plaza.bob@phone9", 9, "there is no phone phone9"),
        ("gone.bob@phone1", 9, "there is no app gone"),
        ("nonsense", 2, "'nonsense' is no address of an account"),
    ):
        assert said(drover("accounts", "add", address, "--authorized-by", "Ada")) == (code, words)
    assert said(drover("accounts", "change", added["address"], "--to", "complete_warmup"))[0] == 6
    assert said(drover("accounts", "change", added["address"], "--to", "fly"))[1].startswith(
        "invalid value for '--to': 'fly' is not one of"
    )


def test_definitions_are_put_compared_and_brought_back(drover: Prompt) -> None:
    workflow = drover("definitions", "show", "workflow", "First day").json
    name = file(drover, workflow | {"name": "Second day", "description": "calm"})
    assert drover("definitions", "put", "workflow", name, "--json").json["version"] == 1
    assert drover("definitions", "put", "workflow", name, "--json").json["version"] == 1
    file(drover, workflow | {"name": "Second day", "description": "lively"})
    assert drover("definitions", "put", "workflow", name, "--note", "livelier", "--json").json["version"] == 2
    assert '+  "description": "lively",' in drover("definitions", "diff", "workflow", "Second day", "1", "2").out
    assert "livelier" in drover("definitions", "versions", "workflow", "Second day").out
    restored = drover("definitions", "restore", "workflow", "Second day", "1", "--json").json
    assert restored["version"] == 3
    assert drover("definitions", "show", "workflow", "Second day", "--version", "2").json["description"] == "lively"
    assert drover("definitions", "retire", "workflow", "Second day", "--json").json["status"] == "retired"
    assert "Second day" in drover("definitions", "list", "--kind", "workflow").out


def test_screens_are_written_to_a_folder_and_put_from_there(drover: Prompt) -> None:
    written = Path(drover("definitions", "export", "screens", "plaza", "kept").out.strip())
    shipped = EXAMPLE / "plaza" / "registry"
    assert files_of(drover.folder / written) == files_of(shipped)
    again = drover("definitions", "put", "screens", str(written), "--name", "plaza", "--json").json
    assert again["version"] == 1, "nothing has changed"
    (drover.folder / written / "notes.txt").write_text("a word more")
    copy = drover("definitions", "put", "screens", str(written), "--name", "second", "--json").json
    assert (copy["name"], copy["version"]) == ("second", 1)
    assert said(drover("definitions", "export", "screens", "plaza", "kept"))[1].endswith("is there already")


def test_folders_that_hold_no_sound_screens_are_told(drover: Prompt) -> None:
    assert said(drover("definitions", "put", "screens", "gone"))[0] == 2
    folder = drover.folder / "folder"
    folder.mkdir()
    assert said(drover("definitions", "put", "screens", "folder")) == (2, "folder has no screens")
    (folder / "global").mkdir()
    (folder / "global" / "popup.json").write_text("{")
    assert said(drover("definitions", "put", "screens", "folder"))[1].startswith("folder: global/popup.json: line 1")
    (folder / "global" / "banner.json").write_text("[]")
    assert said(drover("definitions", "put", "screens", "folder"))[1].endswith(", and 1 more")
    assert folder.parent.name not in drover("definitions", "list", "--kind", "screens").out


def test_files_that_are_no_definitions_are_told(drover: Prompt) -> None:
    for document, words in (
        ("{", "document.json: line 1, column 2: is not JSON"),
        ({"schema": 1, "name": "x", "app": "plaza", "steps": []}, "x: steps: "),
    ):
        code, told = said(drover("definitions", "put", "workflow", file(drover, document)))
        assert (code, told[: len(words)]) == (2, words)
    assert said(drover("definitions", "put", "workflow", "gone.json"))[1].startswith("gone.json: cannot be read")
    assert said(drover("definitions", "show", "workflow", "gone")) == (9, "there is no workflow gone")
    assert said(drover("definitions", "diff", "workflow", "First day", "1", "9"))[0] == 9


def test_schedules_are_made_explained_and_asked(drover: Prompt) -> None:
    made = drover("schedule", "create", file(drover, NIGHTLY), "--json").json
    assert made["status"] == "pending"
    assert made["id"] in drover("schedule", "list").out
    explained = drover("schedule", "explain")
    assert ("Every night" in explained.out, "phone1" in explained.out) == (True, True)
    assert drover("schedule", "pause", "Every night", "--json").json["status"] == "paused"
    assert said(drover("schedule", "pause", "Every night")) == (6, "a schedule that is paused cannot take: pause")
    assert drover("schedule", "resume", made["id"][:10], "--json").json["status"] == "active"
    edited = drover("schedule", "edit", "Every night", file(drover, NIGHTLY | {"priority": 7}), "--json").json
    assert edited["document"]["priority"] == 7
    assert said(drover("schedule", "create", "document.json")) == (6, "there is a schedule Every night already")
    assert drover("schedule", "cancel", "Every night", "--json").json["status"] == "cancelled"
    assert said(drover("schedule", "run-now", "gone")) == (9, "there is no schedule gone")


@pytest.mark.parametrize(
    ("timing", "words"),
    [
        ({"kind": "at", "at": "tomorrow"}, "timing.at: is not like 2026-11-23T14:00 or 2026-11-23T14:00+01:00"),
        ({"kind": "at", "at": "2026-13-01T10:00"}, "timing"),
        ({"kind": "at", "at": "2026-11-23T14:00", "zone": "Europe/Nowhere"}, "timing"),
        ({"kind": "recurring", "rule": "FREQ=SOMETIMES"}, "timing: FREQ=SOMETIMES is not kept here"),
        ({"kind": "window", "opens": "9", "closes": "10:00"}, "timing.opens: is not like 09:00, from 00:00 to 23:59"),
    ],
    ids=["no-time", "no-month", "no-zone", "no-rule", "no-clock"],
)
def test_times_that_are_none_are_told(drover: Prompt, timing: dict[str, str], words: str) -> None:
    code, told = said(drover("schedule", "create", file(drover, NIGHTLY | {"name": "x", "timing": timing})))
    assert (code, told.removeprefix("schedule x: ")[: len(words)]) == (2, words)


def test_a_run_is_started_watched_and_stopped(drover: Prompt) -> None:
    drover("fleet", "hold", "phone1")
    run = drover("runs", "start", "First day", "--phone", "phone1", "--param", "name=Ada", "--json").json["id"]
    row = next(line for line in drover("runs", "list").out.splitlines() if run in line)
    assert row.split()[1:5] == ["First", "day", "phone1", "pending"]
    shown = drover("runs", "show", run[:12])
    assert ("Edit the profile" in shown.out, run in shown.out) == (True, True)
    assert drover("runs", "report", run, "--json").json["status"] == "pending"
    assert drover("runs", "tasks", run).err == "none\n"
    assert drover("runs", "pause", run, "--json").json["status"] == "paused"
    assert drover("runs", "resume", run, "--json").json["status"] == "pending"
    assert drover("runs", "cancel", run, "--reason", "enough", "--json").json["status"] == "cancelled"
    assert said(drover("runs", "pause", run))[0] == 6
    assert said(drover("runs", "continue", run, "--step", "9"))[0] == 2
    drover("fleet", "release", "phone1")
    drover("runs", "start", "First day", "--phone", "phone1")
    ended = drover("runs", "list", "--json").json["items"]
    assert len(ended) == 2


def test_what_is_not_there_to_be_run_is_told(drover: Prompt) -> None:
    for words, code, told in (
        (("start", "gone", "--phone", "phone1"), 9, "there is no definition gone"),
        (("start", "First day", "--phone", "phone9"), 9, "there is no phone phone9"),
        (("start", "First day", "--phone", "phone1", "--account", "plaza.zoe@phone1"), 9, "there is no account "),
        (("start", "First day", "--phone", "phone1", "--param", "broken"), 2, "--param broken: is not NAME=VALUE"),
        (("show", "zzzz"), 9, "there is no run zzzz"),
        (("cancel", "0" * 32), 9, f"there is no run {'0' * 32}"),
        (("tasks", "ab"), 9, "there is no run ab"),
    ):
        assert (said(drover("runs", *words))[0], said(drover("runs", *words))[1][: len(told)]) == (code, told)


def test_the_kill_switch_is_thrown_listed_and_taken_back(drover: Prompt) -> None:
    assert drover("halt", "--reason", "fire", "--json").json["reason"] == "fire"
    assert drover("clients", "halt", "Default", "--json").json["reason"] == "asked for on the command line"
    assert [line.split()[0] for line in drover("halts").out.splitlines()] == ["scope", "everything", "Default"]
    assert (drover("unhalt").out, drover("clients", "unhalt", "Default").out) == ("done\n", "done\n")
    assert drover("halts").err == "none\n"
    assert said(drover("clients", "halt", "Nobody")) == (9, "there is no client Nobody")


def test_people_get_in_and_reach_as_far_as_they_were_let(
    drover: Prompt, running: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said(drover("token", "create", "bot", "--scope", "read")) == (
        5,
        "making a token needs a login; a token cannot do it",
    )
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong\n"))
    assert said(drover("login", "admin"))[0] == 10
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert said(drover("login", "admin")) == (2, "no password was given")
    monkeypatch.setattr("sys.stdin", io.StringIO(running["password"] + "\n"))
    assert drover("login", "admin").code == 0
    text = drover("token", "create", "bot", "--scope", "read", "--json").json["token"]
    assert said(drover("halt", "--token", text))[0] == 5
    made = drover("users", "create", "zoe", "--json").json
    assert len(made["password"]) > 12
    rack = drover("fleet", "racks", "--json").json["items"][0]["name"]
    granted = drover("users", "grant", "zoe", "--level", "limited", "--rack", rack, "--app", "plaza")
    assert granted.out == "done\n"
    shown = drover("users", "show", "zoe").out
    assert ("Default: limited (racks" in shown, "(apps plaza)" in shown) == (True, True)
    assert said(drover("users", "grant", "zoe", "--rack", "cellar")) == (9, "there is no rack cellar")
    assert drover("users", "set", "zoe", "--status", "inactive", "--json").json["status"] == "inactive"
    assert drover("users", "withdraw", "zoe").out == "done\n"
    assert drover("token", "revoke", "bot").out == "done\n"
    assert said(drover("clients", "list", "--token", text))[0] == 10
    assert drover("logout").code == 0
    assert said(drover("logout")) == (3, "nobody is logged in from here")


def test_clients_are_chosen_by_name(drover: Prompt) -> None:
    assert drover("clients", "create", "Acme", "--json").json["name"] == "Acme"
    assert said(drover("fleet", "phones")) == (2, "--client is not given")
    assert drover("fleet", "phones", "--client", "Acme").err == "none\n"
    assert said(drover("fleet", "phones", "--client", "Nobody")) == (2, "--client Nobody: there is no such client")
    assert drover("api", "GET", "clients/{client}/phones", "--client", "Default").json["items"][0]["name"] == "phone1"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("clients", "list", "--url", "http://127.0.0.1:9"), 3, "http://127.0.0.1:9: cannot be reached"),
        (("clients", "list", "--url", "nonsense"), 2, "nonsense: is no address"),
        (("clients", "list", "--token", "drv_wrong"), 10, "the session or token is not valid"),
        (("clients", "list", "--after", "nonsense"), 2, "after: is no cursor of this list"),
        (("clients", "list", "--limit", "0"), 2, "invalid value for '--limit'"),
        (("clients", "create"), 2, "missing argument 'name'"),
        (("clients", "create", ""), 2, "name: "),
        (
            ("schedule", "explain", "--hours", "100000", "--client", "Default"),
            2,
            "hours: should be less than or equal to 744",
        ),
        (("api", "GET", "/nowhere"), 9, "nothing is there"),
        (("api", "POST", "/clients", "--body", "{"), 2, "--body: is not JSON"),
        (("api", "POST", "/clients", "--body", "@gone.json"), 2, "gone.json: cannot be read"),
        (("api", "POST", "/clients", "--body", "{}"), 2, "name: is missing"),
        (("api", "FETCH", "/clients"), 2, "invalid value for"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else None,
)
def test_mistakes_are_told_with_their_code(drover: Prompt, words: tuple[str, ...], code: int, told: str) -> None:
    found = said(drover(*words))
    assert (found[0], found[1][: len(told)]) == (code, told)


def test_the_database_is_told_to_be_up_to_date(drover: Prompt) -> None:
    assert "is up to date" in drover("database", "upgrade").out
    other = drover("database", "upgrade", "--database", "postgresql://ada:secret@127.0.0.1/name")
    assert said(other)[1].startswith("postgresql://ada:***@127.0.0.1/name: its owner's address is not given")
    assert "secret" not in other.err


def test_sqlite_has_one_organization(drover: Prompt) -> None:
    assert [one["name"] for one in drover("organizations", "list", "--json").json["items"]] == ["Drover"]
    assert said(drover("organizations", "create", "Agency B", "--admin", "bea")) == (8, "SQLite holds one organization")
    assert said(drover("organizations", "suspend", "Drover"))[0] == 8


def test_without_a_running_drover_its_folder_is_named(drover: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROVER_DATA_DIR", str(drover.folder / "elsewhere"))
    assert said(drover("runs", "list")) == (3, f"no `drover up` runs on {drover.folder / 'elsewhere'}")
