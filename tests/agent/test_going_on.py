"""Agents that end, or are ended: the next one of the folder goes on, and no act that may be done once is done twice."""

from collections.abc import Mapping
from pathlib import Path

from drover.drivers.memory.driver import Delays
from drover.drivers.memory.phone import Condition
from drover.protocol.messages import Accepted, Budget, Refused
from tests.agent.stand import BACK, CART, OPEN, PAY, ROUNDS, Stand, eventually, stand
from tests.sequences.player.shop import PACKAGE, ShopPhone

SLOW = Delays(capture_s=0.005, deadline_s=3600)


async def abandoned(s: Stand, phone: ShopPhone, *tasks: Mapping[str, object], hangs_after: int) -> None:
    """Run an agent that is ended in the middle of a task, its phone hanging, as one that is killed."""
    async with s.agent(drain_s=0):
        await s.send(await s.order(*tasks))
        await eventually(lambda: len(phone.history) >= hangs_after)
        phone.condition = Condition.HANGING
        await eventually(lambda: s.acting() == 1)
    phone.condition = Condition.WELL


async def test_the_next_agent_goes_on_after_the_last_task_done(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone, delays=SLOW) as s:
        await abandoned(s, phone, OPEN, CART, BACK, CART, PAY, hangs_after=1)
        assert "ended" not in s.centre.kinds("s1")
        async with s.agent():
            ended = await s.centre.ended("s1")
        numbers = [event.number for event in s.centre.of("s1")]
    assert (ended.status, ended.result) == ("completed", "completed_with_recovery")
    assert phone.history == ["open_cart", "back", "open_cart", "pay"]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_an_act_that_may_be_done_once_is_not_done_twice(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone, delays=SLOW) as s:
        await abandoned(s, phone, OPEN, CART, PAY, hangs_after=2)
        async with s.agent():
            await s.centre.ended("s1")
    assert phone.paid == 1


async def test_a_play_whose_lease_is_gone_is_ended_and_not_gone_on_with(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone, delays=SLOW) as s:
        await abandoned(s, phone, *ROUNDS, hangs_after=2)
        s.centre.leases.clear()
        acts = len(phone.touches)
        async with s.agent():
            ended = await s.centre.ended("s1")
    assert (ended.status, ended.code, len(phone.touches)) == ("interrupted", "lease_lost", acts)


async def test_the_next_agent_waits_for_the_server_as_long_as_it_takes(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone, delays=SLOW) as s:
        await abandoned(s, phone, OPEN, CART, BACK, hangs_after=1)
        s.centre.noisy = True
        acts = len(phone.touches)
        async with s.agent(confirm_s=0.05):
            asked = len(s.centre.questions)
            await eventually(lambda: len(s.centre.questions) >= asked + 4)
            assert len(phone.touches) == acts
            s.centre.noisy = False
            assert (await s.centre.ended("s1")).status == "completed"


async def test_another_attempt_goes_on_where_the_one_before_was_interrupted(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    tasks = (OPEN, CART, BACK, CART, PAY)
    async with stand(tmp_path, phone, delays=SLOW) as s:
        await abandoned(s, phone, *tasks, hangs_after=1)
        del s.centre.leases["a", 1]
        async with s.agent():
            assert (await s.centre.ended("s1")).status == "interrupted"
            again = await s.order(*tasks, sequence_run="s1", run="r1", attempt=2, resume=True, token=2)
            assert await s.send(again) == Accepted(sequence_run="s1", attempt=2)
            ended = await s.centre.ended("s1", attempt=2)
    assert (ended.status, ended.result) == ("completed", "completed_with_recovery")
    assert phone.history == ["open_cart", "back", "open_cart", "pay"]


async def test_another_attempt_of_what_was_completed_does_nothing(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        await s.send(await s.order())
        await s.centre.ended("s1")
        await s.send(await s.order(sequence_run="s1", run="r1", attempt=2, resume=True))
        ended = await s.centre.ended("s1", attempt=2)
    assert (ended.status, ended.note, phone.paid) == ("completed", "completed by an earlier play", 1)


async def test_going_on_with_what_was_never_begun_here_is_refused(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone, ShopPhone("b")) as s, s.agent():
        refused = await s.send(await s.order(attempt=2, resume=True))
        assert isinstance(refused, Refused)
        assert refused.code == "run_not_known"
        await s.send(await s.order())
        await s.centre.ended("s2")
        elsewhere = await s.send(await s.order(sequence_run="s2", attempt=2, resume=True, phone="b"))
        assert isinstance(elsewhere, Refused)
        assert elsewhere.code == "run_not_known"


async def test_an_attempt_from_a_step_begins_there(tmp_path: Path) -> None:
    phone = ShopPhone("a", front=PACKAGE, page="cart")
    async with stand(tmp_path, phone) as s, s.agent():
        await s.send(await s.order(from_step=3))
        assert (await s.centre.ended("s1")).status == "completed"
    assert phone.history == ["pay"]


async def test_an_ending_agent_stops_between_two_tasks_and_takes_nothing_on(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s:
        async with s.agent():
            await s.send(await s.order(*ROUNDS))
            await eventually(lambda: len(phone.history) >= 2)
        acts = len(phone.touches)
        assert "ended" not in s.centre.kinds("s1")
        failed = [event for event in s.centre.of("s1") if getattr(event.body, "status", "") == "failed"]
        async with s.agent():
            await eventually(lambda: len(phone.touches) > acts)
    assert failed == []


async def test_a_restart_does_not_give_back_the_budget(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone, delays=SLOW) as s:
        async with s.agent(drain_s=0):
            await s.send(await s.order(*ROUNDS, budget=Budget(acts=6)))
            await eventually(lambda: len(phone.history) >= 3)
            phone.condition = Condition.HANGING
            await eventually(lambda: s.acting() == 1)
        phone.condition = Condition.WELL
        async with s.agent():
            assert (await s.centre.ended("s1")).code == "budget_spent"
    assert 3 <= len(phone.history) <= 5


async def test_events_are_kept_until_the_server_is_there_and_then_told_in_order(tmp_path: Path) -> None:
    async with stand(tmp_path, ShopPhone("a")) as s:
        s.centre.forgets = 10**6
        async with s.agent():
            await s.send(await s.order())
            await eventually(lambda: s.agent_plays() == 0)
        s.centre.events.clear()
        s.centre.forgets = 0
        async with s.agent():
            assert (await s.centre.ended("s1")).status == "completed"
        numbers = [event.number for event in s.centre.events]
    assert numbers == [1, 2, 3, 4, 5, 6, 7]


async def test_an_event_that_is_not_kept_is_sent_again_before_the_next(tmp_path: Path) -> None:
    async with stand(tmp_path, ShopPhone("a")) as s, s.agent():
        s.centre.forgets = 2
        await s.send(await s.order())
        await s.centre.ended("s1")
        numbers = [event.number for event in s.centre.events]
    assert numbers == [1, 1, 1, 2, 3, 4, 5, 6, 7]
