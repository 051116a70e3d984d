"""Secrets on their way to an agent: sealed to its public key, so that nothing between opens them, nor what is kept.

An ephemeral X25519 key agrees with the agent's; HKDF-SHA256 over both public keys gives the key of ChaCha20-Poly1305,
used once, hence without a nonce. `context` is bound in: what was sealed for one use is not opened for another.
"""

import base64
import binascii
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from drover.kernel.errors import DroverError, InvalidInput, Kind

KEY_BYTES: Final = 32
_INFO: Final = b"drover sealed 1"
_NONCE: Final = bytes(12)


class BadPublicKey(InvalidInput):
    """What is to be sealed to is no public key."""


class NotOpened(DroverError):
    """A sealed secret was sealed to another key, for another use, or has been changed."""

    kind = Kind.REFUSED

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} cannot be opened by this agent", hint="order again: its key may be a new one")


def new_key() -> bytes:
    """Return a new private key."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_of(key: bytes) -> str:
    """Return the public key of a private one, as text."""
    return _text(X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw())


def seal(secret: str, public: str, context: str) -> str:
    """Return the secret as only the owner of the public key opens it. Raises BadPublicKey."""
    try:
        to = X25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        ephemeral = X25519PrivateKey.generate()
        shared = ephemeral.exchange(to)
    except (ValueError, binascii.Error) as error:
        raise BadPublicKey(f"{public!r:.60} is no public key", hint="register the agent's own") from error
    own = ephemeral.public_key().public_bytes_raw()
    cipher = _cipher(shared, own, to.public_bytes_raw())
    return _text(own + cipher.encrypt(_NONCE, secret.encode(), context.encode()))


def unseal(sealed: str, key: bytes, context: str) -> str:
    """Return the secret. Raises NotOpened."""
    own = X25519PrivateKey.from_private_bytes(key)
    try:
        whole = base64.b64decode(sealed, validate=True)
        shared = own.exchange(X25519PublicKey.from_public_bytes(whole[:KEY_BYTES]))
        cipher = _cipher(shared, whole[:KEY_BYTES], own.public_key().public_bytes_raw())
        return cipher.decrypt(_NONCE, whole[KEY_BYTES:], context.encode()).decode()
    except (ValueError, InvalidTag) as error:
        raise NotOpened(context) from error


def _cipher(shared: bytes, ephemeral: bytes, to: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), KEY_BYTES, ephemeral + to, _INFO).derive(shared))


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()
