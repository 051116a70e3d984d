"""The kinds of fields that messages have, with their limits: together a message stays below 64 KB in practice."""

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

AGENT_NAME: Final = r"^[A-Za-z0-9_-]{1,64}$"

AgentName = Annotated[str, Field(pattern=AGENT_NAME)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Serial = Annotated[str, Field(min_length=1, max_length=128)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="A SHA-256 in hexadecimal.")]
Name = Annotated[str, Field(max_length=200)]
Line = Annotated[str, Field(max_length=4000)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        msg = "is beyond the calendar"
        raise ValueError(msg) from error


UtcTime = Annotated[AwareDatetime, AfterValidator(_utc)]

MOST_LINE: Final = 4000
MOST_NAME: Final = 200


def line(text: str, most: int = MOST_LINE) -> str:
    """Return text as a message takes it: cut to `most` characters, and without halves of characters."""
    whole = text.encode("utf-8", "replace").decode()
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"


def name(text: str) -> str:
    """Return text as a message takes it for a name."""
    return line(text, MOST_NAME)


class Said(BaseModel):
    """What every message and every part of one is: frozen, typed strictly, deaf to fields of later versions."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)
