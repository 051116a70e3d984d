"""Faults by plan: what scripts and command lines may say, and that a seed repeats what they do."""

import itertools
import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.kernel.errors import InvalidInput
from drover.simulator.fault_script import Deed, fault_fields, moments, parse_script, parse_word, refuse_strangers
from drover.simulator.faults import Cover, Dim, Disconnect

NAMES = ("phone1", "phone2", "phone3")
CHANCE = '[{"fault": "disconnect", "seconds": 5, "per_minute": 0.1, "until_s": 3600}]'


def happened(text: str, seed: int = 1) -> list[tuple[float, str]]:
    deeds = parse_script(text, "plan.json")
    return [(moment.at_s, moment.phone) for moment in moments(deeds, NAMES, seed)]


def test_a_script_is_played_in_the_order_of_its_times() -> None:
    script = """[
        {"at_s": 9, "phones": "phone3", "fault": "disconnect", "seconds": 5},
        {"at_s": 3, "phones": ["phone1", "phone2"], "fault": "dim"},
        {"at_s": 12, "clear": "dim"}
    ]"""
    assert happened(script) == [
        (3, "phone1"), (3, "phone2"), (9, "phone3"), (12, "phone1"), (12, "phone2"), (12, "phone3"),
    ]  # fmt: skip


def test_a_probability_a_minute_comes_about_so_often_and_the_same_under_the_same_seed() -> None:
    drawn = happened(CHANCE)
    assert drawn == happened(CHANCE)
    assert drawn != happened(CHANCE, seed=2)
    assert 8 <= len(drawn) <= 30  # three phones, an hour, 0.1 a minute: 18 on average
    assert drawn == sorted(drawn)
    assert all(at_s <= 3600 for at_s, _ in drawn)


def test_a_phones_chances_do_not_depend_on_how_many_other_phones_there_are() -> None:
    deeds = parse_script(CHANCE, "plan.json")
    alone = [moment.at_s for moment in moments(deeds, ["phone2"], 1)]
    among = [moment.at_s for moment in moments(deeds, NAMES, 1) if moment.phone == "phone2"]
    assert alone == among


def test_what_never_ends_is_drawn_as_it_is_needed() -> None:
    endless = parse_script('[{"fault": "crash", "per_minute": 60}]', "plan.json")
    assert len(list(itertools.islice(moments(endless, NAMES, 1), 1000))) == 1000


@pytest.mark.parametrize(
    ("word", "deed"),
    [
        (
            "phone3:disconnect,seconds=5",
            Deed(("phone3",), 0, Disconnect(fault="disconnect", seconds=5)),
        ),
        ("all:dim,strength=0.3,at_s=9", Deed((), 9, Dim(fault="dim", strength=0.3))),
        ("phone1+phone2:dim,on_page=plaza.feed", Deed(("phone1", "phone2"), 0, Dim(fault="dim", on_page="plaza.feed"))),
        (
            'all:{"fault": "cover", "rect": [1, 2, 3, 4], "per_minute": 2}',
            Deed((), 0, Cover(fault="cover", rect=[1, 2, 3, 4]), per_minute=2),
        ),
        ("all:clear,clear=dim,at_s=4", Deed((), 4, None, clear="dim")),
    ],
)
def test_a_word_of_the_command_line_says_what_and_where(word: str, deed: Deed) -> None:
    assert parse_word(word) == deed
    assert parse_word(deed.word()) == deed


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "plan.json: line 1, column 2: is not JSON"),
        ("{}", "plan.json"),
        ('[{"phones": "phone1"}]', "either gives a `fault` or has a `clear`"),
        ('[{"fault": "dim", "clear": "dim"}]', "either gives a `fault` or has a `clear`"),
        ('[{"clear": "dim", "strength": 1}]', "strength does not go with `clear`"),
        ('[{"clear": "fire"}]', r"plan.json: \[0\]: fault 'fire' is not known"),
        ('[{"fault": "dim"}, {"fault": "fire"}]', r"plan.json: \[1\]: fault 'fire' is not known"),
        ('[{"fault": "dim", "strength": 7}]', r"plan.json: \[0\]: fault dim: strength"),
        ('[{"fault": "dim", "at_s": -1}]', "at_s"),
        ('[{"fault": "dim", "per_minute": 0}]', "per_minute"),
        ('[{"fault": "dim", "until_s": 9}]', "until_s goes with per_minute"),
        ('[{"fault": "dim", "phones": 3}]', "phones"),
    ],
)
def test_a_script_that_makes_no_sense_is_refused_with_place_and_reason(text: str, complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        parse_script(text, "plan.json")


@pytest.mark.parametrize(
    "word",
    ["", "phone1", "phone1:", ":dim", "phone1:fire", "phone1:dim,strength", "phone1:dim,=3", "phone1:{", "phone1:{}"],
)
def test_a_word_that_makes_no_sense_is_refused_with_a_cure(word: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_word(word)
    assert refused.value.hint


def test_phones_that_are_not_in_the_rack_are_refused() -> None:
    refuse_strangers([parse_word("all:crash"), parse_word("phone3:crash")], NAMES)
    with pytest.raises(InvalidInput, match="'phone4', which is not in this rack"):
        refuse_strangers([parse_word("phone4:crash")], NAMES)


def test_a_fault_alone_is_written_short_or_as_json() -> None:
    assert fault_fields("disconnect,seconds=5") == fault_fields('{"fault": "disconnect", "seconds": 5}')


@given(st.text(max_size=60))
def test_whatever_is_written_a_word_is_a_deed_or_refused(text: str) -> None:
    try:
        deeds: Sequence[Deed] = [parse_word(text)]
    except InvalidInput:
        deeds = []
    assert len(deeds) <= 1


FIELDS = st.sampled_from(["fault", "phones", "at_s", "clear", "dim", "per_minute"])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
)


@given(JSON)
def test_whatever_json_is_given_a_script_is_read_or_refused(value: object) -> None:
    try:
        deeds = parse_script(json.dumps(value), "plan.json")
    except InvalidInput:
        deeds = ()
    assert isinstance(deeds, tuple)
