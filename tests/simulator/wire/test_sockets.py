"""What listens inside a phone, as adb's clients reach it."""

from drover.simulator.adbd.streams import Stream
from drover.simulator.phone import SimulatedPhone
from tests.simulator.wire.wire_client import wire_client


async def greet(stream: Stream) -> None:
    await stream.write(b"hello")


async def test_a_client_reaches_what_listens_in_the_phone(phone: SimulatedPhone) -> None:
    phone.sockets["tcp:9008"] = greet
    async with wire_client(phone.line.port) as client:
        await client.greet()
        assert await client.call("tcp:9008") == b"hello"
        assert await client.call("tcp:9009") == b""
