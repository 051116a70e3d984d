"""What a browser says over the socket of its wall, checked as it comes in."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from drover.kernel.errors import InvalidInput
from drover.protocol.live import Gesture

MOST_PHONES: Final = 200

PhoneId = Annotated[str, Field(pattern=r"^[0-9a-zA-Z_-]{1,32}$")]
ActId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Number = Annotated[int, Field(ge=0, lt=65536)]
Width = Annotated[int, Field(ge=32, le=1080)]
Fps = Annotated[float, Field(gt=0, le=8, allow_inf_nan=False)]
Source = Annotated[str, Field(max_length=4000)]
Seed = Annotated[int, Field(ge=0, lt=2**53)]
Phones = Annotated[list[PhoneId], Field(max_length=MOST_PHONES)]


class BadAsk(InvalidInput):
    """A browser said what no wall says."""


class _Ask(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Subscribe(_Ask):
    """Show these phones, and no others: number, id, width in pixels, pictures a second."""

    t: Literal["sub"]
    phones: Annotated[list[tuple[Number, PhoneId, Width, Fps]], Field(max_length=MOST_PHONES)]


class Acknowledge(_Ask):
    """So many pictures were drawn."""

    t: Literal["ack"]
    n: Annotated[int, Field(ge=0, le=100_000)]


class Do(_Ask):
    """Do a gesture on the lead phone and the others. A text's variables are resolved for each phone, with `seed`."""

    t: Literal["act"]
    id: ActId
    lead: PhoneId
    others: Phones = []
    gesture: Gesture
    seed: Seed = 0


class Rejoin(_Ask):
    """Let a phone take part again."""

    t: Literal["rejoin"]
    id: ActId
    lead: PhoneId
    phone: PhoneId


class Release(_Ask):
    """Let phones go; None: all."""

    t: Literal["release"]
    phones: Phones | None = None


class PreviewAsked(_Ask):
    """Tell what this text would come to on these phones."""

    t: Literal["preview"]
    id: ActId
    text: Source
    seed: Seed = 0
    phones: Phones


class VariablesAsked(_Ask):
    """Tell which variables there are."""

    t: Literal["variables"]


Ask = Subscribe | Acknowledge | Do | Rejoin | Release | PreviewAsked | VariablesAsked
_ASK: Final[TypeAdapter[Ask]] = TypeAdapter(Annotated[Ask, Field(discriminator="t")])


def ask_of(message: str) -> Ask:
    """Return what a browser said. Raises BadAsk."""
    try:
        return _ASK.validate_json(message)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(each) for each in fault["loc"])
        raise BadAsk(f"{where or 'the message'}: {fault['msg']}", hint="load the page anew") from error
