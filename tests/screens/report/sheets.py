"""A shop whose frames are good, bad, nearly good and unknown, and the sheets of it."""

from pathlib import Path

from drover.devices.frame import Frame
from drover.devices.geometry import Rect
from drover.screens.check.checking import check_registry
from drover.screens.check.frames import KeptFrame, expectation
from drover.screens.domain import Registry
from drover.screens.files import LoadedRegistry
from drover.screens.report.checked import CheckSheet
from drover.screens.report.sheet import Sheet
from tests.screens.drawing import BODY, TITLE, draw, frame_of, registry, screen, variant

BAR = Rect(0, 0, 540, 50)
FEED, CART = draw("Feed"), draw("Cart", "other words")
SHOP = registry(
    screen("shop.feed", variant(FEED, TITLE, BODY, masks=(BAR,))),
    screen("shop.cart", variant(CART, TITLE, BODY, masks=(BAR,))),
)


def dimmed(frame: Frame) -> Frame:
    return frame_of(frame.pixels * [0.7, 0.7, 0.7, 1.0])


FRAMES = {
    "shop/feed__good.png": FEED,
    "shop/feed__dimmed.png": dimmed(FEED),
    "shop/cart__is_feed.png": FEED,
    "near.png": draw("Feed", "something else"),
    "noise.png": frame_of(FEED.pixels[::-1]),
}


def check_sheet(shop: Registry = SHOP, frames: dict[str, Frame] | None = None) -> Sheet:
    kept = [KeptFrame(name, expectation(Path(name)), frame) for name, frame in (frames or FRAMES).items()]
    gathering = CheckSheet(shop, len(kept))
    outcome = check_registry(LoadedRegistry(shop, ()), frames=kept, spectator=gathering)
    return gathering.sheet(outcome, "shop")
