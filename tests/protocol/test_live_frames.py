import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.kernel.errors import DroverError
from drover.protocol.errors import BadMessage, UnknownVersion
from drover.protocol.frames import LiveFrame, pack_frame, unpack_frame

FRAME = LiveFrame("emulator-5554", 7, 12.5, 1080, 2400, 31, b"\xff\xd8picture")


@given(
    serial=st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    number=st.integers(0, 2**32 - 1),
    at=st.floats(allow_nan=False),
    width=st.integers(0, 65535),
    jpeg=st.binary(min_size=1, max_size=200),
)
def test_a_frame_comes_out_as_it_went_in(serial: str, number: int, at: float, width: int, jpeg: bytes) -> None:
    frame = LiveFrame(serial, number, at, width, 65535 - width, 5, jpeg)
    assert unpack_frame(pack_frame(frame)) == frame


@given(payload=st.binary(max_size=80))
def test_noise_ends_in_a_frame_or_a_declared_error(payload: bytes) -> None:
    with contextlib.suppress(DroverError):
        assert unpack_frame(payload).jpeg


def test_another_version_is_refused() -> None:
    with pytest.raises(UnknownVersion):
        unpack_frame(b"\x02" + pack_frame(FRAME)[1:])


def test_a_frame_without_a_picture_is_refused() -> None:
    with pytest.raises(BadMessage, match="jpeg"):
        unpack_frame(pack_frame(FRAME)[: -len(FRAME.jpeg)])


def test_a_serial_that_is_no_text_is_refused() -> None:
    with pytest.raises(BadMessage, match="serial"):
        unpack_frame(pack_frame(FRAME).replace(b"emulator", b"\xff\xfe\xfd\xfc\xff\xff\xff\xff"))


def test_a_frame_larger_than_its_fields_cannot_be_packed() -> None:
    with pytest.raises(BadMessage):
        pack_frame(LiveFrame("a", 0, 0.0, 70_000, 1, 0, b"x"))
