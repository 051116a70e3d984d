"""A finger on the glass, as `getevent` tells it over adb, in the words of Android's toolbox."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from drover.kernel.clock import FakeClock
from drover.kernel.errors import InvalidInput
from drover.platform.documents import BadDocument
from drover.simulator.finger import Finger, NotTouched, parse_touches
from drover.simulator.input_devices import PANEL, InputDevices, InputEvent
from drover.simulator.page_names import PageUnknown
from drover.simulator.phone import SimulatedPhone
from drover.simulator.pictures import Pictures
from tests.simulator.wire.conftest import PhoneOnAdb, make_phone, until

DESCRIBED = """\
add device 1: /dev/input/event2
  name:     "drover_ts"
  events:
    KEY (0001): KEY_BACK              KEY_HOMEPAGE          BTN_TOUCH             KEY_APPSELECT        
    ABS (0003): ABS_MT_SLOT           : value 0, min 0, max 9, fuzz 0, flat 0, resolution 0
                ABS_MT_TOUCH_MAJOR    : value 0, min 0, max 255, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_X     : value 0, min 0, max 4095, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_Y     : value 0, min 0, max 8191, fuzz 0, flat 0, resolution 0
                ABS_MT_TRACKING_ID    : value 0, min 0, max 65535, fuzz 0, flat 0, resolution 0
  input props:
    INPUT_PROP_DIRECT
add device 2: /dev/input/event0
  name:     "gpio-keys"
  events:
    KEY (0001): KEY_VOLUMEDOWN        KEY_VOLUMEUP          KEY_POWER            
  input props:
    <none>
