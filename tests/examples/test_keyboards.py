"""The shipped keyboard maps: every face of every layout is recognised, and touching its keys types what they say."""

from dataclasses import replace

import pytest

from drover.devices.frame import Frame
from drover.devices.geometry import Rect
from drover.screens.files import load_registry
from drover.screens.keyboard import KeyboardSeen, untypable
from drover.screens.matching.keyboards import Keyboards
from drover.simulator.handset import KeyboardName, Look, Theme
from drover.simulator.plaza import catalog
from drover.simulator.windowing.layouts import ENABLED, LAYERS
from tests.simulator.plaza.person import Person
from tools.plaza_keyboards import REGISTRY

MAPS = load_registry(REGISTRY).registry.keyboards
KEYBOARDS = Keyboards(MAPS.values())


def person(layout: KeyboardName, width: int = 1080, theme: Theme = "light") -> Person:
    look = Look(width, width * 20 // 9, theme, keyboard=layout)
    return Person(catalog.settled("plaza.edit_profile", look)).tap("bio").wait(1)


def touch(someone: Person, rect: Rect) -> None:
    someone.tap_at(rect.center.x, rect.center.y)


def seen(someone: Person) -> KeyboardSeen:
    found = KEYBOARDS.seen(Frame(someone.frame(), 1, 0.0))
    assert found is not None
    return found


def faces_shown(someone: Person) -> list[tuple[str, str]]:
    """Return what is recognised on the way round all layouts and their layers."""
    shown: list[tuple[str, str]] = []
    for _ in ENABLED:
        for way in ((), ("shift",), ("unshift", "symbols"), ("more",)):
            for key in way:
                touch(someone, seen(someone).layer.keys[key])
            shown.append((seen(someone).keyboard.name, seen(someone).layer.name))
        touch(someone, seen(someone).layer.keys["globe"])
    return shown


@pytest.mark.parametrize(("width", "theme"), [(720, "dark"), (1080, "light"), (1440, "dark")])
def test_every_face_is_recognised_on_every_display(width: int, theme: Theme) -> None:
    expected = [(layout, layer) for layout in ENABLED for layer in LAYERS]
    assert faces_shown(person("qwerty", width, theme)) == expected


def test_no_keyboard_is_seen_while_none_is_up() -> None:
    assert KEYBOARDS.seen(Frame(person("qwerty").press(4).wait(1).frame(), 1, 0.0)) is None


@pytest.mark.parametrize("layout", ENABLED)
@pytest.mark.parametrize("layer", LAYERS)
def test_touching_a_key_types_its_character_and_leads_where_the_map_says(layout: KeyboardName, layer: str) -> None:
    someone = person(layout)
    shown = KeyboardSeen(MAPS[layout], MAPS[layout].layer("lower"))
    typed = ""
    for key in MAPS[layout].layer(layer).keys:
        for step in MAPS[layout].way(shown.layer.name, key) or () if len(key) == 1 else ():
            touch(someone, shown.layer.keys[shown.switch_to(step)])
            shown = replace(shown, layer=MAPS[layout].layer(step))
        if len(key) == 1:
            touch(someone, shown.layer.keys[key])
            typed, shown = typed + key, shown.after(key)
    assert someone.text("bio") == typed
    assert seen(someone) == shown


def test_all_maps_together_type_what_the_example_languages_need() -> None:
    assert untypable("Grüße, Zoë! Привет — naïve 100 % @home\n", MAPS.values()) == ""
    assert untypable("漢字é漢", MAPS.values()) == "漢字"
