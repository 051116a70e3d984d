"""How long a phone may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long each call may take, in seconds, from when the phone's turn has come."""

    attach_s: float = 10.0
    capture_s: float = 10.0
    touch_s: float = 5.0
    text_s: float = 20.0
    ui_tree_s: float = 15.0
    app_s: float = 15.0
    file_s: float = 60.0
    shell_s: float = 30.0
    state_s: float = 10.0


DEADLINES = Deadlines()
