"""What a person touches, read from what `getevent` prints."""

import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drover.devices.frame import Rotation
from drover.devices.geometry import Point, Rect, Size
from drover.devices.ports import ButtonEvent, FingerEvent, Key, Listening, Phase, TouchEvent
from drover.drivers.adb import dumpsys
from drover.drivers.adb.touch import MAX_LINE, Axis, Lines, Panel, TouchReader, panels

SIZE = Size(1080, 2400)
B = Panel("/dev/input/event2", Axis(0, 4095), Axis(0, 8191), slot=0)
A = Panel("/dev/input/event3", Axis(-100, 979), Axis(0, 2399), slot=None)
PIXEL = """\
add device 1: /dev/input/event5
  name:     "gf_input"
  events:
    KEY (0001): KEY_HOME              KEY_VOLUMEDOWN        KEY_VOLUMEUP          KEY_POWER
  input props:
    <none>
add device 2: /dev/input/event2
  name:     "fts"
  events:
    KEY (0001): KEY_WAKEUP            BTN_TOOL_FINGER       BTN_TOUCH
    ABS (0003): ABS_X                 : value 0, min 0, max 1079, fuzz 0, flat 0, resolution 0
                ABS_MT_SLOT           : value 3, min 0, max 9, fuzz 0, flat 0, resolution 0
                ABS_MT_TOUCH_MAJOR    : value 0, min 0, max 2559, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_X     : value 0, min 0, max 1079, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_Y     : value 0, min -10, max 2399, fuzz 0, flat 0, resolution 0
                ABS_MT_TRACKING_ID    : value 0, min 0, max 65535, fuzz 0, flat 0, resolution 0
  input props:
    INPUT_PROP_DIRECT
add device 3: /dev/input/event7
  name:     "touchpad"
  events:
    ABS (0003): ABS_MT_SLOT           : value 0, min 0, max 9, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_X     : value 0, min 0, max 500, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_Y     : value 0, min 0, max 500, fuzz 0, flat 0, resolution 0
  input props:
    INPUT_PROP_POINTER
"""


class Talk:
    """Lines of a panel as `getevent -lt` prints them."""

    def __init__(self, panel: Panel, rotation: Rotation = Rotation.PORTRAIT) -> None:
        self.reader = TouchReader([A, B], SIZE, lambda: rotation)
        self.path = panel.path
        self.now = 100.0

    def say(self, *words: str) -> list[TouchEvent]:
        """Say `CODE VALUE` pairs and SYN_REPORT."""
        self.now += 0.25
        events: list[TouchEvent] = []
        for pair in (*words, "SYN_REPORT 00000000"):
            code, _, value = pair.partition(" ")
            kind = {"AB": "EV_ABS", "BT": "EV_KEY", "KE": "EV_KEY", "SY": "EV_SYN"}[code[:2]]
            line = f"[{self.now:15.6f}] {self.path}: {kind:<12} {code:<20} {value or '00000000':<20}"
            events += self.reader.read(line)
        return events


def told(events: Sequence[TouchEvent]) -> list[tuple[int, str, tuple[int, int]]]:
    return [(e.contact, e.phase.value, (e.point.x, e.point.y)) for e in events if isinstance(e, FingerEvent)]


def at(x: int, y: int) -> tuple[str, str]:
    """The middle of a pixel, as panel B counts."""
    return (
        f"ABS_MT_POSITION_X {int((x + 0.5) * 4096 / 1080):08x}",
        f"ABS_MT_POSITION_Y {int((y + 0.5) * 8192 / 2400):08x}",
    )


def listed(x: int, y: int, *more: str) -> tuple[str, ...]:
    """A contact of protocol A."""
    return (f"ABS_MT_POSITION_X {(x - 100) & 0xFFFFFFFF:08x}", f"ABS_MT_POSITION_Y {y:08x}", *more, "SYN_MT_REPORT")


