"""A shop app on the memory phone, with pages that can be told apart, and a registry made from its own frames."""

import zlib
from dataclasses import dataclass, field

import cv2
import numpy as np

from drover.devices.frame import Pixels
from drover.devices.geometry import Point, Rect
from drover.devices.uitree import UiNode
from drover.drivers.memory.phone import LAUNCHER, SIZE, Condition, MemoryPhone
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

PACKAGE = "com.example.shop"
TITLE, BODY = Rect(20, 20, 140, 50), Rect(20, 70, 200, 110)
OPEN_CART, PAY, BACK = Rect(30, 230, 150, 260), Rect(30, 280, 150, 310), Rect(30, 330, 150, 360)
POPUP, DISMISS = Rect(40, 400, 230, 560), Rect(60, 510, 180, 545)
COUPON = Rect(27, 150, 243, 200)

BUTTONS = {
    "home": {"open_cart": (OPEN_CART, "cart")},
    "cart": {"pay": (PAY, "paid"), "back": (BACK, "home")},
    "paid": {"like": (OPEN_CART, "paid"), "back": (BACK, "home")},
}


@dataclass
class ShopPhone(MemoryPhone):
    """Touches lead from page to page; `lost` of the next touches are lost, and a popup swallows all but its button.

    After `popup_after` frames a popup comes, in the last of them not yet seen. The phone goes away when `goes_at` is
    touched.
    """

    apps: tuple[str, ...] = (PACKAGE,)
    page: str = "home"
    popup: bool = False
    popup_stays: bool = False
    covered: Rect | None = None
    lost: int = 0
    paid: int = 0
    liked: int = 0
    forgets_typing: bool = False
    popup_after: int = 0
    late_frames: int = 0
    goes_at: str = ""
    shown: str = "home"
    history: list[str] = field(default_factory=list[str])

    @property
    def text_field(self) -> Rect:
        return COUPON

    def start(self, package: str) -> None:
        super().start(package)
        self.page = self.shown = "home"

    def touch(self, point: Point) -> None:
        if self.lost:
            self.lost -= 1
            return
        if self.popup:
            self.popup = self.popup_stays or not DISMISS.contains(point)
            return
        super().touch(point)
        self.focused = self.focused and self.page == "cart"
        for name, (rect, leads_to) in BUTTONS[self.page].items():
            if rect.contains(point):
                self.history.append(name)
                self.paid += name == "pay"
                self.liked += name == "like"
                self.page = leads_to
                self.condition = Condition.OFFLINE if name == self.goes_at else self.condition
                break

    def type_text(self, text: str) -> None:
        if not self.forgets_typing:
            super().type_text(text)

    def paint(self) -> Pixels:
        pixels = np.full((SIZE.height, SIZE.width, 4), 230, np.uint8)
        self.late_frames = max(0, self.late_frames - 1)
        self.shown = self.shown if self.late_frames else self.page
        page = "launcher" if self.front == LAUNCHER else self.shown
        texture(pixels, TITLE, f"{page} title")
        texture(pixels, BODY, f"{page} body")
        for name, (rect, _) in BUTTONS.get(page, {}).items():
            texture(pixels, rect, name)
        if self.popup:
            texture(pixels, POPUP, "popup")
            texture(pixels, DISMISS, "dismiss")
        self.popup = self.popup or self.popup_after == 1
        self.popup_after = max(0, self.popup_after - 1)
        if self.covered:
            pixels[self.covered.y1 : self.covered.y2, self.covered.x1 : self.covered.x2] = 90
        return pixels

    def ui_tree(self) -> UiNode:
        paid = UiNode(text=f"{self.paid} paid", class_name="android.widget.TextView", bounds=TITLE)
        liked = UiNode(text=f"{self.liked} liked", class_name="android.widget.TextView", bounds=BACK)
        return UiNode(children=(*super().ui_tree().children, paid, liked))


def texture(pixels: Pixels, rect: Rect, name: str) -> None:
    noise = np.random.default_rng(zlib.crc32(name.encode())).integers(0, 255, (5, 16), dtype=np.uint8)
    drawn = cv2.resize(noise, (rect.width, rect.height), interpolation=cv2.INTER_NEAREST)
    pixels[rect.y1 : rect.y2, rect.x1 : rect.x2, :3] = drawn[..., None]


def crop(pixels: Pixels, rect: Rect) -> Crop:
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGBA2GRAY)[rect.y1 : rect.y2, rect.x1 : rect.x2]
    return Crop(np.array(gray, np.uint8), cv2.imencode(".png", gray)[1].tobytes())


def shop_screen(page: str, *extra: Action) -> Screen:
    phone = ShopPhone("x", front=PACKAGE if page != "launcher" else LAUNCHER, page=page, shown=page)
    pixels = phone.paint()
    actions = tuple(
        Action(name, rect, ActionKind.TAP, f"shop.{leads_to}", crop(pixels, rect))
        for name, (rect, leads_to) in BUTTONS.get(page, {}).items()
    )
    regions = (Region("title", TITLE, crop(pixels, TITLE)), Region("body", BODY, crop(pixels, BODY)))
    variant = Variant("light", regions, actions=(*actions, *extra))
    return Screen(f"shop.{page}", page, "", "shop", ScreenKind.STATE, SIZE, (variant,))


def popup_screen() -> Screen:
    pixels = ShopPhone("x", front=PACKAGE, popup=True).paint()
    top = Rect(POPUP.x1, POPUP.y1, POPUP.x2, POPUP.y1 + 60)
    variant = Variant(
        "light",
        (Region("offer", top, crop(pixels, top)),),
        actions=(Action("dismiss", DISMISS, ActionKind.TAP, crop=crop(pixels, DISMISS)),),
    )
    return Screen("shop.offer", "Offer", "", "shop", ScreenKind.INTERRUPT, SIZE, (variant,))


def shop_registry() -> Registry:
    coupon = Action("coupon", COUPON, ActionKind.TYPE)
    screens = (
        shop_screen("launcher"),
        shop_screen("home"),
        shop_screen("cart", coupon),
        shop_screen("paid"),
        popup_screen(),
    )
    return Registry({screen.key: screen for screen in screens}, {"shop": App("shop", PACKAGE)})
