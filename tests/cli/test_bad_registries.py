"""Registries and frames that are wrong in every way: told with file, place, reason and cure; the rest is checked."""

import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from drover.cli.main import run
from drover.devices.picture import preview
from drover.screens.domain import App
from drover.screens.writing import save_app, save_screen
from tests.screens.drawing import BODY, draw, screen, variant

FEED, CART = draw("Feed"), draw("Cart")
TITLE_CROP, PICTURE = "shop/crops/feed.light.title.png", "shop/pictures/feed.light.jpg"
HUGE = 100 * 1024 * 1024
MOST_MEMORY_KB = 900 * 1024
"""What a process may take at most, its libraries and models included: a bomb alone would take 3.6 GB."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    registry = tmp_path / "registry"
    save_app(registry, App("shop", "com.example.shop"))
    for key, frame in (("shop.feed", FEED), ("shop.cart", CART)):
        save_screen(registry, screen(key, variant(frame)))
    return registry


def bomb(side: int) -> bytes:
    """Return a PNG of a few kilobytes that says that it has `side` x `side` pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1 << 20))), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def document(change: Callable[[Any], object]) -> Callable[[Path], None]:
    def edit(registry: Path) -> None:
        path = registry / "shop" / "feed.json"
        content = json.loads(path.read_text())
        change(content["variants"][0])
        path.write_text(json.dumps(content))

    return edit


