"""The AUTH part of a connection's beginning: token, signatures, and the key that somebody has to accept."""

import asyncio
from collections.abc import Callable
from typing import Final

from drover.simulator.adbd.authorization import Authorization
from drover.simulator.adbd.keys import public_key
from drover.simulator.adbd.packets import BadPacket, Packet

TOKEN: Final = 1
_SIGNATURE, _RSA_PUBLIC_KEY = 2, 3
_MOST_SIGNATURES: Final = 256


class Handshake:
    """One client's way in: `challenge` sends a token, `answer` takes what comes back, `welcome` is called once in."""

    def __init__(
        self, authorization: Authorization, challenge: Callable[[bytes], None], welcome: Callable[[], None]
    ) -> None:
        self._authorization = authorization
        self._challenge = challenge
        self._welcome = welcome
        self._token = b""
        self._signatures = 0
        self._asking: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Ask who is there, where that is needed."""
        self.end()
        if self._authorization.needed:
            self._ask()
        else:
            self._welcome()

    def answer(self, packet: Packet) -> None:
        """Take an AUTH packet. Raises BadPacket, BadKey."""
        if not self._token:
            raise BadPacket("an AUTH packet came that was not asked for")
        match packet.arg0:
            case kind if kind == _SIGNATURE:
                self._take_signature(packet.payload)
            case kind if kind == _RSA_PUBLIC_KEY:
                self._take_key(packet.payload)
            case kind:
                raise BadPacket(f"an AUTH packet of kind {kind} is not expected by a phone")

    def end(self) -> None:
        """Ask no longer."""
        self._token = b""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def _ask(self) -> None:
        self._token = self._authorization.token()
        self._challenge(self._token)

    def _take_signature(self, signature: bytes) -> None:
        self._signatures += 1
        if self._signatures > _MOST_SIGNATURES:
            raise BadPacket("the peer tries one wrong signature after the other")
        if self._authorization.proven(self._token, signature):
            self._let_in()
        else:
            self._ask()

    def _take_key(self, payload: bytes) -> None:
        if self._asking is not None:
            raise BadPacket("the peer sends a second public key while it is asked about its first")
        key = public_key(payload)
        self._asking = asyncio.get_running_loop().create_task(self._authorization.accepted(key))
        self._asking.add_done_callback(self._accepted)

    def _accepted(self, asking: "asyncio.Task[None]") -> None:
        if not asking.cancelled() and asking is self._asking:
            self._asking = None
            asking.result()
            self._let_in()

    def _let_in(self) -> None:
        self._token = b""
        self._welcome()
