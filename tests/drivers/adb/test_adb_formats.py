"""The pure parts: bytes of the protocol, raw frames, `input` words, UI trees, dumpsys."""

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drover.devices.frame import Rotation
from drover.devices.geometry import Point, Size
from drover.devices.ports import AppInFront, Key, Link, Sighting
from drover.drivers.adb import dumpsys, input, screencap, uixml, wire  # noqa: A004  named for Android's `input`
from drover.drivers.adb.backoff import Backoff
from drover.drivers.adb.faults import AdbProtocolError
from drover.kernel.errors import DroverError

ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=1200)


def test_a_request_is_its_length_and_its_text() -> None:
    assert wire.encode_request("host:version") == b"000chost:version"


def test_a_request_longer_than_four_digits_can_say_is_refused() -> None:
    with pytest.raises(AdbProtocolError, match="longer"):
        wire.encode_request("x" * 70000)


@pytest.mark.parametrize("digits", [b"+00c", b"0x0c", b" 00c", b"00_1", b"00", b"\xd9\xa0\xd9\xa1"])
def test_what_is_no_length_is_refused(digits: bytes) -> None:
    with pytest.raises(AdbProtocolError, match="hexadecimal"):
        wire.decode_length(digits)


@given(st.binary(max_size=12))
def test_any_answer_is_okay_or_fail_or_a_protocol_error(data: bytes) -> None:
    try:
        answer = wire.decode_answer(data).value
    except AdbProtocolError:
        answer = data
    assert answer == data


@given(st.binary(max_size=3000), st.binary(max_size=300), st.integers(0, 255), st.lists(st.integers(1, 40)))
def test_shell_output_arrives_whole_however_it_is_cut(out: bytes, err: bytes, code: int, cuts: list[int]) -> None:
    data = b"".join(
        (
            wire.shell_packet(wire.ShellStream.STDOUT, out),
            wire.shell_packet(wire.ShellStream.STDERR, err),
            wire.shell_packet(wire.ShellStream.EXIT, bytes([code])),
        )
    )
    output = wire.ShellOutput.empty()
    for cut in cuts:
        output.feed(data[:cut])
        data = data[cut:]
    output.feed(data)
    assert (bytes(output.stdout), bytes(output.stderr), output.exit_code) == (out, err, code)


@given(st.binary(max_size=200))
@example(b"\x03\x02\x00\x00\x00\x00\x00")
@example(b"\x01\xff\xff\xff\xff")
@example(b"\x03\x01\x00\x00\x00\x00" * 2)
def test_any_bytes_are_shell_packets_or_a_protocol_error(data: bytes) -> None:
    output = wire.ShellOutput.empty()
    try:
        output.feed(data)
    except DroverError as error:
        assert isinstance(error, AdbProtocolError)  # noqa: PT017  other errors must not be caught at all


def test_phones_are_listed_by_serial_with_what_can_be_done_with_them() -> None:
    listing = "b:5555\toffline\na\tdevice\nc\tunauthorized\nd\tno permissions (udev); see [http://x]\ne\trecovery\n"
    assert wire.decode_devices(listing) == (
        Sighting("a", Link.ONLINE),
        Sighting("b:5555", Link.OFFLINE),
        Sighting("c", Link.UNAUTHORIZED),
        Sighting("d", Link.OFFLINE),
        Sighting("e", Link.OFFLINE),
    )


@given(st.text(max_size=200))
def test_any_text_is_a_list_of_phones_or_a_protocol_error(text: str) -> None:
    try:
        sightings = wire.decode_devices(text)
    except AdbProtocolError:
        sightings = ()
    assert all(sighting.serial for sighting in sightings)


@pytest.mark.parametrize("header", [struct.pack("<3I", 3, 2, 1), struct.pack("<4I", 3, 2, 2, 1)])
def test_a_frame_s_header_is_as_long_as_the_pixels_leave_over(header: bytes) -> None:
    assert screencap.layout(header, len(header) + 24) == screencap.Layout(Size(3, 2), len(header))


@pytest.mark.parametrize(
    ("head", "total", "why"),
    [
        (b"", 0, "0 bytes"),
        (b"/system/bin/sh: screencap: not found\n", 37, "not found"),
        (struct.pack("<3I", 3, 2, 4), 36, "pixel format 4"),
        (struct.pack("<3I", 3, 2, 1), 35, "35 bytes for 3 x 2"),
        (struct.pack("<3I", 3, 2, 1), 41, "41 bytes for 3 x 2"),
        (struct.pack("<3I", 0, 0, 1), 12, "0 x 0"),
    ],
)
def test_what_is_no_frame_is_refused_with_the_reason(head: bytes, total: int, why: str) -> None:
    with pytest.raises(screencap.NotAFrame, match=why):
        screencap.layout(head, total)


