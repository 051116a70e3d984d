"""Under which subjects they talk. To and from an agent its name is part of it, so that permissions can be by name."""

from typing import Final

PLAY: Final = "play"
STOP: Final = "stop"
LEASE: Final = "lease"
EVENT: Final = "event"
STATE: Final = "state"


def to_agent(agent: str, what: str) -> str:
    """Return the subject for an agent: `play` and `stop` are questions, `lease` (extended) is published."""
    return f"drover.agents.{agent}.{what}"


def from_agent(agent: str, what: str) -> str:
    """Return the subject of an agent for the server: `lease` and `event` are questions, `state` is published.

    With `*` for the agent it is the pattern that the server answers and listens to.
    """
    return f"drover.server.{agent}.{what}"


def agent_of(subject: str) -> str:
    """Return the agent's name that a subject of either kind holds."""
    return subject.split(".")[2]
