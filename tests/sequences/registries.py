"""A small registry made of values, for what only reads names and rectangles."""

import numpy as np

from drover.devices.geometry import Rect, Size
from drover.screens.domain import (
    Action,
    ActionKind,
    App,
    Crop,
    Region,
    Registry,
    Screen,
    ScreenKind,
    Variant,
)

REFERENCE = Size(1080, 2400)


def screen(key: str, *actions: Action) -> Screen:
    gray = np.random.default_rng(len(key)).integers(0, 255, (40, 100), dtype=np.uint8)
    region = Region("title", Rect(0, 0, 100, 40), Crop(gray, b""))
    variant = Variant("light", (region,), actions=actions)
    return Screen(key, key, "", key.partition(".")[0], ScreenKind.STATE, REFERENCE, (variant,))


def tap(name: str, leads_to: str | None = None) -> Action:
    return Action(name, Rect(10, 10, 110, 60), ActionKind.TAP, leads_to)


def field(name: str) -> Action:
    return Action(name, Rect(10, 100, 500, 160), ActionKind.TYPE)


def registry() -> Registry:
    screens = (
        screen("shop.home", tap("open_cart", "shop.cart"), tap("pay")),
        screen("shop.cart", field("coupon"), tap("back", "shop.home")),
    )
    return Registry({s.key: s for s in screens}, {"shop": App("shop", "com.example.shop")})
