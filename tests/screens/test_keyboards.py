"""Keyboard maps: the way to a character, files that are refused, old flat maps, recognition."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.devices.frame import Frame
from drover.devices.geometry import Rect, Size
from drover.platform.documents import BadDocument
from drover.screens import documents
from drover.screens.files import LoadedRegistry, load_registry
from drover.screens.keyboard import KeyboardLayer, KeyboardLook, KeyboardMap, KeyboardSeen, untypable
from drover.screens.keyboard_import import import_flat
from drover.screens.matching.keyboards import Keyboards
from drover.screens.pictures import crop_of
from drover.screens.regions import Region
from drover.screens.writing import keyboard_path, save_keyboard
from drover.sequences.player.typing import Shown
from tests.screens.drawing import BODY, SIZE, TITLE, draw, frame_of

FLAT = {"q": [60, 900], "w": [120, 900], "space": [270, 1100], "Shift": [30, 1000, 90, 1060], "backspace": [500, 1000]}


def key(place: int) -> Rect:
    return Rect(place * 50, 900, place * 50 + 50, 980)


def look(frame: Frame) -> KeyboardLook:
    return KeyboardLook("light", (Region("row", BODY, crop_of(frame, BODY)),))


def keyboard(name: str = "toy") -> KeyboardMap:
    lower = KeyboardLayer(
        "lower",
        {"a": key(0), "b": key(1), "shift": key(2), "signs": key(3), "space": key(4), "enter": key(5), "globe": key(6)},
        {"shift": "upper", "signs": "signs"},
        (look(draw("x", f"{name} lower")),),
    )
    upper = KeyboardLayer(
        "upper",
        {"A": key(0), "B": key(1), "shift": key(2)},
        {"shift": "lower"},
        (look(draw("x", f"{name} UPPER")),),
        "lower",
    )
    signs = KeyboardLayer("signs", {"?": key(0), "more": key(1)}, {"more": "more"}, (look(draw("x", f"{name} 123?")),))
    more = KeyboardLayer("more", {"€": key(0), "back": key(1)}, {"back": "lower"}, ())
    return KeyboardMap(name, "Toy", SIZE, (lower, upper, signs, more), "globe")


@pytest.mark.parametrize(
    ("start", "character", "way"),
    [
        ("lower", "a", ()),
        ("lower", " ", ()),
        ("lower", "\n", ()),
        ("lower", "B", ("upper",)),
        ("lower", "€", ("signs", "more")),
        ("upper", "€", ("lower", "signs", "more")),
        ("more", "a", ("lower",)),
        ("lower", "é", None),
    ],
)
def test_the_way_to_a_character_is_the_shortest(start: str, character: str, way: tuple[str, ...] | None) -> None:
    assert keyboard().way(start, character) == way


def test_capitals_last_for_one_letter_where_the_map_says_so() -> None:
    toy = keyboard()
    upper, lower = KeyboardSeen(toy, toy.layer("upper")), KeyboardSeen(toy, toy.layer("lower"))
    assert upper.after("A") == lower
    assert upper.after(" ") == upper
    assert lower.after("a") == lower


def test_a_layer_or_a_switch_that_is_not_there_is_an_error() -> None:
    toy = keyboard()
    with pytest.raises(KeyError, match="upside"):
        toy.layer("upside")
    with pytest.raises(KeyError, match="more"):
        KeyboardSeen(toy, toy.layer("lower")).switch_to("more")


@pytest.mark.parametrize("height", [1040, 1170, 1300])
def test_a_keyboard_keeps_to_the_bottom_of_a_frame_of_another_shape(height: int) -> None:
    pixels, more = draw("x", "toy lower").pixels, height - SIZE.height
    blank = np.repeat(pixels[200:201], max(0, more), axis=0)
    frame = frame_of(np.concatenate([blank, pixels]) if more > 0 else pixels[-more:])
    seen = Keyboards([keyboard()]).seen(frame)
    assert seen is not None
    assert seen.layer.name == "lower"
    place = Shown(seen, frame.size).place("a")
    assert place == Rect(0, 900 + more, 50, 980 + more)


def test_what_no_keyboard_types_is_told_once_each() -> None:
    assert untypable("a é b é ü", [keyboard()]) == "éü"
    assert untypable("a", []) == "a"


def test_a_saved_map_is_loaded_again_and_satisfies_its_schema(tmp_path: Path) -> None:
    path = keyboard_path(tmp_path, "toy")
    save_keyboard(path, keyboard())
    loaded = load_registry(tmp_path)
    assert loaded.refusals == ()
    again = loaded.registry.keyboards["toy"]
    assert [layer.keys for layer in again.layers] == [layer.keys for layer in keyboard().layers]
    assert [layer.switches for layer in again.layers] == [layer.switches for layer in keyboard().layers]
    assert (again.next_layout, again.layer("upper").after_letter) == ("globe", "lower")
    schema = json.loads((Path(documents.__file__).parent / "schema" / "keyboard.schema.json").read_text())
    jsonschema.validate(json.loads(path.read_text()), schema)
    assert '"a": [0, 900, 50, 980],\n' in path.read_text()
    content = path.read_bytes()
    save_keyboard(path, again)
    assert path.read_bytes() == content


def edit(folder: Path, change: Callable[[Any], object]) -> LoadedRegistry:
    path = keyboard_path(folder, "toy")
    save_keyboard(path, keyboard())
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    return load_registry(folder)


@pytest.mark.parametrize(
    ("change", "where", "reason"),
    [
        (lambda d: d.update(name="other"), "name", "is 'other', but the file is 'toy.json'"),
        (lambda d: d.update(next_layout="earth"), "next_layout", "is 'earth', a key that no layer has"),
        (lambda d: d["layers"][0]["switches"].update(caps="upper"), "layers[0].switches", "names the key 'caps'"),
        (
            lambda d: d["layers"][0]["switches"].update(shift="up"),
            "layers[0].switches.shift",
            "names the layer 'up', which is not there",
        ),
        (lambda d: d["layers"][1].update(after_letter="low"), "layers[1].after_letter", "names the layer 'low'"),
        (lambda d: d["layers"][1].update(name="lower"), "layers[1].name", "'lower' is there twice"),
        (
            lambda d: d["layers"][0]["keys"].update(a=[0, 900, 5000, 980]),
            "layers[0].keys.a.rect",
            "lies outside the reference",
        ),
        (
            lambda d: d["layers"][0]["keys"].update(a=[40, 900, 110, 980]),
            "layers[0].keys.a",
            "has its middle on the key 'b'",
        ),
        (
            lambda d: d["layers"][0]["looks"][0]["regions"][0].update(crop="crops/none.png"),
            "layers[0].looks[0].regions[0].crop",
            "cannot be read",
        ),
        (
            lambda d: d["layers"][0]["looks"][0]["regions"][0].update(absent=True),
            "layers[0].looks[0].regions",
            "has no region that must be there",
        ),
        (lambda d: d["layers"][0].update(keys={}), "layers[0].keys", "should have at least 1 item"),
    ],
)
def test_a_map_that_cannot_be_used_is_refused_with_its_place(
    tmp_path: Path, change: Callable[[Any], object], where: str, reason: str
) -> None:
    loaded = edit(tmp_path, change)
    assert loaded.registry.keyboards == {}
    assert [refusal for refusal in loaded.refusals if refusal.where == where and reason in refusal.reason]
    assert all(refusal.file == "keyboards/toy.json" and refusal.hint for refusal in loaded.refusals)


def test_the_keyboard_and_layer_on_a_frame_are_recognised() -> None:
    keyboards = Keyboards([keyboard("toy"), keyboard("sun")])
    seen = keyboards.seen(draw("other title", "sun UPPER"))
    assert seen is not None
    assert (seen.keyboard.name, seen.layer.name) == ("sun", "upper")
    assert keyboards.seen(draw("x", "nothing known")) is None
    assert keyboards.seen(Frame(np.zeros((600, 1200, 4), np.uint8), 1, 0.0)) is None


def test_a_frame_that_several_maps_claim_shows_none_of_them() -> None:
    assert Keyboards([keyboard(), replace(keyboard(), name="twin")]).seen(draw("x", "toy lower")) is None


def test_a_region_that_must_not_be_there_tells_two_looks_apart() -> None:
    frame = draw("special", "toy lower")
    plain = keyboard()
    unlike = KeyboardLook("light", (*look(frame).regions, Region("title", TITLE, crop_of(frame, TITLE), absent=True)))
    lower = replace(plain.layers[0], looks=(unlike,))
    keyboards = Keyboards([replace(plain, layers=(lower,))])
    assert keyboards.seen(frame) is None
    assert keyboards.seen(draw("other", "toy lower")) is not None


# Old flat maps.


def flat(document: object, frames: dict[str, Frame] | None = None) -> KeyboardMap:
    return import_flat(json.dumps(document), file="old.json", name="old", reference=SIZE, frames=frames)


def test_points_become_squares_that_do_not_meet_and_names_become_the_usual_ones() -> None:
    [lower] = flat(FLAT).layers
    assert lower.keys == {
        "q": Rect(31, 871, 89, 929),
        "w": Rect(91, 871, 149, 929),
        "space": Rect(241, 1071, 299, 1129),
        "shift": Rect(30, 1000, 90, 1060),
        "delete": Rect(471, 971, 529, 1029),
    }
    assert (lower.key_for(" "), lower.switches, lower.looks) == ("space", {}, ())


def test_capitals_and_signs_in_the_letters_places_become_layers_of_their_own() -> None:
    old = FLAT | {"Q": [60, 900], "1": [60, 905], "?123": [60, 1100], ".": [400, 1100], "lang": [140, 1100]}
    found = flat(old)
    assert [layer.name for layer in found.layers] == ["lower", "upper", "symbols"]
    assert found.way("lower", "Q") == ("upper",)
    assert found.way("lower", "1") == ("symbols",)
    assert found.way("symbols", "q") == ("lower",)
    assert (found.layer("upper").after_letter, found.next_layout) == ("lower", "globe")
    assert all(layer.key_for(".") for layer in found.layers)


def test_with_a_frame_a_layer_is_recognised_by_its_fullest_row() -> None:
    frame = draw("x", "q w e r t y")
    keys = {"q": [40, 400, 80, 450], "w": [90, 400, 130, 450], "e": [140, 400, 180, 450], "space": [100, 900]}
    found = flat(keys, {"lower": frame})
    seen = Keyboards([found]).seen(frame)
    assert seen is not None
    assert seen.layer == found.layer("lower")
    assert Keyboards([found]).seen(draw("x", "a z e r t y")) is None


@pytest.mark.parametrize(
    ("document", "where", "reason"),
    [
        ({"a": [1]}, "a", "at least 2"),
        ({"a": [1, 2, 3]}, "a", "which is no place on the display"),
        ({"a": [1, 2, 3, 4, 5]}, "a", "at most 4"),
        ({"a": ["x", 1]}, "a[0]", "valid number"),
        ({"a": [9000, 1]}, "a", "which is no place on the display"),
        ({"a": [50, 10, 40, 20]}, "a", "which is no place on the display"),
        ({"": [1, 2]}, "", "at least 1 character"),
        ({"enter": [1, 2], "return": [9, 9]}, "return", "is there twice, as 'enter' too"),
        ({"Q": [10, 10], "q": [10, 10]}, "", "has capitals but no key 'shift'"),
        ({"1": [10, 10], "q": [10, 10]}, "", "no key 'symbols'"),
        ({}, "", "has no keys"),
        ([], "", "object"),
    ],
)
def test_a_flat_map_that_cannot_be_used_is_refused_with_its_key(document: object, where: str, reason: str) -> None:
    with pytest.raises(BadDocument) as refused:
        flat(document)
    assert any(fault.where.startswith(where) and reason in str(fault) for fault in refused.value.faults)
    assert all(fault.hint for fault in refused.value.faults)


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ({"upper": draw("x", "y")}, "has no layer upper"),
        ({"lower": Frame(np.zeros((600, 300, 4), np.uint8), 1, 0.0)}, "but a frame has 300x600"),
        ({"lower": Frame(np.zeros((SIZE.height, SIZE.width, 4), np.uint8), 1, 0.0)}, "there is nothing to see"),
    ],
)
def test_a_frame_that_does_not_show_the_layer_is_refused(frames: dict[str, Frame], reason: str) -> None:
    with pytest.raises(BadDocument, match=reason):
        flat({"q": [60, 400], "w": [120, 400]}, frames)


NUMBERS = st.one_of(st.integers(-50, 700), st.floats(allow_nan=True), st.text(max_size=2), st.none())
KEYS = st.one_of(st.text(max_size=3), st.sampled_from(["shift", "space", "symbols", "q", "Q", "1"]))


@given(st.dictionaries(KEYS, st.lists(NUMBERS, max_size=5), max_size=8))
def test_whatever_a_flat_map_holds_it_is_imported_or_refused(document: dict[str, list[object]]) -> None:
    try:
        found = import_flat(json.dumps(document), file="old.json", name="old", reference=Size(540, 1200))
    except BadDocument:
        return
    for layer in found.layers:
        assert all(rect.within(SIZE) for rect in layer.keys.values())
        assert set(layer.switches) <= set(layer.keys)
