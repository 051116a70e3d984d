"""Several Android users on one phone: each with apps and data of its own, one of them in front."""

import pytest

from drover.kernel.clock import FakeClock
from drover.simulator.faults import Dim, Rotation
from drover.simulator.handset import Gesture
from drover.simulator.phone import SimulatedPhone
from drover.simulator.pictures import Pictures
from drover.simulator.shell.interpreter import Interpreter
from drover.simulator.users import MOST_USERS, UserRefused
from tests.simulator.wire.blank_handset import LAUNCHER, NOTES, BlankHandset
from tests.simulator.wire.conftest import make_phone

TAP = Gesture(1, 1, 1, 1, 0.0)


@pytest.fixture
def phone(fake_clock: FakeClock, pictures: Pictures) -> SimulatedPhone:
    """A phone with two users, and with delays."""
    phone = make_phone(fake_clock, "typical", pictures)
    phone.users.create("Second")
    return phone


async def run(phone: SimulatedPhone, line: str) -> tuple[str, int]:
    """Return what a command line prints on both outputs, and its exit code."""
    printed: list[bytes] = []

    async def emit(_descriptor: int, parts: tuple[bytes | memoryview, ...]) -> None:
        printed.extend(bytes(part) for part in parts)

    code = await Interpreter(phone, emit).run(line)
    return b"".join(printed).decode(), code


def handset(phone: SimulatedPhone, user: int) -> BlankHandset:
    found = phone.users.of(user)
    assert isinstance(found, BlankHandset)
    return found


async def test_users_are_listed(phone: SimulatedPhone) -> None:
    told, _ = await run(phone, "pm list users")
    assert told == "Users:\n\tUserInfo{0:Owner:c13} running\n\tUserInfo{10:Second:410}\n"


async def test_switching_takes_a_moment_and_brings_the_users_own_apps(phone: SimulatedPhone) -> None:
    await phone.touch(TAP)
    await run(phone, "am switch-user 10")
    assert (await run(phone, "am get-current-user")) == ("0\n", 0)
    await phone.timers.ended("switch user")
    assert (await run(phone, "am get-current-user")) == ("10\n", 0)
    await phone.touch(TAP)
    await phone.touch(TAP)
    assert (len(handset(phone, 0).gestures), len(handset(phone, 10).gestures)) == (1, 2)
    assert phone.describe()["user"] == 10


async def test_switching_can_be_waited_for(phone: SimulatedPhone, fake_clock: FakeClock) -> None:
    assert await run(phone, "am switch-user -w 10 && am get-current-user") == ("10\n", 0)
    assert max(fake_clock.slept_s) == pytest.approx(1.5, rel=0.11)
    assert " u10 " in (await run(phone, "dumpsys window | grep mCurrentFocus"))[0]


async def test_a_user_that_does_not_exist_is_refused(phone: SimulatedPhone) -> None:
    assert await run(phone, "am switch-user 11") == ("Error: Failed to switch to user 11\n", 1)
    assert await run(phone, "am switch-user ten") == ("Error: Failed to switch to user ten\n", 1)
    assert await run(phone, "pm list packages --user 11") == ("Error: Invalid user ID 11\n", 1)
    assert await run(phone, f"am start --user 11 {NOTES}") == ("Error: Invalid user ID 11\n", 1)
    assert (await run(phone, "am switch-user"))[1] == 255


async def test_an_app_is_started_for_the_user_in_front_only(phone: SimulatedPhone) -> None:
    told, code = await run(phone, f"am start --user 10 -n {NOTES}/.MainActivity")
    assert code == 1
    assert "Not allowed to start background user activity" in told
    assert handset(phone, 10).front_package == LAUNCHER
    for user in ("0", "current"):
        assert (await run(phone, f"am start --user {user} -n {NOTES}/.MainActivity"))[1] == 0
    assert handset(phone, 0).front_package == NOTES


@pytest.mark.parametrize("command", ["pm list packages", "cmd package list packages"])
async def test_packages_are_those_of_the_user_that_is_named(phone: SimulatedPhone, command: str) -> None:
    handset(phone, 10).install("org.example.extra", "Extra")
    assert "extra" in (await run(phone, f"{command} --user 10"))[0]
    assert "extra" not in (await run(phone, f"{command} --user 0"))[0]
    assert "extra" not in (await run(phone, command))[0]


async def test_users_are_made_and_removed(phone: SimulatedPhone) -> None:
    assert await run(phone, "pm create-user Third") == ("Success: created user id 11\n", 0)
    assert await run(phone, "pm remove-user 11") == ("Success: removed user\n", 0)
    assert (await run(phone, "pm remove-user 0"))[1] == 1
    assert (await run(phone, "pm remove-user 11"))[1] == 1


def test_a_phone_has_only_so_many_users(phone: SimulatedPhone) -> None:
    for number in range(2, MOST_USERS):
        phone.users.create(f"User {number}")
    with pytest.raises(UserRefused, match="couldn't create User"):
        phone.users.create("One more")


async def test_what_lies_over_the_display_lies_over_the_next_users_too(phone: SimulatedPhone) -> None:
    phone.faults.give(Dim(fault="dim", strength=0.5))
    phone.faults.give(Rotation(fault="rotation"))
    await phone.switch_user(10, wait=True)
    old, new = handset(phone, 0), handset(phone, 10)
    assert ((old.dimmed, old.turned), (new.dimmed, new.turned)) == ((0.0, 0), (0.5, 1))
    phone.faults.clear_all()
    assert (new.dimmed, new.turned) == (0.0, 0)


async def test_a_reboot_and_a_reset_bring_the_owner_back(phone: SimulatedPhone) -> None:
    await phone.switch_user(10, wait=True)
    phone.line.bind(0)
    phone.reboot()
    await phone.timers.ended("boot")
    assert phone.users.current == 0
    await phone.switch_user(10, wait=True)
    phone.reset()
    assert phone.users.current == 0
    await phone.line.close()
