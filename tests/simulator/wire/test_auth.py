"""Keys: what a phone that asks for them does with good, strange and senseless ones, and how adb shows it."""

import asyncio
import base64
import contextlib
import struct
from collections.abc import AsyncIterator
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA1
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drover.kernel.clock import SystemClock
from drover.simulator.adbd.authorization import NoKeyAsked
from drover.simulator.adbd.keys import BadKey, PublicKey, public_key
from drover.simulator.adbd.packets import AUTH, CNXN, OPEN, Packet
from drover.simulator.faults import RefuseAuth
from drover.simulator.phone import SimulatedPhone
from drover.simulator.pictures import Pictures
from drover.simulator.services import serve_connection
from tests.simulator.wire.conftest import Adb, PhoneOnAdb, make_phone, until
from tests.simulator.wire.wire_client import WireClient, wire_client

TOKEN, SIGNATURE, KEY = 1, 2, 3
REFUSE = RefuseAuth(fault="refuse_auth")


class Client:
    """A key pair, as an adb client has one."""

    def __init__(self) -> None:
        self._private = rsa.generate_private_key(65537, 2048)
        self.key = encoded(self._private.public_key().public_numbers())

    def sign(self, token: bytes) -> bytes:
        return self._private.sign(token, padding.PKCS1v15(), Prehashed(SHA1()))  # noqa: S303  as the protocol demands


def encoded(numbers: rsa.RSAPublicNumbers, words: int = 64) -> bytes:
    modulus = numbers.n.to_bytes(256, "little")
    raw = struct.pack("<II256s256sI", words, 0, modulus, bytes(256), numbers.e)
    return base64.b64encode(raw) + b" ada@desk\0"


@pytest.fixture(scope="module")
def ada() -> Client:
    return Client()


@pytest.fixture(scope="module")
def bob() -> Client:
    return Client()


@pytest.fixture
async def phone(pictures: Pictures) -> AsyncIterator[SimulatedPhone]:
    """A phone that asks for keys."""
    phone = make_phone(SystemClock(), "none", pictures, asks_for_keys=True)
    phone.line.bind(0)
    phone.line.open(partial(serve_connection, phone))
    yield phone
    phone.close()
    await phone.line.close()


async def signed_in(client: WireClient, key: Client, phone: SimulatedPhone) -> Packet:
    """Offer a new key, have it accepted, and return what the phone answers."""
    await client.greet()
    client.send(AUTH, KEY, 0, key.key)
    await until(lambda: len(phone.authorization.asked) == 1)
    phone.authorization.accept()
    return await client.receive()


async def test_a_client_is_asked_to_sign_twenty_bytes(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        asked = await client.greet()
    assert (asked.command, asked.arg0, len(asked.payload)) == (AUTH, TOKEN, 20)


async def test_a_new_key_is_let_in_once_somebody_accepts_it(phone: SimulatedPhone, ada: Client) -> None:
    async with wire_client(phone.line.port) as client:
        assert (await signed_in(client, ada, phone)).command == CNXN
        assert await client.call("exec:echo in") == b"in\n"
    assert [key.owner for key in phone.authorization.known] == ["ada@desk"]


async def test_a_known_key_comes_in_by_its_signature(phone: SimulatedPhone, ada: Client) -> None:
    async with wire_client(phone.line.port) as client:
        await signed_in(client, ada, phone)
    async with wire_client(phone.line.port) as client:
        asked = await client.greet()
        client.send(AUTH, SIGNATURE, 0, ada.sign(asked.payload))
        assert (await client.receive()).command == CNXN


async def test_an_unknown_keys_signature_is_answered_with_another_token(
    phone: SimulatedPhone, ada: Client, bob: Client
) -> None:
    async with wire_client(phone.line.port) as client:
        await signed_in(client, ada, phone)
    async with wire_client(phone.line.port) as client:
        first = await client.greet()
        client.send(AUTH, SIGNATURE, 0, bob.sign(first.payload))
        second = await client.receive()
        assert second.command == AUTH
        assert second.payload != first.payload
        client.send(AUTH, SIGNATURE, 0, ada.sign(first.payload))
        assert (await client.receive()).command == AUTH


async def test_nothing_is_served_before_the_key_is_accepted(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(OPEN, 7, 0, b"exec:echo in\0")
        assert await client.is_closed_by_phone()


async def test_accepting_without_a_question_is_an_error(phone: SimulatedPhone) -> None:
    with pytest.raises(NoKeyAsked, match="asks about no key"):
        phone.authorization.accept()
    phone.faults.give(REFUSE)
    with pytest.raises(NoKeyAsked, match="refuses every key"):
        phone.authorization.accept()


async def test_a_forgotten_key_is_asked_about_again(phone: SimulatedPhone, ada: Client) -> None:
    async with wire_client(phone.line.port) as client:
        await signed_in(client, ada, phone)
    phone.authorization.forget()
    async with wire_client(phone.line.port) as client:
        asked = await client.greet()
        client.send(AUTH, SIGNATURE, 0, ada.sign(asked.payload))
        assert (await client.receive()).command == AUTH


async def test_a_client_that_leaves_is_asked_about_no_longer(phone: SimulatedPhone, ada: Client) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(AUTH, KEY, 0, ada.key)
        await until(lambda: len(phone.authorization.asked) == 1)
    await until(lambda: phone.authorization.asked == ())


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"\0",
        b"not base64!\0",
        base64.b64encode(b"short") + b"\0",
        base64.b64encode(struct.pack("<II256s256sI", 64, 0, bytes(256), bytes(256), 65537)) + b"\0",
        encoded(rsa.RSAPublicNumbers(65537, (1 << 2047) + 1), words=32),
    ],
)
async def test_a_key_that_is_none_ends_the_connection(phone: SimulatedPhone, key: bytes) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(AUTH, KEY, 0, key)
        assert await client.is_closed_by_phone()
    assert phone.authorization.asked == ()


