"""The bus of one process, on one loop and between the loops of two threads."""

import asyncio
import threading
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

import pytest

from drover.platform.bus.errors import (
    MOST_BYTES,
    AnswerFailed,
    BadSubject,
    NoAnswerInTime,
    NobodyAnswers,
    PayloadTooLarge,
)
from drover.platform.bus.memory import MemoryBus
from drover.platform.bus.ports import Message

T = TypeVar("T")
PATIENCE_S = 30.0


class OtherLoop:
    """An event loop on a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE_S)
        self.loop.close()


@pytest.fixture
def other() -> Generator[OtherLoop]:
    other = OtherLoop()
    yield other
    other.close()


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(most_waiting=3, most_answering=2)


async def echo(message: Message) -> bytes:
    return message.subject.encode() + b":" + message.payload


async def test_a_subscriber_gets_what_its_pattern_takes_in_order(bus: MemoryBus) -> None:
    async with bus.subscribe("a.*") as messages:
        await bus.publish("a.one", b"1")
        await bus.publish("b.two", b"2")
        await bus.publish("a.three", b"3")
        assert [await anext(messages), await anext(messages)] == [Message("a.one", b"1"), Message("a.three", b"3")]


async def test_every_subscriber_gets_a_message(bus: MemoryBus) -> None:
    async with bus.subscribe("a") as first, bus.subscribe(">") as second:
        await bus.publish("a", b"1")
        assert (await anext(first)).payload == (await anext(second)).payload == b"1"


async def test_a_message_that_nobody_listens_to_is_gone(bus: MemoryBus) -> None:
    await bus.publish("a", b"1")
    async with bus.subscribe("a") as messages:
        await bus.publish("a", b"2")
        assert (await anext(messages)).payload == b"2"


async def test_a_subscriber_waits_for_what_comes_later(bus: MemoryBus) -> None:
    async with bus.subscribe("a") as messages:
        waiting = asyncio.ensure_future(anext(messages))
        await asyncio.sleep(0)
        await bus.publish("a", b"1")
        assert (await waiting).payload == b"1"


async def test_a_full_subscriber_loses_messages_and_holds_nobody_up(bus: MemoryBus) -> None:
    async with bus.subscribe("a") as messages:
        for number in range(10):
            await bus.publish("a", b"%d" % number)
        kept = [(await anext(messages)).payload for _ in range(3)]
        await bus.publish("a", b"later")
        assert kept == [b"0", b"1", b"2"]
        assert (await anext(messages)).payload == b"later"


async def test_a_payload_of_64_kb_goes_and_one_byte_more_is_refused(bus: MemoryBus) -> None:
    async with bus.subscribe("a") as messages, bus.answer("q", echo):
        await bus.publish("a", bytes(MOST_BYTES))
        assert len((await anext(messages)).payload) == MOST_BYTES
        with pytest.raises(PayloadTooLarge) as refused:
            await bus.publish("a", bytes(MOST_BYTES + 1))
        with pytest.raises(PayloadTooLarge):
            await bus.request("q", bytes(MOST_BYTES + 1), timeout_s=PATIENCE_S)
        assert refused.value.size == MOST_BYTES + 1


async def test_what_is_no_subject_is_refused_everywhere(bus: MemoryBus) -> None:
    with pytest.raises(BadSubject):
        await bus.publish("a.*", b"")
    with pytest.raises(BadSubject):
        await bus.request(">", b"", timeout_s=PATIENCE_S)
    with pytest.raises(BadSubject):
        async with bus.subscribe("a..b"):
            pass
    with pytest.raises(BadSubject):
        async with bus.answer("a.>.b", echo):
            pass


async def test_a_question_is_answered(bus: MemoryBus) -> None:
    async with bus.answer("q.*", echo):
        assert await bus.request("q.one", b"?", timeout_s=PATIENCE_S) == b"q.one:?"


async def test_a_question_that_nobody_answers_fails_at_once(bus: MemoryBus) -> None:
    async with bus.answer("q", echo):
        pass
    with pytest.raises(NobodyAnswers):
        await bus.request("q", b"?", timeout_s=PATIENCE_S)


async def test_a_question_has_a_deadline(bus: MemoryBus) -> None:
    async def never(_: Message) -> bytes:
        await asyncio.Event().wait()
        return b""

    async with bus.answer("q", never):
        with pytest.raises(NoAnswerInTime):
            await bus.request("q", b"?", timeout_s=0)


async def test_an_answerer_that_fails_says_so_and_answers_the_next(bus: MemoryBus) -> None:
    async def choosy(message: Message) -> bytes:
        return b"%d" % (100 // int(message.payload))

    async with bus.answer("q", choosy):
        with pytest.raises(AnswerFailed, match="ZeroDivisionError"):
            await bus.request("q", b"0", timeout_s=PATIENCE_S)
        assert await bus.request("q", b"4", timeout_s=PATIENCE_S) == b"25"


async def test_an_answer_that_is_too_large_fails(bus: MemoryBus) -> None:
    async def large(_: Message) -> bytes:
        return bytes(MOST_BYTES + 1)

    async with bus.answer("q", large):
        with pytest.raises(AnswerFailed, match="too large"):
            await bus.request("q", b"?", timeout_s=PATIENCE_S)


async def test_several_questions_are_answered_at_once_and_no_more_than_there_is_room_for(bus: MemoryBus) -> None:
    go = asyncio.Event()

    async def slow(message: Message) -> bytes:
        await go.wait()
        return message.payload

    async with bus.answer("q", slow):
        asked = [asyncio.ensure_future(bus.request("q", b"%d" % n, timeout_s=PATIENCE_S)) for n in range(2)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(AnswerFailed, match="before it"):
            await bus.request("q", b"2", timeout_s=PATIENCE_S)
        go.set()
        assert await asyncio.gather(*asked) == [b"0", b"1"]


async def test_questions_begun_when_the_answerer_ends_fail(bus: MemoryBus) -> None:
    begun = asyncio.Event()

    async def stuck(_: Message) -> bytes:
        begun.set()
        await asyncio.Event().wait()
        return b""

    async with bus.answer("q", stuck):
        asked = asyncio.ensure_future(bus.request("q", b"?", timeout_s=PATIENCE_S))
        await begun.wait()
    with pytest.raises(NobodyAnswers):
        await asked


async def test_two_loops_hear_and_answer_each_other(bus: MemoryBus, other: OtherLoop) -> None:
    threads: list[int] = []
    ready = threading.Event()

    async def answering(message: Message) -> bytes:
        threads.append(threading.get_ident())
        return message.payload[::-1]

    async def over_there() -> list[bytes]:
        async with bus.answer("q", answering), bus.subscribe("down") as messages:
            ready.set()
            heard = [(await anext(messages)).payload for _ in range(2)]
            await bus.publish("up", b"".join(heard))
            return heard

    async with bus.subscribe("up") as messages:
        there = asyncio.ensure_future(other.run(over_there()))
        await asyncio.to_thread(ready.wait, PATIENCE_S)
        assert await bus.request("q", b"abc", timeout_s=PATIENCE_S) == b"cba"
        await bus.publish("down", b"1")
        await bus.publish("down", b"2")
        assert (await anext(messages)).payload == b"12"
        assert await there == [b"1", b"2"]
    assert threads != [threading.get_ident()]


async def test_many_questions_from_both_loops_are_all_answered(other: OtherLoop) -> None:
    bus = MemoryBus()

    async def ask(subject: str) -> list[bytes]:
        asked = (bus.request(subject, b"%d" % number, timeout_s=PATIENCE_S) for number in range(100))
        return await asyncio.gather(*asked)

    ready, over = threading.Event(), asyncio.Event()

    async def over_there() -> list[bytes]:
        async with bus.answer("there", echo):
            ready.set()
            answers = await ask("here")
            await over.wait()
            return answers

    async with bus.answer("here", echo):
        there = asyncio.ensure_future(other.run(over_there()))
        await asyncio.to_thread(ready.wait, PATIENCE_S)
        mine = await ask("there")
        other.loop.call_soon_threadsafe(over.set)
        theirs = await there
    assert mine == [b"there:%d" % number for number in range(100)]
    assert theirs == [b"here:%d" % number for number in range(100)]


async def test_a_loop_that_is_gone_neither_answers_nor_holds_up(bus: MemoryBus) -> None:
    gone = OtherLoop()
    answering, listening = bus.answer("q", echo), bus.subscribe("a")
    await gone.run(answering.__aenter__())
    await gone.run(listening.__aenter__())
    gone.close()
    await bus.publish("a", b"1")
    with pytest.raises(NobodyAnswers):
        await bus.request("q", b"?", timeout_s=PATIENCE_S)
