"""Content that comes late: why a player has to wait until a page is at rest."""

from collections.abc import Callable

import numpy as np
import pytest

from drover.simulator.plaza import catalog
from tests.simulator.plaza.person import Person

At = Callable[[str], Person]
TITLE = (slice(110, 230), slice(40, 400))
SEEDS = range(1, 7)


def wait_until(person: Person, holds: Callable[[], bool]) -> None:
    """Let time pass in steps of 20 ms."""
    while not holds():
        person.wait(0.02)
        assert person.now < 10


def opened(seed: int) -> Person:
    return Person(catalog.settled("plaza.feed", seed=seed)).tap("tab_profile")


def edit_button(person: Person) -> tuple[int, int]:
    element = person.handset.view(person.now).element("edit_profile")
    assert element is not None
    return element.box.middle


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tap_at_the_buttons_final_place_as_soon_as_the_title_is_seen_misses_it(seed: int) -> None:
    final = Person(catalog.settled("plaza.profile", seed=seed))
    title, place = final.frame()[TITLE], edit_button(final)
    person = opened(seed)
    wait_until(person, lambda: np.array_equal(person.frame()[TITLE], title))
    person.tap_at(*place).wait(0.6)
    assert person.page in {"plaza.profile.loading", "plaza.profile"}
    person.wait(5)
    assert person.page != "plaza.edit_profile"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tap_at_that_place_as_soon_as_the_content_is_seen_misses_it_too(seed: int) -> None:
    place = edit_button(Person(catalog.settled("plaza.profile", seed=seed)))
    person = opened(seed)
    wait_until(person, lambda: person.page == "plaza.profile")
    assert edit_button(person) != place
    person.tap_at(*place).wait(0.3)
    assert person.page == "plaza.profile"


def test_a_tap_on_the_settled_page_opens_edit_profile(at: At) -> None:
    person = at("plaza.profile")
    person.tap_at(*edit_button(person)).wait()
    assert person.page == "plaza.edit_profile"


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 6])  # on phone 5 a popup comes over it
def test_the_profile_is_at_rest_within_two_seconds(seed: int) -> None:
    person = opened(seed).wait(1.75)
    assert edit_button(person) == edit_button(Person(catalog.settled("plaza.profile", seed=seed)))


def test_a_spinner_turns_before_the_content_comes() -> None:
    person = opened(1)
    wait_until(person, lambda: person.page == "plaza.profile.loading" and person.now > 0.42)
    first = person.frame()
    assert not np.array_equal(first, person.wait(0.12).frame())


def test_the_feeds_banner_comes_late_and_moves_neither_bar() -> None:
    person = Person(catalog.settled("plaza.profile")).tap("tab_home")
    wait_until(person, lambda: person.page == "plaza.feed")
    early = person.frame()
    late = person.wait(1.5).frame()
    assert not np.array_equal(early[392:2170], late[392:2170])
    assert np.array_equal(early[84:390], late[84:390])
    assert np.array_equal(early[2172:], late[2172:])


def test_the_feed_follows_the_finger_runs_on_and_comes_to_rest(at: At) -> None:
    person = at("plaza.feed").swipe(1800, 1200, 0.3)
    held = person.wait(0.3).frame()
    running = person.wait(0.1).frame()
    rest = person.wait(3).frame()
    assert not np.array_equal(held, running)
    assert not np.array_equal(running, rest)
    assert np.array_equal(rest, person.wait(1).frame())


def test_a_feed_at_its_top_cannot_be_pulled_further_down(at: At) -> None:
    person = at("plaza.feed")
    before = person.frame()
    assert np.array_equal(before, person.swipe(900, 1900).wait().frame())
