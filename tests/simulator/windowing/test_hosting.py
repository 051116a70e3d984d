"""How the handset hosts apps: which one gets a touch, a key or a popup's answer, and what installing does."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from drover.kernel.clock import FakeClock
from drover.simulator.display.marks import DISPLAY, Box, Fill, Placed, Sheet
from drover.simulator.handset import Gesture, JsonValue, Look
from drover.simulator.launcher.app import Launcher
from drover.simulator.launcher.page import LAUNCHER_PACKAGE
from drover.simulator.windowing.app import Host, Swipe
from drover.simulator.windowing.form import Form
from drover.simulator.windowing.handset import AppHandset
from drover.simulator.windowing.popups import Popup
from drover.simulator.windowing.view import Element, Role, View

BOARD = "com.example.board"
UPPER, LOWER = Box(0, 100, 1080, 1100), Box(0, 1200, 1080, 2300)
BACK, HOME = 4, 3


class Board:
    """An app of two areas that writes down what is done to it."""

    def __init__(self, seed: int, host: Host) -> None:
        self.running, self.busy, self.form = False, False, Form({})
        self.page_names = ("board",)
        self.popups = {"hello": Popup(self._hello, back="bye")}
        self.done: list[str] = []
        self._seed, self._palette = seed, host.palette

    def open(self, ready_s: float) -> None:
        self.running = True
        self.done.append(f"open {ready_s > 0}")

    def close(self) -> None:
        self.running = False

    def act(self, action: str, now: float) -> None:
        del now
        self.done.append(action)

    def back(self, now: float) -> bool:
        del now
        return False

    def enter(self, now: float, *, astray: bool) -> bool:
        del now
        return astray

    def swipe(self, swipe: Swipe, now: float) -> None:
        del now
        self.done.append(f"swipe {round(swipe.dx)} {round(swipe.dy)} from {round(swipe.x1)} {round(swipe.y1)}")

    def views(self, now: float) -> tuple[View, ...]:
        del now
        elements = (
            Element("upper", UPPER, Role.BUTTON, action="tapped", hold="held"),
            Element("lower", LOWER, Role.BUTTON, action="tapped"),
        )
        return (View("board", BOARD, (Placed(Sheet(DISPLAY, (Fill(DISPLAY, self._palette.surface),))),), elements),)

    def _hello(self, palette: object) -> View:
        del palette
        yes = Element("yes", LOWER, Role.BUTTON, action="answer:yes")
        return View("popup.hello", BOARD, (), (yes,), window=LOWER)

    def state(self) -> Mapping[str, JsonValue]:
        return {"done": list[JsonValue](self.done)}

    def answered(self, popup: str, answer: str) -> None:
        self.done.append(f"{popup} {answer}")

    def use_account(self, number: int, now: float) -> bool:
        del now
        return number == 1

    def pass_challenge(self, now: float) -> bool:
        del now
        return False


@pytest.fixture
def handset() -> AppHandset:
    """Return a handset of 720 pixels' width with the board in front, settled at 1 s."""
    makers = {LAUNCHER_PACKAGE: Launcher, BOARD: Board}
    look = Look(720, 1600, "dark")
    handset = AppHandset(look, FakeClock(), random.Random(1), datetime(2026, 1, 1, tzinfo=UTC), makers)
    assert handset.start(BOARD, 0.0)
    return handset


def done(handset: AppHandset) -> JsonValue:
    apps = handset.state()["apps"]
    assert isinstance(apps, dict)
    board = apps[BOARD]
    assert isinstance(board, dict)
    return board["done"]


def touch(handset: AppHandset, x: int, y: int, seconds: float = 0.0, *, to: tuple[int, int] | None = None) -> None:
    x2, y2 = to or (x, y)
    handset.gesture(Gesture(x, y, x2, y2, seconds), 1.0)


def test_a_long_tap_does_what_the_element_holds_and_else_what_a_tap_does(handset: AppHandset) -> None:
    touch(handset, 300, 300)
    touch(handset, 300, 300, 0.7)
    touch(handset, 300, 1200, 0.7)
    assert done(handset) == ["open True", "tapped", "held", "tapped"]


