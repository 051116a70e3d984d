"""Messages as JSON: `{"v": 1, "m": "play_order", ...}`. Whatever else comes in is refused by a declared error."""

import re
from typing import Final, TypeVar, cast

import pydantic_core
from pydantic import ValidationError

from drover.protocol.errors import BadMessage, UnknownVersion
from drover.protocol.fields import Said

VERSION: Final = 1
SPOKEN: Final = (1,)
"""The versions that are understood: this one, and the one before it once there is one."""

M = TypeVar("M", bound=Said)


def encode(message: Said) -> bytes:
    """Return the message as bytes. Raises BadMessage for text that is no Unicode."""
    name = _name(type(message))
    try:
        document = {"v": VERSION, "m": name, **message.model_dump(mode="json")}
        return pydantic_core.to_json(document)
    except (pydantic_core.PydanticSerializationError, UnicodeError) as error:
        raise BadMessage(name, "", f"cannot be written: {error}") from error


def decode(payload: bytes, *expected: type[M]) -> M:
    """Return the message, which is one of the expected ones. Raises BadMessage with the field, UnknownVersion."""
    by_name = {_name(each): each for each in expected}
    wanted = " or ".join(by_name)
    try:
        parsed: object = pydantic_core.from_json(payload, allow_inf_nan=False)
    except ValueError as error:
        raise BadMessage(wanted, "", f"is no JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise BadMessage(wanted, "", "is no JSON object")
    document = cast("dict[str, object]", parsed)
    version, name = document.get("v"), document.get("m")
    if type(version) is not int:
        raise BadMessage(wanted, "v", "names no version")
    if version not in SPOKEN:
        raise UnknownVersion(wanted, version, SPOKEN)
    if not isinstance(name, str) or name not in by_name:
        raise BadMessage(wanted, "m", f"is {name!r:.60}")
    try:
        return by_name[name].model_validate_json(payload)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise BadMessage(name, ".".join(str(each) for each in fault["loc"]), fault["msg"]) from error


def snake(name: str) -> str:
    """Return a class's name in snake_case: `LeaseLost` is `lease_lost`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _name(message: type[Said]) -> str:
    return snake(message.__name__)
