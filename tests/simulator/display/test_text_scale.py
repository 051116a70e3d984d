"""Text in the sizes that a phone's user can choose: how labels grow, and that every page stays usable."""

from dataclasses import replace

import pytest

from drover.simulator.display.marks import DISPLAY, Box, Fill, Flow, Label, Mark, Placed, Sheet, Symbol, Weight, rgb
from drover.simulator.display.palette import PALETTES
from drover.simulator.display.text_scale import scaled
from drover.simulator.display.widgets import FieldLook, field, ink, paragraph
from drover.simulator.plaza import catalog
from drover.simulator.rack import FONT_SCALES
from drover.simulator.windowing.view import View

INK = rgb(0)
PAGE = Fill(DISPLAY, rgb(0xFFFFFF))


def label(x: int, y: int, text: str, size: int = 40) -> Label:
    return Label(x, y, text, size, Weight.REGULAR, INK)


def labels(factor: float, *marks: Mark) -> list[Label]:
    return [mark for mark in scaled(Sheet(DISPLAY, (PAGE, *marks)), factor).sheet.marks if isinstance(mark, Label)]


@pytest.mark.parametrize("factor", FONT_SCALES)
def test_a_label_with_room_gets_the_wanted_size_around_its_own_middle(factor: float) -> None:
    before = label(100, 300, "Hello")
    [after] = labels(factor, before)
    assert after.size == round(40 * factor)
    assert abs(sum(sides(before)) - sum(sides(after))) <= 4


def sides(one: Label) -> tuple[int, int]:
    return ink(one).y1, ink(one).y2


def test_a_label_grows_no_further_than_what_it_stands_on() -> None:
    button = Box(100, 200, 300, 300)
    [after] = labels(1.3, Fill(button, rgb(0xFF)), replace(label(200, 265, "Continue"), align="centre"))
    assert 40 < after.size < 52
    assert button.x1 < ink(after).x1 < ink(after).x2 < button.x2


def test_a_label_grows_no_further_than_its_neighbours_let_it() -> None:
    close = label(100, 300, "Twenty letters here.")
    icon = Symbol("close", ink(close).x2 + 40, 285, 40, INK)
    assert labels(1.3, close, icon)[0].size == 40
    assert labels(1.3, close)[0].size == 52


def test_labels_of_one_kind_keep_one_size() -> None:
    long = label(60, 300, "A line that is nearly as wide as the whole display")
    assert len({after.size for after in labels(1.3, long, label(60, 500, "short"))}) == 1


def test_a_fixed_label_keeps_its_size() -> None:
    fixed = replace(label(100, 300, "AB"), fixed=True)
    assert labels(1.3, fixed) == [fixed]


def test_a_paragraph_wraps_anew_where_there_is_room_below() -> None:
    text = "A small square for the people and the places that you care about."
    rows = paragraph(text, (84, 400), (44, Weight.REGULAR, INK), 900, lines=3, leading=60)
    larger = labels(1.3, *rows)
    assert (len(rows), len(larger)) == (2, 2)
    assert {row.size for row in larger} == {57}
    assert " ".join(row.text for row in larger) == text
    assert larger[1].y - larger[0].y == 78
    narrow = paragraph(text, (84, 400), (44, Weight.REGULAR, INK), 600, lines=3, leading=60)
    assert [row.size for row in labels(1.3, *narrow)] == [57] * 3
    under = label(84, narrow[-1].y + 48, "What is below")
    assert labels(1.3, *narrow, under)[0].size < 57


def test_a_paragraph_is_not_cut_by_being_enlarged() -> None:
    rows = paragraph("one two three four five six", (84, 400), (60, Weight.REGULAR, INK), 420, lines=2, leading=70)
    assert isinstance(rows[0].flow, Flow)
    assert "\u2026" not in rows[-1].text
    assert all("\u2026" not in row.text for row in labels(1.3, *rows))


@pytest.mark.parametrize("factor", FONT_SCALES)
def test_the_caret_of_a_field_stands_behind_its_text_in_every_size(factor: float) -> None:
    palette = replace(PALETTES["light"], text_scale=factor)
    box = Box(54, 578, 1026, 702)
    sheet = field(palette, FieldLook(box, "Mara", "", 4, focused=True))
    [text] = [mark for mark in sheet.marks if isinstance(mark, Label)]
    caret = sheet.marks[-1]
    assert isinstance(caret, Fill)
    assert abs(caret.box.x1 - ink(text).x2) <= 6
    assert box.y1 < caret.box.y1 < ink(text).y1 < ink(text).y2 <= caret.box.y2 < box.y2


def drawn(page: str, factor: float) -> View:
    look = replace(catalog.REFERENCE, font_scale=factor)
    return catalog.settled(page, look).view(0.0)


def texts(view: View) -> list[Label]:
    sheets = [layer.sheet for layer in view.layers if isinstance(layer, Placed)]
    return [mark for sheet in sheets for mark in sheet.marks if isinstance(mark, Label) and not mark.fixed]


@pytest.mark.parametrize("page", catalog.PAGES)
def test_every_page_settles_with_the_same_elements_in_every_size(page: str) -> None:
    normal, small, large = (drawn(page, factor) for factor in (1.0, 0.85, 1.3))
    assert normal.page == small.page == large.page
    for other in (small, large):
        assert [(e.name, e.text, e.action) for e in other.elements] == [
            (e.name, e.text, e.action) for e in normal.elements
        ]
        assert [e.box for e in other.elements if e.action] == [e.box for e in normal.elements if e.action]
    assert max(each.size for each in texts(small)) < max(each.size for each in texts(normal))
    assert max(each.size for each in texts(normal)) < max(each.size for each in texts(large))
    assert min(each.size for each in texts(normal)) <= min(each.size for each in texts(large))


@pytest.mark.parametrize("page", ["plaza.login", "plaza.profile", "popup.update"])
def test_the_ui_tree_tells_where_larger_text_is(page: str) -> None:
    view = drawn(page, 1.3)
    element = view.element("title")
    assert element is not None
    assert element.box in [ink(text).grown(6) for text in texts(view)]