@given(st.binary(max_size=64), st.integers(0, 1 << 26))
def test_any_header_is_a_layout_that_fits_or_no_frame(head: bytes, total: int) -> None:
    try:
        layout = screencap.layout(head, total)
    except screencap.NotAFrame:
        return
    assert layout.offset + layout.size.width * layout.size.height * 4 == total


def android_types(argument: str) -> str:
    """What `input text` types, transcribed from Input.java (sendText)."""
    buffer, index, escaped = list(argument), 0, False
    while index < len(buffer):
        if escaped:
            escaped = False
            if buffer[index] == "s":
                buffer[index] = " "
                index -= 1
                del buffer[index]
        if buffer[index] == "%":
            escaped = True
        index += 1
    return "".join(buffer)


@given(ASCII)
@example("%s")
@example("100%s%%s % s%")
@example("a" * 499 + "%s" + "b")
def test_the_pieces_of_a_text_type_the_text(text: str) -> None:
    assert "".join(android_types(piece) for piece in input.text_pieces(text)) == text


@given(ASCII)
def test_no_piece_is_empty_or_too_long_for_a_command(text: str) -> None:
    assert all(0 < len(piece) <= 2 * input.MAX_PIECE for piece in input.text_pieces(text))


def test_untypable_characters_are_named_once_each() -> None:
    assert input.untypable("héllo wörld é\n") == "éö\n"


def test_keys_pressed_many_times_are_few_commands() -> None:
    commands = input.key_pieces(Key.DELETE, 250)
    assert [len(codes) for codes in commands] == [100, 100, 50]
    assert {code for codes in commands for code in codes} == {67}


def test_every_key_has_a_code() -> None:
    assert set(input.KEYCODES) == set(Key)


def test_a_swipe_is_in_whole_milliseconds() -> None:
    assert input.swipe_words(Point(1, 2), Point(3, 4), 0.0301) == ["1", "2", "3", "4", "31"]


def test_a_complaint_is_the_line_with_the_exception_and_linker_noise_is_none() -> None:
    assert input.complaint(["WARNING: linker: libdvm.so has text relocations"]) == ""
    lines = ["Exception occurred", "java.lang.SecurityException: INJECT"]
    assert input.complaint(lines) == "java.lang.SecurityException: INJECT"


TREE = b"""<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation="0">
<node text="" class="android.widget.FrameLayout" package="p" bounds="[0,0][100,200]"><node text="a &amp; b"
 resource-id="p:id/name" class="android.widget.EditText" package="p" content-desc="d" password="true" focused="true"
 bounds="[10,20][30,40]" /><node text="Bio" hint="Bio" class="android.widget.EditText" bounds="[5,5][5,9]"/></node>
</hierarchy>
"""


def test_a_ui_tree_is_read_with_what_a_player_needs() -> None:
    root = uixml.parse(uixml.extract(TREE + b"UI hierchary dumped to: /dev/tty\n"))
    window, name, bio = list(root.walk())[1:]
    assert (window.package, len(window.children)) == ("p", 2)
    assert (name.text, name.resource_id, name.description, name.focused, name.password) == (
        "a & b",
        "p:id/name",
        "d",
        True,
        True,
    )
    assert root.field_at(Point(15, 25)) == name
    assert (bio.text, bio.bounds) == ("", None)


@pytest.mark.parametrize(
    ("output", "why"),
    [
        (b"ERROR: could not get idle state.\n", "could not get idle state"),
        (b"", "an empty answer"),
        (b"</hierarchy><hierarchy>", "hierarchy"),
    ],
)
def test_an_output_without_a_tree_is_refused_in_the_phone_s_words(output: bytes, why: str) -> None:
    with pytest.raises(uixml.NotATree, match=why):
        uixml.extract(output)


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (b"<?xml version='1.0'?><!DOCTYPE hierarchy [<!ENTITY a 'b'>]><hierarchy>&a;</hierarchy>", "document type"),
        (b"<hierarchy>&a;</hierarchy>", "cannot be read"),
        (b"<hierarchy><node></hierarchy>", "cannot be read"),
        (b"<html></html>", "<html>"),
        (b"<hierarchy>" + b"<node>" * 300 + b"</node>" * 300 + b"</hierarchy>", "deeper"),
        (b" " * (uixml.MAX_XML_BYTES + 1), "more than"),
    ],
)
def test_xml_that_is_no_plain_tree_is_refused(xml: bytes, why: str) -> None:
    with pytest.raises(uixml.NotATree, match=why):
        uixml.parse(xml)


@given(st.binary(max_size=300), st.integers(0, len(TREE)))
def test_any_bytes_are_a_tree_or_no_tree(noise: bytes, at: int) -> None:
    for output in (noise, TREE[:at] + noise + TREE[at:]):
        try:
            nodes = list(uixml.parse(uixml.extract(output)).walk())
        except uixml.NotATree:
            nodes = []
        assert len(nodes) <= 1 + output.count(b"<")


