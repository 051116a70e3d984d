"""What the measurements of a rack play: the example, with its one act that must not be done twice named as such."""

import json
from collections.abc import Mapping
from typing import Any

from tests.rack.stand import PLAZA, Stand

SAVE = "plaza.edit_profile.save"
"""What is touched once: the simulator counts each saving of a profile."""


def saving_flow(*, timeout_s: float) -> Mapping[str, Any]:
    """Return the example's document, in which saving is done once: it happened when the profile is shown."""
    document = json.loads((PLAZA / "edit-profile.json").read_text())
    for task in document["tasks"]:
        task["timeout_s"] = timeout_s
        if task.get("on") == SAVE:
            task |= {"effect": "once", "happened": {"screen": "plaza.profile"}}
    return document


async def saves(stand: Stand, phone: str) -> int:
    """Return how often a phone's profile was saved, told by the simulator."""
    return int((await stand.stored(phone))["saves"])
