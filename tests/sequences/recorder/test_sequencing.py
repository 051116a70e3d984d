"""From steps to a sequence: whose app it is, what its tasks are called, and what cannot become one."""

import pytest

from drover.devices.geometry import Rect
from drover.devices.ports import Key
from drover.kernel.errors import InvalidInput
from drover.language.text import literal
from drover.sequences.domain import (
    Act,
    ActionName,
    Direction,
    LongTap,
    OpenApp,
    Press,
    Sequence,
    StopApp,
    Swipe,
    Tap,
    Type,
)
from drover.sequences.lint import lint
from drover.sequences.recorder.composer import Recorded
from drover.sequences.recorder.sequencing import NothingRecorded, Title, sequence_of
from tests.sequences.recorder.pages import REGISTRY, SIZE


def step(act: Act, before: str | None, after: str | None) -> Recorded:
    return Recorded(act, 0.0, before, after, None, None)


def made(*steps: Recorded, app: str = "", afresh: str | None = None) -> Sequence:
    return sequence_of(steps, {}, SIZE, REGISTRY, Title("Name", "", app, afresh))


CART = step(Tap(ActionName("shop.home", "open_cart")), "shop.home", "shop.cart")


def test_tasks_are_called_by_the_names_of_the_registry() -> None:
    place = ActionName("shop.home", "open_cart")
    acts = (
        Tap(place),
        LongTap(place, 0.8),
        Swipe(place, Direction.UP, 0.3),
        Type(place, literal("x")),
        Press(Key.BACK, 1),
        Tap(Rect(1, 2, 3, 4)),
    )
    assert [task.name for task in made(*(step(act, "shop.home", "shop.home") for act in acts)).tasks] == [
        "Tap open cart",
        "Hold open cart",
        "Swipe open cart",
        "Type open cart",
        "press back",
        "tap (1, 2) - (3, 4)",
    ]


def test_the_app_is_the_one_that_was_opened_or_that_the_steps_are_in_or_the_one_named() -> None:
    opened = step(OpenApp("shop"), "launcher.home", "shop.home")
    pressed = step(Press(Key.HOME, 1), None, "launcher.home")
    assert made(opened).app == "shop"
    assert made(CART).app == "shop"
    assert made(pressed).app == "launcher"
    assert made(pressed, app="shop").app == "shop"


def test_an_app_that_was_ended_for_the_recording_is_ended_first() -> None:
    sequence = made(CART, app="shop", afresh="launcher.home")
    assert [(task.act, task.after) for task in sequence.tasks] == [
        (StopApp("shop"), "launcher.home"),
        (CART.act, "shop.cart"),
    ]


def test_a_recording_with_every_screen_known_has_nothing_to_mend() -> None:
    assert lint(made(CART, step(Press(Key.BACK, 1), "shop.cart", "shop.home")), REGISTRY) == ()


def test_what_is_no_recording_is_refused() -> None:
    with pytest.raises(NothingRecorded):
        made()
    with pytest.raises(InvalidInput, match="no app of the registry"):
        made(step(Press(Key.HOME, 1), None, None))