@pytest.mark.parametrize("kind", [0, 1, 4, 0xFFFFFFFF])
async def test_auth_packets_that_make_no_sense_end_the_connection(phone: SimulatedPhone, kind: int) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(AUTH, kind, 0, b"x")
        assert await client.is_closed_by_phone()


async def test_a_second_key_while_the_first_is_asked_about_ends_the_connection(
    phone: SimulatedPhone, ada: Client, bob: Client
) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(AUTH, KEY, 0, ada.key)
        client.send(AUTH, KEY, 0, bob.key)
        assert await client.is_closed_by_phone()


async def test_senseless_signatures_end_the_connection_at_last(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        for _ in range(256):
            client.send(AUTH, SIGNATURE, 0, b"nonsense")
            await client.receive()
        client.send(AUTH, SIGNATURE, 0, b"nonsense")
        assert await client.is_closed_by_phone()


@given(st.binary(max_size=1200))
def test_no_bytes_are_taken_for_a_key_that_are_none(payload: bytes) -> None:
    with pytest.raises(BadKey):
        public_key(payload)


@given(st.sampled_from([0, 32, 64, 65]), st.integers(0, 2**2048 - 1), st.integers(0, 2**32 - 1))
def test_numbers_that_make_no_key_are_refused_and_the_others_sign_nothing(
    words: int, modulus: int, exponent: int
) -> None:
    payload = encoded(rsa.RSAPublicNumbers(exponent, modulus), words)
    with contextlib.suppress(BadKey):
        assert not public_key(payload).signed(bytes(20), bytes(256))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=600), st.binary(max_size=64))
def test_no_bytes_are_taken_for_a_signature(ada: Client, signature: bytes, token: bytes) -> None:
    assert not public_key(ada.key).signed(token, signature)


def test_keys_are_told_apart_by_their_fingerprint(ada: Client, bob: Client) -> None:
    first, again, other = (public_key(key) for key in (ada.key, ada.key.replace(b"ada", b"eve"), bob.key))
    assert first == again
    assert isinstance(first, PublicKey)
    assert first != other
    assert len(first.fingerprint) == 47


# The unmodified clients.


async def state_of(adb: Adb, phone: SimulatedPhone) -> str:
    listed = (await adb("devices")).text
    return next((line.split("\t")[1] for line in listed.splitlines() if line.startswith(phone.line.serial)), "")


async def until_state(adb: Adb, phone: SimulatedPhone, state: str) -> None:
    async with asyncio.timeout(30):
        while await state_of(adb, phone) != state:  # noqa: ASYNC110  adb tells nobody
            await asyncio.sleep(0.05)


@pytest.mark.rack
async def test_adb_shows_a_phone_as_unauthorized_until_its_key_is_accepted(adb: Adb, phone: SimulatedPhone) -> None:
    refused = await adb("connect", phone.line.serial)
    assert "failed to authenticate" in refused.text
    await until_state(adb, phone, "unauthorized")
    assert "device unauthorized" in (await adb("-s", phone.line.serial, "shell", "true")).stderr.decode()
    phone.authorization.accept()
    await until_state(adb, phone, "device")
    assert (await adb("-s", phone.line.serial, "shell", "echo in")).text == "in\n"
    await adb("disconnect", phone.line.serial)
    connected = await adb("connect", phone.line.serial)
    assert connected.text == f"connected to {phone.line.serial}\n"
    await adb("disconnect", phone.line.serial)


@pytest.mark.rack
async def test_a_connected_phone_that_begins_to_refuse_is_unauthorized_until_it_relents(
    adb: Adb, pictures: Pictures
) -> None:
    open_phone = make_phone(SystemClock(), "none", pictures)
    open_phone.line.bind(0)
    open_phone.line.open(partial(serve_connection, open_phone))
    await adb("connect", open_phone.line.serial)
    attached = PhoneOnAdb(adb, open_phone, open_phone.handset)  # type: ignore[arg-type]  make_phone's is blank
    assert (await attached("shell", "echo in")).text == "in\n"
    open_phone.faults.give(REFUSE)
    await until_state(adb, open_phone, "unauthorized")
    open_phone.faults.clear("refuse_auth")
    await until_state(adb, open_phone, "device")
    assert (await attached("shell", "echo back")).text == "back\n"
    await adb("disconnect", open_phone.line.serial)
    open_phone.close()
    await open_phone.line.close()
