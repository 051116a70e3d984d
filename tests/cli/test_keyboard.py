"""`drover keyboard import`: an old flat map becomes one that a registry loads."""

import json
from pathlib import Path

import cv2
import pytest

from drover.screens.files import load_registry
from drover.simulator.handset import Look
from drover.simulator.plaza import catalog
from drover.simulator.windowing.layouts import keys
from tests.cli.desk import Desk
from tests.simulator.plaza.person import Person

pytestmark = pytest.mark.rack


def old_map() -> str:
    """Return a flat map of points, as other tools keep it: the simulated phone's own keys, at 720 pixels of width."""
    points = {key.character or key.name: [part * 2 // 3 for part in key.box.middle] for key in keys("qwerty", "lower")}
    return json.dumps(points)


def screenshot(desk: Desk) -> str:
    person = Person(catalog.settled("plaza.edit_profile", Look(720, 1600, "light"))).tap("bio").wait(1)
    path = Path(desk.folder) / "keyboard.png"
    cv2.imwrite(str(path), cv2.cvtColor(person.frame(), cv2.COLOR_RGBA2BGR))
    return path.name


def test_an_old_map_and_a_picture_become_a_map_that_is_recognised(desk: Desk) -> None:
    desk.write("old.json", old_map())
    out = "registry/keyboards/office.json"
    told = desk.run(
        "keyboard", "import", "old.json", "--out", out, "--size", "720x1600", "--frame", f"lower={screenshot(desk)}"
    )
    assert (told.code, told.err) == (0, "")
    assert told.out == f"wrote 34 keys in 1 layers (lower) to {out}\n"
    loaded = load_registry(Path(desk.folder) / "registry")
    assert loaded.refusals == ()
    assert loaded.registry.keyboards["office"].next_layout == "globe"


def test_a_map_without_pictures_is_written_and_said_to_be_of_no_use_yet(desk: Desk) -> None:
    desk.write("old.json", old_map())
    told = desk.run("keyboard", "import", "old.json", "--out", "office.json", "--size", "720x1600")
    assert told.code == 0
    assert "not recognised on a screen, and so not typed on: lower; give --frame LAYER=PICTURE" in told.err


def test_what_is_given_wrongly_is_told_with_its_place_and_nothing_is_written(desk: Desk) -> None:
    desk.write("old.json", '{"a": [5000, 3]}')
    for words, reason in (
        (("--size", "1080x2400"), "old.json: a: is at [5000.0, 3.0], which is no place on the display"),
        (("--frame", "picture.png"), "--frame picture.png names no layer"),
    ):
        told = desk.run("keyboard", "import", "old.json", "--out", "office.json", *words)
        assert (told.code, told.out) == (2, "")
        assert reason in told.err
    assert not (Path(desk.folder) / "office.json").exists()