def test_a_swipe_reaches_the_app_in_reference_pixels(handset: AppHandset) -> None:
    touch(handset, 600, 400, 0.2, to=(200, 420))
    assert done(handset) == ["open True", "swipe -600 30 from 900 600"]


def test_a_popup_takes_taps_and_swipes_and_tells_its_own_app_the_answer(handset: AppHandset) -> None:
    assert handset.popup("hello", 0.5)
    touch(handset, 300, 300)
    touch(handset, 600, 400, 0.2, to=(200, 420))
    touch(handset, 300, 1200)
    assert done(handset) == ["open True", "hello yes"]


def test_back_answers_a_popup_in_its_stead(handset: AppHandset) -> None:
    assert handset.popup("hello", 0.5)
    handset.press(BACK, 1.0)
    assert done(handset) == ["open True", "hello bye"]
    assert handset.page(2.0) == "board"


def test_a_popup_taken_away_is_neither_answered_nor_dismissed(handset: AppHandset) -> None:
    assert handset.popup("hello", 0.5)
    assert handset.close_popup("hello", 1.0)
    assert handset.page(2.0) == "board"
    assert handset.state()["popups_dismissed"] == []
    assert done(handset) == ["open True"]
    assert not handset.close_popup("hello", 2.0)


def test_the_systems_notice_stays_in_front_of_every_app(handset: AppHandset) -> None:
    assert handset.popup("system_update", 0.5)
    handset.press(HOME, 1.0)
    assert handset.page(2.0) == "popup.system_update"
    assert handset.front(2.0)[0] == "android"
    handset.press(BACK, 2.0)
    assert handset.page(3.0) == "launcher"
    assert handset.state()["popups_dismissed"] == ["system_update"]


def test_an_apps_own_popup_goes_and_comes_with_it(handset: AppHandset) -> None:
    assert handset.popup("hello", 0.5)
    handset.press(HOME, 1.0)
    assert handset.page(2.0) == "launcher"
    assert handset.start(BOARD, 2.0)
    assert handset.page(3.0) == "popup.hello"


def test_an_installed_package_shows_a_plain_page_with_its_label(handset: AppHandset) -> None:
    handset.install("org.example.tool", "Tool")
    assert "org.example.tool" in handset.packages()
    assert handset.start("org.example.tool/.Main", 1.0)
    assert handset.front(2.0)[0] == "org.example.tool"
    title = handset.view(2.0).element("title")
    assert title is not None
    assert title.text == "Tool"
    handset.press(BACK, 2.0)
    assert handset.page(3.0) == "launcher"


def test_the_pages_are_those_of_the_installed_apps_and_of_all_popups(handset: AppHandset) -> None:
    popups = {"popup.hello", "popup.system_update", "popup.unknown"}
    assert set(handset.pages()) == {"board", "launcher", *popups}
    handset.install("org.example.tool", "Tool")
    handset.uninstall(BOARD)
    assert set(handset.pages()) == {"org.example.tool", "launcher", *popups}


def test_an_uninstalled_package_is_closed_and_forgotten_until_it_is_installed_again(handset: AppHandset) -> None:
    touch(handset, 300, 300)
    handset.uninstall(BOARD)
    assert handset.page(2.0) == "launcher"
    assert not handset.start(BOARD, 2.0)
    handset.install(BOARD, "Board")
    assert handset.start(BOARD, 3.0)
    assert done(handset) == ["open True"]


def test_the_launcher_can_be_neither_uninstalled_nor_left(handset: AppHandset) -> None:
    handset.uninstall(LAUNCHER_PACKAGE)
    handset.press(HOME, 1.0)
    handset.press(BACK, 2.0)
    assert handset.page(3.0) == "launcher"
    assert not handset.use_account(1, 3.0)
    assert not handset.pass_challenge(3.0)


def test_installing_what_is_installed_keeps_its_data(handset: AppHandset) -> None:
    touch(handset, 300, 300)
    handset.install(BOARD, "Board")
    assert done(handset) == ["open True", "tapped"]
    assert handset.use_account(1, 1.0)
