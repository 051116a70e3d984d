"""A person's own acts: under which lease, where they land, and which phones are held back."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from drover.devices.frame import Pixels
from drover.devices.geometry import Point, Size
from drover.drivers.memory.phone import SIZE
from drover.protocol.codec import decode, encode
from drover.protocol.live import ActDone, ActOrder, ControlEnded, Gesture, Looked, LookQuestion
from drover.protocol.messages import Accepted, StopOrder
from drover.protocol.subjects import ACT, CONTROL, LOOK, to_agent
from tests.agent.stand import NAME, NOW, ROUNDS, Stand, eventually, stand
from tests.sequences.player.shop import BACK, OPEN_CART, PACKAGE, ShopPhone

TALL = Size(SIZE.width, SIZE.height + 80)
LARGE = Size(SIZE.width * 2, SIZE.height * 2)


@dataclass
class TallPhone(ShopPhone):
    """The same app on a screen of another shape: the page stands at the top of it."""

    size: Size = TALL

    def paint(self) -> Pixels:
        pixels = np.full((TALL.height, TALL.width, 4), 230, np.uint8)
        pixels[: SIZE.height] = super().paint()
        return pixels


@dataclass
class LargePhone(ShopPhone):
    """The same app on a display of twice the resolution."""

    size: Size = LARGE

    def paint(self) -> Pixels:
        large = cv2.resize(super().paint(), (self.size.width, self.size.height), interpolation=cv2.INTER_NEAREST)
        return np.asarray(large, np.uint8)

    def touch(self, point: Point) -> None:
        super().touch(Point(point.x // 2, point.y // 2))


def shop(kind: type[ShopPhone], serial: str, page: str = "home") -> ShopPhone:
    return kind(serial, front=PACKAGE, page=page, shown=page)


def tap(x: int, y: int) -> Gesture:
    return Gesture(kind="tap", x=x / SIZE.width, y=y / SIZE.height)


CART = tap(OPEN_CART.center.x, OPEN_CART.center.y)


async def look(s: Stand, serial: str, gesture: Gesture, *, screens: bool = True) -> Looked:
    digest = s.screens if screens else None
    question = LookQuestion(phone=serial, screens=digest, x=gesture.x, y=gesture.y)
    return decode(await s.ask(LOOK, question), Looked)


async def act(s: Stand, serial: str, gesture: Gesture | None, lead: Looked | None = None, **fields: Any) -> ActDone:
    digest = s.screens if lead is not None and lead.screen else None
    given = {"act": "a1", "client": "c1", "token": 1, "lease_remaining_s": 60.0, "screens": digest, **fields}
    order = ActOrder(phone=serial, gesture=gesture, expected=lead, **given)
    return decode(await s.ask(ACT, order), ActDone)


async def test_a_gesture_lands_where_it_was_made(tmp_path: Path) -> None:
    a = shop(ShopPhone, "a")
    async with stand(tmp_path, a) as s, s.agent():
        done = await act(s, "a", CART)
    assert (done.done, a.page, a.touches) == (True, "cart", [OPEN_CART.center])


@pytest.mark.parametrize("kind", [ShopPhone, LargePhone, TallPhone])
async def test_a_gesture_on_an_action_finds_that_action_on_every_phone(tmp_path: Path, kind: type[ShopPhone]) -> None:
    a, b = shop(ShopPhone, "a"), shop(kind, "b")
    async with stand(tmp_path, a, b) as s, s.agent():
        seen = await look(s, "a", CART)
        assert (seen.screen, seen.action) == ("shop.home", "open_cart")
        done = await act(s, "b", CART, seen)
    assert (done.done, done.screen, b.page) == (True, "shop.home", "cart")


async def test_a_gesture_on_nothing_known_is_not_guessed_on_a_screen_of_another_shape(tmp_path: Path) -> None:
    nowhere = tap(5, 590)
    a, b = shop(ShopPhone, "a"), shop(TallPhone, "b")
    async with stand(tmp_path, a, b) as s, s.agent():
        done = await act(s, "b", nowhere, await look(s, "a", nowhere))
    assert (done.done, done.diverged, done.code, b.touches) == (False, False, "no_place_there", [])


async def test_a_phone_on_another_screen_is_left_alone(tmp_path: Path) -> None:
    a, b = shop(ShopPhone, "a"), shop(ShopPhone, "b", "cart")
    async with stand(tmp_path, a, b) as s, s.agent():
        done = await act(s, "b", CART, await look(s, "a", CART))
        assert (done.done, done.diverged, b.touches) == (False, True, [])
        assert "shows shop.cart, the lead phone shop.home" in done.message
        b.page = b.shown = "home"
        same = await act(s, "b", None, await look(s, "a", CART))
    assert (same.done, b.touches) == (True, [])


async def test_unknown_screens_are_compared_by_their_looks(tmp_path: Path) -> None:
    a, b, c = shop(ShopPhone, "a"), shop(ShopPhone, "b"), shop(ShopPhone, "c", "paid")
    async with stand(tmp_path, a, b, c) as s, s.agent():
        seen = await look(s, "a", CART, screens=False)
        alike, other = await act(s, "b", CART, seen), await act(s, "c", CART, seen)
        damaged = await act(s, "b", CART, seen.model_copy(update={"likeness": "!"}))
    assert (alike.done, other.done, other.diverged) == (True, False, True)
    assert damaged.diverged


async def test_long_taps_swipes_texts_and_keys_reach_the_phone(tmp_path: Path) -> None:
    a = shop(ShopPhone, "a", "cart")
    async with stand(tmp_path, a) as s, s.agent():
        swipe = Gesture(kind="swipe", x=0.5, y=0.9, x2=0.5, y2=0.2, seconds=0.1)
        assert (await act(s, "a", swipe)).done
        assert a.touches == [Point(135, 540), Point(135, 120)]
        assert (await act(s, "a", Gesture(kind="tap", x=0.5, y=175 / 600))).done
        assert (await act(s, "a", Gesture(kind="text", text="SPRING"))).done
        assert a.texts == {PACKAGE: "SPRING"}
        assert (await act(s, "a", tap(BACK.center.x, BACK.center.y).model_copy(update={"kind": "long_tap"}))).done
        assert a.page == "home"
        assert (await act(s, "a", Gesture(kind="key", key="home"))).done
        assert a.front != PACKAGE
        refused = await act(s, "a", Gesture(kind="text", text="é"))
    assert (refused.done, refused.code) == (False, "unsupported")


async def test_an_older_lease_and_one_that_has_run_out_reach_nothing(tmp_path: Path) -> None:
    a = shop(ShopPhone, "a")
    async with stand(tmp_path, a) as s, s.agent():
        assert (await act(s, "a", CART, token=3)).done
        stale = await act(s, "a", CART, token=2)
        s.clock.shift_s = 61.0
        late = await act(s, "a", CART, token=3, lease_remaining_s=4.0)
    assert (stale.code, late.code) == ("stale_token", "lease_lost")
    assert len(a.touches) == 1


async def test_the_phone_is_let_go_when_control_ends(tmp_path: Path) -> None:
    a = shop(ShopPhone, "a")
    async with stand(tmp_path, a) as s, s.agent() as agent:
        await act(s, "a", CART)
        assert agent.driven == {"a"}
        await s.bus.publish(to_agent(NAME, CONTROL), encode(ControlEnded(phone="a", token=1)))
        await eventually(lambda: not agent.driven)
        assert isinstance(await s.send(await s.order(token=2)), Accepted)
        assert (await s.centre.ended("s1")).status == "completed"


async def test_a_play_under_a_newer_lease_takes_the_phone_from_a_hand(tmp_path: Path) -> None:
    a = shop(ShopPhone, "a")
    async with stand(tmp_path, a) as s, s.agent() as agent:
        await act(s, "a", CART)
        assert isinstance(await s.send(await s.order(token=2)), Accepted)
        assert not agent.driven
        stale = await act(s, "a", CART)
        assert (await s.centre.ended("s1")).status == "completed"
    assert stale.code == "stale_token"


async def test_a_hand_under_a_newer_lease_takes_the_phone_from_a_play(tmp_path: Path) -> None:
    a = shop(ShopPhone, "a")
    async with stand(tmp_path, a) as s, s.agent():
        await s.send(await s.order(*ROUNDS, token=1))
        await eventually(lambda: len(a.history) >= 2)
        busy = await act(s, "a", CART, token=1)
        done = await act(s, "a", Gesture(kind="key", key="home"), token=2)
        ended = await s.centre.ended("s1")
        acts = len(a.history)
        await asyncio.sleep(0.1)
    assert (busy.code, done.done, ended.code, len(a.history)) == ("phone_busy", True, "lease_lost", acts)


async def test_the_kill_switch_lets_go_of_what_is_driven_by_hand(tmp_path: Path) -> None:
    a, b = shop(ShopPhone, "a"), shop(ShopPhone, "b")
    async with stand(tmp_path, a, b) as s, s.agent() as agent:
        await act(s, "a", CART)
        await act(s, "b", CART, client="c2")
        stop = StopOrder(scope="client", id="c1", issued_at=NOW + timedelta(seconds=20), reason="drill")
        await s.stop(stop)
        assert agent.driven == {"b"}


async def test_an_unknown_phone_is_told_of(tmp_path: Path) -> None:
    async with stand(tmp_path, shop(ShopPhone, "a")) as s, s.agent():
        seen = await look(s, "nobody", CART)
        done = await act(s, "nobody", CART)
    assert ("never seen" in seen.error, done.code) == (True, "phone_unknown")