"""  # noqa: W291  as the toolbox pads its columns
HEADS = [
    "add device 1: /dev/input/event2",
    '  name:     "drover_ts"',
    "add device 2: /dev/input/event0",
    '  name:     "gpio-keys"',
]


async def play(phone: SimulatedPhone, *touches: dict[str, object]) -> None:
    await Finger(phone).play(parse_touches(json.dumps({"touches": touches})))


@asynccontextmanager
async def getevent(attached: PhoneOnAdb, *words: str) -> AsyncIterator[asyncio.StreamReader]:
    """Run it as a person does, and yield what it prints; it is running already."""
    before = attached.phone.inputs.readers
    process = await asyncio.create_subprocess_exec(
        attached.adb.path,
        *("-s", attached.phone.line.serial, *words),
        env=attached.adb.environment,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        await until(lambda: attached.phone.inputs.readers > before)
        yield process.stdout
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        process._transport.close()  # type: ignore[attr-defined]  # its pipe is not read to the end


async def lines(stream: asyncio.StreamReader, count: int) -> list[str]:
    async with asyncio.timeout(20):
        return [(await stream.readline()).decode().rstrip("\r\n") for _ in range(count)]


async def test_the_devices_are_described_with_ranges_that_are_not_pixels(attached: PhoneOnAdb) -> None:
    assert (await attached("shell", "getevent -lp")).text == DESCRIBED
    assert (await attached("shell", "getevent", "-p", "/dev/input/event0")).text == (
        'add device 1: /dev/input/event0\n  name:     "gpio-keys"\n  events:\n'
        "    KEY (0001): 0072  0073  0074 \n  input props:\n    <none>\n"
    )


async def test_a_tap_is_told_as_the_kernel_tells_it(attached: PhoneOnAdb) -> None:
    async with getevent(attached, "shell", "getevent -lt") as stream:
        assert await lines(stream, 4) == HEADS
        await play(attached.phone, {"touch": "tap", "at": [45, 100]})
        told = await lines(stream, 9)
    stamped = [line.partition("] ") for line in told]
    assert [line for _, _, line in stamped] == [
        "/dev/input/event2: EV_ABS       ABS_MT_TRACKING_ID   00000001            ",
        "/dev/input/event2: EV_ABS       ABS_MT_POSITION_X    00000814            ",
        "/dev/input/event2: EV_ABS       ABS_MT_POSITION_Y    00001012            ",
        "/dev/input/event2: EV_ABS       ABS_MT_TOUCH_MAJOR   00000028            ",
        "/dev/input/event2: EV_KEY       BTN_TOUCH            DOWN                ",
        "/dev/input/event2: EV_SYN       SYN_REPORT           00000000            ",
        "/dev/input/event2: EV_ABS       ABS_MT_TRACKING_ID   ffffffff            ",
        "/dev/input/event2: EV_KEY       BTN_TOUCH            UP                  ",
        "/dev/input/event2: EV_SYN       SYN_REPORT           00000000            ",
    ]
    first, last = (float(stamped[index][0].strip("[ ")) for index in (0, -1))
    assert last - first == pytest.approx(0.08, abs=1e-5)
    assert [(gesture.x1, gesture.y1) for gesture in attached.handset.gestures] == [(45, 100)]


async def test_numbers_and_one_device_are_told_as_asked_and_it_ends_after_so_many_events(attached: PhoneOnAdb) -> None:
    async with getevent(attached, "exec-out", "getevent -c 3 /dev/input/event2") as stream:
        await play(attached.phone, {"touch": "key", "key": "back"}, {"touch": "key", "key": "home"})
        async with asyncio.timeout(20):
            told = (await stream.read()).decode()
    assert told == "0001 009e 00000001\n0000 0000 00000000\n0001 009e 00000000\n"
    assert attached.handset.keys == [4, 3]


async def test_injected_touches_are_not_told(attached: PhoneOnAdb) -> None:
    async with getevent(attached, "shell", "getevent -l") as stream:
        await lines(stream, 4)
        await attached("shell", "input tap 5 5")
        await play(attached.phone, {"touch": "key", "key": "back"})
        (first,) = await lines(stream, 1)
    assert first == "/dev/input/event2: EV_KEY       KEY_BACK             DOWN                "


async def test_nobody_reads_along_once_the_peer_has_left(attached: PhoneOnAdb) -> None:
    async with getevent(attached, "shell", "getevent -lt"):
        assert "getevent" in (await attached("shell", "ps -A")).text
    await until(lambda: attached.phone.inputs.readers == 0)
    assert "getevent" not in (await attached("shell", "ps -A")).text


async def test_what_getevent_does_not_know_is_refused(attached: PhoneOnAdb) -> None:
    assert (await attached("shell", "getevent -z")).code == 1
    assert (await attached("shell", "getevent -c many")).code == 1
    missing = await attached("shell", "getevent /dev/input/event9")
    assert missing.stderr == b"could not open /dev/input/event9, No such file or directory\n"


@pytest.fixture
async def still(pictures: Pictures, fake_clock: FakeClock) -> SimulatedPhone:
    """A phone whose time passes only when somebody waits."""
    return make_phone(fake_clock, "none", pictures)


async def moments(phone: SimulatedPhone, *touches: dict[str, object]) -> list[InputEvent]:
    with phone.inputs.reading() as reader:
        await play(phone, *touches)
        return await reader.read()


async def test_a_moving_finger_is_told_a_hundred_times_a_second(still: SimulatedPhone) -> None:
    events = await moments(still, {"touch": "swipe", "start": [10, 150], "end": [10, 50], "seconds": 0.5})
    reports = [event.at_s for event in events if (event.kind, event.code) == (0, 0)]
    assert len(reports) == pytest.approx(51, abs=1)
    assert reports[-1] - reports[0] == pytest.approx(0.5)


async def test_a_value_that_stays_is_not_told_again() -> None:
    inputs = InputDevices()
    with inputs.reading() as reader:
        for y in (20, 90):
            inputs.down(0, 10, y, 0.0)
            inputs.up(0, 0.0)
        events = await reader.read()
    codes = [event.code for event in events if event.kind == 3]
    assert codes == [0x39, 0x35, 0x36, 0x30, 0x39, 0x39, 0x36, 0x39]


async def test_a_finger_never_hits_one_value_twice_in_a_row(still: SimulatedPhone) -> None:
    events = await moments(still, {"touch": "tap", "at": [10, 20]}, {"touch": "tap", "at": [10, 20]})
    values = [event.value for event in events if event.code == 0x35]
    assert len(values) == len(set(values)) == 2
    assert {value * still.handset.look.width // 4096 for value in values} == {10}


@pytest.mark.parametrize(("turns", "x", "y"), [(0, 10, 20), (1, 69, 10), (2, 79, 179), (3, 20, 189)])
async def test_the_panel_does_not_turn_with_the_display(still: SimulatedPhone, turns: int, x: int, y: int) -> None:
    still.condition.quarter_turns = turns
    events = await moments(still, {"touch": "tap", "at": [10, 20]})
    values = {event.code: event.value for event in events if event.kind == 3}
    look = still.handset.look
    assert (values[0x35] * look.width // 4096, values[0x36] * look.height // 8192) == (x, y)


async def test_touches_come_when_they_are_due(still: SimulatedPhone) -> None:
    began = still.uptime_s
    touches = [
        {"touch": "key", "key": "back", "at_s": 2.0},
        {"touch": "key", "key": "back", "wait_s": 1.0},
        {"touch": "path", "points": [[1, 1, 0.0], [5, 5, 0.2]], "at_s": 9.0, "on_page": "launcher"},
    ]
    events = await moments(still, *touches)
    starts = [event.at_s - began for event in events if event.value == 1 and event.code in {0x9E, 0x14A}]
    assert starts == pytest.approx([2.0, 3.08, 9.0])


async def test_a_sleeping_phones_glass_tells_nothing(still: SimulatedPhone) -> None:
    still.condition.awake = False
    with still.inputs.reading() as reader:
        await play(still, {"touch": "tap", "at": [1, 1]})
        await play(still, {"touch": "key", "key": "back"})
        first, *_ = await reader.read()
    assert (first.kind, first.code) == (1, 0x9E)


async def test_a_page_that_no_app_has_is_told_before_anything_is_touched(still: SimulatedPhone) -> None:
    before = still.inputs.presses
    with pytest.raises(PageUnknown, match="page 'launchre'") as refused:
        await play(
            still, {"touch": "tap", "at": [1, 1]}, {"touch": "tap", "at": [1, 1], "on_page": "launchre", "at_s": 9.0}
        )
    assert refused.value.hint == "did you mean launcher?"
    assert still.inputs.presses == before


async def test_what_does_not_come_or_is_not_there_is_told(still: SimulatedPhone) -> None:
    with pytest.raises(NotTouched, match="page notes does not come"):
        await play(still, {"touch": "tap", "at": [1, 1], "on_page": "notes"})
    with pytest.raises(NotTouched, match="no element save"):
        await play(still, {"touch": "tap", "at": "save"})
    with pytest.raises(NotTouched, match="no key types 'a'"):
        await play(still, {"touch": "type", "text": "a"})
    with pytest.raises(InvalidInput, match="not a point"):
        await play(still, {"touch": "tap", "at": [1]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"touches": [{"touch": "pinch"}]}',
        '{"touches": [{"touch": "tap"}]}',
        '{"touches": [{"touch": "tap", "at": [1, 2], "wait_s": -1}]}',
        '{"touches": [{"touch": "path", "points": []}]}',
        '{"touches": [{"touch": "tap", "at": [1e99, 2]}]}',
    ],
)
def test_what_is_no_list_of_touches_is_refused(text: str) -> None:
    with pytest.raises(BadDocument):
        parse_touches(text)


async def test_a_reader_that_falls_behind_loses_everything_and_is_told() -> None:
    inputs = InputDevices()
    with inputs.reading() as reader:
        for number in range(3000):
            inputs.down(0, number % 4096, 0, float(number))
            inputs.up(0, float(number))
        events = await reader.read()
    assert (events[0].device, events[0].kind, events[0].code) == (PANEL.path, 0, 3)
    assert len(events) < 5000


async def test_fingers_beside_each_other_have_slots_of_their_own() -> None:
    inputs = InputDevices()
    with inputs.reading() as reader:
        inputs.down(0, 1, 1, 0.0)
        inputs.down(1, 5, 5, 0.1)
        inputs.up(0, 0.2)
        inputs.up(1, 0.3)
        events = await reader.read()
    told = [(event.code, event.value) for event in events if event.code in {0x2F, 0x39, 0x14A}]
    first_down, second_down = [(0x39, 1), (0x14A, 1)], [(0x2F, 1), (0x39, 2)]
    first_up, second_up = [(0x2F, 0), (0x39, 0xFFFFFFFF)], [(0x2F, 1), (0x39, 0xFFFFFFFF), (0x14A, 0)]
    assert told == [*first_down, *second_down, *first_up, *second_up]
