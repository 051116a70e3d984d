"""Fields, the on-screen keyboard, saving."""

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drover.simulator.plaza import catalog
from drover.simulator.windowing.form import Field, Form
from drover.simulator.windowing.layouts import AREA
from tests.simulator.plaza.person import Person

At = Callable[[str], Person]
BACK, TAB, ENTER, DEL, FORWARD_DEL, MOVE_HOME, MOVE_END = 4, 61, 66, 67, 112, 122, 123
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def keyboard_is_up(person: Person) -> bool:
    """Whether what is shown where the keyboard lies is other than on the page without it."""
    bare = Person(catalog.settled(person.page)).frame()
    return not np.array_equal(bare[AREA.y1 :], person.frame()[AREA.y1 :])


def test_text_goes_nowhere_without_a_focus(at: At) -> None:
    person = at("plaza.edit_profile").type("lost")
    assert [person.text(name) for name in ("name", "username", "bio")] == ["Mara Lindqvist", "mara.lindqvist", ""]


def test_text_goes_to_the_cursor_of_the_focused_field(at: At) -> None:
    person = at("plaza.edit_profile").tap("name").wait(1)
    person.type("!").press(MOVE_HOME).type("Dr. ").press(MOVE_END, DEL, MOVE_HOME, FORWARD_DEL)
    assert person.text("name") == "r. Mara Lindqvist"


def test_a_field_is_read_back_from_the_ui_tree_with_quotes_and_newlines(at: At) -> None:
    person = at("plaza.edit_profile").tap("bio").type("a \"b\" <c> & 'd'").press(ENTER).type("\u00e9")
    assert "a &quot;b&quot; &lt;c&gt; &amp; 'd'&#10;\u00e9" in person.handset.ui_xml(person.now)


def test_a_password_is_shown_as_bullets_and_a_hint_is_no_text(at: At) -> None:
    person = at("plaza.login").tap("password").type("abc")
    xml = person.handset.ui_xml(person.now)
    assert 'text="\u2022\u2022\u2022"' in xml
    assert "abc" not in xml
    assert person.text("username") == ""


def test_the_tab_key_goes_to_the_next_field(at: At) -> None:
    person = at("plaza.edit_profile").tap("name").press(TAB, TAB).type("hello")
    assert person.text("bio") == "hello"


def test_enter_on_the_password_logs_in(at: At) -> None:
    person = at("plaza.login").tap("username").type("ada").press(ENTER).type("x").press(ENTER)
    assert person.page == "plaza.login.loading"


def test_typed_text_goes_to_the_next_field_while_misdirected(at: At) -> None:
    person = at("plaza.edit_profile").tap("name")
    person.handset.misdirect(on=True)
    person.type("x")
    person.handset.misdirect(on=False)
    person.type("y")
    assert (person.text("name"), person.text("username")) == ("Mara Lindqvisty", "mara.lindqvistx")


def test_the_keyboard_comes_with_the_focus_and_back_hides_it_first(at: At) -> None:
    person = at("plaza.edit_profile").tap("name").wait(1)
    assert keyboard_is_up(person)
    assert not keyboard_is_up(person.press(BACK).wait(1))
    assert person.page == "plaza.edit_profile"
    assert person.press(BACK).wait().page == "plaza.profile"


def test_no_field_and_no_answer_lies_under_the_keyboard() -> None:
    for page in ("plaza.login", "plaza.challenge", "plaza.edit_profile"):
        touchable = [element for element in catalog.elements(page) if element.action]
        assert max(element.box.y2 for element in touchable) <= AREA.y1


def test_saving_stores_the_profile_and_says_so_for_a_moment(at: At) -> None:
    person = at("plaza.edit_profile")
    person.tap("name").press(*[DEL] * 40).type("Ada").tap("bio").type("Poet").tap("gender").wait(1)
    person.tap("option_female").wait(1).tap("save")
    assert person.page == "plaza.edit_profile.loading"
    person.wait(1.1)
    assert person.page == "plaza.profile"
    noticed = person.frame()[2000:2130]
    assert not np.array_equal(noticed, person.wait(2).frame()[2000:2130])
    stored = person.stored()
    assert [stored[key] for key in ("name", "bio", "gender", "saves")] == ["Ada", "Poet", "Female", 1]


def test_an_empty_name_is_refused(at: At) -> None:
    person = at("plaza.edit_profile").tap("name").press(*[DEL] * 40).tap("save").wait(2)
    assert person.page == "plaza.edit_profile"
    assert person.text("error") == "Enter a name"
    assert person.stored()["saves"] == 0


def test_closing_edit_profile_saves_nothing(at: At) -> None:
    person = at("plaza.edit_profile").tap("bio").type("draft").tap("close").wait()
    assert person.page == "plaza.profile"
    assert person.stored()["bio"] == ""


def test_the_chosen_gender_is_marked_when_the_sheet_opens_again(at: At) -> None:
    person = at("plaza.gender").tap("option_male").wait(1).tap("gender").wait(1)
    checked = [element.text for element in person.handset.view(person.now).elements if element.checked]
    assert checked == ["Male"]


@given(st.lists(st.one_of(TEXTS, st.sampled_from([DEL, FORWARD_DEL, MOVE_HOME, MOVE_END, 21, 22])), max_size=30))
def test_whatever_is_typed_the_cursor_stays_in_the_text_and_the_text_within_its_limit(acts: list[str | int]) -> None:
    form = Form({"name": Field(limit=40), "bio": Field(limit=150, many_lines=True)})
    form.focus_on("name", 0.0)
    for act in acts:
        form.type(act, 0.0, astray=False) if isinstance(act, str) else form.edit(act, 0.0)
        entry = form.entries["name"]
        assert 0 <= entry.cursor <= len(entry.text) <= 40
        assert entry.text.isprintable()
