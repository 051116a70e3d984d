"""What a recorder sees of a small shop, made of values: screens, UI trees, a keyboard."""

from drover.devices.geometry import Point, Rect, Size
from drover.devices.uitree import UiNode
from drover.screens.domain import Action, ActionKind, App, Registry, Screen, ScreenKind, Variant
from drover.sequences.domain import Direction
from drover.sequences.recorder.gestures import Gesture, GestureKind
from drover.sequences.recorder.sights import Sight

SIZE = Size(1080, 2400)
SHOP, HOME = "com.example.shop", "com.example.launcher"
KEYBOARD = Rect(0, 1600, 1080, 2400)
ICON, CART, PAY = Rect(100, 300, 300, 500), Rect(40, 1000, 440, 1100), Rect(40, 1200, 440, 1300)
CODE, NAME, PIN = Rect(40, 300, 1040, 400), Rect(40, 500, 1040, 600), Rect(40, 700, 1040, 800)
LIST = Rect(0, 300, 1080, 2200)
DISMISS = Rect(300, 1400, 780, 1500)


def action(name: str, rect: Rect, kind: ActionKind = ActionKind.TAP, leads_to: str | None = None) -> Action:
    return Action(name, rect, kind, leads_to)


def screen(key: str, *actions: Action, kind: ScreenKind = ScreenKind.STATE) -> Screen:
    return Screen(key, key, "", key.partition(".")[0], kind, SIZE, (Variant("light", (), actions=actions),))


SCREENS = (
    screen("launcher.home", action("icon", ICON)),
    screen(
        "shop.home",
        action("open_cart", CART, leads_to="shop.cart"),
        action("whole", Rect(0, 900, 1080, 1400), leads_to="shop.home"),
        action("list", LIST, ActionKind.SWIPE),
        action("hold_cart", CART, ActionKind.LONG_TAP),
    ),
    screen("shop.cart", action("pay", PAY, leads_to="shop.paid"), action("code", CODE, ActionKind.TYPE)),
    screen("shop.paid"),
    screen("shop.offer", action("dismiss", DISMISS), kind=ScreenKind.INTERRUPT),
)
REGISTRY = Registry(
    {each.key: each for each in SCREENS}, {"shop": App("shop", SHOP), "launcher": App("launcher", HOME)}
)


def field(name: str, rect: Rect, text: str = "", *, password: bool = False) -> UiNode:
    identity = f"{SHOP}:id/{name}" if name else ""
    return UiNode(text, identity, "android.widget.EditText", SHOP, "", rect, password=password)


def button(text: str, rect: Rect) -> UiNode:
    return UiNode(text, "", "android.widget.Button", SHOP, "", rect)


def sight(key: str, *nodes: UiNode, keyboard: bool = False, package: str = "", png: bytes = b"") -> Sight:
    """Return what is seen: a screen of the registry, or with an empty key one that is not known."""
    found = REGISTRY.screens.get(key)
    package = package or {"launcher": HOME}.get(key.partition(".")[0], SHOP)
    window = UiNode(class_name="android.widget.FrameLayout", package=package, bounds=Rect(0, 0, 1080, 2400))
    tree = UiNode(children=(UiNode(**{**fields_of(window), "children": nodes}),))
    variant = found.variants[0] if found is not None else None
    return Sight(found, variant, "it is new", SIZE, tree, KEYBOARD if keyboard else None, png=png)


def fields_of(node: UiNode) -> dict[str, object]:
    return {"class_name": node.class_name, "package": node.package, "bounds": node.bounds}


def at(point: Point, kind: GestureKind, end: Point | None = None, direction: Direction | None = None) -> Gesture:
    seconds = {GestureKind.TAP: 0.1, GestureKind.LONG_TAP: 0.84, GestureKind.SWIPE: 0.26}[kind]
    return Gesture(kind, point, end or point, direction, 0.0, seconds, alone=True)


def tap(rect: Rect) -> Gesture:
    return at(rect.center, GestureKind.TAP)


def keys(count: int) -> list[Gesture]:
    """Touches of the keyboard."""
    return [at(Point(100 + number, 1800), GestureKind.TAP) for number in range(count)]
