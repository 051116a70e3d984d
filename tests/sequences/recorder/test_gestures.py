"""Which act a finger did: by the box of 100 pixels and by half a second."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.devices.geometry import Point, Size
from drover.devices.ports import FingerEvent, Phase
from drover.sequences.domain import Direction
from drover.sequences.recorder.gestures import Gesture, GestureKind, GestureReader

SIZE = Size(1080, 2400)

Told = tuple[float, Phase, int, int]


def read(*told: Told, contact: int = 0) -> list[Gesture]:
    reader = GestureReader()
    events = [FingerEvent(at_s, contact, phase, Point(x, y)) for at_s, phase, x, y in told]
    return [gesture for event in events if (gesture := reader.read(event, SIZE)) is not None]


def one(*told: Told) -> Gesture:
    (gesture,) = read(*told)
    return gesture


@pytest.mark.parametrize(
    ("seconds", "reach", "kind"),
    [
        (0.0, 0, GestureKind.TAP),
        (0.499, 0, GestureKind.TAP),
        (0.5, 0, GestureKind.LONG_TAP),
        (3.0, 100, GestureKind.LONG_TAP),
        (0.1, 100, GestureKind.TAP),
        (0.1, 101, GestureKind.SWIPE),
        (9.0, 101, GestureKind.SWIPE),
    ],
)
def test_a_press_in_the_box_is_a_tap_and_one_that_leaves_it_a_swipe(
    seconds: float, reach: int, kind: GestureKind
) -> None:
    gesture = one((5.0, Phase.DOWN, 500, 500), (5.0, Phase.MOVE, 500 + reach, 500), (5.0 + seconds, Phase.UP, 500, 500))
    assert (gesture.kind, gesture.seconds, gesture.start) == (kind, seconds, Point(500, 500))


@pytest.mark.parametrize(
    ("x", "y", "direction"),
    [
        (500, 100, Direction.UP),
        (450, 900, Direction.DOWN),
        (100, 501, Direction.LEFT),
        (900, 800, Direction.RIGHT),
    ],
)
def test_a_swipe_goes_where_most_of_its_way_goes(x: int, y: int, direction: Direction) -> None:
    gesture = one((1.0, Phase.DOWN, 500, 500), (1.3, Phase.UP, x, y))
    assert (gesture.direction, gesture.end, gesture.seconds) == (direction, Point(x, y), 0.3)


def test_a_swipe_that_comes_back_went_where_it_was_farthest() -> None:
    gesture = one((1.0, Phase.DOWN, 500, 500), (1.2, Phase.MOVE, 520, 1400), (1.5, Phase.UP, 500, 510))
    assert (gesture.direction, gesture.end) == (Direction.DOWN, Point(520, 1400))


def test_a_finger_that_comes_down_again_was_lifted_unseen() -> None:
    gestures = read(
        (1.0, Phase.DOWN, 5, 5), (1.6, Phase.MOVE, 6, 5), (9.0, Phase.DOWN, 50, 50), (9.1, Phase.UP, 50, 50)
    )
    assert [(gesture.kind, gesture.seconds) for gesture in gestures] == [
        (GestureKind.LONG_TAP, 0.6),
        (GestureKind.TAP, 0.1),
    ]


def test_a_finger_that_never_came_down_does_nothing() -> None:
    assert read((1.0, Phase.MOVE, 5, 5), (1.1, Phase.UP, 5, 5)) == []


def test_a_clock_that_goes_back_makes_no_time_negative() -> None:
    assert one((9.0, Phase.DOWN, 5, 5), (8.0, Phase.MOVE, 5, 5), (1.0, Phase.UP, 5, 5)).seconds == 0.0


def test_fingers_of_an_interrupted_stream_are_forgotten() -> None:
    reader = GestureReader()
    reader.read(FingerEvent(1.0, 0, Phase.DOWN, Point(5, 5)), SIZE)
    assert reader.touching
    reader.lose()
    assert not reader.touching
    assert reader.read(FingerEvent(1.1, 0, Phase.UP, Point(5, 5)), SIZE) is None


def test_a_second_finger_is_told_and_each_does_its_own_act() -> None:
    reader = GestureReader()
    events = [
        FingerEvent(1.0, 0, Phase.DOWN, Point(300, 300)),
        FingerEvent(1.1, 1, Phase.DOWN, Point(800, 800)),
        FingerEvent(1.2, 0, Phase.UP, Point(300, 300)),
        FingerEvent(1.3, 1, Phase.UP, Point(900, 1500)),
        FingerEvent(1.4, 0, Phase.DOWN, Point(1, 1)),
        FingerEvent(1.5, 0, Phase.UP, Point(1, 1)),
    ]
    gestures = [gesture for event in events if (gesture := reader.read(event, SIZE)) is not None]
    assert [(gesture.kind, gesture.alone) for gesture in gestures] == [
        (GestureKind.TAP, False),
        (GestureKind.SWIPE, False),
        (GestureKind.TAP, True),
    ]


EVENTS = st.builds(
    FingerEvent,
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9),
    st.integers(-2, 200),
    st.sampled_from(Phase),
    st.builds(Point, st.integers(-5000, 5000), st.integers(-5000, 5000)),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(EVENTS, max_size=100))
def test_whatever_fingers_tell_every_act_lies_on_the_display(events: list[FingerEvent]) -> None:
    reader = GestureReader()
    for event in events:
        gesture = reader.read(event, SIZE)
        assert gesture is None or lies(gesture)


def lies(gesture: Gesture) -> bool:
    inside = all(0 <= point.x < SIZE.width and 0 <= point.y < SIZE.height for point in (gesture.start, gesture.end))
    return inside and gesture.seconds >= 0 and (gesture.direction is not None) is (gesture.kind is GestureKind.SWIPE)


def test_ten_thousand_random_events_leave_nothing_behind() -> None:
    chance, reader, gestures = random.Random(3), GestureReader(), 0
    for _ in range(10_000):
        point = Point(chance.randrange(-100, 1200), chance.randrange(-100, 2500))
        event = FingerEvent(chance.uniform(0, 1e6), chance.randrange(1000), chance.choice(list(Phase)), point)
        gesture = reader.read(event, SIZE)
        gestures += gesture is not None
        assert gesture is None or lies(gesture)
        assert len(reader._down) <= 64
    assert gestures > 50
