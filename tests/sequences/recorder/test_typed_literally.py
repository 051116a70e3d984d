"""What a person typed while recording is typed again as it was, whatever it would mean in the language."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.devices.uitree import UiNode
from drover.language.source import source_of
from drover.sequences.domain import Type
from drover.sequences.files import read_sequence
from drover.sequences.inputs import inputs_of
from drover.sequences.player.values import Values
from drover.sequences.recorder.inputs import Given, Inputs

WORDS = st.text(st.sampled_from("{}|$\\()ab .")) | st.text(st.characters(codec="utf-8"))
FIELD = "com.drover.plaza:id/caption"


def shown(text: str) -> UiNode:
    return UiNode(text=text, resource_id=FIELD)


def typed_again(text: str) -> str:
    """What a sequence with this text types."""
    task = {"kind": "type", "on": [0, 0, 9, 9], "text": text}
    body = {"schema": 1, "name": "Try", "app": "shop", "tasks": [task]}
    act = read_sequence(json.dumps(body), "try.json").tasks[0].act
    assert isinstance(act, Type)
    return Values().typed(act.text)


@given(WORDS)
def test_a_text_is_written_so_that_it_is_typed_as_it_was(words: str) -> None:
    assert typed_again(source_of(Inputs(Given()).text(shown(words), "the caption"))) == words


@given(WORDS.filter(bool))
def test_the_default_of_an_input_is_what_was_typed(words: str) -> None:
    inputs = Inputs(Given({"note": words}))
    assert source_of(inputs.text(shown(words), "the caption")) == "${param.note}"
    assert typed_again(inputs.params["note"].default or "") == words


@pytest.mark.parametrize("words", ["{a|b}", "${client.name}", "\\{x"])
def test_the_default_of_a_secret_input_is_kept_as_it_is(words: str) -> None:
    inputs = Inputs(Given({"caption": words}))
    inputs.text(UiNode(text="•" * len(words), resource_id=FIELD, password=True), "the caption")
    (param,) = inputs.params.values()
    assert (param.default, param.secret) == (words, True)
    body = {"schema": 1, "name": "Try", "app": "shop", "params": {"caption": {"default": words, "secret": True}}}
    task = {"kind": "type", "on": [0, 0, 9, 9], "text": "${param.caption}"}
    sequence = read_sequence(json.dumps({**body, "tasks": [task]}), "try.json")
    assert inputs_of(sequence, {}, "***").secrets == {"param.caption": words}
