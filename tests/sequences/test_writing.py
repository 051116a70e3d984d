"""Sequences as files: what is written is read back as it was."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.language.source import source_of
from drover.language.text import literal
from drover.sequences.files import load_sequence, read_sequence
from drover.sequences.writing import SequenceInTheWay, SequenceNotWritten, save_sequence, written

FOLDER = Path("flows")
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\\{|"), max_size=12)
ANY_WORDS = st.text(st.sampled_from("{}|$\\()a "), max_size=12)
PIECES = st.sampled_from(["${param.name}", "${var.seen}", "\\${x", "\\{"])
NAMES = st.one_of(
    st.lists(st.one_of(WORDS.map(lambda words: words.rstrip("$")), PIECES), max_size=3).map("".join),
    ANY_WORDS.map(lambda words: source_of(literal(words))),
)
DRAWN = st.sampled_from(["{a|b{c|}}", "${dynamic.date.format(D MMMM)}", "${dynamic.counter(n,1,1)} {x|y}"])
TEXTS = st.one_of(NAMES, DRAWN)
SCREENS = st.sampled_from(["shop.home", "shop.cart", "launcher.home"])
BOXES = st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(501, 1080), st.integers(501, 2400)).map(list)
PLACES = st.one_of(st.sampled_from(["shop.home.open_cart", "shop.cart.code"]), BOXES)
TARGETS = st.one_of(
    PLACES,
    st.builds(lambda text: {"text": text}, TEXTS),
    st.builds(lambda text, box: {"text": text, "in": box}, TEXTS, PLACES),
)
SECONDS = st.floats(0.1, 60).map(lambda seconds: round(seconds, 3))
SIMPLE = st.one_of(
    st.builds(lambda screen: {"screen": screen}, SCREENS),
    st.builds(lambda text: {"text": text}, TEXTS),
    st.builds(lambda text: {"var": "seen", "equals": text}, TEXTS),
    st.just({"param": "name", "is_empty": True}),
    st.just({"var": "seen", "matches": "[a-z]{2}"}),
)
CONDITIONS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(lambda each: {"not": each}, inner),
        st.builds(lambda each: {"all": each}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda each: {"any": each}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=4,
)
ACTS = st.one_of(
    st.fixed_dictionaries({"kind": st.just("tap"), "on": TARGETS}),
    st.fixed_dictionaries({"kind": st.just("long_tap"), "on": TARGETS}, optional={"seconds": SECONDS}),
    st.fixed_dictionaries(
        {"kind": st.just("swipe"), "on": PLACES, "direction": st.sampled_from(["up", "down", "left", "right"])},
        optional={"seconds": SECONDS},
    ),
    st.fixed_dictionaries({"kind": st.sampled_from(["type", "assert"]), "on": PLACES, "text": TEXTS}),
    st.fixed_dictionaries(
        {"kind": st.just("key"), "key": st.sampled_from(["back", "home", "enter"])},
        optional={"times": st.integers(1, 200)},
    ),
    st.just({"kind": "wait_for_screen"}),
    st.fixed_dictionaries({"kind": st.just("wait"), "seconds": SECONDS}),
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["open_app", "stop_app"])}, optional={"app": st.sampled_from(["shop", "notes"])}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("read"), "on": PLACES, "into": st.just("seen")},
        optional={"pattern": st.just("(\\d+)"), "from": st.sampled_from(["tree", "picture", "auto"])},
    ),
    st.fixed_dictionaries({"kind": st.just("switch_account"), "account": NAMES}),
    st.fixed_dictionaries(
        {"kind": st.just("select_slot"), "slot": st.one_of(st.integers(1, 30), st.just("${param.name}"))}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("helper"), "helper": st.just("count")},
        optional={"arguments": st.dictionaries(st.sampled_from(["a", "b"]), TEXTS), "into": st.just("seen")},
    ),
)
GUARDS = st.fixed_dictionaries(
    {},
    optional={
        "name": WORDS,
        "effect": st.sampled_from(["repeatable", "once", "read"]),
        "before": SCREENS,
        "after": SCREENS,
        "timeout_s": SECONDS,
        "when": CONDITIONS,
        "happened": CONDITIONS,
        "optional": st.booleans(),
    },
)
TASKS = st.builds(lambda act, guards: act | guards | {"once_per_round": True}, ACTS, GUARDS)


def repeated(tasks: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    rule = st.one_of(
        st.just({}),
        st.builds(lambda times: {"times": times}, st.integers(2, 3)),
        st.builds(lambda condition: {"while": condition, "most": 3}, CONDITIONS),
        st.builds(lambda condition: {"until": condition}, CONDITIONS),
    )
    when = st.one_of(st.just({}), st.builds(lambda condition: {"when": condition}, CONDITIONS))
    return st.builds(
        lambda rule, when, inner: {"kind": "repeat", "tasks": inner} | rule | when,
        rule,
        when,
        st.lists(tasks, min_size=1, max_size=3),
    )


DOCUMENTS = st.fixed_dictionaries(
    {
        "schema": st.just(1),
        "name": WORDS.filter(bool),
        "app": st.just("shop"),
        "tasks": st.lists(st.one_of(TASKS, repeated(st.one_of(TASKS, repeated(TASKS)))), min_size=1, max_size=5),
    },
    optional={
        "description": WORDS,
        "version": st.integers(1, 9),
        "params": st.just({"name": {"default": "Ada", "secret": True}, "code": {"description": "c"}}),
        "start": SCREENS,
        "on_error": st.just("continue"),
        "recovery_prompt": WORDS,
        "releases": st.booleans(),
    },
)


@settings(max_examples=80, deadline=None)
@given(DOCUMENTS)
def test_what_is_written_is_read_back_as_it_was(document: dict[str, Any]) -> None:
    sequence = read_sequence(json.dumps(document), str(FOLDER / "a.json"))
    text = written(sequence, FOLDER)
    back = read_sequence(text, str(FOLDER / "a.json"))
    places = [task.where for task in sequence.tasks]
    assert replace(back, digest="") == replace(sequence, digest="")
    assert [task.where for task in back.tasks] == places
    assert written(back, FOLDER) == text


def test_a_file_to_push_stays_beside_the_sequence(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "cat.jpg").write_bytes(b"cat")
    text = '{"schema": 1, "name": "x", "app": "shop", "tasks": [{"kind": "push_media", "file": "media/cat.jpg"}]}'
    sequence = read_sequence(text, str(tmp_path / "x.json"))
    save_sequence(tmp_path / "y.json", sequence)
    assert load_sequence(tmp_path / "y.json").tasks == sequence.tasks


SEQUENCE = read_sequence(
    '{"schema": 1, "name": "x", "app": "shop", "tasks": [{"kind": "tap", "on": [1, 2, 3, 4]}]}', "x.json"
)


def test_a_file_has_one_line_for_each_task() -> None:
    assert written(SEQUENCE, FOLDER).splitlines() == [
        "{",
        '  "schema": 1,',
        '  "name": "x",',
        '  "version": 1,',
        '  "app": "shop",',
        '  "reference": {"width": 1080, "height": 2400},',
        '  "tasks": [',
        '    {"kind": "tap", "on": [1, 2, 3, 4]}',
        "  ]",
        "}",
    ]


def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.json"
    save_sequence(path, SEQUENCE)
    with pytest.raises(SequenceInTheWay, match="is there already"):
        save_sequence(path, replace(SEQUENCE, name="other"))
    assert load_sequence(path).name == "x"
    save_sequence(path, replace(SEQUENCE, name="other"), force=True)
    assert load_sequence(path).name == "other"
    assert [each.name for each in path.parent.iterdir()] == ["x.json"]


def test_a_place_that_cannot_be_written_to_is_told_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SequenceNotWritten, match="cannot be written"):
        save_sequence(tmp_path / "file" / "x.json", SEQUENCE)
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(SequenceNotWritten):
        save_sequence(tmp_path / "folder.json", SEQUENCE, force=True)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder.json"]
