"""Nothing is done to a phone but under a lease that is good: however it ends, whatever is late, whoever has it next."""

import asyncio
from pathlib import Path

from drover.drivers.memory.phone import LAUNCHER
from drover.protocol.messages import Accepted, Refused
from drover.protocol.subjects import LEASE, to_agent
from tests.agent.stand import NAME, ROUNDS, Stand, eventually, stand
from tests.sequences.player.shop import ShopPhone


def untouched(phone: ShopPhone) -> bool:
    return phone.front == LAUNCHER and not phone.touches


async def playing(s: Stand, phone: ShopPhone) -> str:
    """Begin a long play, and return its sequence run once it has acted."""
    order = await s.order(*ROUNDS)
    assert isinstance(await s.send(order), Accepted)
    await eventually(lambda: len(phone.history) >= 2)
    return order.sequence_run


async def test_a_lease_that_is_not_good_is_not_acted_on(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        order = await s.order()
        s.centre.leases.clear()
        await s.send(order)
        ended = await s.centre.ended("s1")
    assert (ended.status, ended.code) == ("interrupted", "lease_lost")
    assert "it was broken" in ended.error
    assert untouched(phone)


async def test_a_lease_that_cannot_be_confirmed_is_not_acted_on(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent(confirm_s=0.2):
        s.centre.noisy = True
        await s.send(await s.order())
        ended = await s.centre.ended("s1")
    assert (ended.status, ended.code) == ("interrupted", "lease_unconfirmed")
    assert untouched(phone)


async def test_an_answer_that_was_held_up_does_not_lengthen_the_lease(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():

        def freeze() -> None:
            s.clock.shift_s += 700

        s.centre.before_answer = freeze
        await s.send(await s.order())
        ended = await s.centre.ended("s1")
    assert (ended.status, ended.code) == ("interrupted", "lease_lost")
    assert untouched(phone)


async def test_an_agent_that_was_frozen_past_its_lease_acts_no_more(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        run = await playing(s, phone)
        s.centre.noisy = True
        s.clock.shift_s += 600
        acts = len(phone.touches)
        ended = await s.centre.ended(run)
    assert (ended.status, ended.code) == ("interrupted", "lease_lost")
    assert len(phone.touches) <= acts + 1  # the one that was under way


async def test_cut_off_from_the_server_a_play_goes_on_until_little_is_left_and_stops_between_two_tasks(
    tmp_path: Path,
) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        run = await playing(s, phone)
        s.centre.noisy = True
        s.clock.shift_s += 500
        before = len(phone.history)
        await eventually(lambda: len(phone.history) >= before + 4)
        s.clock.shift_s += 80
        ended = await s.centre.ended(run)
        failed = [event for event in s.centre.of(run) if getattr(event.body, "status", "") == "failed"]
    assert (ended.status, ended.code, ended.step) == ("interrupted", "lease_lost", 0)
    assert "ends soon" in ended.error
    assert failed == []


async def test_a_play_lives_on_while_its_short_lease_is_renewed(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        s.centre.leases["a", 1] = 5.7
        run = await playing(s, phone)
        await eventually(lambda: len(s.centre.questions) >= 6)
        assert "ended" not in s.centre.kinds(run)
        s.centre.leases.clear()
        assert (await s.centre.ended(run)).code == "lease_lost"


async def test_an_extension_is_asked_about_at_once(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent(renew_s=1000):
        s.centre.leases["a", 1] = 300
        order = await s.order(*ROUNDS)
        await s.send(order)
        await eventually(lambda: len(phone.history) >= 2)
        asked = len(s.centre.questions)
        await s.extend(order, 600)
        await eventually(lambda: len(s.centre.questions) == asked + 1)
        s.clock.shift_s += 400
        before = len(phone.history)
        await eventually(lambda: len(phone.history) >= before + 4)


async def test_an_extension_of_another_lease_is_nothing_to_a_play(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent(renew_s=1000):
        order = await s.order(*ROUNDS)
        await s.send(order)
        await eventually(lambda: len(phone.history) >= 2)
        asked = len(s.centre.questions)
        await s.extend(order.model_copy(update={"token": 2}), 1200)
        await s.bus.publish(to_agent(NAME, LEASE), b"noise")
        await s.extend(order, 1200)
        await eventually(lambda: len(s.centre.questions) == asked + 1)
        assert {question.token for question in s.centre.questions} == {1}


async def test_a_broken_lease_stops_a_play_as_soon_as_it_is_known(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent(renew_s=0.2):
        run = await playing(s, phone)
        s.centre.leases.clear()
        assert (await s.centre.ended(run)).status == "interrupted"
        acts = len(phone.touches)
        await asyncio.sleep(0.3)
    assert len(phone.touches) == acts


async def test_a_stale_token_is_refused_also_by_the_next_agent(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s:
        async with s.agent():
            await s.send(await s.order(token=5))
            await s.centre.ended("s1")
        acts = len(phone.touches)
        async with s.agent():
            refused = await s.send(await s.order(token=4))
    assert isinstance(refused, Refused)
    assert (refused.code, len(phone.touches)) == ("stale_token", acts)


async def test_a_newer_lease_of_somebody_else_ends_the_play_before_the_other_begins(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        run = await playing(s, phone)
        assert isinstance(await s.send(await s.order(token=2)), Accepted)
        assert (await s.centre.ended(run)).code == "lease_lost"
        assert (await s.centre.ended("s2")).status == "completed"
    assert phone.paid == 1


async def test_the_same_order_under_a_newer_lease_goes_on_under_that(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent(renew_s=0.2):
        order = await s.order(*ROUNDS)
        await s.send(order)
        await eventually(lambda: len(phone.history) >= 2)
        newer = order.model_copy(update={"token": 9})
        s.centre.leases["a", 9] = 600
        assert await s.send(newer) == Accepted(sequence_run="s1")
        del s.centre.leases["a", 1]
        before = len(phone.history)
        await eventually(lambda: len(phone.history) >= before + 6)
        assert "ended" not in s.centre.kinds("s1")
        assert s.centre.of("s1")[-1].token == 9
