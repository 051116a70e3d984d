"""Every page, in both themes and all sizes, as registries see it."""

import itertools
import xml.etree.ElementTree as ET

import cv2
import numpy as np
import pytest

from drover.simulator.handset import Look, Theme
from drover.simulator.plaza import catalog
from drover.simulator.windowing.view import Element, Steadiness
from tests.simulator.plaza.person import Person, Pixels

THEMES: tuple[Theme, ...] = ("light", "dark")


def fixed(page: str) -> list[Element]:
    return [element for element in catalog.elements(page) if element.steadiness is Steadiness.FIXED]


def grey(person: Person) -> Pixels:
    return np.asarray(cv2.cvtColor(person.frame(), cv2.COLOR_RGBA2GRAY), np.uint8)


def crop(frame: Pixels, element: Element) -> Pixels:
    return frame[element.box.y1 : element.box.y2, element.box.x1 : element.box.x2]


def test_a_phone_names_all_its_pages_and_those_that_load_something() -> None:
    pages = set(catalog.settled("launcher").pages())
    assert {page for page in pages if not page.endswith(".loading")} == set(catalog.PAGES)
    assert {"plaza.feed.loading", "plaza.search.loading", "plaza.login.loading"} <= pages
    assert {"plaza.gender.loading", "notes.list.loading", "popup.update.loading"}.isdisjoint(pages)


@pytest.mark.parametrize("page", catalog.PAGES)
@pytest.mark.parametrize("width", [720, 1080, 1440])
def test_every_page_is_reached_settled_and_painted_opaque(page: str, width: int) -> None:
    person = Person(catalog.settled(page, Look(width, width * 20 // 9, "light")))
    assert person.page == page
    frame = person.frame()
    assert frame.shape == (width * 20 // 9, width, 4)
    assert frame[..., 3].min() == 255


@pytest.mark.parametrize("page", catalog.PAGES)
def test_a_settled_page_does_not_change_within_its_minute(page: str) -> None:
    person = Person(catalog.settled(page))
    first = person.wait(1).handset.scene(person.now)
    assert person.wait(20).handset.scene(person.now) == first


@pytest.mark.parametrize(("page", "theme"), list(itertools.product(catalog.PAGES, THEMES)))
def test_every_page_has_textured_elements_that_are_alike_on_other_phones(page: str, theme: Theme) -> None:
    look = Look(1080, 2400, theme)
    one, other = (grey(Person(catalog.settled(page, look, seed=seed))) for seed in (1, 2))
    steady = fixed(page)
    assert len(steady) >= 3
    assert all(np.array_equal(crop(one, element), crop(other, element)) for element in steady)
    assert sum(crop(one, element).std() >= 20 for element in steady) >= 3


@pytest.mark.timeout(400)  # it compares every page with every other, in one go
def test_the_fixed_elements_of_a_page_are_not_all_found_on_another() -> None:
    # The unknown popup neither dims nor covers the bars: it is there to be missed by a glance at the edges.
    known = [page for page in catalog.PAGES if page != "popup.unknown"]
    frames = {page: grey(Person(catalog.settled(page))) for page in known}
    for page, other in itertools.permutations(known, 2):
        alike = [np.array_equal(crop(frames[page], each), crop(frames[other], each)) for each in fixed(page)]
        assert not all(alike), f"{page} would be seen on {other}"


def test_profile_and_edit_profile_share_no_fixed_element() -> None:
    frames = [grey(Person(catalog.settled(page))) for page in ("plaza.profile", "plaza.edit_profile")]
    for element in fixed("plaza.profile") + fixed("plaza.edit_profile"):
        profile, edit = (crop(frame, element) for frame in frames)
        assert not np.array_equal(profile, edit), element.name


@pytest.mark.parametrize("page", catalog.PAGES)
@pytest.mark.parametrize("width", [720, 1440])
def test_the_ui_tree_has_the_elements_with_the_bounds_of_this_display(page: str, width: int) -> None:
    handset = catalog.settled(page, Look(width, width * 20 // 9, "dark"))
    nodes = list(ET.fromstring(handset.ui_xml(0.0)).iter("node"))[1:]  # noqa: S314  # our own text
    assert len(nodes) == len(catalog.elements(page))
    for node, element in zip(nodes, catalog.elements(page), strict=True):
        x1, y1, x2, y2 = (int(n) for n in node.attrib["bounds"].replace("][", ",").strip("[]").split(","))
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= width * 20 // 9
        assert x1 == pytest.approx(element.box.x1 * width / 1080, abs=1)
        assert node.attrib["resource-id"].endswith(f":id/{element.name}")


def test_feeds_of_other_seeds_show_other_posts() -> None:
    one, other = (Person(catalog.settled("plaza.feed", seed=seed)).text("post_1") for seed in (1, 2))
    assert one != other


def test_an_unknown_page_is_refused() -> None:
    with pytest.raises(KeyError):
        catalog.settled("plaza.nowhere")