def content(name: str, made: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def edit(registry: Path) -> None:
        (registry / name).write_bytes(made((registry / name).read_bytes()))

    return edit


def huge(name: str) -> Callable[[Path], None]:
    return lambda registry: os.truncate(registry / name, HUGE)


def flat(_: bytes) -> bytes:
    return cv2.imencode(".png", np.full((50, 300, 3), 128, np.uint8))[1].tobytes()


def copied(name: str) -> Callable[[Path], None]:
    def edit(registry: Path) -> None:
        path = registry / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((registry / "shop" / "feed.json").read_bytes())

    return edit


def in_a_circle(registry: Path) -> None:
    (registry / "shop" / "wall.json").symlink_to("wall.json")


def to_a_folder_above(registry: Path) -> None:
    (registry / "shop" / "crops" / "feed.light.title.png").unlink()
    (registry / "shop" / "crops" / "feed.light.title.png").symlink_to(registry)


def folder_in_itself(registry: Path) -> None:
    (registry / "again").symlink_to(registry)
    (registry / "shop" / "deeper").symlink_to(registry / "shop")


def not_utf8(registry: Path) -> None:
    copied(os.fsdecode(b"shop/caf\xe9.json"))(registry)


def name_of_another_case(registry: Path) -> None:
    crop = registry / TITLE_CROP
    crop.with_name("Feed.light.title.png").write_bytes(crop.read_bytes())


FEED_FILE, REGION = "shop/feed.json", "variants[0].regions[0]"
ONLY_CART, BOTH = 1, 2
CASES: dict[str, tuple[Callable[[Path], None], str, int]] = {
    "a flat region": (
        content(TITLE_CROP, flat),
        f"{FEED_FILE}: {REGION}.crop: crops/feed.light.title.png is too plain",
        1,
    ),
    "a tiny region": (
        document(lambda v: v["regions"][0].update(rect=[30, 60, 34, 110])),
        f"{FEED_FILE}: {REGION}.rect: is 4x50, smaller than 8x8",
        ONLY_CART,
    ),
    "a region outside the frame": (
        document(lambda v: v["regions"][0].update(rect=[30, 60, 3300, 110])),
        f"{FEED_FILE}: {REGION}.rect: [30, 60, 3300, 110] lies outside the reference of 540x1200",
        ONLY_CART,
    ),
    "a crop of another size": (
        document(lambda v: v["regions"][0].update(rect=[30, 60, 331, 110])),
        f"{FEED_FILE}: {REGION}.crop: crops/feed.light.title.png is 300x50, but its rectangle 301x50",
        ONLY_CART,
    ),
    "a picture of another shape": (
        content(PICTURE, lambda _: preview(draw("x"), 540, 80).jpeg[:0] + flat(b"")),
        f"{FEED_FILE}: variants[0].picture: pictures/feed.light.jpg is 300x50, of another shape than 540x1200",
        ONLY_CART,
    ),
    "a cut off PNG": (
        content(TITLE_CROP, lambda png: png[:-200]),
        f"{FEED_FILE}: {REGION}.crop: crops/feed.light.title.png is not a PNG or JPEG that can be read",
        ONLY_CART,
    ),
    "a crop of 100 MB": (huge(TITLE_CROP), f"{FEED_FILE}: {REGION}.crop: crops/feed.light.title.png is larger than", 1),
    "a picture of 100 MB": (
        huge(PICTURE),
        f"{FEED_FILE}: variants[0].picture: pictures/feed.light.jpg is larger than",
        1,
    ),
    "a picture that grows when it is unpacked": (
        content(PICTURE, lambda _: bomb(30_000)),
        f"{FEED_FILE}: variants[0].picture: pictures/feed.light.jpg has ",
        ONLY_CART,
    ),
    "names there twice": (
        document(lambda v: v["regions"][1].update(name="title")),
        f"{FEED_FILE}: variants[0].regions[1].name: 'title' is there twice",
        ONLY_CART,
    ),
    "a link in a circle": (in_a_circle, "shop/wall.json: ", BOTH),
    "a link to a folder above": (to_a_folder_above, f"{FEED_FILE}: {REGION}.crop: crops/feed.light.title.png ", 1),
    "folders in themselves": (folder_in_itself, "again/app.json: cannot be read (no such file or directory)", BOTH),
    "a screen's name of another case": (copied("shop/Feed.json"), "shop/Feed.json: key: is 'feed', but the file is", 2),
    "an app's name of another case": (copied("Shop/feed.json"), "Shop: is not a folder name for an app", BOTH),
    "a crop's name of another case": (
        name_of_another_case,
        "shop/crops/feed.light.title.png: differs from Feed.light.title.png in case only",
        BOTH,
    ),
    "a name that is not UTF-8": (not_utf8, "shop/caf\\udce9.json: ", BOTH),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_refused_with_its_place_and_cure_and_the_rest_is_checked(
    folder: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    break_it, reason, left = CASES[case]
    break_it(folder)
    assert run(["screens", "check", str(folder), "--json"], debug=False) == 1
    told = json.loads(capsys.readouterr().out)
    refused = {f"{each['where']}: {each['reason']}": each["hint"] for each in told["findings"] if each["grave"]}
    [(line, hint)] = [(line, hint) for line, hint in refused.items() if line.startswith(reason)]
    assert hint, line
    assert told["screens"] == left


def test_frames_that_are_wrong_are_refused_one_by_one_and_the_others_are_judged(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = tmp_path / "frames"
    (frames / "shop").mkdir(parents=True)
    (frames / "shop" / "feed__1.jpg").write_bytes(preview(FEED, 540, 90).jpeg)
    (frames / "cut.png").write_bytes(bomb(20)[:40])
    (frames / "bomb.png").write_bytes(bomb(30_000))
    (frames / "huge.png").touch()
    os.truncate(frames / "huge.png", HUGE)
    (frames / "tiny.png").write_bytes(cv2.imencode(".png", np.zeros((1, 1, 3), np.uint8))[1].tobytes())
    (frames / "loop").symlink_to(frames)
    (frames / "circle.png").symlink_to("circle.png")
    (frames / os.fsdecode(b"caf\xe9.png")).write_bytes(b"no picture")
    assert run(["screens", "check", str(folder), "--frames", str(frames), "--json"], debug=False) == 1
    told = json.loads(capsys.readouterr().out)
    bad = {each["where"]: each["hint"] for each in told["findings"]}
    assert sorted(bad) == ["bomb.png", "caf\\udce9.png", "circle.png", "cut.png", "huge.png"]
    assert all(bad.values())
    assert (told["frames"], told["frames_right"]) == (2, 2)


def test_identify_answers_for_frames_of_any_name_and_size(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    strange.write_bytes(preview(FEED, 540, 90).jpeg)
    (tmp_path / "bomb.png").write_bytes(bomb(30_000))
    report = tmp_path / "report.html"
    words = ["screens", "identify", "--registry", str(folder), "--report", str(report), str(strange)]
    assert run([*words, str(tmp_path / "bomb.png")], debug=False) == 1
    told = capsys.readouterr()
    known, refused = (json.loads(line) for line in told.out.splitlines())
    assert (known["screen"], known["file"]) == ("shop.feed", str(tmp_path / "caf\\udce9.jpg"))
    assert "pixels" in refused["error"]
    assert f"wrote {report} (0." in told.err
    assert "caf\\udce9.jpg" in report.read_text()


def test_bombs_take_no_more_memory_than_a_frame(folder: Path, tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.png").write_bytes(bomb(30_000))
    script = (
        "import sys; from pathlib import Path; from drover.cli.main import run\n"
        "code = run(sys.argv[1:], debug=False)\n"
        # Not what getrusage tells: that begins with what the process had before it became this program.
        "peak = dict(line.split(':') for line in Path('/proc/self/status').read_text().splitlines())['VmHWM']\n"
        "print(code, peak.split()[0])"
    )
    words = ["screens", "check", str(folder), "--frames", str(tmp_path)]
    ended = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=True, timeout=100
    )
    code, most_kb = map(int, ended.stdout.splitlines()[-1].split())
    assert code == 1
    assert most_kb < MOST_MEMORY_KB


def test_a_folder_without_any_screen_is_no_good_registry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "global" / "crops").mkdir(parents=True)
    assert run(["screens", "check", str(tmp_path)], debug=False) == 2
    assert f"{tmp_path}: holds no screens" in capsys.readouterr().err


def test_a_good_registry_is_told_in_a_line_and_its_report_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "out" / "report.html"
    assert run(["screens", "check", str(folder), "--report", str(report)], debug=False) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines()[0] == "drover: 2 screens in 2 variants: 0 errors, 0 warnings"
    assert "The registry is good" in report.read_text()


def test_a_change_that_makes_two_screens_claim_one_frame_ends_with_1_and_says_what_changed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, frames = tmp_path / "before", tmp_path / "frames"
    for key, frame in (("shop.feed", FEED), ("shop.old", draw("Old"))):
        save_screen(before, screen(key, variant(frame)))
    save_screen(folder, screen("shop.vague", variant(FEED, BODY)))
    frames.mkdir()
    (frames / "1.jpg").write_bytes(preview(FEED, 540, 90).jpeg)
    words = ["screens", "check", str(folder), "--frames", str(frames), "--against", str(before)]
    assert run(words, debug=False) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "changed: 1.jpg: shop.feed -> shop.feed and shop.vague" in lines
    assert "newly overlapping: shop.feed and shop.vague" in lines
    assert [line for line in lines if line.startswith(("new:", "gone:"))] == [
        "new: shop.cart",
        "new: shop.vague",
        "gone: shop.old",
    ]
    assert "error: 1.jpg: shop.feed and shop.vague all match this frame" in lines


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere",), "nowhere: there is no registry folder here"),
        (("{folder}", "--against", "nowhere"), "nowhere: there is no registry folder here"),
        (("{folder}", "--frames", "nowhere"), "frames nowhere cannot be read (no such file or directory)"),
        (("{folder}", "--report", "{folder}"), "is a folder"),
    ],
)
def test_folders_that_are_not_there_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    given = [word.format(folder=folder) for word in words]
    assert run(["screens", "check", *given], debug=False) == 2
    assert told in capsys.readouterr().err


def test_a_name_that_is_not_utf8_is_printed_with_its_bytes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    not_utf8(folder)
    assert run(["screens", "check", str(folder)], debug=False) == 1
    assert "error: shop/caf\\udce9.json: key: is 'feed', but the file is 'caf\\udce9.json'" in capsys.readouterr().out
