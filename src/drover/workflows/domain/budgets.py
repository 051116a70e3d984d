"""What an app's policy leaves of a play: which kinds of tasks, and how many acts. Pure."""

from collections.abc import Collection
from typing import Final

from drover.protocol.messages import Budget

ACTING: Final = frozenset(
    {"tap", "long_tap", "swipe", "type", "key", "open_app", "stop_app", "push_media", "switch_account", "select_slot"}
)
"""The kinds of tasks that do something to a phone; the others look, wait or call."""


def budget_of(allowed: Collection[str] | None, acts_per_day: int | None, done_today: int) -> Budget:
    """Return what may be done still; `allowed` are kinds of tasks (None: all), `acts_per_day` None is no limit."""
    forbidden = () if allowed is None else ACTING - frozenset(allowed)
    left = None if acts_per_day is None else max(0, acts_per_day - done_today)
    return Budget(acts=left, kinds=dict.fromkeys(sorted(forbidden), 0))
