"""Pictures in files: the fast way of decoding gives what the careful one gives, and refuses what it refuses."""

import io
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from drover.devices.geometry import Rect, Size
from drover.devices.picture import preview
from drover.screens.pictures import (
    BadPicture,
    Grays,
    crop_of,
    decode_gray,
    decode_picture,
    picture_size,
    to_gray,
)
from drover.screens.plain import colours, numbered, plain_jpeg_size, plain_png_size, unfiltered
from tests.screens.drawing import draw, frame_of

FEED = draw("Feed")
TITLE = Rect(30, 60, 330, 110)
NUMBERED = crop_of(FEED, TITLE).png
COLOURFUL = frame_of(FEED.pixels // 2 + np.indices(FEED.pixels.shape).sum(axis=0) * (1, 2, 3, 0) % 120)
PNG = crop_of(COLOURFUL, TITLE).png
BOTH = pytest.mark.parametrize("png", [PNG, NUMBERED], ids=["colours", "numbers of colours"])
JPEG = preview(FEED, 200, 80).jpeg
WIDE = Size(300, 50)


def with_header(png: bytes, change: Callable[[bytearray], object]) -> bytes:
    """Return the PNG with another header, whose checksum is right."""
    content = bytearray(png)
    change(content)
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def refused(read: Callable[[bytes], object], content: bytes) -> bool:
    try:
        read(content)
    except BadPicture:
        return True
    return False


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 999), width=st.integers(1, 60), height=st.integers(1, 60), mode=st.sampled_from(["L", "RGB"])
)
def test_a_plain_png_is_the_same_grey_either_way(seed: int, width: int, height: int, mode: str) -> None:
    shape = (height, width) if mode == "L" else (height, width, 3)
    content = saved(Image.fromarray(np.random.default_rng(seed).integers(0, 255, shape, dtype=np.uint8)))
    assert plain_png_size(content) == Size(width, height)
    np.testing.assert_array_equal(decode_gray(content), to_gray(decode_picture(content)))


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA"])
def test_other_pngs_go_the_careful_way(mode: str) -> None:
    content = saved(Image.fromarray(FEED.pixels[:40, :60]).convert(mode))
    assert plain_png_size(content) is None
    np.testing.assert_array_equal(decode_gray(content), to_gray(decode_picture(content)))


def test_a_crop_of_few_colours_is_kept_as_their_numbers_and_looks_the_same() -> None:
    assert [decode_picture(png)[:, :, :3].tobytes() for png in (PNG, NUMBERED)] == [
        frame.pixels[60:110, 30:330, :3].tobytes() for frame in (COLOURFUL, FEED)
    ]
    assert (colours(PNG), plain_png_size(NUMBERED)) == (None, WIDE)
    np.testing.assert_array_equal(decode_gray(NUMBERED), crop_of(FEED, TITLE).gray)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 999), count=st.sampled_from([1, 2, 200, 256, 257]))
