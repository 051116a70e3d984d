"""The on-screen keyboard: its layouts and layers, and what touches on its keys type."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from drover.simulator.handset import KeyboardName
from drover.simulator.plaza import catalog
from drover.simulator.windowing.layouts import AREA, ENABLED, LAYERS, Key, key_at, keys, next_layer, next_layout
from tests.simulator.plaza.person import Person

At = Callable[[str], Person]
FACES = [(layout, layer) for layout in ENABLED for layer in LAYERS]


def with_keyboard(layout: str) -> Person:
    look = replace(catalog.REFERENCE, keyboard=layout)
    return Person(catalog.settled("plaza.edit_profile", look)).tap("bio").wait(1)


def shown(person: Person) -> tuple[str, str]:
    state = person.handset.state()["keyboard"]
    assert isinstance(state, dict)
    return str(state["layout"]), str(state["layer"])


def touch(person: Person, *names: str) -> Person:
    """Touch keys one after the other on whatever the keyboard shows."""
    for name in names:
        person.tap_at(*next(key.box.middle for key in keys(*shown(person)) if key.name == name))
    return person


def test_keys_on_the_screen_type(at: At) -> None:
    person = at("plaza.edit_profile").tap("bio").wait(1)
    touch(person, "shift", "H", "i", "space", "symbols", "4", "lower", "x", "delete", "enter", ".")
    assert person.text("bio") == "Hi 4\n."


@pytest.mark.parametrize(
    ("layout", "names", "text"),
    [
        ("qwertz", ["shift", "G", "r", "ü", "ß", "e", "shift", "Ä", "ö", "shift", "ẞ", "z"], "GrüßeÄöẞz"),
        ("azerty", ["shift", "É", "t", "é", "space", "l", "'", "î", "l", "e", "ç", "à"], "Été l'îleçà"),
        ("jcuken", ["shift", "Ё", "ж", "и", "к", ",", "space", "ъ", "щ", "э"], "Ёжик, ъщэ"),
        ("qwerty", ["symbols", "@", "more", "€", "„", "symbols", "_", "lower", "shift", "Q"], "@€„_Q"),
    ],
)
def test_every_layout_types_exactly_what_is_on_its_keys(layout: str, names: list[str], text: str) -> None:
    assert touch(with_keyboard(layout), *names).text("bio") == text


def test_the_globe_goes_round_the_layouts_and_starts_each_with_small_letters() -> None:
    person = with_keyboard("qwertz")
    seen = [shown(touch(person, "symbols", "globe")) for _ in ENABLED]
    assert seen == [("azerty", "lower"), ("jcuken", "lower"), ("qwerty", "lower"), ("qwertz", "lower")]
    assert person.text("bio") == ""


def test_the_keyboard_keeps_its_layout_and_forgets_its_layer_when_it_goes() -> None:
    person = with_keyboard("qwerty")
    touch(person, "globe", "shift")
    person.press(4).wait(1).tap("name").wait(1)
    assert shown(person) == ("qwertz", "lower")


@pytest.mark.parametrize(("layout", "layer"), FACES)
def test_keys_do_not_overlap_and_lead_to_known_faces(layout: KeyboardName, layer: str) -> None:
    for key in keys(layout, layer):
        assert key_at(layout, layer, *key.box.middle) == key
        assert keys(next_layout(layout, key), next_layer(layer, key))
        assert AREA.x1 <= key.box.x1 < key.box.x2 <= AREA.x2


@pytest.mark.parametrize("layout", ENABLED)
def test_every_printable_ascii_character_has_a_key_in_some_layout_and_the_letters_in_their_own(layout: str) -> None:
    typed = {key.character for layer in LAYERS for key in keys(layout, layer)}
    assert {"0", "@", "~", "?", " ", "\\"} <= typed
    assert {key.character.upper() for key in keys(layout, "lower") if key.character != "ß"} <= typed
    everywhere = {key.character for face in FACES for key in keys(*face)}
    assert {chr(code) for code in range(32, 127)} <= everywhere


def test_a_capital_is_followed_by_small_letters() -> None:
    assert next_layer("upper", Key("A", AREA, "A")) == "lower"
    assert next_layer("upper", Key(",", AREA, ",")) == "upper"


def test_the_keyboard_is_no_part_of_the_ui_tree_and_every_face_looks_different() -> None:
    person = with_keyboard("qwerty")
    bare = person.handset.ui_xml(person.now)
    touch(person, "globe")
    assert person.handset.ui_xml(person.now) == bare
    pictures = set[bytes]()
    for _ in ENABLED:
        for step in ((), ("shift",), ("unshift", "symbols"), ("more",)):
            frame = touch(person, *step).frame()
            pictures.add(np.ascontiguousarray(frame[AREA.y1 :]).tobytes())
        touch(person, "globe")
    assert len(pictures) == len(FACES)
