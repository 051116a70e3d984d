"""The bytes of the service's answers, whatever they are, and the rules by which ways are chosen."""

import asyncio
import base64
import itertools
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.devices.errors import DeviceError
from drover.devices.geometry import Size
from drover.drivers.adb import capture_ways, rpc, screencap
from drover.drivers.adb.backoff import Backoff
from drover.drivers.adb.buffers import BufferPool
from drover.drivers.adb.choosing import Measured, Stopwatch, alike, faster
from drover.drivers.adb.client import AdbServer
from drover.drivers.adb.deadlines import Deadlines
from drover.drivers.adb.jar import Jar
from drover.drivers.adb.line import PhoneLine
from drover.drivers.adb.u2 import COMMAND, REMOTE_JAR, U2Service
from drover.drivers.adb.ways import Picture, WayClosed
from drover.kernel.clock import FakeClock, SystemClock
from drover.kernel.errors import InvalidInput
from tests.drivers.adb.scripted_server import OKAY, SERIAL, fail, scripted_server, text

ASKED = ("tcp:9008", "sync:", f"shell,v2,raw:md5sum {REMOTE_JAR}", f"shell,v2,raw:{COMMAND}")
HEAD = b"HTTP/1.1 200 OK \r\nContent-Type: application/json\r\n"


def read(*pieces: bytes) -> bytes | None:
    answer = rpc.Answer()
    for piece in pieces:
        answer.feed(piece)
    return answer.body


def answered(body: bytes) -> bytes:
    return HEAD + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


@given(st.binary(max_size=60), st.lists(st.integers(1, 150), max_size=6))
def test_an_answer_is_whole_however_it_is_cut(body: bytes, cuts: list[int]) -> None:
    whole = answered(body)
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    pieces = [whole[start:end] for start, end in itertools.pairwise(places)]
    assert read(*pieces) == body


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=4), st.integers(1, 60))
def test_chunks_are_put_together(chunks: list[bytes], cut: int) -> None:
    coded = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in [*chunks])
    whole = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + coded + b"0\r\n\r\n"
    pieces = [whole[start : start + cut] for start in range(0, len(whole), cut)]
    assert read(*pieces) == b"".join(chunks)


def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    assert read(HEAD + b"\r\nab", b"cd") is None
    assert read(HEAD + b"\r\nab", b"cd", b"") == b"abcd"


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ((b"",), "ends after 0 bytes"),
        ((answered(b"abc")[:-1], b""), "ends after"),
        ((b"SSH-2.0\r\n\r\n",), "other than HTTP"),
        ((b"HTTP/1.1 500 oh\r\n\r\n",), "HTTP status 500"),
        ((b"x" * 20_000,), "a head of more"),
        ((HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",), "without a length"),
    ],
)
def test_what_is_no_answer_is_refused(pieces: tuple[bytes, ...], why: str) -> None:
    with pytest.raises(rpc.NotAnAnswer, match=why):
        read(*pieces)


@given(st.lists(st.binary(max_size=80), max_size=5))
def test_what_does_not_begin_as_an_answer_is_refused(pieces: list[bytes]) -> None:
    with pytest.raises(rpc.NotAnAnswer):
        read(b"~", *pieces, b"")


@given(
    st.one_of(
        st.binary(max_size=40), st.recursive(st.none() | st.text(max_size=3), st.lists).map(json.dumps).map(str.encode)
    )
)
def test_a_result_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(rpc.NotAnAnswer):
        rpc.result(body)


def test_an_error_says_what_the_service_says() -> None:
    assert rpc.result(b'{"result": null}') is None
    for body in (b'{"error": {"code": 1, "message": "no such thing"}}', b'{"error": "no such thing"}'):
        with pytest.raises(rpc.CallFailed, match="no such thing"):
            rpc.result(body)


def jpeg(width: int, height: int, level: int = 200) -> bytes:
    done, content = cv2.imencode(".jpg", np.full((height, width, 3), level, np.uint8))
    assert done
    return content.tobytes()


@given(st.integers(1, 300), st.integers(1, 300))
def test_a_jpeg_says_its_size_before_it_is_decoded(width: int, height: int) -> None:
    assert capture_ways.jpeg_size(jpeg(width, height)) == Size(width, height)


@given(st.binary(max_size=200), st.booleans())
def test_what_is_no_jpeg_is_refused(content: bytes, begins_well: bool) -> None:  # noqa: FBT001  drawn
    whole = b"\xff\xd8\xff\xe0" + content if begins_well else content
    encoded = base64.b64encode(whole).decode()
    with pytest.raises(screencap.NotAFrame):
        capture_ways._decoded(BufferPool(), encoded, Size(7, 9))


@pytest.mark.parametrize(("width", "height"), [(7, 9), (9, 7)])
def test_a_jpeg_of_the_display_is_rgba_upright_or_turned(width: int, height: int) -> None:
    encoded = base64.b64encode(jpeg(width, height)).decode()
    taken = capture_ways._decoded(BufferPool(), encoded, Size(7, 9))
    assert taken.size == Size(width, height)
    assert (taken.pixels[..., 3] == 255).all()
    assert abs(int(taken.pixels[0, 0, 0]) - 200) <= 1


