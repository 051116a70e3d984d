"""Screens as values: what a registry holds and what identification answers."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from drover.devices.geometry import Rect, Size
from drover.kernel.errors import InvalidInput
from drover.screens.keyboard import KeyboardMap
from drover.screens.regions import Anchor, Crop, NodeRegion, Region, TextRegion, TintRegion, placed


class UnknownScreen(InvalidInput):
    """A screen is named that the registry does not have."""

    def __init__(self, key: str, known: Iterable[str]) -> None:
        super().__init__(f"screen {key} is not in the registry", hint=closest(key, known))
        self.key = key


def closest(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the keys most like a mistaken one."""
    names = difflib.get_close_matches(name, list(known), n=3)
    return f"did you mean {' or '.join(names)}?" if names else "look for its name in the registry's folder"


class ScreenKind(Enum):
    """A state is a place in an app; an interrupt covers it (a popup)."""

    STATE = "state"
    INTERRUPT = "interrupt"


class ActionKind(Enum):
    """What is done to an action's rectangle."""

    TAP = "tap"
    LONG_TAP = "long_tap"
    SWIPE = "swipe"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done on a screen. `crop`, where given, must be seen there before the act."""

    name: str
    rect: Rect
    kind: ActionKind
    leads_to: str | None = None
    crop: Crop | None = None
    anchor: Anchor = Anchor.TOP


@dataclass(frozen=True, slots=True)
class Variant:
    """One look of a screen (a theme, a locale, a size). `picture` is a JPEG of the whole screen, for showing it.

    A frame has this look where every region passes; they are tried in the order of their cost: `regions` (pictures),
    `tints`, `texts` and texts of regions, `nodes`. At least one of `regions` must be there and not absent.
    `reference` is given where it is another one than the screen's.
    """

    name: str
    regions: tuple[Region, ...]
    masks: tuple[Rect, ...] = ()
    actions: tuple[Action, ...] = ()
    picture: bytes = b""
    tints: tuple[TintRegion, ...] = ()
    texts: tuple[TextRegion, ...] = ()
    nodes: tuple[NodeRegion, ...] = ()
    reference: Size | None = None

    def action(self, name: str) -> Action | None:
        """Return the action of that name, or None where this variant has none."""
        return next((action for action in self.actions if action.name == name), None)


@dataclass(frozen=True, slots=True)
class Screen:
    """A state or interrupt. `key` is whole, such as `plaza.feed` or `global.update`; `app` is None for a global one.

    All rectangles are in pixels of `reference`, or of the variant's own one. `entry`: an app comes to it by itself,
    so that no action need lead there.
    """

    key: str
    name: str
    description: str
    app: str | None
    kind: ScreenKind
    reference: Size
    variants: tuple[Variant, ...]
    entry: bool = False

    def reference_of(self, variant: Variant) -> Size:
        """Return the size that the variant's rectangles refer to."""
        return variant.reference or self.reference

    def place_of(self, action: Action, variant: Variant, size: Size) -> Rect:
        """Return where an action of `variant` lies on a frame of `size`; on one of another shape it may lie outside."""
        return placed(action.rect, action.anchor, self.reference_of(variant), size)


class RegionKind(Enum):
    """What of a region was checked."""

    PICTURE = "picture"
    TINT = "tint"
    TEXT = "text"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class App:
    """An entry of the app registry: its short name and the package it is on a phone.

    `by_keyboard`: it takes no injected text, so that text is typed on the keys of the on-screen keyboard. `ways` are
    the files of the sequences that switch its account and its slot, by task kind.
    """

    name: str
    package: str
    by_keyboard: bool = False
    ways: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Registry:
    """All screens in service, by key, the apps, and the maps of on-screen keyboards, by name."""

    screens: Mapping[str, Screen]
    apps: Mapping[str, App]
    keyboards: Mapping[str, KeyboardMap] = field(default_factory=dict[str, KeyboardMap])

    def screen(self, key: str) -> Screen:
        """Return the screen of that whole key. Raises UnknownScreen."""
        try:
            return self.screens[key]
        except KeyError:
            raise UnknownScreen(key, self.screens) from None


@dataclass(frozen=True, slots=True)
class RegionCheck:
    """How one region (or an action's crop) fared. The figures are those of the best place within the search margin.

    `correlation` is the normalised cross-correlation (-1 to 1), `brightness` the difference of means in grey levels,
    `contrast` the ratio of standard deviations; `found_at` is where, in pixels of the frame that was looked at. For a
    text, `correlation` is how alike the one that was read (`seen`) is to the one expected, 0 to 1, and `brightness` and
    `contrast` say nothing; for a tint, `brightness` is the largest difference of a colour, and the others say nothing;
    for a node none of them says anything. The text of a picture has a check of its own, of the picture's name.
    """

    screen: str
    variant: str
    region: str
    passed: bool
    correlation: float
    brightness: float
    contrast: float
    found_at: Rect
    why: str = ""
    kind: RegionKind = RegionKind.PICTURE
    seen: str = ""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A screen that failed, but nearly passed: how many of its regions did, and the ones that did not."""

    screen: str
    variant: str
    passed: int
    failed: tuple[RegionCheck, ...]


@dataclass(frozen=True, slots=True)
class Identification:
    """The answer: exactly one screen with its variant, or unknown (`screen` None), and why.

    `conflict` names the screens that claimed the frame together; then `screen` is None. `checks` are those of the
    screen found, or of the expected screens where none was found; of what costs more than what failed there are none.
    `wants_tree`: no UI tree was given, and with one another screen might be the answer.
    """

    screen: Screen | None
    variant: Variant | None
    reason: str
    checks: tuple[RegionCheck, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    conflict: tuple[str, ...] = ()
    wants_tree: bool = False
