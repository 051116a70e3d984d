"""Faults on a rack that runs already, through its control API."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from drover.bootstrap.faults import RackControl, RackRefused, RackUnreachable
from drover.kernel.errors import InvalidInput, Kind
from drover.simulator.control import NoSuchPhone
from drover.simulator.rack import Rack, RackOptions
from tests.simulator.wire.blank_handset import blank_handset


@pytest.fixture
async def control() -> AsyncIterator[RackControl]:
    async with Rack(RackOptions(phones=2, profile="none"), blank_handset) as rack:
        yield RackControl(rack.control_url)


async def test_a_fault_is_given_and_cleared_by_phone(control: RackControl) -> None:
    await control.give("phone2", "dim,strength=0.3")
    assert await control.faults("all") == {
        "phone1": [],
        "phone2": [{"fault": "dim", "strength": 0.3, "state": "active"}],
    }
    await control.clear("phone2", "dim")
    assert await control.faults("phone2") == {"phone2": []}


async def test_a_fault_is_given_and_cleared_on_several_phones(control: RackControl) -> None:
    await control.give("phone1+phone2", '{"fault": "misdirect"}')
    await control.give("phone1", "frozen")
    await control.clear("all", "frozen")
    assert [len(faults) for faults in (await control.faults("all")).values()] == [1, 1]
    await control.clear("all", None)
    assert [len(faults) for faults in (await control.faults("all")).values()] == [0, 0]


@pytest.mark.parametrize(
    ("phone", "fault", "kind", "words"),
    [
        ("phone1", "dim,strength=7", Kind.INVALID, "fault dim: strength"),
        ("phone1", "fire", Kind.INVALID, "fault 'fire' is not known"),
        ("phone1", "wrong_account,number=9", Kind.INVALID, "has no account 9"),
    ],
)
async def test_what_the_rack_refuses_is_told_in_its_words(
    control: RackControl, phone: str, fault: str, kind: Kind, words: str
) -> None:
    with pytest.raises(RackRefused) as refused:
        await control.give(phone, fault)
    assert refused.value.kind is kind
    assert words in refused.value.message


@pytest.mark.parametrize("phone", ["phone9", "../phone1", "phone1+", ""])
async def test_a_phone_that_is_not_in_the_rack_is_named(control: RackControl, phone: str) -> None:
    with pytest.raises(NoSuchPhone, match="is not in this rack") as refused:
        await control.give(phone, "crash")
    assert refused.value.hint == "it has: phone1, phone2"


async def test_clearing_what_one_phone_does_not_have_is_an_error(control: RackControl) -> None:
    with pytest.raises(RackRefused, match="no fault 'dim'"):
        await control.clear("phone1", "dim")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nowhere", "http://[", ""])
async def test_an_address_at_which_nothing_answers_is_named_with_a_cure(url: str) -> None:
    with pytest.raises((RackUnreachable, InvalidInput)) as refused:
        await RackControl(url).faults("all")
    assert refused.value.hint


@pytest.mark.parametrize("body", [b"not json", b"[]", b"{}"])
async def test_an_answer_that_is_no_racks_is_an_error(body: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(RackUnreachable):
            await RackControl(f"http://127.0.0.1:{port}").faults("all")
