"""Anything may be tapped, in any order, at any moment."""

import json
import random

import pytest

from drover.simulator.plaza import catalog
from tests.simulator.plaza.person import Person

ACTS = 120
BACK, ENTER = 4, 66


def tap(person: Person, rng: random.Random) -> None:
    """Tap one of what is shown; the bare display where nothing is."""
    shown = [element.box.middle for element in person.handset.view(person.now).elements if element.action]
    person.tap_at(*rng.choice([*shown, (540, 1200)]))


CHOICES = (
    *(tap,) * 8,
    lambda person, _: person.press(BACK),
    lambda person, _: person.type("ada").press(ENTER),
    lambda person, rng: person.swipe(1800, rng.randrange(400, 2200)),
)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_tapped_every_page_is_drawn_and_the_state_can_be_told(seed: int) -> None:
    rng = random.Random(seed)
    person = Person(catalog.settled("plaza.feed", seed=seed))
    for _ in range(ACTS):
        rng.choice(CHOICES)(person, rng)
        person.wait(rng.choice((0.1, 0.6, 3.0)))
        person.handset.start("com.drover.plaza", person.now)
        assert person.page in person.handset.pages()
        assert person.handset.scene(person.now).key
    assert json.loads(json.dumps(person.handset.state()))