def test_the_touch_screen_is_found_and_a_touch_pad_is_none() -> None:
    assert panels(PIXEL) == [Panel("/dev/input/event2", Axis(0, 1079), Axis(-10, 2399), slot=3)]
    assert [panel.path for panel in panels(PIXEL.replace("INPUT_PROP_DIRECT", "<none>"))] == [
        "/dev/input/event2",
        "/dev/input/event7",
    ]
    assert panels(PIXEL.replace("ABS_MT_SLOT", "ABS_MT_TOOL_TYPE"))[0].slot is None
    assert panels("could not get driver version for /dev/input/mice, Not a typewriter\n") == []


def test_a_tap_is_told_in_pixels_by_the_phones_clock() -> None:
    talk = Talk(B)
    down = talk.say("ABS_MT_TRACKING_ID 00000007", *at(540, 1200), "BTN_TOUCH DOWN")
    up = talk.say("ABS_MT_TRACKING_ID ffffffff", "BTN_TOUCH UP")
    assert down == [FingerEvent(100.25, 0, Phase.DOWN, Point(540, 1200))]
    assert up == [FingerEvent(100.5, 0, Phase.UP, Point(540, 1200))]


def test_a_coordinate_that_is_not_told_again_is_still_true() -> None:
    talk = Talk(B)
    talk.say("ABS_MT_TRACKING_ID 00000007", *at(540, 1200))
    talk.say("ABS_MT_TRACKING_ID ffffffff")
    assert told(talk.say("ABS_MT_TRACKING_ID 00000008", at(540, 300)[1])) == [(0, "down", (540, 300))]


def test_a_finger_whose_place_is_not_known_yet_is_told_when_it_is() -> None:
    talk = Talk(B)
    assert talk.say("ABS_MT_TRACKING_ID 00000007", at(0, 300)[1]) == []
    assert told(talk.say(at(77, 0)[0])) == [(0, "down", (77, 300))]


def test_two_fingers_are_told_apart_by_their_slots() -> None:
    talk = Talk(B)
    talk.say("ABS_MT_TRACKING_ID 00000001", *at(10, 20))
    assert told(talk.say("ABS_MT_SLOT 00000001", "ABS_MT_TRACKING_ID 00000002", *at(500, 600))) == [
        (1, "down", (500, 600))
    ]
    assert told(talk.say("ABS_MT_SLOT 00000000", *at(11, 20), "ABS_MT_SLOT 00000001", *at(501, 600))) == [
        (0, "move", (11, 20)),
        (1, "move", (501, 600)),
    ]
    assert told(talk.say("ABS_MT_SLOT 00000000", "ABS_MT_TRACKING_ID ffffffff")) == [(0, "up", (11, 20))]
    assert told(talk.say("ABS_MT_SLOT 00000001", "ABS_MT_TRACKING_ID ffffffff")) == [(1, "up", (501, 600))]


def test_a_finger_that_takes_anothers_place_within_a_report_is_another_one() -> None:
    talk = Talk(B)
    talk.say("ABS_MT_TRACKING_ID 00000001", *at(10, 20))
    assert told(talk.say("ABS_MT_TRACKING_ID 00000002", *at(90, 20))) == [(0, "up", (10, 20)), (0, "down", (90, 20))]


def test_after_lost_events_no_finger_is_believed_to_be_down() -> None:
    talk = Talk(B)
    talk.say("ABS_MT_TRACKING_ID 00000001", *at(10, 20))
    assert talk.say("SYN_DROPPED") == []
    assert talk.say(*at(300, 300)) == []
    assert talk.say("ABS_MT_TRACKING_ID ffffffff") == []
    assert told(talk.say("ABS_MT_TRACKING_ID 00000002")) == [(0, "down", (300, 300))]


def test_protocol_a_lists_every_contact_in_every_report() -> None:
    talk = Talk(A)
    assert told(talk.say(*listed(10, 20))) == [(0, "down", (10, 20))]
    assert told(talk.say(*listed(12, 20), *listed(500, 600))) == [(0, "move", (12, 20)), (1, "down", (500, 600))]
    assert told(talk.say(*listed(500, 603))) == [(0, "up", (12, 20)), (1, "move", (500, 603))]
    assert told(talk.say("SYN_MT_REPORT")) == [(1, "up", (500, 603))]


