"""The public keys of adb's clients, as they send them and sign with them.

The format is that of Android's `libcrypto_utils/android_pubkey.c`: base64 of the modulus' size in words, a Montgomery
constant, the modulus and a Montgomery residue (both 2048 bits, the lowest byte first) and the exponent; then, after a
space, who owns the key; then a zero byte.
"""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA1

from drover.kernel.errors import DroverError, Kind

TOKEN_BYTES: Final = 20
_WORDS: Final = 64
_MODULUS_BYTES: Final = _WORDS * 4
_ENCODED = struct.Struct(f"<II{_MODULUS_BYTES}s{_MODULUS_BYTES}sI")
_MOST_OWNER_CHARACTERS: Final = 100


class BadKey(DroverError):
    """What was sent as a public key is none."""

    kind = Kind.PROTOCOL


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A client's key. `fingerprint` is what Android's dialog shows of it, `owner` what its sender says (`ada@desk`)."""

    fingerprint: str
    owner: str = field(compare=False)
    numbers: rsa.RSAPublicKey = field(compare=False, repr=False)

    def signed(self, token: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's of `token`, which stands in the place of a SHA-1 digest."""
        try:
            self.numbers.verify(signature, token, padding.PKCS1v15(), Prehashed(SHA1()))  # noqa: S303  the protocol's
        except (InvalidSignature, ValueError):
            return False
        return True


def public_key(payload: bytes) -> PublicKey:
    """Return the key that a client sent. Raises BadKey."""
    encoded, _, owner = payload.rstrip(b"\0").partition(b" ")
    try:
        raw = base64.b64decode(encoded, validate=True)
        words, _, modulus, _, exponent = _ENCODED.unpack(raw)
        if words != _WORDS:
            raise BadKey(f"the peer's public key has {words} words, not {_WORDS}")
        numbers = rsa.RSAPublicNumbers(exponent, int.from_bytes(modulus, "little")).public_key()
    except (binascii.Error, struct.error, ValueError, UnsupportedAlgorithm) as error:
        raise BadKey(f"the peer's public key cannot be read ({error})") from error
    digest = hashlib.md5(raw, usedforsecurity=False).hexdigest().upper()
    fingerprint = ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))
    return PublicKey(fingerprint, owner.decode("utf-8", "replace")[:_MOST_OWNER_CHARACTERS], numbers)