WINDOWS = """
  mCurrentFocus=Window{1f u0 PopupWindow:4a}
  mFocusedApp=ActivityRecord{2e u0 org.example.app/.ui.Main$Inner t12}
  mCurrentRotation=ROTATION_270
  KeyguardServiceDelegate
      showing=true
"""


def test_the_app_behind_a_popup_is_in_front() -> None:
    assert dumpsys.app_in_front(WINDOWS) == AppInFront("org.example.app", "org.example.app.ui.Main$Inner")


def test_the_focused_window_comes_before_the_focused_app() -> None:
    windows = "mFocusedApp=x u0 a.b/c.D}\nmCurrentFocus=Window{1 u0 e.f/e.f.G}\n"
    assert dumpsys.app_in_front(windows) == AppInFront("e.f", "e.f.G")


@pytest.mark.parametrize(
    ("windows", "rotation"),
    [
        (WINDOWS, Rotation.REVERSE_LANDSCAPE),
        ("  mRotation=1 mAltOrientation=false", Rotation.LANDSCAPE),
        ("mRotation=ROTATION_180", Rotation.UPSIDE_DOWN),
        ("Viewport{valid=true, orientation=3}", Rotation.REVERSE_LANDSCAPE),
    ],
)
def test_rotation_is_read_in_all_its_spellings(windows: str, rotation: Rotation) -> None:
    assert dumpsys.rotation(windows) is rotation


def test_a_lock_screen_is_seen() -> None:
    assert dumpsys.locked(WINDOWS)
    assert not dumpsys.locked(WINDOWS.replace("true", "false"))


@pytest.mark.parametrize(
    ("power", "on"),
    [("mWakefulness=Awake", True), ("mWakefulness=Asleep", False), ("Display Power: state=OFF", False)],
)
def test_the_screen_is_on_when_the_phone_is_awake(power: str, on: bool) -> None:  # noqa: FBT001  a parameter of cases
    assert dumpsys.screen_on(power) is on


def test_battery_is_in_percent_and_celsius() -> None:
    assert dumpsys.battery("  level: 30\n  scale: 60\n  temperature: 285\n") == (50, 28.5)


@pytest.mark.parametrize(
    "output",
    [
        "Filesystem     1K-blocks    Used Available Use% Mounted on\n/dev/dm-5 100 60 40 60% /data\n",
        "Filesystem\n/dev/block/a/very/long/name\n 100 60 40 60% /data\n",
    ],
)
def test_free_storage_is_in_bytes(output: str) -> None:
    assert dumpsys.free_bytes(output) == 40 * 1024


def test_an_override_is_the_display_s_size() -> None:
    assert dumpsys.display_size("Physical size: 1080x2400\nOverride size: 720x1600\n") == Size(720, 1600)


def test_packages_are_sorted_and_noise_is_left_out() -> None:
    assert dumpsys.packages("package:b\nWARNING\npackage:a\r\npackage:\n") == ["a", "b"]


@pytest.mark.parametrize(
    ("output", "component"),
    [
        ("priority=0 preferredOrder=0\norg.x/.Main\n", "org.x/.Main"),
        ("No activity found\n", None),
        ("/system/bin/sh: cmd: not found", None),
        ("", None),
    ],
)
def test_a_launcher_is_the_last_line_if_it_is_a_component(output: str, component: str | None) -> None:
    assert dumpsys.launcher_component(output) == component


@given(st.text(max_size=300))
def test_any_dumpsys_is_a_value_or_not_understood(text: str) -> None:
    parsers = (
        dumpsys.display_size,
        dumpsys.app_in_front,
        dumpsys.rotation,
        dumpsys.screen_on,
        dumpsys.battery,
        dumpsys.free_bytes,
    )
    for parse in parsers:
        try:
            value: object = parse(text)
        except dumpsys.NotUnderstood as error:
            value = error
        assert value is not None


def test_pauses_double_up_to_the_most_and_end_with_a_success() -> None:
    backoff = Backoff()
    pauses: list[float] = []
    for _ in range(9):
        backoff.failed(100.0)
        pauses.append(backoff.remaining_s(100.0))
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert backoff.remaining_s(130.0) == 0
    backoff.succeeded(131.0)
    assert (backoff.remaining_s(0.0), backoff.heard_at) == (0, 131.0)


def test_where_a_phone_is_plugged_in_is_told() -> None:
    listing = (
        "R58N                   device usb:1-4.2 product:p model:Galaxy_S9 device:d transport_id:3\n"
        "127.0.0.1:6000         device product:drover_sim model:Plaza_One device:drover_sim transport_id:1\n"
        "X1                     no permissions (user in plugdev group; udev rules?) usb:3-1 transport_id:5\n"
    )
    assert wire.decode_devices(listing) == (
        Sighting("127.0.0.1:6000", Link.ONLINE),
        Sighting("R58N", Link.ONLINE, "usb:1-4.2"),
        Sighting("X1", Link.OFFLINE, "usb:3-1"),
    )