def test_protocol_a_may_name_its_contacts() -> None:
    talk = Talk(A)
    talk.say(*listed(10, 20, "ABS_MT_TRACKING_ID 00000005"), *listed(900, 20, "ABS_MT_TRACKING_ID 00000006"))
    swapped = (*listed(15, 20, "ABS_MT_TRACKING_ID 00000006"), *listed(890, 20, "ABS_MT_TRACKING_ID 00000005"))
    assert told(talk.say(*swapped)) == [(1, "move", (15, 20)), (0, "move", (890, 20))]
    assert sorted(told(talk.say("BTN_TOUCH UP"))) == [(0, "up", (890, 20)), (1, "up", (15, 20))]


@pytest.mark.parametrize(
    ("rotation", "point"),
    [
        (Rotation.PORTRAIT, (100, 300)),
        (Rotation.LANDSCAPE, (300, 979)),
        (Rotation.UPSIDE_DOWN, (979, 2099)),
        (Rotation.REVERSE_LANDSCAPE, (2099, 100)),
    ],
)
def test_points_are_those_of_the_turned_display(rotation: Rotation, point: tuple[int, int]) -> None:
    assert told(Talk(B, rotation).say("ABS_MT_TRACKING_ID 00000001", *at(100, 300))) == [(0, "down", point)]


@pytest.mark.parametrize(
    ("code", "key"),
    [("KEY_BACK", Key.BACK), ("KEY_HOMEPAGE", Key.HOME), ("KEY_HOME", Key.HOME), ("KEY_APPSELECT", Key.RECENTS)],
)
def test_keys_of_the_frame_are_told_when_they_go_down(code: str, key: Key) -> None:
    talk = Talk(B)
    talk.path = "/dev/input/event9"
    assert talk.say(f"{code} DOWN") == [ButtonEvent(100.25, key)]
    assert talk.say(f"{code} UP") == []
    assert talk.say("KEY_VOLUMEUP DOWN") == []


def test_nothing_is_missed_once_every_panel_was_opened() -> None:
    reader = TouchReader([A, B], SIZE, lambda: Rotation.PORTRAIT)
    lines = [f"add device {number}: {path}" for number, path in enumerate((B.path, "/dev/input/event0", A.path), 1)]
    assert [list(reader.read(line)) for line in (*lines, lines[0])] == [[], [], [Listening()], []]


WORDS = st.sampled_from(
    [
        *("ABS_MT_SLOT", "ABS_MT_TRACKING_ID", "ABS_MT_POSITION_X", "ABS_MT_POSITION_Y", "ABS_MT_PRESSURE", "0035"),
        *("SYN_REPORT", "SYN_MT_REPORT", "SYN_DROPPED", "BTN_TOUCH", "KEY_BACK", "EV_ABS", "EV_SYN", "EV_KEY", "DOWN"),
        *("UP", "00000000", "00000001", "ffffffff", "7fffffff", "00000fff", "[", "]", "\N{PILE OF POO}", "-1", "zz"),
    ]
)
EVENTS = st.builds(
    lambda at, device, kind, code, value: f"[{at:15.6f}] {device}: {kind:<12} {code:<20} {value}",
    st.floats(-1, 1e9),
    st.sampled_from([A.path, B.path, "/dev/input/event0", "x"]),
    st.sampled_from(["EV_ABS", "EV_KEY", "EV_SYN", "0003"]),
    WORDS,
    WORDS,
)
GARBLED = st.lists(WORDS, max_size=6).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(EVENTS, GARBLED), max_size=100), st.sampled_from(Rotation))
@example(["[ 1.0] /dev/input/event2: EV_ABS ABS_MT_SLOT ffffffff"], Rotation.PORTRAIT)
def test_whatever_is_printed_every_event_lies_on_the_display(lines: list[str], rotation: Rotation) -> None:
    reader = TouchReader([A, B], SIZE, lambda: rotation)
    turned = SIZE if rotation in {Rotation.PORTRAIT, Rotation.UPSIDE_DOWN} else Size(2400, 1080)
    events = [event for line in lines for event in reader.read(line)]
    fingers = [event for event in events if isinstance(event, FingerEvent)]
    assert all(0 <= each.point.x < turned.width and 0 <= each.point.y < turned.height for each in fingers)