def test_crops_of_any_number_of_colours_are_the_same_either_way(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    palette = rng.integers(0, 256, (count, 4), dtype=np.uint8)
    frame = frame_of(palette[rng.integers(0, count, (30, 40))])
    crop = crop_of(frame, Rect(3, 2, 40, 30))
    np.testing.assert_array_equal(decode_picture(crop.png)[:, :, :3], frame.pixels[2:30, 3:40, :3])
    np.testing.assert_array_equal(decode_gray(crop.png), crop.gray)


def test_a_crop_with_a_number_that_no_colour_has_is_refused() -> None:
    numbers = saved(Image.fromarray(np.arange(600, dtype=np.uint8).reshape(20, 30)))
    levels = np.arange(256, dtype=np.uint8).repeat(3).reshape(-1, 3)
    kept = crop_of(frame_of(np.arange(600).repeat(4).reshape(20, 30, 4) % 256), Rect(0, 0, 30, 20)).png
    np.testing.assert_array_equal(decode_gray(numbered(numbers, levels)), decode_gray(kept))
    with pytest.raises(BadPicture, match="has pixels of colours that it does not list"):
        decode_gray(numbered(kept[:33] + kept[33 + 12 + 768 :], levels[:200]))


@pytest.mark.parametrize("levels", [0, 2, 257 * 3])
def test_a_crop_whose_colours_are_none_or_too_many_goes_the_careful_way(levels: int) -> None:
    gray = saved(Image.new("L", (9, 9)))
    assert plain_png_size(numbered(gray, np.zeros((1, 3), np.uint8))) == Size(9, 9)
    broken = numbered(gray, np.zeros(levels, np.uint8))
    assert plain_png_size(broken) is None
    assert refused(decode_gray, broken) == refused(decode_picture, broken)


@BOTH
@settings(max_examples=80, deadline=None)
@given(place=st.integers(0, min(len(PNG), len(NUMBERED)) - 1), value=st.integers(1, 255))
def test_a_crop_with_any_byte_changed_is_refused_or_the_same_as_the_careful_way(
    png: bytes, place: int, value: int
) -> None:
    content = bytearray(png)
    content[place] ^= value
    assert plain_png_size(bytes(content)) is None
    assert refused(decode_gray, bytes(content)) == refused(decode_picture, bytes(content))


def test_the_pixels_of_an_unfiltered_png_are_there_at_once() -> None:
    pixels = unfiltered(PNG, WIDE)
    assert pixels is not None
    np.testing.assert_array_equal(pixels, decode_picture(PNG)[:, :, :3])


def test_a_filtered_png_has_no_pixels_at_once_but_the_same_grey() -> None:
    content = saved(Image.fromarray(decode_picture(PNG)[:, :, :3]))
    assert unfiltered(content, WIDE) is None
    np.testing.assert_array_equal(decode_gray(content), decode_gray(PNG))


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=60), zlibs_own=st.booleans())
def test_a_crop_of_other_data_with_the_right_checksums_is_refused(data: bytes, zlibs_own: bool) -> None:  # noqa: FBT001 (hypothesis draws it)
    body = b"IDAT" + (zlib.compress(data) if zlibs_own else data)
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    content = PNG[:33] + chunk + PNG[-12:]
    assert plain_png_size(content) == WIDE
    assert unfiltered(content, WIDE) is None
    assert refused(decode_gray, content)


@BOTH
@pytest.mark.parametrize("part", [0.0, 0.01, 0.05, 0.5, 0.97])
def test_a_crop_cut_short_is_refused(png: bytes, part: float) -> None:
    assert refused(decode_gray, png[: int(len(png) * part)])


@BOTH
def test_a_crop_that_says_it_is_larger_than_its_pixels_is_refused(png: bytes) -> None:
    taller = with_header(png, lambda content: content.__setitem__(slice(20, 24), (5000).to_bytes(4, "big")))
    bomb = with_header(png, lambda content: content.__setitem__(slice(16, 24), (60_000).to_bytes(4, "big") * 2))
    assert plain_png_size(taller) == Size(300, 5000)
    assert refused(decode_gray, taller)
    assert refused(decode_gray, bomb)


def test_a_plain_jpeg_is_measured_without_decoding_it() -> None:
    assert plain_jpeg_size(JPEG) == picture_size(JPEG) == Size(200, 444)
    assert plain_jpeg_size(saved(Image.new("L", (7, 9)), "JPEG", progressive=True)) == Size(7, 9)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", JPEG[:-2], JPEG[:400], JPEG[:2] + JPEG[-2:], saved(Image.new("CMYK", (7, 9)), "JPEG")],
)
def test_what_is_no_whole_plain_jpeg_is_looked_at_carefully_and_refused(content: bytes) -> None:
    assert plain_jpeg_size(content) is None
    assert refused(picture_size, content)


def test_a_picture_that_is_a_png_is_measured_too() -> None:
    assert picture_size(PNG) == WIDE


def test_the_latest_greys_are_kept_and_no_more_than_there_is_room_for() -> None:
    crops = [crop_of(FEED, Rect(x, 60, x + 300, 110)).png for x in (0, 30, 60)]
    grays = Grays(kept_bytes=2 * 300 * 50)
    first, second = grays(crops[0]), grays(crops[1])
    assert grays(crops[0]) is first
    grays(crops[2])
    assert grays(crops[0]) is first
    assert grays(crops[1]) is not second
    np.testing.assert_array_equal(grays(crops[1]), second)


def test_greys_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Grays()(PNG)[0, 0] = 1


def test_a_broken_crop_is_refused_by_greys() -> None:
    with pytest.raises(BadPicture):
        Grays()(PNG[:-30])
