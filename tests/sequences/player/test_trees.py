"""Screens that are told by the UI tree, and what keeps to the bottom, on phones in memory."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from drover.devices.errors import Unsupported
from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect, Size
from drover.devices.ports import Capability
from drover.devices.uitree import UiNode
from drover.drivers.memory.driver import MemoryDriver
from drover.screens.domain import Identification, Registry, Screen
from drover.screens.regions import Anchor, ExpectedText, NodeQuery, NodeRegion, TextRegion
from drover.sequences.domain import ActionName
from drover.sequences.player.conditions import place_on
from drover.sequences.player.eyes import Found, Look
from drover.sequences.record import Status
from tests.sequences.player.bench import CART, OPEN, REGISTRY, Bench, last
from tests.sequences.player.shop import BODY, OPEN_CART, SIZE, TITLE, ShopPhone


def with_cart(change: Callable[[Screen], Screen]) -> Registry:
    """Return the shop's registry with another cart."""
    cart = change(REGISTRY.screens["shop.cart"])
    return replace(REGISTRY, screens={**REGISTRY.screens, cart.key: cart})


def asking_for(text: str) -> Callable[[Screen], Screen]:
    """Return what lets a screen ask for an element that shows `text`."""

    def change(screen: Screen) -> Screen:
        [look] = screen.variants
        node = NodeRegion("count", NodeQuery(text=ExpectedText(text)), TITLE)
        return replace(screen, variants=(replace(look, nodes=(node,)),))

    return change


@dataclass
class TreePhone(ShopPhone):
    """Counts how often its tree was asked for."""

    asked: int = 0

    def ui_tree(self) -> UiNode:
        self.asked += 1
        return super().ui_tree()


class Treeless(MemoryDriver):
    """Says beforehand that it offers no UI tree."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        return super().capabilities - {Capability.UI_TREE}


class Mistaken(MemoryDriver):
    """Says only when it is asked that it offers no UI tree."""

    async def ui_tree(self) -> UiNode:
        await super().ui_tree()
        raise Unsupported(self.serial, "tell its UI tree")


async def test_the_tree_is_fetched_where_a_screen_cannot_be_told_without(bench: Bench) -> None:
    bench.registry, phone = with_cart(asking_for("0 paid")), TreePhone("a")
    record = await bench.one(phone, OPEN, CART)
    assert record.status is Status.COMPLETED
    assert phone.asked > 0
    seen = last(record).after
    assert seen is not None
    assert [check.region for check in seen.checks] == ["title", "body", "count"]


async def test_no_tree_is_fetched_where_no_screen_asks_for_one(bench: Bench) -> None:
    phone = TreePhone("a")
    await bench.one(phone, OPEN, CART)
    assert phone.asked == 0


async def test_an_element_that_is_not_there_fails_the_task_and_is_named(bench: Bench) -> None:
    bench.registry = with_cart(asking_for("7 paid"))
    record = await bench.one(TreePhone("a"), OPEN, CART, retries=0)
    assert record.status is Status.FAILED
    assert "an element with the text '7 paid' is not in the UI tree at its place" in record.error
    failed = last(record).after
    assert failed is not None
    assert failed.differences == ()


@pytest.mark.parametrize(("drive", "asked"), [(Treeless, 0), (Mistaken, 1)])
async def test_a_phone_without_a_tree_is_asked_at_most_once(
    bench: Bench, drive: type[MemoryDriver], asked: int
) -> None:
    bench.registry, phone = with_cart(asking_for("0 paid")), TreePhone("a")
    record = await bench.one(phone, OPEN, CART, retries=0, drive=drive)
    assert record.status is Status.FAILED
    assert "in the UI tree, of which there is none" in record.error
    assert phone.asked == asked


def reading_cart(screen: Screen) -> Screen:
    [look] = screen.variants
    return replace(screen, variants=(replace(look, texts=(TextRegion("name", BODY, ExpectedText("Cart")),)),))


@dataclass(frozen=True)
class Reads:
    """Reads the same text everywhere."""

    text: str

    def read(self, pixels: Pixels) -> str:
        assert pixels.size
        return self.text


async def test_a_screen_may_be_told_by_a_text_in_it(bench: Bench) -> None:
    bench.registry = with_cart(reading_cart)
    assert (await bench.one(ShopPhone("a"), OPEN, CART, text_reader=Reads("Cart"))).status is Status.COMPLETED


async def test_another_text_fails_the_task_and_is_told(bench: Bench) -> None:
    bench.registry = with_cart(reading_cart)
    record = await bench.one(ShopPhone("a"), OPEN, CART, retries=0, text_reader=Reads("Card"))
    assert record.status is Status.FAILED
    assert "shop.cart: region 'name' reads 'Card', not 'Cart'" in record.error


def look_at(screen: Screen, size: Size) -> Look:
    frame = Frame(np.zeros((size.height, size.width, 4), np.uint8), 1, 0.0)
    [look] = screen.variants
    return Look(frame, Found(screen, look, Identification(screen, look, "")), at_rest=True)


def test_the_place_of_an_action_keeps_to_its_edge_and_to_the_variants_reference() -> None:
    home = REGISTRY.screens["shop.home"]
    [look] = home.variants
    low = replace(look.actions[0], anchor=Anchor.BOTTOM)
    name = ActionName("shop.home", low.name)
    kept = replace(home, variants=(replace(look, actions=(low,)),))
    more = 40
    taller = Size(SIZE.width, SIZE.height + more)
    down = Rect(OPEN_CART.x1, OPEN_CART.y1 + more, OPEN_CART.x2, OPEN_CART.y2 + more)
    assert place_on(look_at(kept, taller), name, SIZE) == down
    assert place_on(look_at(home, taller), name, SIZE) == OPEN_CART
    double = Size(2 * SIZE.width, 2 * SIZE.height)
    own = replace(home, reference=double, variants=(replace(look, reference=SIZE),))
    assert place_on(look_at(own, SIZE), name, SIZE) == OPEN_CART