def mutilated(count: int) -> Iterator[str]:
    """Lines of a busy panel of which every second one is broken in some way."""
    chance = random.Random(5)
    codes = [
        "ABS_MT_SLOT",
        "ABS_MT_TRACKING_ID",
        "ABS_MT_POSITION_X",
        "ABS_MT_POSITION_Y",
        "SYN_REPORT",
        "SYN_MT_REPORT",
    ]
    for number in range(count):
        code = chance.choice(codes)
        kind = "EV_SYN" if code.startswith("SYN") else "EV_ABS"
        line = f"[{number:8d}.000000] {chance.choice((A, B)).path}: {kind} {code} {chance.getrandbits(32):08x}"
        cut = chance.randrange(len(line))
        yield chance.choice(
            (line, line, line[:cut], line[cut:], line[:cut] + chr(chance.randrange(0x110000 - 0x800)) + line)
        )


def test_ten_thousand_mutilated_lines_leave_little_in_memory() -> None:
    reader, most = TouchReader([A, B], SIZE, lambda: Rotation.PORTRAIT), 0
    for line in mutilated(10_000):
        events = reader.read(line)
        most = max([most, *(event.contact for event in events if isinstance(event, FingerEvent))])
    assert most < 64


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_lines_are_cut_alike_however_they_arrive(pieces: list[bytes]) -> None:
    whole = b"".join(pieces).replace(b"\r", b"")
    expected = [line.decode("utf-8", "replace") for line in whole.split(b"\n")[:-1] if len(line) <= MAX_LINE]
    lines = Lines()
    assert [line for piece in pieces for line in lines.feed(piece)] == expected


def test_of_an_endless_line_nothing_is_kept_and_the_next_one_counts() -> None:
    lines = Lines()
    assert list(lines.feed(b"x" * MAX_LINE)) == []
    assert list(lines.feed(b"x" * 10_000_000)) == []
    assert list(lines.feed(b"yz\r\nwhole\r\n")) == ["whole"]


SHOWN = """\
  Window #3 Window{cd7d7d1 u0 InputMethod}:
    mDisplayId=0 rootTaskId=1 mSession=Session{8ba0a2f 3203:u0a10151}
    touchable region=SkRegion((0,1551,1080,2274)(0,2274,1080,2400))
    mHasSurface=true isReadyForDisplay()=true mWindowRemovalAllowed=false
    isOnScreen=true
    isVisible=true
  Window #4 Window{1d40a7c u0 com.drover.plaza/com.drover.plaza.MainActivity}:
    touchable region=SkRegion((0,0,1080,2400))
    isVisible=true
  mCurrentFocus=Window{1d40a7c u0 com.drover.plaza/com.drover.plaza.MainActivity}
"""


def test_the_keyboard_is_where_its_window_takes_touches() -> None:
    assert dumpsys.keyboard_area(SHOWN) == Rect(0, 1551, 1080, 2400)
    hidden = SHOWN.replace("isReadyForDisplay()=true", "isReadyForDisplay()=false").replace(
        "isVisible=true", "isVisible=false", 1
    )
    assert dumpsys.keyboard_area(hidden) is None
    assert dumpsys.keyboard_area(SHOWN.replace("(0,1551,1080,2274)(0,2274,1080,2400)", "")) is None
    assert dumpsys.keyboard_area(SHOWN.replace("(0,1551,1080,2274)(0,2274,1080,2400)", "(5,5,5,5)")) is None
    assert dumpsys.keyboard_area("  mCurrentFocus=null\n") is None
