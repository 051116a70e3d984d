"""How long Plaza's acts and pages take, in seconds: shortest and longest."""

from collections.abc import Mapping
from typing import Final

from drover.simulator.windowing.timing import SPANS_S

PLAZA_SPANS_S: Final[Mapping[str, tuple[float, float]]] = {
    **SPANS_S,
    "feed": (0.30, 0.90),
    "banner": (0.40, 0.90),
    "profile": (0.30, 0.60),
    "profile_rest": (0.40, 0.70),
    "login": (0.30, 0.70),
    "save": (0.30, 0.60),
    "surprise": (0.20, 0.80),
    "page": (0.20, 0.50),
    "send": (0.30, 0.70),
    "picker": (0.35, 0.90),
    "upload": (0.80, 2.00),
    "late_message": (1.00, 2.00),
    "typing": (0.60, 1.20),
    "counting": (0.60, 0.90),
    "restart": (0.30, 0.60),
}
"""`page` is a page that loads little, `send` what is sent off (a post, a message), `restart` a change of slot.

`picker` is until the pictures are listed, `upload` a picture on its way, `late_message` until the other begins to type,
`typing` until the message is there, `counting` until figures are counted up.
"""

SNACKBAR_S: Final = 1.5
SNACKBAR_FADE_S: Final = 0.2
