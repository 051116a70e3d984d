"""Whom a phone lets in: the keys that it knows, the one that its dialog asks about, and a refusal of all."""

import asyncio
import random
from typing import Final

from drover.kernel.errors import DroverError, Kind
from drover.simulator.adbd.keys import TOKEN_BYTES, PublicKey

_MOST_KEYS_ASKED_ABOUT: Final = 16


class NoKeyAsked(DroverError):
    """There is no dialog to be answered."""

    kind = Kind.CONFLICT


class Authorization:
    """One phone's decision about its clients.

    With `demanded`, a client has to sign with a known key, or its key is asked about until somebody accepts it.
    While `refusing`, nobody is let in, whatever key it has. A phone that does neither asks for no key.
    """

    def __init__(self, rng: random.Random, *, demanded: bool = False) -> None:
        self.demanded = demanded
        self._rng = rng
        self._refusing = False
        self._known: dict[str, PublicKey] = {}
        self._asked: dict[asyncio.Future[None], PublicKey] = {}

    @property
    def needed(self) -> bool:
        """Whether a client has to prove who it is before anything else."""
        return self.demanded or self._refusing

    @property
    def known(self) -> tuple[PublicKey, ...]:
        """The keys that were accepted, in that order."""
        return tuple(self._known.values())

    @property
    def asked(self) -> tuple[PublicKey, ...]:
        """The keys that wait to be accepted, each once, the first first."""
        return tuple(dict.fromkeys(self._asked.values()))

    def token(self) -> bytes:
        """Return fresh bytes to be signed."""
        return self._rng.randbytes(TOKEN_BYTES)

    def proven(self, token: bytes, signature: bytes) -> bool:
        """Whether a key that is let in made `signature` of `token`."""
        return not self._refusing and any(key.signed(token, signature) for key in self._known.values())

    async def accepted(self, key: PublicKey) -> None:
        """Ask about `key`, and return when it is let in, which may be never."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        while len(self._asked) >= _MOST_KEYS_ASKED_ABOUT:
            del self._asked[next(iter(self._asked))]
        self._asked[answer] = key
        self._let_in()
        try:
            await answer
        finally:
            self._asked.pop(answer, None)

    def accept(self) -> PublicKey:
        """Say yes in the dialog, now and for the future, to the key asked about first. Raises NoKeyAsked."""
        if self._refusing:
            raise NoKeyAsked("the phone refuses every key", hint="clear the fault refuse_auth")
        if not self._asked:
            raise NoKeyAsked("the phone asks about no key", hint="let a client connect first: `adb connect`")
        key = next(iter(self._asked.values()))
        self._known[key.fingerprint] = key
        self._let_in()
        return key

    def forget(self) -> None:
        """Forget every accepted key; who is connected stays."""
        self._known.clear()

    def refuse(self) -> None:
        """Let nobody in until `relent`."""
        self._refusing = True

    def relent(self) -> None:
        """Refuse no longer: those whose key waits and needs no question are let in at once."""
        self._refusing = False
        self._let_in()

    def _let_in(self) -> None:
        for answer, key in list(self._asked.items()):
            welcome = not self._refusing and (not self.demanded or key.fingerprint in self._known)
            if welcome and not answer.done():
                answer.set_result(None)
