"""What `drover` says of itself, and of its defects."""

import pytest

from drover import __version__
from tests.cli.desk import Desk


def test_it_tells_its_version(desk: Desk) -> None:
    told = desk.run("--version")
    assert (told.code, told.out, told.err) == (0, f"drover {__version__}\n", "")


@pytest.mark.parametrize(
    "words", [(), ("screens",), ("keyboard",), ("scope",), ("text",)], ids=lambda words: " ".join(("drover", *words))
)
def test_without_a_command_it_shows_its_help(desk: Desk, words: tuple[str, ...]) -> None:
    told = desk.run(*words)
    assert told.code == 0
    assert told.out.startswith("Usage: drover")
    assert told.err == ""


@pytest.mark.parametrize(
    "words",
    [
        ("--debug", "play", "gone.json", "--phones", "phone:all"),
        ("play", "gone.json", "--phones", "phone:all", "--debug"),
    ],
    ids=["first", "last"],
)
def test_debug_adds_the_traceback_wherever_it_stands(desk: Desk, words: tuple[str, ...]) -> None:
    told = desk.run(*words)
    assert told.code == 2
    assert told.err.startswith("drover: gone.json: cannot be read")
    assert "Traceback (most recent call last)" in told.err
    assert "BadDocument" in told.err
