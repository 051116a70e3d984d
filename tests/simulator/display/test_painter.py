import numpy as np
import numpy.typing as npt
import pytest

from drover.simulator.display.canvas import painted
from drover.simulator.display.icons import ICONS, icon
from drover.simulator.display.marks import (
    DISPLAY,
    Arc,
    Box,
    DisplayScene,
    Fill,
    Gradient,
    Group,
    Label,
    Layer,
    Mark,
    Outline,
    Photo,
    Placed,
    Shade,
    Shadow,
    Sheet,
    Symbol,
    Weight,
    rgb,
)
from drover.simulator.display.painter import Painter

WHITE, RED, BLUE = rgb(0xFFFFFF), rgb(0xFF0000), rgb(0x0000FF)
GROUND = Placed(Sheet(DISPLAY, (Fill(DISPLAY, WHITE),)))


def pixels(*layers: Layer | Group) -> npt.NDArray[np.uint8]:
    content = Painter().paint(DisplayScene(540, 1200, layers))
    return np.frombuffer(content, np.uint8).reshape(1200, 540, 4)


def test_a_scene_without_layers_is_opaque_black() -> None:
    assert np.unique(pixels().reshape(-1, 4), axis=0).tolist() == [[0, 0, 0, 255]]


def test_a_fill_lies_exactly_on_its_scaled_box() -> None:
    frame = pixels(GROUND, Placed(Sheet(Box(100, 200, 300, 400), (Fill(Box(100, 200, 300, 400), RED),))))
    red = (frame[..., 1] == 0).nonzero()
    assert (red[0].min(), red[0].max(), red[1].min(), red[1].max()) == (100, 199, 50, 149)


def test_round_corners_are_cut_and_smooth() -> None:
    box = Box(0, 0, 400, 400)
    frame = pixels(GROUND, Placed(Sheet(box, (Fill(box, RED, 100),))))
    assert frame[0, 0].tolist() == [255, 255, 255, 255]
    assert frame[100, 100].tolist() == [255, 0, 0, 255]
    assert len(np.unique(frame[:50, :50, 1])) > 10


def test_a_shade_darkens_all_below_and_nothing_above() -> None:
    box = Box(0, 0, 100, 100)
    frame = pixels(GROUND, Shade(0.5), Placed(Sheet(box, (Fill(box, RED),))))
    assert frame[600, 300].tolist() == [128, 128, 128, 255]
    assert frame[10, 10].tolist() == [255, 0, 0, 255]


def test_a_clip_cuts_a_moved_sheet() -> None:
    box = Box(0, 0, 1080, 400)
    frame = pixels(GROUND, Placed(Sheet(box, (Fill(box, RED),)), dy=200, clip=Box(0, 300, 1080, 2400)))
    assert frame[149, 0].tolist() == [255, 255, 255, 255]
    assert frame[150, 0].tolist() == [255, 0, 0, 255]


def test_a_group_slides_as_one_and_fades_as_one() -> None:
    other = (Placed(Sheet(DISPLAY, (Fill(DISPLAY, BLUE),))),)
    slid = pixels(GROUND, Group(other, dx=540))
    assert slid[5, 269].tolist() == [255, 255, 255, 255]
    assert slid[5, 270].tolist() == [0, 0, 255, 255]
    assert pixels(GROUND, Group(other, opacity=0.5))[5, 5].tolist() == pytest.approx([128, 128, 255, 255], abs=1)


def test_a_faded_sheet_lets_the_ground_through() -> None:
    box = Box(0, 0, 200, 200)
    sheet = Sheet(box, (Fill(box, RED, 60),))
    assert pixels(GROUND, Placed(sheet, opacity=0.5))[50, 50].tolist() == pytest.approx([255, 127, 127, 255], abs=2)


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_has_ink_and_room(name: str) -> None:
    mask = icon(name, 48)
    assert 0.03 < (mask > 128).mean() < 0.8


@pytest.mark.parametrize(
    "mark",
    [
        Fill(Box(900, 900, 1300, 2600), rgb(0xFF0000, 120), 30),
        Gradient(Box(-300, -300, 400, 400), RED, BLUE, 80),
        Outline(Box(-50, 100, 1200, 300), RED, 20, 6),
        Shadow(Box(-20, -20, 500, 500), 40, 40, rgb(0, 90)),
        Label(1000, 20, "Beyond the edge", 60, Weight.BOLD, RED),
        Symbol("gear", 0, 0, 200, RED),
        Arc(1080, 2400, 100, 12, 170, 100, RED),
        Photo(Box(900, -100, 1200, 300), 7, 40),
    ],
    ids=lambda mark: type(mark).__name__,
)
def test_a_mark_beyond_the_edge_is_cut_and_leaves_the_display_opaque(mark: Mark) -> None:
    frame = pixels(Placed(Sheet(DISPLAY, (Fill(DISPLAY, WHITE), mark))))
    assert frame[..., 3].min() == 255
    assert frame[..., :3].min() < 250


def test_pictures_depend_on_their_seed_alone() -> None:
    box = Box(0, 0, 400, 300)
    one, same, other = (painted(Sheet(box, (Photo(box, seed),)), 1.0) for seed in (3, 3, 4))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_sheets_stay_within_the_bytes_allowed_and_are_painted_alike_again() -> None:
    limit = 3 * 1024 * 1024
    painter = Painter(limit)
    boxes = [Box(0, 0, 1080, 600 + 100 * step) for step in range(6)]
    scenes = [DisplayScene(540, 1200, (GROUND, Placed(Sheet(box, (Fill(box, RED, 60),))))) for box in boxes]
    first = [painter.paint(scene) for scene in scenes]
    assert 0 < painter.held_bytes <= limit
    assert [painter.paint(scene) for scene in scenes] == first
