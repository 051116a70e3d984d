"""Orders that are played: what is told of them, once each, whatever is sent twice."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from drover.agent.errors import AgentRuns
from drover.drivers.memory.driver import Delays
from drover.drivers.memory.phone import Condition
from drover.platform.bus.errors import AnswerFailed
from drover.protocol.codec import decode
from drover.protocol.messages import Accepted, AgentState, Budget, PlayEnded, Refused, TaskEnded
from drover.protocol.subjects import PLAY, STATE, from_agent, to_agent
from tests.agent.stand import CART, NAME, OPEN, PATIENCE_S, digest, eventually, stand
from tests.sequences.player.shop import ShopPhone

COMPLETED = ("completed", "completed", "", "")


async def test_a_play_is_accepted_played_and_told_in_order(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        assert await s.send(await s.order()) == Accepted(sequence_run="s1")
        assert how(await s.centre.ended("s1")) == COMPLETED
        kinds = s.centre.kinds("s1")
        assert [event.number for event in s.centre.of("s1")] == [1, 2, 3, 4, 5, 6, 7]
    assert (kinds.count("task_began"), kinds.count("task_ended"), kinds[-1]) == (3, 3, "ended")
    assert (phone.history, phone.paid) == (["open_cart", "pay"], 1)


async def test_a_task_is_told_with_what_a_task_run_needs(tmp_path: Path) -> None:
    coupon = {"kind": "type", "on": "shop.cart.coupon", "text": "${param.code}"}
    async with stand(tmp_path, ShopPhone("a")) as s, s.agent():
        sequence = await s.sequence(OPEN, CART, coupon, params={"code": {}})
        await s.send(await s.order(sequence=sequence, parameters={"code": "SAVE 10"}))
        await s.centre.ended("s1")
        task = (await s.centre.told("s1", "task_ended", 3)).body
        assert isinstance(task, TaskEnded)
        assert (task.task_kind, task.status, task.text, task.expected, task.actual) == (
            "type",
            "completed",
            "SAVE 10",
            "shop.cart",
            "shop.cart",
        )
        assert task.ended_at >= task.started_at
        assert (await s.content.get(task.frame_before or ""))[:2] == b"\xff\xd8"
        assert (await s.content.get(task.frame_after or ""))[:2] == b"\xff\xd8"


async def test_a_failed_task_ends_the_play_and_says_what_was_wrong(tmp_path: Path) -> None:
    async with stand(tmp_path, ShopPhone("a", lost=9)) as s, s.agent():
        await s.send(await s.order(OPEN, CART | {"timeout_s": 0.3}))
        ended = await s.centre.ended("s1")
        task = (await s.centre.told("s1", "task_ended", 2)).body
    assert (ended.status, ended.result, ended.code, ended.step) == ("failed", "failed", "screen_not_seen", 2)
    assert isinstance(task, TaskEnded)
    assert (task.status, task.expected, task.actual, task.error) == ("failed", "shop.cart", "shop.home", ended.error)


async def test_a_play_that_needed_another_try_has_recovered(tmp_path: Path) -> None:
    async with stand(tmp_path, ShopPhone("a", popup_after=3)) as s, s.agent():
        await s.send(await s.order(OPEN, CART))
        assert (await s.centre.ended("s1")).result == "completed_with_recovery"


async def test_an_order_sent_again_while_it_is_played_is_played_once(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        order = await s.order()
        answers = await asyncio.gather(*(s.send(order) for _ in range(5)))
        await s.centre.ended("s1")
    assert answers == [Accepted(sequence_run="s1")] * 5
    assert phone.paid == 1


async def test_an_order_sent_again_after_its_end_is_told_its_end_again(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s:
        order = await s.order()
        async with s.agent():
            await s.send(order)
            await s.centre.ended("s1")
        async with s.agent():
            assert await s.send(order) == Accepted(sequence_run="s1", standing="ended")
            assert how(await s.centre.ended("s1", times=2)) == COMPLETED
    assert phone.paid == 1


async def test_two_phones_play_at_the_same_time_and_a_registry_is_fetched_once(tmp_path: Path) -> None:
    phones = ShopPhone("a"), ShopPhone("b")
    async with stand(tmp_path, *phones) as s, s.agent():
        for phone in phones:
            await s.send(await s.order(phone=phone.serial))
        assert [how(await s.centre.ended(run)) for run in ("s1", "s2")] == [COMPLETED, COMPLETED]
    assert [phone.paid for phone in phones] == [1, 1]


async def test_a_second_order_for_a_phone_at_work_is_refused(tmp_path: Path) -> None:
    async with stand(tmp_path, ShopPhone("a")) as s, s.agent():
        await s.send(await s.order())
        refused = await s.send(await s.order())
        assert isinstance(refused, Refused)
        assert refused.code == "phone_busy"
        await s.centre.ended("s1")


async def test_orders_follow_one_another_as_soon_as_the_end_of_one_is_told(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        for number in range(1, 4):
            assert isinstance(await s.send(await s.order(OPEN, CART)), Accepted)
            assert how(await s.centre.ended(f"s{number}")) == COMPLETED
    assert phone.history == ["open_cart"] * 3


async def test_an_order_for_a_phone_that_was_never_seen_is_refused(tmp_path: Path) -> None:
    async with stand(tmp_path, ShopPhone("a")) as s, s.agent():
        refused = await s.send(await s.order(phone="z"))
    assert isinstance(refused, Refused)
    assert refused.code == "phone_unknown"


async def test_noise_is_answered_with_what_is_wrong(tmp_path: Path) -> None:
    async with stand(tmp_path, ShopPhone("a")) as s, s.agent():
        with pytest.raises(AnswerFailed, match="no JSON"):
            await s.bus.request(to_agent(NAME, PLAY), b"\x00", timeout_s=PATIENCE_S)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"sequence": digest(b"nowhere")}, "blob_missing"),
        ({"screens": digest(b"nowhere")}, "blob_missing"),
        ({"parameters": {"colour": "blue"}}, "bad_parameter"),
        ({"files": {"../up.json": digest(b"")}}, "material_unusable"),
        ({"files": {"sequence.json": digest(b"")}}, "material_unusable"),
    ],
)
async def test_what_cannot_be_played_is_told_and_the_phone_not_touched(
    tmp_path: Path, fields: dict[str, Any], code: str
) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        await s.content.put(b"")
        await s.send(await s.order(**fields))
        ended = await s.centre.ended("s1")
    assert (ended.status, ended.code, phone.touches, phone.front) == ("failed", code, [], ShopPhone("x").front)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"{", "bad_document"), (b"\xff", "material_unusable"), (b'{"schema": 1}', "bad_document")],
)
async def test_a_sequence_that_is_none_is_told(tmp_path: Path, content: bytes, code: str) -> None:
    async with stand(tmp_path, ShopPhone("a")) as s, s.agent():
        await s.send(await s.order(sequence=await s.content.put(content)))
        assert (await s.centre.ended("s1")).code == code


async def test_screens_that_are_none_are_told(tmp_path: Path) -> None:
    async with stand(tmp_path, ShopPhone("a")) as s, s.agent():
        await s.send(await s.order(screens=await s.content.put(b"noise")))
        assert (await s.centre.ended("s1")).code == "bad_archive"


async def test_media_travel_by_digest(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    push = {"kind": "push_media", "file": "pictures/cat.jpg"}
    async with stand(tmp_path, phone) as s, s.agent():
        media = await s.content.put(b"a cat")
        await s.send(await s.order(push, files={"pictures/cat.jpg": media}))
        await s.centre.ended("s1")
        await eventually(lambda: not list((tmp_path / "data" / "agent" / "plays").iterdir()))
    assert b"a cat" in phone.files.values()


async def test_values_travel_by_digest(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    coupon = {"kind": "type", "on": "shop.cart.coupon", "text": "${custom.code}"}
    async with stand(tmp_path, phone) as s, s.agent():
        values = await s.content.put(json.dumps({"custom": {"code": "SAVE 20"}}).encode())
        await s.send(await s.order(OPEN, CART, coupon, values=values))
        assert how(await s.centre.ended("s1")) == COMPLETED
    assert "SAVE 20" in phone.texts.values()


@pytest.mark.parametrize(
    ("budget", "history"),
    [(Budget(acts=1), []), (Budget(acts=2), ["open_cart"]), (Budget(kinds={"tap": 1}), ["open_cart"])],
)
async def test_a_play_does_no_more_acts_than_its_budget(tmp_path: Path, budget: Budget, history: list[str]) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        await s.send(await s.order(budget=budget))
        ended = await s.centre.ended("s1")
    assert (ended.status, ended.code, phone.history) == ("failed", "budget_spent", history)


async def test_a_budget_that_is_just_enough_is_enough(tmp_path: Path) -> None:
    async with stand(tmp_path, ShopPhone("a")) as s, s.agent():
        await s.send(await s.order(budget=Budget(acts=3, kinds={"tap": 2, "open_app": 1})))
        assert how(await s.centre.ended("s1")) == COMPLETED


async def test_a_phone_that_goes_away_pauses_its_play(tmp_path: Path) -> None:
    phone = ShopPhone("a", goes_at="open_cart")
    retries = {"away_s": 60.0, "connection_pause_s": 0.1}
    async with stand(tmp_path, phone) as s, s.agent(retries=s.patient(**retries)):
        await s.send(await s.order(OPEN, CART))
        await s.centre.until(lambda: "paused" in s.centre.kinds("s1"))
        phone.goes_at = ""
        s.source.set_condition("a", Condition.WELL)
        assert (await s.centre.ended("s1")).result == "completed_with_recovery"
        assert "resumed" in s.centre.kinds("s1")


async def test_the_agent_tells_how_it_is(tmp_path: Path) -> None:
    phones = ShopPhone("a"), ShopPhone("b", condition=Condition.OFFLINE)
    slow = Delays(capture_s=0.4)
    async with (
        stand(tmp_path, *phones, delays=slow) as s,
        s.bus.subscribe(from_agent("*", STATE)) as states,
        s.agent() as agent,
    ):

        async def state(condition: str) -> AgentState:
            async for message in states:
                state = decode(message.payload, AgentState)
                if {phone.serial: phone.state for phone in state.phones}.get("a") == condition:
                    return state
            raise AssertionError

        idle = await state("online")
        assert (idle.agent, idle.boot, idle.plays, idle.acting_most) == (NAME, agent.boot, (), 16)
        assert [phone.state for phone in idle.phones] == ["online", "offline"]
        await s.send(await s.order())
        busy = await state("busy")
        assert busy.plays == ("s1",)


async def test_the_agent_tells_the_model_of_a_phone_that_has_not_played_yet(tmp_path: Path) -> None:
    phones = ShopPhone("a"), ShopPhone("b", condition=Condition.OFFLINE)
    async with stand(tmp_path, *phones) as s, s.bus.subscribe(from_agent("*", STATE)) as states, s.agent():
        models = dict[str, str]()
        async for message in states:
            models = {phone.serial: phone.model for phone in decode(message.payload, AgentState).phones}
            if models["a"]:
                break
        assert models == {"a": "Memory", "b": ""}


async def test_a_folder_has_one_agent(tmp_path: Path) -> None:
    async with stand(tmp_path, ShopPhone("a")) as s:
        async with s.agent():
            with pytest.raises(AgentRuns):
                async with s.agent():
                    pass
        async with s.agent():
            assert await s.send(await s.order()) == Accepted(sequence_run="s1")
            assert how(await s.centre.ended("s1")) == COMPLETED


async def test_an_error_inside_the_block_is_raised_as_it_is(tmp_path: Path) -> None:
    async with stand(tmp_path, ShopPhone("a")) as s:
        with pytest.raises(KeyError):
            async with s.agent():
                raise KeyError


def how(ended: PlayEnded) -> tuple[str, str, str, str]:
    """How a play ended, without what it kept."""
    return ended.status, ended.result, ended.code, ended.error
