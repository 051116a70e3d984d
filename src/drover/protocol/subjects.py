"""Under which subjects they talk. To and from an agent its name is part of it, so that permissions can be by name."""

from typing import Final

PLAY: Final = "play"
STOP: Final = "stop"
LEASE: Final = "lease"
EVENT: Final = "event"
STATE: Final = "state"
WATCH: Final = "watch"
LOOK: Final = "look"
ACT: Final = "act"
CONTROL: Final = "control"


def to_agent(agent: str, what: str) -> str:
    """Return the subject for an agent.

    `play`, `stop`, `look` and `act` are questions; `lease` (extended), `watch` and `control` (ended) are published.
    """
    return f"drover.agents.{agent}.{what}"


def from_agent(agent: str, what: str) -> str:
    """Return the subject of an agent for the server: `lease` and `event` are questions, `state` is published.

    With `*` for the agent it is the pattern that the server answers and listens to.
    """
    return f"drover.server.{agent}.{what}"


def frames_of(agent: str) -> str:
    """Return the subject of an agent's live pictures, which are binary (`protocol.frames`)."""
    return f"drover.frames.{agent}"


def agent_of(subject: str) -> str:
    """Return the agent's name that a subject of either kind holds."""
    return subject.split(".")[2]
