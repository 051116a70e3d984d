"""Documents of definitions and schedules, as users write them."""

from typing import Any

SEQUENCE: dict[str, Any] = {
    "schema": 1,
    "name": "Look around",
    "app": "plaza",
    "params": {"word": {"default": "hello"}, "topic": {}},
    "tasks": [
        {"kind": "wait", "seconds": 1},
        {"kind": "type", "on": "plaza.feed.search", "text": "${param.word} ${param.topic}"},
        {"kind": "read", "on": "plaza.feed.likes", "into": "likes"},
    ],
}


def step(id_: str = "look", **fields: Any) -> dict[str, Any]:
    return {"id": id_, "sequence": "look around", "parameters": {"topic": "tea"}} | fields


def workflow(*steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"schema": 1, "name": "Daily look", "app": "plaza", "steps": list(steps or (step(),))} | fields


def schedule(**fields: Any) -> dict[str, Any]:
    return {
        "name": "every day",
        "workflow": "daily look",
        "timing": {"kind": "recurring", "rule": "FREQ=DAILY", "starts": "2026-01-02T09:00", "zone": "Europe/Berlin"},
        "target": "phone:all",
    } | fields
