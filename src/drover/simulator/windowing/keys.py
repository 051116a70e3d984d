"""Android's key codes, as far as a simulated phone's apps know them."""

from collections.abc import Mapping
from typing import Final

HOME, BACK, TAB, ENTER, DELETE, SWITCH = 3, 4, 61, 66, 67, 187

# Key code -> what it types, for the keys that type.
TYPING: Final[Mapping[int, str]] = {
    **{7 + digit: str(digit) for digit in range(10)},
    **{29 + place: chr(ord("a") + place) for place in range(26)},
    55: ",",
    56: ".",
    62: " ",
    69: "-",
    77: "@",
}
