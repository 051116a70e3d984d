"""`drover play` is killed in the middle, and goes on with --resume: with the real command, on a user's adb server."""

import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.cli.desk import PATIENCE_S, REGISTRY, SEQUENCE, Desk, outcome
from tests.cli.rack import UsersRack, users_rack

PACKAGE = "com.drover.plaza"
SAVE = "plaza.edit_profile.save"


@dataclass(frozen=True)
class Player:
    """`drover play` on one phone of a rack."""

    desk: Desk
    rack: UsersRack
    flow: str
    phone: str = "phone1"

    @property
    def words(self) -> tuple[str, ...]:
        """The command without the options that say how to go on."""
        chosen = f"phone:{self.rack.phones[self.phone]}"
        return (
            "play",
            self.flow,
            "--registry",
            REGISTRY,
            "--phones",
            chosen,
            "--adb-server",
            self.rack.server,
            "--json",
        )

    def killed_on(self, page: str) -> None:
        """Play until the phone shows a page, and kill the command there."""
        process = self.desk.start(*self.words)
        deadline = time.monotonic() + PATIENCE_S  # noqa: TID251  another process plays in real time
        while self.rack.page(self.phone) != page:
            assert process.poll() is None
            assert time.monotonic() < deadline  # noqa: TID251  likewise
            time.sleep(0.02)  # noqa: TID251  likewise
        os.kill(process.pid, signal.SIGKILL)
        outcome(process)

    @property
    def saves(self) -> int:
        """How often the profile was saved, told by the simulator."""
        return int(self.rack.stored(self.phone, PACKAGE)["saves"])


@pytest.fixture(scope="module")
def rack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UsersRack]:
    desk = Desk(tmp_path_factory.mktemp("rack"))
    with users_rack(desk, 1) as rack:
        yield rack
    assert desk.wait_until_left() == {}


@pytest.fixture
def player(desk: Desk, rack: UsersRack) -> Player:
    rack.renew()
    with open(SEQUENCE, encoding="utf-8") as file:  # noqa: PTH123  a path given as text
        document = json.load(file)
    for task in document["tasks"]:
        if task.get("on") == SAVE:
            task |= {"effect": "once", "happened": {"screen": "plaza.profile"}}
    return Player(desk, rack, desk.write("flow.json", json.dumps(document)))


def test_a_killed_play_says_where_it_was_and_goes_on_there(player: Player) -> None:
    player.killed_on("plaza.edit_profile")
    refused = player.desk.run(*player.words)
    assert refused.code == 6, refused.err
    assert "the last play of “Edit the profile” was cut off: " in refused.err
    assert "--resume" in refused.err
    assert player.saves == 0
    resumed = player.desk.run(*player.words, "--resume")
    assert resumed.code == 0, resumed.err
    assert 0 < resumed.last_line["verified"] < 10
    assert player.saves == 1
    again = player.desk.run(*player.words, "--resume")
    assert again.code == 0, again.err
    assert "completed by an earlier play" in again.err
    assert player.saves == 1


def test_two_commands_do_not_play_on_one_phone_at_once(player: Player) -> None:
    # Or the first would be over before the second has started, where the machine is busy.
    player.rack.fault(player.phone, fault="slow", on_page="plaza.login")
    first = player.desk.start(*player.words)
    deadline = time.monotonic() + PATIENCE_S  # noqa: TID251  another process plays in real time
    while player.rack.page(player.phone) != "plaza.login":
        assert first.poll() is None
        assert time.monotonic() < deadline  # noqa: TID251  likewise
        time.sleep(0.02)  # noqa: TID251  likewise
    second = player.desk.run(*player.words)
    assert second.code == 1, second.err
    assert "is in use: playing “Edit the profile”" in second.err
    player.rack.clear(player.phone, "slow")
    told = outcome(first)
    assert told.code == 0, told.err
    assert player.saves == 1


def test_resume_and_from_step_exclude_each_other(player: Player) -> None:
    told = player.desk.run(*player.words, "--resume", "--from-step", "3")
    assert told.code == 2
    assert "--resume and --from-step exclude each other" in told.err
