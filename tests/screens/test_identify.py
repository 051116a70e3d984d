"""Identifying frames in files: an answer for each, whatever is wrong with one."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect
from drover.devices.picture import preview
from drover.screens.domain import Registry
from drover.screens.identify import FrameAnswer, identify_files
from drover.screens.ocr import TextNotRead
from drover.screens.pictures import crop_of
from drover.screens.regions import ExpectedText, TextRegion
from tests.screens.drawing import SIZE, TITLE, draw, registry, screen, variant


@pytest.fixture(scope="module")
def shop() -> Registry:
    return registry(screen("shop.feed", variant(draw("Feed"))), screen("shop.cart", variant(draw("Cart"))))


def png(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


def answers(shop: Registry, *files: Path) -> list[FrameAnswer]:
    ticks = iter(range(1000))
    return list(identify_files(shop, files, cpu_seconds=lambda: next(ticks) / 1000))


def test_png_and_jpeg_frames_are_identified_with_the_time_it_took(shop: Registry, tmp_path: Path) -> None:
    one, two = tmp_path / "one.png", tmp_path / "two.jpg"
    one.write_bytes(png(draw("Feed").pixels))
    two.write_bytes(preview(draw("Cart"), 1080, 60).jpeg)
    assert [(a.file, a.screen, a.variant, a.ms) for a in answers(shop, one, two)] == [
        (str(one), "shop.feed", "light", pytest.approx(1.0)),
        (str(two), "shop.cart", "light", pytest.approx(1.0)),
    ]


def test_an_unknown_frame_is_answered_with_reason_and_near_misses(shop: Registry, tmp_path: Path) -> None:
    file = tmp_path / "frame.png"
    file.write_bytes(png(draw("Feed", "something else").pixels))
    [answer] = answers(shop, file)
    document = json.loads(json.dumps(answer.document()))
    assert document["screen"] is None
    assert "region 'body' looks different" in document["reason"]
    [miss] = document["near_misses"]
    assert (miss["screen"], miss["passed"], miss["failed"][0]["region"]) == ("shop.feed", 1, "body")
    assert miss["failed"][0]["kind"] == "picture"
    assert set(miss["failed"][0]) == {"region", "kind", "correlation", "brightness", "contrast", "found_at", "why"}
    assert "error" not in document


BAD = {
    "no picture": (b"hello", "is not a PNG or JPEG that can be read"),
    "empty": (b"", "is not a PNG or JPEG that can be read"),
    "truncated": (png(draw("Feed").pixels)[:-4000], "is not a PNG or JPEG that can be read"),
    "GIF": (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "is not a PNG or JPEG that can be read"),
    "sixteen bits": (png(np.zeros((20, 20), dtype=np.uint16)), "is of colour mode I;16"),
    "many pixels": (png(np.zeros((8_000, 8_000), dtype=np.bool_)), "has 8000x8000 pixels, more than 50000000"),
    "bomb": (png(np.zeros((20_000, 20_000), dtype=np.bool_)), "has too many pixels"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_frame_is_told_and_the_others_go_on(shop: Registry, tmp_path: Path, fault: str) -> None:
    content, reason = BAD[fault]
    bad, good = tmp_path / "bad.png", tmp_path / "good.png"
    bad.write_bytes(content)
    good.write_bytes(png(draw("Feed").pixels))
    refused, known = answers(shop, bad, good)
    assert refused.error.startswith(f"frame {bad} {reason}")
    assert refused.hint
    assert refused.document()["screen"] is None
    assert known.screen == "shop.feed"


class BrokenReader:
    def read(self, pixels: Pixels) -> str:
        raise TextNotRead(f"it fails on every picture, such as one of {pixels.shape}")


def test_a_frame_whose_text_cannot_be_read_is_told_and_the_others_go_on(shop: Registry, tmp_path: Path) -> None:
    feed = shop.screens["shop.feed"]
    reading = replace(feed.variants[0], texts=(TextRegion("heading", TITLE, ExpectedText("Feed")),))
    both = replace(shop, screens={**shop.screens, feed.key: replace(feed, variants=(reading,))})
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    one.write_bytes(png(draw("Feed").pixels))
    two.write_bytes(png(draw("Cart").pixels))
    unread, known = identify_files(both, (one, two), cpu_seconds=lambda: 0.0, reader=BrokenReader())
    assert unread.error.startswith("the text of a picture could not be read")
    assert known.screen == "shop.cart"


def test_missing_files_and_folders_are_told(shop: Registry, tmp_path: Path) -> None:
    missing, folder = answers(shop, tmp_path / "none.png", tmp_path)
    assert missing.error == f"frame {tmp_path / 'none.png'} cannot be read (no such file or directory)"
    assert folder.error == f"frame {tmp_path} is not a file"


def test_a_small_grey_picture_is_a_frame_too(shop: Registry, tmp_path: Path) -> None:
    file = tmp_path / "grey.png"
    file.write_bytes(png(crop_of(draw("Feed"), Rect(0, 0, SIZE.width, SIZE.height)).gray))
    assert answers(shop, file)[0].screen == "shop.feed"
