"""What is played under chaos: a short sequence with one act that must not be done twice, two of it to a run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

PLAZA: Final = Path(__file__).parents[2] / "examples" / "plaza"
PACKAGE: Final = "com.drover.plaza"
PREPARING: Final = "Log in"
WORKFLOW: Final = "Say it twice"
STEPS: Final = ("a", "b")
_SEQUENCE: Final = "Say it once"
_WAIT_S: Final = 30

SEQUENCE_BODY: Final[Mapping[str, Any]] = {
    "schema": 1,
    "name": _SEQUENCE,
    "version": 1,
    "app": "plaza",
    "reference": {"width": 1080, "height": 2400},
    "params": {"words": {"description": "What the profile says from now on"}},
    "tasks": [
        {"kind": "stop_app", "name": "Start afresh", "timeout_s": _WAIT_S},
        {"kind": "open_app", "name": "Open Plaza", "after": "plaza.feed", "timeout_s": _WAIT_S},
        {"kind": "tap", "on": "plaza.feed.tab_profile", "after": "plaza.profile", "timeout_s": _WAIT_S},
        {"kind": "tap", "on": "plaza.profile.edit_profile", "after": "plaza.edit_profile", "timeout_s": _WAIT_S},
        {"kind": "type", "on": "plaza.edit_profile.bio", "text": "${param.words}", "timeout_s": _WAIT_S},
        {
            "kind": "tap",
            "on": "plaza.edit_profile.save",
            "effect": "once",
            "before": "plaza.edit_profile",
            "after": "plaza.profile",
            "happened": {"screen": "plaza.profile"},
            "timeout_s": _WAIT_S,
        },
    ],
}
WORKFLOW_BODY: Final[Mapping[str, Any]] = {
    "schema": 1,
    "name": WORKFLOW,
    "app": "plaza",
    "params": {"words": {"description": "What is said"}},
    "steps": [
        {"id": step, "sequence": _SEQUENCE, "parameters": {"words": f"${{param.words}} {step}"}} for step in STEPS
    ],
}
PREPARING_BODY: Final[Mapping[str, Any]] = {
    "schema": 1,
    "name": PREPARING,
    "app": "plaza",
    "steps": [{"id": "in", "sequence": PREPARING}],
}
DEFINITIONS: Final = (
    ("sequence", _SEQUENCE, SEQUENCE_BODY),
    ("workflow", WORKFLOW, WORKFLOW_BODY),
    ("workflow", PREPARING, PREPARING_BODY),
)
"""What names others comes after them. A workflow has no namesake among the others here: their ids are kept by name."""


def said(words: str) -> frozenset[str]:
    """Return what a run that says `words` leaves in the phone's list of savings, each once."""
    return frozenset(f"{words} {step}" for step in STEPS)
