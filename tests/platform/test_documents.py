from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from drover.platform.documents import BadDocument, json_path, parse, read_text


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    title: str
    pages: list[int] = []


def faults(text: str) -> str:
    with pytest.raises(BadDocument) as caught:
        parse(Note, text, "note.json")
    return str(caught.value)


def test_a_good_document_becomes_its_model() -> None:
    assert parse(Note, '{"title": "a", "pages": [1, 2]}', "note.json") == Note(title="a", pages=[1, 2])


def test_broken_json_is_refused_with_line_and_column() -> None:
    assert faults('{\n  "title": }') == "note.json: line 2, column 12: is not JSON: expecting value"


def test_every_fault_is_told_with_its_path() -> None:
    told = faults('{"pages": [1, "two"], "colour": "red"}').splitlines()
    assert told[0] == "note.json: title: is missing"
    assert told[1].startswith("note.json: pages[1]: ")
    assert told[2] == "note.json: colour: is not a known field"


def test_a_name_given_twice_is_refused() -> None:
    assert "the name 'title' twice" in faults('{"title": "a", "title": "b"}')


def test_deep_nesting_is_refused_without_a_crash() -> None:
    assert "note.json" in faults("[" * 100_000)


def test_an_integer_of_very_many_digits_is_refused() -> None:
    assert "note.json" in faults('{"title": "a", "pages": [' + "9" * 5000 + "]}")


@given(st.text())
def test_any_text_is_a_document_or_a_refusal(text: str) -> None:
    with pytest.raises(BadDocument):
        parse(Note, text, "note.json")


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match=r"absent\.json: cannot be read \(no such file"):
        read_text(tmp_path / "absent.json")


def test_a_file_that_is_not_utf_8_is_refused_at_its_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(BadDocument, match="byte 7: is not UTF-8"):
        read_text(path)


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b" " * 11)
    with pytest.raises(BadDocument, match="larger than 10 bytes"):
        read_text(path, limit=10)


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf{}")
    assert read_text(path) == "{}"


def test_a_path_is_written_as_json_tools_do() -> None:
    assert json_path(("tasks", 3, "on")) == "tasks[3].on"