def test_a_jpeg_of_another_size_is_refused() -> None:
    with pytest.raises(screencap.NotAFrame, match="8 x 9"):
        capture_ways._decoded(BufferPool(), base64.b64encode(jpeg(8, 9)).decode(), Size(7, 9))


def named(name: str) -> Measured:
    return Measured(name, None)


def test_only_a_way_that_is_clearly_faster_is_chosen_and_the_fastest_first() -> None:
    ways = [named("nearly"), named("fast"), named("faster"), named("broken")]
    measured = [
        Measured("baseline", 100.0),
        Measured("nearly", 90.0),
        Measured("fast", 80.0),
        Measured("faster", 20.0),
        named("broken"),
    ]
    assert [way.name for way in faster(ways, measured)] == ["faster", "fast"]


def test_where_the_baseline_does_not_work_whatever_works_is_chosen() -> None:
    assert [way.name for way in faster([named("slow")], [named("baseline"), Measured("slow", 900.0)])] == ["slow"]


def picture(level: int, width: int = 40) -> Picture:
    return Picture(np.full((60, width, 4), level, np.uint8))


def test_pictures_are_alike_where_a_jpeg_of_one_could_be_the_other() -> None:
    assert alike(picture(100), picture(103))
    assert not alike(picture(100), picture(130))
    assert not alike(picture(100), picture(100, width=41))


class TimedWay:
    """A capture way that takes its time and shows what it is told."""

    def __init__(self, name: str, clock: FakeClock, seconds: float, *levels: int) -> None:
        self.name = name
        self._clock = clock
        self._seconds = seconds
        self._levels = list(levels)

    async def shoot(self, deadline_s: float) -> Picture:
        del deadline_s
        await self._clock.sleep(self._seconds)
        if not self._levels:
            raise WayClosed("out of film")
        return picture(self._levels.pop(0) if len(self._levels) > 1 else self._levels[0])


async def measure(
    clock: FakeClock, *ways: TimedWay, zipped: tuple[TimedWay, ...] = ()
) -> list[tuple[str, float | None]]:
    measured = await Stopwatch(clock, 5).captures(ways[0], ways[1:], zipped)
    return [(one.name, one.milliseconds) for one in measured]


async def test_a_picture_that_is_not_the_baseline_s_rules_a_way_out() -> None:
    clock = FakeClock()
    ways = TimedWay("screencap", clock, 0.3, 50), TimedWay("other", clock, 0.1, 90)
    assert await measure(clock, *ways) == [("screencap", 300.0), ("other", None)]


async def test_a_screen_that_moved_meanwhile_is_looked_at_again() -> None:
    clock = FakeClock()
    ways = TimedWay("screencap", clock, 0.3, 50, 90), TimedWay("other", clock, 0.1, 90)
    assert await measure(clock, *ways) == [("screencap", 300.0), ("other", 100.0)]


async def test_a_way_that_fails_is_ruled_out_with_its_reason() -> None:
    clock = FakeClock()
    measured = await Stopwatch(clock, 5).captures(
        TimedWay("screencap", clock, 0.3, 50), [TimedWay("other", clock, 0.1)]
    )
    assert measured[1] == Measured("other", None, "out of film")


@pytest.mark.parametrize(("seconds", "tried"), [(0.3, False), (0.6, True)])
async def test_zipping_is_tried_only_where_the_cable_is_slow(seconds: float, *, tried: bool) -> None:
    clock = FakeClock()
    measured = await measure(
        clock, TimedWay("screencap", clock, seconds, 50), zipped=(TimedWay("zip", clock, 0.2, 50),)
    )
    assert (("zip", 200.0) in measured) is tried


async def test_measuring_is_given_up_when_its_time_is_over() -> None:
    clock = FakeClock()
    ways = TimedWay("screencap", clock, 4.0, 50), TimedWay("other", clock, 3.0, 50)
    assert await measure(clock, *ways) == [("screencap", 4000.0), ("other", 3000.0)]
    assert clock.elapsed_s == 11.0


def test_a_jar_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"u2_jar: /nowhere/u2\.jar: no such file"):
        Jar.read(Path("/nowhere/u2.jar"))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=4), st.sampled_from([[], [OKAY], [OKAY, HEAD], [fail("closed")]]))
def test_whatever_the_service_answers_is_a_result_or_declared(noise: list[bytes], before: list[bytes]) -> None:
    async def converse() -> object:
        script = {
            f"host:transport:{SERIAL}": [OKAY],
            f"host-serial:{SERIAL}:get-state": [text("device")],
            **{key: [*before, *noise] for key in ASKED},
        }
        async with scripted_server(script) as scripted:
            line = PhoneLine(SERIAL, AdbServer(scripted.address, deadline_s=2), SystemClock(), Backoff())
            service = U2Service(line, Jar(b"", "0"), SystemClock(), Deadlines())
            try:
                return await service.call("ping", doing="test", deadline_s=0.5)
            except (DeviceError, WayClosed, rpc.CallFailed) as error:
                return error
            finally:
                assert scripted.open_connections <= 1

    asyncio.run(converse())
