"""What becomes of touches and of what was seen between them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.devices.geometry import Point, Rect, Size
from drover.devices.ports import Key
from drover.language.source import source_of
from drover.sequences.domain import Direction, Param, Swipe, Type
from drover.sequences.recorder.composer import MOST_STEPS, Composer, Recorded
from drover.sequences.recorder.gestures import Gesture, GestureKind
from drover.sequences.recorder.inputs import Given
from drover.sequences.recorder.sights import Pressed, Sight, Touched
from drover.sequences.wording import describe
from tests.sequences.recorder.pages import (
    CART,
    CODE,
    DISMISS,
    HOME,
    ICON,
    NAME,
    PAY,
    PIN,
    REGISTRY,
    SIZE,
    at,
    button,
    field,
    keys,
    sight,
    tap,
)

INPUTS = Given({"code": "SAVE10", "pin": "1234"}, {"secret": "hush"})


class Told:
    """A recording told step by step: touches and sights in their order."""

    def __init__(self, *happenings: Sight | Touched | Sequence[Touched], given: Given = INPUTS) -> None:
        self.notes: list[str] = []
        self.composer = Composer(REGISTRY, given, self.notes.append, home=HOME)
        self.certain: list[int] = []
        for happening in happenings:
            self.take(happening)
        self.steps = self.composer.end()

    def take(self, happening: Sight | Touched | Sequence[Touched]) -> None:
        if isinstance(happening, Sight):
            self.composer.see(happening)
        elif isinstance(happening, Gesture | Pressed):
            self.composer.touch(happening)
        else:
            for each in happening:
                self.composer.touch(each)
        self.certain.append(len(self.composer.certain))

    @property
    def words(self) -> list[str]:
        return [said(step) for step in self.steps]


def said(step: Recorded) -> str:
    text = f" {source_of(step.act.text)!r}" if isinstance(step.act, Type) else ""
    return f"{step.before}: {describe(step.act)}{text} -> {step.after}"


def cart(code: str = "", name: str = "", pin: str = "", *, keyboard: bool = False) -> Sight:
    fields = (field("code", CODE, code), field("name", NAME, name), field("pin", PIN, pin, password=True))
    return sight("shop.cart", *fields, button("Pay", PAY), keyboard=keyboard)


def test_a_tap_names_the_smallest_action_under_it_and_the_screens_around_it() -> None:
    told = Told(sight("shop.home"), tap(CART), cart())
    assert told.words == ["shop.home: tap shop.home.open_cart -> shop.cart"]
    assert told.certain == [0, 0, 1]


def test_every_kind_of_touch_finds_its_kind_of_action() -> None:
    up = at(Point(500, 1500), GestureKind.SWIPE, Point(510, 900), Direction.UP)
    told = Told(sight("shop.home"), at(CART.center, GestureKind.LONG_TAP), sight("shop.home"), up, sight("shop.home"))
    assert told.words == [
        "shop.home: long tap shop.home.hold_cart -> shop.home",
        "shop.home: swipe shop.home.list -> shop.home",
    ]
    assert [getattr(step.act, "seconds", None) for step in told.steps] == [0.8, 0.3]


def test_without_an_action_the_element_under_the_finger_is_the_place() -> None:
    row, star = Rect(0, 400, 1080, 600), Rect(900, 450, 1000, 550)
    told = Told(sight("shop.paid", button("row", row), button("*", star)), tap(star), sight("shop.paid"))
    assert told.words == ["shop.paid: tap (900, 450) - (1000, 550) -> shop.paid"]


def test_without_an_element_it_is_the_place_itself() -> None:
    told = Told(sight("shop.paid"), at(Point(20, 2390), GestureKind.TAP), sight("shop.paid"))
    assert told.words == ["shop.paid: tap (0, 2340) - (70, 2400) -> shop.paid"]


def test_a_swipe_is_played_over_the_middle_of_its_rectangle() -> None:
    left = at(Point(800, 500), GestureKind.SWIPE, Point(200, 520), Direction.LEFT)
    told = Told(sight("shop.paid"), left, sight("shop.paid"))
    (step,) = told.steps
    assert step.act == Swipe(Rect(0, 450, 1000, 550), Direction.LEFT, 0.3)


def test_rectangles_are_in_pixels_of_the_first_frame() -> None:
    turned = replace(sight("shop.paid"), size=Size(2400, 1080), tree=None, screen=None, variant=None)
    told = Told(sight("shop.paid"), Pressed(Key.BACK, 1.0), turned, at(Point(1200, 540), GestureKind.TAP), turned)
    assert told.words[-1] == "None: tap (518, 1089) - (562, 1311) -> None"
    assert told.composer.reference == SIZE


def test_a_tap_on_the_launcher_that_brings_an_app_is_the_opening_of_the_app() -> None:
    told = Told(sight("launcher.home"), tap(ICON), sight("shop.home"))
    assert told.words == ["launcher.home: open shop -> shop.home"]


def test_a_tap_on_the_launcher_that_brings_another_app_stays_a_tap() -> None:
    told = Told(sight("launcher.home"), tap(ICON), sight("", package="org.other"))
    assert told.words == ["launcher.home: tap launcher.home.icon -> None"]


def test_keys_of_the_frame_are_steps() -> None:
    told = Told(sight("shop.home"), Pressed(Key.HOME, 1.0), sight("launcher.home"))
    assert told.words == ["shop.home: press home -> launcher.home"]


def test_of_several_sights_after_an_act_the_last_counts() -> None:
    told = Told(sight("shop.home"), tap(CART), sight("shop.home"), cart(), sight("shop.paid"))
    assert told.words == ["shop.home: tap shop.home.open_cart -> shop.paid"]


def test_a_popup_dismissed_by_the_person_is_noted_and_is_no_step() -> None:
    told = Told(sight("shop.home"), tap(CART), sight("shop.offer"), tap(DISMISS), cart(), tap(PAY), sight("shop.paid"))
    assert told.words == [
        "shop.home: tap shop.home.open_cart -> shop.cart",
        "shop.cart: tap shop.cart.pay -> shop.paid",
    ]
    assert told.notes == ["shop.offer was dismissed; a player does that by itself"]


def test_screens_that_are_not_known_are_kept_with_the_steps_around_them() -> None:
    told = Told(sight("shop.home"), tap(CART), sight("", png=b"new"), tap(PAY), sight("shop.paid"))
    assert told.words == [
        "shop.home: tap shop.home.open_cart -> None",
        "None: tap (190, 1200) - (290, 1300) -> shop.paid",
    ]
    assert [step.seen_after.png if step.seen_after else b"" for step in told.steps] == [b"new", b""]


def test_text_typed_on_the_keyboard_is_one_step_that_begins_with_touching_the_field() -> None:
    told = Told(
        cart(), tap(CODE), cart(keyboard=True), keys(5), cart("PLAIN", keyboard=True), tap(PAY), sight("shop.paid")
    )
    assert told.words == [
        "shop.cart: type into shop.cart.code 'PLAIN' -> shop.cart",
        "shop.cart: tap shop.cart.pay -> shop.paid",
    ]
    assert told.notes == []


def test_text_is_read_when_the_typing_has_ended_however_slowly_it_went() -> None:
    slow = [cart(keyboard=True), keys(1), cart("A", keyboard=True), keys(1), cart("AB", keyboard=True)]
    told = Told(cart(), tap(CODE), *slow)
    assert told.words == ["shop.cart: type into shop.cart.code 'AB' -> shop.cart"]


def test_a_field_of_no_action_is_known_by_its_place_before_the_keyboard_came() -> None:
    moved = sight("shop.cart", field("name", Rect(40, 100, 1040, 200), "Ada"), keyboard=True)
    told = Told(cart(), tap(NAME), moved, keys(3), moved)
    assert told.words == ["shop.cart: type into (40, 500) - (1040, 600) 'Ada' -> shop.cart"]


def test_a_field_that_nothing_is_typed_into_stays_a_touch() -> None:
    told = Told(cart(), tap(CODE), cart(keyboard=True), Pressed(Key.BACK, 2.0), cart())
    assert told.words == ["shop.cart: tap shop.cart.code -> shop.cart", "shop.cart: press back -> shop.cart"]


def test_the_enter_key_goes_on_to_the_next_field_or_leaves_the_page() -> None:
    told = Told(
        cart(),
        tap(CODE),
        cart(keyboard=True),
        keys(7),
        cart("X", keyboard=True),
        keys(3),
        cart("X", "Ada", keyboard=True),
        keys(1),
        sight("shop.paid"),
    )
    assert told.words == [
        "shop.cart: type into shop.cart.code 'X' -> shop.cart",
        "shop.cart: type into (40, 500) - (1040, 600) 'Ada' -> shop.cart",
        "shop.cart: press enter -> shop.paid",
    ]


def test_text_that_could_not_be_read_before_its_page_was_left_is_told() -> None:
    told = Told(cart(), tap(CODE), cart(keyboard=True), keys(5), sight("shop.paid"))
    assert told.words == ["shop.cart: tap shop.cart.code -> shop.cart", "shop.cart: press enter -> shop.paid"]
    assert "may be missing" in told.notes[0]


def test_typing_right_after_the_field_was_touched_is_typing() -> None:
    told = Told(cart(), [tap(CODE), *keys(3)], cart("ABC", keyboard=True))
    assert told.words == ["shop.cart: type into shop.cart.code 'ABC' -> shop.cart"]


def test_a_popup_over_the_keyboard_does_not_end_the_text() -> None:
    told = Told(
        cart(), tap(CODE), cart(keyboard=True), keys(2), sight("shop.offer"), tap(DISMISS), cart("AB", keyboard=True)
    )
    assert told.words == ["shop.cart: type into shop.cart.code 'AB' -> shop.cart"]


def test_a_text_that_is_an_input_is_written_as_one() -> None:
    told = Told(cart(), tap(CODE), cart(keyboard=True), keys(6), cart("SAVE10", keyboard=True))
    assert told.words == ["shop.cart: type into shop.cart.code '${param.code}' -> shop.cart"]
    assert told.composer.inputs.params == {"code": Param("Typed into shop.cart.code", "SAVE10", secret=False)}
    assert told.composer.inputs.unused == ("pin", "secret")


@pytest.mark.parametrize(
    ("dots", "name", "default"),
    [("\u2022" * 4, "pin", "1234"), ("\u2022" * 9, "pin", None)],
    ids=["given", "not given"],
)
def test_a_password_is_never_text_but_an_input_that_fits(dots: str, name: str, default: str | None) -> None:
    given_inputs = Given({"pin": "1234"} if default else {})
    told = Told(cart(), tap(PIN), cart(keyboard=True), keys(9), cart(pin=dots, keyboard=True), given=given_inputs)
    assert told.words == [f"shop.cart: type into (40, 700) - (1040, 800) '${{param.{name}}}' -> shop.cart"]
    assert told.composer.inputs.params[name].default == default
    assert told.composer.inputs.params[name].secret


def test_a_secret_is_known_by_its_length_and_has_no_default() -> None:
    told = Told(
        cart(),
        tap(PIN),
        cart(keyboard=True),
        keys(4),
        cart(pin="\u2022" * 4, keyboard=True),
        given=Given({}, {"secret": "hush"}),
    )
    assert told.composer.inputs.params == {"secret": Param("Typed into (40, 700) - (1040, 800)", None, secret=True)}
    assert "hush" not in repr(told.composer.inputs.params)


def test_a_secret_typed_where_it_can_be_read_is_written_as_an_input_all_the_same() -> None:
    told = Told(cart(), tap(CODE), cart(keyboard=True), keys(4), cart("hush", keyboard=True))
    assert told.words == ["shop.cart: type into shop.cart.code '${param.secret}' -> shop.cart"]
    assert told.composer.inputs.params == {"secret": Param("Typed into shop.cart.code", None, secret=True)}


def test_a_password_that_is_taken_away_is_no_text() -> None:
    told = Told(cart(pin="\u2022" * 4), tap(PIN), cart(pin="\u2022" * 4, keyboard=True), keys(4), cart(keyboard=True))
    assert told.words == ["shop.cart: type into (40, 700) - (1040, 800) '' -> shop.cart"]


def test_typing_ends_the_act_that_brought_the_keyboard_by_itself() -> None:
    told = Told(sight("shop.home"), tap(CART), cart(keyboard=True), keys(2), cart("AB", keyboard=True))
    assert told.words == [
        "shop.home: tap shop.home.open_cart -> shop.cart",
        "shop.cart: type into shop.cart.code 'AB' -> shop.cart",
    ]


def test_a_touched_field_that_opens_another_page_is_a_step() -> None:
    told = Told(cart(), tap(CODE), sight("shop.home"), tap(CART), cart())
    assert told.words == [
        "shop.cart: tap shop.cart.code -> shop.home",
        "shop.home: tap shop.home.open_cart -> shop.cart",
    ]


def test_what_is_still_to_be_seen_is_waited_for() -> None:
    told = Told()
    told.take(cart())
    assert not told.composer.waits
    told.take(tap(CODE))
    assert told.composer.waits
    told.take(cart(keyboard=True))
    assert not told.composer.waits
    told.take(keys(2))
    assert told.composer.waits
    told.take(cart("AB", keyboard=True))
    assert not told.composer.waits


def test_what_was_typed_last_is_told_where_nobody_has_read_it() -> None:
    told = Told(cart(), tap(CODE), cart(keyboard=True), keys(1), cart("A", keyboard=True), keys(3))
    assert told.words == ["shop.cart: type into shop.cart.code 'A' -> shop.cart"]
    assert "may be missing" in told.notes[0]


def test_touches_too_fast_to_be_seen_follow_the_registry() -> None:
    told = Told(sight("shop.home"), [tap(CART), tap(PAY)], sight("shop.paid"))
    assert told.words == [
        "shop.home: tap shop.home.open_cart -> shop.cart",
        "shop.cart: tap shop.cart.pay -> shop.paid",
    ]


def test_where_the_registry_does_not_tell_a_touch_too_fast_is_noted() -> None:
    told = Told(sight("shop.home"), [Pressed(Key.BACK, 1.0), tap(PAY)], sight("shop.paid"))
    assert told.steps[1].before is None
    assert "was not seen" in told.notes[0]


def test_two_fingers_that_move_are_no_step() -> None:
    pinch = replace(at(Point(1, 1), GestureKind.SWIPE, Point(900, 900), Direction.DOWN), alone=False)
    told = Told(sight("shop.home"), pinch, sight("shop.home"))
    assert (told.words, len(told.notes)) == ([], 1)


def test_a_recording_that_is_cut_off_keeps_what_was_done() -> None:
    told = Told(sight("shop.home"), tap(CART))
    assert told.words == ["shop.home: tap shop.home.open_cart -> None"]
    assert Told(tap(CART)).words == ["None: tap (190, 1000) - (290, 1100) -> None"]


def test_there_are_at_most_as_many_steps_as_a_file_holds() -> None:
    back = [each for _ in range(MOST_STEPS + 5) for each in (Pressed(Key.BACK, 1.0), sight("shop.home"))]
    told = Told(sight("shop.home"), *back)
    assert len(told.steps) == MOST_STEPS


SIGHTS = st.sampled_from(
    [
        *(sight("shop.home"), sight("launcher.home"), sight("shop.offer"), sight("", png=b"x")),
        *(cart(), cart(keyboard=True), cart("AB", keyboard=True), cart(pin="\u2022", keyboard=True)),
        replace(cart(keyboard=True), tree=None),
    ]
)
TOUCHES = st.one_of(
    st.builds(
        Gesture,
        st.sampled_from([GestureKind.TAP, GestureKind.LONG_TAP]),
        st.builds(Point, st.integers(0, 1079), st.integers(0, 2399)),
        st.just(Point(5, 5)),
        st.none(),
        st.floats(0, 1e6),
        st.floats(0, 100),
        st.booleans(),
    ),
    st.builds(
        Gesture,
        st.just(GestureKind.SWIPE),
        st.builds(Point, st.integers(0, 1079), st.integers(0, 2399)),
        st.builds(Point, st.integers(0, 1079), st.integers(0, 2399)),
        st.sampled_from(Direction),
        st.floats(0, 1e6),
        st.floats(0, 100),
        st.booleans(),
    ),
    st.builds(Pressed, st.sampled_from([Key.BACK, Key.HOME]), st.floats(0, 1e6)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(SIGHTS, TOUCHES, st.lists(TOUCHES, max_size=6)), max_size=40))
def test_whatever_is_touched_and_seen_every_rectangle_lies_on_the_display(
    happenings: list[Sight | Touched | list[Touched]],
) -> None:
    told = Told(*happenings)
    targets = [getattr(step.act, "target", None) for step in told.steps]
    assert all(target.within(SIZE) for target in targets if isinstance(target, Rect))
